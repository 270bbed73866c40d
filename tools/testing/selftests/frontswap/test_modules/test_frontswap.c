// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frontswap - a backend for tests
 *
 * Keeps plain copies in RAM, misbehaves on demand, and judges the core: each
 * call that breaks the contract of struct frontswap_ops counts as a violation.
 * All of it is in /sys/module/test_frontswap/parameters/.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/frontswap.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/swapops.h>
#include <linux/xarray.h>

#include "test_frontswap.h"

#define NR_TYPES	BIT(MAX_SWAPFILES_SHIFT)
#define EVENTS_LEN	2048
#define LOADING		(BIT(PG_locked) | BIT(PG_uptodate) | BIT(PG_swapbacked))

enum area_state {
	AREA_OFF,
	AREA_STARTING,
	AREA_ON,
};

enum completion_mode {
	COMPLETE_NOTHING,
	COMPLETE_UPTODATE,
	COMPLETE_ALL,
};

static char *name = "faulty";
module_param(name, charp, 0644);
MODULE_PARM_DESC(name, "Name of the backend, empty: none; read at registration");

static int priority;
module_param(priority, int, 0644);
MODULE_PARM_DESC(priority, "Priority of the backend; read at registration");

static bool direct = true;
module_param(direct, bool, 0644);
MODULE_PARM_DESC(direct, "Claim FRONTSWAP_DIRECT_LOAD; read at registration");
static bool write_through;
module_param(write_through, bool, 0644);
MODULE_PARM_DESC(write_through, "Claim FRONTSWAP_WRITE_THROUGH; read at registration");

static bool large;
module_param(large, bool, 0644);
MODULE_PARM_DESC(large, "Claim FRONTSWAP_LARGE_FOLIOS; read at registration");

static bool exclusive;
module_param(exclusive, bool, 0644);
MODULE_PARM_DESC(exclusive, "Let load() say that the copy need not stay");

static unsigned int refuse_stores;
module_param(refuse_stores, uint, 0644);
MODULE_PARM_DESC(refuse_stores, "Refuse each n-th store; 1: all, 0: none");

static bool fail_alloc;
module_param(fail_alloc, bool, 0644);
MODULE_PARM_DESC(fail_alloc, "Let every allocation in store() fail");

static unsigned int fail_loads;
module_param(fail_loads, uint, 0644);
MODULE_PARM_DESC(fail_loads, "errno that load() gives, e.g. 5 for -EIO, 2 for -ENOENT; 0: none");

static unsigned int fail_every = 1;
module_param(fail_every, uint, 0644);
MODULE_PARM_DESC(fail_every, "With fail_loads: fail each n-th load only");

static unsigned int fail_slots = 1;
module_param(fail_slots, uint, 0644);
MODULE_PARM_DESC(fail_slots, "With fail_loads: fail loads of each n-th slot only");

static bool corrupt;
module_param(corrupt, bool, 0644);
MODULE_PARM_DESC(corrupt, "Flip one bit of each page loaded");

static unsigned int completion;
module_param_named(complete, completion, uint, 0644);
MODULE_PARM_DESC(complete, "In load(): 1 mark the page uptodate, 2 also unlock it; not with direct");

static unsigned int init_delay_ms;
module_param(init_delay_ms, uint, 0644);
MODULE_PARM_DESC(init_delay_ms, "Time that init() takes");

static unsigned int store_delay_ms;
module_param(store_delay_ms, uint, 0644);
MODULE_PARM_DESC(store_delay_ms, "Time that store() takes");

static unsigned int load_delay_ms;
module_param(load_delay_ms, uint, 0644);
MODULE_PARM_DESC(load_delay_ms, "Time that load() takes");

static unsigned int drain_delay_ms;
module_param(drain_delay_ms, uint, 0644);
MODULE_PARM_DESC(drain_delay_ms, "Time that each 16th load() of a drain takes once it has the data");

static unsigned int hold_drain_ms;
module_param(hold_drain_ms, uint, 0644);
MODULE_PARM_DESC(hold_drain_ms, "The same for the next load() of a drain, once");

static unsigned int linger_ms;
module_param(linger_ms, uint, 0444);
MODULE_PARM_DESC(linger_ms, "Time that the module's init takes after registration");

static bool init_fails;
module_param(init_fails, bool, 0444);
MODULE_PARM_DESC(init_fails, "Let the module's init fail after registration");

static struct xarray copies[NR_TYPES];
static enum area_state areas[NR_TYPES];

static atomic_t init_calls;
static atomic_t area_calls;
static atomic_t stores;
static atomic_t loads;
static atomic_t pages;
static atomic_t violations;

