# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # bats has status and stderr, and setup() out
# For the tests of a scenario's laws. scenario NAME --key=value... is the test's own: it runs
# build/NAME's program, with its document in $out.

passes() {
	scenario user "$@"
	# A busy machine may let one of them do nothing in so short a time.
	jq -e '.results | all(.ops != 0)' "$out" || sooner_or_later user '.ops != 0' "$@"
	lawful
}

# lawful: each run of the document has done something, and kept each law.
lawful() {
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	sound
	jq -e '.results | all(.checks | all(.verdict == "pass"))' "$out"
}

# sooner_or_later BUILD FILTER WORD...: what depends on who has a CPU when is so of each result of one
# document, of which the next one has more time.
sooner_or_later() {
	local build=$1 filter=$2 time word words=()
	for word in "${@:3}"; do [[ $word == --runtime=* ]] || words+=("$word"); done
	for time in 300ms 3s 20s; do
		scenario "$build" --runtime=$time "${words[@]}"
		[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || [ "$status" -eq 6 ]
		! jq -e ".results | length > 0 and all($filter)" "$out" || return 0
	done
	return 1
}

# shows FILTER WORD...: it passes, and sooner or later that is so of each result.
shows() {
	sooner_or_later user ".ops > 0 and ($1)" "${@:2}"
	lawful
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
