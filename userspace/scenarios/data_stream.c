// SPDX-License-Identifier: GPL-2.0
/*
 * scenario=data architecture=stream: bids of an auction, counted by windows of time, while the
 * processes that count them are killed.
 *
 * A request is a stream of size= events, which are shared out by their auctions. Each worker is a
 * process, and has a keeper, a thread that sends it events, takes what it has counted, and replaces
 * it when it has died. Between two events the keeper sends a barrier now and then: the worker
 * answers with its state, which is a checkpoint. From the keepers what was counted goes through a
 * bounded queue of the catalogue to the sink, which is the user's thread; a sink that is slow holds
 * up the keepers, and a worker that is slow the keeper, whose socket is full: back-pressure.
 *
 * What was counted is committed when it is in that queue. By commit= that is at once, and a worker
 * that is replaced begins with nothing (none) or with the last checkpoint (atleastonce): then what
 * was committed since is committed again. Or (exactlyonce) it is with the next checkpoint, both at
 * once, by the keeper alone: of what a worker has counted and died nothing was committed.
 */
#include <errno.h>
#include <linux/minmax.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data.h"
#include "engine/child.h"

#define EVENTS		20000
#define EVENTS_MOST	(1U << 24)
#define KEYS		64
/* Time: so much between two events, and a window is so long. */
#define STEP		10
#define WINDOW		4000
/* An event may come so much later than one of a later time; one in a hundred four times that. */
#define DISORDER	1000
/* Windows that are open at a time. */
#define OPEN		16
/* Events of a message, and messages between two checkpoints. */
#define BATCH		64
#define CHECKPOINT	4
#define RESULTS		256
/* So long after the end of a run workers are killed that were to be killed in its last request. */
#define KILLS_NS	(10 * SPEC_NS_PER_S)
/* A sink that is woken for nothing looks whether all ends. */
#define LOOK_NS		20000000ULL

enum event_kind { EVENT_PERSON, EVENT_AUCTION, EVENT_BID };

/**
 * struct event - one
 * @time: when it was, not when it comes
 * @key: which auction
 * @input: of which of two inputs; each has a watermark
 * @kind: what
 */
struct event {
	u32 time;
	u8 key;
	u8 input;
	u16 kind;
};

/**
 * struct count_state - what a worker knows, all of it: a checkpoint
 * @offset: events that it was sent
 * @newest: time, of each input
 * @watermark: no event is to come that is older; others are late
 * @closed: windows that have ended: those before this one
 * @in: bids, once for each window that they are in
 * @out: of which so many are in windows that have ended
 * @late: and so many came after their window's end
 * @others: events that are no bids
 * @ended: all windows are
 * @count: bids of each open window, by auction
 */
struct count_state {
	u32 offset;
	u32 newest[2];
	u32 watermark;
	u32 closed;
	u64 in;
	u64 out;
	u64 late;
	u64 others;
	u32 ended;
	u32 count[OPEN][KEYS];
};

enum message_kind { MESSAGE_EVENTS, MESSAGE_BARRIER, MESSAGE_END, MESSAGE_RESULTS, MESSAGE_STATE,
	MESSAGE_BROKEN };

/**
 * struct message - from a keeper to its worker, or back
 * @kind: what it is
 * @n: events or results; or the law that is broken
 */
struct message {
	u32 kind;
	u32 n;
	union {
		struct event event[BATCH];
		u64 result[RESULTS];
		struct count_state state;
		u32 seen[2];
	};
};

struct stream;

/**
 * struct death - of a worker that was killed
 * @ns: when
 * @sent: events that it was sent, with those of its predecessors
 * @since: of which so many are not in its last checkpoint; or in none, since its begin
 * @told: bids that it has told of, once for each window that they are in
 * @again: windows that are committed again
 * @recovery_ns: how long until another one was as far as it; 0: none is yet
 */
struct death {
	u64 ns;
	u32 sent;
	u32 since;
	u64 told;
	u32 again;
	u64 recovery_ns;
};

