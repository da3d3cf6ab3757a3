#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The examples of README.md and of the pages in doc do as they are written. examples.awk finds them
# by their form. Each page's command lines are pasted into one shell, in a tree in which stand_in is
# each program: what takes neither a kernel nor root runs, for a moment, and of all else the words
# are checked.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
	mkdir "$BATS_FILE_TMPDIR/example"
	: >"$BATS_FILE_TMPDIR/ran"
	awk -v OUT="$BATS_FILE_TMPDIR/example" -f userspace/test/examples.awk README.md doc/*.scd \
		doc/*.md doc/teach/*.md
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	export PROJECT=$PWD HOME=$BATS_TEST_TMPDIR TREE=$BATS_TEST_TMPDIR/contend TMPDIR=$BATS_TEST_TMPDIR
	export RAN=$BATS_FILE_TMPDIR/ran
	examples=$BATS_FILE_TMPDIR/example
	# As a reader has it.
	unset CONTEND_KERNEL CONTEND_MUTANT CONTEND_VM
}

# place FILE: where the example is, with its kind.
place() {
	local name=${1##*/}
	echo "${name//%//}"
}

# tree: one with the project's names, of which nothing can hurt.
tree() {
	local name tool
	mkdir -p "$TREE"/{bin,proc/contend,proc/sys/vm,qemu,scripts,build/user{,-mutant,-san-mutant}} \
		"$TREE"/real/{scripts,qemu,build/user} "$HOME/linux"
	for name in jobs kmod userspace; do
		ln -s "$PROJECT/$name" "$TREE/"
		ln -s "$PROJECT/$name" "$TREE/real/"
	done
	for name in scripts/* qemu/{vm,bundle}; do
		[[ ! -f $name || ! -x $name ]] || ln -s "$PROJECT/userspace/test/stand_in" "$TREE/$name"
	done
	for name in bin/{contend,make,git,sudo,ssh,apt,insmod,modprobe} \
		build/user{,-mutant,-san-mutant}/contend real/{scripts/guest,qemu/vm,build/user/contend}; do
		ln -s "$PROJECT/userspace/test/stand_in" "$TREE/$name"
	done
	for tool in cat grep gzip jq tar; do
		ln -s "$(type -P "$tool")" "$TREE/bin/"
	done
	# These look at their words themselves.
	cp scripts/{run,stress,soak,trace,contend.bash,manual} "$TREE/real/scripts/"
	for name in scripts/setup scripts/build qemu/place qemu/kernel; do
		printf '#!/bin/sh\n[ "$1" != --name ] || echo "$2"\n' >"$TREE/real/$name"
		chmod +x "$TREE/real/$name"
	done
	# Documents that have what the pages look for in one.
	build/user/contend run --engine=user --lock=mcs,tas --structure=counter,list --runtime=10ms \
		--warmup=1ms -o "$TREE/cases" --output-format=json || [ $? -eq 6 ]
	build/user/contend run --scenario=pool --trace=1 --runtime=20ms -o "$TREE/scenario" \
		--output-format=json || [ $? -eq 6 ]
	jq '.results += (.results | map(.engine = "kernel"
		| .job.spec |= sub("engine=user"; "engine=kernel")))' "$TREE/cases" >"$TREE/engines"
	qemu/vm --help >"$TREE/vm.help"
	qemu/bundle --help >"$TREE/bundle.help"
	touch "$TREE"/{wrong,kinds}
}

# paste_all FILE...: the command lines in them, in one shell. What it tells itself is wrong too:
# stand-ins say nothing there.
paste_all() {
	local file
	{
		echo 'set -E -o pipefail'
		# shellcheck disable=SC2016 # it is for that shell
		echo 'trap '\''echo "$AT: status $?: $BASH_COMMAND" >>"$TREE/wrong"'\'' ERR'
		for file; do
			echo "export AT='$(place "$file")'; cd '$TREE'"
			# One that is a span has what stands in its sentence.
			[[ $file != *.span ]] || echo "/bin/rm -f *.json trace"
			sed "s,/proc/,$TREE/proc/,g" "$file"
		done
	} >"$TREE/session"
	PATH=$TREE/bin /bin/bash --norc "$TREE/session" >"$TREE/stdout" 2>"$TREE/stderr" \
		</dev/null 3>&- || true
	cat "$TREE/stderr" >>"$TREE/wrong"
	written
}

# written: what went to /proc/contend/run is a workload, and what to object is operations.
written() {
	local proc=$TREE/proc/contend line word verbs
	if [[ -e $proc/run ]] && ! build/user/contend check - <"$proc/run" >"$TREE/said" 2>&1; then
		cat "$TREE/said" >>"$TREE/wrong"
	fi
	[[ -e $proc/object ]] || return 0
	{
		read -r line
		build/user/contend check - <<<"$line" >"$TREE/said" 2>&1 || cat "$TREE/said"
		verbs=$(build/user/contend check --lock=null --mix=nonsense:1 \
			--structure="$(grep -oP 'structure=\K\w+' <<<"$line")" 2>&1) || true
		while read -r line; do
			for word in $line; do
				[[ $word == "${line%% *}" ]] || word=${word%%=*}
				grep -qw "$word" <<<"${verbs#*but} verify tell key value stay within" ||
					echo "/proc/contend/object: $line: no $word"
			done
		done
	} <"$proc/object" >>"$TREE/wrong" 2>&1
	echo written >>"$TREE/kinds"
	rm -f "$proc"/*
}

# right LEAST: nothing was wrong; and how many of each kind there were.
right() {
	echo "# $(sort "$TREE/kinds" | uniq -c | tr -s ' \n' ' ')" >&3
	[[ ! -s $TREE/wrong ]] || { cat "$TREE/wrong"; false; }
	[ "$(wc -l <"$TREE/kinds")" -ge "$1" ]
}

# pages LEAST PAGE...: the command lines of each of these pages, so many at least.
pages() {
	local page least=$1
	shift
	tree
	for page; do
		mapfile -t files < <(ls "$examples/${page//\//%}":*.{commands,span} 2>/dev/null | sort -V)
		[[ ${#files[@]} -eq 0 ]] || paste_all "${files[@]}"
	done
	right "$least"
}

@test "the README's commands" {
	ONLY_CHECK= pages 120 README.md
}

@test "the manual pages' commands" {
	ONLY_CHECK= pages 50 doc/*.scd
}

@test "the commands of the pages for a class" {
	ONLY_CHECK= pages 45 doc/*.md
}

# teach.bats runs them.
@test "the commands of the lessons" {
	ONLY_CHECK=1 pages 40 doc/teach/*.md
}

# each KIND COMMAND...: COMMAND on the place and the file of each example of this kind.
each() {
	local kind=$1 file n=0
	shift
	for file in "$examples"/*."$kind"; do
		"$@" "$(place "$file")" "$file" || { echo "$(place "$file"): $(<"$file"): $output"; false; }
		n=$((n + 1))
	done
	echo "# $n $kind" >&3
}

is_job() {
	run build/user/contend check - <"$2"
	[ "$status" -eq 0 ]
}

@test "each job of the manual pages is one" {
	each job is_job
}

# has_option PLACE FILE: the page's job takes these options in some section; a page that has no
# job, or leaves a value to the reader, names options that are there.
has_option() {
	local job=jobs/${1#doc/} section word words
	job=${job%.md:*}.job
	read -ra words <"$2"
	if [[ -e $job && ! ${words[*]} =~ [A-Z]{2} ]]; then
		for section in '' $(sed -n 's/^\[\(.*\)\]$/--section=\1/p' "$job" | grep -v =global); do
			run build/user-mutant/contend check "$job" ${section:+"$section"} "${words[@]}"
			[ "$status" -ne 0 ] || return 0
		done
		return 1
	fi
	for word in "${words[@]}"; do
		word=${word%%=*}
		output="no option $word"
		grep -qwe "$word" -e "${word#--*.}=" <<<"$options" || return 1
	done
}

@test "each option that a page names is one" {
	options=$(build/user/contend --help | awk '/^  [a-z]/ { print $1 }' |
			xargs -I{} build/user/contend {} --help
		build/user/contend explain | sed 's/^/--/'
		for name in scripts/*; do [[ ! -f $name ]] || scripts/manual "$name"; done; qemu/vm --help)
	each options has_option
}

is_file() {
	local files
	output="there is no such file"
	# What a reader names is in a folder that is there.
	# shellcheck disable=SC2207 # it may be a pattern
	files=($(sed -E 's:/[A-Z]{2,}[.]c$::' "$2"))
	[[ -e ${files[0]} ]]
}

@test "each file that a page names is there" {
	each file is_file
}

# compiles PLACE FILE: an entry of a catalogue, in its file; else statements, in a program.
compiles() {
	local c=$BATS_TEST_TMPDIR/example.c flags
	if grep -q '^#' "$2"; then
		mkdir -p "$BATS_TEST_TMPDIR/contend"
		ln -sfn "$PWD/kmod/uapi" "$BATS_TEST_TMPDIR/contend/uapi"
		flags=("-I$BATS_TEST_TMPDIR")
		{
			echo '#include <fcntl.h>'
			grep '^#' "$2"
			echo 'int main(void) {'
			grep -v '^#' "$2"
			echo 'return device < 0; }'
		} >"$c"
	else
		flags=(-Iuserspace/shim -Iuserspace -Ikmod -include linux/kconfig.h)
		{
			echo '#include "locks/section.h"'
			echo 'static const struct lock_ops NAME_ops;'
			sed 's/CONTEND_CAP_…/CONTEND_CAP_EXCLUSIVE/' "$2"
		} >"$c"
	fi
	run gcc -std=gnu11 -D_GNU_SOURCE -Wall -Werror -fsyntax-only "${flags[@]}" "$c"
	[ "$status" -eq 0 ]
}

@test "C compiles" {
	each c compiles
}

@test "each example is known by its form" {
	local file n=0
	for file in "$examples"/*.unknown; do
		[[ -e $file ]] || continue
		echo "$(place "$file"): $(<"$file"): neither commands, nor a job, C, or what is printed"
		n=$((n + 1))
	done
	[ "$n" -eq 0 ]
	echo "# $(ls "$examples"/*.printed | wc -l) printed" >&3
}

@test "contend(1) has each command and option of the program" {
	local name options n=0
	options=$(sed -n '/^# OPTIONS$/,/^# THE TABLE$/p' doc/contend.1.scd)
	for name in $(sed -nE 's/^\t\{ "([a-z]+)", "[^"]*", ".*/\1/p' userspace/contend/main.c); do
		grep -q "^\*$name\*$" doc/contend.1.scd || { echo "$name is not under COMMANDS"; false; }
		grep -q "^\*contend\* \*$name\*" doc/contend.1.scd ||
			{ echo "$name is not in the SYNOPSIS"; false; }
		n=$((n + 1))
	done
	for name in $(sed -nE 's/^\t\{ "([a-z-]+)", (.o.|OPTION_\w+), .*/\1/p' \
		userspace/contend/options.c); do
		grep -qE "^\*.*--$name=\*" <<<"$options" || { echo "--$name is not under OPTIONS"; false; }
		n=$((n + 1))
	done
	[ "$n" -ge 25 ]
}

@test "contend-job(5) has each key" {
	command -v scdoc >/dev/null || skip "scdoc is not installed: scripts/setup"
	local key n=0
	make -s -C userspace doc OUT="$PWD/build/user"
	for key in $(build/user/contend explain | awk '{ print $1 }'); do
		grep -qF -e "\\fB${key//_/\\_}\\fR=" -e "\\fB$key\\fR=" build/user/contend-job.5 ||
			{ echo "$key"; false; }
		n=$((n + 1))
	done
	[ "$n" -ge 60 ]
}
