// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_compress: module parameters and the files in sysfs
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crypto.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "compress.h"
#include "parse_bytes.h"

static char compressor[CRYPTO_MAX_ALG_NAME] =
	CONFIG_FRONTSWAP_COMPRESS_DEFAULT;
static unsigned int max_pool_percent = 20;
static unsigned int accept_threshold_percent = 90;
static unsigned int exclusive_percent = 50;
static unsigned int incompressible_percent = 80;
static unsigned long max_bytes;
static bool params_live;	/* under kernel_param_lock() */

void compress_set_limit(void)
{
	compress_limit_set(&compress_limit, totalram_pages(),
			   READ_ONCE(max_pool_percent), READ_ONCE(max_bytes),
			   READ_ONCE(accept_threshold_percent),
			   READ_ONCE(exclusive_percent));
	WRITE_ONCE(compress_limit.incompressible,
		   mult_frac(compress_limit.high,
			     READ_ONCE(incompressible_percent), 100));
}

/* Let the worker apply the new limit, with writeback=N as well. */
static void compress_limit_changed(void)
{
	if (!params_live)
		return;
	compress_set_limit();
	compress_set_exclusive(compress_pool_pages());
	compress_end_backoff();
}

void compress_params_live(bool live)
{
	params_live = live;
}

/* The compressor chosen so far, for compress_comps_setup() */
const char *compress_default(void)
{
	return compressor;
}

static int compress_set_percent(const char *val, const struct kernel_param *kp)
{
	unsigned int percent;
	int ret = kstrtouint(val, 0, &percent);

	if (ret || percent > 100) {
		pr_err("%s must be a number from 0 to 100\n", kp->name);
		return ret ?: -ERANGE;
	}
	WRITE_ONCE(*(unsigned int *)kp->arg, percent);
	compress_limit_changed();
	return 0;
}

static int compress_set_bytes(const char *val, const struct kernel_param *kp)
{
	u64 bytes;
	int ret = frontswap_parse_bytes(val, &bytes);

	if (ret) {
		pr_err("%s must be a number of bytes, as in 512M; 0 is no limit\n",
		       kp->name);
		return ret;
	}
	WRITE_ONCE(max_bytes, min_t(u64, bytes, ULONG_MAX));
	compress_limit_changed();
	return 0;
}

static int compress_set_writeback(const char *val,
				  const struct kernel_param *kp)
{
	int ret = param_set_bool(val, kp);

	if (ret)
		pr_err("%s must be Y or N\n", kp->name);
	else
		compress_limit_changed();
	return ret;
}

static int compress_set_rate(const char *val, const struct kernel_param *kp)
{
	int ret = param_set_uint(val, kp);

	if (ret)
		pr_err("%s must be a number of pages; 0 is no limit\n",
		       kp->name);
	else
		compress_limit_changed();
	return ret;
}

static int compress_set_age(const char *val, const struct kernel_param *kp)
{
	unsigned int seconds;
	int ret = kstrtouint(val, 0, &seconds);

	if (!ret && seconds > INT_MAX / HZ)
		ret = -ERANGE;
	if (ret) {
		pr_err("%s must be a number of seconds; 0 is no limit\n",
		       kp->name);
		return ret;
	}
	WRITE_ONCE(compress_max_age, seconds);
	if (params_live)
		compress_age_changed();
	return 0;
}

static int compress_set_compressor(const char *val,
				   const struct kernel_param *kp)
{
	char buf[CRYPTO_MAX_ALG_NAME], *name;
	int ret;

	if (strscpy(buf, val, sizeof(buf)) < 0) {
		pr_err("%s: the name is too long\n", kp->name);
		return -ENAMETOOLONG;
	}
	name = strim(buf);
	ret = params_live ? compress_comp_choose(name) : 0;
	if (!ret)
		strscpy(compressor, name, sizeof(compressor));
	return ret;
}

