// SPDX-License-Identifier: GPL-2.0
/*
 * What others have for a frame loop: oneTBB's task groups for its jobs, and two queues of its field.
 *
 * frames tbb ENTITIES WORKERS MS	frames of scenario=frames's world, as many as there are in so
 *	many milliseconds: a task group simulates, one renders, as the scenario's jobs do
 * frames concurrentqueue|readerwriterqueue MS	one thread puts in, and one takes out
 *
 * What it has found is on stdout, a line "NAME VALUE" each. See scripts/peers.d/frames.
 */
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include <concurrentqueue/concurrentqueue.h>
#include <readerwriterqueue/readerwriterqueue.h>
#include <tbb/global_control.h>
#include <tbb/task_group.h>

extern "C" {
#include "frames_world.h"
}

static const uint32_t jobs_most = 64, bands = 16;

static uint64_t now_of(clockid_t clock)
{
	timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static uint64_t now()
{
	return now_of(CLOCK_MONOTONIC);
}

static uint32_t part(uint32_t all, uint32_t i, uint32_t n)
{
	return (uint64_t)all * i / n;
}

static int frames(uint32_t entities, uint32_t workers, uint64_t ns)
{
	tbb::global_control width(tbb::global_control::max_allowed_parallelism, workers);
	const uint32_t chunks = world_chunks(entities), jobs = std::min(chunks, jobs_most);
	const uint64_t cpu = now_of(CLOCK_PROCESS_CPUTIME_ID), begin = now();
	image *drawn = new image();
	screen *seen = new screen();
	std::vector<uint64_t> times;
	world_state state[2] = {};
	tbb::task_group group;
	world_grid grid = {};
	uint64_t n, from;

	if (!world_state_init(&state[0], entities) || !world_state_init(&state[1], entities) ||
	    !world_grid_init(&grid, entities))
		return 1;
	world_state_first(&state[0], entities, 1);
	for (n = 1; (from = now()) < begin + ns; n++) {
		world_state *last = &state[(n - 1) & 1], *next = &state[n & 1];

		world_grid_fill(&grid, last, entities);
		for (uint32_t i = 0; i < jobs; i++)
			group.run([=, &grid] {
				for (uint32_t c = part(chunks, i, jobs);
				     c < part(chunks, i + 1, jobs); c++)
					world_step(&grid, last, next, n, entities, c, nullptr, 0);
			});
		group.wait();
		world_finish(next, n);
		for (uint32_t i = 0; i < bands; i++)
			group.run([=, &grid] {
				const uint32_t row = part(IMAGE_HEIGHT, i, bands);

				image_draw(drawn, next, n, entities, grid.cells, row,
					   part(IMAGE_HEIGHT, i + 1, bands) - row);
			});
		group.wait();
		screen_show(seen, drawn);
		times.push_back(now() - from);
	}
	std::sort(times.begin(), times.end());
	printf("frames_per_s %.1f\np50_ns %llu\np99_ns %llu\ncpu_ns %.0f\n",
	       times.size() * 1e9 / (now() - begin),
	       (unsigned long long)times[times.size() / 2],
	       (unsigned long long)times[times.size() * 99 / 100],
	       (double)(now_of(CLOCK_PROCESS_CPUTIME_ID) - cpu) / times.size());
	return 0;
}

/* Both sides look again and again, as those of a ring of ours do. */
template <class Queue, class Take> static int hand_over(Queue &queue, Take take, uint64_t ns)
{
	const uint64_t begin = now();
	std::atomic<bool> over(false);
	uint64_t taken = 0, wrong = 0;

	std::thread consumer([&] {
		uint64_t item;

		while (!over.load(std::memory_order_relaxed))
			if (take(item))
				wrong += item != taken++;
	});
	for (uint64_t i = 0; (i & 1023) || now() < begin + ns;)
		i += queue.try_enqueue(i);
	over = true;
	consumer.join();
	printf("item_ns %.2f\nout_of_order %llu\n", (double)(now() - begin) / taken,
	       (unsigned long long)wrong);
	return wrong ? 2 : 0;
}

int main(int argc, char **argv)
{
	const std::string what = argc > 1 ? argv[1] : "";

	if (what == "tbb" && argc == 5)
		return frames(atoi(argv[2]), atoi(argv[3]), atoll(argv[4]) * 1000000);
	if (what == "concurrentqueue" && argc == 3) {
		moodycamel::ConcurrentQueue<uint64_t> queue(8192);

		return hand_over(queue, [&](uint64_t &item) { return queue.try_dequeue(item); },
				 atoll(argv[2]) * 1000000);
	}
	if (what == "readerwriterqueue" && argc == 3) {
		moodycamel::ReaderWriterQueue<uint64_t> queue(8192);

		return hand_over(queue, [&](uint64_t &item) { return queue.try_dequeue(item); },
				 atoll(argv[2]) * 1000000);
	}
	fprintf(stderr, "frames: unknown words: see scripts/peers.d/frames --help\n");
	return 1;
}
