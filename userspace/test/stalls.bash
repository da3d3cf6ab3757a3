# shellcheck shell=bash disable=SC2154 # $out is the test's
# SPDX-License-Identifier: GPL-2.0
# stalls COMMAND...: run it, and until it ends let the server that it has started stand still for a
# while, again and again. Returns what it returns. The server is its newest child: the one before may
# keep its folder.
stalls() {
	local run server
	"$@" 3>&- &
	run=$!
	while kill -0 "$run" 2>/dev/null; do
		sleep 0.6
		server=$(pgrep -n -P "$run") || continue
		kill -STOP "$server" || true
		sleep 0.6
		kill -CONT "$server" || true
	done
	wait "$run"
}

# stalls_sooner_or_later WORD...: of a run whose server stands still again and again, and which has more
# time each time: it was ill, refused what came then, and was well again.
stalls_sooner_or_later() {
	local time seen='.results[0] | .outcomes.ok > 0 and .outcomes.shed > 0 and
		(.figures | .ill_times > 1 and .shed_ill > 0 and .probes > .probes_failed)'
	for time in 6s 20s 60s; do
		judged stalls build/user/contend run --warmup=0ms --runtime=$time --health=30ms "$@" \
			-o "$out" --output-format=json
		jq -e '.results[0].verdict != "fail"' "$out"
		# What was ill twice was well between.
		! jq -e "$seen" "$out" || return 0
	done
	return 1
}
