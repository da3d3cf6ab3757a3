/* SPDX-License-Identifier: GPL-2.0 */
/* The functions of linux/tracepoint.h, in the one file that makes them: the events once more. */
#ifdef CREATE_TRACE_POINTS
#undef CREATE_TRACE_POINTS
#define TRACE_HEADER_MULTI_READ

#undef DECLARE_EVENT_CLASS
#define DECLARE_EVENT_CLASS(_class, _proto, _args, _entry, _assign, ...)	\
	static int shim_print_##_class(const void *kept, char *line, size_t size) \
	{									\
		const struct trace_entry_##_class *__entry = kept;		\
										\
		return scnprintf(line, size, __VA_ARGS__);			\
	}									\
										\
	void shim_trace_##_class(const char *event, _proto)			\
	{									\
		struct trace_entry_##_class *__entry =				\
			shim_trace_entry(event, shim_print_##_class, sizeof(*__entry)); \
										\
		if (!__entry)							\
			return;							\
		_assign;							\
		shim_trace_done();						\
	}

#undef DEFINE_EVENT
#define DEFINE_EVENT(...)

#include "trace.h"

#undef TRACE_HEADER_MULTI_READ
#endif
