#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What qemu/vm promises, of the kernel CONTEND_KERNEL.  Needs scripts/setup; runs
# for about a minute, most of it booting, so each test asks one boot as much as
# it can.

# shellcheck disable=SC2016,SC2317 # the guest expands; bats calls

bats_require_minimum_version 1.5.0

setup() {
	vm=$BATS_TEST_DIRNAME/../vm
	kernel=${CONTEND_KERNEL:-6.1}
	# Emulation is there on every machine, and one CPU boots fastest.
	accel=tcg any=("$vm" "--kernel=$kernel" --accel=tcg)
	if [[ $kernel == uml* ]]; then
		accel=uml any=("$vm" "--kernel=$kernel")
	fi
	one=("${any[@]}" --cpus=1)
	export TMPDIR=$BATS_TEST_TMPDIR
}

teardown() {
	rm -f "$BATS_TEST_DIRNAME"/.vm-test.$$
}

# A log is kept, and named, only if something failed.
logs() {
	find "$BATS_TEST_TMPDIR" -name console.log | wc -l
}

@test "output arrives byte for byte, each stream on its own" {
	local make='head -c 1M /dev/zero | openssl enc -aes-128-ctr -nosalt -K 01 -iv 02 2>/dev/null'
	"${one[@]}" -- sh -c "$make; echo complaint >&2" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	cmp "$BATS_TEST_TMPDIR/out" <(sh -c "$make")
	cmp "$BATS_TEST_TMPDIR/err" <(echo complaint)
	[ "$(logs)" -eq 0 ]
}

@test "a busy console touches neither the output nor the status" {
	run -7 --separate-stderr "${one[@]}" -- sh -c '
		for i in $(seq 200); do echo $i; echo "noise $i" >/dev/kmsg; done; exit 7'
	[ "$output" = "$(seq 200)" ]
	[ -z "$stderr" ]
}

@test "the guest is root's, sees the project and knows where it is" {
	local mark=.vm-test.$$
	cd "$BATS_TEST_DIRNAME"
	CONTEND_X=passed LEAK=leaked run -0 --separate-stderr "${any[@]}" --cpus=2 -- sh -ec "
		id -u; nproc; hostname; pwd; cat /sys/class/net/lo/flags
		echo \$CONTEND_VM \$CONTEND_ACCEL \$CONTEND_X \$LEAK
		uname -r; ls -d /lib/modules/\$(uname -r)/modules.dep
		ls -d /sys/kernel/tracing/events
		echo from the guest >$mark; touch /etc/gone /usr/gone"
	local release
	release=$(<"$("$BATS_TEST_DIRNAME/../kernel" "$kernel")/release")
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = 2 ]
	[ "${lines[2]}" = contend ]
	[ "${lines[3]}" = "$(pwd -P)" ]
	[ "${lines[4]}" = 0x9 ]
	[ "${lines[5]}" = "1 $accel passed" ]
	[ "${lines[6]}" = "$release" ]
	[ "${lines[8]}" = /sys/kernel/tracing/events ]
	# the project's files are the host's, all others are not
	[ "$(<"$mark")" = "from the guest" ]
	[ ! -e /etc/gone ]
	[ ! -e /usr/gone ]
}

@test "a shell, when there is no command" {
	run -3 "${one[@]}" <<<'echo $((6 * 7)); exit 3'
	[[ $output == *42* ]]
}

@test "120: a splat fails a command that passed" {
	run -120 "${one[@]}" -- sh -c 'echo "BUG: made up" >/dev/kmsg'
	[[ $output == *"splat: "*"BUG: made up"* ]]
	[ "$(logs)" -eq 1 ]
}

# bats test_tags=program
@test "120: a taint without a word on the console is a splat" {
	# 512 is what WARN() sets
	run -120 "${one[@]}" -- sh -c 'echo 512 >/proc/sys/kernel/tainted'
	[[ $output == *"newly tainted (W)"* ]]
}

# bats test_tags=program
@test "neither our own modules' taint, nor a word like DEBUG, nor silence is a failure" {
	# Longer than a host may keep the guest from its CPU.
	CONTEND_VM_HANG_S=5 run -0 "${one[@]}" -- sh -c '
		echo $((1 << 12 | 1 << 13 | 1 << 18)) >/proc/sys/kernel/tainted
		echo "DEBUG: fine" >/dev/kmsg
		sleep 7'
}

