/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An audit log: a file that shows each message, and each order's life, a line an event. Who reads
 * it needs nothing else: its lines, its messages and the quantities of its orders follow one
 * another.
 */
#ifndef CONTEND_ORDERS_AUDIT_H
#define CONTEND_ORDERS_AUDIT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "orders_book.h"

/* Bytes that are written in one go, and of a line at most. */
#define AUDIT_BUFFER	65536
#define AUDIT_LINE	512

/**
 * struct audit - a log that is written; one task's
 * @fd: its file; -1: there is none
 * @lines: how many there are, but for the names of the columns
 * @message: the number of the last one that was accepted
 * @n: bytes that were not written yet
 * @error: errno of the first write that failed; 0: none has
 * @text: those bytes
 */
struct audit {
	int fd;
	u64 lines;
	u64 message;
	size_t n;
	int error;
	char text[AUDIT_BUFFER];
};

int audit_open(struct audit *a, const char *path);
void audit_accepted(struct audit *a, const struct order *o);
void audit_journaled(struct audit *a, const struct order *o);
void audit_report(struct audit *a, const struct report *r);
int audit_write(struct audit *a);
void audit_close(struct audit *a);
int audit_check(const char *path, u32 orders, u64 messages, u64 resting, char *why, size_t size);

#endif /* CONTEND_ORDERS_AUDIT_H */
