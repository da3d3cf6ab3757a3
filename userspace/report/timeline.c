// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of tracefs become a timeline, a row a thread:
 *
 *	| put                                   |	an operation, and in it
 *	| block          | wait     | hold      |	what it waited for
 *	                             ^ hand-over	an arrow from the hold of who had it before
 *	               ^ woken				and one from who woke it
 *
 * An event of a section says when that began, by the measuring clock; others are when they were
 * traced, by the trace's. The two have one rate, and are set by the event that was traced soonest
 * after its section.
 */
#include <ctype.h>
#include <jansson.h>
#include <limits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdlib.h>

#include "timeline.h"

enum kind { EVENT_OP, EVENT_BLOCK, EVENT_UNBLOCK, EVENT_WAKE, EVENT_POINT };

/**
 * struct timeline_event - what happened
 * @kind: decides about the rest
 * @thread: whose it is, its place in the timeline's
 * @ns: when it was traced
 * @object: its number; 0: none
 * @from: the number of the thread that wrote before, or that is woken; or 0
 * @verb: the operation
 * @stripe: of the object
 * @error: what the structure answered
 * @write: it changed something
 * @began_ns: when the lock was asked for last
 * @wait_ns: from there to holding it
 * @hold_ns: from there to having released it
 * @block_ns: before: how long it lacked something
 * @key: of the operation
 * @tag: its request's
 * @text: of EVENT_POINT, a name and what there is to say; from malloc()
 */
struct timeline_event {
	enum kind kind;
	u32 thread;
	u64 ns;
	u32 object;
	u32 from;
	u32 verb;
	u32 stripe;
	u32 error;
	bool write;
	u64 began_ns;
	u64 wait_ns;
	u64 hold_ns;
	u64 block_ns;
	u64 key;
	u64 tag;
	char *text;
};

/**
 * struct timeline_thread - who did it
 * @pid: its number
 * @comm: its name
 * @object: that it has worked on first
 * @worker: its number there, or -1
 * @works: it has done an operation, or blocked
 * @shown: something of it is in the document
 * @blocks: it is in @block
 * @block: an event
 */
struct timeline_thread {
	u32 pid;
	char comm[32];
	u32 object;
	int worker;
	bool works;
	bool shown;
	bool blocks;
	size_t block;
};

/**
 * struct timeline_object - what it was done to
 * @id: its number
 * @lock: its lock's name
 * @structure: and its structure's
 */
struct timeline_object {
	u32 id;
	char lock[32];
	char structure[32];
};

/**
 * struct mark - an event of the document
 * @ns: when it begins
 * @length_ns: how long it is; of what begins together the longest comes first
 * @name: of it
 * @phase: as the format has it
 * @flow: of an arrow, its number
 * @thread: whose
 * @event: what it is about
 */
struct mark {
	s64 ns;
	u64 length_ns;
	const char *name;
	char phase;
	u32 flow;
	u32 thread;
	const struct timeline_event *event;
};

/**
 * struct marks - the document
 * @of: its events
 * @n: how many
 * @size: how many there is room for
 * @flows: arrows so far
 * @ops: the operations, of each thread in order
 * @nops: how many
 * @bad: memory was short
 */
struct marks {
	struct mark *of;
	size_t n;
	size_t size;
	u32 flows;
	const struct timeline_event **ops;
	size_t nops;
	bool bad;
};

/* Room for one more in an array that doubles. */
static void *grow(void *array, size_t n, size_t size)
{
	return n && n & (n - 1) ? array : reallocarray(array, n ? 2 * n : 1, size);
}

