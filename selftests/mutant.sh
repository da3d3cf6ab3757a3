#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The mutant module: what is broken on purpose must be caught, and told.
#
# CONTEND_MUTANT_KO	the module
set -u

ko=${CONTEND_MUTANT_KO:?CONTEND_MUTANT_KO names the module}
n=0 failed=0
result() {
	n=$((n + 1))
	if [[ $1 -eq 0 ]]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' /proc/contend/run
		failed=1
	fi
}

# provoke PATTERN WORD...: run the workload until it says so, 20 times at most.
provoke() {
	local i
	for ((i = 0; i < 20; i++)); do
		echo "${@:2}" >/proc/contend/run
		! grep -q "$1" /proc/contend/run || break
	done
}
stopped='^verdict=fail complete=0'

plan=38
echo "KTAP version 1"
echo "1..$plan"
# What contend is to find here KCSAN would report too, and rightly.
[[ ! -e /sys/kernel/debug/kcsan ]] || echo off >/sys/kernel/debug/kcsan
insmod "$ko" || exit 1
# A worker catches the other one in the act, or in some runs it is only the books
# that tell, and they know no worker.
act='^check exclusion: fail: worker [01] \(pid [0-9]+\) op [0-9]+: (writer|a read section) .*: saw -?[0-9]+, expected -?[0-9]+$'
for ((i = 0, ended = 0; i < 20; i++)); do
	echo "lock=busted_spinlock workers=2 runtime=60s" >/proc/contend/run
	grep -q '^verdict=fail complete=0' /proc/contend/run || ended=1
	! grep -qE "$act" /proc/contend/run || break
done
result $ended "a lock that lets two in fails its run, and ends it"
grep -qE "$act" /proc/contend/run
result $? "the message names the worker, the invariant and the values"
echo "lock=busted_spinlock workers=2 runtime=60s verify=end" >/proc/contend/run
grep -qE '^check (integrity|conservation): fail' /proc/contend/run
result $? "without the witness, the structure itself tells"
for lock in busted_mutex busted_completion busted_rwlock busted_seqlock; do
	# Not every run has the luck to do it wrong.
	provoke "$stopped" "lock=$lock workers=2 runtime=10s"
	grep -qE '^check (exclusion|integrity): fail: worker [01] ' /proc/contend/run
	result $? "$lock, the broken one of its family, is caught in the act"
done
# Only the money: no witness, and a reader's or a writer's look at an account, or the sum.
for words in lock=busted_spinlock "lock=busted_try avoid=backoff"; do
	provoke '^verdict=fail' "structure=accounts stripes=2 keys=uniform/8 mix=transfer:1 workers=2" \
		"runtime=10s verify=end $words"
	grep -qE '^check (integrity|conservation): fail' /proc/contend/run
	result $? "${words#lock=} loses money, and the bank tells"
done
# Structures that have no lock.
for words in "busted_deque group=owner:1,thief:1" \
	"busted_ring group=producer:1,consumer:2" \
	"busted_disruptor group=producer:1,consumer:1 capacity=8" \
	"busted_percpu_counter workers=2 mix=inc:9,sum:1" \
	"busted_pool_reuse workers=2" "busted_pool_barging group=user:8 capacity=2"; do
	provoke '^verdict=fail' "lock=null runtime=1s structure=$words"
	grep -qE '^check (integrity|conservation): fail' /proc/contend/run
	result $? "${words%% *} is wrong, and its own checks or the books tell"
done
# One that gives up leaves nothing there, and keeps nothing.
while read -r said words; do
	provoke '^verdict=fail' "lock=null runtime=100ms structure=$words"
	grep -qE "^check integrity: fail: .*${said//_/ }" /proc/contend/run
	result $? "${words%% *} breaks the law of its kind, and is told of it"
done <<-END
	other_arrivals busted_barrier workers=2 capacity=3 deadline=1ms
	arrived|two_phases busted_barrier_tree workers=2
	waits_for_what busted_event_count group=signaler:1,waiter:1
END
provoke '^verdict=fail' \
	"lock=null runtime=300ms structure=busted_pool_cancel group=user:8 capacity=2 deadline=100us"
grep -q '^check conservation: fail: .*not what the operations add up to' /proc/contend/run
result $? "busted_pool_cancel, one that gives up and keeps a lease, is told by the books"
provoke "$stopped" \
	"lock=rcu structure=busted_tree keys=uniform/64 mix=lookup:2,insert:1,erase:1 workers=2" \
	"runtime=10s"
