// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_compress: set-up and removal of the module
 */
#include <linux/module.h>

#include "compress.h"

static int compress_pool_setup(void)
{
	compress_pool = zs_create_pool("frontswap_compress");
	if (!compress_pool)
		return -ENOMEM;
	/* The size must fit into an entry, whatever the page size. */
	compress_max_dlen = min3(zs_huge_class_size(compress_pool),
				 (size_t)PAGE_SIZE / 8 * 7,
				 (size_t)SIZE_WHOLE);
	return 0;
}

static int compress_setup(void)
{
	int type, ret;

	for (type = 0; type < MAX_SWAPFILES; type++)
		compress_index_setup(&compress_slots[type]);
	compress_gen_set_length(&compress_clock, 0);
	compress_clock.began[0] = jiffies;
	compress_set_limit();
	ret = compress_pool_setup();
	if (ret)
		return ret;
	compress_set_exclusive(0);
	ret = compress_comps_setup(compress_default());
	if (ret)
		goto no_comps;
	ret = compress_sysfs_add();
	if (ret)
		goto no_sysfs;
	ret = compress_writeback_setup();
	if (ret)
		goto no_writeback;
	compress_fault_setup();
	return 0;
no_writeback:
	compress_sysfs_remove();
no_sysfs:
	compress_comps_remove();
no_comps:
	zs_destroy_pool(compress_pool);
	return ret;
}

/* Parameter writes have no effect from here on. */
static void compress_teardown(void)
{
	kernel_param_lock(THIS_MODULE);
	compress_params_live(false);
	kernel_param_unlock(THIS_MODULE);
	compress_fault_remove();
	compress_writeback_remove();
	compress_sysfs_remove();
	compress_comps_remove();
	zs_destroy_pool(compress_pool);
}

static int __init compress_init(void)
{
	int ret;

	kernel_param_lock(THIS_MODULE);
	ret = compress_setup();
	compress_params_live(!ret);
	kernel_param_unlock(THIS_MODULE);
	if (ret)
		return ret;
	ret = frontswap_register_ops(&compress_ops);
	if (ret)
		compress_teardown();
	return ret;
}
module_init(compress_init);

/* The module can be unloaded only while the backend is detached and empty. */
static void __exit compress_exit(void)
{
	frontswap_unregister_ops(&compress_ops);
	compress_teardown();
}
module_exit(compress_exit);

MODULE_DESCRIPTION("frontswap backend that keeps pages compressed in RAM");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: crypto-" CONFIG_FRONTSWAP_COMPRESS_DEFAULT);
