// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap: files in /sys/kernel/mm/frontswap/<backend>/, and a table of the
 * backends and the totals in debugfs.
 */
#define pr_fmt(fmt) "frontswap: " fmt

#include <linux/debugfs.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/sysfs.h>

#include "frontswap_internal.h"

static struct frontswap_backend *to_backend(struct kobject *kobj)
{
	return container_of(kobj, struct frontswap_backend, kobj);
}

/* Accept only 0 and 1: kstrtobool() reads 10 as true. */
static int parse_switch(const char *buf, bool *on)
{
	*on = sysfs_streq(buf, "1");
	return *on || sysfs_streq(buf, "0") ? 0 : -EINVAL;
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	/* a snapshot */
	return sysfs_emit(buf, "%d\n", data_race(to_backend(kobj)->attached));
}

/* A drain with the mutex held waits for the backend, until it is given up. */
static int abandon(struct frontswap_backend *b)
{
	int ret;

	frontswap_io_give_up(b);
	mutex_lock(&b->state_mutex);
	ret = frontswap_abandon(b);
	mutex_unlock(&b->state_mutex);
	return ret;
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	struct frontswap_backend *b = to_backend(kobj);
	bool enable;
	int ret;

	if (sysfs_streq(buf, "abandon"))
		return abandon(b) ?: count;
	ret = parse_switch(buf, &enable);
	if (ret)
		return ret;
	if (mutex_lock_killable(&b->state_mutex))
		return -EINTR;
	ret = enable ? frontswap_enable(b) : frontswap_disable(b);
	mutex_unlock(&b->state_mutex);
	/* After SIGSTOP and SIGCONT, or suspend, the drain is started again. */
	if (ret == -EINTR)
		ret = -ERESTARTSYS;
	return ret ?: count;
}
static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);

static const char *state_of(const struct frontswap_backend *b)
{
	if (READ_ONCE(b->draining))
		return "draining";
	/* a snapshot, which may be stale when read */
	if (!data_race(b->attached))
		/* the same */
		return data_race(b->abandoned) ? "abandoned" : "detached";
	/* snapshots, too */
	if (!data_race(b->open))
		return "load-only";
	return b->ios && READ_ONCE(b->ios->stalled) ? "stalled" : "attached";
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", state_of(to_backend(kobj)));
}
static struct kobj_attribute state_attr = __ATTR_RO(state);

static ssize_t priority_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%d\n", to_backend(kobj)->ops.priority);
}
static struct kobj_attribute priority_attr = __ATTR_RO(priority);

static ssize_t large_folios_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_backend(kobj)->large_folios));
}

/* A concurrent store may use the old value, as if it had started earlier. */
static ssize_t large_folios_store(struct kobject *kobj,
				  struct kobj_attribute *attr, const char *buf,
				  size_t count)
{
	struct frontswap_backend *b = to_backend(kobj);
	bool accept;
	int ret;

	ret = parse_switch(buf, &accept);
	if (ret)
		return ret;
	if (accept && !(b->ops.flags & FRONTSWAP_LARGE_FOLIOS))
		return -EOPNOTSUPP;
	WRITE_ONCE(b->large_folios, accept);
	return count;
}
static struct kobj_attribute large_folios_attr = __ATTR_RW(large_folios);

static ssize_t exclusive_loads_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_backend(kobj)->exclusive_loads));
}

/* A concurrent load may use the old value, as if it had started earlier. */
static ssize_t exclusive_loads_store(struct kobject *kobj,
				     struct kobj_attribute *attr,
				     const char *buf, size_t count)
{
	struct frontswap_backend *b = to_backend(kobj);
	bool exclusive;
	int ret;

	ret = parse_switch(buf, &exclusive);
	if (ret)
		return ret;
	if (exclusive && !(b->ops.flags & FRONTSWAP_EXCLUSIVE_LOADS))
		return -EOPNOTSUPP;
	WRITE_ONCE(b->exclusive_loads, exclusive);
	return count;
}
static struct kobj_attribute exclusive_loads_attr = __ATTR_RW(exclusive_loads);

