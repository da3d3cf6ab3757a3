/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_OVERFLOW_H
#define CONTEND_SHIM_OVERFLOW_H

/* Of counts that are small: no overflow is looked for. */
#define struct_size(p, member, n)	(sizeof(*(p)) + sizeof(*(p)->member) * (n))

#endif /* CONTEND_SHIM_OVERFLOW_H */
