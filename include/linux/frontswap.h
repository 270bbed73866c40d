/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_FRONTSWAP_H
#define _LINUX_FRONTSWAP_H

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/swapops.h>

struct frontswap_backend;
struct frontswap_ops;

/**
 * struct frontswap_io - a store or a load in flight
 * @page: Page of the core. A store reads the data from this page; the data does
 *	not change until the end of the io. A load fills this page. The page is
 *	not in the swap cache, not locked and has no flags of interest.
 * @type: Swap type.
 * @offset: Slot.
 * @ops: Pointer passed to frontswap_register_ops(), from which a module with
 *	several backends finds the right one by container_of().
 *
 * All ios of a backend are allocated at registration, and the @io_size bytes of
 * frontswap_io_priv() belong to the backend. An io belongs to the backend from
 * begin_store() or begin_load() to frontswap_io_end().
 */
struct frontswap_io {
	struct page *page;
	unsigned int type;
	pgoff_t offset;
	const struct frontswap_ops *ops;
	/* private: for the core */
	struct frontswap_backend *backend;
	struct page *reader;
	struct page *device_page;
	struct frontswap_waiter *waiter;
	struct hlist_node hash;
	struct list_head list;
	unsigned long started;
	unsigned int seq;
	u8 state;
	u8 flags;
};

/**
 * frontswap_io_priv() - the backend's part of an io
 * @io: The io.
 *
 * Return: @io_size bytes, zero at registration, then left as they are.
 */
static inline void *frontswap_io_priv(struct frontswap_io *io)
{
	return io + 1;
}

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
 * writes nothing. A page that another backend moves here is also written to the
 * device.
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
 * define FRONTSWAP_NOT_IN_IMAGE - the memory is not part of a hibernation image
 *
 * The pages are in another machine or in a hypervisor, where they may be gone
 * after resume. Before hibernation the core drains the backend, or hibernation
 * fails. After hibernation the backend is attached again.
 */
#define FRONTSWAP_NOT_IN_IMAGE	BIT(4)

/**
 * define FRONTSWAP_DEMOTION_TARGET - the backend takes pages of a higher tier
 *
 * frontswap_demote() of other backends offers pages to this backend. For
 * backends whose memory is not RAM of this machine: a page that is demoted must
 * free memory here.
 */
#define FRONTSWAP_DEMOTION_TARGET	BIT(5)

