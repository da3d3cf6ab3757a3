/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a team gets on with its work, or hangs in a lock. */
#ifndef CONTEND_ENGINE_WATCH_H
#define CONTEND_ENGINE_WATCH_H

#include <linux/hrtimer.h>
#include <linux/smp.h>
#include <linux/types.h>

struct team;

/**
 * struct watch - what notices that a team hangs
 * @team: the team, constant
 * @timer: when it looks; from watch_begin() to watch_end()
 * @steps: the workers' operations when it looked last; the timer's
 * @looks: at how many looks in a row nothing had moved; the timer's
 * @call: goes round the CPUs once it has found a hang
 * @cpu: the next one; that CPU's that is asked, and before the first one the timer's
 * @told: no round is under way
 */
struct watch {
	struct team *team;
	struct hrtimer timer;
	u64 steps;
	unsigned int looks;
	call_single_data_t call;
	unsigned int cpu;
	bool told;
};

void watch_init(struct watch *watch, struct team *team);
void watch_begin(struct watch *watch);
void watch_end(struct watch *watch);

#endif /* CONTEND_ENGINE_WATCH_H */
