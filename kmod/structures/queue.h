/* SPDX-License-Identifier: GPL-2.0 */
/* What a queue is made of, see queue.c. */
#ifndef CONTEND_STRUCTURES_QUEUE_H
#define CONTEND_STRUCTURES_QUEUE_H

#include <linux/types.h>

enum { QUEUE_TRY_PUT, QUEUE_TRY_GET, QUEUE_PUT, QUEUE_GET, QUEUE_CLOSE };

/**
 * struct queue_place - room for an element
 * @key: the element
 * @seal: of @key and its position
 */
struct queue_place {
	u64 key;
	u64 seal;
};

/**
 * struct queue - a bounded one
 * @places: constant; what they hold is not
 * @capacity: how many they are, constant
 * @head: position of the first element, which counts on
 * @tail: and after the last one
 * @out: index of the place of the first element
 * @in: and after that of the last one
 * @closed: nothing is put in any more
 *
 * Guarded by the object's lock. queue_ready() and queue_elements() look without it.
 */
struct queue {
	struct queue_place *places;
	u64 capacity;
	u64 head;
	u64 tail;
	u64 out;
	u64 in;
	bool closed;
};

#endif /* CONTEND_STRUCTURES_QUEUE_H */
