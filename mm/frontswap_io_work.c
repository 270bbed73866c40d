// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: asynchronous backends: work items, deadlines, freed slots,
 * abandoning, set-up
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "frontswap_io.h"

static DEFINE_MUTEX(frontswap_io_wq_mutex);

/* Failed stores: move the copies to the next backend or to the device */

/* Find copies that are still needed, all of one type, and free the others. */
static unsigned int frontswap_io_collect(struct frontswap_ios *ios,
					 unsigned int *type, pgoff_t *offsets)
{
	struct frontswap_io *io, *next;
	struct frontswap_map *map;
	unsigned int n = 0;
	unsigned long flags;

	spin_lock_irqsave(&ios->lock, flags);
	list_for_each_entry_safe(io, next, &ios->failed, list) {
		map = READ_ONCE(ios->backend->map[io->type]);
		if (!map || !test_bit(io->offset, map->bits)) {
			list_del_init(&io->list);
			frontswap_io_put(io, IO_FAILED);
			continue;
		}
		if (n && io->type != *type)
			continue;
		*type = io->type;
		offsets[n++] = io->offset;
		if (n == FAILED_BATCH)
			break;
	}
	spin_unlock_irqrestore(&ios->lock, flags);
	return n;
}

static void frontswap_io_save_failed(struct frontswap_ios *ios)
{
	struct frontswap_backend *b = ios->backend;
	pgoff_t offsets[FAILED_BATCH];
	unsigned int type, n, i;

	while ((n = frontswap_io_collect(ios, &type, offsets)))
		if (b->reg->evict(b, type, offsets, n, FRONTSWAP_TO_NEXT) <= 0)
			break;
	/* The next attempt begins with others. */
	spin_lock_irq(&ios->lock);
	for (i = 0; i < n; i++)
		list_rotate_left(&ios->failed);
	spin_unlock_irq(&ios->lock);
	if (n)
		queue_delayed_work(frontswap_io_wq, &ios->retry_work, HZ / 10);
}

/* The error is final: read the device or report an I/O error. */
static void frontswap_io_read_device(struct frontswap_io *io)
{
	struct frontswap_backend *b = io->backend;
	struct page *page = io->device_page;

	if (b->reg->read_slot(swp_entry(io->type, io->offset), page))
		unlock_page(page);
	else
		frontswap_complete(page);
	frontswap_io_drop(io, IO_DEVICE);
}

static void frontswap_io_read_devices(struct frontswap_ios *ios)
{
	struct frontswap_io *io;

	do {
		spin_lock_irq(&ios->lock);
		io = list_first_entry_or_null(&ios->devices,
					      struct frontswap_io, list);
		if (io)
			list_del_init(&io->list);
		spin_unlock_irq(&ios->lock);
		if (io)
			frontswap_io_read_device(io);
	} while (io);
}

static void frontswap_io_work(struct work_struct *work)
{
	struct frontswap_ios *ios =
		container_of(work, struct frontswap_ios, work);

	frontswap_io_read_devices(ios);
	frontswap_io_save_failed(ios);
}

static void frontswap_io_retry(struct work_struct *work)
{
	struct frontswap_ios *ios =
		container_of(work, struct frontswap_ios, retry_work.work);

	queue_work(frontswap_io_wq, &ios->work);
}

/* The deadline: detach the reader. The io stays with the backend. */
static void frontswap_io_expire(struct frontswap_io *io, unsigned long deadline)
{
	struct frontswap_ios *ios = io->backend->ios;
	struct frontswap_waiter *waiter = NULL;
	struct page *page = NULL;

	spin_lock_irq(&ios->lock);
	if (io->state & IO_BUSY && io->reader &&
	    !time_before(jiffies, io->started + deadline)) {
		page = frontswap_io_take_reader(io, &waiter);
		frontswap_io_error(ios);
		this_cpu_inc(io->backend->stats->count[FRONTSWAP_LATE_LOADS]);
	}
	spin_unlock_irq(&ios->lock);
	frontswap_io_finish(io, page, waiter, -ETIMEDOUT);
}

