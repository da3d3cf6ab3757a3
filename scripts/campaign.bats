#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scripts/campaign on User-Mode Linux, with a Slurm of its own: a controller and two
# nodes on this machine, all their files in the test's directory. What the engines do
# with a status needs no virtual machine: most tests put a script in its place.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154,SC2164,SC2317 # bats calls, sets and stops

bats_require_minimum_version 1.5.0

# daemon NAME COMMAND...: ends by itself, should nobody end it.
daemon() {
	local name=$1
	shift
	timeout -k 5 900 "$@" >"$slurm/$name.out" 2>&1 3>&- &
	echo $! >>"$slurm/pids"
}

# Until a command succeeds; some time must be the last.
soon() {
	local i
	for ((i = 0; i < ${tries:-600}; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

idle() { [[ $(sinfo --noheader --format='%T %D') == "idle 2" ]]; }
empty() { [[ -z $(squeue --noheader) ]]; }
is_gone() { ! kill -0 "$1"; }

start_slurm() {
	local me base
	me=$(id -un)
	# Below the ports that the kernel gives to clients.
	base=$((10000 + RANDOM % 20000))
	mkdir -p "$slurm/state"
	: >"$slurm/pids"
	head -c 1024 /dev/urandom >"$slurm/key"
	chmod 600 "$slurm/key"
	# A task that is requeued starts when its credential has expired.
	cat >"$SLURM_CONF" <<-CONF
		ClusterName=contend
		SlurmctldHost=$(uname -n)(127.0.0.1)
		SlurmUser=$me
		SlurmdUser=$me
		SlurmctldPort=$base
		AuthType=auth/munge
		AuthInfo=socket=$slurm/munge,cred_expire=5
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		MpiDefault=none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core_Memory
		SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
		SlurmdParameters=config_overrides
		KillWait=1
		StateSaveLocation=$slurm/state
		SlurmdSpoolDir=$slurm/spool-%n
		SlurmctldPidFile=$slurm/slurmctld.pid
		SlurmdPidFile=$slurm/slurmd-%n.pid
		NodeName=n1 NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=2 RealMemory=4096
		NodeName=n2 NodeAddr=127.0.0.1 Port=$((base + 2)) CPUs=2 RealMemory=4096
		PartitionName=all Nodes=n1,n2 Default=YES
	CONF
	daemon munged munged --foreground --force --socket="$slurm/munge" --key-file="$slurm/key" \
		--pid-file="$slurm/munged.pid" --seed-file="$slurm/seed" --log-file="$slurm/munged.log"
	soon test -S "$slurm/munge" || return
	daemon slurmctld slurmctld -D
	daemon n1 slurmd -D -N n1
	daemon n2 slurmd -D -N n2
	tries=100 soon idle
}

stop_slurm() {
	local pid
	scancel --user="$(id -un)" && soon empty
	for pid in $(tac "$slurm/pids"); do
		kill "$pid"
		soon is_gone "$pid"
	done
} 2>/dev/null

setup_file() {
	cd "$BATS_TEST_DIRNAME/.."
	export PATH=$PATH:/usr/sbin:/sbin
	export slurm=$BATS_FILE_TMPDIR/slurm
	export SLURM_CONF=$slurm/slurm.conf
	unset CONTEND_ACCEL CONTEND_CPUS CONTEND_KERNEL CONTEND_MUTANT PARALLEL no_slurm
	# No test depends on how busy the host is.
	export CONTEND_HOST_STAT=/dev/null
	parallel --version 2>/dev/null </dev/null | grep -q '^GNU parallel' ||
		skip "there is no GNU parallel here: scripts/setup campaign installs it"
	local program
	for program in munged slurmctld slurmd sbatch; do
		command -v $program >/dev/null ||
			export no_slurm="there is no $program here: scripts/setup campaign installs it"
	done
	if [[ ! ${no_slurm-} ]]; then
		# A port may be taken.
		start_slurm || { stop_slurm; start_slurm; } ||
			{ stop_slurm; tail -n5 "$slurm"/*.out >&2; return 1; }
	fi
	printf '[one]\nlock=spinlock,mutex\nworkers=1\n' >"$BATS_FILE_TMPDIR/one.job"
	printf '[two]\nlock=rcu\nstructure=list\nworkers=1\n' >"$BATS_FILE_TMPDIR/two.job"
	scripts/build KERNEL=uml module mutant user
	qemu/bundle --kernel=uml "$BATS_FILE_TMPDIR/uml" -- scripts/guest build/uml/contend.ko \
		build/user/contend "$BATS_FILE_TMPDIR"/{one,two}.job
}

teardown_file() {
	[[ ${no_slurm-} ]] || stop_slurm
}

setup() {
	cd "$BATS_TEST_DIRNAME/.."
	# A name with what sbatch and the shell could take for theirs.
	dir="$BATS_TEST_TMPDIR/%a out"
	document=$dir/campaign.json
	one=$BATS_FILE_TMPDIR/one.job two=$BATS_FILE_TMPDIR/two.job
}

teardown() {
	[[ ! ${started-} ]] || kill "$started" 2>/dev/null || true
}

needs_slurm() { [[ ! ${no_slurm-} ]] || skip "$no_slurm"; }

campaign() { run --separate-stderr timeout 300 scripts/campaign --kernel=uml -o "$dir" "$@"; }

# start [WORD]...: a campaign in the background; end waits for its $status.
start() {
	timeout 120 scripts/campaign --kernel=uml -o "$dir" "$@" "$one" \
		>"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	started=$!
}

end() {
	status=0
	wait "$started" || status=$?
	cat "$BATS_TEST_TMPDIR/said"
}

# what JQ...: of the document.
what() { jq -rc "$@" "$document"; }

# fake DIR [ARCH]: a bundle whose virtual machine is the script on stdin, with the
# task's $seed and a document to say.
fake() {
	mkdir -p "$1/bundle/uml"
	echo "${2:-um}" >"$1/bundle/uml/arch"
	{
		cat <<-'SH'
			#!/bin/bash
			[[ $* =~ --seed=([0-9]+) ]] && seed=${BASH_REMATCH[1]}
			here=$(dirname "$0")
			echo "$seed" >>"$here/seeds"
			says() { echo '{"schema":"contend.result/1","results":[],"verdict":"'"$1"'"}'; }
		SH
		cat
	} >"$1/bundle/uml/vm"
	chmod +x "$1/bundle/uml/vm"
}

# seeds: which ran, sorted
seeds() { sort -n "$dir/bundle/uml/seeds" | paste -sd' '; }

# all_pass ENGINE [PREPARE]: two jobs, two seeds. On a busy machine a worker may get
# no CPU in a short run.
all_pass() {
	local time
	for time in 100ms 1s 5s; do
		rm -rf "$dir"
		mkdir -p "$dir/bundle"
		cp -r "$BATS_FILE_TMPDIR/uml" "$dir/bundle/"
		${2-true}
		campaign --engine="$1" --seed=1-2 "$one" "$two" --runtime=$time
		[ "$status" -eq 6 ] || break
	done
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = "$(printf '%-10s %-24s 2 pass' uml "$one")" ]
	[ "${lines[2]}" = "$(printf '%-10s %-24s 2 pass' uml "$two")" ]
	[ "${lines[-1]}" = "verdict: pass (4 pass)" ]
	what -e --arg one "$one" --arg two "$two" --arg engine "$1" '
		.schema == "contend.campaign/1" and .engine == $engine and .verdict == "pass" and
		.totals == { pass: 4 } and
		([.tasks[] | [.number, .kernel, .job, .seed]] == [[1, "uml", $one, 1],
			[2, "uml", $one, 2], [3, "uml", $two, 1], [4, "uml", $two, 2]]) and
		([.tasks[] | .status == 0 and .verdict == "pass" and .tries == 1 and .reason == null and
			(.host | length > 0) and .seconds >= 0 and .result.schema == "contend.result/1" and
			.result.environment.accel == "uml" and .result.results[0].job.file == .job] | all) and
		([.tasks[] | . as $task | .result.results[].job.spec |
			contains(" seed=\($task.seed) ")] | all)'
	[ "$(find "$dir/task" -name console.log | wc -l)" -eq 0 ]
}

# Nobody passes before both nodes have a task.
both_nodes() {
	mv "$dir"/bundle/uml/vm{,.real}
	cat >"$dir/bundle/uml/vm" <<-'SH'
		#!/bin/bash
		here=$(dirname "$0")
		touch "$here/$SLURMD_NODENAME"
		for ((i = 0; i < 600; i++)); do
			[[ -e $here/n1 && -e $here/n2 ]] && exec "$here/vm.real" "$@"
			sleep 0.1
		done
		exit 1
	SH
	chmod +x "$dir/bundle/uml/vm"
}

@test "slurm: all tasks, on both nodes, in one document" {
	needs_slurm
	all_pass slurm both_nodes
	[ "$(what '[.tasks[].host] | unique')" = '["n1","n2"]' ]
	[ -e "$dir/task/1/slurm.out" ]
}

@test "parallel: all tasks, in the same document" {
	all_pass parallel
	[ "$(what '[.tasks[].host] | unique | length')" -eq 1 ]
}

@test "auto is slurm where there is one, else parallel" {
	fake "$dir" <<<'says pass'
	SLURM_CONF=/nonexistent campaign "$one"
	[ "$status" -eq 0 ]
	[ "$(what .engine)" = parallel ]
	needs_slurm
	dir+=2 document=$dir/campaign.json
	fake "$dir" <<<'says pass'
	campaign "$one"
	[ "$status" -eq 0 ]
	[ "$(what .engine)" = slurm ]
}

# misses ENGINE: the infrastructure fails seed 2 once, 3 always; 4 is lost without a
# word, 5 is ended from outside
misses() {
	fake "$dir" <<-'SH'
		miss() { echo "qemu/vm: infrastructure: made up" >&2; exit 125; }
		case $seed in
		2) mkdir "$here/2" 2>/dev/null && miss ;;
		3) miss ;;
		4) kill -KILL $PPID ;;
		5) exit 143 ;;
		esac
		says pass
	SH
	campaign --engine="$1" --seed=1-5 "$one"
	echo "$output" "$stderr"
	[ "$status" -eq 5 ]
	[ "$(what '[.tasks[] | .verdict]')" = '["pass","pass","error","error","error"]' ]
	[ "$(what '[.tasks[] | .status]')" = '[0,0,125,null,null]' ]
	[ "$(what '.tasks[2].reason')" = "infrastructure: made up" ]
	[[ "$(what '.tasks[3].reason')" == lost* ]]
	[ "${lines[1]}" = "$(printf '%-10s %-24s 2 pass 3 error' uml "$one")" ]
	[[ "$output" == *"error: uml $one seed=3: infrastructure: made up"*"$dir/task/3/err"* ]]
	[ "${lines[-1]}" = "verdict: error (2 pass, 3 error)" ]
}

@test "slurm: what the infrastructure failed is requeued, at most twice, and nothing else is" {
	needs_slurm
	misses slurm
	[ "$(what '[.tasks[].tries]')" = '[1,2,3,1,1]' ]
	[ "$(seeds)" = "1 2 2 3 3 3 4 5" ]
}

@test "parallel: what the infrastructure failed is tried again, at most twice" {
	misses parallel
	# What does not say how it ended is a failure to parallel.
	[ "$(what '[.tasks[].tries]')" = '[1,2,3,3,3]' ]
	[ "$(seeds)" = "1 2 2 3 3 3 4 4 4 5 5 5" ]
}

@test "slurm: where no node has KVM, a task that needs it says so" {
	needs_slurm
	fake "$dir" x86_64 <<<'says pass'
	campaign --engine=slurm "$one"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"asks for nodes of the feature kvm unless CONTEND_ACCEL=tcg"* ]]
	[[ "$(what '.tasks[0].reason')" == *"feature kvm"*"Invalid feature specification" ]]
	[ "$(what '.tasks[0].tries')" -eq 0 ]
	# Emulation needs none; it is another campaign.
	dir+=2 document=$dir/campaign.json
	fake "$dir" x86_64 <<<'[[ $CONTEND_ACCEL == tcg ]] && says pass'
	CONTEND_ACCEL=tcg campaign --engine=slurm "$one"
	[ "$status" -eq 0 ]
}

# waits REASON: what Slurm says of the tasks
waits() { [[ $(squeue --noheader --format=%r) == *"$1"* ]]; }

@test "slurm: tasks go to the nodes with KVM; they wait while those are down, not for ever" {
	needs_slurm
	scontrol update nodename=n2 availablefeatures=kvm activefeatures=kvm
	fake "$dir" x86_64 <<<'says pass'
	campaign --engine=slurm --seed=1-3 "$one"
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "$(what '[.tasks[].host] | unique')" = '["n2"]' ]

	dir+=2 document=$dir/campaign.json
	fake "$dir" x86_64 <<<'says pass'
	scontrol update nodename=n2 state=drain reason=test
	start --engine=slurm
	soon grep "tasks wait: " "$BATS_TEST_TMPDIR/said"
	scontrol update nodename=n2 availablefeatures= activefeatures=
	end
	scontrol update nodename=n2 state=resume
	[ "$status" -eq 5 ]
	grep "Slurm will not start .*BadConstraints" "$BATS_TEST_TMPDIR/said"
	[[ "$(what '.tasks[0].reason')" == lost* ]]
}

@test "a broken lock is a failure, with its case, and is not tried again" {
	CONTEND_MUTANT=1 campaign --engine=parallel "$one" --lock=busted_spinlock --workers=2 \
		--runtime=60s
	echo "$output" "$stderr"
	[ "$status" -eq 2 ]
	[ "$(what '.tasks[0] | [.status, .verdict, .tries, .result.verdict]')" = '[2,"fail",1,"fail"]' ]
	[[ "$(what '.tasks[0].reason')" =~ ^one:\ (exclusion|integrity|conservation):\ . ]]
	[ -s "$dir/task/1/console.log" ]
	[ "${lines[-1]}" = "verdict: fail (1 fail)" ]
}

@test "a status is a verdict, as contend's; an error weighs most, then a failure" {
	fake "$dir" <<-'SH'
		# what the guest said, what qemu/vm said
		echo "guest: made up $seed" >&2
		((seed < 120)) || printf 'qemu/vm: %s\n' "splat: $seed" "console log: x" >&2
		case $seed in
		0 | 120) says pass ;;
		2) says fail ;;
		7) exit 0 ;;
		8) echo '{"sche' ;;
		esac
		exit $seed
	SH
	campaign --engine=parallel --seed=0,1,2,4,5,6,7,8,120-124,137 "$one"
	[ "$status" -eq 5 ]
	[ "$(what '[.tasks[] | "\(.seed) \(.verdict)"] | join(",")')" = "0 pass,1 error,2 fail,4 skip,5 error,6 inconclusive,7 error,8 error,120 fail,121 fail,122 fail,123 fail,124 fail,137 error" ]
	[ "$(what '[.tasks[].tries] | unique')" = '[1]' ]
	[ "$(what '.tasks[] | select(.seed == 5).reason')" = "guest: made up 5" ]
	[ "$(what '.tasks[] | select(.seed == 7).reason')" = "guest: made up 7" ]
	[ "$(what '.tasks[] | select(.seed == 8).result')" = null ]
	[ "$(what '.tasks[] | select(.seed == 122).reason')" = "splat: 122" ]
	[ "$(what '.totals | [.pass, .fail, .inconclusive, .skip, .error]')" = '[1,6,1,1,5]' ]
	[ "${lines[1]}" = "$(printf '%-10s %-24s 1 pass 6 fail 1 inconclusive 1 skip 5 error' uml "$one")" ]

	# seeds whose document has their verdict, and what all of them come to
	local case
	for case in "0,2,6,4 2" "0,6,4 6" "0,4 0" "4 4"; do
		rm -rf "$dir"
		fake "$dir" <<<'((seed)) || says pass; exit $seed'
		campaign --engine=parallel --seed="${case% *}" "$one"
		[ "$status" -eq "${case#* }" ]
	done

	# what fails in the campaign is none of it
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 2\n' >"$BATS_TEST_TMPDIR/bin/jq"
	chmod +x "$BATS_TEST_TMPDIR/bin/jq"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH campaign --engine=parallel --seed=4 "$one"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"scripts/campaign: line "*" failed: "* ]]
}

@test "the same command resumes: only what has no result runs" {
	fake "$dir" <<-'SH'
		mkdir "$here/$seed" 2>/dev/null && ((seed > 2)) && exit $seed
		says pass
	SH
	campaign --engine=parallel --seed=1,2,5,6,120 "$one"
	[ "$status" -eq 5 ]
	[ "$(seeds)" = "1 2 5 6 120" ]
	campaign --engine=parallel --seed=1,2,5,6,120 "$one"
	echo "$output" "$stderr"
	[ "$status" -eq 2 ]
	[ "$(seeds)" = "1 2 5 5 6 120" ]
	[ "$(what '[.tasks[] | .verdict]')" = '["pass","pass","pass","inconclusive","fail"]' ]
	# one that was lost
	rm "$dir/task/2/end"
	campaign --engine=parallel --seed=1,2,5,6,120 "$one"
	[ "$status" -eq 2 ]
	[ "$(seeds)" = "1 2 2 5 5 6 120" ]
	# another campaign
	local before
	before=$(find "$dir" -type f -exec stat -c '%n %s %Y %Z' {} + | sort)
	campaign --engine=parallel --seed=1,2,5,6,120 "$one" --runtime=20ms
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"$dir holds another campaign: its manifest.tsv differs"* ]]
	[ "$before" = "$(find "$dir" -type f -exec stat -c '%n %s %Y %Z' {} + | sort)" ]
	# one at a time
	run -1 flock "$dir/lock" scripts/campaign --kernel=uml -o "$dir" --engine=parallel \
		--seed=1,2,5,6,120 "$one"
	[[ "$output" == *"another one runs the campaign in $dir"* ]]
}

# ended ENGINE: by SIGTERM, it ends what it began, and that is no result
ended() {
	fake "$dir" <<<'echo $$ >"$here/pid.$seed"; mv "$here/pid.$seed" "$here/pid"; exec sleep 600'
	start --engine="$1" --seed=1-2
	soon test -e "$dir/bundle/uml/pid"
	kill "$started"
	end
	[ "$status" -eq 143 ]
	soon is_gone "$(<"$dir/bundle/uml/pid")"
	[ ! -e "$dir/task/1/end" ]
	fake "$dir" <<<'says pass'
	campaign --engine="$1" --seed=1-2 "$one"
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "verdict: pass (2 pass)" ]
}

@test "slurm: a campaign that is ended takes its tasks along, and resumes" {
	needs_slurm
	ended slurm
}

@test "parallel: a campaign that is ended takes its tasks along, and resumes" {
	ended parallel
}

@test "a kernel that cannot be had is skipped, one that does not build is an error" {
	local none=.none-$$ bin=$BATS_TEST_TMPDIR/bin make
	make=$(command -v make)
	printf 'image=linux-image-none headers=none source=none series=1\n' >"qemu/kernels/$none"
	fake "$dir" <<<'says pass'
	run --separate-stderr scripts/campaign --kernel="uml,$none" --engine=parallel -o "$dir" \
		--seed=1-2 "$one"
	rm "qemu/kernels/$none"
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "${lines[2]}" = "$(printf '%-10s %-24s 2 skip' "$none" "$one")" ]
	[[ "${lines[3]}" == "skip: $none: qemu/kernel: apt does not know linux-image-none"* ]]
	[ "${lines[4]}" = "verdict: pass (2 pass, 2 skip)" ]

	dir+=2 document=$dir/campaign.json
	mkdir "$bin"
	printf '#!/bin/sh\ncase "$*" in *KERNEL=*) echo no rule; exit 2 ;; esac\nexec %s "$@"\n' \
		"$make" >"$bin/make"
	chmod +x "$bin/make"
	PATH=$bin:$PATH campaign --engine=parallel "$one"
	rm "$(grep -m1 -o '[^ ]*/make\.[^ ]*\.log' <<<"$stderr")"
	[ "$status" -eq 5 ]
	[[ "$(what '.tasks[0].reason')" == "scripts/build: make "*failed* ]]
}

@test "PARALLEL names more machines; one that is not there is a miss" {
	fake "$dir" <<<'says pass'
	# The environment is sshd's. A caller's may be without SHELL, which parallel runs.
	cat >"$BATS_TEST_TMPDIR/ssh" <<-'SSH'
		#!/bin/bash
		[[ $1 == there && $2 == -- ]] || exit 255
		exec env -i HOME="$HOME" PATH="$PATH" SHELL=/bin/bash bash -c "${*:3}"
	SSH
	chmod +x "$BATS_TEST_TMPDIR/ssh"
	PARALLEL="--ssh $BATS_TEST_TMPDIR/ssh --sshlogin 2/there,2/gone" \
		campaign --engine=parallel --seed=1-4 "$one"
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "verdict: pass (4 pass)" ]
	[ "$(awk '$2 == "there" || $2 == "2/there"' "$dir/joblog" | wc -l)" -eq 4 ]
}

@test "wrong usage says what is wrong, and makes nothing" {
	local words
	while IFS='|' read -r words says; do
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr scripts/campaign -o "$dir" $words
		[[ "$stderr" == *$says* ]] || { echo "$words: $stderr"; false; }
		[ ! -e "$dir" ]
	done <<-CASES
		--seed=1|which job?*jobs/quick.job
		--kernel=2.4 $one|no kernel is named '2.4'*6.1
		--kernel=../x $one|a campaign names its results after kernels of qemu
		--kernel=6.1,,uml $one|--kernel= needs a name
		--seed=two $one|--seed=two: write it as 1, 1-8
		--seed=1-2-3 $one|--seed=1-2-3: write it as
		--seed=8-1 $one|--seed=8-1: a range goes up
		--seed=1-99999 $one|at most 10000 seeds
		--seed=1-6000 $one $two|more than 10000 tasks
		--engine=lsf $one|--engine=lsf: must be auto, slurm or parallel
		--output-format=csv $one|documents of a campaign are JSON
		-x $one|unknown option -x
		$one -o|-o needs a directory
		/nonexistent.job|/nonexistent.job: No such file
		$one --bogus=1|unknown option '--bogus=1'
		$one --lock=nonsense|unknown lock 'nonsense'
		$one --resume=x.json|the same command once more goes on with a campaign
		jobs/pool.job jobs/web.job --section=outage|--section=outage: there is no such section
	CASES
	CONTEND_ACCEL=xen run -1 scripts/campaign "$one"
	[[ "$output" == *"--accel=xen: it, or CONTEND_ACCEL, must be auto, kvm or tcg"* ]]
	CONTEND_CPUS=many run -1 scripts/campaign "$one"
	[[ "$output" == *"--cpus=many: must be"* ]]
	CONTEND_CPUS=65 run -1 scripts/campaign --kernel=uml "$one"
	[[ "$output" == *"--cpus=65: uml is built for 64 CPUs at most"* ]]
	SLURM_CONF=/nonexistent run -1 scripts/campaign --engine=slurm "$one"
	[[ "$output" == *"--engine=parallel"* ]]
	# another program of that name
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho parallel of moreutils\n' >"$BATS_TEST_TMPDIR/bin/parallel"
	chmod +x "$BATS_TEST_TMPDIR/bin/parallel"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 scripts/campaign --engine=parallel "$one"
	[[ "$output" == *"no GNU parallel here"*"scripts/setup campaign"* ]]
}
