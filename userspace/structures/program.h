/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of structures goes on in a program: with those of its libraries, as they
 * are, as the kernel's does (structures/peers/catalog.h).
 *
 * Not there are ck_barrier_* and libgomp's barrier. A task waits inside of either: of ck's it
 * spins until all have come, with neither a deadline nor a flag that ends it, and GOMP_barrier()
 * is one of the team that an OpenMP region has made, which our workers are not. A run ends when
 * its time is over, and a signal or a broken invariant ends it before: each worker leaves after
 * any of its operations, and one that is in the barrier then would stay for ever. To give all of
 * them one number of operations would not help: who is interrupted leaves before, and the verdict
 * has to come then as well. It takes a barrier at which a task may give up, or a last phase that
 * all agree on, which the library does not offer and we would add to what is measured.
 */
#ifndef CONTEND_STRUCTURES_PROGRAM_H
#define CONTEND_STRUCTURES_PROGRAM_H

#define CONTEND_PROGRAM_PEERS(X, ...)	\
	X(cds_lfht, ##__VA_ARGS__)		\
	X(ck_ht, ##__VA_ARGS__)			\
	X(ck_ring, ##__VA_ARGS__)		\
	X(ck_ring_mpmc, ##__VA_ARGS__)		\
	X(ck_fifo, ##__VA_ARGS__)		\
	X(wfcqueue, ##__VA_ARGS__)

#endif /* CONTEND_STRUCTURES_PROGRAM_H */
