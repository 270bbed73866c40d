/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal structures of frontswap, for mm/frontswap*.c and their tests.
 */
#ifndef _MM_FRONTSWAP_INTERNAL_H
#define _MM_FRONTSWAP_INTERNAL_H

#include <linux/completion.h>
#include <linux/frontswap.h>
#include <linux/kobject.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/percpu-refcount.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/vmstat.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* swp_type() is always below this number, so array accesses need no check. */
#define FRONTSWAP_TYPES		((unsigned int)BIT(MAX_SWAPFILES_SHIFT))
#define FRONTSWAP_NAME_LEN	MODULE_NAME_LEN

enum frontswap_stat {
	FRONTSWAP_STORES,
	FRONTSWAP_REJECTED_STORES,
	FRONTSWAP_LOADS,
	FRONTSWAP_LOAD_ERRORS,
	FRONTSWAP_INVALIDATES,
	FRONTSWAP_STORE_ERRORS,
	FRONTSWAP_LATE_LOADS,
	FRONTSWAP_MOVED_IN,
	FRONTSWAP_MOVED_OUT,
	FRONTSWAP_NR_STATS,
};

struct frontswap_stats {
	unsigned long count[FRONTSWAP_NR_STATS];
};

/**
 * struct frontswap_map - slots of one swap type that one backend holds
 * @next: The next map of the chain, or NULL.
 * @backend: The backend.
 * @nr_slots: Number of @bits.
 * @rcu: For readers of a chain, which hold no lock.
 * @held: Of an asynchronous backend: one bit per slot, set while the backend
 *	knows the slot; changed under ios->slots_lock. Else NULL.
 * @bits: One bit per slot; set while @backend holds the only copy of the slot.
 */
struct frontswap_map {
	struct frontswap_map __rcu *next;
	struct frontswap_backend *backend;
	unsigned long nr_slots;
	struct rcu_head rcu;
	unsigned long *held;
	unsigned long bits[];
};

/**
 * struct frontswap_waiter - a task that waits for a load
 * @done: Completed when @ret is set and the page is filled.
 * @ret: The result, as of load().
 */
struct frontswap_waiter {
	struct completion done;
	int ret;
};

/**
 * struct frontswap_ios - the ios of an asynchronous backend
 * @backend: The backend.
 * @lock: Protects the states of ios, the lists, the hash table, @errors,
 *	@stalled and @pause. Taken in hard interrupts.
 * @slots_lock: Orders invalidate_slots() and stores of the same slots. Nests
 *	outside @lock.
 * @io: All ios.
 * @nr: Number of ios.
 * @nr_free: Number of ios in @free.
 * @nr_reserved: Number of ios that stores leave to loads.
 * @free: Ios that are not in use.
 * @failed: Failed stores, of which the ios have the only copies.
 * @devices: Loads whose pages must be read from the device.
 * @wait: Tasks that wait for an io to become free.
 * @hash: Ios of stores, by slot.
 * @hash_bits: Size of @hash.
 * @deadline_ms: See struct frontswap_ops; 0 for none.
 * @errors: Number of errors in a row.
 * @stalled: Stores pause.
 * @abandoned: No io begins, and the core waits for none.
 * @unreleased: Abandoned, and the module is still pinned; under @scan_mutex.
 * @areas: Swap types of an abandoned backend, for detach_area().
 * @release_work: Lets the module of an abandoned backend go.
 * @pause: Length of the next pause, in jiffies.
 * @resume_at: When the next store is tried.
 * @work: Reads devices and writes failed stores to devices.
 * @state_work: Wakes up readers of the state file.
 * @retry_work: Queues @work later.
 * @deadline_work: Looks for late loads.
 * @scan_work: Reports freed slots to the backend.
 * @scan_mutex: Held over the scan of a type.
 */
