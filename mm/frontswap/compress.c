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
 * Locks: none for a slot, the core sees to that. A CPU's compressor is used
 * under its local lock, with preemption off, so nothing sleeps there. An index
 * has a spinlock, which invalidate_page() may take, and a mutex for those who
 * go through all of it; the latter is not held over frontswap_evict().
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
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
#include "compress_index.h"
#include "compress_limit.h"

#define POOL_GFP	(INDEX_GFP | __GFP_HIGHMEM | __GFP_MOVABLE)
#define BATCH		32U	/* the writes that the core has in flight */
#define MAX_FAILED	8	/* batches, then a device is given up for this run */
#define ROUND		256UL	/* pages between looks at the pool */
#define PROTECTED	GENERATIONS	/* which the shrinker leaves alone */

/*
 * A write of a whole page that frees less is not worth it. At the limit refusing a
 * new page costs one write as well; when memory is short, two at most for a page
 * of memory.
 */
#define MIN_SIZE_LIMIT	(PAGE_SIZE / 8)
#define MIN_SIZE_SHRINK	(PAGE_SIZE / 2)

enum counter {
	STORED_PAGES,
	SAME_FILLED_PAGES,
	COMPRESSED_BYTES,
	BULKY_BYTES,
	RAW_PAGES,
	REJECT_COMPRESS_POOR,
	REJECT_UNTRIED,
	REJECT_ALLOC_FAIL,
	REJECT_LIMIT,
	REJECT_MEMCG,
	WRITTEN_BACK_PAGES,
	DECOMPRESS_ERRORS,
	NR_COUNTERS,
};

struct stats {
	long value[NR_COUNTERS];
	unsigned int ticks;
	unsigned int poor;	/* pages in a row that did not compress */
	unsigned int asked;	/* whether to try another */
	unsigned int misled;	/* tried, as it did not look like noise */
	unsigned int refused;	/* as the pool was full */
};

static DEFINE_PER_CPU(struct stats, stats);

static struct zs_pool *pool;
static size_t poor_size;	/* not worth keeping from here on */
static struct index slots[MAX_SWAPFILES];
static struct limit limit;
static struct clock clock;
static bool exclusive;	/* pages that come back leave the pool */

static __always_inline void stat_add(enum counter counter, long n)
{
	this_cpu_add(stats.value[counter], n);
}

static unsigned long stat_sum(enum counter counter)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&stats, cpu)->value[counter]);
	return max(sum, 0L);
}

static unsigned long pool_bytes(void)
{
	return zs_get_total_pages(pool) << PAGE_SHIFT;
}

/* Compressors: one for each name that has been in use, until the module goes */

struct stream {
	local_lock_t lock;
	struct crypto_comp *tfm;
	u8 *buffer;
};

struct alg {
	char name[CRYPTO_MAX_ALG_NAME];
	unsigned int room;	/* what it is told of the buffer */
	struct stream __percpu *streams;
	struct hlist_node node;
};

static struct alg *algs[MAX_ALGS];
static unsigned int current_alg;
static enum cpuhp_state cpuhp_state;

static int stream_up(unsigned int cpu, struct hlist_node *node)
{
	struct alg *alg = hlist_entry(node, struct alg, node);
	struct stream *s = per_cpu_ptr(alg->streams, cpu);
	struct crypto_comp *tfm;

	/* From an earlier time that the CPU was on. */
	if (s->tfm)
		return 0;
	/* Some write past what they are told. */
	s->buffer = kvmalloc_node(2 * PAGE_SIZE, GFP_KERNEL, cpu_to_node(cpu));
	if (!s->buffer)
		return -ENOMEM;
	tfm = crypto_alloc_comp(alg->name, 0, 0);
	if (IS_ERR(tfm)) {
		kvfree(s->buffer);
		s->buffer = NULL;
		return PTR_ERR(tfm);
	}
	s->tfm = tfm;
	return 0;
}

static void streams_free(struct alg *alg)
{
	struct stream *s;
	int cpu;

	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(alg->streams, cpu);
		if (s->tfm)
			crypto_free_comp(s->tfm);
		kvfree(s->buffer);
	}
	free_percpu(alg->streams);
}

static void alg_free(struct alg *alg)
{
	if (!alg)
		return;
	cpuhp_state_remove_instance(cpuhp_state, &alg->node);
	streams_free(alg);
	kfree(alg);
}

/*
 * Most give up early if there is no room for a page that compresses badly. lz4
 * is faster, for all other pages, if it need not watch the end of the buffer.
 */
static unsigned int alg_room(const char *name)
{
	return strstarts(name, "lz4") ? 2 * PAGE_SIZE : poor_size;
}

static struct alg *alg_create(const char *name)
{
	struct alg *alg;
	int cpu, ret = -ENOMEM;

	if (!crypto_has_comp(name, 0, 0))
		return ERR_PTR(-EINVAL);
	alg = kzalloc(sizeof(*alg), GFP_KERNEL);
	if (!alg)
		return ERR_PTR(-ENOMEM);
	strscpy(alg->name, name, sizeof(alg->name));
	alg->room = alg_room(name);
	alg->streams = alloc_percpu(struct stream);
	if (!alg->streams)
		goto free;
	for_each_possible_cpu(cpu)
		local_lock_init(&per_cpu_ptr(alg->streams, cpu)->lock);
	ret = cpuhp_state_add_instance(cpuhp_state, &alg->node);
	if (!ret)
		return alg;
	streams_free(alg);
free:
	kfree(alg);
	return ERR_PTR(ret);
}

