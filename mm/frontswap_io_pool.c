// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: the ios of an asynchronous backend: allocation, states, pauses
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "frontswap_io.h"

struct workqueue_struct *frontswap_io_wq;

void frontswap_io_changed(struct frontswap_ios *ios)
{
	queue_work(frontswap_io_wq, &ios->state_work);
}

/* Stores pause after errors in a row, and then resume with a single one. */
void frontswap_io_error(struct frontswap_ios *ios)
{
	lockdep_assert_held(&ios->lock);
	if (++ios->errors < MAX_ERRORS)
		return;
	if (ios->stalled)
		return;
	frontswap_io_changed(ios);
	ios->stalled = true;
	ios->resume_at = jiffies + ios->pause;
}

void frontswap_io_success(struct frontswap_ios *ios)
{
	lockdep_assert_held(&ios->lock);
	ios->errors = 0;
	ios->pause = HZ;
	if (!ios->stalled)
		return;
	ios->stalled = false;
	frontswap_io_changed(ios);
}

bool frontswap_io_admits(struct frontswap_ios *ios)
{
	unsigned long flags;
	bool admits = true;

	if (likely(!READ_ONCE(ios->stalled)))
		return true;
	spin_lock_irqsave(&ios->lock, flags);
	if (ios->stalled) {
		admits = !time_before(jiffies, ios->resume_at);
		if (admits) {
			ios->pause = min(2 * ios->pause, MAX_PAUSE + 0UL);
			ios->resume_at = jiffies + ios->pause;
		}
	}
	spin_unlock_irqrestore(&ios->lock, flags);
	return admits;
}

/* Allocation of ios, and the hash table */

struct hlist_head *frontswap_io_bucket(struct frontswap_ios *ios,
				       unsigned int type, pgoff_t offset)
{
	return &ios->hash[hash_long(swp_entry(type, offset).val,
				    ios->hash_bits)];
}

/* Find an io of the slot that has all of @flags; a slot has one store at most. */
struct frontswap_io *frontswap_io_find(struct frontswap_ios *ios,
				       unsigned int type, pgoff_t offset,
				       u8 flags)
{
	struct frontswap_io *io;

	lockdep_assert_held(&ios->lock);
	hlist_for_each_entry(io, frontswap_io_bucket(ios, type, offset), hash)
		if (io->offset == offset && io->type == type &&
		    (io->flags & flags) == flags)
			return io;
	return NULL;
}

bool frontswap_io_in_flight(struct frontswap_ios *ios, unsigned int type,
			    pgoff_t offset)
{
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&ios->lock, flags);
	found = ios->abandoned || frontswap_io_find(ios, type, offset, 0);
	spin_unlock_irqrestore(&ios->lock, flags);
	return found;
}

static struct frontswap_io *
frontswap_io_tryget(struct frontswap_ios *ios, unsigned int keep,
		    swp_entry_t entry, struct page *reader,
		    struct frontswap_waiter *waiter)
{
	struct frontswap_io *io = NULL;
	unsigned long flags;

	spin_lock_irqsave(&ios->lock, flags);
	if (ios->nr_free > keep && !ios->abandoned) {
		io = list_first_entry(&ios->free, struct frontswap_io, list);
		list_del_init(&io->list);
		ios->nr_free--;
		io->state = reader ? IO_BUSY | IO_BEGIN : IO_BUSY;
		io->started = jiffies;
		io->type = swp_type(entry);
		io->offset = swp_offset(entry);
		io->reader = reader;
		io->waiter = waiter;
		io->seq++;
		/* A load that is late is found by later stores of the slot. */
		if (reader)
			hlist_add_head(&io->hash,
				       frontswap_io_bucket(ios, io->type,
							   io->offset));
	}
	spin_unlock_irqrestore(&ios->lock, flags);
	return io;
}

/* Loads find a reserve, so a load never waits for stores. */
struct frontswap_io *
frontswap_io_get(struct frontswap_ios *ios, unsigned int keep, long timeout,
		 swp_entry_t entry, struct page *reader,
		 struct frontswap_waiter *waiter)
{
	struct frontswap_io *io;

	io = frontswap_io_tryget(ios, keep, entry, reader, waiter);
	if (unlikely(!io))
		wait_event_timeout(ios->wait,
				   (io = frontswap_io_tryget(ios, keep, entry,
							     reader, waiter)) ||
				   READ_ONCE(ios->abandoned), timeout);
	return io;
}

/* The copy is in the backend or on the device, or is not needed any more. */
static void frontswap_io_forget_slot(struct frontswap_io *io)
{
	if (!(io->flags & IO_STORE))
		return;
	io->flags = 0;
	hlist_del_init(&io->hash);
	percpu_ref_put(&io->backend->store_ref);
}

/*
 * Clear @bit; without a bit the io is free. Nothing but the io waits for an
 * abandoned backend.
 */
void frontswap_io_put(struct frontswap_io *io, u8 bit)
{
	struct frontswap_ios *ios = io->backend->ios;

	lockdep_assert_held(&ios->lock);
	io->state &= ~bit;
	if (!io->state || (ios->abandoned && io->state == IO_BUSY))
		frontswap_io_forget_slot(io);
	if (!io->state) {
		hlist_del_init(&io->hash);
		list_add(&io->list, &ios->free);
		ios->nr_free++;
		if (ios->abandoned && ios->nr_free == ios->nr)
			queue_work(frontswap_io_wq, &ios->release_work);
	}
	wake_up_all(&ios->wait);
}

void frontswap_io_drop(struct frontswap_io *io, u8 bit)
{
	struct frontswap_ios *ios = io->backend->ios;
	unsigned long flags;

	spin_lock_irqsave(&ios->lock, flags);
	frontswap_io_put(io, bit);
	spin_unlock_irqrestore(&ios->lock, flags);
}

/*
 * Detach the reader from an io, under the lock: the end of the io competes with
 * the deadline for the reader. frontswap_io_finish() must follow if a page is
 * returned.
 */
struct page *frontswap_io_take_reader(struct frontswap_io *io,
				      struct frontswap_waiter **waiter)
{
	struct page *page = io->reader;

	lockdep_assert_held(&io->backend->ios->lock);
	*waiter = io->waiter;
	io->reader = NULL;
	io->waiter = NULL;
	if (page)
		io->state |= IO_COPYING;
	return page;
}

/**
 * frontswap_io_free_all() - free the ios of a backend
 * @b: The backend.
 *
 * Context: Any: the last reference may be dropped by a plug.
 */
void frontswap_io_free_all(struct frontswap_backend *b)
{
	struct frontswap_ios *ios = b->ios;

	if (!ios)
		return;
	while (ios->nr--) {
		if (ios->io[ios->nr]->page)
			__free_page(ios->io[ios->nr]->page);
		kfree(ios->io[ios->nr]);
	}
	kfree(ios->hash);
	kfree(ios->io);
	kfree(ios);
	b->ios = NULL;
}
