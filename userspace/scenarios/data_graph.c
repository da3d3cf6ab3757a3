// SPDX-License-Identifier: GPL-2.0
/*
 * scenario=data architecture=graph: breadth-first search, PageRank, connected components and
 * triangles, in supersteps: in each one tasks have some vertices each, and all meet at its end.
 */
#include <errno.h>
#include <linux/minmax.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "data_csr.h"

#define SCALE		12
#define SCALE_MOST	26
/* As the GAP benchmark suite has it. */
#define DEGREE		16
#define GRAIN		256
#define SUPERSTEPS_MOST	1000

/**
 * struct part - what a member adds to
 * @next: vertices that it has found, with room for all
 * @n: how many
 * @changed: by how much, of ranks
 * @labels: how many have changed
 * @triangles: how many were counted
 */
struct part {
	u32 *next;
	u32 n;
	double changed;
	u64 labels;
	u64 triangles;
} ____cacheline_aligned;

/**
 * struct graph - what one keeps
 * @g: the graph; constant, as are
 * @grain: vertices of a task
 * @edges: how many it has
 * @sources: where searches begin
 * @frontier: of a search, this superstep's
 * @nfrontier: how many
 * @depth: of what is found in it
 * @value: of each vertex, its depth or label
 * @rank: of each, likewise
 * @share: see csr_share()
 * @parts: each member's
 * @reached: of each search, how many vertices it has found at each depth, in one number
 * @values: what came of it when one did it alone,
 * @ranks: likewise
 * @reaches: likewise
 * @triangles: of a request
 * @all_triangles: and when one did it alone
 * @supersteps: in a request
 */
struct graph {
	struct csr g;
	u32 grain;
	u64 edges;
	u32 sources[CSR_SOURCES];
	u32 *frontier;
	u32 nfrontier;
	u32 depth;
	u32 *value;
	double *rank;
	double *share;
	struct part *parts;
	u64 reached[CSR_SOURCES];
	u32 *values;
	double *ranks;
	u64 reaches[CSR_SOURCES];
	u64 triangles;
	u64 all_triangles;
	u64 supersteps;
};

static void graph_free(struct data *d)
{
	struct graph *k = d->own;
	u32 i;

	if (!k)
		return;
	for (i = 0; k->parts && i < d->play->spec->workers; i++)
		free(k->parts[i].next);
	csr_free(&k->g);
	free(k->frontier);
	free(k->value);
	free(k->rank);
	free(k->share);
	free(k->parts);
	free(k->values);
	free(k->ranks);
	free(k);
}

static int make_edges(struct data *d, struct edges *e, u32 *vertices)
{
	const u32 scale = d->words->size ?: SCALE;
	const u64 seed = d->play->spec->seed;
	char why[RESULT_TEXT] = "";
	int ret;

	if (d->words->graph == GRAPH_DEBIAN) {
		ret = edges_packages(e, vertices, why, sizeof(why));
		return ret && why[0] ? play_failed(d->play, -ret, "%s", why) : ret;
	}
	*vertices = 1U << scale;
	return d->words->graph == GRAPH_KRONECKER ? edges_kronecker(e, scale, DEGREE, seed) :
						    edges_uniform(e, scale, DEGREE, seed);
}

static int make_room(struct data *d, struct graph *k)
{
	const u32 workers = d->play->spec->workers, n = k->g.n;
	bool all = true;
	u32 i;

	k->frontier = malloc(n * sizeof(u32));
	k->value = malloc(n * sizeof(u32));
	k->values = malloc(n * sizeof(u32));
	k->rank = malloc(n * sizeof(double));
	k->ranks = malloc(n * sizeof(double));
	k->share = malloc(n * sizeof(double));
	k->parts = aligned_alloc(__alignof__(struct part), workers * sizeof(*k->parts));
	if (k->parts)
		memset(k->parts, 0, workers * sizeof(*k->parts));
	for (i = 0; k->parts && i < workers; i++) {
		k->parts[i].next = malloc(n * sizeof(u32));
		all &= !!k->parts[i].next;
	}
	return all && k->frontier && k->value && k->values && k->rank && k->ranks && k->share &&
	       k->parts ? 0 : -ENOMEM;
}

