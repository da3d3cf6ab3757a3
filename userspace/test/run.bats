#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# contend run, inside a VM. CONTEND_KO and CONTEND_MUTANT_KO name the modules. The tag program
# is for what the program makes of what a kernel says: the same on each.

bats_require_minimum_version 1.5.0

setup_file() {
	[ -n "${CONTEND_VM:-}" ] || { echo "not in a VM" >&2; return 1; }
	insmod "$CONTEND_KO"
}

teardown_file() { rmmod contend; }

setup() {
	load ../../scripts/long_enough
	load jq
	cd "$BATS_TEST_DIRNAME/../.."
	job=$BATS_TEST_TMPDIR/a.job
	# Whoever watches the tests at a terminal does not watch these pipes.
	unset CONTEND_TTY CONTEND_PARTIAL
	# No test depends on how busy the host is.
	export CONTEND_HOST_STAT=/dev/null
}

contend() { run --separate-stderr build/user/contend "$@"; }

# Lines that were too long, in one piece.
unwrap() {
	output=$(sed ':a; N; $!ba; s/\n    \([^ ]\)/ \1/g' <<<"$output")
	mapfile -t lines <<<"$output"
}

# A scenario has more to begin.
enough() { long_enough 200ms 1s 5s -- --separate-stderr build/user/contend "$@"; }

shortly() { long_enough 30ms 300ms 3s -- --separate-stderr build/user/contend "$@"; }

@test "a pass is status 0 and a table with the verdict in its last line" {
	shortly run --lock=spinlock,rcu --engine=kernel,ioctl
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "verdict: pass (4 pass)" ]
	[ -z "$(awk 'length > 79' <<<"$output")" ]
	unwrap
	[[ "${lines[0]}" == "all: structure=counter workers=2 runtime="* ]]
	[[ "$output" =~ "lock     engine "+"ops/s ".*" verdict"$'\n'"spinlock kernel " ]]
	[[ "$output" =~ "rcu      ioctl "[^$'\n']*" pass"$'\n' ]]
	[[ "$output" == *"harness (null lock, one worker): counter "* ]]
	[[ "$output" == *"world: Linux $(uname -r), $CONTEND_ACCEL, "* ]]
	# A machine that needs long for it is told how long.
	[[ -z "$stderr" || "$stderr" =~ ^"contend: 4 cases, about "[0-9]+" s"$ ]]
}

# bats test_tags=program
@test "a document says when, by what and on which machine it was made" {
	CONTEND_HOST_CPU="A CPU" CONTEND_HOST_CPUS=3 CONTEND_HOST_KERNEL=9.9 CONTEND_HOST_LOAD=0.5 \
		CONTEND_COMMAND="scripts/run x" contend run --lock=rcu --runtime=5ms \
		--warmup=1ms --output-format=json
	jq -e '.provenance | (.made_at | fromdate > 0) and .commit != "" and
		.command_line == "contend run --lock=rcu --runtime=5ms --warmup=1ms --output-format=json" and
		.host_command_line == "scripts/run x" and
		.host == { cpu: "A CPU", cpus: "3", kernel: "9.9", load_1min: "0.5" }' <<<"$output"
	# A guest does not take its own CPU for its host's.
	CONTEND_HOST_CPU='' contend run --lock=rcu --runtime=5ms --warmup=1ms --output-format=json
	jq -e '.provenance.host.cpu == "unknown"' <<<"$output"
}

@test "the console has the case that runs, and that they have ended" {
	dmesg -C
	contend run --lock=rcu,mutex --runtime=5ms --warmup=1ms
	[ "$(dmesg | grep -o "contend: case.*")" = "$(printf 'contend: case%s\n' \
		" command-line/lock=rcu lock=rcu structure=counter engine=kernel workers=2" \
		" command-line/lock=mutex lock=mutex structure=counter engine=kernel workers=2" \
		"s ended")" ]
}

# bats test_tags=program
@test "in a guest whose output ends in a terminal there are colours and progress, unless NO_COLOR" {
	# Both are pipes there; to bats stderr is a file.
	at() { run bash -c "$1 build/user/contend run --lock=rcu --runtime=5ms --warmup=1ms 2>&1 | cat"; }
	at CONTEND_TTY=12
	# whatever the verdict
	[[ "$output" == *$'\033[3'* && "$output" == *"[1/1] command-line, "*left* ]]
	at CONTEND_TTY=2
	[[ "$output" != *$'\033[3'* && "$output" == *"[1/1]"* ]]
	at "NO_COLOR=1 CONTEND_TTY=1"
	[[ "$output" != *$'\033'* ]]
	at ""
	[[ "$output" != *$'\033'* ]]
}

# bats test_tags=program
@test "what cannot be written is status 5 with the reason; nobody reads is no error" {
	local word
	# into COMMAND WORD...: stdout goes there.
	into() { run --separate-stderr bash -c 'to=$1; shift; "$@" >"$to"' into "$@"; }
	for word in human json ndjson csv histogram; do
		into /dev/full build/user/contend run --lock=rcu --runtime=5ms --warmup=1ms \
			--output-format="$word"
		[ "$status" -eq 5 ]
		[[ "$stderr" == *"cannot write"*"No space left on device"* ]]
	done
	for word in doctor list; do
		into /dev/full build/user/contend "$word"
		[ "$status" -eq 5 ]
		[[ "$stderr" == *"cannot write to stdout: No space left on device"* ]]
	done
	into /dev/null build/user/contend run --lock=rcu --runtime=5ms --warmup=1ms -o /dev/full
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"cannot write /dev/full: No space left on device"* ]]
	for word in "run --lock=rcu --runtime=50ms --warmup=1ms" doctor; do
		# shellcheck disable=SC2086
		run bash -c 'trap "" PIPE; build/user/contend "$@" | true; echo "${PIPESTATUS[0]}"' \
			pipe $word
		# In so short a run a worker may get no CPU, which is 6.
		[[ "${lines[-1]}" == [06] ]]
		[[ "$output" != *"cannot write"* ]]
	done
}

