/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_NOSPEC_H
#define CONTEND_SHIM_NOSPEC_H

/* In a program all is its own: there is nobody to keep a load from. */
#define array_index_nospec(index, size)	((void)(size), (index))

#endif /* CONTEND_SHIM_NOSPEC_H */
