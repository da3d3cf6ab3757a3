#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=data: problems that a team of workers solves, its laws, and twins that break one each.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
	scripts/build user MUTANT=1 TSAN=1
	scripts/build user MUTANT=1 SAN=1
}

setup() {
	load jq
	load judged
	load laws
	cd "$BATS_TEST_DIRNAME/../.."
	out=$BATS_TEST_TMPDIR/out.json
	text=$BATS_TEST_TMPDIR/text
}

# build/NAME's program on the scenario, its document in $out.
scenario() {
	local build=$1
	shift
	run --separate-stderr "build/$build/contend" run --scenario=data --warmup=0ms "$@" -o "$out" \
		--output-format=json
}

# documents: some whose words are known.
documents() {
	local i
	mkdir -p "$text/deep"
	for i in {1..400}; do
		echo "the $((i % 7)) and the $((i % 11))"
	done >"$text/one"
	seq 2000 >"$text/deep/two"
	head -c 4000 /dev/zero >"$text/no-text"
}

@test "words are counted as one thread counts them, wherever workers meet" {
	documents
	for barrier in sense dissemination tree; do
		passes --input="$text" --runtime=200ms --workers=3 --grain=100 --barrier=$barrier
		jq -e '.results[0].figures | .documents == 2 and .words == 4000 and .tasks > 2 and
			.serial_ns > 0 and .idle_barrier_ns > 0' "$out"
	done
	jq -e '[.results[0].checks[].name] |
		contains(["once", "phases", "woken", "result", "deque", "event_count", "barrier_tree"])' "$out"
	# And as others do.
	LC_ALL=C
	jq -e --argjson n "$(cat "$text/one" "$text/deep/two" | tr -cs 'A-Za-z0-9_' '\n' | sort -u | wc -l)" \
		'.results[0].figures.words_distinct == $n' "$out"
	passes --input="$text/one" --problem=index --runtime=200ms --grain=1
	jq -e '.results[0].figures | .documents == 1 and .words == 2000' "$out"
}

@test "what is forked is joined, and is what one thread finds" {
	for problem in nqueens sort fft fib; do
		passes --architecture=forkjoin --problem=$problem --runtime=300ms --workers=3
		jq -e '.results[0].figures | .tasks > 0 and .spawned > 0 and .spawn_ns == null' "$out"
	done
	# Four queens stand in two ways, and each that is placed is a task.
	passes --architecture=forkjoin --size=4 --grain=1 --workers=1 --runtime=300ms
	jq -e '.results[0].figures | .spawned == 15 and .spawn_ns > 0' "$out"
	passes --architecture=forkjoin --problem=fib --spawn=lazy --workers=1 --runtime=300ms
	jq -e '.results[0].figures | .tasks == 0 and .spawned > 1000' "$out"
	# Those of a batch lie with their maker, until there are many or another worker has nothing to do.
	passes --architecture=forkjoin --problem=nqueens --spawn=batch --workers=1 --runtime=300ms
	jq -e '.results[0].figures | .spawned > 500 and .tasks < .spawned / 4' "$out"
	shows '.figures | .tasks > 0 and .steals > 0' --architecture=forkjoin --problem=fib --grain=4 \
		--spawn=batch --workers=3
	passes --architecture=forkjoin --size=9 --grain=1 --spawn=batch --capacity=2 --runtime=300ms
	passes --architecture=forkjoin --problem=fft --size=1 --runtime=50ms --workers=1
	# A merge ends however small a task may be.
	passes --architecture=forkjoin --problem=sort --size=25 --grain=1 --workers=1 --runtime=300ms
	# What there is no room for its maker does.
	passes --architecture=forkjoin --problem=fib --capacity=2 --runtime=300ms
}