@test "json is one document of the schema, with units in its keys" {
	shortly run --structure=counter,list --engine=kernel,ioctl --lock=rwlock \
		--output-format=json
	[ "$status" -eq 0 ]
	jq -e '.schema == "contend.result/1" and .verdict == "pass" and
		(.results | length) == 4 and .environment.kernel == "'"$(uname -r)"'" and
		.environment.accel == "'"$CONTEND_ACCEL"'"' <<<"$output"
	jq -e '.results | all(.ops > 0 and .ops_per_s > 0 and .wait_ns.p99 <= .wait_ns.max and
		.hold_ns.p50 <= .hold_ns.p9999 and .fairness.jain <= 1.0000001 and
		.fairness.min_over_max > 0 and .concurrency > 0 and .concurrency <= 1 and
		(.per_worker | length) == 2 and (.per_worker | map(.ops) | add) == .ops and
		(.checks | all(.verdict == "pass")) and .complete and .verify == "full" and
		(.job.spec | contains("lock=rwlock")))' <<<"$output"
	jq -e '.results | map(select(.engine == "ioctl")) | all(.response_ns.p50 > .hold_ns.p50)' \
		<<<"$output"
	jq -e '.results | map(select(.engine == "kernel")) |
		all(.harness_ns > 0 and .response_ns == null)' <<<"$output"
	jq -e '.environment | .clock_ns > 0 and .clock_step_ns > 0 and .numa_nodes == 1' \
		<<<"$output"
	# What only the witness in the kernel knows is null elsewhere.
	jq -e '.results | all(.fairness.starved_ns >= .wait_ns.max and
		([.per_worker[].starved_ns] | max) == .fairness.starved_ns)' <<<"$output"
	jq -e '.results | map(select(.engine == "kernel")) | all(
		([.per_worker[].overtakes] | add) == .fairness.overtakes and
		([.per_worker[].bypass] | max) == .fairness.bypass and
		.fairness.handovers >= 0 and .fairness.handovers <= 1)' <<<"$output"
	jq -e '.results | map(select(.engine == "ioctl")) | all(.fairness.overtakes == null and
		.fairness.bypass == null and .fairness.handovers == null and
		.fairness.local == null and .per_worker[0].handovers == null)' <<<"$output"
}

@test "who got the lock from whom, and past whom" {
	# More workers than CPUs: long enough for one to be preempted while it asks.
	for time in 30ms 300ms 3s 30s; do
		contend run --lock=tas --workers=6 --mix=inc:1 --runtime=$time --output-format=json
		[ "$status" -eq 0 ] || continue
		! jq -e '.results[0].fairness | .overtakes > 0 and .bypass > 0 and
			.handovers > 0 and .local > 0' <<<"$output" || break
	done
	jq -e '.results[0] | .fairness as $f | $f.overtakes > 0 and $f.bypass > 0 and
		$f.handovers > 0 and $f.handovers <= 1 and $f.local > 0 and $f.local <= 1 and
		$f.bypass <= $f.overtakes and
		(([.per_worker[].local] | add) / ([.per_worker[].handovers] | add) - $f.local |
			fabs) < 0.000001' <<<"$output"
	# Who is alone gets it from nobody.
	shortly run --lock=tas --workers=1 --mix=inc:1 --output-format=json
	jq -e '.results[0] | .handover_ns == null and (.fairness | .overtakes == 0 and
		.bypass == 0 and .handovers == 0 and .local == null)' <<<"$output"
}

@test "how long a lock takes from one worker to the next: a sample of its hand-overs" {
	# Whoever waits in a section of 100 us has waited for the hand-over and more.
	for time in 30ms 300ms 3s 30s; do
		contend run --lock=mutex --mix=inc:1 --hold=100us --runtime=$time \
			--output-format=json
		[ "$status" -eq 0 ] || continue
		! jq -e '.results[0].handover_ns.trimmed_mean > 0' <<<"$output" || break
	done
	jq -e '.results[0] | .handover_ns.trimmed_mean > 0 and .handover_ns.max <= .wait_ns.max and
		(.per_worker | any(.handover_ns.trimmed_mean > 0))' <<<"$output"
	# Of two locks' it would not be one lock's.
	shortly run --structure=accounts --mix=transfer:1 --lock=mutex --stripes=4 \
		--keys=seq/64 --hold=100us --output-format=json
	jq -e '.results[0].handover_ns == null' <<<"$output"
}

# bats test_tags=program
@test "csv has a column for each figure of fairness, empty where nobody knows it" {
	shortly run --lock=mutex --engine=kernel,ioctl --output-format=csv
	[[ "${lines[0]}" == *,harness_ns,starved_ns,overtakes,bypass,handovers,local,wait_mean_ns,wait_trimmed_mean_ns,* ]]
	[[ "${lines[1]}" =~ ,kernel,mutex,.*,[0-9]+,[0-9]+,[0-9]+,[01]\.[0-9]{4}, ]]
	[[ "${lines[2]}" =~ ,ioctl,mutex,.*[0-9],,[0-9]+,,,,, ]]
}

# bats test_tags=program
@test "histogram has each bucket that counts something" {
	local ops
	shortly run --lock=rcu --structure=list --mix=lookup:2,insert:1,erase:1 \
		--keys=uniform/64 --output-format=histogram
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = case,repeat,worker,time,from_ns,below_ns,count ]
	# What one operation waited was less than what was told of it, and none is lost.
	ops() { awk -F, -v w="$1" -v t="$2" '$3 == w && $4 == t { n += $7; bad += $5 >= $6 }
		END { print bad ? "bad" : n + 0 }' <<<"$output"; }
	ops=$(ops 1 wait)
	((ops > 0 && ops == $(ops 1 hold)))
	(($(ops all reclaim) > 0))
}

@test "json tells how late what was erased is freed, where the lock defers" {
	shortly run --structure=list --lock=hazptr,rcu,mutex --mix=insert:1,erase:1 \
		--keys=uniform/64 --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.results | map(select(.lock != "mutex")) | length == 2 and all(.backlog_max > 0 and
		.reclaim_ns.p50 > 0 and .reclaim_ns.p50 <= .reclaim_ns.max)' <<<"$output"
	jq -e '.results[] | select(.lock == "mutex") | .backlog_max == null and
		.reclaim_ns == null' <<<"$output"
}

# bats test_tags=program
@test "ndjson is one case a line, and the verdict" {
	shortly run --lock=rcu,srcu --output-format=ndjson
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	jq -e '.case == "command-line/lock=rcu" and .environment.kernel != null' <<<"${lines[0]}"
	jq -e '.verdict == "pass" and .cases == 2 and .complete' <<<"${lines[2]}"
}