/* The value of " key=" in what an event says, up to the next blank; NULL: there is none. */
static const char *field(const char *said, const char *key)
{
	const size_t len = strlen(key);
	const char *at;

	for (at = said; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
		if (!strncmp(at, key, len) && at[len] == '=')
			return at + len + 1;
	return NULL;
}

static u64 number(const char *said, const char *key)
{
	const char *at = field(said, key);

	return at ? strtoull(at, NULL, 10) : 0;
}

static void word(const char *said, const char *key, char *to, size_t size)
{
	const char *at = field(said, key);
	const size_t len = at ? strcspn(at, " ") + 1 : 1;

	strscpy(to, at ?: "", len < size ? len : size);
}

static struct timeline_thread *thread_find(const struct timeline *t, u32 pid)
{
	size_t i;

	/* The newest first: runs come one after the other. */
	for (i = t->nthreads; i--; )
		if (t->threads[i].pid == pid)
			return &t->threads[i];
	return NULL;
}

static struct timeline_thread *thread_of(struct timeline *t, u32 pid, const char *comm, size_t len)
{
	struct timeline_thread *thread = thread_find(t, pid);

	if (thread)
		return thread;
	thread = grow(t->threads, t->nthreads, sizeof(*thread));
	if (!thread)
		return NULL;
	t->threads = thread;
	thread = &t->threads[t->nthreads++];
	*thread = (struct timeline_thread){ .pid = pid, .worker = -1 };
	strscpy(thread->comm, comm, len + 1 < sizeof(thread->comm) ? len + 1 :
		sizeof(thread->comm));
	return thread;
}

static void add_object(struct timeline *t, const char *said)
{
	struct timeline_object *object = grow(t->objects, t->nobjects, sizeof(*object));

	if (!object)
		return;
	t->objects = object;
	object = &t->objects[t->nobjects++];
	object->id = number(said, "object");
	word(said, "lock", object->lock, sizeof(object->lock));
	word(said, "structure", object->structure, sizeof(object->structure));
}

static const struct timeline_object *object_of(const struct timeline *t, u32 id)
{
	size_t i;

	for (i = t->nobjects; i--; )
		if (t->objects[i].id == id)
			return &t->objects[i];
	return NULL;
}

/* "    contend/0-123 [001] d..1.  12.345678: contend_slow: object=1 ..." taken apart. */
struct line {
	const char *comm;
	size_t comm_len;
	u32 pid;
	bool interrupt;
	u64 ns;
	const char *event;
	size_t event_len;
	const char *said;
};

static bool line_parse(const char *text, struct line *l)
{
	const char *cpu, *dash, *at;
	u64 digits = 0, scale = 1000000000;
	char *end;

	while (isspace(*text))
		text++;
	/* A name may have dashes, blanks and brackets in it: "-123   [001]" ends it. */
	for (cpu = strstr(text, " ["); cpu; cpu = strstr(cpu + 2, " [")) {
		for (dash = cpu; dash > text && *dash == ' '; dash--)
			;
		for (; dash > text && isdigit(*dash); dash--)
			;
		if (*dash == '-' && isdigit(dash[1]) && isdigit(cpu[2]))
			break;
	}
	if (*text == '#' || !cpu)
		return false;
	l->comm = text;
	l->comm_len = dash - text;
	l->pid = strtoul(dash + 1, NULL, 10);
	at = strchr(cpu, ']');
	if (!at)
		return false;
	at += 1 + strspn(at + 1, " ");
	/* Where a kernel has them: "d.h1.", in a hardirq or a softirq. */
	l->interrupt = !isdigit(*at) && strcspn(at, " ") > 2 && strchr("hHsZz", at[2]);
	if (!isdigit(*at)) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	l->ns = strtoull(at, &end, 10) * 1000000000ULL;
	if (*end != '.')
		return false;
	for (at = end + 1; isdigit(*at) && scale > 1; at++) {
		digits = 10 * digits + *at - '0';
		scale /= 10;
	}
	l->ns += digits * scale;
	if (at[0] != ':' || at[1] != ' ')
		return false;
	l->event = at + 2;
	l->event_len = strcspn(l->event, ":");
	l->said = l->event + l->event_len;
	l->said += l->said[0] == ':';
	l->said += strspn(l->said, " ");
	return true;
}

static bool is(const struct line *l, const char *event)
{
	return strlen(event) == l->event_len && !strncmp(l->event, event, l->event_len);
}

static enum kind kind_of(const struct line *l)
{
	return is(l, "contend_slow") || is(l, "contend_op") ? EVENT_OP :
	       is(l, "contend_block") ? EVENT_BLOCK :
	       is(l, "contend_unblock") ? EVENT_UNBLOCK :
	       is(l, "sched_waking") ? EVENT_WAKE : EVENT_POINT;
}

/**
 * timeline_line - add an event
 * @timeline: the timeline
 * @line: as in tracefs' file "trace"; what is none is left out
 *
 * The events of a thread come in order.
 */
void timeline_line(void *timeline, const char *line)
{
	struct timeline *t = timeline;
	struct timeline_thread *thread;
	struct timeline_event *event;
	struct line l;

	if (!line_parse(line, &l))
		return;
	if (is(&l, "contend_create")) {
		add_object(t, l.said);
		return;
	}
	thread = thread_of(t, l.pid, l.comm, l.comm_len);
	event = grow(t->events, t->nevents, sizeof(*event));
	if (event)
		t->events = event;
	if (!thread || !event) {
		t->lost++;
		return;
	}
	if (is(&l, "contend_worker_begin") || is(&l, "contend_slow"))
		thread->worker = number(l.said, "worker");
	if (!thread->object)
		thread->object = number(l.said, "object");
	/* That they are there is what the row says. */
	if (is(&l, "contend_worker_begin") || is(&l, "contend_worker_end"))
		return;
	event = &t->events[t->nevents++];
	*event = (struct timeline_event){
		.kind = kind_of(&l), .thread = thread - t->threads, .ns = l.ns,
		.object = number(l.said, "object"), .verb = number(l.said, "verb"),
		.from = number(l.said, "from"), .stripe = number(l.said, "stripe"),
		.error = number(l.said, "error"), .write = number(l.said, "write"),
		.began_ns = number(l.said, "began_ns"), .wait_ns = number(l.said, "wait_ns"),
		.hold_ns = number(l.said, "hold_ns"), .block_ns = number(l.said, "block_ns"),
		.key = number(l.said, "key"), .tag = number(l.said, "tag"),
	};
	thread->works |= event->kind == EVENT_OP || event->kind == EVENT_BLOCK;
	if (event->kind == EVENT_POINT)
		event->text = strdup(l.event);
	/* In an interrupt it is not the task below that wakes. */
	if (event->kind == EVENT_WAKE)
		event->from = l.interrupt ? 0 : number(l.said, "pid");
}

static u64 acquired(const struct timeline_event *e)
{
	return e->began_ns + e->wait_ns;
}

static u64 released(const struct timeline_event *e)
{
	return acquired(e) + e->hold_ns;
}

/* By how much the trace's clock is ahead of the measuring one, and of each event of its section. */
static s64 clocks_differ(const struct timeline *t)
{
	s64 least = 0, ahead;
	bool any = false;
	size_t i;

	for (i = 0; i < t->nevents; i++) {
		if (t->events[i].kind != EVENT_OP)
			continue;
		ahead = t->events[i].ns - released(&t->events[i]);
		least = any && least < ahead ? least : ahead;
		any = true;
	}
	return least;
}

static void add(struct marks *m, struct mark mark)
{
	const size_t size = m->size ? 2 * m->size : 1024;
	struct mark *of;

	if (m->n == m->size) {
		of = reallocarray(m->of, size, sizeof(*of));
		if (!of) {
			m->bad = true;
			return;
		}
		m->of = of;
		m->size = size;
	}
	m->of[m->n++] = mark;
}

/* A slice of time; one of no length is none. */
static void add_slice(struct marks *m, const struct timeline_event *e, const char *name,
		      u32 thread, s64 from, s64 until)
{
	const struct mark slice = {
		.ns = from, .length_ns = until - from, .name = name, .phase = 'X',
		.thread = thread, .event = e,
	};

	if (until > from)
		add(m, slice);
}

/* An arrow between two slices, in which its ends lie; the second end not before the first. */
static void add_flow(struct marks *m, const struct timeline_event *e, const char *name, u32 giver,
		     s64 from, u32 taker, s64 until)
{
	struct mark end = {
		.ns = from, .name = name, .phase = 's', .flow = ++m->flows, .thread = giver,
		.event = e,
	};

	add(m, end);
	end.ns = until;
	end.phase = 'f';
	end.thread = taker;
	add(m, end);
}

static int compare_ops(const void *one, const void *other)
{
	const struct timeline_event *a = *(const struct timeline_event **)one;
	const struct timeline_event *b = *(const struct timeline_event **)other;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	if (acquired(a) != acquired(b))
		return acquired(a) < acquired(b) ? -1 : 1;
	return 0;
}

/* Of the operations of a thread, the first that held its lock not before @ns: its place. */
static size_t ops_from(const struct marks *m, u32 thread, u64 ns)
{
	size_t from = 0, until = m->nops, half;

	while (from < until) {
		const struct timeline_event *op;

		half = (from + until) / 2;
		op = m->ops[half];
		if (op->thread < thread || (op->thread == thread && acquired(op) < ns))
			from = half + 1;
		else
			until = half;
	}
	return from;
}

/*
 * From whose write it had the lock: the latest one there of that thread which was before. Where
 * events were lost, it may be one of these, unless a later one is there: the first are kept.
 */
static void add_handover(const struct timeline *t, struct marks *m,
			 const struct timeline_event *e)
{
	const struct timeline_thread *giver = thread_find(t, e->from);
	const u32 thread = giver ? giver - t->threads : 0;
	size_t at = giver ? ops_from(m, thread, acquired(e)) : 0;
	const struct timeline_event *g;
	s64 from;

	if (t->lost && (at == m->nops || m->ops[at]->thread != thread))
		return;
	while (giver && at-- && (g = m->ops[at])->thread == thread) {
		if (g->object != e->object || g->stripe != e->stripe || !g->write)
			continue;
		/* The next one may hold it before this one has left. */
		from = min(released(g), acquired(e)) - 1;
		if (from >= (s64)acquired(g) && e->hold_ns)
			add_flow(m, e, "hand-over", thread, from, e->thread, acquired(e));
		return;
	}
}

static void add_op(const struct timeline *t, struct marks *m, const struct timeline_event *e)
{
	add_slice(m, e, NULL, e->thread, e->began_ns - e->block_ns, released(e));
	add_slice(m, e, "wait", e->thread, e->began_ns, acquired(e));
	add_slice(m, e, "hold", e->thread, acquired(e), released(e));
	if (e->from)
		add_handover(t, m, e);
}

/* Who wakes and who is woken: slices as short as can be, for the arrow between them. */
static void add_wake(const struct timeline *t, struct marks *m, const struct timeline_event *e,
		     s64 ns)
{
	const struct timeline_thread *woken = thread_find(t, e->from);
	const u32 thread = woken ? woken - t->threads : 0;

	if (!woken || !woken->works || thread == e->thread)
		return;
	add_slice(m, e, "wakes", e->thread, ns, ns + 1);
	add_slice(m, e, "woken", thread, ns, ns + 1);
	add_flow(m, e, "wake", e->thread, ns, thread, ns);
}

static void add_event(struct timeline *t, struct marks *m, struct timeline_event *e, s64 ahead)
{
	struct timeline_thread *thread = &t->threads[e->thread];
	const s64 ns = e->ns - ahead;

	switch (e->kind) {
	case EVENT_OP:
		add_op(t, m, e);
		break;
	case EVENT_BLOCK:
		thread->blocks = true;
		thread->block = e - t->events;
		break;
	case EVENT_UNBLOCK:
		thread->blocks = false;
		add_slice(m, e, "block", e->thread, e->began_ns - e->block_ns, e->began_ns);
		break;
	case EVENT_WAKE:
		add_wake(t, m, e, ns);
		break;
	case EVENT_POINT:
		add(m, (struct mark){ .ns = ns, .phase = 'i', .thread = e->thread, .event = e });
		break;
	}
}

static int compare_marks(const void *one, const void *other)
{
	const struct mark *a = one, *b = other;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	/* A slice before what is in it, and before the arrows; an arrow's begin before its end. */
	if (a->length_ns != b->length_ns)
		return a->length_ns > b->length_ns ? -1 : 1;
	if (!a->name != !b->name)
		return a->name ? 1 : -1;
	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	return (a->phase == 'f') - (b->phase == 'f');
}

/* Still blocked at the end: to the end. */
static void add_blocked(struct timeline *t, struct marks *m, s64 ahead)
{
	s64 end = 0, until;
	size_t i;

	for (i = 0; i < m->n; i++) {
		until = m->of[i].ns + m->of[i].length_ns;
		end = max(end, until);
	}
	for (i = 0; i < t->nthreads; i++)
		if (t->threads[i].blocks)
			add_slice(m, &t->events[t->threads[i].block], "block, and not woken", i,
				  t->events[t->threads[i].block].ns - ahead, end);
}

static void put_string(FILE *out, const char *text)
{
	json_t *json = json_string(text);

	/* What is not UTF-8 is left out. */
	if (!json || json_dumpf(json, out, JSON_ENCODE_ANY | JSON_ENSURE_ASCII))
		fputs("\"\"", out);
	json_decref(json);
}

static void put_name(FILE *out, const struct timeline *t, const struct mark *m)
{
	const struct timeline_object *object = object_of(t, m->event->object);
	const char *verb = object && t->verb ? t->verb(object->structure, m->event->verb, t->data) :
			   NULL;
	char name[32];

	if (m->name) {
		put_string(out, m->name);
	} else if (m->event->text) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(m->event->text, ":"),
			 m->event->text);
		put_string(out, name);
	} else {
		snprintf(name, sizeof(name), "verb %u", m->event->verb);
		put_string(out, verb ?: name);
	}
}

