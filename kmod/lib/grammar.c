// SPDX-License-Identifier: GPL-2.0
/* The keys of the grammar: how each is parsed and written, and what it means. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "key.h"
#include "spec.h"

/* How each kind of key is parsed and written; @field is in a workload, or in a group. */

#define FIELD(_field)	.offset = offsetof(struct spec, _field)
#define OWN_FIELD(_field)							\
	.offset = offsetof(struct spec, _field), .own = offsetof(struct group_spec, _field)

static int parse_context(const struct spec_key *key, void *field, const char *value, size_t len,
			 struct spec_error *error)
{
	return value_contexts(field, value, len, error);
}

static int format_context(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return value_format_contexts(field, buf, size);
}

static int parse_mix(const struct spec_key *key, void *field, const char *value, size_t len,
		     struct spec_error *error)
{
	static const struct mix_kind kind = { "verb", "share", 0, 1000000, false, NULL };

	return value_mix(field, &kind, value, len, error);
}

static int parse_tune(const struct spec_key *key, void *field, const char *value, size_t len,
		      struct spec_error *error)
{
	static const struct mix_kind kind = {
		"setting", "value", 0, U64_MAX, false, value_settings
	};

	return value_mix(field, &kind, value, len, error);
}

static int format_mix(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return value_format_mix(field, buf, size);
}

/* The number of all workers is theirs. */
static int parse_group(const struct spec_key *key, void *field, const char *value, size_t len,
		       struct spec_error *error)
{
	static const struct mix_kind kind = { "group", "workers", 1, SPEC_WORKERS, true, NULL };
	struct spec *spec = field - key->offset;
	u32 i, workers = 0;
	struct mix_spec all;
	int ret = value_mix(&all, &kind, value, len, error);

	if (ret)
		return ret;
	for (i = 0; i < all.n; i++)
		workers += all.of[i].share;
	if (workers > SPEC_WORKERS)
		return spec_fail(error, 0, "these are %u workers, and %u are the most", workers,
				 SPEC_WORKERS);
	memset(&spec->groups, 0, sizeof(spec->groups));
	spec->groups.n = all.n;
	for (i = 0; i < all.n; i++) {
		strscpy(spec->groups.of[i].name, all.of[i].name, SPEC_NAME_LEN);
		spec->groups.of[i].workers = all.of[i].share;
	}
	spec->workers = workers;
	return 0;
}

static int format_group(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct groups_spec *groups = field;
	size_t n = 0;
	u32 i;

	for (i = 0; i < groups->n && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s:%u", i ? "," : "", groups->of[i].name,
			      groups->of[i].workers);
	return n;
}

/* How often something comes; 0 for never. */
static int parse_every_key(const struct spec_key *key, void *field, const char *value, size_t len,
			   struct spec_error *error)
{
	u64 ns;
	int ret = value_number(&ns, value, len, 0, value_times, 0, 10 * SPEC_NS_PER_S, error);

	if (ret)
		return ret;
	if (ns && ns < SPEC_EVERY_MIN_NS)
		return spec_fail(error, 0, "the time must be 0ns, or 1ms to 10s");
	*(u64 *)field = ns;
	return 0;
}

#define NAME_KEY(_field)		KEY_NAME(struct spec, _field)
#define U32_KEY(_field, _least, _most)	KEY_U32(struct spec, _field, _least, _most)
#define U64_KEY(_field, _least, _most)	KEY_U64(struct spec, _field, _least, _most)
#define TIME_KEY(_field, _least, _most)	KEY_TIME(struct spec, _field, _least, _most)
#define WORD_KEY(_field, ...)		KEY_WORD(struct spec, _field, __VA_ARGS__)
#define OWN(_field)			.own = offsetof(struct group_spec, _field)
#define OWN_TIME_KEY(_field, _least, _most)					\
	KEY_TIME(struct spec, _field, _least, _most), OWN(_field)
#define OWN_WORD_KEY(_field, ...)	KEY_WORD(struct spec, _field, __VA_ARGS__), OWN(_field)
#define DELAY_KEY(_field, _words, _most)					\
	KEY_DELAY(struct spec, _field, _words, _most), OWN(_field)
