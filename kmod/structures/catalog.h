/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of structures: one line each. X(name, ...) is expanded for
 * each; its entry is contend_structure_<name>, in <name>.c or that of its kind. The kernel
 * has its own ones beside them (structures/peers), and a program those of its libraries
 * (userspace/structures).
 */
#ifndef CONTEND_STRUCTURES_CATALOG_H
#define CONTEND_STRUCTURES_CATALOG_H

#define CONTEND_STOCK_STRUCTURES(X, ...)	\
	X(counter, ##__VA_ARGS__)	\
	X(atomic_counter, ##__VA_ARGS__)	\
	X(split_counter, ##__VA_ARGS__)	\
	X(packed_counter, ##__VA_ARGS__)	\
	X(padded_counter, ##__VA_ARGS__)	\
	X(percpu_counter, ##__VA_ARGS__)	\
	X(list, ##__VA_ARGS__)		\
	X(hash, ##__VA_ARGS__)		\
	X(accounts, ##__VA_ARGS__)	\
	X(cache_fifo, ##__VA_ARGS__)	\
	X(cache_lru, ##__VA_ARGS__)	\
	X(cache_clock, ##__VA_ARGS__)	\
	X(cache_sieve, ##__VA_ARGS__)	\
	X(cache_s3fifo, ##__VA_ARGS__)	\
	X(cache_wtinylfu, ##__VA_ARGS__)	\
	X(ring, ##__VA_ARGS__)		\
	X(ring_mpsc, ##__VA_ARGS__)	\
	X(ring_spmc, ##__VA_ARGS__)	\
	X(ring_spsc, ##__VA_ARGS__)	\
	X(disruptor, ##__VA_ARGS__)	\
	X(disruptor_many, ##__VA_ARGS__)	\
	X(disruptor_multicast, ##__VA_ARGS__)	\
	X(disruptor_pipeline, ##__VA_ARGS__)	\
	X(disruptor_diamond, ##__VA_ARGS__)	\
	X(queue, ##__VA_ARGS__)		\
	X(queue_wake_all, ##__VA_ARGS__)	\
	X(buffer, ##__VA_ARGS__)	\
	X(log, ##__VA_ARGS__)		\
	X(link, ##__VA_ARGS__)		\
	X(link_lossy, ##__VA_ARGS__)	\
	X(bucket, ##__VA_ARGS__)	\
	X(deque, ##__VA_ARGS__)		\
	X(stack, ##__VA_ARGS__)		\
	X(philosophers, ##__VA_ARGS__)	\
	X(barrier_sense, ##__VA_ARGS__)	\
	X(barrier_dissemination, ##__VA_ARGS__)	\
	X(barrier_tree, ##__VA_ARGS__)	\
	X(latch, ##__VA_ARGS__)		\
	X(event_count, ##__VA_ARGS__)	\
	X(tree, ##__VA_ARGS__)		\
	X(latch_tree, ##__VA_ARGS__)	\
	X(double_buffer, ##__VA_ARGS__)	\
	X(triple_buffer, ##__VA_ARGS__)	\
	X(pool, ##__VA_ARGS__)		\
	X(pool_barging, ##__VA_ARGS__)	\
	X(pool_lifo, ##__VA_ARGS__)	\
	X(pool_affine, ##__VA_ARGS__)

/* Broken on purpose, to show that the checks see it: the mutant module only. */
#define CONTEND_MUTANT_STRUCTURES(X, ...)	\
	X(busted_cache_stale, ##__VA_ARGS__)	\
	X(busted_cache_early, ##__VA_ARGS__)	\
	X(busted_deque, ##__VA_ARGS__)	\
	X(busted_stack, ##__VA_ARGS__)	\
	X(busted_philosophers, ##__VA_ARGS__)	\
	X(busted_barrier, ##__VA_ARGS__)	\
	X(busted_barrier_tree, ##__VA_ARGS__)	\
	X(busted_event_count, ##__VA_ARGS__)	\
	X(busted_hash, ##__VA_ARGS__)	\
	X(busted_early_hash, ##__VA_ARGS__)	\
	X(busted_percpu_counter, ##__VA_ARGS__)	\
	X(busted_ring, ##__VA_ARGS__)		\
	X(busted_disruptor, ##__VA_ARGS__)	\
	X(busted_queue, ##__VA_ARGS__)	\
	X(busted_buffer, ##__VA_ARGS__)	\
	X(busted_bucket, ##__VA_ARGS__)	\
	X(busted_log_early, ##__VA_ARGS__)	\
	X(busted_log_epoch, ##__VA_ARGS__)	\
	X(busted_tree, ##__VA_ARGS__)		\
	X(busted_double_buffer, ##__VA_ARGS__)	\
	X(busted_triple_buffer, ##__VA_ARGS__)	\
	X(busted_pool_barging, ##__VA_ARGS__)	\
	X(busted_pool_cancel, ##__VA_ARGS__)	\
	X(busted_pool_reuse, ##__VA_ARGS__)

#ifdef __KERNEL__
#include "structures/peers/catalog.h"
#define CONTEND_PEERS	CONTEND_KERNEL_PEERS
#else
#include "structures/program.h"
#define CONTEND_PEERS	CONTEND_PROGRAM_PEERS
#endif

#define CONTEND_PEER(_s, X, ...)	X(peer_##_s, ##__VA_ARGS__)

#define CONTEND_WORLD_STRUCTURES(X, ...)	\
	CONTEND_STOCK_STRUCTURES(X, ##__VA_ARGS__) CONTEND_PEERS(CONTEND_PEER, X, ##__VA_ARGS__)

#ifdef CONTEND_MUTANT
#define CONTEND_STRUCTURES(X, ...)	\
	CONTEND_WORLD_STRUCTURES(X, ##__VA_ARGS__) CONTEND_MUTANT_STRUCTURES(X, ##__VA_ARGS__)
#else
#define CONTEND_STRUCTURES(X, ...)	CONTEND_WORLD_STRUCTURES(X, ##__VA_ARGS__)
#endif

/* The structures by number. */
#define X(_s) STRUCTURE_##_s,
enum structure_index { CONTEND_STRUCTURES(X) CONTEND_NR_STRUCTURES };
#undef X

#endif /* CONTEND_STRUCTURES_CATALOG_H */
