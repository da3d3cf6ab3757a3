/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Graphs, and what a task does with some of their vertices. It knows nothing of who does it, as
 * data_count.h.
 */
#ifndef CONTEND_DATA_CSR_H
#define CONTEND_DATA_CSR_H

#include <linux/types.h>
#include <stddef.h>

/* What the damping factor of PageRank is, and how far from one superstep to the next it may be. */
#define CSR_DAMPING	0.85
#define CSR_ERROR	0.0001

/* So many searches are a measure, from as many vertices: as the GAP benchmark suite has it. */
#define CSR_SOURCES	64

/* A vertex that the search has not come to. */
#define CSR_FAR		(~0U)

/**
 * struct csr - a graph whose edges go both ways, unless csr_orient() has made them go one way
 * @n: vertices
 * @begin: where each one's neighbours begin, and those of the last one end; n + 1 of them
 * @to: neighbours
 */
struct csr {
	u32 n;
	u64 *begin;
	u32 *to;
};

/**
 * struct edges - a list of edges, to make a graph of
 * @from: one end
 * @to: the other
 * @n: how many
 * @room: for so many
 */
struct edges {
	u32 *from;
	u32 *to;
	u64 n;
	u64 room;
};

int edges_add(struct edges *e, u32 from, u32 to);
void edges_free(struct edges *e);
int edges_kronecker(struct edges *e, u32 scale, u32 degree, u64 seed);
int edges_uniform(struct edges *e, u32 scale, u32 degree, u64 seed);
int edges_packages(struct edges *e, u32 *vertices, char *why, size_t size);

int csr_make(struct csr *g, u32 n, const struct edges *e);
void csr_free(struct csr *g);
int csr_orient(struct csr *g);
void csr_sources(const struct csr *g, u64 seed, u32 *sources);

u32 csr_search(const struct csr *g, const u32 *frontier, u32 n, u32 depth, u32 *depths, u32 *next);
void csr_share(const struct csr *g, u32 from, u32 to, const double *rank, double *share);
double csr_rank(const struct csr *g, u32 from, u32 to, const double *share, double *rank);
u64 csr_label(const struct csr *g, u32 from, u32 to, u32 *label);
u64 csr_triangles(const struct csr *g, u32 from, u32 to);

#endif /* CONTEND_DATA_CSR_H */
