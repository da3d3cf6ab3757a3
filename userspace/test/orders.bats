#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# scenario=orders: an exchange, its laws, and twins that break one each.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.."
	scripts/build user
	scripts/build user MUTANT=1
}

setup() {
	load jq
	load judged
	load laws
	cd "$BATS_TEST_DIRNAME/../.."
	out=$BATS_TEST_TMPDIR/out.json
}

# build/NAME's program on the scenario, its document in $out.
scenario() {
	local build=$1
	shift
	run --separate-stderr "build/$build/contend" run --scenario=orders --warmup=50ms "$@" \
		-o "$out" --output-format=json
}

@test "the laws hold, however the stages hand over and wait" {
	shows '.figures | .trades > 0 and .resting_end > 0 and .market_data > 0' \
		--architecture=disruptor,queue,pipeline,single
	jq -e '.results | length == 4' "$out"
	jq -e '.results | all([.checks[].name] | contains(["sequence", "rewritten", "crossed",
		"quantity", "priority", "once", "audit", "replica", "replay", "allocation"]))' "$out"
	jq -e '.results | all(.figures | .allocations == 0 and .fix_bytes > 0)' "$out"
	passes --architecture=disruptor,queue,pipeline --wait=yield --runtime=300ms --users=2
	# With fewer CPUs than stages it may do nothing in that time, and nothing wrong.
	scenario user --architecture=disruptor,queue --wait=spin --runtime=200ms --users=2
	jq -e '.results | all(.checks | all(.verdict == "pass"))' "$out"
	passes --gateways=1,8 --users=64 --architecture=disruptor,queue --runtime=100ms
}

@test "each message that was numbered is in the journal, and each is answered" {
	mkdir "$BATS_TEST_TMPDIR/kept"
	# In batches, since others come while one is written.
	shows '.figures.journal_batch > 1' --users=64 --fsync=batch --journal="$BATS_TEST_TMPDIR/kept"
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/kept/journal")" -eq \
		"$(jq '.results[0].figures.journal_bytes' "$out")" ]
	# The last one that was acknowledged is the last one.
	[ "$(od -An -t u8 "$BATS_TEST_TMPDIR/kept/acknowledged" | tr -d ' ')" -eq \
		"$(jq '.results[0].figures.messages' "$out")" ]
	passes --runtime=200ms --users=64 --fsync=each
	jq -e '.results[0].figures.journal_batch == 1' "$out"
}

@test "what came due is what ended, or waits; a full book refuses" {
	passes --users=8 --runtime=300ms --offered=poisson:500/s
	jq -e '.results[0] | (.outcomes | add) as $ended | .offered_per_s == 500 and .due > 0 and
		.due <= $ended + .unserved + 8' "$out"
	passes --users=128 --runtime=300ms --offered=bursts:1000/s:100 --architecture=queue
	shows '.figures | .refusals > 0 and .trades > 0' --users=64 --resting=16
	jq -e '.results[0].figures.resting_end <= 16' "$out"
}

@test "more users than there is room for are answered all the same" {
	shows '.figures.messages > 300' --capacity=64 --users=300 --architecture=disruptor,queue,pipeline
}

# What a program cannot write beyond 256 KiB; its document is smaller.
small_disk() {
	trap "" XFSZ
	ulimit -f 256
	"$@"
}

@test "where the journal cannot be written nothing is acknowledged, and no law is blamed" {
	for architecture in disruptor queue pipeline single; do
		run --separate-stderr small_disk build/user/contend run --scenario=orders \
			--architecture=$architecture --warmup=0ms --runtime=20s -o "$out" \
			--journal="$BATS_TEST_TMPDIR" --output-format=json
		[ "$status" -eq 5 ]
		jq -e '.results[0] | .verdict == "error" and (.reason | endswith("/journal: File too large"))
			and (.checks | all(.verdict == "pass"))' "$out"
		# An order that is acknowledged is a record that is whole. Each has its length.
		journal=$BATS_TEST_TMPDIR/journal
		record=$(od -An -t u4 -j 12 -N 4 "$journal")
		[ "$(od -An -t u8 "$BATS_TEST_TMPDIR/acknowledged")" -le \
			$((($(stat -c %s "$journal") - 8) / record)) ]
	done
	# An audit log is longer than a journal of the same orders.
	for architecture in disruptor pipeline single; do
		run --separate-stderr small_disk build/user/contend run --scenario=orders \
			--architecture=$architecture --warmup=0ms --runtime=20s -o "$out" \
			--audit="$BATS_TEST_TMPDIR/audit" --output-format=json
		[ "$status" -eq 5 ]
		jq -e '.results[0] | .verdict == "error" and (.reason |
			startswith("audit=: ") and endswith("/audit: File too large"))' "$out"
	done
}

