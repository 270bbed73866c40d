// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core costs per call, with a backend that does nothing. Only in kernels
 * that are built to be measured; runs at boot if there is frontswap_micro=SLOTS.
 *
 * It is no module, as the functions behind the hooks are not exported. Its body is
 * hot and not __init: such code is built without retpolines, and gcc makes the
 * hooks functions where it thinks that they are seldom called.
 */
#include <linux/frontswap.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/vmalloc.h>
#include <asm/tsc.h>

#define TYPE	5
#define ROUNDS	3

static unsigned int slots;
static struct page *page;
static u64 clock;
static volatile int answer;
static int sink;

static void null_init(unsigned int type)
{
}

static noinline int null_store(unsigned int type, pgoff_t offset,
			       struct page *page)
{
	return answer;
}

static noinline int null_load(unsigned int type, pgoff_t offset,
			      struct page *page)
{
	return answer;
}

static noinline void null_invalidate_page(unsigned int type, pgoff_t offset)
{
	barrier();
}

static void null_invalidate_area(unsigned int type)
{
}

/* QEMU's plugin knows these two by their addresses. */
void frontswap_micro_begin(void);
void frontswap_micro_end(void);

noinline void frontswap_micro_begin(void)
{
	barrier();
}

noinline void frontswap_micro_end(void)
{
	barrier();
}

static void window_begin(void)
{
	clock = rdtsc_ordered();
	frontswap_micro_begin();
}

static void window_end(const char *name, unsigned int n)
{
	frontswap_micro_end();
	clock = rdtsc_ordered() - clock;
	pr_emerg("W micro:%s %u %llu\n", name, n, clock);
}

#define hook_store(page)						\
	(static_branch_unlikely(&KEY) ? __frontswap_store(page) : -1)
#define hook_load(page)							\
	(static_branch_unlikely(&KEY) ? __frontswap_load(page) : -1)
#define hook_invalidate(type, offset)					\
do {									\
	if (static_branch_unlikely(&KEY))				\
		__frontswap_invalidate_page(type, offset);		\
} while (0)

static const struct frontswap_ops null_ops;

#ifdef FRONTSWAP_DIRECT_LOAD
#include "frontswap_micro-ours.h"
#else
#include "frontswap_micro-stock.h"
#endif

static const struct frontswap_ops null_ops = {
	.init = null_init,
	.store = null_store,
	.load = null_load,
	.invalidate_page = null_invalidate_page,
	.invalidate_area = null_invalidate_area,
	NULL_FLAGS
};

static void name_slot(unsigned int slot)
{
	set_page_private(page, swp_entry(TYPE, slot).val);
}

static void rearm(void)
{
	__SetPageLocked(page);
	ClearPageUptodate(page);
}

static void empty(void)
{
	unsigned int i;

	for (i = 0; i < slots; i++)
		hook_invalidate(TYPE, i);
}

static void fill(void)
{
	int was = answer;
	unsigned int i;

	answer = 0;
	for (i = 0; i < slots; i++) {
		name_slot(i);
		hook_store(page);
	}
	answer = was;
}

/* BEFORE is not counted; it is done again for each round. */
#define MEASURE(name, before, what)					\
do {									\
	unsigned int i, round;						\
	unsigned long flags;						\
									\
	for (round = 0; round < ROUNDS; round++) {			\
		before;							\
		local_irq_save(flags);					\
		window_begin();						\
		for (i = 0; i < slots; i++) {				\
			what;						\
			barrier();					\
		}							\
		local_irq_restore(flags);				\
		window_end(name, slots);				\
	}								\
} while (0)

/* What a hook's result costs when there is no hook. */
static __always_inline int no_hook(void)
{
	int result = -1;

	asm volatile("" : "+r" (result));
	return result;
}

static __always_inline void measure_idle(void)
{
	MEASURE("loop", , );
	MEASURE("loop-name", , name_slot(i); sink += no_hook());
	MEASURE("loop-rearm", , name_slot(i); rearm(); sink += no_hook());
	MEASURE("off-store", , name_slot(i); sink += hook_store(page));
	MEASURE("off-load", , name_slot(i); sink += hook_load(page));
	MEASURE("off-invalidate", , hook_invalidate(TYPE, i));
	MEASURE("complete", , name_slot(i); rearm(); SetPageUptodate(page);
		unlock_page(page); sink += no_hook());
}

static __always_inline void measure_null(void)
{
	answer = 0;
	MEASURE("store", empty(), name_slot(i); sink += hook_store(page));
	MEASURE("store-again", fill(), name_slot(i); sink += hook_store(page));
	MEASURE("load", fill(), name_slot(i); rearm();
		sink += load_and_complete(page));
	MEASURE("load-miss", empty(), name_slot(i); sink += hook_load(page));
	MEASURE("invalidate", fill(), hook_invalidate(TYPE, i));
	MEASURE("invalidate-miss", empty(), hook_invalidate(TYPE, i));
	answer = -1;
	MEASURE("refused", empty(), name_slot(i); sink += hook_store(page));
	MEASURE("refused-again", fill(), name_slot(i); sink += hook_store(page));
	answer = 0;
}

static noinline __attribute__((hot)) void measure(void)
{
	measure_idle();
	if (frontswap_register_ops(&null_ops)) {
		pr_emerg("ERROR micro: the backend was not registered\n");
		return;
	}
	fill();
	rearm();
	load_and_complete(page);
	if (PageLocked(page) || !PageUptodate(page)) {
		pr_emerg("ERROR micro: the page was not completed\n");
		return;
	}
	measure_null();
	empty();
	register_more();
}

static int __init set_slots(char *value)
{
	return !kstrtouint(value, 0, &slots);
}
__setup("frontswap_micro=", set_slots);

static int __init run(void)
{
	if (!slots)
		return 0;
	page = alloc_page(GFP_KERNEL);
	if (!page || prepare(TYPE, slots)) {
		pr_emerg("ERROR micro: no memory\n");
		return 0;
	}
	__SetPageLocked(page);
	measure();
	return 0;
}
late_initcall(run);
