// SPDX-License-Identifier: GPL-2.0-only
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
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crypto.h>
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/frontswap.h>
#include <linux/highmem.h>
#include <linux/kobject.h>
#include <linux/local_lock.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/swap.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>
#include <linux/zsmalloc.h>

#include "../frontswap_compat.h"
#include "compress_comp.h"
#include "compress_index.h"
#include "compress_limit.h"

#define POOL_GFP	(INDEX_GFP | __GFP_HIGHMEM | __GFP_MOVABLE)
#define WRITEBACK_BATCH		32U	/* writes in flight in the core */
#define MAX_FAILED_BATCHES	8	/* then skip the area for this run */
#define WRITEBACK_ROUND		256UL	/* pages per check of the pool */
#define PROTECTED_GENERATIONS	GENERATIONS	/* from the shrinker */

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

static DEFINE_PER_CPU(struct compress_stats, stats);

static struct zs_pool *pool;
static struct compress_index slots[MAX_SWAPFILES];
static struct compress_limit limit;
static struct compress_gen_clock clock;
static bool exclusive;	/* loaded pages leave the pool */

static __always_inline void compress_stat_add(enum compress_counter counter,
					      long n)
{
	this_cpu_add(stats.value[counter], n);
}

static unsigned long compress_stat_sum(enum compress_counter counter)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&stats, cpu)->value[counter]);
	return max(sum, 0L);
}

static unsigned long compress_pool_bytes(void)
{
	return zs_get_total_pages(pool) << PAGE_SHIFT;
}

/* Control groups: pages are charged in the same way as by zswap */

#if defined(FRONTSWAP_HAS_OBJCG) && defined(CONFIG_ZSWAP)
static void compress_objcg_charge(struct obj_cgroup *objcg, unsigned int bytes)
{
	obj_cgroup_charge_zswap(objcg, bytes);
}

static void compress_objcg_uncharge(struct obj_cgroup *objcg,
				    unsigned int bytes)
{
	obj_cgroup_uncharge_zswap(objcg, bytes);
}
#elif defined(FRONTSWAP_HAS_OBJCG)
/* Charging cannot fail in reclaim. */
static void compress_objcg_charge(struct obj_cgroup *objcg, unsigned int bytes)
{
	if (bytes)
		WARN_ON_ONCE(obj_cgroup_charge(objcg, GFP_KERNEL, bytes));
}

static void compress_objcg_uncharge(struct obj_cgroup *objcg,
				    unsigned int bytes)
{
	if (bytes)
		obj_cgroup_uncharge(objcg, bytes);
}
#else
static void compress_objcg_charge(struct obj_cgroup *objcg, unsigned int bytes)
{
}

static void compress_objcg_uncharge(struct obj_cgroup *objcg,
				    unsigned int bytes)
{
}
#endif

/* Return false if the group may not store more. A page of a drain has no objcg. */
static __always_inline bool compress_objcg_get(struct page *page,
					       struct obj_cgroup **objcg)
{
	*objcg = frontswap_page_objcg(page);
	if (!*objcg)
		return true;
	if (likely(obj_cgroup_may_zswap(*objcg) && compress_objcg_fits(*objcg)))
		return true;
	obj_cgroup_put(*objcg);
	return false;
}

#ifdef FRONTSWAP_HAS_OBJCG
/* Whether the memory of the page's control group, or of an ancestor, is limited */
static bool compress_memcg_limited(struct page *page)
{
	struct obj_cgroup *objcg = frontswap_page_objcg(page);
	struct mem_cgroup *memcg;

	if (!objcg)
		return false;
	rcu_read_lock();
	memcg = obj_cgroup_memcg(objcg);
	while (memcg && READ_ONCE(memcg->memory.max) == PAGE_COUNTER_MAX &&
	       READ_ONCE(memcg->memory.high) == PAGE_COUNTER_MAX)
		memcg = parent_mem_cgroup(memcg);
	rcu_read_unlock();
	obj_cgroup_put(objcg);
	return memcg;
}
#else
static bool compress_memcg_limited(struct page *page)
{
	return false;
}
#endif

/* Convert the size in an entry to bytes in the pool. */
static __always_inline unsigned int compress_pool_size(unsigned int size)
{
	if (size < SIZE_WHOLE)
		return size;
	return size == SIZE_WHOLE ? PAGE_SIZE : 0;
}

/* Same-filled pages */

/* Compare the last word first: many pages only begin with equal words. */
static __always_inline bool compress_same_filled(const unsigned long *p)
{
	const unsigned long *end = p + PAGE_SIZE / sizeof(*p);
	unsigned long word = *p;

	if (likely(end[-1] != word))
		return false;
	for (; p < end; p += 8) {
		if (p[0] != word || p[1] != word || p[2] != word ||
		    p[3] != word || p[4] != word || p[5] != word ||
		    p[6] != word || p[7] != word)
			return false;
	}
	return true;
}

static void compress_fill_same(void *page, unsigned long word)
{
	memset_l(page, word, PAGE_SIZE / sizeof(word));
}

/* Write-back, and before each run: folding ages, compaction */

static bool writeback = true;
static unsigned int writeback_rate;
static struct compress_budget budget;
static atomic_long_t nr_to_writeback;	/* requested by the shrinker */
static unsigned long backoff_until;
static unsigned long waste_left;	/* bytes, after the last compaction */
static bool was_full;
static unsigned long was_rejected;
static DEFINE_MUTEX(evict_lock);	/* budget, waste_left, was_*, ages */
static struct workqueue_struct *wq;
static struct kobject *kobj;
static const struct frontswap_ops compress_ops;

static void compress_writeback(struct work_struct *unused);
static DECLARE_WORK(writeback_work, compress_writeback);

static void compress_set_limit(void);

/* A run that ends above the threshold, or early, is followed by a pause. */
static bool compress_in_backoff(void)
{
	return time_before(jiffies, READ_ONCE(backoff_until));
}

static void compress_queue_writeback(void)
{
	if (!compress_in_backoff())
		queue_work(wq, &writeback_work);
}

static u64 compress_all_ages(void)
{
	u64 ages = 0;
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++) {
		mutex_lock(&slots[type].walk);
		ages |= compress_index_ages(&slots[type]);
		mutex_unlock(&slots[type].walk);
	}
	return ages;
}

