// SPDX-License-Identifier: GPL-2.0
/* A log of FIX messages, see orders_log.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orders_log.h"

/* It is kept whole. */
#define LOG_MOST	(1ULL << 30)
#define BEGIN		"8=FIX"
#define BEGIN_OURS	"8=FIX.4.4"
#define BAR_TRAILER	"|10="
/* What may stand ahead of a message: the end of the line before, and a time stamp. */
#define BETWEEN		"0123456789-:./TZ \t\r\n"

/**
 * struct name - a ClOrdID as a message has it
 * @sender: whose; in the text, like
 * @id: the id
 * @number: where its number goes
 */
struct name {
	struct fix_field sender;
	struct fix_field id;
	u32 *number;
};

static int fails(char *why, size_t size, const char *path, const char *what)
{
	snprintf(why, size, "%s: %s", path, what);
	return -EINVAL;
}

static int fails_at(char *why, size_t size, const char *path, u64 message, const char *what)
{
	snprintf(why, size, "%s: message %llu: %s", path, message, what);
	return -EINVAL;
}

/*
 * The file's bytes. Only a regular file is sure to end: a device may not, and who opens a FIFO
 * waits for its writer.
 */
static int load(struct orders_log *log, const char *path, size_t *len, char *why, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat stat;
	ssize_t n = 1;
	int ret = 0;

	*len = 0;
	if (fd < 0 || fstat(fd, &stat)) {
		ret = fails(why, size, path, strerror(errno));
	} else if (!S_ISREG(stat.st_mode)) {
		ret = fails(why, size, path, "a log is a regular file, and this is none");
	} else if (!stat.st_size) {
		ret = fails(why, size, path, "it is empty: a log has a message at least");
	} else if (stat.st_size > (off_t)LOG_MOST) {
		ret = fails(why, size, path, "it has more than 1 GiB: take a part of it");
	} else {
		log->text = malloc(stat.st_size);
		if (!log->text)
			ret = -ENOMEM;
	}
	while (!ret && n > 0 && *len < (size_t)stat.st_size) {
		n = read(fd, log->text + *len, stat.st_size - *len);
		if (n < 0)
			ret = fails(why, size, path, strerror(errno));
		else
			*len += n;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Where the next message begins; NULL: what follows is no message. */
static char *find_begin(char *text, size_t len, const char **what)
{
	char *begin = memmem(text, len, BEGIN, strlen(BEGIN));
	const char *end = begin ?: text + len;

	*what = NULL;
	for (; text < end; text++)
		if (!*text || !strchr(BETWEEN, *text)) {
			*what = "what is ahead of it is no time stamp, or no FIX at all";
			return NULL;
		}
	if (begin && memcmp(begin, BEGIN_OURS, min_t(size_t, text + len - begin,
						     strlen(BEGIN_OURS)))) {
		*what = "it begins with another version than 8=FIX.4.4";
		return NULL;
	}
	return begin;
}

/* Logs that are meant to be read have bars for SOH. */
static void bars_to_soh(char *text, size_t len)
{
	const char *end;

	if (len <= strlen(BEGIN_OURS) || text[strlen(BEGIN_OURS)] != '|')
		return;
	len = min_t(size_t, len, FIX_MOST);
	end = memmem(text, len, BAR_TRAILER, strlen(BAR_TRAILER));
	if (end)
		len = min_t(size_t, len, end - text + strlen("|10=000|"));
	while (len--)
		if (text[len] == '|')
			text[len] = FIX_SOH;
}

/* Whether a message that is whole is one to be sent; others may be as the standard has them. */
static bool is_sent(const char *text, size_t len)
{
	const char *type = memchr(text + strlen(BEGIN_OURS) + 1, FIX_SOH, len) + 1;

	return !memcmp(type, "35=", 3) && memchr("DFG", type[3], 3) && type[4] == FIX_SOH;
}

static int add(struct orders_log *log, const char *text, size_t len, char *what, size_t size)
{
	const struct fix_field *again;
	struct log_message *more;
	struct fix_message m;
	struct order order;
	enum fix_fault fault;

	if (!is_sent(text, len)) {
		log->left_out++;
		return 0;
	}
	fault = fix_parse(text, len, &m);
	if (fault == FIX_FINE)
		fault = fix_order(&m, &order);
	if (fault == FIX_UNNUMBERED) {
		snprintf(what, size, "it has no MsgSeqNum (34) from 1 on");
		return -EINVAL;
	}
	if (fault != FIX_FINE) {
		snprintf(what, size, "tag %u: %s", m.tag, fix_fault_text(fault));
		return -EINVAL;
	}
	/* It was there before. */
	again = fix_find(&m, FIX_POSS_DUP_FLAG);
	if (again && again->value[0] == 'Y') {
		log->left_out++;
		return 0;
	}
	if (!(log->n & (log->n - 1))) {
		more = realloc(log->message, (log->n ? 2ULL * log->n : 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		log->message = more;
	}
	log->message[log->n++] = (struct log_message){ .text = text, .len = len };
	return 0;
}

static int take_apart(struct orders_log *log, size_t len, const char *path, char *why, size_t size)
{
	char *at = log->text, *const end = at + len, text[128];
	enum fix_fault frame;
	const char *what;
	size_t used;
	u64 nr = 0;
	int ret;

	for (;;) {
		at = find_begin(at, end - at, &what);
		nr++;
		if (!at && what)
			return fails_at(why, size, path, nr, what);
		if (!at)
			return 0;
		bars_to_soh(at, end - at);
		frame = fix_frame(at, end - at, &used);
		if (frame == FIX_MORE)
			return fails_at(why, size, path, nr, "the log ends in the midst of it");
		if (frame != FIX_FINE)
			return fails_at(why, size, path, nr,
					"its BodyLength (9) or CheckSum (10) is not its own, or it has more than 1024 bytes");
		ret = add(log, at, used, text, sizeof(text));
		if (ret == -EINVAL)
			return fails_at(why, size, path, nr, text);
		if (ret)
			return ret;
		at += used;
	}
}

static int compare_fields(const struct fix_field *a, const struct fix_field *b)
{
	return memcmp(a->value, b->value, min(a->len, b->len)) ?:
	       (a->len > b->len) - (a->len < b->len);
}

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return compare_fields(&x->sender, &y->sender) ?: compare_fields(&x->id, &y->id);
}

/* A number for each ClOrdID of each sender. */
static int number_names(struct orders_log *log)
{
	struct name *names = malloc(2ULL * log->n * sizeof(*names));
	const struct fix_field *sender, *id;
	struct fix_message m;
	u32 i, n = 0;

	if (!names)
		return -ENOMEM;
	for (i = 0; i < log->n; i++) {
		struct log_message *message = &log->message[i];

		fix_parse(message->text, message->len, &m);
		sender = fix_find(&m, FIX_SENDER_COMP_ID);
		id = fix_find(&m, FIX_CL_ORD_ID);
		names[n++] = (struct name){ *sender, *id, &message->id };
		id = fix_find(&m, FIX_ORIG_CL_ORD_ID);
		if (id)
			names[n++] = (struct name){ *sender, *id, &message->original };
	}
	qsort(names, n, sizeof(*names), compare_names);
	for (i = 0; i < n; i++) {
		log->ids += !i || compare_names(&names[i - 1], &names[i]);
		*names[i].number = log->ids;
	}
	free(names);
	return 0;
}

/* What is about one order stays in its order. */
static int number_chains(struct orders_log *log)
{
	u32 *chain = calloc(log->ids + 1ULL, sizeof(*chain)), i;

	if (!chain)
		return -ENOMEM;
	for (i = 0; i < log->n; i++) {
		struct log_message *m = &log->message[i];

		/* The numbers here are one more; of 0 it is 0, as of those that were not seen. */
		chain[m->id] = chain[m->original] ?: chain[m->id] ?: ++log->chains;
		m->chain = chain[m->id] - 1;
		if (m->original)
			chain[m->original] = chain[m->id];
	}
	free(chain);
	return 0;
}

/**
 * orders_log_read - read a log
 * @log: filled in, to be freed with orders_log_free() also on error
 * @path: its file
 * @why: what is wrong, in words
 * @size: bytes of @why
 *
 * Messages follow each other, on lines of their own or not, each with a time stamp ahead of it or
 * not. NewOrderSingle (D), OrderCancelRequest (F) and OrderCancelReplaceRequest (G) are sent,
 * unless they are said to be sent again; all others are left out.
 *
 * Return: 0; -EINVAL with a reason; -ENOMEM.
 */
int orders_log_read(struct orders_log *log, const char *path, char *why, size_t size)
{
	size_t len;
	int ret;

	*log = (struct orders_log){ };
	ret = load(log, path, &len, why, size) ?: take_apart(log, len, path, why, size);
	if (!ret && !log->n)
		ret = fails(why, size, path, "no message of it is an order, a cancel or a replace");
	return ret ?: number_names(log) ?: number_chains(log);
}

/**
 * orders_log_free - the reverse
 * @log: from orders_log_read()
 */
void orders_log_free(struct orders_log *log)
{
	free(log->message);
	free(log->text);
	*log = (struct orders_log){ };
}

/**
 * feed_begin - begin to send a log
 * @feed: filled in
 * @log: the log
 * @gateway: by this one
 * @gateways: of so many; @log has as many chains at least
 *
 * Return: 0; -ENOMEM.
 */
int feed_begin(struct log_feed *feed, const struct orders_log *log, u32 gateway, u32 gateways)
{
	*feed = (struct log_feed){
		.log = log, .gateway = gateway, .gateways = gateways,
		.rests = calloc(log->ids + 1ULL, sizeof(*feed->rests)),
	};
	return feed->rests ? 0 : -ENOMEM;
}

/**
 * feed_end - the reverse
 * @feed: from feed_begin()
 */
void feed_end(struct log_feed *feed)
{
	free(feed->rests);
}

/**
 * feed_next - what is sent next
 * @feed: the gateway's
 * @idle: all that it has sent was answered
 * @m: set to the message, or to that whose order is to be cancelled
 *
 * What rests at the end of a turn is cancelled, or the book would be full of it after some more.
 *
 * Return: LOG_WAIT: nothing, until something is answered.
 */
enum log_next feed_next(struct log_feed *feed, bool idle, const struct log_message **m)
{
	const struct orders_log *log = feed->log;

	for (;;) {
		while (feed->at < log->n &&
		       log->message[feed->at].chain % feed->gateways != feed->gateway)
			feed->at++;
		if (feed->at < log->n) {
			*m = &log->message[feed->at];
			return LOG_MESSAGE;
		}
		/* The last ones may rest as well. */
		if (!feed->sweep && !idle)
			return LOG_WAIT;
		while (feed->sweep <= log->ids && !feed->rests[feed->sweep])
			feed->sweep++;
		if (feed->sweep <= log->ids) {
			*m = &log->message[feed->rests[feed->sweep] - 1];
			return LOG_CANCEL;
		}
		if (!idle)
			return LOG_WAIT;
		feed->turns++;
		feed->at = 0;
		feed->sweep = 0;
	}
}

/**
 * feed_sent - what feed_next() has said is sent
 * @feed: the gateway's
 */
void feed_sent(struct log_feed *feed)
{
	if (feed->at < feed->log->n)
		feed->at++;
	else
		feed->rests[feed->sweep] = 0;
}

/**
 * feed_answered - a message of the log was answered
 * @feed: the gateway's, which is told in the order of its messages
 * @m: the message
 * @refused: the answer is no
 * @rests: its order rests
 */
void feed_answered(struct log_feed *feed, const struct log_message *m, bool refused, bool rests)
{
	if (refused)
		return;
	feed->rests[m->original] = 0;
	if (rests)
		feed->rests[m->id] = m - feed->log->message + 1;
}
