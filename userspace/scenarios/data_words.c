// SPDX-License-Identifier: GPL-2.0
/* The keys of scenario=data. */
#include "data.h"
#include "lib/key.h"

const struct spec_key data_keys[DATA_KEYS] = {
	{
		.name = "problem", .value = "NAME", .absent = "the architecture's first",
		.flags = SPEC_LIST,
		.about = "data: what a request wants to know",
		.manual =
"mapreduce:	wordcount, how often each word is in input=; index, how often it is in which\n"
"	document\n"
"forkjoin:	nqueens, in how many ways as many queens stand on a board; sort; fft, which waves a\n"
"	signal is made of; fib, which does nothing but fork\n"
"graph:	bfs, how far each vertex is from each of 64 that are drawn; pagerank, to 1e-4;\n"
"	components, which vertices are connected; triangles, how many there are\n"
"stream:	tumbling, the bids of an auction by windows of time; sliding, by windows that overlap\n",
		KEY_NAME(struct data_words, problem),
	}, {
		.name = "input", .value = "PATH", .preset = "/usr/share/common-licenses",
		.flags = SPEC_LIST,
		.about = "data: a file of text, or a folder or tar archive with all files of text in it",
		.manual =
"Such as /usr/share/doc, or /usr/src/linux-source-6.1.tar.xz. A file that has a zero in it is no\n"
"text and is left out, as are those that may not be read, and those that would make it more than\n"
"1 GiB: the figure left_out has how many. Links are not followed, but for PATH itself. What ends\n"
"in .tar, .tar.gz, .tar.xz or .tar.zst is an archive, which is read and not unpacked anywhere:\n"
"4 GiB at most, by libarchive, which a program linked by STATIC=1 does not have.\n",
		KEY_PATH(struct data_words, input),
	}, {
		.name = "graph", .value = "kronecker|uniform|debian", .preset = "kronecker",
		.flags = SPEC_LIST,
		.about = "data: which graph there is",
		.manual =
"kronecker	drawn as by Graph500, 16 edges a vertex: a few vertices have most of them\n"
"uniform	drawn at random, as many\n"
"debian	all packages of apt's lists, and what each depends on: `apt-cache dumpavail`\n",
		KEY_WORD(struct data_words, graph, "kronecker", "uniform", "debian"),
	}, {
		.name = "size", .value = "COUNT", .absent = "as the problem has it",
		.flags = SPEC_LIST,
		.about = "data: how large a problem is that is not read",
		.manual =
"nqueens: the board, 9 where nothing is said, 16 at most; sort: elements, 131072; fft: likewise, a\n"
"power of two, 65536; fib: 20, 40 at most; a graph that is drawn: so many times doubled are its\n"
"vertices, 12, 26 at most; a stream: events, 20000, 16Mi at most.\n",
		KEY_U64(struct data_words, size, 1, 1ULL << 28),
	}, {
		.name = "grain", .value = "COUNT", .absent = "as the problem has it",
		.flags = SPEC_LIST,
		.about = "data: how much a task is",
		.manual =
"wordcount, index: bytes of the text, 64Ki where nothing is said; nqueens: rows, 5; sort:\n"
"elements, 4096; fft: likewise, 1024; fib: 1; a graph: vertices, 256. A small grain is shared out\n"
"better, and costs more pushes, pops and thefts.\n",
		KEY_U64(struct data_words, grain, 1, 1ULL << 30),
	}, {
		.name = "barrier", .value = "sense|dissemination|tree", .preset = "sense",
		.flags = SPEC_LIST,
		.about = "data: where workers meet between two phases",
		.manual =
"The structures barrier_sense, barrier_dissemination and barrier_tree.\n",
		KEY_WORD(struct data_words, barrier, "sense", "dissemination", "tree"),
	}, {
		.name = "commit", .value = "none|atleastonce|exactlyonce", .preset = "exactlyonce",
		.flags = SPEC_LIST,
		.about = "data: stream: when what a worker has counted counts",
		.manual =
"none	at once; there are no checkpoints, and who replaces a worker begins with nothing\n"
"atleastonce	at once; who replaces a worker begins with its last checkpoint, and counts again\n"
"	what came after it\n"
"exactlyonce	with the next checkpoint, both or neither\n",
		KEY_WORD(struct data_words, commit, "none", "atleastonce", "exactlyonce"),
	}, {
		.name = "deaths", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "data: stream: so many workers are killed in a request",
		.manual =
"0 to 10000. At random moments, by SIGKILL, each a process that is replaced. Those that were to\n"
"come more than ten seconds after the run's end do not: worker_deaths says how many there were.\n",
		KEY_U32(struct data_words, deaths, 0, 10000),
	}, {
		.name = "spawn", .value = "all|lazy|batch", .preset = "all", .flags = SPEC_LIST,
		.about = "data: which tasks are pushed to a worker's deque",
		.manual =
"all	each\n"
"lazy	those that are there while another worker has nothing to do; else their maker does them\n"
"batch	each is kept by its maker, who does the newest first; the others go into its deque together, when\n"
"	another worker has nothing to do, or the older half of them when it has 32\n",
		KEY_WORD(struct data_words, spawn, "all", "lazy", "batch"),
	},
};
