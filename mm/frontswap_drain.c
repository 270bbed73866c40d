// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: move the pages of a backend to other backends or to the device
 *
 * Only this file accesses the swap cache. The store gate of the backend is
 * closed; faults, frees and swapoff of the area continue.
 *
 * Slots without a page in memory. The drain pins the slot with
 * swapcache_prepare(), as a fault that bypasses the swap cache does, so other
 * tasks that need the slot wait. The copy is loaded into a private page, stored
 * in another backend or written to the device, and invalidated. Then the pin is
 * released. Without the pin:
 *
 *   CPU0 drain                        CPU1
 *   load(off)
 *                                     faults the page in and frees the slot;
 *                                     the slot is reused for a page that goes
 *                                     to the device, as the gate is closed
 *   overwrites it with the old bytes
 *
 * The bit is tested again under the pin, since the same may happen between
 * finding the bit and pinning the slot.
 *
 * Slots with a page in the swap cache need no I/O: the page is marked dirty, so
 * that reclaim writes it, and then the copy is invalidated.
 *
 * Keep several writes in flight to hide device latency. While slots are pinned,
 * do not wait for a page lock: the holder may wait for one of the pins in
 * __read_swap_cache_async().
 *
 * An eviction does the same for slots that the backend selects, while the gate
 * is open. The drain relies on bits not being set again. An eviction relies on
 * the pin or the page lock instead, as a store needs the page locked in the
 * swap cache. An eviction waits only for its own I/O, so it may run in reclaim.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/bio.h>
#include <linux/blk-cgroup.h>
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/swap_slots.h>
#include <linux/swapops.h>

#include "frontswap_internal.h"
#include "frontswap_compat.h"

/* Writes in flight; one pass over the bits holds the area for as many slots. */
#define DRAIN_INFLIGHT		32

struct frontswap_drain_write {
	struct frontswap_drain *drain;
	struct page *page;
	pgoff_t offset;
	bool reading;
	bool writing;
	bool doubled;	/* a write-through backend has the page as well */
	struct frontswap_waiter waiter;
	struct bio_vec vec;
	struct bio bio;
};

/**
 * struct frontswap_drain - one pass over the pages of a backend, or an eviction
 * @backend: The backend.
 * @evict: The gate is open. Do not wait for page locks.
 * @target: Where the pages go.
 * @abandon: Read nothing from the backend: keep pages that are in memory.
 * @type: Swap type.
 * @si: The area, with a reference that holds up swapoff, or NULL.
 * @map: Map of @backend, valid while a reference on @si is held.
 * @inflight: Number of writes in flight, plus one for the waiter.
 * @inflight_done: Completed when @inflight drops to 0.
 * @nr: Number of pinned slots; their writes come first in @write.
 * @nr_writes: Number of entries in @write.
 * @nr_moved: Number of copies moved and invalidated.
 * @nr_migrated: Number of copies moved to other backends.
 * @slot_cached: Found a slot that is in a CPU's swap slots cache to be freed.
 * @retry: Found a slot that could not be moved at the moment.
 * @error: The first error of a page that cannot be moved, or 0.
 * @write: Pages and bios.
 */
struct frontswap_drain {
	struct frontswap_backend *backend;
	bool evict;
	enum frontswap_target target;
	bool abandon;
	unsigned int type;
	struct swap_info_struct *si;
	struct frontswap_map *map;
	atomic_t inflight;
	struct completion inflight_done;
	unsigned int nr;
	unsigned int nr_writes;
	unsigned int nr_moved;
	unsigned int nr_migrated;
	bool slot_cached;
	bool retry;
	int error;
	struct frontswap_drain_write *write[DRAIN_INFLIGHT];
};

static void frontswap_drain_write_free(struct frontswap_drain_write *w)
{
	frontswap_clear_private_flags(w->page);
	__free_page(w->page);
	kfree(w);
}