@test "a file that is no journal stays as it is, and one has one run at a time" {
	local kept=$BATS_TEST_TMPDIR/kept
	mkdir "$kept"
	reason() {
		scenario user --journal="$kept" --runtime=50ms
		[ "$status" -eq 5 ]
		[[ $(jq -r '.results[0].reason' "$out") == "journal=: $kept/$1: $2: name another folder" ]]
	}
	echo mine >"$BATS_TEST_TMPDIR/mine"
	for name in journal acknowledged; do
		rm -f "$kept"/*
		ln -s ../mine "$kept/$name"
		reason $name "it is none that a run has left"
		rm "$kept/$name"
		echo mine >"$kept/$name"
		reason $name "it is none that a run has left"
		[ "$(cat "$kept/$name" "$BATS_TEST_TMPDIR/mine")" = $'mine\nmine' ]
		rm "$kept/$name"
		mkfifo "$kept/$name"
		reason $name "it is none that a run has left"
		rm "$kept/$name"
	done
	serve user --port=0 --journal="$kept"
	reason journal "another run writes to it"
	stops
	[ "$status" -eq 0 ]
	# What a run has left is begun anew.
	passes --journal="$kept" --runtime=50ms
}

@test "an exchange that is killed has each order that it has acknowledged in its journal" {
	passes --runtime=50ms --crashes=4 --architecture=disruptor,queue,pipeline,single
	jq -e '.results | all(.figures | .crashed == 4 and .crashed_records > 0)' "$out"
	jq -e '.results | all(.checks | any(.name == "durable"))' "$out"
	caught_by durable --architecture=busted_durable --crashes=10
}

@test "a law that is broken is seen by its check" {
	for law in sequence rewritten crossed quantity priority once audit replica replay \
		allocation; do
		caught_by $law --architecture=busted_$law
	done
}

@test "what does not go together is said before anything begins" {
	refused "capacity= is how many events a structure holds: 64 to 1048576" --capacity=8
	refused "a folder of 1 to 191 characters" "--journal=$(printf '%0300d' 0)"
	refused "crashes= kills programs that have all of it: engine=user" --crashes=1 --engine=ioctl
	scenario user --journal=/nowhere/at/all
	[ "$status" -eq 5 ]
	[[ $(jq -r '.results[0].reason' "$out") == "journal=: make that folder, or name another one"* ]]
	refused "nothing of scenario=orders can fail a probe" --health=1s
}

# What BANK and FUND say: in each turn eight messages, two trades, one refusal, and two cancels at the
# end, one of which comes too late.
@test "a log is sent again and again, message by message" {
	local log=userspace/test/orders.fix
	for architecture in disruptor single; do
		shows '.figures.log_turns > 1' --architecture=$architecture --gateways=1 --users=4 --fix_log=$log
		jq -e '.results[0].figures | .log_messages == 8 and .log_left_out == 4 and
			.log_turns == (.messages / 10 | floor)' "$out"
		jq -e '.results[0].figures | (.messages % 10) as $rest |
			def so_far(at): 2 * .log_turns + (at | map(select(. <= $rest)) | length);
			.trades == so_far([2, 4]) and .refusals == so_far([6, 9]) and .resting_end <= 2' "$out"
	done
	# The same as the standard has it, and without ends of lines.
	sed 's/^[^=]*: //' "$log" | tr '|' '\001' | tr -d '\n' >"$BATS_TEST_TMPDIR/log"
	shows '.figures.log_turns > 1' --gateways=2 --fix_log="$BATS_TEST_TMPDIR/log"
	jq -e '.results[0].figures | .log_messages == 8 and .log_left_out == 4' "$out"
}

# no_log FILE MESSAGE: it is refused, before anything begins.
no_log() {
	scenario user --runtime=10s --gateways=1 --fix_log="$1"
	[ "$status" -eq 5 ]
	[[ $(jq -r '.results[0].reason' "$out") == "fix_log=: $2"* ]] ||
		{ jq -r '.results[0].reason' "$out"; false; }
}

@test "a log that is none is refused, by its message" {
	local good=userspace/test/orders.fix log=$BATS_TEST_TMPDIR/log
	no_log "$log" "$log: No such file or directory"
	: >"$log"
	no_log "$log" "$log: it is empty"
	no_log /proc/self/mem "/proc/self/mem: "
	no_log "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR: a log is a regular file, and this is none"
	mkfifo "$log.fifo"
	no_log "$log.fifo" "$log.fifo: a log is a regular file"
	head -n 1 "$good" >"$log"
	no_log "$log" "$log: no message of it is an order"
	sed '3s/38=30/38=31/' "$good" >"$log"
	no_log "$log" "$log: message 3: its BodyLength (9) or CheckSum (10) is not its own"
	sed '3s/FIX.4.4/FIX.4.2/' "$good" >"$log"
	no_log "$log" "$log: message 3: it begins with another version than 8=FIX.4.4"
	sed '3s/55=CNTD/55=DTNC/' "$good" >"$log"
	no_log "$log" "$log: message 3: tag 55: value is incorrect"
	sed '2s/^/Created session/' "$good" >"$log"
	no_log "$log" "$log: message 2: what is ahead of it is no time stamp"
	head -c 250 "$good" >"$log"
	no_log "$log" "$log: message 2: the log ends in the midst of it"
	sed -n 2p "$good" >"$log"
	scenario user --fix_log="$log"
	[ "$status" -eq 5 ]
	[[ $(jq -r '.results[0].reason' "$out") == "fix_log=: $log has 1 order: gateways=2 are too many" ]]
	run build/user/contend serve orders --fix_log="$good"
	[ "$status" -eq 1 ]
	[[ $output == *"fix_log= means nothing to contend serve orders: leave it out" ]]
}

teardown() {
	[ -z "${server-}" ] || kill -KILL "$server" 2>/dev/null || :
}

# serve BUILD [OPTION]...: in the background, $server at $port; what it says is in $said.
serve() {
	local build=$1
	said=$BATS_TEST_TMPDIR/said
	# It is looked at before the server may have opened it.
	: >"$said"
	"build/$build/contend" serve orders "${@:2}" 2>"$said" 3>&- &
	server=$!
	for _ in {1..200}; do
		port=$(sed -n 's/^contend: orders: FIX 4.4 at 127.0.0.1:\([0-9]*\),.*/\1/p' "$said")
		[ -z "$port" ] || return 0
		sleep 0.05
	done
	return 1
}

