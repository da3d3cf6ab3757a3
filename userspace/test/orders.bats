#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=orders: an exchange, its laws, and twins that break one each.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	make -s user
	make -s user MUTANT=1
}

setup() {
	load jq
	load judged
	load laws
	cd "$BATS_TEST_DIRNAME/../.."
	out=$BATS_TEST_TMPDIR/out.json
}

# build/NAME's program on the scenario, its document in $out.
scenario() {
	local build=$1
	shift
	run --separate-stderr "build/$build/contend" run --scenario=orders --warmup=50ms "$@" \
		-o "$out" --output-format=json
}

@test "the laws hold, however the stages hand over and wait" {
	passes --architecture=disruptor,queue,pipeline,single --runtime=200ms
	jq -e '.results | length == 4' "$out"
	jq -e '.results | all([.checks[].name] | contains(["sequence", "rewritten", "crossed",
		"quantity", "priority", "once", "audit", "replica", "replay", "allocation"]))' "$out"
	jq -e '.results | all(.figures | .allocations == 0 and .trades > 0 and .resting_end > 0 and
		.fix_bytes > 0 and .market_data > 0)' "$out"
	passes --architecture=disruptor,queue,pipeline --wait=yield --runtime=300ms --users=2
	# With fewer CPUs than stages it may do nothing in that time, and nothing wrong.
	scenario user --architecture=disruptor,queue --wait=spin --runtime=200ms --users=2
	jq -e '.results | all(.checks | all(.verdict == "pass"))' "$out"
	passes --gateways=1,8 --users=64 --architecture=disruptor,queue --runtime=100ms
}

@test "each message that was numbered is in the journal, and each is answered" {
	mkdir "$BATS_TEST_TMPDIR/kept"
	passes --runtime=200ms --users=64 --fsync=batch --journal="$BATS_TEST_TMPDIR/kept"
	# In batches, since others come while one is written.
	jq -e '.results[0].figures.journal_batch > 1' "$out"
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/kept/journal")" -eq \
		"$(jq '.results[0].figures.journal_bytes' "$out")" ]
	# The last one that was acknowledged is the last one.
	[ "$(od -An -t u8 "$BATS_TEST_TMPDIR/kept/acknowledged" | tr -d ' ')" -eq \
		"$(jq '.results[0].figures.messages' "$out")" ]
	passes --runtime=200ms --users=64 --fsync=each
	jq -e '.results[0].figures.journal_batch == 1' "$out"
}

@test "what came due is what ended, or waits; a full book refuses" {
	passes --users=8 --runtime=300ms --offered=poisson:500/s
	jq -e '.results[0] | (.outcomes | add) as $ended | .offered_per_s == 500 and .due > 0 and
		.due <= $ended + .unserved + 8' "$out"
	passes --users=128 --runtime=300ms --offered=bursts:1000/s:100 --architecture=queue
	passes --users=64 --runtime=200ms --resting=16
	jq -e '.results[0].figures | .refusals > .messages / 2 and .resting_end <= 16' "$out"
}

@test "an exchange that is killed has each order that it has acknowledged in its journal" {
	passes --runtime=50ms --crashes=4 --architecture=disruptor,queue,pipeline,single
	jq -e '.results | all(.figures | .crashed == 4 and .crashed_records > 0)' "$out"
	jq -e '.results | all(.checks | any(.name == "durable"))' "$out"
	caught_by durable --architecture=busted_durable --crashes=10
}

@test "a law that is broken is seen by its check" {
	for law in sequence rewritten crossed quantity priority once audit replica replay \
		allocation; do
		caught_by $law --architecture=busted_$law
	done
}

@test "what does not go together is said before anything begins" {
	refused "capacity= is how many events a structure holds: 64 to 1048576" --capacity=8
	refused "a folder of 1 to 191 characters" "--journal=$(printf '%0300d' 0)"
	refused "crashes= kills programs that have all of it: engine=user" --crashes=1 --engine=ioctl
	scenario user --journal=/nowhere/at/all
	[ "$status" -eq 5 ]
	[[ $(jq -r '.results[0].reason' "$out") == "journal=: make that folder, or name another one"* ]]
	refused "nothing of scenario=orders can fail a probe" --health=1s
}