static ssize_t stored_pages_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n",
			  frontswap_stored_pages(to_backend(kobj)));
}
static struct kobj_attribute stored_pages_attr = __ATTR_RO(stored_pages);

#define FRONTSWAP_STAT_ATTR(_name, _stat)				\
static ssize_t _name##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%lu\n",					\
			  frontswap_stat(to_backend(kobj), _stat));	\
}									\
static struct kobj_attribute _name##_attr = __ATTR_RO(_name)

FRONTSWAP_STAT_ATTR(stores, FRONTSWAP_STORES);
FRONTSWAP_STAT_ATTR(rejected_stores, FRONTSWAP_REJECTED_STORES);
FRONTSWAP_STAT_ATTR(loads, FRONTSWAP_LOADS);
FRONTSWAP_STAT_ATTR(load_errors, FRONTSWAP_LOAD_ERRORS);
FRONTSWAP_STAT_ATTR(invalidates, FRONTSWAP_INVALIDATES);
FRONTSWAP_STAT_ATTR(moved_in, FRONTSWAP_MOVED_IN);
FRONTSWAP_STAT_ATTR(moved_out, FRONTSWAP_MOVED_OUT);
FRONTSWAP_STAT_ATTR(store_errors, FRONTSWAP_STORE_ERRORS);
FRONTSWAP_STAT_ATTR(late_loads, FRONTSWAP_LATE_LOADS);

static ssize_t lost_pages_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n",
			  READ_ONCE(to_backend(kobj)->lost_pages));
}
static struct kobj_attribute lost_pages_attr = __ATTR_RO(lost_pages);

static ssize_t deadline_ms_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(to_backend(kobj)->ios->deadline_ms));
}

static ssize_t deadline_ms_store(struct kobject *kobj,
				 struct kobj_attribute *attr, const char *buf,
				 size_t count)
{
	unsigned int ms;
	int ret = kstrtouint(buf, 10, &ms);

	if (ret)
		return ret;
	frontswap_io_set_deadline(to_backend(kobj), ms);
	return count;
}
static struct kobj_attribute deadline_ms_attr = __ATTR_RW(deadline_ms);

static struct attribute *frontswap_backend_attrs[] = {
	&enabled_attr.attr,
	&state_attr.attr,
	&priority_attr.attr,
	&large_folios_attr.attr,
	&exclusive_loads_attr.attr,
	&stored_pages_attr.attr,
	&stores_attr.attr,
	&rejected_stores_attr.attr,
	&loads_attr.attr,
	&load_errors_attr.attr,
	&invalidates_attr.attr,
	&moved_in_attr.attr,
	&moved_out_attr.attr,
	NULL
};

static const struct attribute_group frontswap_backend_group = {
	.attrs = frontswap_backend_attrs,
};

static struct attribute *frontswap_io_attrs[] = {
	&store_errors_attr.attr,
	&late_loads_attr.attr,
	&lost_pages_attr.attr,
	&deadline_ms_attr.attr,
	NULL
};

static umode_t frontswap_io_visible(struct kobject *kobj,
				    struct attribute *attr, int n)
{
	return to_backend(kobj)->ios ? attr->mode : 0;
}

/* Only asynchronous backends have these files. */
static const struct attribute_group frontswap_io_group = {
	.attrs = frontswap_io_attrs,
	.is_visible = frontswap_io_visible,
};

const struct attribute_group *frontswap_backend_groups[] = {
	&frontswap_backend_group,
	&frontswap_io_group,
	NULL
};

/* A registry of a test has no directory, and its backends have none. */
int frontswap_sysfs_add(struct frontswap_backend *b)
{
	if (!b->reg->kobj)
		return 0;
	return kobject_add(&b->kobj, b->reg->kobj, "%s", b->name);
}

