#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The command line, as far as it needs no module.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	contend=${CONTEND:-build/user/contend}
	job=$BATS_TEST_TMPDIR/a.job
}

# Run contend, with stdout in $output and stderr in $stderr.
contend() { run --separate-stderr "$contend" "$@"; }

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
	[[ "$output" == *"--repeat=N"* ]]
	contend run --help
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
	[ "$output" = "$job: a: lock=rcu structure=list engine=kernel workers=2 runtime=1s warmup=100ms seed=1 keys=uniform/1000 hold=0ns think=0ns arrival=closed capacity=0 prefill=50 batch=1 clients=processes verify=full" ]
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
	[[ "${lines[0]}" == *": a: "*"workers=7 runtime=5s"*"seed=2"* ]]
	[[ "${lines[1]}" == *": b: "*"workers=7 runtime=5s"*"seed=1"* ]]
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
	wrong 'structure=tree' 1:11 "unknown structure 'tree'"
	wrong 'engine=kernal' 1:8 "did you mean 'kernel'"
	wrong 'workers=1,x' 1:11 "not a number"
	wrong 'workers=0' 1:9 "1 to 1024"
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
	[[ "$stderr" == *"human, json, ndjson or csv"* ]]
}

@test "every job of the tree is right" {
	for file in jobs/*.job; do
		contend check "$file"
		[ "$status" -eq 0 ]
		[[ "$(head -1 "$file")" == "# "* ]]
	done
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

@test "the man pages build, with every key" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	make -s -C userspace doc OUT="$PWD/build/user"
	for key in lock structure mix verify; do
		grep -q "\\\\fB$key\\\\fR=" build/user/contend-job.5
	done
}