/* Under the lock of the module's parameters, or in its init function. */
static int alg_choose(const char *name)
{
	struct alg *alg;
	unsigned int i;

	for (i = 0; i < MAX_ALGS && algs[i]; i++) {
		if (!strcmp(algs[i]->name, name)) {
			WRITE_ONCE(current_alg, i);
			return 0;
		}
	}
	if (i == MAX_ALGS) {
		pr_err("compressor %s: %d others have been used; unload the module first\n",
		       name, MAX_ALGS);
		return -ENOSPC;
	}
	alg = alg_create(name);
	if (IS_ERR(alg)) {
		pr_err("compressor %s: %s (%ld)\n", name,
		       PTR_ERR(alg) == -EINVAL ? "there is none of this name" :
		       "cannot be had", PTR_ERR(alg));
		return PTR_ERR(alg);
	}
	WRITE_ONCE(algs[i], alg);
	/* Who sees the number sees the compressor. */
	smp_store_release(&current_alg, i);
	return 0;
}

/* Owners: a page is charged to its cgroup as zswap charges it */

#if defined(FRONTSWAP_HAS_OBJCG) && defined(CONFIG_ZSWAP)
static void owner_charge(struct obj_cgroup *owner, unsigned int bytes)
{
	obj_cgroup_charge_zswap(owner, bytes);
}

static void owner_uncharge(struct obj_cgroup *owner, unsigned int bytes)
{
	obj_cgroup_uncharge_zswap(owner, bytes);
}
#elif defined(FRONTSWAP_HAS_OBJCG)
/* Reclaim is not refused. */
static void owner_charge(struct obj_cgroup *owner, unsigned int bytes)
{
	if (bytes)
		WARN_ON_ONCE(obj_cgroup_charge(owner, GFP_KERNEL, bytes));
}

static void owner_uncharge(struct obj_cgroup *owner, unsigned int bytes)
{
	if (bytes)
		obj_cgroup_uncharge(owner, bytes);
}
#else
static void owner_charge(struct obj_cgroup *owner, unsigned int bytes)
{
}

static void owner_uncharge(struct obj_cgroup *owner, unsigned int bytes)
{
}
#endif

/* False: it must not have another page. A page of a drain has no owner. */
static __always_inline bool owner_get(struct page *page,
				      struct obj_cgroup **owner)
{
	*owner = frontswap_page_objcg(page);
	if (!*owner)
		return true;
	if (likely(obj_cgroup_may_zswap(*owner) &&
		   owner_fits(*owner)))
		return true;
	obj_cgroup_put(*owner);
	return false;
}

#ifdef FRONTSWAP_HAS_OBJCG
/* Whether a control group of the page has a limit */
static bool page_limited(struct page *page)
{
	struct obj_cgroup *owner = frontswap_page_objcg(page);
	struct mem_cgroup *memcg = NULL;

	if (!owner)
		return false;
	rcu_read_lock();
	memcg = obj_cgroup_memcg(owner);
	while (memcg && READ_ONCE(memcg->memory.max) == PAGE_COUNTER_MAX &&
	       READ_ONCE(memcg->memory.high) == PAGE_COUNTER_MAX)
		memcg = parent_mem_cgroup(memcg);
	rcu_read_unlock();
	obj_cgroup_put(owner);
	return memcg;
}
#else
static bool page_limited(struct page *page)
{
	return false;
}
#endif

/* Bytes in the pool of what an entry calls @size */
static __always_inline unsigned int pool_size(unsigned int size)
{
	if (size < SIZE_RAW)
		return size;
	return size == SIZE_RAW ? PAGE_SIZE : 0;
}

/* Pages that are one word repeated */

/* The last word first: it tells most pages that merely begin alike. */
static __always_inline bool same_filled(const unsigned long *p)
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

static void fill(void *page, unsigned long word)
{
	memset_l(page, word, PAGE_SIZE / sizeof(word));
}

/* Writing back, and what is done before it: folding ages, compacting */

static bool writeback = true;
static unsigned int writeback_rate;
static struct budget budget;
static atomic_long_t asked;	/* by the shrinker: pages to write back */
static unsigned long not_before;
static unsigned long waste_left;	/* bytes, by the last compaction */
static bool was_full;
static unsigned long was_refused;
static DEFINE_MUTEX(evict_lock);	/* budget, waste_left, was_*, ages */
static struct workqueue_struct *wq;
static struct kobject *kobj;
static const struct frontswap_ops compress_ops;

static void reclaim(struct work_struct *unused);
static DECLARE_WORK(reclaim_work, reclaim);

static void set_limit(void);

/* After a run that changed nothing there is a pause. */
static bool pausing(void)
{
	return time_before(jiffies, READ_ONCE(not_before));
}

static void kick(void)
{
	if (!pausing())
		queue_work(wq, &reclaim_work);
}

static u64 all_ages(void)
{
	u64 ages = 0;
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++) {
		mutex_lock(&slots[type].walk);
		ages |= index_ages(&slots[type]);
		mutex_unlock(&slots[type].walk);
	}
	return ages;
}

/* Not while pages are collected by their age. */
static void fold_ages(void)
{
	unsigned long now = READ_ONCE(clock.now);
	int type;

	lockdep_assert_held(&evict_lock);
	for (type = 0; type < MAX_SWAPFILES; type++) {
		mutex_lock(&slots[type].walk);
		index_fold(&slots[type], now, clock.folded);
		mutex_unlock(&slots[type].walk);
	}
	WRITE_ONCE(clock.folded, now);
}

