// SPDX-License-Identifier: GPL-2.0
/*
 * The work of scenario=data, shared out by oneTBB, libgomp or Open MPI: the same functions do it, of
 * userspace/scenarios/data_count.c and data_csr.c. scripts/peers.d/data builds and starts it, and has
 * in its head what it takes, prints and returns.
 *
 * What comes of it is compared with what one thread finds, as in the scenario.
 */
#include <algorithm>
#include <atomic>
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

#ifdef WITH_MPI

#define OMPI_SKIP_MPICXX
#include <mpi.h>

/*
 * Each process has the whole text, or graph, and the tasks whose number is its own by their modulus:
 * nothing is stolen. What it has found goes to those that need it.
 */
static int rank, ranks;

static void begin(int *workers)
{
	MPI_Init(nullptr, nullptr);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &ranks);
	*workers = ranks;
}

static void end()
{
	MPI_Finalize();
}

static void meet()
{
	MPI_Barrier(MPI_COMM_WORLD);
}

static bool leads()
{
	return !rank;
}

/* As the first one says. */
static bool agree(bool yes)
{
	MPI_Bcast(&yes, 1, MPI_CXX_BOOL, 0, MPI_COMM_WORLD);
	return yes;
}

static uint64_t sum(uint64_t n)
{
	MPI_Allreduce(MPI_IN_PLACE, &n, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
	return n;
}

static void share(size_t n, int, const std::function<void(size_t item, int worker)> &leaf)
{
	for (size_t i = rank; i < n; i += ranks)
		leaf(i, rank);
}

/* The words of each part go to the process that reduces it: @parts of the others are theirs then. */
static void exchange(std::vector<count_table> &parts)
{
	static std::vector<word> out, in;
	std::vector<int> n(ranks * COUNT_PARTS), to(ranks), from(ranks), to_at(ranks), from_at(ranks);
	int (*const all)[COUNT_PARTS] = (int (*)[COUNT_PARTS])n.data();
	count_table *own = &parts[rank * COUNT_PARTS];
	MPI_Datatype type;
	int w, p, received = 0;

	for (p = 0; p < COUNT_PARTS; p++)
		all[rank][p] = own[p].n;
	MPI_Allgather(MPI_IN_PLACE, 0, MPI_INT, n.data(), COUNT_PARTS, MPI_INT, MPI_COMM_WORLD);
	out.clear();
	for (w = 0; w < ranks; w++) {
		to_at[w] = out.size();
		from_at[w] = received;
		for (p = rank; w != rank && p < COUNT_PARTS; p += ranks)
			from[w] += all[w][p];
		received += from[w];
		for (p = w; w != rank && p < COUNT_PARTS; p += ranks) {
			std::copy_if(own[p].slot, own[p].slot + own[p].size, std::back_inserter(out),
				     [](const word &slot) { return slot.count; });
			count_clear(&own[p]);
		}
		to[w] = out.size() - to_at[w];
	}
	in.resize(received);
	MPI_Type_contiguous(sizeof(word), MPI_BYTE, &type);
	MPI_Type_commit(&type);
	MPI_Alltoallv(out.data(), to.data(), to_at.data(), type, in.data(), from.data(),
		      from_at.data(), type, MPI_COMM_WORLD);
	MPI_Type_free(&type);
	for (w = 0; w < ranks; w++) {
		for (p = rank; w != rank && p < COUNT_PARTS; p += ranks) {
			count_table &part = parts[w * COUNT_PARTS + p];

			part.slot = &in[from_at[w]];
			part.size = part.n = all[w][p];
			from_at[w] += all[w][p];
		}
	}
}

/* Of what all have found each vertex comes once into the frontier, which is alike everywhere. */
static uint32_t gather(const std::vector<std::vector<uint32_t>> &next, std::vector<uint32_t> &found,
		       uint32_t depth, std::vector<uint32_t> &depths, std::vector<uint32_t> &frontier)
{
	static std::vector<uint32_t> all, placed;
	static uint32_t superstep;
	std::vector<int> n(ranks), at(ranks);
	uint32_t placed_n = 0;
	int w, received = 0;

	n[rank] = found[rank * 16];
	found[rank * 16] = 0;
	MPI_Allgather(MPI_IN_PLACE, 0, MPI_INT, n.data(), 1, MPI_INT, MPI_COMM_WORLD);
	for (w = 0; w < ranks; w++) {
		at[w] = received;
		received += n[w];
	}
	all.resize(received);
	placed.resize(depths.size());
	MPI_Allgatherv(next[rank].data(), n[rank], MPI_UINT32_T, all.data(), n.data(), at.data(),
		       MPI_UINT32_T, MPI_COMM_WORLD);
	superstep++;
	for (const uint32_t v : all) {
		if (placed[v] == superstep)
			continue;
		placed[v] = superstep;
		depths[v] = depth;
		frontier[placed_n++] = v;
	}
	return placed_n;
}

/* None of its tasks is made by another. */
static long fib(int)
{
	return -1;
}

#else

static void begin(int *)
{
}

static void end()
{
}

static void meet()
{
}

static bool leads()
{
	return true;
}

static bool agree(bool yes)
{
	return yes;
}

static uint64_t sum(uint64_t n)
{
	return n;
}

/* All have one memory. */
static void exchange(std::vector<count_table> &)
{
}

static uint32_t gather(const std::vector<std::vector<uint32_t>> &next, std::vector<uint32_t> &found,
		       uint32_t, std::vector<uint32_t> &, std::vector<uint32_t> &frontier)
{
	uint32_t n = 0;

	for (size_t w = 0; w < next.size(); w++) {
		memcpy(&frontier[n], next[w].data(), found[w * 16] * 4);
		n += found[w * 16];
		found[w * 16] = 0;
	}
	return n;
}

#endif

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

#elif !defined(WITH_MPI)

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

/* The least of all in so much time, but of two at least: the first one's memory is new. */
static double least(double ms, const std::function<void()> &job)
{
	const double until = now() + ms * 1e6;
	double best = 1e300, from;
	int n = 0;

	do {
		meet();
		from = now();
		job();
		meet();
		best = std::min(best, now() - from);
	} while (agree(++n < 2 || now() < until));
	return best;
}

/* @wrong: how often what came of it is not what one thread finds, here. */
static int tell(double ns, uint64_t what, uint64_t wrong)
{
	wrong = sum(wrong);
	if (leads() && wrong)
		fprintf(stderr, "data: what came of it is not what one thread finds\n");
	else if (leads())
		printf("%.0f %llu\n", ns, (unsigned long long)what);
	return wrong ? 2 : 0;
}

static int words(const char *input, int workers, uint64_t grain, double ms)
{
	struct text text;
	char why[256] = "";

	if (text_read(&text, input, 1ULL << 30, why, sizeof(why))) {
		if (leads())
			fprintf(stderr, "%s\n", why);
		return 1;
	}
	std::vector<count_table> parts(workers * COUNT_PARTS), result(COUNT_PARTS), one(COUNT_PARTS);
	std::atomic<uint64_t> distinct(0), wrong(0);
	const double ns = least(ms, [&] {
		share((text.len + grain - 1) / grain, workers, [&](size_t i, int worker) {
			count_words(&text, i * grain, std::min<uint64_t>((i + 1) * grain, text.len),
				    false, false, &parts[worker * COUNT_PARTS]);
		});
		exchange(parts);
		share(COUNT_PARTS, workers, [&](size_t p, int) {
			count_clear(&result[p]);
			for (int w = 0; w < workers; w++) {
				count_merge(&text, &result[p], &parts[w * COUNT_PARTS + p]);
				count_clear(&parts[w * COUNT_PARTS + p]);
			}
		});
	});
	count_words(&text, 0, text.len, false, false, one.data());
	share(COUNT_PARTS, workers, [&](size_t p, int) {
		distinct += result[p].n;
		wrong += !count_same(&text, &result[p], &one[p]);
	});
	return tell(ns, sum(distinct), wrong);
}

static int bfs(uint32_t scale, int workers, uint32_t grain, double ms)
{
	struct edges e = {};
	struct csr g = {};

	if (edges_kronecker(&e, scale, 16, 1) || csr_make(&g, 1U << scale, &e))
		return 1;
	std::vector<uint32_t> depths(g.n), frontier(g.n), one(g.n);
	std::vector<std::vector<uint32_t>> next(workers, std::vector<uint32_t>(g.n));
	std::vector<uint32_t> found(workers * 16);
	std::vector<uint32_t> sources(CSR_SOURCES);
	uint64_t wrong = 0;
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
			n = gather(next, found, depth, depths, frontier);
		}
	};
	const double ns = least(ms, [&] {
		for (const uint32_t source : sources)
			search(source);
	});
	for (const uint32_t source : sources) {
		uint32_t at = 0, n = 1, depth = 1, more;

		search(source);
		std::fill(one.begin(), one.end(), CSR_FAR);
		one[source] = 0;
		frontier[0] = source;
		for (; at < n; at = n, n += more)
			more = csr_search(&g, &frontier[at], n - at, depth++, one.data(), &frontier[n]);
		wrong += one != depths;
	}
	return tell(ns / CSR_SOURCES, g.begin[g.n] / 2, wrong);
}