static const char * const known_compressors[] = {
#if IS_ENABLED(CONFIG_CRYPTO_LZO)
	"lzo", "lzo-rle",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_LZ4)
	"lz4",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_LZ4HC)
	"lz4hc",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_ZSTD)
	"zstd",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_DEFLATE)
	"deflate",
#endif
#if IS_ENABLED(CONFIG_CRYPTO_842)
	"842",
#endif
};

/* List the known compressors, with the current one in brackets. */
static int compress_get_compressor(char *buffer, const struct kernel_param *kp)
{
	bool known = false, current_one;
	int i, at = 0;

	for (i = 0; i < ARRAY_SIZE(known_compressors); i++) {
		current_one = !strcmp(known_compressors[i], compressor);
		known |= current_one;
		at += sysfs_emit_at(buffer, at, current_one ? "[%s] " : "%s ",
				    known_compressors[i]);
	}
	if (!known)
		at += sysfs_emit_at(buffer, at, "[%s] ", compressor);
	buffer[at - 1] = '\n';
	return at;
}

static const struct kernel_param_ops percent_ops = {
	.set = compress_set_percent,
	.get = param_get_uint,
};

static const struct kernel_param_ops bytes_ops = {
	.set = compress_set_bytes,
	.get = param_get_ulong,
};

static const struct kernel_param_ops writeback_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = compress_set_writeback,
	.get = param_get_bool,
};

static const struct kernel_param_ops rate_ops = {
	.set = compress_set_rate,
	.get = param_get_uint,
};

static const struct kernel_param_ops age_ops = {
	.set = compress_set_age,
	.get = param_get_uint,
};

static const struct kernel_param_ops compressor_ops = {
	.set = compress_set_compressor,
	.get = compress_get_compressor,
};

module_param_cb(compressor, &compressor_ops, NULL, 0644);
MODULE_PARM_DESC(compressor, "Compressor for new pages");
module_param_cb(max_pool_percent, &percent_ops, &max_pool_percent, 0644);
MODULE_PARM_DESC(max_pool_percent, "Limit of the pool in percent of RAM (20)");
module_param_cb(max_bytes, &bytes_ops, &max_bytes, 0644);
MODULE_PARM_DESC(max_bytes, "Limit of the pool in bytes (0: none)");
module_param_cb(accept_threshold_percent, &percent_ops,
		&accept_threshold_percent, 0644);
MODULE_PARM_DESC(accept_threshold_percent,
		 "A full pool is written back to this percentage of its limit (90)");
module_param_cb(exclusive_percent, &percent_ops, &exclusive_percent, 0644);
MODULE_PARM_DESC(exclusive_percent,
		 "Pages that come back leave a pool that is at this percentage of its limit (50)");
module_param_cb(incompressible_percent, &percent_ops, &incompressible_percent,
		0644);
MODULE_PARM_DESC(incompressible_percent,
		 "Pages that do not compress are kept in a pool below this percentage of its limit (80)");
module_param_cb(writeback, &writeback_ops, &compress_writeback_enabled, 0644);
MODULE_PARM_DESC(writeback, "Write old pages to the swap device (Y)");
module_param_named(demote, compress_demote_enabled, bool, 0644);
MODULE_PARM_DESC(demote, "Offer old pages to the backends below first (Y)");
module_param_cb(writeback_rate, &rate_ops, &compress_writeback_rate, 0644);
MODULE_PARM_DESC(writeback_rate,
		 "Pages to write back in a second at most (0: no limit)");
module_param_cb(max_age, &age_ops, &compress_max_age, 0644);
MODULE_PARM_DESC(max_age,
		 "Pages older than this number of seconds move on (0: no limit)");

/* /sys/kernel/mm/frontswap_compress */

static struct kobject *compress_kobj;

static unsigned long compress_index_bytes(void)
{
	unsigned long bytes = 0;
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		bytes += READ_ONCE(compress_slots[type].bytes);
	return bytes;
}

#define SHOW(file, expression)						\
static ssize_t file##_show(struct kobject *kobj,			\
			   struct kobj_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%lu\n", expression);			\
}									\
static struct kobj_attribute file##_attr = __ATTR_RO(file)

