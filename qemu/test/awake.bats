#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Is a debug kernel awake? Each defect of the mutant module (kmod/locks/busted.c)
# must be reported by the tool that is there for it, and by name. Needs the mutant
# module for CONTEND_KERNEL.

# shellcheck disable=SC2016,SC2317 # the guest expands; bats calls

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	kernel=${CONTEND_KERNEL:-debug}
	log=$BATS_TEST_TMPDIR/console.log
}

# needs OPTION: skip on a kernel that was built without it.
needs() {
	grep -qxF "CONFIG_$1=y" "$(qemu/kernel "$kernel")/config" || skip "$kernel has no $1"
}

# defect SPEC [TIMES [OPTION...]]: run it so often, or until there is a report
# by KASAN of the module; the console must hold a splat.
defect() {
	CONTEND_SPEC=$1 CONTEND_TIMES=${2:-1} run -120 \
		qemu/vm --kernel="$kernel" --log="$log" "${@:3}" -- \
		scripts/guest "build/$kernel-mutant/contend.ko" \
		sh -c 'for i in $(seq "$CONTEND_TIMES"); do
				echo "$CONTEND_SPEC" >/proc/contend/run
				! dmesg | grep -q "BUG: KASAN: .*\[contend\]" || break
			done
			cat /proc/contend/run'
}

@test "two locks in both orders: lockdep, before there is a deadlock" {
	needs PROVE_LOCKING
	local began=$SECONDS
	defect "lock=busted_order structure=counter workers=1 runtime=10m"
	# The report ends it, not the run's end.
	((SECONDS - began < 300))
	grep -q 'WARNING: possible circular locking dependency detected' "$log"
	grep -qE 'at: contend_(read|write)_busted_order' "$log"
	grep -q '\*\*\* DEADLOCK \*\*\*' "$log"
}

@test "a mutex inside a spinlock: the sleep in atomic context" {
	needs DEBUG_ATOMIC_SLEEP
	defect "lock=busted_sleep structure=counter workers=1 runtime=50ms"
	grep -q 'BUG: sleeping function called from invalid context' "$log"
	grep -qE 'contend_(read|write)_busted_sleep' "$log"
}

@test "a free without a grace period: KASAN, the use after it" {
	needs KASAN
	# With more workers than CPUs a reader is preempted where it stands, and others
	# free that. A run ends when contend itself sees the mark of a node that is being
	# freed, which may be a moment before KASAN can know of it: hence so many.
	defect "lock=busted_rcu structure=list workers=6 runtime=2s keys=uniform/64 mix=lookup:2,insert:1,erase:1" 100
	grep -qE 'BUG: KASAN: slab-use-after-free in .*\[contend\]' "$log"
	grep -qE 'contend_(read|write)_busted_rcu' "$log"
}

@test "a free that waits for no reader: KASAN, the use after it" {
	needs KASAN
	# What is unlinked is freed two epochs later: a reader must be away from its CPU
	# for some hundred operations of others.
	defect "lock=busted_epoch structure=list workers=16 runtime=2s keys=uniform/64 mix=lookup:1,insert:2,erase:2" 100
	grep -qE 'BUG: KASAN: slab-use-after-free in .*\[contend\]' "$log"
	grep -qE 'contend_(read|write)_busted_epoch' "$log"
}

@test "a lock that lets two in: KCSAN, the data race" {
	needs KCSAN
	# A run ends when it sees what comes of the race, after a few hundred
	# operations; KCSAN looks at one access in so many.
	defect "lock=busted_spinlock structure=counter workers=2 runtime=10s verify=end" 20 \
		--append=kcsan.skip_watch=200
	grep -qE 'BUG: KCSAN: data-race in contend_counter_(read|write)' "$log"
}

@test "memory that nobody frees: kmemleak, who allocated it" {
	needs DEBUG_KMEMLEAK
	# A word on a stack that looks like a pointer hides one; not five.
	defect "lock=busted_leak structure=counter workers=1 runtime=5ms" 5
	grep -q 'kmemleak: [1-9][0-9]* new suspected memory leaks' "$log"
	[[ $output == *"busted_leak_init"* ]]
}

@test "the true lock, beside all that, is in order" {
	run -0 qemu/vm --kernel="$kernel" --log="$log" -- \
		scripts/guest "build/$kernel-mutant/contend.ko" sh -c '
			echo "lock=rcu structure=list workers=2 runtime=1s mix=lookup:2,insert:1,erase:1" \
				>/proc/contend/run
			grep "^verdict=pass" /proc/contend/run'
}
