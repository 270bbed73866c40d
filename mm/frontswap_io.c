// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: stores and loads in flight
 *
 * A backend with begin_store() and begin_load() is asynchronous. A store copies
 * the page into a page of the core and does not wait: reclaim frees the page at
 * once, the data does not change under a checksum, and the failure of a store
 * loses nothing, since the core still holds the copy. A load ends in any
 * context, fills the reader's page and unlocks the page. All pages are allocated
 * at registration. Their number bounds the requests in flight: without a bound,
 * reclaim would start more writes than memory allows to complete.
 *
 * Lifetime of an io. The bits of io->state are the users of the io; without a
 * bit the io is free:
 *   BUSY      the backend, from begin_*() to frontswap_io_end()
 *   COPYING   the core fills the reader's page
 *   FAILED    a failed store: the io is the only copy of the slot
 *   DEVICE    the reader's page must be read from the device
 *   BEGIN     the task in begin_load(): the load may end before the return, and
 *             then nothing else pins the backend
 * The io of a store is in the hash table until the copy is in the backend or on
 * the device; loads of the slot find the copy there. The io of a store holds a
 * reference on the store gate, so a detach waits for the io.
 *
 * Freed slots. Freeing a slot clears the bit in map->bits and calls no backend:
 * a backend that waits cannot be called under the locks of swap. In map->held,
 * the slots known to the backend are set. A slot that is held but not in use is
 * reported by a scan, or before the slot is stored again:
 *
 *   CPU0 store of slot N              CPU1 scan
 *   lock slots_lock
 *   put the io into the hash table
 *   N is held: invalidate_slots(N)
 *   set held and bits, unlock
 *                                     lock slots_lock
 *                                     N is in use: skip
 *   begin_store(N)
 *
 * Without the lock, the scan could report the copy that CPU0 is about to store.
 *
 * Locks: slots_lock, lock. A backend may call frontswap_io_end() under a lock of
 * invalidate_slots(): only slots_lock is held over this callback.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "frontswap_io.h"

#include <trace/events/frontswap.h>

/* Kick: queued requests are submitted when the task waits or unplugs */

struct frontswap_plug {
	struct blk_plug_cb cb;
	bool pinned;
};

/*
 * The backend may be detached since the plug was started. An abandoned backend
 * may still queue a request: the io pins the module until the request ends.
 */
static void frontswap_io_kick(struct frontswap_backend *b)
{
	rcu_read_lock();
	if (READ_ONCE(b->attached) || !frontswap_io_is_idle(b))
		b->ops.kick(b->user_ops);
	rcu_read_unlock();
}

static void frontswap_io_unplug(struct blk_plug_cb *cb, bool from_schedule)
{
	struct frontswap_plug *plug =
		container_of(cb, struct frontswap_plug, cb);
	struct frontswap_backend *b = cb->data;

	frontswap_io_kick(b);
	if (plug->pinned)
		kobject_put(&b->kobj);
	kfree(plug);
}

static void frontswap_io_plug(struct frontswap_backend *b)
{
	struct frontswap_plug *plug;
	struct blk_plug_cb *cb;

	if (!b->ops.kick)
		return;
	cb = blk_check_plugged(frontswap_io_unplug, b, sizeof(*plug));
	if (!cb) {
		frontswap_io_kick(b);
		return;
	}
	plug = container_of(cb, struct frontswap_plug, cb);
	if (!plug->pinned)
		kobject_get(&b->kobj);
	plug->pinned = true;
}

/*
 * A plug merges stores of consecutive slots into requests of half a megabyte,
 * and all ios would be in one request that is not submitted. Submit in time, so
 * that the backend works while ios are left.
 */
static void frontswap_io_unplug_some(struct frontswap_ios *ios)
{
	unsigned int batch = max((ios->nr - ios->nr_reserved) / 4, 1U);

	if (current->plug && !(READ_ONCE(ios->nr_free) % batch))
		blk_flush_plug(current->plug, false);
}

/* Stores */

/*
 * Put @io into the hash table and set the bits of the slot. Older copies are
 * invalid, but an older io of the slot may still be in flight.
 */
static bool frontswap_io_try_claim(struct frontswap_io *io,
				   struct frontswap_map *map)
{
	struct frontswap_backend *b = io->backend;
	struct frontswap_ios *ios = b->ios;
	struct frontswap_io *older;
	unsigned long flags;
	bool claimed;

