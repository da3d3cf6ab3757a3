/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module in the program: the sources of kmod/ through the headers here. Its commands are
 * reached by functions that look like the system calls that lead to the other one.
 */
#ifndef CONTEND_SHIM_H
#define CONTEND_SHIM_H

/* A process has no descriptors from here on: the kernel's limit is lower (fs.nr_open). */
#define SHIM_FIRST_FD	(1 << 30)

int shim_open(unsigned int threads);
int shim_ioctl(int fd, unsigned int cmd, void *arg);
int shim_poll(int fd, short events, int ms);
int shim_close(int fd);
void shim_trace_begin(unsigned long most);
unsigned long shim_trace_end(void (*tell)(void *to, const char *line), void *to);

#endif /* CONTEND_SHIM_H */
