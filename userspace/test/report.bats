#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# contend report: what its pages and pictures say, and, with a browser, how they look.

bats_require_minimum_version 1.5.0

# One run of this program, for all tests: a sweep of two locks, with repeats.
setup_file() {
	local contend=${CONTEND:-build/user/contend} runtime
	cd "$BATS_TEST_DIRNAME/../.." || exit
	export run=$BATS_FILE_TMPDIR/run.json
	# Where others have the CPUs, workers may do nothing in so short a time.
	for runtime in 20ms 50ms 200ms 1s; do
		"$contend" run --engine=user --lock=mcs,ticket --structure=counter --workers=1,2 \
			--runtime=$runtime --warmup=2ms --repeat=3 -o "$run" --output-format=json || [ $? -eq 6 ]
		! jq -e 'all(.results[]; all(.per_worker[]?; .ops > 0) and .wait_ns.count and .hold_ns.count and
			.fairness.handovers != null)' "$run" || break
	done
	# Whatever this machine made of the verdicts.
	jq '.results[] |= (.verdict = "pass" | del(.reason)) | .verdict = "pass"' "$run" >"$run.new"
	mv "$run.new" "$run"
}

setup() {
	load jq
	cd "$BATS_TEST_DIRNAME/../.."
	contend=${CONTEND:-build/user/contend}
	a=$BATS_TEST_TMPDIR/a.json
	page=$BATS_TEST_TMPDIR/a.html
	# What scripts/setup has put there is not what a page is unless a test says so.
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/contend
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

# library: pages have uPlot in them.
library() {
	[ -d "$cache/uplot-1.6.32" ] || skip "uPlot is not there: scripts/setup report fetches it, with npm"
	mkdir -p "$XDG_CACHE_HOME/contend"
	cp -r "$cache/uplot-1.6.32" "$XDG_CACHE_HOME/contend/"
}

# Run contend, with stdout in $output and stderr in $stderr.
contend() { run --separate-stderr "$contend" "$@"; }

# lacks PATTERN: the page, or what was printed, has no line with it.
lacks() {
	if grep -niE -e "$1" "${2-$page}"; then return 1; fi
}

# A document that is another one, changed.
changed() { jq "$1" "$run" >"$a"; }

@test "each distribution of a run has its buckets, and they are its count" {
	jq -e 'all(.results[]; .wait_ns |
		.count == ([.buckets | split(" ")[] | split(":")[1] | tonumber] | add)) and
		all(.results[].per_worker[]; .wait_ns | has("buckets") | not)' "$run"
}

