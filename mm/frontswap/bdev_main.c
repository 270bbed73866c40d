// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_bdev: backends are added and removed
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/parser.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "bdev.h"
#include "bdev_compat.h"
#include "parse_bytes.h"

#define MIN_BLOCKS	(SZ_1M >> PAGE_SHIFT)
#define MAX_BLOCKS	INT_MAX		/* of larger devices, the beginning is used */

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "A backend to add: \"DEVICE [OPTION=VALUE]...\"");

static struct kobject *fsbdev_kobj;
static LIST_HEAD(fsbdev_backends);
static DEFINE_MUTEX(fsbdev_mutex);	/* fsbdev_backends */

/* Options */

struct fsbdev_options {
	u64 max_bytes;
	bool write_through;
	bool dax;
};

enum {
	OPT_NAME, OPT_PRIORITY, OPT_IN_FLIGHT, OPT_DEADLINE, OPT_WRITE_THROUGH,
	OPT_DISCARD, OPT_MAX_BYTES, OPT_DAX, OPT_INVALID,
};

static const match_table_t fsbdev_tokens = {
	{ OPT_NAME, "name=%s" },
	{ OPT_PRIORITY, "priority=%d" },
	{ OPT_IN_FLIGHT, "in_flight=%u" },
	{ OPT_DEADLINE, "deadline_ms=%u" },
	{ OPT_WRITE_THROUGH, "write_through=%s" },
	{ OPT_DISCARD, "discard=%s" },
	{ OPT_MAX_BYTES, "max_bytes=%s" },
	{ OPT_DAX, "dax=%s" },
	{ OPT_INVALID, NULL },
};

static int fsbdev_parse_name(struct fsbdev_backend *b, const char *name)
{
	/* the files beside the directories of the backends */
	if (!strcmp(name, "add") || !strcmp(name, "remove"))
		return -EINVAL;
	return strscpy(b->name, name, sizeof(b->name)) <= 0 ? -EINVAL : 0;
}

static int fsbdev_parse_option(struct fsbdev_backend *b, struct fsbdev_options *o,
			       char *option)
{
	substring_t args[MAX_OPT_ARGS];
	unsigned int n;

	switch (match_token(option, fsbdev_tokens, args)) {
	case OPT_NAME:
		return fsbdev_parse_name(b, args[0].from);
	case OPT_PRIORITY:
		return match_int(&args[0], &b->ops.priority);
	case OPT_IN_FLIGHT:
		if (match_uint(&args[0], &n) || n < 2 || n > 4096)
			return -EINVAL;
		b->ops.io_depth = n;
		return 0;
	case OPT_DEADLINE:
		return match_uint(&args[0], &b->ops.deadline_ms);
	case OPT_WRITE_THROUGH:
		return kstrtobool(args[0].from, &o->write_through);
	case OPT_DISCARD:
		return kstrtobool(args[0].from, &b->discard);
	case OPT_MAX_BYTES:
		return frontswap_parse_bytes(args[0].from, &o->max_bytes);
	case OPT_DAX:
		return kstrtobool(args[0].from, &o->dax);
	default:
		return -EINVAL;
	}
}

static int fsbdev_parse(struct fsbdev_backend *b, struct fsbdev_options *o,
			char *options)
{
	char *option;

	while ((option = strsep(&options, " \t"))) {
		if (*option && fsbdev_parse_option(b, o, option)) {
			pr_err("%s: unknown option or value\n", option);
			return -EINVAL;
		}
	}
	return 0;
}

/* Devices */

static int fsbdev_unfit(struct block_device *bdev)
{
	if (bdev_logical_block_size(bdev) > PAGE_SIZE) {
		pr_err("%pg: blocks are larger than a page\n", bdev);
		return -EINVAL;
	}
	if (bdev_is_zoned(bdev)) {
		pr_err("%pg: a zoned device\n", bdev);
		return -EINVAL;
	}
	if (bdev_nr_bytes(bdev) >> PAGE_SHIFT < MIN_BLOCKS) {
		pr_err("%pg: smaller than 1 MiB\n", bdev);
		return -EINVAL;
	}
	return 0;
}