/* Must not run while pages are collected by age. */
static void compress_fold_ages(void)
{
	unsigned long now = READ_ONCE(clock.now);
	int type;

	lockdep_assert_held(&evict_lock);
	for (type = 0; type < MAX_SWAPFILES; type++) {
		mutex_lock(&slots[type].walk);
		compress_index_fold(&slots[type], now, clock.folded);
		mutex_unlock(&slots[type].walk);
	}
	WRITE_ONCE(clock.folded, now);
}

/* Bytes of the pool without data: holes, and rounding to size classes. */
static unsigned long compress_wasted_bytes(void)
{
	unsigned long total = compress_pool_bytes();

	return total - min(compress_stat_sum(COMPRESSED_BYTES), total);
}

/*
 * The space of a freed page is usable only for pages of about the same size, until
 * compaction. Some waste remains after compaction, so compare with the waste at
 * that time.
 */
static bool compress_compact_due(void)
{
	return compress_wasted_bytes() >
	       READ_ONCE(waste_left) + compress_pool_bytes() / 16;
}

static void compress_compact(void)
{
	lockdep_assert_held(&evict_lock);
	zs_compact(pool);
	WRITE_ONCE(waste_left, compress_wasted_bytes());
}

/**
 * struct compress_eviction - one run of write-back
 * @wanted: Number of pages to write back.
 * @done: Number of pages written back.
 * @keep: Number of youngest generations to skip.
 * @min_size: Minimum size in the pool.
 * @timed: Skip pages younger than @age.
 * @age: Minimum age in jiffies.
 * @group: Control group, or NULL for all.
 * @generation: Generation at which the next round continues.
 * @type: Swap type at which the next round continues.
 * @next: Offset at which the next round continues.
 * @failed: Number of successive batches without a single page written.
 * @closed: Types that cannot be written to.
 * @error: Error of the core that ends the run.
 */
struct compress_eviction {
	unsigned long wanted;
	unsigned long done;
	unsigned int keep;
	unsigned int min_size;
	bool timed;
	unsigned long age;
	struct cgroup *group;
	unsigned long generation;
	unsigned int type;
	unsigned long next;
	unsigned int failed;
	DECLARE_BITMAP(closed, MAX_SWAPFILES);
	int error;
};

#ifdef FRONTSWAP_HAS_OBJCG
/* Whether the page belongs to @group and may be written to a device. */
static bool compress_may_write_back(u64 meta, const void *group)
{
	struct obj_cgroup *objcg = compress_entry_objcg(meta);
	struct mem_cgroup *memcg;

	if (!objcg)
		return !group;
	memcg = obj_cgroup_memcg(objcg);
	if (!frontswap_memcg_may_writeback(memcg))
		return false;
	return !group || cgroup_is_descendant(memcg->css.cgroup,
					      (struct cgroup *)group);
}
#else
static bool compress_may_write_back(u64 meta, const void *group)
{
	return !group;
}
#endif

static bool compress_evict_batch(struct compress_eviction *ev,
				 unsigned int type, const pgoff_t *offsets,
				 unsigned int n)
{
	int ret = frontswap_evict(&compress_ops, type, offsets, n);

	if (ret > 0) {
		ev->done += ret;
		ev->failed = 0;
		compress_stat_add(WRITTEN_BACK_PAGES, ret);
	} else if (ret == -EOPNOTSUPP ||
		   (ret == -EIO && ++ev->failed == MAX_FAILED_BATCHES)) {
		__set_bit(type, ev->closed);
		ev->failed = 0;
		return false;
	} else if (ret < 0 && ret != -EIO) {
		ev->error = ret;
		return false;
	}
	return ev->done < ev->wanted;
}

static void compress_evict_type(struct compress_eviction *ev, unsigned int age)
{
	const struct compress_query query = {
		.age = age,
		.busy = READ_ONCE(clock.now) % NR_AGES,
		.min_size = ev->min_size,
		.wanted = compress_may_write_back,
		.arg = ev->group,
	};
	struct compress_index *ix = &slots[ev->type];
	pgoff_t offsets[WRITEBACK_BATCH];
	unsigned int n;

	do {
		mutex_lock(&ix->walk);
		n = compress_index_collect(ix, &ev->next, &query, offsets,
					   min_t(unsigned long, WRITEBACK_BATCH,
						 ev->wanted - ev->done));
		mutex_unlock(&ix->walk);
	} while (n && compress_evict_batch(ev, ev->type, offsets, n));
}

static void compress_evict_continue_at(struct compress_eviction *ev,
				       unsigned long generation)
{
	if (ev->generation == generation)
		return;
	ev->generation = generation;
	ev->type = 0;
	ev->next = 0;
}

/* Return true if the run is complete. */
static bool compress_evict_age(struct compress_eviction *ev, unsigned int age)
{
	for (; ev->type < MAX_SWAPFILES; ev->type++, ev->next = 0) {
		if (test_bit(ev->type, ev->closed))
			continue;
		compress_evict_type(ev, age);
		if (ev->error || ev->done >= ev->wanted)
			return true;
	}
	return false;
}

/*
 * Write back the oldest pages first. Each round continues where the previous
 * round has ended; after the youngest generation, with the oldest again.
 */
static void compress_evict(struct compress_eviction *ev)
{
	unsigned long now = READ_ONCE(clock.now);
	u64 ages = compress_all_ages();
	long back;

	lockdep_assert_held(&evict_lock);
	for (back = min(NR_AGES - 2UL, now - ev->generation);
	     back >= (long)ev->keep; back--) {
		if (!(ages & BIT_ULL(compress_gen_age(now, back))))
			continue;
		if (ev->timed && !compress_gen_ended_by(&clock, now, back,
							jiffies - ev->age))
			break;
		compress_evict_continue_at(ev, now - back);
		if (compress_evict_age(ev, compress_gen_age(now, back)))
			return;
	}
	compress_evict_continue_at(ev, 0);
}

/* Write back within the budget. Return false if no page was moved. */
static bool compress_evict_round(struct compress_eviction *ev,
				 unsigned long pages)
{
	unsigned long before = ev->done;

	pages = compress_budget_get(&budget, READ_ONCE(writeback_rate), pages,
				    jiffies);
	ev->wanted = before + pages;
	if (pages)
		compress_evict(ev);
	compress_budget_put(&budget, ev->wanted - min(ev->done, ev->wanted));
	if (ev->done > before)
		compress_compact();
	return ev->done > before;
}