# bats test_tags=program
@test "csv has a heading and as many fields in each line" {
	shortly run --lock=rcu,null --workers=1 --mix=read:1,inc:1 --output-format=csv
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	fields=$(tr -cd , <<<"${lines[0]}" | wc -c)
	for line in "${lines[@]:1}"; do
		[ "$(sed 's/"[^"]*"//g' <<<"$line" | tr -cd , | wc -c)" -eq "$fields" ]
	done
}

@test "tune= sets what a structure has by name, in each engine of the module" {
	# Each resource is too old when it comes back: all are gone after so many gets.
	contend run --engine=kernel,ioctl,ring --lock=null --structure=pool,pool_lifo \
		--mix=try_get:1 --workers=1 --capacity=4 --tune=age_ns:0 --runtime=100ms --warmup=0ms \
		--output-format=json
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	jq -e '(.results | length) == 6 and all(.results[]; .elements <= 8 and .misses > 10)' \
		<<<"$output"
}

# bats test_tags=program
@test "csv has a line for each group of workers besides" {
	local name
	name='BEGIN { FS = OFS = "," } { gsub(/"[^"]*"/, "") } NR == 1 {
		for (i = 1; i <= NF; i++) at[$i] = i; next } { print $NF, $(at["workers"]), $(at["ops"]) }'
	shortly run --lock=mutex --structure=hash --group=readers:2,writer:1 --output-format=csv
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == *,group ]]
	mapfile -t lines < <(awk "$name" <<<"$output")
	[ "${#lines[@]}" -eq 3 ]
	[[ "${lines[0]}" == ,3,* && "${lines[1]}" == readers,2,* && "${lines[2]}" == writer,1,* ]]
	((${lines[0]##*,} == ${lines[1]##*,} + ${lines[2]##*,}))
}

# The order in which the cases of a document ran, a round a line.
order() { jq -r '.results | group_by(.repeat)[] | map(.lock) | join(" ")' <<<"$output"; }

# bats test_tags=program
@test "repeats come in an order that the seed fixes, each round whole" {
	# Whatever the verdicts: of so short runs some may be inconclusive.
	local args=(--lock=rcu,mutex,rwlock --repeat=4 --runtime=5ms --warmup=1ms
		--output-format=json) first
	contend run "${args[@]}"
	[[ "$status" == [06] ]]
	jq -e '.repeats == 4 and .seed == 1 and
		[.results[].repeat] == [range(1; 5) | ., ., .] and
		(.results | group_by(.repeat) | all(map(.lock) | sort ==
			["mutex", "rcu", "rwlock"]))' <<<"$output"
	first=$(order)
	[ "$(sort -u <<<"$first" | wc -l)" -gt 1 ]
	contend run "${args[@]}"
	[ "$(order)" = "$first" ]
	contend run "${args[@]}" --seed=2
	[ "$(order)" != "$first" ]
}

# bats test_tags=program
@test "repeats are summed up by case, in the order of the job" {
	shortly run --lock=rcu,mutex --engine=ioctl --repeat=5 --output-format=json
	[ "$status" -eq 0 ]
	jq -e '. as $d | [.summary[].lock] == ["rcu", "mutex"] and (.summary | all(. as $s |
		[$d.results[] | select(.case == $s.case)] as $runs |
		.runs == 5 and .verdict == "pass" and .engine == "ioctl" and .workers == 2 and
		([$runs[].ops_per_s] | sort | .[2]) == .ops_per_s.median and
		([$runs[].wait_ns.p99] | sort | .[2]) == .wait_ns.p99.median and
		([$runs[].response_ns.p50] | sort | .[2]) == .response_ns.p50.median and
		(.ops_per_s | .interval_95[0] <= .median and .median <= .interval_95[1]) and
		.ops_per_s.interval_95[0] >= ([$runs[].ops_per_s] | min)))' <<<"$output"
	shortly run --lock=rcu --repeat=2 --output-format=ndjson
	[ "${#lines[@]}" -eq 3 ]
	jq -e '.repeat == 2 and .environment.kernel != null' <<<"${lines[1]}"
	jq -e '.cases == 1 and .repeats == 2 and (.summary | length) == 1' <<<"${lines[2]}"
	shortly run --lock=rcu --repeat=2 --output-format=csv
	[[ "${lines[0]}" == *,reason,repeat,group ]]
	[[ "${lines[2]}" == *,\"\",2, ]]
}

# bats test_tags=program
@test "repeats have one line each case, and where its median lies" {
	shortly run --lock=rcu,seqlock,mutex --structure=list --repeat=3
	[ "$status" -eq 0 ]
	unwrap
	echo "$output"
	[[ "${lines[2]}" =~ ^"lock "+"ops/s "+"95% ".*" verdict"$ ]]
	[[ "${lines[3]}" =~ ^"rcu "+[0-9.]+[kMG]?" "+[0-9.]+[kMG]?-[0-9.]+[kMG]?" ".*" pass"$ ]]
	[[ "${lines[4]}" =~ ^"seqlock "+"- "+"- ".*"- skip"$ ]]
	[[ "${lines[5]}" =~ ^"mutex "+[0-9.]+[kMG]?" "+[0-9.]+[kMG]?-[0-9.]+[kMG]?" ".*" pass"$ ]]
	[[ "$output" == *$'\n'"command-line/lock=seqlock: skip: "* ]]
	[[ "$output" == *", of 3 in random order; "* ]]
	[ "${lines[-1]}" = "verdict: pass (2 pass, 1 skip)" ]
}

# bats test_tags=program
@test "without repeats a document says nothing of them" {
	shortly run --lock=rcu,mutex --output-format=json
	jq -e '[.results[].lock] == ["rcu", "mutex"] and
		([keys, (.results[0] | keys)] | flatten |
			all(. != "repeat" and . != "repeats" and . != "summary"))' <<<"$output"
}

# bats test_tags=program
@test "compare runs both sides itself and says what it can" {
	printf '[x]\nlock=spinlock structure=counter,list\n' >"$job"
	# Long enough for figures of each run; "can't tell" is status 6 too, and an answer.
	for time in 30ms 300ms 3s; do
		contend compare "$job" --a=lock=rcu --a=workers=1 --b=lock=mutex --b=workers=2 \
			--repeat=4 --threshold=1000 --metric=hold_p50 --output-format=json \
			--runtime=$time --warmup=5ms
		! jq -e '.cases | all(.a.runs == 4 and .b.runs == 4)' <<<"$output" || break
	done
	[[ "$status" == [036] ]]
	jq -e '.verdict == { "0": "pass", "3": "regression", "6": "inconclusive" }["'"$status"'"] and
		.a.words == "lock=rcu workers=1" and .b.words == "lock=mutex workers=2" and
		.a.environment == .b.environment and .a.environment.kernel == "'"$(uname -r)"'" and
		[.cases[].case] == ["x/structure=counter", "x/structure=list"] and
		(.cases | all(.a.runs == 4 and .b.runs == 4 and (.b.hold_p50_ns.each | length) == 4 and
			(.spec | contains("lock=rcu ") and contains("workers=1 "))))' <<<"$output"
	# What was not run is not compared.
	contend compare "$job" --a=lock=rcu --b=lock=seqlock --structure=list --repeat=4 \
		--runtime=5ms
	[ "$status" -eq 4 ]
	unwrap
	[[ "$output" == *"skip: the verdict of A is "*", that of B skip"* ]]
	contend compare --a=lock=rcu --b=lock=mutex --workers=1000
	[ "$status" -eq 1 ]
	[[ "$stderr" == *max_workers* ]]
}

# bats test_tags=program
@test "-o writes the document to a file and nothing to stdout" {
	shortly run --lock=rcu -o "$BATS_TEST_TMPDIR/out" --output-format=json
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	jq -e '.verdict == "pass"' "$BATS_TEST_TMPDIR/out"
}

# bats test_tags=program
@test "a file that cannot be written is told before anything runs" {
	dmesg -C
	mkdir "$BATS_TEST_TMPDIR/sealed"
	mount -t tmpfs -o ro none "$BATS_TEST_TMPDIR/sealed"
	for file in /nonexistent/out "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/sealed/out"; do
		contend run --lock=rcu --runtime=60s -o "$file"
		[ "$status" -eq 5 ]
		[[ "$stderr" == "contend: cannot write $file: "* ]]
		contend compare --a=lock=rcu --b=lock=mutex --runtime=60s -o "$file"
		[ "$status" -eq 5 ]
	done
	umount "$BATS_TEST_TMPDIR/sealed"
	[ -z "$(dmesg | grep "contend: case")" ]
}

# bats test_tags=program
@test "-o replaces a file in one step, where links lead to, and leaves its mode" {
	cd "$BATS_TEST_TMPDIR"
	mkdir there
	echo before >there/file
	chmod 640 there/file
	exec 9<there/file
	ln -s there/file link
	ln -s link again
	contend=$BATS_TEST_DIRNAME/../../build/user/contend
	"$contend" run --lock=rcu --runtime=5ms --warmup=1ms -o again --output-format=json || true
	[ -L again ] && [ -L link ]
	[ "$(ls -A there)" = file ]
	[ "$(stat -c %a there/file)" = 640 ]
	jq -e .complete there/file
	# whoever has it open has what it was
	[ "$(cat <&9)" = before ]
	# a link to what is not there yet
	ln -s there/new new
	"$contend" run --lock=rcu --runtime=5ms --warmup=1ms -o new --output-format=json || true
	[ -L new ] && jq -e .complete there/new
}

# bats test_tags=program
@test "what cannot be replaced is written as it is: a pipe, stdout" {
	run --separate-stderr bash -c "build/user/contend run --lock=rcu --runtime=5ms --warmup=1ms -o /dev/stdout --output-format=json | cat"
	jq -e .complete <<<"$output"
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	timeout 60 cat "$BATS_TEST_TMPDIR/pipe" >"$BATS_TEST_TMPDIR/read" &
	build/user/contend run --lock=rcu --runtime=5ms --warmup=1ms -o "$BATS_TEST_TMPDIR/pipe" --output-format=json || true
	wait $!
	jq -e .complete "$BATS_TEST_TMPDIR/read"
}

# bats test_tags=program
@test "a full disk leaves the file as it was, and the document on stdout" {
	mkdir "$BATS_TEST_TMPDIR/small"
	mount -t tmpfs -o size=8k none "$BATS_TEST_TMPDIR/small"
	echo before >"$BATS_TEST_TMPDIR/small/out"
	contend run --lock=rcu,mutex,rwlock --runtime=5ms --warmup=1ms --output-format=json \
		-o "$BATS_TEST_TMPDIR/small/out"
	[ "$(cat "$BATS_TEST_TMPDIR/small/out")" = before ]
	[ "$(ls -A "$BATS_TEST_TMPDIR/small")" = out ]
	umount "$BATS_TEST_TMPDIR/small"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"No space left on device"* ]]
	jq -e '.complete and (.results | length == 3)' <<<"$output"
	# Room for the document, and for no file beside it: that one is not cut off either.
	mount -t tmpfs -o size=8k,nr_inodes=2 none "$BATS_TEST_TMPDIR/small"
	echo before >"$BATS_TEST_TMPDIR/small/out"
	contend run --lock=rcu --runtime=5ms --warmup=1ms -o "$BATS_TEST_TMPDIR/small/out"
	[ "$(cat "$BATS_TEST_TMPDIR/small/out")" = before ]
	umount "$BATS_TEST_TMPDIR/small"
	[ "$status" -eq 5 ]
}

