#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The user engine: the module in the program, on this machine, and the sanitizers on it.

bats_require_minimum_version 1.5.0

# The mutants are built in: what the sanitizers look at is the rest, and these show that they do.
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
	cd "$BATS_TEST_DIRNAME/../.."
	out=$BATS_TEST_TMPDIR/out.json
}

# build/NAME's program, with stdout in $output and stderr in $stderr.
contend() {
	local build=$1
	shift
	run --separate-stderr "build/$build/contend" "$@"
}

# Until a check has seen what is broken, which takes longer on a busy machine: status 2.
caught() {
	for time in 300ms 10s 60s; do
		contend user-mutant run --engine=user --runtime=$time "$@" -o "$out" \
			--output-format=json
		[ "$status" -eq 6 ] || break
	done
	[ "$status" -eq 2 ]
}

# The locks of a program, with commas; of ours alone, or of its libraries.
locks() {
	build/user/contend list locks 2>/dev/null |
		sed -n '/^locks of engine=user/,$s/^  \([a-z0-9_]\+\) .*/\1/p' | grep -vx null |
		grep $1 -E '^(pthread_|sem$|urcu_|ck_)' | paste -sd,
}

structures() {
	build/user/contend list structures 2>/dev/null |
		sed -n '1,$s/^  \([a-z0-9_]\+\) .*/\1/p' | paste -sd,
}

# Each lock with each structure that it can protect works, and none of them is wrong. $1: a
# further reason to skip one.
no_fault() {
	jq -e '[.results[] | select(.verdict == "fail" or .verdict == "error")] == []' "$out" &&
	jq -e '[.results[] | select(.verdict != "skip")] | length > 0' "$out" &&
	jq -e '[.results[] | select(.verdict == "pass" and .ops == 0)] == []' "$out" &&
	jq -e '[.results[] | select(.verdict == "skip")
		| select(.reason | test("does not promise what|synchronises itself|'"${1:-synchronises itself}"'") | not)] == []' "$out"
}

# shows FILTER WORD...: no fault, and with more time the filter is true of the document.
shows() {
	faultless() {
		contend user run --engine=user "$@" -o "$out" --output-format=json
		no_fault
	}
	with_more_time "$1" faultless "${@:2}"
}

# every_nth N FIRST: of the names of a list with commas.
every_nth() {
	tr , '\n' | awk -v n="$1" -v first="$2" 'NR % n == first' | paste -sd,
}

# product BUILD LOCKS: each of the locks with each structure; of them one of CONTEND_SAMPLE, so that
# each lock has that part of the structures, and each structure that part of the locks.
product() {
	local n=${CONTEND_SAMPLE:-1} part # run has an i of its own
	for ((part = 0; part < n; part++)); do
		contend "$1" run --engine=user --lock="$(every_nth "$n" $part <<<"$2")" \
			--structure="$(structures | every_nth "$n" $part)" --workers=3 --runtime=20ms \
			--warmup=2ms -o "$out" --output-format=json
		no_report
		no_fault
	done
}

# No sanitizer has said anything; else what it has.
no_report() {
	! grep -m1 -A30 -E 'Sanitizer|runtime error' <<<"$stderr"
}

@test "the main job runs without module, VM and root" {
	contend user run jobs/quick.job --engine=user --output-format=json
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	echo "$output" >"$out"
	jq -e '[.results[] | select(.lock == "mcs" and .ops > 0)] | length == 1' "$out"
	jq -e '.environment.accel == "host" and .environment.preemption == "full"' "$out"
}

@test "a program has no lock of the kernel's, and the kernel none of its libraries'" {
	contend user run --engine=user --lock=spinlock --runtime=1ms
	[ "$status" -eq 4 ]
	[[ "$output" == *"engine=user has no lock spinlock"* ]]
	for name in spinlock mutex rwlock rcu; do
		[[ ",$(locks -v),$(locks)," != *",$name,"* ]]
	done
}

@test "every lock with every structure" {
	product user "$(locks -v),$(locks)"
}

@test "a trace shows who held, who waited and who woke whom" {
	load timeline
	# In so short a time the two may not meet.
	for _ in {1..50}; do
		contend user trace --engine=user --lock=adaptive_mutex --structure=queue --capacity=4 \
			--group=producer:1,consumer:1 --runtime=10ms -o "$out"
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		[ -z "$output" ]
		[[ "$stderr" == *"verdict: "* ]]
		timeline "$out"
		! jq -e '([.traceEvents[] | select(.ph == "X").name] | unique
			| contains(["block", "get", "hold", "put", "wait", "wakes", "woken"])) and
			([.traceEvents[] | select(.ph == "s").name] | unique == ["hand-over", "wake"])' \
			"$out" || break
	done
	jq -e '[.traceEvents[] | select(.ph == "X").name] | unique
		| contains(["block", "get", "hold", "put", "wait", "wakes", "woken"])' "$out"
	jq -e '[.traceEvents[] | select(.ph == "s").name] | unique == ["hand-over", "wake"]' "$out"
	jq -e '.otherData.lost == 0 and .otherData.events > 0' "$out"
	jq -e '[.traceEvents[] | select(.name == "thread_name").args.name]
		| contains(["worker 0: adaptive_mutex, queue", "worker 1: adaptive_mutex, queue"])' "$out"
	# What the harness does to know its own cost is none of it, and neither is a lock unknown.
	jq -e '[.traceEvents[].args.lock // empty] | unique == ["adaptive_mutex"]' "$out"
}

@test "a trace has so many events as it may, and says how many were lost" {
	contend user trace --engine=user --lock=mcs --structure=counter --events=1000 -o "$out"
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	[[ "$stderr" == *" events were lost after the first "*"--events="* ]]
	load timeline
	timeline "$out"
	jq -e '.otherData | .lost > 0 and .events > 500 and .events <= 1000' "$out"
}