@test "report: one page has the cases, their world, the command and the pictures" {
	contend report "$run" -o "$page"
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	for id in throughput wait wait-ccdf hold by-workers fairness handovers; do
		grep -q "<figure id=\"$id\"" "$page"
	done
	grep -qF "$(jq -r .provenance.command_line "$run")" "$page"
	grep -qF "Linux $(jq -r .environment.kernel "$run"), host" "$page"
	grep -q "contend report $run -o $page" "$page"
	[ "$(grep -c '<th scope=row>mcs workers=2' "$page")" -gt 3 ]
	# In a picture with a second case, and in words for who cannot see it.
	[ -z "$(grep -o ' id="[^"]*"' "$page" | sort | uniq -d)" ]
	[ "$(grep -c 'role="img" aria-labelledby' "$page")" -eq "$(grep -c '<figure ' "$page")" ]
}

@test "report: a page loads nothing, and stands without scripts" {
	contend report "$run" -o "$page"
	lacks '(src|href|action|poster|data) *= *"?(https?:|//|ftp:)|url\(|@import|<(script|iframe|object|embed|img|link|base)'
	grep -q "default-src 'none'" "$page"
}

@test "report: what a document says is text, wherever it stands" {
	local evil='x"><script>alert(1)</script>&<img src=x onerror=alert(1)>'
	jq --arg evil "$evil" '.results[].case = "\($evil)/a" | .results[0].reason = $evil |
		.results[0].verdict = "fail" |
		.environment.kernel = $evil | .environment.cpu = $evil | .provenance.command_line = $evil' \
		"$run" >"$a"
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	lacks '<script|<img'
	grep -qF '&lt;script&gt;alert(1)&lt;/script&gt;' "$page"
	contend report "$a" --svg=throughput
	[ "$status" -eq 0 ]
	[[ "$output" != *"<script"* ]]
}

@test "report: a case that has failed is in the table, and in no picture" {
	changed '(.results[] | select(.case | test("mcs,workers=2")) | .verdict) = "fail" |
		(.results[] | select(.case | test("mcs,workers=2")) | .reason) = "a reason"'
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	grep -q '<th scope=row>mcs workers=2</th><td>fail</td><td class=n>–</td>' "$page"
	grep -q '<li>mcs workers=2: fail: a reason</li>' "$page"
	grep -q 'Not drawn: mcs workers=2 (fail)' "$page"
	lacks '<title>mcs workers=2'
	contend report "$a" --svg=throughput
	[[ "$output" != *">mcs workers=2<"* ]]
}

@test "report: figures of different worlds are in different pictures" {
	changed '.environment.kernel = "9.9"'
	contend report "$run" "$a" -o "$page"
	[ "$status" -eq 0 ]
	grep -q 'World 2 of 2' "$page"
	grep -q '<figure id="throughput-world2"' "$page"
	[ -z "$(grep -o ' id="[^"]*"' "$page" | sort | uniq -d)" ]
	# Unless that is what is looked at: then a case says where it is from.
	contend report "$run" "$a" --across=kernel -o "$page"
	[ "$status" -eq 0 ]
	lacks 'World 2'
	grep -q 'mcs workers=2 (run)' "$page"
	grep -q 'mcs workers=2 (a)' "$page"
	contend report "$run" --across=kernle
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--across=kernle: there is no such key: did you mean 'kernel'?"* ]]
}

@test "report: files of one name are called by their folders, as far as these differ" {
	local dir=$BATS_TEST_TMPDIR
	mkdir -p "$dir/old/x" "$dir/new/x"
	cp "$run" "$dir/old/x/r.json"
	jq '.results[].ops_per_s *= 2' "$run" >"$dir/new/x/r.json"
	jq '.results[].ops_per_s *= 3' "$run" >"$dir/new/x/r"
	contend report "$dir/old/x/r.json" "$dir/new/x/r.json" --lock=mcs --workers=2 -o "$page"
	grep -q '(old/x/r)' "$page"
	grep -q '(new/x/r)' "$page"
	# One of them has no folder that could be told.
	contend=$(realpath "$contend")
	cd "$dir/new/x"
	contend report r.json ../../old/x/r.json -o "$page"
	grep -q '(r)' "$page"
	grep -q '(x/r)' "$page"
	contend report r.json r -o "$page"
	grep -q '(r.json)' "$page"
	grep -q '(r)' "$page"
}

@test "report: a document that is given twice is refused, for its runs would count twice" {
	ln -s "$run" "$BATS_TEST_TMPDIR/b.json"
	cat "$run" "$run" >"$a"
	for twice in "$run $run" "$run $BATS_TEST_TMPDIR/b.json" "$a"; do
		# shellcheck disable=SC2086 # two files
		contend report $twice -o "$page"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *": document "*" is the same as document 1 of "*": give it once" ]]
		[ ! -e "$page" ]
	done
}

@test "report: of several boots each is one value, as for compare, however often it ran" {
	local boot
	for boot in 1 2 3 4 5 6; do
		jq -c ".environment.boot_id = \"$boot\" | .results[].ops_per_s = $boot * 1000" "$run"
	done >"$a"
	contend report "$a" --output-format=markdown
	[ "$status" -eq 0 ]
	# Of 18 runs of six values the interval would be 2k to 5k.
	[ "$(grep -cE '\| +3.5k \| 1k to 6k \|' <<<"$output")" -eq "$(jq '[.results[].case] | unique | length' "$run")" ]
	contend report "$a" --svg=throughput
	[[ "$output" == *"median of 6 boots, of each the median of its runs"* ]]
}

@test "report: a timeline of many points is a table of some of them, and says so" {
	changed '.results[0].timeline = [range(20000) | { at_ns: (. * 1000000), p99_ns: (1000 + .),
		outcomes: { ok: 7 } }]'
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	grep -q 'The table has one of each 100 points' "$page"
	[ "$(stat -c %s "$page")" -lt 1000000 ]
	# Its values are those of their times: the last is of point 19900.
	grep -q '<th scope=row>19.9 s</th>.*20.9 µs' "$page"
}

@test "report: what workers did over time, cases in one, and each with its waits and gauges" {
	changed '.results[:2] |= map(.timeline = [range(10) | { at_ns: ((. + 1) * 1000000), ops: (. * 100),
		wait_p50_ns: 20, wait_p99_ns: (. + 1), response_p50_ns: null, response_p99_ns: null,
		gauges: { elements: 3, backlog: . } }])'
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	grep -q 'Operations over time' "$page"
	grep -q 'Backlog over time' "$page"
	[ "$(grep -c 'Over time: ' "$page")" -ge 2 ]
	# 900 in 1 ms are the most.
	[ "$(grep -c '<td[^>]*>900k</td>' "$page")" -ge 2 ]
	contend report "$a" --svg=ops-over-time
	[ "$status" -eq 0 ]
	contend report "$a" --svg=backlog-over-time
	[ "$status" -eq 0 ]
}