/* Estimate the number of pages that amount to @excess pages of memory. */
static unsigned long compress_pages_of_excess(unsigned long excess)
{
	unsigned long total = max(zs_get_total_pages(pool), 1UL);
	unsigned long pages = compress_stat_sum(STORED_PAGES) -
			      compress_stat_sum(SAME_FILLED_PAGES);

	return clamp(mult_frac(pages, min(excess, total), total),
		     WRITEBACK_BATCH + 0UL, WRITEBACK_ROUND);
}

static bool compress_evict_excess(unsigned long excess)
{
	struct compress_eviction ev = { .min_size = MIN_SIZE_LIMIT };

	return compress_evict_round(&ev, compress_pages_of_excess(excess));
}

static bool compress_evict_for_shrinker(unsigned long pages)
{
	struct compress_eviction ev = {
		.keep = PROTECTED_GENERATIONS,
		.min_size = MIN_SIZE_SHRINK,
	};
	bool moved = compress_evict_round(&ev, pages);

	if (moved)
		atomic_long_sub(pages, &nr_to_writeback);
	return moved;
}

/* Return true if more is left to do. @begun: the pool was at the limit. */
static bool compress_writeback_round(bool *begun)
{
	unsigned long excess =
		compress_limit_excess(&limit, zs_get_total_pages(pool), *begun);
	unsigned long n;

	*begun = excess;
	WRITE_ONCE(waste_left, min(waste_left, compress_wasted_bytes()));
	if (excess && compress_compact_due()) {
		compress_compact();
		return true;
	}
	if (!READ_ONCE(writeback))
		return false;
	if (excess)
		return compress_evict_excess(excess);
	n = min_t(unsigned long, atomic_long_read(&nr_to_writeback),
		  WRITEBACK_ROUND);
	return n && compress_evict_for_shrinker(n);
}

/* The pool may have been full and have drained since the last notification. */
static void compress_notify_full(void)
{
	unsigned long rejected = compress_stat_sum(REJECT_LIMIT);
	bool full = !compress_limit_admits(&limit, zs_get_total_pages(pool));

	if (full == was_full && rejected == was_rejected)
		return;
	was_full = full;
	was_rejected = rejected;
	sysfs_notify(kobj, NULL, "full");
}

static void compress_writeback(struct work_struct *unused)
{
	bool begun = false, more;

	mutex_lock(&evict_lock);
	do {
		if (compress_gen_fold_due(&clock))
			compress_fold_ages();
		compress_set_limit();
		compress_notify_full();
		more = compress_writeback_round(&begun);
		cond_resched();
	} while (more);
	if (begun || atomic_long_read(&nr_to_writeback) > 0)
		WRITE_ONCE(backoff_until, jiffies + HZ / 2);
	atomic_long_set(&nr_to_writeback, 0);
	mutex_unlock(&evict_lock);
}

/* Callbacks */

static noinline void compress_tick(void)
{
	if (!compress_gen_tick(&clock))
		return;
	compress_gen_set_length(&clock, compress_stat_sum(STORED_PAGES));
	if (compress_gen_fold_due(&clock))
		queue_work(wq, &writeback_work);
}

static void compress_pool_write(unsigned long handle, const void *from,
				size_t bytes)
{
	memcpy(zs_map_object(pool, handle, ZS_MM_WO), from, bytes);
	zs_unmap_object(pool, handle);
}

/* After this number of incompressible pages in a row, more are likely. */
#define POOR_RUN	8
#define MISLED_RUN	64
#define POOR_SAMPLE	65	/* odd: kinds of pages may alternate */

/*
 * Count the different values of 64 bytes of the page: about 57 in random data, not
 * half as many in text or code. The step is odd, so that each byte of the words of
 * a page is sampled.
 */
static bool compress_looks_random(const u8 *page)
{
	unsigned int i, different = 0;
	bool seen[256] = {};

	for (i = 0; i < PAGE_SIZE; i += PAGE_SIZE / 64 - 1) {
		different += !seen[page[i]];
		seen[page[i]] = true;
	}
	return different >= 50;
}

/*
 * A failed attempt to compress a page costs as much as a success, at each swap-out.
 * In a flood of such pages, try only a sample of the pages that look random, and
 * of all pages after too many failed attempts with the others. The first page that
 * compresses ends the flood.
 */
static noinline bool compress_sample_poor(const void *page)
{
	if (this_cpu_read(stats.misled) < MISLED_RUN &&
	    !compress_looks_random(page)) {
		this_cpu_inc(stats.misled);
		return true;
	}
	return !(this_cpu_inc_return(stats.sampled) % POOR_SAMPLE);
}

static __always_inline bool compress_worth_trying(const void *page)
{
	return likely(this_cpu_read(stats.poor) < POOR_RUN) ||
	       compress_sample_poor(page);
}

/*
 * Compress into the pool. Preemption is disabled from the compressor to the pool,
 * so the allocation must not sleep. Return the size or an error.
 */
static __always_inline int compress_pool_add(const void *page, unsigned int nr,
					     unsigned long *handle)
{
	struct compress_stream __percpu *streams = compress_comps[nr]->streams;
	unsigned int size = compress_comps[nr]->dlen;
	struct compress_stream *s;
	int ret;

	local_lock(&streams->lock);
	s = this_cpu_ptr(streams);
	ret = crypto_comp_compress(s->tfm, page, PAGE_SIZE, s->buffer, &size);
	if (unlikely(ret || size >= compress_max_dlen)) {
		this_cpu_inc(stats.poor);
		ret = -E2BIG;
		goto unlock;
	}
	if (unlikely(this_cpu_read(stats.poor))) {
		this_cpu_write(stats.poor, 0);
		this_cpu_write(stats.misled, 0);
	}
	*handle = zs_malloc(pool, size, POOL_GFP);
	if (IS_ERR_VALUE(*handle)) {
		compress_stat_add(REJECT_ALLOC_FAIL, 1);
		ret = -ENOMEM;
		goto unlock;
	}
	compress_pool_write(*handle, s->buffer, size);
	ret = size;
unlock:
	local_unlock(&streams->lock);
	return ret;
}

