/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the guest's init and the host's supervisor say to each other over the
 * one virtio-serial port.  A single ordered stream carries the output and the
 * verdict, so that an EXIT frame proves that all output before it arrived.
 */
#ifndef CONTEND_WIRE_H
#define CONTEND_WIRE_H

#include <stdint.h>

#define WIRE_PORT	"contend"
#define WIRE_MAX	65536	/* largest payload */

enum wire_type {
	/* guest to host */
	WIRE_READY = 1,		/* struct wire_ready: COMMAND starts now */
	WIRE_BEAT,		/* nothing: user space still runs */
	WIRE_OUT,		/* bytes of COMMAND's stdout, or of the shell's pty */
	WIRE_ERR,		/* bytes of its stderr */
	WIRE_EXIT,		/* struct wire_exit: the only way to pass */
	WIRE_FAIL,		/* text: init could not set the guest up */
	WIRE_PARK,		/* nothing: booted, waits for a job */
	/* host to guest */
	WIRE_IN,		/* bytes for the shell's pty; none: end of file */
	WIRE_WINSIZE,		/* struct wire_winsize */
	WIRE_DUMP,		/* nothing: log the stacks, the guest is to be killed */
	WIRE_JOB,		/* bytes of a job, to a parked guest; none: that was all */
	WIRE_SIGNAL,		/* struct wire_signal: for COMMAND and what it has started */
};

struct wire_head {
	uint32_t type;
	uint32_t len;		/* of the payload that follows */
};

struct wire_ready {
	uint64_t init_us;	/* kernel's uptime at init's first instruction */
	uint64_t ready_us;	/* and now */
};

struct wire_exit {
	uint32_t status;	/* as a shell says it: 128+n for a signal */
	uint32_t pad;
	uint64_t taint_before;	/* /proc/sys/kernel/tainted at READY */
	uint64_t taint_after;
};

struct wire_signal {
	uint32_t number;
	uint32_t pad;
};

struct wire_winsize {
	uint16_t rows, cols;
};

/* Marks on the console: only what stands between them is judged. */
#define WIRE_MARK_BEGIN	"contend: command begins"
#define WIRE_MARK_END	"contend: command ended"

#endif
