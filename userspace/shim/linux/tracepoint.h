/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_TRACEPOINT_H
#define CONTEND_SHIM_TRACEPOINT_H

/* No tracefs here: each event is a function that does nothing. */
#define TP_PROTO(...)	__VA_ARGS__
#define TP_ARGS(...)	__VA_ARGS__

#define TRACE_EVENT(_name, _proto, ...)			static inline void trace_##_name(_proto) { }
#define DECLARE_EVENT_CLASS(_name, _proto, ...)
#define DEFINE_EVENT(_class, _name, _proto, ...)	static inline void trace_##_name(_proto) { }

#endif /* CONTEND_SHIM_TRACEPOINT_H */
