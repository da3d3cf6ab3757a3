// SPDX-License-Identifier: GPL-2.0
/* The structs look the same to every caller; built for 64 and for 32 bits. */
#include <stddef.h>

#include "contend_test.h"

#define SIZE(type, bytes)	EXPECT_EQ(sizeof(struct type), bytes)
#define AT(type, field, byte)	EXPECT_EQ(offsetof(struct type, field), byte)

TEST(sizes_are_what_was_published)
{
	SIZE(contend_info, 336);
	SIZE(contend_list, 720);
	SIZE(contend_create, 224);
	SIZE(contend_attach, 16);
	SIZE(contend_op, 88);
	SIZE(contend_batch, 32);
	SIZE(contend_stat, 280);
	SIZE(contend_run, 32);
	SIZE(contend_acquire, 24);
	SIZE(contend_release, 16);
	SIZE(contend_ring_shared, 128);
	SIZE(contend_sqe, 64);
	SIZE(contend_cqe, 64);
	SIZE(contend_ring_setup, 48);
	SIZE(contend_ring_enter, 24);
	SIZE(contend_result, 88);
	SIZE(contend_worker, 200);
	SIZE(contend_check, 184);
	SIZE(contend_hist, 64);
	SIZE(contend_stop, 8);
	SIZE(contend_progress, 16);
}

TEST(offsets_are_what_was_published)
{
	AT(contend_info, features, 8);
	AT(contend_info, max_capacity, 40);
	AT(contend_info, clock_ps, 64);
	AT(contend_info, version, 80);
	AT(contend_info, debug, 176);
	AT(contend_info, clock, 304);
	AT(contend_list, name, 16);
	AT(contend_list, verbs, 208);
	AT(contend_create, lock, 8);
	AT(contend_create, capacity, 72);
	AT(contend_create, id, 88);
	AT(contend_create, why, 96);
	AT(contend_op, key, 16);
	AT(contend_op, hold_ns, 40);
	AT(contend_op, stay_ns, 48);
	AT(contend_op, deadline_ns, 56);
	AT(contend_op, block_ns, 64);
	AT(contend_op, count, 72);
	AT(contend_op, tag, 80);
	AT(contend_batch, ops, 16);
	AT(contend_batch, done, 24);
	AT(contend_stat, capacity, 80);
	AT(contend_stat, detail, 144);
	AT(contend_stat, balance, 272);
	AT(contend_run, spec, 8);
	AT(contend_run, message_len, 28);
	AT(contend_acquire, deadline_ns, 16);
	AT(contend_ring_shared, cq_head, 4);
	AT(contend_ring_shared, sq_head, 64);
	AT(contend_ring_shared, flags, 72);
	AT(contend_sqe, verb, 8);
	AT(contend_sqe, deadline_ns, 40);
	AT(contend_sqe, tag, 48);
	AT(contend_cqe, result, 8);
	AT(contend_cqe, block_ns, 40);
	AT(contend_cqe, count, 48);
	AT(contend_ring_setup, idle_ns, 16);
	AT(contend_ring_setup, map_size, 32);
	AT(contend_ring_setup, cq_offset, 44);
	AT(contend_ring_enter, deadline_ns, 16);
	AT(contend_result, ops, 24);
	AT(contend_result, spec, 64);
	AT(contend_result, backlog_max, 80);
	AT(contend_worker, violations, 64);
	AT(contend_worker, starved_ns, 72);
	AT(contend_worker, local, 104);
	AT(contend_worker, context, 112);
	AT(contend_worker, late_ns, 136);
	AT(contend_worker, run_delay_ns, 152);
	AT(contend_worker, group, 160);
	AT(contend_worker, vain, 176);
	AT(contend_worker, elements, 184);
	AT(contend_check, name, 24);
	AT(contend_hist, counts, 16);
	AT(contend_hist, max_ns, 48);
	AT(contend_hist, verb, 60);
}

TEST_HARNESS_MAIN