@test "a graph's supersteps end as one thread's search of it does" {
	for problem in bfs pagerank components triangles; do
		passes --architecture=graph --problem=$problem --runtime=300ms --size=10 --grain=16 \
			--workers=3 --barrier=tree
		jq -e '.results[0].figures | .vertices == 1024 and .edges > 10000' "$out"
	done
	# Edges that are drawn twice are one.
	jq -e '.results[0].figures | .edges < 15000 and .supersteps == 1 and .triangles > 10000' "$out"
	passes --architecture=graph --size=8 --runtime=300ms
	# 64 searches, none of which ends where it begins.
	jq -e '.results[0].figures.supersteps >= 64 * 2' "$out"
	passes --architecture=graph --graph=uniform --runtime=300ms
}

@test "packages are a graph, where apt has their lists" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	cat >"$BATS_TEST_TMPDIR/bin/apt-cache" <<-'SH'
		#!/bin/sh
		printf 'Package: a\nPre-Depends: c\nDepends: b (>= 1), c:any | d\n\nPackage: b\nVersion: 1\n\nPackage: e\n\n'
	SH
	chmod +x "$BATS_TEST_TMPDIR/bin/apt-cache"
	passes --architecture=graph --graph=debian --problem=components --runtime=200ms
	jq -e '.results[0].figures | .vertices == 5 and .edges == 4' "$out"
	# Of six that all depend on those before and on themselves, some twice, any three are a triangle.
	cat >"$BATS_TEST_TMPDIR/bin/apt-cache" <<-'SH'
		#!/bin/sh
		for i in 1 2 3 4 5 6; do
			printf 'Package: %s\nPre-Depends: 1, 2\nDepends: 6, %s\n\n' $i "$(seq -s, $i)"
		done
	SH
	passes --architecture=graph --graph=debian --problem=triangles --runtime=200ms
	jq -e '.results[0].figures | .vertices == 6 and .edges == 15 and .triangles == 20' "$out"
	echo '#!/bin/sh' >"$BATS_TEST_TMPDIR/bin/apt-cache"
	scenario user --architecture=graph --graph=debian --runtime=100ms
	[ "$status" -ne 0 ]
	jq -e '.results[0].reason | contains("apt-get update gets their lists")' "$out"
}

@test "a window is committed once, as one thread counts it" {
	for problem in tumbling sliding; do
		passes --architecture=stream --problem=$problem --runtime=300ms --workers=3
		jq -e '.results[0].figures | .windows > 50 and .lost == 0 and .doubled == 0' "$out"
	done
	jq -e '[.results[0].checks[].name] |
		contains(["watermark", "window", "ledger", "commit", "result", "queue"])' "$out"
}

@test "workers that are killed lose nothing that has a checkpoint, and double what has been committed" {
	passes --architecture=stream --deaths=40 --runtime=1s
	jq -e '.results[0].figures | .lost == 0 and .doubled == 0 and .worker_deaths >= 40 and
		.worker_recovery_p50_ns > 0' "$out"
	# The law says how many there may be: as many as were committed since the last checkpoint.
	shows '.figures.doubled > 0' --architecture=stream --deaths=200 --workers=4 --commit=atleastonce \
		--problem=sliding
	jq -e '.results[0].figures.lost == 0' "$out"
	shows '.figures.lost > 0' --architecture=stream --deaths=40 --commit=none
}

@test "what is lost and doubled is that of single deaths" {
	# One request, which is no measured one: there is room for all of its deaths.
	for commit in none exactlyonce atleastonce; do
		# Or none at all, where the run is over before it begins.
		for _ in {1..20}; do
			scenario user --architecture=stream --deaths=100 --size=40k --runtime=1ms \
				--commit=$commit
			! jq -e '.results[0].deaths' "$out" >/dev/null || break
		done
		jq -e '.results[0] | all(.checks[]; .verdict == "pass") and
			(.deaths | length == 100 and all(.recovery_ns > 0)) and
			([.deaths[].doubled] | add) == .figures.doubled' "$out"
		# Another worker may call one late that is not, and the other way round: these are few.
		jq -e '.results[0] | ([.deaths[].lost] | add) - .figures.lost | fabs <= 10' "$out"
		# It is of what it was sent and has not told of.
		[ $commit != none ] || jq -e '.results[0].deaths | any(.lost > 0) and
			all(.lost <= .since)' "$out"
	done
	passes --architecture=stream --runtime=100ms
	jq -e '.results[0].deaths == null' "$out"
}