struct frontswap_ios {
	struct frontswap_backend *backend;
	spinlock_t lock;	/* see above */
	spinlock_t slots_lock;	/* see above */
	struct frontswap_io **io;
	unsigned int nr;
	unsigned int nr_free;
	unsigned int nr_reserved;
	struct list_head free;
	struct list_head failed;
	struct list_head devices;
	wait_queue_head_t wait;
	struct hlist_head *hash;
	unsigned int hash_bits;
	unsigned int deadline_ms;
	unsigned int errors;
	bool stalled;
	bool abandoned;
	bool unreleased;
	DECLARE_BITMAP(areas, MAX_SWAPFILES);
	unsigned long pause;
	unsigned long resume_at;
	struct work_struct work;
	struct work_struct state_work;
	struct work_struct release_work;
	struct delayed_work retry_work;
	struct delayed_work deadline_work;
	struct delayed_work scan_work;
	struct mutex scan_mutex;	/* see above */
};

/* Bits of frontswap_backend.warned: messages that are logged once. */
enum frontswap_warned {
	FRONTSWAP_WARNED_LOAD_FAILED,
	FRONTSWAP_WARNED_COMPLETES,
};

/**
 * struct frontswap_backend - a registered backend, managed by the core
 * @store_ref: The store gate; each store() in progress holds a reference.
 * @ops: Copy of the backend's ops; missing optional callbacks are no-ops here.
 * @store_ret: Return value of frontswap_store() after a successful store: 0, or
 *	-EAGAIN for a write-through backend, so that the page is also written.
 * @large_folios: The backend is offered the pages of large folios.
 * @exclusive_loads: The copy is invalidated if load() requests that.
 * @stats: Per-CPU counters.
 * @ios: Of an asynchronous backend: its ios. Else NULL.
 * @reg: The registry.
 * @user_ops: Pointer passed to register, never dereferenced afterwards.
 * @owner: Module of the callbacks, or NULL for the kernel; pinned while
 *	attached.
 * @node: Entry in @reg->backends; RCU for the module notifier and evictions.
 * @seq: Order of registration; among equal priorities the highest comes first.
 * @nr_replayed: Number of areas replayed by the last attach.
 * @map: The backend's map per swap type.
 * @state_mutex: Outermost lock; held to change @attached, @open, @unregistered
 *	and @draining, and over a drain.
 * @attached: The backend has maps and pins @owner. Changed under
 *	@reg->areas_mutex, too.
 * @open: The store gate is open.
 * @unregistered: Unregistered, or the registration failed.
 * @draining: A drain or a detach is in progress.
 * @store_ref_zero: Completed when the gate is closed and the last store() has
 *	returned.
 * @warned: Bits of enum frontswap_warned.
 * @hibernating: Drained for hibernation, to be attached again.
 * @abandoned: Was abandoned, and is not attached again.
 * @lost_pages: Number of pages lost when the backend was abandoned.
 * @lost_maps: Number of maps of lost pages; under @reg->areas_mutex.
 * @bounce: Reserve page of frontswap_load_bounce().
 * @bounce_lock: Serialises the use of @bounce.
 * @kobj: Lifetime of the structure, and the directory in sysfs.
 * @name: Name in the log, sysfs and tracepoints.
 */
struct frontswap_backend {
	struct percpu_ref store_ref;
	struct frontswap_ops ops;
	int store_ret;
	bool large_folios;
	bool exclusive_loads;
	struct frontswap_stats __percpu *stats;
	struct frontswap_ios *ios;

	struct frontswap_registry *reg;
	const struct frontswap_ops *user_ops;
	struct module *owner;
	struct list_head node;
	unsigned int seq;
	unsigned int nr_replayed;
	struct frontswap_map *map[FRONTSWAP_TYPES];
	struct mutex state_mutex;	/* attached, open, unregistered */
	bool attached;
	bool open;
	bool unregistered;
	bool draining;
	struct completion store_ref_zero;
	unsigned long warned;
	bool hibernating;
	bool abandoned;
	unsigned long lost_pages;
	unsigned int lost_maps;
	struct page *bounce;
	struct mutex bounce_lock;	/* the use of bounce */
	struct kobject kobj;
	char name[FRONTSWAP_NAME_LEN];
};

