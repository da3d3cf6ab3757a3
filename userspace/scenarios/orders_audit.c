// SPDX-License-Identifier: GPL-2.0
/* An audit log, see orders_audit.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orders_audit.h"
#include "orders_fix.h"

static const char columns[] =
	"line,message,event,order,account,side,price,quantity,last,leaves,filled,id,original\n";

/**
 * struct entry - a line
 * @event: what has happened
 * @message: to which, or by which
 * @order: its place in the book, and one; 0: it has none
 * @account: as struct report has it, like all that follows
 * @side: enum order_side
 * @price: in ticks
 * @quantity: of the order
 * @last: traded or cancelled now
 * @leaves: open
 * @filled: of @quantity
 */
struct entry {
	const char *event;
	u64 message;
	u32 order;
	u32 account;
	u8 side;
	u64 price;
	u64 quantity;
	u64 last;
	u64 leaves;
	u64 filled;
};

/* What another run has left, or nothing. */
static int empty(int fd)
{
	char found[sizeof(columns) - 1];
	struct stat stat;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode))
		return -EINVAL;
	if (stat.st_size && (pread(fd, found, sizeof(found), 0) != (ssize_t)sizeof(found) ||
			     memcmp(found, columns, sizeof(found))))
		return -EEXIST;
	return ftruncate(fd, 0) ? -errno : 0;
}

/**
 * audit_open - begin a new one
 * @a: filled in
 * @path: its file, which is made empty if it is one of these
 *
 * Return: 0 or a negative errno; -EINVAL: it is no regular file; -EEXIST: it is somebody else's,
 * -ELOOP: or a link; -EWOULDBLOCK: another run writes to it.
 */
int audit_open(struct audit *a, const char *path)
{
	int ret;

	memset(a, 0, sizeof(*a));
	/* Who opens a FIFO waits for its reader. */
	a->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (a->fd < 0)
		return -errno;
	ret = empty(a->fd);
	if (ret) {
		audit_close(a);
		return ret;
	}
	a->n = sizeof(columns) - 1;
	memcpy(a->text, columns, a->n);
	return 0;
}

/* What would not be one word of a column is written as in an URL. */
static void put_id(struct fix_writer *w, const union order_id *id)
{
	static const char digits[] = "0123456789abcdef";
	const u8 owner = id->text[ORDER_ID_LEN - 1];
	u32 i;

	for (i = 0; i < ORDER_ID_LEN - 1 && id->text[i]; i++) {
		const u8 c = id->text[i];

		if (c > ' ' && c < 127 && !strchr(",\"%@", c)) {
			w->text[w->n++] = c;
			continue;
		}
		w->text[w->n++] = '%';
		w->text[w->n++] = digits[c / 16];
		w->text[w->n++] = digits[c % 16];
	}
	/* The session whose it is. */
	if (!owner)
		return;
	w->text[w->n++] = '@';
	fix_put_digits(w, owner);
}

static void put_column(struct fix_writer *w, u64 value)
{
	fix_put_digits(w, value);
	w->text[w->n++] = ',';
}

static void put_word(struct fix_writer *w, const char *word)
{
	const size_t len = strlen(word);

	memcpy(w->text + w->n, word, len);
	w->n += len;
	w->text[w->n++] = ',';
}

static void put_line(struct audit *a, const struct entry *e, const union order_id *id,
		     const union order_id *original)
{
	struct fix_writer w = { .text = a->text };

	if (a->n > AUDIT_BUFFER - AUDIT_LINE)
		audit_write(a);
	w.n = a->n;
	put_column(&w, ++a->lines);
	put_column(&w, e->message);
	put_word(&w, e->event);
	put_column(&w, e->order);
	put_column(&w, e->account);
	put_word(&w, e->side == SIDE_BUY ? "buy" : "sell");
	put_column(&w, e->price);
	put_column(&w, e->quantity);
	put_column(&w, e->last);
	put_column(&w, e->leaves);
	put_column(&w, e->filled);
	put_id(&w, id);
	w.text[w.n++] = ',';
	put_id(&w, original);
	w.text[w.n++] = '\n';
	a->n = w.n;
}

static void put_message(struct audit *a, const struct order *o, const char *event)
{
	const struct entry e = {
		.event = event, .message = o->seq, .account = o->account, .side = o->side,
		.price = o->price, .quantity = o->quantity,
	};

	put_line(a, &e, &o->id, &o->original);
}

/**
 * audit_accepted - a message was numbered
 * @a: the log
 * @o: the message
 */
void audit_accepted(struct audit *a, const struct order *o)
{
	a->message = o->seq;
	put_message(a, o, "accepted");
}

/**
 * audit_journaled - a message is in the journal
 * @a: the log
 * @o: the message
 */
void audit_journaled(struct audit *a, const struct order *o)
{
	put_message(a, o, "journaled");
}

/**
 * audit_report - something has become of an order
 * @a: the log
 * @r: what
 */
void audit_report(struct audit *a, const struct report *r)
{
	static const char *const events[] = {
		[TOLD_NEW] = "new", [TOLD_TRADE] = "partial", [TOLD_CANCELED] = "cancelled",
		[TOLD_REPLACED] = "replaced", [TOLD_REFUSED] = "refused",
	};
	const struct entry e = {
		.event = r->told == TOLD_TRADE && !r->leaves ? "filled" : events[r->told],
		.message = r->seq, .order = r->place + 1, .account = r->account, .side = r->side,
		.price = r->price, .quantity = r->quantity, .last = r->last, .leaves = r->leaves,
		.filled = r->filled,
	};

	put_line(a, &e, &r->id, &r->original);
}

