/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_WW_MUTEX_H
#define CONTEND_SHIM_WW_MUTEX_H

/* The protocol is the kernel's, and so is each lock that has it. */
struct ww_acquire_ctx { };

#endif /* CONTEND_SHIM_WW_MUTEX_H */
