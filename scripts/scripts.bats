#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The scripts, each as a user calls it.

bats_require_minimum_version 1.5.0

setup() {
	load long_enough
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
	rm "${output##*the whole of it is in }"
}

@test "run passes its words and its status on" {
	run scripts/run --lock=nonsense
	[ "$status" -eq 1 ]
	[[ "$output" == *"unknown lock 'nonsense'"* ]]
	CONTEND_MUTANT=1 run scripts/run --lock=busted_spinlock --runtime=60s
	[ "$status" -eq 2 ]
	[[ "$output" == *"exclusion broken"* ]]
}

@test "stress runs its jobs under pressure and looks for splats" {
	long_enough 100ms 1s 5s -- scripts/stress jobs/stress.job
	[ "$status" -eq 0 ]
	[[ "$output" == *"verdict: pass"* ]]
	[[ "$output" == *"no splat in the kernel log"* ]]
	# What pressed, by its own account.
	for stressor in cpu vm timer timerfd tlb-shootdown; do
		[[ "$output" =~ stress-ng:\ $stressor\ +[1-9] ]]
	done
}

@test "trace shows a run through tracefs" {
	long_enough 100ms 1s 5s -- --separate-stderr scripts/trace --lock=rcu --structure=list
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin: run="*"lock=rcu structure=list workers=2"* ]]
	[ "$(grep -c contend_worker_begin <<<"$output")" -ge 2 ]
	[[ "$output" == *"contend_run_end: run="*"violations=0"* ]]
	[[ "$stderr" == *"verdict: pass"* ]]
}

@test "trace shows a run in the kernel log" {
	long_enough 100ms 1s 5s -- --separate-stderr scripts/trace --dmesg --lock=mutex
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin: run="*"lock=mutex structure=counter"* ]]
	[[ "$output" == *"contend_run_end: run="* ]]
}

@test "trace records a run with trace-cmd" {
	long_enough 100ms 1s 5s -- --separate-stderr scripts/trace --trace-cmd --lock=rwlock
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin:"*"lock=rwlock"* ]]
}

@test "ktap tells the leaves, their parents and what a suite expected" {
	run scripts/ktap - <<-'TAP'
		KTAP version 1
		1..3
		  TAP version 13
		  1..2
		  #  RUN           x.one ...
		  # x_test.c:12:one:Expected 1 (1) == 2 (2)
		  not ok 1 x.one
		  ok 2 x.two # SKIP no such lock
		not ok 1 x_test # exit status 1
		ok 2 - alone
	TAP
	[ "${lines[0]}" = $'fail\tx_test/x.one\tx_test.c:12:one:Expected 1 (1) == 2 (2)' ]
	[ "${lines[1]}" = $'skip\tx_test/x.two\tno such lock' ]
	[ "${lines[2]}" = $'pass\talone\t' ]
	# one of the plan is missing, one parent failed
	[ "${lines[3]}" = $'plan\t1\t1' ]
}

@test "ktap tells where a bats test failed" {
	run scripts/ktap - <<-'TAP'
		1..1
		not ok 1 it works
		# (in test file x.bats, line 3)
		#   `false' failed
	TAP
	[ "${lines[0]}" = $'fail\tit works\t(in test file x.bats, line 3) `false'\'' failed' ]
}

@test "a lane whose kernel cannot be had is a skip with its reason, and the others go on" {
	local lane=.none-$$
	printf 'image=linux-image-none headers=none source=none series=1\n' >"qemu/kernels/$lane"
	CONTEND_TEST_OUT=$BATS_TEST_TMPDIR/out run scripts/matrix --suite=mutant,cli "$lane" host
	rm "qemu/kernels/$lane"
	[ "$status" -eq 0 ]
	[[ "$output" == *"$lane mutant"*"1 skipped"*"apt does not know linux-image-none"* ]]
	[[ "$output" =~ host\ +[0-9]+\ in\ [0-9]+s ]]
	[[ "${lines[-1]}" =~ ^[0-9]+\ passed,\ 0\ failed,\ 1\ skipped$ ]]
	grep -q "<skipped message=\"qemu/kernel: apt does not know" "$BATS_TEST_TMPDIR/out/junit.xml"
	grep -q "^ok 1 $lane.mutant # SKIP" "$BATS_TEST_TMPDIR/out/matrix.ktap"
}

@test "a lane that does not build is an error of each of its suites" {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	printf '#!/bin/sh\necho no rule; exit 2\n' >"$bin/make"
	chmod +x "$bin/make"
	PATH=$bin:$PATH CONTEND_TEST_OUT=$BATS_TEST_TMPDIR/out run scripts/matrix --suite=cli,unit host
	[ "$status" -eq 1 ]
	[[ "$output" == *"host       cli          0 passed   1 failed"*"it does not build"* ]]
	[ "${lines[-1]}" = "0 passed, 2 failed, 0 skipped" ]
	grep -q '<error message="it does not build' "$BATS_TEST_TMPDIR/out/junit.xml"
	rm "$(grep -m1 -o '[^ ]*/make\.[^ ]*\.log' <<<"$output")"
}

@test "a test that fails is told, in the table's totals and for CI systems" {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	printf '#!/bin/sh\necho 1..2; echo "ok 1 a"; echo "not ok 2 b <&>"; exit 1\n' >"$bin/bats"
	chmod +x "$bin/bats"
	PATH=$bin:$PATH CONTEND_TEST_OUT=$BATS_TEST_TMPDIR/out run scripts/matrix --suite=cli host
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
	grep -q 'name="b &lt;&amp;&gt;"><failure' "$BATS_TEST_TMPDIR/out/junit.xml"
}

@test "the matrix names what it does not know" {
	run scripts/matrix nowhere
	[ "$status" -eq 1 ]
	[[ "$output" == *"no lane 'nowhere'"*6.1* ]]
	run scripts/matrix --suite=nothing host
	[ "$status" -eq 1 ]
	[[ "$output" == *"no suite 'nothing' in host"* ]]
}
