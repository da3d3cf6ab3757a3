#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The scripts, each as a user calls it.

bats_require_minimum_version 1.5.0

setup() {
	load long_enough
	cd "$BATS_TEST_DIRNAME/.."
	kernel=${CONTEND_KERNEL:-6.1}
	# No test depends on how busy the host is.
	export CONTEND_HOST_STAT=/dev/null
}

# For what is the same whatever boots: CONTEND_ANY_KERNEL names one that does so fast.
any_kernel() {
	export CONTEND_KERNEL=${CONTEND_ANY_KERNEL:-$kernel}
}

@test "check-calls finds no indirect call in what is measured" {
	run scripts/check-calls "build/$kernel/contend.ko"
	[ "$status" -eq 0 ]
	# Three for each lock, and what they call.
	[[ "$output" =~ ^ok:\ ([0-9]+)\ measured\ functions\ and\ ([0-9]+)\ that\ they\ call ]]
	[ "${BASH_REMATCH[1]}" -ge $((3 * $(grep -c '^	[XK](' kmod/locks/catalog.h) / 2)) ]
	[ "${BASH_REMATCH[2]}" -gt 0 ]
}

# checked DIR: check-calls on the spinlocks of the sources there, with what they call.
checked() {
	make -C "$(qemu/kernel "$kernel")/build" M="$1" CONTEND_VERSION=test \
		kmod/locks/spinlock.o kmod/locks/section.o kmod/device.o >/dev/null
	ld -r -o "$1/all.o" "$1"/kmod/locks/{spinlock,section}.o "$1/kmod/device.o"
	run scripts/check-calls "$1/all.o"
}

@test "check-calls finds one where the compiler cannot see through the ops" {
	local dir=$BATS_TEST_TMPDIR/opaque
	mkdir -p "$dir"
	cp -rL Kbuild kmod "$dir/"
	sed -i 's/^static const struct lock_ops spinlock_ops/struct lock_ops spinlock_ops/' \
		"$dir/kmod/locks/spinlock.c"
	checked "$dir"
	[ "$status" -eq 1 ]
	[[ "$output" == *"FAIL contend_read_spinlock:"* ]]
	# The raw one in the same file is as it was.
	[[ "$output" != *contend_read_raw_spinlock* ]]
}

@test "check-calls finds one in what a measured function calls" {
	local dir=$BATS_TEST_TMPDIR/deep
	mkdir -p "$dir"
	cp -rL Kbuild kmod "$dir/"
	checked "$dir"
	[ "$status" -eq 0 ]
	sed -i 's/^	u64 from = contend_clock();/	u64 from = ((u64 (*)(void))section->stop)();/' \
		"$dir/kmod/locks/section.c"
	checked "$dir"
	[ "$status" -eq 1 ]
	[[ "$output" == *"FAIL section_stay <- contend_"* ]]
}

@test "check-calls does not pass on an object without sections" {
	run scripts/check-calls "build/$kernel/kmod/main.o"
	[ "$status" -eq 1 ]
	[[ "$output" == *"no contend_read_"* ]]
}

@test "setup does nothing the second time" {
	run scripts/setup
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

# fresh DIR: in a name space of its own, "setup peers" on a machine that has no policy-rc.d, and a
# package that dpkg learns of when apt-get installs it; $said is what was done, in order.
fresh() {
	local dir=$1 name
	mkdir -p "$dir"/{bin,sbin,real}
	: >"$dir/said"
	cat >"$dir/bin/apt-get" <<-APT
		#!/bin/bash
		[[ "\$*" == *install* ]] || exit 0
		echo "start: \$(/usr/sbin/policy-rc.d memcached start || echo \$?)" >>"$dir/said"
		touch "$dir/installed"
		[[ ! -e $dir/ends ]] || kill "\$PPID"
		[[ ! -e $dir/fails ]]
	APT
	cat >"$dir/bin/dpkg-query" <<-QUERY
		#!/bin/bash
		echo "installed one-before"
		[[ ! -e $dir/installed ]] || printf 'installed %s\\n' gcc memcached
	QUERY
	cat >"$dir/bin/dpkg" <<-DPKG
		#!/bin/bash
		[[ "\$*" == "-L gcc memcached" ]] || exit 1
		printf '%s\\n' /etc/init.d/memcached /lib/systemd/system/memcached.service \
			/lib/systemd/system/memcached@.service /usr/lib/systemd/system/memcached.socket
	DPKG
	printf '#!/bin/sh\necho "systemctl $*" >>%s/said\n' "$dir" >"$dir/bin/systemctl"
	chmod +x "$dir"/bin/*
	for name in /usr/sbin/*; do
		[[ ${name##*/} == policy-rc.d ]] || ln -s "$dir/real/${name##*/}" "$dir/sbin/"
	done
	unshare -rm true || skip "no name space of its own can be had here"
	# shellcheck disable=SC2016 # for the shell in there
	PATH=$dir/bin:$PATH run unshare -rm bash -c '
		mount --bind /usr/sbin "$0/real" && mount --bind "$0/sbin" /usr/sbin && scripts/setup peers' "$dir"
	said=$(<"$dir/said")
}

@test "setup peers neither starts nor enables a service, and leaves no policy behind" {
	local dir=$BATS_TEST_TMPDIR/fresh disabled how
	disabled=$'start: 101\nsystemctl --quiet disable memcached.service memcached.socket'
	fresh "$dir"
	[ "$status" -eq 0 ]
	[ "$said" = "$disabled" ]
	[ ! -e "$dir/sbin/policy-rc.d" ]
	[[ "$output" == *"none of their services is started or enabled"* ]]
	# The same whatever becomes of it.
	for how in fails ends; do
		mkdir "$dir-$how"
		touch "$dir-$how/$how"
		fresh "$dir-$how"
		[ "$status" -ne 0 ]
		[[ "$said" == *"${disabled#*$'\n'}" ]]
		[ ! -e "$dir-$how/sbin/policy-rc.d" ]
	done
}

# tree DIR: a copy of what a build takes.
tree() {
	mkdir -p "$1"
	cp -a Kbuild Makefile kmod qemu scripts userspace "$1/"
}

# built DIR NAME [VARIABLE=value]: the tree DIR has what was built of build/NAME here, but for
# the program and an object of each rule: a build makes these, and takes seconds.
built() {
	scripts/build "${@:3}" user
	mkdir -p "$1/build"
	cp -a "build/$2" "$1/build/"
	rm "$1/build/$2"/{contend,libcontend.a,obj/commit.h} \
		"$1/build/$2"/obj/{kmod/main,shim/absent,contend/main,report/page}.o
}

@test "a path that make would take apart is refused before anything is touched" {
	local char dir
	for char in ' ' '$' "'" '"' '\' ',' '#' '%' ':' ';' '*' '~' '(' '&' $'\n'; do
		dir=$BATS_TEST_TMPDIR/my${char}project
		mkdir -p "$BATS_TEST_TMPDIR/my" "$dir/build"
		cp -r Makefile Kbuild qemu "$dir/"
		for target in clean lint module user; do
			run make -s -C "$dir" "$target"
			[ "$status" -eq 2 ]
			[[ "$output" == *"in its name, which make and the kernel's build take apart"* ]]
		done
		[ -d "$BATS_TEST_TMPDIR/my" ]
		[ -d "$dir/build" ]
		rm -r "$dir"
	done
	cd "$BATS_TEST_TMPDIR"
	run make -f "$BATS_TEST_DIRNAME/../Makefile" clean
	[ "$status" -eq 2 ]
	[[ "$output" == *"make runs in the directory of this Makefile"* ]]
}

@test "what a developer has exported for another project diverts no build" {
	local dir=$BATS_TEST_TMPDIR/tree
	tree "$dir"
	built "$dir" user
	cd "$dir"
	run env OUT="$BATS_TEST_TMPDIR/out" SAN=1 MAKEFLAGS=n MAKEFILES=/dev/null/x CC=false CFLAGS=-nonsense \
		LLVM=1 CROSS_COMPILE=nonsense- KERNEL=nonsense BUILD=/nowhere CDPATH=. scripts/build user
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ -x build/user/contend ]
	[ ! -e "$BATS_TEST_TMPDIR/out" ]
	[ ! -e build/user-san ]
	run env LLVM=1 make -n module KERNEL="$kernel"
	[ "$status" -eq 2 ]
	[[ "$output" == *"LLVM=1: gcc built the kernel $kernel"* ]]
	run make -n module KERNEL="$kernel" CC=clang-14
	[ "$status" -eq 2 ]
	[[ "$output" == *"CC=clang-14: gcc built the kernel $kernel"* ]]
}

