// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: pass swapped-out pages to backends that may be loaded late
 *
 * A backend keeps pages in another kind of memory: compressed, remote or owned
 * by a hypervisor. The swap code calls the hooks of include/linux/frontswap.h.
 * This file is the data path: it selects the backend for each store, load and
 * invalidate. mm/frontswap_attach.c maintains the maps that this file reads.
 *
 * Location of a page. A map belongs to one backend and one swap type. The map
 * has one bit per slot, which is set while the backend holds the only copy of
 * the slot. The maps of a swap type form a chain in store order. A slot's bit
 * is set in at most one map, except for a moment in which a drain migrates the
 * copy and has the slot pinned. While the bit is set, the data on the device is
 * stale: a failed load is an I/O error, and the device is not read instead.
 *
 * Chains are RCU-protected. Callbacks sleep, so the hooks cannot rely on RCU
 * alone:
 *   store            holds a reference on the store gate, a percpu_ref.
 *   load             needs no reference: the caller holds the slot, by the page
 *                    lock in the swap cache or by SWAP_HAS_CACHE. The bit stays
 *                    set until the load itself clears it, and a backend with a
 *                    bit set is not detached.
 *   invalidate_page  cannot sleep and runs inside the RCU read section.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/blkdev.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/rculist.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "frontswap_internal.h"
#include "frontswap_compat.h"

#define CREATE_TRACE_POINTS
#include <trace/events/frontswap.h>

#define LARGE_BATCH	8UL	/* bounds the stack of a large load */

DEFINE_STATIC_KEY_FALSE(backend_registered);

#define for_each_map(map, reg, type)					\
	for (map = rcu_dereference((reg)->maps[type]); map;		\
	     map = rcu_dereference(map->next))

/*
 * The CPU that clears the bit makes the call, so each copy is invalidated
 * exactly once. The RCU read section keeps the backend attached until the
 * callback has returned:
 *
 *   CPU0 swap_range_free()            CPU1 unregister
 *   test_and_clear_bit() = 1
 *                                     all bits clear
 *                                     unlink the maps
 *                                     synchronize_rcu()  <-- waits for CPU0
 *   invalidate_page()
 *                                     invalidate_area()
 */
static __always_inline void
frontswap_invalidate_slot(struct frontswap_map *map, unsigned int type,
			  pgoff_t offset)
{
	struct frontswap_backend *b = map->backend;

	if (!test_and_clear_bit(offset, map->bits))
		return;
	b->ops.invalidate_page(type, offset);
	frontswap_count_event(b, FRONTSWAP_INVALIDATES);
	trace_frontswap_invalidate(b->name, swp_entry(type, offset).val);
}

/**
 * frontswap_invalidate_copy() - invalidate a copy that is no longer needed
 * @map: Map of the backend that holds the copy.
 * @type: Swap type.
 * @offset: Slot, pinned or with its page locked in the swap cache.
 */
void frontswap_invalidate_copy(struct frontswap_map *map, unsigned int type,
			       pgoff_t offset)
{
	rcu_read_lock();
	frontswap_invalidate_slot(map, type, offset);
	rcu_read_unlock();
}

/* At most one map has the bit set, except while the slot is pinned by a drain. */
static __always_inline void
frontswap_invalidate_first(struct frontswap_map *map, unsigned int type,
			   pgoff_t offset)
{
	for (; map; map = rcu_dereference(map->next)) {
		if (test_bit(offset, map->bits)) {
			frontswap_invalidate_slot(map, type, offset);
			return;
		}
	}
}

static void frontswap_invalidate_slots(struct frontswap_registry *reg,
				       unsigned int type, pgoff_t offset,
				       unsigned long nr)
{
	pgoff_t end = offset + nr, slot;
	struct frontswap_map *map;

	rcu_read_lock();
	for_each_map(map, reg, type)
		/* Other bits of the same word may change concurrently. */
		for (slot = offset; slot < end; slot++)
			if (test_bit(slot, map->bits))
				frontswap_invalidate_slot(map, type, slot);
	rcu_read_unlock();
}