@test "a trace of a scenario has each request's number" {
	contend user trace --scenario=pool --trace=1 --runtime=200ms -o "$out"
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	load timeline
	timeline "$out"
	jq -e '[.traceEvents[].args.tag // empty] | length > 0' "$out"
}

# A structure of a program's libraries is in a kernel's catalogue no more than their locks are.
@test "structures that synchronise themselves have no lock, and any number of workers" {
	contend user run --engine=user --lock=null --structure=ring,peer:cds_lfht --workers=4 \
		--keys=uniform/512 --runtime=50ms -o "$out" --output-format=json
	no_fault
	contend user run --engine=user --lock=mcs --structure=ring --runtime=1ms
	[ "$status" -eq 4 ]
	[[ "$output" == *"a ring synchronises itself: it takes lock=null"* ]]
	# A group that has a role's name does what the role does.
	contend user run --engine=user --lock=null --structure=ring \
		--group=producer:1,consumer:2 --runtime=50ms -o "$out" --output-format=json
	no_fault
	jq -e '.results[0] | [.groups[].ops] == [.verbs[].ops]' "$out"
	contend user run --engine=user --lock=null --structure=ring --group=producer:1,consumer:1 \
		--consumer.mix=put:1 --runtime=50ms -o "$out" --output-format=json
	jq -e '[.results[0].verbs[].name] == ["put"]' "$out"
}

@test "operations that wait for an element or for room" {
	contend user run --engine=user --lock="$(locks -v),$(locks)" --structure=queue \
		--group=producer:2,consumer:2 --capacity=2 --runtime=20ms --warmup=2ms \
		-o "$out" --output-format=json
	no_fault
	# Where elements come slowly, consumers wait for nearly each of them; nobody waits for room.
	shows '.results[0].verbs | map({(.name): .block_ns.count}) | add | .get > 10 and (.put // 0) == 0' \
		--lock=pthread_mutex --structure=queue --prefill=0 --group=producer:1,consumer:2 \
		--producer.arrival=periodic:5ms
	# A herd: each element wakes all, and is there for one. On a busy machine several come late and
	# together, and one that was woken finds what another one took: so they come slowly, and the two
	# are looked at by each other alone.
	shows '[.results[] | {(.structure): (.wakeups_in_vain / .wakeups)}] | add |
		.queue < .queue_wake_all / 2 and .queue_wake_all > 0.3' --lock=pthread_mutex \
		--structure=queue,queue_wake_all --prefill=0 --group=producer:1,consumer:4 \
		--producer.arrival=periodic:10ms
	# Those that try do not wait: a mix without roles is theirs.
	contend user run --engine=user --lock=pthread_mutex --structure=queue --workers=2 \
		--capacity=1 --runtime=20ms -o "$out" --output-format=json
	no_fault
	jq -e '.results[0] | .block_ns == null and ([.verbs[].name] == ["try_put", "try_get"])' "$out"
}

@test "workers that could all wait for each other for ever are refused" {
	contend user run --engine=user --lock=mcs --structure=queue --workers=2 --mix=put:1,get:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"all workers may wait for"*"group=producer:1,consumer:1"* ]]
	contend user run --engine=user --lock=mcs --structure=queue --group=producer:2,other:1 \
		--other.mix=try_put:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"all workers may wait for room"* ]]
	contend user check --structure=queue --engine=ioctl --batch=8 --group=producer:1,consumer:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"batch=8 takes operations that do not wait"* ]]
}

# $1: a program; $2: an option more for each. The rings, and the disruptors in their shapes.
rings() {
	local batches=(--producer.mix=put:1,put_batch:1 --consumer.mix=get:1,get_batch:1)
	local build=$1 runs=() words
	shift
	runs+=("ring producer:2,consumer:2" "ring_mpsc producer:3,consumer:1"
		"ring_spmc producer:1,consumer:3" "ring_spsc producer:1,consumer:1")
	for words in "${runs[@]}"; do
		contend "$build" run --engine=user --lock=null --structure="${words% *}" \
			--group="${words#* }" "${batches[@]}" --runtime=100ms --capacity=64 "$@" \
			-o "$out" --output-format=json
		no_report
		no_fault
	done
	runs=("disruptor producer:1,consumer:1" "disruptor_many producer:3,consumer:1")
	for words in multicast pipeline diamond; do
		runs+=("disruptor_$words producer:1,journal:1,replicate:1,business:1")
	done
	for words in "${runs[@]}"; do
		contend "$build" run --engine=user --lock=null --structure="${words% *}" \
			--group="${words#* }" --producer.mix=publish:1,publish_batch:1 \
			--runtime=100ms --capacity=4 "$@" -o "$out" --output-format=json
		no_report
		no_fault
		# What was published all have seen, but for what is in the ring.
		jq -e '.results[0].groups | map(.elements) | min > 0' "$out"
	done
}

@test "rings and disruptors: one or many at each end, and batches" {
	rings user
	contend user run --engine=user --lock=null --structure=ring_spsc --group=producer:1,consumer:2 \
		--runtime=1ms
	[ "$status" -eq 4 ]
	[[ "${output//$'\n   '/}" == *"get is for one worker, the owner, and 2 would do it"* ]]
	contend user run --engine=user --lock=null --structure=ring_mpsc --workers=2 --runtime=1ms
	[ "$status" -eq 4 ]
	# A batch is one operation and several elements; a look at an empty ring is none.
	contend user run --engine=user --lock=null --structure=ring_spsc,peer:ck_ring,peer:ck_fifo \
		--workers=1 --mix=put_batch:1,get_batch:1 --capacity=1023 --runtime=20ms -o "$out" \
		--output-format=json
	no_fault
	jq -e '[.results[] | .elements > 20 * (.ops - .misses) and .elements_per_s > .ops_per_s] |
		all' "$out"
	contend user run --engine=user --lock=null --structure=ring --workers=1 --mix=get:1 \
		--prefill=0 --runtime=5ms -o "$out" --output-format=json
	jq -e '.results[0] | .ops > 0 and .misses == .ops and .elements == 0' "$out"
	contend user run jobs/ring.job --engine=user --runtime=10ms -o "$out" --output-format=json
	no_fault "has no structure"
	contend user run jobs/disruptor.job --engine=user --runtime=10ms -o "$out" --output-format=json
	no_fault "has no lock"
}

