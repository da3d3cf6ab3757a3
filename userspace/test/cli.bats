#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The command line, as far as it needs no module.

bats_require_minimum_version 1.5.0

setup() {
	load jq
	cd "$BATS_TEST_DIRNAME/../.."
	contend=${CONTEND:-build/user/contend}
	# A line is as long as nobody says otherwise.
	unset COLUMNS
	job=$BATS_TEST_TMPDIR/a.job
	a=$BATS_TEST_TMPDIR/a.json
	b=$BATS_TEST_TMPDIR/b.json
}

# Run contend, with stdout in $output and stderr in $stderr.
contend() { run --separate-stderr "$contend" "$@"; }

# Lines that were too long, in one piece.
unwrap() {
	output=$(sed ':a; N; $!ba; s/\n    \([^ ]\)/ \1/g' <<<"$output")
	mapfile -t lines <<<"$output"
}

@test "the pages for a class say at their head how to build and call the program, all alike" {
	local page line='Build the program with `make user`, and let the shell find it: `PATH=$PWD/build/user:$PATH`. It needs no root.'
	for page in doc/*.md; do
		head -n 12 "$page" | grep -qxF "$line" || { echo "$page"; return 1; }
		! grep -n 'build/user/contend' "$page"
	done
}

@test "without a command: help on stderr, status 1" {
	contend
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == usage:* ]]
}

@test "--help names every key and every exit status, on stdout" {
	contend --help
	[ "$status" -eq 0 ]
	for key in lock structure engine workers runtime warmup seed mix keys capacity prefill \
		batch clients verify; do
		[[ "$output" == *"--$key="* ]]
	done
	[[ "$output" == *"6 inconclusive, 130 interrupted"* ]]
	[[ "$output" == *"contend COMMAND --help has the options of a command"* ]]
}

@test "each command tells its own usage, options and an example, by --help and by help" {
	local command option
	contend completion bash
	local table=$output
	for command in $(sed -n "s/^\t('commands') contend_words=(\(.*\)) ;;/\1/p" <<<"$table"); do
		contend "$command" --help
		[ "$status" -eq 0 ]
		[[ "${lines[0]}" == "usage: contend $command"* ]]
		[[ "${lines[-1]}" == "example: contend $command"* ]]
		[[ "$output" != *exit\ status* ]]
		local said=$output
		contend help "$command"
		[ "$output" = "$said" ]
		# Those that its completion has; of keys there are too many.
		for option in $(sed -n "s/^\t('$command options') contend_words=(\(.*\)) ;;/\1/p" <<<"$table"); do
			[[ $option != lock ]] || break
			[[ "$said" == *" --$option="* ]]
		done
	done
	contend run jobs/quick.job --help
	[[ "${lines[0]}" == "usage: contend run"* ]]
	contend top --help
	[[ "$output" == *" -n, --count=N "* && "$output" != *--KEY* ]]
	contend help rnu
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"did you mean 'run'"* ]]
}

@test "an option stands there once, and whole" {
	local word words
	for word in --output=x --output-format=json --repeat=2 --section=a --resume=x; do
		contend run --engine=user jobs/quick.job "$word" "$word"
		[ "$status" -eq 1 ]
		[ "$stderr" = "contend: ${word%=*} is given twice" ]
	done
	for words in "run --lock=mcs -o x --output=y" "report x --svg=wait --svg=hold" "top -n 1 --count=2" \
		"compare x y --across=kernel --across=cpu" "check --lock=mcs --lock=mcs"; do
		# shellcheck disable=SC2086 # words
		contend $words
		[ "$status" -eq 1 ]
		[[ "$stderr" == *" is given twice" ]]
	done
	for words in "--outp=x" "--outp x" "--loc=mcs" "--sec=a"; do
		# shellcheck disable=SC2086 # words
		contend run jobs/quick.job $words
		[ "$status" -eq 1 ]
		[[ "$stderr" == "contend: unknown option '${words%% *}': did you mean '"* ]]
	done
}

@test "a word with = that is no file is told to be an option" {
	contend run workers=1..4
	[ "$status" -eq 1 ]
	[ "$stderr" = "contend: there is no file 'workers=1..4': did you mean '--workers=1..4'?" ]
	contend check jobs/quick.job readers.mix=lookup:1
	[[ "$stderr" == *"did you mean '--readers.mix=lookup:1'?" ]]
	contend report lokc=mcs
	[[ "$stderr" == *"did you mean '--lock=mcs'?" ]]
	contend serve web port=1
	[[ "$stderr" == *"did you mean '--port=1'?" ]]
	# A file may be called so.
	cp jobs/quick.job "$BATS_TEST_TMPDIR/a=b"
	contend check "$BATS_TEST_TMPDIR/a=b"
	[ "$status" -eq 0 ]
}

@test "a figure of an operation is one that operations have" {
	contend check compare --by=lock --lock=mcs,tas --structure=queue --group=producer:1,consumer:1 \
		--metric=put.elements_per_s
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--metric=put.elements_per_s: an operation has no such figure"* ]]
	for metric in put.ops_per_s put.wait_p99 put.block_p50 producer.elements_per_s; do
		contend check compare --by=lock --lock=mcs,tas --structure=queue \
			--group=producer:1,consumer:1 --metric="$metric"
		[ "$status" -eq 0 ]
	done
}

@test "check refuses workers that would wait for what nobody brings, and names who is missing" {
	refused() {
		local message=$1
		shift
		contend check --lock=null "$@"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"$message"* ]] || { echo "$stderr"; false; }
	}
	refused "nobody does business" --structure=disruptor_multicast \
		--group=producer:1,journal:1,replicate:1
	refused "a group of the role journal is missing, as in group=producer:1,journal:1,replicate:1,business:1" \
		--structure=disruptor_diamond --group=producer:1,business:1
	refused "prefill=0: there is no element" --structure=pool --group=user:1 --prefill=0
	refused "of 5 workers the others could not: workers=3, or capacity=5" \
		--structure=barrier_tree,barrier_dissemination,peer:completion --workers=5 --capacity=3
	# The remedy is the structure's own, and its operations are told.
	refused "has no operation 'gett', but try_get, get, put," --structure=pool --mix=gett:1
	contend check --structure=rhashtable
	[[ "$stderr" == *"unknown structure 'rhashtable': did you mean 'peer:rhashtable'?"* ]]
	refused "as in group=worker:1,waiter:1" --structure=latch --mix=await:1
	refused "as in group=signaler:1,waiter:1" --structure=event_count --mix=await:1
	contend check --lock=null --structure=disruptor_diamond --group=producer:1,business:1,journal:1,replicate:1
	[ "$status" -eq 0 ]
	# Those that do not wait go on, and so do parties without names.
	contend check --lock=null --structure=disruptor_multicast
	[ "$status" -eq 0 ]
	contend check --lock=null --structure=pool --group=user:1,creator:1 --prefill=0
	[ "$status" -eq 0 ]
	contend check --lock=null --structure=barrier_sense --workers=5 --capacity=3
	[ "$status" -eq 0 ]
}

@test "a wrong command is told, with the one that was meant" {
	contend rnu
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"did you mean 'run'"* ]]
}

@test "check shows each case with all its keys" {
	printf '[a]\nlock=rcu structure=list\n' >"$job"
	contend check "$job"
	[ "$status" -eq 0 ]
	[ "$output" = "$job: a: lock=rcu structure=list engine=kernel workers=2 context=task runtime=1s warmup=100ms seed=1 keys=uniform/1000 hold=0ns stall=0ns think=0ns wait=block deadline=0ns arrival=closed placement=spread sched=other stutter=0ns shuffle=0ns hotplug=0ns preempt=0ns capacity=0 stripes=1 nest=1 avoid=order prefill=50 batch=1 poller=0ns clients=processes verify=full violations=stop measure=operation" ]
}

@test "lists make a case of each combination, named by what differs" {
	printf '[a]\nlock=rcu,srcu workers=1,2 mix=read:1,inc:2\n' >"$job"
	contend check "$job"
	[ "${#lines[@]}" -eq 4 ]
	[[ "${lines[0]}" == "$job: a/lock=rcu,workers=1: lock=rcu "* ]]
	[[ "${lines[3]}" == "$job: a/lock=srcu,workers=2: lock=srcu "* ]]
	[[ "${lines[3]}" == *"mix=read:1,inc:2"* ]]
}

@test "a section wins over [global], the command line over both" {
	printf '[global]\nseed=1 workers=7\nruntime=3s\n[a]\nseed=2\n[b]\n' >"$job"
	contend check "$job" --runtime=5s
	[[ "${lines[0]}" == *": a: "*"workers=7 context=task runtime=5s"*"seed=2"* ]]
	[[ "${lines[1]}" == *": b: "*"workers=7 context=task runtime=5s"*"seed=1"* ]]
}

@test "a job comes from standard input too, and may have no section" {
	run --separate-stderr bash -c "echo 'lock=mutex # no section' | $contend check -"
	[ "$status" -eq 0 ]
	[[ "$output" == "-: job: lock=mutex "* ]]
}

# What is wrong with a job: file:line:column and words; status 1; no stdout.
wrong() {
	printf "$1" >"$job"
	contend check "$job"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == "$job:$2: "*"$3"* ]] || { echo "$stderr"; false; }
}

@test "a wrong job is told by file, line and column" {
	wrong '[a]\n  lokc=rcu\n' 2:3 "unknown key 'lokc': did you mean 'lock'"
	wrong '[a]\nlock=spinlok\n' 2:6 "unknown lock 'spinlok': did you mean 'spinlock'"
	wrong '[a]\nlock=rcu,nope\n' 2:10 "unknown lock 'nope'"
	wrong 'structure=nope' 1:11 "unknown structure 'nope'"
	wrong 'engine=kernal' 1:8 "did you mean 'kernel'"
	wrong 'workers=1,x' 1:11 "not a number"
	wrong 'workers=0' 1:9 "1 to 1024"
	wrong 'context=irq' 1:9 "task, softirq, hardirq"
	wrong 'runtime=5' 1:10 "unit"
	wrong 'mix=lookup' 1:5 "verb:share"
	wrong 'mix=a:1,a:2' 1:9 "twice"
	wrong 'lock=rcu lock=rcu' 1:10 "given twice"
	wrong 'lock' 1:1 "key=value"
	wrong 'lock=,rcu' 1:6 "no value"
	wrong '[a\nlock=rcu' 1:1 "[name]"
	wrong '[a b]' 1:3 "a section's name"
	wrong '[a] lock=rcu' 1:5 "next line"
	wrong 'seed=\001' 1:6 "0x01"
}

@test "what contexts have to do with other keys is checked when a job is parsed" {
	contend check --workers=1 --context=task:1,hardirq:1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"none is left for hardirq: workers=2 gives it one"* ]]
	contend check --engine=kernel,ioctl --context=softirq
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"context= other than task is for engine=kernel"* ]]
	contend check --workers=2 --context=task:1,hardirq:1
	[ "$status" -eq 0 ]
	[[ "$output" == *" workers=2 context=task:1,hardirq:1 runtime="* ]]
}

@test "two sections of one name are refused, with the place of both" {
	printf '[a]\nlock=rcu\n[b]\n\n[a] # again\nlock=srcu\n' >"$job"
	contend check "$job"
	[ "$status" -eq 1 ]
	[ "$stderr" = "$job:5:1: the section [a] is there already: $job:1" ]
	printf '[global]\n[b]\n[global]\n' >"$job"
	contend check "$job"
	[[ "$stderr" == "$job:3:1: "*"$job:1" ]]
	# Of two files each is its own.
	printf '[a]\nlock=rcu\n' >"$job"
	contend check "$job" "$job"
	[ "$status" -eq 0 ]
}

@test "a run that goes to a file says what is written there, and how long it takes" {
	contend run --engine=user --lock=mcs,spinlock --runtime=20ms --warmup=0ms --repeat=2 -o "$a" --output-format=json
	[[ "$stderr" == "contend: $a: 4 of 4 runs of 2 cases, verdict "* ]]
	[ "${stderr_lines[*]}" = "$stderr" ]
	[ -z "$output" ]
	contend run --engine=user --lock=spinlock --runtime=20ms --resume="$b"
	[ "$stderr" = "contend: $b: 1 of 1 run of 1 case, verdict skip" ]
	contend run --engine=user --lock=spinlock --runtime=20ms --resume="$b"
	[ "$stderr" = "contend: $b: 1 of 1 run of 1 case, verdict skip: complete, and left as it was" ]
	run --separate-stderr timeout -s INT 1 "$contend" run --engine=user --lock=ticket --runtime=1m -o "$a" --output-format=json
	[[ "$stderr" == "contend: 1 case, about "* ]]
}

@test "cases that are skipped for one reason have one line" {
	contend run --engine=user --lock=spinlock,rcu --structure=counter,list --runtime=1ms
	[ "$status" -eq 4 ]
	unwrap
	[ "$(grep -c "has no lock" <<<"$output")" -eq 1 ]
	[[ "$output" == *$'\n'"4 cases: skip: engine=user has no lock spinlock, rcu: see contend list"$'\n'* ]]
	contend run --engine=user --lock=spinlock --runtime=1ms
	[[ "$output" == *"command-line: skip: engine=user has no lock spinlock: see contend list"* ]]
}

@test "a page, a picture and a timeline are not for a terminal; what is lost for want of room is not shown" {
	document "$a" lock=rcu 1 2 3 4
	local words
	for words in "report $a" "report $a --svg=throughput" "trace --engine=user --lock=mcs"; do
		run script -qec "$contend $words" /dev/null </dev/null
		[ "$status" -eq 1 ]
		[[ "$output" == *" is not for a terminal: give it a file, -o "* && "$output" != *"<"* ]]
	done
	for words in "report $a" "trace --engine=user --lock=mcs --runtime=1ms"; do
		# shellcheck disable=SC2086 # words
		contend $words -o /dev/full
		[ "$status" -eq 5 ]
		[ -z "$output" ]
		[[ "$stderr" == *"contend: cannot write /dev/full: No space left on device" ]]
	done
	# A run took its time.
	contend run --engine=user --lock=mcs --runtime=20ms --output-format=json -o /dev/full
	[ "$status" -eq 5 ]
	[[ "$output" == *'"contend.result/1"'* ]]
}

@test "a job file that is none is told" {
	contend check /nonexistent.job
	[ "$status" -eq 1 ]
	[[ "$stderr" == "/nonexistent.job: "* ]]
	head -c 2000000 /dev/zero | tr '\0' ' ' >"$job"
	contend check "$job"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"more than 1 MiB"* ]]
	printf 'lock=rcu\0' >"$job"
	contend check "$job"
	[[ "$stderr" == *"zero byte"* ]]
	printf '[global]\n[a]\n' >"$job"
	contend check "$job"
	[ "$status" -eq 0 ]
}

@test "a wrong option is told, with the one that was meant" {
	contend check --wrokers=3
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"unknown option '--wrokers=3': did you mean '--workers'"* ]]
	contend check --workers=many
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--workers=many: workers: 'many' is not a number"* ]]
	contend check --lock
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"needs a value"* ]]
	contend check
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"needs a job file"* ]]
	local value
	for value in 0 101 2.5 many -1 nan; do
		contend check --lock=rcu --repeat=$value
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"--repeat is a"*" number"*"not '$value'"* ]]
	done
	contend run --lock=rcu --metric=ops_per_s
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"unknown option '--metric=ops_per_s'"* ]]
	contend run --lock=rcu --output-format=xml
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"human, json, ndjson, csv, markdown, latex or histogram"* ]]
	# Nobody means a file of that name.
	contend check --lock=rcu --output=json
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--output=json: that is a format, which --output-format=json chooses; a file of this name is ./json"* ]]
	contend check --lock=rcu -o ./json
	[ "$status" -eq 0 ]
}

@test "every job of the tree is right" {
	for file in jobs/*.job; do
		contend check "$file"
		[ "$status" -eq 0 ]
		[[ "$(head -1 "$file")" == "# "* ]]
	done
}

@test "--section runs some sections of a job, and refuses one that is not there" {
	printf '[global]\nworkers=3\n[one]\nlock=rcu,srcu\n[two]\nlock=rwsem\n[three]\n' >"$job"
	contend check --section=three,one "$job"
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $2 }' <<<"$output" | tr -d '\n')" = one/lock=rcu:one/lock=srcu:three: ]
	[[ "$output" == *" workers=3 "* ]]
	contend run --section=tow "$job"
	[ "$status" -eq 1 ]
	[ "$stderr" = "contend: --section=tow: there is no such section: did you mean 'two'? There are one, two, three" ]
	for name in global , one, xyz; do
		contend check "$job" "--section=$name"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"there is no such section: there are one, two, three" ]]
	done
	contend check "$job" --section=
	[ "$status" -eq 1 ]
	contend check --section=one --lock=rcu
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--section=one is one of a job file, and there is none"* ]]
	# Of several files one has it.
	printf '[four]\nlock=mutex\n' >"$BATS_TEST_TMPDIR/b.job"
	contend check "$job" "$BATS_TEST_TMPDIR/b.job" --section=four
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	# And so of what is compared.
	contend check compare "$job" --section=two --a=workers=1 --b=workers=2
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	contend check compare "$job" --section=one --by=lock
	[ "${#lines[@]}" -eq 2 ]
	contend check compare "$job" --section=x --by=lock
	[ "$status" -eq 1 ]
	document "$a" lock=rcu 1 2 3 4
	contend compare "$a" "$a" --section=one
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--section is for a run, and $a has been run"* ]]
}

# cases JOB... [OPTION]...: the names that check has for its cases, in one line.
cases() {
	contend check "$@"
	[ "$status" -eq 0 ] || { echo "$*: $stderr"; false; }
	sed -E 's/: lock=.*//; s/^.*: //' <<<"$output" | paste -sd' '
}