/* Bytes of the pool that hold no data: holes, and what size classes round up. */
static unsigned long waste(void)
{
	unsigned long total = pool_bytes();

	return total - min(stat_sum(COMPRESSED_BYTES), total);
}

/*
 * What pages that have gone leave is of use only to pages of about their size,
 * until objects are moved together. Some of it never goes, so what counts is the
 * growth since the last time.
 */
static bool compact_due(void)
{
	return waste() > READ_ONCE(waste_left) + pool_bytes() / 16;
}

static void compact(void)
{
	lockdep_assert_held(&evict_lock);
	zs_compact(pool);
	WRITE_ONCE(waste_left, waste());
}

/**
 * struct eviction - one run of writing back
 * @wanted: Pages to go.
 * @done: Pages that have gone.
 * @keep: Generations whose pages stay.
 * @min_size: Pages that take fewer bytes stay.
 * @timed: Pages younger than @age stay.
 * @age: In jiffies.
 * @group: Pages of other control groups stay; NULL for all.
 * @generation: Where to continue: pages of older generations have been visited,
 * @type: and of this one those in areas of lower type
 * @next: and at lower offsets.
 * @failed: Batches in a row of which no page could be moved.
 * @closed: Types that cannot be written to.
 * @error: The core cannot do more now.
 */