static DEFINE_SPINLOCK(events_lock);
static char events[EVENTS_LEN];
static size_t events_len;

#define wrong(fmt, ...)							\
do {									\
	atomic_inc(&violations);					\
	pr_err_ratelimited("contract broken: " fmt "\n", ##__VA_ARGS__);	\
} while (0)

static void record(char event, unsigned int type)
{
	spin_lock(&events_lock);
	events_len += scnprintf(events + events_len, EVENTS_LEN - events_len,
				"%s%c%u", events_len ? " " : "", event, type);
	spin_unlock(&events_lock);
}

static void delay(unsigned int ms)
{
	if (ms)
		msleep(ms);
}

static bool each_nth(atomic_t *counter, unsigned int n)
{
	return n && (unsigned int)atomic_read(counter) % n == 0;
}

/* the backend */

static void judge_module(void)
{
	if (THIS_MODULE->state == MODULE_STATE_GOING)
		wrong("callback after the module's init has failed");
}

static void faulty_init(unsigned int type)
{
	atomic_inc(&init_calls);
	judge_module();
	record('i', type);
	if (areas[type] != AREA_OFF)
		wrong("second init of type %u", type);
	WRITE_ONCE(areas[type], AREA_STARTING);
	pr_info("init of type %u begins\n", type);
	delay(READ_ONCE(init_delay_ms));
	/* Pairs with judge_store(): the core orders more than this. */
	smp_store_release(&areas[type], AREA_ON);
}

static struct frontswap_ops faulty_ops;

static void judge_store(unsigned int type, pgoff_t offset, struct page *page)
{
	/* Pairs with faulty_init(). */
	if (smp_load_acquire(&areas[type]) != AREA_ON)
		wrong("store to type %u, which is not set up", type);
	if (THIS_MODULE->state != MODULE_STATE_LIVE)
		wrong("store while the module is not live");
	if (!PageLocked(page))
		wrong("store of a page that is not locked");
	if (!PageCompound(page) && page_private(page) != swp_entry(type, offset).val)
		wrong("store of a page not of this slot");
	if (PageCompound(page) && !(faulty_ops.flags & FRONTSWAP_LARGE_FOLIOS))
		wrong("store of a part of a large folio");
	if (xa_load(&copies[type], offset))
		wrong("older copy of %u:%lu still here", type, offset);
}

static int keep(unsigned int type, pgoff_t offset, struct page *page)
{
	gfp_t gfp = GFP_NOWAIT | __GFP_NOMEMALLOC | __GFP_NOWARN;
	struct page *copy, *old;

	if (READ_ONCE(fail_alloc))
		return -ENOMEM;
	copy = alloc_page(gfp | __GFP_HIGHMEM);
	if (!copy)
		return -ENOMEM;
	copy_highpage(copy, page);
	set_page_private(copy, 0);
	old = xa_store(&copies[type], offset, copy, gfp);
	if (xa_is_err(old)) {
		__free_page(copy);
		return xa_err(old);
	}
	if (old)
		__free_page(old);
	else
		atomic_inc(&pages);
	return 0;
}

static int faulty_store(unsigned int type, pgoff_t offset, struct page *page)
{
	atomic_inc(&stores);
	judge_store(type, offset, page);
	delay(READ_ONCE(store_delay_ms));
	if (each_nth(&stores, READ_ONCE(refuse_stores)))
		return -EPERM;
	return keep(type, offset, page);
}

static void flip_a_bit(struct page *page)
{
	char *data = kmap_local_page(page);

	data[PAGE_SIZE / 2] ^= 1;
	kunmap_local(data);
}

static void complete_page(struct page *page)
{
	unsigned int mode = READ_ONCE(completion);

	if (mode >= COMPLETE_UPTODATE)
		SetPageUptodate(page);
	if (mode >= COMPLETE_ALL)
		unlock_page(page);
}

/* A page in the swap cache has another reference, of the swap cache. */
static bool core_owns(struct page *page)
{
	/* data race: the page of the last load may be anybody's by now */
	return data_race(page_ref_count(page) == 1 &&
			 page->flags & BIT(PG_swapcache));
}

/* The errno that load() is to give, or 0. */
static int load_error(pgoff_t offset)
{
	unsigned int error = READ_ONCE(fail_loads);

	if (!error || offset % (READ_ONCE(fail_slots) ?: 1) ||
	    !each_nth(&loads, READ_ONCE(fail_every)))
		return 0;
	return -(int)error;
}

static void delay_drain(void)
{
	unsigned int ms = READ_ONCE(drain_delay_ms);

	if (ms && each_nth(&loads, 16))
		msleep(ms);
	if (READ_ONCE(hold_drain_ms))
		msleep(xchg(&hold_drain_ms, 0));
}

/* What load() says of a page that it has filled; judge_invalidate() remembers which. */
static int loaded(struct page *page, struct page *copy)
{
	set_page_private(copy, (unsigned long)page);
	return READ_ONCE(exclusive) ? FRONTSWAP_LOAD_EXCLUSIVE : 0;
}

int test_frontswap_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct page *copy = xa_load(&copies[type], offset);
	bool drained;
	int error;

	atomic_inc(&loads);
	if (!PageLocked(page) || PageUptodate(page))
		wrong("load into a page not locked or uptodate");
	if (!copy) {
		wrong("load of %u:%lu, which is not here", type, offset);
		return -EINVAL;
	}
	delay(READ_ONCE(load_delay_ms));
	error = load_error(offset);
	if (error)
		return error;
	copy_highpage(page, copy);
	if (READ_ONCE(corrupt))
		flip_a_bit(page);
	/* A reader of an asynchronous device has its page in the swap cache. */
	drained = core_owns(page);
	complete_page(page);
	if (drained)
		delay_drain();
	return loaded(page, copy);
}
EXPORT_SYMBOL_GPL(test_frontswap_load);