static __always_inline bool frontswap_accepts(const struct frontswap_backend *b,
					      unsigned int kind)
{
	if (kind & FRONTSWAP_STORE_ALONE &&
	    b->ops.flags & FRONTSWAP_WRITE_THROUGH)
		return false;
	if (kind & FRONTSWAP_STORE_TIER &&
	    !(b->ops.flags & FRONTSWAP_DEMOTION_TARGET))
		return false;
	return !(kind & FRONTSWAP_STORE_LARGE) || READ_ONCE(b->large_folios);
}

/* The caller holds a gate reference: the bit is set before the gate closes. */
static __always_inline int
frontswap_store_to(struct frontswap_map *map, struct frontswap_backend *b,
		   unsigned int type, pgoff_t offset, struct page *page,
		   unsigned int kind)
{
	int ret;

	ret = b->ops.store(type, offset, page);
	/*
	 * Tail pages carry no swap entry. For other pages page_private() saves
	 * registers.
	 */
	trace_frontswap_store(b->name, kind == FRONTSWAP_STORE_LARGE ?
			      swp_entry(type, offset).val : page_private(page),
			      ret);
	if (unlikely(ret)) {
		/* store() of an asynchronous backend is a stub. */
		if (!b->ios || frontswap_io_store(map, type, offset, page)) {
			frontswap_count_event(b, FRONTSWAP_REJECTED_STORES);
			return ret;
		}
	} else {
		set_bit(offset, map->bits);
	}
	frontswap_count_event(b, FRONTSWAP_STORES);
	return 0;
}

/*
 * Try the backends from @map to the one before @end, for a page whose slot has
 * no valid copy in any of them.
 *
 * Ends the caller's RCU read section, because store() may sleep. A map stays
 * linked while a reference on the gate of its backend is held.
 */
static __always_inline int
frontswap_try_backends(struct frontswap_map *map,
		       const struct frontswap_map *end, unsigned int type,
		       pgoff_t offset, struct page *page, unsigned int kind)
	__releases(RCU)
{
	struct frontswap_backend *b;
	int ret;

	for (; map != end; map = rcu_dereference(map->next)) {
		b = map->backend;
		if (!frontswap_accepts(b, kind) || !frontswap_tryget(b))
			continue;
		rcu_read_unlock();
		if (likely(!frontswap_store_to(map, b, type, offset, page,
					       kind))) {
			ret = b->store_ret;
			if (kind & FRONTSWAP_STORE_MOVED)
				frontswap_count_event(b, FRONTSWAP_MOVED_IN);
			percpu_ref_put(&b->store_ref);
			return ret;
		}
		rcu_read_lock();
		percpu_ref_put(&b->store_ref);
	}
	rcu_read_unlock();
	return -ENOSPC;
}

/*
 * Store a large folio page by page, all or nothing: the swap code writes a
 * folio as a whole. No other task sees the pages that are undone, as the folio
 * is locked. As with any store, older copies of the slots are stale.
 */
static noinline int frontswap_store_large(struct frontswap_registry *reg,
					  struct page *page, unsigned int type,
					  pgoff_t offset)
{
	unsigned long nr = compound_nr(page), i;
	int ret, store_ret = 0;

	frontswap_invalidate_slots(reg, type, offset, nr);
	for (i = 0; i < nr; i++) {
		rcu_read_lock();
		ret = frontswap_try_backends(rcu_dereference(reg->maps[type]),
					     NULL, type, offset + i,
					     nth_page(page, i),
					     FRONTSWAP_STORE_LARGE);
		if (ret == -ENOSPC)
			goto undo;
		/* A write-through backend makes the whole folio be written. */
		store_ret = ret ?: store_ret;
		cond_resched();
	}
	count_vm_events(FRSWPOUT, nr);
	return store_ret;

undo:
	frontswap_invalidate_slots(reg, type, offset, i);
	this_cpu_inc(*reg->failed_stores);
	return -ENOSPC;
}

