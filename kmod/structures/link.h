/* SPDX-License-Identifier: GPL-2.0 */
/* What a link is made of, see link.c. */
#ifndef CONTEND_STRUCTURES_LINK_H
#define CONTEND_STRUCTURES_LINK_H

#include <linux/types.h>

#include "lib/rng.h"

enum {
	LINK_SEND, LINK_TRY_RECEIVE, LINK_RECEIVE, LINK_CUT, LINK_HEAL, LINK_FAULTS, LINK_CLOSE,
};

/**
 * LINK_RATES - the value of the verb faults, whose key is the seed
 * @_loss: so many of a thousand messages are lost
 * @_twice: come twice
 * @_late: are overtaken by the next one
 * @_delay_us: a message is on its way for half of so many microseconds to all of them, below 2^32
 */
#define LINK_RATES(_loss, _twice, _late, _delay_us)				\
	((u64)(_loss) | (u64)(_twice) << 10 | (u64)(_late) << 20 | (u64)(_delay_us) << 30)

/**
 * struct link_place - room for a message
 * @number: of the message, from 1 on as they were sent
 * @key: what it says
 * @seal: of these two
 * @due_ns: when it arrives, CLOCK_MONOTONIC; 0: at once
 */
struct link_place {
	u64 number;
	u64 key;
	u64 seal;
	u64 due_ns;
};

/**
 * struct link_books - messages that have come somewhere
 * @n: how many
 * @seals: the sum of their seals
 */
struct link_books {
	u64 n;
	u64 seals;
};

/**
 * struct link - a message pipe of one direction
 * @places: constant; what they hold is not
 * @capacity: how many they are, constant
 * @head: how many messages have left it
 * @tail: and how many have come in; those between are on their way, in the order of arrival
 * @out: index of the place of the first one
 * @in: and after that of the last one
 * @due_ns: when the first one arrives; 0: at once, or there is none
 * @rng: the faults are drawn from it, one number a message
 * @loss: see LINK_RATES(), like the next three
 * @twice: see @loss
 * @late: see @loss
 * @delay_us: see @loss
 * @cut: what is sent is lost
 * @closed: nothing is sent any more
 * @ordered: no message has come twice or late yet, nor can it
 * @last: number of the message that was received last
 * @sent: all that were sent
 * @copied: second ones of those that come twice
 * @received: what was taken out
 * @lost: by chance
 * @dropped: because it was cut
 *
 * Guarded by the object's lock. link_ready(), link_due() and link_elements() look without it.
 */
struct link {
	struct link_place *places;
	u64 capacity;
	u64 head;
	u64 tail;
	u64 out;
	u64 in;
	u64 due_ns;
	struct rng rng;
	u32 loss;
	u32 twice;
	u32 late;
	u32 delay_us;
	bool cut;
	bool closed;
	bool ordered;
	u64 last;
	struct link_books sent;
	struct link_books copied;
	struct link_books received;
	struct link_books lost;
	struct link_books dropped;
};

#endif /* CONTEND_STRUCTURES_LINK_H */