static void put_args(FILE *out, const struct timeline *t, const struct mark *m)
{
	const struct timeline_event *e = m->event;
	const struct timeline_object *object = object_of(t, e->object);
	const char *said;

	if (e->kind == EVENT_POINT) {
		said = e->text ? strchr(e->text, ':') : NULL;
		fputs(",\"args\":{\"said\":", out);
		put_string(out, said ? said + 1 + strspn(said + 1, " ") : "");
		fputc('}', out);
		return;
	}
	if (m->name || e->kind != EVENT_OP)
		return;
	fprintf(out, ",\"args\":{\"object\":%u,\"stripe\":%u,\"key\":%llu,\"write\":%s",
		e->object, e->stripe, (unsigned long long)e->key, e->write ? "true" : "false");
	if (object) {
		fputs(",\"lock\":", out);
		put_string(out, object->lock);
	}
	if (e->error)
		fprintf(out, ",\"error\":%u", e->error);
	if (e->tag)
		fprintf(out, ",\"tag\":%llu", (unsigned long long)e->tag);
	fputc('}', out);
}

/* Microseconds, as the format has them. */
static void put_us(FILE *out, const char *key, u64 ns)
{
	fprintf(out, ",\"%s\":%llu.%03u", key, (unsigned long long)(ns / 1000),
		(unsigned int)(ns % 1000));
}

