// SPDX-License-Identifier: GPL-2.0
/*
 * scenario=data architecture=forkjoin: problems that fork into others and wait for these, as those
 * of BOTS (A. Duran et al., "Barcelona OpenMP Tasks Suite", ICPP 2009): nqueens, sort and fft; and
 * fib, which does nothing but fork.
 */
#include <complex.h>
#include <errno.h>
#include <linux/minmax.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"

/* A board of more has more solutions than one waits for. */
#define QUEENS_MOST	16
#define FIB_MOST	40
#define FFT_MOST	(1U << 26)
/* Elements that are sorted by insertion. */
#define SHORT		24
/* By which share the energy of a spectrum may be off. */
#define ROUNDING	0.000000001

/**
 * struct transform - what an fft is about
 * @signal: its elements
 * @spectrum: what becomes of them
 * @stride: how far one of them is from the next
 * @begin: of its last step: the first pair
 * @end: and the one after the last
 */
struct transform {
	double complex *signal;
	double complex *spectrum;
	u32 stride;
	u32 begin;
	u32 end;
};

/**
 * struct fork - a task, which lies on the stack of the one that waits for it
 * @run: does it
 * @join: how many are left that this one waits for
 * @begun: somebody does it, which happens once
 * @from: of fib and nqueens: what is left to do; of a sort: the elements, of a merge: the one half
 * @with: of a merge: the other
 * @to: where they go
 * @n: of @from
 * @m: of @with
 * @masks: of nqueens: columns and diagonals that are taken
 * @fft: of an fft, of @n elements
 * @result: what came of it
 */
struct fork {
	void (*run)(struct member *m, struct fork *f);
	s64 *join;
	u32 begun;
	u32 n;
	u32 m;
	u32 masks[3];
	u32 *from;
	u32 *with;
	u32 *to;
	struct transform fft;
	u64 result;
};

/**
 * struct forking - what one keeps
 * @size: of the problem; constant, like
 * @grain: up to which it is not forked
 * @random: elements to be sorted
 * @work: where they are sorted, and
 * @spare: room for as many
 * @sorted: what came of it when one did it alone
 * @signal: elements to be transformed
 * @root: of 1, as many as @signal has, by their angles
 * @spectrum: what came of a request; zeroed between two
 * @spectrums: and when one did it alone
 * @result: what came of a request; @serial: and of one alone
 */
struct forking {
	u32 size;
	u32 grain;
	u32 *random;
	u32 *work;
	u32 *spare;
	u32 *sorted;
	double complex *signal;
	double complex *root;
	double complex *spectrum;
	double complex *spectrums;
	u64 result;
	u64 serial;
};

/* --- forking and waiting ----------------------------------------------------------- */

/* Whoever waits for it goes on, also where it is not to be done any more. */
static void run_now(struct member *m, struct fork *f)
{
	m->ran++;
	if (!team_stops(m->team->play))
		f->run(m, f);
}

static void run_fork(struct member *m, u64 task)
{
	struct fork *f = (struct fork *)(uintptr_t)task;
	s64 *join = f->join;

	if (__atomic_exchange_n(&f->begun, 1, __ATOMIC_ACQ_REL)) {
		law_broken(m->team, LAW_ONCE, "worker %u was given a task that was begun before",
			   m->index);
		return;
	}
	run_now(m, f);
	team_done(m, join);
}

/* @f is done by whoever comes first, or at once. */
static void spawn(struct member *m, struct fork *f, s64 *join)
{
	const struct data *d = m->team->data;

	m->spawned++;
	/* It is a call, of which nobody else knows. */
	if (!team_wants(m->team) && d->twin != DATA_TWIN_DROP) {
		run_now(m, f);
		return;
	}
	f->join = join;
	f->begun = 0;
	__atomic_fetch_add(join, 1, __ATOMIC_RELAXED);
	if (team_push(m, (uintptr_t)f))
		return;
	if (d->twin == DATA_TWIN_DROP)
		team_done(m, join);
	else
		run_fork(m, (uintptr_t)f);
}

