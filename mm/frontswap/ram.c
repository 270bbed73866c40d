// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_ram: a frontswap backend that keeps plain copies of pages in RAM
 *
 * The example of Documentation/mm/frontswap-backend.rst: everything that a
 * backend must do, and nothing else. The copies save no memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/frontswap.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/xarray.h>

static unsigned long max_pages = ULONG_MAX;
module_param(max_pages, ulong, 0644);
MODULE_PARM_DESC(max_pages, "Pages to hold at most (default: no limit)");

static atomic_long_t nr_pages = ATOMIC_LONG_INIT(0);

/* Per swap type: offset -> struct page. The lock is taken in atomic context. */
static struct xarray copies[MAX_SWAPFILES];

/*
 * Stores run in reclaim, when memory may be short: do not reclaim, do not warn.
 * A rejected page is written to the device.
 */
#define COPY_GFP (__GFP_HIGHMEM | __GFP_NORETRY | __GFP_NOWARN | \
		  __GFP_NOMEMALLOC)
#define NODE_GFP (__GFP_NORETRY | __GFP_NOWARN | __GFP_NOMEMALLOC)

static int ram_store(unsigned int type, pgoff_t offset, struct page *page)
{
	struct page *copy;
	int ret;

	if (atomic_long_inc_return(&nr_pages) > READ_ONCE(max_pages)) {
		ret = -ENOSPC;
		goto uncount;
	}
	copy = alloc_page(COPY_GFP);
	if (!copy) {
		ret = -ENOMEM;
		goto uncount;
	}
	memcpy_page(copy, 0, page, 0, PAGE_SIZE);
	ret = xa_err(xa_store(&copies[type], offset, copy, NODE_GFP));
	if (!ret)
		return 0;
	__free_page(copy);
uncount:
	atomic_long_dec(&nr_pages);
	return ret;
}

static int ram_load(unsigned int type, pgoff_t offset, struct page *page)
{
	struct page *copy = xa_load(&copies[type], offset);

	if (!copy)
		return -EIO;
	memcpy_page(page, 0, copy, 0, PAGE_SIZE);
	return 0;
}

static void ram_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct page *copy = xa_erase(&copies[type], offset);

	if (!copy)
		return;
	__free_page(copy);
	atomic_long_dec(&nr_pages);
}

static void ram_invalidate_area(unsigned int type)
{
	struct page *copy;
	unsigned long offset;

	xa_for_each(&copies[type], offset, copy)
		ram_invalidate_page(type, offset);
	xa_destroy(&copies[type]);
}

static const struct frontswap_ops ram_ops = {
	.store = ram_store,
	.load = ram_load,
	.invalidate_page = ram_invalidate_page,
	.invalidate_area = ram_invalidate_area,
	.name = "ram",
	.flags = FRONTSWAP_DIRECT_LOAD | FRONTSWAP_LARGE_FOLIOS,
};

static int __init ram_init(void)
{
	int type;

	for (type = 0; type < MAX_SWAPFILES; type++)
		xa_init(&copies[type]);
	return frontswap_register_ops(&ram_ops);
}
module_init(ram_init);

/* The backend is detached: an attached backend pins the module. */
static void __exit ram_exit(void)
{
	frontswap_unregister_ops(&ram_ops);
}
module_exit(ram_exit);

MODULE_DESCRIPTION("frontswap backend that keeps plain copies of pages in RAM");
MODULE_LICENSE("GPL");