@test "121: a panic, with its stack" {
	run -121 "${one[@]}" -- sh -c 'echo c >/proc/sysrq-trigger'
	[[ $output == *"panic: sysrq triggered crash"* ]]
	# User-Mode Linux prints none when it panics
	[[ $accel == uml || $output == *"Call Trace:"* ]]
}

# Nothing but the spinning task gets the CPU any more: no throttling of real-time
# tasks, and since 6.12 no time for others either.
seize='echo -1 >/proc/sys/kernel/sched_rt_runtime_us
	mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	for f in /sys/kernel/debug/sched/*_server/cpu*/runtime; do
		[ ! -e $f ] || echo 0 >$f
	done
	exec chrt -f 99 sh -c "while :; do :; done"'

@test "122: a hang, with the stack that it hangs in" {
	CONTEND_VM_HANG_S=2 run -122 "${one[@]}" -- sh -c "$seize"
	[[ $output == *"hang: no sign of life"* ]]
	grep -qi 'comm: sh' "$BATS_TEST_TMPDIR"/contend-vm.*/console.log
}

@test "123: a guest that powers off has not passed" {
	run -123 "${one[@]}" -- sh -c 'echo o >/proc/sysrq-trigger; sleep 60'
	[[ $output == *"powered off"* ]]
}

# bats test_tags=program
@test "124: the time limit" {
	run -124 "${one[@]}" --timeout=1 -- sleep 60
	[[ $output == *"within 1 s"* ]]
}

@test "125: no QEMU" {
	[[ $accel == tcg ]] || skip "$kernel needs none"
	local tool
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in bash cat dirname mkdir mktemp readlink rm sha256sum; do
		ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin"
	done
	PATH=$BATS_TEST_TMPDIR/bin run -125 "$vm" -- true
	[[ $output == *qemu-system-x86_64*scripts/setup* ]]
}

@test "125: an unknown kernel; the message names those that exist" {
	run -125 "$vm" --kernel=2.4 -- true
	[[ $output == *2.4*6.1* ]]
}

@test "125: a guest that does not boot, after one retry" {
	run -125 "${one[@]}" --append=rdinit=/nothing -- true
	[[ $output == *"trying once more"*"infrastructure: "* ]]
}

@test "NUMA nodes have as many CPUs and as much memory each" {
	# Those that are built here, for what contend needs.
	if [[ $kernel != 6.* ]]; then
		run -125 "${any[@]}" --nodes=2 -- true
		[[ $output == *"--nodes=2: $kernel is built without CONFIG_ACPI_NUMA"* ]]
		return
	fi
	run -0 --separate-stderr "${any[@]}" --cpus=4 --nodes=2 -- sh -c '
		cd /sys/devices/system/node; cat node*/cpulist
		awk "/MemTotal/ { print (\$4 > 400000 && \$4 < 550000) }" node*/meminfo'
	[ "$output" = $'0-1\n2-3\n1\n1' ]
	[ -z "$stderr" ]
}

@test "a guest has as many CPUs as its kernel was built for, and more is told" {
	local most what
	most=$(sed -n 's/^CONFIG_NR_CPUS=//p' "$("$BATS_TEST_DIRNAME/../kernel" "$kernel")/config")
	if ((most < 255)); then
		for what in "--check" "-- true"; do
			# shellcheck disable=SC2086 # words
			run -125 "${any[@]}" --cpus=$((most + 1)) $what
			[[ $output == *"--cpus=$((most + 1)): $kernel is built for $most CPUs at most" ]]
		done
	fi
	[[ $accel == uml ]] || skip "to emulate so many takes minutes"
	[ "$most" = 64 ]
	run -0 --separate-stderr "${any[@]}" --cpus=64 -- sh -c '
		nproc; cat /proc/sys/kernel/watchdog_thresh /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout'
	[ "${lines[0]}" = 64 ]
	# this machine has fewer: the guest's kernel is patient with a CPU that it gets late
	[[ $(nproc) -ge 64 || ( ${lines[1]} -gt 10 && ${lines[2]} -gt 21 ) ]]
	[ -z "$stderr" ]
}

