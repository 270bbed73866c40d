/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_FRONTSWAP_H
#define _LINUX_FRONTSWAP_H

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/swapops.h>

/**
 * define FRONTSWAP_DIRECT_LOAD - load() does not change page flags
 *
 * load() only fills the page: the core marks the page uptodate and unlocks it.
 * Without this flag, load() gets a private page of the core, and the core
 * copies the data. Backends that complete pages in load(), as many backends
 * written for forked kernels do, work without this flag.
 */
#define FRONTSWAP_DIRECT_LOAD	BIT(0)

/**
 * define FRONTSWAP_WRITE_THROUGH - stored pages are also written to the device
 *
 * If load() fails, the page is read from the device. Detaching the backend
 * writes nothing. The backend does not get pages of a backend that is drained.
 */
#define FRONTSWAP_WRITE_THROUGH	BIT(1)

/**
 * define FRONTSWAP_LARGE_FOLIOS - the backend supports large folios
 *
 * store() and load() accept any page of a large folio, including tail pages.
 * The backend uses only the contents and the memory cgroup of the page, not its
 * flags or its private word. Without this flag, large folios are not offered to
 * the backend.
 */
#define FRONTSWAP_LARGE_FOLIOS	BIT(2)

/**
 * define FRONTSWAP_EXCLUSIVE_LOADS - load() may release the copy
 *
 * load() may return FRONTSWAP_LOAD_EXCLUSIVE. Without this flag, that value is
 * an error like any other.
 */
#define FRONTSWAP_EXCLUSIVE_LOADS	BIT(3)

/**
 * define FRONTSWAP_LOAD_EXCLUSIVE - page filled, the copy can be released
 *
 * Returned by load() after filling the page if the backend does not need to
 * keep the copy. If the page is a single page in the swap cache, the core marks
 * the page dirty and calls invalidate_page() before the page can be used.
 * Otherwise, or if exclusive_loads in sysfs is 0, the value is the same as 0:
 * the copy stays.
 */
#define FRONTSWAP_LOAD_EXCLUSIVE	1

/**
 * struct frontswap_ops - callbacks and options of a backend
 * @init: Called once for each swap area in use, whether swapon came before or
 *	after registration. Attaching calls init() in ascending order of @type.
 *	No store for @type arrives before init() has returned. Optional. May
 *	sleep and allocate with GFP_KERNEL. Must not load modules, nor call
 *	swapon, swapoff or the functions below. Readers of /proc/swaps wait for
 *	init().
 * @store: Store a copy of @page for slot @offset of area @type. The core has
 *	invalidated any older copy of the slot, and calls for one slot never
 *	overlap. Mandatory. Return 0 after the data is copied: the page may be
 *	reused immediately. Any other value rejects the page, which is then
 *	offered to the next backend or written to the device. @page is locked,
 *	its private word is the swap entry, and it is not part of a large folio,
 *	except with FRONTSWAP_LARGE_FOLIOS: either all pages of a large folio
 *	are stored, or the stored ones are invalidated and the folio is written
 *	to the device. @page is in the swap cache, unless a drain migrates the
 *	page from another backend: then it is a private page of the core,
 *	charged to no memory cgroup. Called in reclaim or by a drain: may sleep,
 *	but must not depend on memory being freed.
 * @load: Fill @page with the copy of slot @offset of area @type, and keep the
 *	copy. Mandatory. Return 0 if the page is filled;
 *	FRONTSWAP_LOAD_EXCLUSIVE, see above; -ENOENT if the backend itself has
 *	written the copy to the swap device, from which the page is then read.
 *	Any other value means that the page is lost: the reader gets an I/O
 *	error, never stale data of the device. @page is locked and not uptodate,
 *	and must stay so: see FRONTSWAP_DIRECT_LOAD. May sleep, and may be
 *	called in reclaim. Loads and stores of other slots run concurrently. A
 *	drain also calls load(), with a private page of the core, and ends if
 *	load() fails.
 * @invalidate_page: The copy of slot @offset of area @type is no longer needed.
 *	Called at most once for each stored copy. Cannot fail. Optional. Called
 *	in an RCU read section, usually under a spinlock of the swap code with
 *	interrupts off: must not sleep and must not enable interrupts.
 * @invalidate_area: The area is swapped off or the backend is detached: free
 *	all data of area @type, including copies that were not invalidated. The
 *	mirror of @init; no call for @type is in progress, and none follows
 *	before another @init. Optional. May sleep; the rules of @init apply.
 * @name: Name in the log and in /sys/kernel/mm/frontswap/. Optional; the
 *	default is the name of the module.
 * @priority: Backends are tried in descending order of priority; among equal
 *	priorities, the backend registered last comes first. Optional.
 * @flags: FRONTSWAP_DIRECT_LOAD, FRONTSWAP_WRITE_THROUGH,
 *	FRONTSWAP_LARGE_FOLIOS, FRONTSWAP_EXCLUSIVE_LOADS. Optional.
 * @pool_pages: Return the number of RAM pages in the backend's pool. The pool
 *	and the pages in the pool are then part of Zswap: and Zswapped: in
 *	/proc/meminfo. Optional. May sleep. Called at any time from the start of
 *	registration to the end of unregistration, attached or not. Must not
 *	take a lock that is held over registration or unregistration.
 *
 * The first five members are the members of Linux 4.2 to 6.4, in the same
 * order, so a backend written for those kernels builds and works unchanged. The
 * structure is copied at registration. All callbacks must be in one module or
 * in the kernel.
 */