/**
 * enum frontswap_target - where the pages of a backend go
 * @FRONTSWAP_TO_ANY: To the backends below, those above, or the device.
 * @FRONTSWAP_TO_NEXT: To the backends below, or the device.
 * @FRONTSWAP_TO_TIER: To the backends below that take demoted pages, or the
 *	device.
 * @FRONTSWAP_TO_DEVICE: To the device.
 */
enum frontswap_target {
	FRONTSWAP_TO_ANY,
	FRONTSWAP_TO_NEXT,
	FRONTSWAP_TO_TIER,
	FRONTSWAP_TO_DEVICE,
};

/**
 * struct frontswap_registry - backends and the swap types they serve
 * @maps: Chain of maps per swap type, in store order. Changed under
 *	@areas_mutex.
 * @backends_mutex: Protects the list of backends and their names.
 * @areas_mutex: Serialises swapon and swapoff with replay and detach. Nests
 *	inside @backends_mutex and inside swapon_mutex.
 * @asking: Read-held over pool_pages(); unregistration waits for readers.
 *	Innermost.
 * @need_init: Swap types in use, whether or not a backend is attached.
 * @nr_slots: Number of slots of each type in @need_init.
 * @backends: List of backends in store order.
 * @drain: frontswap_drain_pages(). Set by tests; NULL if no page can be moved.
 * @evict: frontswap_evict_pages(). Set by tests.
 * @read_slot: frontswap_read_slot(). Set by tests.
 * @mark_dirty: folio_mark_dirty(). Set by tests.
 * @key: Static key, on while a backend is attached, or NULL.
 * @kobj: Parent of the backends' directories, or NULL in tests.
 * @failed_stores: Number of pages that no backend stored.
 * @past_stats: Counters of unregistered backends.
 * @seq: Sequence number of the next backend.
 * @nr_nameless: Number of built-in backends without a name.
 * @quiet: Do not log. Set by tests.
 */
struct frontswap_registry {
	struct frontswap_map __rcu *maps[FRONTSWAP_TYPES];
	struct mutex backends_mutex;	/* list of backends */
	struct mutex areas_mutex;	/* swapon, swapoff, replay, detach */
	struct rw_semaphore asking;	/* pool_pages() */
	DECLARE_BITMAP(need_init, MAX_SWAPFILES);
	unsigned long nr_slots[MAX_SWAPFILES];
	struct list_head backends;
	int (*drain)(struct frontswap_backend *b);
	int (*evict)(struct frontswap_backend *b, unsigned int type,
		     const pgoff_t *offsets, unsigned int nr,
		     enum frontswap_target target);
	int (*read_slot)(swp_entry_t entry, struct page *page);
	bool (*mark_dirty)(struct folio *folio);
	struct static_key_false *key;
	struct kobject *kobj;
	unsigned long __percpu *failed_stores;
	struct frontswap_stats past_stats;
	unsigned int seq;
	unsigned int nr_nameless;
	bool quiet;
};

extern struct frontswap_registry frontswap_registry;

