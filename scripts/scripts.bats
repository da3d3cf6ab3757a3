#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The scripts, each as a user calls it.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.."
	kernel=${CONTEND_KERNEL:-6.1}
}

@test "check-calls finds no indirect call in what is measured" {
	run scripts/check-calls "build/$kernel/contend.ko"
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^ok:\ ([0-9]+)\ measured\ functions ]]
	# A loop and a step for each lock and structure, combined or not.
	[ "${BASH_REMATCH[1]}" -ge 48 ]
}

@test "check-calls finds one where the compiler cannot see through the ops" {
	dir=$BATS_TEST_TMPDIR/opaque
	mkdir -p "$dir"
	cp -rL Kbuild kmod "$dir/"
	sed -i 's/^static const struct lock_ops spinlock_ops/struct lock_ops spinlock_ops/' \
		"$dir/kmod/locks/spinlock.c"
	make -C "$(qemu/kernel "$kernel")/build" M="$dir" CONTEND_VERSION=test \
		kmod/locks/spinlock.o kmod/device.o >/dev/null
	ld -r -o "$dir/both.o" "$dir/kmod/locks/spinlock.o" "$dir/kmod/device.o"
	run scripts/check-calls "$dir/both.o"
	[ "$status" -eq 1 ]
	[[ "$output" == *"FAIL contend_loop_spinlock_counter: "* ]]
	# The raw one in the same file is as it was.
	[[ "$output" != *contend_loop_raw_spinlock* ]]
}

@test "check-calls does not pass on an object without loops" {
	run scripts/check-calls "build/$kernel/kmod/main.o"
	[ "$status" -eq 1 ]
	[[ "$output" == *"no contend_loop_"* ]]
}

@test "setup does nothing the second time" {
	run scripts/setup
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "the guest's part refuses to load a module outside of a VM" {
	run env -u CONTEND_VM scripts/guest "build/$kernel/contend.ko" true
	[ "$status" -eq 5 ]
	[[ "$output" == *"not a VM"* ]]
}

@test "a build that fails is told, with status 5" {
	run scripts/build nonsense
	[ "$status" -eq 5 ]
	[[ "$output" == *"No rule to make target 'nonsense'"* ]]
	[[ "$output" == *"the whole of it is in "* ]]
	rm -f build/make.*.log
}

@test "run passes its words and its status on" {
	run scripts/run --lock=nonsense
	[ "$status" -eq 1 ]
	[[ "$output" == *"unknown lock 'nonsense'"* ]]
	CONTEND_MUTANT=1 run scripts/run --lock=busted_spinlock --runtime=5s
	[ "$status" -eq 2 ]
	[[ "$output" == *"exclusion broken"* ]]
}

@test "stress runs its jobs under pressure and looks for splats" {
	run scripts/stress jobs/stress.job --runtime=100ms --warmup=10ms
	[ "$status" -eq 0 ]
	[[ "$output" == *"verdict: pass"* ]]
	[[ "$output" == *"no splat in the kernel log"* ]]
	# What pressed, by its own account.
	for stressor in cpu vm timer timerfd tlb-shootdown; do
		[[ "$output" =~ stress-ng:\ $stressor\ +[1-9] ]]
	done
}

@test "trace shows a run through tracefs" {
	run --separate-stderr scripts/trace --lock=rcu --structure=list
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin: run="*"lock=rcu structure=list workers=2"* ]]
	[ "$(grep -c contend_worker_begin <<<"$output")" -ge 2 ]
	[[ "$output" == *"contend_run_end: run="*"violations=0"* ]]
	[[ "$stderr" == *"verdict: pass"* ]]
}

@test "trace shows a run in the kernel log" {
	run --separate-stderr scripts/trace --dmesg --lock=mutex
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin: run="*"lock=mutex structure=counter"* ]]
	[[ "$output" == *"contend_run_end: run="* ]]
}

@test "trace records a run with trace-cmd" {
	run --separate-stderr scripts/trace --trace-cmd --lock=rwlock
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin:"*"lock=rwlock"* ]]
}