/**
 * struct keeper - of a worker
 * @stream: the whole; constant, like
 * @index: its number
 * @event: those for its worker
 * @nevents: how many
 * @thread: its thread
 * @rng: when it kills
 * @queue: its handle
 * @pid: the worker
 * @socket: to it
 * @state: the last checkpoint
 * @sent: events that this worker was sent
 * @messages: since the last checkpoint was asked for
 * @held: what was counted and not committed, of exactlyonce
 * @nheld: how many
 * @room: for so many, which are all that there can be
 * @since: committed since the last checkpoint
 * @told: bids that were told of since the last one of @killed
 * @again: results that are committed again, since a worker has died after they were
 * @kills: so many are to come in this request
 * @over_ns: when it has seen that the run is over; 0: not yet
 * @fuse: messages to the next one
 * @killed: those of this request, in their order
 * @nkilled: how many
 * @behind: those before this one are made up for
 * @deaths: how many workers have died, in this request
 * @recovery: how long each took to be made up for
 * @full_ns: for how long it waited for its worker or the sink
 * @failed: why a worker could not be started, an errno; 0: all could
 */
struct keeper {
	struct stream *stream;
	u32 index;
	struct event *event;
	u32 nevents;
	pthread_t thread;
	struct rng rng;
	struct contend_handle *queue;
	pid_t pid;
	int socket;
	struct count_state state;
	u32 sent;
	u32 messages;
	u64 *held;
	u32 nheld;
	u32 room;
	u32 since;
	u64 told;
	u64 again;
	u32 kills;
	u64 over_ns;
	u32 fuse;
	struct death *killed;
	u32 nkilled;
	u32 behind;
	u64 deaths;
	struct hist recovery;
	u64 full_ns;
	int failed;
};

/**
 * struct stream - what one keeps
 * @d: the system; constant, like
 * @slide: from one window's begin to the next one's
 * @windows: how many there are
 * @queue_id: the queue to the sink
 * @put: verbs of it
 * @get: likewise
 * @keepers: one a worker
 * @n: how many
 * @expected: bids by window and auction, when one counts them alone
 * @got: and by the sink
 * @times: how often each was committed
 * @lost: windows of an auction that were not committed, in all of the run
 * @doubled: how often one was that was before
 * @death: the first ones of the run
 * @ndeaths: how many
 * @deaths: how many workers have died
 */
struct stream {
	struct data *d;
	u32 slide;
	u32 windows;
	__u64 queue_id;
	u32 put;
	u32 get;
	struct keeper *keepers;
	u32 n;
	u32 *expected;
	u32 *got;
	u32 *times;
	u64 lost;
	u64 doubled;
	struct result_death death[RESULT_DEATHS];
	u32 ndeaths;
	u64 deaths;
};

#define SINK_END	(~0ULL)

static u64 result_of(u32 window, u32 key, u32 count)
{
	return (u64)window << 40 | (u64)key << 32 | count;
}

/* --- a worker -------------------------------------------------------------------------- */

/* Where what is counted goes: nowhere further than to @emit. */
struct counter {
	const struct stream *stream;
	struct count_state *state;
	void (*emit)(void *to, u64 result);
	void (*broken)(void *to, enum data_law law, u32 seen, u32 expected);
	void *to;
};

/* Windows that have ended by the watermark, which are told. */
static void close_windows(const struct counter *c)
{
	struct count_state *s = c->state;
	u32 key;

	while (s->closed < c->stream->windows &&
	       s->closed * c->stream->slide + WINDOW <= s->watermark) {
		u32 *count = s->count[s->closed % OPEN];

		for (key = 0; key < KEYS; key++) {
			if (!count[key])
				continue;
			s->out += count[key];
			c->emit(c->to, result_of(s->closed, key, count[key]));
			count[key] = 0;
		}
		s->closed++;
	}
}

static void advance_watermark(const struct counter *c)
{
	const enum data_twin twin = c->stream->d->twin;
	struct count_state *s = c->state;
	const u32 newest = twin == DATA_TWIN_WATERMARK ? max(s->newest[0], s->newest[1]) :
							 min(s->newest[0], s->newest[1]);
	const u32 watermark = newest > DISORDER ? newest - DISORDER : 0;

	if (watermark < s->watermark)
		c->broken(c->to, LAW_WATERMARK, watermark, s->watermark);
	if (watermark + DISORDER > min(s->newest[0], s->newest[1]) && watermark)
		c->broken(c->to, LAW_WATERMARK, watermark, min(s->newest[0], s->newest[1]));
	s->watermark = watermark;
	close_windows(c);
}

