/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locks for readers only: what is measured is what it costs a reader to come and to go.
 * They have no write side: a writer is alone in the object (contend_object_enter()),
 * and its sections cost what those of null do. Nothing is freed beside a reader, hence
 * pointers may be followed.
 *
 * They exclude nobody, so there is no exclusion to break and no broken twin: that a
 * writer is kept out is the object's affair, and tested there.
 */
#ifndef CONTEND_LOCKS_READERS_H
#define CONTEND_LOCKS_READERS_H

#include <linux/compiler.h>

#include "locks/lock.h"

static inline void readers_write(void *lock, union lock_token *token)
{
	barrier();
}

/**
 * CONTEND_READERS - make a catalogue entry of _name##_enter() and _name##_leave()
 * @_name: the lock
 * @_family: what it is a kind of, a string
 * @_about: one line, a string
 *
 * What follows are further fields of its struct lock_ops.
 */
#define CONTEND_READERS(_name, _family, _about, ...)			\
	static const struct lock_ops _name##_ops = {			\
		.write_enter = readers_write,				\
		.write_leave = readers_write,				\
		.read_enter = _name##_enter,				\
		.read_leave = _name##_leave,				\
		__VA_ARGS__						\
	};								\
									\
	CONTEND_LOCK(_name, _family, _about, CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS)

#endif /* CONTEND_LOCKS_READERS_H */