# traced FILTER: the page and the picture of four requests of two stages, of which FILTER changes some.
traced() {
	changed '.results[0] |= (.stages = [{ name: "think" }, { name: "say" }] | .traces = [range(4) |
		{ id: (. + 7), due_ns: (. * 10000000 + 5000), response_ns: 8000000, deadline_ns: 9000000,
			outcome: "ok", stages_ns: { think: 6000000, say: 2000000 } }]) |
		.results[0].traces |= '"($1)"
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	contend report "$a" --svg=requests
}

@test "report: requests that follow each other are drawn by stage, with their deadlines" {
	# The texts of the picture, in their order.
	texts() { grep -oP '<text[^>]*>\K[^<]+|…' <<<"$output" | paste -sd' '; }
	traced '.[2].response_ns = 9500000 | .[2].stages_ns.say = 3500000'
	[ "$status" -eq 0 ]
	[[ $(texts) == "a request the next one deadline late 0 "*" time since the first of them think say" ]]
	# A bar each for every second one's two stages; a stroke a deadline and row; one was late.
	bars() { grep -oP "class=\"$1\" d=\"\K[^\"]*" <<<"$output" | tail -1 | grep -o "$2" | wc -l; }
	[ "$(bars 'b p0' M)" -eq 4 ]
	[ "$(bars 'b p1' M)" -eq 4 ]
	[ "$(bars t M)" -eq 8 ]
	[ "$(bars m M)" -eq 1 ]
	grep -q '<th scope=row>9</th><td class=n>20 ms</td><td class=n>6 ms</td><td class=n>3.5 ms</td><td class=n>9.5 ms</td><td class=n>9 ms</td><td>ok, late</td>' "$page"
	# The first one's stages: 6 and 2 of the axis' 40 ms.
	[ "$(grep -c '<td>ok</td>' "$page")" -eq 3 ]
	# Its last stage ends with it: what comes before the first one is no stage.
	traced '.[0].stages_ns.say = 1000000'
	[[ $(grep -oP 'class="b p0" d="\K[^"]*' <<<"$output" | tail -1) == M[1-9]* ]]
	# Where none has a deadline none is late, and one that failed is marked.
	traced 'map(.deadline_ns = null) | .[1].outcome = "timeout"'
	[[ $(texts) == "a request the next one not answered 0 "* ]]
	# What overlaps has rows of its own.
	traced 'map(.due_ns /= 4)'
	[[ $(texts) == *" think think (2) think (3) say" ]]
}

@test "report: of frames what a player notices is drawn: misses, lag, and the sound" {
	changed '.results[].figures = { missed_per_million: 3, lag_p50_ns: 40000000, lag_frames: 2.4,
		audio_jitter_p99_ns: 90000 } | .results[].less_is_better = ["missed_per_million"] |
		.results[] += { scenario: "frames", columns: ["lag_p50_ns"] }'
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	grep -q 'whose frame was late or none. Less is better.' "$page"
	grep -q 'in periods, the mean. More is better.' "$page"
	for id in missed lag lag-frames audio-jitter; do
		grep -q "<figure id=\"$id\"" "$page"
	done
	grep -q '<td class=n>40 ms</td>' "$page"
	grep -q '<td class=n>90 µs</td>' "$page"
	# What the scenario is run for is a column of the cases, where how fair it is says nothing.
	grep -q '<th scope=col class=n>lag_p50_ns' "$page"
	lacks '<th scope=col class=n>jain<'
	# Where none was missed there is nothing to draw, which is said.
	changed '.results[].figures = { missed_per_million: 0, frames: 200 }'
	contend report "$a" -o "$page"
	grep -A1 '<figure id="missed"><h3>Deadlines missed, of a million: none</h3>' "$page" |
		grep -q "^<figcaption><p>No deadline was missed in $((200 * $(jq '[.results[] |
			select(.verdict == "pass")] | length' "$a"))) frames\."
	contend report "$a" --svg=missed
	[ "$status" -eq 1 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ "$stderr" == *"--svg=missed: there is nothing to draw: No deadline was missed in "* ]]
	contend report "$a" --svg=misses
	[[ "$stderr" == *"there is no such picture: there are "* && "$stderr" != *", missed"* ]]
	# One run of many is not none.
	changed '.results[].figures = { missed_per_million: 0, frames: 200 } |
		.results[0].figures.missed_per_million = 5000'
	contend report "$a" -o "$page"
	grep -A1 '<figure id="missed"><h3>Deadlines missed, of a million</h3>' "$page" | grep -q '<svg'
	# Nothing that can be missed is no good news.
	changed '.results[].figures = { frames: 200 }'
	contend report "$a" -o "$page"
	lacks '<figure id="missed'
}