/* Detach the reader of a load. The copy of a store goes to the device. */
static void frontswap_io_abandon_one(struct frontswap_io *io)
{
	struct frontswap_ios *ios = io->backend->ios;
	struct frontswap_waiter *waiter = NULL;
	struct page *page = NULL;

	spin_lock_irq(&ios->lock);
	if (io->state == IO_BUSY && io->flags & IO_STORE) {
		io->state |= IO_FAILED;
		list_add_tail(&io->list, &ios->failed);
	} else if (io->state & IO_BUSY) {
		page = frontswap_io_take_reader(io, &waiter);
	}
	spin_unlock_irq(&ios->lock);
	frontswap_io_finish(io, page, waiter, -ENOLINK);
}

static bool frontswap_io_settled(struct frontswap_ios *ios)
{
	bool none;

	spin_lock_irq(&ios->lock);
	none = list_empty(&ios->failed) && list_empty(&ios->devices);
	spin_unlock_irq(&ios->lock);
	return none;
}

/* Pages of readers may be waiting for the work, so it is not cancelled. */
static void frontswap_io_finish_work(struct frontswap_ios *ios)
{
	cancel_delayed_work_sync(&ios->retry_work);
	flush_work(&ios->work);
	cancel_delayed_work_sync(&ios->retry_work);
}

static void frontswap_io_set_abandoned(struct frontswap_ios *ios, bool abandoned)
{
	spin_lock_irq(&ios->lock);
	ios->abandoned = abandoned;
	spin_unlock_irq(&ios->lock);
	wake_up_all(&ios->wait);
}

/**
 * frontswap_io_give_up() - stop waiting for a backend
 * @b: The backend.
 *
 * From now on no io begins. Readers get an error or the page of the device, so
 * a drain that waits for the backend fails.
 *
 * Context: Process context, may sleep. Needs no lock.
 */
void frontswap_io_give_up(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;
	unsigned int i;

	if (!ios)
		return;
	frontswap_io_set_abandoned(ios, true);
	for (i = 0; i < ios->nr; i++)
		frontswap_io_abandon_one(ios->io[i]);
	queue_work(frontswap_io_wq, &ios->work);
}

/**
 * frontswap_io_give_up_undo() - allow ios to begin again
 * @b: The backend, detached.
 */
void frontswap_io_give_up_undo(struct frontswap_backend *b)
{
	frontswap_io_set_abandoned(b->ios, false);
}

/**
 * frontswap_io_abandon() - settle all ios of an abandoned backend
 * @b: The backend. The store gate is being closed.
 *
 * The copies of stores in flight are written to the device, in a few seconds at
 * most.
 *
 * Context: Process context, may sleep.
 */
void frontswap_io_abandon(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;
	struct frontswap_io *io, *next;

	frontswap_io_give_up(b);
	wait_event_timeout(ios->wait, frontswap_io_settled(ios), ABANDON_WAIT);
	frontswap_io_finish_work(ios);

	spin_lock_irq(&ios->lock);
	list_for_each_entry_safe(io, next, &ios->failed, list) {
		list_del_init(&io->list);
		frontswap_io_put(io, IO_FAILED);
	}
	spin_unlock_irq(&ios->lock);
}

static void frontswap_io_detach_areas(struct frontswap_ios *ios)
{
	unsigned int type;

	lockdep_assert_held(&ios->scan_mutex);
	for_each_set_bit(type, ios->areas, MAX_SWAPFILES) {
		__clear_bit(type, ios->areas);
		frontswap_call_detach(ios->backend, type);
	}
}

/* After the end of the last io the module is no longer needed. */
static void frontswap_io_release(struct work_struct *work)
{
	struct frontswap_ios *ios =
		container_of(work, struct frontswap_ios, release_work);
	struct frontswap_backend *b = ios->backend;

	mutex_lock(&ios->scan_mutex);
	if (!ios->unreleased || !frontswap_io_is_idle(b)) {
		mutex_unlock(&ios->scan_mutex);
		return;
	}
	ios->unreleased = false;
	/* The caller of frontswap_io_end(), and of kick() and reap() */
	synchronize_rcu();
	frontswap_io_detach_areas(ios);
	mutex_unlock(&ios->scan_mutex);
	registry_info(b->reg, "%s: abandoned, no request is left\n", b->name);
	module_put(b->owner);
	wake_up_all(&ios->wait);
}

