#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=pool: a connection pool, its laws, and twins that break one each.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
}

setup() {
	load jq
	load judged
	load laws
	cd "$BATS_TEST_DIRNAME/../.."
	out=$BATS_TEST_TMPDIR/out.json
	server=
}

teardown() {
	if [ -n "$server" ]; then
		kill "$server"
		wait "$server" || true
	fi
}

# build/NAME's program on the scenario, its document in $out.
scenario() {
	local build=$1
	shift
	run --separate-stderr "build/$build/contend" run --scenario=pool --warmup=0ms "$@" -o "$out" \
		--output-format=json
}

# server NAME: one of others, in a folder of its own, until the test ends; $socket is there then.
server() {
	local folder=$BATS_TEST_TMPDIR/$1
	mkdir "$folder"
	# Its user is another one.
	chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_RUN_TMPDIR"/test/*
	socket=$folder/$2
	scripts/peers.d/pool "$1" "$folder" 5432 3>&- &
	server=$!
	for _ in {1..300}; do
		[ ! -S "$socket" ] || return 0
		kill -0 "$server" || skip "$1 is not installed: scripts/setup peers has it"
		sleep 0.1
	done
	return 1
}

@test "the laws hold whoever gets a connection, and hand-over is in the order of arrival" {
	shows '.figures | .handed > 0 and .connections_max == 10' --architecture=fifo --users=16 \
		--query_time=500us
	jq -e '.results[0].figures.overtakes == 0' "$out"
	jq -e '[.results[0].checks[].name] | contains(["holder", "session", "reply", "total", "order",
		"deadline", "leases", "pool"])' "$out"
	# What it does not promise is counted.
	passes --architecture=barging --users=16 --runtime=300ms --query_time=500us
	jq -e '.results[0].figures.handed == 0' "$out"
	passes --architecture=each --users=16 --runtime=300ms --connect_time=1ms
}

@test "what came due is what ended, or waits" {
	passes --users=4 --query_time=1ms --runtime=500ms --offered=poisson:500/s
	jq -e '.results[0] | (.outcomes | add) as $ended | .offered_per_s == 500 and .due > 0 and
		.due <= $ended + .unserved + 4' "$out"
	# Nor is what came due before among it.
	scenario user --users=4 --query_time=1ms --runtime=200ms --warmup=800ms --offered=poisson:500/s
	jq -e '.results[0] | (.outcomes | add) as $ended | .due > 0 and
		.due <= $ended + .unserved + 4' "$out"
	scenario user --users=4 --runtime=100ms
	jq -e '.results[0] | .due == null and .offered_per_s == null' "$out"
}

@test "a law that is broken is seen by its check" {
	caught_by order --architecture=busted_order --users=16 --capacity=2 --query_time=100us
	# One is given up nearly whenever one is handed over.
	caught_by leases --architecture=busted_slot --users=32 --capacity=2 --query_time=100us \
		--deadline=1ms --connect_time=100us
	caught_by reply --architecture=busted_reply --users=16 --cancels=30%
	caught_by session --architecture=busted_session --users=16
	caught_by session --architecture=busted_holder --users=16
	caught_by total --architecture=busted_total --users=16 --resets=5%
	caught_by deadline --architecture=busted_deadline --users=16 --capacity=1 --deadline=20ms \
		--query_time=15ms
	caught_by leaks --architecture=busted_leaks --users=16 --leaks=2% --leak_after=10ms
	# For some seconds they have the time to come to their size.
	caught_by size --architecture=busted_shrink --users=16 --capacity=8
	caught_by size --architecture=busted_refill --users=4 --resets=20%
}