@test "125: wrong usage says what is wrong" {
	local arg
	for arg in --cpus=0 --cpus=two --nodes=0 --nodes=3 --memory=1 --memory=9M --timeout=-1 --accel=xen \
		--bogus --seed=1 stray; do
		run -125 "$vm" "$arg" -- true
		[[ $output == *"$arg"* ]]
	done
	run -125 "$vm" --cpus
	[[ $output == *"--cpus needs an argument"* ]]
}

# bats test_tags=program
@test "5: what the command prints cannot be written; that nobody reads is no fault" {
	run -5 --separate-stderr sh -c '"$@" >/dev/full' - "${one[@]}" -- echo lost
	[[ $stderr == *"cannot write to stdout: No space left on device"* ]]
	run -5 --separate-stderr sh -c '"$@" >&-' - "${one[@]}" -- echo lost
	[[ $stderr == *"stdout is closed"* ]]
	run -0 bash -c '"$@" | true; exit "${PIPESTATUS[0]}"' - "${one[@]}" -- sh -c 'sleep 1; echo unread'
}

@test "all words of a command arrive" {
	run -0 "${one[@]}" -- sh -c 'echo $#' - $(seq 20000)
	[ "$output" = 20000 ]
}

@test "what is named as output arrives, whole, while the command goes on" {
	local dir=$BATS_TEST_TMPDIR/"a, b"
	mkdir "$dir"
	cd "$dir"
	echo old >"the file"
	"${one[@]}" --output="the file" -- sh -c 'echo new >"the file"; sleep 600' 3>&- &
	for _ in {1..1800}; do
		[[ $(<"the file") != new ]] || break
		sleep 0.1
	done
	[ "$(<"the file")" = new ]
	kill -TERM $!
	wait $! || true
	# nothing is left beside it
	[ "$(ls -A)" = "the file" ]
}

@test "an output that cannot be is told before anything boots" {
	local file
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	for file in /dev/full "$BATS_TEST_TMPDIR/fifo" "$BATS_TEST_TMPDIR" /nowhere/file /dev/shm/file /run/file; do
		run -125 "$vm" --check --output="$file"
		[[ $output == *"--output=$file: "* ]]
	done
	cd /dev/shm
	run -125 "$vm" --check
	[[ $output == *"the guest does not see /dev/shm"* ]]
}

# bats test_tags=program
@test "an output is whose the file was, and as open; it goes into a mount point too" {
	local file=$BATS_TEST_TMPDIR/out
	echo old >"$file"
	chmod 600 "$file"
	run -0 "${one[@]}" --output="$file" -- sh -c 'echo new >"$1"' sh "$file"
	[ "$(<"$file")" = new ]
	[ "$(stat -c %a "$file")" = 600 ]
	(umask 077 && "${one[@]}" --output="$file.new" -- sh -c 'echo new >"$1"' sh "$file.new")
	[ "$(stat -c %a "$file.new")" = 600 ]
	unshare -m true || skip "no mount namespace here"
	echo old >"$file.below"
	run -0 unshare -m sh -c 'mount --bind "$1.below" "$1"; file=$1; shift
		"$@" --output="$file" -- sh -c "echo mounted >\"\$1\"" sh "$file"' sh "$file" "${one[@]}"
	[ "$(<"$file.below")" = mounted ]
	# A file that has become a directory: what it should hold is on stdout.
	run -5 --separate-stderr sh -c 'file=$1; shift; rm "$file"
		"$@" --log="$file.log" --output="$file" -- sh -c "sleep 3; echo lost >\"\$1\"" sh "$file" &
		until grep -q "command begins" "$file.log"; do sleep 0.1; done 2>/dev/null
		mkdir "$file"; wait $!' sh "$file" "${one[@]}"
	[ "$output" = lost ]
	[[ "$stderr" == *"cannot write $file: what it should hold is on stdout"* ]]
}