static __always_inline int frontswap_do_store(struct frontswap_registry *reg,
					      struct page *page)
{
	swp_entry_t entry = { .val = page_private(page) };
	unsigned int type = swp_type(entry);
	pgoff_t offset = swp_offset(entry);
	struct frontswap_map *map;
	int ret;

	VM_WARN_ON_ONCE(!PageLocked(page));
	if (PageTransCompound(page))
		return frontswap_store_large(reg, page, type, offset);

	/* Invalidate first: a rejected store must leave nothing stale. */
	rcu_read_lock();
	map = rcu_dereference(reg->maps[type]);
	frontswap_invalidate_first(map, type, offset);
	ret = frontswap_try_backends(map, NULL, type, offset, page,
				     FRONTSWAP_STORE_ANY);
	if (unlikely(ret == -ENOSPC))
		this_cpu_inc(*reg->failed_stores);
	else
		count_vm_event(FRSWPOUT);
	return ret;
}

/*
 * Return a private page for load(). If the allocation fails, use the page that
 * each backend has in reserve.
 */
static struct page *frontswap_get_bounce(struct frontswap_backend *b)
{
	struct page *page = alloc_page(GFP_NOWAIT | __GFP_NOWARN);

	if (!page) {
		mutex_lock(&b->bounce_lock);
		page = b->bounce;
	}
	frontswap_set_private_flags(page);
	return page;
}

static void frontswap_put_bounce(struct frontswap_backend *b, struct page *page)
{
	frontswap_clear_private_flags(page);
	if (page == b->bounce)
		mutex_unlock(&b->bounce_lock);
	else
		__free_page(page);
}

/*
 * load() of a backend with poll_load() queues a request on this CPU. The page is
 * filled when poll_load() has returned.
 */
static int frontswap_load_and_poll(struct frontswap_backend *b,
				   unsigned int type, pgoff_t offset,
				   struct page *page)
{
	int ret;

	migrate_disable();
	ret = b->ops.load(type, offset, page);
	if (frontswap_is_filled(b, ret))
		b->ops.poll_load(smp_processor_id());
	migrate_enable();
	if (frontswap_is_filled(b, ret) && !PageUptodate(page))
		return -EIO;
	return ret;
}

/*
 * Backends written for forked kernels mark the page uptodate and unlock it in
 * load(). Once the page is unlocked, any task may lock it, free the slot and
 * let the backend be detached, so checking the caller's page afterwards is too
 * late:
 *
 *   CPU0 swapping in                  CPU1
 *   load() unlocks the page
 *                                     locks it
 *   PageLocked(): whose lock is it?
 *
 * Only backends with FRONTSWAP_DIRECT_LOAD get the caller's page.
 */
static int frontswap_load_bounce(struct frontswap_backend *b, unsigned int type,
				 pgoff_t offset, struct page *page)
{
	struct page *bounce = frontswap_get_bounce(b);
	int ret;

	set_page_private(bounce, swp_entry(type, offset).val);
	if (b->ops.poll_load)
		ret = frontswap_load_and_poll(b, type, offset, bounce);
	else
		ret = b->ops.load(type, offset, bounce);
	if (frontswap_is_filled(b, ret))
		memcpy_page(page, 0, bounce, 0, PAGE_SIZE);
	if ((PageUptodate(bounce) || !PageLocked(bounce)) && !b->ops.poll_load &&
	    !test_and_set_bit(FRONTSWAP_WARNED_COMPLETES, &b->warned))
		registry_err(b->reg, "%s: load() completes pages by itself; the core does that\n",
			     b->name);
	frontswap_put_bounce(b, bounce);
	return ret;
}

/*
 * Load a copy through a page of the core. Returns the result of load(), or
 * FRONTSWAP_IN_FLIGHT if the page is completed later: the page may be another
 * task's by now, and @b may be gone.
 */
static noinline int frontswap_load_indirect(struct frontswap_backend *b,
					    unsigned int type, pgoff_t offset,
					    struct page *page)
{
	int ret;

