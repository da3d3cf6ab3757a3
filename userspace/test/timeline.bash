# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# timeline FILE: it is a trace that Perfetto opens. Events are in order of time, slices have a
# length, and of a thread each lies whole in the one that is open or after it; each arrow has
# both ends, and both lie in slices.
timeline() {
	jq -e 'def ns: . * 1000 | round;
		[.traceEvents[] | select(.ph != "M")] as $events
		| ($events | length) > 0
		and ([$events[].ts] | . == sort)
		and ([$events[] | select(.ph == "X" and .dur <= 0)] == [])
		and ([$events[] | select(.id)] | group_by(.id) | all(map(.ph) == ["s", "f"]))
		and (reduce $events[] as $e ({ open: {}, good: true };
			($e.tid | tostring) as $t | ($e.ts | ns) as $at
			| .open[$t] = [.open[$t] // [] | .[] | select(. > $at)]
			| if $e.ph == "X" then
				($at + ($e.dur | ns)) as $until
				| .good = (.good and (.open[$t] | all(. >= $until)))
				| .open[$t] += [$until]
			elif $e.id then .good = (.good and (.open[$t] | length > 0))
			else . end) | .good)' "$1"
}