static noinline int compress_pool_add_whole(const void *page,
					    unsigned long *handle)
{
	*handle = zs_malloc(pool, PAGE_SIZE, POOL_GFP);
	if (IS_ERR_VALUE(*handle)) {
		compress_stat_add(REJECT_ALLOC_FAIL, 1);
		return -ENOMEM;
	}
	compress_pool_write(*handle, page, PAGE_SIZE);
	return SIZE_WHOLE;
}

static __always_inline void compress_set_exclusive(unsigned long pages)
{
	bool leave = pages >= READ_ONCE(limit.exclusive);

	if (unlikely(leave != READ_ONCE(exclusive)))
		WRITE_ONCE(exclusive, leave);
}

/* Compaction continues during a pause of write-back. */
static noinline void compress_pool_reject(void)
{
	compress_stat_add(REJECT_LIMIT, 1);
	/* compress_sample_poor() counted an attempt that is not made. */
	if (unlikely(this_cpu_read(stats.misled)))
		this_cpu_dec(stats.misled);
	if (!compress_in_backoff() ||
	    (!(this_cpu_inc_return(stats.rejected) % 32) &&
	     compress_compact_due()))
		queue_work(wq, &writeback_work);
}

static bool compress_pool_admits(void)
{
	unsigned long pages = zs_get_total_pages(pool);

	compress_set_exclusive(pages);
	if (likely(compress_limit_admits(&limit, pages)))
		return true;
	compress_pool_reject();
	return false;
}

static struct compress_leaf *compress_get_leaf(unsigned int type,
					       pgoff_t offset)
{
	struct compress_leaf *leaf = compress_index_get(&slots[type], offset);

	if (unlikely(!leaf))
		compress_stat_add(REJECT_ALLOC_FAIL, 1);
	return leaf;
}

enum compress_kind { COMPRESSED, SAME_FILLED, WHOLE };

/*
 * Store the page in the pool and get the leaf of the slot. The leaf comes first:
 * if there is no memory, the page is not compressed for nothing. Return the size
 * for the entry or an error.
 */
static __always_inline int
compress_page(const unsigned long *src, enum compress_kind how, unsigned int nr,
	      unsigned int type, pgoff_t offset, struct compress_leaf **leaf,
	      unsigned long *data)
{
	int ret;

	if (how != SAME_FILLED && !compress_pool_admits())
		return -ENOSPC;
	*leaf = compress_get_leaf(type, offset);
	if (unlikely(!*leaf))
		return -ENOMEM;
	if (how == SAME_FILLED) {
		*data = *src;
		return SIZE_SAME_FILLED;
	}
	ret = how == WHOLE ? compress_pool_add_whole(src, data) :
			     compress_pool_add(src, nr, data);
	if (unlikely(ret < 0))
		compress_index_put(&slots[type], *leaf);
	return ret;
}

/* Count a page that is stored (@sign 1) or freed (-1). */
static __always_inline void compress_count_page(unsigned int size, long sign)
{
	unsigned int bytes = compress_pool_size(size);

	compress_stat_add(STORED_PAGES, sign);
	if (size == SIZE_SAME_FILLED) {
		compress_stat_add(SAME_FILLED_PAGES, sign);
		return;
	}
	if (size == SIZE_WHOLE)
		compress_stat_add(INCOMPRESSIBLE_PAGES, sign);
	compress_stat_add(COMPRESSED_BYTES, sign * bytes);
	if (bytes >= MIN_SIZE_SHRINK)
		compress_stat_add(BULKY_BYTES, sign * bytes);
}

static __always_inline int
compress_store_page(unsigned int type, pgoff_t offset, struct page *page,
		    const unsigned long *src, enum compress_kind how)
{
	struct obj_cgroup *objcg;
	unsigned long data;
	struct compress_leaf *leaf;
	unsigned int nr;
	int size;

	if (!compress_objcg_get(page, &objcg)) {
		compress_stat_add(REJECT_MEMCG, 1);
		return -EDQUOT;
	}
	/* Pairs with compress_comp_choose(). */
	nr = smp_load_acquire(&compress_current);
	size = compress_page(src, how, nr, type, offset, &leaf, &data);
	if (size < 0) {
		if (objcg)
			obj_cgroup_put(objcg);
		return size;
	}
	if (objcg)
		compress_objcg_charge(objcg, compress_pool_size(size));
	compress_leaf_set(leaf, offset, data,
			  compress_make_meta(size, nr, READ_ONCE(clock.now),
					     compress_pack_objcg(objcg)));
	compress_count_page(size, 1);
	if (unlikely(!(this_cpu_inc_return(stats.ticks) % CLOCK_TICK)))
		compress_tick();
	return 0;
}

/*
 * Store an incompressible page as it is. Reclaim gains no memory from this page,
 * but can proceed to pages that compress. On the device the page would cost two
 * transfers. With a limited control group nothing is gained: the charge remains.
 */
static noinline int compress_store_whole(unsigned int type, pgoff_t offset,
					 struct page *page,
					 const unsigned long *src, bool tried)
{
	if (zs_get_total_pages(pool) < READ_ONCE(limit.incompressible) &&
	    !compress_memcg_limited(page))
		return compress_store_page(type, offset, page, src, WHOLE);
	compress_stat_add(REJECT_COMPRESS_POOR, 1);
	compress_stat_add(REJECT_UNTRIED, !tried);
	return -E2BIG;
}

static int compress_store(unsigned int type, pgoff_t offset, struct page *page)
{
	const unsigned long *src = kmap_local_page(page);
	bool same = compress_same_filled(src),
	     try = same || compress_worth_trying(src);
	int ret = -E2BIG;

	if (try)
		ret = compress_store_page(type, offset, page, src,
					  same ? SAME_FILLED : COMPRESSED);
	if (ret == -E2BIG)
		ret = compress_store_whole(type, offset, page, src, try);
	kunmap_local(src);
	return ret;
}

#ifdef CONFIG_FAULT_INJECTION
static DECLARE_FAULT_ATTR(fail_decompress);
static struct dentry *fault_dir;

static bool compress_decompress_fails(void)
{
	return should_fail(&fail_decompress, 1);
}

static void compress_fault_setup(void)
{
	fault_dir = fault_create_debugfs_attr("fail_frontswap_decompress", NULL,
					      &fail_decompress);
}

static void compress_fault_remove(void)
{
	debugfs_remove_recursive(fault_dir);
}
#else
static bool compress_decompress_fails(void)
{
	return false;
}

static void compress_fault_setup(void)
{
}

static void compress_fault_remove(void)
{
}
#endif

