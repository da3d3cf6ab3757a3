// SPDX-License-Identifier: GPL-2.0
/*
 * An exchange: orders come as FIX from gateways, get a number, go into a journal, to a replica and
 * into the book, and what has become of them goes out as FIX. No order is acknowledged before it is
 * in the journal. The stages are threads, and hand over by structures of the catalogue:
 *
 *	disruptor, queue	gateways > sequencer > journal, replica, matching > reporter
 *	pipeline		gateways > sequencer > journal > replica > matching > reporter
 *	single			the gateway's thread is all of them
 *
 * With audit= the reporter is followed by an auditor, for whom nobody waits.
 *
 * What is handed over is a number: that of a slot, of an event, or of a report. Of these there are
 * so many that none is rewritten before the last stage has done with it, and all of their memory
 * is taken before the first order comes.
 *
 * Laws, in each run: each stage sees the events by their numbers, one after the other, and each is
 * still what was numbered; the book is never crossed; quantity in = 2 x filled + resting +
 * cancelled; at one price who came first is filled first; each order is acknowledged once; the
 * reports show each order's life without a gap, and so does the audit log; the replica and the
 * journal's replay are the same book; no stage takes memory once it is warm. With crashes=: the
 * journal of an exchange that was killed is a whole prefix, with each order that was acknowledged.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/processor.h>
#include <linux/string.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocations.h"
#include "engine/child.h"
#include "engine/engine.h"
#include "orders.h"
#include "report/unit.h"

/* How long a stage waits before it looks whether it is to stop. */
#define LOOK_NS		10000000ULL
/* Events and reports, by those that a structure holds: as many as there are on the way at most. */
#define ROOM		8
/* Of a twin, whose events are rewritten. */
#define ROOM_BUSTED	2
/* Once in so many a twin does something wrong. */
#define RARELY		61
/* How long a process may take until it acknowledges an order, and how much longer it lives. */
#define CRASH_PATIENCE_NS	(10 * SPEC_NS_PER_S)
#define CRASH_MOST_US	20000

static const char *const stages[] = { "gateway", "sequence", "match", "report", "ack", NULL };

enum { GAUGE_SEQUENCED, GAUGE_REPORTS, GAUGE_LAG };

static const char *const gauges[] = { "sequenced", "reports", "replica_lag", NULL };

static const struct scenario_figure figures[] = {
	{ "messages", 0, "messages that were numbered" },
	{ "trades", 0, "orders that were filled, or in part, by one that came" },
	{ "refusals", FIGURE_LESS | FIGURE_COLUMN,
	  "messages that the book refused: it was full, or their order gone" },
	{ "resting_end", 0, "orders that rested in the book at the end" },
	{ "fix_bytes", 0, "bytes of reports and market data, as FIX" },
	{ "market_data", 0, "changes of the best prices that were told" },
	{ "journal_batch", FIGURE_COLUMN,
	  "messages that were written to the journal in one go, the mean" },
	{ "journal_bytes", FIGURE_LESS, "bytes of the journal" },
	{ "allocations", FIGURE_LESS | FIGURE_COLUMN,
	  "how often stages and gateways took memory in the measured time" },
	{ "audit_lines", 0, "lines of the audit log (audit=)" },
	{ "log_messages", 0, "messages of the log that gateways send (fix_log=)" },
	{ "log_left_out", 0, "messages of the log that they do not" },
	{ "log_turns", 0, "how often all of the log was sent" },
	{ "crashed", 0, "exchanges that were killed (crashes=)" },
	{ "crashed_torn", 0, "of these, whose last record was written in part" },
	{ "crashed_records", 0, "messages that their journals had, the mean" },
	{ }
};

static const char *const law_names[LAWS] = {
	[LAW_SEQUENCE] = "sequence", [LAW_REWRITTEN] = "rewritten", [LAW_CROSSED] = "crossed",
	[LAW_QUANTITY] = "quantity", [LAW_PRIORITY] = "priority", [LAW_ONCE] = "once",
	[LAW_AUDIT] = "audit", [LAW_TRAIL] = "trail", [LAW_REPLICA] = "replica", [LAW_REPLAY] = "replay",
	[LAW_DURABLE] = "durable", [LAW_ALLOCATION] = "allocation",
};

/* How the stages hand over. */
enum shape { SHAPE_FAN, SHAPE_LINE, SHAPE_ONE };

enum twin {
	TWIN_NONE, TWIN_SEQUENCE, TWIN_REWRITTEN, TWIN_CROSSED, TWIN_QUANTITY, TWIN_PRIORITY,
	TWIN_ONCE, TWIN_AUDIT, TWIN_TRAIL, TWIN_REPLICA, TWIN_REPLAY, TWIN_DURABLE, TWIN_ALLOCATION
};

/**
 * struct design - what an architecture is
 * @name: its name
 * @shape: of its stages
 * @many: structure of many producers and one consumer
 * @one: and of one producer
 * @fan: of one producer and three consumers, each of which sees all; NULL: three of @one
 * @twin: what is wrong with it
 */
struct design {
	const char *name;
	enum shape shape;
	const char *many;
	const char *one;
	const char *fan;
	enum twin twin;
};

#define DISRUPTOR	SHAPE_FAN, "disruptor_many", "disruptor", "disruptor_multicast"

static const struct design designs[] = {
	{ "disruptor", DISRUPTOR, TWIN_NONE },
	{ "queue", SHAPE_FAN, "queue", "queue", NULL, TWIN_NONE },
	{ "pipeline", SHAPE_LINE, "disruptor_many", "disruptor", NULL, TWIN_NONE },
	{ "single", SHAPE_ONE, NULL, NULL, NULL, TWIN_NONE },
#ifdef CONTEND_MUTANT
	{ "busted_sequence", DISRUPTOR, TWIN_SEQUENCE },
	{ "busted_rewritten", DISRUPTOR, TWIN_REWRITTEN },
	{ "busted_crossed", DISRUPTOR, TWIN_CROSSED },
	{ "busted_quantity", DISRUPTOR, TWIN_QUANTITY },
	{ "busted_priority", DISRUPTOR, TWIN_PRIORITY },
	{ "busted_once", DISRUPTOR, TWIN_ONCE },
	{ "busted_audit", DISRUPTOR, TWIN_AUDIT },
	{ "busted_trail", DISRUPTOR, TWIN_TRAIL },
	{ "busted_replica", DISRUPTOR, TWIN_REPLICA },
	{ "busted_replay", DISRUPTOR, TWIN_REPLAY },
	{ "busted_durable", DISRUPTOR, TWIN_DURABLE },
	{ "busted_allocation", DISRUPTOR, TWIN_ALLOCATION },
#endif
};

static const struct architecture architectures[] = {
	{ "disruptor", "rings of events; journal, replica and matching side by side" },
	{ "queue", "the same by bounded queues under lock=" },
	{ "pipeline", "rings of events; journal, replica and matching one after the other" },
	{ "single", "one thread does it all" },
#ifdef CONTEND_MUTANT
	{ "busted_sequence", "the sequencer gives a number twice" },
	{ "busted_rewritten", "events are rewritten before the last stage has done with them" },
	{ "busted_crossed", "an order that moves to a price at which it could trade does not" },
	{ "busted_quantity", "an order that is filled in part keeps what it has sold" },
	{ "busted_priority", "who comes last at a price is filled first" },
	{ "busted_once", "an order is acknowledged twice" },
	{ "busted_audit", "a report is not told" },
	{ "busted_trail", "a report is not in the audit log" },
	{ "busted_replica", "the replica misses a message" },
	{ "busted_replay", "two messages are in the journal in another order than in the book" },
	{ "busted_durable", "an order is acknowledged before it is in the journal" },
	{ "busted_allocation", "a stage takes memory for each message" },
#endif
	{ }
};