@test "a range of values is a list of them, in a job and on the command line" {
	printf '[scale]\nworkers=1..8*2\n[one]\nworkers=3..3*2\n' >"$job"
	[ "$(cases "$job")" = "scale/workers=1 scale/workers=2 scale/workers=4 scale/workers=8 one" ]
	[ "$(cases --hold=100ns..10us*10)" = "command-line/hold=100ns command-line/hold=1us command-line/hold=10us" ]
	printf '[global]\nlock=rcu,srcu\n[s]\nworkers=2,4..8+4\n' >"$job"
	[ "$(cases "$job" --section=s)" = "s/lock=rcu,workers=2 s/lock=rcu,workers=4 s/lock=rcu,workers=8 s/lock=srcu,workers=2 s/lock=srcu,workers=4 s/lock=srcu,workers=8" ]
	# As a list it is in all else: the same cases, which have the same names.
	contend check "$job" --workers=2..6+2 --arrival=poisson:1k/s..4k/s*2
	range=$output
	contend check "$job" --workers=2,4,6 --arrival=poisson:1k/s,poisson:2k/s,poisson:4k/s
	[ "$output" = "$range" ]
	[ "${#lines[@]}" -eq 18 ]
	# Of a group, and of a scenario.
	contend check --group=r:1,w:1 --r.hold=1us..100us*10 --w.think=1ms..3ms+1ms
	[ "${#lines[@]}" -eq 9 ]
	[[ "${lines[8]}" == *"/r.hold=100us,w.think=3ms: "* ]]
	contend check --scenario=web --users=8..64+8 --splitting=1%..4%*2
	[ "${#lines[@]}" -eq 24 ]
	contend check compare --by=workers --workers=1..4*2
	[ "${#lines[@]}" -eq 3 ]
	# The name of a file is no range.
	contend check --scenario=cache --users=1 --trace_file=2024..2025.trace
	[[ "$output" == *" trace_file=2024..2025.trace" ]]
}

@test "a value that a list has twice is refused: its cases would have one name" {
	local words
	for words in --workers=1,1 --workers=1..8*2,8..32*8 --lock=mutex,rwsem,mutex; do
		contend check "$words"
		[ "$status" -eq 1 ]
		[[ "$stderr" =~ "command line: --"[a-z]+=.*": "(1|8|mutex)" is there twice" ]]
	done
}

@test "a value has one name, however it is written" {
	local words
	for words in "--scenario=data --grain=256Ki,1k" "--scenario=data --grain=262144,1000"; do
		# shellcheck disable=SC2086
		contend check $words
		[[ "${lines[0]}" == *": command-line/grain=262144: "* && "${lines[1]}" == *": command-line/grain=1000: "* ]]
	done
	for words in --hold=1000ns,1ms --hold=1us,1000us "--group=r:1,w:1 --r.hold=1us,1ms"; do
		# shellcheck disable=SC2086
		contend check $words
		[[ "${lines[0]}" == *"hold=1us: "* && "${lines[1]}" == *"hold=1ms: "* ]]
	done
	# And so it may not be there twice.
	for words in --hold=1000ns,1us "--scenario=data --grain=256Ki,1,262144" --workers=1..4*2,2; do
		# shellcheck disable=SC2086
		contend check $words
		[ "$status" -eq 1 ]
		[[ "$stderr" =~ ": "(1us|262144|2)" is there twice" ]]
	done
}

@test "documents may come by a pipe" {
	local doc=$BATS_TEST_TMPDIR/a.json
	document "$doc" lock=rcu 100 101 102
	contend compare <(cat "$doc") "$doc"
	local piped=$status said=$output
	[[ "$stderr" != *"Illegal seek"* ]]
	contend compare "$doc" "$doc"
	[ "$status" -eq "$piped" ]
	[ "$(tail -n 1 <<<"$output")" = "$(tail -n 1 <<<"$said")" ]
}

@test "a range that is none is refused, at its place" {
	refused() {
		contend check "$job" "${@:2}"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"$1" ]] || { echo "$stderr"; false; }
	}
	printf '[a]\nlock=rcu workers=1,2..64\n' >"$job"
	refused "$job:2:21: a range goes on by a factor or by a step: 1..64*2 or 8..64+8"
	printf '[a]\nworkers=8..4*2\n' >"$job"
	refused "$job:2:12: a range does not end before it begins"
	printf '[a]\n' >"$job"
	refused "a factor is a whole number from 2" --workers=1..8*1
	refused "no factor leads away from 0: begin with 1, or take a step, as in 0..8+1" --batch=0..8*2
	refused "a step of 0 leads nowhere" --workers=1..8+0
	refused "a range has 4096 values at most" --workers=1..9999+1
	refused "too many cases" --workers=1..1000+1 --batch=1..1000+1
	# Its values are of the key.
	refused "the number must be 1 to 1024" --workers=512..2048*2
	refused "the number is too large" --workers=1..99999999999999999999*2
	refused "runtime takes one value, and no range of them" --runtime=1s..4s*2
	contend check compare "$job" --a=workers=1..4*2 --b=workers=2
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--a=workers=1..4*2: a side has one value of a key"* ]]
	# Of a job the place is that of the value, which has others now.
	printf '[a]\nlock=rcu workers=512..2048*2\n' >"$job"
	refused "$job:2:18: workers: the number must be 1 to 1024"
}

@test "check tells how long a run will take, and a long run begins with it" {
	printf '[a]\nlock=rcu,srcu\nruntime=3s warmup=1s\n' >"$job"
	contend check "$job"
	[ "$stderr" = "contend: 2 cases, about 9 s" ]
	contend check "$job" --repeat=100
	[ "$stderr" = "contend: 200 runs of 2 cases, about 14 min" ]
	contend check "$job" --repeat=100 --runtime=1m
	[ "$stderr" = "contend: 200 runs of 2 cases, about 3 h 24 min" ]
	# A law that is checked by computing all of it again takes its time after the run.
	contend check --scenario=frames --rate=0 --runtime=20s --warmup=0ms
	[ "$stderr" = "contend: 1 case, about 41 s" ]
	contend check --scenario=frames --rate=60 --runtime=20s --warmup=0ms --entities=10k
	[ "$stderr" = "contend: 1 case, about 22 s" ]
	contend check --scenario=frames --rate=60 --runtime=20s --warmup=0ms --entities=1m
	[ "$stderr" = "contend: 1 case, about 41 s" ]
	contend check compare "$job" --by=lock
	[ "$stderr" = "contend: 20 runs of 2 cases, about 82 s" ]
	# A sweep is measured up to twelve times.
	contend check --scenario=web --runtime=900ms --warmup=100ms --offered=sweep
	[ "$stderr" = "contend: 1 case, about 13 s" ]
	contend check --scenario=web --runtime=900ms --warmup=100ms --offered=poisson:1000/s
	[ "$stderr" = "contend: 1 case, about 2 s" ]
	document "$a" lock=rcu 1 2 3 4
	contend check compare "$a" "$a"
	[ -z "$stderr" ]
	"$contend" run --engine=user --lock=ticket --runtime=6s 2>"$b" >&2 &
	until grep -q . "$b" || ! kill -0 $!; do sleep 0.1; done
	kill -INT $! || true
	[ "$(head -1 "$b")" = "contend: 1 case, about 7 s" ]
	wait $! || true
	# It is for who waits: a document has no use for it, and a short run neither.
	run timeout -s INT 1 "$contend" run --engine=user --lock=ticket --runtime=1m --output-format=json
	[[ "$output" != *" about "* ]]
	contend run --engine=user --lock=ticket --runtime=100ms
	[ -z "$stderr" ]
}

@test "a key is one scenario's, or one of all: no name is there twice" {
	run bash -c "build/user/contend explain | awk '{ print \$1 }' | sort | uniq -d"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "explain has a manual for each key" {
	contend explain
	[ "$status" -eq 0 ]
	for key in $("$contend" explain | awk '{ print $1 }'); do
		contend explain "$key"
		[ "$status" -eq 0 ]
		[[ "$output" == "$key="*default:* ]]
	done
	contend explain workres
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"did you mean 'workers'"* ]]
}

@test "explain says which scenarios take a key" {
	contend explain retry
	[[ "$output" == *"    scenarios that take it: pool, cache"* ]]
	contend check --scenario=web --retry=1
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"retry= means nothing to scenario=web"* ]]
	contend explain trace
	[[ "$output" == *"    all scenarios take it"* ]]
	contend explain mix
	[[ "$output" == *"    scenarios do not take it"* ]]
}