struct eviction {
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
/* Whether the owner's pages may be on a device, and whether it is asked for. */
static bool owner_may_go(u64 meta, const void *group)
{
	struct obj_cgroup *owner = entry_owner(meta);
	struct mem_cgroup *memcg;

	if (!owner)
		return !group;
	memcg = obj_cgroup_memcg(owner);
	if (!frontswap_memcg_may_writeback(memcg))
		return false;
	return !group || cgroup_is_descendant(memcg->css.cgroup,
					      (struct cgroup *)group);
}
#else
static bool owner_may_go(u64 meta, const void *group)
{
	return !group;
}
#endif

static bool evict_batch(struct eviction *ev, unsigned int type,
			const pgoff_t *offsets, unsigned int n)
{
	int ret = frontswap_evict(&compress_ops, type, offsets, n);

	if (ret > 0) {
		ev->done += ret;
		ev->failed = 0;
		stat_add(WRITTEN_BACK_PAGES, ret);
	} else if (ret == -EOPNOTSUPP ||
		   (ret == -EIO && ++ev->failed == MAX_FAILED)) {
		__set_bit(type, ev->closed);
		ev->failed = 0;
		return false;
	} else if (ret < 0 && ret != -EIO) {
		ev->error = ret;
		return false;
	}
	return ev->done < ev->wanted;
}

static void evict_type(struct eviction *ev, unsigned int age)
{
	const struct index_query query = {
		.age = age,
		.busy = READ_ONCE(clock.now) % AGES,
		.min_size = ev->min_size,
		.wanted = owner_may_go,
		.arg = ev->group,
	};
	struct index *ix = &slots[ev->type];
	pgoff_t offsets[BATCH];
	unsigned int n;

	do {
		mutex_lock(&ix->walk);
		n = index_collect(ix, &ev->next, &query, offsets,
				  min_t(unsigned long, BATCH,
					ev->wanted - ev->done));
		mutex_unlock(&ix->walk);
	} while (n && evict_batch(ev, ev->type, offsets, n));
}

static void evict_continue_at(struct eviction *ev, unsigned long generation)
{
	if (ev->generation == generation)
		return;
	ev->generation = generation;
	ev->type = 0;
	ev->next = 0;
}

/* True if nothing is left to do. */
static bool evict_age(struct eviction *ev, unsigned int age)
{
	for (; ev->type < MAX_SWAPFILES; ev->type++, ev->next = 0) {
		if (test_bit(ev->type, ev->closed))
			continue;
		evict_type(ev, age);
		if (ev->error || ev->done >= ev->wanted)
			return true;
	}
	return false;
}

/*
 * The oldest first. Each round of a run continues where the last one has ended;
 * after the youngest generation the next round begins with the oldest again.
 */
static void evict(struct eviction *ev)
{
	unsigned long now = READ_ONCE(clock.now);
	u64 ages = all_ages();
	long back;

	lockdep_assert_held(&evict_lock);
	for (back = min(AGES - 2UL, now - ev->generation);
	     back >= (long)ev->keep; back--) {
		if (!(ages & BIT_ULL(clock_age(now, back))))
			continue;
		if (ev->timed &&
		    !clock_ended_by(&clock, now, back, jiffies - ev->age))
			break;
		evict_continue_at(ev, now - back);
		if (evict_age(ev, clock_age(now, back)))
			return;
	}
	evict_continue_at(ev, 0);
}

/* As many pages as the budget has; false: nothing could be moved. */
static bool evict_some(struct eviction *ev, unsigned long pages)
{
	unsigned long before = ev->done;

	pages = budget_get(&budget, READ_ONCE(writeback_rate), pages, jiffies);
	ev->wanted = before + pages;
	if (pages)
		evict(ev);
	budget_put(&budget, ev->wanted - min(ev->done, ev->wanted));
	if (ev->done > before)
		compact();
	return ev->done > before;
}

/* Pages whose compressed size is about what is to go. */
static unsigned long pages_of_excess(unsigned long excess)
{
	unsigned long total = max(zs_get_total_pages(pool), 1UL);
	unsigned long pages = stat_sum(STORED_PAGES) -
			      stat_sum(SAME_FILLED_PAGES);

	return clamp(mult_frac(pages, min(excess, total), total), BATCH + 0UL,
		     ROUND);
}

static bool evict_excess(unsigned long excess)
{
	struct eviction ev = { .min_size = MIN_SIZE_LIMIT };

	return evict_some(&ev, pages_of_excess(excess));
}

static bool evict_asked(unsigned long pages)
{
	struct eviction ev = {
		.keep = PROTECTED,
		.min_size = MIN_SIZE_SHRINK,
	};
	bool moved = evict_some(&ev, pages);

	if (moved)
		atomic_long_sub(pages, &asked);
	return moved;
}

/* True if there is more to do. @begun: the pool has been at its limit. */
static bool reclaim_some(bool *begun)
{
	unsigned long excess = limit_excess(&limit, zs_get_total_pages(pool),
					    *begun);
	unsigned long n;

	*begun = excess;
	WRITE_ONCE(waste_left, min(waste_left, waste()));
	if (excess && compact_due()) {
		compact();
		return true;
	}
	if (!READ_ONCE(writeback))
		return false;
	if (excess)
		return evict_excess(excess);
	n = min_t(unsigned long, atomic_long_read(&asked), ROUND);
	return n && evict_asked(n);
}

/* Pages may have been refused, and the pool have had room again, since the last. */
static void tell_full(void)
{
	unsigned long refused = stat_sum(REJECT_LIMIT);
	bool full = !limit_admits(&limit, zs_get_total_pages(pool));

	if (full == was_full && refused == was_refused)
		return;
	was_full = full;
	was_refused = refused;
	sysfs_notify(kobj, NULL, "full");
}

static void reclaim(struct work_struct *unused)
{
	bool begun = false, more;

	mutex_lock(&evict_lock);
	do {
		if (clock_fold_due(&clock))
			fold_ages();
		set_limit();
		tell_full();
		more = reclaim_some(&begun);
		cond_resched();
	} while (more);
	if (begun || atomic_long_read(&asked) > 0)
		WRITE_ONCE(not_before, jiffies + HZ / 2);
	atomic_long_set(&asked, 0);
	mutex_unlock(&evict_lock);
}

/* Callbacks */

static noinline void tick(void)
{
	if (!clock_tick(&clock))
		return;
	clock_set_length(&clock, stat_sum(STORED_PAGES));
	if (clock_fold_due(&clock))
		queue_work(wq, &reclaim_work);
}

static void pool_write(unsigned long handle, const void *from, size_t bytes)
{
	memcpy(zs_map_object(pool, handle, ZS_MM_WO), from, bytes);
	zs_unmap_object(pool, handle);
}

/* Pages that do not compress, in a row: more of the kind are likely to come. */
#define POOR_RUN	8
#define MISLED_RUN	64
#define POOR_SAMPLE	65	/* odd, as pages may alternate */

/*
 * Whether bytes all over the page look like noise. Of 64 random bytes about 57 are
 * different, of text or code not half as many. The step is odd, so that it meets
 * each byte of the words that a page may consist of.
 */
static bool looks_random(const u8 *page)
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
 * In a flood of pages that do not compress each costs as much as one that does,
 * each time that it is swapped out. So of pages that look like noise only a sample
 * is tried, and of the others as well once too many of them did not compress. The
 * first that does ends it.
 */
static noinline bool try_poor(const void *page)
{
	if (this_cpu_read(stats.misled) < MISLED_RUN && !looks_random(page)) {
		this_cpu_inc(stats.misled);
		return true;
	}
	return !(this_cpu_inc_return(stats.asked) % POOR_SAMPLE);
}

static __always_inline bool worth_trying(const void *page)
{
	return likely(this_cpu_read(stats.poor) < POOR_RUN) || try_poor(page);
}

/*
 * Compresses into the pool: returns the size or an errno. Without preemption
 * from the compressor to the pool, so the allocation must not sleep, and does
 * not.
 */
static __always_inline int pool_add(const void *page, unsigned int nr,
				    unsigned long *handle)
{
	struct stream __percpu *streams = algs[nr]->streams;
	unsigned int size = algs[nr]->room;
	struct stream *s;
	int ret;

	local_lock(&streams->lock);
	s = this_cpu_ptr(streams);
	ret = crypto_comp_compress(s->tfm, page, PAGE_SIZE, s->buffer, &size);
	if (unlikely(ret || size >= poor_size)) {
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
		stat_add(REJECT_ALLOC_FAIL, 1);
		ret = -ENOMEM;
		goto unlock;
	}
	pool_write(*handle, s->buffer, size);
	ret = size;
unlock:
	local_unlock(&streams->lock);
	return ret;
}

static noinline int pool_add_raw(const void *page, unsigned long *handle)
{
	*handle = zs_malloc(pool, PAGE_SIZE, POOL_GFP);
	if (IS_ERR_VALUE(*handle)) {
		stat_add(REJECT_ALLOC_FAIL, 1);
		return -ENOMEM;
	}
	pool_write(*handle, page, PAGE_SIZE);
	return SIZE_RAW;
}

static __always_inline void set_exclusive(unsigned long pages)
{
	bool leave = pages >= READ_ONCE(limit.exclusive);

	if (unlikely(leave != READ_ONCE(exclusive)))
		WRITE_ONCE(exclusive, leave);
}

/* A pause in writing back is none in compacting. */
static noinline void pool_refuse(void)
{
	stat_add(REJECT_LIMIT, 1);
	/* This page was to be tried, and is not. */
	if (unlikely(this_cpu_read(stats.misled)))
		this_cpu_dec(stats.misled);
	if (!pausing() || (!(this_cpu_inc_return(stats.refused) % 32) &&
			   compact_due()))
		queue_work(wq, &reclaim_work);
}

static bool pool_admits(void)
{
	unsigned long pages = zs_get_total_pages(pool);

	set_exclusive(pages);
	if (likely(limit_admits(&limit, pages)))
		return true;
	pool_refuse();
	return false;
}

static struct leaf *get_leaf(unsigned int type, pgoff_t offset)
{
	struct leaf *leaf = index_get(&slots[type], offset);

