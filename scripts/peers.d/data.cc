// SPDX-License-Identifier: GPL-2.0
/*
 * The work of scenario=data, shared out by oneTBB or by libgomp: the same functions do it, of
 * userspace/scenarios/data_count.c and data_csr.c. scripts/peers.d/data builds and starts it.
 *
 * data words INPUT WORKERS GRAIN MS	a line: the least time of a word count, in ns
 * data bfs SCALE WORKERS GRAIN MS	of 64 searches in a Kronecker graph, as GAP has it: of one
 * data triangles SCALE WORKERS GRAIN MS	of counting its triangles
 * data spawn SIZE MS			what a task of fib costs one thread, beyond a call, in ns
 */
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <vector>

extern "C" {
#include "scenarios/data_count.h"
#include "scenarios/data_csr.h"
}

static double now()
{
	using namespace std::chrono;

	return duration<double, std::nano>(steady_clock::now().time_since_epoch()).count();
}

/* The least of all in so much time. */
static double least(double ms, const std::function<void()> &job)
{
	const double until = now() + ms * 1e6;
	double best = 1e300, from;

	do {
		from = now();
		job();
		best = std::min(best, now() - from);
	} while (now() < until);
	return best;
}

#ifdef WITH_TBB

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

static void share(size_t n, int workers, const std::function<void(size_t item, int worker)> &leaf)
{
	tbb::parallel_for(tbb::blocked_range<size_t>(0, n, 1), [&](const auto &range) {
		for (size_t i = range.begin(); i < range.end(); i++)
			leaf(i, tbb::this_task_arena::current_thread_index());
	}, tbb::simple_partitioner());
}

static long fib(int n)
{
	tbb::task_group group;
	long x, y;

	if (n < 2)
		return n;
	group.run([&] { x = fib(n - 1); });
	y = fib(n - 2);
	group.wait();
	return x + y;
}

#else

#include <omp.h>

static void share(size_t n, int workers, const std::function<void(size_t item, int worker)> &leaf)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(workers)
	for (size_t i = 0; i < n; i++)
		leaf(i, omp_get_thread_num());
}

static long fib(int n)
{
	long x, y;

	if (n < 2)
		return n;
#pragma omp task shared(x)
	x = fib(n - 1);
	y = fib(n - 2);
#pragma omp taskwait
	return x + y;
}

#endif

static __attribute__((noinline)) long alone(int n)
{
	return n < 2 ? n : alone(n - 1) + alone(n - 2);
}

static int words(const char *input, int workers, uint64_t grain, double ms)
{
	struct text text;
	char why[256] = "";

	if (text_read(&text, input, 1ULL << 30, why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	std::vector<count_table> parts(workers * COUNT_PARTS), result(COUNT_PARTS);
	const double ns = least(ms, [&] {
		share((text.len + grain - 1) / grain, workers, [&](size_t i, int worker) {
			count_words(&text, i * grain, std::min<uint64_t>((i + 1) * grain, text.len),
				    false, false, &parts[worker * COUNT_PARTS]);
		});
		share(COUNT_PARTS, workers, [&](size_t p, int) {
			count_clear(&result[p]);
			for (int w = 0; w < workers; w++) {
				count_merge(&text, &result[p], &parts[w * COUNT_PARTS + p]);
				count_clear(&parts[w * COUNT_PARTS + p]);
			}
		});
	});
	printf("%.0f\n", ns);
	return 0;
}

static int bfs(uint32_t scale, int workers, uint32_t grain, double ms)
{
	struct edges e = {};
	struct csr g = {};

	if (edges_kronecker(&e, scale, 16, 1) || csr_make(&g, 1U << scale, &e))
		return 1;
	std::vector<uint32_t> depths(g.n), frontier(g.n);
	std::vector<std::vector<uint32_t>> next(workers, std::vector<uint32_t>(g.n));
	std::vector<uint32_t> found(workers * 16);
	std::vector<uint32_t> sources(CSR_SOURCES);
	csr_sources(&g, 1, sources.data());
	const auto search = [&](uint32_t source) {
		uint32_t n = 1, depth = 1;

		std::fill(depths.begin(), depths.end(), CSR_FAR);
		depths[source] = 0;
		frontier[0] = source;
		for (; n; depth++) {
			share((n + grain - 1) / grain, workers, [&](size_t i, int w) {
				found[w * 16] += csr_search(&g, &frontier[i * grain],
					std::min<uint32_t>(grain, n - i * grain), depth,
					depths.data(), &next[w][found[w * 16]]);
			});
			n = 0;
			for (int w = 0; w < workers; w++) {
				memcpy(&frontier[n], next[w].data(), found[w * 16] * 4);
				n += found[w * 16];
				found[w * 16] = 0;
			}
		}
	};
	const double ns = least(ms, [&] {
		for (const uint32_t source : sources)
			search(source);
	});
	printf("%.0f\n", ns / CSR_SOURCES);
	return 0;
}

static int triangles(uint32_t scale, int workers, uint32_t grain, double ms)
{
	struct edges e = {};
	struct csr g = {};

	if (edges_kronecker(&e, scale, 16, 1) || csr_make(&g, 1U << scale, &e) || csr_orient(&g))
		return 1;
	std::vector<uint64_t> found(workers * 8);
	volatile uint64_t seen;
	const double ns = least(ms, [&] {
		std::fill(found.begin(), found.end(), 0);
		share((g.n + grain - 1) / grain, workers, [&](size_t i, int w) {
			found[w * 8] += csr_triangles(&g, i * grain,
				std::min<uint32_t>((i + 1) * grain, g.n));
		});
		seen = std::accumulate(found.begin(), found.end(), 0ULL);
	});
	(void)seen;
	printf("%.0f\n", ns);
	return 0;
}

static int spawn(int size, double ms)
{
	volatile long seen;
	/* As many as there are sums. */
	const double tasks = alone(size + 1) - 1;
	const double serial = least(ms / 2, [&] { seen = alone(size); });
	double ns = 0;

#ifndef WITH_TBB
#pragma omp parallel num_threads(1)
#pragma omp single
#endif
	ns = least(ms / 2, [&] { seen = fib(size); });
	printf("%.1f\n", (ns - serial) / tasks);
	return 0;
}

int main(int argc, char **argv)
{
	const int workers = argc == 6 ? std::max(atoi(argv[3]), 1) : 1;
#ifdef WITH_TBB
	tbb::global_control control(tbb::global_control::max_allowed_parallelism, workers);
#endif

	if (argc == 6 && !strcmp(argv[1], "words"))
		return words(argv[2], workers, std::max(atoi(argv[4]), 1), atof(argv[5]));
	if (argc == 6 && !strcmp(argv[1], "bfs"))
		return bfs(atoi(argv[2]), workers, std::max(atoi(argv[4]), 1), atof(argv[5]));
	if (argc == 6 && !strcmp(argv[1], "triangles"))
		return triangles(atoi(argv[2]), workers, std::max(atoi(argv[4]), 1), atof(argv[5]));
	if (argc == 4 && !strcmp(argv[1], "spawn"))
		return spawn(atoi(argv[2]), atof(argv[3]));
	fprintf(stderr, "data: see the head of scripts/peers.d/data.cc\n");
	return 1;
}