@test "explain knows each figure that a scenario enters, by both of its names" {
	local name names
	names=$(grep -oh 'play_figure([^,]*, "[a-z0-9_]*"' userspace/scenarios/*.c | cut -d '"' -f 2)
	[ "$(wc -l <<<"$names")" -gt 40 ]
	for name in $names; do
		contend explain "$name"
		[ "$status" -eq 0 ]
		[[ "$output" == *"$name is a figure of "*": "* ]] || { echo "$name"; false; }
	done
	contend explain recovery
	[[ "$output" == "recovery_ns is a figure of scenario=pool: "* ]]
	# Several that begin like this, each once, though all scenarios have it.
	contend explain lag
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "lag_frames is "* && "${lines[1]}" == "lag_p50_ns is "* &&
		"${lines[2]}" == "lag_p99_ns is "* && "${#lines[@]}" -eq 4 ]]
	contend explain breaker_
	[ "$status" -eq 1 ]
	contend explain probes_
	[ "$status" -eq 1 ]
	contend explain ill
	[[ "${lines[0]}" == "ill_ns is "* ]]
	contend explain jain
	[ "$status" -eq 0 ]
	[[ "$output" == "jain is a figure of runs, "*"more is better"* ]]
	contend explain recvery_ns
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"did you mean 'recovery_ns'"* ]]
}

# What /proc/contend may say, in $1.
proc() {
	mkdir -p "$1"
	cat >"$1/objects" <<-'END'
		id lock structure elements capacity ops backlog permits_free/permits permits_waiters descriptors runs violations blocked kind waited_ns
		3 mutex queue 4 8 1000 7 0/0 1 1 0 2 3 queue 5000000
	END
	cat >"$1/runs" <<-'END'
		id object lock structure workers runtime_ns state ops
		9 3 mutex queue 2 1000000000 running 5000
	END
}

@test "top shows runs and objects, as often as it is told to" {
	proc "$BATS_TEST_TMPDIR/proc"
	export CONTEND_PROC=$BATS_TEST_TMPDIR/proc
	contend top -n 1
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "contend: 1 object, 1 run, 2 violations; "* ]]
	# The first look has rates too, of a short while.
	[[ "$output" =~ $'\n'\ +9\ +3\ mutex\ +queue\ +2\ running\ +0$'\n' ]]
	# Those that wait: for permits, and for what the structure lacks.
	[[ "$output" =~ $'\n'\ +3\ mutex\ +queue\ +0\ +0\ +4\ +4\ +7\ +0\ +2$ ]]
	[ "$(wc -L <<<"$output")" -lt 80 ]
	contend top --batch --count=3 --delay=10ms
	[ "$status" -eq 0 ]
	[ "$(grep -c "^contend: " <<<"$output")" -eq 3 ]
	# Nothing was done between the looks.
	[[ "$output" =~ running\ +0$'\n' ]]
	# However many there are, and however long their lines.
	local i
	for i in {1..600}; do
		printf '%d mutex list 1 2 3 0 0/0 0 1 0 1 0 set 5 %0999d\n' "$((i + 100))" 0
	done >>"$CONTEND_PROC/objects"
	contend top -n 1
	[[ "${lines[0]}" == "contend: 601 objects, 1 run, 602 violations"* ]]
	# Nobody would see what is written next.
	run bash -c 'timeout 20 ${CONTEND:-build/user/contend} top -b -d 10ms >/dev/full'
	[ "$status" -eq 5 ]
}

@test "top has a screen where the terminal is one, and lines where it is not" {
	proc "$BATS_TEST_TMPDIR/proc"
	export CONTEND_PROC=$BATS_TEST_TMPDIR/proc
	on() { TERM=$1 script -qec "$contend top -n 2 -d 10ms" /dev/null </dev/null; }
	for term in linux vt100; do
		run on $term
		[ "$status" -eq 0 ]
		[[ "$output" == *$'\e['*"contend: 1 object,"* ]]
	done
	for term in dumb unheard-of; do
		run on $term
		[ "$status" -eq 0 ]
		[ "$(grep -c "contend: 1 object," <<<"$output")" -eq 2 ]
		[[ "$output" != *$'\e['* ]]
	done
}

@test "top refuses what it does not take, and says what it lacks" {
	for words in "-n 0" "-n some" "-n -1" "-d 1ns" "-d soon" "--what" "more" "-d"; do
		# shellcheck disable=SC2086 # words
		contend top $words
		[ "$status" -eq 1 ]
		[[ "$stderr" == "contend: "* && "$stderr" != *"not loaded"* ]]
	done
	CONTEND_PROC=$BATS_TEST_TMPDIR/none contend top -n 1
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"the module is not loaded"* ]]
	[ "$(id -u)" -ne 0 ] || return 0
	proc "$BATS_TEST_TMPDIR/proc"
	chmod 0 "$BATS_TEST_TMPDIR/proc/runs"
	CONTEND_PROC=$BATS_TEST_TMPDIR/proc contend top -n 1
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"Permission denied"* ]]
}

@test "trace refuses what has no timeline, before anything runs" {
	contend trace
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"trace needs a job file or options"* ]]
	for measure in rate lock; do
		contend trace --engine=user --lock=mcs --measure=$measure
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"trace: measure="*"a timeline is made of"* ]]
	done
	contend trace --engine=user,ioctl --lock=mcs
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"engine=ioctl"*"another world"* ]]
	for events in 99 1e7 some 100.5; do
		contend trace --engine=user --lock=mcs --events=$events
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"--events is a "*"number"* ]]
	done
	contend run --engine=user --lock=mcs --events=1000
	[ "$status" -eq 1 ]
	contend trace --engine=user --lock=mcs --repeat=2
	[ "$status" -eq 1 ]
	contend trace --engine=user --lock=mcs -o /nowhere/trace.json
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"cannot write /nowhere/trace.json"* ]]
	[ -e /dev/contend ] && skip "the module is loaded here"
	contend trace --lock=spinlock -o "$a"
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"the module is not loaded"* ]]
	[ ! -e "$a" ]
}

@test "without the module: run says so with status 4, list gives names" {
	[ ! -e /dev/contend ] || skip "the module is loaded here"
	contend run --lock=rcu
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"the module is not loaded"* ]]
	[ -z "$output" ]
	contend list locks
	[ "$status" -eq 0 ]
	[[ "$output" == *spinlock* && "$output" != *busted* ]]
	[[ "$stderr" == *"as built"* ]]
	contend doctor
	[ "$status" -eq 4 ]
}

@test "list jobs finds those of the tree" {
	contend list jobs
	[ "$status" -eq 0 ]
	[[ "$output" == *jobs/quick.job* ]]
	contend list nonsense
	[ "$status" -eq 1 ]
}

@test "what cannot be written is status 5 with the reason; nobody reads is no error" {
	local command
	for command in --help --version "list jobs" explain "explain lock" "check --lock=rcu"; do
		run --separate-stderr bash -c "$contend $command >/dev/full"
		[ "$status" -eq 5 ]
		[[ "$stderr" == *"cannot write to stdout: No space left on device"* ]]
		run --separate-stderr bash -c "$contend $command >&-"
		[ "$status" -eq 5 ]
		[[ "$stderr" == *"cannot write to stdout: "* ]]
		# SIGPIPE may be ignored, as under a shell that does so.
		run --separate-stderr bash -c "trap '' PIPE; { sleep 0.2; $contend $command; echo \$? >&3; } 3>&2 | :"
		[ "$stderr" = 0 ] || [ "$stderr" = $'contend: 1 case, about 2 s\n0' ]
	done
	document "$a" lock=rcu 100 101 102 103 104 105
	run --separate-stderr bash -c "$contend compare $a $a >/dev/full"
	[ "$status" -eq 5 ]
}

@test "a file that may not be as large is one that cannot be written" {
	mkdir "$BATS_TEST_TMPDIR/small"
	run --separate-stderr bash -c "ulimit -f 1; $contend run --engine=user --lock=ticket \
		--runtime=1ms --warmup=0ms --output-format=json -o $BATS_TEST_TMPDIR/small/x.json"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"File too large"* ]]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/small")" ]
	run --separate-stderr bash -c "ulimit -f 0; $contend explain >$BATS_TEST_TMPDIR/small/text"
	[ "$status" -eq 5 ]
	# That is written to a file as well: by way of a pipe it is one line.
	run bash -c "ulimit -f 0; $contend explain 2>&1 >$BATS_TEST_TMPDIR/small/text | cat"
	[ "$output" = "contend: cannot write to stdout: File too large" ]
}

@test "a small stack is enough, and one that is too small is told before anything begins" {
	local kib groups words i key
	for kib in 64 511; do
		run --separate-stderr bash -c "ulimit -s $kib; $contend run --engine=user --lock=ticket"
		[ "$status" -eq 5 ]
		[ -z "$output" ]
		[ "$stderr" = "contend: a stack of $kib KiB is too small, it takes 512: ulimit -s 8192" ]
	done
	run bash -c "ulimit -s 512; $contend run --engine=user --lock=ticket --runtime=1ms --warmup=0ms"
	[ "$status" -ne 139 ]
	[[ $output == *"verdict: "* ]]
	# As many words as a section may have.
	for i in {1..12}; do
		groups+=,g$i:1
		for key in mix=lookup:1 hold=1us arrival=poisson:50us deadline=1ms; do
			words+=" --g$i.$key"
		done
	done
	run bash -c "ulimit -s 512; $contend check --structure=list --lock=mutex --runtime=1s --seed=1 \
		--group=${groups#,} $words"
	[ "$status" -eq 0 ]
}

@test "a byte-order mark of UTF-8 is skipped, UTF-16 is told" {
	printf '\xef\xbb\xbflock=rcu\n' >"$job"
	contend check "$job"
	[ "$status" -eq 0 ]
	[[ "$output" == "$job: job: lock=rcu "* ]]
	printf '\xff\xfel\0o\0c\0k\0' >"$job"
	contend check "$job"
	[ "$status" -eq 1 ]
	[[ "$stderr" == "$job: is UTF-16: save it as UTF-8"* ]]
	printf '\xfe\xff\0l' >"$job"
	contend check "$job"
	[[ "$stderr" == "$job: is UTF-16: save it as UTF-8"* ]]
	document "$a" lock=rcu 100 101 102 103 104 105
	{ printf '\xef\xbb\xbf'; cat "$a"; } >"$b"
	compare 0 "no difference larger than the threshold"
	iconv -f UTF-8 -t UTF-16 <"$a" >"$b"
	contend compare "$a" "$b"
	[ "$status" -eq 1 ]
	[[ "$stderr" == "$b: is UTF-16: save it as UTF-8"* ]]
}

@test "lines as wide as the terminal in which CONTEND_TTY says that the pipe ends" {
	local wide
	a=$BATS_TEST_TMPDIR/$(printf '%080d' 0).json
	document "$a" lock=rcu 100 101 102 103 104 105
	change "$a" '.environment.debug = "lockdep,and more than a line has room for"'
	wide=$(CONTEND_TTY=1 CONTEND_COLUMNS=300 "$contend" compare "$a" "$a" | wc -L)
	[ "$wide" -gt 79 ]
	# What has no blank is not broken.
	[ "$("$contend" compare "$a" "$a" | wc -L)" -lt "$wide" ]
	[ "$(CONTEND_TTY=2 CONTEND_COLUMNS=300 "$contend" compare "$a" "$a" | wc -L)" -lt "$wide" ]
	# Where there is none, as for other programs.
	[ "$(COLUMNS=300 "$contend" compare "$a" "$a" | wc -L)" -eq "$wide" ]
	[ "$(CONTEND_TTY=1 CONTEND_COLUMNS=80 COLUMNS=300 "$contend" compare "$a" "$a" | wc -L)" -lt "$wide" ]
	[ "$(COLUMNS=wide "$contend" compare "$a" "$a" | wc -L)" -lt "$wide" ]
}

# document FILE SPEC VALUE...: add a case to a document, with one run for each of these
# operations a second, and as many nanoseconds of wait_p99
document() {
	local file=$1 spec=$2
	shift 2
	[ -e "$file" ] || echo '{ "schema": "contend.result/1", "environment": { "kernel": "6.1",
		"accel": "kvm", "cpus": 2, "debug": "" }, "results": [] }' >"$file"
	change "$file" --arg spec "$spec" '.results += [$ARGS.positional[] | { case: "case/\($spec)",
		verdict: "pass", complete: true, job: { $spec }, ops_per_s: tonumber,
		wait_ns: { p99: tonumber } }]' --args "$@"
}

# change FILE [OPTION]... FILTER: by jq, in place
change() {
	local file=$1
	shift
	# Other options than --args come before the filter, the file after it.
	jq "$@" <"$file" >"$file.new"
	mv "$file.new" "$file"
}

# compare STATUS DECISION [ARGUMENT]...: of the one case of a and b
compare() {
	local expected=$1 decision=$2
	shift 2
	contend compare --output-format=json "$a" "$b" "$@"
	[ "$status" -eq "$expected" ]
	jq -e --arg d "$decision" '(.cases | length) == 1 and (.cases[0] | .decision ==
		($d | sub(": .*"; "")) and
		((.reason // "") | contains($d | sub("^[^:]*:? ?"; ""))))' <<<"$output"
}

@test "compare says faster, slower, the same, or that it cannot tell" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 200 202 204 206
	compare 0 faster
	# Two of 70 arrangements are as far apart as this; no B is below any A.
	jq -e '.schema == "contend.compare/1" and .verdict == "pass" and .metric == "ops_per_s" and
		.threshold_percent == 5 and (.cases[0] | .case == "case/lock=rcu" and
		.a == { runs: 4, ops_per_s: { median: 101.5, interval_95: [100, 103],
			coverage: 0.875, each: [100, 101, 102, 103] } } and .b.ops_per_s.median == 203 and
		.ratio.b_over_a == 2 and (.ratio | (.interval_95 | .[0] > 1.9 and .[1] < 2.1) and
			.interval_together == .interval_95 and .coverage == 0.971428571) and
		.mann_whitney.u == 0 and .mann_whitney.exact and
		(.mann_whitney.p * 70 | . > 1.9999 and . < 2.0001))' <<<"$output"
	contend compare "$b" "$a"
	[ "$status" -eq 3 ]
	unwrap
	[[ "${lines[0]}" == "A: $b; Linux 6.1, kvm, 2 cpus, debug none" ]]
	[[ "${lines[4]}" == "case "*" 203 "*" 102 "*" 0.5 0."*" 0.029 slower" ]]
	[ "${lines[-1]}" = "verdict: regression (1 slower)" ]
	rm "$b"
	document "$b" lock=rcu 101 100 103 102
	compare 6 "can't tell: an interval of 95 % takes at least 6 runs of each"
	document "$a" lock=rcu 101 102
	compare 6 "can't tell: at least 6 runs of each"
	document "$b" lock=rcu 102 101
	compare 0 "no difference larger than the threshold"
	# Not a difference, but not the same either.
	compare 6 "can't tell: both sides of the threshold" --threshold=0
	rm "$b"
	document "$b" lock=rcu 50 90 110 210
	compare 6 "can't tell: both sides of the threshold"
}

@test "compare: a threshold is the same factor either way, and reached is not beyond" {
	local threshold b_is
	for threshold in 0.1 3.3 5 7.7 12 300; do
		for b_is in 1 1.0001 0.9999; do
			rm -f "$a" "$b"
			document "$a" lock=rcu 111 111 111 111 111 111
			document "$b" lock=rcu $(jq -n "[range(6)] | map(111 *
				(1 + $threshold / 100) * $b_is) | .[]")
			if [ "$b_is" = 1.0001 ]; then
				compare 0 faster --threshold=$threshold
				mv "$a" "$a.old"; mv "$b" "$a"; mv "$a.old" "$b"
				compare 3 slower --threshold=$threshold
			else
				compare 0 "no difference larger than the threshold" --threshold=$threshold
				mv "$a" "$a.old"; mv "$b" "$a"; mv "$a.old" "$b"
				compare 0 "no difference larger than the threshold" --threshold=$threshold
			fi
		done
	done
}

@test "compare: the threshold is what a difference must be beyond, either way" {
	document "$a" lock=rcu 100 100.1 100.1 100.2 100.2 100.3
	document "$b" lock=rcu 110 110.1 110.1 110.2 110.2 110.3
	compare 0 faster
	compare 0 faster --threshold=9.5
	compare 6 "can't tell: both sides" --threshold=9.9
	compare 0 "no difference larger than the threshold" --threshold=10.5
	mv "$a" "$a.old"
	mv "$b" "$a"
	mv "$a.old" "$b"
	compare 3 slower --threshold=9.5
	compare 6 "can't tell: both sides" --threshold=9.9
	compare 0 "no difference larger than the threshold" --threshold=10.5
}

@test "compare: below a case that may differ, what a hand-over takes" {
	document "$a" lock=rcu 200 201 202 203 204 205
	document "$b" lock=rcu 100 101 102 103 104 105
	contend compare "$a" "$b"
	[ "$status" -eq 3 ]
	[[ "$output" != *hand-over* ]]
	change "$a" '.results[].handover_ns.trimmed_mean = 80 | .results[].fairness.handovers = 0.5'
	contend compare "$a" "$b"
	[[ "$output" != *hand-over* ]]
	change "$b" '.results[].handover_ns.trimmed_mean = 1600 | .results[].fairness.handovers = 1'
	contend compare "$a" "$b"
	[ "$status" -eq 3 ]
	unwrap
	[ "${lines[5]}" = "  a hand-over takes 80ns in A and 1.6us in B; 50% and 100% of write sections follow one" ]
	compare 3 slower
	jq -e '.cases[0] | .a.handover == { trimmed_mean_ns: 80, share: 0.5 } and
		.b.handover == { trimmed_mean_ns: 1600, share: 1 }' <<<"$output"
	compare 3 slower --metric=handover
	contend compare "$a" "$b" --threshold=98
	[[ "$output" == *"can't tell"*hand-over* ]]
	# Of what does not differ nothing is to be explained.
	contend compare "$a" "$a"
	[[ "$output" != *hand-over* ]]
}

@test "compare: of a time, less is faster" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 200 202 204 206
	compare 3 slower --metric=wait_p99
	jq -e '.unit == "ns" and .cases[0].a.wait_p99_ns.median == 101.5' <<<"$output"
	contend compare "$b" "$a" --metric=wait_p99
	[ "$status" -eq 0 ]
	unwrap
	[[ "${lines[4]}" == *" 203ns 102ns "*faster ]]
	# A figure that no run has.
	compare 4 "skip: its runs have no response_p50" --metric=response_p50
}

@test "compare: what a document has of any time is a metric, named after both" {
	local time point
	document "$a" lock=rcu 1 2 3 4
	document "$b" lock=rcu 1 2 3 4
	change "$a" 'del(.results[].wait_ns)'
	change "$b" 'del(.results[].wait_ns)'
	for time in wait hold response service handover reclaim; do
		for point in mean trimmed_mean p50 p90 p99 p999 p9999 max; do
			compare 4 "skip: its runs have no ${time}_$point" --metric="${time}_$point"
			change "$a" ".results[].${time}_ns.$point = 2000"
			change "$b" ".results[].${time}_ns.$point = 1000"
			compare 0 faster --metric="${time}_$point"
			jq -e --arg m "${time}_$point" '.metric == $m and .unit == "ns" and
				.cases[0].b[$m + "_ns"].median == 1000' <<<"$output"
			# Completion has the same names.
			[[ "$("$contend" completion bash)" == *"'--metric')"*" ${time}_$point "* ]]
		done
	done
	# Another name of handover_trimmed_mean.
	compare 0 faster --metric=handover
}

@test "compare: a metric may be of a group of workers, or of an operation" {
	document "$a" lock=rcu 1 2 3 4
	document "$b" lock=rcu 1 2 3 4
	change "$a" '.results[] |= (.groups = [{ name: "w" }, { name: "r", ops_per_s: 10,
		response_ns: { p999: 2000 } }] | .verbs = [{ name: "lookup", wait_ns: { p99: 20 } }])'
	change "$b" '.results[] |= (.groups = [{ name: "w" }, { name: "r", ops_per_s: 20,
		response_ns: { p999: 1000 } }] | .verbs = [{ name: "lookup", wait_ns: { p99: 40 } }])'
	compare 0 faster --metric=r.response_p999
	jq -e '.metric == "r.response_p999" and .unit == "ns" and
		.cases[0].b["r.response_p999_ns"].median == 1000' <<<"$output"
	compare 0 faster --metric=r.ops_per_s
	compare 3 slower --metric=lookup.wait_p99
	compare 4 "skip: its runs have no w.response_p999" --metric=w.response_p999
	compare 4 "skip: its runs have no x.response_p999" --metric=x.response_p999
	# What tells cases apart is a column, whoever has it.
	rm "$a"
	document "$a" "group=r:1 r.hold=1us" 1 2 3 4
	document "$a" "group=r:1 r.hold=2us" 1 2 3 4
	change "$a" '.results[] |= (.case = "s/" + (.job.spec | split(" ")[1]))'
	run --separate-stderr "$contend" compare "$a" "$a"
	[[ "$output" == *$'\n'"r.hold "*$'\n'"1us "*$'\n'"2us "* ]]
	rm "$a"
	document "$a" lock=rcu 1 2 3 4
	# A group comes before an operation.
	change "$a" '.results[].verbs = [{ name: "lookup", wait_ns: { p99: 20 } }] |
		.results[].groups[0] = { name: "lookup", wait_ns: { p99: 80 } }'
	change "$b" '.results[].groups[0] = { name: "lookup", wait_ns: { p99: 8 } }'
	compare 0 faster --metric=lookup.wait_p99
	contend compare "$a" "$b" --metric=r.response_p99x
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"unknown metric 'r.response_p99x': did you mean 'r.response_p99'?"* ]]
}

@test "compare: a metric may be a time of a stage" {
	local value
	for value in 100 101 102 103; do
		document "$a" lock=rcu $value
		document "$b" lock=rcu $((value + 100))
	done
	for file in "$a" "$b"; do
		change "$file" '.results[] |= (.stages = [
			{ name: "query", time_ns: { p99: 5, mean: 5 } },
			{ name: "wait", time_ns: { p99: .ops_per_s, mean: .ops_per_s, trimmed_mean: 7 } },
			{ name: "idle", time_ns: null }])'
	done
	compare 3 slower --metric=stages.wait_mean
	jq -e '.metric == "stages.wait_mean" and .unit == "ns" and
		.cases[0].a["stages.wait_mean_ns"].median == 101.5' <<<"$output"
	# That of the name's end, and not that of a stage wait_trimmed.
	contend compare --output-format=json "$a" "$b" --metric=stages.wait_trimmed_mean
	jq -e '.cases[0] | .a, .b | .["stages.wait_trimmed_mean_ns"].median == 7' <<<"$output"
	compare 4 "skip: its runs have no stages.idle_p99" --metric=stages.idle_p99
	compare 4 "skip: its runs have no stages.none_p99" --metric=stages.none_p99
}

@test "groups of workers stand in a job file and on the command line" {
	cat >"$job" <<-EOF
		[global]
		writer.hold=10us

		[table]
		readers.mix=lookup:1
		lock=spinlock,rcu structure=hash
		readers.arrival=poisson:10k/s,periodic:20us
		group=readers:2,writer:1
	EOF
	contend check "$job"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 4 ]
	[[ "${lines[1]}" == "$job: table/lock=spinlock,readers.arrival=periodic:20us: lock=spinlock structure=hash engine=kernel group=readers:2,writer:1 context="*" readers.mix=lookup:1 readers.arrival=periodic:20us writer.hold=10us" ]]
	[[ "$output" != *workers=* ]]
	# In one word or in two; the last one wins.
	contend check "$job" --writer.hold=5us --readers.arrival closed
	[ "${#lines[@]}" -eq 2 ]
	[[ "${lines[0]}" == *" readers.mix=lookup:1 readers.arrival=closed writer.hold=5us" ]]
	contend check --group=a:1,b:2 --b.mix=read:1
	[[ "$output" == *" group=a:1,b:2 "*" b.mix=read:1" ]]
	wrong() {
		contend check "${@:2}"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$1"* ]]
	}
	wrong "command line: --raeders.hold=1us: there is no group 'raeders': did you mean 'readers'?" \
		"$job" --raeders.hold=1us
	# What is nearer wins, as with any key.
	printf '[global]\nworkers=4\n[x]\ngroup=a:1,b:2\n' >"$job"
	contend check "$job"
	[[ "$status" -eq 0 && "$output" == *" group=a:1,b:2 "* ]]
	contend check "$job" --group=c:1
	[[ "$status" -eq 0 && "$output" == *" group=c:1 "* ]]
	wrong "--workers=3: group= says how many workers there are: leave workers= out" \
		"$job" --workers=3
	wrong "lock= is of all workers: a group has mix=, hold=, think=, arrival=, wait= and deadline= of its own" \
		--group=a:1 --a.lock=rcu
	wrong "--a.hold needs a value" --group=a:1 --a.hold
	wrong "unknown key 'hodl': did you mean 'hold'?" --group=a:1 --a.hodl=1us
	wrong "--a.hold=1us: there is no group 'a': group= names them" --a.hold=1us
	# With the place, and before the section's group= is read.
	printf '[x]\ngroup=a:1 a.mix=b:c\n' >"$job"
	wrong "$job:2:19: a.mix: 'c' is not a number" "$job"
	printf '[x]\na.hold=1us,2us,b\n' >"$job"
	wrong "$job:2:16: a.hold: 'b' is not a number" "$job"
	printf '[x]\nb.hold=1us\ngroup=a:1\n' >"$job"
	wrong "$job:2:1: there is no group 'b'" "$job"
	# A text that the module would not take.
	printf 'group=' >"$job"
	printf 'name_of_many_letters_%08d:1,' {1..8} | sed 's/,$/\n/' >>"$job"
	for i in {1..8}; do
		printf 'name_of_many_letters_%08d.mix=' "$i"
		printf 'verb_of_many_letters_%08d:1000000,' {1..8} | sed 's/,$/\n/'
	done >>"$job"
	printf 'name_of_many_letters_%08d.hold=uniform:1234567ns-2345678ns\n' {1..8} >>"$job"
	wrong "structure=counter has no operation" "$job"
	printf 'name_of_many_letters_%08d.think=uniform:1234567ns-2345678ns\n' {1..8} >>"$job"
	wrong "$job: job: its words are more than 4095 bytes" "$job"
}

@test "compare: too few runs cannot tell, and it says how many would" {
	document "$a" lock=rcu 1 2 3
	document "$b" lock=rcu 1001 1002 1003
	compare 6 "can't tell: 3 and 3 runs, where p < 0.05 takes at least 4 and 4"
	# Ties or not.
	rm "$a" "$b"
	document "$a" lock=rcu 1 1 1
	document "$b" lock=rcu 1001 1001 1001
	compare 6 "can't tell: 3 and 3 runs"
	document "$b" lock=rcu 1001 1001
	compare 6 "can't tell: 3 and 5 runs"
	document "$a" lock=rcu 1
	compare 0 faster
	# An incomplete run is none.
	change "$a" '.results[0].complete = false'
	compare 6 "can't tell: 3 and 5 runs"
}

@test "compare: among many cases a difference must be less likely to be one of them" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 50 51 52 53
	compare 3 slower
	document "$a" lock=mutex 100 101 102 103
	document "$b" lock=mutex 100.5 101.5 102.5 103.5
	contend compare "$a" "$b" --output-format=json
	[ "$status" -eq 6 ]
	jq -e '.cases | map(select(.spec | contains("lock=rcu")))[0] | .decision == "can'"'"'t tell" and
		.reason == "4 and 4 runs are too few for 2 cases together" and
		(.mann_whitney | .p_holm > 1.99 * .p and .p_holm < 2.01 * .p)' <<<"$output"
	jq -e .together==2 <<<"$output"
	# With one run more it is.
	document "$a" lock=rcu 104
	document "$b" lock=rcu 54
	contend compare "$a" "$b" --output-format=json
	[ "$status" -eq 3 ]
	contend compare "$a" "$b"
	unwrap
	[ "${lines[2]}" = "ops_per_s: medians; more is better; less than 5% is no difference; 95%: of all 2 cases together" ]
}

# As above a hundred cases of a true 5 % would have five that look like more than that.
@test "compare: all decisions hold together, those of a threshold too" {
	local lock locks
	# 1.06 to 1.13 by the interval of this case alone.
	document "$a" lock=rcu 100 101 102 103 104 105 106 107 108 109
	document "$b" lock=rcu 110 111 112 113 114 115 116 117 118 119
	compare 0 faster
	locks=$("$contend" list locks 2>/dev/null | awk '$1 ~ /^[a-z_]+$/ && $1 != "rcu" { print $1 }')
	for lock in $(head -n 19 <<<"$locks"); do
		document "$a" lock="$lock" 100 101 102 103 104 105 106 107 108 109
		document "$b" lock="$lock" 100 101 102 103 104 105 106 107 108 109
	done
	contend compare "$a" "$b" --output-format=json
	[ "$status" -eq 6 ]
	jq -e '.together == 20 and (.cases[] | select(.spec | contains("lock=rcu ")) |
		.mann_whitney.p_holm < 0.05 and .ratio.interval_95[0] > 1.05 and
		.ratio.interval_together[0] < 1.05 and
		.reason == "the interval, of 20 cases together, spans both sides of the threshold")' \
		<<<"$output"
}

@test "compare: a median beyond the threshold is no difference while the interval is not" {
	document "$a" lock=rcu 100 100 100 100 100 100 100 100 100 100 1000 1000
	document "$b" lock=rcu 200 200 200 200 200 200 200 200 200 200 2 2
	compare 6 "can't tell: both sides of the threshold"
}

@test "compare: ties at few runs have their exact probability" {
	document "$a" lock=rcu 256 256 256 256
	document "$b" lock=rcu 512 512 512 512
	compare 0 faster
	jq -e '.cases[0].mann_whitney | .exact and (.p * 70 | . > 1.9999 and . < 2.0001)' \
		<<<"$output"
}

# zeros FILE VALUE...: a document of runs with so many sections of later comers first
zeros() {
	local file=$1
	shift
	rm -f "$file"
	document "$file" lock=rcu "$@"
	change "$file" '.results |= map(.fairness.bypass = .ops_per_s)'
}

@test "compare: nothing is no different from nothing, and less than something" {
	zeros "$a" 0 0 0 0 0 0
	zeros "$b" 0 0 0 0 0 0
	compare 0 "no difference larger than the threshold" --metric=bypass
	jq -e '.cases[0].ratio | .b_over_a == 1 and .interval_95 == [1, 1]' <<<"$output"
	zeros "$b" 31 31 31 31
	compare 3 slower --metric=bypass
	# JSON has no number for it.
	jq -e '.cases[0].ratio | .b_over_a == null and .interval_95 == [null, null]' <<<"$output"
	contend compare "$a" "$b" --metric=bypass
	unwrap
	[[ "${lines[4]}" == "case "*" 0 "*" 31 "*" inf inf-inf "*" slower" ]]
	contend compare "$b" "$a" --metric=bypass
	[ "$status" -eq 0 ]
	unwrap
	[[ "${lines[4]}" == "case "*" 31 "*" 0 "*" 0 0-0 "*" faster" ]]
	# Some of each are any ratio.
	zeros "$b" 0 0 0 1 1 31
	compare 6 "can't tell: both sides" --metric=bypass
	jq -e '.cases[0].ratio.interval_95 == [1, null]' <<<"$output"
}

@test "compare: a slower case weighs more than one of which it cannot be told" {
	document "$a" lock=rcu 200 201 202 203
	document "$a" lock=mutex 200 201 202 203
	document "$b" lock=mutex 100 101 102 103
	document "$b" lock=spinlock 100 101 102 103
	contend compare "$a" "$b"
	[ "$status" -eq 3 ]
	[ "${lines[-1]}" = "verdict: regression (1 slower, 2 can't tell)" ]
	[[ "$output" == *$'\n'"rcu "*"  can't tell: B has no such case"* ]]
	[[ "$output" == *$'\n'"spinlock "*"  can't tell: A has no such case"* ]]
}

@test "compare: figures of different worlds make no ratio, unless they are what is compared" {
	local key
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 200 202 204 206
	for key in kernel accel cpus numa_nodes debug machine cpu mitigations version spinlock; do
		cp "$b" "$b.old"
		change "$b" ".environment.$key = \"other\""
		contend compare "$a" "$b"
		[ "$status" -eq 4 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$key: "*" in A, \"other\" in B"*"--across="* ]]
		# What it says is a way out.
		contend compare "$a" "$b" "--across=${stderr##*=}"
		[ "$status" -eq 0 ]
		mv "$b.old" "$b"
	done
	change "$b" '.environment |= (.kernel = "7.3" | .spinlock = "ticket" | .cpus = 4)'
	contend compare "$a" "$b"
	[[ "$stderr" == *"--across=kernel,cpus" ]]
	contend compare "$a" "$b" --across=kernel
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"  cpus: 2 in A, 4 in B"*"--across=kernel,cpus" ]]
	[[ "$stderr" != *spinlock* ]]
	contend compare "$a" "$b" --across=kernel,cpus
	[ "$status" -eq 0 ]
	contend compare "$a" "$b" --across=kernle
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"did you mean 'kernel'"* ]]
}

@test "compare --across: what differs has a price, in nanoseconds an operation" {
	document "$a" "lock=rcu workers=2" {20000001..20000008}
	document "$b" "lock=rcu workers=2" {10000001..10000008}
	change "$b" '.environment |= (.kernel = "7.3" | .spinlock = "ticket")'
	compare 3 slower --across=kernel
	# Two workers: 200 ns each for what was 100; the interval is that of the runs.
	jq -e '(.differs | length == 1 and .[0] == { key: "kernel", a: "6.1", b: "7.3" }) and
		(.cases[0].price | .of == "B\u0027s world" and (.with_ns | . > 199.9 and . < 200) and
			(.without_ns | . > 99.9 and . < 100) and (.ns | . > 99.9 and . < 100) and
			.interval_together_ns == .interval_95_ns and .coverage > 0.95 and
			(.ns as $is | .interval_95_ns | .[0] < $is and .[1] > $is and .[1] - .[0] < 0.01))
		' <<<"$output"
	contend compare "$a" "$b" --across=kernel
	unwrap
	[[ "$output" == *$'\n'"between A and B: kernel 6.1/7.3; the difference is the price of that"* ]]
	[[ "$output" == *$'\n'"  the price of B's world is 100ns an operation (95%: 100ns to 100ns): 200ns with it, 100ns without"$'\n'* ]]
	# Of two cases together it has a wider interval; B may be the cheaper.
	document "$a" "lock=mutex workers=1" {10000001..10000008}
	document "$b" "lock=mutex workers=1" 20000001 20000002 20000003 20000004 15000001 15000002 15000003 15000004
	contend compare "$a" "$b" --across=kernel --output-format=json
	jq -e '.cases[] | select(.spec | contains("mutex")).price | .ns < -30 and .ns > -50 and
		.interval_95_ns[1] < 0 and .interval_together_ns[0] <= .interval_95_ns[0] and
		.interval_together_ns[1] > .interval_95_ns[1]' <<<"$output"
	contend compare "$a" "$b" --across=kernel
	unwrap
	[[ "$output" == *"the price of B's world is -42ns an operation (95%: -50ns to -33ns): 58ns with it, 100ns without"* ]]
	# Where operations come at times that are given, and of what is read in steps, there is none;
	# nor where nothing differs, or nothing was done.
	contend compare "$a" "$b" --across=kernel --metric=wait_p99
	[[ "$output" == *"between A and B"* && "$output" != *"the price of B"* ]]
	contend compare "$a" "$a" --across=kernel
	[[ "$output" != *price* ]]
	change "$a" '.results |= map(.job.spec += " arrival=periodic:1us")'
	change "$b" '.results |= map(.job.spec += " arrival=periodic:1us")'
	contend compare "$a" "$b" --across=kernel
	[[ "$output" != *"the price of B"* ]]
	change "$a" '.results |= map(.job.spec |= "lock=rcu group=x:1,y:1 x.arrival=periodic:1us")'
	change "$b" '.results |= map(.job.spec |= "lock=rcu group=x:1,y:1 x.arrival=periodic:1us")'
	contend compare "$a" "$b" --across=kernel
	[[ "$output" == *"between A and B"* && "$output" != *"the price of B"* ]]
	# Nor of what a part of the workers did.
	change "$a" '.results |= map(.job.spec |= "lock=rcu group=x:1,y:1" | .groups = [{ name: "x", ops_per_s }])'
	change "$b" '.results |= map(.job.spec |= "lock=rcu group=x:1,y:1" | .groups = [{ name: "x", ops_per_s }])'
	contend compare "$a" "$b" --across=kernel
	[[ "$output" == *"the price of B"* ]]
	contend compare "$a" "$b" --across=kernel --metric=x.ops_per_s
	[[ "$output" == *"x.ops_per_s: medians"* ]]
	[[ "$output" != *"the price of B"* ]]
	# Of a mean, the difference as it is.
	rm "$a" "$b"
	document "$a" lock=rcu {101..108}
	document "$b" lock=rcu {201..208}
	change "$a" '.results |= map(.wait_ns.mean = .ops_per_s)'
	change "$b" '.environment.cpus = 4 | .results |= map(.wait_ns.mean = .ops_per_s)'
	contend compare "$a" "$b" --across=cpus --metric=wait_mean
	unwrap
	[[ "$output" == *"between A and B: cpus 2/4; "* ]]
	[[ "$output" == *"the price of B's world is 100ns wait_mean (95%: "* ]]
	# Too few for an interval.
	change "$b" '.results |= .[:4]'
	contend compare "$a" "$b" --across=cpus --metric=wait_mean --output-format=json
	jq -e '.cases[0].price.ns == 98' <<<"$output"
	rm "$a" "$b"
	document "$a" lock=rcu 0 0 0 0
	document "$b" lock=rcu 1 2 3 4
	change "$b" '.environment.cpus = 4'
	contend compare "$a" "$b" --across=cpus
	[[ "$output" != *"the price of B"* ]]
}

@test "compare --across=engine: cases are alike but for the engine, and its price is told" {
	document "$a" "lock=rcu engine=kernel workers=1" {10000001..10000008}
	document "$a" "lock=mutex engine=kernel workers=1" {10000001..10000008}
	document "$b" "lock=rcu engine=ioctl workers=1" {1000001..1000008}
	document "$b" "lock=mutex engine=ioctl workers=1" {1000001..1000008}
	contend compare "$a" "$b"
	[ "$status" -eq 6 ]
	[[ "$output" == *"B has no such case"* ]]
	contend compare "$a" "$b" --across=engine --output-format=json
	[ "$status" -eq 3 ]
	jq -e '(.differs == [{ key: "engine", a: "kernel", b: "ioctl" }]) and (.cases | length == 2) and
		([.cases[].price | .of == "the system call" and (.ns | . > 899 and . < 901)] | all)' <<<"$output"
	# It is that of the system call in whichever place, and which engine is which is told.
	contend compare "$b" "$a" --across=engine
	[ "$status" -eq 0 ]
	unwrap
	[[ "${lines[0]}" == "A: $b engine=ioctl; "* && "${lines[1]}" == "B: $a engine=kernel; "* ]]
	[[ "${lines[2]}" == "between A and B: engine ioctl/kernel; "* ]]
	[[ "$output" == *"the price of the system call is 900ns an operation (95%: "*"): 1.0us with it, 100ns without"* ]]
	# The program itself, where it has locks, pays neither.
	change "$a" '.results |= map(.job.spec |= sub("kernel"; "user"))'
	contend compare "$a" "$b" --across=engine
	unwrap
	[[ "$output" == *"the price of the system call and the kernel is 900ns"* ]]
	change "$b" '.results |= map(.job.spec |= sub("ioctl"; "kernel"))'
	contend compare "$b" "$a" --across=engine
	unwrap
	[[ "$output" == *"the price of the kernel is 900ns"* ]]
	change "$a" '.results |= map(.job.spec |= sub("user"; "kernel"))'
	change "$b" '.results |= map(.job.spec |= sub("kernel"; "ioctl"))'
	change "$b" '.environment.accel = "uml"'
	contend compare "$a" "$b" --across=engine
	[ "$status" -eq 4 ]
	contend compare "$a" "$b" --across=engine,accel
	unwrap
	[[ "$output" == *"between A and B: accel kvm/uml, engine kernel/ioctl; "* ]]
	[[ "$output" == *"the price of the system call and of what else differs is 900ns"* ]]
	# What is not of one engine is chosen from, and then its price is told too.
	change "$a" --slurpfile b "$b" '.results += $b[0].results'
	contend compare "$a" "$b" --across=engine,accel
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--across=engine: $a has cases of engine=kernel and of engine=ioctl: choose"* ]]
	contend compare "$a" "$b" --across=engine,accel --a=engine=kernel --b=engine=ioctl
	[[ "$output" == *"the price of the system call"* ]]
	contend compare "$a" --a=engine=kernel --b=engine=ioctl
	unwrap
	[[ "$output" == *"the price of the system call is 900ns"* ]]
	# A ranking of the engines has it as well.
	contend compare "$a" --by=engine
	[ "$status" -eq 0 ]
	unwrap
	[[ "$output" == *"2 ioctl "*" slower"$'\n'"  the price of the system call is 900ns an operation (95%: "* ]]
	contend compare "$a" --by=lock
	[[ "$output" != *price* ]]
	contend compare "$b" "$b" --across=engine
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--across=engine: both have engine=ioctl"* ]]
	for arguments in "$b --by=engine" "$a --a=lock=rcu --b=lock=mutex" "jobs/try.job --a=lock=rcu --b=lock=mutex"; do
		# shellcheck disable=SC2086 # words
		contend compare --across=engine $arguments
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"--across=engine takes two documents"* ]]
	done
}

@test "compare: its document says where it comes from, and where what it compared does" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 100 101 102 103
	change "$a" '.provenance = { commit: "abc", command_line: "contend run x" }'
	contend compare "$a" --output-format=json "$b"
	jq -e --arg line "contend compare $a --output-format=json $b" '.a.provenance ==
		[{ commit: "abc", command_line: "contend run x" }] and .b.provenance == [null] and
		(.provenance | .command_line == $line and (.made_at | fromdate > 0) and
		.commit != "" and .host.kernel == "'"$(uname -r)"'")' <<<"$output"
	# Of several boots, each has its own.
	change "$a" '.environment.clock_step_ns = 1 | .environment.boot_id = "1"'
	change "$b" '.environment.clock_step_ns = 1 | .environment.boot_id = "2"'
	cat "$a" "$b" >"$b.both"
	contend compare "$b.both" "$a" --output-format=json
	jq -e '[.a.provenance[].commit] == ["abc", null]' <<<"$output"
}

@test "compare: what it reads it does not write over, and what is private stays so" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 100 101 102 103
	ln -s "$a" "$BATS_TEST_TMPDIR/link"
	before=$(cat "$a")
	for file in "$a" "$BATS_TEST_TMPDIR/link"; do
		contend compare "$a" "$b" -o "$file"
		[ "$status" -eq 5 ]
		[[ "$stderr" == "contend: cannot write $file: it is what is read" ]]
	done
	[ "$(cat "$a")" = "$before" ]
	contend compare "$a" "$b" -o ''
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--output needs the name of a file"* ]]
	echo old >"$BATS_TEST_TMPDIR/private"
	chmod 600 "$BATS_TEST_TMPDIR/private"
	contend compare "$a" "$b" -o "$BATS_TEST_TMPDIR/private"
	grep -q "^verdict: " "$BATS_TEST_TMPDIR/private"
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/private")" = 600 ]
	# What is open is written as it is.
	run bash -c '"$@" -o >(cat); wait' write "$contend" compare "$a" "$b"
	[[ "$output" == *"verdict: "* ]]
	# A pipe that nobody reads can be given up on.
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	run timeout -k 60 -s TERM 0.5 "$contend" compare "$a" "$b" -o "$BATS_TEST_TMPDIR/pipe"
	[ "$status" -eq 124 ]
}

@test "compare: two sides of one document" {
	document "$a" "lock=rcu workers=2" 100 101 102 103 104 105
	document "$a" "lock=rcu workers=16" 100 101 102 103 104 105
	document "$a" "lock=mutex workers=2" 50 51 52 53 54 55
	document "$a" "lock=mutex workers=16" 200 201 202 203 204 205
	document "$a" "lock=rwsem workers=16" 200 201 202 203 204 205
	contend compare "$a" --a=lock=rcu --b=lock=mutex
	[ "$status" -eq 3 ]
	unwrap
	[[ "${lines[0]}" == "A: $a lock=rcu; "* && "${lines[1]}" == "B: $a lock=mutex; "* ]]
	[[ "${lines[3]}" == "workers "*"B is" ]]
	[[ "${lines[4]}" == "2 "*slower && "${lines[5]}" == "16 "*faster ]]
	[ "${#lines[@]}" -eq 7 ]
	# Several keys; a value has more than one spelling.
	contend compare "$a" --a=lock=rcu --a=workers=2 --b=lock=mutex --b workers=16
	[ "$status" -eq 0 ]
	unwrap
	[ "${#lines[@]}" -eq 6 ]
	contend compare "$a" --a=runtime=1s --b=runtime=1000ms
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--a and --b say the same"* ]]
	contend compare "$a" --a=lock=rcu --b=lock=srcu
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"there is no case of lock=srcu"* ]]
	# In two documents, the same side of both.
	contend compare "$a" "$a" --a=lock=rcu --b=lock=rcu
	[ "$status" -eq 0 ]
	unwrap
	[ "${#lines[@]}" -eq 7 ]
}

@test "compare: a table as wide as the terminal, with what differs in its own columns" {
	local lock
	for lock in spinlock seqcount_raw_spinlock; do
		document "$a" "lock=$lock hold=exp:100us" 100 101 102 103
		document "$a" "lock=$lock hold=2us" 100 101 102 103
	done
	change "$a" '.results[].case |= sub(" "; ",")'
	contend compare "$a" "$a"
	[[ "$output" == *$'\n'"lock                  hold "* ]]
	[[ "$output" == *$'\n'"seqcount_raw_spinlock "*"can't tell"* ]]
	[ -z "$(awk 'length > 79' <<<"$output")" ]
	[ "$(grep -c "^  can't tell: " <<<"$output")" -eq 4 ]
}

# verdicts STATUS A B: what a comparison comes to when one run has this verdict.
verdicts() {
	change "$a" ".results[0].verdict = \"$2\""
	change "$b" ".results[0].verdict = \"$3\""
	contend compare "$a" "$b"
	[ "$status" -eq "$1" ] || { echo "$1 $2 $3: $status $output"; false; }
}

@test "compare: cases that did not pass are not compared" {
	document "$a" lock=rcu 100 101 102 103 104
	document "$b" lock=rcu 200 201 202 203 204
	verdicts 0 pass pass
	verdicts 2 pass fail
	[[ "$output" == *"fail: the verdict of A is pass, that of B fail"* ]]
	verdicts 2 fail skip
	verdicts 5 pass error
	verdicts 5 "not known" fail
	verdicts 6 inconclusive pass
	[[ "$output" == *"the verdict of A is inconclusive, that of B pass"* ]]
	# The run has said why.
	change "$a" '.results[0].reason = "all operations did nothing"'
	verdicts 6 inconclusive pass
	unwrap
	[[ "$output" == *"that of B pass: all operations did nothing"* ]]
	# All of them, where a case is skipped.
	change "$b" '.results |= map(.verdict = "skip")'
	verdicts 4 pass skip
	[[ "$output" == *"verdict: skip (1 skip)" ]]
	verdicts 4 inconclusive skip
	document "$a" lock=srcu 100 101 102 103 104 105
	document "$b" lock=srcu 100 101 102 103 104 105
	verdicts 0 pass skip
}

@test "compare: a run of which the host made the figures does not count where others do" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 200 201 202 203 9
	change "$b" '.results[4] += { verdict: "inconclusive", stolen: 0.5 }'
	contend compare "$a" "$b" --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.cases[0] | .decision == "faster" and .b.runs == 4 and .b.stolen_runs == 1 and
		(.a | has("stolen_runs") | not)' <<<"$output"
	contend compare "$a" "$b"
	unwrap
	[[ "$output" == *"the host took the CPUs of 0 runs of A and 1 of B, which do not count"* ]]
	# What is inconclusive by itself does.
	change "$b" '.results[4].stolen = 0.2'
	contend compare "$a" "$b"
	[ "$status" -eq 6 ]
	# Where there is no other, nobody knows.
	change "$b" '.results[] += { verdict: "inconclusive", stolen: 0.5 }'
	contend compare "$a" "$b"
	[ "$status" -eq 6 ]
	unwrap
	[[ "$output" == *"the verdict of A is pass, that of B inconclusive"* ]]
}

@test "check compare says what compare would, before anything runs" {
	local said
	printf 'structure=list engine=kernel,ioctl\n' >"$job"
	contend check compare "$job" --a=lock=spinlock --b=lock=mcs --repeat=3
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 4 ]
	[[ "${lines[0]}" == "$job: "*" lock=spinlock "* && "${lines[3]}" == *" lock=mcs "* ]]
	# Both sides, and one thing wrong.
	refused() {
		contend check compare --a=lock=spinlock --b=lock=mcs $1
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$2"* ]]
		said=$stderr
		contend compare --a=lock=spinlock --b=lock=mcs $1
		[ "$status" -eq 1 ]
		[ "$stderr" = "$said" ]
	}
	refused --metric=nope "unknown metric 'nope'"
	refused --threshold=-1 "--threshold is a number"
	refused --across=nope "there is no such key"
	refused --output-format=csv "compare writes human, json, markdown or latex"
	refused --a=structure=list "say what it is in the other one too"
	refused --lock=mcs "given twice"
	refused --structure=nope "unknown structure 'nope'"
	refused - "reads its job twice"
	# What the module would say, this program knows too.
	contend check compare --a=lock=spinlock --b=lock=mcs --metric=inz.wait_p99
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"there is no group and no operation 'inz': did you mean 'inc'?"* ]]
	# And of scenarios, what they enter.
	no_figure() {
		contend check compare --scenario=pool --a=users=4 --b=users=8 --metric="$1"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"$2"* ]]
	}
	no_figure figures.recovry_ns "scenario=pool has no figure 'recovry_ns': did you mean 'recovery_ns'?"
	no_figure figures.hit_ratio "scenario=pool has no figure 'hit_ratio'"
	no_figure recovery_ns "unknown metric 'recovery_ns': did you mean 'figures.recovery_ns'?"
	no_figure stages.wiat_p50 "scenario=pool has no stage 'wiat': did you mean 'wait'?"
	no_figure stages.wait "unknown metric 'stages.wait': of a stage it is a time"
	no_figure wait_p99 "a scenario has response_* and service_*"
	no_figure put.wait_p99 "a scenario has response_* and service_*"
	no_figure knee_per_s "a knee takes offered=sweep"
	for metric in figures.recovery_ns stages.wait_trimmed_mean response_p99 memory_bytes; do
		contend check compare --scenario=pool --a=users=4 --b=users=8 --metric=$metric
		[ "$status" -eq 0 ]
		contend check compare --a=lock=spinlock --b=lock=mcs --metric=$metric
		[[ $metric == response_p99 || "$stderr" == *"--metric=$metric: scenarios alone have it"* ]]
	done
	contend check compare --a=lock=mcs --b=lock=mcs
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"say the same"* ]]
	contend check compare
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"needs two documents, or a job"* ]]
	# What is compare's is no option of a run.
	contend check --metric=wait_p50 --lock=rcu
	[ "$status" -eq 1 ]
}

@test "compare: what is wrong is told" {
	document "$a" lock=rcu 100 101 102 103
	document "$b" lock=rcu 200 202 204 206
	wrong() {
		local message=$1
		shift
		contend compare "$@"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$message"* ]] || { echo "$stderr"; false; }
	}
	wrong "needs two documents"
	wrong "No such file" "$job.none"
	wrong "takes two documents" "$a"
	wrong "takes two documents" "$a" "$b" "$b"
	wrong "it is none" "$a" jobs/quick.job
	wrong "with --b=lock=..." "$a" --a=lock=rcu
	wrong "with --a=workers=..." "$a" --a=lock=rcu --b=lock=mutex --b=workers=2
	wrong "write it as --a=lock=spinlock" "$a" --a=lock --b=lock=rcu
	wrong "one value of a key" "$a" --a=lock=rcu,mutex --b=lock=rcu
	wrong "unknown lock 'rcuu'" "$a" --a=lock=rcuu --b=lock=rcu
	wrong "lock is given twice" jobs/quick.job --a=lock=rcu --b=lock=mutex --lock=rwlock
	wrong "--runtime is for a run" "$a" "$b" --runtime=1s
	wrong "--repeat is for a run" "$a" "$b" --repeat=5
	wrong "did you mean 'wait_p99'" "$a" "$b" --metric=wait_99
	wrong "did you mean 'response_p999'" "$a" "$b" --metric=responce_p999
	wrong "there are ops_per_s, wait_mean, " "$a" "$b" --metric=beauty
	wrong "0 to 1000" "$a" "$b" --threshold=much
	wrong "writes human, json, markdown or latex" "$a" "$b" --output-format=csv
	wrong "standard input" - --a=lock=rcu --b=lock=mutex
	echo '{ "schema": "contend.result/1", ' >"$b"
	wrong "$b:" "$a" "$b"
	echo '{ "schema": "contend.campaign/1", "results": [] }' >"$b"
	wrong "not a contend.result/1 document" "$a" "$b"
	echo '{ "schema": "contend.result/1", "results": [] }' >"$b"
	wrong "$b: there is no case" "$a" "$b" --across=kernel,accel,cpus,debug
	rm "$b"
	document "$b" lcok=rcu 1
	wrong "$b: results[0].job.spec: unknown key 'lcok'" "$a" "$b"
	rm "$b"
	document "$b" lock=rcu {1..101}
	wrong "more than 100 runs of case/lock=rcu" "$a" "$b"
	contend compare "$a" "$a" -o /nonexistent/out
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"cannot write /nonexistent/out"* ]]
}

# clocked FILE P50 MEAN: six runs by a clock of User-Mode Linux, in steps of 256 ns
clocked() {
	rm -f "$1"
	document "$1" lock=rcu 1 2 3 4 5 6
	change "$1" --argjson p50 "$2" --argjson mean "$3" '.environment.clock_step_ns = 256 |
		.results[].wait_ns = { p50: $p50, p999: $p50, max: $p50, trimmed_mean: $mean } |
		.results[].fairness.starved_ns = $p50'
}

@test "compare: what is within a step of the clock is not told, nor that it is the same" {
	# Means of 145 and 187 ns, read as 0 or 256 by turns.
	clocked "$a" 258 145
	clocked "$b" 258 187
	local why="can't tell: one step of the clock, 256ns, is too much of these times"
	compare 6 "$why: try --metric=wait_trimmed_mean" --metric=wait_p50
	compare 3 slower --metric=wait_trimmed_mean
	# A true 3 %, on either side of a step.
	clocked "$b" 512 150
	compare 6 "$why" --metric=wait_p50
	compare 6 "$why" --metric=wait_p999
	compare 6 "$why" --metric=wait_max
	compare 6 "$why" --metric=starved
	compare 0 "no difference larger than the threshold" --metric=wait_trimmed_mean
	# Of no time at all neither.
	clocked "$a" 0 3
	clocked "$b" 0 3
	compare 6 "$why" --metric=wait_p50
	# What two steps do not explain is a difference, and what they are little of is none.
	clocked "$b" 2048 2048
	compare 3 slower --metric=wait_p50
	clocked "$a" 100000 100000
	clocked "$b" 100000 100000
	compare 0 "no difference larger than the threshold" --metric=wait_max
	compare 6 "can't tell: one step of the clock" --metric=wait_max --threshold=0.5
	# A finer clock is of no use where the histogram is as coarse.
	change "$a" '.environment.clock_step_ns = 1'
	change "$b" '.environment.clock_step_ns = 1'
	compare 0 "no difference larger than the threshold" --metric=wait_max --threshold=0.5
	compare 6 "can't tell: the histogram has them to 512ns" --metric=wait_p50 --threshold=0.5
	# Of a rate the clock's steps are nothing.
	compare 6 "can't tell: both sides" --metric=ops_per_s
	change "$b" '.environment.clock_step_ns = "coarse"'
	contend compare "$a" "$b"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$b: environment.clock_step_ns is not a number"* ]]
}

# boots FILE SIZE MEDIAN...: a document each, of a boot whose runs are about so fast
boots() {
	local file=$1 runs=$2 median boot=0
	rm -f "$file"
	shift 2
	for median in "$@"; do
		rm -f "$file.one"
		document "$file.one" lock=rcu $(seq $((median - runs / 2)) $((median + runs / 2)))
		change "$file.one" --arg id "${file##*/} $((++boot))" '.environment.boot_id = $id'
		cat "$file.one" >>"$file"
	done
}