	if (unlikely(!leaf))
		stat_add(REJECT_ALLOC_FAIL, 1);
	return leaf;
}

enum how { COMPRESSED, SAME_FILLED, RAW };

/*
 * Fills in what the entry gets: returns its size or an errno. The place for it
 * comes first, or the work of compressing might be for nothing.
 */
static __always_inline int take(const unsigned long *src, enum how how,
				unsigned int nr, unsigned int type,
				pgoff_t offset, struct leaf **leaf,
				unsigned long *data)
{
	int ret;

	if (how != SAME_FILLED && !pool_admits())
		return -ENOSPC;
	*leaf = get_leaf(type, offset);
	if (unlikely(!*leaf))
		return -ENOMEM;
	if (how == SAME_FILLED) {
		*data = *src;
		return SIZE_SAME;
	}
	ret = how == RAW ? pool_add_raw(src, data) : pool_add(src, nr, data);
	if (unlikely(ret < 0))
		index_put(&slots[type], *leaf);
	return ret;
}

static __always_inline void count_stored(unsigned int size)
{
	stat_add(STORED_PAGES, 1);
	if (size == SIZE_SAME) {
		stat_add(SAME_FILLED_PAGES, 1);
		return;
	}
	if (size == SIZE_RAW) {
		stat_add(RAW_PAGES, 1);
		size = PAGE_SIZE;
	}
	stat_add(COMPRESSED_BYTES, size);
	if (size >= MIN_SIZE_SHRINK)
		stat_add(BULKY_BYTES, size);
}

static __always_inline void count_released(unsigned int size)
{
	stat_add(STORED_PAGES, -1);
	if (size == SIZE_SAME) {
		stat_add(SAME_FILLED_PAGES, -1);
		return;
	}
	if (size == SIZE_RAW) {
		stat_add(RAW_PAGES, -1);
		size = PAGE_SIZE;
	}
	stat_add(COMPRESSED_BYTES, -(long)size);
	if (size >= MIN_SIZE_SHRINK)
		stat_add(BULKY_BYTES, -(long)size);
}

static __always_inline int store_page(unsigned int type, pgoff_t offset,
				      struct page *page,
				      const unsigned long *src, enum how how)
{
	struct obj_cgroup *owner;
	unsigned long data;
	struct leaf *leaf;
	unsigned int nr;
	int size;

	if (!owner_get(page, &owner)) {
		stat_add(REJECT_MEMCG, 1);
		return -EDQUOT;
	}
	/* Pairs with alg_choose(). */
	nr = smp_load_acquire(&current_alg);
	size = take(src, how, nr, type, offset, &leaf, &data);
	if (size < 0) {
		if (owner)
			obj_cgroup_put(owner);
		return size;
	}
	if (owner)
		owner_charge(owner, pool_size(size));
	leaf_set(leaf, offset, data,
		 make_meta(size, nr, READ_ONCE(clock.now), pack_owner(owner)));
	count_stored(size);
	if (unlikely(!(this_cpu_inc_return(stats.ticks) % CLOCK_TICK)))
		tick();
	return 0;
}

/*
 * Reclaim gains nothing from a page that is kept as it is, but what it looks at next
 * may compress; on the device the page would cost two transfers. The limit of a
 * control group is another matter: there it would be charged as before.
 */
static noinline int store_poor(unsigned int type, pgoff_t offset,
			       struct page *page, const unsigned long *src,
			       bool tried)
{
	if (zs_get_total_pages(pool) < READ_ONCE(limit.raw) &&
	    !page_limited(page))
		return store_page(type, offset, page, src, RAW);
	stat_add(REJECT_COMPRESS_POOR, 1);
	stat_add(REJECT_UNTRIED, !tried);
	return -E2BIG;
}

static int compress_store(unsigned int type, pgoff_t offset, struct page *page)
{
	const unsigned long *src = kmap_local_page(page);
	bool same = same_filled(src), try = same || worth_trying(src);
	int ret = -E2BIG;

	if (try)
		ret = store_page(type, offset, page, src,
				 same ? SAME_FILLED : COMPRESSED);
	if (ret == -E2BIG)
		ret = store_poor(type, offset, page, src, try);
	kunmap_local(src);
	return ret;
}

#ifdef CONFIG_FAULT_INJECTION
static DECLARE_FAULT_ATTR(fail_decompress);
static struct dentry *fault_dir;

static bool decompress_fails(void)
{
	return should_fail(&fail_decompress, 1);
}

static void fault_setup(void)
{
	fault_dir = fault_create_debugfs_attr("fail_frontswap_decompress", NULL,
					      &fail_decompress);
}

static void fault_remove(void)
{
	debugfs_remove_recursive(fault_dir);
}
#else
static bool decompress_fails(void)
{
	return false;
}

static void fault_setup(void)
{
}

static void fault_remove(void)
{
}
#endif

static noinline int decompress_error(unsigned int type, pgoff_t offset,
				     unsigned int nr, int err)
{
	stat_add(DECOMPRESS_ERRORS, 1);
	pr_err_ratelimited("slot %lu of area %u cannot be decompressed by %s (%d)\n",
			   offset, type, algs[nr]->name, err);
	return -EIO;
}

static __always_inline int pool_read(unsigned long handle, u64 meta, void *page)
{
	struct stream __percpu *streams = algs[entry_alg(meta)]->streams;
	unsigned int size = PAGE_SIZE;
	void *src;
	int ret;

	local_lock(&streams->lock);
	src = zs_map_object(pool, handle, ZS_MM_RO);
	ret = crypto_comp_decompress(this_cpu_ptr(streams)->tfm, src,
				     entry_size(meta), page, &size);
	zs_unmap_object(pool, handle);
	local_unlock(&streams->lock);
	if (unlikely(size != PAGE_SIZE || decompress_fails()))
		return ret ?: -EBADMSG;
	return ret;
}

/* To store such a page again costs no more than a copy, so it is not held twice. */
static noinline int load_raw(unsigned long handle, struct page *page)
{
	memcpy_to_page(page, 0, zs_map_object(pool, handle, ZS_MM_RO),
		       PAGE_SIZE);
	zs_unmap_object(pool, handle);
	return FRONTSWAP_LOAD_EXCLUSIVE;
}

static int compress_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct leaf *leaf = index_leaf(&slots[type], offset);
	struct entry e;
	void *dst;
	int ret = 0;