static int fsbdev_open_device(struct fsbdev_backend *b, const char *path)
{
	u64 nr;
	int ret;

	b->handle = fsbdev_open(path, b);
	if (IS_ERR(b->handle)) {
		ret = PTR_ERR(b->handle);
		pr_err("%s: %s\n", path, ret == -EBUSY ? "in use" :
		       ret == -EACCES ? "read-only" : "cannot be opened");
		return ret;
	}
	b->bdev = fsbdev_of_handle(b->handle);
	ret = fsbdev_unfit(b->bdev);
	nr = min_t(u64, bdev_nr_bytes(b->bdev) >> PAGE_SHIFT, MAX_BLOCKS);
	if (!ret)
		ret = fsbdev_blocks_init(&b->blocks, nr);
	if (ret)
		fsbdev_close(b->handle);
	return ret;
}

static void fsbdev_close_device(struct fsbdev_backend *b)
{
	if (b->dax)
		fsbdev_dax_close(b);
	fsbdev_blocks_destroy(&b->blocks);
	fsbdev_close(b->handle);
}

/* Backends */

static struct fsbdev_backend *fsbdev_alloc(void)
{
	struct fsbdev_backend *b = kzalloc(sizeof(*b), GFP_KERNEL);
	unsigned int type;

	if (!b)
		return NULL;
	b->tag_page = alloc_page(GFP_KERNEL);
	if (!b->tag_page) {
		kfree(b);
		return NULL;
	}
	b->ops = fsbdev_default_ops;
	b->ops.name = b->name;
	for (type = 0; type < MAX_SWAPFILES; type++)
		fsbdev_index_init(&b->index[type]);
	b->shrink_to = U32_MAX;
	fsbdev_work_init(b);
	INIT_LIST_HEAD(&b->list);
	kobject_init(&b->kobj, &fsbdev_ktype);
	return b;
}

static void fsbdev_free(struct fsbdev_backend *b)
{
	unsigned int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		xa_destroy(&b->index[type]);
	__free_page(b->tag_page);
	kobject_put(&b->kobj);
}

static struct fsbdev_backend *fsbdev_find(const char *name)
{
	struct fsbdev_backend *b;

	lockdep_assert_held(&fsbdev_mutex);
	list_for_each_entry(b, &fsbdev_backends, list)
		if (!strcmp(b->name, name))
			return b;
	return NULL;
}

/*
 * With fewer requests than the queue of the device has, a task that stores or
 * loads does not wait for the queue.
 */
static void fsbdev_limit_depth(struct fsbdev_backend *b)
{
	unsigned int depth = bdev_get_queue(b->bdev)->nr_requests * 3 / 4;

	b->ops.io_depth = clamp(depth, 2U, b->ops.io_depth);
}

/* Directory, tag, registration: the steps that need the device. */
static int fsbdev_start(struct fsbdev_backend *b, const struct fsbdev_options *o)
{
	int ret;

	lockdep_assert_held(&fsbdev_mutex);
	if (!*b->name)
		snprintf(b->name, sizeof(b->name), "%pg", b->bdev);
	if (fsbdev_find(b->name)) {
		pr_err("%s: name taken\n", b->name);
		return -EEXIST;
	}
	ret = fsbdev_write_tag(b);
	if (ret) {
		pr_err("%s: %pg: cannot be written\n", b->name, b->bdev);
		return ret;
	}
	fsbdev_limit_depth(b);
	if (o->dax)
		fsbdev_dax_open(b);
	if (!o->write_through)
		b->ops.flags &= ~FRONTSWAP_WRITE_THROUGH;
	if (o->max_bytes)
		fsbdev_set_limit(b, min_t(u64, o->max_bytes >> PAGE_SHIFT, U32_MAX));
	ret = kobject_add(&b->kobj, fsbdev_kobj, "%s", b->name);
	if (ret)
		return ret;
	ret = frontswap_register_ops(&b->ops);
	if (ret)
		kobject_del(&b->kobj);
	return ret;
}

static int fsbdev_add_locked(struct fsbdev_backend *b, char *options)
{
	struct fsbdev_options o = { .write_through = true, .dax = true };
	char *path = strsep(&options, " \t");
	int ret = fsbdev_parse(b, &o, options);

	if (ret)
		return ret;
	ret = fsbdev_open_device(b, path);
	if (ret)
		return ret;
	ret = fsbdev_start(b, &o);
	if (ret) {
		fsbdev_work_stop(b);
		fsbdev_close_device(b);
		return ret;
	}
	list_add_tail(&b->list, &fsbdev_backends);
	fsbdev_discard_later(b);
	return 0;
}

