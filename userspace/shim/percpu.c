// SPDX-License-Identifier: GPL-2.0
/* Each thread's own memory, linux/percpu.h, and the machine's CPUs, linux/cpumask.h. */
#include <errno.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* What all that lives at a time may have for each thread; not touched, it takes no memory. */
#define PERCPU_UNIT	(8UL << 20)
#define PERCPU_PIECES	(PERCPU_UNIT / SMP_CACHE_BYTES)

/* Where the linker has put what DEFINE_PER_CPU() made: the template. */
extern char __start_contend_percpu[], __stop_contend_percpu[];

/* There is such a section, whatever is linked. */
static DEFINE_PER_CPU(char, percpu_begins) __attribute__((__used__));

#ifdef __SANITIZE_THREAD__
int shim_fence;
#endif

__thread struct shim_cpu shim_cpu;
unsigned int nr_cpu_ids;

/**
 * struct percpu - see above
 * @lock: guards the rest, but what is constant after shim_cpus_init()
 * @memory: one unit a thread; constant
 * @taken: whose place is taken
 * @length: of each allocation its number of pieces, at its first; else 0
 */
static struct percpu {
	pthread_mutex_t lock;
	char *memory;
	bool *taken;
	u32 length[PERCPU_PIECES];
	pthread_key_t exits;
	cpu_set_t online;
} percpu = { .lock = PTHREAD_MUTEX_INITIALIZER };

/**
 * shim_cpu_distance - from the template to a thread's own
 * @cpu: its number
 *
 * Return: bytes.
 */
unsigned long shim_cpu_distance(unsigned int cpu)
{
	return (unsigned long)percpu.memory + cpu * PERCPU_UNIT -
	       (unsigned long)__start_contend_percpu;
}

static void cpu_give_back(void *unused)
{
	pthread_mutex_lock(&percpu.lock);
	percpu.taken[shim_cpu.id] = false;
	pthread_mutex_unlock(&percpu.lock);
	shim_cpu.distance = 0;
}

/**
 * shim_cpu_take - get a place for the calling thread
 *
 * The program ends when there is none left.
 */
void shim_cpu_take(void)
{
	unsigned int cpu = 0;

	pthread_mutex_lock(&percpu.lock);
	while (cpu < nr_cpu_ids && percpu.taken[cpu])
		cpu++;
	if (cpu == nr_cpu_ids) {
		fprintf(stderr, "contend: more than %u threads\n", nr_cpu_ids);
		_exit(5);
	}
	percpu.taken[cpu] = true;
	pthread_mutex_unlock(&percpu.lock);
	shim_cpu.id = cpu;
	shim_cpu.distance = shim_cpu_distance(cpu);
	pthread_setspecific(percpu.exits, &shim_cpu);
}

/**
 * shim_cpus_init - make room
 * @threads: for so many at a time
 *
 * Once, before anything else of the shim is used.
 *
 * Return: 0 or -ENOMEM.
 */
int shim_cpus_init(unsigned int threads)
{
	size_t template = __stop_contend_percpu - __start_contend_percpu;
	unsigned int i;

	if (sched_getaffinity(0, sizeof(percpu.online), &percpu.online))
		return -errno;
	percpu.taken = calloc(threads, sizeof(*percpu.taken));
	percpu.memory = mmap(NULL, threads * PERCPU_UNIT, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!percpu.taken || percpu.memory == MAP_FAILED)
		return -ENOMEM;
	if (pthread_key_create(&percpu.exits, cpu_give_back))
		return -ENOMEM;
	nr_cpu_ids = threads;
	for (i = 0; i < threads; i++)
		memcpy(percpu.memory + i * PERCPU_UNIT, __start_contend_percpu, template);
	/* It is never free. */
	percpu.length[0] = DIV_ROUND_UP(template, SMP_CACHE_BYTES);
	return 0;
}

/**
 * shim_percpu_alloc - memory of which each thread has its own
 * @size: of one
 * @align: of one, a cache line at most
 *
 * Return: a pointer for this_cpu_ptr() and per_cpu_ptr(), to zeroes; or NULL.
 */
void *shim_percpu_alloc(size_t size, size_t align)
{
	const size_t pieces = DIV_ROUND_UP(size, SMP_CACHE_BYTES);
	size_t at = 0, end;
	unsigned int cpu;

	pthread_mutex_lock(&percpu.lock);
	/* The first gap that is long enough. */
	while (at + pieces <= PERCPU_PIECES) {
		for (end = at; end < at + pieces && !percpu.length[end]; end++)
			;
		if (end == at + pieces)
			break;
		at = end + percpu.length[end];
	}
	if (at + pieces <= PERCPU_PIECES)
		percpu.length[at] = pieces;
	pthread_mutex_unlock(&percpu.lock);
	if (at + pieces > PERCPU_PIECES)
		return NULL;
	at *= SMP_CACHE_BYTES;
	/* What was not used is zero, and would take memory when it is written. */
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		char *mine = percpu.memory + cpu * PERCPU_UNIT + at;
		size_t i;

		for (i = 0; i < size; i++)
			if (mine[i]) {
				memset(mine, 0, size);
				break;
			}
	}
	return __start_contend_percpu + at;
}

/**
 * free_percpu - the reverse
 * @p: from shim_percpu_alloc(), or NULL
 */
void free_percpu(void *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&percpu.lock);
	percpu.length[((char *)p - __start_contend_percpu) / SMP_CACHE_BYTES] = 0;
	pthread_mutex_unlock(&percpu.lock);
}

/**
 * cpu_online - whether this process may use a CPU
 * @cpu: the machine's number of it
 */
bool cpu_online(unsigned int cpu)
{
	return cpu < CPU_SETSIZE && CPU_ISSET(cpu, &percpu.online);
}

/**
 * num_online_cpus - how many this process may use
 */
unsigned int num_online_cpus(void)
{
	return CPU_COUNT(&percpu.online);
}

/**
 * shim_next_cpu - walk them
 * @cpu: the last one, -1 at first
 *
 * Return: the next one, or SHIM_CPUS_END.
 */
unsigned int shim_next_cpu(int cpu)
{
	while (++cpu < CPU_SETSIZE)
		if (cpu_online(cpu))
			return cpu;
	return SHIM_CPUS_END;
}