# stops [SIGNAL]: on SIGTERM, in a time that has an end; its status is in $status.
stops() {
	kill "-${1:-TERM}" "$server"
	for _ in {1..200}; do
		kill -0 "$server" 2>/dev/null || { status=0; wait "$server" || status=$?; server=; return 0; }
		sleep 0.05
	done
	return 1
}

# threads CPUS: of the server, how many there are, how many may run on these CPUs alone, and how many
# of them have SCHED_FIFO 7.
threads() {
	local task all=0 bound=0 urgent=0
	for task in "/proc/$server/task"/*; do
		all=$((all + 1))
		[[ $(sed -n 's/^Cpus_allowed_list:\s*//p' "$task/status") != "$1" ]] || bound=$((bound + 1))
		[[ $(cut -d' ' -f40,41 "$task/stat") != "7 1" ]] || urgent=$((urgent + 1))
	done
	echo $all $bound $urgent
}

# becomes THREADS CPUS: sooner or later they are so.
becomes() {
	for _ in {1..200}; do
		[[ $(threads "$2") != "$1" ]] || return 0
		sleep 0.05
	done
	threads "$2"
	return 1
}

# skips MESSAGE OPTION COMMAND...: the program, run by COMMAND, does not run the case, and says why.
skips() {
	run "${@:3}" build/user/contend run --scenario=orders --priority=7 --runtime=100ms "$2" \
		-o "$out" --output-format=json
	[ "$status" -eq 4 ]
	[[ $(jq -r '.results[0].reason' "$out") == "$1"* ]]
}

