#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The pages for a lesson, doc/teach: the commands of each do what the page says. They, the status
# and what the output has in it are taken from the page.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
}

# said PAGE failure|cure: what a page says of a command: its line in $command, the status that it
# names in $named, and in $has the texts that the output is to have, a line each.
said() {
	local block
	block=$(awk -v head="**The $2.**" 'index($0, head) == 1 {on = 1}
		on {print} on && /^    / {exit}' "doc/teach/$1.md")
	command=$(sed -n 's/^    //p' <<<"$block")
	named=$(sed -nE '1s/^\*\*[^*]*\*\* Status ([0-9]+).*/\1/p' <<<"$block")
	has=$(sed '/^    /d' <<<"$block" | grep -o '`[^`]*`' | tr -d '`')
	[[ $command && $named ]] || { echo "$1.md: no status or no command of the $2"; false; }
}

# shows PAGE failure|cure: run it. Status 6 says that the machine was too busy: for the figures where
# the page has 0, and to provoke what is broken where it has 2, which more time does.
shows() {
	local all text
	said "$@"
	for more in "" --runtime=60s; do
		# shellcheck disable=SC2086 # a command line, as it is typed
		run ${gently-} $command $more
		[[ $named -eq 2 && $status -eq 6 ]] || break
	done
	echo "$command: status $status, and the page says $named"
	echo "$output"
	[[ $status -eq $named || ($named -eq 0 && $status -eq 6) ]]
	# The lines of a table are wrapped.
	all=$(tr -s ' \n' ' ' <<<"$output")
	while read -r text; do
		[[ $all == *"$text"* ]] || { echo "not there: $text"; false; }
	done <<<"$has"
}

both() {
	shows "$1" failure
	shows "$1" cure
}

# checks PAGE: what takes a kernel is parsed, as scripts/run does before it boots anything.
checks() {
	local part
	for part in failure cure; do
		said "$1" $part
		[[ $command == "CONTEND_KERNEL=uml scripts/run "* ]]
		# shellcheck disable=SC2086
		run build/user/contend check ${command#*scripts/run }
		[ "$status" -eq 0 ]
		[[ $output == *"contend: 1 case"* ]]
	done
}

@test "each page has its job, and each job its page, and both are in the index" {
	local page name n=0
	for page in doc/teach/*.md; do
		name=$(basename "$page" .md)
		[[ $name != README ]] || continue
		n=$((n + 1))
		[ "$(grep -c "]: $name.md$" doc/teach/README.md)" -eq 1 ]
		grep -q "(doc/teach/$name.md)$" "jobs/teach/$name.job"
		# A test of this file: a name without one would be left out.
		grep -qE "^	(both|checks) $name$" "$BATS_TEST_FILENAME"
		[ "$(grep -c '^\[' "jobs/teach/$name.job")" -eq 3 ]
		[ "$(wc -l <"$page")" -ge 40 ] && [ "$(wc -l <"$page")" -le 60 ]
	done
	[ "$(ls jobs/teach | wc -l)" -eq "$n" ]
	[ "$n" -eq 13 ]
}

@test "the two commands of a page take the two sections of its job" {
	local job name sections
	for job in jobs/teach/*.job; do
		name=$(basename "$job" .job)
		sections=$(sed -n 's/^\[\(.*\)\]$/\1/p' "$job" | tail -n +2 | paste -sd' ')
		said "$name" failure
		[[ $command == *"run $job --section=${sections% *}" ]]
		said "$name" cure
		[[ $command == *"run $job --section=${sections#* }" ]]
	done
}

@test "lost update" {
	both lost-update
}

@test "torn read" {
	both torn-read
}

# The failure takes more than a minute: so long the program waits for its workers, which spin.
@test "deadlock by order" {
	local gently=nice
	both deadlock
}

@test "priority inversion" {
	checks inversion
}

@test "starvation of writers" {
	both writers-starve
}

@test "starvation of readers" {
	both readers-starve
}

@test "convoy" {
	both convoy
}

@test "thundering herd" {
	both herd
}

@test "false sharing" {
	both false-sharing
}

@test "ABA" {
	both aba
}

@test "use after free" {
	both use-after-free
}

@test "dining philosophers" {
	both philosophers
}

@test "producers and consumers" {
	both producers-consumers
}