@test "a guest knows its host" {
	run -0 --separate-stderr "${one[@]}" -- sh -c '
		echo "$CONTEND_HOST_CPUS $CONTEND_HOST_KERNEL $CONTEND_HOST_LOAD"; echo "$CONTEND_HOST_CPU"
		echo "tty <$CONTEND_TTY>"
		i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; sleep 1; cat "$CONTEND_HOST_STAT"'
	[[ "${lines[0]}" =~ ^$(nproc)\ $(uname -sr)\ [0-9.]+$ ]]
	[ "${lines[1]}" = "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n1)" ]
	[ "${lines[2]}" = "tty <>" ]
	[[ "${lines[3]}" =~ ^steal_ns=[0-9]+$ ]]
	# it has worked for more than a tick of this machine's clock
	[[ "${lines[4]}" =~ ^run_ns=([0-9]+)$ ]]
	((BASH_REMATCH[1] > 10000000))
}

# bats test_tags=program
@test "120: a splat ends the command when it is printed, and tells the case" {
	run -120 --separate-stderr "${one[@]}" -- sh -c '
		echo "<6>contend: case one lock=x" >/dev/kmsg; echo before
		trap "echo interrupted; exit 130" INT
		echo "BUG: made up" >/dev/kmsg; sleep 100 & wait; echo after'
	[ "$output" = $'before\ninterrupted' ]
	[[ $stderr == *"splat: "*"BUG: made up in the case one lock=x"* ]]
	# one that does not end is ended, and what it left is printed
	run -120 --separate-stderr "${one[@]}" -- sh -c '
		trap "" INT; [ ! -d /run/contend ] || echo left >/run/contend/partial
		echo "BUG: made up" >/dev/kmsg; sleep 100'
	[ "$output" = left ]
	run -120 "${one[@]}" --keep-going -- sh -c 'echo "BUG: made up" >/dev/kmsg; sleep 3; echo after'
	[[ $output == *after* ]]
}

# hands_over_to_nobody LOCK ENGINE: a run, whose end names the case.
hands_over_to_nobody() {
	cd "$BATS_TEST_DIRNAME/../.."
	run "$vm" --kernel="$kernel" --timeout=300 --log="$BATS_TEST_TMPDIR/log" -- \
		scripts/guest "build/$kernel-mutant/contend.ko" build/user/contend run --lock="$1" --engine="$2"
	[[ $output == *" in the case command-line lock=$1 structure=counter engine=$2 workers=2"* ]]
}

@test "120: a lock that hands over to nobody: which one, its waiters, and where they are" {
	local told='BUG: lock=%s structure=counter: 2 of 2 workers are at work, and for 12 s none has ended'
	hands_over_to_nobody busted_ticket kernel
	if [[ $status == 122 && $kernel == *-rt ]]; then
		# A thread prints what interrupts say there, and those that spin leave it no CPU.
		echo "# $kernel: the launcher tells, not the module" >&3
	else
		[ "$status" -eq 120 ]
		# shellcheck disable=SC2059 # the format is ours
		grep -qF "$(printf "$told" busted_ticket)" "$BATS_TEST_TMPDIR/log"
		grep -qE 'contend: worker [01] \(pid [0-9]+\) runs on CPU [01]' "$BATS_TEST_TMPDIR/log"
	fi
	grep -qE 'contend_(read|write)_busted_ticket' "$BATS_TEST_TMPDIR/log"
	hands_over_to_nobody busted_wakeup kernel
	[ "$status" -eq 120 ]
	# shellcheck disable=SC2059
	grep -qF "$(printf "$told" busted_wakeup)" "$BATS_TEST_TMPDIR/log"
	grep -qE 'contend: worker [01] \(pid [0-9]+\) sleeps' "$BATS_TEST_TMPDIR/log"
	grep -qE 'contend_(read|write)_busted_wakeup' "$BATS_TEST_TMPDIR/log"
}

# bats test_tags=program
@test "120, 122: where a client spins for it, the kernel says so, or nobody answers" {
	hands_over_to_nobody busted_ticket ioctl
	[[ $status =~ ^12[02]$ ]]
}

@test "120: where a client sleeps for it, the kernel says so" {
	hands_over_to_nobody busted_wakeup ioctl
	[ "$status" -eq 120 ]
	grep -q 'INFO: task contend:[0-9]* blocked for more than [67][0-9] seconds' "$BATS_TEST_TMPDIR/log"
	grep -qE 'contend_(read|write)_busted_wakeup' "$BATS_TEST_TMPDIR/log"
}