# bats test_tags=program
@test "whatever ends a run, the cases that had ended are there" {
	printf '[one]\nruntime=5ms\n[two]\nruntime=60s\n' >"$BATS_TEST_TMPDIR/two.job"
	run_two() {
		local format=$1 file=$2
		shift 2
		# what is there is this run's
		rm -f "$file"
		build/user/contend run "$BATS_TEST_TMPDIR/two.job" --output-format="$format" "$@" \
			>"$BATS_TEST_TMPDIR/stdout" 2>/dev/null &
		for _ in {1..600}; do
			[ ! -s "$file" ] || break
			sleep 0.1
		done
		kill -9 $!
		wait $! || true
	}
	run_two ndjson "$BATS_TEST_TMPDIR/stdout"
	[ "$(jq -r .case <"$BATS_TEST_TMPDIR/stdout")" = one ]
	run_two csv "$BATS_TEST_TMPDIR/stdout"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stdout")" -eq 2 ]
	run_two json "$BATS_TEST_TMPDIR/out" -o "$BATS_TEST_TMPDIR/out"
	jq -e '(.complete | not) and (.results | map(.case)) == ["one"]' "$BATS_TEST_TMPDIR/out"
	CONTEND_PARTIAL=$BATS_TEST_TMPDIR/partial run_two human "$BATS_TEST_TMPDIR/partial"
	grep -q "^incomplete: 1 of 2 runs" "$BATS_TEST_TMPDIR/partial"
	[ ! -s "$BATS_TEST_TMPDIR/stdout" ]
	# Of one that ended by itself nothing is left there.
	CONTEND_PARTIAL=$BATS_TEST_TMPDIR/partial contend run --lock=rcu --runtime=5ms
	[ ! -e "$BATS_TEST_TMPDIR/partial" ]
}

# host SHARE: a host that takes so many per cent of the CPU time.  It says so each 10 ms,
# which an emulated guest needs longer for: the runs that look at it take a second.
host() {
	local stolen=0 ran=0
	export CONTEND_HOST_STAT=$BATS_TEST_TMPDIR/host
	printf 'steal_ns=0\nrun_ns=0\n' >"$CONTEND_HOST_STAT"
	while sleep 0.01; do
		((stolen += $1, ran += 100 - $1))
		printf 'steal_ns=%d\nrun_ns=%d\n' "$stolen" "$ran" >"$CONTEND_HOST_STAT.new"
		mv "$CONTEND_HOST_STAT.new" "$CONTEND_HOST_STAT"
	done &
	host=$!
}

