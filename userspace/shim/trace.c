// SPDX-License-Identifier: GPL-2.0
/*
 * The events of linux/tracepoint.h, of which each thread keeps its own: a tape. One trace a
 * program, whose memory stays until the program ends, since a thread that hangs may still be at it.
 */
#include <errno.h>
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <pthread.h>

#include "clock.h"
#include "engine/worker.h"
#include "shim.h"

/* Threads take room for so many events at a time: that costs what others write to. */
#define TAPE_EVENTS	8

/* Bytes of a piece of a tape. */
#define REEL_SIZE	8192

/**
 * struct kept - an event
 * @event: its name
 * @print: what makes words of @entry
 * @ns: when, by the measuring clock
 * @size: bytes of @entry
 * @entry: the rest of it
 */
struct kept {
	const char *event;
	shim_print_fn print;
	u64 ns;
	size_t size;
	u64 entry[];
};

/**
 * struct reel - a piece of a tape
 * @next: the next one, or NULL; set with release
 * @used: bytes of @data that hold whole events; set with release
 * @data: events, each aligned, one after the other
 */
struct reel {
	struct reel *next;
	size_t used;
	char data[REEL_SIZE] __aligned(8);
};

/**
 * struct tape - what a thread has seen
 * @next: the next thread's, constant
 * @pid: the thread, constant
 * @comm: its name when it began, constant
 * @first: the reels, constant
 * @last: the thread's own, as what follows is
 * @room: how many events it may still keep
 * @size: of the event that it is about to keep
 * @lost: how many it has not kept
 */
struct tape {
	struct tape *next;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	struct reel *first;
	struct reel *last;
	u32 room;
	size_t size;
	u64 lost;
};

bool shim_tracing;

static __thread struct tape *tape_mine;
static struct tape *tapes;
static atomic64_t tapes_room;
/* Of threads that could have no tape. */
static atomic64_t tapes_lost;

static struct tape *tape_make(void)
{
	struct tape *tape = kzalloc(sizeof(*tape), GFP_KERNEL);

	if (tape)
		tape->first = kzalloc(sizeof(*tape->first), GFP_KERNEL);
	if (!tape || !tape->first) {
		kfree(tape);
		return NULL;
	}
	tape->last = tape->first;
	tape->pid = current->pid;
	strscpy(tape->comm, current->comm, sizeof(tape->comm));
	tape->next = READ_ONCE(tapes);
	while (!__atomic_compare_exchange_n(&tapes, &tape->next, tape, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	tape_mine = tape;
	return tape;
}

/* Where an event of so many bytes fits in, or NULL. */
static struct reel *tape_room(struct tape *tape, size_t size)
{
	struct reel *last = tape->last, *next;

	if (!tape->room && atomic64_read(&tapes_room) > 0 &&
	    atomic64_sub_return(TAPE_EVENTS, &tapes_room) > -TAPE_EVENTS)
		tape->room = TAPE_EVENTS;
	if (!tape->room)
		return NULL;
	if (last->used + size <= sizeof(last->data))
		return last;
	next = kzalloc(sizeof(*next), GFP_KERNEL);
	if (!next)
		return NULL;
	/* Pairs with the acquire in tape_tell(). */
	smp_store_release(&last->next, next);
	tape->last = next;
	return next;
}

/**
 * shim_trace_entry - an event is there
 * @event: its name, constant
 * @print: makes words of its entry
 * @size: bytes of the entry
 *
 * Return: where the calling thread puts the entry, before it calls shim_trace_done(); NULL: it is
 * lost.
 */
void *shim_trace_entry(const char *event, shim_print_fn print, size_t size)
{
	struct tape *tape = tape_mine ?: tape_make();
	struct reel *reel;
	struct kept *kept;

	if (!tape) {
		atomic64_inc(&tapes_lost);
		return NULL;
	}
	tape->size = ALIGN(sizeof(*kept) + size, 8);
	reel = tape_room(tape, tape->size);
	if (!reel) {
		WRITE_ONCE(tape->lost, tape->lost + 1);
		return NULL;
	}
	tape->room--;
	kept = (struct kept *)(reel->data + reel->used);
	kept->event = event;
	kept->print = print;
	kept->ns = contend_clock();
	kept->size = size;
	return kept->entry;
}

/**
 * shim_trace_done - the entry is whole
 */
void shim_trace_done(void)
{
	struct reel *reel = tape_mine->last;

	/* Pairs with the acquire in tape_tell(). */
	smp_store_release(&reel->used, reel->used + tape_mine->size);
}

/**
 * struct waking - the kernel's event sched_waking
 * @pid: who is woken
 */
struct waking {
	pid_t pid;
};

static int waking_print(const void *entry, char *line, size_t size)
{
	const struct waking *waking = entry;

	return scnprintf(line, size, "pid=%d", waking->pid);
}

/**
 * shim_trace_waking - the calling thread wakes another one
 * @pid: its number
 */
void shim_trace_waking(pid_t pid)
{
	struct waking *waking = shim_trace_entry("sched_waking", waking_print, sizeof(*waking));

	if (!waking)
		return;
	waking->pid = pid;
	shim_trace_done();
}

/**
 * shim_trace_begin - keep the events from now on, and each section is one
 * @most: so many of them
 *
 * Once a program.
 */
void shim_trace_begin(unsigned long most)
{
	atomic64_set(&tapes_room, most);
	contend_slow_ns = 0;
	WRITE_ONCE(shim_tracing, true);
}

static void tape_tell(const struct tape *tape, void (*tell)(void *to, const char *line), void *to)
{
	const struct reel *reel;
	char line[1024];
	size_t at, used;
	int n;

	/* Pairs with the release in tape_room(). */
	for (reel = tape->first; reel; reel = smp_load_acquire(&reel->next)) {
		/* Pairs with the release in shim_trace_done(). */
		used = smp_load_acquire(&reel->used);
		for (at = 0; at < used; ) {
			const struct kept *kept = (const struct kept *)(reel->data + at);

			n = scnprintf(line, sizeof(line), "%16s-%-7d [000] ..... %llu.%09llu: %s: ",
				      tape->comm, tape->pid, kept->ns / NSEC_PER_SEC,
				      kept->ns % NSEC_PER_SEC, kept->event);
			kept->print(kept->entry, line + n, sizeof(line) - n);
			tell(to, line);
			at += ALIGN(sizeof(*kept) + kept->size, 8);
		}
	}
}

/**
 * shim_trace_end - keep no more, and tell what was kept
 * @tell: is given each event, as tracefs has it in its file "trace": those of a thread in order
 * @to: for @tell
 *
 * Return: how many were lost.
 */
unsigned long shim_trace_end(void (*tell)(void *to, const char *line), void *to)
{
	unsigned long lost = atomic64_read(&tapes_lost);
	const struct tape *tape;

	WRITE_ONCE(shim_tracing, false);
	/* Pairs with the release in tape_make(). */
	for (tape = smp_load_acquire(&tapes); tape; tape = tape->next) {
		lost += READ_ONCE(tape->lost);
		tape_tell(tape, tell, to);
	}
	return lost;
}