static struct frontswap_drain_write *
frontswap_drain_write_alloc(struct frontswap_drain *d, gfp_t gfp)
{
	struct frontswap_drain_write *w = kzalloc(sizeof(*w), gfp);

	if (!w)
		return NULL;
	w->drain = d;
	w->page = alloc_page(gfp);
	if (!w->page) {
		kfree(w);
		return NULL;
	}
	frontswap_set_private_flags(w->page);
	return w;
}

static void frontswap_drain_free(struct frontswap_drain *d)
{
	while (d->nr_writes)
		frontswap_drain_write_free(d->write[--d->nr_writes]);
	kfree(d);
}

/* Fewer than @nr writes are enough, but at least one is needed. */
static struct frontswap_drain *
frontswap_drain_alloc(struct frontswap_backend *b, unsigned int nr, gfp_t gfp)
{
	struct frontswap_drain *d = kzalloc(sizeof(*d), gfp);

	if (!d)
		return NULL;
	d->backend = b;
	atomic_set(&d->inflight, 1);
	init_completion(&d->inflight_done);
	for (; d->nr_writes < nr; d->nr_writes++) {
		d->write[d->nr_writes] = frontswap_drain_write_alloc(d, gfp);
		if (!d->write[d->nr_writes])
			break;
	}
	if (d->nr_writes)
		return d;
	kfree(d);
	return NULL;
}

/* get_swap_device() rejects entry.val == 0, so use another offset. */
static bool frontswap_drain_get_area(struct frontswap_drain *d)
{
	d->si = get_swap_device(swp_entry(d->type, 1));
	if (!d->si)
		return false;
	d->map = READ_ONCE(d->backend->map[d->type]);
	if (d->map)
		return true;
	put_swap_device(d->si);
	d->si = NULL;
	return false;
}

static void frontswap_drain_put_area(struct frontswap_drain *d)
{
	put_swap_device(d->si);
	d->si = NULL;
}

static void frontswap_drain_put(struct frontswap_drain *d)
{
	if (atomic_dec_and_test(&d->inflight))
		complete(&d->inflight_done);
}

static void frontswap_drain_end_io(struct bio *bio)
{
	struct frontswap_drain_write *w =
		container_of(bio, struct frontswap_drain_write, bio);

	frontswap_drain_put(w->drain);
}

/*
 * Charge the write to the root cgroup: an I/O limit of the task that started
 * the drain would delay all tasks that wait for a pinned slot.
 */
static void frontswap_drain_submit(struct frontswap_drain *d,
				   struct frontswap_drain_write *w)
{
	bio_init(&w->bio, d->si->bdev, &w->vec, 1, REQ_OP_WRITE | REQ_SWAP);
	bio_associate_blkg_from_css(&w->bio, blkcg_root_css);
	w->bio.bi_iter.bi_sector =
		swap_entry_sector(swp_entry(d->type, w->offset));
	w->bio.bi_end_io = frontswap_drain_end_io;
	__bio_add_page(&w->bio, w->page, PAGE_SIZE, 0);
	count_vm_event(PSWPOUT);
	atomic_inc(&d->inflight);
	submit_bio(&w->bio);
}

static void frontswap_drain_invalidate(struct frontswap_drain *d,
				       pgoff_t offset)
{
	frontswap_invalidate_copy(d->map, d->type, offset);
	frontswap_count_event(d->backend, FRONTSWAP_MOVED_OUT);
	d->nr_moved++;
}

static void frontswap_drain_unpin(struct frontswap_drain *d, pgoff_t offset)
{
	frontswap_unpin_slot(d->si, swp_entry(d->type, offset));
}

static bool frontswap_drain_can_write(const struct frontswap_drain *d)
{
	/* data race: the flag does not change while there is a reference */
	return !data_race(d->si->flags & SWP_FS_OPS);
}

/*
 * With FRONTSWAP_STORE_ANY the caller must be able to write the page: until the
 * page of a write-through backend is written, two backends hold it, but the slot
 * is pinned.
 */
static int frontswap_drain_migrate(struct frontswap_drain *d,
				   struct frontswap_drain_write *w,
				   unsigned int kind)
{
	int ret = frontswap_migrate_copy(d->backend->reg, d->map, d->target,
					 d->type, w->offset, w->page, kind);

	d->nr_migrated += !ret;
	w->doubled = ret == -EAGAIN;
	return ret;
}