/**
 * frontswap_io_release_later() - unpin the module after the last request
 * @b: The backend, abandoned and detached.
 */
void frontswap_io_release_later(struct frontswap_backend *b)
{
	mutex_lock(&b->ios->scan_mutex);
	b->ios->unreleased = true;
	mutex_unlock(&b->ios->scan_mutex);
	queue_work(frontswap_io_wq, &b->ios->release_work);
}

/**
 * frontswap_io_wait_released() - wait until no callback can run
 * @b: The backend, detached.
 *
 * Return: 0, or -EINTR if the task is killed.
 */
int frontswap_io_wait_released(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;

	if (!ios)
		return 0;
	if (wait_event_killable(ios->wait, !READ_ONCE(ios->unreleased)))
		return -EINTR;
	cancel_work_sync(&ios->release_work);
	/* The last request may queue a notification. */
	cancel_work_sync(&ios->state_work);
	return 0;
}

static void frontswap_io_check_deadline(struct work_struct *work)
{
	struct frontswap_ios *ios =
		container_of(work, struct frontswap_ios, deadline_work.work);
	unsigned long deadline = frontswap_io_deadline(ios);
	bool busy = false;
	unsigned int i;

	if (deadline == MAX_SCHEDULE_TIMEOUT)
		return;
	for (i = 0; i < ios->nr; i++) {
		frontswap_io_expire(ios->io[i], deadline);
		/* a snapshot: a load that begins now looks at the work */
		busy |= !!data_race(ios->io[i]->reader);
	}
	if (busy)
		queue_delayed_work(frontswap_io_wq, &ios->deadline_work,
				   deadline / 4 + 1);
}

/**
 * frontswap_io_set_deadline() - change the deadline of loads
 * @b: The backend.
 * @ms: See struct frontswap_ops.
 *
 * Applies to loads in flight, too.
 */
void frontswap_io_set_deadline(struct frontswap_backend *b, unsigned int ms)
{
	WRITE_ONCE(b->ios->deadline_ms, ms);
	mod_delayed_work(frontswap_io_wq, &b->ios->deadline_work, 0);
}

/* Slots that were freed */

static void frontswap_io_scan_word(struct frontswap_backend *b,
				   unsigned int type, struct frontswap_map *map,
				   unsigned long word)
{
	struct frontswap_ios *ios = b->ios;
	pgoff_t offset = word * BITS_PER_LONG, end, first;

	end = min(offset + BITS_PER_LONG, map->nr_slots);
	spin_lock(&ios->slots_lock);
	while (offset < end) {
		for (first = offset; offset < end; offset++) {
			if (test_bit(offset, map->bits) ||
			    frontswap_io_in_flight(ios, type, offset) ||
			    !test_and_clear_bit(offset, map->held))
				break;
		}
		if (offset > first)
			b->ops.invalidate_slots(b->user_ops, type, first,
						offset - first);
		else
			offset++;
	}
	spin_unlock(&ios->slots_lock);
}

/* Returns true if slots are held. */
static bool frontswap_io_scan_type(struct frontswap_backend *b,
				   unsigned int type)
{
	struct frontswap_ios *ios = b->ios;
	struct frontswap_map *map;
	unsigned long word, held = 0, stale;

	mutex_lock(&ios->scan_mutex);
	map = READ_ONCE(b->map[type]);
	for (word = 0; map && word < BITS_TO_LONGS(map->nr_slots); word++) {
		held |= READ_ONCE(map->held[word]);
		stale = READ_ONCE(map->held[word]) &
			~READ_ONCE(map->bits[word]);
		if (stale)
			frontswap_io_scan_word(b, type, map, word);
		cond_resched();
	}
	mutex_unlock(&ios->scan_mutex);
	return held;
}

static void frontswap_io_scan(struct work_struct *work)
{
	struct frontswap_ios *ios =
		container_of(work, struct frontswap_ios, scan_work.work);
	bool held = false;
	unsigned int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		held |= frontswap_io_scan_type(ios->backend, type);
	if (held)
		queue_delayed_work(frontswap_io_wq, &ios->scan_work, HZ);
}

/* Areas and backends come and go */

