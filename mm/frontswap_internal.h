/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inner structures of frontswap: for mm/frontswap*.c and their tests only.
 */
#ifndef _MM_FRONTSWAP_INTERNAL_H
#define _MM_FRONTSWAP_INTERNAL_H

#include <linux/completion.h>
#include <linux/frontswap.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/percpu.h>
#include <linux/rwsem.h>

/* swp_type() cannot give a number past this, so no access needs a check. */
#define FRONTSWAP_TYPES		((unsigned int)BIT(MAX_SWAPFILES_SHIFT))
#define FRONTSWAP_NAME_LEN	MODULE_NAME_LEN

enum frontswap_stat {
	FRONTSWAP_STORES,
	FRONTSWAP_REJECTED_STORES,
	FRONTSWAP_LOADS,
	FRONTSWAP_LOAD_ERRORS,
	FRONTSWAP_INVALIDATES,
	FRONTSWAP_NR_STATS,
};

struct frontswap_stats {
	unsigned long count[FRONTSWAP_NR_STATS];
};

/**
 * struct frontswap_map - one backend serving one swap type
 * @next: Who is asked after this one, or NULL.
 * @backend: Whose map it is.
 * @nr_slots: Bits in @bits.
 * @rcu: Readers of a chain hold no lock.
 * @bits: One bit per slot; set while @backend holds the slot's only copy.
 */
struct frontswap_map {
	struct frontswap_map __rcu *next;
	struct frontswap_backend *backend;
	unsigned long nr_slots;
	struct rcu_head rcu;
	unsigned long bits[];
};

/* Bits of frontswap_backend.warned: what has been logged and is not repeated. */
enum frontswap_warned {
	FRONTSWAP_WARNED_LOAD_FAILED,
	FRONTSWAP_WARNED_COMPLETES,
};

/**
 * struct frontswap_backend - a registered backend, managed by the core
 * @store_ref: The store gate; each store() under way holds a reference.
 * @ops: Copy of the backend's ops; a missing optional callback is a no-op here.
 * @store_ret: What the swap code gets to hear of a page that the backend has taken: 0,
 *	or -EAGAIN if it writes through, so that the page is written as well.
 * @large_folios: It is offered the pages of larger folios.
 * @exclusive_loads: Its copy goes when load() says so.
 * @stats: Per-CPU counters.
 * @reg: Where it is registered.
 * @user_ops: The pointer it was registered with, never followed after that.
 * @owner: Module that the callbacks live in, NULL for the kernel; pinned
 *	while attached.
 * @node: In @reg->backends; RCU for the module notifier and evictions.
 * @seq: Among backends of one priority the highest is asked first.
 * @nr_replayed: Areas that the last attach told it of.
 * @map: Its map per swap type.
 * @state_mutex: Outermost; held to change the four that follow, and over a drain.
 * @attached: It has maps, and pins @owner. Changed under @reg->areas_mutex too.
 * @open: The store gate is open.
 * @unregistered: Unregistered, or never quite registered.
 * @draining: A drain or a detach is under way.
 * @store_ref_zero: Completed when the gate is closed and the last store() is over.
 * @warned: enum frontswap_warned.
 * @bounce: In reserve for frontswap_load_bounce().
 * @bounce_lock: Serialises the use of @bounce.
 * @kobj: Holds the structure's lifetime, and its directory in sysfs.
 * @name: For the log, sysfs and tracepoints.
 */
struct frontswap_backend {
	struct percpu_ref store_ref;
	struct frontswap_ops ops;
	int store_ret;
	bool large_folios;
	bool exclusive_loads;
	struct frontswap_stats __percpu *stats;

	struct frontswap_registry *reg;
	const struct frontswap_ops *user_ops;
	struct module *owner;
	struct list_head node;
	unsigned int seq;
	unsigned int nr_replayed;
	struct frontswap_map *map[FRONTSWAP_TYPES];
	struct mutex state_mutex;	/* outermost */
	bool attached;
	bool open;
	bool unregistered;
	bool draining;
	struct completion store_ref_zero;
	unsigned long warned;
	struct page *bounce;
	struct mutex bounce_lock;	/* the use of bounce */
	struct kobject kobj;
	char name[FRONTSWAP_NAME_LEN];
};

