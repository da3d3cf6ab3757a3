/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_BITS_H
#define CONTEND_SHIM_BITS_H

#define BIT(n)	(1UL << (n))

#endif /* CONTEND_SHIM_BITS_H */