static bool frontswap_io_type_idle(struct frontswap_ios *ios, unsigned int type)
{
	bool idle = true;
	unsigned int i;

	spin_lock_irq(&ios->lock);
	for (i = 0; i < ios->nr; i++)
		if (ios->io[i]->state && ios->io[i]->type == type)
			idle = false;
	spin_unlock_irq(&ios->lock);
	return idle;
}

/**
 * frontswap_io_flush_type() - wait until nothing refers to a map
 * @b: The backend.
 * @type: Swap type, of which all slots are free.
 *
 * Return: false if the backend is abandoned and has not ended all ios.
 */
bool frontswap_io_flush_type(struct frontswap_backend *b, unsigned int type)
{
	struct frontswap_ios *ios = b->ios;

	if (!ios)
		return true;
	queue_work(frontswap_io_wq, &ios->work);
	wait_event(ios->wait,
		   READ_ONCE(ios->abandoned) ||
		   frontswap_io_type_idle(ios, type));
	return frontswap_io_type_idle(ios, type);
}

/**
 * frontswap_io_defer_detach() - call detach_area() after the last io
 * @b: The backend, which is being abandoned.
 * @type: Swap type.
 */
void frontswap_io_defer_detach(struct frontswap_backend *b, unsigned int type)
{
	mutex_lock(&b->ios->scan_mutex);
	__set_bit(type, b->ios->areas);
	mutex_unlock(&b->ios->scan_mutex);
}

/**
 * frontswap_io_detach_deferred() - call detach_area() for deferred areas
 * @b: The backend. All ios have ended, one grace period ago.
 *
 * Needed if a swapoff was faster than frontswap_abandon(), which then finds the
 * backend detached.
 */
void frontswap_io_detach_deferred(struct frontswap_backend *b)
{
	if (!b->ios)
		return;
	mutex_lock(&b->ios->scan_mutex);
	frontswap_io_detach_areas(b->ios);
	mutex_unlock(&b->ios->scan_mutex);
}

/**
 * frontswap_io_is_idle() - test whether all ios have ended
 * @b: The backend.
 *
 * Return: true if no io is in use, or if the backend is synchronous.
 */
bool frontswap_io_is_idle(struct frontswap_backend *b)
{
	return !b->ios || READ_ONCE(b->ios->nr_free) == b->ios->nr;
}

/**
 * frontswap_io_wait_idle() - wait for all ios of a backend without pages
 * @b: The backend.
 *
 * Return: 0; -EINTR if the task is killed; -EIO if the backend is given up and
 * has not ended all ios.
 */
int frontswap_io_wait_idle(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;

	if (!ios)
		return 0;
	queue_work(frontswap_io_wq, &ios->work);
	if (wait_event_killable(ios->wait,
				READ_ONCE(ios->abandoned) ||
				frontswap_io_is_idle(b)))
		return -EINTR;
	return frontswap_io_is_idle(b) ? 0 : -EIO;
}

/**
 * frontswap_io_end_scan() - wait until no scan looks at a map
 * @b: The backend, of which the map has been removed.
 */
void frontswap_io_end_scan(struct frontswap_backend *b)
{
	if (!b->ios)
		return;
	mutex_lock(&b->ios->scan_mutex);
	mutex_unlock(&b->ios->scan_mutex);
}

/**
 * frontswap_io_stop() - wait for the work of a backend that has no pages
 * @b: The backend, detached.
 */
void frontswap_io_stop(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;

	if (!ios)
		return;
	cancel_delayed_work_sync(&ios->scan_work);
	cancel_delayed_work_sync(&ios->deadline_work);
	frontswap_io_finish_work(ios);
	cancel_work_sync(&ios->state_work);
}

/**
 * frontswap_io_resume() - end a pause of stores by hand
 * @b: The backend.
 */
void frontswap_io_resume(struct frontswap_backend *b)
{
	unsigned long flags;

	if (!b->ios)
		return;
	spin_lock_irqsave(&b->ios->lock, flags);
	frontswap_io_success(b->ios);
	spin_unlock_irqrestore(&b->ios->lock, flags);
}

static void frontswap_io_notify(struct work_struct *work)
{
	struct frontswap_ios *ios =
		container_of(work, struct frontswap_ios, state_work);

	sysfs_notify(&ios->backend->kobj, NULL, "state");
}