/* Registries under test do not log. */
#define registry_err(reg, fmt, ...)					\
	do { if (!(reg)->quiet) pr_err(fmt, ##__VA_ARGS__); } while (0)
#define registry_info(reg, fmt, ...)					\
	do { if (!(reg)->quiet) pr_info(fmt, ##__VA_ARGS__); } while (0)

/* Take a reference on the store gate, in an RCU read section. */
static __always_inline bool frontswap_tryget(struct frontswap_backend *b)
{
	/* data race: internal to percpu_ref, while the ref is killed */
	return data_race(percpu_ref_tryget_live_rcu(&b->store_ref));
}

static __always_inline void frontswap_count_event(struct frontswap_backend *b,
						  enum frontswap_stat stat)
{
	this_cpu_inc(b->stats->count[stat]);
}

static __always_inline void frontswap_count_load(struct frontswap_backend *b)
{
	frontswap_count_event(b, FRONTSWAP_LOADS);
	count_vm_event(FRSWPIN);
}

/* Without the flag, 1 is an error: classic backends return positive errors. */
static __always_inline bool
frontswap_is_filled(const struct frontswap_backend *b, int ret)
{
	return !ret || (ret == FRONTSWAP_LOAD_EXCLUSIVE &&
			b->ops.flags & FRONTSWAP_EXCLUSIVE_LOADS);
}

/*
 * Mark the page uptodate, then unlock it. The fully ordered bit operation makes
 * the data visible before the flag. The page is a single page, so no head page
 * is looked up.
 */
static __always_inline void frontswap_complete(struct page *page)
{
	if (WARN_ON_ONCE(test_and_set_bit(PG_uptodate, &page->flags)) &&
	    !test_bit(PG_locked, &page->flags))
		return;
	folio_unlock((struct folio *)page);
}

/*
 * Private pages that load() and store() are called with have the flags of a page
 * in the swap cache, which some backends check.
 */
static inline void frontswap_set_private_flags(struct page *page)
{
	__SetPageLocked(page);
	folio_set_swapbacked(page_folio(page));
	folio_set_swapcache(page_folio(page));
}

static inline void frontswap_clear_private_flags(struct page *page)
{
	folio_clear_swapcache(page_folio(page));
	folio_clear_swapbacked(page_folio(page));
	ClearPageUptodate(page);
	__ClearPageLocked(page);
	set_page_private(page, 0);
}

/* Bits: which backends may store a page. */
#define FRONTSWAP_STORE_ANY	0
#define FRONTSWAP_STORE_ALONE	BIT(0)	/* those that do not write through */
#define FRONTSWAP_STORE_LARGE	BIT(1)	/* those that support large folios */
#define FRONTSWAP_STORE_TIER	BIT(2)	/* those that take demoted pages */
#define FRONTSWAP_STORE_MOVED	BIT(3)	/* pages of another backend */

/* Returned within the core for a load whose end completes the page. */
#define FRONTSWAP_IN_FLIGHT	INT_MIN

/* Store order. */
static inline bool frontswap_goes_before(const struct frontswap_backend *a,
					 const struct frontswap_backend *b)
{
	if (a->ops.priority != b->ops.priority)
		return a->ops.priority > b->ops.priority;
	return a->seq > b->seq;
}

/* mm/frontswap_register.c */
int frontswap_registry_register(struct frontswap_registry *reg,
				const struct frontswap_ops *ops);
int frontswap_registry_unregister(struct frontswap_registry *reg,
				  const struct frontswap_ops *ops);
int frontswap_registry_evict(struct frontswap_registry *reg,
			     const struct frontswap_ops *ops, unsigned int type,
			     const pgoff_t *offsets, unsigned int nr,
			     enum frontswap_target target);

/* mm/frontswap_attach.c */
int frontswap_registry_swapon(struct frontswap_registry *reg,
			      unsigned int type, unsigned long nr_slots);
void frontswap_registry_swapoff(struct frontswap_registry *reg,
				unsigned int type);
int __frontswap_enable(struct frontswap_backend *b);
int frontswap_enable(struct frontswap_backend *b);
int frontswap_disable(struct frontswap_backend *b);
int frontswap_abandon(struct frontswap_backend *b);
void frontswap_open_gate(struct frontswap_backend *b);
void frontswap_notify_state(struct frontswap_backend *b);
void frontswap_call_detach(struct frontswap_backend *b, unsigned int type);
unsigned long frontswap_stat(const struct frontswap_backend *b,
			     enum frontswap_stat stat);
unsigned long frontswap_stored_pages(const struct frontswap_backend *b);
u64 frontswap_total(struct frontswap_registry *reg, enum frontswap_stat stat);
u64 frontswap_failed_stores(const struct frontswap_registry *reg);
void frontswap_registry_add_pools(struct frontswap_registry *reg,
				  unsigned long *pool, unsigned long *stored);

/* mm/frontswap_sysfs.c */
extern const struct attribute_group *frontswap_backend_groups[];
int frontswap_sysfs_add(struct frontswap_backend *b);
void frontswap_sysfs_del(struct frontswap_backend *b);
void frontswap_sysfs_init(struct frontswap_registry *reg);

/* mm/frontswap_drain.c */
int frontswap_drain_pages(struct frontswap_backend *b);
int frontswap_evict_pages(struct frontswap_backend *b, unsigned int type,
			  const pgoff_t *offsets, unsigned int nr,
			  enum frontswap_target target);
int frontswap_read_slot(swp_entry_t entry, struct page *page);

/* mm/frontswap.c */
int frontswap_registry_store(struct frontswap_registry *reg,
			     struct page *page);
int frontswap_registry_load(struct frontswap_registry *reg, struct page *page);
void frontswap_registry_invalidate_page(struct frontswap_registry *reg,
					unsigned int type, pgoff_t offset);
int frontswap_read_copy(struct frontswap_map *map, unsigned int type,
			pgoff_t offset, struct page *page);
bool frontswap_begin_read_copy(struct frontswap_map *map, unsigned int type,
			       pgoff_t offset, struct page *page,
			       struct frontswap_waiter *w);
int frontswap_end_read_copy(struct frontswap_map *map, unsigned int type,
			    pgoff_t offset, struct frontswap_waiter *w);
int frontswap_migrate_copy(struct frontswap_registry *reg,
			   struct frontswap_map *map,
			   enum frontswap_target target, unsigned int type,
			   pgoff_t offset, struct page *page, unsigned int kind);
void frontswap_invalidate_other(struct frontswap_registry *reg,
				const struct frontswap_map *keep,
				unsigned int type, pgoff_t offset);
void frontswap_invalidate_copy(struct frontswap_map *map, unsigned int type,
			       pgoff_t offset);
int frontswap_report_load_error(struct frontswap_backend *b, unsigned int type,
				pgoff_t offset, int ret);

/* mm/frontswap_io.c */
int frontswap_io_alloc_all(struct frontswap_backend *b);
void frontswap_io_free_all(struct frontswap_backend *b);
void frontswap_io_stop(struct frontswap_backend *b);
bool frontswap_io_flush_type(struct frontswap_backend *b, unsigned int type);
void frontswap_io_defer_detach(struct frontswap_backend *b, unsigned int type);
void frontswap_io_detach_deferred(struct frontswap_backend *b);
bool frontswap_io_is_idle(struct frontswap_backend *b);
int frontswap_io_wait_idle(struct frontswap_backend *b);
void frontswap_io_end_scan(struct frontswap_backend *b);
void frontswap_io_resume(struct frontswap_backend *b);
void frontswap_io_set_deadline(struct frontswap_backend *b, unsigned int ms);
void frontswap_io_give_up(struct frontswap_backend *b);
void frontswap_io_give_up_undo(struct frontswap_backend *b);
void frontswap_io_abandon(struct frontswap_backend *b);
void frontswap_io_release_later(struct frontswap_backend *b);
int frontswap_io_wait_released(struct frontswap_backend *b);
int frontswap_io_store(struct frontswap_map *map, unsigned int type,
		       pgoff_t offset, struct page *page);
int frontswap_io_load(struct frontswap_backend *b, unsigned int type,
		      pgoff_t offset, struct page *page);
void frontswap_io_begin_load(struct frontswap_backend *b, unsigned int type,
			     pgoff_t offset, struct page *page,
			     struct frontswap_waiter *w);
int frontswap_io_wait_load(struct frontswap_backend *b,
			   struct frontswap_waiter *w);

#endif /* _MM_FRONTSWAP_INTERNAL_H */