/*
 * The copy of a pinned slot has been read: store the page elsewhere or write it
 * to the device. Unpins the slot, unless a write is in flight.
 */
static int frontswap_drain_move(struct frontswap_drain *d,
				struct frontswap_drain_write *w, int ret)
{
	bool can_write = frontswap_drain_can_write(d);

	if (ret == -ENOENT) {
		ret = 0;
		goto invalidate;
	}
	if (ret)
		goto unpin;
	if (!frontswap_drain_migrate(d, w, can_write ? FRONTSWAP_STORE_ANY :
						       FRONTSWAP_STORE_ALONE))
		goto invalidate;
	if (!can_write) {
		ret = -EOPNOTSUPP;
		goto unpin;
	}
	w->writing = true;
	frontswap_drain_submit(d, w);
	return 0;
invalidate:
	frontswap_drain_invalidate(d, w->offset);
unpin:
	frontswap_drain_unpin(d, w->offset);
	return ret;
}

/* Wait for the reads in flight, and begin the writes. */
static int frontswap_drain_end_reads(struct frontswap_drain *d)
{
	struct frontswap_drain_write *w;
	unsigned int i;
	int ret = 0, err;

	for (i = 0; i < d->nr; i++) {
		w = d->write[i];
		if (!w->reading)
			continue;
		err = frontswap_end_read_copy(d->map, d->type, w->offset,
					      &w->waiter);
		ret = frontswap_drain_move(d, w, err) ?: ret;
	}
	return ret;
}

static int frontswap_drain_end_write(struct frontswap_drain *d,
				     struct frontswap_drain_write *w)
{
	if (!w->bio.bi_status)
		goto invalidate;
	if (!w->doubled)
		return -EIO;
	frontswap_invalidate_other(d->backend->reg, d->map, d->type, w->offset);
	/* Other backends need no write. */
	if (frontswap_drain_migrate(d, w, FRONTSWAP_STORE_ALONE))
		return -EIO;
invalidate:
	frontswap_drain_invalidate(d, w->offset);
	return 0;
}

/* Wait for all I/O, invalidate the written copies, and unpin all slots. */
static int frontswap_drain_flush(struct frontswap_drain *d)
{
	unsigned int i;
	int ret;

	if (!d->nr)
		return 0;
	ret = frontswap_drain_end_reads(d);
	frontswap_drain_put(d);
	wait_for_completion(&d->inflight_done);
	reinit_completion(&d->inflight_done);
	atomic_set(&d->inflight, 1);

	for (i = 0; i < d->nr; i++) {
		struct frontswap_drain_write *w = d->write[i];

		if (!w->writing)
			continue;
		ret = frontswap_drain_end_write(d, w) ?: ret;
		bio_uninit(&w->bio);
		frontswap_drain_unpin(d, w->offset);
	}
	d->nr = 0;
	return ret;
}

/* The pinned slot is unpinned here or by frontswap_drain_flush(). */
static int frontswap_drain_pinned(struct frontswap_drain *d, pgoff_t offset)
{
	struct frontswap_drain_write *w = d->write[d->nr];
	int ret = 0;

	w->offset = offset;
	w->writing = false;
	if (d->abandon || !test_bit(offset, d->map->bits)) {
		frontswap_drain_unpin(d, offset);
		return 0;
	}
	if (d->backend->ops.flags & FRONTSWAP_WRITE_THROUGH)
		return frontswap_drain_move(d, w, -ENOENT);

	set_page_private(w->page, swp_entry(d->type, offset).val);
	w->reading = frontswap_begin_read_copy(d->map, d->type, offset, w->page,
					       &w->waiter);
	if (!w->reading) {
		ret = frontswap_read_copy(d->map, d->type, offset, w->page);
		ret = frontswap_drain_move(d, w, ret);
		if (!w->writing)
			return ret;
	}
	if (++d->nr == d->nr_writes)
		return frontswap_drain_flush(d);
	return 0;
}

