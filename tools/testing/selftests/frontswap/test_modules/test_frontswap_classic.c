// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frontswap_classic - a backend as they were written for Linux 4.2 to 6.4
 *
 * Five callbacks, no name, no owner, no look at what registration returns, and
 * a module_exit that frees everything whether or not it is in use.
 */
#include <linux/frontswap.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/xarray.h>

static bool enabled = true;
module_param(enabled, bool, 0644);
MODULE_PARM_DESC(enabled, "Take pages");

static struct xarray *classic_trees[MAX_SWAPFILES];

static void classic_init(unsigned int type)
{
	struct xarray *tree = kzalloc(sizeof(*tree), GFP_KERNEL);

	if (!tree)
		return;
	xa_init(tree);
	classic_trees[type] = tree;
}

static int classic_store(unsigned int type, pgoff_t offset, struct page *page)
{
	struct xarray *tree = classic_trees[type];
	struct page *copy;
	int err;

	if (!READ_ONCE(enabled) || !tree)
		return -ENODEV;
	copy = alloc_page(GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC);
	if (!copy)
		return -ENOMEM;
	copy_highpage(copy, page);
	err = xa_insert(tree, offset, copy, GFP_NOWAIT | __GFP_NOWARN);
	if (err)
		__free_page(copy);
	return err;
}

static int classic_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct page *copy = xa_load(classic_trees[type], offset);

	if (!copy)
		return -1;
	copy_highpage(page, copy);
	return 0;
}

static void classic_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct page *copy = xa_erase(classic_trees[type], offset);

	if (copy)
		__free_page(copy);
}

static void classic_invalidate_area(unsigned int type)
{
	struct xarray *tree = classic_trees[type];
	unsigned long offset;
	struct page *copy;

	if (!tree)
		return;
	xa_for_each(tree, offset, copy)
		__free_page(copy);
	xa_destroy(tree);
	kfree(tree);
	classic_trees[type] = NULL;
}

static struct frontswap_ops classic_ops = {
	.init = classic_init,
	.store = classic_store,
	.load = classic_load,
	.invalidate_page = classic_invalidate_page,
	.invalidate_area = classic_invalidate_area,
};

static int __init classic_module_init(void)
{
	frontswap_register_ops(&classic_ops);
	return 0;
}

static void __exit classic_module_exit(void)
{
	unsigned int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		classic_invalidate_area(type);
}

module_init(classic_module_init);
module_exit(classic_module_exit);

MODULE_DESCRIPTION("frontswap backend in the style of Linux 4.2 to 6.4, for tests");
MODULE_LICENSE("GPL");
