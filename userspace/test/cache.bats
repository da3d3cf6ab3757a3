#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=cache: a cache before a slow store, its laws, and what is broken on purpose.

setup_file() {
	top=$(dirname "$(dirname "$BATS_TEST_DIRNAME")")
	export top
	"$top/scripts/build" user
	"$top/scripts/build" user MUTANT=1
}

setup() {
	cd "$top" || return
	load judged
	load stalls
	out=$BATS_TEST_TMPDIR/out.json
	server=
}

# What a test that fails has not ended.
teardown() {
	[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
}

# run_cache [user-mutant] --key=value...: one document; its status is in $status.
run_cache() {
	local program=user runtime=--runtime=200ms
	[[ $1 != user-mutant ]] || { program=$1; shift; }
	[[ "$*" != *--runtime=* ]] || runtime=
	run timeout -k 5 120 "build/$program/contend" run --scenario=cache --engine=user \
		${runtime:+"$runtime"} --warmup=10ms --output-format=json -o "$out" "$@"
}

# passes: all of it did.
passes() {
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ] || { echo "$output"; jq -c '.results[] | [.case, .reason, .checks]' "$out"; return 1; }
	sound
}

# figure NAME [CASE]: of a result.
figure() {
	jq ".results[${2:-0}].figures.$1" "$out"
}

# shows FILTER WORD...: all of it passes, and with more time the filter is true of the results.
shows() {
	no_failure() {
		run_cache "$@"
		[[ $status -eq 0 || $status -eq 6 ]] || { passes; return 1; }
	}
	with_more_time ".results | length > 0 and all(.ops > 0) and ($1)" no_failure "${@:2}"
	passes
}

# broken CHECK: the run failed, and for that reason. What takes a race gets time for it.
broken() {
	local check=$1 time
	shift
	for time in 200ms 2s 20s; do
		run_cache user-mutant "$@" --runtime=$time
		[ "$status" -eq 6 ] || break
		[[ $status -ne 0 ]] || return 1
	done
	[ "$status" -eq 2 ] || { echo "status $status: $output"; return 1; }
	jq -e --arg check "$check" '[.results[0].checks[] | select(.verdict == "fail").name] == [$check]' \
		"$out" || { jq -c '.results[0].checks' "$out"; return 1; }
}

# What the broken ones meet: so many clients want a few keys, and races are long.
few=(--users=8 --keys=uniform/16 --capacity=64 --origin_load=1ms)

@test "with one client each hit and each miss is that of the reference" {
	run_cache --users=1 --capacity=100 --keys=zipf:1/2000 --trace_length=5k \
		--structure=cache_fifo,cache_lru,cache_clock,cache_sieve,cache_s3fifo,cache_wtinylfu
	passes
	jq -e '[.results[].checks[] | select(.name == "reference")] | length == 6' "$out"
	jq -e '[.results[].figures.first_pass_hit_ratio] | length == 6 and (unique | length) > 3' "$out"
	# Under locks of all kinds, and patterns of all kinds.
	run_cache --users=1 --capacity=100 --keys=zipf:1/500 --trace_length=5k --pattern=scan,shift \
		--structure=cache_sieve,cache_wtinylfu --lock=null,adaptive_mutex,ebr,hazptr
	passes
	# Where the order is not one client's, there is none.
	run_cache --users=2 --capacity=100
	passes
	jq -e '[.results[].checks[] | select(.name == "reference")] == []' "$out"
}