	if (b->ios)
		ret = frontswap_io_load(b, type, offset, page);
	else
		ret = frontswap_load_bounce(b, type, offset, page);
	if (ret != FRONTSWAP_IN_FLIGHT)
		trace_frontswap_load(b->name, swp_entry(type, offset).val, ret);
	return ret;
}

/*
 * Load the copy of a slot into @page, directly or through a private page. With
 * @large, @page may be a tail page, which carries no swap entry. Returns as
 * frontswap_load_indirect().
 */
static __always_inline int frontswap_load_copy(struct frontswap_backend *b,
					       unsigned int type,
					       pgoff_t offset,
					       struct page *page, bool direct,
					       bool large)
{
	int ret;

	if (unlikely(!direct))
		return frontswap_load_indirect(b, type, offset, page);
	ret = b->ops.load(type, offset, page);
	trace_frontswap_load(b->name, large ? swp_entry(type, offset).val :
					      page_private(page), ret);
	return ret;
}

/* Wait for a load of an asynchronous backend. */
static int frontswap_wait_load(struct frontswap_backend *b, unsigned int type,
			       pgoff_t offset, struct frontswap_waiter *w)
{
	int ret = frontswap_io_wait_load(b, w);

	trace_frontswap_load(b->name, swp_entry(type, offset).val, ret);
	return ret;
}

/**
 * frontswap_report_load_error() - count and log a failed load
 * @b: The backend.
 * @type: Swap type.
 * @offset: Slot.
 * @ret: Result of load(), which did not fill the page.
 *
 * Context: Any.
 * Return: -ENOENT to read the device, or -EIO.
 */
int frontswap_report_load_error(struct frontswap_backend *b, unsigned int type,
				pgoff_t offset, int ret)
{
	if (ret == -ENOENT)
		return ret;
	frontswap_count_event(b, FRONTSWAP_LOAD_ERRORS);
	if (!test_and_set_bit(FRONTSWAP_WARNED_LOAD_FAILED, &b->warned))
		registry_err(b->reg, "%s: load failed: type %u offset %lu: %d\n",
			     b->name, type, offset, ret);
	return b->ops.flags & FRONTSWAP_WRITE_THROUGH ? -ENOENT : -EIO;
}

/*
 * A page in the swap cache becomes the only copy. Mark it dirty before the
 * backend's copy is invalidated, unless the device has the data. The reader may
 * discard a page that bypasses the swap cache, so that copy stays.
 *
 * The bit may be the last one that keeps @b attached: do not access @b after
 * the copy is invalidated.
 */
static void frontswap_load_exclusive(struct frontswap_backend *b,
				     struct page *page)
{
	swp_entry_t entry = { .val = page_private(page) };
	struct folio *folio = page_folio(page);
	struct frontswap_map *map = READ_ONCE(b->map[swp_type(entry)]);

	frontswap_count_load(b);
	if (folio_test_swapcache(folio) && READ_ONCE(b->exclusive_loads)) {
		if (!(b->ops.flags & FRONTSWAP_WRITE_THROUGH))
			b->reg->mark_dirty(folio);
		frontswap_invalidate_copy(map, swp_type(entry),
					  swp_offset(entry));
	}
	frontswap_complete(page);
}

/*
 * load() has returned another value than 0. After the end of a load in flight,
 * the page may be another task's, and @b may be gone.
 */
static noinline int frontswap_load_nonzero(struct frontswap_backend *b,
					   struct page *page, int ret)
{
	swp_entry_t entry;

	if (frontswap_is_filled(b, ret)) {
		frontswap_load_exclusive(b, page);
		return 0;
	}
	if (ret == FRONTSWAP_IN_FLIGHT)
		return 0;
	entry.val = page_private(page);
	ret = frontswap_report_load_error(b, swp_type(entry),
					  swp_offset(entry), ret);
	if (ret != -ENOENT)
		unlock_page(page);
	return ret;
}

/*
 * The slot's bit is set and keeps @b attached until the page is unlocked or the
 * load has invalidated the copy.
 */
