/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's init_user_ns, of which linux/capability.h asks nothing. */