# bats test_tags=program
@test "what the host's scheduler takes is told, and where it makes the figures they are none" {
	export CONTEND_HOST_CPUS=1
	host 50
	contend run --lock=rcu --runtime=1s --output-format=json
	kill $host
	[ "$status" -eq 6 ]
	jq -e '(.environment | .host_cpus == 1 and .overcommitted) and
		(.results[0] | .stolen == 0.5 and .steal_ns > 0 and
		.reason == "the host'"'"'s scheduler made the figures: it took 50% of the CPU time that was asked for")' \
		<<<"$output"
	host 20
	contend run --lock=rcu --runtime=1s
	kill $host
	[ "$status" -eq 0 ]
	unwrap
	[[ "$output" == *$'\n'"command-line: the host took 20% of the CPU time that was asked for"$'\n'* ]]
	[[ "$output" == *"2 cpus on 1 of the host, "* ]]
	# Nobody knows.
	CONTEND_HOST_STAT=/dev/null shortly run --lock=rcu --output-format=json
	jq -e '.results[0].stolen == null' <<<"$output"
}

@test "what a lock cannot do is a skip with its reason; alone it is status 4" {
	shortly run --lock=seqlock,rcu --structure=list
	[ "$status" -eq 0 ]
	unwrap
	[[ "$output" == *"skip: seqlock does not promise what structure=list needs of its lock"* ]]
	[ "${lines[-1]}" = "verdict: pass (1 pass, 1 skip)" ]
	shortly run --lock=null --workers=2
	[ "$status" -eq 4 ]
	unwrap
	[[ "$output" == *"null excludes nobody"* ]]
	# It ends when two have met inside.
	contend run --lock=null --workers=2 --engine=ioctl --runtime=60s
	[ "$status" -eq 4 ]
	contend run --lock=refcount --engine=kernel,ioctl --runtime=60s
	[ "$status" -eq 4 ]
	unwrap
	[[ "$output" == *"2 cases: skip: refcount is for readers only: a mix without writes, as in mix=read:1"* ]]
	shortly run --lock=refcount --engine=kernel,ioctl --structure=list --mix=lookup:1
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "verdict: pass (2 pass)" ]
	shortly run --engine=user --lock=spinlock,mcs --workers=1
	unwrap
	[[ "$output" == *"engine=user has no lock spinlock"* ]]
	[[ "${lines[-1]}" == "verdict: "*"1 pass"*"1 skip"* ]]
}

@test "what the module knows to be wrong is told before anything runs" {
	contend run --lock=rcu --mix=push:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"structure=counter has no operation 'push'"* ]]
	contend run --workers=1000
	[ "$status" -eq 1 ]
	[[ "$stderr" == *max_workers* ]]
	contend run --capacity=10m
	[ "$status" -eq 1 ]
	[[ "$stderr" == *max_capacity* ]]
	contend run --lock=busted_spinlock
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"unknown lock 'busted_spinlock'"* ]]
	[ "$(grep -c . /proc/contend/objects)" -eq 1 ]
	[ "$(grep -c . /proc/contend/runs)" -eq 1 ]
}

@test "clients may be threads, and operations may go in batches" {
	shortly run --engine=ioctl --clients=threads --workers=4 --batch=32 --structure=list \
		--lock=rcu --keys=zipf:1.1/200 --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.results[0] | .workers == 4 and .ops % 32 == 0 and
		(.checks | map(.name)) == ["module", "client-conservation"]' <<<"$output"
}

@test "the same load goes through rings, with a thread that takes it and without" {
	shortly run --engine=ring --lock=rcu --structure=list --workers=2 --batch=1,32 \
		--poller=0ns,1ms --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.results | length == 4 and all(.engine == "ring" and .ops > 0 and .verdict == "pass" and
		(.checks | map(.name)) == ["module", "client-conservation"])' <<<"$output"
	# Those that wait, and threads.
	shortly run --engine=ring --lock=mutex --structure=queue --group=producer:1,consumer:2 \
		--capacity=4 --clients=threads --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.results[0] | .block_ns != null and .ops > 0' <<<"$output"
	[ "$(grep -c . /proc/contend/objects)" -eq 1 ]
}

@test "what clients say they did is what is there, run after run" {
	# Short ones: what goes wrong with their end does so in each.
	contend run --engine=ioctl --lock=rcu,mutex --repeat=25 --runtime=10ms --warmup=1ms \
		--output-format=json
	jq -e '[.results[].checks[] | select(.name == "client-conservation")] |
		length >= 25 and all(.verdict == "pass")' <<<"$output"
}

@test "a section lasts and a worker thinks as long as they are told to" {
	local engine
	for engine in kernel ioctl; do
		shortly run --lock=mutex --workers=1 --hold=50us --engine=$engine --output-format=json
		[ "$status" -eq 0 ]
		# the mean: a percentile is the middle of a bucket, which may be below
		jq -e '.results[0].hold_ns.mean >= 50000' <<<"$output"
		# so many operations have so many thoughts between them, but for the first
		shortly run --lock=mutex --workers=1 --think=1ms --engine=$engine --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .ops_per_s * (.ops - 1) <= 1000 * .ops' <<<"$output"
	done
}

@test "in an open loop a response counts from when it was due" {
	local engine
	for engine in kernel ioctl; do
		# Twice as much work as there is time: the last one waits for all before it.
		shortly run --lock=mutex --workers=1 --arrival=periodic:500us --hold=1ms \
			--engine=$engine --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .ops < 20 or .response_ns.max > 5 * .hold_ns.p50' <<<"$output"
		jq -e '.results[0] | .response_ns.p50 >= .hold_ns.p50' <<<"$output"
		jq -e '.results[0] | .service_ns.p50 >= .hold_ns.p50 and
			.service_ns.mean <= .response_ns.mean' <<<"$output"
	done
	shortly run --lock=mutex --workers=1 --arrival=periodic:500us
	unwrap
	[[ "$output" == *"response99 "*"service50 "* ]]
	contend run --arrival=poisson:1ms --think=1ms
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"command line: who works by arrival= does not think="* ]]
}

# flat: what a narrow terminal's lines say.
flat() {
	tr -s ' \n' '  ' <<<"$output"
}

@test "an open loop tells what was offered, served, left, and how late; a saturated one says so" {
	local engine
	for engine in kernel ioctl; do
		contend run --lock=mutex --workers=1 --hold=100us --arrival=periodic:20us \
			--runtime=200ms --warmup=500ms --engine=$engine --output-format=json
		[ "$status" -eq 0 ]
		# A rate is over the measured time, whenever what was done in it was due.
		jq -e '.results[0] | .span_ns >= 200000000 and .concurrency <= 1 and
			(.ops_per_s * .span_ns / 1e9 / .ops - 1 | fabs) < 0.000001 and
			(.offered_per_s / 50000 - 1 | fabs) < 0.01 and .saturated and
			.unserved >= (.offered_per_s - .ops_per_s) * .span_ns / 1e9 - 1 and
			.lateness_ns > .span_ns / 2 and
			.per_worker[0].unserved == .unserved' <<<"$output"
		contend run --lock=mutex --workers=1 --hold=100us --arrival=periodic:20us \
			--runtime=50ms --engine=$engine
		[[ "$(flat)" == *": offered "*"/s, served "*"/s, at the end "*" unserved and "*"ms late: saturated, so that the response is that of this runtime"* ]]
		contend run --lock=mutex --workers=1 --arrival=periodic:10ms --runtime=1s \
			--engine=$engine --output-format=json
		jq -e '.results[0] | .saturated == false and .unserved < 50' <<<"$output"
		shortly run --lock=mutex --engine=$engine --output-format=json
		jq -e '.results[0] | .saturated == null and .unserved == null' <<<"$output"
	done
}