static void count_event(const struct counter *c, const struct event *e)
{
	const enum data_twin twin = c->stream->d->twin;
	struct count_state *s = c->state;
	const u32 slide = c->stream->slide, last = e->time / slide;
	u32 window = e->time >= WINDOW ? (e->time - WINDOW) / slide + 1 : 0;

	s->offset++;
	if (e->time > s->newest[e->input])
		s->newest[e->input] = e->time;
	if (e->kind != EVENT_BID) {
		s->others++;
		advance_watermark(c);
		return;
	}
	for (; window <= last && window < c->stream->windows; window++) {
		s->in++;
		if (window >= s->closed) {
			s->count[window % OPEN][e->key]++;
		} else if (twin == DATA_TWIN_REOPEN) {
			/* It ends again, at once. */
			s->out++;
			c->emit(c->to, result_of(window, e->key, 1));
		} else if (twin != DATA_TWIN_LATE) {
			s->late++;
		}
	}
	advance_watermark(c);
}

static void end_windows(const struct counter *c)
{
	struct count_state *s = c->state;

	s->watermark = ~0U;
	close_windows(c);
	s->ended = 1;
	if (s->in != s->out + s->late)
		c->broken(c->to, LAW_LEDGER, s->in, s->out + s->late);
}

/**
 * struct worker - a process
 * @socket: to its keeper
 * @state: what it knows
 * @out: what it has counted and not sent
 * @in: what it has got
 */
struct worker {
	int socket;
	struct count_state state;
	struct message out;
	struct message in;
};