static int graph_make(struct data *d)
{
	struct graph *k = calloc(1, sizeof(*k));
	struct edges e = { };
	u32 vertices = 0;
	int ret;

	d->own = k;
	if (!k)
		return -ENOMEM;
	k->grain = d->words->grain ?: GRAIN;
	ret = make_edges(d, &e, &vertices) ?: csr_make(&k->g, vertices, &e);
	edges_free(&e);
	if (ret)
		return ret;
	k->edges = k->g.begin[k->g.n] / 2;
	csr_sources(&k->g, d->play->spec->seed, k->sources);
	return make_room(d, k);
}

/* A superstep over so many vertices. */
static bool superstep(struct data *d, struct member *m, u32 n, void (*leaf)(struct member *, u32))
{
	struct graph *k = d->own;

	k->supersteps++;
	return team_phase(m, (n + k->grain - 1) / k->grain, leaf);
}

/* --- breadth-first search ---------------------------------------------------------- */

/* So many vertices at a depth, beside what is known of those before. */
static u64 reach(u64 before, u32 n)
{
	return before * 0x9e3779b97f4a7c15ULL + n;
}

static u64 search_alone(struct graph *k, u32 source)
{
	u32 begin = 0, end = 1, depth = 1, found;
	u64 reached = 0;

	memset(k->values, ~0, k->g.n * sizeof(u32));
	k->values[source] = 0;
	k->frontier[0] = source;
	while (begin < end) {
		found = csr_search(&k->g, k->frontier + begin, end - begin, depth++, k->values,
				   k->frontier + end);
		reached = reach(reached, found);
		begin = end;
		end += found;
	}
	return reached;
}

static void bfs_alone(struct data *d)
{
	struct graph *k = d->own;
	u32 i;

	for (i = 0; i < CSR_SOURCES; i++)
		k->reaches[i] = search_alone(k, k->sources[i]);
}

static void bfs_task(struct member *m, u32 item)
{
	struct graph *k = ((struct data *)m->team->data)->own;
	struct part *part = &k->parts[m->index];
	const u32 from = item * k->grain;

	part->n += csr_search(&k->g, k->frontier + from, min(k->grain, k->nfrontier - from),
			      k->depth, k->value, part->next + part->n);
}

static bool search(struct data *d, struct member *m, u32 source, u64 *reached)
{
	struct graph *k = d->own;
	u32 i;

	memset(k->value, ~0, k->g.n * sizeof(u32));
	k->value[source] = 0;
	k->frontier[0] = source;
	k->nfrontier = 1;
	*reached = 0;
	for (k->depth = 1; k->nfrontier; k->depth++) {
		if (!superstep(d, m, k->nfrontier, bfs_task))
			return false;
		for (i = 0, k->nfrontier = 0; i < m->team->n; i++) {
			struct part *part = &k->parts[i];

			if (d->twin != DATA_TWIN_PART || !i) {
				memcpy(k->frontier + k->nfrontier, part->next,
				       part->n * sizeof(u32));
				k->nfrontier += part->n;
			}
			part->n = 0;
		}
		*reached = reach(*reached, k->nfrontier);
	}
	return true;
}

/* Each request has another search at its end: of that all vertices are looked at. */
static u32 source_of(const struct data *d, u32 i)
{
	return (d->jobs + i) % CSR_SOURCES;
}

static bool bfs_run(struct data *d, struct member *m, struct request *request)
{
	struct graph *k = d->own;
	u32 i, n;

	for (i = 0; i < CSR_SOURCES; i++) {
		n = source_of(d, i);
		if (!search(d, m, k->sources[n], &k->reached[n]))
			return false;
	}
	request_stage(request, DATA_STAGE_COMPUTE);
	return true;
}

