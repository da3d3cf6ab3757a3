/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_ERRNO_H
#define CONTEND_SHIM_ERRNO_H

#include_next <linux/errno.h>

/* A system call that is begun again, which a program has none of. */
#define ERESTARTSYS	EINTR

#endif /* CONTEND_SHIM_ERRNO_H */