static void join(struct member *m, s64 *left)
{
	u64 task = 0;

	while (team_take(m, left, &task))
		run_fork(m, task);
}

/* --- fib --------------------------------------------------------------------------- */

static u64 fib_serial(u32 n)
{
	return n < 2 ? n : fib_serial(n - 1) + fib_serial(n - 2);
}

static void fib_fork(struct member *m, struct fork *f)
{
	const struct forking *k = ((struct data *)m->team->data)->own;
	struct fork other = { .run = fib_fork, .n = f->n - 1 }, own = { .n = f->n - 2 };
	s64 left = 0;

	if (f->n < 2 || f->n <= k->grain) {
		f->result = fib_serial(f->n);
		return;
	}
	spawn(m, &other, &left);
	fib_fork(m, &own);
	join(m, &left);
	f->result = other.result + own.result;
}

/* --- nqueens ------------------------------------------------------------------------ */

static u64 queens_serial(u32 all, u32 columns, u32 left, u32 right)
{
	u32 free = all & ~(columns | left | right), at;
	u64 n = 0;

	if (columns == all)
		return 1;
	for (; free; free &= free - 1) {
		at = free & -free;
		n += queens_serial(all, columns | at, (left | at) << 1, (right | at) >> 1);
	}
	return n;
}

static void queens_fork(struct member *m, struct fork *f)
{
	const struct forking *k = ((struct data *)m->team->data)->own;
	const u32 all = (1U << k->size) - 1;
	const u32 *masks = f->masks;
	u32 free = all & ~(masks[0] | masks[1] | masks[2]), n = 0, i;
	struct fork below[QUEENS_MOST];
	s64 left = 0;

	if (f->n <= k->grain) {
		f->result = queens_serial(all, masks[0], masks[1], masks[2]);
		return;
	}
	for (; free; free &= free - 1, n++) {
		const u32 at = free & -free;

		below[n] = (struct fork){
			.run = queens_fork, .n = f->n - 1,
			.masks = { masks[0] | at, (masks[1] | at) << 1, (masks[2] | at) >> 1 },
		};
		spawn(m, &below[n], &left);
	}
	join(m, &left);
	for (i = 0, f->result = 0; i < n; i++)
		f->result += below[i].result;
}

/* --- sort --------------------------------------------------------------------------- */

static void merge(const u32 *a, u32 n, const u32 *b, u32 m, u32 *to)
{
	while (n && m) {
		if (*a <= *b) {
			*to++ = *a++;
			n--;
		} else {
			*to++ = *b++;
			m--;
		}
	}
	memcpy(to, a, n * sizeof(*to));
	memcpy(to + n, b, m * sizeof(*to));
}

static void sort_serial(u32 *from, u32 n, u32 *spare)
{
	u32 i, k, value;

	if (n > SHORT) {
		sort_serial(from, n / 2, spare);
		sort_serial(from + n / 2, n - n / 2, spare + n / 2);
		merge(from, n / 2, from + n / 2, n - n / 2, spare);
		memcpy(from, spare, n * sizeof(*from));
		return;
	}
	for (i = 1; i < n; i++) {
		value = from[i];
		for (k = i; k && from[k - 1] > value; k--)
			from[k] = from[k - 1];
		from[k] = value;
	}
}

