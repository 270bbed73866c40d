// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_compress: write-back, by a worker, for the shrinker and on request,
 * and before each run: folding ages, compaction
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "compress.h"

#define WRITEBACK_BATCH		32U	/* writes in flight in the core */
#define MAX_FAILED_BATCHES	8	/* then skip the area for this run */
#define WRITEBACK_ROUND		256UL	/* pages per check of the pool */
#define PROTECTED_GENERATIONS	GENERATIONS	/* from the shrinker */

bool compress_writeback_enabled = true;
bool compress_demote_enabled = true;
unsigned int compress_writeback_rate;
unsigned int compress_max_age;
static struct compress_budget budget;
static atomic_long_t nr_to_writeback;	/* requested by the shrinker */
static unsigned long backoff_until;
static unsigned long waste_left;	/* bytes, after the last compaction */
static bool was_full;
static unsigned long was_rejected;
static DEFINE_MUTEX(evict_lock);	/* budget, waste_left, was_*, ages */
static struct workqueue_struct *wq;

static void compress_writeback(struct work_struct *unused);
static void compress_age_out(struct work_struct *unused);
static DECLARE_WORK(writeback_work, compress_writeback);
static DECLARE_DELAYED_WORK(age_work, compress_age_out);

/* A run that ends above the threshold, or early, is followed by a pause. */
bool compress_in_backoff(void)
{
	return time_before(jiffies, READ_ONCE(backoff_until));
}

void compress_queue_worker(void)
{
	queue_work(wq, &writeback_work);
}

/* A new limit is applied even in a pause. */
void compress_end_backoff(void)
{
	WRITE_ONCE(backoff_until, jiffies);
	compress_queue_worker();
}

static u64 compress_all_ages(void)
{
	u64 ages = 0;
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++) {
		mutex_lock(&compress_slots[type].walk);
		ages |= compress_index_ages(&compress_slots[type]);
		mutex_unlock(&compress_slots[type].walk);
	}
	return ages;
}

