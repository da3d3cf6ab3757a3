#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=frames: a game's frame loop, its laws, and twins that break one each.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
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
	[[ $* == *--entities=* ]] || set -- "$@" --entities=2k
	[[ $* == *--runtime=* ]] || set -- "$@" --runtime=300ms
	run --separate-stderr "build/$build/contend" run --scenario=frames --warmup=0ms "$@" \
		-o "$out" --output-format=json
}

@test "the laws hold whoever does which stage, and however many frames are under way" {
	passes --architecture=single,fixed --rate=0,120
	jq -e '[.results[-1].checks[].name] | contains(["frame", "finished", "order", "input", "world",
		"queue", "triple_buffer", "event_count"])' "$out"
	passes --architecture=fixed --rate=0 --pipeline=0,1,2 --buffers=2,3
	passes --architecture=components --rate=0,120 --workers=1,3 --frame_barrier=sense,dissemination,tree
	shows '.figures.inputs_taken > 0' --lock=ticket,pthread_mutex --inputs=100k --rate=200
}

@test "each job is done once, whoever does it, and each counter reaches zero once" {
	passes --architecture=jobs --rate=0 --pipeline=0,1,2 --workers=1,3 --buffers=3
	jq -e '.results | all((.checks | [.[].name] | contains(["once", "counter", "deque"])) and
		.figures.jobs_done == .figures.frames * 24)' "$out"
}

@test "a worker that has no job takes one of another's" {
	shows '.figures.jobs_stolen > 0' --architecture=jobs --rate=0 --workers=2
}

@test "what an observer sees is of one frame, and what it does not see is counted" {
	shows '.figures.observed > 0' --architecture=fixed,single --rate=0 --observers=2 \
		--structure=double_buffer,triple_buffer
	shows '.figures | .observed_skipped + .observed_overtaken > 0' --rate=0 --observers=1 --entities=300
}

@test "a period in which no frame can begin is dropped, and its deadline missed" {
	# One thread alone, whose frame takes longer than a period, however much of a CPU it has: maybe
	# none of them is in time, and no operation has ended well.
	with_more_time '.results[0].figures | .frames_dropped > 0 and .missed_own > 0' keeps \
		--architecture=single --rate=5000 --entities=100k
	jq -e '.results[0].figures | .missed_per_million > 0 and
		.missed_own + .missed_host >= .frames_dropped' "$out"
	jq -e '.results[0].compared_by == "missed_per_million"' "$out"
	# As many as it can are never late.
	passes --rate=0
	jq -e '.results[0].figures | has("frames_dropped", "missed_per_million", "lag_frames") | not' "$out"
	jq -e '.results[0] | has("compared_by") | not' "$out"
}

@test "a frame that is written out has its stages and its deadline" {
	shows '.traces | length > 2' --rate=100 --pipeline=0,1 --trace=1
	jq -e '.results | (.[0].traces | all(.deadline_ns == 10000000)) and
		(.[1].traces | all(.deadline_ns == 20000000)) and
		all(.[].traces[]; (.stages_ns | add) <= .response_ns and (.stages_ns | has("ready")))' "$out"
	# One thread presents: no two frames at a time.
	jq -e '.results[1].traces | sort_by(.due_ns) |
		map(.stages_ns.present as $present | .due_ns + .response_ns | [. - $present, .]) |
		[.[:-1], .[1:]] | transpose | length > 1 and all(.[0][1] <= .[1][0])' "$out"
	run --separate-stderr build/user/contend report "$out" --svg=requests --pipeline=1
	[ "$status" -eq 0 ]
	[[ $output == *">simulate<"*">render<"*">present<"* && $output == *">deadline<"* ]]
	# As fast as it can there is none.
	shows '.traces | length > 1' --rate=0 --trace=1
	jq -e '.results[0].traces | all(.deadline_ns == null)' "$out"
}

