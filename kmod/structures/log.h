/* SPDX-License-Identifier: GPL-2.0 */
/* What a log is made of, see log.c. */
#ifndef CONTEND_STRUCTURES_LOG_H
#define CONTEND_STRUCTURES_LOG_H

#include <linux/types.h>

enum { LOG_APPEND, LOG_READ, LOG_FOLLOW, LOG_TRUNCATE, LOG_TRIM, LOG_CLOSE };

/* A record's stamp: its epoch, and below that its position. */
#define LOG_POSITION_BITS	40
#define LOG_POSITION_MAX	((1ULL << LOG_POSITION_BITS) - 1)
#define LOG_EPOCH_MAX		((1ULL << (64 - LOG_POSITION_BITS)) - 1)

/**
 * struct log_record - a record
 * @stamp: its epoch and position; 0 while it is written, see log_put() and log_get()
 * @key: what it says, like the next one
 * @value: see @key
 * @before: checksum of the record before it
 * @sum: CRC-32C that goes on from there, over the others
 *
 * The writer writes it, and a reader may read it meanwhile.
 */
struct log_record {
	u64 stamp;
	u64 key;
	u64 value;
	u32 before;
	u32 sum;
};

/**
 * struct log - the newest records of a log
 * @records: constant; what they hold is not. Position p has the one at p & @mask
 * @mask: constant
 * @capacity: most records, constant
 * @head: position of the oldest record
 * @tail: and after the newest one; by writers, with release
 * @epoch: of the next record, from 1
 * @sum: checksum of the newest one
 * @closed: nothing is appended any more
 * @appended: how many records there were
 * @dropped: of which are gone from the head
 * @truncated: and from the end
 *
 * Written inside write sections. A reader may be beside a writer, where the lock lets it.
 */
struct log {
	struct log_record *records;
	u64 mask;
	u64 capacity;
	u64 head;
	u64 tail;
	u64 epoch;
	u32 sum;
	bool closed;
	u64 appended;
	u64 dropped;
	u64 truncated;
};

#endif /* CONTEND_STRUCTURES_LOG_H */