/**
 * audit_write - write what there is
 * @a: the log
 *
 * Return: 0, also where there is nothing; a negative errno, of the first time.
 */
int audit_write(struct audit *a)
{
	size_t at = 0;
	ssize_t n;

	while (at < a->n && !a->error) {
		n = write(a->fd, a->text + at, a->n - at);
		if (n > 0)
			at += n;
		else if (n < 0 && errno != EINTR)
			a->error = errno;
	}
	a->n = 0;
	return -a->error;
}

/**
 * audit_close - the reverse of audit_open()
 * @a: the log
 */
void audit_close(struct audit *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

/* --- reading it ----------------------------------------------------------- */

/* What is known of the order in a place; in place 0 of one that never rests. */
struct life {
	u64 open;
	u64 filled;
};

/**
 * struct reader - who reads a log
 * @line: the number of the last line
 * @message: of the last message
 * @journaled: it was
 * @reports: that it has had
 * @life: by place, and one
 * @orders: how many places there are
 */
struct reader {
	u64 line;
	u64 message;
	bool journaled;
	u64 reports;
	struct life *life;
	u32 orders;
};

/* A report. Returns what is wrong, or NULL. */
static const char *live(struct reader *r, const char *event, const struct entry *e)
{
	struct life *life = &r->life[e->order];
	bool follows;

	if (!strcmp(event, "refused"))
		return NULL;
	if (!strcmp(event, "new"))
		follows = !life->open && !e->filled && e->leaves == e->quantity;
	else if (!strcmp(event, "partial") || !strcmp(event, "filled"))
		follows = e->last && life->open == e->leaves + e->last &&
			  e->filled == life->filled + e->last && !e->leaves == (event[0] == 'f');
	else if (!strcmp(event, "cancelled"))
		follows = life->open == e->last && e->filled == life->filled && !e->leaves;
	else if (!strcmp(event, "replaced"))
		follows = life->open && e->filled == life->filled &&
			  e->leaves + e->filled == e->quantity;
	else
		return "an event that there is not";
	*life = (struct life){ e->leaves, e->filled };
	return follows ? NULL : "an order's quantities do not follow from its line before";
}

static const char *read_line(struct reader *r, const char *text)
{
	char event[16], side[8];
	struct entry e;
	u64 line;

	if (sscanf(text, "%llu,%llu,%15[a-z],%u,%u,%7[a-z],%llu,%llu,%llu,%llu,%llu,", &line,
		   &e.message, event, &e.order, &e.account, side, &e.price, &e.quantity, &e.last,
		   &e.leaves, &e.filled) != 11 || e.order > r->orders)
		return "it has other columns";
	if (line != ++r->line)
		return "it has another number";
	if (!strcmp(event, "accepted")) {
		if (e.message != r->message + 1)
			return "a message does not follow the one before";
		if (r->message && !r->reports)
			return "nothing has become of the message before";
		r->message = e.message;
		r->journaled = false;
		r->reports = 0;
		return NULL;
	}
	if (e.message != r->message)
		return "what has become of a message is not after it";
	if (!strcmp(event, "journaled")) {
		r->journaled = true;
		return NULL;
	}
	if (!r->journaled)
		return "something has become of a message before it was in the journal";
	r->reports++;
	return live(r, event, &e);
}

/* What the lines together say. */
static const char *sum_up(const struct reader *r, u64 messages, u64 resting)
{
	u64 open = 0;
	u32 i;

	for (i = 0; i <= r->orders; i++)
		open += r->life[i].open;
	if (r->message != messages || (messages && !r->reports))
		return "the last messages are missing";
	return open == resting ? NULL : "what is open at the end is not what rests in the book";
}

/**
 * audit_check - whether a log has a gap
 * @path: its file
 * @orders: places of the book
 * @messages: that were numbered
 * @resting: quantity that rests in the book
 * @why: what is wrong, in words
 * @size: bytes of @why
 *
 * Return: 0; -EINVAL: it has one, with the reason; another negative errno: it cannot be read.
 */
int audit_check(const char *path, u32 orders, u64 messages, u64 resting, char *why, size_t size)
{
	struct reader r = { .orders = orders, .life = calloc(orders + 1ULL, sizeof(*r.life)) };
	const char *what = NULL;
	size_t room = 0;
	char *text = NULL;
	int ret = 0;
	FILE *file;

	if (!r.life)
		return -ENOMEM;
	file = fopen(path, "re");
	if (!file) {
		ret = -errno;
		goto out;
	}
	if (getline(&text, &room, file) < 0 || strcmp(text, columns))
		what = "it has other columns";
	while (!what && getline(&text, &room, file) > 0)
		what = read_line(&r, text);
	if (!what)
		what = sum_up(&r, messages, resting);
	if (what) {
		snprintf(why, size, "line %llu: %s", r.line, what);
		ret = -EINVAL;
	}
	fclose(file);
	free(text);
out:
	free(r.life);
	return ret;
}
