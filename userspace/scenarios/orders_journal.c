// SPDX-License-Identifier: GPL-2.0
/* A journal, see orders_journal.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "orders_journal.h"

static u32 sum_of(const struct journal_record *r)
{
	return crc32(0, (const unsigned char *)r + sizeof(r->sum), sizeof(*r) - sizeof(r->sum));
}

/**
 * journal_open - begin a new one
 * @j: filled in
 * @path: its file, which is made empty
 * @sync: when the disk is waited for
 *
 * Return: 0 or a negative errno.
 */
int journal_open(struct journal *j, const char *path, enum journal_sync sync)
{
	memset(j, 0, sizeof(*j));
	j->sync = sync;
	j->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	return j->fd < 0 ? -errno : 0;
}

/**
 * journal_add - add a message to the batch
 * @j: the journal
 * @order: the message
 *
 * Return: whether the batch is to be written before the next one.
 */
bool journal_add(struct journal *j, const struct order *order)
{
	struct journal_record *r = &j->batch[j->n++];

	r->len = sizeof(*r);
	memcpy(&r->order, order, sizeof(*order));
	r->sum = sum_of(r);
	return j->n == JOURNAL_BATCH || j->sync == SYNC_EACH;
}

/**
 * journal_write - write the batch
 * @j: the journal
 *
 * Return: 0, also where there is none; a negative errno, of the first time.
 */
int journal_write(struct journal *j)
{
	const char *at = (const char *)j->batch, *end = at + j->n * sizeof(j->batch[0]);
	ssize_t n;

	while (at < end && !j->error) {
		n = write(j->fd, at, end - at);
		if (n > 0)
			at += n;
		else if (n < 0 && errno != EINTR)
			j->error = errno;
	}
	if (j->n && !j->error && j->sync != SYNC_NONE && fdatasync(j->fd))
		j->error = errno;
	j->records += j->n;
	j->writes += !!j->n;
	j->n = 0;
	return -j->error;
}

/**
 * journal_close - the reverse of journal_open()
 * @j: the journal
 */
void journal_close(struct journal *j)
{
	close(j->fd);
}

/**
 * journal_replay - read a journal back
 * @path: its file
 * @book: to which its messages are applied
 * @read: filled in
 *
 * Return: 0, whatever is in the file; a negative errno: it cannot be read.
 */
int journal_replay(const char *path, struct book *book, struct journal_read *read)
{
	FILE *file = fopen(path, "re");
	struct journal_record r;
	size_t n;

	memset(read, 0, sizeof(*read));
	if (!file)
		return -errno;
	while ((n = fread(&r, 1, sizeof(r), file)) == sizeof(r) && r.len == sizeof(r) &&
	       r.sum == sum_of(&r)) {
		read->gap |= r.order.seq != read->last + 1;
		read->last = r.order.seq;
		read->records++;
		book_apply(book, &r.order, NULL, NULL);
	}
	while (n) {
		read->torn += n;
		n = fread(&r, 1, sizeof(r), file);
	}
	fclose(file);
	return 0;
}