	if (WARN_ON_ONCE(!leaf))
		return -EIO;
	e.data = leaf_entry(leaf, offset)->data;
	e.meta = READ_ONCE(leaf_entry(leaf, offset)->meta);
	if (entry_size(e.meta) == SIZE_RAW)
		return load_raw(e.data, page);
	dst = kmap_local_page(page);
	if (entry_size(e.meta) == SIZE_SAME)
		fill(dst, e.data);
	else
		ret = pool_read(e.data, e.meta, dst);
	kunmap_local(dst);
	if (unlikely(ret))
		return decompress_error(type, offset, entry_alg(e.meta), ret);
	if (likely(!READ_ONCE(exclusive)))
		return 0;
	/* Without stores nobody else notices that the pool has become small. */
	set_exclusive(zs_get_total_pages(pool));
	return FRONTSWAP_LOAD_EXCLUSIVE;
}

static __always_inline void release(const struct entry *e)
{
	struct obj_cgroup *owner = entry_owner(e->meta);
	unsigned int size = entry_size(e->meta);

	if (size != SIZE_SAME)
		zs_free(pool, e->data);
	count_released(size);
	if (owner) {
		owner_uncharge(owner, pool_size(size));
		obj_cgroup_put(owner);
	}
}

static void compress_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct leaf *leaf = index_leaf(&slots[type], offset);
	struct entry e;

	if (WARN_ON_ONCE(!leaf))
		return;
	e = leaf_clear(leaf, offset);
	index_put(&slots[type], leaf);
	release(&e);
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

static void release_left(const struct entry *e)
{
	release(e);
}