@test "the static program and the dynamic one are two builds, and neither disturbs the other" {
	local dir=$BATS_TEST_TMPDIR/tree was
	tree "$dir"
	built "$dir" user
	built "$BATS_TEST_TMPDIR" user-static STATIC=1
	cd "$dir"
	scripts/build user
	was=$(find build/user -type f -printf '%p %T@\n' | sort)
	# A user may have the variable for another project.
	STATIC=1 scripts/build user
	STATIC=1 make -s user
	[ ! -e build/user-static ]
	mv "$BATS_TEST_TMPDIR/build/user-static" build/
	scripts/build STATIC=1 user
	[[ "$(build/user-static/contend --version)" == "contend "*" (static)" ]]
	[ "$(find build/user -type f -printf '%p %T@\n' | sort)" = "$was" ]
	[[ "$(build/user/contend --version)" != *static* ]]
	was=$(find build -path '*/user*' -type f -printf '%p %T@\n' | sort)
	scripts/build user
	scripts/build STATIC=1 user
	[ "$(find build -path '*/user*' -type f -printf '%p %T@\n' | sort)" = "$was" ]
	# What has changed is built again in each, when that is asked for.
	sed -i 's/"usage: contend COMMAND/"usage: CONTEND COMMAND/' userspace/contend/main.c
	scripts/build STATIC=1 user
	[[ "$(build/user-static/contend --help)" == "usage: CONTEND"* ]]
	[[ "$(build/user/contend --help)" == "usage: contend"* ]]
	scripts/build user
	[[ "$(build/user/contend --help)" == "usage: CONTEND"* ]]
}

@test "a switch of the programs' build is 1 or nothing" {
	local dir=$BATS_TEST_TMPDIR/tree word
	tree "$dir"
	cd "$dir"
	for word in STATIC=0 STATIC=yes SAN=0; do
		run make user "$word"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ "$output" == *"$word: ${word%=*} is 1, or is left out"* ]]
	done
	run make user STATIC=1 SAN=1
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"SAN=1 STATIC=1: a static program has no sanitizers"* ]]
	[ ! -e build ]
	run make -n user STATIC=
	[ "$status" -eq 0 ]
}

@test "one build at a time in a tree, and the second says for whom it waits" {
	local dir=$BATS_TEST_TMPDIR/tree
	tree "$dir"
	built "$dir" user
	# a build that lasts as long as this file is not there
	(
		flock 9
		echo "4711 (user)" >&9
		while [[ ! -e $BATS_TEST_TMPDIR/go ]]; do sleep 0.1; done
	) 9>>"$dir/build/.lock" 3>&- &
	while ! grep -q 4711 "$dir/build/.lock"; do sleep 0.1; done
	"$dir/scripts/build" user 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	while [[ ! -s $BATS_TEST_TMPDIR/err ]]; do sleep 0.1; done
	[ ! -e "$dir/build/user/contend" ]
	touch "$BATS_TEST_TMPDIR/go"
	wait $!
	[ "$(<"$BATS_TEST_TMPDIR/err")" = "scripts/build: waiting for the build of process 4711 (user)" ]
	[ -x "$dir/build/user/contend" ]
}

