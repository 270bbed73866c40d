/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM frontswap

#if !defined(_TRACE_FRONTSWAP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_FRONTSWAP_H

#include <linux/types.h>
#include <linux/tracepoint.h>

TRACE_EVENT(frontswap_register,

	TP_PROTO(const char *name, int priority, int ret),

	TP_ARGS(name, priority, ret),

	TP_STRUCT__entry(
		__string(name, name)
		__field(int, priority)
		__field(int, ret)
	),

	TP_fast_assign(
		__assign_str(name, name);
		__entry->priority = priority;
		__entry->ret = ret;
	),

	TP_printk("name=%s priority=%d ret=%d",
		  __get_str(name), __entry->priority, __entry->ret)
);

DECLARE_EVENT_CLASS(frontswap_area,

	TP_PROTO(const char *name, unsigned int type),

	TP_ARGS(name, type),

	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned int, type)
	),

	TP_fast_assign(
		__assign_str(name, name);
		__entry->type = type;
	),

	TP_printk("name=%s type=%u", __get_str(name), __entry->type)
);

DEFINE_EVENT(frontswap_area, frontswap_attach,
	TP_PROTO(const char *name, unsigned int type),
	TP_ARGS(name, type));

DEFINE_EVENT(frontswap_area, frontswap_detach,
	TP_PROTO(const char *name, unsigned int type),
	TP_ARGS(name, type));

DECLARE_EVENT_CLASS(frontswap_page,

	TP_PROTO(const char *name, unsigned int type, pgoff_t offset, int ret),

	TP_ARGS(name, type, offset, ret),

	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned int, type)
		__field(pgoff_t, offset)
		__field(int, ret)
	),

	TP_fast_assign(
		__assign_str(name, name);
		__entry->type = type;
		__entry->offset = offset;
		__entry->ret = ret;
	),

	TP_printk("name=%s type=%u offset=%lu ret=%d", __get_str(name),
		  __entry->type, __entry->offset, __entry->ret)
);

DEFINE_EVENT(frontswap_page, frontswap_store,
	TP_PROTO(const char *name, unsigned int type, pgoff_t offset, int ret),
	TP_ARGS(name, type, offset, ret));

DEFINE_EVENT(frontswap_page, frontswap_load,
	TP_PROTO(const char *name, unsigned int type, pgoff_t offset, int ret),
	TP_ARGS(name, type, offset, ret));

TRACE_EVENT(frontswap_invalidate,

	TP_PROTO(const char *name, unsigned int type, pgoff_t offset),

	TP_ARGS(name, type, offset),

	TP_STRUCT__entry(
		__string(name, name)
		__field(unsigned int, type)
		__field(pgoff_t, offset)
	),

	TP_fast_assign(
		__assign_str(name, name);
		__entry->type = type;
		__entry->offset = offset;
	),

	TP_printk("name=%s type=%u offset=%lu",
		  __get_str(name), __entry->type, __entry->offset)
);

#endif /* _TRACE_FRONTSWAP_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