static void check_values(struct data *d)
{
	const struct graph *k = d->own;
	u32 v;

	for (v = 0; v < k->g.n; v++) {
		if (k->value[v] == k->values[v])
			continue;
		law_broken(&d->team, LAW_RESULT, "request %llu: of vertex %u it is %d, and %d when one does it alone",
			   d->jobs, v, (int)k->value[v], (int)k->values[v]);
		break;
	}
}

static void check_bfs(struct data *d)
{
	struct graph *k = d->own;
	u32 i;

	for (i = 0; i < CSR_SOURCES; i++) {
		if (k->reached[i] == k->reaches[i])
			continue;
		law_broken(&d->team, LAW_RESULT, "request %llu: from vertex %u there are not as many at each distance as when one searches alone",
			   d->jobs, k->sources[i]);
		return;
	}
	search_alone(k, k->sources[source_of(d, CSR_SOURCES - 1)]);
	check_values(d);
}

/* --- PageRank ------------------------------------------------------------------------ */

static void rank_alone(struct data *d)
{
	struct graph *k = d->own;
	u32 v, i;

	for (v = 0; v < k->g.n; v++)
		k->ranks[v] = 1.0 / k->g.n;
	for (i = 0; i < SUPERSTEPS_MOST; i++) {
		csr_share(&k->g, 0, k->g.n, k->ranks, k->share);
		if (csr_rank(&k->g, 0, k->g.n, k->share, k->ranks) < CSR_ERROR)
			break;
	}
}

static void share_task(struct member *m, u32 item)
{
	struct graph *k = ((struct data *)m->team->data)->own;
	const u32 from = item * k->grain;

	csr_share(&k->g, from, min(from + k->grain, k->g.n), k->rank, k->share);
}

static void rank_task(struct member *m, u32 item)
{
	struct graph *k = ((struct data *)m->team->data)->own;
	const u32 from = item * k->grain;

	k->parts[m->index].changed += csr_rank(&k->g, from, min(from + k->grain, k->g.n),
					       k->share, k->rank);
}

static bool rank_run(struct data *d, struct member *m, struct request *request)
{
	struct graph *k = d->own;
	double changed = 1;
	u32 v, i, steps;

	for (v = 0; v < k->g.n; v++)
		k->rank[v] = 1.0 / k->g.n;
	for (steps = 0; steps < SUPERSTEPS_MOST && changed >= CSR_ERROR; steps++) {
		if (!superstep(d, m, k->g.n, share_task) || !superstep(d, m, k->g.n, rank_task))
			return false;
		for (i = 0, changed = 0; i < m->team->n; i++) {
			if (d->twin != DATA_TWIN_PART || !i)
				changed += k->parts[i].changed;
			k->parts[i].changed = 0;
		}
	}
	request_stage(request, DATA_STAGE_COMPUTE);
	return true;
}

static void check_ranks(struct data *d)
{
	const struct graph *k = d->own;
	double off = 0;
	u32 v;

	for (v = 0; v < k->g.n; v++)
		off += fabs(k->rank[v] - k->ranks[v]);
	if (!(off <= CSR_ERROR))
		law_broken(&d->team, LAW_RESULT, "request %llu: ranks are %g from those of one alone",
			   d->jobs, off);
}

/* --- connected components --------------------------------------------------------------- */

static void components_alone(struct data *d)
{
	struct graph *k = d->own;
	u32 v, begin, end;
	u64 at;

	/* A search from each vertex that no one before has come to: that is its least one. */
	memset(k->values, ~0, k->g.n * sizeof(u32));
	for (v = 0; v < k->g.n; v++) {
		if (k->values[v] != CSR_FAR)
			continue;
		k->values[v] = v;
		k->frontier[0] = v;
		for (begin = 0, end = 1; begin < end; begin++) {
			const u32 from = k->frontier[begin];

			for (at = k->g.begin[from]; at < k->g.begin[from + 1]; at++) {
				if (k->values[k->g.to[at]] != CSR_FAR)
					continue;
				k->values[k->g.to[at]] = v;
				k->frontier[end++] = k->g.to[at];
			}
		}
	}
}