@test "in the spike a connection is made for who waits, and not one for each" {
	# None is there before those that are have done it all.
	passes --users=50 --capacity=50 --min_idle=5 --connect_time=800ms --query_time=2ms \
		--offered=bursts:1/s:50 --runtime=500ms --interval=1ms
	# Some end before the measured time begins, which is no part of it.
	jq -e '.results[0] | .outcomes.ok > 5 and .outcomes.timeout == 0 and .outcomes.error == 0 and
		.figures.connections_max == 5' "$out"
	jq -e '[.results[0].timeline[].gauges.total] | max == 6' "$out"
	passes --architecture=each --users=50 --capacity=50 --min_idle=5 --connect_time=200ms \
		--query_time=2ms --offered=bursts:1/s:50 --runtime=1s
	jq -e '.results[0].figures.connections_max > 6' "$out"
}

@test "elastic grows in the spike, and is small again after it" {
	passes --architecture=elastic --users=50 --capacity=50 --min_idle=5 --connect_time=20ms \
		--query_time=100ms --offered=bursts:1/s:50 --runtime=500ms --interval=1ms
	jq -e '.results[0] | .figures.connections_max > 5 and .figures.connections_end <= 5' "$out"
	jq -e '[.results[0].checks[] | select(.name == "size").verdict] == ["pass"]' "$out"
	# A tenth of the capacity is its least, one at least.
	passes --architecture=elastic --users=1 --capacity=4 --runtime=100ms
	jq -e '.results[0].figures.connections_end == 1' "$out"
}

@test "eager connects before anybody comes, and replaces what is lost" {
	# Enough for all of them: nobody has waited for a connection, since none was made any more.
	passes --architecture=eager --users=8 --capacity=8 --query_time=500us --runtime=300ms
	jq -e '.results[0].figures | .connects == 8 and .connections_end == 8' "$out"
	shows '.figures.connects > 8' --architecture=eager --users=4 --capacity=8 --query_time=500us \
		--resets=5%
	jq -e '.results[0].figures.connections_end == 8' "$out"
	refused "eager keeps all of capacity=" --architecture=eager --min_idle=5
}

@test "a session keeps its connection, a transaction gives it back" {
	passes --users=4 --capacity=2 --mode=session --queries=5 --query_time=1ms --runtime=300ms
	jq -e '.results[0] | .figures.handed * 4 < .outcomes.ok + 40' "$out"
	shows '.figures.handed * 2 > .outcomes.ok' --users=4 --capacity=2 --mode=transaction --query_time=1ms
}

@test "connections that end, borrowers that give up, and those that give nothing back" {
	shows '.outcomes | .error > 0 and .timeout > 0' --users=16 --query_time=500us --resets=2% --cancels=10%
	shows '.figures.leaks_named > 0' --users=16 --query_time=500us --leaks=1% --leak_after=10ms \
		--deadline=1s
	jq -e '.results[0].figures | .leaks_named <= .leaks' "$out"
	passes --users=8 --runtime=500ms --query_time=1ms --slow=100ms-300ms/20 --idle_timeout=1ms \
		--min_idle=1 --max_age=50ms
}

@test "the backend is gone for a while, and comes back" {
	passes --users=64 --capacity=8 --query_time=10ms --offered=poisson:200/s --deadline=500ms \
		--retry=3 --backoff=20ms --runtime=5s --outage=500ms/700ms --breaker=20/100ms
	jq -e '.results[0] | .outcomes.shed > 0 and .figures.recovery_ns >= 0 and
		.figures.breaker_opened > 0' "$out"
}

@test "while the backend is gone a health check refuses, and no longer" {
	passes --users=64 --capacity=8 --query_time=10ms --offered=poisson:200/s --deadline=500ms \
		--runtime=5s --outage=500ms/700ms --health=50ms
	jq -e '.results[0] | .outcomes.shed > 0 and .figures.recovery_ns >= 0 and
		(.figures | .ill_times > 0 and .ill_ns > 0 and .probes_failed > 1 and
		.probes > .probes_failed and .shed_ill > 0)' "$out"
	# Nothing is wrong, and nothing is refused; the prober's connection is none of the pool's.
	passes --users=16 --runtime=500ms --health=200ms
	jq -e '.results[0].figures | .probes > 0 and .connections_max == 10' "$out"
}