@test "120: a client that keeps a CPU for itself: the kernel names it, and where it is" {
	[[ $kernel == uml* ]] || skip "the emulated CPU is as slow as one that is kept"
	cd "$BATS_TEST_DIRNAME/../.."
	# What else would be told first has to keep silent.
	run -120 "${any[@]}" --timeout=120 --log="$BATS_TEST_TMPDIR/log" \
		--append=rcupdate.rcu_cpu_stall_suppress=1 -- scripts/guest \
		"build/$kernel-mutant/contend.ko" build/user/contend run --lock=busted_ticket --engine=ioctl
	[[ $output == *"splat: watchdog: BUG: soft lockup - CPU#"[01]" stuck for "*"[contend:"* ]]
	grep -qE 'RIP: .*contend_(read|write)_busted_ticket' "$BATS_TEST_TMPDIR/log"
}

# qemus: how many run for this test
qemus() {
	pgrep -c -f "(qemu-system|/vmlinux ).*$BATS_TEST_TMPDIR" || true
}

# started COMMAND...: in the background, until the guest runs
started() {
	"$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	for _ in {1..1800}; do
		! grep -q up "$BATS_TEST_TMPDIR/out" || return 0
		sleep 0.1
	done
	return 1
}

@test "Ctrl-C leaves no QEMU behind" {
	# a shell's background job ignores SIGINT, so start it as a terminal does
	started setsid env --default-signal=INT "${one[@]}" -- sh -c 'echo up; sleep 60'
	[ "$(qemus)" -ne 0 ]
	kill -INT -- "-$pid"
	local status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	[ "$(qemus)" -eq 0 ]
	[ "$(logs)" -eq 0 ]
}

# bats test_tags=program
@test "Ctrl-C is for the command, and a second one for the guest" {
	started setsid env --default-signal=INT "${one[@]}" -- \
		sh -c 'trap "echo told; trap : INT" INT; echo up; while :; do sleep 1; done'
	kill -INT -- "-$pid"
	for _ in {1..1800}; do
		! grep -q told "$BATS_TEST_TMPDIR/out" || break
		sleep 0.1
	done
	grep -q told "$BATS_TEST_TMPDIR/out"
	[ "$(qemus)" -ne 0 ]
	sleep 0.5
	kill -INT -- "-$pid"
	local status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	[ "$(qemus)" -eq 0 ]
}

@test "a launcher killed without warning takes QEMU with it" {
	started "${one[@]}" -- sh -c 'echo up; sleep 60'
	[ "$(qemus)" -ne 0 ]
	kill -KILL "$pid"
	for _ in {1..600}; do
		[ "$(qemus)" -ne 0 ] || return 0
		sleep 0.1
	done
	return 1
}

@test "two at once do not meet; a signal n gives 128+n; --log keeps the console" {
	local log="$BATS_TEST_TMPDIR/my log" status=0
	"${one[@]}" -- sh -c 'echo first; kill -USR1 $$' >"$BATS_TEST_TMPDIR/1" 3>&- &
	run -2 "${one[@]}" --log="$log" --append=loglevel=7 -- sh -c 'echo second; exit 2'
	wait $! || status=$?
	[ "$status" -eq 138 ]
	[ "$output" = second ]
	[ "$(<"$BATS_TEST_TMPDIR/1")" = first ]
	grep -q 'Linux version' "$log"
	grep -q '^contend: kernel=.* boot_s=' "$log"
}

@test "a bundle has the files that were named, busybox, and nothing of the machine" {
	local dir=$BATS_TEST_TMPDIR/bundle one=(--cpus=1)
	[[ $accel == uml ]] || one+=(--accel=tcg)
	cd "$BATS_TEST_DIRNAME"
	"$BATS_TEST_DIRNAME/../bundle" --kernel="$kernel" "$dir" -- bash vm.bats
	cd /
	run -7 --separate-stderr "$dir/vm" "${one[@]}" -- bash -c '
		pwd; head -n1 vm.bats; [ ! -e awake.bats ] && [ ! -e /etc/passwd ] && exit 7'
	[ "${lines[0]}" = "$(cd "$BATS_TEST_DIRNAME" && pwd -P)" ]
	[ "${lines[1]}" = "#!/usr/bin/env bats" ]
	run -125 "$dir/vm" --kernel=6.1 -- true
	[[ $output == *"this is a bundle"* ]]
	run -125 "$BATS_TEST_DIRNAME/../bundle" "$dir" -- true
	[[ $output == *"is already there"* ]]
}

