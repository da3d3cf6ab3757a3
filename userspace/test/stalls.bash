# shellcheck shell=bash
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
