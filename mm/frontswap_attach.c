// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: swap areas, attach and detach of backends, statistics
 *
 * Recording and replay. Each swapon sets the type's bit in need_init and each
 * swapoff clears the bit, whether or not a backend is attached. Attaching a
 * backend calls init() for each bit that is set, so a late backend gets the
 * same calls as an early one. Detaching calls invalidate_area(), the mirror.
 * All these calls are made under one mutex: no order of swapon, swapoff, attach
 * and detach misses a call or makes one twice.
 *
 * Rules:
 *   1) b->state_mutex is held to change the state of a backend: attached, open,
 *      unregistered. The mutex is held over a drain, so no lock that other
 *      tasks wait for is taken outside the mutex. reg->backends_mutex,
 *      reg->areas_mutex and reg->asking are all held to change reg->backends;
 *      each of them is enough to walk the list.
 *   2) reg->areas_mutex is held to change need_init, nr_slots and the chains,
 *      and over init() and invalidate_area(). swapon and swapoff take the mutex
 *      inside swapon_mutex. No lock that store or load need is taken inside.
 *   3) Lock order: state_mutex, backends_mutex, areas_mutex, asking;
 *      state_mutex, cpu_hotplug_lock (static keys).
 *   4) The static key is on before a gate opens, and is turned off after the
 *      last map is unlinked: a store site may be patched before a load site.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/swap.h>

#include "frontswap_internal.h"

#include <trace/events/frontswap.h>

static struct frontswap_map *frontswap_map_alloc(struct frontswap_backend *b,
						 unsigned long nr_slots)
{
	unsigned long words = nr_slots / BITS_PER_LONG + 1;
	struct frontswap_map *map;

	map = kvzalloc(struct_size(map, bits, b->ios ? 2 * words : words),
		       GFP_KERNEL | __GFP_NOWARN);
	if (!map)
		return NULL;
	if (b->ios)
		map->held = map->bits + words;
	map->backend = b;
	map->nr_slots = nr_slots;
	return map;
}

#define map_deref(p, reg)						\
	rcu_dereference_protected(p, lockdep_is_held(&(reg)->areas_mutex))

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

/*
 * The init function of the module has failed after registration. The data that
 * the callbacks use may be freed already. An attached backend pins the module,
 * so this is the only way to this state, except for an unload by force.
 */
static bool frontswap_init_failed(const struct frontswap_backend *b)
{
#ifdef CONFIG_MODULES
	return b->owner && READ_ONCE(b->owner->state) == MODULE_STATE_GOING;
#else
	return false;
#endif
}

static void frontswap_call_attach(struct frontswap_backend *b,
				  unsigned int type)
{
	if (b->ops.attach_area)
		b->ops.attach_area(b->user_ops, type, b->map[type]->nr_slots);
	else
		b->ops.init(type);
}

/**
 * frontswap_call_detach() - call detach_area() or invalidate_area()
 * @b: The backend.
 * @type: Swap type.
 *
 * Does nothing if the init function of the module failed.
 */
void frontswap_call_detach(struct frontswap_backend *b, unsigned int type)
{
	if (frontswap_init_failed(b))
		return;
	if (b->ops.detach_area)
		b->ops.detach_area(b->user_ops, type);
	else
		b->ops.invalidate_area(type);
}

/* Call init() before the map is linked: a store must not overtake init(). */
static void frontswap_attach_area(struct frontswap_backend *b,
				  unsigned int type)
{
	if (!frontswap_init_failed(b))
		frontswap_call_attach(b, type);
	trace_frontswap_area_attach(b->name, type);
	frontswap_map_link(b, type);
}

