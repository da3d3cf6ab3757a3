/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of structures: one line each. X(name, ...) is expanded for
 * each; its entry is contend_structure_<name>, in <name>.c.
 */
#ifndef CONTEND_STRUCTURES_CATALOG_H
#define CONTEND_STRUCTURES_CATALOG_H

#define CONTEND_STRUCTURES(X, ...)	\
	X(counter, ##__VA_ARGS__)	\
	X(list, ##__VA_ARGS__)		\
	X(hash, ##__VA_ARGS__)		\
	X(accounts, ##__VA_ARGS__)

/* The structures by number. */
#define X(_s) STRUCTURE_##_s,
enum structure_index { CONTEND_STRUCTURES(X) CONTEND_NR_STRUCTURES };
#undef X

#endif /* CONTEND_STRUCTURES_CATALOG_H */
