/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of structures goes on in the kernel: with its own ones, as they are, to hold ours
 * against. A peer promises no more than its users
 * have of it: what it allocates, it allocates in its sections. Its entry is
 * contend_structure_peer_<name>, and its name in the catalogue "peer:<name>".
 */
#ifndef CONTEND_PEERS_CATALOG_H
#define CONTEND_PEERS_CATALOG_H

#define CONTEND_KERNEL_PEERS(X, ...)		\
	X(list_lru, ##__VA_ARGS__)		\
	X(rhashtable, ##__VA_ARGS__)		\
	X(seqcount_latch, ##__VA_ARGS__)	\
	X(sbitmap_queue, ##__VA_ARGS__)		\
	X(objpool, ##__VA_ARGS__)		\
	X(completion, ##__VA_ARGS__)		\
	X(workqueue, ##__VA_ARGS__)		\
	X(kfifo, ##__VA_ARGS__)			\
	X(ptr_ring, ##__VA_ARGS__)		\
	X(llist, ##__VA_ARGS__)			\
	X(xarray, ##__VA_ARGS__)		\
	X(maple_tree, ##__VA_ARGS__)

#endif /* CONTEND_PEERS_CATALOG_H */