static noinline int compress_decompress_error(unsigned int type, pgoff_t offset,
					      unsigned int nr, int err)
{
	compress_stat_add(DECOMPRESS_ERRORS, 1);
	pr_err_ratelimited("slot %lu of area %u cannot be decompressed by %s (%d)\n",
			   offset, type, compress_comps[nr]->name, err);
	return -EIO;
}

static __always_inline int compress_pool_read(unsigned long handle, u64 meta,
					      void *page)
{
	struct compress_stream __percpu *streams =
		compress_comps[compress_entry_comp(meta)]->streams;
	unsigned int size = PAGE_SIZE;
	void *src;
	int ret;

	local_lock(&streams->lock);
	src = zs_map_object(pool, handle, ZS_MM_RO);
	ret = crypto_comp_decompress(this_cpu_ptr(streams)->tfm, src,
				     compress_entry_size(meta), page, &size);
	zs_unmap_object(pool, handle);
	local_unlock(&streams->lock);
	if (unlikely(size != PAGE_SIZE || compress_decompress_fails()))
		return ret ?: -EBADMSG;
	return ret;
}

/* Storing the page again costs only a copy, so do not hold the page twice. */
static noinline int compress_load_whole(unsigned long handle, struct page *page)
{
	memcpy_to_page(page, 0, zs_map_object(pool, handle, ZS_MM_RO),
		       PAGE_SIZE);
	zs_unmap_object(pool, handle);
	return FRONTSWAP_LOAD_EXCLUSIVE;
}

static int compress_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct compress_leaf *leaf = compress_index_leaf(&slots[type], offset);
	struct compress_entry e;
	void *dst;
	int ret = 0;

	if (WARN_ON_ONCE(!leaf))
		return -EIO;
	e.data = compress_leaf_entry(leaf, offset)->data;
	e.meta = READ_ONCE(compress_leaf_entry(leaf, offset)->meta);
	if (compress_entry_size(e.meta) == SIZE_WHOLE)
		return compress_load_whole(e.data, page);
	dst = kmap_local_page(page);
	if (compress_entry_size(e.meta) == SIZE_SAME_FILLED)
		compress_fill_same(dst, e.data);
	else
		ret = compress_pool_read(e.data, e.meta, dst);
	kunmap_local(dst);
	if (unlikely(ret))
		return compress_decompress_error(type, offset,
						 compress_entry_comp(e.meta),
						 ret);
	if (likely(!READ_ONCE(exclusive)))
		return 0;
	/* Without stores, only loads notice that the pool has become small. */
	compress_set_exclusive(zs_get_total_pages(pool));
	return FRONTSWAP_LOAD_EXCLUSIVE;
}

static __always_inline void compress_entry_free(const struct compress_entry *e)
{
	struct obj_cgroup *objcg = compress_entry_objcg(e->meta);
	unsigned int size = compress_entry_size(e->meta);

	if (size != SIZE_SAME_FILLED)
		zs_free(pool, e->data);
	compress_count_page(size, -1);
	if (objcg) {
		compress_objcg_uncharge(objcg, compress_pool_size(size));
		obj_cgroup_put(objcg);
	}
}

static void compress_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct compress_leaf *leaf = compress_index_leaf(&slots[type], offset);
	struct compress_entry e;

	if (WARN_ON_ONCE(!leaf))
		return;
	e = compress_leaf_clear(leaf, offset);
	compress_index_put(&slots[type], leaf);
	compress_entry_free(&e);
}

static unsigned long compress_pool_pages(void)
{
	return zs_get_total_pages(pool);
}

static void compress_init_area(unsigned int type)
{
	if (frontswap_area_is_zram(type))
		pr_warn_once("swap area %u is on zram, which gets what does not compress: a disk serves better\n",
			     type);
}

static void compress_entry_drop(const struct compress_entry *e)
{
	compress_entry_free(e);
}

static void compress_invalidate_area(unsigned int type)
{
	compress_index_destroy(&slots[type], compress_entry_drop);
}

static const struct frontswap_ops compress_ops = {
	.init = compress_init_area,
	.store = compress_store,
	.load = compress_load,
	.invalidate_page = compress_invalidate_page,
	.invalidate_area = compress_invalidate_area,
	.name = "compress",
	.priority = 100,
	.flags = FRONTSWAP_DIRECT_LOAD | FRONTSWAP_LARGE_FOLIOS |
		 FRONTSWAP_EXCLUSIVE_LOADS,
	.pool_pages = compress_pool_pages,
};

/* Shrinker: the worker writes back later, so a scan frees nothing. */

#ifdef CONFIG_VM_EVENT_COUNTERS
static unsigned long compress_device_reads(void)
{
	unsigned long sum = 0;
	int cpu;

	for_each_online_cpu(cpu)
		/* data race: other CPUs continue to count */
		sum += data_race(per_cpu(vm_event_states, cpu).event[PSWPIN]);
	return sum;
}
#else
static unsigned long compress_device_reads(void)
{
	return 0;
}
#endif

/*
 * Recent reads from swap devices, halved in each generation. Pages that had been
 * kept would not have been read, so the shrinker spares as many pages. Reads from
 * areas that other backends serve are included.
 */
static struct {
	spinlock_t lock;	/* all members */
	unsigned long seen;
	unsigned long recent;
	unsigned long generation;
} reads = { .lock = __SPIN_LOCK_UNLOCKED(reads.lock) };

static unsigned long compress_refaults(void)
{
	unsigned long sum, now, ret;

	spin_lock(&reads.lock);
	sum = compress_device_reads();
	now = READ_ONCE(clock.now);
	reads.recent >>= min(now - reads.generation, BITS_PER_LONG - 1UL);
	reads.generation = now;
	/* The sum drops when a CPU goes offline. */
	reads.recent += max((long)(sum - reads.seen), 0L);
	reads.seen = sum;
	ret = reads.recent;
	spin_unlock(&reads.lock);
	return ret;
}

/*
 * Count pages of memory, not stored pages: the better pages compress, the fewer are
 * written. Count only pages that are large enough to be worth a write, and only if
 * these occupy a relevant part of the pool.
 */
static unsigned long compress_shrink_count(struct shrinker *s,
					   struct shrink_control *sc)
{
	unsigned long bulky = compress_stat_sum(BULKY_BYTES) >> PAGE_SHIFT,
		      protect;