# start --key=value...: a run that leads a group of processes, $pid.
start() {
	setsid build/user/contend run --scenario=data --warmup=0ms --runtime=60s "$@" -o "$out" \
		--output-format=json 2>/dev/null 3>&- &
	pid=$!
}

# threads COUNT: until $pid has so many.
threads() {
	local now
	for _ in {1..400}; do
		now=(/proc/"$pid"/task/*)
		[ ${#now[@]} -lt "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

# background --key=value...: likewise, once it has forked one, $child.
background() {
	start "$@"
	for _ in {1..400}; do
		child=$(pgrep -o -P "$pid") && return
		sleep 0.05
	done
	return 1
}

# interrupted: what was run in the background has ended as it should.
interrupted() {
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	jq -e '.results[0] | .complete == false and .verdict != "error" and all(.checks[]; .verdict == "pass")' "$out"
}

@test "an interrupt is for the leader of a stream, and not for its workers" {
	local pid child
	background --architecture=stream --commit=none --workers=4 --size=2m
	kill -INT -- "-$pid"
	interrupted
	jq -e '.results[0].figures | .worker_deaths == 0 and .lost == 0' "$out"
}

@test "an interrupt does not wait for what would take long" {
	local pid problem
	# One thread makes it, and does it alone.
	for problem in "forkjoin --size=16" "graph --size=22"; do
		# shellcheck disable=SC2086 # words
		start --architecture=$problem
		threads 2
		kill -INT "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq 130 ]
		jq -e '.results[0] | .complete == false and .verdict == "error" and
			(.reason | startswith("interrupted while one thread made problem="))' "$out"
	done
	# A request of a minute, of the leader, its user and a worker.
	start --architecture=forkjoin --problem=fib --size=40
	threads 3
	kill -INT "$pid"
	interrupted
	start --architecture=stream --deaths=2000
	threads 4
	kill -INT "$pid"
	interrupted
	jq -e '.results[0].figures.worker_deaths < 2000' "$out"
}

@test "a worker that somebody else has killed has died like others" {
	local pid child
	background --architecture=stream --commit=none --workers=4 --size=2m
	kill -KILL "$child"
	kill -INT "$pid"
	interrupted
	jq -e '.results[0].figures.worker_deaths == 1' "$out"
}

@test "a worker that cannot be started is told, with the reason, and ends the run" {
	local nobody=(setpriv --reuid=61235 --regid=61235 --clear-groups)
	"${nobody[@]}" test -x build/user/contend || skip "root has no such limit, and others cannot read this directory"
	# The program, its user, and two keepers: none is left for a worker.
	run --separate-stderr "${nobody[@]}" prlimit --nproc=4 build/user/contend run --scenario=data \
		--architecture=stream --workers=2 --runtime=60s --output-format=json
	[ "$status" -eq 5 ]
	jq -e '.results[0] | .verdict == "error" and
		.reason == "a worker cannot be started: Resource temporarily unavailable"' <<<"$output"
}

@test "others find what one thread finds, which is what we find" {
	documents
	local peer words edges triangles
	passes --input="$text" --runtime=100ms
	words=$(jq .results[0].figures.words_distinct "$out")
	passes --architecture=graph --size=8 --runtime=100ms --problem=bfs
	edges=$(jq .results[0].figures.edges "$out")
	passes --architecture=graph --size=8 --runtime=100ms --problem=triangles
	triangles=$(jq .results[0].figures.triangles "$out")
	for peer in tbb gomp mpi; do
		run scripts/peers.d/data $peer words "$text" 3 100 20
		[ "$status" -ne 4 ] || skip "${output#*: }"
		[ "$status" -eq 0 ]
		[[ "$output" =~ ^[1-9][0-9]*\ $words$ ]]
		run scripts/peers.d/data $peer bfs 8 3 16 20
		[[ "$output" =~ ^[1-9][0-9]*\ $edges$ ]]
		run scripts/peers.d/data $peer triangles 8 3 16 20
		[[ "$output" =~ ^[1-9][0-9]*\ $triangles$ ]]
	done
}

@test "Open MPI needs neither root nor a network" {
	local nobody=(setpriv --reuid=61235 --regid=61235 --clear-groups)
	run scripts/peers.d/data mpi bfs 8 2 16 20
	[ "$status" -ne 4 ] || skip "${output#*: }"
	[ "$status" -eq 0 ]
	[ "$(id -u)" -ne 0 ] || "${nobody[@]}" test ! -x build/peers-data/mpi ||
		"${nobody[@]}" scripts/peers.d/data mpi bfs 8 2 16 20
	unshare -rn true || skip "no network name space can be made here"
	unshare -rn sh -c 'ip link set lo up && exec "$@"' sh scripts/peers.d/data mpi words COPYING 2 100 20
}

@test "peers data refuses what it does not know, and names the package that is missing" {
	local words
	for words in "" nonsense words "tbb" "tbb words COPYING 2 100" "gomp bfs 8 0 16 20" "mpi bfs x 2 16 20" \
		"mpi spawn 18 20" "gomp spawn 18" "tbb spawn 18 -1"; do
		# shellcheck disable=SC2086 # words
		run scripts/peers.d/data $words
		[ "$status" -eq 1 ]
		[[ "$output" == *"; see scripts/peers.d/data --help" ]]
	done
	mkdir "$BATS_TEST_TMPDIR/few"
	for words in bash dirname readlink; do
		ln -s "$(command -v $words)" "$BATS_TEST_TMPDIR/few/"
	done
	PATH=$BATS_TEST_TMPDIR/few run scripts/peers.d/data mpi bfs 8 2 16 20
	[ "$status" -eq 4 ]
	[[ "$output" == *"g++ is not installed: scripts/setup peers has it" ]]
	ln -s "$(command -v g++)" "$BATS_TEST_TMPDIR/few/"
	PATH=$BATS_TEST_TMPDIR/few run scripts/peers.d/data mpi bfs 8 2 16 20
	[ "$status" -eq 4 ]
	[[ "$output" == *"libopenmpi-dev is not installed: scripts/setup peers has it" ]]
}

@test "tasks lie in a deque, or in what has a lock" {
	documents
	passes --input="$text" --runtime=200ms --structure=stack --lock=ticket
	passes --input="$text" --runtime=200ms --structure=queue --lock=mcs --spawn=lazy
	passes --input="$text" --runtime=200ms --workers=1
	passes --input="$text" --runtime=200ms --workers=32 --grain=50
	scenario user --input="$text" --runtime=200ms --structure=list
	[ "$status" -ne 0 ]
	jq -e '.results[0].reason | contains("a list of this module cannot push")' "$out"
}

@test "a law that is broken is seen by its check" {
	documents
	caught_by once --architecture=busted_twice --input="$text" --grain=20 --workers=4
	caught_by phases --architecture=busted_phase --input="$text" --grain=4000
	caught_by woken --architecture=busted_wake --input="$text" --workers=4
	caught_by result --architecture=busted_split --input="$text" --grain=100
	caught_by once --architecture=busted_drop --problem=fib --capacity=2
	caught_by result --architecture=busted_drop --problem=nqueens --spawn=lazy --workers=1
	caught_by result --architecture=busted_drop --problem=fft --spawn=lazy --workers=1
	caught_by result --architecture=busted_part --size=10 --grain=16 --workers=3
	caught_by result --architecture=busted_part --problem=triangles --size=10 --grain=16 --workers=3
	caught_by watermark --architecture=busted_watermark
	caught_by window --architecture=busted_reopen
	caught_by ledger --architecture=busted_late
	caught_by commit --architecture=busted_commit --deaths=100
}

@test "no sanitizer has anything to say of a team or a stream" {
	documents
	for build in user-tsan-mutant user-san-mutant; do
		for words in "--input=$text --grain=100 --barrier=tree" \
			"--input=$text --problem=index --grain=100 --spawn=batch" \
			"--architecture=forkjoin --problem=fib --size=12" \
			"--architecture=forkjoin --problem=fft --size=4096 --grain=64" \
			"--architecture=forkjoin --problem=sort --size=10k --grain=512" \
			"--architecture=graph --size=8 --grain=16" \
			"--architecture=graph --problem=pagerank --size=8 --grain=16" \
			"--architecture=graph --problem=components --size=8 --grain=16" \
			"--architecture=graph --problem=triangles --size=8 --grain=16" \
			"--architecture=stream --size=5000 --deaths=4"; do
			# shellcheck disable=SC2086 # words
			scenario $build $words --workers=3 --runtime=200ms
			echo "$build: $words"
			! grep -m1 -A30 -E 'Sanitizer|runtime error' <<<"$stderr" || return 1
			[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		done
	done
}

@test "what cannot be is said before it is begun" {
	refused "a team has 32 workers at most" --workers=33
	refused "has no problem=sums" --problem=sums
	refused "size= of problem=bfs is 26 at most" --architecture=graph --size=27
	refused "size= of problem=tumbling is 16777216 at most" --architecture=stream --size=16777217
	refused "size= of problem=fib is 40 at most" --architecture=forkjoin --problem=fib --size=41
	refused "size= of problem=fft is a power of two" --architecture=forkjoin --problem=fft --size=9
	refused "users= means nothing to scenario=data" --users=3
	refused "make user MUTANT=1 builds those that are" --architecture=busted_twice
	refused "deaths= is of architecture=stream: leave it out of architecture=mapreduce" --deaths=4
	refused "barrier= is of architecture=mapreduce, forkjoin and graph: leave it out of architecture=stream" \
		--architecture=mapreduce,stream --barrier=tree
	refused "structure= is of architecture=" --architecture=stream --structure=queue
	refused "input= is of architecture=mapreduce" --architecture=graph --input=COPYING
	refused "deaths: the number must be 0 to 10000" --architecture=stream --deaths=1000000
}

@test "an archive is read as the folder that it was made of, and nothing is written" {
	local packed
	documents
	ln "$text/one" "$text/link"
	ln -s /etc/passwd "$text/symbolic"
	mkfifo "$text/fifo"
	for packed in tar tar.gz tar.xz tar.zst; do
		tar -C "$text" -caf "$BATS_TEST_TMPDIR/a.$packed" .
		passes --input="$BATS_TEST_TMPDIR/a.$packed" --runtime=200ms --grain=100
		# One of the two names, and what is none: the zeros and the fifo.
		jq -e '.results[0].figures | .documents == 2 and .words == 4000 and .left_out == 2' "$out"
	done
	# Names that are outside, and none that anybody could make.
	tar -P -C "$text" --transform "s|one|$BATS_TEST_TMPDIR/evil|;s|two|../../../../../../../..$BATS_TEST_TMPDIR/evil|" \
		-cf "$BATS_TEST_TMPDIR/evil.tar" ./one ./deep/two
	passes --input="$BATS_TEST_TMPDIR/evil.tar" --runtime=200ms --grain=100
	jq -e '.results[0].figures.documents == 2' "$out"
	[ ! -e "$BATS_TEST_TMPDIR/evil" ]
	# A folder may be called so.
	mv "$text" "$text.tar"
	passes --input="$text.tar" --runtime=200ms --grain=100
	jq -e '.results[0].figures.documents == 3' "$out"
}

@test "an archive that is damaged, or has no end, is told" {
	local a=$BATS_TEST_TMPDIR/a packed size
	# no_archive PATH WHY
	no_archive() {
		"build/${3-user}/contend" run --scenario=data --input="$1" --runtime=10s \
			--output-format=json >"$out" || [ $? -eq 5 ]
		jq -e --arg why "no text in $1: $2" '.results[0].reason | startswith($why)' "$out" ||
			{ jq .results[0].reason "$out"; return 1; }
	}
	documents
	no_archive "$a.tar.xz" "No such file or directory; input= names"
	mkfifo "$a.tar"
	no_archive "$a.tar" "the archive is no file; "
	rm "$a.tar"
	for packed in tar tar.gz tar.xz tar.zst; do
		: >"$a.$packed"
		no_archive "$a.$packed" "the archive is damaged, or none: "
		seq 10000 >"$a.$packed"
		no_archive "$a.$packed" "the archive is damaged, or none: "
		tar -C "$text" -caf "$a.$packed" .
		size=$(stat -c %s "$a.$packed")
		truncate -s $((size / 2)) "$a.$packed"
		for build in user user-san-mutant; do
			no_archive "$a.$packed" "the archive is damaged, or none: " $build
		done
	done
	tar -C "$text" -cf "$a.tar" no-text
	no_archive "$a.tar" "no file in it is text; "
	# What says that it is so large is not read to its end.
	truncate -s 5G "$text/large"
	{ tar -C "$text" -c one large || :; } | head -c 100000 | gzip >"$a.tar.gz"
	no_archive "$a.tar.gz" "it unpacks to more than 4 GiB: name a folder of some of it; "
	tar -C "$text" -Sczf "$a.tar.gz" large
	no_archive "$a.tar.gz" "it unpacks to more than 4 GiB: "
	truncate -s 2G "$text/large"
	{ tar -C "$text" -c one large || :; } | head -c 100000 | gzip >"$a.tar.gz"
	no_archive "$a.tar.gz" "the archive is damaged, or none: "
}

@test "what is read is what is text, and who names nothing else is told why there is none" {
	# no_text PATH WHY
	no_text() {
		"${as[@]}" "$PWD/build/user/contend" run --scenario=data --input="$1" --runtime=100ms \
			--output-format=json >"$out" || [ $? -eq 5 ]
		jq -e --arg why "no text in $1: $2; input= names a file of text, or a folder or tar archive of such" \
			'.results[0].reason == $why' "$out"
	}
	local as=() all=$BATS_TEST_TMPDIR/all
	mkdir -p "$all/empty" "$all/closed" "$all/below"
	: >"$all/nothing"
	head -c 100 /dev/zero >"$all/binary"
	mkfifo "$all/fifo"
	ln -s loop "$all/loop"
	ln -s nowhere "$all/broken"
	ln -s .. "$all/below/up"
	truncate -s 2G "$all/large"
	no_text /none "No such file or directory"
	no_text "$all/nothing" "it is empty"
	no_text "$all/binary" "a zero is in it, so that it is no text"
	no_text "$all/large" "it is too large"
	no_text "$all/fifo" "it is neither a file nor a folder"
	no_text /dev/null "it is neither a file nor a folder"
	no_text "$all/loop" "Too many levels of symbolic links"
	no_text "$all/broken" "No such file or directory"
	no_text "$all/binary/x" "Not a directory"
	no_text "$all/empty" "no file below it is text"
	no_text "$all" "no file below it is text"
	# Who may read all is not kept from it.
	[ "$(id -u)" -ne 0 ] || as=(setpriv --bounding-set=-dac_override,-dac_read_search)
	echo closed >"$all/secret"
	chmod 0 "$all/secret" "$all/closed"
	no_text "$all/secret" "Permission denied"
	no_text "$all/closed" "Permission denied"
	# All of them beside a text, by a link to their folder: it is read, once, and they are left out.
	echo one two one >"$all/below/text"
	ln -s all "$BATS_TEST_TMPDIR/link"
	"${as[@]}" "$PWD/build/user/contend" run --scenario=data --input="$BATS_TEST_TMPDIR/link" \
		--runtime=100ms --output-format=json >"$out" || [ $? -eq 6 ]
	chmod 700 "$all/closed"
	jq -e '.results[0].figures | .documents == 1 and .words == 3 and .words_distinct == 2 and
		.left_out == 5' "$out"
}
