# shellcheck shell=bash
# _contend_table NAME, above, sets contend_words to what the program knows by that name.

_contend() {
	local IFS=$' \t\n' line=("${COMP_WORDS[0]}") i part glue='' command=run at=1
	local cur prev option='' head='' before='' breaks contend_words=()

	# Bash takes words apart at what COMP_WORDBREAKS has: put them together.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		part=${COMP_WORDS[i]}
		if [[ $part && ! ${part//[=:]/} ]]; then
			line[-1]+=$part glue=1
		elif [[ $glue ]]; then
			line[-1]+=$part glue=''
		else
			line+=("$part")
		fi
	done
	cur=${line[-1]} prev=${line[-2]-}

	# The scripts of the source tree take what a command takes.
	[[ ${line[0]##*/} =~ ^(run|stress|trace)$ ]] || command=${line[1]-} at=2
	# check and scripts/run take what compare takes after its name.
	if [[ ${line[0]##*/} == run || $command == check ]]; then
		if [[ ${#line[@]} -eq $((at + 1)) ]]; then
			before=compare
		elif [[ ${line[at]-} == compare ]]; then
			command=compare at=$((at + 1))
		fi
	fi

	COMPREPLY=()
	if [[ ${#line[@]} -le $at ]]; then
		_contend_table commands
		contend_words+=(--help --version)
	elif [[ $cur == --*=* ]]; then
		option=${cur%%=*} head=$option= cur=${cur#*=}
	elif [[ $prev == -o || ($prev == --* && $prev != *=* && $prev != --help) ]]; then
		option=${prev/#-o/--output}
	elif [[ $cur == -* ]]; then
		_contend_table "$command options"
		contend_words=("${contend_words[@]/#/--}")
		contend_words=("${contend_words[@]/%/=}" --help)
	else
		_contend_table "$command"
		if [[ $command =~ ^(run|check|compare|report|trace)$ ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(
				compgen -W "$before" -- "$cur"
				compgen -d -- "$cur"
				[[ $command == report ]] || compgen -f -X '!*.job' -- "$cur"
				[[ ! $command =~ ^(compare|report)$ ]] || compgen -f -X '!*.json' -- "$cur"
			)
			return
		fi
	fi

	case $option in
	'') ;;
	--output | --resume | --baseline)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--a | --b)
		if [[ $cur == *=* ]]; then
			_contend_table "--${cur%%=*}"
			head+=${cur%%=*}= cur=${cur#*=}
		else
			_contend_table explain
			contend_words=("${contend_words[@]/%/=}")
		fi
		;;
	*)
		_contend_table "$option"
		if [[ $option == --section ]]; then
			for part in "${line[@]:at}"; do
				[[ $part != *.job || ! -r $part ]] || mapfile -t -O "${#contend_words[@]}" \
					contend_words < <(sed -n '/^\[global]/d; s/^\[\([^]]*\)].*/\1/p' "$part")
			done
		fi
		# the last of a list
		[[ $cur != *,* ]] || head+=${cur%,*}, cur=${cur##*,}
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$head" -W "${contend_words[*]}" -- "$cur")
	[[ ${COMPREPLY[0]-} != *[=:/] ]] || compopt -o nospace 2>/dev/null

	# It replaces the last part only.
	breaks=${COMP_WORDBREAKS//[!=:]/}
	head+=$cur
	if [[ $breaks && $head == *[$breaks]* ]]; then
		head=${head%"${head##*["$breaks"]}"}
		COMPREPLY=("${COMPREPLY[@]#"$head"}")
	fi
}

complete -o bashdefault -F _contend contend {,./}scripts/{run,stress,trace}
