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
	X(hash, ##__VA_ARGS__)

#endif /* CONTEND_STRUCTURES_CATALOG_H */