static noinline int frontswap_load_from(struct page *page,
					struct frontswap_backend *b,
					unsigned int type, pgoff_t offset)
{
	int ret;

	ret = frontswap_load_copy(b, type, offset, page,
				  b->ops.flags & FRONTSWAP_DIRECT_LOAD, false);
	if (unlikely(ret))
		return frontswap_load_nonzero(b, page, ret);

	frontswap_count_load(b);
	frontswap_complete(page);
	return 0;
}

/*
 * Find the backend that holds the copy of a pinned slot. The result is stable:
 * a set bit stays set and keeps the backend attached, and no bit is set while
 * the slot is pinned.
 */
static struct frontswap_backend *
frontswap_find_backend(struct frontswap_registry *reg, unsigned int type,
		       pgoff_t offset)
{
	struct frontswap_backend *b = NULL;
	struct frontswap_map *map;

	rcu_read_lock();
	for_each_map(map, reg, type) {
		if (test_bit(offset, map->bits)) {
			b = map->backend;
			break;
		}
	}
	rcu_read_unlock();
	return b;
}

/*
 * Load one page of a large folio, from @b or from the device. The load from an
 * asynchronous backend has begun, with @w, or the deadline was over before.
 */
static int frontswap_load_part(struct frontswap_registry *reg,
			       struct frontswap_backend *b,
			       struct frontswap_waiter *w, unsigned int type,
			       pgoff_t offset, struct page *page)
{
	const unsigned int direct = FRONTSWAP_DIRECT_LOAD |
				    FRONTSWAP_LARGE_FOLIOS;
	int ret;

	if (!b)
		return reg->read_slot(swp_entry(type, offset), page);
	if (b->ios)
		ret = w ? frontswap_wait_load(b, type, offset, w) : -ETIMEDOUT;
	else
		ret = frontswap_load_copy(b, type, offset, page,
					  (b->ops.flags & direct) == direct,
					  true);
	if (frontswap_is_filled(b, ret)) {
		frontswap_count_load(b);
		return 0;
	}
	ret = frontswap_report_load_error(b, type, offset, ret);
	if (ret == -ENOENT)
		return reg->read_slot(swp_entry(type, offset), page);
	return ret;
}

static bool frontswap_load_is_late(struct frontswap_waiter *w)
{
	return completion_done(&w->done) && w->ret == -ETIMEDOUT;
}

/*
 * Asynchronous backends load these pages at the same time. If there is no io
 * before the deadline, there is none for the other pages either.
 */
static int frontswap_load_parts(struct frontswap_registry *reg,
				unsigned int type, pgoff_t offset,
				struct page *page, unsigned int nr)
{
	struct frontswap_backend *b[LARGE_BATCH];
	struct frontswap_waiter w[LARGE_BATCH];
	struct blk_plug plug;
	unsigned int i, begun = 0;
	bool late = false;
	int ret = 0, err;

	blk_start_plug(&plug);
	for (i = 0; i < nr; i++) {
		b[i] = frontswap_find_backend(reg, type, offset + i);
		if (late || !b[i] || !b[i]->ios)
			continue;
		frontswap_io_begin_load(b[i], type, offset + i,
					nth_page(page, i), &w[i]);
		begun |= BIT(i);
		late = frontswap_load_is_late(&w[i]);
	}
	blk_finish_plug(&plug);
	for (i = 0; i < nr; i++) {
		if (ret && !(begun & BIT(i)))
			continue;
		err = frontswap_load_part(reg, b[i],
					  begun & BIT(i) ? &w[i] : NULL, type,
					  offset + i, nth_page(page, i));
		ret = ret ?: err;
		cond_resched();
	}
	return ret;
}

/*
 * All slots of the folio are pinned. The device has none, some or all of its
 * pages. Only if it has all of them, one read of the device is enough.
 */
