/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frontswap_compress: a frontswap backend that keeps pages compressed in RAM
 *
 * A page is compressed into a zsmalloc pool. A page of a single repeated word
 * takes no memory of the pool. A page that does not compress well is stored as it
 * is while the pool is far from its limit, and rejected otherwise. The index of
 * each type describes the slots, see compress_index.h. When the pool is at its
 * limit, and when memory is short, the oldest pages are written to the swap
 * device by frontswap_evict(), in a work item.
 *
 * Locks. A slot needs none: the core never makes two calls for one slot at
 * once. The stream of a CPU is used under its local lock, with preemption
 * disabled, so nothing sleeps between the compressor and the pool. The spinlock
 * of an index protects the structure and nests inside the locks of swap, since
 * invalidate_page() takes the spinlock. The mutex of an index serialises walks
 * over all slots, and is not held over frontswap_evict(). evict_lock serialises
 * runs of write-back, of the worker and of requests, and nests outside.
 *
 * Limit, clock and worker. A store compares the pool with the limit, and queues
 * the worker when the pool is full. The worker compacts, and writes back the
 * oldest generations until the pool is at the threshold. The clock advances by
 * stores, and by requests with an age, but not by time: an idle machine does not
 * age its pages. The shrinker only adds to nr_to_writeback and queues the worker,
 * because shrinkers must not wait for I/O of the swap device.
 */
#ifndef _FRONTSWAP_COMPRESS_H
#define _FRONTSWAP_COMPRESS_H

#include <linux/frontswap.h>
#include <linux/percpu.h>
#include <linux/swap.h>
#include <linux/zsmalloc.h>

#include "../frontswap_compat.h"
#include "compress_comp.h"
#include "compress_index.h"
#include "compress_limit.h"

/*
 * Minimum size of a page that is written back: each costs a write of a whole page.
 * At the limit, a rejected store costs a write as well. When memory is short, two
 * writes per page of memory are the maximum.
 */
#define MIN_SIZE_LIMIT	(PAGE_SIZE / 8)
#define MIN_SIZE_SHRINK	(PAGE_SIZE / 2)

enum compress_counter {
	STORED_PAGES,
	SAME_FILLED_PAGES,
	COMPRESSED_BYTES,
	BULKY_BYTES,
	INCOMPRESSIBLE_PAGES,
	REJECT_COMPRESS_POOR,
	REJECT_UNTRIED,
	REJECT_ALLOC_FAIL,
	REJECT_LIMIT,
	REJECT_MEMCG,
	WRITTEN_BACK_PAGES,
	DECOMPRESS_ERRORS,
	NR_COUNTERS,
};

struct compress_stats {
	long value[NR_COUNTERS];
	unsigned int ticks;
	unsigned int poor;	/* incompressible pages in a row */
	unsigned int sampled;	/* counts pages, to try every n-th */
	unsigned int misled;	/* failed attempts that did not look random */
	unsigned int rejected;	/* because of a full pool */
};

DECLARE_PER_CPU(struct compress_stats, compress_stats);
extern struct zs_pool *compress_pool;
extern struct compress_index compress_slots[MAX_SWAPFILES];
extern struct compress_limit compress_limit;
extern struct compress_gen_clock compress_clock;
extern bool compress_exclusive;	/* loaded pages leave the pool */
extern bool compress_writeback_enabled;
extern bool compress_demote_enabled;
extern unsigned int compress_writeback_rate;
extern unsigned int compress_max_age;
extern const struct frontswap_ops compress_ops;

static __always_inline void compress_stat_add(enum compress_counter counter,
					      long n)
{
	this_cpu_add(compress_stats.value[counter], n);
}

static __always_inline void compress_set_exclusive(unsigned long pages)
{
	bool leave = pages >= READ_ONCE(compress_limit.exclusive);

	if (unlikely(leave != READ_ONCE(compress_exclusive)))
		WRITE_ONCE(compress_exclusive, leave);
}

static inline unsigned long compress_pool_pages(void)
{
	return zs_get_total_pages(compress_pool);
}

static inline unsigned long compress_pool_bytes(void)
{
	return compress_pool_pages() << PAGE_SHIFT;
}

static inline bool compress_pool_full(void)
{
	return !compress_limit_admits(&compress_limit, compress_pool_pages());
}

/* compress.c: stores, loads and invalidates */
unsigned long compress_stat_sum(enum compress_counter counter);
void compress_fault_setup(void);
void compress_fault_remove(void);

/* compress_writeback.c: the worker, the shrinker, requests */
bool compress_in_backoff(void);
bool compress_compact_due(void);
void compress_queue_worker(void);
void compress_end_backoff(void);
int compress_compact_request(void);
int compress_writeback_request(char *request);
void compress_age_changed(void);
int compress_writeback_setup(void);
void compress_writeback_remove(void);

/* compress_sysfs.c: parameters and files */
void compress_set_limit(void);
void compress_params_live(bool live);
const char *compress_default(void);
void compress_sysfs_notify_full(void);
int compress_sysfs_add(void);
void compress_sysfs_remove(void);

#endif /* _FRONTSWAP_COMPRESS_H */