/*
 * While the page of the last load is locked and not uptodate only who has loaded it
 * can drop the copy. Nobody but the core refers to pages of the core's own.
 */
static void judge_invalidate(unsigned int type, pgoff_t offset, struct page *copy)
{
	struct page *page = (struct page *)page_private(copy);
	unsigned long flags;

	if (!page)
		return;
	/* data race: it may be anybody's page by now, and a part of any folio */
	flags = data_race(page->flags);
	/* and so may this */
	if (data_race(page_private(page)) != swp_entry(type, offset).val ||
	    (flags & LOADING) != (BIT(PG_locked) | BIT(PG_swapbacked)))
		return;
	if (core_owns(page))
		return;
	if (!(flags & BIT(PG_swapcache)))
		wrong("copy of %u:%lu dropped, its page is not in the swap cache",
		      type, offset);
	else if (!(flags & BIT(PG_dirty)) &&
		 !(faulty_ops.flags & FRONTSWAP_WRITE_THROUGH))
		wrong("copy of %u:%lu dropped, its page is clean", type, offset);
}

static void faulty_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct page *copy = xa_erase(&copies[type], offset);

	if (!copy) {
		wrong("invalidate of %u:%lu, which is not here", type, offset);
		return;
	}
	judge_invalidate(type, offset, copy);
	set_page_private(copy, 0);
	__free_page(copy);
	atomic_dec(&pages);
}

static void faulty_invalidate_area(unsigned int type)
{
	unsigned long offset;
	struct page *copy;

	atomic_inc(&area_calls);
	judge_module();
	record('a', type);
	if (areas[type] != AREA_ON)
		wrong("invalidate_area of type %u, which is not set up", type);
	WRITE_ONCE(areas[type], AREA_OFF);
	xa_for_each(&copies[type], offset, copy) {
		set_page_private(copy, 0);
		__free_page(copy);
		atomic_dec(&pages);
	}
	xa_destroy(&copies[type]);
}

static unsigned long faulty_pool_pages(void)
{
	return atomic_read(&pages);
}

static struct frontswap_ops faulty_ops = {
	.init = faulty_init,
	.store = faulty_store,
	.load = test_frontswap_load,
	.invalidate_page = faulty_invalidate_page,
	.invalidate_area = faulty_invalidate_area,
	.pool_pages = faulty_pool_pages,
};

/* parameters that act */

static DEFINE_MUTEX(registration);
static bool initialised;
static bool registered = true;

static int attach(void)
{
	faulty_ops.name = name && *name ? name : NULL;
	faulty_ops.priority = priority;
	faulty_ops.flags = (direct ? FRONTSWAP_DIRECT_LOAD : 0) |
			   (write_through ? FRONTSWAP_WRITE_THROUGH : 0) |
			   (large ? FRONTSWAP_LARGE_FOLIOS : 0) |
			   FRONTSWAP_EXCLUSIVE_LOADS;
	return frontswap_register_ops(&faulty_ops);
}

static int set_registered(const char *value, const struct kernel_param *param)
{
	bool want;
	int err = kstrtobool(value, &want);

	if (err)
		return err;
	mutex_lock(&registration);
	if (initialised && want != registered)
		err = want ? attach() : frontswap_unregister_ops(&faulty_ops);
	if (!err)
		registered = want;
	mutex_unlock(&registration);
	return err;
}