void frontswap_sysfs_del(struct frontswap_backend *b)
{
	if (b->kobj.state_in_sysfs)
		kobject_del(&b->kobj);
}

#ifdef CONFIG_DEBUG_FS
#define FRONTSWAP_TOTAL(_name, _expr)					\
static int _name##_get(void *data, u64 *val)				\
{									\
	struct frontswap_registry *reg = data;				\
									\
	*val = _expr;							\
	return 0;							\
}									\
DEFINE_DEBUGFS_ATTRIBUTE(_name##_fops, _name##_get, NULL, "%llu\n")

FRONTSWAP_TOTAL(total_loads, frontswap_total(reg, FRONTSWAP_LOADS));
FRONTSWAP_TOTAL(total_stores, frontswap_total(reg, FRONTSWAP_STORES));
FRONTSWAP_TOTAL(total_failed, frontswap_failed_stores(reg));
FRONTSWAP_TOTAL(total_invalidates, frontswap_total(reg, FRONTSWAP_INVALIDATES));

static const struct {
	const char *name;
	enum frontswap_stat stat;
} frontswap_columns[] = {
	{ "stores", FRONTSWAP_STORES },
	{ "rejected", FRONTSWAP_REJECTED_STORES },
	{ "loads", FRONTSWAP_LOADS },
	{ "moved_in", FRONTSWAP_MOVED_IN },
	{ "moved_out", FRONTSWAP_MOVED_OUT },
	{ "load_err", FRONTSWAP_LOAD_ERRORS },
	{ "store_err", FRONTSWAP_STORE_ERRORS },
	{ "late", FRONTSWAP_LATE_LOADS },
};

static void frontswap_show_backend(struct seq_file *m,
				   const struct frontswap_backend *b)
{
	unsigned int i;

	seq_printf(m, "%-16s %9d %-9s %10lu", b->name, b->ops.priority,
		   state_of(b), frontswap_stored_pages(b));
	for (i = 0; i < ARRAY_SIZE(frontswap_columns); i++)
		seq_printf(m, " %10lu",
			   frontswap_stat(b, frontswap_columns[i].stat));
	seq_putc(m, '\n');
}

/* One line per backend, in store order: the tiers from the fastest down. */
static int backends_show(struct seq_file *m, void *unused)
{
	struct frontswap_registry *reg = m->private;
	struct frontswap_backend *b;
	unsigned int i;

	seq_printf(m, "%-16s %9s %-9s %10s", "backend", "priority", "state",
		   "pages");
	for (i = 0; i < ARRAY_SIZE(frontswap_columns); i++)
		seq_printf(m, " %10s", frontswap_columns[i].name);
	seq_putc(m, '\n');
	/* A registration that holds the mutex may wait for a silent backend. */
	rcu_read_lock();
	list_for_each_entry_rcu(b, &reg->backends, node)
		frontswap_show_backend(m, b);
	rcu_read_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(backends);

static void __init frontswap_debugfs_init(struct frontswap_registry *reg)
{
	struct dentry *dir = debugfs_create_dir("frontswap", NULL);

	debugfs_create_file("backends", 0444, dir, reg, &backends_fops);
	debugfs_create_file_unsafe("loads", 0444, dir, reg, &total_loads_fops);
	debugfs_create_file_unsafe("succ_stores", 0444, dir, reg,
				   &total_stores_fops);
	debugfs_create_file_unsafe("failed_stores", 0444, dir, reg,
				   &total_failed_fops);
	debugfs_create_file_unsafe("invalidates", 0444, dir, reg,
				   &total_invalidates_fops);
}
#else
static void __init frontswap_debugfs_init(struct frontswap_registry *reg)
{
}
#endif

void __init frontswap_sysfs_init(struct frontswap_registry *reg)
{
	reg->kobj = kobject_create_and_add("frontswap", mm_kobj);
	if (!reg->kobj)
		pr_err("no memory for /sys/kernel/mm/frontswap\n");
	frontswap_debugfs_init(reg);
}