@test "report: what a worker's death costs is drawn by when it died" {
	contend report "$run" --svg=deaths
	[ "$status" -eq 1 ]
	changed '.results[0].deaths = [{ at_ns: 5000000, since: 64, recovery_ns: 2000000, lost: 60, doubled: 0 },
		{ at_ns: 9000000, since: 256, recovery_ns: 4000000, lost: 240, doubled: 7 }]'
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	for id in deaths deaths-over-time; do
		grep -q "<figure id=\"$id\"" "$page"
		# A shape each in three panels.
		contend report "$a" --svg=$id
		[ "$(grep -P '^<path class="m" d="M\d+ \d+m[^M]*M\d+ \d+m[^M]*"/>' <<<"$output" | wc -l)" -eq 3 ]
	done
	grep -q '<td class=n>9 ms</td><td class=n>256</td><td class=n>4 ms</td><td class=n>240</td><td class=n>7</td>' "$page"
	lacks 'The table has one of each'
	changed '.results[0].deaths = [range(401) | { at_ns: ., since: 64, recovery_ns: 2000000, lost: 0, doubled: 0 }]'
	contend report "$a" -o "$page"
	grep -q 'The table has one of each 3.' "$page"
	[ "$(grep -o '<td class=n>2 ms</td><td class=n>0</td><td class=n>0</td>' "$page" | wc -l)" -eq $((134 * 2)) ]
}

@test "report: requests that do not follow each other are not drawn" {
	traced 'map(.id *= 2)'
	[ "$status" -eq 1 ]
	[[ $stderr == *"requests"* ]]
	# Of several users those of one, the first who has some.
	traced '.[0].id = 1 | .[3].id = 20'
	[ "$status" -eq 0 ]
	[ "$(grep -oP 'class="b p0" d="\K[^"]*' <<<"$output" | tail -1 | grep -o M | wc -l)" -eq 2 ]
}

@test "report: --svg and --hgrm of several worlds are refused, for they are of one" {
	changed '.environment.kernel = "9.9"'
	contend report "$run" "$a" --svg=wait
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == *"--svg=wait: there is one of each of 2 worlds: "*"--across=KEY,..."* ]]
	contend report "$run" "$a" --svg=wait --across=kernel
	[ "$status" -eq 0 ]
	contend report "$run" "$a" --svg=wait-world2
	[ "$status" -eq 0 ]
	contend report "$run" "$a" --hgrm=wait --lock=mcs --workers=2
	[ "$status" -eq 1 ]
	[[ "$stderr" != *"--key=value"* ]]
	[[ "$stderr" == *"give the document of one alone"*": world 1, run"*": world 2, a" ]]
}

@test "report: the command is one that a shell reads as it was typed" {
	local dir="$BATS_TEST_TMPDIR/a  long 'name' with \$HOME; and many blanks in it, so that a line has to be broken"
	mkdir "$dir"
	jq '.provenance.command_line = "contend run x"' "$run" >"$dir/a.json"
	contend report "$dir/a.json" --lock=mcs --output-format=markdown
	grep -A9 '^    contend report' <<<"$output" >"$a"
	words=$(contend() { printf '<%s>' "$@"; } && . "$a")
	[ "$words" = "<report><$dir/a.json><--lock=mcs><--output-format=markdown>" ]
	# As short as it was where it has nothing of a shell's.
	[[ "$output" == *" --lock=mcs"*"--output-format=markdown" ]]
	contend run --engine=user --lock=mcs --workers=1 --runtime=5ms --warmup=1ms --output-format=json -o "$dir/b.json"
	words=$(contend() { printf '<%s>' "$@"; } && eval "$(jq -r .provenance.command_line "$dir/b.json")")
	[[ "$words" == *"<$dir/b.json>" ]]
}

@test "report: an option of other commands is told to be one, and so is that - is no file" {
	for wrong in "report --section=x" "trace --repeat=2" "compare --resume=x" "run --metric=jain"; do
		# shellcheck disable=SC2086 # words
		contend $wrong
		[ "$status" -eq 1 ]
		[[ "$stderr" == *"unknown option '--${wrong#* --}': it is not for ${wrong%% *}: see"* ]]
	done
	contend report --sectoin=x
	[[ "$stderr" != *"--section'"* ]]
	contend=$(realpath "$contend")
	cd "$BATS_TEST_TMPDIR"
	contend report "$run" -o -
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--output=-: without --output it goes to stdout; a file of this name is ./-" ]]
	contend report "$run" -o ./-
	[ -s ./- ]
}

