/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The phases of a team, workers that start and stop together, in every engine:
 *
 *	        START        WARMUP          MEASURE            STOP
 *	 create   |  all wait  |  all work     |  all work        |  all leave,
 *	 workers  |            |  none counts  |  each counts     |  join
 *
 * MEASURE begins only when each worker has done at least one operation, and a
 * worker that comes upon STOP counts nothing more: while anything is counted,
 * all of them run. What is counted are the operations that begin in MEASURE, and
 * the measured time is MEASURE, as the leader stamps its ends.
 */
#ifndef CONTEND_PHASE_H
#define CONTEND_PHASE_H

enum phase { PHASE_START, PHASE_WARMUP, PHASE_MEASURE, PHASE_STOP };

/* How long a leader waits for a worker that does not get a CPU, or not the lock: -ETIMEDOUT. */
#define PHASE_PATIENCE_NS	30000000000ULL

#endif /* CONTEND_PHASE_H */