@test "one that has to wait blocks, yields or spins" {
	for wait in block yield spin; do
		shows '.results[0].verbs | map({(.name): .block_ns.count}) | add | .get > 10' \
			--lock=pthread_mutex --structure=queue --wait=$wait --group=producer:1,consumer:1 \
			--prefill=0 --producer.arrival=periodic:5ms
	done
	# One that blocks has no CPU meanwhile; a group may have its own.
	contend user run --engine=user --lock=null --structure=disruptor --group=producer:1,consumer:1 \
		--wait=spin --consumer.wait=block --runtime=20ms -o "$out" --output-format=json
	no_fault
	contend user run --engine=ioctl --lock=mutex --structure=queue --wait=spin --runtime=1ms
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"wait=yield and wait=spin are for engine=kernel and engine=user"* ]]
}

@test "a deque has one owner, and thieves" {
	contend user run --engine=user --lock=null --structure=deque --workers=2 --runtime=1ms
	[ "$status" -eq 4 ]
	[[ "${output//$'\n   '/}" == *"push is for one worker, the owner, and 2 would do it"* ]]
	contend user run --engine=user --lock=null --structure=deque --workers=1,3 \
		--mix=steal:1 --runtime=20ms -o "$out" --output-format=json
	no_fault
	# Often empty, with the last element for one of them; often full; and growing.
	for words in "--capacity=1" "--capacity=5 --thief.think=5us" \
		"--capacity=4096 --thief.think=5us --prefill=0"; do
		# shellcheck disable=SC2086 # words
		shows '[.results[0].verbs[] | select(.ops > 0).name] == ["push", "pop", "steal"]' \
			--lock=null --structure=deque --group=owner:1,thief:3 $words
	done
	# The kernel's workqueue is beside it there.
	contend user run jobs/deque.job --engine=user --runtime=20ms -o "$out" --output-format=json
	no_fault "engine=user has no structure peer:workqueue"
}

@test "counters without a lock, and one that is not exact" {
	contend user run --engine=user --lock=null \
		--structure=atomic_counter,split_counter,percpu_counter --workers=4 \
		--runtime=50ms -o "$out" --output-format=json
	no_fault
	# All of its sums are within the bound of what was counted before and after.
	contend user run --engine=user --lock=null --structure=percpu_counter --workers=4 \
		--mix=inc:9,sum:1 --runtime=100ms -o "$out" --output-format=json
	no_fault
	contend user run jobs/counters.job --engine=user --runtime=20ms -o "$out" \
		--output-format=json
	no_fault "engine=user has no lock spinlock"
}

@test "of a cache's workers one loads a key, and the others wait for it" {
	local caches=cache_fifo,cache_lru,cache_clock,cache_sieve,cache_s3fifo,cache_wtinylfu
	contend user run --engine=user --lock=mcs,pthread_rwlock,urcu_memb,ebr,hazptr \
		--structure=$caches --workers=4 --stripes=2 --capacity=64 --keys=zipf:1/256 \
		--mix=get:40,load:40,put:10,invalidate:6,expire:3,flush:1 --runtime=30ms \
		--warmup=2ms -o "$out" --output-format=json
	no_fault
	jq -e '[.results[] | select(.verdict == "skip")] == []' "$out"
	# What had to be loaded is a miss: with one key, about once an invalidation.
	contend user run --engine=user --lock=pthread_mutex --structure=cache_sieve --workers=4 \
		--keys=uniform/1 --mix=load:99,invalidate:1 --prefill=0 --runtime=500ms \
		-o "$out" --output-format=json
	no_fault
	jq -e '.results[0] | .misses > 0 and .misses < .ops / 2' "$out"
	contend user run jobs/cache-structure.job --engine=user --runtime=20ms -o "$out" --output-format=json
	no_fault "engine=user has no (lock|structure)"
}

@test "two locks at a time, of a program's libraries too" {
	contend user run --engine=user --lock="$(locks)" --structure=accounts --stripes=8 --workers=3 \
		--runtime=20ms --warmup=2ms -o "$out" --output-format=json
	no_fault
	contend user run --engine=user --lock=pthread_mutex,ck_fas,ck_mcs,ck_rwlock,ck_brlock \
		--structure=accounts --stripes=8 --avoid=backoff --workers=3 --runtime=20ms \
		-o "$out" --output-format=json
	no_fault
	jq -e '[.results[] | select(.verdict == "skip")] == []' "$out"
}

@test "ck_ht grows under its readers, and one that is freed too early is seen" {
	local mix=lookup:50,insert:30,erase:20
	contend user run --engine=user --lock=mcs,pthread_rwlock,urcu_memb,ck_epoch,ebr,hazptr \
		--structure=peer:ck_ht --workers=3 --prefill=0 --mix=$mix --runtime=100ms --warmup=2ms \
		-o "$out" --output-format=json
	no_fault
	jq -e '[.results[] | select(.verdict == "skip")] == []' "$out"
	for time in 1s 10s 60s; do
		contend user-mutant run --engine=user --lock=busted_epoch --structure=peer:ck_ht --workers=4 \
			--keys=uniform/64 --mix=$mix --runtime=$time -o "$out" --output-format=json
		[ "$status" -eq 6 ] || break
	done
	[ "$status" -eq 2 ]
	grep -E 'freed under its reader|not what was inserted' "$out"
}