SHOW(stored_pages, compress_stat_sum(STORED_PAGES));
SHOW(same_filled_pages, compress_stat_sum(SAME_FILLED_PAGES));
SHOW(incompressible_pages, compress_stat_sum(INCOMPRESSIBLE_PAGES));
SHOW(compressed_bytes, compress_stat_sum(COMPRESSED_BYTES));
SHOW(reject_compress_poor, compress_stat_sum(REJECT_COMPRESS_POOR));
SHOW(reject_untried, compress_stat_sum(REJECT_UNTRIED));
SHOW(reject_alloc_fail, compress_stat_sum(REJECT_ALLOC_FAIL));
SHOW(reject_limit, compress_stat_sum(REJECT_LIMIT));
SHOW(reject_memcg, compress_stat_sum(REJECT_MEMCG));
SHOW(written_back_pages, compress_stat_sum(WRITTEN_BACK_PAGES));
SHOW(decompress_errors, compress_stat_sum(DECOMPRESS_ERRORS));
SHOW(pool_bytes, compress_pool_bytes());
SHOW(index_bytes, compress_index_bytes());
SHOW(limit_bytes, READ_ONCE(compress_limit.high) << PAGE_SHIFT);
SHOW(full, compress_pool_full() + 0UL);

/* Size of the stored pages divided by the size of the pool */
static ssize_t compression_ratio_show(struct kobject *kobj,
				      struct kobj_attribute *attr, char *buf)
{
	unsigned long pages = compress_pool_pages();
	unsigned long percent = 0;

	if (pages)
		percent =
			mult_frac(compress_stat_sum(STORED_PAGES), 100, pages);
	return sysfs_emit(buf, "%lu.%02lu\n", percent / 100, percent % 100);
}

static struct kobj_attribute compression_ratio_attr =
	__ATTR_RO(compression_ratio);

static ssize_t compact_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	unsigned int one;

	if (kstrtouint(buf, 0, &one) || one != 1)
		return -EINVAL;
	return compress_compact_request() ?: count;
}

static struct kobj_attribute compact_attr = __ATTR_WO(compact);

static ssize_t writeback_pages_store(struct kobject *kobj,
				     struct kobj_attribute *attr,
				     const char *buf, size_t count)
{
	char *request = kstrndup(buf, count, GFP_KERNEL);
	int ret;

	if (!request)
		return -ENOMEM;
	ret = compress_writeback_request(request);
	kfree(request);
	return ret ?: count;
}

static struct kobj_attribute writeback_pages_attr =
	__ATTR_WO(writeback_pages);

static struct attribute *stat_attrs[] = {
	&stored_pages_attr.attr,
	&same_filled_pages_attr.attr,
	&incompressible_pages_attr.attr,
	&compressed_bytes_attr.attr,
	&reject_compress_poor_attr.attr,
	&reject_untried_attr.attr,
	&reject_alloc_fail_attr.attr,
	&reject_limit_attr.attr,
	&reject_memcg_attr.attr,
	&written_back_pages_attr.attr,
	&decompress_errors_attr.attr,
	&pool_bytes_attr.attr,
	&index_bytes_attr.attr,
	&limit_bytes_attr.attr,
	&full_attr.attr,
	&compression_ratio_attr.attr,
	&compact_attr.attr,
	&writeback_pages_attr.attr,
	NULL
};

static const struct attribute_group stat_group = { .attrs = stat_attrs };

/* The file full may be polled. */
void compress_sysfs_notify_full(void)
{
	sysfs_notify(compress_kobj, NULL, "full");
}

int compress_sysfs_add(void)
{
	int ret;

	compress_kobj = kobject_create_and_add("frontswap_compress", mm_kobj);
	if (!compress_kobj)
		return -ENOMEM;
	ret = sysfs_create_group(compress_kobj, &stat_group);
	if (ret)
		kobject_put(compress_kobj);
	return ret;
}

void compress_sysfs_remove(void)
{
	kobject_del(compress_kobj);
	kobject_put(compress_kobj);
}