static int frontswap_io_stub(unsigned int type, pgoff_t offset,
			     struct page *page)
{
	return -EINPROGRESS;
}

static void frontswap_io_nop_page(unsigned int type, pgoff_t offset)
{
}

static void frontswap_io_nop_slots(const struct frontswap_ops *ops,
				   unsigned int type, pgoff_t offset,
				   unsigned int nr)
{
}

static bool frontswap_io_have_wq(void)
{
	mutex_lock(&frontswap_io_wq_mutex);
	if (!frontswap_io_wq)
		frontswap_io_wq = alloc_workqueue("frontswap_io", WQ_UNBOUND |
						  WQ_MEM_RECLAIM, 0);
	mutex_unlock(&frontswap_io_wq_mutex);
	return frontswap_io_wq;
}

static int frontswap_io_alloc_one(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;
	struct frontswap_io *io;

	io = kzalloc(sizeof(*io) + b->ops.io_size, GFP_KERNEL);
	if (!io)
		return -ENOMEM;
	ios->io[ios->nr++] = io;
	io->backend = b;
	io->ops = b->user_ops;
	INIT_HLIST_NODE(&io->hash);
	io->page = alloc_page(GFP_KERNEL);
	if (!io->page)
		return -ENOMEM;
	list_add_tail(&io->list, &ios->free);
	ios->nr_free++;
	return 0;
}

static void frontswap_io_init(struct frontswap_ios *ios,
			      struct frontswap_backend *b)
{
	ios->backend = b;
	spin_lock_init(&ios->lock);
	spin_lock_init(&ios->slots_lock);
	mutex_init(&ios->scan_mutex);
	init_waitqueue_head(&ios->wait);
	INIT_LIST_HEAD(&ios->free);
	INIT_LIST_HEAD(&ios->failed);
	INIT_LIST_HEAD(&ios->devices);
	INIT_WORK(&ios->work, frontswap_io_work);
	INIT_WORK(&ios->state_work, frontswap_io_notify);
	INIT_WORK(&ios->release_work, frontswap_io_release);
	INIT_DELAYED_WORK(&ios->retry_work, frontswap_io_retry);
	INIT_DELAYED_WORK(&ios->deadline_work, frontswap_io_check_deadline);
	INIT_DEFERRABLE_WORK(&ios->scan_work, frontswap_io_scan);
	ios->pause = HZ;
	ios->deadline_ms = b->ops.deadline_ms;
}

/**
 * frontswap_io_alloc_all() - allocate the ios of an asynchronous backend
 * @b: The backend, whose store() and load() are replaced.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM; frontswap_io_free_all() frees what was allocated.
 */
int frontswap_io_alloc_all(struct frontswap_backend *b)
{
	unsigned int depth = b->ops.io_depth ?: DEFAULT_DEPTH;
	struct frontswap_ios *ios;

	if (!b->ops.begin_store)
		return 0;
	depth = clamp(depth, 2U, MAX_DEPTH);
	b->ops.store = frontswap_io_stub;
	b->ops.load = frontswap_io_stub;
	b->ops.invalidate_page = frontswap_io_nop_page;
	b->ops.flags &= ~(FRONTSWAP_DIRECT_LOAD | FRONTSWAP_EXCLUSIVE_LOADS);
	b->exclusive_loads = false;
	if (!b->ops.invalidate_slots)
		b->ops.invalidate_slots = frontswap_io_nop_slots;
	ios = kzalloc(sizeof(*ios), GFP_KERNEL);
	if (!ios)
		return -ENOMEM;
	b->ios = ios;
	frontswap_io_init(ios, b);
	ios->hash_bits = max(order_base_2(depth), 1);
	ios->nr_reserved = max(depth / 4, 1U);
	ios->hash = kcalloc(BIT(ios->hash_bits), sizeof(*ios->hash),
			    GFP_KERNEL);
	ios->io = kcalloc(depth, sizeof(*ios->io), GFP_KERNEL);
	if (!ios->hash || !ios->io || !frontswap_io_have_wq())
		return -ENOMEM;
	while (ios->nr < depth)
		if (frontswap_io_alloc_one(b))
			return -ENOMEM;
	return 0;
}
