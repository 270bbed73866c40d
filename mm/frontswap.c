// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: hands pages on their way to swap to backends that may come late
 *
 * A backend is memory of some other kind: compressed, another machine's, a
 * hypervisor's. The swap code calls the hooks of include/linux/frontswap.h;
 * this file decides which backend each call goes to, and makes sure that a
 * backend may be a module, loaded long after the swap areas it is to serve.
 *
 * Recording and replay. Each swapon sets the type's bit in need_init and each
 * swapoff clears it, whether or not there is a backend. Attaching a backend
 * calls its init() for each bit that is set, so a late backend sees what an
 * early one saw. Detaching calls invalidate_area(), the mirror. All of these
 * happen under one mutex, so no order of them misses a call or doubles one.
 *
 * Where a page is. A map is one backend serving one type, with a bitmap of the
 * slots whose only copy that backend holds. The maps of a type form a chain in
 * the order in which they are asked to store. A slot's bit is set in at most
 * one of them, but for a moment in which a drain hands the page over and has the
 * slot pinned. What that bit says is never guessed at: while it is set the
 * device holds stale bytes, and a load that fails is an I/O error.
 *
 * Who may follow a chain. Chains are RCU-protected. Callbacks sleep, so:
 *   store            holds a reference on the backend's store gate, a percpu_ref;
 *   load             needs nothing: whoever loads has the slot pinned, by its
 *                    page lock or by SWAP_HAS_CACHE, so the bit stays set unless
 *                    the load itself clears it, and a backend with a bit set is
 *                    not detached;
 *   invalidate_page  cannot sleep, and runs inside the RCU read section.
 *
 * Rules:
 *   1) b->state_mutex is held to change what a backend is: attached, open, gone. It is
 *      held over a drain, so nothing that others wait for is taken outside it.
 *      reg->backends_mutex, reg->areas_mutex and reg->asking are all held to change
 *      reg->backends; each is enough to walk it.
 *   2) reg->areas_mutex is held to change need_init, nr_slots and the chains, and over
 *      init() and invalidate_area(). swapon and swapoff take it inside
 *      swapon_mutex; nothing that store or load need is taken inside it.
 *   3) Order: turn, admin, lock, asking; turn, cpu_hotplug_lock (static keys).
 *   4) The static key is on before a gate opens, and goes off after the last
 *      map has gone: a store site may be patched before a load site.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/pagemap.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "frontswap_internal.h"
#include "frontswap_line.h"

#define CREATE_TRACE_POINTS
#include <trace/events/frontswap.h>

DEFINE_STATIC_KEY_FALSE(backend_registered);

static DEFINE_PER_CPU(unsigned long, failed_stores);

static struct frontswap_registry frontswap_registry = {
	.backends_mutex = __MUTEX_INITIALIZER(frontswap_registry.backends_mutex),
	.areas_mutex = __MUTEX_INITIALIZER(frontswap_registry.areas_mutex),
	.asking = __RWSEM_INITIALIZER(frontswap_registry.asking),
	.backends = LIST_HEAD_INIT(frontswap_registry.backends),
	.key = &backend_registered,
	.failed_stores = &failed_stores,
	.drain = frontswap_drain_pages,
	.evict = frontswap_evict_pages,
	.read_slot = frontswap_read_slot,
	.mark_dirty = folio_mark_dirty,
};