@test "gateways and stages have the CPU and the priority that they are given" {
	local own cpu=0
	own=$(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)
	serve user
	# The one that has the sockets, and the stages.
	becomes "6 6 0" "$own"
	stops
	until taskset -c $cpu true 2>/dev/null; do cpu=$((cpu + 1)); done
	serve user --placement=pack
	becomes "6 6 0" $cpu
	stops
	[ "$status" -eq 0 ]
	if taskset -c $((cpu + 1)) true 2>/dev/null; then
		# Of two CPUs each has the half.
		taskset -pc $cpu-$((cpu + 1)) $BASHPID
		serve user --placement=spread
		becomes "6 3 0" $cpu
		becomes "6 3 0" $((cpu + 1))
		stops
	fi
	if chrt -f 7 true 2>/dev/null; then
		serve user --priority=7 --placement=free
		becomes "6 6 6" "$(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)"
		stops
		passes --priority=7 --placement=spread --wait=block,yield --runtime=300ms
	fi
	# A thread that spins would not let the others have a CPU; and nobody may have a priority.
	skips "priority= with wait=spin takes a CPU for each of 7 threads, and there is 1" --wait=spin \
		taskset -c $cpu
	skips "priority= needs real-time priorities: Operation not permitted: be root, or have CAP_SYS_NICE" \
		--wait=block setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice
}

# fix NAME WORD...: what the server says to this client, a message a line. A word is "TYPE BODY"
# for the next message, in which NOW is the time, "seq N" for its number, "dup ..." for one that is
# a possible duplicate, "raw BYTES", "wait N" for N messages, or "flood N TYPE BODY", none of whose
# answers are read. At the end it waits until the server closes.
fix() {
	perl -MIO::Socket::INET -MPOSIX -e '
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => shift) or die;
		my ($me, $seq, $got) = (shift, 1, "");
		$SIG{PIPE} = "IGNORE";
		$| = 1;
		sub take {
			my $n = shift;
			alarm 20;
			while ($n) {
				if ($got =~ s/^(8=FIX.*?\x0110=\d\d\d\x01)//s) {
					(my $m = $1) =~ tr/\x01/|/;
					print "$m\n";
					$n--;
				} else {
					sysread($s, $got, 65536, length $got) or last;
				}
			}
		}
		sub message {
			my ($type, $body, $dup) = @_;
			my $now = strftime("%Y%m%d-%H:%M:%S", gmtime);
			my $b = "35=$type|49=$me|56=CONTEND|34=" . $seq++ . "|52=$now|" .
				($dup ? "43=Y|122=$now|" : "") . $body;
			$b =~ s/NOW/$now/g;
			$b =~ tr/|/\x01/;
			my $m = "8=FIX.4.4\x019=" . length($b) . "\x01$b";
			return $m . sprintf("10=%03d\x01", unpack("%32C*", $m) % 256);
		}
		for (@ARGV) {
			my ($word, $rest) = split / /, $_, 2;
			if ($word eq "wait") { take($rest) }
			elsif ($word eq "seq") { $seq = $rest }
			elsif ($word eq "raw") { syswrite($s, $rest) }
			elsif ($word eq "dup") { syswrite($s, message(split(/ /, $rest, 2), 1)) }
			elsif ($word eq "flood") {
				my ($n, $type, $body) = split / /, $rest, 3;
				alarm 20;
				while ($n--) {
					(my $own = $body) =~ s/ID/$n/g;
					syswrite($s, message($type, $own)) or last;
				}
			}
			else { syswrite($s, message($word, $rest)) }
		}
		take(1 << 30);' "$port" "$@"
}

# order ID SIDE QUANTITY: the body of a limit order.
order() {
	echo "11=$1|55=CNTD|54=$2|60=NOW|38=$3|40=2|44=101.25|"
}

# trail FILE: what an audit log says, by who knows its columns alone: lines, messages, refusals, trades,
# orders that rest, and whether what came in is what was filled, rests or was cancelled.
trail() {
	awk -F, '
		function wrong(what) { print "line " NR ": " what; bad = 1; exit 1 }
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{
			event = $at["event"]; id = $at["id"]; last = $at["last"]
			leaves = $at["leaves"]; original = $at["original"]
			if ($at["line"] != NR - 1) wrong("its number")
		}
		event == "accepted" { if ($at["message"] != ++messages) wrong("its message"); stage = 1; next }
		$at["message"] != messages { wrong("after its message") }
		event == "journaled" { if (stage++ != 1) wrong("twice in the journal"); next }
		stage != 2 { wrong("not in the journal") }
		event == "refused" { refusals++; next }
		event == "new" { if (id in open) wrong("new again"); open[id] = leaves; came += leaves; next }
		event == "replaced" {
			if (!(original in open)) wrong("nothing to replace")
			if (leaves > open[original]) came += leaves - open[original]
			else cancelled += open[original] - leaves
			delete open[original]; open[id] = leaves; next
		}
		event == "cancelled" {
			if (original in open) id = original
			if (open[id] != last) wrong("another quantity is cancelled")
			cancelled += last; delete open[id]; next
		}
		event == "partial" || event == "filled" {
			if (open[id] != last + leaves) wrong("a quantity is missing")
			sides++; filled += last; open[id] = leaves
			if (event == "filled") delete open[id]
			next
		}
		{ wrong("an event that there is not") }
		END {
			if (bad) exit 1
			for (id in open) { resting++; rests += open[id] }
			printf "%d %d %d %g %d %s\n", NR - 1, messages, refusals, sides / 2, resting,
				came == filled + rests + cancelled ? "balanced" : "lost"
		}' "$1"
}