struct frontswap_ops {
	void (*init)(unsigned int type);
	int (*store)(unsigned int type, pgoff_t offset, struct page *page);
	int (*load)(unsigned int type, pgoff_t offset, struct page *page);
	void (*invalidate_page)(unsigned int type, pgoff_t offset);
	void (*invalidate_area)(unsigned int type);
	const char *name;
	int priority;
	unsigned int flags;
	unsigned long (*pool_pages)(void);
};

#ifdef CONFIG_FRONTSWAP

DECLARE_STATIC_KEY_FALSE(backend_registered);

int frontswap_register_ops(const struct frontswap_ops *ops);
int frontswap_unregister_ops(const struct frontswap_ops *ops);
int frontswap_evict(const struct frontswap_ops *ops, unsigned int type,
		    const pgoff_t *offsets, unsigned int nr);

bool frontswap_area_is_zram(unsigned int type);

int frontswap_init(unsigned int type, unsigned long nr_slots);
void frontswap_invalidate_area(unsigned int type);
int __frontswap_store(struct page *page);
int __frontswap_load(struct page *page);
void __frontswap_invalidate_page(unsigned int type, pgoff_t offset);
void __frontswap_invalidate_range(unsigned int type, pgoff_t offset,
				  unsigned long nr);
void frontswap_add_pools(unsigned long *pool, unsigned long *stored);

static inline bool frontswap_enabled(void)
{
	return static_branch_unlikely(&backend_registered);
}

#else /* CONFIG_FRONTSWAP */

static inline bool frontswap_enabled(void)
{
	return false;
}

static inline int frontswap_init(unsigned int type, unsigned long nr_slots)
{
	return 0;
}

static inline void frontswap_invalidate_area(unsigned int type)
{
}

static inline int __frontswap_store(struct page *page)
{
	return -EOPNOTSUPP;
}

static inline int __frontswap_load(struct page *page)
{
	return -ENOENT;
}

static inline void __frontswap_invalidate_page(unsigned int type,
					       pgoff_t offset)
{
}

static inline void __frontswap_invalidate_range(unsigned int type,
						pgoff_t offset,
						unsigned long nr)
{
}

static inline void frontswap_add_pools(unsigned long *pool,
				       unsigned long *stored)
{
}

#endif /* CONFIG_FRONTSWAP */

/**
 * frontswap_store() - offer a page to the backends before it is swapped out
 * @page: Locked head page in the swap cache. Of a large folio, either all pages
 *	are stored or none.
 *
 * Context: Process context, may sleep.
 * Return: 0 if backends have stored the page, which then needs no write.
 */
static inline int frontswap_store(struct page *page)
{
	if (frontswap_enabled())
		return __frontswap_store(page);
	return -EOPNOTSUPP;
}

/**
 * frontswap_load() - load a page from the backend that holds it
 * @page: Locked page that is not uptodate and whose private word is the swap
 *	entry of a pinned slot. The head page of a large folio stands for the
 *	whole folio: if backends hold some of its pages, the other pages are
 *	read from the device.
 *
 * Context: Process context, may sleep.
 * Return: -ENOENT if no backend holds the page: read the device. Otherwise the
 * page has been unlocked: 0 if the page is uptodate, -EIO if the only copy
 * could not be read.
 */
static inline int frontswap_load(struct page *page)
{
	if (frontswap_enabled())
		return __frontswap_load(page);
	return -ENOENT;
}

/**
 * frontswap_invalidate_page() - invalidate the copy of a freed slot
 * @type: Swap type.
 * @offset: Slot.
 *
 * Context: Any, under the lock that protects the slot from being reused.
 */
static inline void frontswap_invalidate_page(unsigned int type, pgoff_t offset)
{
	if (frontswap_enabled())
		__frontswap_invalidate_page(type, offset);
}

/**
 * frontswap_invalidate_range() - invalidate the copies of freed slots
 * @type: Swap type.
 * @offset: The first slot.
 * @nr: Number of slots.
 *
 * Context: Any, under the lock that protects the slots from being reused.
 */
static inline void frontswap_invalidate_range(unsigned int type, pgoff_t offset,
					      unsigned long nr)
{
	if (frontswap_enabled())
		__frontswap_invalidate_range(type, offset, nr);
}

/**
 * frontswap_invalidate_folio() - invalidate the copies of a folio's slots
 * @folio: Folio whose data is about to be stored elsewhere.
 *
 * Context: Any, with the folio locked in the swap cache.
 */
static inline void frontswap_invalidate_folio(struct folio *folio)
{
	swp_entry_t entry = { .val = page_private(&folio->page) };

	if (frontswap_enabled())
		__frontswap_invalidate_range(swp_type(entry), swp_offset(entry),
					     folio_nr_pages(folio));
}

#endif /* _LINUX_FRONTSWAP_H */