/* The exact mirror. The map is unlinked and no call is in progress. */
static void frontswap_detach_area(struct frontswap_backend *b,
				  unsigned int type)
{
	bool idle = frontswap_io_flush_type(b, type);
	struct frontswap_map *map = b->map[type];
	unsigned int left = bitmap_weight(map->bits, map->nr_slots);

	WRITE_ONCE(b->map[type], NULL);
	frontswap_io_end_scan(b);
	this_cpu_add(b->stats->count[FRONTSWAP_INVALIDATES], left);
	trace_frontswap_area_detach(b->name, type);
	if (!idle)
		frontswap_io_defer_detach(b, type);
	else
		frontswap_call_detach(b, type);
	kvfree_rcu(map, rcu);
}

/*
 * Abandoning. The pages that nobody else has are lost, but their slots are in
 * use. The maps stay in the chains, so that loads of these slots fail: without
 * the bits, loads would read stale data from the device. Such a map is not in
 * b->map[], has a reference on the backend, and is freed at swapoff.
 */
static bool frontswap_map_is_lost(const struct frontswap_map *map,
				  unsigned int type)
{
	return map->backend->map[type] != map;
}

/* At swapoff. Returns true if the static key has a reference less to hold. */
static bool frontswap_free_lost_map(struct frontswap_map *map)
{
	struct frontswap_backend *b = map->backend;
	bool last = !--b->lost_maps;

	kvfree_rcu(map, rcu);
	kobject_put(&b->kobj);
	return last;
}

/* The chain is no longer reachable. Returns the number of references to drop. */
static unsigned int frontswap_free_lost_maps(struct frontswap_registry *reg,
					     struct frontswap_map *chain,
					     unsigned int type)
{
	struct frontswap_map *map, *next;
	unsigned int refs = 0;

	for (map = chain; map; map = next) {
		next = map_deref(map->next, reg);
		if (frontswap_map_is_lost(map, type))
			refs += frontswap_free_lost_map(map);
	}
	return refs;
}

static bool frontswap_is_given_up(const struct frontswap_backend *b)
{
	return b->ios && READ_ONCE(b->ios->abandoned);
}

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
		if (!b->attached || frontswap_is_given_up(b))
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
	struct frontswap_map *chain;
	struct frontswap_backend *b;
	unsigned int refs;

	if (WARN_ONCE(type >= MAX_SWAPFILES,
		      "frontswap: swapoff of type %u, out of range\n", type))
		return;

	mutex_lock(&reg->areas_mutex);
	__clear_bit(type, reg->need_init);
	chain = map_deref(reg->maps[type], reg);
	RCU_INIT_POINTER(reg->maps[type], NULL);
	refs = frontswap_free_lost_maps(reg, chain, type);
	list_for_each_entry(b, &reg->backends, node)
		if (b->map[type])
			frontswap_detach_area(b, type);
	mutex_unlock(&reg->areas_mutex);
	for (; refs && reg->key; refs--)
		static_branch_dec(reg->key);
}

/**
 * frontswap_init() - record a swapon and attach the area to the backends
 * @type: Swap type of the area.
 * @nr_slots: Number of slots of the area; offsets are below this number.
 *
 * The map of a backend takes one bit per slot. If the allocation of a map
 * fails, the backend does not serve the area and swapon does not fail.
 *
 * Context: Process context, before the area is published; takes a mutex.
 * Return: 0; -ERANGE for a type out of range and -EBUSY for a type in use, both
 * with a warning and without any change.
 */
int frontswap_init(unsigned int type, unsigned long nr_slots)
{
	return frontswap_registry_swapon(&frontswap_registry, type, nr_slots);
}

/**
 * frontswap_invalidate_area() - record a swapoff and detach the area
 * @type: Swap type of the area.
 *
 * Must be called whether or not a backend is attached, so never behind the
 * static key.
 *
 * Context: Process context, after the last user of the area; takes a mutex.
 */
void frontswap_invalidate_area(unsigned int type)
{
	frontswap_registry_swapoff(&frontswap_registry, type);
}