# nothing_but DIR [OPTION] -- WORD...: run a program of the bundle DIR as nobody, in a root that
# has nothing but that. OPTION is of the /dev/shm there.
nothing_but() {
	local root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root"/{bundle,proc,dev/shm,tmp}
	touch "$root/dev/null"
	# shellcheck disable=SC2016 # the other shell expands
	unshare -mpf --kill-child sh -ec '
		root=$1 dir=$2 option=$3
		shift 4
		mount -t proc proc "$root/proc"
		mount --bind /dev/null "$root/dev/null"
		mount --bind "$dir" "$root/bundle"
		mount -t tmpfs -o "mode=1777$option" shm "$root/dev/shm"
		mount -t tmpfs -o mode=1777 tmp "$root/tmp"
		exec chroot --userspec=65534:65534 "$root" /bundle/bin/env -i HOME=/nowhere PATH=/nowhere "$@"
	' sh "$root" "$@"
}

@test "a bundle of User-Mode Linux takes nothing from its machine: no program, no root, no home" {
	[[ $accel == uml ]] || skip "QEMU is the machine's"
	{ [[ $EUID -eq 0 ]] && unshare -m true; } || skip "it takes root to make an empty root"
	local dir=$BATS_TEST_TMPDIR/bundle option
	(cd "$BATS_TEST_DIRNAME/../.." && qemu/bundle --kernel="$kernel" "$dir" -- scripts/guest \
		"build/$kernel/contend.ko" build/user/contend run jobs/try.job --output-format=json)
	run --separate-stderr nothing_but "$dir" "" -- /bundle/bin/sh /bundle/run
	[[ $status == [06] && ! $stderr ]]
	jq -e '.schema == "contend.result/1" and (.results | length == 8) and
		.environment.accel == "uml"' <<<"$output"
	# It knows what the machine takes from its CPUs.
	run -0 --separate-stderr nothing_but "$dir" "" -- /bundle/bin/sh /bundle/vm -- \
		sh -c 'sleep 1; cat "$CONTEND_HOST_STAT"'
	[[ "${lines[0]}" =~ ^steal_ns=[0-9]+$ && "${lines[1]}" =~ ^run_ns=[1-9] ]]
	# All CPUs that it may have of the machine.
	run -0 --separate-stderr nothing_but "$dir" "" -- /bundle/bin/taskset 1 /bundle/bin/sh /bundle/vm -- nproc
	[ "$output" = 1 ]
	# Where the usual place for memory has no room, or is not for what is executed.
	for option in ,size=64m ,noexec; do
		run -0 --separate-stderr nothing_but "$dir" "$option" -- /bundle/bin/sh /bundle/vm -- \
			sh -c 'dd if=/dev/zero bs=1M count=200 of=/full 2>/dev/null; stat -c %s /full'
		[ "$output" = 209715200 ]
	done
	# It is started through a link, and a wrong word is told.
	ln -s "$dir/vm" "$BATS_TEST_TMPDIR/link"
	run -125 "$BATS_TEST_TMPDIR/link" --cpus=65 -- true
	[[ $output == *"--cpus=65: this kernel is built for 64 CPUs at most" ]]
}

# What a guest did, in so far as it shows: all that the kernel said, to the
# microsecond, and how often it switched.
account='i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); done
	echo done >/dev/kmsg; dmesg; grep -E "ctxt|intr" /proc/stat'

@test "deterministic: a seed is a run, and another one another" {
	[[ $accel == tcg ]] || skip "$kernel runs by the host's clock"
	local again other
	run -0 --separate-stderr "$vm" --kernel="$kernel" --deterministic --cpus=1 -- sh -c "$account"
	[[ $output == *"Linux version"*done* ]]
	again=$("$vm" --kernel="$kernel" --deterministic --seed=1 --cpus=1 -- sh -c "$account")
	[ "$again" = "$output" ]
	other=$("$vm" --kernel="$kernel" --deterministic --seed=2 --cpus=1 -- sh -c "$account")
	[ "$other" != "$output" ]
}