@test "so many requests are under way at once, and what is late is not sent" {
	shows '.outcomes.shed > 0 and .figures.shed_inflight >= 4' --users=32 --query_time=1ms \
		--shed=inflight:4
	jq -e '.results[0] | (.checks | any(.name == "inflight")) and .figures.inflight_max <= 4' "$out"
	caught_by inflight --users=32 --query_time=100us --shed=busted:1
	shows '.outcomes.shed > 0 and .figures.shed_late > 0' --users=8 --query_time=10ms \
		--offered=poisson:4000/s --shed=late:20ms
	# What is late stays so: it is not tried again.
	shows '.outcomes.shed > 0' --users=8 --query_time=10ms --offered=poisson:4000/s --shed=late:20ms \
		--retry=100 --backoff=0ns
	jq -e '.results[0].retries == 0' "$out"
}

@test "what makes no sense together is refused" {
	refused "off, inflight:COUNT or late:TIME" --shed=4
	refused "make it more than connect_time= and query_time=" --health=12ms
	refused "off, or a TIME between two probes" --health=often
	refused "architecture= says which pool" --structure=ring
	refused "min_idle=11 is more than capacity=10" --min_idle=11
	refused "kills= needs a pool that outlives a process" --kills=1%
	refused "leaks= and kills= are of leases" --leaks=1% --architecture=each
	refused "are of backend=sim" --backend=postgres://a@b/c --outage=1s/1s
	refused "query_time= is of backend=sim and postgres" --backend=redis://b:1 --query_time=1ms
	refused "outage= is seen in the timeline" --outage=1s/1s --interval=0ns
	refused "pgbouncer stands before a server" --architecture=peer:pgbouncer-session
	refused "a borrower has a deadline=" --deadline=0ns
	refused "sim, postgres://" --backend=mysql://a
	refused "a share is 0% to 100%" --resets=2
	refused "a share is 0% to 100%" --resets=101%
	refused "a share is 0% to 100%" --resets=0.125%
	refused "as in 2s/10s" --outage=1s
	refused "as in 2s-4s/10" --slow=1s/10
	refused "it ends after it begins" --slow=500ms-300ms/10
	refused "it lasts longer than 0ns" --outage=1s/0s
	refused "capacity= is at least 1" --capacity=0
}

@test "a backend that is not there is an error with its name" {
	scenario user --backend=redis:///nowhere/at/all --runtime=100ms
	[ "$status" -eq 5 ]
	jq -e '.results[0].reason | contains("no connection to redis:///nowhere/at/all")' "$out"
}

# deaf SOCKET LISTENER: in the background, $server takes connections there, and LISTENER is done with
# each, as $c.
deaf() {
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die;
		'"$2"'; sleep 1000;' "$1" 3>&- &
	server=$!
	for _ in {1..1000}; do [ ! -S "$1" ] || return 0; sleep 0.05; done
	return 1
}

@test "a backend that says nothing is told of at the begin, with its remedy" {
	local socket=$BATS_TEST_TMPDIR/.s.PGSQL.5432 way uri
	# It takes the connection, and is silent; nobody takes it; it is ended at once.
	for way in 'while (my $c = $s->accept) { push @c, $c }' '' 'while (my $c = $s->accept) { close $c }'; do
		deaf "$socket" "$way"
		for uri in "redis://$socket" "postgres://a@/b?host=$BATS_TEST_TMPDIR&port=5432"; do
			for architecture in fifo each; do
				[[ $architecture == fifo || $uri == redis* ]] || continue
				scenario user --backend="$uri" --runtime=100ms --architecture=$architecture
				[ "$status" -eq 5 ]
				jq -e '.results[0].reason | contains("let a server of that kind run there, or name another one by backend=")' "$out" ||
					{ jq '.results[0].reason' "$out"; return 1; }
			done
		done
		kill "$server"
		wait "$server" || true
		server=
		rm "$socket"
	done
}

