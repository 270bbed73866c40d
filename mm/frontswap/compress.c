// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_compress: stores, loads and invalidates
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/highmem.h>
#include <linux/local_lock.h>
#include <linux/module.h>

#include "compress.h"

#define POOL_GFP	(INDEX_GFP | __GFP_HIGHMEM | __GFP_MOVABLE)

DEFINE_PER_CPU(struct compress_stats, compress_stats);
struct zs_pool *compress_pool;
struct compress_index compress_slots[MAX_SWAPFILES];
struct compress_limit compress_limit;
struct compress_gen_clock compress_clock;
bool compress_exclusive;

unsigned long compress_stat_sum(enum compress_counter counter)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(compress_stats, cpu).value[counter]);
	return max(sum, 0L);
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

/* Callbacks */

static noinline void compress_tick(void)
{
	if (!compress_gen_tick(&compress_clock))
		return;
	compress_gen_set_length(&compress_clock,
				compress_stat_sum(STORED_PAGES));
	if (compress_gen_fold_due(&compress_clock))
		compress_queue_worker();
}

static void compress_pool_write(unsigned long handle, const void *from,
				size_t bytes)
{
	memcpy(zs_map_object(compress_pool, handle, ZS_MM_WO), from, bytes);
	zs_unmap_object(compress_pool, handle);
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
	if (this_cpu_read(compress_stats.misled) < MISLED_RUN &&
	    !compress_looks_random(page)) {
		this_cpu_inc(compress_stats.misled);
		return true;
	}
	return !(this_cpu_inc_return(compress_stats.sampled) % POOR_SAMPLE);
}

static __always_inline bool compress_worth_trying(const void *page)
{
	return likely(this_cpu_read(compress_stats.poor) < POOR_RUN) ||
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
		this_cpu_inc(compress_stats.poor);
		ret = -E2BIG;
		goto unlock;
	}
	if (unlikely(this_cpu_read(compress_stats.poor))) {
		this_cpu_write(compress_stats.poor, 0);
		this_cpu_write(compress_stats.misled, 0);
	}
	*handle = zs_malloc(compress_pool, size, POOL_GFP);
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
	*handle = zs_malloc(compress_pool, PAGE_SIZE, POOL_GFP);
	if (IS_ERR_VALUE(*handle)) {
		compress_stat_add(REJECT_ALLOC_FAIL, 1);
		return -ENOMEM;
	}
	compress_pool_write(*handle, page, PAGE_SIZE);
	return SIZE_WHOLE;
}

/* Compaction continues during a pause of write-back. */
static noinline void compress_pool_reject(void)
{
	compress_stat_add(REJECT_LIMIT, 1);
	/* compress_sample_poor() counted an attempt that is not made. */
	if (unlikely(this_cpu_read(compress_stats.misled)))
		this_cpu_dec(compress_stats.misled);
	if (!compress_in_backoff() ||
	    (!(this_cpu_inc_return(compress_stats.rejected) % 32) &&
	     compress_compact_due()))
		compress_queue_worker();
}

static bool compress_pool_admits(void)
{
	unsigned long pages = compress_pool_pages();

	compress_set_exclusive(pages);
	if (likely(compress_limit_admits(&compress_limit, pages)))
		return true;
	compress_pool_reject();
	return false;
}

static struct compress_leaf *compress_get_leaf(unsigned int type,
					       pgoff_t offset)
{
	struct compress_leaf *leaf =
		compress_index_get(&compress_slots[type], offset);

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
		compress_index_put(&compress_slots[type], *leaf);
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
			  compress_make_meta(size, nr,
					     READ_ONCE(compress_clock.now),
					     compress_pack_objcg(objcg)));
	compress_count_page(size, 1);
	if (unlikely(!(this_cpu_inc_return(compress_stats.ticks) % CLOCK_TICK)))
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
	if (compress_pool_pages() < READ_ONCE(compress_limit.incompressible) &&
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

void compress_fault_setup(void)
{
	fault_dir = fault_create_debugfs_attr("fail_frontswap_decompress", NULL,
					      &fail_decompress);
}

void compress_fault_remove(void)
{
	debugfs_remove_recursive(fault_dir);
}
#else
static bool compress_decompress_fails(void)
{
	return false;
}

void compress_fault_setup(void)
{
}

void compress_fault_remove(void)
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
	src = zs_map_object(compress_pool, handle, ZS_MM_RO);
	ret = crypto_comp_decompress(this_cpu_ptr(streams)->tfm, src,
				     compress_entry_size(meta), page, &size);
	zs_unmap_object(compress_pool, handle);
	local_unlock(&streams->lock);
	if (unlikely(size != PAGE_SIZE || compress_decompress_fails()))
		return ret ?: -EBADMSG;
	return ret;
}

/* Storing the page again costs only a copy, so do not hold the page twice. */
static noinline int compress_load_whole(unsigned long handle, struct page *page)
{
	memcpy_to_page(page, 0, zs_map_object(compress_pool, handle, ZS_MM_RO),
		       PAGE_SIZE);
	zs_unmap_object(compress_pool, handle);
	return FRONTSWAP_LOAD_EXCLUSIVE;
}

static int compress_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct compress_leaf *leaf =
		compress_index_leaf(&compress_slots[type], offset);
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
	if (likely(!READ_ONCE(compress_exclusive)))
		return 0;
	/* Without stores, only loads notice that the pool has become small. */
	compress_set_exclusive(compress_pool_pages());
	return FRONTSWAP_LOAD_EXCLUSIVE;
}

static __always_inline void compress_entry_free(const struct compress_entry *e)
{
	struct obj_cgroup *objcg = compress_entry_objcg(e->meta);
	unsigned int size = compress_entry_size(e->meta);

	if (size != SIZE_SAME_FILLED)
		zs_free(compress_pool, e->data);
	compress_count_page(size, -1);
	if (objcg) {
		compress_objcg_uncharge(objcg, compress_pool_size(size));
		obj_cgroup_put(objcg);
	}
}

static void compress_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct compress_leaf *leaf =
		compress_index_leaf(&compress_slots[type], offset);
	struct compress_entry e;

	if (WARN_ON_ONCE(!leaf))
		return;
	e = compress_leaf_clear(leaf, offset);
	compress_index_put(&compress_slots[type], leaf);
	compress_entry_free(&e);
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
	compress_index_destroy(&compress_slots[type], compress_entry_drop);
}

const struct frontswap_ops compress_ops = {
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