@test "each group of workers does its own operations, in both engines" {
	local engine
	for engine in kernel ioctl; do
		shortly run --engine=$engine --lock=rcu --structure=hash \
			--group=readers:2,writer:1 --readers.mix=lookup:1 \
			--writer.mix=lookup:0,insert:1,erase:1 --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .workers == 3 and
			([.groups[] | [.name, .workers]] == [["readers", 2], ["writer", 1]]) and
			([.per_worker[] | .group] == ["readers", "readers", "writer"]) and
			([.per_worker[] | .reads == .ops] == [true, true, false]) and
			.per_worker[2].reads == 0 and
			.groups[0].ops == ([.per_worker[:2][].ops] | add) and
			.groups[1].ops == .per_worker[2].ops and
			([.verbs[].name] == ["lookup", "insert", "erase"]) and
			.verbs[0].ops == .groups[0].ops and
			([.verbs[1:][].ops] | add) == .groups[1].ops and
			([.groups[].ops] | add) == .ops and
			all(.groups[], .verbs[]; .wait_ns.max >= .wait_ns.p50) and
			([.groups[].wait_ns.max] | max) == .wait_ns.max and
			([.verbs[].wait_ns.max] | max) == .wait_ns.max' <<<"$output"
	done
	# With the table, below the line of the case.
	shortly run --lock=rcu --structure=hash --group=readers:2,writer:1 --readers.mix=lookup:1 \
		--writer.mix=insert:1
	[[ "$output" =~ $'\n'"  readers "[^$'\n']*$'\n'"  writer "[^$'\n']*$'\n'"  lookup "[^$'\n']*$'\n'"  insert " ]]
	[ -z "$(awk 'length > 79' <<<"$output")" ]
	# Without groups there are operations all the same.
	shortly run --lock=rcu --structure=hash --mix=insert:1,erase:1 --output-format=json
	jq -e '.results[0] | .groups == [] and ([.verbs[].name] == ["insert", "erase"]) and
		([.verbs[].ops] | add) == .ops and .per_worker[0].group == null' <<<"$output"
	# A batch has one response for all of its operations.
	shortly run --engine=ioctl --structure=hash --batch=4 --output-format=json
	jq -e '.results[0] | .response_ns != null and all(.verbs[]; .response_ns == null)' \
		<<<"$output"
}

# bats test_tags=program
@test "a group may work by arrivals and another one not; repeats sum up each" {
	local args=(--lock=mutex --group=paced:1,busy:1 --paced.arrival=periodic:2k/s --repeat=2)
	shortly run "${args[@]}" --output-format=json
	[ "$status" -eq 0 ]
	jq -e 'all(.results[]; .offered_per_s == .groups[0].offered_per_s and
			.groups[0].response_ns.p999 > 0 and .groups[0].service_ns != null and
			.groups[1].offered_per_s == null and .groups[1].response_ns == null and
			all(.verbs[]; .response_ns != null)) and
		(.summary[0] | [.groups[].name] == ["paced", "busy"] and
			.groups[0].response_ns.p999.median > 0 and
			.groups[1].response_ns == null and
			.verbs[0].wait_ns.p50.interval_95 != null)' <<<"$output"
	shortly run "${args[@]}"
	[[ "$(flat)" == *", paced: offered "* ]]
	[[ "$(flat)" != *", busy: offered "* ]]
}

# bats test_tags=program
@test "compare ranks by a figure of a group or an operation, and says beforehand that there is none" {
	local args=(--lock=spinlock,mutex --structure=hash --by=lock
		--group=readers:1,writer:1 --readers.mix=lookup:1 --repeat=3)
	long_enough 30ms 300ms 3s -- --separate-stderr build/user/contend compare "${args[@]}" \
		--metric=readers.wait_p99 --output-format=json
	jq -e '.metric == "readers.wait_p99" and
		(.cases | length) == 2 and
		all(.cases[]; .b["readers.wait_p99_ns"].each | length == 3)' <<<"$output"
	run --separate-stderr build/user/contend compare "${args[@]}" --metric=reader.wait_p99
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == *"there is no group and no operation 'reader': did you mean 'readers'?"* ]]
}

# bats test_tags=program
@test "so few operations are no figures: inconclusive, and says how few" {
	local engine
	for engine in kernel ioctl; do
		contend run --workers=1 --arrival=periodic:400ms --runtime=500ms --warmup=0ns \
			--engine=$engine
		[ "$status" -eq 6 ]
		# As many as it has done in the time that the machine has made of that.
		[[ "$(flat)" =~ ": inconclusive: "([1-9])" operation"s?" in "[0-9.]+" s: one more or less is "([0-9]+)"% of ops/s" ]]
		((BASH_REMATCH[2] == 100 / BASH_REMATCH[1]))
	done
}

# The other pages' commands are those of userspace/test/teach.bats.
@test "the lesson of priority inversion runs as its page has it" {
	local words n=0
	while read -r words; do
		# shellcheck disable=SC2086 # words of a command line
		contend run $words --output-format=json
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		jq -e '.results[0].wait_ns.p50 > 0' <<<"$output"
		n=$((n + 1))
	done < <(grep -o 'jobs/teach/inversion.job --section=.*' doc/teach/inversion.md)
	[ "$n" -eq 2 ]
}

@test "the lock alone has a rate and no times, and says that nobody looked" {
	shortly run --measure=lock --lock=spinlock,null,rcu --mix=read:1 --workers=1 \
		--output-format=json
	[ "$status" -eq 0 ]
	jq -e '.results | length == 3 and all(.ops > 0 and .wait_ns == null and .hold_ns == null and
		.misses == 0 and (.per_worker[0].reads == 0 or .per_worker[0].reads == .ops) and
		(.checks | map(select(.name == "exclusion"))[0].verdict == "skip"))' <<<"$output"
	# spinlock has no read side
	jq -e '.results[2].per_worker[0].reads > 0' <<<"$output"
	shortly run --measure=lock --lock=mutex --mix=inc:1 --workers=2
	[ "$status" -eq 0 ]
	unwrap
	[ "${lines[1]}" = "case         ops/s jain verdict" ]
	[[ "${lines[2]}" =~ ^"command-line "+[0-9.]+[kMG]?" "[01].[0-9]+" pass"$ ]]
	[[ "$output" == *"the lock alone was measured in some cases, and not checked"* ]]
	[[ "$output" =~ "harness (null lock, one worker): counter (the lock alone) "([0-9.]+)[nu]s ]]
	[ "${BASH_REMATCH[1]}" != 0 ]
	contend run --measure=lock --lock=mutex
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"measure=lock takes a mix of one side, as in mix=read:1"* ]]
	contend run --measure=lock --mix=read:1 --engine=ioctl
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"measure=lock and measure=rate are for engine=kernel and engine=user"* ]]
}

