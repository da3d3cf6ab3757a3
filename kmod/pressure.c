// SPDX-License-Identifier: GPL-2.0
/*
 * When memory is short, structures give back what they can do without: a cache its entries.
 *
 * The task that is short of memory comes here from anywhere, with anything held. So nobody is
 * waited for: locks are tried, an object that is not to be had is left alone, and one that is let
 * go meanwhile is ended by the reaper. A task that must not go to a file system does nothing here:
 * it may hold what a task in a section, or its free, waits for.
 */
#include <linux/atomic.h>
#include <linux/shrinker.h>

#include "compat.h"
#include "object.h"
#include "pressure.h"

/* Objects that are looked at in turn: where it went on last time. Any task's; a hint. */
static atomic_t pressure_next;
static atomic64_t given;
static struct shrinker *shrinker;

/**
 * pressure_given - how many nodes were given back
 *
 * Context: any.
 */
u64 pressure_given(void)
{
	return atomic64_read(&given);
}

static unsigned long pressure_count(struct shrinker *unused, struct shrink_control *sc)
{
	return contend_object_spare() ?: SHRINK_EMPTY;
}

static unsigned long pressure_scan(struct shrinker *unused, struct shrink_control *sc)
{
	const u32 from = atomic_read(&pressure_next);
	struct contend_object *obj;
	unsigned long n = 0;
	u64 id = from;
	bool wrapped = false;

	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	while (n < sc->nr_to_scan) {
		obj = contend_object_next(id);
		if (!obj && wrapped)
			break;
		if (!obj) {
			wrapped = true;
			id = 0;
			continue;
		}
		if (wrapped && obj->id >= from) {
			contend_object_put(obj);
			break;
		}
		n += contend_object_shrink(obj, sc->nr_to_scan - n);
		id = obj->id + 1;
		contend_object_put(obj);
	}
	atomic_set(&pressure_next, id);
	atomic64_add(n, &given);
	return n ?: SHRINK_STOP;
}

/**
 * pressure_init - answer from now on
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int pressure_init(void)
{
	shrinker = contend_shrinker_make(pressure_count, pressure_scan);
	return shrinker ? 0 : -ENOMEM;
}

/**
 * pressure_exit - answer no more
 *
 * Context: module unload: waits until nobody is here.
 */
void pressure_exit(void)
{
	contend_shrinker_end(shrinker);
}
