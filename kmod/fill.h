/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_FILL_H
#define CONTEND_FILL_H

#include <linux/types.h>

struct contend_object;
struct spec;
struct violation_log;

int contend_object_fill(struct contend_object *obj, const struct spec *spec, bool alone,
			bool (*abort)(void *arg), void *arg, struct violation_log *log);

#endif /* CONTEND_FILL_H */