	if (!READ_ONCE(writeback) || bulky < zs_get_total_pages(pool) / 8)
		return 0;
	protect = compress_refaults();
	return bulky > protect ? bulky - protect : 0;
}

static unsigned long compress_shrink_scan(struct shrinker *s,
					  struct shrink_control *sc)
{
	if (!(sc->gfp_mask & __GFP_IO) || compress_in_backoff())
		return SHRINK_STOP;
	if (atomic_long_read(&nr_to_writeback) <
	    compress_stat_sum(BULKY_BYTES) >> PAGE_SHIFT)
		atomic_long_add(sc->nr_to_scan, &nr_to_writeback);
	compress_queue_writeback();
	return 0;
}

/* A page that is written back costs two transfers: shrink other caches first. */
static const struct shrinker shrinker_template = {
	.count_objects = compress_shrink_count,
	.scan_objects = compress_shrink_scan,
	.seeks = 4 * DEFAULT_SEEKS,
	.batch = WRITEBACK_BATCH,
};

static struct shrinker *shrinker;

static int compress_shrinker_add(void)
{
	shrinker = frontswap_shrinker_add(&shrinker_template,
					  "mm-frontswap-compress");
	return PTR_ERR_OR_ZERO(shrinker);
}

static void compress_shrinker_remove(void)
{
	frontswap_shrinker_remove(shrinker);
}

/* Parameters */

static char compressor[CRYPTO_MAX_ALG_NAME] =
	CONFIG_FRONTSWAP_COMPRESS_DEFAULT;
static unsigned int max_pool_percent = 20;
static unsigned int accept_threshold_percent = 90;
static unsigned int exclusive_percent = 50;
static unsigned int incompressible_percent = 80;
static unsigned long max_bytes;
static bool params_live;	/* under kernel_param_lock() */

static void compress_set_limit(void)
{
	compress_limit_set(&limit, totalram_pages(),
			   READ_ONCE(max_pool_percent), READ_ONCE(max_bytes),
			   READ_ONCE(accept_threshold_percent),
			   READ_ONCE(exclusive_percent));
	WRITE_ONCE(limit.incompressible,
		   mult_frac(limit.high, READ_ONCE(incompressible_percent),
			     100));
}

/* Let the worker apply the new limit, even in a pause or with writeback=N. */
static void compress_limit_changed(void)
{
	if (!params_live)
		return;
	compress_set_limit();
	compress_set_exclusive(zs_get_total_pages(pool));
	WRITE_ONCE(backoff_until, jiffies);
	queue_work(wq, &writeback_work);
}

static int compress_set_percent(const char *val, const struct kernel_param *kp)
{
	unsigned int percent;
	int ret = kstrtouint(val, 0, &percent);

	if (ret || percent > 100) {
		pr_err("%s must be a number from 0 to 100\n", kp->name);
		return ret ?: -ERANGE;
	}
	WRITE_ONCE(*(unsigned int *)kp->arg, percent);
	compress_limit_changed();
	return 0;
}

/* memparse() does not report overflows. */
static int compress_parse_bytes(const char *val, unsigned long *bytes)
{
	static const char units[] = "kmgtpe";
	char buf[32], *number, *unit;
	size_t len;
	int ret;

	if (strscpy(buf, val, sizeof(buf)) < 0)
		return -EINVAL;
	number = strim(buf);
	ret = kstrtoul(number, 0, bytes);
	len = strlen(number);
	if (ret != -EINVAL || !len)
		return ret;
	unit = strchr(units, tolower(number[len - 1]));
	if (!unit)
		return -EINVAL;
	number[len - 1] = '\0';
	ret = kstrtoul(number, 0, bytes);
	if (ret)
		return ret;
	if (check_shl_overflow(*bytes, 10 * (unit - units + 1), bytes))
		return -ERANGE;
	return 0;
}

static int compress_set_bytes(const char *val, const struct kernel_param *kp)
{
	unsigned long bytes;
	int ret = compress_parse_bytes(val, &bytes);

	if (ret) {
		pr_err("%s must be a number of bytes, as in 512M; 0 is no limit\n",
		       kp->name);
		return ret;
	}
	WRITE_ONCE(max_bytes, bytes);
	compress_limit_changed();
	return 0;
}

static int compress_set_writeback(const char *val,
				  const struct kernel_param *kp)
{
	int ret = param_set_bool(val, kp);

	if (ret)
		pr_err("%s must be Y or N\n", kp->name);
	else
		compress_limit_changed();
	return ret;
}

static int compress_set_rate(const char *val, const struct kernel_param *kp)
{
	int ret = param_set_uint(val, kp);

	if (ret)
		pr_err("%s must be a number of pages; 0 is no limit\n",
		       kp->name);
	else
		compress_limit_changed();
	return ret;
}

static int compress_set_compressor(const char *val,
				   const struct kernel_param *kp)
{
	char buf[CRYPTO_MAX_ALG_NAME], *name;
	int ret;

	if (strscpy(buf, val, sizeof(buf)) < 0) {
		pr_err("%s: the name is too long\n", kp->name);
		return -ENAMETOOLONG;
	}
	name = strim(buf);
	ret = params_live ? compress_comp_choose(name) : 0;
	if (!ret)
		strscpy(compressor, name, sizeof(compressor));
	return ret;
}

static const char * const known_compressors[] = {
#if IS_ENABLED(CONFIG_CRYPTO_LZO)
	"lzo", "lzo-rle",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_LZ4)
	"lz4",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_LZ4HC)
	"lz4hc",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_ZSTD)
	"zstd",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_DEFLATE)
	"deflate",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_842)
	"842",
#endif
};

/* List the known compressors, with the current one in brackets. */
static int compress_get_compressor(char *buffer, const struct kernel_param *kp)
{
	bool known = false, current_one;
	int i, at = 0;

	for (i = 0; i < ARRAY_SIZE(known_compressors); i++) {
		current_one = !strcmp(known_compressors[i], compressor);
		known |= current_one;
		at += sysfs_emit_at(buffer, at, current_one ? "[%s] " : "%s ",
				    known_compressors[i]);
	}
	if (!known)
		at += sysfs_emit_at(buffer, at, "[%s] ", compressor);
	buffer[at - 1] = '\n';
	return at;
}

static const struct kernel_param_ops percent_ops = {
	.set = compress_set_percent,
	.get = param_get_uint,
};

