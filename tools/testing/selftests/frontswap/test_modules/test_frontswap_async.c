// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frontswap_async - an asynchronous backend for tests
 *
 * Keeps plain copies in RAM behind a delay, ends its requests in any context,
 * misbehaves on demand, and judges the core: each call that breaks the contract
 * of struct frontswap_ops counts as a violation.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/crc32.h>
#include <linux/frontswap.h>
#include <linux/highmem.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#define NR_TYPES	BIT(MAX_SWAPFILES_SHIFT)

enum end_context {
	END_HARDIRQ,
	END_SOFTIRQ,
	END_THREAD,
	END_IN_BEGIN,	/* before begin_*() has returned */
	END_AT_ONCE,	/* begin_*() returns 0 */
};

/* Read at registration. */

static int priority;
module_param(priority, int, 0444);
MODULE_PARM_DESC(priority, "Priority of the backend");

static bool write_through;
module_param(write_through, bool, 0444);
MODULE_PARM_DESC(write_through, "Claim FRONTSWAP_WRITE_THROUGH");

static bool large;
module_param(large, bool, 0444);
MODULE_PARM_DESC(large, "Claim FRONTSWAP_LARGE_FOLIOS");

static bool remote;
module_param(remote, bool, 0444);
MODULE_PARM_DESC(remote, "Claim FRONTSWAP_NOT_IN_IMAGE");

static bool synchronous;
module_param(synchronous, bool, 0444);
MODULE_PARM_DESC(synchronous, "store() and load() behind the same delay instead, to compare");

static unsigned int depth;
module_param(depth, uint, 0444);
MODULE_PARM_DESC(depth, "io_depth");

static bool queue;
module_param(queue, bool, 0444);
MODULE_PARM_DESC(queue, "Requests wait for kick()");

static bool judge_data = true;
module_param(judge_data, bool, 0444);
MODULE_PARM_DESC(judge_data, "Compare checksums of stores, which takes long");

/* Changed at any time. */

static unsigned int context;
module_param(context, uint, 0644);
MODULE_PARM_DESC(context, "End in 0 hard interrupt, 1 softirq, 2 thread, 3 begin; 4: begin returns 0");

static unsigned int delay_us = 100;
module_param(delay_us, uint, 0644);
MODULE_PARM_DESC(delay_us, "Time that a request takes");

static unsigned int jitter_us;
module_param(jitter_us, uint, 0644);
MODULE_PARM_DESC(jitter_us, "Random time on top of it, so that requests overtake each other");

static unsigned int refuse_stores;
module_param(refuse_stores, uint, 0644);
MODULE_PARM_DESC(refuse_stores, "Reject each n-th store in begin_store()");

static unsigned int fail_stores;
module_param(fail_stores, uint, 0644);
MODULE_PARM_DESC(fail_stores, "End each n-th store with an error");

static unsigned int fail_loads;
module_param(fail_loads, uint, 0644);
MODULE_PARM_DESC(fail_loads, "End each n-th load with an error");

static unsigned int load_error = 5;
module_param(load_error, uint, 0644);
MODULE_PARM_DESC(load_error, "errno of these, e.g. 2 for -ENOENT");

static unsigned int max_pages;
module_param(max_pages, uint, 0644);
MODULE_PARM_DESC(max_pages, "Reject more pages (0: no limit)");

static atomic_t stores;
static atomic_t loads;
static atomic_t pages;
static atomic_t kicks;
static atomic_t in_flight;
static atomic_t max_stores_in_flight;
static atomic_t max_loads_in_flight;
static atomic_t violations;

