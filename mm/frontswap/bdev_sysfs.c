// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_bdev: the files of a backend in sysfs
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bdev.h"
#include "parse_bytes.h"

static struct fsbdev_backend *fsbdev_of_kobj(struct kobject *kobj)
{
	return container_of(kobj, struct fsbdev_backend, kobj);
}

#define FSBDEV_SHOW(file, format, expression)				\
static ssize_t file##_show(struct kobject *kobj,			\
			   struct kobj_attribute *attr, char *buf)	\
{									\
	struct fsbdev_backend *b = fsbdev_of_kobj(kobj);			\
									\
	return sysfs_emit(buf, format "\n", expression);		\
}

FSBDEV_SHOW(device, "%pg", b->bdev)
FSBDEV_SHOW(dax, "%d", !!b->dax)
FSBDEV_SHOW(size_bytes, "%llu", (u64)(b->blocks.nr - 1) << PAGE_SHIFT)
FSBDEV_SHOW(limit_bytes, "%llu", (u64)READ_ONCE(b->blocks.limit) << PAGE_SHIFT)
FSBDEV_SHOW(stored_pages, "%u", READ_ONCE(b->blocks.nr_pages))
FSBDEV_SHOW(full, "%d",
	    READ_ONCE(b->blocks.nr_pages) >= READ_ONCE(b->blocks.limit))
FSBDEV_SHOW(io_errors, "%lu", atomic_long_read(&b->io_errors))
FSBDEV_SHOW(crc_errors, "%lu", atomic_long_read(&b->crc_errors))
FSBDEV_SHOW(discarded_pages, "%lu", atomic_long_read(&b->discarded))

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	static const char * const names[] = {
		[FSBDEV_UP] = "up",
		[FSBDEV_CHECKING] = "checking",
		[FSBDEV_LOST] = "lost",
	};

	return sysfs_emit(buf, "%s\n",
			  names[READ_ONCE(fsbdev_of_kobj(kobj)->state)]);
}

static ssize_t limit_bytes_store(struct kobject *kobj,
				 struct kobj_attribute *attr, const char *buf,
				 size_t count)
{
	u64 bytes;
	int ret = frontswap_parse_bytes(buf, &bytes);

	if (ret)
		return ret;
	fsbdev_set_limit(fsbdev_of_kobj(kobj),
			 min_t(u64, bytes >> PAGE_SHIFT, U32_MAX));
	return count;
}

static struct kobj_attribute device_attr = __ATTR_RO(device);
static struct kobj_attribute dax_attr = __ATTR_RO(dax);
static struct kobj_attribute size_bytes_attr = __ATTR_RO(size_bytes);
static struct kobj_attribute limit_bytes_attr = __ATTR_RW(limit_bytes);
static struct kobj_attribute stored_pages_attr = __ATTR_RO(stored_pages);
static struct kobj_attribute full_attr = __ATTR_RO(full);
static struct kobj_attribute io_errors_attr = __ATTR_RO(io_errors);
static struct kobj_attribute crc_errors_attr = __ATTR_RO(crc_errors);
static struct kobj_attribute discarded_pages_attr = __ATTR_RO(discarded_pages);
static struct kobj_attribute state_attr = __ATTR_RO(state);

static struct attribute *fsbdev_attrs[] = {
	&device_attr.attr,
	&dax_attr.attr,
	&size_bytes_attr.attr,
	&limit_bytes_attr.attr,
	&stored_pages_attr.attr,
	&full_attr.attr,
	&io_errors_attr.attr,
	&crc_errors_attr.attr,
	&discarded_pages_attr.attr,
	&state_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(fsbdev);

static void fsbdev_release(struct kobject *kobj)
{
	kfree(fsbdev_of_kobj(kobj));
}

const struct kobj_type fsbdev_ktype = {
	.release = fsbdev_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = fsbdev_groups,
};
