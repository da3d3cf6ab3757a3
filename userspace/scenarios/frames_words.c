// SPDX-License-Identifier: GPL-2.0
/* The keys of scenario=frames. */
#include <linux/kernel.h>

#include "frames.h"
#include "lib/key.h"

const struct spec_key frames_keys[FRAMES_KEYS] = {
	{
		.name = "rate", .value = "COUNT", .preset = "60", .flags = SPEC_LIST,
		.about = "frames: so many a second; 0: as many as it can",
		.manual =
"0 to 10000. A frame is due at the begin of its period, and is to be seen at its end, or pipeline=\n"
"periods later. A period in which none can begin is dropped, and its deadline missed.\n",
		KEY_U32(struct frames_words, rate, 0, 10000),
	}, {
		.name = "entities", .value = "COUNT", .preset = "10k", .flags = SPEC_LIST,
		.about = "frames: how many move, collide and think",
		.manual = "1 to 1m. Each frame computes and draws all of them.\n",
		KEY_U32(struct frames_words, entities, 1, 1000000),
	}, {
		.name = "buffers", .value = "2|3", .preset = "2", .flags = SPEC_LIST,
		.about = "frames: how many there are of states and of images",
		.manual =
"A frame is written when nobody reads what was in its buffer any more: so with two of them the\n"
"simulation is ahead of the render by one frame at most, and with three by two.\n",
		KEY_U32(struct frames_words, buffers, 2, FRAMES_BUFFERS),
	}, {
		.name = "pipeline", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "frames: so many are begun before the one ahead of them was presented",
		.manual =
"0 to 2. With 1, a frame is simulated while the one before is rendered: more frames a second, and\n"
"each of them is seen later. Its deadline is as many periods later.\n",
		KEY_U32(struct frames_words, pipeline, 0, 2),
	}, {
		.name = "inputs", .value = "COUNT", .preset = "1k", .flags = SPEC_LIST,
		.about = "frames: events of a player a second, at random times",
		.manual = "0 to 100k. A frame takes 250 of them, and the next one the others.\n",
		KEY_U32(struct frames_words, inputs, 0, 100000),
	}, {
		.name = "observers", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "frames: threads that read the newest state again and again",
		.manual = "0 to 8. structure= says which frame is the newest.\n",
		KEY_U32(struct frames_words, observers, 0, FRAMES_OBSERVERS),
	}, {
		.name = "audio", .value = "TIME", .preset = "5ms", .flags = SPEC_LIST,
		.about = "frames: so often a thread makes sound; 0ns: none does",
		.manual =
"0ns to 1s. It has a deadline of its own: the end of its period. It listens to the newest frame.\n",
		KEY_TIME(struct frames_words, audio_ns, 0, SPEC_NS_PER_S),
	}, {
		.name = "scene", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "frames: so long a loader is in the scene's lock, every 10 ms; 0ns: there is none",
		.manual =
"0ns to 10ms. Each frame needs this lock, which is one of lock=. The frame's threads have a high\n"
"real-time priority, and the loader a low one, which takes root or CAP_SYS_NICE.\n",
		KEY_TIME(struct frames_words, scene_ns, 0, CONTEND_STAY_MAX_NS),
	}, {
		.name = "hog", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "frames: so long a third thread has the loader's CPU, while that is in the lock",
		.manual =
"0ns to 1s. Its priority is between the two others. Unless the loader inherits that of the frame\n"
"that waits for it, as with lock=rtmutex and pthread_mutex_pi, the frame waits for the third one.\n",
		KEY_TIME(struct frames_words, hog_ns, 0, SPEC_NS_PER_S),
	}, {
		.name = "frame_barrier", .value = "sense|dissemination|tree", .preset = "sense",
		.flags = SPEC_LIST,
		.about = "frames: components: where workers meet, three times a frame",
		.manual = "The structure barrier_sense, barrier_dissemination or barrier_tree.\n",
		KEY_WORD(struct frames_words, barrier, "sense", "dissemination", "tree"),
	},
};