@test "workers share a lock with interrupts if it keeps them out, else it is a skip that says why" {
	shortly run --lock=spinlock,spinlock_bh,raw_spinlock_irq,mutex --workers=3 \
		--context=task:2,hardirq:1 --output-format=json
	[ "$status" -eq 0 ]
	jq -e '[.results[] | .verdict] == ["skip", "skip", "pass", "skip"]' <<<"$output"
	jq -e '.results[0].reason | contains("a hardirq worker")' <<<"$output"
	jq -e '.results[3].reason | startswith("mutex sleeps")' <<<"$output"
	jq -e '.results[2].per_worker | map(.context) == ["task", "task", "hardirq"] and
		all(.ops > 0)' <<<"$output"
	shortly run --lock=spinlock_bh --structure=list --mix=insert:1,erase:1 \
		--context=softirq --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.results[0].per_worker | all(.context == "softirq" and .ops > 0)' <<<"$output"
	contend run --lock=spinlock_irq --engine=ioctl --context=hardirq
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"engine=kernel"* ]]
	[ -z "$output" ]
}

# bats test_tags=program
@test "a lowered verification is told" {
	shortly run --lock=rcu --verify=end
	[ "$status" -eq 0 ]
	unwrap
	[[ "$output" == *"verification was lowered"* ]]
}

# interrupted ENGINE SECONDS: a run that is interrupted after that time
interrupted() {
	build/user/contend run --lock=rcu,mutex --runtime=60s --warmup=1ms \
		--engine="$1" --output-format=json -o "$BATS_TEST_TMPDIR/out" &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		sleep 0.1
		[ "$(grep -c . /proc/contend/objects)" -eq 1 ] || break
	done
	sleep "$2"
	kill -INT $pid
	status=0
	wait $pid || status=$?
}

@test "an interrupt gives what there is, marked, with status 130" {
	for engine in kernel ioctl; do
		# Longer, if a worker got no CPU before it.
		for time in 0.5 5 20; do
			interrupted $engine $time
			jq -e '.verdict == "inconclusive"' "$BATS_TEST_TMPDIR/out" || break
		done
		[ "$status" -eq 130 ]
		jq -e '(.results | length) == 1 and .results[0].complete == false and
			.results[0].verdict == "pass" and .results[0].ops > 0' "$BATS_TEST_TMPDIR/out"
	done
}

@test "a killed client is a harness error, not a verdict on the lock" {
	build/user/contend run --engine=ioctl --runtime=60s \
		>"$BATS_TEST_TMPDIR/out" 2>&1 &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		sleep 0.1
		[ "$(pgrep -c -P $pid)" -eq 2 ] && break
	done
	sleep 1
	kill -KILL "$(pgrep -n -P $pid)"
	kill -INT $pid
	status=0
	wait $pid || status=$?
	output=$(<"$BATS_TEST_TMPDIR/out")
	[ "$status" -eq 130 ]
	[[ "$output" == *"was killed"* ]]
	[[ "$output" == *"verdict: error"* ]]
	[ "$(grep -c . /proc/contend/objects)" -eq 1 ]
}

@test "the mutant's broken lock is status 2, with worker, invariant and values" {
	rmmod contend
	# What contend is to find here KCSAN would report too, and rightly: see awake.
	[ ! -e /sys/kernel/debug/kcsan ] || echo off >/sys/kernel/debug/kcsan
	insmod "$CONTEND_MUTANT_KO"
	# A worker catches the other one in the act, or in some runs it is only the
	# books that tell, and they know no worker.
	local act='exclusion broken [0-9]+ times?; the first: worker [01] \(pid [0-9]+\) op [0-9]+: [a-z ]+\(.*\): saw [0-9]+, expected [0-9]+'
	for ((i = 0; i < 20; i++)); do
		contend run --lock=busted_spinlock --runtime=60s
		[ "$status" -eq 2 ]
		unwrap
		[[ ! "$output" =~ $act ]] || break
	done
	[[ "$output" =~ $act ]]
	# No figure of a case that failed.
	[ "${lines[2]}" = "command-line     - fail" ] || [ "${lines[2]}" = "command-line     - fail, incomplete" ]
	# Nor of one that failed in some of its repeats.
	contend run --lock=busted_spinlock --runtime=60s --repeat=2 --output-format=json
	[ "$status" -eq 2 ]
	jq -e '.summary == [{ case: "command-line", engine: "kernel", lock: "busted_spinlock",
		structure: "counter", workers: 2, runs: 2, verdict: "fail" }]' <<<"$output"
	contend compare --a=lock=busted_spinlock --b=lock=null --runtime=60s --repeat=1
	[ "$status" -eq 2 ]
	unwrap
	[[ "$output" == *"fail: the verdict of A is fail, that of B "* ]]
	# One that is told to count goes on, and fails all the same.
	for time in 30ms 300ms 3s 30s; do
		contend run --lock=busted_none --hold=1us --violations=count --runtime=$time \
			--output-format=json
		[ "$status" -eq 2 ]
		! jq -e '.results[0].checks[0].violations > 10' <<<"$output" || break
	done
	jq -e '.results[0] | .verdict == "fail" and .complete and .ops == null and
		.checks[0].name == "exclusion" and .checks[0].violations > 10' <<<"$output"
	contend run --lock=busted_none --violations=count --engine=ioctl
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"stall=, nest=, verify=end, violations=count, measure=lock and measure=rate are for engine=kernel"* ]]
	# It ends at the first violation, which two clients have to meet in.
	contend run --lock=busted_spinlock --engine=ioctl --runtime=60s
	[ "$status" -eq 2 ]
	unwrap
	[[ "$output" == *"module broken "* ]]
	# Alone nobody meets anybody: that shows nothing, and does not pass.
	for engine in kernel ioctl; do
		contend run --lock=busted_none --workers=1 --engine=$engine --runtime=50ms
		[ "$status" -eq 6 ]
		unwrap
		[[ "$output" == *"inconclusive: nothing was provoked: busted_none is broken on purpose"* ]]
	done
	# README's: the money is lost.
	for time in 200ms 2s 20s; do
		contend run --lock=busted_spinlock --structure=accounts --stripes=2 \
			--keys=uniform/8 --mix=transfer:1 --violations=count --runtime=$time \
			--output-format=json
		! jq -e '.results[0].checks[] | select(.name == "conservation").verdict == "fail"' \
			<<<"$output" || break
	done
	[ "$status" -eq 2 ]
	jq -e '.results[0] | .complete and
		([.checks[] | select(.verdict == "fail").name] | contains(["exclusion", "conservation"]))' \
		<<<"$output"
	rmmod contend
	insmod "$CONTEND_KO"
}

@test "a connection pool borrows from the kernel, by either door, and outlives who is killed" {
	out=$BATS_TEST_TMPDIR/out.json
	for words in --engine=ioctl --engine=ring "--engine=ioctl --kills=20%"; do
		# shellcheck disable=SC2086 # words
		enough run --scenario=pool --users=8 --capacity=20 --min_idle=3 --query_time=2ms \
			$words -o "$out" --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .outcomes.ok > 0 and (.checks | all(.verdict == "pass"))' "$out"
	done
	jq -e '.results[0].figures.killed > 0' "$out"
}

