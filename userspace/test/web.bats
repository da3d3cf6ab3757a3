#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=web: its laws hold in each architecture, each is seen to break, and what
# `contend serve web` serves survives clients of others.

bats_require_minimum_version 1.5.0

architectures=(event thread pool hybrid process)

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
}

setup() {
	load jq
	load judged
	load stalls
	cd "$BATS_TEST_DIRNAME/../.."
	out=$BATS_TEST_TMPDIR/out.json
	server=
}

teardown() {
	[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
}

# A run of a few requests in parts and pipelines, on connections that come and go.
load_of() {
	[[ $* == *--runtime=* ]] || set -- "$@" --runtime=400ms
	rm -f "$out"
	judged "build/$1/contend" run --scenario=web --users="${users-16}" \
		--warmup=100ms --pipelining=4 --splitting=10% --per_connection=200 "${@:2}" \
		-o "$out" --output-format=json
}

# serve KEY=VALUE...: in the background, $server on $port; what it says is in $said.
serve() {
	said=$BATS_TEST_TMPDIR/said
	: >"$said"
	build/user/contend serve web "$@" 2>"$said" 3>&- &
	server=$!
	for _ in {1..500}; do
		port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' "$said")
		[[ -z $port ]] || return 0
		kill -0 "$server" || return 1
		sleep 0.02
	done
	return 1
}

# SIGTERM, and the exit status.
stop() {
	local status=0
	kill -TERM "$server" 2>/dev/null || true
	wait "$server" || status=$?
	server=
	[ "$status" -eq 0 ] || cat "$said"
	return "$status"
}

# status URL...: what curl got.
status_of() {
	curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$@"
}

# raw TEXT [SECONDS]: what comes back for some bytes, until the server closes.
raw() {
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	printf "$1" >&5
	timeout "${2:-10}" cat <&5
	exec 5>&- 5<&-
}

alive() {
	[ "$(status_of "http://127.0.0.1:$port/")" = 200 ]
}

@test "web: the laws hold in each architecture, closed and open" {
	load_of user --architecture="$(IFS=,; echo "${architectures[*]}")" --offered=closed,poisson:500/s
	sound
	jq -e '[.results[].checks[].name] | contains(["connections", "requests", "order", "owner", "deaf", "once", "stops", "hash", "bucket", "queue"])' "$out"
}

@test "web: requests that block and burn, each way to hand connections on, each structure of sessions" {
	load_of user --architecture=hybrid --blocking=5%/1ms --burning=1%/100us --via=queue,queue_wake_all,ring
	sound
	load_of user --architecture=pool --structure=hash,tree,cache_lru
	sound
}

# shows FILTER WORD...: all is sound, and with more time the filter is true of the results.
shows() {
	with_more_time ".results | length > 0 and all(.ops > 0) and ($1)" load_of user "${@:2}"
	sound
}

# breaks ARCHITECTURE CHECK
breaks() {
	local time
	for time in 400ms 4s 20s; do
		run load_of user-mutant --architecture="$1" --runtime=$time
		[ "$status" -eq 0 ] || break
	done
	[ "$status" -eq 2 ]
	jq -e --arg name "$2" '[.results[0].checks[] | select(.verdict == "fail") | .name] | contains([$name])' "$out"
}

@test "web: a twin that nothing provokes is inconclusive, and no pass" {
	for twin in --architecture=busted_deaf --shed=busted:1000; do
		# In a short run there may be another reason, as that there were too few requests.
		for time in 100ms 1s 5s; do
			rm -f "$out"
			run build/user-mutant/contend run --scenario=web --users=2 --runtime=$time "$twin" \
				-o "$out" --output-format=json
			[ "$status" -eq 6 ]
			told=$(jq -r '.results[0].reason' "$out")
			[[ $told != "nothing was provoked: "* ]] || break
		done
		[[ $told != "the host's scheduler made the figures"* ]] || skip "$told"
		name=${twin#--architecture=}
		name=${name#--}
		[[ $told == "nothing was provoked: ${name%:1000} is broken on purpose"* ]]
	done
}

# Helpers that have too much to do, of which a queue of one entry tells at once.
@test "web: what no helper has room for is refused, and its connection ends" {
	for via in queue ring; do
		shows 'all(.figures.errors > 0)' --architecture=hybrid,pool --via=$via --backlog=1 --helpers=1 \
			--blocking=50%/5ms
	done
}

@test "web: a connection that nobody arms again is deaf" {
	breaks busted_deaf deaf
}

@test "web: answers out of order are seen" {
	breaks busted_order order
}

@test "web: two owners of a connection are seen" {
	breaks busted_owner owner
}

@test "web: a connection that is lost from the books is seen" {
	breaks busted_lost connections
}

@test "web: an answer too many is seen" {
	breaks busted_twice once
	breaks busted_twice requests
}

@test "web: more than a session may have is rejected" {
	shows '.[0].outcomes.rejected > 0' --limit=50 --keys=uniform/100
}

@test "web: idle connections are held, and measured" {
	load_of user --idle=200 --architecture=event,thread
	sound
	jq -e '.results[0].figures.idle_bytes < .results[1].figures.idle_bytes' "$out"
	# Who has asked too often was answered as well.
	load_of user --idle=50 --limit=1 --keys=uniform/1
	jq -e '.results[0].figures | has("idle_bytes")' "$out"
}

@test "web: keys that make no sense together are refused" {
	run build/user/contend check --scenario=web --pipelining=2 --think=1ms
	[ "$status" -eq 1 ]
	[[ $output == *"leave think= or pipelining= out"* ]]
	run build/user/contend check --scenario=web --architecture=peer:node --limit=5
	[ "$status" -eq 1 ]
	[[ $output == *"limit= is of ours, peer:nginx and peer:go"* ]]
	run build/user/contend check --scenario=web --blocking=101%/1ms
	[ "$status" -eq 1 ]
	[[ $output == *"at most 100%"* ]]
	run build/user/contend check --scenario=web --blocking=1%
	[ "$status" -eq 1 ]
	[[ $output == *"SHARE%/TIME"* ]]
	run build/user/contend check --scenario=web --users=10 --connections=5
	[ "$status" -eq 1 ]
	[[ $output == *"connections=5 is less than users=10"* ]]
	# Users by default, idle ones, and the one that asks whether it is well.
	for words in --idle=3 --users=8\ --health=1s "--users=6 --idle=2 --health=1s"; do
		# shellcheck disable=SC2086 # words
		run build/user/contend check --scenario=web --connections=8 $words
		[ "$status" -eq 1 ]
		[[ $output == *"connections=8 is less than users="* ]]
	done
	run build/user/contend check --scenario=web --connections=8 --users=6 --idle=2
	[ "$status" -eq 0 ]
	run build/user/contend run --scenario=web --connections=5 --runtime=50ms
	[ "$status" -eq 5 ]
	[[ $output == *"connections=5 is less than users=8"* ]]
}

@test "web: accepted are the connections of users and idle ones, and no others" {
	judged build/user/contend run --scenario=web --users=8 --idle=0,5 --runtime=200ms \
		--architecture=event,process -o "$out" --output-format=json
	sound
	jq -e '[.results[].figures | .accepted - .reconnects] == [8, 13, 8, 13]' "$out"
}

@test "web: serve answers curl in each architecture, and ends well on SIGTERM" {
	for architecture in "${architectures[@]}"; do
		serve --architecture="$architecture"
		alive
		[ "$(status_of -H 'Cookie: session=3' "http://127.0.0.1:$port/?n=7")" = 200 ]
		[[ $(curl -s "http://127.0.0.1:$port/?n=255") == 00000000000000ff* ]]
		[ "$(status_of "http://127.0.0.1:$port/nowhere")" = 404 ]
		[ "$(status_of -X DELETE "http://127.0.0.1:$port/")" = 405 ]
		[ "$(status_of --head "http://127.0.0.1:$port/")" = 200 ]
		[ "$(head -c 1000 /dev/zero | status_of --data-binary @- "http://127.0.0.1:$port/")" = 200 ]
		[ "$(head -c 60000 /dev/zero | status_of -H 'Expect: 100-continue' --data-binary @- "http://127.0.0.1:$port/")" = 200 ]
		[ "$(head -c 70000 /dev/zero | status_of --data-binary @- "http://127.0.0.1:$port/")" = 413 ]
		[ "$(status_of "http://127.0.0.1:$port/?$(head -c 3000 /dev/zero | tr '\0' a)")" = 414 ]
		[ "$(status_of -H "X: $(head -c 9000 /dev/zero | tr '\0' a)" "http://127.0.0.1:$port/")" = 431 ]
		# However often it is told: timeout(1) does it twice. It has a connection that takes its time.
		exec 6<>"/dev/tcp/127.0.0.1/$port"
		printf 'GET / HTTP/1.1\r\nX: %09000d' 0 >&6
		for _ in {1..50}; do kill -TERM "$server" 2>/dev/null || break; done
		stop
		exec 6>&- 6<&-
		grep -q ' 0 broken, 0 cut' "$said"
	done
}

@test "web: serve refuses nonsense with 400, and what two servers might read in two ways" {
	for architecture in "${architectures[@]}"; do
		serve --architecture="$architecture"
		[[ $(raw 'nonsense\r\n\r\n') == "HTTP/1.1 400 "* ]]
		[[ $(raw '\x16\x03\x01\x00') == "HTTP/1.1 400 "* ]]
		[[ $(raw 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n') == "HTTP/1.1 400 "* ]]
		[ "$(raw 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n' | grep -c '^HTTP/1.1 200 ')" -eq 2 ]
		alive
		stop
	done
}

@test "web: serve ends slow requests with 408, and idle connections" {
	for architecture in "${architectures[@]}"; do
		serve --architecture="$architecture" --patience=300ms --keepalive=300ms
		[[ $(raw 'GET / HTT') == "HTTP/1.1 408 "* ]]
		# A byte now and then is no more time.
		exec 6<>"/dev/tcp/127.0.0.1/$port"
		{ for byte in G E T ' ' / ' ' H T T P / 1 . 1 X X X X X X X X X X; do printf "$byte" >&6; sleep 0.1; done; } 2>/dev/null &
		[[ $(timeout 10 cat <&6) == "HTTP/1.1 408 "* ]]
		exec 6>&- 6<&-
		wait $! || true
		[[ $(raw '') == "" ]]
		alive
		stop
		grep -q '[1-9][0-9]* timed out' "$said"
	done
}

# half: what comes back to a client that sends no more, until the server closes.
half() {
	timeout 20 perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die;
		syswrite($s, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); shutdown($s, 1);
		local $/; print <$s>;' "$port"
}

@test "web: serve outlives clients that vanish, and answers those that close their half" {
	for architecture in "${architectures[@]}"; do
		serve --architecture="$architecture"
		for _ in {1..20}; do
			exec 6<>"/dev/tcp/127.0.0.1/$port"
			printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT' >&6
			exec 6>&- 6<&-
		done
		[[ $(half) == "HTTP/1.1 200 "* ]]
		alive
		stop
	done
}

@test "web: a client that sends and does not read costs no more than a buffer" {
	for architecture in "${architectures[@]}"; do
		serve --architecture="$architecture" --patience=1s
		exec 6<>"/dev/tcp/127.0.0.1/$port"
		# It blocks when both sides' buffers are full, and is told off.
		timeout 20 bash -c 'while printf "GET / HTTP/1.1\r\nHost: a\r\n\r\n%.0s" {1..500}; do :; done >&6' 2>/dev/null || true
		exec 6>&- 6<&-
		alive
		[ "$(awk '/VmHWM/ { print $2 }' "/proc/$server/status")" -lt 120000 ]
		stop
	done
}

# some_is_turned_away: waits until one of the connections in held has something to read.
some_is_turned_away() {
	local i
	for _ in {1..1000}; do
		for i in "${!held[@]}"; do
			! read -rt 0 -u "${held[i]}" || return 0
		done
		sleep 0.02
	done
	return 1
}

@test "web: serve outlives a lack of descriptors, and turns away what is too much" {
	for architecture in "${architectures[@]}"; do
		: >"$BATS_TEST_TMPDIR/said"
		( ulimit -n 64; exec build/user/contend serve web --architecture="$architecture" --helpers=2 2>"$BATS_TEST_TMPDIR/said" 3>&- ) &
		server=$! said=$BATS_TEST_TMPDIR/said port=
		for _ in {1..500}; do
			port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' "$said")
			[[ -z $port ]] || break
			sleep 0.02
		done
		exec {held[0]}<>"/dev/tcp/127.0.0.1/$port"
		for i in {1..150}; do
			exec {held[i]}<>"/dev/tcp/127.0.0.1/$port" || true
		done
		some_is_turned_away
		for i in "${!held[@]}"; do
			exec {held[i]}>&-
		done
		unset held
		for _ in {1..100}; do
			alive && break
			sleep 0.1
		done
		alive
		stop
		grep -q '[1-9][0-9]* rejected' "$said"
	done
	serve --connections=5
	for i in {1..5}; do
		exec {held[i]}<>"/dev/tcp/127.0.0.1/$port"
	done
	[ "$(status_of "http://127.0.0.1:$port/")" = 503 ]
	for i in "${!held[@]}"; do
		exec {held[i]}>&-
	done
	stop
}

# is_read: waits until the server has read what it was sent on its one connection: it has arrived, and
# lies in neither end.
is_read() {
	for _ in {1..1000}; do
		! awk -v port="$(printf ':%04X$' "$port")" '$4 == "01" && ($2 ~ port || $3 ~ port) {
				ends++; if ($5 != "00000000:00000000") full = 1
			} END { exit ends < 2 || full }' /proc/net/tcp || return 0
		sleep 0.02
	done
	return 1
}

@test "web: what is under way at SIGTERM is answered" {
	for architecture in "${architectures[@]}"; do
		serve --architecture="$architecture" --blocking=1%/1s
		exec 6<>"/dev/tcp/127.0.0.1/$port"
		printf 'GET /block HTTP/1.1\r\nHost: a\r\n\r\n' >&6
		is_read
		stop
		[[ $(cat <&6) == "HTTP/1.1 200 "* ]]
		exec 6>&- 6<&-
	done
}

@test "web: a port that is taken is told" {
	serve
	run build/user/contend serve web --port="$port"
	[ "$status" -eq 5 ]
	[[ $output == *"cannot listen on 127.0.0.1:$port: Address already in use"* ]]
	stop
}

@test "web: wrk, ab, h2load and hey" {
	serve --architecture=hybrid
	local some=0
	if command -v wrk; then
		run wrk -t1 -c20 -d1 "http://127.0.0.1:$port/"
		[ "$status" -eq 0 ]
		[[ $output == *"requests in"* && $output != *"Socket errors"* && $output != *"Non-2xx"* ]]
		some=1
	fi
	if command -v ab; then
		run ab -q -n 500 -c 10 "http://127.0.0.1:$port/"
		[[ $output =~ "Failed requests:        0" ]]
		run ab -q -k -n 500 -c 10 "http://127.0.0.1:$port/"
		[[ $output =~ "Keep-Alive requests:    500" ]]
		some=1
	fi
	if command -v h2load; then
		run h2load --h1 -n 500 -c 10 -m 4 "http://127.0.0.1:$port/"
		[[ $output == *"500 succeeded, 0 failed, 0 errored"* ]]
		some=1
	fi
	if command -v hey; then
		run hey -n 500 -c 10 "http://127.0.0.1:$port/"
		[[ $output =~ \[200\][[:space:]]*500 ]]
		some=1
	fi
	stop
	[ "$some" -eq 1 ] || skip "none of wrk, ab, h2load and hey is installed: scripts/setup peers has them"
}

@test "web: while the server stands still a health check refuses, and no longer" {
	stalls_sooner_or_later --scenario=web --users=64 --offered=poisson:200/s
}

@test "web: so many requests are under way at once, pipelined or not" {
	shows 'all(.outcomes.shed > 0)' --architecture=event,process --shed=inflight:8
	jq -e '.results | all(.verdict != "fail" and .figures.inflight_max <= 8
		and (.checks | any(.name == "inflight")))' "$out"
}

@test "web: a peer that is not installed is a skip" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in bash awk head tr rm cat sed; do
		ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/"
	done
	PATH=$BATS_TEST_TMPDIR/bin run build/user/contend run --scenario=web --architecture=peer:node --runtime=100ms
	[ "$status" -eq 4 ]
	[[ $output == *"scripts/setup peers"* ]]
}

# peers FILTER KEY=VALUE...: those that are installed, but for what $without says, show it under a load.
peers() {
	local some=()
	command -v nginx && some+=(peer:nginx)
	if [[ -z ${without-} ]]; then
		command -v apache2 && some+=(peer:apache-prefork peer:apache-event)
		command -v node && some+=(peer:node)
	fi
	command -v go && some+=(peer:go)
	[[ ${#some[@]} -gt 0 ]] || skip "none of them is installed: scripts/setup peers has them"
	shows "$1" --architecture="$(IFS=,; echo "${some[*]}")" "${@:2}"
}

@test "web: peers answer the same load" {
	peers 'all(.figures | .probes > .probes_failed)' --health=50ms
}

@test "web: requests of peers block and compute" {
	# 5 ms a request, of which a thread may have been without a CPU for nine tenths: there are few.
	users=2 peers 'all(.cpu_ns_per_op >= 500000)' --blocking=10%/1ms --burning=50%/10ms
}

@test "web: of a session's requests peers reject what is too much" {
	without=limits peers 'all(.outcomes.rejected > 0)' --limit=50 --keys=uniform/10
}