static void compress_invalidate_area(unsigned int type)
{
	index_destroy(&slots[type], release_left);
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

/* Memory pressure. Pages go later: nothing is freed when the call returns. */

#ifdef CONFIG_VM_EVENT_COUNTERS
static unsigned long device_reads(void)
{
	unsigned long sum = 0;
	int cpu;

	for_each_online_cpu(cpu)
		/* other CPUs go on counting */
		sum += data_race(per_cpu(vm_event_states, cpu).event[PSWPIN]);
	return sum;
}
#else
static unsigned long device_reads(void)
{
	return 0;
}
#endif

/*
 * Pages that were read from the devices lately, as far as the clock tells time: had
 * they been kept, they would not have had to be. So many are left alone.
 */
static struct {
	spinlock_t lock;	/* for all of it */
	unsigned long seen;
	unsigned long recent;
	unsigned long generation;
} reads = { .lock = __SPIN_LOCK_UNLOCKED(reads.lock) };

static unsigned long refaults(void)
{
	unsigned long sum, now, ret;

	spin_lock(&reads.lock);
	sum = device_reads();
	now = READ_ONCE(clock.now);
	reads.recent >>= min(now - reads.generation, BITS_PER_LONG - 1UL);
	reads.generation = now;
	/* It does not count those of a CPU that has just gone. */
	reads.recent += max((long)(sum - reads.seen), 0L);
	reads.seen = sum;
	ret = reads.recent;
	spin_unlock(&reads.lock);
	return ret;
}

/*
 * In pages of memory, not in pages stored, so that the better they compress the
 * fewer are written; and only of pages that are worth it, if these are a part of
 * the pool that counts.
 */
static unsigned long shrink_count(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long bulky = stat_sum(BULKY_BYTES) >> PAGE_SHIFT, protect;

	if (!READ_ONCE(writeback) || bulky < zs_get_total_pages(pool) / 8)
		return 0;
	protect = refaults();
	return bulky > protect ? bulky - protect : 0;
}

static unsigned long shrink_scan(struct shrinker *s, struct shrink_control *sc)
{
	if (!(sc->gfp_mask & __GFP_IO) || pausing())
		return SHRINK_STOP;
	if (atomic_long_read(&asked) < stat_sum(BULKY_BYTES) >> PAGE_SHIFT)
		atomic_long_add(sc->nr_to_scan, &asked);
	kick();
	return 0;
}

/* A page that is written back costs two transfers, so other caches go first. */
static const struct shrinker shrinker_like = {
	.count_objects = shrink_count,
	.scan_objects = shrink_scan,
	.seeks = 4 * DEFAULT_SEEKS,
	.batch = BATCH,
};

static struct shrinker *shrinker;

static int shrinker_add(void)
{
	shrinker = frontswap_shrinker_add(&shrinker_like,
					  "mm-frontswap-compress");
	return PTR_ERR_OR_ZERO(shrinker);
}

static void shrinker_remove(void)
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
static bool ready;	/* under the lock of the parameters */

static void set_limit(void)
{
	limit_set(&limit, totalram_pages(), READ_ONCE(max_pool_percent),
		  READ_ONCE(max_bytes), READ_ONCE(accept_threshold_percent),
		  READ_ONCE(exclusive_percent));
	WRITE_ONCE(limit.raw, mult_frac(limit.high,
					READ_ONCE(incompressible_percent), 100));
}

/* The work looks at the new limit, pause or not, writeback or not. */
static void limit_changed(void)
{
	if (!ready)
		return;
	set_limit();
	set_exclusive(zs_get_total_pages(pool));
	WRITE_ONCE(not_before, jiffies);
	queue_work(wq, &reclaim_work);
}

static int set_percent(const char *val, const struct kernel_param *kp)
{
	unsigned int percent;
	int ret = kstrtouint(val, 0, &percent);

	if (ret || percent > 100) {
		pr_err("%s must be a number from 0 to 100\n", kp->name);
		return ret ?: -ERANGE;
	}
	WRITE_ONCE(*(unsigned int *)kp->arg, percent);
	limit_changed();
	return 0;
}

/* As memparse(), which does not tell when a number is too large. */
static int parse_bytes(const char *val, unsigned long *bytes)
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

static int set_bytes(const char *val, const struct kernel_param *kp)
{
	unsigned long bytes;
	int ret = parse_bytes(val, &bytes);

	if (ret) {
		pr_err("%s must be a number of bytes, as in 512M; 0 is no limit\n",
		       kp->name);
		return ret;
	}
	WRITE_ONCE(max_bytes, bytes);
	limit_changed();
	return 0;
}

static int set_writeback(const char *val, const struct kernel_param *kp)
{
	int ret = param_set_bool(val, kp);

	if (ret)
		pr_err("%s must be Y or N\n", kp->name);
	else
		limit_changed();
	return ret;
}

static int set_rate(const char *val, const struct kernel_param *kp)
{
	int ret = param_set_uint(val, kp);

	if (ret)
		pr_err("%s must be a number of pages; 0 is no limit\n",
		       kp->name);
	else
		limit_changed();
	return ret;
}

static int set_compressor(const char *val, const struct kernel_param *kp)
{
	char buf[CRYPTO_MAX_ALG_NAME], *name;
	int ret;

	if (strscpy(buf, val, sizeof(buf)) < 0) {
		pr_err("%s: the name is too long\n", kp->name);
		return -ENAMETOOLONG;
	}
	name = strim(buf);
	ret = ready ? alg_choose(name) : 0;
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

/* All that the kernel was built with, the one in use in brackets. */
static int get_compressor(char *buffer, const struct kernel_param *kp)
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
	.set = set_percent, .get = param_get_uint,
};

static const struct kernel_param_ops bytes_ops = {
	.set = set_bytes, .get = param_get_ulong,
};

static const struct kernel_param_ops writeback_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_writeback, .get = param_get_bool,
};

static const struct kernel_param_ops rate_ops = {
	.set = set_rate, .get = param_get_uint,
};

static const struct kernel_param_ops compressor_ops = {
	.set = set_compressor, .get = get_compressor,
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

static unsigned long index_bytes(void)
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

SHOW(stored_pages, stat_sum(STORED_PAGES));
SHOW(same_filled_pages, stat_sum(SAME_FILLED_PAGES));
SHOW(incompressible_pages, stat_sum(RAW_PAGES));
SHOW(compressed_bytes, stat_sum(COMPRESSED_BYTES));
SHOW(reject_compress_poor, stat_sum(REJECT_COMPRESS_POOR));
SHOW(reject_untried, stat_sum(REJECT_UNTRIED));
SHOW(reject_alloc_fail, stat_sum(REJECT_ALLOC_FAIL));
SHOW(reject_limit, stat_sum(REJECT_LIMIT));
SHOW(reject_memcg, stat_sum(REJECT_MEMCG));
SHOW(written_back_pages, stat_sum(WRITTEN_BACK_PAGES));
SHOW(decompress_errors, stat_sum(DECOMPRESS_ERRORS));
SHOW(pool_bytes, pool_bytes());
SHOW(index_bytes, index_bytes());
SHOW(limit_bytes, READ_ONCE(limit.high) << PAGE_SHIFT);
SHOW(full, !limit_admits(&limit, zs_get_total_pages(pool)) + 0UL);

/* Bytes that have been stored by bytes of the pool. */
static ssize_t compression_ratio_show(struct kobject *kobj,
				      struct kobj_attribute *attr, char *buf)
{
	unsigned long pages = zs_get_total_pages(pool);
	unsigned long percent = 0;

	if (pages)
		percent = mult_frac(stat_sum(STORED_PAGES), 100, pages);
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
	compact();
	mutex_unlock(&evict_lock);
	return count;
}

static struct kobj_attribute compact_attr = __ATTR_WO(compact);

/* By its path, or by its number; an error pointer if there is none. */
static struct cgroup *find_group(const char *name)
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

static void put_group(struct cgroup *group)
{
#ifdef FRONTSWAP_HAS_OBJCG
	if (group)
		cgroup_put(group);
#endif
}

/* One word of a request; a control group that is found stays until put_group(). */
static int parse_word(char *word, struct eviction *ev)
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
	group = find_group(word + 7);
	if (IS_ERR(group))
		return PTR_ERR(group);
	ev->group = group;
	return 0;
}

