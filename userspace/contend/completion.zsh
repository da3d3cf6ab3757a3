# _contend_table NAME, above, sets contend_words to what the program knows by that name,
# _contend_abouts sets contend_about to a line about each command and key.

# The values of option $1; of a list, the last one.
_contend_value() {
	local -a contend_words

	_contend_table --$1
	# Those of the jobs on the line.
	[[ $1 != section ]] || contend_words=(${(f)"$(sed -n \
		'/^\[global]/d; s/^\[\([^]]*\)].*/\1/p' ${(M)words:#*.job} /dev/null 2>/dev/null)"})
	compset -P '*,'
	compadd -S '' -- ${(M)contend_words:#*[=:/]}
	compadd -- ${contend_words:#*[=:/]}
}

# KEY=VALUE
_contend_side() {
	local -a contend_words

	if compset -P 1 '*='; then
		_contend_value ${${IPREFIX%=}##*=}
	else
		_contend_table explain
		compadd -S = -- $contend_words
	fi
}

# Text where [ ] and : mean something.
_contend_escape() {
	REPLY=${${${${1//\\/\\\\}//:/\\:}//\[/\\[}//\]/\\]}
}

_contend() {
	local command=run name REPLY
	local -a contend_words specs
	local -A contend_about

	_contend_abouts
	# The scripts of the source tree take what a command takes.
	if [[ ${words[1]:t} != (run|stress|trace) ]]; then
		if (( CURRENT == 2 )); then
			_contend_table commands
			for name in $contend_words; do
				specs+=($name:$contend_about[$name])
			done
			_describe command specs
			return
		fi
		command=$words[2]
		shift words
		(( CURRENT-- ))
	fi
	# check and scripts/run take what compare takes after its name.
	if [[ ${words[1]:t} == (run|check) && $words[2] == compare ]] && (( CURRENT > 2 )); then
		command=compare
		shift words
		(( CURRENT-- ))
	fi

	if [[ $command != (run|check|compare|report|trace) ]]; then
		_contend_table $command
		compadd -- $contend_words
		return
	fi
	_contend_table "$command options"
	for name in $contend_words; do
		_contend_escape $contend_about[$name]
		case $name in
		(output) specs+=('(--output)-o+:file:_files' '(-o)--output=:file:_files') ;;
		(resume|baseline) specs+=("--$name"'=:file:_files -g "*.json"') ;;
		(a|b) specs+=("*--$name=:key=value: _contend_side") ;;
		(*) specs+=("--$name=${REPLY:+[$REPLY]}:$name: _contend_value $name") ;;
		esac
	done
	if [[ $command == compare ]]; then
		specs+=('*:file:_files -g "*.(job|json)"')
	elif [[ $command == report ]]; then
		specs+=('*:file:_files -g "*.json"')
	else
		specs+=('*:file:_files -g "*.job"')
	fi
	_arguments --help $specs
}

# Called by compinit for the file's name, or read by a shell that has compinit.
if [[ $funcstack[1] == _contend ]]; then
	_contend "$@"
else
	compdef _contend contend {,./}scripts/{run,stress,trace}
fi