static noinline int frontswap_load_large(struct frontswap_registry *reg,
					 struct page *page, unsigned int type,
					 pgoff_t offset)
{
	unsigned long nr = compound_nr(page), i;
	int ret = 0;

	for (i = 0; i < nr; i++)
		if (frontswap_find_backend(reg, type, offset + i))
			break;
	if (i == nr)
		return -ENOENT;

	for (i = 0; i < nr && !ret; i += LARGE_BATCH)
		ret = frontswap_load_parts(reg, type, offset + i,
					   nth_page(page, i),
					   min(nr - i, LARGE_BATCH));
	if (!ret)
		SetPageUptodate(page);
	unlock_page(page);
	return ret ? -EIO : 0;
}

/* @large: the page may be the first page of a large folio. */
static __always_inline int frontswap_do_load(struct frontswap_registry *reg,
					     struct page *page, bool large)
{
	swp_entry_t entry = { .val = page_private(page) };
	unsigned int type = swp_type(entry);
	pgoff_t offset = swp_offset(entry);
	struct frontswap_backend *b;
	struct frontswap_map *map;

	VM_WARN_ON_ONCE(!PageLocked(page));
	if (large && PageTransCompound(page))
		return frontswap_load_large(reg, page, type, offset);

	rcu_read_lock();
	for_each_map(map, reg, type) {
		if (test_bit(offset, map->bits)) {
			b = map->backend;
			rcu_read_unlock();
			return frontswap_load_from(page, b, type, offset);
		}
	}
	rcu_read_unlock();
	return -ENOENT;
}

/**
 * frontswap_read_copy() - load a copy into a private page
 * @map: Map of the backend that holds the copy; the bit is set and the slot
 *	pinned.
 * @type: Swap type.
 * @offset: Slot.
 * @page: Locked page that is not uptodate and whose private word is the swap
 *	entry. The page is locked and not uptodate on return, whatever load()
 *	did to it.
 *
 * For a drain, which holds the slot.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if the page is on the device; -EIO otherwise.
 */
int frontswap_read_copy(struct frontswap_map *map, unsigned int type,
			pgoff_t offset, struct page *page)
{
	struct frontswap_backend *b = map->backend;
	struct frontswap_waiter w;
	int ret;

	/* The page has the flags of a page in the swap cache, but is not. */
	if (b->ios) {
		frontswap_io_begin_load(b, type, offset, page, &w);
		return frontswap_end_read_copy(map, type, offset, &w);
	}
	ret = frontswap_load_copy(b, type, offset, page, !b->ops.poll_load,
				  false);
	ClearPageUptodate(page);
	__SetPageLocked(page);
	if (frontswap_is_filled(b, ret))
		return 0;
	return frontswap_report_load_error(b, type, offset, ret);
}

/**
 * frontswap_begin_read_copy() - begin to load a copy from an asynchronous backend
 * @map: Map of the backend; the bit is set and the slot pinned.
 * @type: Swap type.
 * @offset: Slot.
 * @page: Private page to fill.
 * @w: To be passed to frontswap_end_read_copy().
 *
 * Context: Process context, may sleep.
 * Return: false if the backend is synchronous: call frontswap_read_copy().
 */
bool frontswap_begin_read_copy(struct frontswap_map *map, unsigned int type,
			       pgoff_t offset, struct page *page,
			       struct frontswap_waiter *w)
{
	if (!map->backend->ios)
		return false;
	frontswap_io_begin_load(map->backend, type, offset, page, w);
	return true;
}

/**
 * frontswap_end_read_copy() - wait for a copy that is being loaded
 * @map: Map of the backend.
 * @type: Swap type.
 * @offset: Slot.
 * @w: Passed to frontswap_begin_read_copy().
 *
 * Context: Process context, may sleep.
 * Return: as frontswap_read_copy().
 */
int frontswap_end_read_copy(struct frontswap_map *map, unsigned int type,
			    pgoff_t offset, struct frontswap_waiter *w)
{
	int ret = frontswap_wait_load(map->backend, type, offset, w);

	if (frontswap_is_filled(map->backend, ret))
		return 0;
	return frontswap_report_load_error(map->backend, type, offset, ret);
}