@test "report: a key that is swept is found, in a section or over sections, and nothing else is joined" {
	# As a job writes it that has a section for each value; one of them differs in another key too.
	jq '[.results[] | select(.repeat == 1 and (.case | test("mcs,workers=2")))][0] as $one |
		.results = [$one | (("5us", "10us", "20us", "40us") as $hold | .case = "hold-\($hold)" |
			.job.spec |= sub("hold=0ns"; "hold=\($hold)"))] | del(.summary) |
		.results[3].job.spec |= sub("stripes=1"; "stripes=4")' "$run" >"$a"
	contend report "$a" --svg=by-hold -o "$BATS_TEST_TMPDIR/a.svg"
	[ "$status" -eq 0 ]
	for tick in '5 µs' '10 µs' '20 µs'; do
		grep -q ">$tick<" "$BATS_TEST_TMPDIR/a.svg"
	done
	lacks '>40 µs<' "$BATS_TEST_TMPDIR/a.svg"
	contend report "$a" --svg=by-stripes
	[ "$status" -eq 1 ]
	contend report "$run" --svg=by-workers
	[ "$(grep -c '<g class="s[01]"><title>' <<<"$output")" -eq 4 ]
	[[ "$output" == *"<title>mcs</title>"*"<title>ticket</title>"* ]]
	# Of a mix it is what was read.
	jq '.results |= [.[0, 1]] | .results[0].job.spec |= sub("keys="; "mix=read:90,inc:10 keys=") |
		.results[1].job.spec = (.results[0].job.spec | sub("mix=[^ ]*"; "mix=read:50,inc:50")) |
		.results[].case = "m" | .results[0].per_worker[].reads = 900 | .results[1].per_worker[].reads = 500 |
		.results[].per_worker[].ops = 1000 | del(.summary)' "$run" >"$a"
	contend report "$a" --svg=by-mix
	[[ "$output" == *">50%<"*">90%<"*">share of reads<"* ]]
}

@test "report: --svg writes one picture alone, and names them" {
	contend report "$run" --svg=wait -o "$BATS_TEST_TMPDIR/a.svg"
	[ "$status" -eq 0 ]
	python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$BATS_TEST_TMPDIR/a.svg"
	grep -q 'xmlns="http://www.w3.org/2000/svg"' "$BATS_TEST_TMPDIR/a.svg"
	contend report "$run" --svg=wiat
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == *"--svg=wiat: there is no such picture: there are throughput, by-workers, wait, wait-ccdf, "* ]]
}

@test "report: --key=value chooses cases" {
	contend report "$run" --lock=mcs --workers=2 -o "$page"
	[ "$status" -eq 0 ]
	[ "$(jq -r '.results | length' "$run")" -eq 12 ]
	lacks '>ticket'
	contend report "$run" --lock=tas
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"there is no case of lock=tas"* ]]
}

@test "report: what is no document, or no place for a page, is told before anything is written" {
	contend report
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"report needs documents"* ]]
	contend report "$BATS_TEST_TMPDIR/none.json" -o "$page"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"none.json: No such file"* ]]
	contend report jobs/quick.job -o "$page"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"jobs/quick.job: not a document"* ]]
	head -c 3000 "$run" >"$a"
	contend report "$a" -o "$page"
	[ "$status" -eq 1 ]
	[[ "$stderr" == "$a:"*:* ]]
	echo '{"schema": "contend.compare/1", "results": []}' >"$a"
	contend report "$a" -o "$page"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"not a contend.result/1 document"* ]]
	changed '.results[0].wait_ns.buckets = "1:1"'
	contend report "$a" -o "$page"
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"wait_ns.buckets are not those of its count"* ]]
	[ ! -e "$page" ]
	contend report "$run" -o "$run"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"it is what is read"* ]]
	contend report "$run" -o "$BATS_TEST_TMPDIR/none/a.html"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"cannot write"* ]]
}

@test "report: a document without buckets is drawn by its percentiles, and says so" {
	changed 'del(.. | .buckets?)'
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	grep -q 'straight lines join the percentiles' "$page"
}

@test "report: what nothing can have measured is no figure" {
	local what
	for what in -1 1e30 '"fast"' '[]' null; do
		changed ".results[].ops_per_s = $what | .results[].per_worker[0].ops = $what |
			.results[].fairness = $what | .results[].hold_ns = $what"
		contend report "$a" -o "$page"
		[ "$status" -eq 0 ]
		lacks '[ ">(](nan|inf|-nan)[ "<)]'
		lacks 'id="(throughput|fairness|handovers|hold)"'
	done
}

# narrow: no line of what was printed is wider than a commit message has room for, but for rows.
narrow() { [ "$(grep -v '^|' <<<"$output" | wc -L)" -le 75 ]; }

@test "tables in Markdown and LaTeX: the verdict, and the command that repeats it, in 75 columns" {
	contend run --engine=user --lock=mcs,pthread_mutex --structure=counter --workers=1 --runtime=10ms \
		--warmup=1ms --output-format=markdown
	[[ $status == 0 || $status == 6 ]]
	narrow
	[[ "$output" == *"| pthread_mutex | "* && "$output" == *"|---"*"-:|"* ]]
	[[ "$output" == *"    contend run --engine=user --lock=mcs,pthread_mutex "*' \'*"--output-format=markdown" ]]
	[[ "$output" == *"verdict "* ]]
	contend report "$run" --output-format=markdown
	[ "$status" -eq 0 ]
	[[ "$output" == *"| mcs workers=2 "*"$(jq -r .provenance.command_line "$run" | cut -c-30)"*"contend report $BATS"* ||
		"$output" == *"| mcs workers=2 "*"contend report"* ]]
	contend report "$run" --output-format=latex
	[ "$status" -eq 0 ]
	narrow
	[[ "$output" == '\begin{tabular}{ll'*'95\%'*'\end{tabular}'*'\begin{verbatim}'* ]]
	for format in markdown latex; do
		contend compare "$run" --a=lock=mcs --b=lock=ticket "--output-format=$format"
		[ "$status" -eq 6 ]
		narrow
		[[ "$output" == *"can't tell"*"ops"*"verdict"* ]]
	done
	contend compare "$run" --by=lock --output-format=markdown
	[[ "$output" == *"| case      | lock   | median "* ]]
	contend compare "$run" --by=lock --output-format=csv
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"compare writes human, json, markdown or latex"* ]]
	contend report "$run" --output-format=csv
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"report writes markdown or latex"* ]]
	contend report "$run" --output-format=latex --svg=wait
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"take one"* ]]
}