static const struct kernel_param_ops registered_ops = {
	.set = set_registered,
	.get = param_get_bool,
};

module_param_cb(registered, &registered_ops, &registered, 0644);
MODULE_PARM_DESC(registered, "Registered with frontswap; at load time: register from the module's init");

#define EVICT_BATCH	48

static int evicted;
module_param(evicted, int, 0444);
MODULE_PARM_DESC(evicted, "What the last frontswap_evict() has returned");

/* The next slots with a copy, or just the next ones, from @offset on. */
static unsigned int next_slots(unsigned int type, unsigned long *offset,
			       pgoff_t *batch, unsigned int nr, bool held)
{
	unsigned int i;

	for (i = 0; i < nr; i++, (*offset)++) {
		if (held && !xa_find(&copies[type], offset, ULONG_MAX,
				     XA_PRESENT))
			break;
		batch[i] = *offset;
	}
	return i;
}

/*
 * "TYPE N": up to N of the pages held, in the order of their slots; "TYPE N FIRST":
 * N slots, whether or not there is a copy.
 */
static int set_evict(const char *value, const struct kernel_param *param)
{
	unsigned int type, wanted, nr;
	pgoff_t batch[EVICT_BATCH];
	unsigned long offset = 0;
	int args, ret, sum = 0;

	args = sscanf(value, "%u %u %lu", &type, &wanted, &offset);
	if (args < 2 || type >= NR_TYPES)
		return -EINVAL;
	for (; wanted; wanted -= nr) {
		nr = next_slots(type, &offset, batch,
				min_t(unsigned int, wanted, EVICT_BATCH),
				args == 2);
		if (!nr)
			break;
		ret = frontswap_evict(&faulty_ops, type, batch, nr);
		if (ret < 0) {
			evicted = ret;
			return ret;
		}
		sum += ret;
	}
	evicted = sum;
	return 0;
}

static const struct kernel_param_ops evict_ops = {
	.set = set_evict,
};

module_param_cb(evict, &evict_ops, NULL, 0200);
MODULE_PARM_DESC(evict, "Write TYPE N [FIRST]: have the core move N pages, or slots, to the device");

static int refuse_set(const char *value, const struct kernel_param *param)
{
	return -EPERM;
}

static int get_atomic(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%d\n", atomic_read((atomic_t *)param->arg));
}

static const struct kernel_param_ops counter_ops = {
	.set = refuse_set,
	.get = get_atomic,
};

module_param_cb(init_calls, &counter_ops, &init_calls, 0444);
MODULE_PARM_DESC(init_calls, "Calls of init()");
module_param_cb(area_calls, &counter_ops, &area_calls, 0444);
MODULE_PARM_DESC(area_calls, "Calls of invalidate_area()");
module_param_cb(stores, &counter_ops, &stores, 0444);
MODULE_PARM_DESC(stores, "Calls of store()");
module_param_cb(loads, &counter_ops, &loads, 0444);
MODULE_PARM_DESC(loads, "Calls of load()");
module_param_cb(pages, &counter_ops, &pages, 0444);
MODULE_PARM_DESC(pages, "Pages held");
module_param_cb(violations, &counter_ops, &violations, 0444);
MODULE_PARM_DESC(violations, "Calls that broke the contract of struct frontswap_ops");

static int clear_events(const char *value, const struct kernel_param *param)
{
	spin_lock(&events_lock);
	events_len = 0;
	events[0] = '\0';
	spin_unlock(&events_lock);
	return 0;
}

static int get_events(char *buffer, const struct kernel_param *param)
{
	int len;

	spin_lock(&events_lock);
	len = sysfs_emit(buffer, "%s\n", events);
	spin_unlock(&events_lock);
	return len;
}

static const struct kernel_param_ops events_ops = {
	.set = clear_events,
	.get = get_events,
};

module_param_cb(events, &events_ops, NULL, 0644);
MODULE_PARM_DESC(events, "Order of init (iN) and invalidate_area (aN) calls; a write clears it");

static int __init faulty_module_init(void)
{
	unsigned int type;
	int err = 0;

	for (type = 0; type < NR_TYPES; type++)
		xa_init(&copies[type]);
	mutex_lock(&registration);
	initialised = true;
	if (registered)
		err = attach();
	mutex_unlock(&registration);
	delay(linger_ms);
	return init_fails ? -EINVAL : err;
}

static void __exit faulty_module_exit(void)
{
}

module_init(faulty_module_init);
module_exit(faulty_module_exit);

MODULE_DESCRIPTION("frontswap backend with fault switches, for tests");
MODULE_LICENSE("GPL");