/* The longer one is halved, and the other one where that has its middle. */
static void merge_fork(struct member *m, struct fork *f)
{
	const struct forking *k = ((struct data *)m->team->data)->own;
	const bool turned = f->n < f->m;
	u32 *a = turned ? f->with : f->from, *b = turned ? f->from : f->with;
	const u32 n = turned ? f->m : f->n, more = turned ? f->n : f->m, half = n / 2;
	u32 low = 0, high = more, mid;
	struct fork first, second;
	s64 left = 0;

	if (n + more <= k->grain) {
		merge(f->from, f->n, f->with, f->m, f->to);
		return;
	}
	while (low < high) {
		mid = low + (high - low) / 2;
		if (b[mid] < a[half])
			low = mid + 1;
		else
			high = mid;
	}
	first = (struct fork){
		.run = merge_fork, .from = a, .n = half, .with = b, .m = low, .to = f->to,
	};
	second = (struct fork){
		.from = a + half, .n = n - half, .with = b + low, .m = more - low,
		.to = f->to + half + low,
	};
	spawn(m, &first, &left);
	merge_fork(m, &second);
	join(m, &left);
}

static void sort_fork(struct member *m, struct fork *f)
{
	const struct forking *k = ((struct data *)m->team->data)->own;
	const u32 half = f->n / 2;
	struct fork lower = { .run = sort_fork, .from = f->from, .n = half, .to = f->to };
	struct fork upper = { .from = f->from + half, .n = f->n - half, .to = f->to + half };
	struct fork both = {
		.from = f->from, .n = half, .with = f->from + half, .m = f->n - half, .to = f->to,
	};
	s64 left = 0;

	if (f->n <= k->grain) {
		sort_serial(f->from, f->n, f->to);
		return;
	}
	spawn(m, &lower, &left);
	sort_fork(m, &upper);
	join(m, &left);
	merge_fork(m, &both);
	memcpy(f->from, f->to, f->n * sizeof(*f->from));
}

/* --- fft ----------------------------------------------------------------------------- */

/* The last step, of some: not inlined, so that what one does alone is rounded alike. */
static __attribute__((noinline)) void butterflies(const double complex *root, u32 stride,
						  double complex *to, u32 n, u32 begin, u32 end)
{
	u32 i;

	for (i = begin; i < end; i++) {
		const double complex a = to[i], b = to[n / 2 + i], r = root[i * stride];
		/* As * is, but for what that does for infinite ones. */
		const double complex turned = creal(r) * creal(b) - cimag(r) * cimag(b) +
			(creal(r) * cimag(b) + cimag(r) * creal(b)) * I;

		to[i] = a + turned;
		to[n / 2 + i] = a - turned;
	}
}

static void fft_serial(const double complex *root, const double complex *signal, u32 stride,
		       double complex *to, u32 n)
{
	if (n == 1) {
		*to = *signal;
		return;
	}
	fft_serial(root, signal, 2 * stride, to, n / 2);
	fft_serial(root, signal + stride, 2 * stride, to + n / 2, n / 2);
	butterflies(root, stride, to, n, 0, n / 2);
}

static void butterflies_fork(struct member *m, struct fork *f)
{
	const struct forking *k = ((struct data *)m->team->data)->own;
	const struct transform *t = &f->fft;
	struct fork first = *f, second = *f;
	s64 left = 0;

	if (t->end - t->begin <= k->grain) {
		butterflies(k->root, t->stride, t->spectrum, f->n, t->begin, t->end);
		return;
	}
	first.run = butterflies_fork;
	first.fft.end = t->begin + (t->end - t->begin) / 2;
	second.fft.begin = first.fft.end;
	spawn(m, &first, &left);
	butterflies_fork(m, &second);
	join(m, &left);
}

static void fft_fork(struct member *m, struct fork *f)
{
	const struct forking *k = ((struct data *)m->team->data)->own;
	const struct transform *t = &f->fft;
	const u32 half = f->n / 2;
	struct fork even = {
		.run = fft_fork, .n = half,
		.fft.signal = t->signal, .fft.spectrum = t->spectrum, .fft.stride = 2 * t->stride,
	};
	struct fork odd = {
		.n = half, .fft.signal = t->signal + t->stride, .fft.spectrum = t->spectrum + half,
		.fft.stride = 2 * t->stride,
	};
	struct fork both = { .n = f->n, .fft = *t };
	s64 left = 0;

	if (f->n <= max(k->grain, 1)) {
		fft_serial(k->root, t->signal, t->stride, t->spectrum, f->n);
		return;
	}
	spawn(m, &even, &left);
	fft_fork(m, &odd);
	join(m, &left);
	both.fft.end = half;
	butterflies_fork(m, &both);
}