	spin_lock(&ios->slots_lock);
	spin_lock_irqsave(&ios->lock, flags);
	older = frontswap_io_find(ios, io->type, io->offset, 0);
	if (older && older->state == IO_FAILED) {
		list_del_init(&older->list);
		frontswap_io_put(older, IO_FAILED);
		older = frontswap_io_find(ios, io->type, io->offset, 0);
	}
	claimed = !older && !ios->abandoned;
	if (claimed) {
		io->flags = IO_STORE;
		percpu_ref_get(&b->store_ref);
		hlist_add_head(&io->hash, frontswap_io_bucket(ios, io->type,
							      io->offset));
		/* frontswap_io_collect() drops the io of a slot without a bit. */
		set_bit(io->offset, map->bits);
	}
	spin_unlock_irqrestore(&ios->lock, flags);
	if (claimed && test_and_set_bit(io->offset, map->held))
		b->ops.invalidate_slots(b->user_ops, io->type, io->offset, 1);
	spin_unlock(&ios->slots_lock);
	return claimed;
}

static bool frontswap_io_claim(struct frontswap_io *io,
			       struct frontswap_map *map)
{
	struct frontswap_ios *ios = io->backend->ios;

	if (likely(frontswap_io_try_claim(io, map)))
		return true;
	return wait_event_timeout(ios->wait, frontswap_io_try_claim(io, map),
				  STORE_WAIT);
}

/* The backend rejected the page: nothing is left. */
static bool frontswap_io_reject(struct frontswap_io *io,
				struct frontswap_map *map, unsigned int seq,
				int err)
{
	struct frontswap_backend *b = io->backend;
	unsigned long flags;
	bool ended;

	spin_lock_irqsave(&b->ios->lock, flags);
	ended = io->seq != seq || !(io->state & IO_BUSY);
	if (!ended) {
		clear_bit(io->offset, map->bits);
		clear_bit(io->offset, map->held);
		frontswap_io_put(io, IO_BUSY);
	}
	spin_unlock_irqrestore(&b->ios->lock, flags);
	/* Freed slots that were not reported may be why. */
	if (err == -ENOSPC)
		mod_delayed_work(frontswap_io_wq, &b->ios->scan_work, 0);
	return !WARN_ONCE(ended, "frontswap: %s: a rejected store has ended\n",
			  b->name);
}

/* The end of a store */
static void frontswap_io_end_store(struct frontswap_io *io, int err)
{
	struct frontswap_backend *b = io->backend;
	struct frontswap_ios *ios = b->ios;
	/* The io holds the gate, and a swapoff waits for the io. */
	struct frontswap_map *map = READ_ONCE(b->map[io->type]);

	lockdep_assert_held(&ios->lock);
	trace_frontswap_store(b->name, swp_entry(io->type, io->offset).val,
			      err);
	if (unlikely(io->state & IO_FAILED)) {
		/* abandoned, and the device gets the copy */
		frontswap_io_put(io, IO_BUSY);
		return;
	}
	if (likely(!err)) {
		frontswap_io_success(ios);
		frontswap_io_put(io, IO_BUSY);
		return;
	}
	frontswap_io_error(ios);
	this_cpu_inc(b->stats->count[FRONTSWAP_STORE_ERRORS]);
	/* A swapoff does not wait for a backend that is being abandoned. */
	if (map)
		clear_bit(io->offset, map->held);
	if (map && test_bit(io->offset, map->bits)) {
		io->state |= IO_FAILED;
		list_add_tail(&io->list, &ios->failed);
		queue_work(frontswap_io_wq, &ios->work);
	}
	frontswap_io_put(io, IO_BUSY);
}

/**
 * frontswap_io_store() - begin to store a page
 * @map: Map of the backend. The caller holds a reference on the gate.
 * @type: Swap type.
 * @offset: Slot without a copy in any backend.
 * @page: Locked page with the data.
 *
 * Waits at most a tenth of a second for an io: reclaim must not depend on a
 * wire.
 *
 * Context: Process context, may sleep.
 * Return: 0 if the page may be reused; the bit is set. Any other value: rejected.
 */
int frontswap_io_store(struct frontswap_map *map, unsigned int type,
		       pgoff_t offset, struct page *page)
{
	struct frontswap_backend *b = map->backend;
	struct frontswap_ios *ios = b->ios;
	struct frontswap_io *io;
	unsigned long flags;
	unsigned int seq;
	int ret;

	if (!frontswap_io_admits(ios))
		return -EAGAIN;
	io = frontswap_io_get(ios, ios->nr_reserved, STORE_WAIT,
			      swp_entry(type, offset), NULL, NULL);
	if (!io) {
		spin_lock_irqsave(&ios->lock, flags);
		frontswap_io_error(ios);
		spin_unlock_irqrestore(&ios->lock, flags);
		return -EBUSY;
	}
	seq = io->seq;
	memcpy_page(io->page, 0, page, 0, PAGE_SIZE);
	if (!frontswap_io_claim(io, map)) {
		frontswap_io_drop(io, IO_BUSY);
		return -EBUSY;
	}
	ret = b->ops.begin_store(io);
	if (likely(ret == -EINPROGRESS))
		frontswap_io_plug(b);
	else if (!ret)
		frontswap_io_end(io, 0);
	else if (frontswap_io_reject(io, map, seq, ret))
		return ret;
	frontswap_io_unplug_some(ios);
	if (!delayed_work_pending(&ios->scan_work))
		queue_delayed_work(frontswap_io_wq, &ios->scan_work, HZ);
	return 0;
}

