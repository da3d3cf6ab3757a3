/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_ENGINE_ADMIT_H
#define CONTEND_ENGINE_ADMIT_H

struct contend_object;
struct file;
struct spec;
struct spec_error;

extern unsigned int contend_max_workers;
extern unsigned int contend_max_runtime_s;

int admit_run(const struct contend_object *obj, const struct spec *spec,
	      const struct file *door, struct spec_error *error);

#endif /* CONTEND_ENGINE_ADMIT_H */
