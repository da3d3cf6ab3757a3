// SPDX-License-Identifier: GPL-2.0
/* Users: who send requests, one at a time each, and what becomes of these. */
#include <errno.h>
#include <linux/string.h>
#include <stdlib.h>

#include "lib/delay.h"
#include "scenario.h"

/* For how long at most before it looks whether all stop. */
#define SLEEP_NS	20000000ULL
/* A request's number: the user's, and how many it has sent. */
#define ID_SHIFT	40

/**
 * user_sleep - wait
 * @user: who
 * @until_ns: until when
 *
 * Return: true; false when the run is over before.
 */
bool user_sleep(struct user *user, u64 until_ns)
{
	const u64 spin_ns = user->play->spin_ns;
	struct timespec ts;
	u64 now, left;

	while ((now = play_now()) < until_ns) {
		if (play_over(user->play))
			return false;
		left = until_ns - now;
		if (left < spin_ns)
			continue;
		left = left - spin_ns / 2 < SLEEP_NS ? left - spin_ns / 2 : SLEEP_NS;
		ts = (struct timespec){ left / SPEC_NS_PER_S, left % SPEC_NS_PER_S };
		nanosleep(&ts, NULL);
	}
	return !play_over(user->play);
}

/**
 * user_due - when the next request is due
 * @user: who sends it
 * @ended_ns: when the one before has ended, or the time now
 *
 * In an open loop this takes a request out of those that come: who asks has to send it.
 *
 * Return: nanoseconds; in the past for one that is late.
 */
u64 user_due(struct user *user, u64 ended_ns)
{
	const u64 due = offered_next(&user->play->offered);

	return due ?: ended_ns + delay_next(&user->play->spec->think, &user->rng);
}

/**
 * request_begin - send a request
 * @user: who
 * @request: the request
 * @due_ns: when it was due; the response counts from then
 */
void request_begin(struct user *user, struct request *request, u64 due_ns)
{
	const u32 trace = user->play->common.trace;

	memset(request, 0, sizeof(*request));
	/* The leader reads it. */
	__atomic_store_n(&user->begun, user->begun + 1, __ATOMIC_RELAXED);
	request->id = ((u64)user->index << ID_SHIFT) + user->begun;
	request->traced = trace && user->begun % trace == 0;
	request->due_ns = due_ns;
	request->began_ns = play_now();
	request->mark_ns = request->began_ns;
}

/**
 * request_admit - whether a request may be sent now
 * @user: who
 * @request: one that has begun
 *
 * The only way past the sentry. What was let through ends with request_end().
 *
 * Return: REFUSED_NOT: it may; why not: it has ended as REQUEST_SHED, unless it is tried again.
 */
enum refusal request_admit(struct user *user, struct request *request)
{
	const enum refusal refusal = sentry_admit(&user->play->sentry, request->due_ns, play_now());

	request->admitted = !refusal;
	return refusal;
}

/* It is under way no more. */
static void leave(struct user *user, struct request *request, enum request_outcome outcome,
		  u64 now)
{
	if (request->admitted)
		sentry_leave(&user->play->sentry, outcome == REQUEST_OK, now);
	request->admitted = false;
}

/**
 * request_stage - a stage of a request has ended
 * @request: the request
 * @stage: which; what has passed since the last one is its time
 */
void request_stage(struct request *request, u32 stage)
{
	const u64 now = play_now();

	request->stage_ns[stage] += now - request->mark_ns;
	request->mark_ns = now;
}

/**
 * user_next - wait until the next request is due, and begin it
 * @user: who
 * @request: the request
 *
 * Return: false when the run is over, and there is none.
 */
bool user_next(struct user *user, struct request *request)
{
	u64 due;

	if (play_over(user->play))
		return false;
	due = user_due(user, play_now());
	if (user->refused && !offered_open(&user->play->offered))
		due += REFUSED_NS;
	if (!user_sleep(user, due))
		return false;
	request_begin(user, request, due);
	return true;
}

static void add_trace(struct user *user, const struct request *request,
		      enum request_outcome outcome, u64 now)
{
	struct result_trace *t = &user->trace[user->ntraces++];

	t->id = request->id;
	t->due_ns = request->due_ns - user->play->began_ns;
	t->response_ns = now - request->due_ns;
	t->deadline_ns = request->deadline_ns ? request->deadline_ns - request->due_ns : 0;
	t->outcome = outcome;
	memcpy(t->stage_ns, request->stage_ns, sizeof(t->stage_ns));
}

/**
 * request_end - a request has ended
 * @user: who sent it
 * @request: the request
 * @outcome: how
 *
 * It counts in the measured time in which it ends. What request_admit() has taken it gives back.
 *
 * Context: the user's own thread; takes @user->lock.
 */
void request_end(struct user *user, struct request *request, enum request_outcome outcome)
{
	const u64 now = play_now();
	u32 i;

	leave(user, request, outcome, now);
	__atomic_store_n(&user->ended, user->ended + 1, __ATOMIC_RELEASE);
	user->refused = outcome == REQUEST_SHED;
	pthread_mutex_lock(&user->lock);
	if (play_measures(user->play)) {
		struct books *books = &user->books;

		if (!user->first_ns)
			user->first_ns = request->began_ns;
		user->last_ns = now;
		books->outcome[outcome]++;
		if (outcome == REQUEST_OK) {
			hist_add(&books->response, now > request->due_ns ?
						   now - request->due_ns : 0);
			hist_add(&books->service, now - request->began_ns);
		}
		for (i = 0; i < RESULT_STAGES; i++)
			if (request->stage_ns[i])
				hist_add(&books->stage[i], request->stage_ns[i]);
		if (request->traced && user->ntraces < RESULT_TRACES_USER)
			add_trace(user, request, outcome, now);
	}
	pthread_mutex_unlock(&user->lock);
}

/**
 * user_open - open a handle of an object by the door of the run
 * @user: whose it is: a handle is one thread's own
 * @id: the object's number, from play_create()
 * @handle: the handle
 *
 * Return: as contend_handle_open().
 */
int user_open(struct user *user, __u64 id, struct contend_handle **handle)
{
	const struct play *play = user->play;

	return contend_handle_open(play->device, id, play->door, play->spec->batch,
				   play->spec->poller_ns, handle);
}

/**
 * user_try - do what a request asks for, and again where that fails, as retry= and the sentry say
 * @user: who sends it
 * @request: the request
 * @attempt: does it, once
 * @data: for @attempt
 *
 * Between two attempts it is not under way, and one that is refused as too late is not tried again.
 *
 * Return: how the last attempt ended; REQUEST_SHED when it was refused.
 */
enum request_outcome user_try(struct user *user, struct request *request,
			      enum request_outcome (*attempt)(struct user *user,
							      struct request *request,
							      void *data),
			      void *data)
{
	struct play *play = user->play;
	enum request_outcome outcome;
	enum refusal refusal;
	u32 tries = 0;

	do {
		refusal = request_admit(user, request);
		outcome = refusal ? REQUEST_SHED : attempt(user, request, data);
		leave(user, request, outcome, play_now());
		if (outcome == REQUEST_OK || refusal == REFUSED_LATE ||
		    ++tries > play->common.retry.most)
			return outcome;
		pthread_mutex_lock(&user->lock);
		user->books.retries += play_measures(play);
		pthread_mutex_unlock(&user->lock);
	} while (user_sleep(user, play_now() +
				  retry_delay(&play->common.retry, tries, &user->rng)));
	return outcome;
}