@test "a trace is a file, compressed or not, and users share it" {
	printf '%s\n' 5 '*' $'7\r' '# five' 5 '' 9000000000000 7 5 >"$BATS_TEST_TMPDIR/plain"
	gzip -c "$BATS_TEST_TMPDIR/plain" >"$BATS_TEST_TMPDIR/named.trace.gz"
	run_cache --users=1 --trace_file="$BATS_TEST_TMPDIR/plain" --structure=cache_lru --capacity=8
	passes
	[ "$(figure first_pass_hit_ratio)" = 0.5 ]
	CONTEND_TRACES=$BATS_TEST_TMPDIR run_cache --users=1 --trace_file=named --structure=cache_lru --capacity=8
	passes
	[ "$(figure first_pass_hit_ratio)" = 0.5 ]
	# One that is not here is a skip, with the reason; one that is none an error.
	run_cache --trace_file=absent
	[ "$status" -eq 4 ]
	jq -r '.results[0].reason' "$out" | grep 'no trace: absent: No such file'
	echo '*' >"$BATS_TEST_TMPDIR/none"
	run_cache --trace_file="$BATS_TEST_TMPDIR/none"
	[ "$status" -eq 5 ]
	jq -r '.results[0].reason' "$out" | grep 'no line of it is a number'
}

# no_trace FILE REASON: it is there, and an error that says why.
no_trace() {
	run_cache --users=1 --trace_file="$1"
	[ "$status" -eq 5 ] || { echo "$1: status $status: $output"; return 1; }
	jq -r '.results[0].reason' "$out" | grep -F "trace_file=: $1: $2" ||
		{ jq -r '.results[0].reason' "$out"; return 1; }
}

@test "a line of a trace that is no number is an error, with its place" {
	local file=$BATS_TEST_TMPDIR/trace line
	for line in 4abc x -1 18446744073709551616 ' 4' "$(printf '%0200d' 1)"; do
		printf '%s\n' 1 '*' "$line" 2 >"$file"
		no_trace "$file" "line 3: "
	done
	printf '1\n2\n3\0\n' >"$file"
	no_trace "$file" "line 3: "
	printf '%s\n' 18446744073709551615 2 >"$file"
	run_cache --users=1 --trace_file="$file"
	passes
}

@test "what of a trace cannot be read is an error, and no skip" {
	local file=$BATS_TEST_TMPDIR/trace.gz
	seq 100000 | gzip >"$file"
	cp "$file" "$file.two"
	cat "$file" >>"$file.two"
	run_cache --users=1 --trace_file="$file.two" --capacity=100
	passes
	cp "$file" "$file.more"
	echo 7 >>"$file.more"
	no_trace "$file.more" "what follows the gzip stream"
	head -c 1000 "$file" >"$file.less"
	no_trace "$file.less" "it ends within a gzip stream"
	no_trace "$BATS_TEST_TMPDIR" "a trace is a regular file"
	no_trace "$BATS_TEST_TMPDIR/absent" "No such file"
	# What need not end, or waits for somebody.
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	for file in /dev/zero /dev/full "$BATS_TEST_TMPDIR/fifo"; do
		no_trace "$file" "a trace is a regular file"
	done
}

@test "of many that want a key that ends one loads it, and without a lease each" {
	shows '.[2].figures.loads_at_once_of_a_key > 10 and .[0].figures.waits > 0' --users=100 \
		--keys=uniform/1 --capacity=16 --ttl=40ms --origin_load=5ms --fill=single,lease,herd \
		--think=exp:5ms
	[ "$(figure loads_at_once_of_a_key 0)" -eq 1 ]
	[ "$(figure loads_at_once_of_a_key 1)" -eq 1 ]
}

@test "a store does so many loads at a time, and no more" {
	# One of 20 ms after the other: 50 a second, and those that wait at the end.
	run_cache --users=50 --keys=uniform/1 --capacity=16 --ttl=100ms --origin_load=20ms --origin_cores=1 \
		--fill=herd,single --think=exp:20ms --runtime=1s
	passes
	jq -e '.results[0].figures | .loads_per_s <= 50 + 51 and .loads_at_once_of_a_key > 1' "$out"
	jq -e '.results[1].figures | .loads_per_s < 20 and .loads_at_once_of_a_key == 1' "$out"
}

@test "a run ends, however much its store has to do yet" {
	# 40 seconds of loads are more than the patience with a user.
	run_cache --users=100 --keys=uniform/1000 --origin_load=400ms --origin_cores=1 --fill=herd,single
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ] || { jq -c '.results[].reason' "$out"; return 1; }
}