@test "a tree is for locks that keep readers from a writer, its twin for the others too" {
	local words=(--workers=3 --keys=uniform/64 --mix=lookup:40,scan:10,insert:25,erase:25)
	contend user run --engine=user --lock="$(locks -v),$(locks)" --structure=tree,latch_tree \
		"${words[@]}" --runtime=50ms --warmup=2ms -o "$out" --output-format=json
	no_fault
	jq -e '[.results[] | select(.structure == "latch_tree" and .verdict == "skip")
		| .lock | select(. != "seqlock" and . != "ck_sequence")] == []' "$out"
	jq -e '[.results[] | select(.structure == "tree" and .lock == "pthread_rwlock")
		| .verdict != "skip"] == [true]' "$out"
	jq -e '[.results[] | select(.structure == "tree" and (.lock | test("^(urcu|ebr|hazptr|ck_epoch)")))
		| .verdict == "skip" and (.reason | test("does not promise what structure=tree"))]
		| length > 3 and all' "$out"
}

@test "a tree whose readers nobody keeps from a writer is seen" {
	for lock in urcu_memb ebr; do
		for time in 1s 10s 60s; do
			contend user-mutant run --engine=user --lock=$lock --structure=busted_tree \
				--workers=3 --keys=uniform/64 --mix=lookup:50,insert:25,erase:25 \
				--runtime=$time -o "$out" --output-format=json
			[ "$status" -eq 6 ] || break
		done
		[ "$status" -eq 2 ]
		grep "wrong side of a node above it" "$out"
	done
}

@test "a pool: what is taken is given back, in and after the run" {
	for words in "--workers=3" "--group=user:6 --capacity=2" "--group=user:6 --capacity=1" \
		"--group=user:6,creator:1,reaper:1 --prefill=0 --capacity=3 --warmup=0ms --reaper.think=1ms"; do
		contend user run --engine=user --lock=null \
			--structure=pool,pool_barging,pool_lifo,pool_affine $words --runtime=100ms \
			-o "$out" --output-format=json
		no_fault
	done
	# As many puts as gets, but for those across the ends.
	jq -e '.results[0].verbs | map({(.name): .ops}) | add | .get > 0 and
		(.get - .put | . <= 6 and . >= -6)' "$out"
	contend user run --engine=user --lock=null --structure=pool --workers=2 --mix=get:1 \
		--runtime=10ms -o "$out" --output-format=json
	no_fault
	jq -e '[.results[0].verbs[].name] == ["get", "put"]' "$out"
	# Without somebody who makes one, or gives one back, all may wait.
	contend user run --engine=user --lock=null --structure=pool --group=creator:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"all workers may wait for room"* ]]
	contend user check --structure=pool --lock=null --engine=ioctl --batch=8 --workers=2
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"batch=8 takes operations that no other one follows"* ]]
	contend user run jobs/pool-structure.job --engine=user --runtime=20ms -o "$out" --output-format=json
	no_fault "engine=user has no structure peer:"
}

@test "tune= sets what a structure has by name, before it is filled" {
	# Each resource is too old when it comes back: all are gone after so many gets.
	shows '[.results[] | .misses > 1000] | all' --lock=null --structure=pool,pool_lifo,pool_affine \
		--mix=try_get:1 --workers=1 --capacity=4 --warmup=0ms --tune=leak_ns:1s,age_ns:0
	jq -e '[.results[] | .elements <= 8] | all' "$out"
	# And they are not when that is not said.
	shows '.results[0].elements > 1000' --lock=null --structure=pool --mix=try_get:1 --workers=1 \
		--capacity=4 --warmup=0ms
	jq -e '.results[0].misses == 0' "$out"
	for words in "--structure=pool --tune=min_idel:1" "--structure=list --tune=min_idle:1"; do
		contend user run --engine=user --lock=null $words
		[ "$status" -eq 1 ]
		[[ "$words" != *idel* ]] ||
			[[ "$stderr" == *"no setting 'min_idel': there are idle_ns, age_ns, leak_ns, min_idle"* ]]
		[[ "$words" != *list* ]] || [[ "$stderr" == *"structure=list has no settings"* ]]
	done
}

@test "one that has waited until its deadline gives up, and is counted so" {
	# Nobody puts anything: each get gives up, and not before its time.
	for wait in block yield spin; do
		contend user run --engine=user --lock=pthread_mutex --structure=queue --workers=2 \
			--mix=get:1 --prefill=0 --deadline=2ms --wait=$wait --runtime=100ms \
			-o "$out" --output-format=json
		no_fault
		jq -e '.results[0] | .timeouts > 0 and .timeouts == .ops and .misses == .ops and
			.overdue_ns.count == .ops and .response_ns == null and .block_ns.p50 >= 1900000 and
			([.per_worker[].timeouts] | add) == .timeouts and .elements == 0' "$out"
	done
	# A group has its own, and those of the other group wait as long as it takes.
	contend user run --engine=user --lock=null --structure=pool --group=user:4,patient:2 \
		--patient.mix=get:1 --user.deadline=1ms --think=2ms --capacity=1 --runtime=200ms \
		-o "$out" --output-format=json
	no_fault
	jq -e '.results[0].groups | map({(.name): .}) | add |
		.user.timeouts > 0 and .patient.timeouts == null' "$out"
	contend user run --engine=user --lock=null --structure=pool --group=user:4,patient:2 \
		--patient.mix=get:1 --user.deadline=1ms --think=2ms --capacity=1 --runtime=200ms
	tr -s ' \n' ' ' <<<"$output" | grep 'operations gave up at their deadline: overdue50 '
	contend user run --engine=user --lock=null --structure=pool --workers=2 --capacity=1 \
		--mix=get:1 --deadline=100us --runtime=50ms --output-format=csv
	[[ "${lines[0]}" == *,timeouts,* && "${lines[0]}" == *,overdue_max_ns,* ]]
	# In an open loop it was due before, and its end is when it gave up.
	contend user run --engine=user --lock=pthread_mutex --structure=queue --workers=1 \
		--mix=get:1 --prefill=0 --deadline=2ms --arrival=periodic:4ms --runtime=100ms \
		-o "$out" --output-format=json
	no_fault
	jq -e '.results[0] | .service_ns.p50 >= 1900000 and .response_ns.p50 >= 1900000' "$out"
	# Without it they would wait for ever, and a barrier's parties for one that does not come.
	contend user run --engine=user --lock=pthread_mutex --structure=queue --mix=get:1 --workers=2
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"all workers may wait for an element at once, and for ever"* ]]
	contend user run --engine=user --lock=null --structure=barrier_sense,barrier_tree --capacity=3 \
		--workers=2 --deadline=1ms --runtime=50ms -o "$out" --output-format=json
	no_fault
	jq -e 'all(.results[]; .timeouts > 0 and .timeouts == .misses)' "$out"
}