/**
 * define FRONTSWAP_LOAD_EXCLUSIVE - page filled, the copy can be released
 *
 * Returned by load() after filling the page if the backend does not need to
 * keep the copy. If the page is a single page in the swap cache, the core marks
 * the page dirty and calls invalidate_page() before the page can be used.
 * Otherwise, or if exclusive_loads in sysfs is 0, the value is the same as 0:
 * the copy stays. Not for asynchronous backends.
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
 *	overlap. Mandatory, or @begin_store. Return 0 after the data is copied:
 *	the page may be reused immediately. Any other value rejects the page,
 *	which is then offered to the next backend or written to the device.
 *	@page is locked, its private word is the swap entry, and it is not part
 *	of a large folio, except with FRONTSWAP_LARGE_FOLIOS: either all pages
 *	of a large folio are stored, or the stored ones are invalidated and the
 *	folio is written to the device. @page is in the swap cache, unless a
 *	drain migrates the page from another backend: then it is a private page
 *	of the core, charged to no memory cgroup. Called in reclaim or by a
 *	drain: may sleep, but must not depend on memory being freed.
 * @load: Fill @page with the copy of slot @offset of area @type, and keep the
 *	copy. Mandatory, or @begin_load. Return 0 if the page is filled;
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
 *	FRONTSWAP_LARGE_FOLIOS, FRONTSWAP_EXCLUSIVE_LOADS,
 *	FRONTSWAP_NOT_IN_IMAGE. Optional.
 * @pool_pages: Return the number of RAM pages in the backend's pool. The pool
 *	and the pages in the pool are then part of Zswap: and Zswapped: in
 *	/proc/meminfo. Optional. May sleep. Called at any time from the start of
 *	registration to the end of unregistration, attached or not. Must not
 *	take a lock that is held over registration or unregistration.
 * @begin_store: Start to store the data of @io->page for slot @io->offset of area
 *	@io->type. Instead of @store, for backends that have to wait: the core
 *	copies the page and does not wait. Return -EINPROGRESS if
 *	frontswap_io_end() follows, exactly once, which may happen before the
 *	return; 0 if the data is stored, and no end follows; any other value
 *	rejects the page, and no end follows; after -ENOSPC, freed slots are
 *	reported at once. An older copy of the slot has been
 *	invalidated, and its io has ended. May sleep, but must not depend on
 *	memory being freed.
 * @begin_load: Start to fill @io->page with the copy of slot @io->offset of area
 *	@io->type. Instead of @load. Return values as of @begin_store; any other
 *	value has the meaning of the same value of @load. May sleep, and may be
 *	called in reclaim.
 * @kick: Submit what begin_store() and begin_load() have queued. Called before
 *	the core waits and at the end of a batch of calls, by the block plug of
 *	the task; after frontswap_abandon() until the last request has ended.
 *	Must not sleep. Optional.
 * @reap: A task waits for a load past the swap cache or for a drain: look for
 *	completed requests, which shortens the wait. Other loads and stores are
 *	not polled for, so requests must end without @reap as well. Must not
 *	sleep. Return true to be called again, false to let the task sleep.
 *	Optional.
 * @attach_area: Instead of @init, with the number of slots. Optional.
 * @detach_area: Instead of @invalidate_area. Optional.
 * @invalidate_slots: The copies of the slots from @offset on are no longer
 *	needed. Instead of @invalidate_page, for backends with @begin_store.
 *	Called later than the slots are freed, but before a slot is stored
 *	again, and only when no io of the slots is in flight. Process context,
 *	must not sleep. Optional.
 * @io_size: Bytes for the backend in each io. Optional.
 * @io_depth: Number of ios, from 2 to 4096. Bounds the memory in use and what is
 *	in flight. Optional; the default is 64.
 * @deadline_ms: Time after which the reader of a load gets an error or, from a
 *	backend that writes through, the page of the device. The io continues to
 *	belong to the backend. Optional; 0 for no deadline. Can be changed in
 *	sysfs.
 * @load_async: Of backends written for fastswap; never called.
 * @poll_load: Of backends written for fastswap, whose load() queues a request on
 *	the current CPU: complete all queued requests of CPU @cpu, that is, fill
 *	the pages, mark them uptodate and unlock them. Called on that CPU after
 *	@load has been successful; the return value is ignored. A page that is not
 *	uptodate then is an I/O error. The pages are pages of the core, so
 *	FRONTSWAP_DIRECT_LOAD has no effect. Optional.
 *
 * The first five members are the members of Linux 4.2 to 6.4, in the same
 * order, so a backend written for those kernels builds and works unchanged. So
 * does a backend for fastswap, which has the last two members, too. The
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
	int (*begin_store)(struct frontswap_io *io);
	int (*begin_load)(struct frontswap_io *io);
	void (*kick)(const struct frontswap_ops *ops);
	bool (*reap)(const struct frontswap_ops *ops);
	void (*attach_area)(const struct frontswap_ops *ops, unsigned int type,
			    unsigned long nr_slots);
	void (*detach_area)(const struct frontswap_ops *ops, unsigned int type);
	void (*invalidate_slots)(const struct frontswap_ops *ops,
				 unsigned int type, pgoff_t offset,
				 unsigned int nr);
	size_t io_size;
	unsigned int io_depth;
	unsigned int deadline_ms;
	int (*load_async)(unsigned int type, pgoff_t offset, struct page *page);
	int (*poll_load)(int cpu);
};

#ifdef CONFIG_FRONTSWAP

DECLARE_STATIC_KEY_FALSE(backend_registered);

int frontswap_register_ops(const struct frontswap_ops *ops);
int frontswap_unregister_ops(const struct frontswap_ops *ops);
int frontswap_evict(const struct frontswap_ops *ops, unsigned int type,
		    const pgoff_t *offsets, unsigned int nr);
int frontswap_demote(const struct frontswap_ops *ops, unsigned int type,
		     const pgoff_t *offsets, unsigned int nr);
void frontswap_io_end(struct frontswap_io *io, int err);

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
 * Return: -ENOENT if no backend holds the page: read the device. 0 if the page is
 * uptodate and unlocked, or if a load in flight will unlock the page, which is
 * then in the swap cache. -EIO if the only copy could not be read; the page is
 * unlocked.
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
