// SPDX-License-Identifier: GPL-2.0
/* The C library's: POSIX threads' mutex, spinlock and readers-writer lock, and a semaphore. */
#include <pthread.h>
#include <semaphore.h>

#include "locks/section.h"

static int pthread_mutex_make(void *lock)
{
	return -pthread_mutex_init(lock, NULL);
}

static void pthread_mutex_break(void *lock)
{
	pthread_mutex_destroy(lock);
}

static void pthread_mutex_enter(void *lock, union lock_token *token)
{
	pthread_mutex_lock(lock);
}

static void pthread_mutex_leave(void *lock, union lock_token *token)
{
	pthread_mutex_unlock(lock);
}

static bool pthread_mutex_try(void *lock, union lock_token *token)
{
	return !pthread_mutex_trylock(lock);
}

static void pthread_mutex_nest(void *lock, union lock_token *token, unsigned int depth)
{
	pthread_mutex_lock(lock);
}

static const struct lock_ops pthread_mutex_ops = {
	.size = sizeof(pthread_mutex_t),
	.init = pthread_mutex_make,
	.destroy = pthread_mutex_break,
	.write_enter = pthread_mutex_enter,
	.write_leave = pthread_mutex_leave,
	.write_try = pthread_mutex_try,
	.write_nest = pthread_mutex_nest,
};

CONTEND_LOCK(pthread_mutex, "sleep", "pthread_mutex_t as it is by default: sleeps by futex",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static int pthread_mutex_pi_make(void *lock)
{
	pthread_mutexattr_t attr;
	int ret;

	pthread_mutexattr_init(&attr);
	ret = pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT) ?:
	      pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return -ret;
}

static const struct lock_ops pthread_mutex_pi_ops = {
	.size = sizeof(pthread_mutex_t),
	.init = pthread_mutex_pi_make,
	.destroy = pthread_mutex_break,
	.write_enter = pthread_mutex_enter,
	.write_leave = pthread_mutex_leave,
	.write_try = pthread_mutex_try,
	.write_nest = pthread_mutex_nest,
};

CONTEND_LOCK(pthread_mutex_pi, "sleep",
	     "pthread_mutex_t with PTHREAD_PRIO_INHERIT: its holder has its waiters' priority",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static int pthread_spinlock_make(void *lock)
{
	return -pthread_spin_init(lock, PTHREAD_PROCESS_PRIVATE);
}

static void pthread_spinlock_break(void *lock)
{
	pthread_spin_destroy(lock);
}

static void pthread_spinlock_enter(void *lock, union lock_token *token)
{
	pthread_spin_lock(lock);
}

static void pthread_spinlock_leave(void *lock, union lock_token *token)
{
	pthread_spin_unlock(lock);
}

static bool pthread_spinlock_try(void *lock, union lock_token *token)
{
	return !pthread_spin_trylock(lock);
}

static void pthread_spinlock_nest(void *lock, union lock_token *token, unsigned int depth)
{
	pthread_spin_lock(lock);
}

static const struct lock_ops pthread_spinlock_ops = {
	.size = sizeof(pthread_spinlock_t),
	.init = pthread_spinlock_make,
	.destroy = pthread_spinlock_break,
	.write_enter = pthread_spinlock_enter,
	.write_leave = pthread_spinlock_leave,
	.write_try = pthread_spinlock_try,
	.write_nest = pthread_spinlock_nest,
};

CONTEND_LOCK(pthread_spinlock, "spin", "pthread_spinlock_t: spins, also for a preempted holder",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static int pthread_rwlock_make(void *lock)
{
	return -pthread_rwlock_init(lock, NULL);
}

static void pthread_rwlock_break(void *lock)
{
	pthread_rwlock_destroy(lock);
}

static void pthread_rwlock_write(void *lock, union lock_token *token)
{
	pthread_rwlock_wrlock(lock);
}

static void pthread_rwlock_leave(void *lock, union lock_token *token)
{
	pthread_rwlock_unlock(lock);
}

static void pthread_rwlock_read(void *lock, union lock_token *token)
{
	pthread_rwlock_rdlock(lock);
}

static bool pthread_rwlock_read_leave(void *lock, union lock_token *token)
{
	pthread_rwlock_unlock(lock);
	return false;
}

static bool pthread_rwlock_try(void *lock, union lock_token *token)
{
	return !pthread_rwlock_trywrlock(lock);
}

static const struct lock_ops pthread_rwlock_ops = {
	.size = sizeof(pthread_rwlock_t),
	.init = pthread_rwlock_make,
	.destroy = pthread_rwlock_break,
	.write_enter = pthread_rwlock_write,
	.write_leave = pthread_rwlock_leave,
	.write_try = pthread_rwlock_try,
	.read_enter = pthread_rwlock_read,
	.read_leave = pthread_rwlock_read_leave,
};

CONTEND_LOCK(pthread_rwlock, "readers-writer",
	     "pthread_rwlock_t as it is by default: prefers readers",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS | CONTEND_CAP_TRY);

static int sem_make(void *lock)
{
	return sem_init(lock, 0, 1) ? -errno : 0;
}

static void sem_break(void *lock)
{
	sem_destroy(lock);
}

static void sem_enter(void *lock, union lock_token *token)
{
	/* A signal ends it, as no other function of the kind. */
	while (sem_wait(lock))
		;
}

static void sem_leave(void *lock, union lock_token *token)
{
	sem_post(lock);
}

static bool sem_try(void *lock, union lock_token *token)
{
	return !sem_trywait(lock);
}

static void sem_nest(void *lock, union lock_token *token, unsigned int depth)
{
	sem_enter(lock, token);
}

static const struct lock_ops sem_ops = {
	.size = sizeof(sem_t),
	.init = sem_make,
	.destroy = sem_break,
	.write_enter = sem_enter,
	.write_leave = sem_leave,
	.write_try = sem_try,
	.write_nest = sem_nest,
};

CONTEND_LOCK(sem, "sleep", "sem_t with one permit: sem_wait(), sem_post()",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);