@test "a hash grows and shrinks under its readers, whatever keeps its writers apart" {
	local mix=lookup:40,insert:20,erase:20,resize:20
	contend user run --engine=user --lock="$(locks -v),$(locks)" --structure=hash --workers=3 \
		--keys=uniform/512 --mix=$mix --runtime=50ms --warmup=2ms -o "$out" --output-format=json
	no_fault
	# From no key to half of them, and back.
	contend user run --engine=user --lock=urcu_memb,ebr,hazptr,mcs --structure=hash --stripes=1,7 \
		--keys=seq/4k --prefill=0 --group=tide:1,drain:1,reader:1 --tide.mix=insert:1 \
		--tide.think=2us --drain.mix=erase:1 --drain.think=1us --reader.mix=lookup:1 \
		--runtime=100ms --warmup=2ms -o "$out" --output-format=json
	no_fault
	contend user check jobs/hash.job
	[ "$status" -eq 0 ]
}

@test "a hash that resizes before its readers have left, or too early, is seen" {
	caught --lock=urcu_memb --structure=busted_hash --workers=3 --keys=uniform/256 \
		--mix=lookup:2,insert:1,erase:1,resize:2
	grep -E "a chain ends in another table|another bucket's chain" "$out"
	caught --lock=urcu_memb --structure=busted_early_hash --workers=3 --keys=uniform/8k \
		--mix=lookup:2,insert:1,erase:1,resize:1
	grep "a key is in its chain twice" "$out"
}

@test "a snapshot is of one publisher, and whole for any number of readers" {
	contend user run --engine=user --lock=null --structure=double_buffer,triple_buffer \
		--group=publisher:1,reader:3 --runtime=200ms -o "$out" --output-format=json
	no_fault
	jq -e '[.results[] | .verdict == "pass" or .verdict == "inconclusive"] == [true, true]' "$out"
	# The publisher of a double buffer finds room always; that of a triple one mostly.
	jq -e '[.results[0].groups[] | select(.name == "publisher").misses] == [0]' "$out"
	contend user run --engine=user --lock=null --structure=double_buffer,triple_buffer \
		--group=publisher:2,reader:2 --runtime=10ms -o "$out" --output-format=json
	[ "$status" -eq 4 ]
	jq -e '[.results[].reason | test("publish is for one worker, the owner, and 2 would do it")]
		== [true, true]' "$out"
	contend user check jobs/snapshot.job
	[ "$status" -eq 0 ]
}

@test "a snapshot that is torn is seen" {
	for structure in busted_double_buffer busted_triple_buffer; do
		for time in 1s 10s 60s; do
			contend user-mutant run --engine=user --lock=null --structure=$structure \
				--group=publisher:1,reader:3 --runtime=$time -o "$out" \
				--output-format=json
			[ "$status" -eq 6 ] || break
		done
		[ "$status" -eq 2 ]
		grep "a frame is not of one publication" "$out"
	done
	# Of a triple buffer the words are plain: the publisher's are a race, too.
	for time in 300ms 10s 60s; do
		contend user-tsan-mutant run --engine=user --lock=null --structure=busted_triple_buffer \
			--group=publisher:1,reader:3 --runtime=$time
		[[ "$stderr" != *"ThreadSanitizer: data race"* ]] || break
	done
	[[ "$stderr" == *"ThreadSanitizer: data race"* ]]
}

@test "what the loop can do it does here too" {
	contend user run --engine=user --lock=mcs --runtime=20ms --stutter=5ms --hold=1us \
		--placement=pack --output-format=json
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	contend user run --engine=user --lock=mcs --structure=hash --stripes=4 --nest=2 \
		--runtime=20ms --verify=end
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	contend user run --engine=user --lock=mcs,phase_fair --measure=lock --mix=inc:1 \
		--runtime=20ms
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
}

# A mutant is caught there, what blocks does, and there are no times rather than times of 0.
@test "a rate is of operations that are checked and not timed" {
	shows '.results | all(.ops > 0)' --measure=rate --lock=mcs,urcu_bp --structure=hash \
		--keys=uniform/1k --workers=2
	jq -e '.results | length == 2 and all(.ops > 0 and .wait_ns == null and .hold_ns == null and
		.fairness.starved_ns == null and .fairness.overtakes != null and .verbs == [] and
		.harness_ns > 0 and .concurrency > 0 and .concurrency <= 1 and
		(has("handover_ns") | not) and
		(.checks | map(select(.name == "exclusion"))[0].verdict == "pass"))' "$out"
	for wait in block yield spin; do
		shows '.results[0] | all(.groups[]; .ops > 0)' --measure=rate --structure=disruptor \
			--lock=null --group=producer:1,consumer:1 --capacity=8 --wait=$wait
		jq -e '.results[0] | has("block_ns") | not' "$out"
	done
	contend user run --engine=user --measure=rate --lock=mcs --runtime=20ms
	[[ "$output" == *"single operations were not timed in some cases, but checked (measure=rate)"* ]]
	[[ "$output" == *"counter (untimed) "* ]]
	[[ "$output" != *" hold"* ]]
	caught --measure=rate --lock=busted_none --workers=3
	caught --measure=rate --lock=null --structure=busted_ring --group=producer:1,consumer:2
	contend user run --engine=user --measure=rate --hold=1us
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"measure=rate reads the clock once in many operations: leave hold="* ]]
}