static const char *const takes[] = { "capacity", "placement", "think", "wait", NULL };

/* Clients of others say how many they are, and when they send what. */
static const char *const serves[] = {
	"scenario", "architecture", "users", "port", "lock", "structure", "engine", "capacity",
	"placement", "priority", "wait", "resting", "fsync", "journal", "audit", NULL
};

/* A message that was numbered: constant from when it is put into the next stage. */
struct event {
	u64 seq;
	struct order order;
};

/**
 * struct hop - a structure by which stages hand over
 * @id: its number
 * @put: verb that puts a number in
 * @take: verb that takes one out; of a fan the first consumer's, which takes several
 * @fan: it is one: numbers are counted, and not taken
 */
struct hop {
	__u64 id;
	u32 put;
	u32 take;
	bool fan;
};

enum stage_kind { SEQUENCER, JOURNAL, REPLICA, MATCHING, REPORTER, AUDITOR, NR_STAGES };

/* What a stage puts into, at most: each gateway's, and the auditor's. */
#define STAGE_OUTS	(ORDERS_GATEWAYS + 1)

/**
 * struct stage - a thread of the exchange
 * @x: the whole; constant, like
 * @kind: which
 * @from: what it takes from, as consumer @seat
 * @seat: of a fan
 * @to: what it puts into, ended by NULL
 * @thread: its
 * @in: handle
 * @out: handles
 * @also: of the reporter: a handle of what the journal tells
 * @last: number of what it has taken last; its own, with release
 * @upto: of a fan: what it may take
 * @over: nothing more comes
 */
struct stage {
	struct exchange *x;
	enum stage_kind kind;
	const struct hop *from;
	u32 seat;
	const struct hop *to[STAGE_OUTS + 1];
	pthread_t thread;
	struct contend_handle *in;
	struct contend_handle *out[STAGE_OUTS];
	struct contend_handle *also;
	u64 last;
	u64 upto;
	bool over;
};

struct broken {
	u64 n;
	char detail[RESULT_TEXT];
};

/**
 * struct exchange - the whole
 * @play: the run; constant, like all up to
 * @words: its keys
 * @design: its architecture
 * @log: what gateways send; with none of it they draw
 * @nslots: users
 * @slots: each one's order
 * @mask: events, less one
 * @events: by number
 * @rmask: reports, less one
 * @reports: by number
 * @in: from the gateways to the sequencer
 * @fan: from there on; of a line: one after the other
 * @out: reports
 * @durable: from the journal to the reporter: up to which number
 * @acks: to each gateway
 * @trail: reports, to the auditor
 * @folder: of the journal, where it is a temporary one
 * @path: the journal's
 * @acknowledged: the number of the last order that was; in a file
 * @stage: each
 * @nstages: how many have begun
 * @book: matching's
 * @replica: the replica's
 * @journal: the journal's
 * @journaled: messages up to here are in its file; the journal's, with release
 * @audit: the audit log; the auditor's, or whose thread is all
 * @seq: numbers that were given; the sequencer's, with release
 * @nreports: reports that were told; matching's, with release
 * @nalloc: how often memory was taken in the measured time; of all, by atomic operations, as
 * @turns: how often a gateway was through with the log, the least; likewise
 * @broken: laws
 * @written: orders up to here are in the journal; the reporter's, like all that follows
 * @lives: what is open of the order in each place of the book
 * @paid: what each place of the book has paid; and, last, who has none
 * @best: prices that were told last
 * @refused: see the figures, as
 * @trades: trades
 * @bytes: bytes
 * @changes: changes
 * @fix_seq: numbers of messages, to each gateway
 * @tell: of orders that sessions send: takes each report, instead of gateways; constant, like
 * @to: its
 * @crashed: see the figures, as
 * @torn: torn
 * @recovered: messages
 */
struct exchange {
	struct play *play;
	struct orders_words words;
	const struct design *design;
	struct orders_log log;
	u32 nslots;
	struct slot *slots;
	u64 mask;
	struct event *events;
	u64 rmask;
	struct report *reports;
	struct hop in;
	struct hop fan[3];
	struct hop out;
	struct hop durable;
	struct hop acks[ORDERS_GATEWAYS];
	struct hop trail;
	struct folder folder;
	char path[ORDERS_PATH + 32];
	u64 *acknowledged;
	struct stage stage[NR_STAGES];
	u32 nstages;
	struct book *book;
	struct book *replica;
	struct journal journal;
	u64 journaled;
	struct audit audit;
	u64 seq;
	u64 nreports;
	u64 nalloc;
	u64 turns;
	struct broken broken[LAWS];
	u64 written;
	u64 *lives;
	u64 *paid;
	u64 best[2];
	u64 refused;
	u64 trades;
	u64 bytes;
	u64 changes;
	u64 fix_seq[ORDERS_GATEWAYS];
	void (*tell)(void *to, const struct report *r, char type, const char *body, size_t len);
	void *to;
	u64 crashed;
	u64 torn;
	u64 recovered;
};

/**
 * orders_break - a law is broken
 * @x: the exchange
 * @law: which
 * @format: how, of the first time
 *
 * Context: any thread.
 */
