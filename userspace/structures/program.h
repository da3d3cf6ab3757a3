/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of structures goes on in a program: with those of its libraries, as they
 * are, as the kernel's does (structures/peers/catalog.h).
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