/* Loads */

/* Complete a page without a waiter. */
static void frontswap_io_finish_page(struct frontswap_io *io, struct page *page,
				     int err)
{
	struct frontswap_backend *b = io->backend;
	struct frontswap_ios *ios = b->ios;
	unsigned long flags;

	if (likely(frontswap_is_filled(b, err))) {
		frontswap_count_load(b);
		frontswap_complete(page);
		return;
	}
	err = frontswap_report_load_error(b, io->type, io->offset, err);
	if (err != -ENOENT) {
		unlock_page(page);
		return;
	}
	spin_lock_irqsave(&ios->lock, flags);
	io->device_page = page;
	io->state |= IO_DEVICE;
	list_add_tail(&io->list, &ios->devices);
	queue_work(frontswap_io_wq, &ios->work);
	spin_unlock_irqrestore(&ios->lock, flags);
}

/* Pass the result to the reader that frontswap_io_take_reader() has returned. */
void frontswap_io_finish(struct frontswap_io *io, struct page *page,
			 struct frontswap_waiter *waiter, int err)
{
	if (!page)
		return;
	if (likely(frontswap_is_filled(io->backend, err)))
		memcpy_page(page, 0, io->page, 0, PAGE_SIZE);
	if (waiter) {
		waiter->ret = err;
		complete(&waiter->done);
	} else {
		trace_frontswap_load(io->backend->name,
				     swp_entry(io->type, io->offset).val, err);
		frontswap_io_finish_page(io, page, err);
	}
	frontswap_io_drop(io, IO_COPYING);
}

static void frontswap_io_count_load(struct frontswap_ios *ios, int err)
{
	if (frontswap_is_filled(ios->backend, err) || err == -ENOENT)
		frontswap_io_success(ios);
	else
		frontswap_io_error(ios);
}

/**
 * frontswap_io_end() - end a store or a load
 * @io: The io. The backend must not access the io afterwards.
 * @err: 0; of a load, the return values of load(); of a store, any error: the
 *	backend holds no copy of the page, and the core moves the page to the
 *	next backend or to the device.
 *
 * To be called exactly once if begin_store() or begin_load() returns
 * -EINPROGRESS, before or after the return. One RCU grace period after the call
 * the module may be unloaded: stop or flush threads that call this function in
 * detach_area() or in the module's exit function.
 *
 * Context: Any, hard interrupts included.
 */