/* Must not run while pages are collected by age. */
static void compress_fold_ages(void)
{
	unsigned long now = READ_ONCE(compress_clock.now);
	int type;

	lockdep_assert_held(&evict_lock);
	for (type = 0; type < MAX_SWAPFILES; type++) {
		mutex_lock(&compress_slots[type].walk);
		compress_index_fold(&compress_slots[type], now,
				    compress_clock.folded);
		mutex_unlock(&compress_slots[type].walk);
	}
	WRITE_ONCE(compress_clock.folded, now);
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
bool compress_compact_due(void)
{
	return compress_wasted_bytes() >
	       READ_ONCE(waste_left) + compress_pool_bytes() / 16;
}

static void compress_compact(void)
{
	lockdep_assert_held(&evict_lock);
	zs_compact(compress_pool);
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
	int ret = READ_ONCE(compress_demote_enabled) ?
		  frontswap_demote(&compress_ops, type, offsets, n) :
		  frontswap_evict(&compress_ops, type, offsets, n);

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
		.busy = READ_ONCE(compress_clock.now) % NR_AGES,
		.min_size = ev->min_size,
		.wanted = compress_may_write_back,
		.arg = ev->group,
	};
	struct compress_index *ix = &compress_slots[ev->type];
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
	unsigned long now = READ_ONCE(compress_clock.now);
	u64 ages = compress_all_ages();
	long back;

	lockdep_assert_held(&evict_lock);
	for (back = min(NR_AGES - 2UL, now - ev->generation);
	     back >= (long)ev->keep; back--) {
		if (!(ages & BIT_ULL(compress_gen_age(now, back))))
			continue;
		if (ev->timed &&
		    !compress_gen_ended_by(&compress_clock, now, back,
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

	pages = compress_budget_get(&budget,
				    READ_ONCE(compress_writeback_rate), pages,
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
	unsigned long total = max(compress_pool_pages(), 1UL);
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
		compress_limit_excess(&compress_limit, compress_pool_pages(),
				      *begun);
	unsigned long n;

	*begun = excess;
	WRITE_ONCE(waste_left, min(waste_left, compress_wasted_bytes()));
	if (excess && compress_compact_due()) {
		compress_compact();
		return true;
	}
	if (!READ_ONCE(compress_writeback_enabled))
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
	bool full = compress_pool_full();

	if (full == was_full && rejected == was_rejected)
		return;
	was_full = full;
	was_rejected = rejected;
	compress_sysfs_notify_full();
}

static void compress_writeback(struct work_struct *unused)
{
	bool begun = false, more;

	mutex_lock(&evict_lock);
	do {
		if (compress_gen_fold_due(&compress_clock))
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

int compress_compact_request(void)
{
	if (mutex_lock_interruptible(&evict_lock))
		return -EINTR;
	compress_compact();
	mutex_unlock(&evict_lock);
	return 0;
}

/* Requests */

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
	unsigned long now = READ_ONCE(compress_clock.now);

	if (compress_gen_ended_by(&compress_clock, now, 1,
				  jiffies - ev->age / GENERATIONS))
		compress_gen_advance(&compress_clock);
}

/* A round of a run that may be for pages of an age. */
static bool compress_evict_aged_round(struct compress_eviction *ev,
				      unsigned long pages)
{
	lockdep_assert_held(&evict_lock);
	if (compress_gen_fold_due(&compress_clock))
		compress_fold_ages();
	if (ev->timed && !ev->wanted)
		compress_end_generation(ev);
	return compress_evict_round(ev, pages);
}

/* The budget applies to requests, too: wait for the next second. */
static int compress_evict_request(struct compress_eviction *ev,
				  unsigned long pages)
{
	bool moved;

	while (ev->done < pages) {
		if (mutex_lock_interruptible(&evict_lock))
			return -EINTR;
		moved = compress_evict_aged_round(ev, min(pages - ev->done,
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

/* Write back what @request asks for; see the file writeback_pages. */
int compress_writeback_request(char *request)
{
	struct compress_eviction ev = { .min_size = MIN_SIZE_LIMIT };
	unsigned long pages;
	int ret = compress_parse_request(request, &ev, &pages);

	if (ret)
		pr_err("writeback_pages must be a number, cgroup= and age= may follow (%d)\n",
		       ret);
	else
		ret = compress_evict_request(&ev, pages);
	compress_put_cgroup(ev.group);
	return ret;
}

/* Pages that are older than max_age */

static bool compress_age_out_round(struct compress_eviction *ev)
{
	bool moved;

	mutex_lock(&evict_lock);
	moved = compress_evict_aged_round(ev, WRITEBACK_ROUND);
	mutex_unlock(&evict_lock);
	return moved && !ev->error;
}

static void compress_age_out(struct work_struct *unused)
{
	unsigned int seconds = READ_ONCE(compress_max_age);
	struct compress_eviction ev = {
		.min_size = MIN_SIZE_LIMIT,
		.timed = true,
		.age = (unsigned long)seconds * HZ,
	};

	if (!seconds)
		return;
	while (READ_ONCE(compress_writeback_enabled) &&
	       compress_age_out_round(&ev))
		cond_resched();
	queue_delayed_work(system_unbound_wq, &age_work,
			   clamp(ev.age / GENERATIONS, (unsigned long)HZ,
				 60UL * HZ));
}

/* The parameter has changed. */
void compress_age_changed(void)
{
	mod_delayed_work(system_unbound_wq, &age_work, 0);
}

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
	now = READ_ONCE(compress_clock.now);
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

	if (!READ_ONCE(compress_writeback_enabled) ||
	    bulky < compress_pool_pages() / 8)
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
	compress_queue_worker();
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

int compress_writeback_setup(void)
{
	int ret;

	backoff_until = jiffies;
	reads.seen = compress_device_reads();
	wq = alloc_workqueue("frontswap_compress", WQ_UNBOUND | WQ_MEM_RECLAIM,
			     1);
	if (!wq)
		return -ENOMEM;
	ret = compress_shrinker_add();
	if (ret)
		destroy_workqueue(wq);
	else
		compress_age_changed();
	return ret;
}

void compress_writeback_remove(void)
{
	compress_shrinker_remove();
	WRITE_ONCE(compress_writeback_enabled, false);
	cancel_delayed_work_sync(&age_work);
	cancel_work_sync(&writeback_work);
	destroy_workqueue(wq);
}