#define EVERY_KEY(_field)							\
	.parse = parse_every_key, .format = key_format_time, FIELD(_field)

const struct spec_key spec_keys[] = {
	{
		.name = "lock", .value = "NAME", .preset = "spinlock", .flags = SPEC_LIST,
		.about = "the lock that protects the structure",
		.manual =
"A name from `contend list locks`. What a structure needs of its lock and the\n"
"lock does not promise is refused when the run is made: a list's readers follow\n"
"pointers, which a seqlock's must not. The lock null excludes nobody; it takes\n"
"one worker and shows what the harness itself costs. A lock for readers only, which is\n"
"shared and not exclusive, takes several workers with a mix that only reads, as in\n"
"mix=read:1, or one worker with any.\n",
		NAME_KEY(lock),
	}, {
		.name = "structure", .value = "NAME", .preset = "counter", .flags = SPEC_LIST,
		.about = "the structure that the lock protects",
		.manual =
"A name from `contend list structures`. Each one has its own operations, for mix=,\n"
"and its own invariants, which every run checks.\n",
		NAME_KEY(structure),
	}, {
		.name = "engine", .value = "NAME", .preset = "kernel", .flags = SPEC_LIST,
		.about = "who operates on the structure: kernel, ioctl, ring or user",
		.manual =
"kernel	kernel threads inside the module\n"
"ioctl	threads or processes, one system call for each operation or batch\n"
"ring	the same, through rings that each of them and the module have mapped: one system\n"
"	call for each operation or batch, in which the ring is entered once; or none, with\n"
"	poller=\n"
"user	threads of the program itself, on the same locks and structures in it, and on the\n"
"	locks of its libraries: on any machine, without the module\n",
		NAME_KEY(engine),
	}, {
		.name = "workers", .value = "COUNT", .preset = "2", .flags = SPEC_LIST,
		.about = "how many work at the same time, 1 to 1024",
		.manual =
"With more of them than CPUs, several share one; placement= says which. The module's\n"
"parameter max_workers may allow less.\n",
		U32_KEY(workers, 1, SPEC_WORKERS),
	}, {
		.name = "group", .value = "NAME:WORKERS,...",
		.absent = "all workers are alike",
		.about = "groups of workers, each with a load of its own",
		.manual =
"group=readers:2,writer:1 are three workers in two groups, 12 groups at most. A key with the\n"
"name of a group before it, as in readers.mix=lookup:1 writer.hold=10us, is that of its\n"
"workers: mix, hold, think, arrival and wait. Without a name a key is that of every group that\n"
"has none of its own. workers= is the sum, and is left out; of a job file, one from farther\n"
"away than group=, as in [global], does not hold.\n"
"A group with the name of a role of the structure does that role's operations, if it has no\n"
"mix: group=producer:1,consumer:3 with structure=queue, see `contend list structures`.\n"
"Where one of the roles is the structure's owner, one worker may do what is its: of\n"
"structure=deque, group=owner:1,thief:3.\n"
"All of a group's workers do as it says, each for itself: writer.arrival=periodic:50/s is\n"
"one update every 20ms by each of them, and a group's rate is that times its workers.\n"
"The workers of the first group have the lowest numbers, which placement= and context= go\n"
"by. The result has each group and each operation by itself, and --metric= takes them:\n"
"readers.response_p999, lookup.wait_p99.\n",
		.parse = parse_group, .format = format_group, FIELD(groups),
	}, {
		.name = "context", .value = "task|softirq|hardirq|CONTEXT:SHARE,...",
		.preset = "task",
		.about = "where the workers work, all of them or shares",
		.manual =
"task	in kernel threads\n"
"softirq	in a timer's softirq\n"
"hardirq	in a timer's hard interrupt\n"
"task:2,hardirq:1	two thirds of the workers in tasks, the rest in hard interrupts;\n"
"	tasks have the lowest numbers, then come softirqs. With workers= the number of\n"
"	CPUs times that of the contexts, each CPU has one of each\n"
"For the kernel engine. The timers are those of the worker's own CPU: a worker in an\n"
"interrupt comes upon the task of its CPU wherever that is, also in its section. So\n"
"the lock must keep interrupts of the kind out, or the interrupt would spin on the\n"
"holder that it has interrupted: only a lock that `contend list locks` shows as softirq\n"
"or hardirq is taken there, even if all workers are of one kind; others are a skip.\n"
"Our own spinning locks, from tas to hemlock, phase_fair and big_reader, are taken\n"
"with interrupts off then, by all workers.\n"
"A worker in an interrupt works for 50us, or as long as its last operation takes, then\n"
"leaves its CPU for as long at least, and longer if there are several on its CPU.\n"
"Thinking and arrivals are kept within that: what came due meanwhile is done in a row.\n",
		.parse = parse_context, .format = format_context, FIELD(context),
	}, {
		.name = "runtime", .value = "TIME", .preset = "1s",
		.about = "how long is measured, 1ms to 60m",
		.manual =
"Only operations during which all workers run are counted. A broken invariant\n"
"ends the run at once, unless violations=count.\n",
		TIME_KEY(runtime_ns, 1000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "warmup", .value = "TIME", .preset = "100ms",
		.about = "how long to work before it is measured, 0ns to 1m",
		.manual =
"Checked like the measured time, but not counted. Measuring begins when it has\n"
"passed and each worker has done at least one operation.\n",
		TIME_KEY(warmup_ns, 0, 60 * SPEC_NS_PER_S),
	}, {
		.name = "seed", .value = "COUNT", .preset = "1",
		.about = "seed of all random choices",
		.manual =
"Each worker draws operations and keys from a stream of its own. The same seed\n"
"gives each worker the same choices; how the workers interleave is the machine's\n"
"doing.\n",
		U64_KEY(seed, 0, U64_MAX),
	}, {
		.name = "mix", .value = "VERB:SHARE,...", .absent = "the structure's own",
		.flags = SPEC_OWN,
		.about = "which operations, and how often",
		.manual =
"lookup:90,insert:5,erase:5. Shares are whole numbers and need not add up to 100.\n"
"Without it the structure's own mix is taken, see `contend list structures`: each operation\n"
"but those that wait, for an element or for room. Where these are named, others must make\n"
"what they wait for without waiting for the same, so that not all workers sleep for ever.\n",
		.parse = parse_mix, .format = format_mix, OWN_FIELD(mix),
	}, {
		.name = "keys", .value = "DISTRIBUTION", .preset = "uniform/1000",
		.about = "which keys: uniform/RANGE, seq/RANGE or zipf:THETA/RANGE",
		.manual =
"uniform/RANGE	each key is as likely as any other\n"
"seq/RANGE	each worker walks the keys in order, and begins again\n"
"zipf:THETA/RANGE	key i has weight 1/(i+1)^THETA: few keys are hot. THETA is\n"
"	0.001 to 4.000\n"
"RANGE is 1 to 1Mi. A structure without keys ignores them.\n",
		KEY_KEYS(struct spec, keys),
	}, {
		.name = "hold", .value = "DELAY", .preset = "0ns", .flags = SPEC_LIST | SPEC_OWN,
		.about = "how long each section lasts beyond its work, 0ns to 10ms",
		.manual =
"TIME	always so long\n"
"uniform:TIME-TIME	any time between the two is as likely as any other\n"
"exp:TIME	exponential with this mean, which is at most 434us\n"
"The worker spins for it with the lock held; read and write sections take the same.\n"
"A reader whom writers send back stays again each time; after 100 times, or a second, it\n"
"keeps them out. Of all at work on an object, workers times the longest hold= are 2560ms at most.\n",
		DELAY_KEY(hold, value_delays, SPEC_STAY_MAX_NS),
	}, {
		.name = "stall", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel, user: how long worker 0 stays in each read section, 0ns to 10ms",
		.manual =
"The others work meanwhile: what they erase cannot be freed where a lock defers until\n"
"its readers have left, and the result says how much waited (backlog_max) and how long\n"
"(reclaim_ns). Hazard pointers keep a few objects, and the others all of them, until\n"
"the module's parameter max_backlog makes the writers wait. It needs reads in the mix,\n"
"takes the place of hold= in them, and is in the times of the section.\n",
		TIME_KEY(stall_ns, 0, SPEC_STAY_MAX_NS),
	}, {
		.name = "think", .value = "DELAY", .preset = "0ns", .flags = SPEC_LIST | SPEC_OWN,
		.about = "how long a worker waits between two operations, 0ns to 10s",
		.manual =
"A delay, as for hold=. It begins when an operation has ended; short ones are spun.\n",
		DELAY_KEY(think, value_delays, 10 * SPEC_NS_PER_S),
	}, {
		.name = "wait", .value = "block|yield|spin", .preset = "block",
		.flags = SPEC_LIST | SPEC_OWN,
		.about = "what a worker does that has to wait for an element or for room",
		.manual =
"block	it sleeps until somebody wakes it\n"
"yield	it looks some times, then gives its CPU to another task that wants it, and looks again\n"
"spin	it looks again\n"
"For operations that wait, as get of a queue; how long they do is block_ns. The wait strategies\n"
"of a disruptor: spin is quick where each has a CPU of its own, and takes it whole. yield and\n"
"spin are for engine=kernel and engine=user, and not for sched= other than other, whose workers\n"
"would keep the CPU from those that they wait for. Where no worker blocks, none is woken, and none\n"
"pays for that: a client that blocks on the same object looks each millisecond. Only those that\n"
"block stand in a pool's line: one that looks has what is there when it does. In an interrupt nobody\n"
"waits.\n",
		OWN_WORD_KEY(wait, "block", "yield", "spin"),
	}, {
		.name = "deadline", .value = "TIME", .preset = "0ns",
		.flags = SPEC_LIST | SPEC_OWN,
		.about = "how long an operation waits at most for an element or for room",
		.manual =
"0ns: as long as it takes; up to 10s. One that has waited for so long gives up: it has done\n"
"nothing, and is counted as a time-out (timeouts), which is a miss too. How much later than\n"
"its deadline it did so is overdue_ns. With a deadline all workers may wait for each other.\n",
		OWN_TIME_KEY(deadline_ns, 0, 10 * SPEC_NS_PER_S),
	}, {
		.name = "arrival", .value = "closed|periodic:TIME|poisson:TIME", .preset = "closed",
		.flags = SPEC_LIST | SPEC_OWN,
		.about = "what starts an operation: the last one's end, or the time",
		.manual =
"closed	a worker's next operation begins when its last one has ended\n"
"periodic:TIME	one is due every TIME, for each worker, whatever became of the last\n"
"poisson:TIME	the same at random, TIME apart in the mean\n"
"Instead of a TIME there may be a rate: poisson:20k/s, of each worker, is poisson:50us.\n"
"In an open loop (the latter two) the response time is measured from when an\n"
"operation was due, so that one that is late makes the next ones late too. The\n"
"service time, from its beginning, is beside it. A worker that waits for its time sleeps, but for\n"
"the last 200us or less, which it spins: with more workers than CPUs it keeps others from theirs.\n",
		DELAY_KEY(arrival, value_arrivals, 10 * SPEC_NS_PER_S),
	}, {
		.name = "placement", .value = "spread|pack|free", .preset = "spread",
		.flags = SPEC_LIST,
		.about = "kernel, user: which CPUs the workers run on",
		.manual =
"spread	worker i is bound to the i-th CPU, beginning again when there are more\n"
"	workers than CPUs\n"
"pack	all are bound to the first CPU and share it: a lock's waiter runs only\n"
"	when its holder does not\n"
"free	bound to none: the scheduler places and moves them; the CPU in the result\n"
"	is the one on which a worker ended\n",
		WORD_KEY(placement, "spread", "pack", "free"),
	}, {
		.name = "sched", .value = "other|fifo|deadline|inversion", .preset = "other",
		.flags = SPEC_LIST,
		.about = "kernel engine: how the workers are scheduled",
		.manual =
"other	as any thread\n"
"fifo	SCHED_FIFO, priority 1: never preempted by each other or an ordinary thread.\n"
"	All real-time work of all runs together has 80% of each CPU at most: a worker\n"
"	waits for its turn between two operations\n"
"deadline	SCHED_DEADLINE with a period of 10ms, all of them together with 80% of the\n"
"	CPUs: one that has used up its share stops where it stands, holder or not. Its\n"
"	admission wants placement=free. A case that is not admitted is skipped\n"
"inversion	an inversion of priorities, again and again, on one CPU, which takes\n"
"	placement=pack and a fixed hold= from 1ms. Worker 0, SCHED_FIFO 1, takes the lock.\n"
"	Half of its hold= later worker 1, SCHED_FIFO 3, asks for it, and the other workers\n"
"	(1 to 6), SCHED_FIFO 2, each keep the CPU for 5ms; they never ask. Worker 1\n"
"	waits: under a lock that lends the holder its priority (rtmutex, turnstile, and\n"
"	mutex and others on PREEMPT_RT) for the rest of hold=, under another one for what\n"
"	the others take too. The lock must be one that sleeps: the holder of a\n"
"	spinning one keeps its CPU, with preemption off\n",
		WORD_KEY(sched, "other", "fifo", "deadline", "inversion"),
	}, {
		.name = "stutter", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel, user: all work so long, then all pause so long; 0ns: no pause",
		.manual =
"1ms to 10s. Again and again the lock falls idle, and all come at once. A worker ends\n"
"its operation first. In an open loop what was due in a pause is late.\n",
		EVERY_KEY(stutter_ns),
	}, {
		.name = "shuffle", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how often another CPU is left idle; 0ns: none is",
		.manual =
"1ms to 10s. The workers of one CPU after the other go to the others, so that it\n"
"falls idle, and come back when it is the next one's turn. It takes two CPUs, and\n"
"workers that are bound.\n",
		EVERY_KEY(shuffle_ns),
	}, {
		.name = "hotplug", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how often a CPU goes offline or comes back; 0ns: none",
		.manual =
"1ms to 10s. One CPU after the other, as far as it can be taken offline, is for this\n"
"time, and all are online for this time. Its workers go to the others, and come back\n"
"with it. When the run has ended, however it did, all are online. One run at a time;\n"
"workers of other runs that stood on the CPU do not come back to it.\n",
		EVERY_KEY(hotplug_ns),
	}, {
		.name = "preempt", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how often a worker loses its CPU, in the mean; 0ns: never",
		.manual =
"1ms to 10s. On each CPU a SCHED_FIFO thread of priority 50 wakes after a time between\n"
"0 and twice this one and keeps the CPU for 200us. Where a holder can be preempted it is\n"
"one: the thread looks for a writer in its section, by the witness (verify=full), up to\n"
"64 times, 10us apart, and takes whoever is there then; /proc/contend/run says how often\n"
"it was a holder. Where a lock turns preemption off, it comes between two operations. To\n"
"delay holders by their own work, there is hold=.\n",
		EVERY_KEY(preempt_ns),
	}, {
		.name = "capacity", .value = "COUNT", .preset = "0",
		.about = "most elements that the structure holds, 0 for its default",
		.manual =
"An insert into a full structure is refused and counted as a miss. The module's\n"
"parameter max_capacity is the limit. Of a barrier, how many parties it has; of a latch, its\n"
"count. The rings without a lock, ring to ring_spmc, peer:kfifo and peer:ck_ring, take a power of\n"
"two of places, peer:ck_ring one less, and hold as many, of which capacity= is the least;\n"
"/proc/contend/objects and contend_stat have what it came to. All others hold just so many.\n",
		U64_KEY(capacity, 0, 1ULL << 32),
	}, {
		.name = "stripes", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "how many locks share the keys between them, 1 to 1024",
		.manual =
"Each has a part of the structure, and an operation takes the lock of its key: from\n"
"one hot lock to many cold ones. For structures with keys. A hash has as many buckets for\n"
"its elements whatever the stripes: each of them grows and shrinks by itself.\n",
		U32_KEY(stripes, 1, 1024),
	}, {
		.name = "nest", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "kernel, user: how many locks a write holds at once, 1 to 8",
		.manual =
"That of its key and those of the next stripes, each taken while those before it\n"
"are held: in the order of their numbers, or as avoid= says. It works on its own stripe;\n"
"the witness is in all of them. A transfer of structure=accounts holds two in any case.\n"
"As many stripes= are needed, and a lock of which a task can hold several.\n",
		U32_KEY(nest, 1, NEST_MAX),
	}, {
		.name = "avoid", .value = "order|backoff|ww", .preset = "order", .flags = SPEC_LIST,
		.about = "how an operation that takes several locks avoids a deadlock",
		.manual =
"order	the lock of the stripe with the lower number is always the first\n"
"backoff	the second lock is tried; if it is not to be had at once, the first is given\n"
"	up, and both are asked for again after a random time whose bound doubles from\n"
"	1 us to 256 us; with nest= so are all after the first\n"
"ww	wait/wound mutexes: who began later gives way. With lock=ww_mutex an older one\n"
"	wounds a younger one that is in its way, and a younger one waits; with\n"
"	lock=ww_mutex_die an older one waits, and a younger one gives up (wound-wait and\n"
"	wait-die: Rosenkrantz, Stearns, Lewis, ACM TODS 3(2), 1978;\n"
"	Documentation/locking/ww-mutex-design.rst). With PREEMPT_RT the kernel 6.12.95\n"
"	forgets to wake who must give way, and a run might not end: it is refused there\n"
"For structure=accounts, whose transfers take the locks of two keys. Locks that were\n"
"given up count as retries, and the wait is from asking for the first lock the first\n"
"time to holding all. With stripes=1 there is one lock and nothing to avoid.\n",
		WORD_KEY(avoid, "order", "backoff", "ww"),
	}, {
		.name = "prefill", .value = "PERCENT", .preset = "50",
		.about = "how many of the keys are there at the start, 0 to 100",
		.manual =
"Which ones is chosen at random from the seed. A structure that has elements and no keys, as a\n"
"queue, a ring or a pool, is given as many of them, up to its capacity; one without elements, as\n"
"a counter or a barrier, ignores it.\n",
		U32_KEY(prefill, 0, 100),
	}, {
		.name = "tune", .value = "SETTING:VALUE,...",
		.absent = "as the structure sets itself",
		.about = "settings that a structure has by name, for this run and those after it",
		.manual =
"tune=min_idle:5,idle_ns:20ms. Which ones there are `contend list structures` says, of those\n"
"structures that have any. They are set before the structure is filled, by its operation for\n"
"that, and stay with the object. A value is a count, with k, Ki or Mi after it, or a time with\n"
"ns, us, ms or s.\n"
"A pool has idle_ns and age_ns, after which its reaper takes what is idle for that long or was\n"
"made that long ago; min_idle, how many idle ones its reaper leaves and its creators keep\n"
"there; leak_ns, after which a lease is reported as leaked, and taken from a task that is no\n"
"more; and making_ns, after which what is not made yet is another creator's. An elastic pool\n"
"has a min_idle below its capacity, an idle_ns, prefill=0 and a group reaper; an eager one has prefill=100 and\n"
"a min_idle of all its capacity.\n",
		.parse = parse_tune, .format = format_mix, FIELD(tune),
	}, {
		.name = "batch", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "ioctl, ring: operations per system call, 1 to 1024",
		.manual =
"With 1 each operation is a system call of its own. More of them share one, and\n"
"the response time is that of the whole call.\n",
		U32_KEY(batch, 1, 1024),
	}, {
		.name = "poller", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "ring engine: a thread of the module takes what comes; 0ns: none does",
		.manual =
"One thread for each worker, which looks for operations so long before it sleeps, at most\n"
"1s and while nobody else wants its CPU, and is then woken by a system call. With less\n"
"CPUs than workers and threads together that is most of the time.\n",
		TIME_KEY(poller_ns, 0, SPEC_NS_PER_S),
	}, {
		.name = "clients", .value = "processes|threads", .preset = "processes",
		.about = "ioctl, ring: what the workers are",
		.manual =
"processes	each with a descriptor of its own\n"
"threads	of one process, each with one as well; User-Mode Linux lets only one of them run\n"
"	at a time\n",
		WORD_KEY(clients, "processes", "threads"),
	}, {
		.name = "verify", .value = "full|end", .preset = "full",
		.about = "how much is checked",
		.manual =
"full	the witness looks at each section of the lock, and all of the structure\n"
"	is checked at the end\n"
"end	the structure's own rule and the check at the end only: less disturbance\n"
"	of a lock with short sections. The result says so.\n",
		WORD_KEY(verify, "full", "end"),
	}, {
		.name = "violations", .value = "stop|count", .preset = "stop",
		.about = "what becomes of a run whose lock or structure is broken",
		.manual =
"stop	the first broken invariant ends it, incomplete\n"
"count	it goes on and counts them, to say how often a lock is wrong; the verdict is\n"
"	fail all the same. Not for engine=ioctl and ring, and for a structure that two writers\n"
"	at a time do not crash: counter or accounts, under a lock that frees nothing\n"
"	later.\n"
"The witness flags a section once, whatever else is wrong with it.\n",
		WORD_KEY(violations, "stop", "count"),
	}, {
		.name = "measure", .value = "operation|lock|rate", .preset = "operation",
		.about = "what is measured",
		.manual =
"operation	each operation on the structure, timed and checked one by one\n"
"lock	the lock alone, not for engine=ioctl and ring: its two primitives around nothing, many\n"
"	times between two readings of the clock, as refscale does it. The mix says which\n"
"	side, and must be all of one. Interrupts are off meanwhile, for a millisecond at\n"
"	most, unless several workers write, the lock sleeps or turns softirqs on, or the\n"
"	kernel is PREEMPT_RT, and but for engine=user.\n"
"	There are no times of a single operation, and nobody looks whether the lock\n"
"	excludes anybody: the result says so.\n"
"rate	operations with all their checks, and how many there were: not for engine=ioctl and\n"
"	ring. The clock is read once in 64 operations, and not around a section, where its\n"
"	readings take longer than many a section does: for the ratio of two structures, since\n"
"	a lock takes three of them and a structure that synchronises itself two. There are no\n"
"	times of an operation or of a wait, and how old a lease of pool is it tells by so many\n"
"	operations only. A worker that only publishes to a disruptor, where nobody sleeps\n"
"	(wait=yield or spin), calls publish in a loop with nothing else in it, up to 64 times\n"
"	and as long as there is room. Not with hold=, stall=, think=, arrival=, stutter=, sched=\n"
"	and context=.\n",
		WORD_KEY(measure, "operation", "lock", "rate"),
	},
};

static_assert(ARRAY_SIZE(spec_keys) <= 64, "each has a bit in spec.given");
const unsigned int spec_nkeys = ARRAY_SIZE(spec_keys);

/**
 * spec_key_at - walk all keys
 * @i: from 0; those of spec_keys[] come first, then those of spec_more
 *
 * Return: the key; NULL past the last one.
 */
const struct spec_key *spec_key_at(unsigned int i)
{
	if (i < spec_nkeys)
		return &spec_keys[i];
	return spec_more ? spec_more->at(i - spec_nkeys) : NULL;
}

/**
 * spec_key - look a key up
 * @name: the key, not ended by a zero; that of a group has the group's name before it
 * @len: its bytes
 *
 * Return: its entry in spec_keys[] or of spec_more, or NULL. Of a group's, whatever its name is,
 * those that a group can have.
 */
const struct spec_key *spec_key(const char *name, size_t len)
{
	const char *dot = memchr(name, '.', len), *own = dot ? dot + 1 : name;
	const struct spec_key *key;
	unsigned int i;

	len -= own - name;
	for (i = 0; (key = spec_key_at(i)); i++)
		if (strlen(key->name) == len && !memcmp(key->name, own, len))
			return dot && !(key->flags & SPEC_OWN) ? NULL : key;
	return NULL;
}