/* --- the problems --------------------------------------------------------------------- */

static void forking_free(struct data *d)
{
	struct forking *k = d->own;

	if (!k)
		return;
	free(k->random);
	free(k->work);
	free(k->spare);
	free(k->sorted);
	free(k->signal);
	free(k->root);
	free(k->spectrum);
	free(k->spectrums);
	free(k);
}

static int forking_make(struct data *d, u32 size, u32 grain)
{
	struct forking *k = calloc(1, sizeof(*k));

	d->own = k;
	if (!k)
		return -ENOMEM;
	k->size = d->words->size ?: size;
	k->grain = d->words->grain ?: grain;
	return 0;
}

static int fib_make(struct data *d)
{
	return forking_make(d, 20, 1);
}

static int queens_make(struct data *d)
{
	return forking_make(d, 9, 5);
}

static int sort_make(struct data *d)
{
	int ret = forking_make(d, 1 << 17, 4096);
	struct forking *k = d->own;
	struct rng rng;
	u32 i;

	if (ret)
		return ret;
	/* What is sorted by insertion is one task; a merge of one element and one has no halves. */
	k->grain = max(k->grain, SHORT);
	k->random = malloc(k->size * sizeof(u32));
	k->work = malloc(k->size * sizeof(u32));
	k->spare = malloc(k->size * sizeof(u32));
	k->sorted = malloc(k->size * sizeof(u32));
	if (!k->random || !k->work || !k->spare || !k->sorted)
		return -ENOMEM;
	rng_seed(&rng, d->play->spec->seed, 0);
	for (i = 0; i < k->size; i++)
		k->random[i] = rng_next(&rng);
	return 0;
}

static int fft_make(struct data *d)
{
	int ret = forking_make(d, 1 << 16, 1024);
	struct forking *k = d->own;
	struct rng rng;
	u32 i;

	if (ret)
		return ret;
	k->signal = malloc(k->size * sizeof(*k->signal));
	k->root = malloc(k->size * sizeof(*k->root));
	k->spectrum = calloc(k->size, sizeof(*k->spectrum));
	k->spectrums = malloc(k->size * sizeof(*k->spectrums));
	if (!k->signal || !k->root || !k->spectrum || !k->spectrums)
		return -ENOMEM;
	rng_seed(&rng, d->play->spec->seed, 0);
	for (i = 0; i < k->size; i++) {
		k->signal[i] = (double)(s64)rng_next(&rng);
		k->signal[i] += (double)(s64)rng_next(&rng) * I;
		k->root[i] = conj(cexp(2 * M_PI * i / k->size * I));
	}
	return 0;
}

static void fib_alone(struct data *d)
{
	struct forking *k = d->own;

	k->serial = fib_serial(k->size);
}

static void queens_alone(struct data *d)
{
	struct forking *k = d->own;

	k->serial = queens_serial((1U << k->size) - 1, 0, 0, 0);
}

static void sort_alone(struct data *d)
{
	struct forking *k = d->own;

	memcpy(k->sorted, k->random, k->size * sizeof(u32));
	sort_serial(k->sorted, k->size, k->spare);
}

static void fft_alone(struct data *d)
{
	struct forking *k = d->own;

	fft_serial(k->root, k->signal, 1, k->spectrums, k->size);
}

static bool run(struct data *d, struct member *m, struct request *request, struct fork *f)
{
	const bool done = team_tree(m, (uintptr_t)f, run_fork, &f->join);

	((struct forking *)d->own)->result = f->result;
	request_stage(request, DATA_STAGE_COMPUTE);
	return done;
}