/* An earlier read of the page failed: read the copy again. */
static int frontswap_drain_read_page(struct frontswap_drain *d, pgoff_t offset,
				     struct page *page)
{
	struct page *copy = d->write[d->nr]->page;
	int ret;

	/* A large folio enters the swap cache with its data. */
	if (WARN_ON_ONCE(PageCompound(page)))
		return -EIO;
	set_page_private(copy, swp_entry(d->type, offset).val);
	ret = frontswap_read_copy(d->map, d->type, offset, copy);
	if (ret)
		return ret;
	memcpy_page(page, 0, copy, 0, PAGE_SIZE);
	SetPageUptodate(page);
	return 0;
}

/*
 * The page is locked and in the swap cache, so no other task loads or frees the
 * slot. Mark the page dirty before the copy is invalidated: reclaim may process
 * the page as soon as the lock is released. If the device has the data, the
 * page may stay clean.
 */
static int frontswap_drain_locked_page(struct frontswap_drain *d,
				       pgoff_t offset, struct page *page)
{
	int ret;

	if (!folio_test_swapcache(page_folio(page)) ||
	    frontswap_page_entry(page).val != swp_entry(d->type, offset).val) {
		d->retry = true;
		return 0;
	}
	wait_on_page_writeback(page);
	if (!test_bit(offset, d->map->bits))
		return 0;
	if (d->backend->ops.flags & FRONTSWAP_WRITE_THROUGH)
		goto invalidate;
	if (PageHWPoison(page)) {
		/*
		 * The data of a poisoned page must not be read. If the page is
		 * uptodate, the copy has the data, too, until
		 * memory_failure() has removed the page. Otherwise the data is
		 * lost, or newer than the copy. Dirty the page so that it stays
		 * in the swap cache: a fault then gets SIGBUS instead of stale
		 * device data.
		 */
		if (PageUptodate(page))
			return -EIO;
		set_page_dirty(page);
		goto invalidate;
	}
	if (!PageUptodate(page)) {
		if (d->abandon)
			return 0;
		ret = frontswap_drain_read_page(d, offset, page);
		if (ret == -ENOENT)
			goto invalidate;
		if (ret)
			return ret;
	}
	set_page_dirty(page);
invalidate:
	frontswap_drain_invalidate(d, offset);
	return 0;
}

/*
 * Treat a page under writeback as locked. Writeback does not start while the
 * page is locked.
 */
static bool frontswap_drain_trylock(struct page *page)
{
	if (!trylock_page(page))
		return false;
	if (!PageWriteback(page))
		return true;
	unlock_page(page);
	return false;
}

static int frontswap_drain_cached(struct frontswap_drain *d, pgoff_t offset)
{
	swp_entry_t entry = swp_entry(d->type, offset);
	struct page *page;
	int ret;

	page = frontswap_find_page(entry);
	if (!page) {
		if (READ_ONCE(d->si->swap_map[offset]) == SWAP_HAS_CACHE)
			d->slot_cached = true;
		d->retry = true;
		return 0;
	}
	/* With slots pinned, do not wait for a task that may wait for a pin. */
	if (!frontswap_drain_trylock(page)) {
		d->retry |= d->abandon;
		if (d->evict || d->abandon) {
			ret = 0;
			goto put;
		}
		ret = frontswap_drain_flush(d);
		if (!ret)
			ret = folio_lock_killable(page_folio(page));
		if (ret)
			goto put;
	}
	ret = frontswap_drain_locked_page(d, offset, page);
	unlock_page(page);
put:
	put_page(page);
	return ret;
}

static int frontswap_drain_slot(struct frontswap_drain *d, pgoff_t offset)
{
	switch (frontswap_pin_slot(swp_entry(d->type, offset))) {
	case 0:
		return frontswap_drain_pinned(d, offset);
	case -EEXIST:
		return frontswap_drain_cached(d, offset);
	default:
		/* The slot is being freed, and its bit cleared. */
		d->retry = true;
		return 0;
	}
}