/* "PAGES [cgroup=PATH|ID] [age=SECONDS]" */
static int parse_request(char *request, struct eviction *ev,
			 unsigned long *pages)
{
	char *word;
	int ret;

	request = strim(request);
	word = strsep(&request, " ");
	ret = kstrtoul(word, 0, pages);
	while (!ret && (word = strsep(&request, " ")))
		ret = parse_word(word, ev);
	return ret;
}

/*
 * Pages that are stored from now on must be told from those that are there, but a
 * request now and then must not use up the generations: no more than a full pool
 * has in the time that is asked for.
 */
static void end_generation(const struct eviction *ev)
{
	unsigned long now = READ_ONCE(clock.now);

	if (clock_ended_by(&clock, now, 1, jiffies - ev->age / GENERATIONS))
		clock_advance(&clock);
}

/* The budget binds here too: the one who asks waits. */
static int evict_request(struct eviction *ev, unsigned long pages)
{
	bool moved;

	while (ev->done < pages) {
		if (mutex_lock_interruptible(&evict_lock))
			return -EINTR;
		if (clock_fold_due(&clock))
			fold_ages();
		if (ev->timed && !ev->wanted)
			end_generation(ev);
		moved = evict_some(ev, min(pages - ev->done, ROUND));
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
	struct eviction ev = { .min_size = MIN_SIZE_LIMIT };
	char *request = kstrndup(buf, count, GFP_KERNEL);
	unsigned long pages;
	int ret;

	if (!request)
		return -ENOMEM;
	ret = parse_request(request, &ev, &pages);
	kfree(request);
	if (ret) {
		pr_err("writeback_pages must be a number, cgroup= and age= may follow (%d)\n",
		       ret);
		goto put;
	}
	ret = evict_request(&ev, pages);
put:
	put_group(ev.group);
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

static int sysfs_add(void)
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

static void sysfs_remove(void)
{
	kobject_del(kobj);
	kobject_put(kobj);
}

/* The module */

static int pool_setup(void)
{
	pool = zs_create_pool("frontswap_compress");
	if (!pool)
		return -ENOMEM;
	/* A size has to fit in an entry, however large pages are. */
	poor_size = min3(zs_huge_class_size(pool), (size_t)PAGE_SIZE / 8 * 7,
			 (size_t)SIZE_RAW);
	return 0;
}

static int algs_setup(void)
{
	int ret;

	ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN,
				      "mm/frontswap_compress:prepare",
				      stream_up, NULL);
	if (ret < 0)
		return ret;
	cpuhp_state = ret;
	ret = alg_choose(compressor);
	if (ret)
		cpuhp_remove_multi_state(cpuhp_state);
	return ret;
}

static void algs_remove(void)
{
	int i;

	for (i = 0; i < MAX_ALGS; i++)
		alg_free(algs[i]);
	cpuhp_remove_multi_state(cpuhp_state);
}

static int reclaim_setup(void)
{
	int ret;

	wq = alloc_workqueue("frontswap_compress", WQ_UNBOUND | WQ_MEM_RECLAIM,
			     1);
	if (!wq)
		return -ENOMEM;
	ret = shrinker_add();
	if (ret)
		destroy_workqueue(wq);
	return ret;
}

static void reclaim_remove(void)
{
	shrinker_remove();
	WRITE_ONCE(writeback, false);
	cancel_work_sync(&reclaim_work);
	destroy_workqueue(wq);
}

static int setup(void)
{
	int type, ret;

	for (type = 0; type < MAX_SWAPFILES; type++)
		index_setup(&slots[type]);
	clock_set_length(&clock, 0);
	clock.began[0] = jiffies;
	not_before = jiffies;
	reads.seen = device_reads();
	set_limit();
	ret = pool_setup();
	if (ret)
		return ret;
	set_exclusive(0);
	ret = algs_setup();
	if (ret)
		goto no_algs;
	ret = sysfs_add();
	if (ret)
		goto no_sysfs;
	ret = reclaim_setup();
	if (ret)
		goto no_reclaim;
	fault_setup();
	return 0;
no_reclaim:
	sysfs_remove();
no_sysfs:
	algs_remove();
no_algs:
	zs_destroy_pool(pool);
	return ret;
}

/* From now on parameters are only looked at. */
static void teardown(void)
{
	kernel_param_lock(THIS_MODULE);
	ready = false;
	kernel_param_unlock(THIS_MODULE);
	fault_remove();
	reclaim_remove();
	sysfs_remove();
	algs_remove();
	zs_destroy_pool(pool);
}

static int __init compress_init(void)
{
	int ret;

	kernel_param_lock(THIS_MODULE);
	ret = setup();
	ready = !ret;
	kernel_param_unlock(THIS_MODULE);
	if (ret)
		return ret;
	ret = frontswap_register_ops(&compress_ops);
	if (ret)
		teardown();
	return ret;
}
module_init(compress_init);

/* The backend is detached by now, so it holds nothing. */
static void __exit compress_exit(void)
{
	frontswap_unregister_ops(&compress_ops);
	teardown();
}
module_exit(compress_exit);

MODULE_DESCRIPTION("frontswap backend that keeps pages compressed in RAM");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: crypto-" CONFIG_FRONTSWAP_COMPRESS_DEFAULT);