static int triangles(uint32_t scale, int workers, uint32_t grain, double ms)
{
	struct edges e = {};
	struct csr g = {};

	if (edges_kronecker(&e, scale, 16, 1) || csr_make(&g, 1U << scale, &e) || csr_orient(&g))
		return 1;
	std::vector<uint64_t> found(workers * 8);
	volatile uint64_t seen = 0;
	const double ns = least(ms, [&] {
		std::fill(found.begin(), found.end(), 0);
		share((g.n + grain - 1) / grain, workers, [&](size_t i, int w) {
			found[w * 8] += csr_triangles(&g, i * grain,
				std::min<uint32_t>((i + 1) * grain, g.n));
		});
		seen = sum(std::accumulate(found.begin(), found.end(), 0ULL));
	});
	return tell(ns, seen, seen != csr_triangles(&g, 0, g.n));
}

static int spawn(int size, double ms)
{
	volatile long seen;
	/* As many as there are sums. */
	const double tasks = alone(size + 1) - 1;
	const double serial = least(ms / 2, [&] { seen = alone(size); });
	double ns = 0;

#if !defined(WITH_TBB) && !defined(WITH_MPI)
#pragma omp parallel num_threads(1)
#pragma omp single
#endif
	ns = least(ms / 2, [&] { seen = fib(size); });
	if (seen != alone(size))
		return 2;
	printf("%.1f -\n", (ns - serial) / tasks);
	return 0;
}

static int problem(int argc, char **argv)
{
	int workers = argc == 6 ? std::max(atoi(argv[3]), 1) : 1;
#ifdef WITH_TBB
	tbb::global_control control(tbb::global_control::max_allowed_parallelism, workers);
#endif

	begin(&workers);
	if (argc == 6 && !strcmp(argv[1], "words"))
		return words(argv[2], workers, std::max(atoi(argv[4]), 1), atof(argv[5]));
	if (argc == 6 && !strcmp(argv[1], "bfs"))
		return bfs(atoi(argv[2]), workers, std::max(atoi(argv[4]), 1), atof(argv[5]));
	if (argc == 6 && !strcmp(argv[1], "triangles"))
		return triangles(atoi(argv[2]), workers, std::max(atoi(argv[4]), 1), atof(argv[5]));
	if (argc == 4 && !strcmp(argv[1], "spawn"))
		return spawn(atoi(argv[2]), atof(argv[3]));
	fprintf(stderr, "data: see scripts/peers.d/data --help\n");
	return 1;
}

int main(int argc, char **argv)
{
	const int ret = problem(argc, argv);

	end();
	return ret;
}