@test "nothing older than a write that has ended is read, however it is written" {
	shows 'all(.figures.writes > 0)' "${few[@]}" --origin_store=200us --writes=10 \
		--write=around,through,behind --ttl=20ms --structure=cache_fifo,cache_sieve,cache_lru \
		--lock=adaptive_mutex,ebr
	jq -e '.results | all(.figures.stale_reads == 0)' "$out"
	# Told to nobody, it is read for as long as the entry lives: that is counted.
	shows '.[0].figures.stale_reads > 0' "${few[@]}" --writes=10 --write=untold
	# A write behind waits for room in the queue, and is stored in the end.
	run_cache "${few[@]}" --writes=50 --write=behind --write_queue=2 --origin_store=1ms
	passes
}

@test "what is loaded ahead is not waited for, and is not older than a write" {
	shows '.[0].figures.refreshed > 0' --users=8 --keys=uniform/4 --capacity=16 --ttl=50ms \
		--refresh=40ms --origin_load=2ms --writes=1
	[ "$(figure stale_reads)" -eq 0 ]
}

@test "that there is none is kept for a while" {
	shows '.[1].figures.negative_hits > 0 and .[0].figures.hit_ratio < .[1].figures.hit_ratio' \
		--users=4 --keys=uniform/50 --capacity=100 --absent=40 --negative=0ns,1s --origin_load=200us
}

@test "first tiers hear of a write before it ends, or else stale reads are counted" {
	shows 'all(.figures.l1_hit_ratio > 0)' --architecture=tiered --users=4 --keys=zipf:1/500 \
		--capacity=200 --l1=50 --writes=5 --l1_share=user,process --origin_load=50us
	jq -e '.results | all(.figures.stale_reads == 0)' "$out"
	run_cache --architecture=tiered --users=4 --keys=zipf:1/500 --capacity=200 --l1=50 --writes=5 \
		--acknowledge=early
	passes
	jq -e '[.results[0].checks[] | select(.name == "nothing_stale")] == []' "$out"
	# One that refreshes has the last tier alone, and its books are those of that.
	run_cache --architecture=tiered --users=3 --write=around,through,behind --writes=5 \
		--ttl=20ms --refresh=5ms --runtime=100ms
	passes
}

@test "in batches, with tables, and in stripes" {
	run_cache --users=4 --batch=16 --stripes=1,8 --writes=5 --keys=zipf:1/1000 --capacity=200
	passes
	run_cache --structure=peer:ck_ht,peer:cds_lfht --lock=urcu_memb --fill=herd --users=2 \
		--keys=uniform/1000 --capacity=4k --prefill=100
	passes
	jq -e '[.results[].figures | select(.hit_ratio != 1)] == []' "$out"
}

@test "over a socket: our own server, and those of others where they are" {
	run_cache --architecture=socket --transport=unix,tcp --users=3 --batch=1,8 --keys=uniform/500 \
		--capacity=1k --writes=2
	passes
	run_cache --architecture=peer:memcached,peer:redis --transport=unix,tcp --users=3 --batch=4 \
		--keys=uniform/500 --capacity=1k --writes=2 --write=around,through
	[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || [ "$status" -eq 6 ]
	jq -e '[.results[] | select(.verdict != "pass" and .verdict != "inconclusive" and (.reason | test("scripts/setup peers") | not))] == []' "$out"
}

# server_of PID: waits until the server that a run has started listens; it is $server, and its folder
# $folder.
server_of() {
	for _ in {1..400}; do
		read -r server folder <<<"$(ps -ww -o pid=,args= --ppid "$1" |
			sed -n 's|^ *\([0-9]*\) .* --socket=\(.*\)/socket$|\1 \2|p')"
		[[ -z $folder || ! -S $folder/socket ]] || return 0
		sleep 0.05
	done
	echo "no server of $1"
	return 1
}