# A boot's effect of 5 %, and none of A or B: with the runs for a sample it is a difference.
@test "compare: of several boots, each is one value" {
	boots "$a" 11 1000 1050 1000 1050
	boots "$b" 11 1050 1000 1001 1051
	compare 6 "can't tell: both sides of the threshold"
	jq -e '.unit_of_analysis == "boot" and .caveat == null and .a.boots == 4 and
		(.cases[0].a | .runs == 44 and .boots == 4 and
			.ops_per_s.each == [1000, 1050, 1000, 1050])' <<<"$output"
	boots "$b" 11 2050 2000 2001 2051
	compare 0 faster
	contend compare "$a" "$b"
	[ "$status" -eq 0 ]
	unwrap
	[[ "${lines[0]}" == *", debug none; 4 boots" ]]
	[[ "${lines[2]}" == "ops_per_s: medians of boots; "* ]]
	boots "$b" 11 2050 2000 2001
	compare 6 "can't tell: 4 and 3 boots, where p < 0.05 takes at least 4 and 4"
	boots "$b" 51 2050
	compare 6 "can't tell: 4 and 1 boots"
}

# rank STATUS ROWS [ARGUMENT]...: the locks of a, one a line with its rank and decision
rank() {
	local expected=$1 rows=$2
	shift 2
	contend compare --output-format=json "$a" --by=lock "$@"
	[ "$status" -eq "$expected" ]
	[ "$(jq -r '.cases[] | "\(.rank) \(.value) \(.decision)"' <<<"$output")" = "$rows" ] ||
		{ echo "$output"; false; }
}

