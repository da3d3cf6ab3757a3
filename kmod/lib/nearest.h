/* SPDX-License-Identifier: GPL-2.0 */
/* What somebody may have meant by a word that is not known: "did you mean". */
#ifndef CONTEND_NEAREST_H
#define CONTEND_NEAREST_H

#include <linux/types.h>

const char *spec_nearest(const char *name, size_t len,
			 const char *(*candidate)(unsigned int i, const void *data),
			 const void *data);

#endif /* CONTEND_NEAREST_H */