# Neither when it ends as it should, nor when it is killed.
@test "a run leaves no server and no folder behind" {
	local pid server folder signal
	for signal in INT KILL; do
		build/user/contend run --scenario=cache --engine=user --architecture=socket --transport=unix \
			--runtime=60s --output-format=json -o "$out" 2>/dev/null 3>&- &
		pid=$!
		server_of "$pid"
		kill -$signal "$pid"
		wait "$pid" || true
		for _ in {1..400}; do
			[[ -e $folder || -e /proc/$server ]] || break
			sleep 0.05
		done
		[ ! -e "$folder" ]
		[ ! -e "/proc/$server" ]
	done
}

# As a service manager or a shell may end all of a session, by a signal of its choice. What stops a
# process by default is there as well.
@test "a signal that ends a run, its server and its keeper alike leaves no folder behind" {
	local pid server folder keeper signal n
	for signal in USR1 VTALRM RTMIN; do
		setsid build/user/contend run --scenario=cache --engine=user --architecture=socket \
			--transport=unix --runtime=60s --output-format=json -o "$out" 2>/dev/null 3>&- &
		pid=$!
		server_of "$pid"
		keeper=$(ps -o pid=,comm= --ppid "$pid" | sed -n 's/^ *\([0-9]*\) sh$/\1/p')
		[ -n "$keeper" ]
		for n in {1..31} {34..64}; do
			[ $n -eq 9 ] || [ $n -eq 19 ] || kill -$n "$keeper"
		done
		kill -"$signal" $(ps -o pid= -s "$pid")
		wait "$pid" || true
		for _ in {1..400}; do
			[[ -e $folder || -e /proc/$server ]] || break
			sleep 0.05
		done
		[ ! -e "$folder" ] || { echo "$signal: $folder"; return 1; }
		[ ! -e "/proc/$server" ]
	done
}

# fate SIGNAL [--key=value...]: of a run whose server gets it; its status is in $status.
fate() {
	local pid server signal=$1
	shift
	build/user/contend run --scenario=cache --engine=user --architecture=socket --users=4 \
		--runtime=2s --output-format=json -o "$out" "$@" 2>/dev/null 3>&- &
	pid=$!
	server_of "$pid"
	kill -"$signal" "$server"
	# It ends, or the run does not within the patience with it.
	for _ in {1..600}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	kill -KILL "$pid" 2>/dev/null || true
	status=0
	wait "$pid" || status=$?
}

@test "a server that dies or stands still fails the run, and does not keep it" {
	local folder signal
	for signal in KILL STOP; do
		fate $signal
		[ "$status" -eq 2 ] || { echo "$signal: status $status"; return 1; }
		jq -e '[.results[0].checks[] | select(.verdict == "fail").name] == ["stops"]' "$out"
		[ ! -e "$folder" ]
	done
}

@test "TMPDIR says where the folder is, and one that cannot be is told with its remedy" {
	local long pid server folder
	folder=$BATS_TEST_TMPDIR
	TMPDIR=$folder/. build/user/contend run --scenario=cache --architecture=socket --runtime=60s \
		--output-format=json -o "$out" 2>/dev/null 3>&- &
	pid=$!
	server_of "$pid"
	kill -INT "$pid"
	wait "$pid" || true
	[[ $folder == "$BATS_TEST_TMPDIR/contend-cache-"* ]]
	[ ! -e "$folder" ]
	long=$BATS_TEST_TMPDIR/$(head -c 80 /dev/zero | tr '\0' a)
	mkdir "$long" "$BATS_TEST_TMPDIR/a b"
	while IFS='|' read -r folder reason; do
		TMPDIR=$folder run_cache --architecture=socket
		[ "$status" -eq 5 ]
		jq -r '.results[0].reason' "$out" | grep -F "$reason" || { jq -r '.results[0].reason' "$out"; return 1; }
	done <<-ROWS
		$long|bytes too long: let it name another folder
		$BATS_TEST_TMPDIR/none|make that folder, or let it name another one: $BATS_TEST_TMPDIR/none
		$BATS_TEST_TMPDIR/a b|letters, digits and
		/dev/null|Not a directory
	ROWS
	[ -z "$(ls "$long")" ]
}