#define wrong(fmt, ...)							\
do {									\
	atomic_inc(&violations);					\
	pr_err_ratelimited("contract broken: " fmt "\n", ##__VA_ARGS__);	\
} while (0)

struct async_request {
	struct hrtimer timer;
	struct work_struct work;
	struct list_head list;
	struct page *copy;
	bool store;
	bool fails;
	enum end_context how;
	u32 crc;
};

static struct xarray copies[NR_TYPES];
static bool area_on[NR_TYPES];
static DEFINE_SPINLOCK(queue_lock);
static LIST_HEAD(queued);
static LIST_HEAD(held);
static bool hold;
static struct workqueue_struct *wq;
static const struct frontswap_ops *registered;

static struct async_request *request_of(struct frontswap_io *io)
{
	return frontswap_io_priv(io);
}

static struct frontswap_io *io_of(struct async_request *r)
{
	return (struct frontswap_io *)r - 1;
}

static bool each_nth(atomic_t *counter, unsigned int n)
{
	return n && (unsigned int)atomic_read(counter) % n == 0;
}

static u32 page_crc(struct page *page)
{
	void *data;
	u32 crc;

	if (!judge_data)
		return 0;
	data = kmap_local_page(page);
	crc = crc32(0, data, PAGE_SIZE);
	kunmap_local(data);
	return crc;
}

static void note_max(atomic_t *max, int n)
{
	int old = atomic_read(max);

	while (n > old && !atomic_try_cmpxchg(max, &old, n))
		;
}

static void drop_copy(struct frontswap_io *io)
{
	unsigned long flags;
	struct page *copy;

	xa_lock_irqsave(&copies[io->type], flags);
	copy = __xa_erase(&copies[io->type], io->offset);
	xa_unlock_irqrestore(&copies[io->type], flags);
	if (!copy)
		return;
	__free_page(copy);
	atomic_dec(&pages);
}

static int end_store(struct frontswap_io *io, struct async_request *r)
{
	if (page_crc(io->page) != r->crc)
		wrong("data of %u:%lu has changed", io->type, io->offset);
	if (r->fails) {
		drop_copy(io);
		return -EIO;
	}
	copy_highpage(r->copy, io->page);
	set_page_private(r->copy, 0);
	return 0;
}

static int end_load(struct frontswap_io *io, struct async_request *r)
{
	if (r->fails)
		return -(int)READ_ONCE(load_error);
	copy_highpage(io->page, r->copy);
	return 0;
}

/* The request has been served; what it returns is for frontswap_io_end(). */
static int serve(struct async_request *r)
{
	struct frontswap_io *io = io_of(r);

	atomic_dec(&in_flight);
	return r->store ? end_store(io, r) : end_load(io, r);
}

static void finish(struct async_request *r)
{
	struct frontswap_io *io = io_of(r);

	frontswap_io_end(io, serve(r));
}

static bool held_back(struct async_request *r)
{
	unsigned long flags;
	bool ret;

	spin_lock_irqsave(&queue_lock, flags);
	ret = hold;
	if (ret)
		list_add_tail(&r->list, &held);
	spin_unlock_irqrestore(&queue_lock, flags);
	return ret;
}

static void finish_work(struct work_struct *work)
{
	struct async_request *r = container_of(work, struct async_request, work);

	if (!held_back(r))
		finish(r);
}

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct async_request *r = container_of(timer, struct async_request, timer);

	if (r->how == END_THREAD)
		queue_work(wq, &r->work);
	else if (!held_back(r))
		finish(r);
	return HRTIMER_NORESTART;
}

static void start_timer(struct async_request *r)
{
	u64 ns = 1000ULL * READ_ONCE(delay_us);
	unsigned int jitter = READ_ONCE(jitter_us);

	if (jitter)
		ns += 1000ULL * get_random_u32_below(jitter);
	hrtimer_start(&r->timer, ns_to_ktime(ns),
		      r->how == END_SOFTIRQ ? HRTIMER_MODE_REL_SOFT :
					      HRTIMER_MODE_REL_HARD);
}

static int start(struct async_request *r)
{
	enum end_context how = READ_ONCE(context);
	unsigned long flags;

	r->how = how;
	if (how == END_AT_ONCE)
		return serve(r);
	if (how == END_IN_BEGIN) {
		if (!held_back(r))
			finish(r);
		return -EINPROGRESS;
	}
	hrtimer_init(&r->timer, CLOCK_MONOTONIC, how == END_SOFTIRQ ?
		     HRTIMER_MODE_REL_SOFT : HRTIMER_MODE_REL_HARD);
	r->timer.function = expire;
	INIT_WORK(&r->work, finish_work);
	if (!queue) {
		start_timer(r);
		return -EINPROGRESS;
	}
	spin_lock_irqsave(&queue_lock, flags);
	list_add_tail(&r->list, &queued);
	spin_unlock_irqrestore(&queue_lock, flags);
	return -EINPROGRESS;
}

static void async_kick(const struct frontswap_ops *ops)
{
	struct async_request *r, *next;
	unsigned long flags;
	LIST_HEAD(list);

	atomic_inc(&kicks);
	spin_lock_irqsave(&queue_lock, flags);
	list_splice_init(&queued, &list);
	spin_unlock_irqrestore(&queue_lock, flags);
	list_for_each_entry_safe(r, next, &list, list)
		start_timer(r);
}

