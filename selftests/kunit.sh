#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The results of the KUnit suites that ran when the module was loaded, as one KTAP
# document. Needs a kernel that was started with kunit.enable=1 kunit.autorun=1.
#
# selftests/kunit.sh SUITE...
set -u

failed=0
echo "KTAP version 1"
echo "1..$#"
for suite in "$@"; do
	results=/sys/kernel/debug/kunit/$suite/results
	if ! grep -q '^ok\|^not ok' "$results" 2>/dev/null; then
		echo "not ok - $suite # it did not run: that takes kunit.enable=1 kunit.autorun=1"
		failed=1
		continue
	fi
	grep -vE '^(KTAP version|1\.\.1$)' "$results"
	! grep -q '^not ok' "$results" || failed=1
done
exit $failed