@test "tables: what Markdown and LaTeX would take for their own is text" {
	changed '.results[].case = "a|b_*<i>\\x{%&#$~/c" | .results |= [.[0]] | del(.summary)'
	contend report "$a" --output-format=markdown
	[[ "$output" == *'a\|b_\*\<i>\\x{%&#$~'* ]]
	contend report "$a" --output-format=latex
	[[ "$output" == *'a\char`\|{}b\_*\char`\<{}i\char`\>{}\textbackslash{}x\{\%\&\#\$\char`\~{}'* ]]
	# Whatever the names are, there is no terminal that has no room for all figures.
	changed '.results |= [.[0, 1]] | .results[0].case = ("a" * 90) | .results[1].case = ("b" * 90) |
		.results[].job.spec |= sub("lock=[a-z]+"; "lock=mcs") | del(.summary)'
	contend report "$a" --output-format=markdown
	[[ "$output" == "| case "*"| verdict |"*" a second |"*" wait p50 |"*" wait max |"*" jain |"*"| aaa"*"| bbb"* ]]
	[ "$(grep '^|' <<<"$output" | awk -F'|' '{ print NF, length }' | sort -u | wc -l)" -eq 1 ]
	[[ "$output" != *"No room for"* ]]
}

@test "tables: a world and a command are text too, in one line each" {
	changed '.environment.kernel = "6<i>*x*\n\n# h" | .provenance.command_line = "contend\n\n# h"'
	contend report "$a" --output-format=markdown
	[[ "$output" == *'Linux 6\<i>\*x\*  # h,'*"    contend  # h"$'\n'* ]]
	changed '.environment.kernel = "6\n\n%" | .provenance.command_line =
		"contend \u0027a\\end{verbatim}\\input{x}\u0027 b\\end {verbatim}\n\n"'
	contend report "$a" --output-format=latex
	[[ "$output" == *'Linux 6  \%,'* ]]
	# A shell reads the same.
	[[ "$output" == *"contend 'a\end''{verbatim}\input{x}' b\end'' {verbatim}"* ]]
	[ "$(grep -c '\\end *{verbatim}' <<<"$output")" -eq "$(grep -c '\\begin{verbatim}' <<<"$output")" ]
}

@test "report: --hgrm is what HdrHistogram's tools read, of one case" {
	contend report "$run" --hgrm=wait --lock=mcs --workers=2
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "       Value     Percentile TotalCount 1/(1-Percentile)" ]
	# All that there are, up to the greatest; percentiles and counts do not fall.
	jq --arg text "$output" --slurpfile run "$run" -e '
		[$run[0].results[] | select(.case | test("mcs,workers=2")).wait_ns] as $all |
		[$text | split("\n")[1:][] | select(test("^ *[0-9]")) | [splits(" +")] | map(select(. != "") | tonumber)] |
		(.[-1] | length == 3 and .[1] == 1 and .[2] == ([$all[].count] | add) and .[0] == ([$all[].max] | max)) and
		. == sort and all(.[:-1][]; length == 4 and (1 / (1 - .[1]) / .[3] | . > 0.9 and . < 1.1))' <<<null
	[[ "$output" == *"#[Mean    = "*"#[Max     = "*"#[Buckets = "* ]]
	contend report "$run" --hgrm=wait
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--hgrm is of one case"*"mcs workers=1"*"ticket workers=2"* ]]
	contend report "$run" --hgrm=wiat
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"--hgrm=wiat: no case has such a time, with buckets: there are wait, hold"* ]]
}

@test "report: --hgrm of a case that did nothing says what became of it" {
	changed '.results |= [.[0] | .verdict = "inconclusive" | .reason = "no operation began" |
		.ops = 0 | map_values(if type == "object" and has("buckets") then null else . end)]'
	contend report "$a" --hgrm=wait
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ "$stderr" == "contend: --hgrm=wait: no case has such a time, with buckets:"$'\n'"  "*": inconclusive: no operation began" ]]
}

