/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of locks goes on in a program: with those of its libraries, under their own
 * names. Their names hold for what they are there, and so none of them poses as a kernel's.
 */
#ifndef CONTEND_LOCKS_PROGRAM_H
#define CONTEND_LOCKS_PROGRAM_H

#define CONTEND_PROGRAM_LOCKS(X)	\
	X(pthread_mutex)		\
	X(pthread_mutex_pi)		\
	X(pthread_spinlock)		\
	X(pthread_rwlock)		\
	X(sem)				\
	X(urcu_memb)			\
	X(urcu_bp)			\
	X(urcu_qsbr)			\
	X(ck_fas)			\
	X(ck_fas_eb)			\
	X(ck_cas)			\
	X(ck_cas_eb)			\
	X(ck_dec)			\
	X(ck_dec_eb)			\
	X(ck_ticket)			\
	X(ck_mcs)			\
	X(ck_clh)			\
	X(ck_hclh)			\
	X(ck_anderson)			\
	X(ck_cohort)			\
	X(ck_rwlock)			\
	X(ck_rwlock_recursive)		\
	X(ck_pflock)			\
	X(ck_tflock)			\
	X(ck_brlock)			\
	X(ck_bytelock)			\
	X(ck_rwcohort_wp)		\
	X(ck_rwcohort_rp)		\
	X(ck_rwcohort_neutral)		\
	X(ck_sequence)			\
	X(ck_epoch)

#endif /* CONTEND_LOCKS_PROGRAM_H */