@test "compare --by ranks the values of a key, and says which are as good as the best" {
	document "$a" lock=mutex {500..509}
	document "$a" lock=rcu {1000..1009}
	document "$a" lock=spinlock {1001..1010}
	document "$a" lock=rwsem 700 800 900 950 980 990 1000 1050 1100 1150
	rank 0 "1 spinlock best
2 rcu no difference larger than the threshold
3 rwsem can't tell
4 mutex slower"
	# All pairs, not three with the best: what is the best is seen in the same figures.
	jq -e '.schema == "contend.compare/1" and .by == "lock" and .metric == "ops_per_s" and
		.together == 6 and .verdict == "pass" and .a == null and
		([.values[].value] | sort == ["mutex", "rcu", "rwsem", "spinlock"]) and
		(.cases[0] | has("ratio") | not) and
		(.cases[3] | .a.ops_per_s.median == 1005.5 and .b.ops_per_s.median == 504.5 and
			(.spec | contains("lock=mutex "))) and
		(.cases[3].ratio | .b_over_a < 0.51 and
			.interval_together[0] <= .interval_95[0] and .interval_together[1] < 0.52) and
		# Three pairs are as far apart as can be, 2 of C(20, 10): each counts six times.
		(.cases[3].mann_whitney | .p_holm / .p | . > 5.99 and . < 6.01)' <<<"$output"
	# Of a time, less is better.
	rank 0 "1 mutex best
2 rwsem slower
3 rcu slower
4 spinlock slower" --metric=wait_p99
	contend compare "$a" --by=lock
	[ "$status" -eq 0 ]
	[ -z "$(grep -vF "$a" <<<"$output" | awk 'length > 79')" ]
	unwrap
	[[ "${lines[0]}" == "lock: $a; Linux 6.1, "* ]]
	[[ "${lines[1]}" == "ops_per_s: medians; more is better; "*"of all 6 pairs together" ]]
	[[ "${lines[2]}" =~ rank\ lock\ +median\ +/best\ +95%\ +p\ is$ ]]
	[[ "${lines[3]}" =~ 1\ spinlock\ +1.01k\ +-\ -\ +-\ best$ ]]
	[[ "${lines[4]}" =~ 2\ rcu\ +1.00k\ +0.999\ .*\ as\ good\ as\ the\ best$ ]]
	[[ "$output" == *"verdict: pass ("*"1 slower"*"1 as good as the best"* ]]
	[[ "$output" == *"takes more runs: a greater --repeat="* ]]
}

