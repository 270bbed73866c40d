// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: registration of backends, and the modules that own them
 *
 * Each call goes down: registration calls sysfs and attach, attach calls the
 * drain, and the drain calls the data path.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/swap.h>

#include "frontswap_internal.h"

#include <trace/events/frontswap.h>

static DEFINE_PER_CPU(unsigned long, failed_stores);

struct frontswap_registry frontswap_registry = {
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

static void frontswap_nop_area(unsigned int type)
{
}

static void frontswap_nop_page(unsigned int type, pgoff_t offset)
{
}

/* Log a failed registration. Many backends ignore the return value. */
static int frontswap_reject(const struct frontswap_registry *reg,
			    const char *name, const char *reason, int err)
{
	registry_err(reg, "%s: not registered: %s (%d)\n", name, reason, err);
	trace_frontswap_register(name, 0, err);
	return err;
}

/*
 * Find and pin the module that contains the callbacks. The module is found by
 * address, so backends that do not set an owner are pinned, too.
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
		(unsigned long)ops->begin_store,
		(unsigned long)ops->begin_load,
		(unsigned long)ops->load_async,
		(unsigned long)ops->poll_load,
		(unsigned long)ops->kick,
		(unsigned long)ops->reap,
		(unsigned long)ops->attach_area,
		(unsigned long)ops->detach_area,
		(unsigned long)ops->invalidate_slots,
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

/* A backend has one pair of callbacks and not a part of the other. */
static bool frontswap_ops_complete(const struct frontswap_ops *ops)
{
	if (!ops->begin_store && !ops->begin_load)
		return ops->store && ops->load && !ops->kick && !ops->reap &&
		       !ops->invalidate_slots;
	return ops->begin_store && ops->begin_load && !ops->store && !ops->load;
}

/* The name is used as a sysfs directory and in log messages. */
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

static void frontswap_backend_release(struct kobject *kobj)
{
	struct frontswap_backend *b =
		container_of(kobj, struct frontswap_backend, kobj);

	if (b->bounce)
		__free_page(b->bounce);
	frontswap_io_free_all(b);
	percpu_ref_exit(&b->store_ref);
	free_percpu(b->stats);
	kfree(b);
}

static const struct kobj_type frontswap_backend_ktype = {
	.release = frontswap_backend_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = frontswap_backend_groups,
};

static void frontswap_store_ref_release(struct percpu_ref *ref)
{
	struct frontswap_backend *b =
		container_of(ref, struct frontswap_backend, store_ref);

	complete(&b->store_ref_zero);
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
	if (b->ops.poll_load)
		b->ops.flags &= ~FRONTSWAP_DIRECT_LOAD;
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
	if (!b->stats || !b->bounce || frontswap_io_alloc_all(b) ||
	    percpu_ref_init(&b->store_ref, frontswap_store_ref_release,
			    PERCPU_REF_INIT_DEAD, GFP_KERNEL)) {
		kobject_put(&b->kobj);
		return NULL;
	}
	return b;
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

/* On return no list walk under RCU and no pool_pages() call uses @b. */
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

static struct frontswap_backend *
frontswap_find_by_ops(struct frontswap_registry *reg,
		      const struct frontswap_ops *ops)
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

/* Add a detached backend to the list and to sysfs. */
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

/*
 * The caller does not hold @b->state_mutex: writers to sysfs files wait for the
 * mutex, and kobject_del() waits for the writers.
 */
static void frontswap_backend_del(struct frontswap_backend *b)
{
	frontswap_sysfs_del(b);
	frontswap_io_stop(b);
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
	b->unregistered = !!ret;
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
		return frontswap_reject(reg, name,
					frontswap_owner_strerror(ret), ret);

	if (!frontswap_ops_complete(ops))
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
		ret = frontswap_disable(b) ?: frontswap_io_wait_released(b);
	if (!ret)
		b->unregistered = true;
	mutex_unlock(&b->state_mutex);
	trace_frontswap_unregister(b->name, b->ops.priority, ret);
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
 * frontswap_register_ops() - register and attach a backend
 * @ops: Callbacks and options of the backend. The structure is copied. The
 *	address identifies the backend until frontswap_unregister_ops().
 *
 * Calls init() for each swap area in use, in ascending order, and then starts
 * to offer pages: immediately for a backend that is built in or whose module is
 * live, else when the module's init function has returned 0. If the init
 * function fails, the core unregisters the backend and calls no callback any
 * more. The module that contains the callbacks is pinned while the backend is
 * attached. Each rejected registration is logged, and no callback has been
 * called.
 *
 * Context: Process context, may sleep. Not from a callback, and not from
 * another thread while the module's init function may still fail.
 * Return: 0, or
 * -EFAULT if @ops is NULL;
 * -EINVAL if store or load is missing, if a callback is __init, or if the name
 * is not valid as the name of a directory;
 * -EXDEV if the callbacks are in more than one module;
 * -ENODEV if the module is going away;
 * -EALREADY if @ops is registered;
 * -EEXIST if the name is in use;
 * -ENOMEM.
 */
int frontswap_register_ops(const struct frontswap_ops *ops)
{
	return frontswap_registry_register(&frontswap_registry, ops);
}
EXPORT_SYMBOL_GPL(frontswap_register_ops);

/**
 * frontswap_unregister_ops() - drain, detach and unregister a backend
 * @ops: Pointer passed to frontswap_register_ops().
 *
 * Moves the pages of the backend to other backends or to the device, waits for
 * calls in progress, and calls invalidate_area() for each area that is
 * attached. No callback runs after the return. Drops the module reference of
 * the attached backend, so the caller needs a reference of its own. In a
 * module's exit function the backend is already detached, and this function
 * does not fail.
 *
 * Context: Process context, may sleep for a long time. Not from a callback.
 * Return: 0, or
 * -EFAULT if @ops is NULL;
 * -ENOENT if @ops is not registered;
 * -EINTR after a signal, or -ENOMEM: the state is as before;
 * -EIO or -EOPNOTSUPP if a page cannot be moved: the backend stays attached and
 * serves loads, but stores no more pages.
 */
int frontswap_unregister_ops(const struct frontswap_ops *ops)
{
	return frontswap_registry_unregister(&frontswap_registry, ops);
}
EXPORT_SYMBOL_GPL(frontswap_unregister_ops);

/*
 * Find the backend of @ops and take a reference on its store gate, which keeps
 * the backend attached. Takes no mutex, since evictions may run in reclaim.
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
			     const pgoff_t *offsets, unsigned int nr,
			     enum frontswap_target target)
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
	ret = reg->evict(b, type, offsets, nr, target);
	percpu_ref_put(&b->store_ref);
	return ret;
}

/**
 * frontswap_evict() - write pages of a backend back to the swap device
 * @ops: Pointer passed to frontswap_register_ops().
 * @type: Swap type.
 * @offsets: Slots, each once, in any order. Slots of which the backend holds no
 *	copy are skipped.
 * @nr: Number of @offsets.
 *
 * "Evict" means what zswap calls writeback. For a backend that is full or has
 * to give memory back. Each page is loaded, written to the swap device, never
 * stored in another backend, and then invalidated: invalidate_page() reports
 * which pages have been written back. Many writes are in flight at a time, so
 * one call with many slots is faster than many calls. A page that is also in
 * the swap cache is marked dirty instead of being written. A page that is in
 * use stays in the backend. A failed write loses no data.
 *
 * Context: Process context, sleeps until the writes are complete. May be called
 * in reclaim that may do I/O. Not from a callback, and not with a lock that
 * load() or invalidate_page() take.
 * Return: the number of pages written back, which is 0 if all pages were in use
 * or @type is not attached. If no page was written back, one of these errors:
 * -EFAULT if @ops or @offsets is NULL;
 * -ERANGE if @type is out of range;
 * -ENOENT if @ops is not registered;
 * -ESHUTDOWN if the gate is closed, usually by a drain;
 * -ENOMEM;
 * -EIO if a page could not be loaded or written;
 * -EOPNOTSUPP if the area is a file on a file system that does its own swap
 * I/O.
 */
int frontswap_evict(const struct frontswap_ops *ops, unsigned int type,
		    const pgoff_t *offsets, unsigned int nr)
{
	return frontswap_registry_evict(&frontswap_registry, ops, type, offsets,
					nr, FRONTSWAP_TO_DEVICE);
}
EXPORT_SYMBOL_GPL(frontswap_evict);

/**
 * frontswap_demote() - move pages of a backend to the next tier
 * @ops: Pointer passed to frontswap_register_ops().
 * @type: Swap type.
 * @offsets: Slots, as for frontswap_evict().
 * @nr: Number of @offsets.
 *
 * The store order is the order of tiers. As frontswap_evict(), but each page that
 * is not in memory is offered to the backends after the caller in store order
 * that have FRONTSWAP_DEMOTION_TARGET, before the page is written to the swap
 * device; never to a backend before the caller, so pages do not move in a
 * circle. If a backend that writes through stores the page, the page is written
 * to the swap device, too, before the caller's copy is invalidated. Copies of a
 * caller that writes through are only invalidated.
 *
 * Context: As frontswap_evict(). Calls store() of other backends.
 * Return: the number of pages moved, or an error as of frontswap_evict().
 */
int frontswap_demote(const struct frontswap_ops *ops, unsigned int type,
		     const pgoff_t *offsets, unsigned int nr)
{
	return frontswap_registry_evict(&frontswap_registry, ops, type, offsets,
					nr, FRONTSWAP_TO_TIER);
}
EXPORT_SYMBOL_GPL(frontswap_demote);

#ifdef CONFIG_MODULES
/*
 * Find a backend of @mod and take a reference. If @live, only one that is
 * attached with its gate closed. Takes no mutex: the init() of a backend may
 * run under the mutex and wait for a module to be loaded.
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
		/* checked again under state_mutex */
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
		frontswap_notify_state(b);
	}
	mutex_unlock(&b->state_mutex);
}

/* Unregister @b; true on failure. Retried while another task unregisters @b. */
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
		/* Holds pages only if the module was unloaded by force. */
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

#ifdef CONFIG_HIBERNATION
/* Find a backend to drain or, if @resume, to attach again. Takes a reference. */
static struct frontswap_backend *
frontswap_get_pm_backend(struct frontswap_registry *reg, bool resume)
{
	struct frontswap_backend *b, *found = NULL;

	rcu_read_lock();
	list_for_each_entry_rcu(b, &reg->backends, node) {
		if (!(b->ops.flags & FRONTSWAP_NOT_IN_IMAGE))
			continue;
		/* checked again under state_mutex */
		if (data_race(resume ? b->hibernating : b->attached) &&
		    kobject_get_unless_zero(&b->kobj)) {
			found = b;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

static int frontswap_hibernate_backend(struct frontswap_backend *b)
{
	int ret = 0;

	mutex_lock(&b->state_mutex);
	if (b->attached) {
		ret = frontswap_disable(b);
		b->hibernating = !ret;
	}
	mutex_unlock(&b->state_mutex);
	if (ret)
		registry_err(b->reg, "%s: no hibernation: pages are left outside the image (%d)\n",
			     b->name, ret);
	return ret;
}

static void frontswap_resume_backend(struct frontswap_backend *b)
{
	mutex_lock(&b->state_mutex);
	b->hibernating = false;
	if (!b->unregistered && frontswap_enable(b))
		registry_err(b->reg, "%s: not attached after hibernation\n",
			     b->name);
	mutex_unlock(&b->state_mutex);
}

static void frontswap_resume_backends(struct frontswap_registry *reg)
{
	struct frontswap_backend *b;

	while ((b = frontswap_get_pm_backend(reg, true))) {
		frontswap_resume_backend(b);
		kobject_put(&b->kobj);
	}
}

static int frontswap_pm_notify(struct notifier_block *nb, unsigned long event,
			       void *data)
{
	struct frontswap_registry *reg = &frontswap_registry;
	struct frontswap_backend *b;
	int ret = 0;

	if (event == PM_HIBERNATION_PREPARE)
		while (!ret && (b = frontswap_get_pm_backend(reg, false))) {
			ret = frontswap_hibernate_backend(b);
			kobject_put(&b->kobj);
		}
	if (event == PM_POST_HIBERNATION || ret)
		frontswap_resume_backends(reg);
	return notifier_from_errno(ret);
}

static struct notifier_block frontswap_pm_nb = {
	.notifier_call = frontswap_pm_notify,
};

static int __init frontswap_pm_init(void)
{
	return register_pm_notifier(&frontswap_pm_nb);
}
#else
static int __init frontswap_pm_init(void)
{
	return 0;
}
#endif

static int __init frontswap_setup(void)
{
	frontswap_sysfs_init(&frontswap_registry);
	return frontswap_modules_init() ?: frontswap_pm_init();
}
subsys_initcall(frontswap_setup);
