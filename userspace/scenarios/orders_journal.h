/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A journal: each message that the sequencer has numbered, in a file, batch after batch. Its first
 * bytes say that it is one. What can be read back is a whole prefix: a record that is torn ends it.
 */
#ifndef CONTEND_ORDERS_JOURNAL_H
#define CONTEND_ORDERS_JOURNAL_H

#include "orders_book.h"

/* How many bytes say that it is one. */
#define JOURNAL_HEAD	8
/* Records that are written in one go. */
#define JOURNAL_BATCH	32

/* When the disk is waited for: never, after each batch, or after each record. */
enum journal_sync { SYNC_NONE, SYNC_BATCH, SYNC_EACH };

/**
 * struct journal_record - a message
 * @sum: CRC-32 of the rest
 * @len: bytes of all of it
 * @order: the message
 */
struct journal_record {
	u32 sum;
	u32 len;
	struct order order;
};

/**
 * struct journal - a file that is written; one task's
 * @fd: its descriptor
 * @sync: when the disk is waited for
 * @n: records of the batch
 * @batch: what was not written yet
 * @records: that were written
 * @writes: in so many system calls
 * @error: errno of the first one that failed; 0: none has
 */
struct journal {
	int fd;
	enum journal_sync sync;
	u32 n;
	struct journal_record batch[JOURNAL_BATCH];
	u64 records;
	u64 writes;
	int error;
};

/**
 * struct journal_read - what was read back
 * @records: whole ones
 * @last: the number of the last of them; they are 1, 2, ... unless
 * @gap: one does not follow the one before it
 * @torn: bytes after the last whole one
 */
struct journal_read {
	u64 records;
	u64 last;
	bool gap;
	u64 torn;
};

int journal_open(struct journal *j, const char *path, enum journal_sync sync);
bool journal_add(struct journal *j, const struct order *order);
int journal_write(struct journal *j);
void journal_close(struct journal *j);
int journal_replay(const char *path, struct book *book, struct journal_read *read);

#endif /* CONTEND_ORDERS_JOURNAL_H */
