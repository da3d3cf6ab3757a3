# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # bats has status
# For the tests of what runs jobs.

# long_enough TIME... -- [OPTION]... COMMAND...: bats' run, with the first TIME that
# is enough for a verdict. On a busy machine a worker may get no CPU in a short run,
# which is inconclusive.
long_enough() {
	local times=() time
	while [[ $1 != -- ]]; do
		times+=("$1")
		shift
	done
	shift
	for time in "${times[@]}"; do
		run "$@" --runtime="$time" --warmup=5ms
		[ "$status" -eq 6 ] || return 0
	done
}