/* The state file in sysfs may be polled. */
void frontswap_notify_state(struct frontswap_backend *b)
{
	lockdep_assert_held(&b->state_mutex);
	sysfs_notify(&b->kobj, NULL, "state");
}

void frontswap_open_gate(struct frontswap_backend *b)
{
	lockdep_assert_held(&b->state_mutex);
	if (b->open)
		return;
	percpu_ref_reinit(&b->store_ref);
	b->open = true;
}

/*
 * On success no store is in progress, and all stored pages have a bit set. If
 * the task is killed, or the backend given up, the gate is open again.
 */
static int frontswap_close_gate(struct frontswap_backend *b)
{
	long ret;

	lockdep_assert_held(&b->state_mutex);
	if (!b->open)
		return 0;
	reinit_completion(&b->store_ref_zero);
	percpu_ref_kill(&b->store_ref);
	do {
		ret = wait_for_completion_killable_timeout(&b->store_ref_zero,
							   HZ / 10);
	} while (!ret && !(b->ios && READ_ONCE(b->ios->abandoned)));
	if (ret <= 0) {
		percpu_ref_resurrect(&b->store_ref);
		/* The release of the reference may be in progress. */
		synchronize_rcu();
		return ret ? -EINTR : -EIO;
	}
	b->open = false;
	return 0;
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
 * A module whose init function fails is freed regardless of the reference
 * count, so no page is stored in a backend before its module is live. Two CPUs
 * may open the gate:
 *
 *   CPU0 register, in another thread     CPU1 do_init_module()
 *   attached = true                      state = MODULE_STATE_LIVE
 *   smp_mb()                             smp_mb() in frontswap_module_notify()
 *   read the state                       look for the module's backends
 *
 * At least one CPU sees the write of the other. A module must not register from
 * another thread while its init function may fail: the notifier may run before
 * the backend is in the list.
 */
static void frontswap_open_gate_if_live(struct frontswap_backend *b)
{
	smp_mb(); /* pairs with frontswap_module_notify() */
	if (frontswap_is_live(b->owner))
		frontswap_open_gate(b);
}

/*
 * The areas are in use and stores find a map as soon as the map is linked, but
 * the gate stays closed until the replay is complete.
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
		/* bits are cleared concurrently, but none is set */
		if (map && !data_race(bitmap_empty(map->bits, map->nr_slots)))
			return true;
	}
	return false;
}

/*
 * The gate is closed, so bits are only cleared. One grace period after the last
 * map is unlinked, no invalidate_page() is in progress, see
 * frontswap_invalidate_slot(). Only then may the areas be detached.
 */
