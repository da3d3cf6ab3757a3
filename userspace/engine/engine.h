/* SPDX-License-Identifier: GPL-2.0 */
/* Who operates on the structure. An engine knows no lock by name. */
#ifndef CONTEND_ENGINE_H
#define CONTEND_ENGINE_H

#include <signal.h>
#include <time.h>

#include "report/result.h"
#include "uapi/contend.h"

/**
 * struct engine - a way to run a case
 * @name: as in engine=
 * @run: runs @r->spec on the device and fills in @r; returns 0, whatever the
 *	verdict, or a negative errno when the harness failed, and says why in
 *	@r->reason
 */
struct engine {
	const char *name;
	int (*run)(int device, struct result *r);
};

extern const struct engine kernel_engine;
extern const struct engine ioctl_engine;
extern const struct engine ring_engine;
extern const struct engine user_engine;

/* Raised by SIGINT and SIGTERM: give what there is; the second time do not wait for it. */
extern volatile sig_atomic_t interrupted;

/**
 * engine_now - the clock of a run's leader and its clients
 *
 * Return: nanoseconds, CLOCK_MONOTONIC.
 */
static inline u64 engine_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SPEC_NS_PER_S + ts.tv_nsec;
}

int engine_pin(u32 index);
int engine_refused(struct result *r, int ret, const char *message);
int engine_ended(struct result *r, int ret);

#endif /* CONTEND_ENGINE_H */