@test "an audit log shows each order's life without a gap" {
	local log=$BATS_TEST_TMPDIR/audit
	for architecture in disruptor queue pipeline single; do
		passes --architecture=$architecture --audit="$log" --users=16 --resting=300 --runtime=200ms
		jq -e '.results[0].checks | any(.name == "trail")' "$out"
		[ "$(trail "$log")" = "$(jq -r '.results[0].figures | "\(.audit_lines) \(.messages) \(
			.refusals) \(.trades) \(.resting_end) balanced"' "$out")" ]
	done
	# No line can be missing.
	run trail <(sed 10d "$log")
	[ "$status" -eq 1 ]
	caught_by trail --architecture=busted_trail --audit="$log"
	passes --runtime=50ms
	jq -e '.results[0].checks | any(.name == "trail") | not' "$out"
	# Sessions' orders are there as well, each by whose it is; what is no word is written as one.
	serve user --audit="$log"
	fix ME "A 98=0|108=30|" "D $(order 'a,b' 1 100)" "wait 2" "5 " >/dev/null
	stops
	[ "$status" -eq 0 ]
	[ "$(tail -n 1 "$log")" = "3,1,new,1,0,buy,10125,100,0,100,0,a%2cb@1," ]
}

@test "an audit log that cannot be written is said before anything begins" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	for path in "$BATS_TEST_TMPDIR" /nowhere/at/all /dev/null "$BATS_TEST_TMPDIR/fifo"; do
		scenario user --audit="$path" --runtime=10s
		[ "$status" -eq 5 ]
		[[ $(jq -r '.results[0].reason' "$out") == "audit=: $path: "* ]]
	done
}

@test "a file that is no audit log stays as it is, and one has one run at a time" {
	local log=$BATS_TEST_TMPDIR/log first
	reason() {
		scenario user --audit="$1" --runtime=50ms "${@:3}"
		[ "$status" -eq 5 ]
		[[ $(jq -r '.results[0].reason' "$out") == "audit=: $1: $2: name another file" ]]
	}
	echo mine >"$log"
	ln -s "$log" "$log.link"
	for path in "$log" "$log.link"; do
		reason "$path" "it is none that a run has left"
	done
	# Nor a log of orders, of which it would be the end before it is read.
	reason "$log" "it is none that a run has left" --fix_log="$log"
	[ "$(cat "$log")" = mine ]
	rm "$log"
	serve user --audit="$log"
	reason "$log" "another run writes to it"
	stops
	passes --audit="$log" --runtime=50ms
}

@test "contend serve orders ends at once where its journal cannot be written, whoever is deaf" {
	for architecture in disruptor queue; do
		serve user --architecture=$architecture
		prlimit --pid "$server" --fsize=20480
		fix ME "A 98=0|108=30|" "flood 3000 D $(order ID 1 100)" "wait 2" >/dev/null || true
		# A signal is for the case that it does not.
		stops
		[ "$status" -eq 5 ]
		grep -q "File too large" "$said"
	done
}