static void tell(struct worker *w, struct message *message, size_t size)
{
	message->kind = message == &w->out ? MESSAGE_RESULTS : message->kind;
	/* Its keeper has gone. */
	if (send(w->socket, message, size, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void flush(struct worker *w)
{
	if (w->out.n)
		tell(w, &w->out, offsetof(struct message, result[w->out.n]));
	w->out.n = 0;
}

static void worker_emit(void *to, u64 result)
{
	struct worker *w = to;

	w->out.result[w->out.n++] = result;
	if (w->out.n == RESULTS)
		flush(w);
}

static void worker_broken(void *to, enum data_law law, u32 seen, u32 expected)
{
	struct message message = { .kind = MESSAGE_BROKEN, .n = law, .seen = { seen, expected } };

	tell(to, &message, sizeof(message));
}

static void tell_state(struct worker *w)
{
	flush(w);
	w->in.kind = MESSAGE_STATE;
	w->in.state = w->state;
	tell(w, &w->in, sizeof(w->in));
}

/* In a process of its own, between fork() and its end: it calls what may be called there. */
static void __attribute__((noreturn)) work(struct worker *w, const struct stream *stream)
{
	const struct counter c = {
		.stream = stream, .state = &w->state, .emit = worker_emit,
		.broken = worker_broken, .to = w,
	};
	u32 i;

	while (recv(w->socket, &w->in, sizeof(w->in), 0) > 0) {
		if (w->in.kind == MESSAGE_EVENTS) {
			for (i = 0; i < w->in.n; i++)
				count_event(&c, &w->in.event[i]);
			flush(w);
			continue;
		}
		if (w->in.kind == MESSAGE_END)
			end_windows(&c);
		tell_state(w);
	}
	_exit(0);
}

/* --- its keeper -------------------------------------------------------------------------- */

/* Returns 0, or an errno, and there is none then. */
static int start_worker(struct keeper *k)
{
	struct worker w;
	int ends[2], ret;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return errno;
	memset(&w, 0, sizeof(w));
	w.socket = ends[1];
	w.state = k->state;
	k->pid = play_fork();
	ret = k->pid < 0 ? errno : 0;
	if (!k->pid) {
		/* Of others' sockets too: they would not see their ends. */
		close_range(3, ends[1] - 1, 0);
		close_range(ends[1] + 1, ~0U, 0);
		work(&w, k->stream);
	}
	close(ends[1]);
	if (ret)
		close(ends[0]);
	k->socket = ends[0];
	k->sent = k->state.offset;
	k->messages = 0;
	return ret;
}

/* Into the queue, which waits for the sink. */
static void commit(struct keeper *k, u64 result)
{
	struct stream *s = k->stream;
	struct contend_op op;
	const u64 from = play_now();
	int ret;

	do {
		op = (struct contend_op){
			.verb = s->put, .key = result, .deadline_ns = play_now() + LOOK_NS,
		};
		ret = play_op(k->queue, &op);
	} while (!ret && (op.error == ETIMEDOUT || op.error == EAGAIN));
	k->full_ns += op.block_ns ? play_now() - from : 0;
}

/* The arbiter: with a checkpoint all that was counted before it, and nothing else. */
static void commit_held(struct keeper *k)
{
	u32 i;

	for (i = 0; i < k->nheld; i++)
		commit(k, k->held[i]);
	k->nheld = 0;
}

static void take(struct keeper *k, const struct message *message)
{
	struct data *d = k->stream->d;
	u32 i;

	switch (message->kind) {
	case MESSAGE_RESULTS:
		for (i = 0; i < message->n; i++) {
			if (d->words->commit == COMMIT_EXACTLYONCE && k->nheld < k->room)
				k->held[k->nheld++] = message->result[i];
			else
				commit(k, message->result[i]);
			k->told += (u32)message->result[i];
		}
		k->since += message->n;
		/* An attempt commits, and dies, and so does its retry. */
		if (d->twin == DATA_TWIN_COMMIT)
			commit_held(k);
		break;
	case MESSAGE_STATE:
		k->state = message->state;
		commit_held(k);
		k->since = 0;
		break;
	case MESSAGE_BROKEN:
		law_broken(&d->team, message->n, "worker %u: %u, and not %u", k->index,
			   message->seen[0], message->seen[1]);
		break;
	}
}

/* It goes on with what comes next, and knows nothing of what was. */
static void begin_anew(struct keeper *k)
{
	const u32 time = k->sent < k->nevents ? k->event[k->sent].time : ~0U / 2;
	const u32 from = time > 2 * DISORDER ? time - 2 * DISORDER : 0;

	memset(&k->state, 0, sizeof(k->state));
	k->state.offset = k->sent;
	k->state.newest[0] = from + DISORDER;
	k->state.newest[1] = from + DISORDER;
	k->state.watermark = from;
	k->state.closed = from >= WINDOW ? (from - WINDOW) / k->stream->slide + 1 : 0;
}

/*
 * What it has said before it died counts; then a new one begins where the checkpoint is.
 * @death: filled in; NULL: nobody has killed it
 */
static void replace_worker(struct keeper *k, struct death *death)
{
	const enum data_commit how = k->stream->d->words->commit;
	struct message message;
	ssize_t n;

	while ((n = recv(k->socket, &message, sizeof(message), 0)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			take(k, &message);
	child_wait(k->pid);
	close(k->socket);
	k->deaths++;
	if (death) {
		death->sent = k->sent;
		death->since = k->sent - k->state.offset;
		death->told = k->told;
		k->told = 0;
		death->again = how == COMMIT_ATLEASTONCE ? k->since : 0;
	}
	if (how == COMMIT_NONE && !k->state.ended)
		begin_anew(k);
	if (how == COMMIT_ATLEASTONCE)
		k->again += k->since;
	k->since = 0;
	k->nheld = 0;
	k->failed = start_worker(k);
}

static void kill_worker(struct keeper *k)
{
	struct death *death = &k->killed[k->nkilled++];

	*death = (struct death){ .ns = play_now() };
	k->kills--;
	k->fuse = 1 + rng_next(&k->rng) % (2 * CHECKPOINT);
	kill(k->pid, SIGKILL);
	replace_worker(k, death);
}

/* Of the worker, whatever there is; @wait: until there is something. Returns false: it has died. */
static bool listen_to(struct keeper *k, bool wait)
{
	struct message message;
	ssize_t n;

	while ((n = recv(k->socket, &message, sizeof(message), wait ? 0 : MSG_DONTWAIT)) > 0) {
		take(k, &message);
		wait = false;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Returns false: it has died. Meanwhile it may have to say something before it takes it. */
static bool send_to(struct keeper *k, const struct message *message, size_t size)
{
	struct pollfd fd = { .fd = k->socket, .events = POLLIN | POLLOUT };
	u64 from = 0;

	while (send(k->socket, message, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return false;
		from = from ?: play_now();
		poll(&fd, 1, 1000);
		if (!listen_to(k, false))
			return false;
	}
	if (from)
		k->full_ns += play_now() - from;
	return true;
}

/* The next message: events, a barrier now and then, and the end. Returns false: it has died. */
static bool send_next(struct keeper *k)
{
	struct message message = { .kind = MESSAGE_EVENTS };

	if (k->sent == k->nevents) {
		message.kind = MESSAGE_END;
		return send_to(k, &message, offsetof(struct message, event)) && listen_to(k, true);
	}
	if (k->messages == CHECKPOINT) {
		k->messages = 0;
		message.kind = MESSAGE_BARRIER;
		return k->stream->d->words->commit == COMMIT_NONE ||
		       send_to(k, &message, offsetof(struct message, event));
	}
	message.n = min_t(u32, BATCH, k->nevents - k->sent);
	memcpy(message.event, k->event + k->sent, message.n * sizeof(*message.event));
	k->sent += message.n;
	k->messages++;
	return send_to(k, &message, offsetof(struct message, event[message.n])) &&
	       listen_to(k, false);
}

static void made_up(struct keeper *k)
{
	u32 i;

	for (i = k->behind; i < k->nkilled; i++) {
		struct death *death = &k->killed[i];

		if (death->recovery_ns || k->sent < death->sent)
			continue;
		death->recovery_ns = play_now() - death->ns;
		hist_add(&k->recovery, death->recovery_ns);
	}
	while (k->behind < k->nkilled && k->killed[k->behind].recovery_ns)
		k->behind++;
}

/* How many of its workers are killed in a request. */
static u32 kills_of(const struct keeper *k)
{
	const u32 deaths = k->stream->d->words->deaths;

	return deaths / k->stream->n + (k->index < deaths % k->stream->n);
}

/* Those for which there is no time any more are left out. */
static void limit_kills(struct keeper *k)
{
	if (!k->kills || !play_over(k->stream->d->play))
		return;
	k->over_ns = k->over_ns ?: play_now();
	if (play_now() - k->over_ns > KILLS_NS)
		k->kills = 0;
}

/* Whoever may have killed it. */
static bool was_killed(pid_t pid)
{
	const int status = child_wait(pid);

	return status != -1 && WIFSIGNALED(status);
}

static void *keep(void *data)
{
	struct keeper *k = data;
	const struct play *play = k->stream->d->play;

	memset(&k->state, 0, sizeof(k->state));
	k->nheld = 0;
	k->since = 0;
	k->told = 0;
	k->nkilled = 0;
	k->behind = 0;
	k->again = 0;
	k->deaths = 0;
	k->kills = kills_of(k);
	k->over_ns = 0;
	k->fuse = 1 + rng_next(&k->rng) % (2 * CHECKPOINT);
	k->failed = start_worker(k);
	while (!k->failed && !team_stops(play) && (!k->state.ended || k->kills)) {
		if (k->kills && (k->state.ended || !--k->fuse))
			kill_worker(k);
		else if (!send_next(k))
			replace_worker(k, NULL);
		made_up(k);
		limit_kills(k);
	}
	if (!k->failed) {
		close(k->socket);
		k->deaths += was_killed(k->pid);
	}
	commit(k, SINK_END);
	contend_handle_close(k->queue);
	return NULL;
}

/* --- the sink, and the problem ------------------------------------------------------------- */

static void stream_free(struct data *d)
{
	struct stream *s = d->own;
	u32 i;

	if (!s)
		return;
	for (i = 0; s->keepers && i < s->n; i++) {
		free(s->keepers[i].event);
		free(s->keepers[i].held);
		free(s->keepers[i].killed);
	}
	free(s->keepers);
	free(s->expected);
	free(s->got);
	free(s->times);
	free(s);
}

/* By the shares of Nexmark: of fifty events one is a person, three are auctions, others bids. */
static void draw(struct stream *s, u32 events)
{
	struct rng rng;
	u32 i, late;

	rng_seed(&rng, s->d->play->spec->seed, 0);
	for (i = 0; i < events; i++) {
		const u32 kind = i % 50, key = rng_next(&rng) % KEYS;
		struct keeper *k = &s->keepers[key % s->n];
		struct event *e = &k->event[k->nevents];

		late = rng_next(&rng) % (DISORDER * (rng_next(&rng) % 100 ? 1 : 4));
		*e = (struct event){
			.time = i * STEP > late ? i * STEP - late : 0, .key = key,
			.input = k->nevents++ % 2,
			.kind = !kind ? EVENT_PERSON : kind < 4 ? EVENT_AUCTION : EVENT_BID,
		};
	}
}

static int make_room(struct stream *s, u32 events)
{
	const size_t cells = (size_t)s->windows * KEYS;
	u32 i;

	s->keepers = calloc(s->n, sizeof(*s->keepers));
	s->expected = calloc(cells, sizeof(u32));
	s->got = malloc(cells * sizeof(u32));
	s->times = malloc(cells * sizeof(u32));
	if (!s->keepers || !s->expected || !s->got || !s->times)
		return -ENOMEM;
	for (i = 0; i < s->n; i++) {
		struct keeper *k = &s->keepers[i];

		k->stream = s;
		k->index = i;
		k->room = cells;
		k->event = malloc(events * sizeof(*k->event));
		k->held = malloc(cells * sizeof(*k->held));
		k->killed = malloc((kills_of(k) + 1) * sizeof(*k->killed));
		hist_init(&k->recovery);
		rng_seed(&k->rng, s->d->play->spec->seed, i + 1);
		if (!k->event || !k->held || !k->killed)
			return -ENOMEM;
	}
	return 0;
}

static int stream_make(struct data *d)
{
	const u32 events = d->words->size ?: EVENTS;
	struct stream *s = calloc(1, sizeof(*s));
	int ret;

	d->own = s;
	if (!s)
		return -ENOMEM;
	s->d = d;
	s->n = d->play->spec->workers;
	s->slide = d->problem == &data_sliding ? WINDOW / 2 : WINDOW;
	s->windows = (u64)events * STEP / s->slide + 1;
	ret = make_room(s, events) ?: play_create(d->play, "queue", 0, &s->queue_id);
	if (ret)
		return ret;
	ret = play_verb(d->play, "queue", "put", &s->put) ?:
	      play_verb(d->play, "queue", "get", &s->get);
	if (!ret)
		draw(s, events);
	return ret;
}

static void serial_emit(void *to, u64 result)
{
	u32 *expected = to;

	expected[(result >> 40) * KEYS + (u8)(result >> 32)] += (u32)result;
}

static void serial_broken(void *to, enum data_law law, u32 seen, u32 expected)
{
}

static void stream_alone(struct data *d)
{
	struct stream *s = d->own;
	u32 i, e;

	memset(s->expected, 0, (size_t)s->windows * KEYS * sizeof(u32));
	for (i = 0; i < s->n; i++) {
		struct count_state state = { };
		const struct counter c = {
			.stream = s, .state = &state, .emit = serial_emit,
			.broken = serial_broken, .to = s->expected,
		};

		for (e = 0; e < s->keepers[i].nevents; e++)
			count_event(&c, &s->keepers[i].event[e]);
		end_windows(&c);
	}
}

/* Until all keepers have ended. */
static bool sink(struct stream *s, struct contend_handle *queue, u32 keepers)
{
	const bool adds = s->d->words->commit == COMMIT_NONE;
	struct contend_op op;
	u64 at;

	while (keepers) {
		op = (struct contend_op){ .verb = s->get, .deadline_ns = play_now() + LOOK_NS };
		if (play_op(queue, &op))
			return false;
		if (op.error)
			continue;
		if (op.value == SINK_END) {
			keepers--;
			continue;
		}
		at = (op.value >> 40) * KEYS + (u8)(op.value >> 32);
		s->got[at] = (u32)op.value + (adds ? s->got[at] : 0);
		s->times[at]++;
	}
	return true;
}

static bool stream_run(struct data *d, struct member *m, struct request *request)
{
	struct stream *s = d->own;
	struct play *play = d->play;
	struct contend_handle *queue;
	int failed = 0;
	u32 i, begun = 0;
	bool done;

	memset(s->got, 0, (size_t)s->windows * KEYS * sizeof(u32));
	memset(s->times, 0, (size_t)s->windows * KEYS * sizeof(u32));
	done = !contend_handle_open(play->device, s->queue_id, play->door, 1, 0, &queue);
	if (!done)
		return false;
	for (i = 0; i < s->n && done; i++) {
		struct keeper *k = &s->keepers[i];

		done = !contend_handle_open(play->device, s->queue_id, play->door, 1, 0,
					    &k->queue);
		if (done && pthread_create(&k->thread, NULL, keep, k)) {
			contend_handle_close(k->queue);
			done = false;
		}
		begun += done;
	}
	done &= sink(s, queue, begun);
	for (i = 0; i < begun; i++) {
		pthread_join(s->keepers[i].thread, NULL);
		failed = failed ?: s->keepers[i].failed;
		s->deaths += s->keepers[i].deaths;
	}
	contend_handle_close(queue);
	request_stage(request, DATA_STAGE_COMPUTE);
	if (failed)
		play_broke(play, failed, "a worker cannot be started: %s", strerror(failed));
	return done && !failed && !team_stops(play);
}

static void emit_nowhere(void *to, u64 result)
{
}

/*
 * What each death has cost: of commit=none what one alone counts of the events that the worker was
 * sent, but for what it has told of. A successor may call another one late than one alone does.
 */
static void take_deaths(struct stream *s, struct keeper *k)
{
	struct count_state state = { };
	const struct counter c = {
		.stream = s, .state = &state, .emit = emit_nowhere, .broken = serial_broken,
	};
	u64 counted = 0;
	u32 i, e = 0;

	for (i = 0; i < k->nkilled && s->ndeaths < RESULT_DEATHS; i++) {
		const struct death *death = &k->killed[i];
		struct result_death *to = &s->death[s->ndeaths++];

		*to = (struct result_death){
			.at_ns = death->ns - s->d->play->began_ns, .since = death->since,
			.recovery_ns = death->recovery_ns, .doubled = death->again,
		};
		if (s->d->words->commit != COMMIT_NONE)
			continue;
		for (; e < death->sent; e++)
			count_event(&c, &k->event[e]);
		counted = state.in - state.late - counted;
		to->lost = counted > death->told ? counted - death->told : 0;
		counted = state.in - state.late;
	}
}

/* What was lost and what was doubled, and whether that may be. */
static void stream_check(struct data *d)
{
	struct stream *s = d->own;
	const enum data_commit how = d->words->commit;
	u64 lost = 0, doubled = 0, wrong = 0, again = 0, deaths = 0;
	size_t at;
	u32 i;

	for (at = 0; at < (size_t)s->windows * KEYS; at++) {
		lost += s->expected[at] > s->got[at] ? s->expected[at] - s->got[at] : 0;
		doubled += s->times[at] > 1 ? s->times[at] - 1 : 0;
		wrong += s->got[at] != s->expected[at];
	}
	for (i = 0; i < s->n; i++) {
		again += s->keepers[i].again;
		take_deaths(s, &s->keepers[i]);
		deaths += s->keepers[i].deaths;
	}
	s->lost += lost;
	s->doubled += doubled;
	/* Whoever has killed them. */
	if (how == COMMIT_NONE && deaths)
		return;
	if (lost || doubled != again)
		law_broken(&d->team, deaths ? LAW_COMMIT : LAW_WINDOW,
			   "request %llu: %llu bids were lost, and %llu windows committed again, of which %llu may be",
			   d->jobs, lost, doubled, again);
	if (wrong)
		law_broken(&d->team, LAW_RESULT, "request %llu: of %llu windows and auctions there are not as many bids as when one counts alone",
			   d->jobs, wrong);
}

static void stream_figures(struct data *d)
{
	const struct stream *s = d->own;
	struct hist *recovery = &s->keepers[0].recovery;
	u64 full = 0;
	u32 i;

	for (i = 0; i < s->n; i++) {
		full += s->keepers[i].full_ns;
		if (i)
			hist_merge(recovery, &s->keepers[i].recovery);
	}
	play_figure(d->play, "windows", s->windows);
	play_figure(d->play, "idle_full_ns", (double)full / (d->jobs ?: 1));
	play_figure(d->play, "lost", s->lost);
	play_figure(d->play, "doubled", s->doubled);
	play_figure(d->play, "worker_deaths", s->deaths);
	for (i = 0; i < s->ndeaths; i++)
		play_death(d->play, &s->death[i]);
	if (!recovery->total)
		return;
	play_figure(d->play, "worker_recovery_p50_ns", hist_percentile(recovery, 50000));
	play_figure(d->play, "worker_recovery_max_ns", recovery->max);
}

#define STREAM(_name)								\
	{									\
		.name = _name, .architecture = "stream", .processes = true,	\
		.make = stream_make, .serial = stream_alone, .run = stream_run,	\
		.check = stream_check, .figures = stream_figures,		\
		.free = stream_free, .most = EVENTS_MOST,			\
	}

const struct problem data_tumbling = STREAM("tumbling");
const struct problem data_sliding = STREAM("sliding");
