/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/contend/object: an object of a shell's own, see proc_object.c. */
#ifndef CONTEND_PROC_OBJECT_H
#define CONTEND_PROC_OBJECT_H

#include <linux/proc_fs.h>

struct contend_object;
struct spec;
struct spec_error;

extern const struct proc_ops proc_object_ops;

struct contend_object *proc_object_create(const struct spec *spec, struct spec_error *error);

#endif /* CONTEND_PROC_OBJECT_H */