@test "Ctrl-C while a run ends its server: the run ends it all the same, and leaves nothing" {
	local pid server folder=
	build/user/contend run --scenario=cache --architecture=socket --users=2 --runtime=1s \
		--warmup=0ms --output-format=json -o "$out" 2>/dev/null 3>&- &
	pid=$!
	server_of "$pid"
	# Up to here: it stands still. It is told to end when the run has ended, and killed after 5 s.
	kill -STOP "$server"
	for _ in {1..400}; do
		! grep -q '^ShdPnd:.*[4-7c-f]...$' "/proc/$server/status" || break
		sleep 0.05
	done
	grep -q '^ShdPnd:.*[4-7c-f]...$' "/proc/$server/status"
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	jq -e '[.results[0].checks[] | select(.verdict == "fail").name] == ["stops"]' "$out"
	[ ! -e "$folder" ]
	[ ! -e "/proc/$server" ]
}

@test "contend serve cache speaks memcached's protocol" {
	serve_cache
	run perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
		print $s "get k1\r\nset k1 0 0 2\r\n42\r\nget k1 k2 k1\r\nget nonsense\r\nbogus\r\nset k2 0 0 1\r\nx\r\n" .
			"delete k1\r\ndelete k1\r\nget k1\r\nquit\r\n";
		local $/; print <$s>;' "$socket"
	ends_well
	[ ! -e "$socket" ]
	[ "$(tr -d '\r' <<<"$output")" = "END
STORED
VALUE k1 0 2
42
VALUE k1 0 2
42
END
CLIENT_ERROR bad key
ERROR
SERVER_ERROR a value is a number here
DELETED
NOT_FOUND
END" ]
	run build/user/contend serve cache --engine=user
	[ "$status" -eq 1 ]
	[[ "$output" == *"socket= says where"* ]]
}

# serve_cache [WORD...]: in the background, $server at $socket; what it says is in $said.
serve_cache() {
	socket=$BATS_TEST_TMPDIR/socket said=$BATS_TEST_TMPDIR/said
	"$@" build/user/contend serve cache --engine=user --capacity=100 --socket="$socket" \
		2>"$said" 3>&- &
	server=$!
	for _ in {1..200}; do
		perl -MIO::Socket::UNIX -e 'exit !IO::Socket::UNIX->new(Peer => $ARGV[0])' "$socket" &&
			return
		sleep 0.05
	done
	return 1
}

# ends_well: on SIGTERM, in a time that has an end.
ends_well() {
	kill -TERM "$server"
	for _ in {1..200}; do
		kill -0 "$server" 2>/dev/null || { wait "$server" || return; server=; return; }
		sleep 0.05
	done
	kill -KILL "$server"
	return 1
}

# converse BYTES: what the server answers to them, until it closes or has no more to say.
converse() {
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
		print $s $ARGV[1]; $s->flush; shutdown($s, 1);
		local $/; print <$s>;' "$socket" "$1" | tr -d '\r'
}

@test "contend serve cache ends on SIGTERM, though a client sends or does not read" {
	local client code
	# One reads and asks on and on; the other never reads.
	for code in 'while (1) { syswrite($s, "get k1\r\n" x 100) or exit; sysread($s, $_, 65536) or exit }' \
		'while (1) { syswrite($s, "get" . " k1" x 900 . "\r\n") or exit }'; do
		serve_cache
		perl -MIO::Socket::UNIX -e '
			my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
			syswrite($s, "set k1 0 0 1\r\n1\r\n");
			$SIG{PIPE} = "IGNORE"; '"$code" "$socket" 3>&- &
		client=$!
		sleep 0.3
		ends_well || { kill -KILL $client; echo "$code"; return 1; }
		wait $client || :
		[ ! -e "$socket" ]
	done
}

@test "contend serve cache says where it listens and what it did, and answers version and stats" {
	local stat
	serve_cache
	[[ $(<"$said") == "contend: cache: memcached's protocol at $socket until SIGTERM" ]]
	[[ $(converse $'version\r\n') =~ ^"VERSION "[0-9]+\.[0-9]+\.[0-9]+$ ]]
	converse $'set k1 0 0 1\r\n5\r\nset k2 0 0 1\r\n5\r\nset k3 0 0 1\r\nx\r\nget k1 k2 k9\r\ndelete k2\r\n'
	stat=$(converse $'stats\r\n')
	[[ $stat == "STAT pid $server"$'\n'"STAT uptime "[0-9]* ]]
	[[ ${stat##*$'\n'} == END ]]
	for line in "curr_items 1" "cmd_get 3" "get_hits 2" "get_misses 1" "cmd_set 2" "curr_connections 1"; do
		grep -qx "STAT $line" <<<"$stat" || { echo "$line: $stat"; return 1; }
	done
	# Those of others have no such parts.
	[ "$(converse $'stats items\r\nget k1\r\n')" = $'ERROR\nVALUE k1 0 1\n5\nEND' ]
	ends_well
	[[ $(tail -n 1 "$said") == "contend: cache: 4 keys read, 3 of them there; 2 set, 1 deleted; "[0-9]*" connections, 0 of them refused" ]]
	# A run tells of its server itself.
	run build/user/contend run --scenario=cache --architecture=socket --users=1 --runtime=50ms \
		--warmup=0ms
	[[ $output != *"contend: cache:"* ]]
}

@test "a client that there is no thread for is refused, and the others are served" {
	local kib
	serve_cache
	kib=$(awk '/^VmSize/ { print $2 }' "/proc/$server/status")
	ends_well
	# A thread has a stack of 8 MiB: so many that some have room, and not all.
	serve_cache bash -c 'ulimit -s 8192; ulimit -v "$1"; shift; exec "$@"' - $((kib + 60000))
	run perl -MIO::Socket::UNIX -e '
		$SIG{PIPE} = "IGNORE";
		for (1 .. 40) { push @s, IO::Socket::UNIX->new(Peer => $ARGV[0]) or die }
		for my $s (@s) { syswrite($s, "version\r\n"); $n += sysread($s, $_, 100) ? 1 : 0 }
		print "$n served\n";' "$socket"
	[ "$status" -eq 0 ]
	served=${output% served}
	[ "$served" -gt 0 ] && [ "$served" -lt 40 ]
	# There is room again, and it was said once.
	for _ in {1..100}; do
		[[ $(converse $'get k1\r\n') != END ]] || break
		sleep 0.05
	done
	[ "$(converse $'get k1\r\n')" = END ]
	[ "$(grep -c "clients wait or are refused: a thread: " "$said")" -eq 1 ]
	ends_well
	grep -q "connections, $((40 - served)) of them refused" "$said"
}

@test "contend serve cache takes data for data, and a key in one form" {
	serve_cache
	[ "$(converse $'set k1 0 0 1 noreply\r\n5\r\nget k1\r\ndelete k1 noreply\r\nget k1\r\n')" = \
		$'VALUE k1 0 1\n5\nEND\nEND' ]
	# What is announced is swallowed, and so is the rest of a line that is too long.
	[ "$(converse $'set bad 0 0 11\r\ndelete k1\r\n\r\nset k1 0 0 5\r\nab\r\nc\r\nget k1\r\n')" = \
		$'CLIENT_ERROR bad key\nSERVER_ERROR a value is a number here\nEND' ]
	[ "$(converse $'set k1 0 0 2\r\n12345\r\nset k1 0 0 1\r\n5\nget k1\r\n')" = \
		$'CLIENT_ERROR bad data chunk\nCLIENT_ERROR bad data chunk\nEND' ]
	# Where the length is none, nothing that follows is carried out.
	[ "$(converse $'set k1 0 0 -1\r\nget k1\r\n')" = "CLIENT_ERROR bad command line format" ]
	[ "$(converse $'set k007 0 0 1\r\n7\r\nget k007\r\nget k18446744073709551616\r\nget k7\r\n')" = \
		$'CLIENT_ERROR bad key\nCLIENT_ERROR bad key\nCLIENT_ERROR bad key\nEND' ]
	# A zero, which no argument of a program can hold.
	run perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
		print $s "get k7\0x\r\nquit\r\n"; local $/; print <$s>;' "$socket"
	[ "$(tr -d '\r' <<<"$output")" = "CLIENT_ERROR bad key" ]
	ends_well
}

@test "contend serve cache takes the place of a server that was killed, and of no other" {
	serve_cache
	run timeout 10 build/user/contend serve cache --engine=user --socket="$socket"
	[ "$status" -eq 5 ]
	[[ "$output" == *"is in use: end its server"* ]]
	kill -KILL "$server"
	wait "$server" || :
	[ -S "$socket" ]
	serve_cache
	[ "$(converse $'get k1\r\n')" = END ]
	ends_well
	echo mine >"$socket"
	run timeout 10 build/user/contend serve cache --engine=user --socket="$socket"
	[ "$status" -eq 5 ]
	[ "$(cat "$socket")" = mine ]
}

@test "keys that make no sense together are refused, with the reason" {
	while IFS='|' read -r words reason; do
		[[ $words == *--engine=* ]] || words+=" --engine=user"
		# shellcheck disable=SC2086 # words
		run build/user/contend check --scenario=cache $words
		[ "$status" -eq 1 ]
		[[ "$output" == *"$reason"* ]]
	done <<-'ROWS'
		--trace_file=x --pattern=scan|trace_file= is a trace
		--refresh=10ms|refresh= is less than ttl=
		--refresh=10ms --ttl=10ms|refresh= is less than ttl=
		--l1=10|l1= is of architecture=tiered: leave it out of architecture=single
		--architecture=tiered --batch=2|one key at a time
		--architecture=tiered --engine=ioctl --clients=processes|clients=threads
		--architecture=socket --write=behind --writes=1|write=behind is of our own
		--architecture=peer:redis --fill=single|there are no leases
		--transport=tcp|transport= is of architecture=socket and peers
		--health=1s|health= asks a server
		--structure=peer:ck_ht --lock=urcu_memb|is a table
		--trace_file=a,b,#|a path has no blank
		--capacity=0|capacity= is at least 1
		--structure=peer:ck_ht --lock=urcu_memb --fill=herd --capacity=0|capacity= is at least 1
	ROWS
}

@test "while the server stands still a health check refuses, and no longer" {
	stalls_sooner_or_later --scenario=cache --architecture=socket --users=64 --offered=poisson:100/s
}

@test "so many requests are under way at once, asked for one by one or together" {
	shows 'all(.outcomes.shed > 0)' --users=8 --shed=inflight:2 --batch=1,8 --origin_load=1ms
	jq -e '.results | all(.figures.inflight_max <= 2 and (.checks | any(.name == "inflight")))' "$out"
}

@test "two loads of a key at once are seen (caffeine#625)" {
	broken one_loader "${few[@]}" --architecture=busted_flight --ttl=5ms
}

@test "a load in vain that clears another one's lease is seen (go#31420)" {
	broken one_loader "${few[@]}" --architecture=busted_cleanup --writes=10
}

@test "a refresh that puts in what is older than a write is seen (caffeine#175)" {
	broken nothing_stale "${few[@]}" --architecture=busted_refresh --writes=5 --ttl=10ms --refresh=8ms
}

@test "a write that is in the cache before it is in the store is seen" {
	broken nothing_invented "${few[@]}" --architecture=busted_early --writes=5 --write=through
}

@test "a write that was acknowledged and is lost is seen" {
	broken nothing_lost "${few[@]}" --architecture=busted_behind --writes=20 --write=behind \
		--write_queue=2 --origin_store=1ms
}

@test "an entry that was not put in and counts as if is seen" {
	broken conservation "${few[@]}" --architecture=busted_ledger --writes=10
}

@test "more entries than the capacity are seen" {
	broken capacity --users=2 --architecture=busted_capacity --capacity=100
}

@test "one more look at a key than there were requests is seen" {
	broken reference --users=1 --architecture=busted_touch --capacity=100
}