static noinline int frontswap_offer(struct frontswap_map __rcu **first,
				    const struct frontswap_map *end,
				    unsigned int type, pgoff_t offset,
				    struct page *page, unsigned int kind)
{
	rcu_read_lock();
	return frontswap_try_backends(rcu_dereference(*first), end, type,
				      offset, page, kind);
}

/**
 * frontswap_migrate_copy() - store a copy in another backend
 * @reg: Registry of the backends.
 * @map: Map of the backend that holds the copy. The caller keeps @map linked.
 * @target: Where the page may go.
 * @type: Swap type.
 * @offset: Slot, pinned.
 * @page: The data.
 * @kind: Bits FRONTSWAP_STORE_*.
 *
 * The backends after the one that holds the copy come first: a page that is moved
 * has become cold.
 *
 * Return: 0 if another backend has stored the page; -EAGAIN if a write-through
 * backend has, and the page must be written to the device as well; else -ENOSPC.
 */
int frontswap_migrate_copy(struct frontswap_registry *reg,
			   struct frontswap_map *map,
			   enum frontswap_target target, unsigned int type,
			   pgoff_t offset, struct page *page, unsigned int kind)
{
	int ret;

	if (target == FRONTSWAP_TO_DEVICE)
		return -ENOSPC;
	kind |= FRONTSWAP_STORE_MOVED;
	if (target == FRONTSWAP_TO_TIER)
		kind |= FRONTSWAP_STORE_TIER;
	ret = frontswap_offer(&map->next, NULL, type, offset, page, kind);
	if (ret == -ENOSPC && target == FRONTSWAP_TO_ANY)
		ret = frontswap_offer(&reg->maps[type], map, type, offset, page,
				      kind);
	return ret;
}

/**
 * frontswap_invalidate_other() - undo frontswap_migrate_copy()
 * @reg: Registry of the backends.
 * @keep: Map of the backend that still holds the copy.
 * @type: Swap type.
 * @offset: Slot, pinned.
 */
void frontswap_invalidate_other(struct frontswap_registry *reg,
				const struct frontswap_map *keep,
				unsigned int type, pgoff_t offset)
{
	struct frontswap_map *map;

	rcu_read_lock();
	for_each_map(map, reg, type)
		if (map != keep && test_bit(offset, map->bits))
			frontswap_invalidate_slot(map, type, offset);
	rcu_read_unlock();
}

static __always_inline void
frontswap_do_invalidate_page(struct frontswap_registry *reg,
			     unsigned int type, pgoff_t offset)
{
	rcu_read_lock();
	frontswap_invalidate_first(rcu_dereference(reg->maps[type]), type,
				   offset);
	rcu_read_unlock();
}

/* The hooks, behind the static key: see include/linux/frontswap.h. */
int __frontswap_store(struct page *page)
{
	return frontswap_do_store(&frontswap_registry, page);
}

int __frontswap_load(struct page *page)
{
	return frontswap_do_load(&frontswap_registry, page,
				 FRONTSWAP_LARGE_SWAPIN);
}

void __frontswap_invalidate_page(unsigned int type, pgoff_t offset)
{
	frontswap_do_invalidate_page(&frontswap_registry, type, offset);
}

void __frontswap_invalidate_range(unsigned int type, pgoff_t offset,
				  unsigned long nr)
{
	if (likely(nr == 1))
		frontswap_do_invalidate_page(&frontswap_registry, type, offset);
	else
		frontswap_invalidate_slots(&frontswap_registry, type, offset,
					   nr);
}

/* The same on a registry of a test. */
#ifdef CONFIG_FRONTSWAP_KUNIT_TEST
int frontswap_registry_store(struct frontswap_registry *reg, struct page *page)
{
	return frontswap_do_store(reg, page);
}

int frontswap_registry_load(struct frontswap_registry *reg, struct page *page)
{
	return frontswap_do_load(reg, page, true);
}

void frontswap_registry_invalidate_page(struct frontswap_registry *reg,
					unsigned int type, pgoff_t offset)
{
	frontswap_do_invalidate_page(reg, type, offset);
}
#endif