static bool fib_run(struct data *d, struct member *m, struct request *request)
{
	struct fork f = { .run = fib_fork, .n = ((struct forking *)d->own)->size };

	return run(d, m, request, &f);
}

static bool queens_run(struct data *d, struct member *m, struct request *request)
{
	struct fork f = { .run = queens_fork, .n = ((struct forking *)d->own)->size };

	return run(d, m, request, &f);
}

static bool sort_run(struct data *d, struct member *m, struct request *request)
{
	struct forking *k = d->own;
	struct fork f = { .run = sort_fork, .from = k->work, .n = k->size, .to = k->spare };

	memcpy(k->work, k->random, k->size * sizeof(u32));
	return run(d, m, request, &f);
}

static bool fft_run(struct data *d, struct member *m, struct request *request)
{
	struct forking *k = d->own;
	struct fork f = {
		.run = fft_fork, .n = k->size, .fft.signal = k->signal,
		.fft.spectrum = k->spectrum, .fft.stride = 1,
	};

	return run(d, m, request, &f);
}

/* The same, and a spectrum at all: it has as much energy as the signal (Parseval). */
static void fft_check(struct data *d)
{
	struct forking *k = d->own;
	const size_t size = k->size * sizeof(*k->spectrum);
	double in = 0, out = 0;
	u32 i;

	if (memcmp(k->spectrum, k->spectrums, size))
		law_broken(&d->team, LAW_RESULT, "request %llu: it is not the spectrum that comes of it when one does it alone",
			   d->jobs);
	for (i = 0; i < k->size; i++) {
		in += creal(k->signal[i] * conj(k->signal[i]));
		out += creal(k->spectrum[i] * conj(k->spectrum[i])) / k->size;
	}
	if (!(fabs(out - in) <= in * ROUNDING))
		law_broken(&d->team, LAW_RESULT, "request %llu: the spectrum has %g times the energy of the signal",
			   d->jobs, out / in);
	memset(k->spectrum, 0, size);
}

static void forking_check(struct data *d)
{
	const struct forking *k = d->own;

	if (k->result != k->serial)
		law_broken(&d->team, LAW_RESULT, "request %llu: %llu came of it, and %llu when one does it alone",
			   d->jobs, k->result, k->serial);
	if (k->sorted && memcmp(k->work, k->sorted, k->size * sizeof(u32)))
		law_broken(&d->team, LAW_RESULT, "request %llu: it is not sorted, or not the same",
			   d->jobs);
}

/* The least time of one worker, which nothing has disturbed: several wait for each other too. */
static void forking_figures(struct data *d)
{
	const double spawned = (double)d->team.members[0].spawned / (d->jobs ?: 1);
	const double more = (double)d->time.min - d->serial_ns;

	play_figure(d->play, "spawned", spawned);
	if (d->team.n == 1 && d->time.total && spawned)
		play_figure(d->play, "spawn_ns", more > 0 ? more / spawned : 0);
}

#define FORKING(_name, _make, _alone, _run, _check, ...)			\
	{									\
		.name = _name, .architecture = "forkjoin", .make = _make,	\
		.serial = _alone, .run = _run, .check = _check,			\
		.figures = forking_figures, .free = forking_free, __VA_ARGS__	\
	}

const struct problem data_nqueens = FORKING("nqueens", queens_make, queens_alone, queens_run,
					    forking_check, .most = QUEENS_MOST);
const struct problem data_sort = FORKING("sort", sort_make, sort_alone, sort_run, forking_check);
const struct problem data_fft = FORKING("fft", fft_make, fft_alone, fft_run, fft_check,
					.most = FFT_MOST, .power_of_two = true);
const struct problem data_fib = FORKING("fib", fib_make, fib_alone, fib_run, forking_check,
					.most = FIB_MOST);