# How many: each phase as many as there are parties, of which none is missed and none too many.
@test "operations that wait for all others" {
	for n in 2 3 8; do
		contend user run --engine=user --lock=null --workers=$n --capacity=$n --runtime=50ms \
			--structure=barrier_sense,barrier_dissemination,barrier_tree -o "$out" \
			--output-format=json
		no_fault
		# All do as many, but for the phases at both ends.
		jq -e '[.results[] | [.per_worker[].ops] | max - min <= 2] | all' "$out"
	done
	contend user run --engine=user --lock=null --workers=2 --capacity=3 --runtime=1ms \
		--structure=barrier_tree
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"capacity=3 are to come before any of them goes on, and 2 workers do"* ]]
	# A latch that is open keeps nobody, and an event count keeps those that have seen it all.
	contend user run --engine=user --lock=null --structure=latch --group=worker:1,waiter:1 \
		--capacity=1000 --runtime=50ms -o "$out" --output-format=json
	no_fault
	shows '.results[0].verbs | map({(.name): .block_ns.count}) | add | .await > 10' --lock=null \
		--structure=event_count --group=signaler:1,waiter:1 --signaler.arrival=periodic:5ms \
		--keys=seq/1
}

@test "what takes the kernel is refused" {
	contend user run --engine=user --lock=mcs --sched=fifo
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"sched=, shuffle=, hotplug= and preempt= are for engine=kernel"* ]]
	contend user run --engine=user --lock=mcs --context=hardirq:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"context= other than task is for engine=kernel"* ]]
}

@test "the checks see what is broken" {
	for lock in busted_none busted_mutex busted_seqlock; do
		# Two have to meet in it, for which a busy machine takes longer.
		for time in 1s 10s 60s; do
			contend user-mutant run --engine=user --lock=$lock --workers=3 --runtime=$time
			[ "$status" -eq 6 ] || break
		done
		[ "$status" -eq 2 ]
	done
}

@test "the checks see a structure that is broken" {
	caught --lock=null --structure=busted_deque --group=owner:1,thief:2
	grep -E 'not what the operations add up to|more was taken than was pushed' "$out"
	caught --lock=null --structure=busted_stack --workers=4 --capacity=8
	grep -E 'a place (was popped that is not on the stack|is neither free nor on the stack once)' "$out"
	# They tell of a wait that would have no end, and end it.
	caught --lock=null --structure=busted_philosophers --group=philosopher:5 --keys=uniform/5
	grep 'each has a fork and waits for the next one, in a circle of so many: saw 5' "$out"
	caught --lock=null --structure=busted_buffer --group=producer:2,consumer:2 --capacity=4
	grep -E 'it waits for (room|an element) with the mutex' "$out"
	caught --lock=null --structure=busted_ring --group=producer:1,consumer:2
	grep 'a place does not hold what was put there in this round' "$out"
	caught --lock=null --structure=busted_disruptor --group=producer:1,consumer:1 --capacity=8 \
		--producer.mix=publish:1,publish_batch:1
	grep -E 'an event is not that of its sequence|rewritten ahead of the slowest' "$out"
	# One loses batches, which its sum sees in the act, and verification at the end.
	caught --lock=null --structure=busted_percpu_counter --workers=3 --mix=inc:1 --verify=end
	grep -E 'off by more than the bound|not what the operations add up to' "$out"
	caught --lock=null --structure=busted_percpu_counter --workers=3 --mix=inc:99,sum:1
	grep 'off by more than the bound' "$out"
	# Two take one token; a record is read before it is written, where a reader may be beside
	# the writer; and one that was taken back is taken for what stands there now.
	caught --lock=null --structure=busted_bucket --workers=8 --capacity=1
	grep 'more tokens were granted than burst and rate allow' "$out"
	caught --lock=ebr --structure=busted_log_early --group=appender:1,reader:2
	grep -E "checksum is not that of what is in it|does not go on from the one" "$out"
	caught --lock=adaptive_mutex --structure=busted_log_epoch --group=appender:1,reader:2 \
		--appender.mix=append:99,truncate:1
	grep 'a record does not go on from the one that was read before it' "$out"
	# A wake-up is lost: a task sleeps beside what it waits for.
	caught --lock=adaptive_mutex --structure=busted_queue --group=producer:2,consumer:2 \
		--capacity=2
	grep 'a task sleeps, nobody wakes it, and what it waits for is there' "$out"
	caught --lock=null --structure=busted_pool_barging --group=user:6 --capacity=2
	grep 'ahead of one that has waited for longer' "$out"
	caught --lock=null --structure=busted_pool_reuse --workers=2
	grep 'a lease has the generation of the one before' "$out"
	# One gives up, and keeps what it was given; and a party does, and its arrival stays.
	caught --lock=null --structure=busted_pool_cancel --group=user:8 --capacity=2 \
		--deadline=100us
	grep 'what is there is not what the operations add up to' "$out"
	caught --lock=null --structure=busted_barrier --capacity=3 --workers=2 --deadline=1ms
	grep 'a phase had other arrivals than those that came and stayed' "$out"
	caught --lock=null --structure=busted_barrier_tree --workers=2
	grep -E 'two phases ahead|parties have arrived below|a party has not arrived' "$out"
	caught --lock=null --structure=busted_event_count --group=signaler:1,waiter:1
	grep 'it waits for what it has not seen, and is there' "$out"
	for lock in mcs ebr; do
		caught --lock=$lock --structure=busted_cache_stale --workers=3 --keys=uniform/4 \
			--mix=get:4,load:4,invalidate:2
		grep 'what is read is older than its invalidation' "$out"
		caught --lock=$lock --structure=busted_cache_early --workers=3 --keys=uniform/4 \
			--mix=get:4,load:4,invalidate:2
		grep 'an entry is read before it is filled' "$out"
	done
	# One that had no time to show it does not pass.
	contend user-mutant run --engine=user --lock=null --structure=busted_deque --workers=1 \
		--runtime=100ms -o "$out" --output-format=json
	[ "$status" -eq 6 ]
	grep "nothing was provoked: busted_deque is broken on purpose" "$out"
}