void frontswap_io_end(struct frontswap_io *io, int err)
{
	struct frontswap_ios *ios = io->backend->ios;
	struct frontswap_waiter *waiter = NULL;
	struct page *page = NULL;
	unsigned long flags;

	rcu_read_lock();
	spin_lock_irqsave(&ios->lock, flags);
	if (WARN_ONCE(!(io->state & IO_BUSY),
		      "frontswap: %s: an io has ended twice\n",
		      io->backend->name))
		goto unlock;
	if (io->flags & IO_STORE) {
		frontswap_io_end_store(io, err);
		goto unlock;
	}
	frontswap_io_count_load(ios, err);
	page = frontswap_io_take_reader(io, &waiter);
	frontswap_io_put(io, IO_BUSY);
unlock:
	spin_unlock_irqrestore(&ios->lock, flags);
	frontswap_io_finish(io, page, waiter, err);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(frontswap_io_end);

/* The data may be in a store that is in flight or failed. */
static bool frontswap_io_load_store(struct frontswap_ios *ios,
				    unsigned int type, pgoff_t offset,
				    struct page *page)
{
	struct frontswap_io *io;
	unsigned long flags;

	spin_lock_irqsave(&ios->lock, flags);
	io = frontswap_io_find(ios, type, offset, IO_STORE);
	if (io)
		memcpy_page(page, 0, io->page, 0, PAGE_SIZE);
	spin_unlock_irqrestore(&ios->lock, flags);
	return io;
}

/*
 * begin_load() was complete at once, or failed. The deadline may be faster.
 */
static int frontswap_io_end_at_once(struct frontswap_io *io, struct page *page,
				    int ret)
{
	struct frontswap_ios *ios = io->backend->ios;
	struct frontswap_waiter *waiter;
	unsigned long flags;

	spin_lock_irqsave(&ios->lock, flags);
	frontswap_io_count_load(ios, ret);
	if (WARN_ONCE(!(io->state & IO_BUSY),
		      "frontswap: %s: a load that was done has ended\n",
		      io->backend->name)) {
		ret = FRONTSWAP_IN_FLIGHT;
	} else if (!frontswap_io_take_reader(io, &waiter)) {
		ret = FRONTSWAP_IN_FLIGHT;
	} else {
		if (frontswap_is_filled(io->backend, ret))
			memcpy_page(page, 0, io->page, 0, PAGE_SIZE);
		frontswap_io_put(io, IO_COPYING);
	}
	frontswap_io_put(io, IO_BUSY | IO_BEGIN);
	spin_unlock_irqrestore(&ios->lock, flags);
	return ret;
}

/* Begin a load; the end completes @waiter or, without one, @page. */
static int frontswap_io_begin(struct frontswap_backend *b, unsigned int type,
			      pgoff_t offset, struct page *page,
			      struct frontswap_waiter *waiter)
{
	struct frontswap_ios *ios = b->ios;
	unsigned long deadline = frontswap_io_deadline(ios);
	struct frontswap_io *io;
	int ret;

	io = frontswap_io_get(ios, 0, deadline, swp_entry(type, offset), page,
			      waiter);
	if (!io)
		return -ETIMEDOUT;
	ret = b->ops.begin_load(io);
	if (unlikely(ret != -EINPROGRESS))
		return frontswap_io_end_at_once(io, page, ret);
	frontswap_io_plug(b);
	if (deadline != MAX_SCHEDULE_TIMEOUT &&
	    !delayed_work_pending(&ios->deadline_work))
		queue_delayed_work(frontswap_io_wq, &ios->deadline_work,
				   deadline);
	/* The end of the load may leave nothing that pins the backend. */
	rcu_read_lock();
	frontswap_io_drop(io, IO_BEGIN);
	rcu_read_unlock();
	return FRONTSWAP_IN_FLIGHT;
}

/**
 * frontswap_io_begin_load() - begin a load that the caller waits for
 * @b: The backend, pinned by the set bit of the slot.
 * @type: Swap type.
 * @offset: Slot.
 * @page: Page to fill.
 * @w: To be passed to frontswap_io_wait_load().
 *
 * Context: Process context, may sleep.
 */
void frontswap_io_begin_load(struct frontswap_backend *b, unsigned int type,
			     pgoff_t offset, struct page *page,
			     struct frontswap_waiter *w)
{
	int ret = 0;

	init_completion(&w->done);
	if (!frontswap_io_load_store(b->ios, type, offset, page))
		ret = frontswap_io_begin(b, type, offset, page, w);
	if (ret == FRONTSWAP_IN_FLIGHT)
		return;
	w->ret = ret;
	complete(&w->done);
}

/* Returns true if it makes sense to call again before sleeping. */
static bool frontswap_io_reap(struct frontswap_backend *b)
{
	bool again;

	if (!b->ops.reap)
		return false;
	rcu_read_lock();
	again = READ_ONCE(b->attached) && b->ops.reap(b->user_ops);
	rcu_read_unlock();
	cond_resched();
	return again;
}

/**
 * frontswap_io_wait_load() - wait for the end of a load
 * @b: The backend.
 * @w: Passed to frontswap_io_begin_load().
 *
 * Context: Process context, may sleep.
 * Return: as load().
 */
int frontswap_io_wait_load(struct frontswap_backend *b,
			   struct frontswap_waiter *w)
{
	/* A task that polls does not sleep, which would submit the requests. */
	if (b->ops.reap && b->ops.kick)
		frontswap_io_kick(b);
	while (!completion_done(&w->done) && frontswap_io_reap(b))
		;
	wait_for_completion_io(&w->done);
	return w->ret;
}

/**
 * frontswap_io_load() - load a page
 * @b: The backend, pinned by the set bit of the slot.
 * @type: Swap type.
 * @offset: Slot.
 * @page: Locked page, no part of a large folio. A page in the swap cache is
 *	completed later; any other page is filled on return, because a fault that
 *	is killed frees the page.
 *
 * Context: Process context, may sleep.
 * Return: FRONTSWAP_IN_FLIGHT if the page is completed by the end of the load:
 * the page may be unlocked already, and nothing may pin the backend; else as
 * load().
 */
int frontswap_io_load(struct frontswap_backend *b, unsigned int type,
		      pgoff_t offset, struct page *page)
{
	struct frontswap_waiter w;

	if (folio_test_swapcache(page_folio(page))) {
		if (frontswap_io_load_store(b->ios, type, offset, page))
			return 0;
		return frontswap_io_begin(b, type, offset, page, NULL);
	}
	frontswap_io_begin_load(b, type, offset, page, &w);
	return frontswap_io_wait_load(b, &w);
}
