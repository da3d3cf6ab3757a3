#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run suites one after another as one KTAP document. The module is loaded.
#
# selftests/run.sh DIRECTORY [SUITE...]
#
# Exit status: 0 all passed or skipped, 1 a failure.
set -u

dir=$(readlink -f "${1:?usage: selftests/run.sh DIRECTORY [SUITE...]}")
shift
limit=$(sed -n 's/^timeout=//p' "$(dirname "$0")/settings")
if [[ $# -eq 0 ]]; then
	# Each that there is a source of, or one that is not built would not be missed.
	cd "$(dirname "$0")" || exit 1
	for source in *_test.c; do
		set -- "$@" "${source%.c}"
	done
	read -ra clients < <(sed -n 's/^SUITES_32 := //p' Makefile)
	set -- "$@" "${clients[@]/%/_32}"
fi

# A suite is a session: what a test that failed left behind ends with it, and
# holds up nobody who reads its output.
run_suite() {
	local leader status
	setsid timeout "$limit" "$dir/$1" 2>&1 &
	leader=$!
	wait "$leader"
	status=$?
	pkill -KILL -s "$leader"
	return "$status"
}

echo "KTAP version 1"
echo "1..$#"
n=0 failed=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT
for suite in "$@"; do
	n=$((n + 1))
	skip=
	if [[ ! -x $dir/$suite ]]; then
		if [[ $suite == *_32 ]]; then
			skip="no 32-bit compiler: install gcc-multilib"
		else
			echo "not ok $n $suite # it is not built: make selftests"
			failed=1
			continue
		fi
	elif [[ $suite == *_32 && ${CONTEND_ACCEL-} == uml ]]; then
		skip="User-Mode Linux runs no 32-bit programs"
	fi
	if [[ $skip ]]; then
		echo "ok $n $suite # SKIP $skip"
		continue
	fi
	run_suite "$suite" | sed 's/^/  /' | tee "$said"
	status=${PIPESTATUS[0]}
	case $status in
	0) echo "ok $n $suite" ;;
	4) echo "ok $n $suite # SKIP $(sed -n 's/^  1\.\.0 # SKIP //p' "$said")" ;;
	124) echo "not ok $n $suite # no end after $limit s" ;;
	*) echo "not ok $n $suite # exit status $status" ;;
	esac
	[[ $status -eq 0 || $status -eq 4 ]] || failed=1
done
exit $failed
