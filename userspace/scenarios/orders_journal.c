// SPDX-License-Identifier: GPL-2.0
/* A journal, see orders_journal.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "orders_journal.h"

static u32 sum_of(const struct journal_record *r)
{
	return crc32(0, (const unsigned char *)r + sizeof(r->sum), sizeof(*r) - sizeof(r->sum));
}

static const char head[JOURNAL_HEAD] = "contend";

/* A regular file that is empty, or begins as a journal does: it is made a new one. */
static int begin(int fd)
{
	char found[JOURNAL_HEAD];
	struct stat st;
	ssize_t n;

	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st))
		return -errno;
	n = S_ISREG(st.st_mode) ? pread(fd, found, sizeof(found), 0) : -1;
	if (n < 0 || (st.st_size && (n < JOURNAL_HEAD || memcmp(found, head, sizeof(head)))))
		return -EEXIST;
	if (ftruncate(fd, 0))
		return -errno;
	n = write(fd, head, sizeof(head));
	if (n == sizeof(head))
		return 0;
	return n < 0 ? -errno : -ENOSPC;
}

/**
 * journal_open - begin a new one
 * @j: filled in
 * @path: its file, which is made empty
 * @sync: when the disk is waited for
 *
 * Return: 0; -EEXIST, what is there is none, and stays; -EWOULDBLOCK, another task writes to it;
 * another negative errno.
 */
int journal_open(struct journal *j, const char *path, enum journal_sync sync)
{
	int ret;

	memset(j, 0, sizeof(*j));
	j->sync = sync;
	j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (j->fd < 0)
		return -errno;
	ret = begin(j->fd);
	if (ret)
		close(j->fd);
	return ret;
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
	char found[JOURNAL_HEAD];
	size_t n;

	memset(read, 0, sizeof(*read));
	if (!file)
		return -errno;
	/* One that was killed before it had begun has nothing. */
	read->torn = fread(found, 1, sizeof(found), file);
	if (read->torn == sizeof(found) && !memcmp(found, head, sizeof(head)))
		read->torn = 0;
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