grep -qE '^check integrity: fail: worker [01] .*wrong side of a node' /proc/contend/run
result $? "busted_tree, a tree under its readers, is caught in the act"
# A hash that resizes: a reader is led astray, and a key is there twice.
for words in "busted_hash keys=uniform/256" "busted_early_hash keys=uniform/4096"; do
	provoke '^verdict=fail' \
		"lock=rcu workers=2 mix=lookup:2,insert:1,erase:1,resize:2 runtime=2s structure=$words"
	grep -qE "^check integrity: fail: .*(another table than|another bucket's|in its chain twice)" \
		/proc/contend/run
	result $? "${words%% *} resizes wrongly, and its readers or its verification tell"
done
what=("older than its invalidation" "read before it is filled")
for structure in busted_cache_stale busted_cache_early; do
	provoke "$stopped" "lock=rcu structure=$structure workers=2 keys=uniform/4" \
		"mix=get:4,load:4,invalidate:2 runtime=10s"
	grep -qE "^check integrity: fail: worker [01] .*${what[0]}" /proc/contend/run
	result $? "$structure, what is ${what[0]}, is caught in the act"
	what=("${what[@]:1}")
done
for structure in busted_double_buffer busted_triple_buffer; do
	provoke "$stopped" "lock=null structure=$structure group=publisher:1,reader:3 runtime=10s"
	grep -qE '^check integrity: fail: worker [0-3] .*a frame is not of one' /proc/contend/run
	result $? "$structure, a torn frame, is caught in the act"
done
while read -r structure check words; do
	provoke "$stopped" "structure=$structure runtime=10s $words"
	grep -qE "^check integrity: fail: (worker [0-4] |pid [0-9]+: ).*${check//_/ }" /proc/contend/run
	result $? "$structure is caught in the act"
done <<'END'
busted_bucket more_tokens_were_granted lock=null workers=2 capacity=1
busted_stack a_place lock=null workers=4 capacity=8
busted_philosophers waits_for_the_next_one lock=null group=philosopher:5 keys=uniform/5
busted_buffer with_the_mutex lock=null group=producer:2,consumer:2 capacity=4
busted_log_early a_record lock=rcu group=appender:1,reader:1
busted_log_epoch a_record_does_not_go_on lock=mutex group=appender:1,reader:1 appender.mix=append:99,truncate:1
END
# A wake-up that is lost between two elements.
provoke '^verdict=fail' \
	"structure=busted_queue lock=mutex group=producer:2,consumer:2 capacity=2 runtime=300ms"
grep -qE '^check wakeup: fail: worker [0-3] .*a task sleeps, nobody wakes it' /proc/contend/run
result $? "busted_queue, a task that sleeps beside an element, is caught"
# A run long enough for two workers to meet in: no lock keeps them apart.
for ms in 20 200 2000 20000; do
	echo "lock=busted_none workers=2 runtime=${ms}ms hold=1us violations=count" >/proc/contend/run
	! grep -qE '^broken: operations=[0-9]+ exclusion=[1-9][0-9]+ ' /proc/contend/run || break
done
grep -q '^verdict=fail complete=1' /proc/contend/run &&
	grep -qE '^broken: operations=[0-9]+ exclusion=[1-9][0-9]+ ' /proc/contend/run
result $? "with violations=count a run goes on, counts them, and fails"
echo "lock=busted_none workers=1 runtime=20ms" >/proc/contend/run
grep -q '^verdict=inconclusive complete=1' /proc/contend/run &&
	grep -q '^nothing was provoked: busted_none is broken on purpose' /proc/contend/run
result $? "a broken lock does not pass where nothing was provoked"
echo "lock=busted_rcu violations=count" >/proc/contend/run 2>/dev/null
grep -q '^error: 1: violations=count goes on with a lock that is broken' /proc/contend/run
result $? "it does not where that would crash"
echo "lock=spinlock workers=2 runtime=100ms" >/proc/contend/run
grep -q '^verdict=pass complete=1' /proc/contend/run
result $? "the true lock passes in the same module"
echo "lock=busted_spinlock structure=list" >/proc/contend/run 2>/dev/null
grep -q '^error: 1: busted_spinlock does not promise' /proc/contend/run
result $? "a broken lock gets no structure with pointers to break"
rmmod contend || failed=1
# One that is added and not planned for would not be missed when it is gone.
if [[ $n -ne $plan ]]; then
	echo "# $n results, and $plan were planned"
	failed=1
fi
exit $failed