@test "compare: of a scenario's own figure the document says which way is better, and which there are" {
	document "$a" lock=mutex {500..509}
	document "$a" lock=rcu {1000..1009}
	change "$a" '.results[] |= (.figures = { lag_frames: .ops_per_s, lag_p50_ns: .ops_per_s,
		hit: .ops_per_s } | .less_is_better = ["lag_frames", "lag_p50_ns"])'
	best() {
		contend compare "$a" --by=lock --metric="$1" --output-format="$4"
		[ "$status" -eq 0 ]
		unwrap
		[[ "${output//\\/}" == *"$1: medians; $2 is better"* ]]
		grep -q "$3 .*best" <<<"$output"
	}
	for format in human markdown; do
		best figures.lag_frames less mutex $format
		best figures.hit more rcu $format
	done
	contend compare "$a" --by=lock --metric=figures.lag
	[ "$status" -eq 1 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ "$stderr" == *"no run has figures.lag: did you mean 'figures.lag_frames' or 'figures.lag_p50_ns'?" ]]
	contend compare "$a" --by=lock --metric=figures.hat
	[[ "$stderr" == *"no run has figures.hat: did you mean 'figures.hit'?" ]]
}

# A time that only some runs have, as that of a wait, is that of these runs.
@test "compare says of how many runs a figure is not" {
	document "$a" lock=mutex {500..509}
	document "$b" lock=rcu {1000..1009}
	change "$a" '.results[:3][] |= del(.wait_ns)'
	contend compare "$a" "$b" --by=lock --metric=wait_p99
	[[ "$output" == *"3 runs have no wait_p99: it is that of the others alone"* ]]
	contend compare "$a" "$b" --by=lock --metric=wait_p99 --output-format=json
	jq -e '[.cases[].b | [.runs, .runs_without]] == [[7, 3], [10, null]] or
		[.cases[].b | [.runs, .runs_without]] == [[10, null], [7, 3]]' <<<"$output"
	change "$b" '.results |= map(.job.spec |= sub("lock=rcu"; "lock=mutex"))'
	contend compare "$a" "$b" --metric=wait_p99
	[[ "$output" == *"3 runs of A and 0 of B have no wait_p99"* ]] || { echo "$output"; false; }
	contend compare "$a" "$b"
	[[ "$output" != *"have no"* ]]
}

@test "compare --by: cases that differ otherwise are ranked each among their like" {
	document "$a" "lock=rcu workers=2" {1000..1009}
	document "$a" "lock=rcu workers=16" {500..509}
	document "$b" "lock=mutex workers=16" {1000..1009}
	document "$b" "lock=mutex workers=2" {500..509}
	document "$b" "lock=mcs workers=4" {500..509}
	rank 0 "1 rcu best
2 mutex slower
null mcs skip
1 mutex best
2 rcu slower" "$b"
	jq -e '.together == 2' <<<"$output"
	contend compare "$a" "$b" --by=lock
	[[ "$output" == *$'\n'"2 "*" 2 mutex "*slower$'\n'* ]]
	[[ "$output" == *"skip: no other case is like it"* ]]
	# By numbers of workers too.
	contend compare "$a" --by=workers --output-format=json
	[ "$(jq -r '.cases[].value' <<<"$output" | xargs)" = "2 16" ]
}

@test "compare --by: what has no pass or too few runs is told, and has no rank" {
	document "$a" lock=mutex 500 501 502
	document "$a" lock=rcu 1000 1001 1002
	rank 6 "1 rcu best
2 mutex can't tell"
	jq -e '.cases[1].reason | contains("3 and 3 runs, where p < 0.05 takes at least 4")' <<<"$output"
	contend compare "$a" --by=lock
	[ "$status" -eq 6 ]
	[[ "$output" == *"takes more runs"* ]]
	document "$b" lock=mutex 500 501 502 503
	document "$b" lock=rcu 1000 1001 1002 1003
	change "$b" '.results |= map(.verdict = "inconclusive" | .reason = "nothing was done")'
	contend compare "$b" --by=lock
	[ "$status" -eq 6 ]
	[[ "$output" == *"nothing was done"* && "$output" != *"takes more runs"* ]]
	document "$a" lock=mutex {503..509}
	document "$a" lock=rcu {1003..1009}
	rank 0 "1 rcu best
2 mutex slower"
	document "$a" lock=mcs 2000 2001
	change "$a" '.results[-1].verdict = "skip" | .results[-2].verdict = "skip"'
	rank 0 "1 rcu best
2 mutex slower
null mcs skip"
	# One run that failed is enough, however fast the other one was.
	change "$a" '.results[-1].verdict = "fail" | .results[-2].verdict = "pass"'
	rank 2 "1 rcu best
2 mutex slower
null mcs fail"
	jq -e '.cases[2].reason == "the verdict of rcu is pass, that of mcs fail"' <<<"$output"
	# A run of which the host made the figures does not count.
	change "$a" '.results[-1] += { verdict: "inconclusive", stolen: 0.5 } |
		.results[-2].verdict = "skip" | .results[0] += { verdict: "inconclusive", stolen: 0.5 }'
	rank 0 "1 rcu best
2 mutex slower
null mcs can't tell"
	jq -e '.cases[1].b | .stolen_runs == 1 and .runs == 9' <<<"$output"
	rank 6 "null mcs can't tell
null mutex skip
null rcu skip" --metric=bypass
}

@test "compare --by: the rules of worlds and boots are those of compare" {
	boots "$a" 11 1000 1050 1000 1050
	boots "$b" 11 2000 2050 2001 2051
	sed -i 's/lock=rcu/lock=mcs/' "$b"
	rank 0 "1 mcs best
2 rcu slower" "$b"
	jq -e '.unit_of_analysis == "boot" and .cases[0].b.boots == 4 and .caveat == null' <<<"$output"
	cat "$a.one" >>"$a"
	contend compare "$a" "$b" --by=lock
	[ "$status" -eq 1 ]
	[[ "$stderr" == *": lock=rcu: document 5: it is of the same boot as document 4"* ]]
	boots "$a" 11 1000
	boots "$b" 11 2000
	sed -i 's/lock=rcu/lock=mcs/' "$b"
	rank 0 "1 mcs best
2 rcu slower" "$b"
	jq -e '.unit_of_analysis == "run" and (.caveat | contains("of one boot each"))' <<<"$output"
	change "$b" '.environment.kernel = "6.12"'
	contend compare "$a" "$b" --by=lock
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	[[ "$stderr" == *'kernel: "6.1" in rcu, "6.12" in mcs'*"--across=kernel" ]]
	contend compare "$a" "$b" --by=lock --across=kernel
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "lock=rcu: "* && "$output" == *$'\n'"lock=mcs: "*"Linux 6.12"* ]]
}

@test "compare: where a structure has roles, what was done is compared" {
	document "$a" lock=null 100 101 102 103 104
	document "$b" lock=null 200 201 202 203 204
	for file in "$a" "$b"; do
		change "$file" '.results |= map(.roles = true | .elements_per_s = 1000 - .ops_per_s)'
	done
	contend compare "$a" "$b" --output-format=json
	[ "$status" -eq 3 ]
	jq -e '.metric == "elements_per_s" and .cases[0].decision == "slower"' <<<"$output"
	contend compare "$a" "$b"
	unwrap
	[[ "$output" == *"elements_per_s, since with roles a look at what is empty or full is an operation: medians"* ]]
	contend compare "$a" "$b" --metric=ops_per_s --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.metric == "ops_per_s" and .cases[0].decision == "faster"' <<<"$output"
	# By misses, of which less is better.
	change "$a" '.results |= map(.miss_ratio = .ops_per_s / 1000)'
	change "$b" '.results |= map(.miss_ratio = .ops_per_s / 1000)'
	contend compare "$a" "$b" --metric=miss_ratio
	[ "$status" -eq 3 ]
}

@test "compare: where the rate is given, how long it took is compared" {
	document "$a" lock=mutex 60 60 60
	document "$a" lock=rcu 60 60 60
	change "$a" '.results[] |= (.offered_per_s = 60 | .response_ns.p99 = 1000 |
		if .job.spec == "lock=rcu" then .response_ns.p99 = 10 else . end)'
	contend compare "$a" --by=lock
	unwrap
	[[ "$output" == *"response_p99, since the rate of all is given: medians; less is better"* ]]
	contend compare "$a" --by=lock --metric=ops_per_s
	[[ "$output" == *"ops_per_s: medians; more is better"* ]]
	# One that is not held back does what it can.
	change "$a" '.results[0] |= del(.offered_per_s)'
	contend compare "$a" --by=lock
	[[ "$output" == *"ops_per_s: medians; more is better"* ]]
}

