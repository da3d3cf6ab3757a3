# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# jq -e fails on what is false. Version 1.6 does not where there is no document to judge,
# as on the output of a command that was refused: this one does.
jq() {
	local said
	said=$(command jq "$@") || return
	[[ $1 != -e || -n $said ]] || { echo "jq: no document" >&2; return 4; }
	[[ -z $said ]] || printf '%s\n' "$said"
}