/**
 * struct frontswap_registry - the backends and the swap types they serve
 * @maps: Per type, the chain of maps in the order in which they are asked.
 *	Changed under @areas_mutex.
 * @backends_mutex: The list of backends, and their names.
 * @areas_mutex: Orders swapon and swapoff against replay and detach. Taken inside
 *	@backends_mutex, and inside swapon_mutex.
 * @asking: Held for reading over pool_pages(), so that who unregisters waits for it.
 *	Innermost.
 * @need_init: Types that are swapped on, whether or not there is a backend.
 * @nr_slots: Size of each type in @need_init.
 * @backends: In the order in which they are asked.
 * @drain: Moves what a backend holds, see frontswap_drain_pages(); NULL if nothing
 *	can be moved.
 * @evict: See frontswap_evict_pages().
 * @read_slot: See frontswap_read_slot().
 * @mark_dirty: See folio_mark_dirty().
 * @key: Static key to hold while a backend is attached, or NULL.
 * @kobj: Parent of the backends' directories, or NULL for none.
 * @failed_stores: Pages that no backend took.
 * @past_stats: Counters of backends that have been unregistered.
 * @seq: For the next backend.
 * @nr_nameless: Built-in backends without a name, so far.
 * @quiet: Log nothing.
 */
struct frontswap_registry {
	struct frontswap_map __rcu *maps[FRONTSWAP_TYPES];
	struct mutex backends_mutex;	/* who is registered */
	struct mutex areas_mutex;	/* swapon and swapoff against replay and detach */
	struct rw_semaphore asking;	/* pool_pages() */
	DECLARE_BITMAP(need_init, MAX_SWAPFILES);
	unsigned long nr_slots[MAX_SWAPFILES];
	struct list_head backends;
	int (*drain)(struct frontswap_backend *b);
	int (*evict)(struct frontswap_backend *b, unsigned int type,
		     const pgoff_t *offsets, unsigned int nr);
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

int frontswap_registry_register(struct frontswap_registry *reg,
				const struct frontswap_ops *ops);
int frontswap_registry_unregister(struct frontswap_registry *reg,
				  const struct frontswap_ops *ops);
int frontswap_registry_evict(struct frontswap_registry *reg,
			     const struct frontswap_ops *ops, unsigned int type,
			     const pgoff_t *offsets, unsigned int nr);
int frontswap_registry_swapon(struct frontswap_registry *reg,
			      unsigned int type, unsigned long nr_slots);
void frontswap_registry_swapoff(struct frontswap_registry *reg,
				unsigned int type);
int frontswap_registry_store(struct frontswap_registry *reg,
			     struct page *page);
int frontswap_registry_load(struct frontswap_registry *reg, struct page *page);
void frontswap_registry_invalidate_page(struct frontswap_registry *reg,
					unsigned int type, pgoff_t offset);

unsigned long frontswap_stat(const struct frontswap_backend *b,
			     enum frontswap_stat stat);
unsigned long frontswap_stored_pages(const struct frontswap_backend *b);
u64 frontswap_total(struct frontswap_registry *reg, enum frontswap_stat stat);
void frontswap_registry_add_pools(struct frontswap_registry *reg,
				  unsigned long *pool, unsigned long *stored);
u64 frontswap_failed_stores(const struct frontswap_registry *reg);
void frontswap_backend_free(struct frontswap_backend *b);
int frontswap_enable(struct frontswap_backend *b);
int frontswap_disable(struct frontswap_backend *b);

int frontswap_read_copy(struct frontswap_map *map, unsigned int type,
			pgoff_t offset, struct page *page);
int frontswap_migrate_copy(struct frontswap_registry *reg, unsigned int type,
			   pgoff_t offset, struct page *page);
void frontswap_invalidate_copy(struct frontswap_map *map, unsigned int type,
			       pgoff_t offset);
int frontswap_drain_pages(struct frontswap_backend *b);
int frontswap_evict_pages(struct frontswap_backend *b, unsigned int type,
			  const pgoff_t *offsets, unsigned int nr);
int frontswap_read_slot(swp_entry_t entry, struct page *page);

extern const struct kobj_type frontswap_backend_ktype;
int frontswap_sysfs_add(struct frontswap_backend *b);
void frontswap_sysfs_del(struct frontswap_backend *b);
void frontswap_sysfs_state_changed(struct frontswap_backend *b);
void frontswap_sysfs_init(struct frontswap_registry *reg);

#endif /* _MM_FRONTSWAP_INTERNAL_H */
