/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_ANON_INODES_H
#define CONTEND_SHIM_ANON_INODES_H

#include <linux/fs.h>

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags);

#endif /* CONTEND_SHIM_ANON_INODES_H */