@test "report: a list chooses the cases of each of its values" {
	contend report "$run" --lock=mcs,ticket --workers=2 --output-format=markdown
	[ "$status" -eq 0 ]
	[ "$(grep -c "^| *\(mcs\|ticket\) " <<<"$output")" -eq 2 ]
	contend report "$run" --lock=mcs --output-format=markdown --workers=1..2+1
	[ "$status" -eq 0 ]
	[ "$(grep -c "| *pass " <<<"$output")" -eq 2 ]
	contend report "$run" --lock=ticket,rcu --output-format=markdown
	[ "$(grep -c "| *pass " <<<"$output")" -eq 2 ]
	contend report "$run" --lock=rcu,srcu
	[ "$status" -eq 1 ]
	[[ "$stderr" == *"there is no case of lock=rcu,srcu"* ]]
}

# many CASES BUCKETS: a document of cases that differ in their seed alone, each with so many
# buckets in each of five times, all other.
many() {
	jq -c --argjson cases "$1" --argjson buckets "$2" '
		def least: if . < 128 then . else (64 + . % 64) * pow(2; (. / 64 | floor) - 1) end;
		.results[0] as $one | .results = [range($cases) as $i |
		([range($buckets) | "\(. + 10 | least):\((. * 7919 + $i * 104729) % 977 + 1)"] | join(" ")) as $text |
		([$text | split(" ")[] | split(":")[1] | tonumber] | add) as $count |
		{ $count, mean: 500, trimmed_mean: 400, p50: 400, p90: 900, p99: 990, p999: 1000, p9999: 1000,
			max: ($buckets + 9 | least), buckets: $text } as $time |
		$one + { case: "many/seed=\($i)", wait_ns: $time, hold_ns: $time, response_ns: $time,
			service_ns: $time, handover_ns: $time } |
		.job.spec |= sub("seed=[0-9]+"; "seed=\($i)")] | del(.summary)' "$run" >"$a"
}

@test "report: a case has one colour in all pictures of a page, and each part has a name" {
	many 20 3
	# One that has no time of these, and would give its place to the next one.
	jq '.results[2].hold_ns = null' "$a" >"$a.new"
	contend report "$a.new" -o "$page"
	[ "$status" -eq 0 ]
	for part in "1 of 3 (seed=0 to seed=7)" "3 of 3 (seed=16 to seed=19)"; do
		for time in Wait Hold; do
			grep -qF "$time: percentiles, $part" "$page"
		done
	done
	# Its class in the pictures of distributions: one.
	local seed
	for seed in 1 3 7 8 19; do
		[ "$(grep -oE "<g class=\"s[0-7]\"><title>seed=$seed</title>" "$page" | sort -u | wc -l)" -eq 1 ]
	done
}

@test "report: a page of 20 cases is at most 1 MB, however fine they were measured" {
	many 20 1000
	contend report "$a" -o "$page"
	[ "$status" -eq 0 ]
	[ "$(stat -c %s "$page")" -le 1000000 ]
	grep -q '<title>seed=19</title>' "$page"
}

# browser OPTION...: chromium opens the page, in a size that a screen has.
browser() {
	command -v chromium >/dev/null || skip "chromium is not installed: scripts/setup browser"
	timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$BATS_TEST_TMPDIR/chrome" \
		--hide-scrollbars --window-size="${width:-1000}",1200 "$@" "file://$page"
}

# asks SCRIPT: what a function says of the page in a browser, as JSON. For that the copy may have
# a script, and nothing is left out of its layout.
asks() {
	sed 's/<meta http-equiv=Content-Security-Policy[^>]*>/<style>figure{content-visibility:visible!important}<\/style>/' \
		"$page" >"${page%.html}-asked.html"
	{
		[[ ! ${2-} ]] || { echo '<script>' && cat "$2" && echo '</script>'; }
		echo "<script>($1)().then(said => { const pre = document.createElement('pre'); pre.id = 'said';
			pre.textContent = JSON.stringify(said); document.body.replaceChildren(pre); })</script>"
	} >>"${page%.html}-asked.html"
	page=${page%.html}-asked.html browser --virtual-time-budget=60000 --dump-dom 2>/dev/null |
		sed -n 's/.*<pre id="said">\(.*\)<\/pre>.*/\1/p' | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

@test "report: a browser opens the page, and has nothing to complain of" {
	contend report "$run" -o "$page"
	browser --enable-logging=stderr --screenshot="$BATS_TEST_TMPDIR/a.png" 2>"$BATS_TEST_TMPDIR/log"
	lacks 'CONSOLE|Refused to' "$BATS_TEST_TMPDIR/log"
	# A picture of one colour has less.
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/a.png")" -gt 20000 ]
}

