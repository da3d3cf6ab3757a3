#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Load, run, unload, again and again: nothing may stay.
#
# CONTEND_KO	the module
# CONTEND_RUNS	runs between loading and unloading (100)
# CONTEND_TURNS	how often (10)
set -u

ko=${CONTEND_KO:?CONTEND_KO names the module}
runs=${CONTEND_RUNS:-100}
turns=${CONTEND_TURNS:-10}
locks=(spinlock rwlock semaphore rcu srcu mutex seqlock rwsem)

n=0 failed=0
result() {
	n=$((n + 1))
	if [[ $1 -eq 0 ]]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}

slab_kb() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }

turn() {
	local i lock structure
	insmod "$ko" || return 1
	for ((i = 0; i < runs; i++)); do
		lock=${locks[i % ${#locks[@]}]}
		structure=list
		[[ $lock == seqlock ]] && structure=counter
		echo "lock=$lock structure=$structure keys=uniform/32 runtime=1ms warmup=0ns" \
			>/proc/contend/run || { cat /proc/contend/run; break; }
		# Without a process of its own: under emulation one takes longer than the run.
		read -r verdict </proc/contend/run
		[[ $verdict == verdict=pass* ]] || { cat /proc/contend/run; break; }
	done
	done=$i
	objects=$(awk '/^objects/ { print $2 }' /proc/contend/stats)
	alive=$(awk '/^runs/ { print $2 }' /proc/contend/stats)
	rmmod contend || return 1
}

echo "KTAP version 1"
echo "1..6"
dmesg --clear
# The first turn warms the slab caches that all later ones use again.
turn
before=$(slab_kb)
good=0 counts=0
for ((t = 0; t < turns; t++)); do
	turn || break
	[[ $done -eq $runs ]] && good=$((good + 1))
	[[ $objects$alive == 00 ]] && counts=$((counts + 1))
done
after=$(slab_kb)
echo "# $turns turns of $runs runs; slab ${before} kB before, ${after} kB after"

[[ $good -eq $turns ]]
result $? "every run of every turn passes and the module unloads"
[[ $counts -eq $turns ]]
result $? "no object and no run is left when a turn ends"
! grep -q contend /proc/slabinfo
result $? "no slab cache is left"
# A leak of one node a run would be runs * turns * 64 bytes or more; the rest of
# the kernel moves by less than 4 MiB in that time.
[[ $((after - before)) -lt 4096 ]]
result $? "the slab does not grow"
# Out of tree is bit 12, unsigned bit 13.
[[ $(($(cat /proc/sys/kernel/tainted) & ~(1 << 12 | 1 << 13))) -eq 0 ]]
result $? "taint shows out of tree and unsigned only"
! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace:|stall'
result $? "the kernel log has no splat"
exit $failed