@test "compare: a scenario says what it is run for, and where that is 0 it is how long it took" {
	document "$a" lock=mutex 60 60 60 60 60
	document "$a" lock=rcu 60 60 60 60 60
	change "$a" '.results[] |= (.response_ns.p99 = 1000 | .compared_by = "late" |
		.figures = { late: (if .job.spec == "lock=rcu" then 7 else 0 end) } |
		.less_is_better = ["late"])'
	contend compare "$a" --by=lock
	unwrap
	[[ "$output" == *"figures.late, which the scenario is run for: medians; less is better"* ]]
	grep -q "mutex .*best" <<<"$output"
	contend compare "$a" --by=lock --metric=ops_per_s
	[[ "$output" == *"ops_per_s: medians; more is better"* ]]
	# One run of many is no case.
	change "$a" '.results[] |= (.figures.late = 0) | .results[0].figures.late = 7'
	contend compare "$a" --by=lock
	unwrap
	[[ "$output" == *"response_p99, since the rate of all is given, and kept: medians; less is better"* ]]
	# What one of them is not run for, is for none.
	change "$a" '.results[0] |= del(.compared_by)'
	contend compare "$a" --by=lock
	[[ "$output" == *"ops_per_s: medians; more is better"* ]]
}

@test "compare --by: several keys are ranked as one" {
	document "$a" "structure=hash lock=rcu" 100 101 102 103 104
	document "$b" "structure=peer:rhashtable lock=null" 300 301 302 303 304
	contend compare "$a" "$b" --by=structure,lock --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.by == "structure,lock" and .values[0].words == "lock=rcu structure=hash" and
		[.cases[] | .value, .decision] ==
		["null peer:rhashtable", "best", "rcu hash", "slower"]' <<<"$output"
}

@test "each comparison that a job's comments name is one" {
	local job words n=0
	for job in jobs/*.job; do
		while read -ra words; do
			contend check "${words[@]:1}"
			[ "$status" -eq 0 ] || { echo "$job: ${words[*]}: $stderr"; false; }
			n=$((n + 1))
		done < <(grep -oE 'scripts/run compare [^`]*' "$job")
	done
	[ "$n" -ge 4 ]
}

@test "compare --by: what is wrong is told" {
	document "$a" lock=rcu 100 101 102 103
	wrong() {
		local message=$1
		shift
		contend compare "$@"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$message"* && "$stderr" != *$'\n'* ]] || { echo "$stderr"; false; }
	}
	wrong "$a: all cases have lock=rcu: there is nothing to rank" "$a" --by=lock
	wrong "--by=lcok: there is no such key: did you mean 'lock'?" "$a" --by=lcok
	wrong "--by=beauty: there is no such key: see 'contend explain'" "$a" --by=beauty
	wrong "$a: case case/lock=rcu does not say what mix is: say it there too" "$a" --by=mix
	wrong "take the one or the other" "$a" --by=lock --a=lock=rcu --b=lock=mutex
	wrong "--repeat is for a run, and $a has been run" "$a" --by=lock --repeat=5
	wrong "documents are not ranked with jobs" "$a" jobs/quick.job --by=lock
	wrong "needs documents, or a job" --by=lock
	wrong "all cases have lock=rcu" --by=lock --lock=rcu
	document "$a" "lock=mutex hold=1us" 100 101 102 103
	wrong "$a: no two cases are alike but for lock" "$a" --by=lock
	document "$b" lcok=rcu 1
	wrong "$a $b: document 2: results[0].job.spec: unknown key 'lcok'" "$a" "$b" --by=lock
	document "$a" lock=mutex -1
	wrong "$a: lock=mutex: results[8].ops_per_s is not a number" "$a" --by=lock
	# Cases of a job are checked before any runs.
	wrong "--by=structure: no two cases are alike but for structure" jobs/hash.job --by=structure
	contend check compare jobs/hash.job --by=structure
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"no two cases are alike but for structure"* ]]
	wrong "--by=lcok: there is no such key: did you mean 'lock'?" jobs/hash.job --by=structure,lcok
	wrong "does not say what mix is" --by=lock,mix --lock=spinlock,mcs
	contend check compare --by=lock --lock=spinlock,mcs --engine=kernel
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "compare: of one boot each, it says that the boots are compared too" {
	boots "$a" 11 1000
	boots "$b" 11 2000
	compare 0 faster
	jq -e '.unit_of_analysis == "run" and (.caveat | contains("of one boot each"))' <<<"$output"
	contend compare "$a" "$b"
	[[ "$output" == *$'\n'"A and B are of one boot each, "* ]]
	# In the same boot, or where nobody knows, there is nothing to say.
	contend compare "$a" "$a"
	[[ "$output" != *"boot"* ]]
	change "$a" 'del(.environment.boot_id)'
	contend compare "$a" "$b"
	[[ "$output" != *"boot"* ]]
}

@test "compare: what is wrong with one of several documents is told" {
	boots "$a" 11 1000 1050 1000 1050
	boots "$b" 11 1000 1050
	cat "$b.one" >>"$b"
	contend compare "$a" "$b"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$b: document 3: it is of the same boot as document 2"* ]]
	boots "$b" 11 1000 1050
	change "$b.one" 'del(.environment.boot_id)'
	cat "$b.one" >>"$b"
	contend compare "$a" "$b"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$b: document 3: environment.boot_id: there is none"* ]]
	boots "$b" 11 1000 1050
	change "$b.one" '.environment.boot_id = "x" | .results[3].ops_per_s = -1'
	cat "$b.one" >>"$b"
	contend compare "$a" "$b"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$b: document 3: results[3].ops_per_s is not a number"* ]]
	boots "$b" 11 1000 1050
	change "$b.one" '.environment.boot_id = "x" | .environment.kernel = "6.2"'
	cat "$b.one" >>"$b"
	contend compare "$a" "$b" --across=kernel
	[ "$status" -eq 4 ]
	[[ "$stderr" == *'kernel: "6.1" in '*'"6.2" in '*"document 3"* ]]
	echo '{ "schema": "contend.campaign/1" }' >>"$b.one"
	contend compare "$a" "$b.one"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$b.one: not a contend.result/1 document"* ]]
	echo nonsense >>"$a"
	contend compare "$a" "$b"
	[ "$status" -eq 1 ]
	[[ "$stderr" == "$a:"* ]]
}

# What no run can have measured, in one of many runs, is told by its place.
@test "compare: what is no figure is told, and makes no decision" {
	local what
	document "$a" lock=rcu 100 101 102 103 104 105
	document "$b" lock=rcu 200 201 202 203 204 205
	cp "$b" "$b.old"
	refused() {
		cp "$b.old" "$b"
		change "$b" "$1"
		contend compare "$a" "$b"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$b: results[3]$2"* ]] || { echo "$1: $stderr"; false; }
	}
	for what in 1e308 -1e308 -1 -0.001 1e20 '"fast"' true '[1]' '{}'; do
		refused ".results[3].ops_per_s = $what" \
			".ops_per_s is not a number from 0 to 1.84467e+19"
		refused ".results[3].handover_ns = { trimmed_mean: $what }" \
			".handover_ns.trimmed_mean is not a number"
	done
	refused '.results[3].fairness = 5' ".fairness.handovers is not a number"
	refused '.results[3] = 5' " is not an object"
	refused '.results[3].job = 5' ".job.spec is not a string"
	refused '.results[3].job.spec = 5' ".job.spec is not a string"
	refused '.results[3].case = 5' ".case is not a string"
	refused '.results[3].verdict = 0' ".verdict is not a string"
	refused '.results[3].complete = "no"' ".complete is not true or false"
	# What JSON cannot say is no document.
	for what in 1e999 NaN Infinity 99999999999999999999999; do
		sed "s/205/$what/" "$b.old" >"$b"
		contend compare "$a" "$b"
		[ "$status" -eq 1 ]
		[[ "$stderr" == "$b:"* ]]
	done
	# The greatest and the least there are have a ratio, which is none that JSON can say.
	cp "$b.old" "$b"
	change "$b" '.results[].ops_per_s = 9e18'
	change "$a" '.results[].ops_per_s = 5e-324'
	contend compare "$a" "$b" --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.cases[0] | .decision == "faster" and .b.ops_per_s.median == 9e18 and
		.ratio.b_over_a == null' <<<"$output"
	# What a run has not measured is no figure either, and may be absent or null.
	change "$a" '.results[].ops_per_s = null'
	contend compare "$a" "$b"
	[ "$status" -eq 6 ]
	[[ "$output" == *"0 and 6 runs"* ]]
}

# completes WORD... -- REPLY...: what bash makes of a line, whose words it has taken apart at
# COMP_WORDBREAKS, the last one up to the cursor.
completes() {
	local words=()
	while [[ $1 != -- ]]; do
		words+=("$1")
		shift
	done
	shift
	run --separate-stderr bash --norc --noprofile -c '
		eval "$("$0" completion bash)" || exit
		COMP_WORDBREAKS=${breaks-$COMP_WORDBREAKS} COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		"$(complete -p "$1" | grep -o "_[a-z]*")" "$1" "${@: -1}" "${@: -2:1}" || exit
		printf "%s\n" "${COMPREPLY[@]}"' "$contend" "${words[@]}"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(sort <<<"$output")" = "$(printf '%s\n' "$@" | sort)" ] || { echo "${words[*]}: $output"; false; }
}

@test "completion in bash: commands, options, their values, jobs" {
	completes contend co -- compare completion
	completes contend explain pla -- placement
	completes contend list '' -- jobs locks scenarios structures
	completes contend run --ve -- --verify=
	completes contend run --thr -- ''
	completes contend compare --thr -- --threshold=
	completes contend run --lock = rcu_s -- rcu_sync
	completes contend run --lock rcu_s -- rcu_sync
	completes contend check --sched = -- other fifo deadline inversion
	completes contend run --arrival = p -- periodic: poisson:
	completes contend run --output-format = c -- csv
	completes contend compare --by = stru -- structure
	completes contend compare --metric = handover_p9 -- handover_p90 handover_p99 handover_p999 handover_p9999
	completes contend run jobs/qui -- jobs/quick.job
	completes contend report --sv -- --svg=
	completes contend report --svg = wait -- wait wait-ccdf
	completes contend run -o COP -- COPYING
	completes contend run --output = COP -- COPYING
	completes contend run --resume = COP -- COPYING
	completes contend compare --baseline COP -- COPYING
	# Those of the job that is there.
	printf '[global]\n[one]\n[other]\n' >"$job"
	completes contend run "$job" --section = o -- one other
	completes contend run "$job" --section = one,ot -- one,other
	# The last of a list, and what makes a side.
	completes contend run --lock = spinlock,rcu_s -- spinlock,rcu_sync
	completes contend compare --across = kernel,acc -- kernel,accel
	completes contend compare --a = loc -- lock=
	completes contend compare --a = lock = rcu_s -- rcu_sync
	# The scripts take what a command takes.
	completes scripts/run comp -- compare
	completes scripts/run compare --thr -- --threshold=
	completes ./scripts/run --thr -- ''
	completes contend check comp -- compare
	completes contend check compare --thr -- --threshold=
	completes scripts/trace --lock = rcu_s -- rcu_sync
	# Where bash takes nothing apart, it replaces all of the word.
	breaks=' ' completes contend compare --a=lock=rcu_s -- --a=lock=rcu_sync
	contend completion fish
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"bash or zsh"* ]]
}

@test "completion offers no value that would be refused" {
	local options option value n=0
	options=$("$contend" completion bash | sed -n "s/^\t('--\(.*\)') contend_words=(\(.*\)) ;;/\1 \2/p")
	for option in lock structure engine context arrival placement metric across by; do
		grep -q "^$option " <<<"$options"
	done
	while read -r option values; do
		# Those of backend go on with an address.
		[[ ! $option =~ ^(output-format|metric|across|backend|svg|hgrm)$ ]] || continue
		for value in $values; do
			[[ $value != *: || $option != offered ]] || value+=1000/s
			[[ $value != bursts:* ]] || value+=:50
			[[ $value != uniform: ]] || value+=1ms-2ms
			[[ $value != inflight: ]] || value+=64
			[[ $value != *: ]] || value+=1ms
			if [[ $option == by ]]; then
				contend compare "--by=$value"
				[[ "$stderr" == *"--by=$value needs documents, or a job" ]]
				continue
			fi
			contend check "--$option=$value"
			# What goes together is another matter.
			[[ $status -eq 0 || "$stderr" == "command line: "[^-]* ]] ||
				{ echo "$stderr"; false; }
			n=$((n + 1))
		done
	done <<<"$options"
	[ "$n" -gt 50 ]
}

# types LINE: what a command was called with in an interactive zsh, in $output.
types() {
	run timeout 60 zsh -f -c '
		zmodload zsh/zpty && zpty shell zsh -f -i || exit
		type() { zpty -w shell "$1"; }
		type "PS1= PS2=; autoload -U compinit && compinit -D -u && stty columns 200"
		type "source <($contend completion zsh)"
		type "contend() { print -r -- \"<\${(j:|:)@}>\" }; functions[scripts/run]=\$functions[contend]"
		type "$1"
		type "print en\\d; exit"
		zpty -r shell said "*$(print "\nend")*" && print -r -- $said' "$contend" "$1"
	output=$(tr -d '\r' <<<"$output" | sed -n 's/^<\(.*\)>$/\1/p')
}

@test "completion in zsh: commands, options, their values, jobs" {
	command -v zsh >/dev/null || skip "zsh is not installed: scripts/setup"
	export contend
	types $'contend exp\tplac\t'
	[ "$output" = "explain|placement" ]
	types $'contend run --loc\trcu_s\t --arr\tpoi\t1ms jobs/qui\t -o COP\t'
	[ "$output" = "run|--lock=rcu_sync|--arrival=poisson:1ms|jobs/quick.job|-o|COPYING" ]
	types $'contend compare --lock=spinlock,rcu_s\t --a=struc\tacc\t --metr\tstar\t'
	[ "$output" = "compare|--lock=spinlock,rcu_sync|--a=structure=accounts|--metric=starved" ]
	types $'contend check compare --thr\t5'
	[ "$output" = "check|compare|--threshold=5" ]
	types $'contend run jobs/pool.job --sec\toutage-sh\t'
	[ "$output" = "run|jobs/pool.job|--section=outage-shed" ]
	types $'scripts/run compare --thr\t5 --lock rcu_s\t'
	[ "$output" = "compare|--threshold=5|--lock|rcu_sync" ]
}

@test "install puts the completions where the shells look for them" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	make -s -C userspace install DESTDIR="$BATS_TEST_TMPDIR" PREFIX=/usr
	diff <("$contend" completion bash) "$BATS_TEST_TMPDIR/usr/share/bash-completion/completions/contend"
	diff <("$contend" completion zsh) "$BATS_TEST_TMPDIR/usr/share/zsh/vendor-completions/_contend"
	# compinit reads the first line.
	[ "$(head -1 "$BATS_TEST_TMPDIR/usr/share/zsh/vendor-completions/_contend")" = "#compdef contend" ]
}

@test "install has the scripts that start servers of others" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	make -s -C userspace install PREFIX="$BATS_TEST_TMPDIR/usr"
	# Without a package it is the package that is missing, and not the script.
	run env PATH=/usr/bin:/bin "$BATS_TEST_TMPDIR/usr/bin/contend" run --scenario=pool --users=1 \
		--architecture=peer:pgbouncer-session --runtime=10ms
	[[ "$output" != *"no script for peers"* ]]
}

@test "install says to pkg-config what a program takes that links libcontend" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	command -v pkg-config >/dev/null || skip "pkg-config is not installed"
	make -s -C userspace install PREFIX="$BATS_TEST_TMPDIR/usr"
	cat >"$BATS_TEST_TMPDIR/t.c" <<-'END'
		#include <contend/contend.h>
		int main(void) { return contend_open_program(1) < 0; }
	END
	read -ra flags < <(PKG_CONFIG_PATH=$BATS_TEST_TMPDIR/usr/lib/pkgconfig \
		pkg-config --cflags --libs --static contend)
	gcc -o "$BATS_TEST_TMPDIR/t" "$BATS_TEST_TMPDIR/t.c" "${flags[@]}"
	"$BATS_TEST_TMPDIR/t"
}

@test "explain knows a structure from a key" {
	contend explain pool
	[ "$status" -eq 0 ]
	[[ "$output" == "pool is a structure: contend-structures(7)"* ]]
}

# The operations that the page has of the structures of a heading, sorted.
page_verbs() {
	awk -v name="$1" '/^## /{split(substr($0, 4), of, ", "); on = 0
			for (i in of) on = on || of[i] == name}
		on && /^\*/{n = split($0, part, "*"); for (i = 2; i <= n; i += 2) print part[i]}' \
		doc/contend-structures.7.scd | sort
}