void orders_break(struct exchange *x, enum orders_law law, const char *format, ...)
{
	va_list args;

	if (__atomic_fetch_add(&x->broken[law].n, 1, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(x->broken[law].detail, sizeof(x->broken[law].detail), format, args);
	va_end(args);
}

/**
 * orders_slot - a user's order
 * @x: the exchange
 * @index: the user's number
 */
struct slot *orders_slot(struct exchange *x, u32 index)
{
	return &x->slots[index];
}

/* Of SCHED_FIFO; 0: the usual one. Returns 0 or a negative errno. */
static int set_priority(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param) ? -errno : 0;
}

/* Where nothing is said the scheduler knows best. */
static bool is_placed(const struct spec *spec)
{
	const struct spec_key *key = spec_key("placement", strlen("placement"));

	return spec->given & 1ULL << (key - spec_keys) && spec->placement != PLACEMENT_FREE;
}

/**
 * orders_thread - a thread of the exchange begins: give it its CPU and its priority
 * @x: the exchange
 * @index: of a gateway its number; of a stage that many more
 */
void orders_thread(struct exchange *x, u32 index)
{
	const struct spec *spec = x->play->spec;

	/* A CPU that has gone: it runs where it may. */
	if (is_placed(spec))
		engine_pin(spec->placement == PLACEMENT_PACK ? 0 : index);
	if (x->words.priority)
		set_priority(x->words.priority);
}

/**
 * orders_log_of - the log that gateways send
 * @x: the exchange
 *
 * Return: the log; NULL: there is none.
 */
const struct orders_log *orders_log_of(struct exchange *x)
{
	return x->log.n ? &x->log : NULL;
}

/**
 * orders_turns - a gateway was through with the log
 * @x: the exchange
 * @turns: so often
 *
 * Context: any thread, once for each gateway.
 */
void orders_turns(struct exchange *x, u64 turns)
{
	u64 least = __atomic_load_n(&x->turns, __ATOMIC_RELAXED);

	while (turns < least &&
	       !__atomic_compare_exchange_n(&x->turns, &least, turns, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}

/**
 * orders_warm - a thread has done what it does for a message
 * @x: the exchange
 * @before: ~0 until the first time in the measured time, then how often it had taken memory
 */
void orders_warm(struct exchange *x, u64 *before)
{
	if (*before == ~0ULL && play_measures(x->play))
		*before = allocations_mine();
}

/**
 * orders_count - a thread's work ends
 * @x: the exchange
 * @before: see orders_warm()
 */
void orders_count(struct exchange *x, u64 before)
{
	if (before != ~0ULL)
		__atomic_fetch_add(&x->nalloc, allocations_mine() - before, __ATOMIC_RELAXED);
}

static bool is_audited(const struct exchange *x)
{
	return x->words.audit[0];
}

static u32 stages_of(const struct exchange *x)
{
	return x->design->shape == SHAPE_ONE ? 0 : is_audited(x) ? NR_STAGES : AUDITOR;
}

/* Whether it is the time for a mistake. */
static bool errs(const struct exchange *x, enum twin which, u64 n)
{
	return x->design->twin == which && n % RARELY == RARELY - 1;
}

/* --- handing over --------------------------------------------------------- */

static int hop_make(struct exchange *x, struct hop *hop, const char *structure, u64 capacity)
{
	int ret = play_verb(x->play, structure, "publish put", &hop->put) ?:
		  play_verb(x->play, structure, "take get journal", &hop->take);

	if (ret)
		return ret;
	return play_create(x->play, structure, capacity, &hop->id);
}

static int hop_open(struct exchange *x, const struct hop *hop, struct contend_handle **handle)
{
	return contend_handle_open(x->play->device, hop->id, x->play->door, 1,
				   x->play->spec->poller_ns, handle);
}

/*
 * An operation that waits as wait= says, until @until_ns; @tag: of the request that it is for, or
 * 0. Returns what it answered.
 */
static int hop_op(const struct exchange *x, struct contend_handle *handle, u32 verb, u64 *value,
		  u64 until_ns, u64 tag)
{
	const enum spec_wait wait = x->play->spec->wait;
	struct contend_op op;
	u32 n = 0;
	int ret;

	for (;;) {
		op = (struct contend_op){
			.verb = verb, .key = *value, .tag = tag,
			.deadline_ns = wait == WAIT_BLOCK ? until_ns : 0,
		};
		ret = play_op(handle, &op);
		if (ret || !op.error) {
			*value = op.value;
			return ret;
		}
		/* The clock costs more than a look. */
		if (wait == WAIT_BLOCK || !until_ns || (++n % 64 == 0 && play_now() >= until_ns))
			return -(int)op.error;
		if (wait == WAIT_YIELD)
			sched_yield();
		else
			cpu_relax();
	}
}

static void put(struct stage *st, u32 which, u64 number)
{
	u64 value;

	do
		value = number;
	while (hop_op(st->x, st->out[which], st->to[which]->put, &value, play_now() + LOOK_NS,
		      0) &&
	       !__atomic_load_n(&st->over, __ATOMIC_ACQUIRE));
}

/* The next number for a stage. Returns false: there is none until @until_ns. */
static bool take(struct stage *st, u64 until_ns, u64 *number)
{
	u64 value = 0;

	if (st->from->fan && st->last < st->upto) {
		*number = st->last + 1;
		return true;
	}
	if (hop_op(st->x, st->in, st->from->take + st->seat, &value, until_ns, 0))
		return false;
	if (!st->from->fan) {
		*number = value;
		return true;
	}
	st->upto = value;
	*number = st->last + 1;
	return true;
}

/* The number is the next one. */
static void follow(struct stage *st, u64 number)
{
	if (number != st->last + 1)
		orders_break(st->x, LAW_SEQUENCE, "after %llu came %llu", st->last, number);
	__atomic_store_n(&st->last, number, __ATOMIC_RELEASE);
}

/* An event, or NULL where it is not that of its number any more. */
static const struct event *event_of(struct exchange *x, u64 seq)
{
	const struct event *e = &x->events[seq & x->mask];
	const u64 is = __atomic_load_n(&e->seq, __ATOMIC_ACQUIRE);

	if (is == seq)
		return e;
	if (is > seq)
		orders_break(x, LAW_REWRITTEN, "event %llu was rewritten, as %llu", seq, is);
	else
		orders_break(x, LAW_SEQUENCE, "event %llu has the number %llu", seq, is);
	return NULL;
}

/* --- what the stages do --------------------------------------------------- */

/* Number the order of a slot. Returns its number. */
static u64 sequence(struct exchange *x, u32 index)
{
	struct slot *slot = &x->slots[index];
	const u64 seq = x->seq + 1;
	struct event *e = &x->events[seq & x->mask];

	slot->stage_ns[STAGE_SEQUENCE] = play_now();
	slot->order.seq = seq;
	e->order = slot->order;
	__atomic_store_n(&e->seq, errs(x, TWIN_SEQUENCE, seq) ? seq - 1 : seq, __ATOMIC_RELEASE);
	__atomic_store_n(&x->seq, seq, __ATOMIC_RELEASE);
	return seq;
}

/* The batch is written. Returns false when it cannot be: nothing is acknowledged any more. */
static bool journaled(struct exchange *x)
{
	const int ret = journal_write(&x->journal);

	if (ret)
		play_broke(x->play, -ret, "%.150s: %s", x->path, strerror(-ret));
	return !ret;
}

/* Returns whether the batch is to be written. */
static bool keep(struct exchange *x, u64 seq)
{
	const struct event *e = event_of(x, seq);
	struct journal *j = &x->journal;
	bool full;

	if (!e)
		return false;
	full = journal_add(j, &e->order);
	/* The journal is written where the book is unlocked, by who comes first. */
	if (j->n > 1 && errs(x, TWIN_REPLAY, seq))
		swap(j->batch[j->n - 1], j->batch[j->n - 2]);
	return full;
}

static void replicate(struct exchange *x, u64 seq)
{
	const struct event *e = event_of(x, seq);

	if (e && !errs(x, TWIN_REPLICA, seq))
		book_apply(x->replica, &e->order, NULL, NULL);
}

/* Takes the book's reports for the stage that sends them. */
static void take_report(void *to, const struct report *report)
{
	struct stage *st = to;
	struct exchange *x = st->x;
	const u64 number = x->nreports + 1;

	if (!report->final && errs(x, TWIN_AUDIT, report->seq))
		return;
	x->reports[number & x->rmask] = *report;
	__atomic_store_n(&x->nreports, number, __ATOMIC_RELEASE);
	put(st, 0, number);
}

static void match(struct exchange *x, u64 seq,
		  void (*tell)(void *to, const struct report *report), void *to)
{
	const struct event *e = event_of(x, seq);
	u64 buy, sell;

	if (!e)
		return;
	x->slots[e->order.request].stage_ns[STAGE_MATCH] = play_now();
	book_apply(x->book, &e->order, tell, to);
	buy = book_best(x->book, SIDE_BUY);
	sell = book_best(x->book, SIDE_SELL);
	if (buy && sell && buy >= sell)
		orders_break(x, LAW_CROSSED, "after %llu somebody buys at %llu, and another sells at %llu",
			     seq, buy, sell);
}

/* Its quantities follow from those of the report before. */
static void audit(struct exchange *x, const struct report *r)
{
	u64 *open = &x->lives[r->place];

	if (r->place == ~0U)
		return;
	if ((r->told == TOLD_TRADE && *open != r->leaves + r->last) ||
	    (r->told == TOLD_CANCELED && *open != r->last))
		orders_break(x, LAW_AUDIT, "%.24s had %llu open, and then %llu after %llu",
			     r->id.text, *open, r->leaves, r->last);
	*open = r->leaves;
}

/* --- reports, as FIX ------------------------------------------------------ */

static void put_head(struct fix_writer *w, char *text, char type, char to, u64 seq, u64 ms)
{
	const char target[] = { 'G', to };

	fix_begin(w, text, type);
	fix_put(w, FIX_SENDER_COMP_ID, "CONTEND", 7);
	fix_put(w, FIX_TARGET_COMP_ID, target, sizeof(target));
	fix_put_number(w, FIX_MSG_SEQ_NUM, seq);
	fix_put_time(w, FIX_SENDING_TIME, ms);
}

static void put_id(struct fix_writer *w, u32 tag, const union order_id *id)
{
	if (id->text[0])
		fix_put(w, tag, id->text, strnlen(id->text, ORDER_ID_LEN - 1));
}

/* OrderCancelReject (9), or ExecutionReport (8). */
static char type_of(const struct report *r, const struct order *o)
{
	return r->told == TOLD_REFUSED && o->kind != ORDER_NEW ? '9' : '8';
}

/* What it has paid, or got, for all that was filled of it: in ticks. */
static u64 paid_of(struct exchange *x, const struct report *r)
{
	u64 *paid = &x->paid[min(r->place, x->words.resting)];

	if (r->told == TOLD_NEW)
		*paid = 0;
	else if (r->told == TOLD_TRADE)
		*paid += r->last * r->price;
	return *paid;
}

/* What of a report follows its header. */
static void put_report(struct exchange *x, struct fix_writer *w, const struct report *r,
		       const struct order *o, u64 number, u64 ms)
{
	static const char exec[] = "0F458";
	/* Of OrdRejReason and CxlRejReason: 99 is another one. */
	static const u32 why[] = { 0, 6, 5, 3, 99, 13 }, why_cancel[] = { 0, 6, 1, 99, 99, 99 };
	/* Prices are below BOOK_PRICES, quantities up to BOOK_QUANTITY. */
	static const char *const texts[] = {
		[DENIED_DUPLICATE] = "the book has an order of this ClOrdID",
		[DENIED_UNKNOWN] = "the book has no order of this OrigClOrdID and Side",
		[DENIED_FULL] = "the book is full",
		[DENIED_PRICE] = "Price is 0.01 to 655.35",
		[DENIED_QUANTITY] = "OrderQty is 1 to 1000000000, and more than is filled of it",
	};
	const bool no = r->told == TOLD_REFUSED;
	const char status = no ? '8' : r->told == TOLD_CANCELED ? '4' : r->filled && !r->leaves ?
			    '2' : r->filled ? '1' : '0';
	const u64 paid = paid_of(x, r);

	BUILD_BUG_ON(BOOK_PRICES != 65536 || BOOK_QUANTITY != 1000000000);
	fix_put_number(w, FIX_ORDER_ID, r->place == ~0U ? 0 : r->place + 1ULL);
	put_id(w, FIX_CL_ORD_ID, &r->id);
	put_id(w, FIX_ORIG_CL_ORD_ID, &r->original);
	fix_put_char(w, FIX_ORD_STATUS, status);
	if (type_of(r, o) == '9') {
		fix_put_char(w, FIX_CXL_REJ_RESPONSE_TO, o->kind == ORDER_CANCEL ? '1' : '2');
		fix_put_number(w, FIX_CXL_REJ_REASON, why_cancel[r->refused]);
		fix_put(w, FIX_TEXT, texts[r->refused], strlen(texts[r->refused]));
		return;
	}
	fix_put_number(w, FIX_EXEC_ID, number);
	fix_put_char(w, FIX_EXEC_TYPE, exec[r->told]);
	if (no) {
		fix_put_number(w, FIX_ORD_REJ_REASON, why[r->refused]);
		fix_put(w, FIX_TEXT, texts[r->refused], strlen(texts[r->refused]));
	}
	fix_put_number(w, FIX_ACCOUNT, r->account);
	fix_put(w, FIX_SYMBOL, BOOK_SYMBOL, sizeof(BOOK_SYMBOL) - 1);
	fix_put_char(w, FIX_SIDE, '1' + r->side);
	fix_put_number(w, FIX_ORDER_QTY, r->quantity);
	fix_put_price(w, FIX_PRICE, r->price);
	if (r->told == TOLD_TRADE) {
		fix_put_number(w, FIX_LAST_QTY, r->last);
		fix_put_price(w, FIX_LAST_PX, r->price);
	}
	fix_put_number(w, FIX_LEAVES_QTY, r->leaves);
	fix_put_number(w, FIX_CUM_QTY, r->filled);
	fix_put_price(w, FIX_AVG_PX, no || !r->filled ? 0 : paid / r->filled);
	fix_put_time(w, FIX_TRANSACT_TIME, ms);
}

/* As a message to the gateway. Returns its bytes. */
static size_t write_report(struct exchange *x, const struct report *r, const struct order *o,
			   u64 number, u64 ms, char *text)
{
	struct fix_writer w;

	put_head(&w, text, type_of(r, o), 'A' + o->gateway, ++x->fix_seq[o->gateway], ms);
	put_report(x, &w, r, o, number, ms);
	return fix_end(&w);
}

/* To a session, which has a header of its own. Returns its bytes. */
static size_t tell_session(struct exchange *x, const struct report *r, const struct order *o,
			   u64 number, u64 ms, char *text)
{
	struct fix_writer w = { .text = text };

	put_report(x, &w, r, o, number, ms);
	x->tell(x->to, r, type_of(r, o), text, w.n);
	return w.n;
}

/* The best price of a side has changed: MarketDataIncrementalRefresh (X). */
static void tell_market(struct exchange *x, const struct report *r, u64 ms)
{
	struct fix_writer w;
	char text[FIX_MOST];
	u32 side;

	for (side = SIDE_BUY; side <= SIDE_SELL; side++) {
		if (r->best[side] == x->best[side])
			continue;
		x->best[side] = r->best[side];
		put_head(&w, text, 'X', 'M', ++x->changes, ms);
		fix_put_number(&w, FIX_MD_ENTRIES, 1);
		/* Changed, or gone. */
		fix_put_char(&w, FIX_MD_UPDATE_ACTION, r->best[side] ? '1' : '2');
		fix_put_char(&w, FIX_MD_ENTRY_TYPE, '0' + side);
		fix_put(&w, FIX_SYMBOL, BOOK_SYMBOL, sizeof(BOOK_SYMBOL) - 1);
		if (r->best[side])
			fix_put_price(&w, FIX_MD_ENTRY_PX, r->best[side]);
		x->bytes += fix_end(&w);
	}
}

/* Report number @number goes out. Returns the slot that is answered with it, or ~0. */
static u32 report(struct exchange *x, u64 number)
{
	const struct report *r = &x->reports[number & x->rmask];
	const struct event *e = &x->events[r->seq & x->mask];
	const u64 ns = play_now();
	struct timespec ts;
	struct slot *slot;
	char text[FIX_MOST];
	void *extra;
	size_t len;
	u64 ms;

	clock_gettime(CLOCK_REALTIME, &ts);
	ms = ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
	audit(x, r);
	x->trades += r->told == TOLD_TRADE && !r->maker;
	x->refused += r->told == TOLD_REFUSED;
	len = x->tell ? tell_session(x, r, &e->order, number, ms, text) :
			write_report(x, r, &e->order, number, ms, text);
	x->bytes += len;
	tell_market(x, r, ms);
	if (x->design->twin == TWIN_ALLOCATION) {
		extra = malloc(len);
		/* Or the compiler leaves it out. */
		__asm__ volatile("" : : "r"(extra) : "memory");
		free(extra);
	}
	if (!r->final)
		return ~0U;
	slot = &x->slots[e->order.request];
	/* Of a cancel or a trade the last word may be about less than it has asked for. */
	slot->leaves = r->leaves;
	slot->refused = r->told == TOLD_REFUSED;
	slot->reply_len = min(len, sizeof(slot->reply));
	memcpy(slot->reply, text, slot->reply_len);
	slot->stage_ns[STAGE_REPORT] = ns;
	__atomic_store_n(x->acknowledged, r->seq, __ATOMIC_RELEASE);
	return e->order.request;
}

/* What the reporter has told is entered. */
static void audit_number(struct exchange *x, u64 number)
{
	const struct report *r = &x->reports[number & x->rmask];
	const struct event *e = event_of(x, r->seq);

	if (!e || errs(x, TWIN_TRAIL, number))
		return;
	if (r->seq != x->audit.message) {
		audit_accepted(&x->audit, &e->order);
		if (__atomic_load_n(&x->journaled, __ATOMIC_ACQUIRE) >= r->seq)
			audit_journaled(&x->audit, &e->order);
	}
	audit_report(&x->audit, r);
}

/* --- stages as threads ---------------------------------------------------- */

static void run_sequencer(struct stage *st, u64 number)
{
	const u64 seq = sequence(st->x, number);
	u32 i;

	for (i = 0; st->to[i]; i++)
		put(st, i, seq);
}

/* All that has come meanwhile is one batch. */
static void run_journal(struct stage *st, u64 seq)
{
	struct exchange *x = st->x;
	const u64 first = seq;
	u64 at;
	bool full;

	do {
		follow(st, seq);
		full = keep(x, seq);
	} while (!full && seq - first < JOURNAL_BATCH - 1 && take(st, 0, &seq));
	/* The twin's waits for more, and nobody for it. */
	if (x->design->twin == TWIN_DURABLE && !full)
		return;
	if (!journaled(x))
		return;
	__atomic_store_n(&x->journaled, st->last, __ATOMIC_RELEASE);
	if (x->design->twin == TWIN_DURABLE)
		return;
	for (at = x->design->shape == SHAPE_LINE ? first : st->last; at <= st->last; at++)
		put(st, 0, at);
}

/* What a report is about is in the journal, or never will be. */
static void await_journal(struct stage *st, u64 seq)
{
	struct exchange *x = st->x;
	u64 value;

	while (x->written < seq && !play_broken(x->play) &&
	       !__atomic_load_n(&st->over, __ATOMIC_ACQUIRE)) {
		value = 0;
		if (!hop_op(x, st->also, x->durable.take, &value, play_now() + LOOK_NS, 0))
			x->written = value;
	}
}

static void run_reporter(struct stage *st, u64 number)
{
	struct exchange *x = st->x;
	u32 slot, gateway;

	if (x->design->shape == SHAPE_FAN && x->design->twin != TWIN_DURABLE)
		await_journal(st, x->reports[number & x->rmask].seq);
	/* Nothing is acknowledged after that, whichever file it was. */
	if (play_broken(x->play))
		return;
	slot = report(x, number);
	if (slot != ~0U) {
		gateway = x->slots[slot].order.gateway;
		put(st, gateway, slot);
		if (errs(x, TWIN_ONCE, number))
			put(st, gateway, slot);
	}
	if (is_audited(x))
		put(st, x->play->nusers, number);
}

static void audited(struct exchange *x)
{
	if (audit_write(&x->audit))
		play_broke(x->play, x->audit.error, "audit=: %.150s: %s", x->words.audit,
			   strerror(x->audit.error));
}

/* All that has come meanwhile is written in one go. */
static void run_auditor(struct stage *st, u64 number)
{
	do {
		follow(st, number);
		audit_number(st->x, number);
	} while (take(st, 0, &number));
	audited(st->x);
}

static void run_stage(struct stage *st, u64 number)
{
	switch (st->kind) {
	case SEQUENCER:
		run_sequencer(st, number);
		return;
	case JOURNAL:
		run_journal(st, number);
		return;
	case REPLICA:
		follow(st, number);
		replicate(st->x, number);
		if (st->to[0])
			put(st, 0, number);
		return;
	case MATCHING:
		follow(st, number);
		match(st->x, number, take_report, st);
		return;
	case REPORTER:
		follow(st, number);
		run_reporter(st, number);
		return;
	default:
		run_auditor(st, number);
	}
}

static void *stage_thread(void *data)
{
	struct stage *st = data;
	u64 before = ~0ULL, number;
	bool over;

	prctl(PR_SET_TIMERSLACK, 1);
	orders_thread(st->x, st->x->play->nusers + st->kind);
	for (;;) {
		/* Before it looks: what comes before that is the last. */
		over = __atomic_load_n(&st->over, __ATOMIC_ACQUIRE);
		if (take(st, over ? 0 : play_now() + LOOK_NS, &number)) {
			run_stage(st, number);
			orders_warm(st->x, &before);
		} else if (over) {
			break;
		}
	}
	orders_count(st->x, before);
	return NULL;
}

/* --- the gateways' door --------------------------------------------------- */

/**
 * orders_open - open a gateway's door
 * @x: the exchange
 * @gateway: the gateway's number
 * @gate: filled in
 *
 * Return: 0 or a negative errno.
 */
int orders_open(struct exchange *x, u32 gateway, struct orders_gate *gate)
{
	int ret;

	*gate = (struct orders_gate){ .exchange = x, .gateway = gateway };
	if (x->design->shape == SHAPE_ONE)
		return 0;
	ret = hop_open(x, &x->in, &gate->put) ?:
	      hop_open(x, &x->acks[gateway], &gate->acks);
	if (ret)
		orders_close(gate);
	return ret;
}

/**
 * orders_close - the reverse
 * @gate: from orders_open()
 */
void orders_close(struct orders_gate *gate)
{
	if (gate->put)
		contend_handle_close(gate->put);
	if (gate->acks)
		contend_handle_close(gate->acks);
	memset(gate, 0, sizeof(*gate));
}

/* Where one thread does it all. */
static void report_at_once(void *to, const struct report *r)
{
	struct exchange *x = to;
	const u64 number = x->nreports + 1;

	x->reports[number & x->rmask] = *r;
	__atomic_store_n(&x->nreports, number, __ATOMIC_RELEASE);
	report(x, number);
	if (is_audited(x))
		audit_number(x, number);
}

static bool do_all(struct exchange *x, u32 slot)
{
	const u64 seq = sequence(x, slot);

	keep(x, seq);
	if (!journaled(x) || play_broken(x->play))
		return false;
	__atomic_store_n(&x->journaled, seq, __ATOMIC_RELEASE);
	replicate(x, seq);
	match(x, seq, report_at_once, x);
	if (is_audited(x))
		audited(x);
	return true;
}

/**
 * orders_put - put the order of a slot into the exchange
 * @gate: the gateway's
 * @slot: the slot, which is the exchange's until orders_take() returns it
 *
 * Return: false when the run is over before there is room, or the journal cannot be written.
 */
bool orders_put(struct orders_gate *gate, u32 slot)
{
	struct exchange *x = gate->exchange;
	u64 value;

	if (!gate->put)
		return do_all(x, slot);
	do {
		value = slot;
		if (!hop_op(x, gate->put, x->in.put, &value, play_now() + LOOK_NS,
			    x->slots[slot].tag))
			return true;
	} while (!play_over(x->play) && !play_broken(x->play));
	return false;
}

/**
 * orders_take - wait for an answer
 * @gate: the gateway's
 * @until_ns: how long at most; 0: not at all
 * @slot: set to the slot that was answered
 *
 * Return: whether one was.
 */
bool orders_take(struct orders_gate *gate, u64 until_ns, u32 *slot)
{
	struct exchange *x = gate->exchange;
	u64 value = 0;

	if (!gate->acks ||
	    hop_op(x, gate->acks, x->acks[gate->gateway].take, &value, until_ns, 0))
		return false;
	*slot = value;
	return true;
}

/**
 * orders_tell - take the reports of all orders, before the first one comes
 * @x: the exchange
 * @tell: takes one, as a body of FIX; by the reporter, before what it answers comes out of
 *	orders_take()
 * @to: for that
 */
void orders_tell(struct exchange *x,
		 void (*tell)(void *to, const struct report *r, char type, const char *body,
			      size_t len),
		 void *to)
{
	x->tell = tell;
	x->to = to;
}

/* --- exchanges that are killed -------------------------------------------- */

/* Why a file of the journal's folder cannot be had. */
static int not_ours(struct exchange *x, const char *path, int error)
{
	const char *why = strerror(error);

	if (error == EEXIST || error == ELOOP)
		why = "it is none that a run has left: name another folder";
	else if (error == EWOULDBLOCK)
		why = "another run writes to it: name another folder";
	return play_failed(x->play, error, "journal=: %.150s: %s", path, why);
}

static int open_acknowledged(struct exchange *x)
{
	char path[sizeof(x->path) + 16];
	struct stat st;
	int fd, error;

	snprintf(path, sizeof(path), "%.*s/acknowledged", (int)(strrchr(x->path, '/') - x->path),
		 x->path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0 || fstat(fd, &st))
		error = errno;
	else if (!S_ISREG(st.st_mode) || (st.st_size && st.st_size != sizeof(*x->acknowledged)))
		error = EEXIST;
	else
		/* Or the first store would find that the disk is full. */
		error = posix_fallocate(fd, 0, sizeof(*x->acknowledged));
	if (!error) {
		x->acknowledged = mmap(NULL, sizeof(*x->acknowledged), PROT_READ | PROT_WRITE,
				       MAP_SHARED, fd, 0);
		if (x->acknowledged == MAP_FAILED) {
			x->acknowledged = NULL;
			error = errno;
		}
	}
	if (fd >= 0)
		close(fd);
	return error ? not_ours(x, path, error) : 0;
}

/* The same exchange in a process of its own, whose journal is at @x->path. */
static pid_t start_victim(struct exchange *x, u32 round)
{
	static const char *const waits[] = { "block", "yield", "spin" };
	static const char *const syncs[] = { "none", "batch", "each" };
	const struct play *play = x->play;
	char word[9][64], journal[sizeof(x->path) + 16], log[ORDERS_PATH + 16];
	const char *const arguments[] = {
		"contend", "run", "--scenario=orders", "--engine=user", "--warmup=0ms",
		"--runtime=60s", "--interval=0ns", word[0], word[1], word[2], word[3], word[4],
		word[5], word[6], word[7], word[8], journal, x->words.fix_log[0] ? log : NULL, NULL
	};
	const pid_t parent = getpid();
	pid_t pid;
	int null;

	snprintf(word[0], sizeof(word[0]), "--architecture=%s", x->design->name);
	snprintf(word[1], sizeof(word[1]), "--wait=%s", waits[play->spec->wait]);
	snprintf(word[2], sizeof(word[2]), "--users=%u", play->common.users);
	snprintf(word[3], sizeof(word[3]), "--gateways=%u", x->words.gateways);
	snprintf(word[4], sizeof(word[4]), "--fsync=%s", syncs[x->words.sync]);
	snprintf(word[5], sizeof(word[5]), "--seed=%llu", play->spec->seed + round);
	snprintf(word[6], sizeof(word[6]), "--resting=%u", x->words.resting);
	snprintf(word[7], sizeof(word[7]), "--capacity=%llu", play->spec->capacity);
	snprintf(word[8], sizeof(word[8]), "--lock=%s", play->spec->lock);
	snprintf(journal, sizeof(journal), "--journal=%.*s", (int)(strrchr(x->path, '/') - x->path),
		 x->path);
	snprintf(log, sizeof(log), "--fix_log=%s", x->words.fix_log);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	/* An interrupt from a terminal is for its parent. */
	setpgid(0, 0);
	null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execv("/proc/self/exe", (char *const *)arguments);
	_exit(127);
}

/* It takes its first orders, and some more, and is killed. */
static int kill_victim(struct exchange *x, pid_t pid, struct rng *rng)
{
	const u64 until = play_now() + CRASH_PATIENCE_NS;
	int status;

	while (!__atomic_load_n(x->acknowledged, __ATOMIC_ACQUIRE)) {
		if (waitpid(pid, &status, WNOHANG) || play_now() > until) {
			kill(pid, SIGKILL);
			child_wait(pid);
			return play_failed(x->play, EIO,
					   "crashes=: an exchange does not begin: run it alone, without crashes=");
		}
		usleep(500);
	}
	usleep(rng_next(rng) % CRASH_MOST_US);
	kill(pid, SIGKILL);
	child_wait(pid);
	return 0;
}

/* What the dead one has left. */
static int examine(struct exchange *x)
{
	const u64 acknowledged = __atomic_load_n(x->acknowledged, __ATOMIC_ACQUIRE);
	struct book *book = book_make(x->words.resting, BOOK_SOUND);
	struct journal_read read;
	const char *what;
	int ret;

	if (!book)
		return play_failed(x->play, ENOMEM, "no memory for a book");
	ret = journal_replay(x->path, book, &read);
	if (ret) {
		play_failed(x->play, -ret, "%.150s: %s", x->path, strerror(-ret));
		goto out;
	}
	x->crashed++;
	x->torn += !!read.torn;
	x->recovered += read.records;
	what = book_broken(book);
	if (read.gap || read.torn >= sizeof(struct journal_record))
		orders_break(x, LAW_DURABLE, "a journal of %llu records is no whole prefix",
			     read.records);
	else if (read.last < acknowledged)
		orders_break(x, LAW_DURABLE, "order %llu was acknowledged, and the journal ends at %llu",
			     acknowledged, read.last);
	else if (what)
		orders_break(x, LAW_DURABLE, "a journal's book: %s", what);
out:
	book_free(book);
	return ret;
}

static int crash(struct exchange *x)
{
	struct rng rng;
	int ret = 0;
	pid_t pid;
	u32 i;

	rng_seed(&rng, x->play->spec->seed, ~0U);
	for (i = 0; i < x->words.crashes && !ret && !interrupted; i++) {
		__atomic_store_n(x->acknowledged, 0, __ATOMIC_RELEASE);
		pid = start_victim(x, i);
		if (pid < 0)
			return play_failed(x->play, errno, "crashes=: no process: %s",
					   strerror(errno));
		ret = kill_victim(x, pid, &rng) ?: examine(x);
	}
	__atomic_store_n(x->acknowledged, 0, __ATOMIC_RELEASE);
	return ret;
}

/* --- begin and end -------------------------------------------------------- */

static const struct design *design_of(const char *name)
{
	const struct design *d = designs;

	while (strcmp(d->name, name))
		d++;
	return d;
}

static int make_hops(struct exchange *x)
{
	const struct design *d = x->design;
	const u64 capacity = x->play->spec->capacity;
	u32 i;
	int ret;

	if (d->shape == SHAPE_ONE)
		return 0;
	ret = hop_make(x, &x->in, x->play->nusers > 1 ? d->many : d->one, capacity);
	for (i = 0; i < 3 && !ret; i++)
		if (!d->fan || !i)
			ret = hop_make(x, &x->fan[i], d->fan ?: d->one, capacity);
	x->fan[0].fan = d->fan;
	ret = ret ?: hop_make(x, &x->out, d->one, capacity);
	if (!ret && d->shape == SHAPE_FAN)
		ret = hop_make(x, &x->durable, d->one, capacity);
	/*
	 * An answer never waits for room, or a gateway that waits for room with what it sends would
	 * wait for itself: a user has one message under way.
	 */
	for (i = 0; i < x->play->nusers && !ret; i++)
		ret = hop_make(x, &x->acks[i], d->one,
			       max_t(u64, capacity, x->play->common.users));
	if (!ret && is_audited(x))
		ret = hop_make(x, &x->trail, d->one, capacity);
	return ret;
}

/* Who takes from whom, see above. */
static void connect_stages(struct exchange *x)
{
	const bool line = x->design->shape == SHAPE_LINE, fan = x->design->fan;
	struct stage *st = x->stage;
	u32 i;

	for (i = 0; i < NR_STAGES; i++) {
		st[i].x = x;
		st[i].kind = i;
	}
	st[SEQUENCER].from = &x->in;
	for (i = 0; i < 3; i++) {
		/* The journal, the replica and matching, in the order of a fan's seats. */
		st[JOURNAL + i].from = fan ? &x->fan[0] : &x->fan[i];
		st[JOURNAL + i].seat = fan ? i : 0;
		if (!line && (!fan || !i))
			st[SEQUENCER].to[i] = &x->fan[i];
	}
	if (line) {
		st[SEQUENCER].to[0] = &x->fan[0];
		st[JOURNAL].to[0] = &x->fan[1];
		st[REPLICA].to[0] = &x->fan[2];
	} else {
		st[JOURNAL].to[0] = &x->durable;
	}
	st[MATCHING].to[0] = &x->out;
	st[REPORTER].from = &x->out;
	for (i = 0; i < x->play->nusers; i++)
		st[REPORTER].to[i] = &x->acks[i];
	if (is_audited(x))
		st[REPORTER].to[i] = &x->trail;
	st[AUDITOR].from = &x->trail;
}

static void close_stage(struct stage *st)
{
	u32 i;

	if (st->in)
		contend_handle_close(st->in);
	if (st->also)
		contend_handle_close(st->also);
	for (i = 0; i < STAGE_OUTS; i++)
		if (st->out[i])
			contend_handle_close(st->out[i]);
}

static int start_stage(struct stage *st)
{
	struct exchange *x = st->x;
	int ret = hop_open(x, st->from, &st->in);
	u32 i;

	for (i = 0; st->to[i] && !ret; i++)
		ret = hop_open(x, st->to[i], &st->out[i]);
	if (!ret && st->kind == REPORTER && x->design->shape == SHAPE_FAN)
		ret = hop_open(x, &x->durable, &st->also);
	ret = ret ?: -pthread_create(&st->thread, NULL, stage_thread, st);
	if (ret) {
		close_stage(st);
		return play_failed(x->play, -ret, "a stage cannot be started: %s", strerror(-ret));
	}
	return 0;
}

static int start_stages(struct exchange *x)
{
	int ret = 0;

	if (x->design->shape == SHAPE_ONE)
		return 0;
	connect_stages(x);
	while (x->nstages < stages_of(x) && !ret) {
		ret = start_stage(&x->stage[x->nstages]);
		x->nstages += !ret;
	}
	return ret;
}

/* From the first on: nothing is on its way to one that stops. */
static void stop_stages(struct exchange *x)
{
	u32 i;

	for (i = 0; i < x->nstages; i++) {
		__atomic_store_n(&x->stage[i].over, true, __ATOMIC_RELEASE);
		pthread_join(x->stage[i].thread, NULL);
		close_stage(&x->stage[i]);
	}
	x->nstages = 0;
}

static int take_memory(struct exchange *x)
{
	enum book_twin twin = BOOK_SOUND;
	u64 room = 1;

	if (x->design->twin >= TWIN_CROSSED && x->design->twin <= TWIN_PRIORITY)
		twin = BOOK_CROSSES + x->design->twin - TWIN_CROSSED;
	while (room < (u64)x->play->spec->capacity * ROOM)
		room *= 2;
	x->rmask = room - 1;
	x->mask = x->design->twin == TWIN_REWRITTEN ? ROOM_BUSTED - 1 : room - 1;
	x->nslots = x->play->common.users;
	x->slots = calloc(x->nslots, sizeof(*x->slots));
	x->events = calloc(x->mask + 1, sizeof(*x->events));
	x->reports = calloc(room, sizeof(*x->reports));
	x->lives = calloc(x->words.resting, sizeof(*x->lives));
	x->paid = calloc(x->words.resting + 1, sizeof(*x->paid));
	x->book = book_make(x->words.resting, twin);
	x->replica = book_make(x->words.resting, twin);
	if (x->slots && x->events && x->reports && x->lives && x->paid &&
	    x->book && x->replica)
		return 0;
	return play_failed(x->play, ENOMEM, "no memory for users=%u, capacity=%llu and resting=%u",
			   x->nslots, x->play->spec->capacity, x->words.resting);
}

static void release(struct exchange *x)
{
	if (x->acknowledged)
		munmap(x->acknowledged, sizeof(*x->acknowledged));
	folder_remove(&x->folder);
	audit_close(&x->audit);
	orders_log_free(&x->log);
	book_free(x->replica);
	book_free(x->book);
	free(x->paid);
	free(x->lives);
	free(x->reports);
	free(x->events);
	free(x->slots);
	free(x);
}

static int find_folder(struct exchange *x)
{
	const char *folder = x->words.journal;
	int ret = 0;

	if (!folder[0]) {
		ret = folder_make(x->play, &x->folder);
		folder = x->folder.path;
	} else if (access(folder, W_OK | X_OK)) {
		ret = play_failed(x->play, errno, "journal=: make that folder, or name another one: %s: %.120s",
				  strerror(errno), folder);
	}
	snprintf(x->path, sizeof(x->path), "%s/journal", folder);
	return ret;
}

/* Who may not have a real-time priority cannot ask what it does. */
static int check_priority(struct exchange *x)
{
	const struct spec *spec = x->play->spec;
	const u32 threads = x->play->nusers + stages_of(x);
	cpu_set_t allowed;
	u32 cpus = 1;
	int ret;

	if (!x->words.priority)
		return 0;
	if (!sched_getaffinity(0, sizeof(allowed), &allowed) && spec->placement != PLACEMENT_PACK)
		cpus = CPU_COUNT(&allowed);
	if (spec->wait == WAIT_SPIN && threads > 1 && cpus < threads)
		return play_failed(x->play, EOPNOTSUPP,
				   "priority= with wait=spin takes a CPU for each of %u threads, and there %s %u: take wait=block",
				   threads, cpus == 1 ? "is" : "are", cpus);
	ret = set_priority(x->words.priority) ?: set_priority(0);
	return ret ? play_failed(x->play, EOPNOTSUPP,
				 "priority= needs real-time priorities: %s: be root, or have CAP_SYS_NICE",
				 strerror(-ret)) : 0;
}

static int read_log(struct exchange *x)
{
	char why[RESULT_TEXT] = "";
	int ret;

	x->turns = ~0ULL;
	if (!x->words.fix_log[0])
		return 0;
	ret = orders_log_read(&x->log, x->words.fix_log, why, sizeof(why));
	if (ret)
		return play_failed(x->play, -ret, "fix_log=: %s", why[0] ? why : strerror(-ret));
	if (x->log.chains < x->play->nusers)
		return play_failed(x->play, EINVAL,
				   "fix_log=: %.128s has %u order%s: gateways=%u are too many",
				   x->words.fix_log, x->log.chains, plural(x->log.chains),
				   x->play->nusers);
	return 0;
}

static int open_audit(struct exchange *x)
{
	const char *why = NULL;
	int ret;

	x->audit.fd = -1;
	if (!is_audited(x))
		return 0;
	ret = audit_open(&x->audit, x->words.audit);
	if (ret == -EINVAL)
		why = "a log is a regular file, and this is none";
	else if (ret == -EEXIST || ret == -ELOOP)
		why = "it is none that a run has left: name another file";
	else if (ret == -EWOULDBLOCK)
		why = "another run writes to it: name another file";
	return ret ? play_failed(x->play, -ret, "audit=: %.150s: %s", x->words.audit,
				 why ?: strerror(-ret)) : 0;
}

/**
 * orders_begin - begin an exchange
 * @play: the run, or what is served; its @own is the exchange then
 *
 * Return: 0; or a negative errno with a reason.
 */
int orders_begin(struct play *play)
{
	struct exchange *x = calloc(1, sizeof(*x));
	int ret;

	if (!x)
		return play_failed(play, ENOMEM, "no memory");
	x->play = play;
	x->words = *(const struct orders_words *)play->words;
	x->design = design_of(play->common.architecture);
	play->own = x;
	ret = open_audit(x) ?: check_priority(x) ?: read_log(x) ?: find_folder(x) ?:
	      open_acknowledged(x) ?: crash(x) ?: take_memory(x);
	if (ret)
		goto err_release;
	ret = journal_open(&x->journal, x->path, x->words.sync);
	if (ret) {
		not_ours(x, x->path, -ret);
		goto err_release;
	}
	__atomic_store_n(x->acknowledged, 0, __ATOMIC_RELEASE);
	ret = make_hops(x) ?: start_stages(x);
	if (!ret)
		return 0;
	stop_stages(x);
	journal_close(&x->journal);
err_release:
	release(x);
	return ret;
}

static void exchange_sample(struct play *play, u64 *gauge)
{
	const struct exchange *x = play->own;
	const u64 seen = __atomic_load_n(&x->stage[REPLICA].last, __ATOMIC_ACQUIRE);
	const u64 seq = __atomic_load_n(&x->seq, __ATOMIC_ACQUIRE);

	gauge[GAUGE_SEQUENCED] = seq;
	gauge[GAUGE_REPORTS] = __atomic_load_n(&x->nreports, __ATOMIC_ACQUIRE);
	gauge[GAUGE_LAG] = x->design->shape == SHAPE_ONE ? 0 : seq - seen;
}

static void check_books(struct exchange *x)
{
	const struct book_totals t = book_totals(x->book);
	const u64 resting = book_resting(x->book);
	const char *what = book_broken(x->book);

	if (t.in != 2 * t.filled + resting + t.cancelled)
		orders_break(x, LAW_QUANTITY, "%llu in, 2 x %llu filled, %llu resting, %llu cancelled",
			     t.in, t.filled, resting, t.cancelled);
	if (book_overtaken(x->book) || what)
		orders_break(x, LAW_PRIORITY, "%s",
			     what ?: "an order was filled ahead of one that came earlier");
	if (book_hash(x->replica) != book_hash(x->book))
		orders_break(x, LAW_REPLICA, "the book is %016llx, and the replica %016llx",
			     book_hash(x->book), book_hash(x->replica));
}

static void check_replay(struct exchange *x)
{
	enum book_twin twin = BOOK_SOUND;
	struct journal_read read = { };
	struct book *book;
	int ret;

	/* What a twin's book does is what it does again. */
	if (x->design->twin >= TWIN_CROSSED && x->design->twin <= TWIN_PRIORITY)
		twin = BOOK_CROSSES + x->design->twin - TWIN_CROSSED;
	book = book_make(x->words.resting, twin);
	ret = book ? journal_replay(x->path, book, &read) : -ENOMEM;
	if (ret)
		orders_break(x, LAW_REPLAY, "%s", strerror(-ret));
	else if (read.gap || read.torn || read.records != x->seq)
		orders_break(x, LAW_REPLAY, "%llu messages, and %llu in the journal%s", x->seq,
			     read.records, read.gap ? ", not in their order" : "");
	else if (book_hash(book) != book_hash(x->book))
		orders_break(x, LAW_REPLAY, "the book is %016llx, and the journal's %016llx",
			     book_hash(x->book), book_hash(book));
	book_free(book);
}

static void check_trail(struct exchange *x)
{
	char why[RESULT_TEXT] = "";
	int ret;

	if (!is_audited(x))
		return;
	ret = audit_check(x->words.audit, x->words.resting, x->seq, book_resting(x->book), why,
			  sizeof(why));
	if (ret)
		orders_break(x, LAW_TRAIL, "audit=: %s", why[0] ? why : strerror(-ret));
}

static void enter_checks(struct exchange *x)
{
	enum orders_law law;

	if (x->nalloc)
		orders_break(x, LAW_ALLOCATION, "memory was taken %llu times", x->nalloc);
	for (law = 0; law < LAWS; law++) {
		const struct broken *b = &x->broken[law];

		if ((law == LAW_DURABLE && !x->words.crashes) ||
		    (law == LAW_TRAIL && !is_audited(x)) ||
		    (law == LAW_ALLOCATION && !allocations_counted()))
			continue;
		result_check(x->play->result, law_names[law], b->n ? VERDICT_FAIL : VERDICT_PASS,
			     b->n, b->detail);
	}
}

static void enter_figures(struct exchange *x)
{
	struct play *play = x->play;

	play_figure(play, "messages", x->seq);
	play_figure(play, "trades", x->trades);
	play_figure(play, "refusals", x->refused);
	play_figure(play, "resting_end", book_orders(x->book));
	play_figure(play, "fix_bytes", x->bytes);
	play_figure(play, "market_data", x->changes);
	if (x->journal.writes)
		play_figure(play, "journal_batch", (double)x->journal.records / x->journal.writes);
	play_figure(play, "journal_bytes",
		    JOURNAL_HEAD + x->journal.records * sizeof(struct journal_record));
	if (allocations_counted())
		play_figure(play, "allocations", x->nalloc);
	if (is_audited(x))
		play_figure(play, "audit_lines", x->audit.lines);
	if (x->log.n) {
		play_figure(play, "log_messages", x->log.n);
		play_figure(play, "log_left_out", x->log.left_out);
		play_figure(play, "log_turns", x->turns);
	}
	if (!x->crashed)
		return;
	play_figure(play, "crashed", x->crashed);
	play_figure(play, "crashed_torn", x->torn);
	play_figure(play, "crashed_records", (double)x->recovered / x->crashed);
}

/**
 * orders_end - end it, and see to its laws
 * @play: from orders_begin(); its result has the checks and figures then
 */
void orders_end(struct play *play)
{
	struct exchange *x = play->own;

	stop_stages(x);
	journaled(x);
	journal_close(&x->journal);
	if (is_audited(x))
		audited(x);
	/* One that broke has stood still anywhere. */
	if (!play_broken(play)) {
		check_books(x);
		check_replay(x);
		check_trail(x);
		enter_checks(x);
	}
	enter_figures(x);
	release(x);
}

static u32 exchange_threads(const struct play *play)
{
	struct orders_words words;

	words_decode(play->spec, orders_keys, ORDERS_KEYS, &words);
	if (design_of(play->common.architecture)->shape == SHAPE_ONE)
		return 1;
	return min(words.gateways, play->common.users);
}

static u32 exchange_tasks(const struct spec *spec)
{
	return NR_STAGES;
}

static int exchange_check(const struct spec *spec, const void *words, struct spec_error *error)
{
	const struct orders_words *w = words;
	struct common common;

	words_common(spec, &common);
	/* A stage may have a batch beside what its structure holds. */
	if (spec->capacity < 2 * JOURNAL_BATCH || spec->capacity > 1 << 20)
		return spec_fail(error, 0, "capacity= is how many events a structure holds: %u to 1048576",
				 2 * JOURNAL_BATCH);
	if (w->crashes && strcmp(spec->engine, "user"))
		return spec_fail(error, 0, "crashes= kills programs that have all of it: engine=user");
	if (w->crashes && common.users > 10000)
		return spec_fail(error, 0, "crashes= begins an exchange each time: users= is 10000 at most");
	return 0;
}

const struct scenario orders_scenario = {
	.name = "orders",
	.about = "an exchange: FIX, a sequencer, an order book, a journal and a replica",
	.preset = "lock=adaptive_mutex structure=disruptor clients=threads capacity=1024",
	.architectures = architectures,
	.takes = takes,
	.keys = orders_keys,
	.nkeys = ORDERS_KEYS,
	.size = sizeof(struct orders_words),
	.stages = stages,
	.gauges = gauges,
	.figures = figures,
	.check = exchange_check,
	.threads = exchange_threads,
	.tasks = exchange_tasks,
	.begin = orders_begin,
	.user = orders_user,
	.sample = exchange_sample,
	.end = orders_end,
	.serves = serves,
	.serve = orders_serve,
};