static void label_task(struct member *m, u32 item)
{
	struct graph *k = ((struct data *)m->team->data)->own;
	const u32 from = item * k->grain;

	k->parts[m->index].labels += csr_label(&k->g, from, min(from + k->grain, k->g.n),
					       k->value);
}

static bool components_run(struct data *d, struct member *m, struct request *request)
{
	struct graph *k = d->own;
	u64 changed = 1;
	u32 v, i;

	for (v = 0; v < k->g.n; v++)
		k->value[v] = v;
	while (changed) {
		if (!superstep(d, m, k->g.n, label_task))
			return false;
		for (i = 0, changed = 0; i < m->team->n; i++) {
			if (d->twin != DATA_TWIN_PART || !i)
				changed += k->parts[i].labels;
			k->parts[i].labels = 0;
		}
	}
	request_stage(request, DATA_STAGE_COMPUTE);
	return true;
}

/* --- triangles -------------------------------------------------------------------------- */

static int triangles_make(struct data *d)
{
	struct graph *k;
	int ret = graph_make(d) ?: csr_orient(&((struct graph *)d->own)->g);

	if (ret)
		return ret;
	k = d->own;
	k->edges = k->g.begin[k->g.n];
	return 0;
}

static void triangles_alone(struct data *d)
{
	struct graph *k = d->own;

	k->all_triangles = csr_triangles(&k->g, 0, k->g.n);
}

static void triangles_task(struct member *m, u32 item)
{
	struct graph *k = ((struct data *)m->team->data)->own;
	const u32 from = item * k->grain;

	k->parts[m->index].triangles += csr_triangles(&k->g, from, min(from + k->grain, k->g.n));
}

static bool triangles_run(struct data *d, struct member *m, struct request *request)
{
	struct graph *k = d->own;
	u32 i;

	if (!superstep(d, m, k->g.n, triangles_task))
		return false;
	for (i = 0, k->triangles = 0; i < m->team->n; i++) {
		if (d->twin != DATA_TWIN_PART || !i)
			k->triangles += k->parts[i].triangles;
		k->parts[i].triangles = 0;
	}
	request_stage(request, DATA_STAGE_COMPUTE);
	return true;
}

static void check_triangles(struct data *d)
{
	const struct graph *k = d->own;

	if (k->triangles != k->all_triangles)
		law_broken(&d->team, LAW_RESULT, "request %llu: there are %llu triangles, and %llu when one counts alone",
			   d->jobs, k->triangles, k->all_triangles);
}

/* --- all of them ---------------------------------------------------------------------- */

static void graph_figures(struct data *d)
{
	const struct graph *k = d->own;

	play_figure(d->play, "vertices", k->g.n);
	play_figure(d->play, "edges", k->edges);
	play_figure(d->play, "supersteps", (double)k->supersteps / (d->jobs ?: 1));
	if (d->problem == &data_triangles)
		play_figure(d->play, "triangles", k->all_triangles);
}

#define GRAPH(_name, _make, _alone, _run, _check)				\
	{									\
		.name = _name, .architecture = "graph", .make = _make,		\
		.serial = _alone, .run = _run, .check = _check,			\
		.figures = graph_figures, .free = graph_free,			\
		.most = SCALE_MOST,						\
	}

const struct problem data_bfs = GRAPH("bfs", graph_make, bfs_alone, bfs_run, check_bfs);
const struct problem data_pagerank = GRAPH("pagerank", graph_make, rank_alone, rank_run,
					   check_ranks);
const struct problem data_components = GRAPH("components", graph_make, components_alone,
					     components_run, check_values);
const struct problem data_triangles = GRAPH("triangles", triangles_make, triangles_alone,
					    triangles_run, check_triangles);