@test "its figures are columns of the table, and words of csv" {
	run build/user/contend run --scenario=frames --architecture=single --rate=200 --entities=500 \
		--runtime=150ms --warmup=0ms --output-format=csv
	[[ "$output" == *",memory_bytes,figures,"* ]]
	[[ "$output" =~ ,\"frames=[0-9]+\ frames_dropped=[0-9]+\ .*lag_p50_ns=[0-9]+\  ]]
	COLUMNS=200 run build/user/contend run --scenario=frames --architecture=single --rate=200 \
		--entities=500 --runtime=150ms --warmup=0ms
	[[ "$output" =~ dropped\ +host\ +own\ .*\ p50\ verdict ]]
	[[ "$output" != *jain* ]]
}

@test "the sound has a deadline of its own, and can be left out" {
	shows '.figures.audio_jitter_p50_ns > 0' --architecture=single,jobs --audio=2ms --rate=200
	jq -e '.results | all(.figures | .audio_missed >= .audio_missed_host)' "$out"
	passes --audio=0ns
	jq -e '.results[0].figures | has("audio_missed") | not' "$out"
}

@test "a frame needs the scene, in which a loader is that has no CPU" {
	chrt -f 1 true 2>/dev/null || skip "no real-time priorities here"
	shows '.figures | .scene_preempted > 0 and .scene_wait_max_ns > 0' --scene=1ms --hog=20ms \
		--lock=pthread_mutex,pthread_mutex_pi
	jq -e '.results | all(.checks | any(.name == "counter"))' "$out"
	# Nobody may have them.
	run setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice build/user/contend run \
		--scenario=frames --scene=1ms --runtime=100ms
	[ "$status" -eq 4 ]
	[[ $output == *"be root, or have CAP_SYS_NICE"* ]]
}

# has_threads PID COUNT: waits until it has so many at least.
has_threads() {
	until [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)" -ge "$2" ]; do
		kill -0 "$1"
		sleep 0.05
	done
}

# The time that the threads of a program have been on a CPU, in ticks.
ticks_of() {
	cat "/proc/$1/task/"*/stat | awk '{ sum += $14 + $15 } END { print sum }'
}

@test "a program that is stopped in the midst of a frame has lost that time" {
	local program before
	# One thread that computes without a pause: it is in a frame nearly whenever it is stopped.
	build/user/contend run --scenario=frames --architecture=single --rate=0 --audio=0ns \
		--runtime=6s --warmup=0ms -o "$out" --output-format=json 2>/dev/null 3>&- &
	program=$!
	has_threads $program 3
	for _ in {1..5}; do
		# It has made frames since it was stopped last, however little the machine lets it.
		before=$(ticks_of $program)
		until [ "$(ticks_of $program)" -gt $((before + 5)) ]; do
			kill -0 $program
			sleep 0.05
		done
		kill -STOP $program
		sleep 0.4
		kill -CONT $program
	done
	wait $program
	# Two of the five: it may be stopped between the stages of a frame, where it waits for others.
	jq -e '.results[0].figures.lost_ns > 700000000' "$out"
}

@test "a run that is interrupted does not compute its frames again" {
	local program
	build/user/contend run --scenario=frames --architecture=single --rate=0 \
		--entities=100k --runtime=60s --warmup=0ms -o "$out" --output-format=json 2>/dev/null 3>&- &
	program=$!
	# Once those who make the frames are there.
	has_threads $program 4
	kill -TERM $program
	wait $program || [ $? -eq 130 ]
	jq -e '.results[0].checks | any(.name == "world" and .verdict == "skip" and
		(.detail | startswith("interrupted: not all frames"))) and all(.verdict != "fail")' "$out"
}

@test "a law that is broken is seen by its check" {
	caught_by frame --architecture=busted_gate --rate=0 --pipeline=2 --entities=10k
	caught_by finished --architecture=busted_early --rate=0 --pipeline=1
	caught_by order --architecture=busted_skip --rate=0 --pipeline=2 --buffers=3
	caught_by input --architecture=busted_input --inputs=100k
	caught_by world --architecture=busted_world
	caught_by frame --architecture=busted_meet --rate=0
	caught_by once --architecture=busted_once --rate=0
	caught_by counter --architecture=busted_count --rate=0
	caught_by frame --architecture=busted_publish --observers=1 --rate=0
	caught_by busted_double_buffer --structure=busted_double_buffer --rate=0 --observers=2
}

@test "who watches on a terminal sees how it goes on, and nobody else" {
	at() {
		run bash -c "$1 build/user/contend run --scenario=frames --entities=500 --warmup=0ms \
			--runtime=${2-100ms} -o $out 2>&1 | cat"
	}
	# As many columns as there are: a line that goes on in the next one would not be rewritten.
	for time in 1200ms 5s 20s; do
		at "CONTEND_TTY=2 CONTEND_COLUMNS=60" $time
		[[ ! $output =~ "/s, missed " ]] || break
	done
	[[ $output =~ \[1/1\]\ command-line,\ [0-9]+\ s\ left:\ [0-9.]+/s,\ missed\ [0-9]+,\ dropped ]]
	[ "$(tr '\r' '\n' <<<"$output" | grep '/s, missed' | sed 's/\x1b\[K//' | wc -L)" -eq 59 ]
	at "CONTEND_TTY=2 CONTEND_COLUMNS=21"
	[ "$(tr '\r' '\n' <<<"$output" | grep '^.\[K\[1/1' | sed 's/\x1b\[K//' | wc -L)" -eq 20 ]
	at "CONTEND_TTY=2 CONTEND_COLUMNS=60"
	# All of it is gone before the last line.
	[[ $output == *$'\r\e[K'contend:*", verdict "* ]]
	at "CONTEND_TTY=1"
	[[ $output == "contend: $out: 1 of 1 run of 1 case, verdict "* ]]
}

@test "what others have computes the same frames, and its queues lose nothing" {
	run scripts/peers.d/frames tbb 2000 2 200
	[ "$status" -ne 4 ] || skip "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ frames_per_s\ [1-9] ]]
	for queue in concurrentqueue readerwriterqueue; do
		run scripts/peers.d/frames $queue 100
		[ "$status" -eq 0 ]
		[[ $output == *"out_of_order 0"* ]]
	done
}

@test "what makes no sense together is refused" {
	refused "architecture=single has one frame under way" --architecture=single --pipeline=1
	refused "architecture=components has one frame under way" --architecture=components --pipeline=1
	refused "a frame has 8 workers at most" --architecture=jobs --workers=9
	refused "users= means nothing to scenario=frames" --users=4
	refused "offered= means nothing to scenario=frames" --offered=sweep
	refused "hog= is while the loader has the scene's lock" --hog=1ms
	refused "buffers" --buffers=4
	refused "pipeline" --pipeline=3
}

@test "a structure that is no snapshot is told of" {
	scenario user --structure=hash --runtime=100ms
	[ "$status" -eq 4 ]
	jq -e '.results[0].reason | contains("a hash of this module cannot publish")' "$out"
}