@test "contend serve orders: a session logs on, trades, asks again, and logs out" {
	for architecture in disruptor queue pipeline single; do
		serve user --architecture=$architecture
		run fix ME "A 98=0|108=30|" "D $(order a 1 100)" "wait 2" "1 112=alive|" "wait 1" \
			"2 7=1|16=0|" "wait 3" "5 "
		[ "${#lines[@]}" -eq 7 ]
		[[ ${lines[0]} == *"|35=A|49=CONTEND|56=ME|34=1|"*"|98=0|108=30|"* ]]
		[[ ${lines[1]} == *"|35=8|"*"|34=2|"*"|11=a|39=0|"*"|151=100|14=0|6=0.00|"* ]]
		[[ ${lines[2]} == *"|35=0|"*"|34=3|"*"|112=alive|"* ]]
		[[ ${lines[3]} == *"|35=4|"*"|34=1|43=Y|"*"|123=Y|36=2|"* ]]
		[[ ${lines[4]} == *"|35=8|"*"|34=2|43=Y|"*"|122="*"|11=a|39=0|"* ]]
		[[ ${lines[5]} == *"|35=4|"*"|34=3|43=Y|"*"|123=Y|36=4|"* ]]
		[[ ${lines[6]} == *"|35=5|"*"|34=4|"* ]]
		# Another one trades with that, and calls its own order the same; it cannot cancel others'.
		run fix YOU "A 98=0|108=30|" "D $(order a 2 30)" "F 11=b|41=a|55=CNTD|54=1|60=NOW|" \
			"wait 4" "5 "
		[ "${#lines[@]}" -eq 5 ]
		[[ ${lines[2]} == *"|11=a|39=2|"*"|150=F|"*"|32=30|31=101.25|151=0|14=30|6=101.25|"* ]]
		[[ ${lines[3]} == *"|35=9|"*"|11=b|41=a|39=8|"* ]]
		# What it missed is a gap, of which it asks.
		run fix ME "seq 6" "A 98=0|108=30|" "wait 1" "2 7=5|16=5|" "wait 1" \
			"F 11=c|41=a|55=CNTD|54=1|60=NOW|" "wait 1" "5 "
		[[ ${lines[0]} == *"|35=A|"*"|34=6|"* ]]
		[[ ${lines[1]} == *"|35=8|"*"|34=5|43=Y|"*"|11=a|39=1|"*"|150=F|"*"|151=70|14=30|"* ]]
		[[ ${lines[2]} == *"|35=8|"*"|11=c|41=a|39=4|"* ]]
		stops
		[ "$status" -eq 0 ]
		grep -q "4 orders, 1 of them refused, 6 reports; 0 garbled, 0 rejected, 2 sent again; 2 sessions, 0 of them given up, 3 logons, 3 connections, 0 of them refused" "$said"
	done
}

@test "contend serve orders: gaps of the client are asked for, and what is wrong is rejected" {
	serve user
	run fix ME "A 98=0|108=30|" "seq 4" "D $(order late 1 1)" "wait 2" "seq 2" \
		"dup D $(order early 1 1)" "wait 1" "dup 4 123=Y|36=4|" "dup D $(order late 1 1)" "wait 1" \
		"D $(order bad 3 1)" "wait 1" "V 262=x|" "wait 1" "raw nonsense" "4 123=N|36=50|" \
		"seq 50" "1 112=on|" "wait 1" "seq 2" "0 "
	[ "${#lines[@]}" -eq 8 ]
	[[ ${lines[1]} == *"|35=2|"*"|7=2|16=0|"* ]]
	[[ ${lines[2]} == *"|35=8|"*"|11=early|39=0|"* ]]
	[[ ${lines[3]} == *"|35=8|"*"|11=late|39=0|"* ]]
	[[ ${lines[4]} == *"|35=3|"*"|45=5|371=54|372=D|373=5|"* ]]
	[[ ${lines[5]} == *"|35=j|"*"|45=6|372=V|380=3|"* ]]
	[[ ${lines[6]} == *"|35=0|"*"|112=on|"* ]]
	[[ ${lines[7]} == *"|35=5|"*"|58=MsgSeqNum too low, expecting 51 but received 2|"* ]]
	stops
	[ "$status" -eq 0 ]
}