@test "an exchange hands over by the kernel's rings and queues, by either door" {
	out=$BATS_TEST_TMPDIR/out.json
	for words in "--engine=ioctl --architecture=disruptor" "--engine=ring --architecture=disruptor" \
		"--engine=ioctl --architecture=queue --lock=mutex" "--engine=ring --architecture=pipeline"; do
		# shellcheck disable=SC2086 # words
		enough run --scenario=orders $words -o "$out" --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .outcomes.ok > 0 and (.checks | all(.verdict == "pass"))' "$out"
	done
}

@test "a team steals from the kernel's deques, and a stream commits to its queue, by either door" {
	out=$BATS_TEST_TMPDIR/out.json
	for words in "--engine=ioctl --barrier=tree" "--engine=ring --barrier=dissemination" \
		"--engine=ioctl --architecture=forkjoin --problem=fib --size=6 --workers=32" \
		"--engine=ring --architecture=forkjoin --problem=sort --size=10k --grain=256" \
		"--engine=ioctl --architecture=graph --problem=components --size=8 --grain=16" \
		"--engine=ioctl --architecture=stream --size=2000 --deaths=4" \
		"--engine=ring --architecture=stream --size=2000"; do
		# shellcheck disable=SC2086 # words
		enough run --scenario=data $words -o "$out" --output-format=json
		# A machine that is busy makes no figures of it.
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		jq -e '.results[0] | .outcomes.ok > 0 and (.checks | all(.verdict == "pass"))' "$out"
	done
}

@test "a request of a document is found in the tracepoints by its id" {
	out=$BATS_TEST_TMPDIR/out.json
	tracing=/sys/kernel/tracing/instances/bats
	mkdir $tracing || skip "this kernel has no tracefs"
	# What was first stays, and with it what the first requests did.
	echo 0 >$tracing/options/overwrite
	for words in "pool --engine=ioctl --mode=transaction --query_time=1ms" "cache --engine=ring" \
		"cache --engine=ioctl --batch=4" "orders --engine=ioctl" "web --engine=ioctl" \
		"frames --engine=ioctl" "frames --engine=ring"; do
		echo >$tracing/trace
		echo 1 >$tracing/events/contend/contend_op/enable
		[[ $words == frames* ]] || words+=" --users=2"
		# shellcheck disable=SC2086 # words
		enough run --trace=1 --scenario=$words \
			-o "$out" --output-format=json
		echo 0 >$tracing/events/contend/contend_op/enable
		# Not each kernel has TCP.
		[[ $words != web* || $status -ne 4 ]] || continue
		[ "$status" -eq 0 ]
		cat $tracing/trace >"$BATS_TEST_TMPDIR/trace"
		jq -r '.results[0].traces[].id' "$out" >"$BATS_TEST_TMPDIR/ids"
		[ -s "$BATS_TEST_TMPDIR/ids" ]
		while read -r id; do
			grep -q "contend_op: .* tag=$id\$" "$BATS_TEST_TMPDIR/trace"
		done <"$BATS_TEST_TMPDIR/ids"
	done
	rmdir $tracing
}

@test "top sees a run at work, and how fast it is" {
	build/user/contend run --lock=mutex --structure=counter --runtime=60s >/dev/null 2>&1 &
	for ((i = 0; i < 300; i++)); do
		! grep -q " running [1-9]" /proc/contend/runs || break
		sleep 0.1
	done
	contend top --batch --count=2 --delay=500ms
	kill -INT $!
	wait $! || true
	[ "$status" -eq 0 ]
	[[ "$output" =~ mutex\ +counter\ +2\ running\ +[1-9] ]]
}

@test "interval: each engine has a timeline of its operations, waits and backlog" {
	local engine
	for engine in kernel ioctl ring; do
		enough run --lock=rcu --structure=list --engine=$engine --workers=2 --think=1ms \
			--interval=10ms --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | (.timeline | length) >= 3 and
			([.timeline[].at_ns] | . == sort and .[0] > 0) and
			([.timeline[].ops] | add) > 0 and ([.timeline[].ops] | add) <= 2 * .ops and
			all(.timeline[]; (.wait_p99_ns == null) or .wait_p99_ns >= .wait_p50_ns) and
			any(.timeline[]; .wait_p99_ns != null) and
			any(.timeline[]; .gauges.elements > 0)' <<<"$output"
	done
	contend run --lock=rcu --structure=list --runtime=20ms --output-format=json
	jq -e '.results[0] | has("timeline") | not' <<<"$output"
}

@test "a trace of the kernel's workers, and of its clients, is a timeline" {
	[ -e /sys/kernel/tracing/instances ] || skip "this kernel traces no events"
	load timeline
	out=$BATS_TEST_TMPDIR/out.json
	trace() {
		contend trace -o "$out" "$@"
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		timeline "$out"
	}
	slow=$(cat /sys/module/contend/parameters/slow_ns)
	trace --lock=mutex --structure=queue --capacity=4 --group=producer:1,consumer:1
	jq -e '[.traceEvents[] | select(.ph == "X").name] | unique
		| contains(["get", "hold", "put"])' "$out"
	jq -e '[.traceEvents[] | select(.name == "thread_name").args.name]
		| contains(["worker 0: mutex, queue", "worker 1: mutex, queue"])' "$out"
	# Where one sleeps until another one brings what it lacks.
	jq -e '([.traceEvents[] | select(.name == "block")] == []) ==
		([.traceEvents[] | select(.name == "wake")] == [])' "$out"
	trace --engine=ioctl --lock=mutex --structure=counter --workers=2
	jq -e '[.traceEvents[] | select(.args.lock == "mutex").name] | unique
		| . == ["inc", "read"]' "$out"
	# It is as it was, and nothing is left of it.
	[ "$(cat /sys/module/contend/parameters/slow_ns)" = "$slow" ]
	[ -z "$(ls /sys/kernel/tracing/instances)" ]
}

@test "a cache is in the kernel, by either door, and what a web server shares where there is TCP" {
	out=$BATS_TEST_TMPDIR/out.json
	for words in "--engine=ioctl --architecture=tiered --write=behind --l1=64" \
		"--engine=ring --architecture=single --ttl=20ms --refresh=5ms"; do
		# shellcheck disable=SC2086 # words
		enough run --scenario=cache --users=4 --capacity=1k --keys=uniform/2000 --writes=5 \
			--origin_load=200us $words -o "$out" --output-format=json
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .outcomes.ok > 0 and (.checks | all(.verdict == "pass"))' "$out"
	done
	for engine in ioctl ring; do
		enough run --scenario=web --architecture=hybrid --users=4 \
			--engine=$engine -o "$out" --output-format=json
		# Not with User-Mode Linux as we build it.
		if [ "$status" -eq 4 ]; then
			jq -e '.results[0].reason | startswith("this kernel has no TCP over IPv4: ")' "$out"
			[ ! -e /proc/net/tcp ]
			continue
		fi
		[ "$status" -eq 0 ]
		jq -e '.results[0] | .outcomes.ok > 0 and (.checks | all(.verdict == "pass"))' "$out"
	done
}