@test "PostgreSQL behind it, and pgbouncer in the place of it" {
	server postgres .s.PGSQL.5432
	uri="postgres://postgres@/postgres?host=${socket%/*}&port=5432"
	passes --users=8 --capacity=4 --runtime=500ms --backend="$uri" --resets=1% --cancels=1%
	passes --users=8 --capacity=4 --runtime=500ms --backend="$uri" --mode=session
	jq -e '.results[0].figures.connections_max == 4' "$out"
	# A session that is not reset is seen in a real one too.
	caught_by session --architecture=busted_session --users=8 --mode=session --backend="$uri"
	command -v pgbouncer || skip "pgbouncer is not installed: scripts/setup peers has it"
	for mode in session transaction; do
		passes --users=8 --capacity=4 --runtime=500ms --backend="$uri" \
			--architecture=peer:pgbouncer-$mode
		jq -e '.results[0].outcomes.ok > 0' "$out"
		[[ $stderr != *"cannot remove"* ]]
	done
}

# below PID: it, and all that it has started, and they.
below() {
	local pid
	echo "$1"
	for pid in $(ps -o pid= --ppid "$1"); do
		below "$pid"
	done
}

@test "PostgreSQL that stands still in its queries does not keep a run" {
	local run all
	server postgres .s.PGSQL.5432
	build/user/contend run --scenario=pool --users=4 --capacity=4 --runtime=3s --warmup=0ms \
		--deadline=200ms --query_time=10ms \
		--backend="postgres://postgres@/postgres?host=${socket%/*}&port=5432" \
		-o "$out" --output-format=json 3>&- &
	run=$!
	# A query of each user.
	for _ in {1..400}; do
		mapfile -t all < <(below "$server")
		[ "$(ps -ww -o args= "${all[@]}" | grep -c '^postgres: .*\[local\]')" -lt 4 ] || break
		sleep 0.05
	done
	kill -STOP "${all[@]}"
	for _ in {1..600}; do
		kill -0 "$run" 2>/dev/null || break
		sleep 0.05
	done
	status=0
	kill -KILL "$run" 2>/dev/null && status=1
	kill -CONT "${all[@]}"
	wait "$run" || true
	[ "$status" -eq 0 ]
	jq -e ".results[0].outcomes.timeout > 0" "$out"
}

@test "pgbouncer that is killed in a run fails it, and leaves nothing" {
	local run peer folder=
	server postgres .s.PGSQL.5432
	command -v pgbouncer || skip "pgbouncer is not installed: scripts/setup peers has it"
	build/user/contend run --scenario=pool --users=4 --runtime=3s --warmup=0ms --deadline=200ms \
		--architecture=peer:pgbouncer-transaction \
		--backend="postgres://postgres@/postgres?host=${socket%/*}&port=5432" \
		-o "$out" --output-format=json 3>&- &
	run=$!
	for _ in {1..400}; do
		read -r peer folder <<<"$(ps -ww -o pid=,args= --ppid "$run" |
			sed -n 's|^ *\([0-9]*\) .*pgbouncer.* \(/.*\)/pgbouncer.ini$|\1 \2|p')"
		[[ -z $folder || ! -S $folder/.s.PGSQL.6432 ]] || break
		sleep 0.05
	done
	[ -S "$folder/.s.PGSQL.6432" ]
	sleep 0.3
	kill -KILL "$peer"
	status=0
	wait "$run" || status=$?
	[ "$status" -eq 2 ]
	jq -e '[.results[0].checks[] | select(.verdict == "fail").name] == ["stops"]' "$out"
	jq -e '.results[0].checks | any(.detail | startswith("the server ended before it was told to"))' "$out"
	[ ! -e "$folder" ]
	[ ! -e "/proc/$peer" ]
}

@test "Redis behind it" {
	server redis redis.5432
	passes --users=8 --capacity=4 --runtime=500ms --backend="redis://$socket" --resets=1%
	passes --users=8 --capacity=4 --runtime=500ms --backend="redis://$socket" --mode=session
	caught_by session --architecture=busted_session --users=8 --mode=session --backend="redis://$socket"
}