static void put_mark(FILE *out, const struct timeline *t, const struct mark *m, s64 from)
{
	static const char *const more[] = {
		['X'] = ",\"cat\":\"contend\"", ['i'] = ",\"cat\":\"contend\",\"s\":\"t\"",
		['s'] = ",\"cat\":\"contend\"", ['f'] = ",\"cat\":\"contend\",\"bp\":\"e\"",
	};

	fputs(",\n{\"name\":", out);
	put_name(out, t, m);
	fprintf(out, ",\"ph\":\"%c\",\"pid\":1,\"tid\":%u%s", m->phase, t->threads[m->thread].pid,
		more[(unsigned char)m->phase]);
	put_us(out, "ts", m->ns - from);
	if (m->phase == 'X')
		put_us(out, "dur", m->length_ns);
	if (m->flow)
		fprintf(out, ",\"id\":%u", m->flow);
	put_args(out, t, m);
	fputc('}', out);
}

static void put_thread(FILE *out, const struct timeline *t, const struct timeline_thread *thread)
{
	const struct timeline_object *object = object_of(t, thread->object);
	char name[128];

	if (thread->worker >= 0 && object)
		snprintf(name, sizeof(name), "worker %d: %s, %s", thread->worker, object->lock,
			 object->structure);
	else if (thread->worker >= 0)
		snprintf(name, sizeof(name), "worker %d", thread->worker);
	else
		snprintf(name, sizeof(name), "%s", thread->comm);
	fprintf(out, ",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"args\":{\"name\":",
		thread->pid);
	put_string(out, name);
	/* The workers by number, then the others. */
	fprintf(out, "}},\n{\"name\":\"thread_sort_index\",\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"args\":{\"sort_index\":%d}}",
		thread->pid, thread->worker >= 0 ? thread->worker : INT_MAX);
}