static int frontswap_detach(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	unsigned int type;

	lockdep_assert_held(&b->state_mutex);
	WARN_ON_ONCE(b->open);

	mutex_lock(&reg->areas_mutex);
	if (frontswap_holds_pages(b) || !frontswap_io_is_idle(b)) {
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
	frontswap_io_detach_deferred(b);
	mutex_unlock(&reg->areas_mutex);

	if (reg->key)
		static_branch_dec(reg->key);
	return 0;
}

static void frontswap_detach_lost_area(struct frontswap_backend *b,
				       unsigned int type)
{
	struct frontswap_map *map = b->map[type];
	unsigned long lost;

	/* slots may be freed concurrently, but no bit is set */
	lost = data_race(bitmap_weight(map->bits, map->nr_slots));
	if (!lost)
		frontswap_map_unlink(b, type);
	synchronize_rcu();
	WRITE_ONCE(b->map[type], NULL);
	frontswap_io_end_scan(b);
	frontswap_io_defer_detach(b, type);
	if (!lost) {
		kvfree_rcu(map, rcu);
		return;
	}
	/* If the backend writes through, loads read the device. */
	if (!(b->ops.flags & FRONTSWAP_WRITE_THROUGH))
		b->lost_pages += lost;
	b->lost_maps++;
	kobject_get(&b->kobj);
}

static void frontswap_detach_lost(struct frontswap_backend *b)
{
	struct frontswap_registry *reg = b->reg;
	unsigned int type;
	bool keep_key;

	mutex_lock(&reg->areas_mutex);
	b->attached = false;
	for (type = 0; type < FRONTSWAP_TYPES; type++)
		if (b->map[type])
			frontswap_detach_lost_area(b, type);
	keep_key = b->lost_maps;
	mutex_unlock(&reg->areas_mutex);
	if (reg->key && !keep_key)
		static_branch_dec(reg->key);
}

/*
 * Repeat until no bit is set under areas_mutex. Obstacles (faults, cached
 * slots, swapoff) are transient. Drop the mutex between passes: swapoff needs
 * the mutex, and the drain waits for swapoff. Detaching an empty backend
 * allocates no memory and always succeeds.
 */
static int frontswap_drain_and_detach(struct frontswap_backend *b)
{
	bool retry = false;
	int ret;

	while (!(ret = frontswap_io_wait_idle(b)) &&
	       (ret = frontswap_detach(b)) == -EAGAIN) {
		if (!b->reg->drain)
			return -EBUSY;
		if (frontswap_is_given_up(b))
			return -EIO;
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
	ret = frontswap_close_gate(b) ?: frontswap_drain_and_detach(b);
	if (ret) {
		if (was_open && ret != -EIO && ret != -EOPNOTSUPP)
			frontswap_open_gate(b);
		registry_err(b->reg, "%s: not detached: %lu page(s) left (%d)\n",
			     b->name, frontswap_stored_pages(b), ret);
		return ret;
	}
	frontswap_io_stop(b);
	registry_info(b->reg, "%s: detached\n", b->name);
	module_put(b->owner);
	return 0;
}

/* Shown as "draining" in the state file. */
static void frontswap_set_draining(struct frontswap_backend *b, bool draining)
{
	lockdep_assert_held(&b->state_mutex);
	WRITE_ONCE(b->draining, draining);
	frontswap_notify_state(b);
}

/**
 * frontswap_disable() - drain and detach a backend
 * @b: The backend.
 *
 * Context: Process context; @b->state_mutex held.
 * Return: 0, also if @b is already detached. -EINTR after a signal, or -ENOMEM:
 * the state is as before. -EIO or -EOPNOTSUPP if a page cannot be moved: the
 * backend stays attached and serves loads, but its gate is closed.
 */
int frontswap_disable(struct frontswap_backend *b)
{
	int ret;

	lockdep_assert_held(&b->state_mutex);
	if (!b->attached)
		return 0;
	trace_frontswap_drain_begin(b->name, frontswap_stored_pages(b), 0);
	frontswap_set_draining(b, true);
	ret = __frontswap_disable(b);
	frontswap_set_draining(b, false);
	trace_frontswap_drain_end(b->name, frontswap_stored_pages(b), ret);
	return ret;
}

/*
 * Pages that are in memory, too, are marked dirty. A page that is locked may be
 * one of them: try again for a second.
 */
static void frontswap_keep_cached_pages(struct frontswap_backend *b)
{
	unsigned int tries = 50;

	while (b->reg->drain && b->reg->drain(b) == -EAGAIN && --tries)
		schedule_timeout_uninterruptible(HZ / 50 + 1);
}

static void __frontswap_abandon(struct frontswap_backend *b)
{
	bool was_open = b->open;

	if (was_open) {
		reinit_completion(&b->store_ref_zero);
		percpu_ref_kill(&b->store_ref);
		b->open = false;
	}
	frontswap_io_abandon(b);
	if (was_open)
		wait_for_completion(&b->store_ref_zero);
	frontswap_io_stop(b);
	frontswap_keep_cached_pages(b);
	frontswap_detach_lost(b);
	frontswap_io_release_later(b);
}

/**
 * frontswap_abandon() - detach a backend whose memory is gone
 * @b: The backend.
 *
 * Calls nothing of the backend, except begin_load() and kick() for running loads
 * and stores until the last io ends, and then detach_area(). Until then the
 * module is pinned. Pages that are in memory or on their way to the
 * backend are kept, and of a backend that writes through all pages. The other
 * pages are lost: their readers get an I/O error. The backend cannot be attached
 * again before it is registered again.
 *
 * Context: Process context; @b->state_mutex held.
 * Return: 0, also if @b is already detached; -EOPNOTSUPP if @b is synchronous.
 */
int frontswap_abandon(struct frontswap_backend *b)
{
	lockdep_assert_held(&b->state_mutex);
	if (!b->ios)
		return -EOPNOTSUPP;
	if (!b->attached) {
		if (!b->abandoned)
			frontswap_io_give_up_undo(b);
		return 0;
	}
	trace_frontswap_drain_begin(b->name, frontswap_stored_pages(b), 0);
	b->abandoned = true;
	frontswap_set_draining(b, true);
	__frontswap_abandon(b);
	frontswap_set_draining(b, false);
	trace_frontswap_drain_end(b->name, b->lost_pages, 0);
	registry_err(b->reg, "%s: abandoned: %lu page(s) lost\n", b->name,
		     b->lost_pages);
	return 0;
}

/**
 * __frontswap_enable() - attach a backend that is detached
 * @b: The backend.
 *
 * Pins the module. Opens the gate if the module is live.
 *
 * Context: Process context; @b->state_mutex held.
 * Return: 0; -ENODEV if @b is unregistered or the module is going away;
 * -ENOMEM.
 */
int __frontswap_enable(struct frontswap_backend *b)
{
	int ret;

	lockdep_assert_held(&b->state_mutex);
	if (b->unregistered || b->abandoned || !try_module_get(b->owner))
		return -ENODEV;
	ret = frontswap_attach(b);
	if (ret) {
		module_put(b->owner);
		return ret;
	}
	frontswap_open_gate_if_live(b);
	frontswap_notify_state(b);
	return 0;
}

/**
 * frontswap_enable() - attach a backend, or reopen the gate of an attached one
 * @b: The backend.
 *
 * Context: Process context; @b->state_mutex held.
 * Return: 0; -ENODEV if @b is unregistered or the module is going away;
 * -ENOMEM.
 */
int frontswap_enable(struct frontswap_backend *b)
{
	int ret;

	if (b->attached) {
		frontswap_io_resume(b);
		if (b->open)
			return 0;
		frontswap_open_gate_if_live(b);
		frontswap_notify_state(b);
		return 0;
	}
	ret = __frontswap_enable(b);
	if (!ret)
		registry_info(b->reg, "%s: attached, %u swap area(s) replayed\n",
			      b->name, b->nr_replayed);
	return ret;
}

unsigned long frontswap_stat(const struct frontswap_backend *b,
			     enum frontswap_stat stat)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		/* other CPUs count concurrently */
		sum += data_race(per_cpu_ptr(b->stats, cpu)->count[stat]);
	return sum;
}

/* Not a snapshot: concurrent stores and invalidates may be counted or not. */
unsigned long frontswap_stored_pages(const struct frontswap_backend *b)
{
	unsigned long invalidated = frontswap_stat(b, FRONTSWAP_INVALIDATES);
	long held = frontswap_stat(b, FRONTSWAP_STORES) - invalidated;

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
 * frontswap_add_pools() - add the pools of all backends, for /proc/meminfo
 * @pool: Increased by the number of RAM pages in the pools.
 * @stored: Increased by the number of pages stored in the pools.
 *
 * Counts all backends with pool_pages(), attached or not.
 *
 * Context: Process context, may sleep. Does not wait for a drain or for other
 * callbacks.
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
		/* other CPUs count concurrently */
		sum += data_race(*per_cpu_ptr(reg->failed_stores, cpu));
	return sum;
}
