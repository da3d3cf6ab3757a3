# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # whoever sources this has its uses for them
# What the scripts have in common that run `contend` in a virtual machine: what they
# are asked for is looked at before anything is installed, built or booted, and what it
# writes arrives.

# The project, from whichever directory, CDPATH or link it was called.
top=$(dirname "$(dirname "$(readlink -f "$0")")")
kernel=${CONTEND_KERNEL:-6.1}
# A path is meant from where it was typed.
[[ $kernel != */* ]] || kernel=$(realpath -m -- "$kernel")
built=$top/build/$("$top/qemu/kernel" --name "$kernel")
flavour=module module=$built/contend.ko
if [[ -n ${CONTEND_MUTANT:-} ]]; then
	flavour=mutant module=$built-mutant/contend.ko
fi
contend=$top/build/user/contend

# The line that was typed, for the document that comes of it.
[[ ${CONTEND_COMMAND-} ]] || CONTEND_COMMAND="$(printf '%q ' "$0" "$@")"
export CONTEND_COMMAND=${CONTEND_COMMAND% }

# wrong MESSAGE: a usage error, in contend's terms.
wrong() {
	echo "scripts/${0##*/}: $*; see scripts/${0##*/} --help" >&2
	exit 1
}

# words WORD...: what `contend run` and `contend compare` make of a command line, as far
# as it is about files: jobs has those that are read, vm what qemu/vm is to be told, resume
# what a run goes on with; keys is set where a word is one of a workload. Each long option has
# a value.
words() {
	local word name output='' given='' inputs=()
	jobs=() vm=(--kernel="$kernel") resume='' keys=
	while [[ $# -gt 0 ]]; do
		word=$1
		shift
		case $word in
		--help)
			"$top/scripts/manual" "$0"
			exit
			;;
		--)
			jobs+=("$@")
			break
			;;
		-o | --output)
			[[ $# -gt 0 ]] || wrong "$word needs a value"
			output=$1 given=1
			shift
			;;
		-o*) output=${word#-o} given=1 ;;
		--output=*) output=${word#*=} given=1 ;;
		--resume)
			[[ $# -gt 0 ]] || wrong "$word needs a value"
			resume=$1
			shift
			;;
		--resume=*) resume=${word#*=} ;;
		--baseline)
			[[ $# -gt 0 ]] || wrong "$word needs a value"
			inputs+=("$1")
			shift
			;;
		--baseline=*) inputs+=("${word#*=}") ;;
		--boots*) wrong "--boots=N comes first, and not with compare" ;;
		--*)
			name=${word#--} name=${name%%=*}
			option "$name" || wrong "unknown option '--$name'"
			! key "$name" || keys=1
			[[ $word == *=* ]] || {
				[[ $# -gt 0 ]] || wrong "$word needs a value"
				shift
			}
			;;
		-?*) wrong "unknown option '$word'" ;;
		*) jobs+=("$word") ;;
		esac
	done
	[[ $output || ! $given ]] || wrong "--output needs the name of a file"
	for word in "${jobs[@]}" "${inputs[@]}"; do
		[[ ! $output -ef $word ]] || wrong "-o $output: that is what is read"
		[[ $word != *=* || -e $word ]] || wrong "there is no file '$word': did you mean '--$word'?"
		[[ $word != - ]] || wrong "a job on stdin does not reach the guest: put it into a file"
		[[ -r $word ]] || wrong "$word: cannot be read"
		[[ -f $word ]] || wrong "$word: is not a file that the guest could read"
		[[ ! $(realpath -- "$word")/ =~ ^/(dev|proc|sys|run)/ ]] ||
			wrong "$word: the guest has a directory of its own there: put it elsewhere"
	done
	# What goes on is written to where it is read.
	output=${output:-$resume}
	[[ ! $output ]] || vm+=(--output="$output")
}

# option NAME: is there one? The names are where contend has them, and are whole ones. A key of
# a group has the group's name before it.
option() {
	key "$1" || named "$1" "$top"/userspace/contend/options.c
}

# key NAME: is it one of a workload?
key() {
	named "${1#*.}" "$top"/kmod/lib/grammar.c "$top"/userspace/scenarios/*.c
}

# named NAME FILE...: it is the name of a key, or of an option, that one of them has.
named() {
	local name=$1
	shift
	sed -nE "s/^\t+(\.name = \"([a-z0-9_-]+)\", \.value|\{ \"([a-z0-9_-]+)\", (OPTION|'o')).*/\2\3/p" "$@" |
		grep -qxF -e "$name"
}

# ready run|compare WORD...: nothing is asked for that qemu/vm or `contend` would
# refuse; then all that it takes is installed and built.
ready() {
	local check=() said
	# what `contend check` takes for run
	[[ $1 == run ]] || check=("$1")
	shift
	"$top/qemu/place" || exit
	"$top/qemu/place" cache >/dev/null || exit
	"$top/qemu/vm" --check "${vm[@]}" || exit
	"$top/scripts/setup" || exit
	"$top/scripts/build" user || exit
	# How many cases there are interests nobody who wants them run.
	said=$("$contend" check "${check[@]}" "$@" 2>&1 >/dev/null) || {
		echo "$said" >&2
		exit 1
	}
	[[ -e $module ]] ||
		echo "scripts/${0##*/}: building the module for $kernel, once: some minutes" >&2
	"$top/scripts/build" KERNEL="$kernel" "$flavour" || exit
}
