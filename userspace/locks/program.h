/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of locks goes on in a program: with those of its libraries, under their own
 * names. Their names hold for what they are there, and so none of them poses as a kernel's.
 */
#ifndef CONTEND_LOCKS_PROGRAM_H
#define CONTEND_LOCKS_PROGRAM_H

#define CONTEND_PROGRAM_LOCKS(X)	\
	X(pthread_mutex)		\
	X(pthread_spinlock)		\
	X(pthread_rwlock)		\
	X(sem)				\
	X(urcu_memb)			\
	X(urcu_bp)			\
	X(urcu_qsbr)			\
	X(ck_fas)			\
	X(ck_cas)			\
	X(ck_ticket)			\
	X(ck_mcs)			\
	X(ck_clh)			\
	X(ck_anderson)			\
	X(ck_rwlock)			\
	X(ck_pflock)			\
	X(ck_tflock)

#endif /* CONTEND_LOCKS_PROGRAM_H */