# The standard's test cases of volume 2 that end a session, and those that do not.
@test "contend serve orders: a message without a number ends its session, garble does not" {
	local number was
	serve user
	for number in 0 x -1 1.5 99999999999999999999 ""; do
		run fix ME "A 98=0|108=30|141=Y|" "seq $number" "0 "
		[ "${#lines[@]}" -eq 2 ]
		[[ ${lines[1]} == *"|35=5|"*"|34=2|"*"|58=MsgSeqNum is "* ]]
		# Nor does one log on, and it is told why.
		run fix YOU "seq $number" "A 98=0|108=30|"
		[ "${#lines[@]}" -eq 1 ]
		[[ ${lines[0]} == *"|35=5|"*"|58=MsgSeqNum is "* ]]
	done
	for was in FIX.4.2 FIX.5.0 FIXT.1.1; do
		run fix ME "A 98=0|108=30|141=Y|" "raw 8=$was"$'\001'"9=5"$'\001'"35=0"$'\001'"10=161"$'\001'
		[[ ${lines[1]} == *"|35=5|"*"|58=BeginString is FIX.4.4|"* ]]
	done
	# A sum that is not its own, and a type that is not the third field.
	run fix ME "A 98=0|108=30|141=Y|" "raw 8=FIX.4.4"$'\001'"9=5"$'\001'"35=0"$'\001'"10=000"$'\001' \
		"raw 8=FIX.4.4"$'\001'"9=10"$'\001'"34=x"$'\001'"35=0"$'\001'"10=236"$'\001' "1 112=x|" "wait 2" \
		"D $(order a 1 1)41=b|" "wait 1" "5 "
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[1]} == *"|35=0|"*"|112=x|"* ]]
	[[ ${lines[2]} == *"|35=3|"*"|45=3|371=41|372=D|373=2|"* ]]
	[[ ${lines[3]} == *"|35=5|"* ]]
	stops
	[ "$status" -eq 0 ]
	grep -q "; 2 garbled, 1 rejected" "$said"
}

@test "contend serve orders outlives clients that say nothing, half of it, or too much, and do not read" {
	local memory
	serve user
	# Each of these is there while the others are served.
	exec 6<>"/dev/tcp/127.0.0.1/$port" 7<>"/dev/tcp/127.0.0.1/$port"
	printf '8=FIX.4.4\0019=99' >&6
	[ -z "$(fix ME "raw GET / HTTP/1.1" "0 " )" ]
	run fix ME "A 98=0|108=30|" "raw 8=FIX.4.4"$'\001'"9=99999999999999999999"$'\001' "seq 2" "1 112=x|" \
		"wait 2" "5 "
	[[ ${lines[1]} == *"|35=0|"*"|112=x|"* ]]
	# Some thousands of answers that nobody reads: it is dropped.
	fix DEAF "A 98=0|108=30|" "flood 400000 1 112=$(printf '%0190d' 0)|" >/dev/null
	memory=$(sed -n 's/^VmRSS:\s*\([0-9]*\) kB/\1/p' "/proc/$server/status")
	[ "$memory" -lt 100000 ]
	# More connections than there is room for: one of those that say nothing is not in the way.
	perl -MIO::Socket::INET -e '
		push @s, IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) for 1 .. 140;' "$port"
	run fix ME "seq 4" "A 98=0|108=30|" "wait 1" "5 "
	[[ ${lines[0]} == *"|35=A|"* ]]
	exec 6>&- 7>&-
	stops
	[ "$status" -eq 0 ]
	grep -q ", 1 too slow" "$said"
}

@test "contend serve orders takes many orders at once, and says what law is broken" {
	local client
	serve user --users=64 --fsync=batch
	fix A "A 98=0|108=30|" "flood 1000 D $(order ID 1 1)" "wait 1001" "5 " >"$BATS_TEST_TMPDIR/a" &
	client=$!
	fix B "A 98=0|108=30|" "flood 1000 D $(order ID 2 1)" "wait 1001" "5 " >"$BATS_TEST_TMPDIR/b"
	wait $client
	# Each is new, and each is filled, whoever was first: or was told so after the logout.
	[ "$(cat "$BATS_TEST_TMPDIR"/[ab] | grep -c '|150=0|')" -eq 2000 ]
	stops
	[ "$status" -eq 0 ]
	grep -q "2000 orders, 0 of them refused, 4000 reports" "$said"
	serve user-mutant --architecture=busted_replica
	fix A "A 98=0|108=30|" "flood 100 D $(order ID 1 1)" "wait 101" "5 " >/dev/null
	stops
	[ "$status" -eq 5 ]
	grep -q "the law replica is broken" "$said"
}

