# shellcheck shell=bash disable=SC2154 # $out is the test's
# SPDX-License-Identifier: GPL-2.0
# For tests of laws: a machine that is too busy makes the figures of a run inconclusive (status 6),
# and whether a law holds is said all the same.

# judged COMMAND...: run it. Returns what it returns, and 0 for 6.
judged() {
	local ended=0
	"$@" || ended=$?
	[[ $ended -ne 6 ]] || ended=0
	return "$ended"
}

# with_more_time FILTER COMMAND...: run it until the filter is true of its document $out, which depends on
# who has a CPU when: with --runtime= of more each time. A command that fails ends it, so that no later
# run hides what an earlier one has shown.
with_more_time() {
	local filter=$1 time word words=()
	for word in "${@:2}"; do [[ $word == --runtime=* ]] || words+=("$word"); done
	for time in 300ms 3s 20s; do
		"${words[@]}" --runtime=$time || return
		! jq -e "$filter" "$out" || return 0
	done
	return 1
}

# sound: each run of the document $out did something, and broke no law.
sound() {
	jq -e '.results | length > 0 and all(.ops > 0 and (.verdict == "pass" or .verdict == "inconclusive"))' "$out"
}