@test "a script is found through a link, with CDPATH, and with another system's line ends" {
	local script
	mkdir "$BATS_TEST_TMPDIR/bin"
	for script in run stress trace peers campaign build matrix suite litmus test setup; do
		ln -s "$PWD/scripts/$script" "$BATS_TEST_TMPDIR/bin/"
		run env CDPATH=.:scripts "$BATS_TEST_TMPDIR/bin/$script" --help
		[ "$status" -eq 0 ]
		[[ "$output" == *"scripts/$script"* ]]
		run env CDPATH=. "scripts/$script" --help
		[ "$status" -eq 0 ]
		# not where it went
		[[ "${lines[0]}" != /* ]]
		# from a directory that is not the one to which it goes
		run env -C scripts "./$script" --help
		[ "$status" -eq 0 ]
		[[ "$output" == *"scripts/$script"* ]]
		# what a script says of itself is said in one place
		[[ $script == setup ]] || [ "$output" = "$(scripts/manual "scripts/$script")" ]
	done
	[ -e .git ] || skip "no git repository, which it would take to clone one"
	git clone -q -c core.autocrlf=true . "$BATS_TEST_TMPDIR/clone"
	run "$BATS_TEST_TMPDIR/clone/scripts/run" --help
	[ "$status" -eq 0 ]
}

# nothing_installed: PATH has an apt-get and a dpkg-query that say that they were called.
nothing_installed() {
	mkdir -p "$BATS_TEST_TMPDIR/nomodule"
	printf '#!/bin/sh\necho called; touch "%s/called"; exit 1\n' "$BATS_TEST_TMPDIR" \
		>"$BATS_TEST_TMPDIR/nomodule/apt-get"
	chmod +x "$BATS_TEST_TMPDIR/nomodule/apt-get"
	cp "$BATS_TEST_TMPDIR/nomodule/apt-get" "$BATS_TEST_TMPDIR/nomodule/dpkg-query"
	PATH=$BATS_TEST_TMPDIR/nomodule:$PATH
}

@test "what is wrong with a command line is told before anything is installed" {
	local wrong script
	nothing_installed
	for wrong in --bogus=1 --lokc=rcu --outp=x workers=2 nowhere.job "-" "-o" "-x" "--lock"; do
		for script in run stress trace; do
			run "scripts/$script" $wrong
			[ "$status" -eq 1 ]
			[[ "$output" == *"${wrong%%=*}"* ]]
		done
	done
	run scripts/run -o ''
	[ "$status" -eq 1 ]
	[[ "$output" == *"--output needs the name of a file"* ]]
	run scripts/run jobs/try.job -o jobs/try.job
	[ "$status" -eq 1 ]
	[[ "$output" == *"that is what is read"* ]]
	run scripts/run compare --boots=2
	[ "$status" -eq 1 ]
	[[ "$output" == *"--boots=N comes first, and not with compare"* ]]
	run scripts/run -o /nowhere/x.json
	[ "$status" -eq 125 ]
	[[ "$output" == *"there is no directory /nowhere"* ]]
	CONTEND_KERNEL=2.4 run scripts/run
	[ "$status" -eq 125 ]
	[[ "$output" == *"no kernel is named '2.4'"* ]]
	CONTEND_CPUS=none run scripts/run
	[ "$status" -eq 125 ]
	[[ "$output" == *"--cpus=none"* ]]
	CONTEND_KERNEL=uml CONTEND_CPUS=65 run scripts/run
	[ "$status" -eq 125 ]
	[[ "$output" == *"--cpus=65: uml is built for 64 CPUs at most"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "what is wrong with this machine is told first, in one line, and is no wrong job" {
	local script
	nothing_installed
	for script in run peers setup; do
		run env -u HOME -u XDG_CACHE_HOME "scripts/$script"
		[ "$status" -eq 125 ]
		[[ "${#lines[@]}" -eq 1 && "$output" == *"HOME is not set"*XDG_CACHE_HOME* ]]
		run env -u XDG_CACHE_HOME HOME=/proc "scripts/$script"
		[ "$status" -eq 125 ]
		[[ "${#lines[@]}" -eq 1 && "$output" == *"cannot be written"*XDG_CACHE_HOME* ]]
	done
	[ ! -e "$BATS_TEST_TMPDIR/called" ]
	cd "$BATS_TEST_TMPDIR"
	XDG_CACHE_HOME=cache HOME=$BATS_TEST_TMPDIR/home run "$BATS_TEST_DIRNAME/../qemu/place" cache
	[ "$output" = "$BATS_TEST_TMPDIR/home/.cache/contend" ]
	[ ! -e cache ]
}

@test "a value that contend would refuse is told before the module is built" {
	local words
	run scripts/run --lock=nonsense
	[ "$status" -eq 1 ]
	[[ "$output" == *"unknown lock 'nonsense'"* ]]
	[[ "$output" != *qemu/vm* ]]
	# Keys are the one case, and no other job.
	run scripts/run --lock=null --structure=latch --mix=await:1
	[ "$status" -eq 1 ]
	[[ "$output" == "command line: command-line: mix: all workers may wait"* ]]
	keys_of() { bash -c '. scripts/contend.bash; words "$@"; echo "${keys:-none}"' scripts/run "$@"; }
	[ "$(keys_of --a=lock=rcu --b=lock=rwlock --by lock --repeat=5 -o x)" = none ]
	[ "$(keys_of --arrival=closed)" = 1 ]
	run keys_of --arr=closed
	[[ "$status" -eq 1 && "$output" == *"unknown option '--arr'"* ]]
	[ "$(keys_of --group=a:1 --a.hold=1us)" = 1 ]
	# A key of a group is an option too.
	run scripts/run --group=a:1 --b.hold=1us
	[ "$status" -eq 1 ]
	[ "$output" = "command line: --b.hold=1us: there is no group 'b': group= names them" ]
	run scripts/run --group=a:1 --a.nonsense=1us
	[ "$output" = "scripts/run: unknown option '--a.nonsense'; see scripts/run --help" ]
	# One of scenarios is, too, and their architectures are none.
	[ "$(keys_of --scenario=pool --connect_time=1ms)" = 1 ]
	run scripts/run --scenario=pool --barging=1
	[ "$output" = "scripts/run: unknown option '--barging'; see scripts/run --help" ]
	# A make that builds no module.
	mkdir "$BATS_TEST_TMPDIR/nomodule"
	printf '#!/bin/sh\ncase $* in *module*) echo built >&2; exit 1; esac\nexec %s "$@"\n' \
		"$(command -v make)" >"$BATS_TEST_TMPDIR/nomodule/make"
	chmod +x "$BATS_TEST_TMPDIR/nomodule/make"
	for words in --metric=nonsense --threshold=many --across=nonsense --output-format=csv \
		--a=lock=rcu "--a=lock=rcu --b=lock=rcu" "--a=lock=rcu --b=lock=nonsense" ""; do
		# shellcheck disable=SC2086
		PATH=$BATS_TEST_TMPDIR/nomodule:$PATH run scripts/run compare $words
		[ "$status" -eq 1 ]
		[[ "$output" != *built* ]]
	done
}

@test "run boots as often as it is told, a document each" {
	any_kernel
	local words
	for words in "--boots=0 --output-format=json" "--boots=x --output-format=json" --boots=2 \
		"--boots=2 compare --output-format=json" "--boots=2 --output-format=json -o x"; do
		# shellcheck disable=SC2086
		run scripts/run $words
		[ "$status" -eq 1 ]
		[[ "$output" == "scripts/run: --boots "* ]]
	done
	long_enough 100ms 1s 5s -- --separate-stderr scripts/run --boots=2 --lock=spinlock \
		--workers=1 --engine=kernel --output-format=json
	[ "$status" -eq 0 ]
	jq -se 'map(.environment.boot_id) | length == 2 and .[0] != .[1]' <<<"$output"
}

@test "what run is told to write arrives, from any directory" {
	any_kernel
	local dir=$BATS_TEST_TMPDIR/"a b"
	mkdir "$dir"
	cd "$dir"
	cp "$BATS_TEST_DIRNAME/../jobs/try.job" "my job.job"
	long_enough 50ms 1s 5s -- "$BATS_TEST_DIRNAME/run" "my job.job" -o "out put.json" --output-format=json
	[ "$status" -eq 0 ]
	jq -e '.verdict == "pass"' "out put.json"
	[ "$(ls -A)" = $'my job.job\nout put.json' ]
}

@test "what run prints and cannot write is an error" {
	any_kernel
	run --separate-stderr sh -c 'scripts/run --lock=spinlock --engine=kernel --runtime=10ms >/dev/full'
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"cannot write"*"No space left on device"* ]]
}

@test "Ctrl-C ends a run with the cases that have ended" {
	any_kernel
	local pid status=0 cases=0
	export TMPDIR=$BATS_TEST_TMPDIR
	setsid env --default-signal=INT scripts/run --lock=spinlock --structure=counter --engine=kernel,ioctl \
		--mix=inc:1 --repeat=100 --runtime=200ms --output-format=json -o "$BATS_TEST_TMPDIR/out.json" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	# The console has each case as it begins; all of them take forty seconds.
	for _ in {1..1200}; do
		((cases < 3)) || break
		cases=$(grep -c 'contend: case ' "$TMPDIR"/contend-vm.*/console.log 2>/dev/null || true)
		sleep 0.1
	done
	kill -INT -- "-$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	jq -e '.results | length > 0 and length < 200' "$BATS_TEST_TMPDIR/out.json"
}

@test "a run that was killed goes on in another guest, wherever its document lies" {
	any_kernel
	local file runtime words locks=--lock=spinlock,mutex,rwsem
	for file in "$BATS_TEST_TMPDIR/o u t.json" "build/resumed.$BATS_TEST_NUMBER.json"; do
		long_enough 100ms 1s 5s -- scripts/run "$locks" --workers=1 -o "$file" \
			--output-format=json
		runtime=$(jq -r '.results[0].job.spec | capture(" runtime=(?<r>[^ ]*)").r' "$file")
		words=("$locks" --runtime="$runtime" --warmup=5ms)
		jq 'del(.results[1:]) | .complete = false | .results[0].ops = 42' "$file" >"$BATS_TEST_TMPDIR/part"
		cat "$BATS_TEST_TMPDIR/part" >"$file"
		# What is of another job is told before anything boots.
		run scripts/run "${words[@]}" --workers=2 --resume="$file"
		[ "$status" -eq 1 ]
		[[ "$output" == *"has workers=1 there, and workers=2 here"* ]]
		cmp "$file" "$BATS_TEST_TMPDIR/part"
		run scripts/run "${words[@]}" --workers=1 --resume "$file"
		[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
		jq -e '.complete and [.results[].lock] == ["spinlock", "mutex", "rwsem"] and
			.results[0].ops == 42 and .environment.boot_id == null' "$file"
		rm "$file"
	done
}

@test "a cache that was copied elsewhere builds modules" {
	local dir=$BATS_TEST_TMPDIR/tree from
	from=$(dirname "$(qemu/kernel "$kernel")")
	mkdir -p "$dir/kmod" "$BATS_TEST_TMPDIR/cache"
	cp -al "$(qemu/kernel "$kernel")" "$BATS_TEST_TMPDIR/cache/moved"
	# one that was built has its source beside it
	[[ ! -L $BATS_TEST_TMPDIR/cache/moved/source ]] ||
		cp -al "$from/$(basename "$(readlink "$BATS_TEST_TMPDIR/cache/moved/source")")" \
			"$BATS_TEST_TMPDIR/cache/"
	printf 'obj-m := one.o\n' >"$dir/Kbuild"
	printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\nMODULE_DESCRIPTION("one");\n' >"$dir/one.c"
	run qemu/make -C "$BATS_TEST_TMPDIR/cache/moved/build" \
		ARCH="$(<"$BATS_TEST_TMPDIR/cache/moved/arch")" M="$dir" modules
	[ "$status" -eq 0 ]
	[ -e "$dir/one.ko" ]
	! grep -rqF "$from" "$dir" --include='*.cmd'
}

@test "the guest's part refuses to load a module outside of a VM" {
	run env -u CONTEND_VM scripts/guest "build/$kernel/contend.ko" true
	[ "$status" -eq 5 ]
	[[ "$output" == *"not a VM"* ]]
}

@test "a build that fails is told, with status 5" {
	run scripts/build nonsense
	[ "$status" -eq 5 ]
	[[ "$output" == *"No rule to make target 'nonsense'"* ]]
	[[ "$output" == *"the whole of it is in "* ]]
	rm "${output##*the whole of it is in }"
}

@test "run passes its words and its status on" {
	CONTEND_MUTANT=1 run scripts/run --lock=busted_spinlock --runtime=60s
	[ "$status" -eq 2 ]
	[[ "$output" == *"exclusion broken"* ]]
}

@test "cna has NUMA nodes to choose from where the VM has" {
	[[ $kernel != uml* ]] || skip "$kernel has one NUMA node"
	CONTEND_NODES=2 long_enough 100ms 1s 5s -- scripts/run --lock=cna
	[ "$status" -eq 0 ]
	[[ "$output" == *"2 cpus in 2 NUMA nodes"* ]]
}

@test "stress runs its jobs under pressure and looks for splats" {
	local times=(100ms) sample=()
	# Each lock until it has a verdict takes minutes.
	if [[ ${CONTEND_SAMPLE:-1} -gt 1 ]]; then
		times=() sample=(--lock=spinlock,rcu)
	fi
	long_enough "${times[@]}" 1s 5s -- scripts/stress jobs/stress.job "${sample[@]}"
	[ "$status" -eq 0 ]
	[[ "$output" == *"verdict: pass"* ]]
	[[ "$output" == *"no splat in the kernel log"* ]]
	# What pressed, by its own account.
	for stressor in cpu vm timer timerfd tlb-shootdown; do
		[[ "$output" =~ stress-ng:\ $stressor\ +[1-9] ]]
	done
}

@test "trace shows a run through tracefs" {
	long_enough 100ms 1s 5s -- --separate-stderr scripts/trace --lock=rcu --structure=list
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin: run="*"lock=rcu structure=list workers=2"* ]]
	[ "$(grep -c contend_worker_begin <<<"$output")" -ge 2 ]
	[[ "$output" == *"contend_run_end: run="*"violations=0"* ]]
	[[ "$stderr" == *"verdict: pass"* ]]
}

@test "trace shows a run in the kernel log" {
	any_kernel
	long_enough 100ms 1s 5s -- --separate-stderr scripts/trace --dmesg --lock=mutex
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin: run="*"lock=mutex structure=counter"* ]]
	[[ "$output" == *"contend_run_end: run="* ]]
}

@test "trace makes a timeline of a run, in a file or on stdout" {
	any_kernel
	load ../userspace/test/timeline
	run --separate-stderr scripts/trace --timeline --lock=mutex --events=2000 \
		-o "$BATS_TEST_TMPDIR/trace.json"
	[ "$status" -eq 0 ]
	[[ "$stderr" == *"verdict: pass"* ]]
	timeline "$BATS_TEST_TMPDIR/trace.json"
	run --separate-stderr scripts/trace --timeline --events=99 --lock=mutex
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--events is a number"* ]]
}

@test "trace records a run with trace-cmd" {
	any_kernel
	long_enough 100ms 1s 5s -- --separate-stderr scripts/trace --trace-cmd --lock=rwlock
	[ "$status" -eq 0 ]
	[[ "$output" == *"contend_run_begin:"*"lock=rwlock"* ]]
}

@test "ktap tells the leaves, their parents and what a suite expected" {
	run scripts/ktap - <<-'TAP'
		KTAP version 1
		1..3
		  TAP version 13
		  1..2
		  #  RUN           x.one ...
		  # x_test.c:12:one:Expected 1 (1) == 2 (2)
		  not ok 1 x.one
		  ok 2 x.two # SKIP no such lock
		not ok 1 x_test # exit status 1
		ok 2 - alone
	TAP
	[ "${lines[0]}" = $'fail\tx_test/x.one\tx_test.c:12:one:Expected 1 (1) == 2 (2)' ]
	[ "${lines[1]}" = $'skip\tx_test/x.two\tno such lock' ]
	[ "${lines[2]}" = $'pass\talone\t' ]
	# one of the plan is missing, one parent failed
	[ "${lines[3]}" = $'plan\t1\t1' ]
}

@test "ktap tells where a bats test failed" {
	run scripts/ktap - <<-'TAP'
		1..1
		not ok 1 it works
		# (in test file x.bats, line 3)
		#   `false' failed
	TAP
	[ "${lines[0]}" = $'fail\tit works\t(in test file x.bats, line 3) `false'\'' failed' ]
}

@test "a lane whose kernel cannot be had is a skip with its reason, and the others go on" {
	local lane=.none-$$
	printf 'image=linux-image-none headers=none source=none series=1\n' >"qemu/kernels/$lane"
	CONTEND_TEST_OUT=$BATS_TEST_TMPDIR/out run scripts/matrix --suite=mutant,litmus "$lane" host
	rm "qemu/kernels/$lane"
	[ "$status" -eq 0 ]
	[[ "$output" =~ "$lane"\ +mutant\ +0\ passed\ +0\ failed\ +1\ skipped ]]
	[[ "$output" == *"1 skipped"*"apt does not know linux-image-none"* ]]
	# That of the host has run, or has a reason of its own.
	[[ "$output" =~ host\ +([0-9]+\ in\ [0-9]+s|skip) ]]
	[[ "${lines[-1]}" =~ ^[0-9]+\ passed,\ 0\ failed,\ [12]\ skipped$ ]]
	grep -q "<skipped message=\"qemu/kernel: apt does not know" "$BATS_TEST_TMPDIR/out/junit.xml"
	grep -q "^ok 1 $lane.mutant # SKIP" "$BATS_TEST_TMPDIR/out/matrix.ktap"
}

@test "a lane that does not build is an error of each of its suites" {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	printf '#!/bin/sh\necho no rule; exit 2\n' >"$bin/make"
	chmod +x "$bin/make"
	PATH=$bin:$PATH CONTEND_TEST_OUT=$BATS_TEST_TMPDIR/out run scripts/matrix --suite=cli,unit host
	[ "$status" -eq 1 ]
	[[ "$output" == *"host       cli          0 passed   1 failed"*"it does not build"* ]]
	[ "${lines[-1]}" = "0 passed, 2 failed, 0 skipped" ]
	grep -q '<error message="it does not build' "$BATS_TEST_TMPDIR/out/junit.xml"
	rm "$(grep -m1 -o '[^ ]*/make\.[^ ]*\.log' <<<"$output")"
}

@test "a test that fails is told, in the table's totals and for CI systems" {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	printf '#!/bin/sh\necho 1..2; echo "ok 1 a"; echo "# nor this"; echo "not ok 2 b <&>"; echo "# it said this"; exit 1\n' \
		>"$bin/bats"
	chmod +x "$bin/bats"
	PATH=$bin:$PATH CONTEND_TEST_OUT=$BATS_TEST_TMPDIR/out run scripts/matrix --suite=cli host
	[ "$status" -eq 1 ]
	[[ "$output" == *"# it said this"* && "$output" != *"nor this"* ]]
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
	grep -q 'name="b &lt;&amp;&gt;"><failure' "$BATS_TEST_TMPDIR/out/junit.xml"
}

@test "the matrix names what it does not know" {
	run scripts/matrix nowhere
	[ "$status" -eq 1 ]
	[[ "$output" == *"no lane 'nowhere'"*6.1* ]]
	run scripts/matrix --suite=nothing host
	[ "$status" -eq 1 ]
	[[ "$output" == *"no suite 'nothing' in host"* ]]
	run scripts/matrix --suite=cli host:unit host:litmus
	[ "$status" -eq 1 ]
	[[ "$output" == *"no suite 'cli' in host" ]]
	run scripts/matrix host:cli uml:cli,run
	[ "$status" -eq 1 ]
	[ "$output" = "scripts/matrix: no suite 'cli' in uml" ]
}

@test "a check that has passed on a file is not run on it again, one that has not is" {
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_TMPDIR"
	echo good >a
	echo good >b
	# Prints its files, and fails where one has anything else.
	check() {
		# shellcheck disable=SC2016 # for the shell in there
		run "$BATS_TEST_DIRNAME/passed" "$1" a b -- sh -c 'echo "$@"; ! cat "$@" | grep -qv good' sh {}
	}
	check 1.0
	[ "$status" -eq 0 ]
	[ "$output" = "a b" ]
	check 1.0
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	# It is the content that counts, and what else the verdict depends on.
	touch a
	echo bad >b
	for _ in 1 2; do
		check 1.0
		[ "$status" -eq 1 ]
		[ "$output" = b ]
	done
	echo good >b
	check 1.0
	[ -z "$output" ]
	check 2.0
	[ "$output" = "a b" ]
	mv a c
	run "$BATS_TEST_DIRNAME/passed" 1.0 c -- echo
	[ -z "$output" ]
	[ "$status" -eq 0 ]
	run "$BATS_TEST_DIRNAME/passed" 1.0 c -- echo {}
	[ "$output" = c ]
	# Of a tool that is not there nobody knows what it would have found.
	run "$BATS_TEST_DIRNAME/passed" "" c -- false
	[ "$status" -eq 1 ]
	run "$BATS_TEST_DIRNAME/passed" 1.0 c false
	[ "$status" -eq 1 ]
}

# litmus STRONG WEAK: scripts/litmus on one file, with a herd7 that says STRONG of it, and
# WEAK when it is weakened.
litmus() {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir -p "$bin"
	touch "$bin/linux-kernel.cfg"
	printf '#!/bin/sh\nif grep -q "smp_mb(); // A" "$3"; then echo "%s"; else echo "%s"; fi\n' \
		"$1" "$2" >"$bin/herd7"
	chmod +x "$bin/herd7"
	PATH=$bin:$PATH HERD_LKMM=${HERD_LKMM-$bin} run scripts/litmus "$BATS_TEST_TMPDIR/x.litmus"
}

@test "litmus wants what a file says, and that herd7 notices each weakening" {
	local never="Observation x Never 0 1" sometimes="Observation x Sometimes 1 1"
	cat >"$BATS_TEST_TMPDIR/x.litmus" <<-'LITMUS'
		C x
		(*
		 * Result: Never
		 * Weaken A: s/smp_mb/barrier/
		 *)
		smp_mb(); // A
		smp_mb(); // B
	LITMUS
	litmus "$never" "$sometimes"
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = "ok 1 x: Never" ]
	[ "${lines[2]}" = "ok 2 x, A weakened, s/smp_mb/barrier/: Sometimes" ]
	[ "${lines[3]}" = "1..2" ]
	litmus "$never" $'Flag data-race\n'"$never"
	[ "$status" -eq 0 ]
	litmus "$never" "$never"
	[ "$status" -eq 1 ]
	[[ "${lines[2]}" == "not ok 2 "* ]]
	litmus "$sometimes" "$sometimes"
	[ "$status" -eq 1 ]
	[[ "${lines[1]}" == "not ok 1 "* ]]
	litmus $'Flag data-race\n'"$never" "$sometimes"
	[ "$status" -eq 1 ]
	[[ "${lines[1]}" == "not ok 1 "* ]]
	litmus "Adios" "$sometimes"
	[ "$status" -eq 1 ]
	[[ "${lines[1]}" == "not ok 1 x: herd7: Adios"* ]]
	# a mark that no line has
	sed -i 's/Weaken A/Weaken C/' "$BATS_TEST_TMPDIR/x.litmus"
	litmus "$never" "$sometimes"
	[ "$status" -eq 1 ]
	[[ "${lines[2]}" == "not ok 2 "*"not there"* ]]
	# nothing that could fail
	sed -i '/Weaken/d' "$BATS_TEST_TMPDIR/x.litmus"
	litmus "$never" "$sometimes"
	[ "$status" -eq 1 ]
	[[ "${lines[2]}" == "not ok 2 x can fail"* ]]
}

@test "litmus without herd7 or without the model is a skip, and a wrong model an error" {
	local only=$BATS_TEST_TMPDIR/only
	mkdir "$only"
	ln -s "$(command -v dirname)" "$(command -v readlink)" "$only/"
	PATH=$only run scripts/litmus
	[ "$status" -eq 4 ]
	[[ "$output" == "there is no herd7 in PATH"* ]]
	XDG_CACHE_HOME=$BATS_TEST_TMPDIR HERD_LKMM='' litmus none none
	[ "$status" -eq 4 ]
	[[ "$output" == *"qemu/kernel uml"*HERD_LKMM* ]]
	HERD_LKMM=/nowhere litmus none none
	[ "$status" -eq 1 ]
	[[ "$output" == *"no linux-kernel.cfg in /nowhere"* ]]
}

# peers_said: the directory that a run of scripts/peers leaves, with what the peers and
# contend say on 6.1.
peers_said() {
	dir=$BATS_TEST_TMPDIR/said
	mkdir "$dir"
	echo "Linux 6.1.0-56-amd64, tcg, 2 cpus" >"$dir/world"
	printf '%s\n' "rwlock refscale rwlock 1" "srcu_fast refscale srcu-fast 1" \
		"rwlock locktorture rw_lock 2" "rcu rcutorture rcu 2" \
		"busted_none locktorture lock_busted 1" >"$dir/rows"
	echo "busted_none locktorture lock_busted 2" >"$dir/busted"
	cat >"$dir/refscale-rwlock-1" <<-'LOG'
		[    4.684265] rwlock-ref-scale: END OF TEST. Calculating average duration per loop (nanoseconds)...
		[    4.684380] Runs	Time(ns)
		[    4.684473] 1	936929.000
		               2	200002.000
		               3	369743.000
		[    4.890000] 4	872532.000
	LOG
	cat >"$dir/refscale-srcu-fast-1" <<-'LOG'
		insmod: ERROR: could not insert module refscale.ko: Invalid parameters
		[    5.1] rcu-scale: invalid scale type: "srcu-fast"
		[    5.1] rcu-scale types:
	LOG
	echo "line 1: echo: write error: Operation not supported" >"$dir/contend-srcu_fast-refscale-1"
	cat >"$dir/locktorture-rw_lock-2" <<-'LOG'
		[   10.000000] Writes:  Total: 1000  Max/Min: 1000/1000   Fail: 0 
		[   10.000000] Reads :  Total: 21  Max/Min: 21/21   Fail: 0 
		[   12.000000] Writes:  Total: 2000  Max/Min: 2000/2000   Fail: 0 
		[   12.000000] Reads :  Total: 1021  Max/Min: 1021/1021   Fail: 0 
		[   12.500000] Writes:  Total: 2001  Max/Min: 2001/2001   Fail: 0 
		[   12.500000] Reads :  Total: 1022  Max/Min: 1022/1022   Fail: 0 
		[   12.500001] rw_lock-torture:--- End of test: SUCCESS: nwriters_stress=1 nreaders_stress=1
	LOG
	cat >"$dir/rcutorture-rcu-2" <<-'LOG'
		[   64.072103] rcu-torture: Reader Pipe:  1 0 0 0 0 0 0 0 0 0 0
		[   65.072103] rcu-torture: Reader Pipe:  856583 73 0 0 0 0 0 0 0 0 0
		[   65.072380] rcu-torture:--- End of test: SUCCESS: nreaders=1 nfakewriters=4
	LOG
	cat >"$dir/locktorture-lock_busted-2" <<-'LOG'
		[   11.573256] Writes:  Total: 100000  Max/Min: 60000/40000   Fail: 12 !!!
		[   13.349696] Writes:  Total: 1000000  Max/Min: 600000/400000 ???  Fail: 200 !!!
		[   13.350103] lock_busted-torture:--- End of test: FAILURE: nwriters_stress=2 nreaders_stress=0
	LOG
	cat >"$dir/locktorture-lock_busted-1" <<-'LOG'
		[   10.000000] Writes:  Total: 1000000  Max/Min: 1000000/1000000   Fail: 0 
		[   12.000000] Writes:  Total: 6000000  Max/Min: 6000000/6000000   Fail: 0 
		[   12.500000] Writes:  Total: 6100000  Max/Min: 6100000/6100000   Fail: 0 
		[   12.500001] lock_busted-torture:--- End of test: SUCCESS: nwriters_stress=1 nreaders_stress=0
	LOG
	for log in rwlock-refscale-1 rwlock-locktorture-2 rcu-rcutorture-2 \
		busted_none-locktorture-1; do
		contend_said pass 1000 300000 200000
		contend_said pass 1000 250000 210000
	done
	log=busted_none-locktorture-2
	contend_said fail 70 300000 200000 2
}

# contend_said VERDICT OPS SPAN HARNESS [FLAGGED]: a run, to $log; FLAGGED of its 80
# operations, with the warm-up, were.
contend_said() {
	cat >>"$dir/contend-$log" <<-RUN
		verdict=$1 complete=1
		spec: lock=x structure=counter engine=kernel workers=2 runtime=10ms warmup=1ms seed=1
		ops=$2 ops_per_s=1 span_ns=$3 concurrent_ns=$3 harness_ps=$4
		wait_ns: mean=408 p50=171 p90=181 p99=181 p999=262 p9999=54528 max=4164679
		worker 0: cpu=0 ops=27382 reads=13841 misses=0 retries=0
		${5:+broken: operations=80 exclusion=$5 integrity=0 conservation=0 reclaim=0}
		check exclusion: $1${5:+: worker 0 (pid 360) op 9: writer met a writer (pid): saw 361, expected 0}
		check integrity: pass
	RUN
}

@test "peers puts what its peers and contend said into one table" {
	peers_said
	run scripts/peers --table "$dir"
	[ "$status" -eq 0 ]
	squeezed=$(tr -s ' ' <<<"$output")
	# The least, and for a loop more than refscale divides by.
	[[ "$squeezed" == *$'\nrwlock 1 refscale rwlock 200000.00 nothing - 250.00 200.00 50.00 4/4 pass 0.00125 0.00025'* ]]
	[[ "$squeezed" == *$'\nsrcu_fast 1 refscale srcu-fast - '*"refscale srcu-fast: the refscale of this kernel has no such type; contend: Operation not supported"* ]]
	# 2000 acquisitions in 2 s, before the end
	[[ "$squeezed" == *$'\nrwlock 2 locktorture rw_lock 1000000.0 exclusion SUCCESS:0/3023 250.00 200.00 - 4/4 pass 0.00025'* ]]
	[[ "$squeezed" == *$'\nrcu 2 rcutorture rcu - grace-periods SUCCESS:0/856656 250.00 200.00 - 4/4 pass - -\n'* ]]
	# Two of 80, against 200 in a million.
	[[ "$output" == *"2 workers: locktorture lock_busted 200.0 (FAILURE:200/1000000), contend busted_none 25000.0 (fail:2/80): ratio 125"* ]]
	[[ "$output" == *"alone on a CPU costs them 400.0 ns and 250.00 ns"* ]]
	[[ "$output" == *"within 5 % of refscale: as measured: none; less the harness: none; of 1"* ]]
	[[ "$output" == *"world: Linux 6.1.0-56-amd64, tcg, 2 cpus"*"times are emulated"* ]]
}

@test "peers names who is within 5 % of refscale, and on either side" {
	peers_said
	sed -i 's/200002.000/250.100/' "$dir/refscale-rwlock-1"
	run scripts/peers --table "$dir"
	[[ "$output" == *"as measured: rwlock; less the harness: none; of 1"* ]]
	sed -i 's/250.100/53.000/' "$dir/refscale-rwlock-1"
	run scripts/peers --table "$dir"
	[[ "$output" == *"as measured: none; less the harness: none; of 1"* ]]
	sed -i 's/53.000/51.000/' "$dir/refscale-rwlock-1"
	run scripts/peers --table "$dir"
	[[ "$output" == *"as measured: none; less the harness: rwlock; of 1"* ]]
}

@test "peers fails when a sound lock is flagged or a broken one is not" {
	peers_said
	sed -i 's/SUCCESS/FAILURE/' "$dir/locktorture-rw_lock-2"
	run scripts/peers --table "$dir"
	[ "$status" -eq 2 ]
	sed -i 's/FAILURE/SUCCESS/' "$dir/locktorture-rw_lock-2"
	sed -i 's/verdict=pass/verdict=fail/' "$dir/contend-rcu-rcutorture-2"
	run scripts/peers --table "$dir"
	[ "$status" -eq 2 ]
	sed -i 's/verdict=fail/verdict=pass/' "$dir/contend-rcu-rcutorture-2"
	sed -i 's/Fail: [0-9]*/Fail: 0/' "$dir/locktorture-lock_busted-2"
	run scripts/peers --table "$dir"
	[ "$status" -eq 2 ]
}

@test "peers fails when a run has no result, and says where to look" {
	peers_said
	sed -i '/End of test/d' "$dir/rcutorture-rcu-2"
	run scripts/peers --table "$dir"
	[ "$status" -eq 2 ]
	[[ "$output" == *"rcutorture rcu: no result: see $dir/rcutorture-rcu-2"* ]]
	peers_said=$(echo "peers: does not build: x.c:1: error: y" | tee "$dir/rcutorture-rcu-2")
	run scripts/peers --table "$dir"
	[ "$status" -eq 0 ]
	[[ "$output" == *"rcutorture rcu: ${peers_said#peers: }"* ]]
}

@test "soak says what is wrong before anything is built" {
	for words in --minutes=0 --minutes=x --seed=-1 nonsense; do
		run --separate-stderr env CONTEND_KERNEL=nowhere scripts/soak "$words"
		[ "$status" -eq 1 ]
		[[ "$stderr" == "scripts/soak: "*"; see scripts/soak --help" ]]
		[[ "$stderr" == *"$words"* ]]
	done
	run --separate-stderr env CONTEND_KERNEL=nowhere scripts/soak
	[ "$status" -ne 0 ]
	[[ "$stderr" == *"no kernel is named 'nowhere'"* ]]
	[ ! -e build/nowhere ]
}

@test "peers names what it does not know" {
	run scripts/peers nowhere
	[ "$status" -eq 1 ]
	[[ "$output" == *"no kernel is named 'nowhere'"*6.1* ]]
	run scripts/peers --table "$BATS_TEST_TMPDIR"
	[ "$status" -eq 1 ]
	[[ "$output" == *"has no results"* ]]
	run scripts/peers --lock=nonsense
	[ "$status" -eq 1 ]
	[[ "$output" == *"--lock=nonsense: it has none of"*rwsem* ]]
}

@test "peers builds its peers and runs them beside contend, the broken locks too" {
	run --separate-stderr scripts/peers --lock=spinlock_irq,busted_none
	[ "$status" -eq 0 ]
	[[ "$output" =~ spinlock_irq\ +1\ +refscale\ lock-irq\ +[0-9.]+\ +nothing\ +-\ +[0-9.]+\ +[0-9.]+\ +-?[0-9.]+\ +80/100\ +pass ]]
	[[ "$output" =~ busted_none\ +1\ +locktorture\ lock_busted\ .*SUCCESS:0/[1-9][0-9]+\ .*\ inconclusive\  ]]
	[[ "$output" =~ \(FAILURE:[1-9][0-9]*/[0-9]+\),\ contend\ busted_none\ [0-9.]+\ \(fail:[1-9][0-9]*/[0-9]+\) ]]
}

@test "scripts/peers tells of each scenario what it does, and which there are" {
	for table in scripts/peers.d/*.table; do
		name=$(basename "$table" .table)
		names+=" $name"
		for word in -h --help; do
			run --separate-stderr scripts/peers "$name" $word
			[ "$status" -eq 0 ]
			[ "$output" = "$(scripts/manual "$table")" ]
		done
	done
	run scripts/peers nosuch
	[ "$status" -eq 1 ]
	[[ "$output" == *"no kernel is named 'nosuch'"*"nor a scenario: there are:$names" ]]
}

@test "peers orders refuses what it does not know, and names the package that is missing" {
	local words
	for words in "" nonsense "disruptor one block rate" "disruptor ring block rate 20" \
		"disruptor one sleep rate 20" "queue one spin rate 20" "queue one block cost 20" \
		"queue one block rate 0" "fix 5001" "fix x 10" "fix 5001 -2" "fix 5001 3"; do
		# shellcheck disable=SC2086 # words
		run scripts/peers.d/orders $words
		[ "$status" -eq 1 ]
		[[ "$output" == *"; see scripts/peers.d/orders --help" ]]
	done
	for words in nonsense --ms=0 --ms=x --rounds= --shape=one,ring --shape= --wait=sleep; do
		run scripts/peers.d/orders.table "$words"
		[ "$status" -eq 1 ]
		[[ "$output" == *"$words"*"; see scripts/peers.d/orders.table --help" ]]
	done
	mkdir "$BATS_TEST_TMPDIR/few"
	for words in bash dirname readlink; do
		ln -s "$(command -v $words)" "$BATS_TEST_TMPDIR/few/"
	done
	PATH=$BATS_TEST_TMPDIR/few run scripts/peers.d/orders queue one block rate 20
	[ "$status" -eq 4 ]
	[[ "$output" == *"default-jdk-headless is not installed: scripts/setup peers has it" ]]
	PATH=$BATS_TEST_TMPDIR/few run scripts/peers.d/orders fix 5001 10
	[ "$status" -eq 4 ]
	[[ "$output" == *"g++ is not installed: scripts/setup peers has it" ]]
}

@test "peers orders: on each shape a consumer of theirs sees one event after the last" {
	local words
	run scripts/peers.d/orders disruptor one yield hop 20
	[ "$status" -ne 4 ] || skip "${output#*: }"
	[ "$status" -eq 0 ]
	[[ "$output" =~ mean_ns\ [1-9] ]]
	for words in "one spin" "many block" "multicast block" "pipeline block" "diamond block"; do
		# shellcheck disable=SC2086 # words
		run scripts/peers.d/orders disruptor $words rate 20
		[ "$status" -eq 0 ]
		[[ "$output" == "events_per_s "* ]]
	done
	for words in "many hop" "multicast hop" "pipeline hop" "diamond rate"; do
		run scripts/peers.d/orders queue "${words% *}" block "${words#* }" 20
		[ "$status" -eq 0 ]
	done
}

@test "peers orders: one table of ours and theirs, with a - where we have no such shape" {
	run scripts/peers.d/orders.table --ms=20 --rounds=1 --shape=one,diamond --wait=block
	[ "$status" -ne 4 ] || skip "${output#*: }"
	# So short a run need not be conclusive.
	[ "$status" -eq 0 ] || [ "$status" -eq 6 ]
	[ "$(grep -cE '^(one|diamond) +(block|queue( [a-z]+_mutex)?) ' <<<"$output")" -eq 10 ]
	[ "$(grep -cE '^diamond +queue +- ' <<<"$output")" -eq 2 ]
}

# point ENGINE WORKERS OPS_PER_S: a result, as contend run writes it.
point() {
	jq -n --arg engine "$1" --argjson workers "$2" --argjson ops "$3" '{
		case: "job/lock=mcs,workers=\($workers)", lock: "mcs", structure: "counter",
		engine: $engine, workers: $workers, verdict: "pass", ops_per_s: $ops,
		handover_ns: (if $workers > 1 then {p50: 90, p99: 200} else null end),
		fairness: {jain: 0.5}, wait_ns: {p99: 7}}'
}

# document ACCEL CPUS POINT...
document() {
	local accel=$1 cpus=$2
	shift 2
	printf '%s\n' "$@" | jq -s --arg accel "$accel" --argjson cpus "$cpus" '{
		schema: "contend.result/1", environment: {accel: $accel, cpus: $cpus}, results: .}'
}

@test "scale puts what each number of workers did beside what one did" {
	local dir=$BATS_TEST_TMPDIR
	document host 4 "$(point user 1 1000000)" "$(point user 4 3000000)" \
		"$(point user 2 1500000)" >"$dir/host.json"
	document uml 4 "$(point kernel 1 2000000)" "$(point kernel 2 1000000)" >"$dir/uml.json"
	run scripts/scale --table "$dir/host.json" "$dir/uml.json"
	[ "$status" -eq 0 ]
	[[ "${lines[1]}" =~ ^kernel\ +job\ +mcs\ +counter\ +1\ +2M\ +1\ +-\ +0.5\ +0%\ +pass$ ]]
	[[ "${lines[2]}" =~ ^kernel\ +job\ +mcs\ +counter\ +2\ +1M\ +0.5\ +90ns\ +0.5\ +0%\ +pass$ ]]
	[[ "${lines[5]}" =~ ^user\ +job\ +mcs\ +counter\ +4\ +3M\ +3\ +90ns\ +0.5\ +0%\ +pass$ ]]
	[[ "$output" != *"no curve"* ]]
	# Two points are none, and a lock that was wrong is not passed over.
	document host 2 "$(point user 1 1000000)" "$(point user 2 1500000)" |
		jq '.results[1].verdict = "fail"' >"$dir/host.json"
	run scripts/scale --table "$dir/host.json"
	[ "$status" -eq 2 ]
	[[ "${lines[-1]}" == "2 CPUs: 2 points make no curve" ]]
	# Of repeats the median; what does something else is no point of the same curve.
	document host 4 "$(point user 1 1000000)" "$(point user 2 1)" "$(point user 2 3000000)" \
		"$(point user 2 2000000)" | jq '.results[0].job.spec = "workers=1 mix=inc:1" |
		.results[1:][].job.spec = "workers=2 mix=inc:1"' >"$dir/host.json"
	run scripts/scale --table "$dir/host.json"
	[ "$status" -eq 0 ]
	[[ "${lines[2]}" =~ \ 2\ +2M\ +2\  ]]
	jq '.results[0].job.spec = "workers=1 mix=read:1"' "$dir/host.json" >"$dir/uml.json"
	run scripts/scale --table "$dir/uml.json"
	[[ "${lines[1]}" =~ \ 2\ +2M\ +-\  ]] || [[ "${lines[2]}" =~ \ 2\ +2M\ +-\  ]]
	echo '{}' >"$dir/host.json"
	run scripts/scale --table "$dir/host.json"
	[ "$status" -eq 1 ]
	[[ "$output" == *"host.json: not a document of contend run"* ]]
}

@test "scale runs here and in User-Mode Linux, and refuses what takes too long" {
	local out=$BATS_TEST_TMPDIR/out.json
	CONTEND_SCALE_CPUS=2 run --separate-stderr scripts/scale --lock=mcs,mutex --runtime=20ms \
		--warmup=2ms -o "$out"
	[ "$status" -eq 0 ]
	jq -e '[.locks[] | [.engine, .lock]] ==
		[["kernel", "mcs"], ["kernel", "mutex"], ["user", "mcs"]]' "$out"
	jq -e '[.locks[].points[].workers] == [1, 2, 1, 2, 1, 2]' "$out"
	jq -e '[.environments[].accel] == ["host", "uml"]' "$out"
	run scripts/scale --runtime=60s
	[ "$status" -eq 1 ]
	[[ "$output" == *"and 300 are the most"* ]]
	run scripts/scale --workers=7
	[ "$status" -eq 1 ]
	[[ "$output" == *"--workers is what this script sets"* ]]
	run scripts/scale jobs/queue.job
	[ "$status" -eq 1 ]
	[[ "$output" == *"jobs/queue.job: group= says how many workers there are"* ]]
}

@test "make deb: what DKMS gets of the package builds for the kernel" {
	command -v dh_dkms >/dev/null && command -v dkms >/dev/null ||
		skip "there is no debhelper and dkms here: scripts/setup deb"
	local dir=$BATS_TEST_TMPDIR release where
	make -s deb DEB_BUILD=all
	dpkg-deb -x build/deb/contend-dkms_*_all.deb "$dir/x"
	where=$(qemu/kernel "$kernel")
	release=$(<"$where/release")
	mkdir "$dir/tree" "$dir/installed"
	# It would make a key to sign with where the machine has none.
	openssl req -new -x509 -nodes -days 1 -subj /CN=test -newkey rsa:2048 -outform DER \
		-keyout "$dir/key" -out "$dir/certificate" 2>/dev/null
	set -- -m contend -v "$(ls "$dir/x/usr/src" | sed 's/^contend-//')" -k "$release" \
		--dkmstree "$dir/tree" --sourcetree "$dir/x/usr/src" --installtree "$dir/installed" \
		--kernelsourcedir "$where/build" \
		--directive="mok_signing_key=$dir/key" --directive="mok_certificate=$dir/certificate"
	dkms build "$@" || { tail -n 20 "$dir"/tree/contend/*/build/make.log; false; }
	run modinfo "$dir"/tree/contend/*/"$release"/x86_64/module/contend.ko*
	[[ "$output" == *"vermagic:"*"$release "* ]]
	[[ "$output" == *"signer:"*test* ]]
	# One that it is not for is left out, and not an error of whoever installs a kernel.
	run dkms build "${@/$release/5.10.0-1-amd64}"
	[ "$status" -eq 77 ]
}

# own_tree DIR: what a tree of Linux is after make, from a kernel that is here; modules are built
# by that one's.
own_tree() {
	local from
	from=$(qemu/kernel uml)
	mkdir -p "$1/include/config"
	cp "$from/config" "$1/.config"
	cp "$from/vmlinux" "$1/linux"
	cp "$from/release" "$1/include/config/kernel.release"
	touch "$1/Module.symvers" "$1/modules.order"
	cat >"$1/Makefile" <<-MAKEFILE
	modules: ; \$(MAKE) -C $from/build modules
	modules_install: ; mkdir -p \$(INSTALL_MOD_PATH)/lib/modules && \
		cp -a $from/modules \$(INSTALL_MOD_PATH)/lib/modules/$(<"$from/release")
	MAKEFILE
}

@test "a tree in which a kernel was built, by its path, from where it lies" {
	local tree=$BATS_TEST_TMPDIR/linux top=$PWD name
	export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}
	own_tree "$tree"
	name=$(qemu/kernel --name "$tree")
	cd "$tree/.."
	CONTEND_KERNEL=./linux run --separate-stderr "$top/scripts/run" --lock=mutex,spinlock --runtime=20ms \
		--warmup=2ms --workers=1 --output-format=json
	[ "$status" -eq 0 ] || { echo "$status: $stderr"; false; }
	jq -e '[.results[].verdict] == ["pass", "pass"]' <<<"$output"
	[ -f "$top/build/$name/contend.ko" ]
	# Built again it is another one, and it is not looked for in the recipes.
	run --separate-stderr "$top/qemu/kernel" ./linux
	[ -z "$stderr" ]
	local first=$output
	echo again >>linux/linux
	run --separate-stderr "$top/qemu/kernel" ./linux
	[[ "$stderr" == "qemu/kernel: taking over "*" of $tree" ]]
	[ "$output" != "$first" ]
	rm -rf "$XDG_CACHE_HOME/contend/kernels/"{"$name"-*,".lock-$name"} "$XDG_CACHE_HOME/contend/vm/$name"-* "$top/build/$name"
}

@test "an image by its path, with modules and headers where make install puts them" {
	local dir=$BATS_TEST_TMPDIR/boot from release packed
	from=$(qemu/kernel "$kernel") release=$(<"$from/release")
	mkdir -p "$dir/lib/modules"
	cp -a "$from/modules" "$dir/lib/modules/$release"
	gzip -1 <"$from/vmlinux" >"$dir/packed"
	packed=$(stat -c %s "$dir/packed")
	# One sector of setup, in it the magic, where the release is, and the payload's place and size.
	truncate -s 1024 "$dir/vmlinuz"
	at() { printf "$2" | dd of="$dir/vmlinuz" bs=1 seek="$1" conv=notrunc status=none; }
	at 497 '\x01'
	at 514 HdrS
	at 526 '\x60\x00'
	at 608 "$release (somebody) #1"
	at 588 "$(printf '\\x%02x' $((packed & 255)) $((packed >> 8 & 255)) $((packed >> 16 & 255)) $((packed >> 24)))"
	cat "$dir/packed" >>"$dir/vmlinuz"
	run --separate-stderr qemu/kernel "$dir/vmlinuz"
	[ "$status" -eq 0 ]
	cmp "$output/vmlinux" "$from/vmlinux"
	[ "$(<"$output/release")" = "$release" ]
	[ "$(readlink -e "$output/modules/build")" = "$(readlink -e "$from/build")" ]
	rm -rf "$output"
}

@test "a kernel of one's own that cannot be is told, with what it lacks" {
	local tree=$BATS_TEST_TMPDIR/linux what
	refused() {
		run timeout 120 qemu/kernel "$1"
		[ "$status" -eq 4 ] && [[ "$output" == "qemu/kernel: "*"$2"* ]] || { echo "$output"; false; }
		# The same before anything boots.
		run qemu/vm --kernel="$1" -- true
		[ "$status" -eq 125 ] && [[ "$output" == *"$2"* ]] || { echo "$output"; false; }
	}
	refused ./nowhere "there is no ./nowhere"
	mkdir "$tree"
	refused "$tree" "no kernel was built there: configure one and run make -C $tree"
	own_tree "$tree"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	refused "$BATS_TEST_TMPDIR/fifo" "neither a directory nor a file"
	mv "$tree/include/config/kernel.release" "$BATS_TEST_TMPDIR/release"
	for what in '' '../up'; do
		printf '%s' "$what" >"$tree/include/config/kernel.release"
		refused "$tree" "kernel.release is not whole: run make -C $tree"
	done
	mv "$BATS_TEST_TMPDIR/release" "$tree/include/config/kernel.release"
	for what in linux Module.symvers modules.order; do
		mv "$tree/$what" "$tree/$what.away"
		refused "$tree" "there is no $what: run make -C $tree"
		mv "$tree/$what.away" "$tree/$what"
	done
	sed -i 's/^CONFIG_HOSTFS=y/CONFIG_HOSTFS=n/; /^CONFIG_TMPFS=y/d' "$tree/.config"
	refused "$tree" "a guest needs CONFIG_TMPFS CONFIG_HOSTFS, which $tree/.config has not"
	sed -i 's/^CONFIG_UML=y/CONFIG_ARM64=y/; /^CONFIG_X86_64=/d' "$tree/.config"
	refused "$tree" "is for another machine"
	echo text >"$tree/file"
	refused "$tree/file" "neither a tree in which a kernel was built, nor an image"
	truncate -s 4096 "$tree/file"
	refused "$tree/file" "neither a tree in which a kernel was built, nor an image"
	[[ "$output" != *"null byte"* ]]
	mv "$tree" "$tree,old"
	run qemu/kernel "$tree,old"
	[ "$status" -eq 125 ]
	[[ "$output" == *"has ',' in its name"* ]]
	run timeout 120 qemu/kernel ''
	[ "$status" -eq 125 ]
	[[ "$output" == *"a kernel has a name"* ]]
}

@test "a tree that cannot be taken over whole leaves nothing in the cache" {
	local tree=$BATS_TEST_TMPDIR/linux name
	own_tree "$tree"
	name=$(qemu/kernel --name "$tree")
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	mkdir -p "$XDG_CACHE_HOME/contend/kernels/.tmp-$name.killed"
	left() {
		ls -A "$XDG_CACHE_HOME/contend/kernels"
	}
	# Its make goes on meanwhile: the size stays, and the second.
	touch -d '2001-01-01 00:00:00.1' "$tree/Module.symvers"
	sed -i '/INSTALL_MOD_PATH/s/: ;/: ; touch -d "2001-01-01 00:00:00.2" Module.symvers;/' "$tree/Makefile"
	run qemu/kernel "$tree"
	[ "$status" -eq 4 ] || { echo "$output"; false; }
	[[ "$output" == *"$tree changed while it was taken over: wait until its make has ended" ]]
	[ "$(left)" = ".lock-$name" ]
	# A program that cannot be copied: this one is no ELF image.
	sed -i 's/^CONFIG_UML=y//' "$tree/.config"
	printf 'CONFIG_%s=y\n' X86_64 PVH PCI SERIAL_8250_CONSOLE VIRTIO_PCI VIRTIO_CONSOLE NET_9P NET_9P_VIRTIO \
		9P_FS >>"$tree/.config"
	echo text >"$tree/vmlinux"
	run qemu/kernel "$tree"
	[ "$status" -eq 125 ]
	[[ "$output" == *"$tree: cannot copy vmlinux: is it readable, is there room?"* ]]
	[ "$(left)" = ".lock-$name" ]
}

# history DIR SPEED...: a tree whose kernels are as fast as that, a commit each, named 1, 2, ...;
# one whose speed is "broken" does not build, one of "wrong" fails.
history() {
	local tree=$1 n=0 speed root=$BATS_TEST_DIRNAME/..
	shift
	git init -q -b main "$tree"
	for speed; do
		echo "$speed" >"$tree/speed"
		git -C "$tree" add speed
		git -C "$tree" -c user.name=n -c user.email=e commit -q --allow-empty -m "commit $((++n))"
		git -C "$tree" tag "$n"
	done
	# What takes the words of scripts/run, and documents as from a run on that kernel.
	cat >"$BATS_TEST_TMPDIR/runs" <<-'END'
		#!/bin/bash
		out=/dev/stdout words=() command=run
		[[ $1 != compare ]] || { command=compare; shift; }
		while [[ $# -gt 0 ]]; do
			case $1 in
			-o) out=$2; shift ;;
			--baseline=*) words+=("${1#*=}") ;;
			--across=* | --threshold=* | --metric=*) words+=("$1") ;;
			*) [[ $1 == --* || -f $1 ]] || exit 1 ;;
			esac
			shift
		done
		document() {
			jq -n --arg speed "$(<speed)" --arg kernel "$(git rev-parse HEAD)" '{
				schema: "contend.result/1", environment: { kernel: $kernel },
				results: [range(6) | { case: "c", complete: true, job: { spec: "lock=rcu" },
					verdict: (if $speed == "wrong" then "fail" else "pass" end),
					ops_per_s: (. + ($speed | tonumber? // 0)) }] }'
		}
		if [[ $command == run ]]; then
			document >"$out"
		else
			document >"$0.json"
			"$contend" compare "${words[@]}" "$0.json"
		fi
	END
	chmod +x "$BATS_TEST_TMPDIR/runs"
	export contend=$root/build/user/contend bisect=$root/scripts/bisect
	export CONTEND_BISECT_BUILD='! grep -q broken speed' CONTEND_BISECT_RUN=$BATS_TEST_TMPDIR/runs
}

@test "bisect finds the commit that made a job slower, past those that do not build" {
	local tree=$BATS_TEST_TMPDIR/tree
	history "$tree" 1000 1010 broken 990 1000 500 510 broken 500 505
	cd "$tree"
	run "$bisect" 1 10 "$BATS_TEST_DIRNAME/../jobs/quick.job" --threshold=20
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == "the first bad commit is $(git rev-parse --short 6) commit 6 "* ]]
	[[ "$output" == *"bisect: $(git rev-parse --short 10) commit 10: bad: slower"* ]]
	[[ "$output" == *" commit 5: good"* && "$output" == *" commit 6: bad: slower"* ]]
	# The tree is as it was.
	[ "$(git symbolic-ref --short HEAD)" = main ]
	[ -z "$(git status --porcelain)" ]
	run ! git bisect log
	grep -q "1 slower" ".git/contend/$(git rev-parse --short 6).txt"
	# A job that fails is worse, too.
	rm -rf "$tree"
	history "$tree" 1000 1000 1000 wrong wrong
	cd "$tree"
	run "$bisect" 1 5
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == *" commit 4 "* && "$output" == *" commit 4: bad: it fails"* ]]
}

@test "bisect says what it cannot tell, and refuses what is none of its" {
	local tree=$BATS_TEST_TMPDIR/tree
	history "$tree" 1000 broken broken 500 broken
	says() {
		local expected=$1 message=$2
		shift 2
		run "$bisect" "$@"
		[ "$status" -eq "$expected" ] || { echo "$* gives $status: $output"; false; }
		[[ "$output" == *"$message"* ]] || { echo "$output"; false; }
		[ "$(git symbolic-ref --short HEAD)" = main ]
	}
	says 1 "this is contend's own tree" HEAD~1 HEAD || [ "$(git symbolic-ref --short HEAD)" != main ]
	cd "$tree"
	says 6 "which commit it is cannot be told" 1 4
	says 6 "whether 5 is worse cannot be told" 1 5
	says 6 "2 does not build: see " 2 4
	says 1 "1 is not worse than 1" 1 1
	says 1 "4 is no ancestor of 1" 4 1
	says 1 "there is no commit 'x'" 1 x
	says 1 "--a is not for a bisection" 1 4 --a=lock=rcu
	says 1 "--a is not for a bisection" 1 4 --a lock=rcu
	says 1 "-o is not for a bisection" 1 4 -o x
	says 1 "--output is not for a bisection" 1 4 --output x
	says 1 "GOOD and BAD are two commits" 1
	# Words that contend refuses, before anything is built.
	says 1 "nonsense.job: cannot be read" 1 4 nonsense.job
	says 1 "unknown option '--metrics'" 1 4 --metrics=x
	# Nor the beginning of one, which it would not know for what it is.
	says 1 "unknown option '--outp'" 1 4 --outp=x
	says 1 "unknown option '--base'" 1 4 --base=x
	says 1 "there is no file 'workers=3': did you mean '--workers=3'?" 1 4 workers=3
	says 1 "unknown lock 'x'" 1 4 --lock=x
	says 1 "unknown metric 'x'" 1 4 --metric=x
	[ ! -e .git/contend/build.log ]
	CONTEND_BISECT_RUN=false says 6 "1 is no baseline, status 1" 1 4 --repeat=12
	echo 1 >speed
	says 1 "has changes: commit or stash them" 1 4
	git checkout -q speed
	git bisect start -q
	says 1 "is being bisected" 1 4
	git bisect reset
	git worktree add -q "$tree's" 1
	cd "$tree's"
	run "$bisect" 1 4
	[ "$status" -eq 1 ]
	[[ "$output" == *"in its name"* ]]
	cd "$tree"
	# Without the hooks it takes a kernel's tree.
	unset CONTEND_BISECT_BUILD CONTEND_BISECT_RUN
	says 1 "has no .config" 1 4
	cd "$BATS_TEST_TMPDIR"
	run "$bisect" 1 4
	[ "$status" -eq 1 ]
	[[ "$output" == *"this is no git tree"* ]]
}

@test "bisect gives each build the configuration that was there, and drops what a build changes" {
	local tree=$BATS_TEST_TMPDIR/tree
	history "$tree" 1000 1000 500 500
	cd "$tree"
	echo mine >.config
	export seen=$BATS_TEST_TMPDIR/seen
	CONTEND_BISECT_BUILD='cat .config >>"$seen"; echo built >>.config; echo >>speed' run "$bisect" 1 4
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "${lines[-1]}" == *" commit 3 "* ]]
	[ "$(sort -u "$seen")" = mine ]
	[ "$(<.config)" = mine ]
	[ "$(git symbolic-ref --short HEAD)" = main ]
	[ -z "$(git status --porcelain --untracked-files=no)" ]
	# What was kept of one that was killed is not written over.
	echo kept >.git/contend/config
	run "$bisect" 1 4
	[ "$status" -eq 1 ]
	[[ "$output" == *"was killed here: move $tree/.git/contend/config to $tree/.config"* ]]
	rm .git/contend/config
	# A file that a build makes is one of BAD's.
	echo >way
	git add way
	git -c user.name=n -c user.email=e commit -q -m way
	CONTEND_BISECT_BUILD='echo >>way' run "$bisect" 1 main
	[ "$status" -eq 6 ]
	[[ "$output" == *"main cannot be checked out"* ]]
	[ "$(git symbolic-ref --short HEAD)" = main ]
	# There is no way back.
	CONTEND_BISECT_BUILD='git branch -q -D main' run "$bisect" 1 4
	[ "$status" -eq 6 ]
	[[ "$output" == *"is not as it was: git checkout --force main, then move "*"/config to .config"* ]]
	[ "$(<.git/contend/config)" = mine ]
}
