/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_RBTREE_AUGMENTED_H
#define CONTEND_SHIM_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

#define rb_is_black(node)	((node)->shim_black)
#define rb_is_red(node)		(!rb_is_black(node))

#endif /* CONTEND_SHIM_RBTREE_AUGMENTED_H */