/* A page that cannot be moved must not prevent moving the others. */
static int frontswap_drain_continue(struct frontswap_drain *d, int ret)
{
	if (ret != -EIO && ret != -EOPNOTSUPP)
		return ret;
	if (!d->error)
		d->error = ret;
	return 0;
}

/*
 * Requests of an asynchronous backend are submitted together when the task
 * waits. Other backends load a page while earlier pages are written, so their
 * writes are not held back.
 */
static void frontswap_drain_plug(struct frontswap_drain *d,
				 struct blk_plug *plug)
{
	if (d->backend->ios)
		blk_start_plug(plug);
}

/*
 * Walk the set bits of one swap type. The reference on the area is dropped
 * after each batch for a swapoff that waits; afterwards the type may be another
 * area with another map. NOIO: a pin must not wait for reclaim that waits for
 * I/O to this area, and a backend that stores migrated pages must not use up
 * the reserves.
 */
static int frontswap_drain_pass(struct frontswap_drain *d)
{
	unsigned long offset = 0;
	unsigned int flags, batch;
	struct blk_plug plug;
	bool done;
	int ret = 0;

	while (!ret && frontswap_drain_get_area(d)) {
		flags = memalloc_noio_save();
		frontswap_drain_plug(d, &plug);
		for (batch = 0; !ret && batch < DRAIN_INFLIGHT; batch++) {
			/* concurrent clears: see frontswap_drain_pinned() */
			offset = data_race(find_next_bit(d->map->bits,
							 d->map->nr_slots,
							 offset));
			if (offset >= d->map->nr_slots)
				break;
			ret = frontswap_drain_slot(d, offset++);
			ret = frontswap_drain_continue(d, ret);
		}
		ret = frontswap_drain_continue(d, frontswap_drain_flush(d)) ?:
		      ret;
		blk_finish_plug(&plug);
		memalloc_noio_restore(flags);
		done = offset >= d->map->nr_slots;
		frontswap_drain_put_area(d);
		if (done)
			break;
		if (signal_pending(current) && !d->abandon)
			ret = -EINTR;
		cond_resched();
	}
	return ret;
}

/*
 * Freed slots stay in per-CPU caches, with SWAP_HAS_CACHE and their bits set,
 * until a cache is flushed. No area is held: swapoff holds the mutex while it
 * looks for users, after it has emptied the caches.
 */
static void frontswap_drain_slots_cache(void)
{
	if (!READ_ONCE(swap_slot_cache_enabled))
		return;
	disable_swap_slots_cache_lock();
	reenable_swap_slots_cache_unlock();
}

/**
 * frontswap_drain_pages() - move the pages that a backend holds
 * @b: Backend whose store gate is closed.
 *
 * Makes one pass over all swap types, whether or not the types are in use. A
 * page that cannot be moved stays, and the pass continues with the others.
 *
 * Context: Process context, may sleep. Not with a lock that swapon or swapoff
 * need.
 * Return: 0 if no page was left, or
 * -EAGAIN if a page was in use and may be moved later; else
 * -EINTR after a signal;
 * -ENOMEM;
 * -EIO if a page cannot be loaded or written;
 * -EOPNOTSUPP if the area is a file on a file system that does its own swap
 * I/O. No error loses data.
 */