/* Not a word about a registry that a test drives through all its states. */
#define registry_err(reg, fmt, ...)					\
	do { if (!(reg)->quiet) pr_err(fmt, ##__VA_ARGS__); } while (0)
#define registry_info(reg, fmt, ...)					\
	do { if (!(reg)->quiet) pr_info(fmt, ##__VA_ARGS__); } while (0)

#define for_each_map(map, reg, type)					\
	for (map = rcu_dereference((reg)->maps[type]); map;		\
	     map = rcu_dereference(map->next))

static __always_inline void frontswap_count_event(struct frontswap_backend *b,
						  enum frontswap_stat stat)
{
	this_cpu_inc(b->stats->count[stat]);
}

/* store, load, invalidate_page */

/*
 * Whoever clears the bit owns the call, so it is made once for each copy. The
 * RCU read section keeps the backend attached until the callback has returned:
 *
 *   CPU0 swap_range_free()            CPU1 unregister
 *   test_and_clear_bit() = 1
 *                                     all bits clear
 *                                     unlink the maps
 *                                     synchronize_rcu()  <-- waits for CPU0
 *   invalidate_page()
 *                                     invalidate_area()
 */
static __always_inline void frontswap_invalidate_slot(struct frontswap_map *map,
						      unsigned int type, pgoff_t offset)
{
	struct frontswap_backend *b = map->backend;

	if (!test_and_clear_bit(offset, map->bits))
		return;
	b->ops.invalidate_page(type, offset);
	frontswap_count_event(b, FRONTSWAP_INVALIDATES);
	trace_frontswap_invalidate(b->name, swp_entry(type, offset).val);
}

/**
 * frontswap_invalidate_copy() - the copy is not needed any more
 * @map: Whose copy.
 * @type: Swap type.
 * @offset: Slot, pinned, or its page locked in the swap cache.
 */
void frontswap_invalidate_copy(struct frontswap_map *map, unsigned int type,
			       pgoff_t offset)
{
	rcu_read_lock();
	frontswap_invalidate_slot(map, type, offset);
	rcu_read_unlock();
}

/* A copy is in one map at most. */
static __always_inline void frontswap_invalidate_first(struct frontswap_map *map,
						       unsigned int type,
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
		/* Others of the same word come and go. */
		for (slot = offset; slot < end; slot++)
			if (test_bit(slot, map->bits))
				frontswap_invalidate_slot(map, type, slot);
	rcu_read_unlock();
}

/* In an RCU read section. */
static __always_inline bool frontswap_tryget(struct frontswap_backend *b)
{
	/* data race: percpu_ref's own, when it is being killed */
	return data_race(percpu_ref_tryget_live_rcu(&b->store_ref));
}

/* Whom a page is not offered to. */
enum frontswap_store_kind {
	FRONTSWAP_STORE_ANY,
	FRONTSWAP_STORE_EXCLUSIVE,	/* not to one that writes through */
	FRONTSWAP_STORE_LARGE,	/* not to one that takes no part of a large folio */
};

static __always_inline bool frontswap_accepts(const struct frontswap_backend *b,
					      enum frontswap_store_kind to)
{
	switch (to) {
	case FRONTSWAP_STORE_EXCLUSIVE:
		return !(b->ops.flags & FRONTSWAP_WRITE_THROUGH);
	case FRONTSWAP_STORE_LARGE:
		return READ_ONCE(b->large_folios);
	default:
		return true;
	}
}

/* With a reference on the gate, so that the bit is in before the gate is closed. */
static __always_inline int frontswap_store_to(struct frontswap_map *map,
					      struct frontswap_backend *b,
					      unsigned int type, pgoff_t offset,
					      struct page *page,
					      enum frontswap_store_kind to)
{
	int ret;

	ret = b->ops.store(type, offset, page);
	/* A tail page does not say where it goes; looking at any other is cheap. */
	trace_frontswap_store(b->name, to == FRONTSWAP_STORE_LARGE ?
			      swp_entry(type, offset).val : page_private(page),
			      ret);
	if (unlikely(ret)) {
		frontswap_count_event(b, FRONTSWAP_REJECTED_STORES);
		return ret;
	}
	set_bit(offset, map->bits);
	frontswap_count_event(b, FRONTSWAP_STORES);
	return 0;
}

/*
 * Offers a page whose slot holds no copy that counts, from @map's backend on.
 *
 * Ends the caller's RCU read section. It is not there during store(); a map
 * stays linked while there is a reference on its backend's gate.
 */
static __always_inline int frontswap_try_backends(struct frontswap_map *map,
						  unsigned int type, pgoff_t offset,
					   struct page *page,
					   enum frontswap_store_kind to)
	__releases(RCU)
{
	struct frontswap_backend *b;
	int ret;

	for (; map; map = rcu_dereference(map->next)) {
		b = map->backend;
		if (!frontswap_accepts(b, to) || !frontswap_tryget(b))
			continue;
		rcu_read_unlock();
		if (likely(!frontswap_store_to(map, b, type, offset, page,
					       to))) {
			ret = b->store_ret;
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
 * Page by page, all or nothing: the swap code writes a folio as a whole. Nobody
 * sees the pages that are taken back, as the folio is locked. What the slots held
 * before is stale, as with any store.
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
		ret = frontswap_try_backends(rcu_dereference(reg->maps[type]), type,
					     offset + i, nth_page(page, i),
				      FRONTSWAP_STORE_LARGE);
		if (ret == -ENOSPC)
			goto undo;
		/* One that writes through has all of the folio written. */
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

	/* Before anyone is asked: a refused store must leave nothing stale. */
	rcu_read_lock();
	map = rcu_dereference(reg->maps[type]);
	frontswap_invalidate_first(map, type, offset);
	ret = frontswap_try_backends(map, type, offset, page, FRONTSWAP_STORE_ANY);
	if (unlikely(ret == -ENOSPC))
		this_cpu_inc(*reg->failed_stores);
	else
		count_vm_event(FRSWPOUT);
	return ret;
}

static __always_inline void frontswap_count_load(struct frontswap_backend *b)
{
	frontswap_count_event(b, FRONTSWAP_LOADS);
	count_vm_event(FRSWPIN);
}

/* Classic backends return positive errors: only the flag makes 1 something else. */
static __always_inline bool frontswap_is_filled(const struct frontswap_backend *b,
						int ret)
{
	return !ret || (ret == FRONTSWAP_LOAD_EXCLUSIVE &&
			b->ops.flags & FRONTSWAP_EXCLUSIVE_LOADS);
}

/*
 * A page for load() that nobody else can reach; there is always one in reserve.
 */
static struct page *frontswap_get_bounce(struct frontswap_backend *b)
{
	struct page *page = alloc_page(GFP_NOWAIT | __GFP_NOWARN);

	if (!page) {
		mutex_lock(&b->bounce_lock);
		page = b->bounce;
	}
	__SetPageLocked(page);
	return page;
}

static void frontswap_put_bounce(struct frontswap_backend *b, struct page *page)
{
	set_page_private(page, 0);
	ClearPageUptodate(page);
	__ClearPageLocked(page);
	if (page == b->bounce)
		mutex_unlock(&b->bounce_lock);
	else
		__free_page(page);
}

/*
 * Backends written for forked kernels mark the page uptodate and unlock it in
 * load(). Once it has been unlocked anyone may lock it, free the slot and let
 * the backend go, so looking at the caller's page afterwards comes too late:
 *
 *   CPU0 swapping in                  CPU1
 *   load() unlocks the page
 *                                     locks it
 *   PageLocked(): whose lock is it?
 *
 * So a backend that does not say FRONTSWAP_DIRECT_LOAD never gets that page.
 */
static noinline int frontswap_load_bounce(struct frontswap_backend *b,
					  unsigned int type, pgoff_t offset,
					  struct page *page)
{
	struct page *bounce = frontswap_get_bounce(b);
	int ret;

	set_page_private(bounce, swp_entry(type, offset).val);
	ret = b->ops.load(type, offset, bounce);
	if (frontswap_is_filled(b, ret))
		memcpy_page(page, 0, bounce, 0, PAGE_SIZE);
	if ((PageUptodate(bounce) || !PageLocked(bounce)) &&
	    !test_and_set_bit(FRONTSWAP_WARNED_COMPLETES, &b->warned))
		registry_err(b->reg, "%s: load() completes pages by itself; the core does that\n",
			     b->name);
	frontswap_put_bounce(b, bounce);
	return ret;
}

static void frontswap_report_load_error(struct frontswap_backend *b,
					unsigned int type, pgoff_t offset, int err)
{
	frontswap_count_event(b, FRONTSWAP_LOAD_ERRORS);
	if (!test_and_set_bit(FRONTSWAP_WARNED_LOAD_FAILED, &b->warned))
		registry_err(b->reg, "%s: load failed: type %u offset %lu: %d\n",
			     b->name, type, offset, err);
}

static int frontswap_load_failed(struct frontswap_backend *b,
				 struct page *page, int ret)
{
	swp_entry_t entry = { .val = page_private(page) };

	if (ret == -ENOENT)
		return ret;

	frontswap_report_load_error(b, swp_type(entry), swp_offset(entry), ret);
	if (b->ops.flags & FRONTSWAP_WRITE_THROUGH)
		return -ENOENT;
	unlock_page(page);
	return -EIO;
}

/*
 * The data before the flag, which a fully ordered operation sees to. Nothing looks
 * for a head page: there is none.
 */
static __always_inline void frontswap_complete(struct page *page)
{
	if (WARN_ON_ONCE(test_and_set_bit(PG_uptodate, &page->flags)) &&
	    !test_bit(PG_locked, &page->flags))
		return;
	folio_unlock((struct folio *)page);
}

/*
 * A page in the swap cache becomes the only copy, so it is dirty before the other
 * one goes, unless the device has the data. A page that is not there may be thrown
 * away by its reader, so the copy stays.
 *
 * The bit may be the last that keeps @b attached: nothing of it is touched once the
 * copy has gone.
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
		frontswap_invalidate_copy(map, swp_type(entry), swp_offset(entry));
	}
	frontswap_complete(page);
}

/* Whatever load() has returned, but 0. */
static noinline int frontswap_load_nonzero(struct frontswap_backend *b,
					   struct page *page, int ret)
{
	if (!frontswap_is_filled(b, ret))
		return frontswap_load_failed(b, page, ret);
	frontswap_load_exclusive(b, page);
	return 0;
}

/*
 * The set bit of the slot keeps @b attached for as long as the page is locked, or
 * until the load has dropped the copy.
 */
static noinline int frontswap_load_from(struct page *page,
					struct frontswap_backend *b,
					unsigned int type, pgoff_t offset)
{
	int ret;

	if (likely(b->ops.flags & FRONTSWAP_DIRECT_LOAD))
		ret = b->ops.load(type, offset, page);
	else
		ret = frontswap_load_bounce(b, type, offset, page);
	trace_frontswap_load(b->name, page_private(page), ret);
	if (unlikely(ret))
		return frontswap_load_nonzero(b, page, ret);

	frontswap_count_load(b);
	frontswap_complete(page);
	return 0;
}

/*
 * The slot is pinned, so its bit stays, and with it the backend; or nobody has a
 * copy, and that stays so.
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

/* One page of a larger folio, from wherever it is. */
static int frontswap_load_part(struct frontswap_registry *reg,
			       unsigned int type, pgoff_t offset,
			       struct page *page)
{
	const unsigned int plain = FRONTSWAP_DIRECT_LOAD |
				   FRONTSWAP_LARGE_FOLIOS;
	struct frontswap_backend *b = frontswap_find_backend(reg, type, offset);
	swp_entry_t entry = swp_entry(type, offset);
	int ret;

	if (!b)
		return reg->read_slot(entry, page);
	if ((b->ops.flags & plain) == plain)
		ret = b->ops.load(type, offset, page);
	else
		ret = frontswap_load_bounce(b, type, offset, page);
	trace_frontswap_load(b->name, entry.val, ret);
	if (frontswap_is_filled(b, ret)) {
		frontswap_count_load(b);
		return 0;
	}
	if (ret != -ENOENT)
		frontswap_report_load_error(b, type, offset, ret);
	if (ret == -ENOENT || (b->ops.flags & FRONTSWAP_WRITE_THROUGH))
		return reg->read_slot(entry, page);
	return -EIO;
}

/*
 * All slots of the folio are pinned. The device has none of its pages, some, or
 * all of them; only in the last case one read will do.
 */
static noinline int frontswap_load_large(struct frontswap_registry *reg,
					 struct page *page, unsigned int type,
					 pgoff_t offset)
{
	unsigned long nr = compound_nr(page), i;
	int ret = 0;

	for (i = 0; i < nr && !frontswap_find_backend(reg, type, offset + i); i++)
		;
	if (i == nr)
		return -ENOENT;

	for (i = 0; i < nr && !ret; i++) {
		ret = frontswap_load_part(reg, type, offset + i,
					  nth_page(page, i));
		cond_resched();
	}
	if (!ret)
		SetPageUptodate(page);
	unlock_page(page);
	return ret ? -EIO : 0;
}

/* @large: the page may be the first of a larger folio. */
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

/* What the drain does to a slot that it keeps from everyone else */

/**
 * frontswap_read_copy() - load a copy into a page that nobody else can reach
 * @map: Whose copy; its bit is set and the slot pinned.
 * @type: Swap type.
 * @offset: Slot.
 * @page: Locked, not uptodate, its private word the swap entry. Is so again
 *	afterwards, whatever load() does to it.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if the page is on the device; -EIO for any other error.
 */
int frontswap_read_copy(struct frontswap_map *map, unsigned int type,
			pgoff_t offset, struct page *page)
{
	struct frontswap_backend *b = map->backend;
	int ret;

	ret = b->ops.load(type, offset, page);
	trace_frontswap_load(b->name, page_private(page), ret);
	ClearPageUptodate(page);
	__SetPageLocked(page);
	if (frontswap_is_filled(b, ret))
		return 0;
	if (ret == -ENOENT)
		return ret;
	frontswap_report_load_error(b, type, offset, ret);
	return -EIO;
}

/**
 * frontswap_migrate_copy() - offer a copy to the backends that take pages
 * @reg: Where they are.
 * @type: Swap type.
 * @offset: Slot, pinned.
 * @page: The data.
 *
 * The backend that is being drained takes none, so it is not asked. Nor is one
 * that writes through: the write may fail, and two would have the page.
 *
 * Return: 0 if another backend has the page now.
 */
int frontswap_migrate_copy(struct frontswap_registry *reg, unsigned int type,
			   pgoff_t offset, struct page *page)
{
	rcu_read_lock();
	return frontswap_try_backends(rcu_dereference(reg->maps[type]), type, offset,
			       page, FRONTSWAP_STORE_EXCLUSIVE);
}

static __always_inline void
frontswap_do_invalidate_page(struct frontswap_registry *reg,
			     unsigned int type, pgoff_t offset)
{
	rcu_read_lock();
	frontswap_invalidate_first(rcu_dereference(reg->maps[type]), type, offset);
	rcu_read_unlock();
}

/* The hooks, behind the static key; see the header for what they promise. */
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
		frontswap_invalidate_slots(&frontswap_registry, type, offset, nr);
}

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

/* Maps */

static struct frontswap_map *frontswap_map_alloc(struct frontswap_backend *b,
						 unsigned long nr_slots)
{
	struct frontswap_map *map;

	map = kvzalloc(struct_size(map, bits, nr_slots / BITS_PER_LONG + 1),
		       GFP_KERNEL | __GFP_NOWARN);
	if (!map)
		return NULL;
	map->backend = b;
	map->nr_slots = nr_slots;
	return map;
}

#define map_deref(p, reg)						\
	rcu_dereference_protected(p, lockdep_is_held(&(reg)->areas_mutex))

static bool frontswap_goes_before(const struct frontswap_backend *a,
				  const struct frontswap_backend *b)
{
	if (a->ops.priority != b->ops.priority)
		return a->ops.priority > b->ops.priority;
	return a->seq > b->seq;
}

static void frontswap_map_link(struct frontswap_backend *b, unsigned int type)
{
	struct frontswap_registry *reg = b->reg;
	struct frontswap_map *map = b->map[type], *pos;
	struct frontswap_map __rcu **link = &reg->maps[type];

	lockdep_assert_held(&reg->areas_mutex);
	while ((pos = map_deref(*link, reg)) &&
	       frontswap_goes_before(pos->backend, b))
		link = &pos->next;
	RCU_INIT_POINTER(map->next, pos);
	rcu_assign_pointer(*link, map);
}

static void frontswap_map_unlink(struct frontswap_backend *b,
				 unsigned int type)
{
	struct frontswap_registry *reg = b->reg;
	struct frontswap_map *map = b->map[type], *pos;
	struct frontswap_map __rcu **link = &reg->maps[type];

	lockdep_assert_held(&reg->areas_mutex);
	while ((pos = map_deref(*link, reg)) != map)
		link = &pos->next;
	rcu_assign_pointer(*link, map_deref(map->next, reg));
}

/* init() before the map can be found: a store must not overtake it. */
static void frontswap_attach_area(struct frontswap_backend *b, unsigned int type)
{
	b->ops.init(type);
	trace_frontswap_area_attach(b->name, type);
	frontswap_map_link(b, type);
}

/* The exact mirror; the map has been unlinked and no call is under way. */
static void frontswap_detach_area(struct frontswap_backend *b, unsigned int type)
{
	struct frontswap_map *map = b->map[type];
	unsigned int left = bitmap_weight(map->bits, map->nr_slots);

	WRITE_ONCE(b->map[type], NULL);
	this_cpu_add(b->stats->count[FRONTSWAP_INVALIDATES], left);
	trace_frontswap_area_detach(b->name, type);
	b->ops.invalidate_area(type);
	kvfree_rcu(map, rcu);
}

/* swapon and swapoff */

int frontswap_registry_swapon(struct frontswap_registry *reg,
			      unsigned int type, unsigned long nr_slots)
{
	struct frontswap_backend *b;

	if (WARN_ONCE(type >= MAX_SWAPFILES,
		      "frontswap: swapon of type %u, out of range\n", type))
		return -ERANGE;

	mutex_lock(&reg->areas_mutex);
	if (WARN_ONCE(test_bit(type, reg->need_init),
		      "frontswap: second swapon of type %u\n", type)) {
		mutex_unlock(&reg->areas_mutex);
		return -EBUSY;
	}
	__set_bit(type, reg->need_init);
	reg->nr_slots[type] = nr_slots;
	list_for_each_entry(b, &reg->backends, node) {
		if (!b->attached)
			continue;
		WRITE_ONCE(b->map[type], frontswap_map_alloc(b, nr_slots));
		if (b->map[type])
			frontswap_attach_area(b, type);
		else
			registry_err(reg, "%s: no memory to serve swap type %u\n",
				     b->name, type);
	}
	mutex_unlock(&reg->areas_mutex);
	return 0;
}

void frontswap_registry_swapoff(struct frontswap_registry *reg,
				unsigned int type)
{
	struct frontswap_backend *b;

	if (WARN_ONCE(type >= MAX_SWAPFILES,
		      "frontswap: swapoff of type %u, out of range\n", type))
		return;

	mutex_lock(&reg->areas_mutex);
	__clear_bit(type, reg->need_init);
	RCU_INIT_POINTER(reg->maps[type], NULL);
	list_for_each_entry(b, &reg->backends, node)
		if (b->map[type])
			frontswap_detach_area(b, type);
	mutex_unlock(&reg->areas_mutex);
}

/**
 * frontswap_init() - record a swapon, and tell the backends
 * @type: Swap type that is coming into use.
 * @nr_slots: Slots of the area; offsets are below it.
 *
 * A backend for which there is no memory does not serve the area; swapon does
 * not fail for it. The memory is one bit per slot and backend.
 *
 * Context: Process context, before the area can be found; takes a mutex.
 * Return: 0; -ERANGE or -EBUSY, with a warning, for a type that does not exist or
 * is in use, with nothing changed.
 */
int frontswap_init(unsigned int type, unsigned long nr_slots)
{
	return frontswap_registry_swapon(&frontswap_registry, type, nr_slots);
}

/**
 * frontswap_invalidate_area() - record a swapoff, and tell the backends
 * @type: Swap type that is going out of use.
 *
 * Must be called whether or not there is a backend, so not behind the key.
 *
 * Context: Process context, after the last user of the area; takes a mutex.
 */
void frontswap_invalidate_area(unsigned int type)
{
	frontswap_registry_swapoff(&frontswap_registry, type);
}

/* Attaching, draining and detaching */

static void frontswap_store_ref_release(struct percpu_ref *ref)
{
	struct frontswap_backend *b =
		container_of(ref, struct frontswap_backend, store_ref);

	complete(&b->store_ref_zero);
}

static void frontswap_open_gate(struct frontswap_backend *b)
{
	lockdep_assert_held(&b->state_mutex);
	if (b->open)
		return;
	reinit_completion(&b->store_ref_zero);
	percpu_ref_reinit(&b->store_ref);
	b->open = true;
}

/* On return no store() is under way, and each one that was has set its bit. */
static void frontswap_close_gate(struct frontswap_backend *b)
{
	lockdep_assert_held(&b->state_mutex);
	if (!b->open)
		return;
	percpu_ref_kill(&b->store_ref);
	wait_for_completion(&b->store_ref_zero);
	b->open = false;
}

static void frontswap_free_maps(struct frontswap_backend *b)
{
	unsigned int type;

	for (type = 0; type < FRONTSWAP_TYPES; type++) {
		kvfree(b->map[type]);
		b->map[type] = NULL;
	}
}

static int frontswap_alloc_maps(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	unsigned int type;

	lockdep_assert_held(&reg->areas_mutex);
	for_each_set_bit(type, reg->need_init, MAX_SWAPFILES) {
		b->map[type] = frontswap_map_alloc(b, reg->nr_slots[type]);
		if (!b->map[type]) {
			frontswap_free_maps(b);
			return -ENOMEM;
		}
	}
	return 0;
}

static void frontswap_list_add(struct frontswap_backend *b)
{
	struct list_head *at = &b->reg->backends;
	struct frontswap_backend *pos;

	lockdep_assert_held(&b->reg->backends_mutex);
	b->seq = b->reg->seq++;
	mutex_lock(&b->reg->areas_mutex);
	list_for_each_entry(pos, &b->reg->backends, node) {
		if (frontswap_goes_before(b, pos)) {
			at = &pos->node;
			break;
		}
	}
	down_write(&b->reg->asking);
	list_add_tail_rcu(&b->node, at);
	up_write(&b->reg->asking);
	mutex_unlock(&b->reg->areas_mutex);
}

/* On return nobody looks for a module's backend at @b any more, nor asks it. */
static void frontswap_list_del(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	enum frontswap_stat stat;

	mutex_lock(&reg->backends_mutex);
	mutex_lock(&reg->areas_mutex);
	down_write(&reg->asking);
	list_del_rcu(&b->node);
	up_write(&reg->asking);
	mutex_unlock(&reg->areas_mutex);
	for (stat = 0; stat < FRONTSWAP_NR_STATS; stat++)
		reg->past_stats.count[stat] += frontswap_stat(b, stat);
	mutex_unlock(&reg->backends_mutex);
	synchronize_rcu();
}

#ifdef CONFIG_MODULES
static bool frontswap_is_live(const struct module *owner)
{
	return !owner || READ_ONCE(owner->state) == MODULE_STATE_LIVE;
}
#else
static bool frontswap_is_live(const struct module *owner)
{
	return true;
}
#endif

/*
 * A module whose init function fails is freed whatever its reference count, so
 * a backend takes no page before its module is live. Who opens its gate:
 *
 *   CPU0 register, in another thread     CPU1 do_init_module()
 *   attached = true                      state = MODULE_STATE_LIVE
 *   smp_mb()                             smp_mb() in frontswap_module_notify()
 *   read the state                       look for the module's backends
 *
 * One of them sees the other's write. A module must not let another thread
 * register for it while its init function fails: the notifier may have come by
 * before the backend was in the list.
 */
static void frontswap_open_gate_if_live(struct frontswap_backend *b)
{
	smp_mb(); /* pairs with frontswap_module_notify() */
	if (frontswap_is_live(b->owner))
		frontswap_open_gate(b);
}

/*
 * The areas are live, and their stores find the map as soon as it is linked,
 * but the gate is closed until the whole of the replay is done.
 */
static int frontswap_attach(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	unsigned int type;
	int ret;

	lockdep_assert_held(&b->state_mutex);
	if (reg->key)
		static_branch_inc(reg->key);

	mutex_lock(&reg->areas_mutex);
	ret = frontswap_alloc_maps(b);
	if (!ret) {
		for_each_set_bit(type, reg->need_init, MAX_SWAPFILES)
			frontswap_attach_area(b, type);
		b->attached = true;
		b->nr_replayed = bitmap_weight(reg->need_init, MAX_SWAPFILES);
	}
	mutex_unlock(&reg->areas_mutex);

	if (ret && reg->key)
		static_branch_dec(reg->key);
	return ret;
}

static bool frontswap_holds_pages(const struct frontswap_backend *b)
{
	const struct frontswap_map *map;
	unsigned int type;

	lockdep_assert_held(&b->reg->areas_mutex);
	for (type = 0; type < FRONTSWAP_TYPES; type++) {
		map = b->map[type];
		/* bits go while they are looked at, but none comes */
		if (map && !data_race(bitmap_empty(map->bits, map->nr_slots)))
			return true;
	}
	return false;
}

/*
 * Needs the gate closed: bits then only go away. One grace period after the
 * last map was unlinked every invalidate_page() is over, see frontswap_invalidate_slot();
 * only then may the areas go.
 */
static int frontswap_detach(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	unsigned int type;

	lockdep_assert_held(&b->state_mutex);
	WARN_ON_ONCE(b->open);

	mutex_lock(&reg->areas_mutex);
	if (frontswap_holds_pages(b)) {
		mutex_unlock(&reg->areas_mutex);
		return -EAGAIN;
	}
	b->attached = false;
	for (type = 0; type < FRONTSWAP_TYPES; type++)
		if (b->map[type])
			frontswap_map_unlink(b, type);
	synchronize_rcu();
	for (type = FRONTSWAP_TYPES; type--; )
		if (b->map[type])
			frontswap_detach_area(b, type);
	mutex_unlock(&reg->areas_mutex);

	if (reg->key)
		static_branch_dec(reg->key);
	return 0;
}

/*
 * Passes go on until nothing is found under reg->areas_mutex: what is in the way (a
 * fault, a parked slot, a swapoff) goes by itself. They are not made under it: a
 * swapoff that waits for it would wait for the drain, and the drain for the swapoff.
 * An empty backend can always be detached: that takes no memory.
 */
static int frontswap_drain_and_detach(struct frontswap_backend *b)
{
	bool retry = false;
	int ret;

	while ((ret = frontswap_detach(b)) == -EAGAIN) {
		if (!b->reg->drain)
			return -EBUSY;
		if (retry)
			schedule_timeout_interruptible(1);
		retry = true;
		ret = b->reg->drain(b);
		if (ret && ret != -EAGAIN)
			return ret;
		if (signal_pending(current))
			return -EINTR;
	}
	return ret;
}

static int __frontswap_disable(struct frontswap_backend *b)
{
	unsigned long pages = frontswap_stored_pages(b);
	bool was_open = b->open;
	int ret;

	if (pages)
		registry_info(b->reg, "%s: draining %lu page(s)\n", b->name,
			      pages);
	frontswap_close_gate(b);
	ret = frontswap_drain_and_detach(b);
	if (ret) {
		if (was_open && ret != -EIO && ret != -EOPNOTSUPP)
			frontswap_open_gate(b);
		registry_err(b->reg, "%s: not detached: %lu page(s) left (%d)\n",
			     b->name, frontswap_stored_pages(b), ret);
		return ret;
	}
	registry_info(b->reg, "%s: detached\n", b->name);
	module_put(b->owner);
	return 0;
}

/* What state says meanwhile. */
static void frontswap_set_draining(struct frontswap_backend *b, bool draining)
{
	lockdep_assert_held(&b->state_mutex);
	WRITE_ONCE(b->draining, draining);
	frontswap_sysfs_state_changed(b);
}

/**
 * frontswap_disable() - drain and detach a backend
 * @b: The backend.
 *
 * Context: Process context; @b->state_mutex held.
 * Return: 0, also if it is detached; -EINTR after a signal or -ENOMEM, with
 * everything as before; -EIO or -EOPNOTSUPP for a page that cannot be moved: the
 * backend then keeps its pages and serves them, but takes no more.
 */
int frontswap_disable(struct frontswap_backend *b)
{
	int ret;

	lockdep_assert_held(&b->state_mutex);
	if (!b->attached)
		return 0;
	frontswap_set_draining(b, true);
	ret = __frontswap_disable(b);
	frontswap_set_draining(b, false);
	return ret;
}

static int __frontswap_enable(struct frontswap_backend *b)
{
	int ret;

	lockdep_assert_held(&b->state_mutex);
	if (b->unregistered || !try_module_get(b->owner))
		return -ENODEV;
	ret = frontswap_attach(b);
	if (ret) {
		module_put(b->owner);
		return ret;
	}
	frontswap_open_gate_if_live(b);
	frontswap_sysfs_state_changed(b);
	return 0;
}

/**
 * frontswap_enable() - attach a backend, or let one that is attached take pages
 * @b: The backend.
 *
 * Context: Process context; @b->state_mutex held.
 * Return: 0; -ENODEV if its module is going away; -ENOMEM.
 */
int frontswap_enable(struct frontswap_backend *b)
{
	int ret;

	if (b->attached) {
		if (b->open)
			return 0;
		frontswap_open_gate_if_live(b);
		frontswap_sysfs_state_changed(b);
		return 0;
	}
	ret = __frontswap_enable(b);
	if (!ret)
		registry_info(b->reg, "%s: attached, %u swap area(s) replayed\n",
			      b->name, b->nr_replayed);
	return ret;
}

/* Registration */

static void frontswap_nop_area(unsigned int type)
{
}

static void frontswap_nop_page(unsigned int type, pgoff_t offset)
{
}

static int frontswap_reject(const struct frontswap_registry *reg,
			    const char *name, const char *reason, int err)
{
	registry_err(reg, "%s: not registered: %s (%d)\n", name, reason, err);
	trace_frontswap_register(name, 0, err);
	return err;
}

/*
 * Pins the module that the callbacks live in. The address says which it is, so
 * that a backend which knows nothing of owners cannot be unloaded either.
 */
static int frontswap_get_owner(const struct frontswap_ops *ops,
			       struct module **owner)
{
	const unsigned long callbacks[] = {
		(unsigned long)ops->store,
		(unsigned long)ops->load,
		(unsigned long)ops->init,
		(unsigned long)ops->invalidate_page,
		(unsigned long)ops->invalidate_area,
		(unsigned long)ops->pool_pages,
	};
	struct module *mod;
	int i, ret = 0;

	*owner = NULL;
	preempt_disable();
	for (i = 0; i < ARRAY_SIZE(callbacks); i++) {
		mod = __module_address(callbacks[i]);
		if (!mod)
			continue;
		if (*owner && mod != *owner)
			ret = -EXDEV;
		if (within_module_init(callbacks[i], mod))
			ret = -EINVAL;
		*owner = mod;
	}
	if (!ret && !try_module_get(*owner))
		ret = -ENODEV;
	preempt_enable();
	return ret;
}

static const char *frontswap_owner_strerror(int err)
{
	switch (err) {
	case -EXDEV:
		return "callbacks in more than one module";
	case -EINVAL:
		return "a callback is __init";
	default:
		return "module is going away";
	}
}

/* It becomes that of a directory, and a word in the log. */
static bool frontswap_name_valid(const char *name)
{
	size_t len = strnlen(name, FRONTSWAP_NAME_LEN), i;

	if (!len || len == FRONTSWAP_NAME_LEN || *name == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!isgraph(name[i]) || name[i] == '/')
			return false;
	return true;
}

static void frontswap_set_name(struct frontswap_backend *b)
{
	if (b->ops.name)
		strscpy(b->name, b->ops.name, sizeof(b->name));
	else if (b->owner)
		strscpy(b->name, module_name(b->owner), sizeof(b->name));
	else
		snprintf(b->name, sizeof(b->name), "builtin%u",
			 b->reg->nr_nameless++);
	b->ops.name = b->name;
}

void frontswap_backend_free(struct frontswap_backend *b)
{
	if (b->bounce)
		__free_page(b->bounce);
	percpu_ref_exit(&b->store_ref);
	free_percpu(b->stats);
	kfree(b);
}

static struct frontswap_backend *
frontswap_backend_alloc(struct frontswap_registry *reg,
			const struct frontswap_ops *ops)
{
	struct frontswap_backend *b = kzalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return NULL;
	b->ops = *ops;
	if (!b->ops.init)
		b->ops.init = frontswap_nop_area;
	if (!b->ops.invalidate_page)
		b->ops.invalidate_page = frontswap_nop_page;
	if (!b->ops.invalidate_area)
		b->ops.invalidate_area = frontswap_nop_area;
	b->large_folios = ops->flags & FRONTSWAP_LARGE_FOLIOS;
	b->exclusive_loads = ops->flags & FRONTSWAP_EXCLUSIVE_LOADS;
	if (ops->flags & FRONTSWAP_WRITE_THROUGH)
		b->store_ret = -EAGAIN;
	b->reg = reg;
	b->user_ops = ops;
	init_completion(&b->store_ref_zero);
	mutex_init(&b->bounce_lock);
	mutex_init(&b->state_mutex);
	kobject_init(&b->kobj, &frontswap_backend_ktype);

	b->stats = alloc_percpu(struct frontswap_stats);
	b->bounce = alloc_page(GFP_KERNEL);
	if (!b->stats || !b->bounce ||
	    percpu_ref_init(&b->store_ref, frontswap_store_ref_release,
			    PERCPU_REF_INIT_DEAD, GFP_KERNEL)) {
		kobject_put(&b->kobj);
		return NULL;
	}
	return b;
}

static struct frontswap_backend *
frontswap_find_by_ops(struct frontswap_registry *reg, const struct frontswap_ops *ops)
{
	struct frontswap_backend *b;

	lockdep_assert_held(&reg->backends_mutex);
	list_for_each_entry(b, &reg->backends, node)
		if (b->user_ops == ops && !b->unregistered)
			return b;
	return NULL;
}

static bool frontswap_name_in_use(struct frontswap_registry *reg,
				  const char *name)
{
	struct frontswap_backend *b;

	lockdep_assert_held(&reg->backends_mutex);
	list_for_each_entry(b, &reg->backends, node)
		if (!strcmp(b->name, name))
			return true;
	return false;
}

/* Makes the backend known, with nothing attached yet. */
static int frontswap_backend_add(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	int ret = 0;

	mutex_lock(&reg->backends_mutex);
	frontswap_set_name(b);
	if (frontswap_find_by_ops(reg, b->user_ops))
		ret = frontswap_reject(reg, b->name, "already registered",
				       -EALREADY);
	else if (frontswap_name_in_use(reg, b->name))
		ret = frontswap_reject(reg, b->name, "name taken", -EEXIST);
	else
		frontswap_list_add(b);
	mutex_unlock(&reg->backends_mutex);
	if (ret)
		return ret;

	ret = frontswap_sysfs_add(b);
	if (ret) {
		frontswap_list_del(b);
		frontswap_reject(reg, b->name, "no directory in sysfs", ret);
	}
	return ret;
}

/* Without @b->state_mutex: writers to files in sysfs wait for that, and we for them. */
static void frontswap_backend_del(struct frontswap_backend *b)
{
	frontswap_sysfs_del(b);
	frontswap_list_del(b);
}

static int __frontswap_register(struct frontswap_backend *b)
{
	int ret;

	mutex_lock(&b->state_mutex);
	ret = frontswap_backend_add(b);
	if (ret) {
		b->unregistered = true;
		mutex_unlock(&b->state_mutex);
		return ret;
	}
	ret = __frontswap_enable(b);
	b->unregistered = ret != 0;
	if (!ret) {
		registry_info(b->reg, "%s: registered, priority %d, %u swap area(s) replayed\n",
			      b->name, b->ops.priority, b->nr_replayed);
		trace_frontswap_register(b->name, b->ops.priority, 0);
	}
	mutex_unlock(&b->state_mutex);
	if (!ret)
		return 0;
	frontswap_backend_del(b);
	return frontswap_reject(b->reg, b->name, "cannot attach", ret);
}

int frontswap_registry_register(struct frontswap_registry *reg,
				const struct frontswap_ops *ops)
{
	struct frontswap_backend *b;
	struct module *owner;
	const char *name;
	int ret;

	if (!ops)
		return frontswap_reject(reg, "(unnamed)", "no ops", -EFAULT);
	ret = frontswap_get_owner(ops, &owner);
	name = ops->name ?: owner ? module_name(owner) : "(unnamed)";
	if (ret)
		return frontswap_reject(reg, name, frontswap_owner_strerror(ret),
					ret);

	if (!ops->store || !ops->load)
		ret = frontswap_reject(reg, name,
				       "store and load are mandatory", -EINVAL);
	else if (ops->name && !frontswap_name_valid(ops->name))
		ret = frontswap_reject(reg, "(unnamed)", "bad name", -EINVAL);
	if (ret)
		goto put_owner;

	b = frontswap_backend_alloc(reg, ops);
	if (!b) {
		ret = frontswap_reject(reg, name, "no memory", -ENOMEM);
		goto put_owner;
	}
	b->owner = owner;
	ret = __frontswap_register(b);
	if (ret)
		kobject_put(&b->kobj);
put_owner:
	module_put(owner);
	return ret;
}

static int __frontswap_unregister(struct frontswap_backend *b)
{
	int ret;

	mutex_lock(&b->state_mutex);
	if (b->unregistered)
		ret = -ENOENT;
	else
		ret = frontswap_disable(b);
	if (!ret)
		b->unregistered = true;
	mutex_unlock(&b->state_mutex);
	if (ret)
		return ret;

	frontswap_backend_del(b);
	registry_info(b->reg, "%s: unregistered\n", b->name);
	kobject_put(&b->kobj);
	return 0;
}

int frontswap_registry_unregister(struct frontswap_registry *reg,
				  const struct frontswap_ops *ops)
{
	struct frontswap_backend *b;
	int ret = -ENOENT;

	if (!ops) {
		registry_err(reg, "(unnamed): not unregistered: no ops (%d)\n",
			     -EFAULT);
		return -EFAULT;
	}
	mutex_lock(&reg->backends_mutex);
	b = frontswap_find_by_ops(reg, ops);
	if (b)
		kobject_get(&b->kobj);
	mutex_unlock(&reg->backends_mutex);

	if (b) {
		ret = __frontswap_unregister(b);
		kobject_put(&b->kobj);
	}
	if (ret == -ENOENT)
		registry_err(reg, "(unnamed): not unregistered: not registered (%d)\n",
			     ret);
	return ret;
}

/**
 * frontswap_register_ops() - attach a backend
 * @ops: What the backend provides; copied, and its address is the backend's
 *	identity until frontswap_unregister_ops().
 *
 * Calls init() for each swap area in use, in ascending order, and then begins to
 * offer pages: at once for a backend in the kernel or in a live module, or when
 * the module's init function has returned 0. If that fails the backend is
 * unregistered by the core. The module that the callbacks live in is pinned
 * while the backend is attached. Each refusal is logged, and no callback has been
 * called then.
 *
 * Context: Process context, may sleep. Not from a callback, and not in another
 * thread while the module's init function may still fail.
 * Return: 0; -EFAULT for no @ops; -EINVAL if store or load is missing, if a callback
 * is __init or if the name cannot be that of a directory; -EXDEV if the callbacks
 * live in more than one module; -ENODEV if that module is going away; -EALREADY if
 * @ops are registered; -EEXIST if the name is taken; -ENOMEM.
 */
int frontswap_register_ops(const struct frontswap_ops *ops)
{
	return frontswap_registry_register(&frontswap_registry, ops);
}
EXPORT_SYMBOL_GPL(frontswap_register_ops);

/**
 * frontswap_unregister_ops() - drain, detach and forget a backend
 * @ops: What it was registered with.
 *
 * Moves the pages that the backend holds to other backends or to the device, waits
 * for the calls under way, and calls invalidate_area() for each area that init()
 * was called for. No callback runs after that. Gives up the reference on the
 * backend's module that an attached backend has, so the caller needs one of its
 * own. In a module's exit function the backend is detached already, and this does
 * not fail.
 *
 * Context: Process context, may sleep, and for long. Not from a callback.
 * Return: 0; -EFAULT for no @ops; -ENOENT if @ops are not registered; -EINTR after
 * a signal or -ENOMEM: the backend then goes on as before; -EIO or -EOPNOTSUPP for a
 * page that cannot be moved: the backend then keeps its pages and serves them, but
 * takes no more.
 */
int frontswap_unregister_ops(const struct frontswap_ops *ops)
{
	return frontswap_registry_unregister(&frontswap_registry, ops);
}
EXPORT_SYMBOL_GPL(frontswap_unregister_ops);

/* Evicting */

/*
 * The backend of @user_ops with a reference on its store gate, so that it stays attached.
 * Without a mutex, for evictions in reclaim.
 */
static struct frontswap_backend *
frontswap_get_open(struct frontswap_registry *reg,
		   const struct frontswap_ops *ops)
{
	struct frontswap_backend *b, *found = ERR_PTR(-ENOENT);

	rcu_read_lock();
	list_for_each_entry_rcu(b, &reg->backends, node) {
		if (b->user_ops != ops)
			continue;
		if (frontswap_tryget(b)) {
			found = b;
			break;
		}
		found = ERR_PTR(-ESHUTDOWN);
	}
	rcu_read_unlock();
	return found;
}

int frontswap_registry_evict(struct frontswap_registry *reg,
			     const struct frontswap_ops *ops, unsigned int type,
			     const pgoff_t *offsets, unsigned int nr)
{
	struct frontswap_backend *b;
	int ret;

	if (!ops || (nr && !offsets))
		return -EFAULT;
	if (type >= MAX_SWAPFILES)
		return -ERANGE;
	if (!nr)
		return 0;
	b = frontswap_get_open(reg, ops);
	if (IS_ERR(b))
		return PTR_ERR(b);
	ret = reg->evict(b, type, offsets, nr);
	percpu_ref_put(&b->store_ref);
	return ret;
}

/**
 * frontswap_evict() - move pages of a backend to the swap device
 * @ops: What the backend was registered with.
 * @type: Swap type.
 * @offsets: Slots, each once, in any order. A slot of which the backend has no page,
 *	or no longer has one, is passed over.
 * @nr: Number of @offsets.
 *
 * For a backend that is full, or is to give memory back. Each page is loaded,
 * written to the device behind, never given to another backend, and dropped with
 * invalidate_page(): that call says which pages have gone. As many writes as
 * possible are under way at once, so many slots in one call are faster than many
 * calls. A page that is in memory as well is marked dirty instead of being written.
 * One that is in use at the moment stays. Nothing is lost when the write fails.
 *
 * Context: Process context, sleeps until the writes are done; also in reclaim that
 * may do I/O. Not from a callback, and with no lock that load() or
 * invalidate_page() take.
 * Return: the number of pages that have gone, which is 0 if all of them were in
 * use or @type is not served; an error only if none has gone: -EFAULT for no @ops or no
 * @offsets; -ERANGE for a @type that cannot be; -ENOENT if @ops are not registered;
 * -ESHUTDOWN if the backend takes no pages at present, most often as it is being
 * drained; -ENOMEM; -EIO if a page could not be loaded or written; -EOPNOTSUPP if the
 * area is a file on a file system that does its own swap I/O.
 */
int frontswap_evict(const struct frontswap_ops *ops, unsigned int type,
		    const pgoff_t *offsets, unsigned int nr)
{
	return frontswap_registry_evict(&frontswap_registry, ops, type, offsets,
					nr);
}
EXPORT_SYMBOL_GPL(frontswap_evict);

/* Modules that have not become live yet, or never do */

#ifdef CONFIG_MODULES
/*
 * A backend of @mod, with a reference: when @mod is live one that is attached and
 * whose gate is still closed, else any. No mutex: a backend's init() may hold it, and
 * wait for a module to be loaded.
 */
static struct frontswap_backend *
frontswap_get_module_backend(struct frontswap_registry *reg,
			     const struct module *mod, bool live)
{
	struct frontswap_backend *b, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(b, &reg->backends, node) {
		if (b->owner != mod)
			continue;
		/* Looked at again under its mutex. */
		if (live && data_race(b->open || !b->attached))
			continue;
		if (kobject_get_unless_zero(&b->kobj)) {
			found = b;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

static void frontswap_module_live(struct frontswap_backend *b)
{
	mutex_lock(&b->state_mutex);
	if (b->attached) {
		frontswap_open_gate(b);
		frontswap_sysfs_state_changed(b);
	}
	mutex_unlock(&b->state_mutex);
}

/* True if it would not go. One that is on its way is waited for. */
static bool frontswap_module_going(struct frontswap_backend *b)
{
	int ret = __frontswap_unregister(b);

	if (ret == -ENOENT)
		cond_resched();
	return ret && ret != -ENOENT;
}

static int frontswap_module_notify(struct notifier_block *nb,
				   unsigned long state, void *data)
{
	struct frontswap_registry *reg = &frontswap_registry;
	bool live = state == MODULE_STATE_LIVE, stuck = false;
	struct frontswap_backend *b;

	if (!live && state != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	smp_mb(); /* pairs with frontswap_open_gate_if_live() */
	while (!stuck && (b = frontswap_get_module_backend(reg, data, live))) {
		/* With pages in it only if the module was unloaded by force. */
		if (live)
			frontswap_module_live(b);
		else
			stuck = WARN_ON(frontswap_module_going(b));
		kobject_put(&b->kobj);
	}
	return NOTIFY_DONE;
}

static struct notifier_block frontswap_module_nb = {
	.notifier_call = frontswap_module_notify,
};

static int __init frontswap_modules_init(void)
{
	return register_module_notifier(&frontswap_module_nb);
}
#else
static int __init frontswap_modules_init(void)
{
	return 0;
}
#endif

/* Figures */

unsigned long frontswap_stat(const struct frontswap_backend *b,
			     enum frontswap_stat stat)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		/* other CPUs go on counting */
		sum += data_race(per_cpu_ptr(b->stats, cpu)->count[stat]);
	return sum;
}

/* Not a snapshot: a page that comes or goes meanwhile may be counted or not. */
unsigned long frontswap_stored_pages(const struct frontswap_backend *b)
{
	unsigned long dropped = frontswap_stat(b, FRONTSWAP_INVALIDATES);
	long held = frontswap_stat(b, FRONTSWAP_STORES) - dropped;

	return max(held, 0L);
}

u64 frontswap_total(struct frontswap_registry *reg, enum frontswap_stat stat)
{
	struct frontswap_backend *b;
	u64 sum;

	mutex_lock(&reg->backends_mutex);
	sum = reg->past_stats.count[stat];
	list_for_each_entry(b, &reg->backends, node)
		sum += frontswap_stat(b, stat);
	mutex_unlock(&reg->backends_mutex);
	return sum;
}

void frontswap_registry_add_pools(struct frontswap_registry *reg,
				  unsigned long *pool, unsigned long *stored)
{
	struct frontswap_backend *b;

	down_read(&reg->asking);
	list_for_each_entry(b, &reg->backends, node) {
		if (!b->ops.pool_pages)
			continue;
		*pool += b->ops.pool_pages();
		*stored += frontswap_stored_pages(b);
	}
	up_read(&reg->asking);
}

/**
 * frontswap_add_pools() - the RAM of backends, for /proc/meminfo
 * @pool: Pages of RAM that their pools take are added to this.
 * @stored: Pages that are kept in these are added to this.
 *
 * Of the backends that have pool_pages(), attached or not.
 *
 * Context: Process context, may sleep. Waits for no drain and no other callback.
 */
void frontswap_add_pools(unsigned long *pool, unsigned long *stored)
{
	frontswap_registry_add_pools(&frontswap_registry, pool, stored);
}

u64 frontswap_failed_stores(const struct frontswap_registry *reg)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		/* other CPUs go on counting */
		sum += data_race(*per_cpu_ptr(reg->failed_stores, cpu));
	return sum;
}

static int __init frontswap_setup(void)
{
	frontswap_sysfs_init(&frontswap_registry);
	return frontswap_modules_init();
}
subsys_initcall(frontswap_setup);