# in_a_run WORD...: in the background, $pid, whose workers are there; $before is what it is called by.
in_a_run() {
	local tasks
	# shellcheck disable=SC2086 # none or one
	${before-} build/user/contend run --engine=user --output-format=json "$@" >"$out" 2>/dev/null 3>&- &
	pid=$!
	for _ in {1..1000}; do
		tasks=("/proc/$pid/task"/*)
		[ ${#tasks[@]} -lt 3 ] || return 0
		kill -0 $pid
		sleep 0.02
	done
	return 1
}

@test "interrupted: what there is, incomplete" {
	# The tests' runner has SIGINT ignored, and what it starts has it too.
	SECONDS=0
	in_a_run --lock=mcs,ttas --runtime=3m
	kill -TERM $pid
	wait $pid || [ $? -eq 130 ]
	jq -e '.results | length == 1' "$out"
	jq -e '.results[0].complete == false' "$out"
	# Its leader sleeps for the runtime, and is woken.
	[ $SECONDS -lt 50 ]
	# So it is when its terminal goes, and not of nohup.
	in_a_run --lock=mcs --runtime=60s
	kill -HUP $pid
	wait $pid || [ $? -eq 130 ]
	jq -e '.results[0].complete == false' "$out"
	before=nohup in_a_run --lock=mcs --runtime=1s --warmup=0ms
	kill -HUP $pid
	wait $pid || [ $? -eq 6 ]
	jq -e '.results[0].complete' "$out"
}

@test "two signals are one interrupt, where the lock is sound" {
	local pid
	in_a_run --lock=mcs --runtime=30s
	kill -TERM $pid
	kill -TERM $pid
	wait $pid && status=0 || status=$?
	[ "$status" -eq 130 ]
	# What a busy machine says of the figures is its own affair.
	jq -e '.results[0] | .complete == false and .verdict != "fail"' "$out"
}

@test "where there can be no more threads, a case has none, and the others are there" {
	local nobody=(setpriv --reuid=61234 --regid=61234 --clear-groups)
	"${nobody[@]}" test -x build/user/contend || skip "root has no such limit, and others cannot read this directory"
	run --separate-stderr "${nobody[@]}" prlimit --nproc=20 build/user/contend run --lock=mcs --engine=user --runtime=20ms --workers=2,64 \
		--output-format=json
	[ "$status" -eq 5 ]
	echo "$output" >"$out"
	jq -e '.results[0].ops > 0' "$out"
	jq -e '.results[1] | .verdict == "error" and (.reason | test("no thread"))' "$out"
}

@test "a lock that hands over to nobody: told, and it can be ended" {
	local pid time
	# One that does not end by itself: on a busy machine nobody may have to wait in so short a time.
	for time in 1 5 20; do
		build/user-mutant/contend run --engine=user --lock=busted_wakeup --workers=3 \
			--runtime=${time}s --output-format=json >"$out" 2>/dev/null 3>&- &
		pid=$!
		for ((i = 0; i < time * 20 + 20; i++)); do
			kill -0 $pid 2>/dev/null || break
			sleep 0.05
		done
		kill -TERM $pid 2>/dev/null || continue
		# Two that are pending are one.
		sleep 1
		kill -TERM $pid 2>/dev/null || true
		wait $pid && status=0 || status=$?
		[[ $status -eq 130 ]] && jq -e '.results[0].reason | test("have not come back")' "$out" && break
	done
	[ "$status" -eq 130 ]
	# Nobody knows whether they would have: it is the time that says so, a minute.
	jq -e '.results[0].verdict == "inconclusive"' "$out"
	jq -e '.results[0].reason | test("have not come back")' "$out"
}

# What helgrind says of a run of build/NAME's program, to $reports. It knows no atomics, and all of
# the harness and of our locks is a race to it. It follows the C library's locks, and so a
# report counts that has a structure's function in it, or locks that were taken in two orders.
helgrind() {
	local build=$1
	shift
	run valgrind -q --tool=helgrind --fair-sched=yes --log-file="$BATS_TEST_TMPDIR/helgrind" \
		"build/$build/contend" run --engine=user --workers=2 --keys=uniform/32 --capacity=64 \
		--warmup=1ms "$@"
	reports=$(grep -E 'contend_(counter|list|hash|accounts)_(read|write) \(|lock order' \
		"$BATS_TEST_TMPDIR/helgrind") || true
}

@test "helgrind finds no race in what the C library's locks guard" {
	for words in --structure=counter,list "--structure=accounts --stripes=4"; do
		helgrind user --lock=pthread_mutex,pthread_spinlock,pthread_rwlock,sem --runtime=10ms $words
		echo "$reports"
		[ -z "$reports" ]
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	done
}

# Nobody has to meet in it for that: nothing orders what two workers did.
@test "helgrind finds one where a lock is broken" {
	for lock in busted_none busted_rwlock; do
		# Both do something, which takes a busy machine longer.
		for time in 10ms 1s 5s; do
			helgrind user-mutant --lock=$lock --structure=counter --runtime=$time
			[[ "$reports" != *contend_counter_write* ]] || break
		done
		[[ "$reports" == *contend_counter_write* ]]
	done
}

@test "ThreadSanitizer finds no race in ours" {
	product user-tsan-mutant "$(locks -v)"
	contend user-tsan-mutant run --engine=user --lock=null --structure=ring --workers=4 \
		--capacity=4 --runtime=100ms -o "$out" --output-format=json
	no_report
	no_fault
	contend user-tsan-mutant run --engine=user --lock=null --workers=4 --runtime=50ms \
		--structure=atomic_counter,split_counter,percpu_counter -o "$out" \
		--output-format=json
	no_report
	no_fault
	for words in --capacity=4 "--capacity=4096 --thief.think=5us --prefill=0"; do
		contend user-tsan-mutant run --engine=user --lock=null --structure=deque \
			--group=owner:1,thief:3 $words --runtime=100ms -o "$out" --output-format=json
		no_report
		no_fault
	done
	contend user-tsan-mutant run --engine=user --lock=pthread_rwlock,mcs,ebr,epoch,hazptr \
		--structure=hash --workers=4 --keys=uniform/256 \
		--mix=lookup:2,insert:1,erase:1,resize:2 --runtime=300ms -o "$out" \
		--output-format=json
	no_report
	no_fault
	contend user-tsan-mutant run --engine=user --lock=pthread_rwlock,mcs,ebr,hazptr \
		--structure=tree,latch_tree --workers=4 --keys=uniform/32 \
		--mix=lookup:30,scan:10,insert:30,erase:30 --runtime=300ms -o "$out" \
		--output-format=json
	no_report
	no_fault
	contend user-tsan-mutant run --engine=user --lock=null \
		--structure=double_buffer,triple_buffer --group=publisher:1,reader:3 \
		--runtime=300ms -o "$out" --output-format=json
	no_report
	no_fault
	rings user-tsan-mutant
	contend user-tsan-mutant run --engine=user --lock=null \
		--structure=pool,pool_barging,pool_lifo,pool_affine --group=user:6,creator:1,reaper:1 \
		--prefill=0 --capacity=3 --warmup=0ms --reaper.think=1ms --tune=idle_ns:100us \
		--runtime=300ms -o "$out" --output-format=json
	no_report
	no_fault
	# Several that share it while another waits, which takes more of them and longer sections.
	contend user-tsan-mutant run --engine=user --lock=phase_fair,big_reader,pushlock,eresource,sx \
		--structure=list --workers=8 --keys=uniform/16 --mix=lookup:70,insert:15,erase:15 \
		--hold=10us --runtime=1s -o "$out" --output-format=json
	no_report
	no_fault
}

@test "ThreadSanitizer finds one where there is one" {
	for time in 300ms 10s 60s; do
		contend user-tsan-mutant run --engine=user --lock=busted_none --structure=counter \
			--workers=3 --runtime=$time
		[[ "$stderr" != *"ThreadSanitizer: data race"* ]] || break
	done
	[[ "$stderr" == *"ThreadSanitizer: data race"* ]]
}

@test "AddressSanitizer and UndefinedBehaviorSanitizer find nothing" {
	product user-san-mutant "$(locks -v),$(locks)"
	contend user-san-mutant run --engine=user --lock=null --structure=ring,peer:cds_lfht --workers=4 \
		--keys=uniform/512 --runtime=100ms -o "$out" --output-format=json
	no_report
	no_fault
	rings user-san-mutant
	contend user-san-mutant run --engine=user --lock=null --workers=2 --runtime=50ms \
		--structure=peer:ck_ring_mpmc -o "$out" --output-format=json
	no_report
	no_fault
	for structure in peer:ck_ring peer:ck_fifo peer:wfcqueue; do
		contend user-san-mutant run --engine=user --lock=null --structure=$structure \
			--group=producer:1,consumer:1 --runtime=50ms -o "$out" --output-format=json
		no_report
		no_fault
	done
	contend user-san-mutant run --engine=user --lock=null --workers=4 --runtime=50ms \
		--structure=atomic_counter,split_counter,percpu_counter -o "$out" \
		--output-format=json
	no_report
	no_fault
	for words in --capacity=1 --capacity=5 "--capacity=4096 --thief.think=5us --prefill=0"; do
		contend user-san-mutant run --engine=user --lock=null --structure=deque \
			--group=owner:1,thief:3 $words --runtime=100ms -o "$out" --output-format=json
		no_report
		no_fault
	done
	contend user-san-mutant run --engine=user --lock=null \
		--structure=pool,pool_barging,pool_lifo,pool_affine --group=user:6,creator:1,reaper:1 \
		--prefill=0 --capacity=3 --warmup=0ms --reaper.think=1ms --tune=idle_ns:100us \
		--runtime=100ms -o "$out" --output-format=json
	no_report
	no_fault
	contend user-san-mutant run --engine=user --lock=null \
		--structure=double_buffer,triple_buffer --group=publisher:1,reader:3 \
		--runtime=100ms -o "$out" --output-format=json
	no_report
	no_fault
}

# A server of its own has the same program, and the same stderr.
scenario() {
	# An instrumented program may not come to one request in so short a time.
	for time in 150ms 3s 20s; do
		contend "$1" run --engine=user --runtime=$time --warmup=20ms -o "$out" --output-format=json \
			"${@:2}"
		no_report
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		! jq -e '.results | length > 0 and all(.outcomes.ok > 0)' "$out" || return 0
	done
	return 1
}

@test "the sanitizers find nothing in whole scenarios" {
	for build in user-tsan-mutant user-san-mutant; do
		scenario $build --scenario=web --users=8 --pipelining=4 --splitting=10% --per_connection=100 \
			--architecture=event,thread,pool,process
		scenario $build --scenario=web --users=8 --architecture=hybrid --via=queue,ring \
			--blocking=5%/2ms --helpers=2 --backlog=1 --trace=10
		scenario $build --scenario=pool --users=8 --capacity=4 --query_time=200us --retry=3 \
			--breaker=5/10ms --resets=5% --cancels=5% --leaks=2% --leak_after=10ms \
			--max_age=20ms --min_idle=1 --architecture=fifo,lifo
		scenario $build --scenario=cache --users=4 --capacity=256 --keys=uniform/200 --writes=10 \
			--origin_load=100us --ttl=2ms --refresh=500us --write=around,behind \
			--architecture=single,tiered --interval=50ms
		scenario $build --scenario=cache --users=4 --keys=uniform/200 --writes=10 \
			--architecture=socket --transport=unix,tcp
	done
}

@test "engine=user: a worker that waits for what nobody brings is not said to lack a CPU" {
	contend user run --engine=user --structure=pool --lock=null --group=user:1,creator:1 --runtime=10ms
	[ "$status" -eq 5 ]
	[[ "$output" == *"it waits for what"* ]]
}