static const struct kernel_param_ops bytes_ops = {
	.set = compress_set_bytes,
	.get = param_get_ulong,
};

static const struct kernel_param_ops writeback_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = compress_set_writeback,
	.get = param_get_bool,
};

static const struct kernel_param_ops rate_ops = {
	.set = compress_set_rate,
	.get = param_get_uint,
};

static const struct kernel_param_ops compressor_ops = {
	.set = compress_set_compressor,
	.get = compress_get_compressor,
};

module_param_cb(compressor, &compressor_ops, NULL, 0644);
MODULE_PARM_DESC(compressor, "Compressor for new pages");
module_param_cb(max_pool_percent, &percent_ops, &max_pool_percent, 0644);
MODULE_PARM_DESC(max_pool_percent, "Limit of the pool in percent of RAM (20)");
module_param_cb(max_bytes, &bytes_ops, &max_bytes, 0644);
MODULE_PARM_DESC(max_bytes, "Limit of the pool in bytes (0: none)");
module_param_cb(accept_threshold_percent, &percent_ops,
		&accept_threshold_percent, 0644);
MODULE_PARM_DESC(accept_threshold_percent,
		 "A full pool is written back to this percentage of its limit (90)");
module_param_cb(exclusive_percent, &percent_ops, &exclusive_percent, 0644);
MODULE_PARM_DESC(exclusive_percent,
		 "Pages that come back leave a pool that is at this percentage of its limit (50)");
module_param_cb(incompressible_percent, &percent_ops, &incompressible_percent,
		0644);
MODULE_PARM_DESC(incompressible_percent,
		 "Pages that do not compress are kept in a pool below this percentage of its limit (80)");
module_param_cb(writeback, &writeback_ops, &writeback, 0644);
MODULE_PARM_DESC(writeback, "Write old pages to the swap device (Y)");
module_param_cb(writeback_rate, &rate_ops, &writeback_rate, 0644);
MODULE_PARM_DESC(writeback_rate,
		 "Pages to write back in a second at most (0: no limit)");

/* /sys/kernel/mm/frontswap_compress */

static unsigned long compress_index_bytes(void)
{
	unsigned long bytes = 0;
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		bytes += READ_ONCE(slots[type].bytes);
	return bytes;
}

#define SHOW(file, expression)						\
static ssize_t file##_show(struct kobject *kobj,			\
			   struct kobj_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%lu\n", expression);			\
}									\
static struct kobj_attribute file##_attr = __ATTR_RO(file)

SHOW(stored_pages, compress_stat_sum(STORED_PAGES));
SHOW(same_filled_pages, compress_stat_sum(SAME_FILLED_PAGES));
SHOW(incompressible_pages, compress_stat_sum(INCOMPRESSIBLE_PAGES));
SHOW(compressed_bytes, compress_stat_sum(COMPRESSED_BYTES));
SHOW(reject_compress_poor, compress_stat_sum(REJECT_COMPRESS_POOR));
SHOW(reject_untried, compress_stat_sum(REJECT_UNTRIED));
SHOW(reject_alloc_fail, compress_stat_sum(REJECT_ALLOC_FAIL));
SHOW(reject_limit, compress_stat_sum(REJECT_LIMIT));
SHOW(reject_memcg, compress_stat_sum(REJECT_MEMCG));
SHOW(written_back_pages, compress_stat_sum(WRITTEN_BACK_PAGES));
SHOW(decompress_errors, compress_stat_sum(DECOMPRESS_ERRORS));
SHOW(pool_bytes, compress_pool_bytes());
SHOW(index_bytes, compress_index_bytes());
SHOW(limit_bytes, READ_ONCE(limit.high) << PAGE_SHIFT);
SHOW(full, !compress_limit_admits(&limit, zs_get_total_pages(pool)) + 0UL);

/* Size of the stored pages divided by the size of the pool */
static ssize_t compression_ratio_show(struct kobject *kobj,
				      struct kobj_attribute *attr, char *buf)
{
	unsigned long pages = zs_get_total_pages(pool);
	unsigned long percent = 0;

	if (pages)
		percent =
			mult_frac(compress_stat_sum(STORED_PAGES), 100, pages);
	return sysfs_emit(buf, "%lu.%02lu\n", percent / 100, percent % 100);
}

static struct kobj_attribute compression_ratio_attr =
	__ATTR_RO(compression_ratio);

static ssize_t compact_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	unsigned int one;

	if (kstrtouint(buf, 0, &one) || one != 1)
		return -EINVAL;
	if (mutex_lock_interruptible(&evict_lock))
		return -EINTR;
	compress_compact();
	mutex_unlock(&evict_lock);
	return count;
}

static struct kobj_attribute compact_attr = __ATTR_WO(compact);

/* Find a control group by path or ID; an error pointer on failure. */
static struct cgroup *compress_find_cgroup(const char *name)
{
#ifdef FRONTSWAP_HAS_OBJCG
	u64 id;

	if (kstrtou64(name, 0, &id))
		return cgroup_get_from_path(name);
	return cgroup_get_from_id(id);
#else
	return ERR_PTR(-EOPNOTSUPP);
#endif
}

static void compress_put_cgroup(struct cgroup *group)
{
#ifdef FRONTSWAP_HAS_OBJCG
	if (group)
		cgroup_put(group);
#endif
}

/* Parse one word of a request. The caller drops ev->group. */
static int compress_parse_word(char *word, struct compress_eviction *ev)
{
	unsigned long seconds;
	struct cgroup *group;

	if (strstarts(word, "age=")) {
		if (kstrtoul(word + 4, 0, &seconds) ||
		    seconds > LONG_MAX / 2 / HZ)
			return -EINVAL;
		ev->timed = true;
		ev->age = seconds * HZ;
		return 0;
	}
	if (!strstarts(word, "cgroup=") || !word[7] || ev->group)
		return -EINVAL;
	group = compress_find_cgroup(word + 7);
	if (IS_ERR(group))
		return PTR_ERR(group);
	ev->group = group;
	return 0;
}

/* "PAGES [cgroup=PATH|ID] [age=SECONDS]" */
static int compress_parse_request(char *request, struct compress_eviction *ev,
				  unsigned long *pages)
{
	char *word;
	int ret;

	request = strim(request);
	word = strsep(&request, " ");
	ret = kstrtoul(word, 0, pages);
	while (!ret && (word = strsep(&request, " ")))
		ret = compress_parse_word(word, ev);
	return ret;
}

