/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_FILE_H
#define CONTEND_SHIM_FILE_H

#include <fcntl.h>
#include <linux/fs.h>

int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *file);
void fput(struct file *file);

#endif /* CONTEND_SHIM_FILE_H */