@test "contend-structures(7) has each structure, and its operations, and no other" {
	local name names n=0
	names=$(sed -n 's/^## //p' doc/contend-structures.7.scd | sed 's/, /\n/g')
	[ -z "$(sort <<<"$names" | uniq -d)" ]
	# Those of the kernel are known by name.
	for name in $names; do
		contend check --structure="$name" --mix=nonsense:1
		[[ "$stderr" != *"unknown structure"* ]] || { echo "$name"; false; }
	done
	for name in $(sed -nE 's/^\t(X|P)\((\w+).*/\1\2/p' kmod/structures/catalog.h \
		kmod/structures/peers/catalog.h | sed 's/^X//; s/^P/peer:/' | grep -v busted); do
		grep -qxF -e "$name" -e "peer:$name" <<<"$names" || { echo "$name"; false; }
	done
	for name in $names; do
		contend check --lock=null --structure="$name" --mix=nonsense:1
		[[ "$stderr" == *"has no operation 'nonsense', but "* ]] || continue
		n=$((n + 1))
		# A set of _hash_ alone can be resized.
		diff <(sed -n "s/.*'nonsense', but //p" <<<"$stderr" | tr -d ' ' | tr , '\n' | sort) \
			<(page_verbs "$name" | if [[ $name == hash ]]; then cat; else grep -vx resize; fi) ||
			{ echo "$name"; false; }
	done
	[ "$n" -ge 40 ]
}

@test "contend(4) has each command, parameter, file, column and tracepoint of the module" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	local page names name n=0
	make -s -C userspace doc OUT="$PWD/build/user"
	# As words, without fonts and what keeps a hyphen or a dot from being one.
	page=$(sed -E 's/\\f[BIRP]//g; s/\\([-._&])/\1/g; s/\\//g' build/user/contend.4)
	names=$(
		sed -nE 's/^#define (CONTEND_\w+)\s+_IO\(.*/\1/p' kmod/uapi/contend.h
		sed -nE 's/^module_param(_named|_cb)\((\w+),.*/\2/p' kmod/*.c kmod/*/*.c
		sed -nE 's/.*proc_create(_\w+)?\("(\w+)",.*/\/proc\/contend\/\2/p' kmod/proc.c
		sed -nE 's/.*seq_puts\(m, "(id .*)\\n"\);.*/\1/p' kmod/proc.c kmod/engine/run.c | tr ' /' '\n\n'
		sed -nE 's/^(TRACE_EVENT|DEFINE_EVENT)\((contend_worker, )?(\w+),.*/\3/p' kmod/trace.h
	)
	for name in $names; do
		grep -qwF -e "$name" <<<"$page" || { echo "$name"; false; }
		n=$((n + 1))
	done
	[ "$n" -ge 60 ]
}

@test "the man pages build, with every key" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	make -s -C userspace doc OUT="$PWD/build/user"
	for key in lock structure mix verify; do
		grep -q "\\\\fB$key\\\\fR=" build/user/contend-job.5
	done
	# The lines of a list begin alike, and what comes after it is no part of its last one.
	! grep -P '^\t' build/user/contend-job.5
	[ "$(grep -A1 "each CPU has one of each" build/user/contend-job.5 | tail -1)" = .P ]
}

# alone COMMAND...: in a directory that is all there is
alone() { run --separate-stderr "${chroot[@]}" "$root" "$@"; }

@test "the static program does all that needs no module where there is nothing else" {
	local root=$BATS_TEST_TMPDIR/root
	scripts/build STATIC=1 user
	mkdir "$root"
	# Who may do that at all does it with what is static for certain.
	cp "$(command -v busybox)" "$root/busybox"
	local chroot=(chroot)
	"${chroot[@]}" "$root" /busybox true || chroot=(unshare --map-root-user chroot)
	"${chroot[@]}" "$root" /busybox true || skip "this user may not chroot here, nor in a user namespace"
	rm "$root/busybox"

	cp build/user-static/contend "$root/contend"
	printf '[a]\nlock=rcu,mutex\n' >"$root/a.job"
	document "$root/a.json" lock=rcu 100 101 102 103 104 105
	document "$root/b.json" lock=rcu 200 201 202 203 204 205
	alone /contend --version
	[ "$status" -eq 0 ]
	[[ "$output" == "contend "*" (static)" ]]
	alone /contend --help
	[ "$status" -eq 0 ]
	alone /contend check /a.job
	[ "$status" -eq 0 ]
	[[ "${lines[1]}" == "/a.job: a/lock=mutex: "* ]]
	alone /contend compare /a.json /b.json
	[ "$status" -eq 0 ]
	[[ "$output" == *"verdict: pass (1 faster)"* ]]
	alone /contend explain lock
	[ "$status" -eq 0 ]
	alone /contend completion bash
	[ "$status" -eq 0 ]
	alone /contend list
	[ "$status" -eq 0 ]
	[[ "$output" == *"  mutex"* ]]
	[[ "$stderr" == *"the module is not loaded"*"no job files beside this program"* ]]
	# It has no library for an archive, and says so.
	alone /contend run --scenario=data --input=/a.tar --runtime=1ms --output-format=json
	[ "$status" -eq 4 ]
	[[ "$output" == *"linked without libarchive (STATIC=1): unpack it"* ]]
	alone /contend doctor
	[ "$status" -eq 4 ]
	[[ "$output" == *"no   module"* ]]
	# It has written nothing there.
	[ "$(cd "$root" && echo *)" = "a.job a.json b.json contend" ]
}

@test "the static program asks for no new kernel or processor, and loads nothing" {
	scripts/build STATIC=1 user
	local program=build/user-static/contend abi
	run readelf --wide --program-headers --notes "$program"
	[ "$status" -eq 0 ]
	[[ "$output" != *INTERP* && "$output" != *DYNAMIC* ]]
	[[ "$output" =~ "OS: Linux, ABI: "([0-9.]+) ]]
	abi=${BASH_REMATCH[1]}
	[ "$(printf '%s\n' 3.16 "$abi" | sort -V | tail -1)" = 3.16 ]
	# What the C library has for newer processors, it asks for first.
	run bash -c "objdump --disassemble --no-show-raw-insn build/user-static/obj/*/*.o"
	[ "$status" -eq 0 ]
	[[ "$output" == *%xmm* ]]
	[[ ! "$output" =~ $'\t'v[a-z0-9]+\ +[^$'\n']*%[xyz]mm ]]
	# The databases of users and hosts, which the C library loads at run time. The linker
	# warns of most of what leads there.
	run nm "$program"
	[ "$status" -eq 0 ]
	[[ "$output" == *" main"* ]]
	[[ "$output" != *nss_* ]]
}

# goes_on STATUS [OPTION]...: the job at $job, with what $a has of it.
goes_on() {
	local expected=$1
	shift
	contend run "$job" --engine=user --resume="$a" "$@"
	# Figures that a busy machine made are no matter here.
	[ "$status" -eq "$expected" ] || [[ $expected -eq 0 && $status -eq 6 ]] ||
		{ echo "$* gives $status: $stderr"; false; }
}

@test "a run that was killed goes on with what its document has" {
	local kept
	printf '[j]\nlock=ticket,mcs,tas,ttas,anderson,k42\nworkers=1 runtime=300ms warmup=0ms\n' >"$job"
	# What has no document begins.
	"$contend" run "$job" --engine=user --resume="$a" &
	until [ -s "$a" ] || ! kill -0 $!; do sleep 0.05; done
	kill -KILL $! || true
	wait $! || true
	kept=$(jq '.results | length' "$a")
	[ "$kept" -ge 1 ]
	cp "$a" "$b"
	goes_on 0
	[ -z "$output" ]
	jq -e '.complete and [.results[].lock] == ["ticket", "mcs", "tas", "ttas", "anderson", "k42"]' "$a"
	jq -e --slurpfile b "$b" '.results[:'"$kept"'] == $b[0].results' "$a"
	jq -e --slurpfile b "$b" '.provenance.continues == $b[0].provenance' "$a"
	# All of it is there: nothing runs, nothing is written, and the status is that of all.
	cp -p "$a" "$b"
	goes_on 0
	cmp "$a" "$b"
	[ "$(stat -c %i "$a")" -ne "$(stat -c %i "$b")" ]
	[ "$(stat -c %Y "$a")" -eq "$(stat -c %Y "$b")" ]
	change "$a" '.results[1].verdict = "fail" | .results[1].complete = false'
	goes_on 2
	# It may go elsewhere.
	change "$a" 'del(.results[3:])'
	cp "$a" "$b"
	goes_on 2 -o "$BATS_TEST_TMPDIR/c.json"
	cmp "$a" "$b"
	jq -e '(.results | length) == 6 and .complete == false' "$BATS_TEST_TMPDIR/c.json"
}

@test "what an interrupted case had is not kept; a repeat is the one that comes next" {
	# A run that the host disturbs would not count.
	export CONTEND_HOST_STAT=/dev/null
	printf '[j]\nlock=ticket,mcs\nworkers=1 runtime=10ms warmup=0ms\n' >"$job"
	"$contend" run "$job" --engine=user --repeat=4 -o "$b" --output-format=json || [ $? -eq 6 ]
	jq '.results |= .[:5] | .results[4] |= (.complete = false | .ops = 42) | del(.summary)' "$b" >"$a"
	goes_on 0 --repeat=4
	jq -e --slurpfile b "$b" '.results[:4] == $b[0].results[:4] and .results[4].ops != 42 and
		[.results[] | [.case, .repeat]] == [$b[0].results[] | [.case, .repeat]]' "$a"
	# The figures of all are those of what was kept and what was added.
	jq -e '[.summary[].runs] == [4, 4] and .complete' "$a"
	# Of another boot it is, and no longer of one.
	jq '.results |= .[:3] | .environment.boot_id = "other"' "$b" >"$a"
	goes_on 0 --repeat=4
	jq -e '.complete and .environment.boot_id == null' "$a"
	jq -e '.environment.boot_id != null' "$b"
}

@test "a run goes on with its own document alone, and says what differs" {
	differs() {
		local expected=$1 message=$2
		shift 2
		cp "$a" "$BATS_TEST_TMPDIR/before.json"
		goes_on "$expected" "$@"
		[[ "$stderr" == *"$message"* ]] || { echo "$stderr"; false; }
		cmp "$a" "$BATS_TEST_TMPDIR/before.json"
	}
	printf '[j]\nlock=ticket,mcs\nworkers=1 runtime=10ms warmup=0ms\n' >"$job"
	"$contend" run "$job" --engine=user -o "$a" --output-format=json || [ $? -eq 6 ]
	cp "$a" "$b"
	differs 1 "its run 2 is of j/lock=mcs, and that of this job is of j/lock=tas: it is of another job" --lock=ticket,tas
	differs 1 "has 2 runs, and this job 1: it is of another job" --lock=ticket
	differs 1 "j/lock=ticket has runtime=10ms there, and runtime=20ms here: it is of other words" --runtime=20ms
	differs 1 "it is of --repeat=1, and this is --repeat=2" --repeat=2
	differs 1 "--resume goes on with json: --output-format=csv has not all" --output-format=csv
	# Before anything is started, too.
	contend check "$job" --engine=user --resume="$a" --runtime=20ms
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"has runtime=10ms there"* ]]
	change "$a" '.environment.cpus += 1 | .results |= .[:1]'
	differs 4 "a run goes on in the world in which it began:"
	[[ "$stderr" == *"cpus: "*" in $a, "*" in this one"* ]]
	head -c 1000 "$b" >"$a"
	differs 1 "$a:"
	cat "$b" "$b" >"$a"
	differs 1 "has 2 documents, and a run is one"
	cp "$job" "$a"
	differs 1 "is no document"
	change "$b" 'del(.results[0].job)'
	cp "$b" "$a"
	differs 1 "results[0].job.spec is not a string"
	contend run "$job" --engine=user --resume=
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--resume needs the name of a file"* ]]
	contend compare "$job" --resume="$a" --by=lock
	[ "$status" -eq 1 ]
}

@test "a job is compared with its baseline, and the status says how" {
	export CONTEND_HOST_STAT=/dev/null
	printf '[j]\nlock=ticket,mcs\nworkers=1 runtime=20ms warmup=0ms engine=user\n' >"$job"
	"$contend" run "$job" --repeat=6 -o "$a" --output-format=json || [ $? -eq 6 ]
	# baseline STATUS FILTER [OPTION]...
	baseline() {
		local expected=$1 filter=$2
		shift 2
		jq "$filter" "$a" >"$b"
		contend compare "$job" --baseline="$b" --repeat="${repeat-6}" "$@"
		[ "$status" -eq "$expected" ] || { echo "$filter $* gives $status: $stderr $output"; false; }
	}
	baseline 3 '.results[].ops_per_s *= 1000'
	[[ "$output" == *slower* ]]
	baseline 0 '.results[].ops_per_s /= 1000' --output-format=json
	jq -e --arg b "$b" --arg job "$job" '.a.file == $b and .b.file == $job and
		[.cases[].decision] == ["faster", "faster"] and .cases[0].a.runs == 6' <<<"$output"
	# A case that nobody has is found before the minutes that the job takes, too.
	contend compare "$job" --baseline="$a" --warmup=1ms --runtime=1m
	[ "$status" -eq 1 ]
	[ "$stderr" = "contend: --baseline=$a has none of these cases: give the job and the words that it was made of" ]
	# Of a case that only one has, and of too few runs, nothing can be told.
	baseline 6 '.results |= map(select(.lock == "mcs")) | .results[].ops_per_s /= 1000'
	repeat=2 baseline 6 '.results[].ops_per_s *= 1000'
	# The world is looked at before the minutes that the job takes.
	SECONDS=0
	baseline 4 '.environment.cpus += 1 | .results[].job.spec |= sub("runtime=20ms"; "runtime=1m")' \
		--runtime=1m
	[ "$SECONDS" -lt 60 ]
	[[ "$stderr" == *"  cpus: "* && "$stderr" == *"say --across=cpus"* ]]
	baseline 0 '.environment.cpus += 1 | .results[].ops_per_s /= 1000' --across=cpus
	contend compare "$job" --baseline="$a" -o "$a"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"cannot write $a: it is what is read"* ]]
	# What it would run.
	contend check compare "$job" --baseline="$a"
	[ "$status" -eq 0 ]
	[ "$stderr" = "contend: 20 runs of 2 cases, about 3 s" ]
	for words in --by=lock "--a=lock=mcs --b=lock=tas" --across=engine; do
		contend check compare "$job" --baseline="$a" $words
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"--baseline compares a job with what it was: leave --by"* ]]
	done
	contend compare --baseline="$a"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"needs the job that it is of"* ]]
	contend compare "$b" --baseline="$a"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$b has been run: say contend compare $a $b"* ]]
	contend compare "$job" --baseline="$job"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"is no document: contend run -o "* ]]
	contend compare "$job" --baseline="$BATS_TEST_TMPDIR/none"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"No such file"* ]]
}