/*
 * End the generation, so that pages stored later are younger than @age. Frequent
 * requests must not use up the generations: end at most GENERATIONS in @age.
 */
static void compress_end_generation(const struct compress_eviction *ev)
{
	unsigned long now = READ_ONCE(clock.now);

	if (compress_gen_ended_by(&clock, now, 1,
				  jiffies - ev->age / GENERATIONS))
		compress_gen_advance(&clock);
}

/* The budget applies to requests, too: wait for the next second. */
static int compress_evict_request(struct compress_eviction *ev,
				  unsigned long pages)
{
	bool moved;

	while (ev->done < pages) {
		if (mutex_lock_interruptible(&evict_lock))
			return -EINTR;
		if (compress_gen_fold_due(&clock))
			compress_fold_ages();
		if (ev->timed && !ev->wanted)
			compress_end_generation(ev);
		moved = compress_evict_round(ev, min(pages - ev->done,
						     WRITEBACK_ROUND));
		mutex_unlock(&evict_lock);
		if (ev->error)
			return ev->error;
		if (!moved && ev->wanted > ev->done)
			return 0;
		if (!moved)
			schedule_timeout_interruptible(HZ / 10);
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static ssize_t writeback_pages_store(struct kobject *kobj,
				     struct kobj_attribute *attr,
				     const char *buf, size_t count)
{
	struct compress_eviction ev = { .min_size = MIN_SIZE_LIMIT };
	char *request = kstrndup(buf, count, GFP_KERNEL);
	unsigned long pages;
	int ret;

	if (!request)
		return -ENOMEM;
	ret = compress_parse_request(request, &ev, &pages);
	kfree(request);
	if (ret) {
		pr_err("writeback_pages must be a number, cgroup= and age= may follow (%d)\n",
		       ret);
		goto put;
	}
	ret = compress_evict_request(&ev, pages);
put:
	compress_put_cgroup(ev.group);
	return ret ?: count;
}

static struct kobj_attribute writeback_pages_attr =
	__ATTR_WO(writeback_pages);

static struct attribute *stat_attrs[] = {
	&stored_pages_attr.attr,
	&same_filled_pages_attr.attr,
	&incompressible_pages_attr.attr,
	&compressed_bytes_attr.attr,
	&reject_compress_poor_attr.attr,
	&reject_untried_attr.attr,
	&reject_alloc_fail_attr.attr,
	&reject_limit_attr.attr,
	&reject_memcg_attr.attr,
	&written_back_pages_attr.attr,
	&decompress_errors_attr.attr,
	&pool_bytes_attr.attr,
	&index_bytes_attr.attr,
	&limit_bytes_attr.attr,
	&full_attr.attr,
	&compression_ratio_attr.attr,
	&compact_attr.attr,
	&writeback_pages_attr.attr,
	NULL
};

static const struct attribute_group stat_group = { .attrs = stat_attrs };

static int compress_sysfs_add(void)
{
	int ret;

	kobj = kobject_create_and_add("frontswap_compress", mm_kobj);
	if (!kobj)
		return -ENOMEM;
	ret = sysfs_create_group(kobj, &stat_group);
	if (ret)
		kobject_put(kobj);
	return ret;
}

static void compress_sysfs_remove(void)
{
	kobject_del(kobj);
	kobject_put(kobj);
}

/* The module */

static int compress_pool_setup(void)
{
	pool = zs_create_pool("frontswap_compress");
	if (!pool)
		return -ENOMEM;
	/* The size must fit into an entry, whatever the page size. */
	compress_max_dlen = min3(zs_huge_class_size(pool),
				 (size_t)PAGE_SIZE / 8 * 7,
				 (size_t)SIZE_WHOLE);
	return 0;
}

static int compress_writeback_setup(void)
{
	int ret;

	wq = alloc_workqueue("frontswap_compress", WQ_UNBOUND | WQ_MEM_RECLAIM,
			     1);
	if (!wq)
		return -ENOMEM;
	ret = compress_shrinker_add();
	if (ret)
		destroy_workqueue(wq);
	return ret;
}

static void compress_writeback_remove(void)
{
	compress_shrinker_remove();
	WRITE_ONCE(writeback, false);
	cancel_work_sync(&writeback_work);
	destroy_workqueue(wq);
}

static int compress_setup(void)
{
	int type, ret;

	for (type = 0; type < MAX_SWAPFILES; type++)
		compress_index_setup(&slots[type]);
	compress_gen_set_length(&clock, 0);
	clock.began[0] = jiffies;
	backoff_until = jiffies;
	reads.seen = compress_device_reads();
	compress_set_limit();
	ret = compress_pool_setup();
	if (ret)
		return ret;
	compress_set_exclusive(0);
	ret = compress_comps_setup(compressor);
	if (ret)
		goto no_comps;
	ret = compress_sysfs_add();
	if (ret)
		goto no_sysfs;
	ret = compress_writeback_setup();
	if (ret)
		goto no_writeback;
	compress_fault_setup();
	return 0;
no_writeback:
	compress_sysfs_remove();
no_sysfs:
	compress_comps_remove();
no_comps:
	zs_destroy_pool(pool);
	return ret;
}

/* Parameter writes have no effect from here on. */
static void compress_teardown(void)
{
	kernel_param_lock(THIS_MODULE);
	params_live = false;
	kernel_param_unlock(THIS_MODULE);
	compress_fault_remove();
	compress_writeback_remove();
	compress_sysfs_remove();
	compress_comps_remove();
	zs_destroy_pool(pool);
}

static int __init compress_init(void)
{
	int ret;

	kernel_param_lock(THIS_MODULE);
	ret = compress_setup();
	params_live = !ret;
	kernel_param_unlock(THIS_MODULE);
	if (ret)
		return ret;
	ret = frontswap_register_ops(&compress_ops);
	if (ret)
		compress_teardown();
	return ret;
}
module_init(compress_init);

/* The module can be unloaded only while the backend is detached and empty. */
static void __exit compress_exit(void)
{
	frontswap_unregister_ops(&compress_ops);
	compress_teardown();
}
module_exit(compress_exit);

MODULE_DESCRIPTION("frontswap backend that keeps pages compressed in RAM");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: crypto-" CONFIG_FRONTSWAP_COMPRESS_DEFAULT);
