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

# A twin is caught by the check that is meant for it, sooner or later.
caught_by() {
	local check=$1 time
	shift
	for time in 300ms 3s 20s; do
		scenario user-mutant --runtime=$time "$@"
		[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || [ "$status" -eq 6 ]
		jq -e --arg check "$check" \
			'.results[0].checks | any(.name == $check and .verdict == "fail")' "$out" || continue
		[ "$status" -eq 2 ]
		return
	done
	return 1
}

refused() {
	scenario user "${@:2}"
	[ "$status" -eq 1 ]
	[[ $stderr == *"$1"* ]]
}