static void judge_io(struct frontswap_io *io)
{
	if (io->ops != registered)
		wrong("not our ops");
	if (!READ_ONCE(area_on[io->type]))
		wrong("io for type %u, which is not attached", io->type);
}

static int keep(struct frontswap_io *io, struct async_request *r)
{
	gfp_t gfp = GFP_NOWAIT | __GFP_NOMEMALLOC | __GFP_NOWARN;
	void *old;

	r->copy = alloc_page(gfp);
	if (!r->copy)
		return -ENOMEM;
	/* not readable until the store has ended */
	set_page_private(r->copy, 1);
	old = xa_store_irq(&copies[io->type], io->offset, r->copy, gfp);
	if (!old) {
		atomic_inc(&pages);
		return 0;
	}
	if (xa_is_err(old)) {
		__free_page(r->copy);
		return xa_err(old);
	}
	wrong("older copy of %u:%lu still here", io->type, io->offset);
	__free_page(old);
	return 0;
}

static int async_begin_store(struct frontswap_io *io)
{
	struct async_request *r = request_of(io);
	unsigned int max = READ_ONCE(max_pages);
	int ret;

	atomic_inc(&stores);
	judge_io(io);
	if (each_nth(&stores, READ_ONCE(refuse_stores)) ||
	    (max && atomic_read(&pages) >= max))
		return -ENOSPC;
	ret = keep(io, r);
	if (ret)
		return ret;
	r->store = true;
	r->fails = each_nth(&stores, READ_ONCE(fail_stores));
	r->crc = page_crc(io->page);
	note_max(&max_stores_in_flight, atomic_inc_return(&in_flight));
	return start(r);
}

static int async_begin_load(struct frontswap_io *io)
{
	struct async_request *r = request_of(io);

	atomic_inc(&loads);
	judge_io(io);
	r->copy = xa_load(&copies[io->type], io->offset);
	if (!r->copy) {
		wrong("load of %u:%lu, which is not here", io->type, io->offset);
		return -EINVAL;
	}
	if (page_private(r->copy))
		wrong("load of %u:%lu before the end of its store", io->type,
		      io->offset);
	r->store = false;
	r->fails = each_nth(&loads, READ_ONCE(fail_loads));
	note_max(&max_loads_in_flight, atomic_inc_return(&in_flight));
	return start(r);
}

static void async_attach_area(const struct frontswap_ops *ops,
			      unsigned int type, unsigned long nr_slots)
{
	if (area_on[type])
		wrong("second attach of type %u", type);
	WRITE_ONCE(area_on[type], true);
}

static void async_detach_area(const struct frontswap_ops *ops,
			      unsigned int type)
{
	unsigned long offset;
	struct page *copy;

	if (!area_on[type])
		wrong("detach of type %u, which is not attached", type);
	WRITE_ONCE(area_on[type], false);
	xa_for_each(&copies[type], offset, copy) {
		if (page_private(copy))
			wrong("area %u detached before the end of a store", type);
		__free_page(copy);
		atomic_dec(&pages);
	}
	xa_destroy(&copies[type]);
}

static void async_invalidate_slots(const struct frontswap_ops *ops,
				   unsigned int type, pgoff_t offset,
				   unsigned int nr)
{
	struct page *copy;

	for (; nr; nr--, offset++) {
		copy = xa_erase_irq(&copies[type], offset);
		if (!copy) {
			wrong("invalidate of %u:%lu, which is not here", type,
			      offset);
			continue;
		}
		if (page_private(copy))
			wrong("invalidate of %u:%lu before the end of its store",
			      type, offset);
		__free_page(copy);
		atomic_dec(&pages);
	}
}

/* The same behind store() and load() */

static void sync_delay(void)
{
	ktime_t delay = ns_to_ktime(1000ULL * READ_ONCE(delay_us));

	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(&delay, HRTIMER_MODE_REL);
}

static int sync_store(unsigned int type, pgoff_t offset, struct page *page)
{
	gfp_t gfp = GFP_NOWAIT | __GFP_NOMEMALLOC | __GFP_NOWARN;
	struct page *copy = alloc_page(gfp);
	void *old;

	atomic_inc(&stores);
	if (!copy)
		return -ENOMEM;
	sync_delay();
	copy_highpage(copy, page);
	set_page_private(copy, 0);
	old = xa_store_irq(&copies[type], offset, copy, gfp);
	if (old) {
		__free_page(copy);
		return -ENOMEM;
	}
	atomic_inc(&pages);
	return 0;
}

