/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_TRACEPOINT_H
#define CONTEND_SHIM_TRACEPOINT_H

/*
 * No tracefs here: while shim_trace_begin() wants them, each thread keeps its events in memory of
 * its own, and shim_trace_end() tells them as tracefs would. trace/define_trace.h has the functions
 * that do.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

/* Of a string in an event, what is kept. */
#define SHIM_TRACE_STRING	96

/* What an event says, from what was kept of it. */
typedef int (*shim_print_fn)(const void *entry, char *line, size_t size);

extern bool shim_tracing;

void *shim_trace_entry(const char *event, shim_print_fn print, size_t size);
void shim_trace_done(void);
void shim_trace_waking(pid_t pid);

#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)		__VA_ARGS__
#define TP_STRUCT__entry(...)	__VA_ARGS__
#define TP_fast_assign(...)	__VA_ARGS__
#define TP_printk(...)		__VA_ARGS__

#define __field(type, name)		type name;
#define __string(name, from)		char name[SHIM_TRACE_STRING];
#define __assign_str(name, from)	strscpy(__entry->name, from, SHIM_TRACE_STRING)
#define __get_str(name)			(__entry->name)

#define DECLARE_EVENT_CLASS(_class, _proto, _args, _entry, _assign, ...)	\
	struct trace_entry_##_class { _entry };					\
	void shim_trace_##_class(const char *event, _proto);

#define DEFINE_EVENT(_class, _name, _proto, _args)				\
	static inline void trace_##_name(_proto)				\
	{									\
		if (unlikely(READ_ONCE(shim_tracing)))				\
			shim_trace_##_class(#_name, _args);			\
	}

#define TRACE_EVENT(_name, _proto, _args, _entry, _assign, ...)			\
	DECLARE_EVENT_CLASS(_name, TP_PROTO(_proto), TP_ARGS(_args),		\
			    TP_STRUCT__entry(_entry), TP_fast_assign(_assign), __VA_ARGS__) \
	DEFINE_EVENT(_name, _name, TP_PROTO(_proto), TP_ARGS(_args))

#endif /* CONTEND_SHIM_TRACEPOINT_H */