static int make_marks(struct timeline *t, struct marks *m)
{
	const s64 ahead = clocks_differ(t);
	size_t i;

	m->ops = calloc(t->nevents + 1, sizeof(*m->ops));
	if (!m->ops)
		return -1;
	for (i = 0; i < t->nevents; i++)
		if (t->events[i].kind == EVENT_OP)
			m->ops[m->nops++] = &t->events[i];
	qsort(m->ops, m->nops, sizeof(*m->ops), compare_ops);
	for (i = 0; i < t->nthreads; i++)
		t->threads[i].blocks = false;
	for (i = 0; i < t->nevents; i++)
		add_event(t, m, &t->events[i], ahead);
	add_blocked(t, m, ahead);
	if (m->bad)
		return -1;
	if (m->n)
		qsort(m->of, m->n, sizeof(*m->of), compare_marks);
	return 0;
}

/**
 * timeline_write - write the document
 * @out: where to
 * @timeline: the timeline
 *
 * Return: 0, or -1 when memory or room is short.
 */
int timeline_write(FILE *out, const void *timeline)
{
	/* Of its threads what is for this alone is written. */
	struct timeline *t = (struct timeline *)timeline;
	struct marks m = { };
	int ret = make_marks(t, &m);
	size_t i;

	fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"events\":%zu,\"lost\":%llu",
		t->nevents, (unsigned long long)t->lost);
	if (t->command) {
		fputs(",\"command\":", out);
		put_string(out, t->command);
	}
	fputs("},\"traceEvents\":[\n{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"contend\"}}",
	      out);
	for (i = 0; i < m.n; i++)
		t->threads[m.of[i].thread].shown = true;
	for (i = 0; i < t->nthreads; i++)
		if (t->threads[i].shown)
			put_thread(out, t, &t->threads[i]);
	for (i = 0; i < m.n && !ret; i++)
		put_mark(out, t, &m.of[i], m.of[0].ns);
	fputs("\n]}\n", out);
	free(m.of);
	free(m.ops);
	return ferror(out) ? -1 : ret;
}

/**
 * timeline_free - give its memory back
 * @t: zeroed, or with events
 */
void timeline_free(struct timeline *t)
{
	while (t->nevents)
		free(t->events[--t->nevents].text);
	free(t->events);
	free(t->threads);
	free(t->objects);
}
