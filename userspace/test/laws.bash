# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # bats has status and stderr, and setup() out
# For the tests of a scenario's laws. scenario NAME --key=value... is the test's own: it runs
# build/NAME's program, with its document in $out.

passes() {
	scenario user "$@"
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	sound
	jq -e '.results | all(.checks | all(.verdict == "pass"))' "$out"
}

# sooner_or_later BUILD FILTER WORD...: what depends on who has a CPU when is so of one run, of which
# each is longer.
sooner_or_later() {
	local build=$1 filter=$2 time
	shift 2
	for time in 300ms 3s 20s; do
		scenario "$build" --runtime=$time "$@"
		[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || [ "$status" -eq 6 ]
		! jq -e ".results[0] | $filter" "$out" || return 0
	done
	return 1
}

# A twin is caught by the check that is meant for it.
caught_by() {
	sooner_or_later user-mutant "any(.checks[]; .name == \"$1\" and .verdict == \"fail\")" "${@:2}"
	[ "$status" -eq 2 ]
}

refused() {
	scenario user "${@:2}"
	[ "$status" -eq 1 ]
	[[ $stderr == *"$1"* ]]
}
