# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # bats has status and stderr, and setup() out
# For the tests of a scenario's laws. scenario NAME --key=value... is the test's own: it runs
# build/NAME's program, with its document in $out.

# keeps --key=value...: each run of the document breaks no law, be it that it did nothing.
keeps() {
	scenario user "$@"
	[[ $status -eq 0 || $status -eq 6 ]] || { echo "status $status: $stderr"; return 1; }
	jq -e '.results | length > 0 and all(.checks | all(.verdict == "pass"))' "$out"
}

# passes --key=value...: and it did something, if only with more time.
passes() {
	keeps "$@"
	jq -e '.results | all(.ops != 0)' "$out" || with_more_time '.results | all(.ops != 0)' keeps "$@"
	sound
}

# shows FILTER --key=value...: it passes, and with more time the filter is true of each result.
shows() {
	with_more_time ".results | all(.ops > 0 and ($1))" keeps "${@:2}"
	sound
}

# A twin is caught by the check that is meant for it.
caught_by() {
	may_fail() {
		scenario user-mutant "$@"
		[[ $status -eq 0 || $status -eq 2 || $status -eq 6 ]]
	}
	with_more_time ".results | all(any(.checks[]; .name == \"$1\" and .verdict == \"fail\"))" \
		may_fail "${@:2}"
	[ "$status" -eq 2 ]
}

refused() {
	scenario user "${@:2}"
	[ "$status" -eq 1 ]
	[[ $stderr == *"$1"* ]]
}