/**
 * fsbdev_add() - add a backend on a device
 * @options: "DEVICE [OPTION=VALUE]...", which is changed.
 *
 * Context: Process context, may sleep.
 * Return: 0; an error of opening or of writing the device; -EINVAL if the device
 * or an option is unfit; -EEXIST if the name is taken; -EINTR; -ENOMEM; or an
 * error of frontswap_register_ops().
 */
int fsbdev_add(char *options)
{
	struct fsbdev_backend *b = fsbdev_alloc();
	int ret;

	if (!b)
		return -ENOMEM;
	ret = mutex_lock_interruptible(&fsbdev_mutex);
	if (!ret) {
		ret = fsbdev_add_locked(b, strim(options));
		mutex_unlock(&fsbdev_mutex);
	}
	if (ret)
		fsbdev_free(b);
	return ret;
}

static void fsbdev_stop(struct fsbdev_backend *b)
{
	list_del(&b->list);
	kobject_del(&b->kobj);
	fsbdev_work_stop(b);
	fsbdev_close_device(b);
	fsbdev_free(b);
}

/**
 * fsbdev_remove() - remove a backend
 * @name: Name of the backend.
 *
 * Moves the pages to other backends or to the swap device first.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT; -EINTR; or an error of frontswap_unregister_ops(), and the
 * backend stays.
 */
int fsbdev_remove(const char *name)
{
	struct fsbdev_backend *b;
	int ret = mutex_lock_interruptible(&fsbdev_mutex);

	if (ret)
		return ret;
	b = fsbdev_find(name);
	ret = b ? frontswap_unregister_ops(&b->ops) : -ENOENT;
	if (!ret)
		fsbdev_stop(b);
	mutex_unlock(&fsbdev_mutex);
	return ret;
}

/* The files add and remove */

static ssize_t fsbdev_request(const char *buf, size_t count,
			      int (*request)(char *text))
{
	char *text = kstrndup(buf, count, GFP_KERNEL);
	int ret;

	if (!text)
		return -ENOMEM;
	ret = request(text);
	kfree(text);
	return ret ?: count;
}

static int fsbdev_remove_request(char *text)
{
	return fsbdev_remove(strim(text));
}

static ssize_t add_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	return fsbdev_request(buf, count, fsbdev_add);
}

static ssize_t remove_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	return fsbdev_request(buf, count, fsbdev_remove_request);
}

static struct kobj_attribute add_attr = __ATTR_WO(add);
static struct kobj_attribute remove_attr = __ATTR_WO(remove);

static struct attribute *control_attrs[] = {
	&add_attr.attr,
	&remove_attr.attr,
	NULL
};

static const struct attribute_group control_group = { .attrs = control_attrs };

static int fsbdev_add_device(void)
{
	char *options;
	int ret;

	if (!device)
		return 0;
	options = kstrdup(device, GFP_KERNEL);
	if (!options)
		return -ENOMEM;
	ret = fsbdev_add(options);
	kfree(options);
	return ret;
}

static void fsbdev_teardown(void)
{
	struct fsbdev_backend *b, *next;

	mutex_lock(&fsbdev_mutex);
	list_for_each_entry_safe(b, next, &fsbdev_backends, list) {
		frontswap_unregister_ops(&b->ops);
		fsbdev_stop(b);
	}
	mutex_unlock(&fsbdev_mutex);
	kobject_put(fsbdev_kobj);
	destroy_workqueue(fsbdev_wq);
}

/* The files come last: no other task adds a backend while this may fail. */
static int __init fsbdev_init(void)
{
	int ret = -ENOMEM;

	fsbdev_wq = alloc_workqueue("frontswap_bdev",
				    WQ_UNBOUND | WQ_FREEZABLE, 0);
	if (!fsbdev_wq)
		return ret;
	fsbdev_kobj = kobject_create_and_add("frontswap_bdev", mm_kobj);
	if (fsbdev_kobj)
		ret = fsbdev_add_device();
	if (!ret)
		ret = sysfs_create_group(fsbdev_kobj, &control_group);
	if (ret)
		fsbdev_teardown();
	return ret;
}
module_init(fsbdev_init);

/* All backends are detached, or the core would pin the module. */
static void __exit fsbdev_exit(void)
{
	sysfs_remove_group(fsbdev_kobj, &control_group);
	fsbdev_teardown();
	/* A thread of a driver may be on its way back from fsbdev_end(). */
	synchronize_rcu_tasks();
	rcu_barrier();
}
module_exit(fsbdev_exit);

MODULE_DESCRIPTION("frontswap backend that keeps pages on a block device");
MODULE_LICENSE("GPL");