@test "contend serve orders refuses keys that mean nothing to a server, and says which laws hold" {
	local key
	for key in runtime=1s interval=10ms trace=1 offered=periodic:100/s gateways=2 crashes=1 think=1us; do
		run timeout 5 build/user/contend serve orders "--$key"
		[ "$status" -eq 1 ]
		[ "$output" = "contend: ${key%%=*}= means nothing to contend serve orders: leave it out" ]
	done
	run timeout 5 build/user/contend serve orders --users=65
	[ "$status" -eq 1 ]
	[[ $output == "contend: users= is how many orders the server takes at a time: 64 at most" ]]
	run timeout 5 build/user/contend serve data
	[ "$status" -eq 4 ]
	[ "$output" = "contend: scenario=data has no server; these have one: web cache orders" ]
	run timeout 5 build/user/contend serve orders --architecture=foo
	[ "$output" = "command line: scenario=orders has no architecture 'foo': see contend list scenarios" ]
	run timeout 5 build/user/contend serve
	[[ "$output" == "contend: serve takes one scenario, as in contend serve web --port=8080"* ]]
	# Its terminal goes.
	serve user --users=64 --lock=mcs --structure=ring --capacity=64 --wait=yield
	stops HUP
	[ "$status" -eq 0 ]
	grep -q "the laws hold: sequence, .*, allocation$" "$said"
}

@test "contend serve orders takes the message of doc/orders.md, and says why the book refuses one" {
	local message
	serve user --resting=16
	message=$(sed -n 's/^    \(8=FIX.*\)/\1/p' doc/orders.md | tr '|' '\001')
	# Its time is long ago: that of now has as many digits.
	run fix ME "A 98=0|108=30|" "raw $message" "seq 3" "wait 3"
	[[ ${lines[1]} == *"|35=3|"*"|45=2|371=52|372=D|373=10|"* ]]
	[[ ${lines[2]} == *"|35=5|"* ]]
	run fix YOU "A 98=0|108=30|" "D $(order a 1 100)" "D $(order a 1 100)" \
		"D $(order b 1 100 | sed s/101.25/10000/)" "D $(order c 1 1000000001)" \
		"F 11=d|41=x|55=CNTD|54=1|60=NOW|" "flood 16 D $(order ID 1 1)" "wait 22" "5 "
	[[ ${lines[1]} == *"|35=8|"*"|11=a|39=0|"* ]]
	[[ ${lines[2]} == *"|39=8|"*"|103=6|58=the book has an order of this ClOrdID|"* ]]
	[[ ${lines[3]} == *"|39=8|"*"|103=99|58=Price is 0.01 to 655.35|"* ]]
	[[ ${lines[4]} == *"|39=8|"*"|103=13|58=OrderQty is 1 to 1000000000"* ]]
	[[ ${lines[5]} == *"|35=9|"*"|434=1|102=1|58=the book has no order of this OrigClOrdID and Side|"* ]]
	[[ ${lines[21]} == *"|39=8|"*"|103=3|58=the book is full|"* ]]
	stops
	[ "$status" -eq 0 ]
}

@test "contend serve orders gives up sessions that hold nothing, for new ones" {
	local i
	serve user
	# Of these the first two have come into the book; one has left it, by a trade.
	fix A "A 98=0|108=30|" "D $(order a 1 1)" "wait 2" "5 " >/dev/null
	fix B "A 98=0|108=30|" "D $(order b 1 1)" "wait 2" "5 " >/dev/null
	fix C "A 98=0|108=30|" "D $(order c 2 1)" "wait 2" "5 " >/dev/null
	for i in {1..62}; do
		[[ $(fix "N$i" "A 98=0|108=30|" "5 ") == *"|35=A|"* ]]
	done
	# A was given up, and begins anew; B is still there.
	[[ $(fix A "A 98=0|108=30|" "5 ") == *"|35=A|"*"|34=1|"* ]]
	[[ $(fix B "seq 4" "A 98=0|108=30|" "5 ") == *"|35=A|"*"|34=4|"* ]]
	stops
	[ "$status" -eq 0 ]
	grep -q "66 sessions, 2 of them given up" "$said"
}

@test "contend serve orders refuses a port that is taken, and ends though a client says nothing" {
	serve user
	run build/user/contend serve orders --port="$port"
	[ "$status" -eq 5 ]
	[[ $output == "contend: cannot listen on 127.0.0.1:$port: Address already in use: end its server, or name another port"* ]]
	exec 6<>"/dev/tcp/127.0.0.1/$port"
	# It does not answer the Logout.
	fix ME "A 98=0|108=30|" >"$BATS_TEST_TMPDIR/client" &
	client=$!
	until grep -q '|35=A|' "$BATS_TEST_TMPDIR/client" || ! kill -0 $client; do sleep 0.05; done
	stops
	wait $client
	[ "$status" -eq 0 ]
	grep -q '|35=5|.*|58=the exchange ends|' "$BATS_TEST_TMPDIR/client"
	exec 6>&-
}