@test "report: all that is written in a picture can be read: inside of it, and apart" {
	local said
	contend report "$run" -o "$page"
	for width in 1000 500; do
		said=$(asks 'async () => {
			const wrong = [], apart = (a, b) => a.right <= b.left || b.right <= a.left ||
				a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
			const svgs = [...document.querySelectorAll("figure svg")];
			for (const svg of svgs) {
				const box = svg.getBoundingClientRect(), name = svg.closest("figure").id;
				const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
				if (box.width < 300 || box.height < 50 || !svg.querySelector(".plot path"))
					wrong.push([name, "is empty"]);
				texts.forEach(([text, t], i) => {
					if (t.left < box.left - 1 || t.right > box.right + 1 || t.top < box.top - 1 || t.bottom > box.bottom + 1)
						wrong.push([name, text, "outside"]);
					for (const [other, o] of texts.slice(i + 1))
						if (!apart(t, o))
							wrong.push([name, text, other]);
				});
			}
			if (document.documentElement.scrollWidth > innerWidth)
				wrong.push(["the page", document.documentElement.scrollWidth]);
			return { n: svgs.length, wrong };
		}')
		jq -e '.n > 8 and .wrong == []' <<<"$said" || { echo "$width: $said"; false; }
	done
}

# What axe finds in the page, all of it open.
axe() {
	local axe=$cache/axe-core-4.10.3/axe.min.js said
	[ -f "$axe" ] || skip "axe-core is not there: scripts/setup browser fetches it, with npm"
	sed -i 's/<details>/<details open>/' "$page"
	said=$(asks 'async () => {
		scrollTo(0, 1000);
		await new Promise(done => setTimeout(done, 1000));
		return (await axe.run(document, { resultTypes: ["violations"] })).violations.map(v =>
			[v.id, v.nodes.length, v.nodes[0].html]);
	}' "$axe")
	[ "$said" = '[]' ] || { echo "$said"; false; }
}

@test "report: axe finds nothing" {
	contend report "$run" -o "$page"
	axe
}

@test "report: where uPlot is, the page has it in itself, and draws the same with it" {
	local said
	library
	contend report "$run" -o "$page"
	[ "$status" -eq 0 ]
	grep -q "script-src 'nonce-[0-9a-f]\{32\}'" "$page"
	grep -q 'Permission is hereby granted' "$page"
	lacks '(src|href) *= *"?(https?:|//)|url\(|@import'
	# The pictures are there for who has no scripts, and for print.
	[ "$(grep -c 'role="img" aria-labelledby' "$page")" -eq "$(grep -c '<figure ' "$page")" ]
	browser --enable-logging=stderr --screenshot="$BATS_TEST_TMPDIR/a.png" 2>"$BATS_TEST_TMPDIR/log"
	lacks 'CONSOLE|Refused to' "$BATS_TEST_TMPDIR/log"
	said=$(asks 'async () => {
		const figure = document.getElementById("wait"), key = (area, key) =>
			area.dispatchEvent(new KeyboardEvent("keydown", { key }));
		const area = () => figure.querySelector(".live"), value = () =>
			[...area().querySelectorAll(".u-value")].map(v => v.textContent);
		figure.scrollIntoView();
		await new Promise(done => setTimeout(done, 1000));
		const before = value();
		key(area(), "ArrowRight");
		key(area(), "ArrowRight");
		await new Promise(done => setTimeout(done, 200));
		const after = value();
		key(area(), "+");
		key(area(), "0");
		return { before, after, drawn: figure.className, lines: figure.querySelectorAll(".plot .l").length,
			series: area().querySelectorAll(".u-series").length, canvas: !!area().querySelector("canvas") };
	}')
	jq -e '.drawn == "drawn" and .canvas and .lines + 1 == .series and all(.before[]; . == "–") and
		(.after[0] | endswith("%")) and any(.after[1:][]; endswith("s"))' <<<"$said" || { echo "$said"; false; }
	# What would end the script that it stands in is no library.
	echo '"</script>"' >>"$XDG_CACHE_HOME/contend/uplot-1.6.32/uPlot.iife.min.js"
	contend report "$run" -o "$page"
	[ "$status" -eq 0 ]
	lacks '<script'
}

@test "setup report: what npm brings is taken only if it is what it was" {
	command -v apt-get >/dev/null || skip "this is not Debian"
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho other >uplot-1.6.32.tgz\n' >"$BATS_TEST_TMPDIR/bin/npm"
	chmod +x "$BATS_TEST_TMPDIR/bin/npm"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run scripts/setup report
	[ "$status" -eq 125 ]
	[[ "$output" == *"uplot 1.6.32: what npm fetched is not what it was"* ]]
	[ ! -e "$XDG_CACHE_HOME/contend/uplot-1.6.32" ]
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/npm"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run scripts/setup report
	[ "$status" -eq 125 ]
	[[ "$output" == *"uplot 1.6.32: npm cannot fetch it"* ]]
}

@test "report: axe finds nothing in what uPlot draws" {
	library
	contend report "$run" -o "$page"
	axe
}
