/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM frontswap

#if !defined(_TRACE_FRONTSWAP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_FRONTSWAP_H

#include <linux/module.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(frontswap_backend,

	TP_PROTO(const char *name, int priority, int ret),

	TP_ARGS(name, priority, ret),

	TP_STRUCT__entry(
		__array(char, name, MODULE_NAME_LEN)
		__field(int, priority)
		__field(int, ret)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, MODULE_NAME_LEN);
		__entry->priority = priority;
		__entry->ret = ret;
	),

	TP_printk("name=%s priority=%d ret=%d",
		  __entry->name, __entry->priority, __entry->ret)
);

/* ret: 0 or the error of a rejected registration */
DEFINE_EVENT(frontswap_backend, frontswap_register,
	TP_PROTO(const char *name, int priority, int ret),
	TP_ARGS(name, priority, ret));

/* ret: 0, or the error that keeps the backend registered */
DEFINE_EVENT(frontswap_backend, frontswap_unregister,
	TP_PROTO(const char *name, int priority, int ret),
	TP_ARGS(name, priority, ret));

DECLARE_EVENT_CLASS(frontswap_area,

	TP_PROTO(const char *name, unsigned int type),

	TP_ARGS(name, type),

	TP_STRUCT__entry(
		__array(char, name, MODULE_NAME_LEN)
		__field(unsigned int, type)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, MODULE_NAME_LEN);
		__entry->type = type;
	),

	TP_printk("name=%s type=%u", __entry->name, __entry->type)
);

DEFINE_EVENT(frontswap_area, frontswap_area_attach,
	TP_PROTO(const char *name, unsigned int type),
	TP_ARGS(name, type));

DEFINE_EVENT(frontswap_area, frontswap_area_detach,
	TP_PROTO(const char *name, unsigned int type),
	TP_ARGS(name, type));

/* pages: held when the drain begins, left when the drain has ended */
DECLARE_EVENT_CLASS(frontswap_drain,

	TP_PROTO(const char *name, unsigned long pages, int ret),

	TP_ARGS(name, pages, ret),

	TP_STRUCT__entry(
		__array(char, name, MODULE_NAME_LEN)
		__field(unsigned long, pages)
		__field(int, ret)
	),

	TP_fast_assign(
		strscpy(__entry->name, name, MODULE_NAME_LEN);
		__entry->pages = pages;
		__entry->ret = ret;
	),

	TP_printk("name=%s pages=%lu ret=%d",
		  __entry->name, __entry->pages, __entry->ret)
);

DEFINE_EVENT(frontswap_drain, frontswap_drain_begin,
	TP_PROTO(const char *name, unsigned long pages, int ret),
	TP_ARGS(name, pages, ret));

DEFINE_EVENT(frontswap_drain, frontswap_drain_end,
	TP_PROTO(const char *name, unsigned long pages, int ret),
	TP_ARGS(name, pages, ret));

DECLARE_EVENT_CLASS(frontswap_page,

	TP_PROTO(const char *name, unsigned long slot, int ret),

	TP_ARGS(name, slot, ret),

	TP_STRUCT__entry(
		__array(char, name, MODULE_NAME_LEN)
		__field(unsigned int, type)
		__field(pgoff_t, offset)
		__field(int, ret)
	),

	TP_fast_assign(
		swp_entry_t swap = { .val = slot };

		strscpy(__entry->name, name, MODULE_NAME_LEN);
		__entry->type = swp_type(swap);
		__entry->offset = swp_offset(swap);
		__entry->ret = ret;
	),

	TP_printk("name=%s type=%u offset=%lu ret=%d", __entry->name,
		  __entry->type, __entry->offset, __entry->ret)
);

DEFINE_EVENT(frontswap_page, frontswap_store,
	TP_PROTO(const char *name, unsigned long slot, int ret),
	TP_ARGS(name, slot, ret));

DEFINE_EVENT(frontswap_page, frontswap_load,
	TP_PROTO(const char *name, unsigned long slot, int ret),
	TP_ARGS(name, slot, ret));

TRACE_EVENT(frontswap_invalidate,

	TP_PROTO(const char *name, unsigned long slot),

	TP_ARGS(name, slot),

	TP_STRUCT__entry(
		__array(char, name, MODULE_NAME_LEN)
		__field(unsigned int, type)
		__field(pgoff_t, offset)
	),

	TP_fast_assign(
		swp_entry_t swap = { .val = slot };

		strscpy(__entry->name, name, MODULE_NAME_LEN);
		__entry->type = swp_type(swap);
		__entry->offset = swp_offset(swap);
	),

	TP_printk("name=%s type=%u offset=%lu",
		  __entry->name, __entry->type, __entry->offset)
);

#endif /* _TRACE_FRONTSWAP_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