static int sync_load(unsigned int type, pgoff_t offset, struct page *page)
{
	atomic_inc(&loads);
	sync_delay();
	copy_highpage(page, xa_load(&copies[type], offset));
	return 0;
}

static void sync_invalidate_page(unsigned int type, pgoff_t offset)
{
	unsigned long flags;
	struct page *copy;

	xa_lock_irqsave(&copies[type], flags);
	copy = __xa_erase(&copies[type], offset);
	xa_unlock_irqrestore(&copies[type], flags);
	__free_page(copy);
	atomic_dec(&pages);
}

static void make_synchronous(struct frontswap_ops *ops)
{
	ops->begin_store = NULL;
	ops->begin_load = NULL;
	ops->invalidate_slots = NULL;
	ops->io_size = 0;
	ops->store = sync_store;
	ops->load = sync_load;
	ops->invalidate_page = sync_invalidate_page;
	ops->flags |= FRONTSWAP_DIRECT_LOAD;
}

static struct frontswap_ops async_ops = {
	.begin_store = async_begin_store,
	.begin_load = async_begin_load,
	.attach_area = async_attach_area,
	.detach_area = async_detach_area,
	.invalidate_slots = async_invalidate_slots,
	.io_size = sizeof(struct async_request),
	.name = "async",
};

/* "1" holds requests back from their end, "0" ends them. */
static int set_hold(const char *value, const struct kernel_param *param)
{
	struct async_request *r, *next;
	LIST_HEAD(list);
	bool on;
	int ret = kstrtobool(value, &on);

	if (ret)
		return ret;
	spin_lock_irq(&queue_lock);
	hold = on;
	if (!on)
		list_splice_init(&held, &list);
	spin_unlock_irq(&queue_lock);
	list_for_each_entry_safe(r, next, &list, list)
		finish(r);
	return 0;
}

static const struct kernel_param_ops hold_ops = {
	.set = set_hold,
	.get = param_get_bool,
};

module_param_cb(hold, &hold_ops, &hold, 0644);
MODULE_PARM_DESC(hold, "No request ends until this is 0");

static int get_atomic(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%d\n", atomic_read((atomic_t *)param->arg));
}

static int clear_atomic(const char *value, const struct kernel_param *param)
{
	atomic_set((atomic_t *)param->arg, 0);
	return 0;
}

static const struct kernel_param_ops counter_ops = {
	.get = get_atomic,
};

static const struct kernel_param_ops max_ops = {
	.set = clear_atomic,
	.get = get_atomic,
};

#define COUNTER(_name, _what)						\
	module_param_cb(_name, &counter_ops, &_name, 0444);		\
	MODULE_PARM_DESC(_name, _what)
COUNTER(stores, "Calls of begin_store()");
COUNTER(loads, "Calls of begin_load()");
COUNTER(pages, "Pages held");
COUNTER(kicks, "Calls of kick()");
COUNTER(in_flight, "Requests that have not ended");
COUNTER(violations, "Calls that broke the contract of struct frontswap_ops");
module_param_cb(max_stores_in_flight, &max_ops, &max_stores_in_flight, 0644);
MODULE_PARM_DESC(max_stores_in_flight, "Most requests in flight when a store began");
module_param_cb(max_loads_in_flight, &max_ops, &max_loads_in_flight, 0644);
MODULE_PARM_DESC(max_loads_in_flight, "Most requests in flight when a load began");

static int __init async_init(void)
{
	unsigned int type;
	int ret;

	for (type = 0; type < NR_TYPES; type++)
		xa_init_flags(&copies[type], XA_FLAGS_LOCK_IRQ);
	wq = alloc_workqueue("test_frontswap_async",
			     WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!wq)
		return -ENOMEM;
	async_ops.priority = priority;
	async_ops.io_depth = depth;
	async_ops.flags = (write_through ? FRONTSWAP_WRITE_THROUGH : 0) |
			  (large ? FRONTSWAP_LARGE_FOLIOS : 0) |
			  (remote ? FRONTSWAP_NOT_IN_IMAGE : 0);
	if (synchronous)
		make_synchronous(&async_ops);
	else if (queue)
		async_ops.kick = async_kick;
	registered = &async_ops;
	ret = frontswap_register_ops(&async_ops);
	if (ret)
		destroy_workqueue(wq);
	return ret;
}
module_init(async_init);

static void __exit async_exit(void)
{
	destroy_workqueue(wq);
}
module_exit(async_exit);

MODULE_DESCRIPTION("asynchronous frontswap backend with fault switches, for tests");
MODULE_LICENSE("GPL");
