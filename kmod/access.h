/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which work on an object may go on at a time.
 *
 * Operations and runs have entered its @gate while they work, verification closes it and so
 * finds the object at rest. It waits for operations, but not for a run, which may last for an
 * hour: with @order held none begins between the look for one and the gate. A lock that
 * excludes nobody (null) cannot protect the structure from two clients: there operations and
 * runs close @gate, and the second one is turned away. A lock for readers only (refcount)
 * keeps no writer away from them: there a task that writes closes @gate, and one that only
 * reads enters it; a task that comes at a wrong time is turned away as well.
 *
 * What is for a structure's owner alone (GUARD_OWNER) one operation or one run does at a time:
 * a second one is turned away.
 *
 * Order: @order, gate, then the object's lock, then @log_lock.
 */
#ifndef CONTEND_ACCESS_H
#define CONTEND_ACCESS_H

#include <linux/types.h>

struct contend_object;

bool contend_object_stay(struct contend_object *obj, u64 ns);
void contend_object_stay_no_more(struct contend_object *obj, u64 ns);
bool contend_object_own(struct contend_object *obj, u32 seats);
void contend_object_disown(struct contend_object *obj, u32 seats);
int contend_object_share(struct contend_object *obj);
bool contend_object_sorts(const struct contend_object *obj);
int contend_object_try_enter(struct contend_object *obj, bool writes);
int contend_object_enter(struct contend_object *obj, bool writes);
int contend_object_begin(struct contend_object *obj, bool writes, bool fills, bool *alone);
void contend_object_filled(struct contend_object *obj, bool writes, bool alone);
void contend_object_leave(struct contend_object *obj, bool writes);
int contend_object_stop(struct contend_object *obj);
void contend_object_resume(struct contend_object *obj);

#endif /* CONTEND_ACCESS_H */