# The broken lock, in a deterministic guest with the seed $1.
hunt() {
	"$vm" --kernel="$kernel" --deterministic --seed="$1" --cpus=2 -- \
		scripts/guest "build/$kernel-mutant/contend.ko" sh -c '
		echo "lock=busted_spinlock workers=2 runtime=500ms" >/proc/contend/run
		cat /proc/contend/run; dmesg'
}

@test "deterministic: what two CPUs do wrong, they do wrong again" {
	[[ $accel == tcg ]] || skip "$kernel runs by the host's clock"
	[[ $kernel != 6.1 && $kernel != 6.1-* ]] || skip "$kernel starts no second CPU by counted time"
	local seed again
	cd "$BATS_TEST_DIRNAME/../.."
	for seed in {1..8}; do
		run -0 --separate-stderr hunt "$seed"
		[[ $output != *"check exclusion: fail"* ]] || break
	done
	[[ $output == *"check exclusion: fail: worker "*" op "*": saw "* ]]
	again=$(hunt "$seed")
	[ "$again" = "$output" ]
}

@test "deterministic: what cannot be, is told" {
	run -125 "$vm" --kernel="$kernel" --deterministic --accel=kvm -- true
	[[ $output == *"takes TCG"* ]]
	run -125 "$vm" --kernel="$kernel" --deterministic
	[[ $output == *"takes a command"* ]]
	if [[ $kernel == uml* ]]; then
		run -125 "$vm" --kernel="$kernel" --deterministic -- true
		[[ $output == *"by the host's clock"* ]]
	elif [[ $kernel == 6.1 || $kernel == 6.1-* ]]; then
		run -125 "$vm" --kernel="$kernel" --deterministic --cpus=2 -- true
		[[ $output == *"starts no second CPU"*"--cpus=1"* ]]
	fi
}

@test "a snapshot is taken once, and each guest of it has today's files, time and chance" {
	local mark=.vm-test.$$
	local look="cat $mark; date +%s; od -An -tx8 -N8 /dev/urandom"
	local restored=("${any[@]}" --snapshot --cpus=2) first file
	cd "$BATS_TEST_DIRNAME"
	if [[ $accel == uml ]]; then
		run -125 "${restored[@]}" -- true
		[[ $output == *"boots as fast"* ]]
		return
	fi
	# a cache of its own, but for the kernel
	mkdir -p "$BATS_TEST_TMPDIR/cache/contend"
	ln -s "$(dirname "$("$BATS_TEST_DIRNAME/../kernel" "$kernel")")" "$BATS_TEST_TMPDIR/cache/contend/kernels"
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache

	echo one >"$mark"
	run -0 --separate-stderr "${restored[@]}" -- sh -c "$look"
	[[ $stderr == *"booting once for the snapshot"* ]]
	[ "${lines[0]}" = one ]
	first=${lines[2]}

	echo two >"$mark"
	run -7 --separate-stderr "${restored[@]}" -- sh -c "$look; exit 7"
	[ -z "$stderr" ]
	[ "${lines[0]}" = two ]
	((lines[1] <= EPOCHSECONDS && lines[1] > EPOCHSECONDS - 60))
	[ "${lines[2]}" != "$first" ]

	# what it cannot restore it takes anew
	file=$(echo "$XDG_CACHE_HOME"/contend/vm/snapshot-*)
	truncate -s 1M "$file"
	run -0 "${restored[@]}" -- true
	[[ $output == *"trying once more"* ]]
	run -0 "${restored[@]}" -- true
	[ -z "$output" ]
}

@test "a snapshot measures nothing" {
	[[ $accel == tcg ]] || skip "$kernel has none"
	cd "$BATS_TEST_DIRNAME/../.."
	run -4 --separate-stderr "${any[@]}" --snapshot -- scripts/guest "build/$kernel/contend.ko" \
		build/user/contend run jobs/try.job
	[ -z "$output" ]
	[[ $stderr == *"restored from a snapshot, where nothing is measured"* ]]
	run -0 "${any[@]}" --snapshot -- scripts/guest "build/$kernel/contend.ko" sh -c '
		echo "lock=spinlock runtime=10ms" >/proc/contend/run'
}