int frontswap_drain_pages(struct frontswap_backend *b)
{
	struct frontswap_drain *d;
	int ret = 0;

	d = frontswap_drain_alloc(b, DRAIN_INFLIGHT, GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->abandon = b->abandoned;
	for (d->type = 0; !ret && d->type < MAX_SWAPFILES; d->type++)
		/* a swapoff or a swapon may be in progress */
		if (READ_ONCE(b->map[d->type]))
			ret = frontswap_drain_pass(d);
	if (!ret && d->slot_cached)
		frontswap_drain_slots_cache();
	/* With an error, another pass is worthwhile only if this one helped. */
	if (!ret && d->retry && (!d->error || d->nr_moved))
		ret = -EAGAIN;
	if (!ret)
		ret = d->error;
	frontswap_drain_free(d);
	return ret;
}

/**
 * frontswap_read_slot() - read one page of a large folio from the device
 * @entry: Slot of the page; pinned, so that the area stays in use.
 * @page: The page.
 *
 * Only synchronous devices read large folios, so the caller waits anyway.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EIO; -EOPNOTSUPP if the area is a file on a file system that does
 * its own swap I/O.
 */
int frontswap_read_slot(swp_entry_t entry, struct page *page)
{
	struct swap_info_struct *si = swp_swap_info(entry);
	struct bio_vec vec;
	struct bio bio;

	/* data race: the flag does not change while the area is in use */
	if (data_race(si->flags & SWP_FS_OPS))
		return -EOPNOTSUPP;
	bio_init(&bio, si->bdev, &vec, 1, REQ_OP_READ);
	bio.bi_iter.bi_sector = swap_entry_sector(entry);
	__bio_add_page(&bio, page, PAGE_SIZE, 0);
	count_vm_event(PSWPIN);
	if (submit_bio_wait(&bio))
		return -EIO;
	return 0;
}

/**
 * frontswap_area_is_zram() - test whether the device of an area compresses
 * @type: Swap type in use or, in the init() of a backend, about to be in use.
 *
 * For backends that compress: the device gets the pages that the backend has
 * rejected, and these pages do not compress there either.
 *
 * Context: Any.
 * Return: true if the area is on zram.
 */
bool frontswap_area_is_zram(unsigned int type)
{
	struct swap_info_struct *si = swp_swap_info(swp_entry(type, 1));

	return si && si->bdev && strstarts(si->bdev->bd_disk->disk_name, "zram");
}
EXPORT_SYMBOL_GPL(frontswap_area_is_zram);

/* Without a backend that could take the pages, spare the loads. */
static bool frontswap_evict_is_possible(const struct frontswap_drain *d)
{
	if (d->backend->ops.flags & FRONTSWAP_WRITE_THROUGH)
		return true;
	if (d->target != FRONTSWAP_TO_DEVICE && rcu_access_pointer(d->map->next))
		return true;
	return frontswap_drain_can_write(d);
}

static int frontswap_evict_slots(struct frontswap_drain *d,
				 const pgoff_t *offsets, unsigned int nr)
{
	struct blk_plug plug;
	int ret = 0;

	frontswap_drain_plug(d, &plug);
	for (; nr; nr--, offsets++) {
		if (*offsets < d->map->nr_slots)
			ret = frontswap_drain_slot(d, *offsets) ?: ret;
		cond_resched();
	}
	ret = frontswap_drain_flush(d) ?: ret;
	blk_finish_plug(&plug);
	return ret;
}

/**
 * frontswap_evict_pages() - write pages of a backend back to the device
 * @b: Backend, with a reference on its store gate.
 * @type: Swap type.
 * @offsets: Slots.
 * @nr: Number of @offsets.
 * @target: Where the pages go.
 *
 * Context: Process context, may sleep; may be reclaim that may do I/O.
 * Return: as frontswap_evict().
 */
int frontswap_evict_pages(struct frontswap_backend *b, unsigned int type,
			  const pgoff_t *offsets, unsigned int nr,
			  enum frontswap_target target)
{
	unsigned int flags = memalloc_noio_save();
	struct frontswap_drain *d;
	int ret = -ENOMEM;

	d = frontswap_drain_alloc(b, min_t(unsigned int, nr, DRAIN_INFLIGHT),
				  GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN |
				  __GFP_NOMEMALLOC);
	if (!d)
		goto restore;
	d->evict = true;
	d->target = target;
	d->type = type;
	ret = 0;
	if (frontswap_drain_get_area(d)) {
		if (frontswap_evict_is_possible(d))
			ret = frontswap_evict_slots(d, offsets, nr);
		else
			ret = -EOPNOTSUPP;
		frontswap_drain_put_area(d);
	}
	count_vm_events(FRSWPWB, d->nr_moved - d->nr_migrated);
	ret = d->nr_moved ?: ret;
	frontswap_drain_free(d);
restore:
	memalloc_noio_restore(flags);
	return ret;
}
