/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_FRONTSWAP_H
#define _LINUX_FRONTSWAP_H

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/swap.h>

/**
 * define FRONTSWAP_DIRECT_LOAD - load() leaves the page's flags alone
 *
 * The backend's load() fills the page and does nothing else to it: the core marks
 * it uptodate and unlocks it. Without this flag load() is given a page of the
 * core's own, which is then copied, so that a backend that completes pages by
 * itself, as many written for forked kernels do, works.
 */
#define FRONTSWAP_DIRECT_LOAD	BIT(0)

/**
 * define FRONTSWAP_WRITE_THROUGH - pages go to the swap device as well
 *
 * A load that fails is then read from the device, and detaching the backend
 * writes nothing. Such a backend is not given the pages of one that is drained.
 */
#define FRONTSWAP_WRITE_THROUGH	BIT(1)

/**
 * define FRONTSWAP_LARGE_FOLIOS - store() and load() do with a part of a folio
 *
 * The page that they are given may be any page of a larger folio, a tail page too:
 * the backend looks at its contents and owner only, and not at its flags and
 * private word. Without this flag a backend is not offered larger folios.
 */
#define FRONTSWAP_LARGE_FOLIOS	BIT(2)

/**
 * define FRONTSWAP_EXCLUSIVE_LOADS - load() may give the copy up
 *
 * The backend's load() may return FRONTSWAP_LOAD_EXCLUSIVE. Without this flag that
 * value is an error, as any other.
 */
#define FRONTSWAP_EXCLUSIVE_LOADS	BIT(3)

/**
 * define FRONTSWAP_LOAD_EXCLUSIVE - filled, and the copy need not stay
 *
 * What load() returns when it has filled the page and the backend does not want to
 * keep the copy. If the page is a single page in the swap cache the core marks it
 * dirty and calls invalidate_page(), before anybody can use the page. Otherwise, or
 * if the file exclusive_loads in sysfs is 0, this is the same as 0: the copy stays.
 */
#define FRONTSWAP_LOAD_EXCLUSIVE	1

/**
 * struct frontswap_ops - what a backend provides
 * @init: A swap area has come into use. Called once for each area in use, whether
 *	swapon came before or after the backend; at attaching in ascending
 *	order of @type. No store for @type arrives before it has returned.
 *	Optional. It may sleep and allocate with GFP_KERNEL. It must not load
 *	modules, nor call swapon, swapoff or the functions below, and it holds
 *	up readers of /proc/swaps.
 * @store: Take a copy of @page for slot @offset of area @type. The core has
 *	dropped any older copy of the slot, and calls for one slot never overlap.
 *	Mandatory. Returns 0 once the data has been taken: the page may be
 *	reused at once. Any other value refuses the page, which then goes to the
 *	next backend or to the device. @page is locked, has the swap entry as its
 *	private word, and is not part of a larger folio, but see
 *	FRONTSWAP_LARGE_FOLIOS: of such a folio each page is stored, or it is
 *	invalidated again and the folio goes to the device. @page is in the swap
 *	cache, unless it comes from a backend that is being drained: then it is a
 *	page of the core's own, charged to no memory cgroup. Called in reclaim
 *	or by a drain: it may sleep, but must not depend on memory being freed.
 * @load: Fill @page with the copy taken for slot @offset of area @type, and keep
 *	the copy. Mandatory. Returns 0 when the page has been filled, or
 *	FRONTSWAP_LOAD_EXCLUSIVE, see there; -ENOENT when the backend itself has
 *	written the copy to the swap device, which is then read; any other value
 *	means that the page is lost: the reader gets an I/O error, never the
 *	stale bytes of the device. @page is locked and not uptodate, and stays
 *	so: see FRONTSWAP_DIRECT_LOAD. It may sleep, and may be called in
 *	reclaim. Loads and stores of other slots run beside it. A drain calls it
 *	too, with a page of the core's own, and ends when it fails.
 * @invalidate_page: The copy of slot @offset of area @type is no longer needed.
 *	Called once at most for each copy taken. Cannot fail. Optional. Called
 *	inside an RCU read section, and most often under a spinlock of the swap
 *	code with interrupts off: it must not sleep, nor enable them.
 * @invalidate_area: Area @type has gone out of use, or the backend is being
 *	detached: drop everything kept for it, copies that were never
 *	invalidated too. The mirror of @init; no call for @type is under way, and
 *	none follows before another @init. Optional. May sleep; what holds for
 *	@init holds here.
 * @name: Name in the log and below /sys/kernel/mm/frontswap/. Optional: NULL
 *	stands for the name of the module.
 * @priority: Backends are asked in descending order of it, among equals the
 *	one registered last first. Optional.
 * @flags: FRONTSWAP_DIRECT_LOAD, FRONTSWAP_WRITE_THROUGH,
 *	FRONTSWAP_LARGE_FOLIOS, FRONTSWAP_EXCLUSIVE_LOADS. Optional.
 * @pool_pages: Returns how many pages of RAM the backend's pool takes now. With it the
 *	pool and the pages in it are part of Zswap: and Zswapped: in /proc/meminfo.
 *	Optional. It may sleep. It is called at any time from the beginning of
 *	registration to the end of unregistration, attached or not, and must not
 *	take a lock that is held over either of these.
 *
 * The first five members are those of Linux 4.2 to 6.4, in their order, so a
 * backend written for those builds and works unchanged. The structure is
 * copied at registration. Callbacks must all live in one module or in the kernel.
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
 * frontswap_store() - offer a page on its way to swap to the backends
 * @page: Locked head page in the swap cache. Of a larger folio all pages are taken,
 *	or none.
 *
 * Context: Process context, may sleep.
 * Return: 0 when backends have taken the page, which then needs no write.
 */
static inline int frontswap_store(struct page *page)
{
	if (frontswap_enabled())
		return __frontswap_store(page);
	return -EOPNOTSUPP;
}

/**
 * frontswap_load() - read a page from the backend that holds it
 * @page: Locked page that is not uptodate and whose private word is its swap
 *	entry; the slot is pinned. The first page of a larger folio stands for all of
 *	it: if backends hold some of its pages the rest is read from the device.
 *
 * Context: Process context, may sleep.
 * Return: -ENOENT when no backend holds the page: read the device. Otherwise the
 * page has been unlocked: 0 when it is uptodate, -EIO when its only copy could
 * not be read.
 */
static inline int frontswap_load(struct page *page)
{
	if (frontswap_enabled())
		return __frontswap_load(page);
	return -ENOENT;
}

/**
 * frontswap_invalidate_page() - a swap slot is free
 * @type: Swap type.
 * @offset: Slot.
 *
 * Context: Any, under the lock that keeps the slot from being used again.
 */
static inline void frontswap_invalidate_page(unsigned int type, pgoff_t offset)
{
	if (frontswap_enabled())
		__frontswap_invalidate_page(type, offset);
}

/**
 * frontswap_invalidate_range() - the copies of some slots are stale
 * @type: Swap type.
 * @offset: The first slot.
 * @nr: Number of slots.
 *
 * They are free, or are about to be written by someone who is asked before the
 * backends are.
 *
 * Context: Any, under the lock that keeps the slots from being used again, or with
 * their folio locked in the swap cache.
 */
static inline void frontswap_invalidate_range(unsigned int type, pgoff_t offset,
					      unsigned long nr)
{
	if (frontswap_enabled())
		__frontswap_invalidate_range(type, offset, nr);
}

#endif /* _LINUX_FRONTSWAP_H */
