// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_bdev: devices that are memory
 *
 * The memory of a DAX device (virtio-pmem, a namespace of an NVDIMM or of CXL
 * memory) is mapped: store() and load() copy the page, without a request. Both
 * have no argument for the backend, so each device has callbacks of its own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dax.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "bdev.h"

static struct fsbdev_backend *fsbdev_dax[4];

/*
 * A plain memcpy(): the page need not survive a loss of power, so the cache is
 * not flushed.
 */
static int fsbdev_dax_write(void *addr, struct page *page)
{
	memcpy_from_page(addr, page, 0, PAGE_SIZE);
	return 0;
}

/* Poisoned memory is an error, not a panic, if the CPU can recover. */
static int fsbdev_dax_read(void *addr, struct page *page)
{
	void *data = kmap_local_page(page);
	unsigned long left = copy_mc_to_kernel(data, addr, PAGE_SIZE);

	kunmap_local(data);
	return left ? -EIO : 0;
}

/* A partition may have shrunk, and the memory behind it belong to another one. */
static bool fsbdev_dax_map(struct fsbdev_backend *b, u32 block, void **addr)
{
	if (block >= bdev_nr_bytes(b->bdev) >> PAGE_SHIFT)
		return false;
	return dax_direct_access(b->dax, b->dax_first + block, 1, DAX_ACCESS,
				 addr, NULL) == 1;
}

static int fsbdev_dax_access(struct fsbdev_backend *b, u32 block,
			     struct page *page,
			     int (*copy)(void *addr, struct page *page))
{
	int id = dax_read_lock(), ret = -EIO;
	void *addr;

	if (fsbdev_dax_map(b, block, &addr))
		ret = copy(addr, page);
	dax_read_unlock(id);
	if (ret)
		fsbdev_error(b, &b->io_errors);
	return ret;
}

static int fsbdev_dax_store(struct fsbdev_backend *b, unsigned int type,
			    pgoff_t offset, struct page *page)
{
	u32 block;
	int ret = fsbdev_claim(b, type, offset, page, &block);

	if (ret)
		return ret;
	ret = fsbdev_dax_access(b, block, page, fsbdev_dax_write);
	if (ret) {
		fsbdev_block_retire(&b->blocks, block);
		fsbdev_drop(b, type, offset);
	}
	return ret;
}

static int fsbdev_dax_load(struct fsbdev_backend *b, unsigned int type,
			   pgoff_t offset, struct page *page)
{
	u32 block, crc;
	int ret;

	block = fsbdev_index_get(&b->index[type], offset, &crc);
	if (WARN_ON_ONCE(block == FSBDEV_NO_BLOCK))
		return -EIO;
	ret = fsbdev_dax_access(b, block, page, fsbdev_dax_read);
	if (ret) {
		fsbdev_block_retire(&b->blocks, block);
		return ret;
	}
	/* Wrong bytes do not remain: the block can be used again. */
	return fsbdev_check_crc(b, page, crc);
}

#define FSBDEV_DAX_CALLBACKS(n)						\
static int fsbdev_dax_store_##n(unsigned int type, pgoff_t offset,	\
				struct page *page)			\
{									\
	return fsbdev_dax_store(fsbdev_dax[n], type, offset, page);	\
}									\
									\
static int fsbdev_dax_load_##n(unsigned int type, pgoff_t offset,	\
			       struct page *page)			\
{									\
	return fsbdev_dax_load(fsbdev_dax[n], type, offset, page);	\
}									\
									\
static void fsbdev_dax_invalidate_##n(unsigned int type, pgoff_t offset)\
{									\
	fsbdev_drop(fsbdev_dax[n], type, offset);			\
}

FSBDEV_DAX_CALLBACKS(0)
FSBDEV_DAX_CALLBACKS(1)
FSBDEV_DAX_CALLBACKS(2)
FSBDEV_DAX_CALLBACKS(3)

static const struct fsbdev_dax_callbacks {
	int (*store)(unsigned int type, pgoff_t offset, struct page *page);
	int (*load)(unsigned int type, pgoff_t offset, struct page *page);
	void (*invalidate_page)(unsigned int type, pgoff_t offset);
} fsbdev_dax_callbacks[ARRAY_SIZE(fsbdev_dax)] = {
	{ fsbdev_dax_store_0, fsbdev_dax_load_0, fsbdev_dax_invalidate_0 },
	{ fsbdev_dax_store_1, fsbdev_dax_load_1, fsbdev_dax_invalidate_1 },
	{ fsbdev_dax_store_2, fsbdev_dax_load_2, fsbdev_dax_invalidate_2 },
	{ fsbdev_dax_store_3, fsbdev_dax_load_3, fsbdev_dax_invalidate_3 },
};

static void fsbdev_dax_set_ops(struct frontswap_ops *ops,
			       const struct fsbdev_dax_callbacks *callbacks)
{
	ops->store = callbacks->store;
	ops->load = callbacks->load;
	ops->invalidate_page = callbacks->invalidate_page;
	ops->begin_store = NULL;
	ops->begin_load = NULL;
	ops->invalidate_slots = NULL;
	ops->io_size = 0;
	ops->io_depth = 0;
	ops->deadline_ms = 0;
	ops->flags |= FRONTSWAP_DIRECT_LOAD;
}

/*
 * A device of the device mapper may have no page within one of its parts. One
 * bad block says nothing.
 */
static bool fsbdev_dax_is_mapped(struct fsbdev_backend *b)
{
	int id = dax_read_lock();
	void *addr;
	bool ret;

	ret = fsbdev_dax_map(b, 1, &addr) ||
	      fsbdev_dax_map(b, b->blocks.nr - 1, &addr);
	dax_read_unlock(id);
	return ret;
}

static void fsbdev_dax_put(struct fsbdev_backend *b)
{
	fs_put_dax(b->dax, NULL);
	b->dax = NULL;
}

/**
 * fsbdev_dax_open() - copy pages to and from the device, if the device is memory
 * @b: The backend, not yet registered. @b->dax is set if the device is memory
 *	and one of the sets of callbacks is free.
 *
 * Context: Process context, may sleep. The caller serializes calls.
 */
void fsbdev_dax_open(struct fsbdev_backend *b)
{
	unsigned int n = 0;
	u64 start;

	b->dax = fs_dax_get_by_bdev(b->bdev, &start, NULL, NULL);
	if (!b->dax)
		return;
	while (n < ARRAY_SIZE(fsbdev_dax) && fsbdev_dax[n])
		n++;
	if (n == ARRAY_SIZE(fsbdev_dax)) {
		pr_info("%pg: %u devices are mapped, this one is not\n",
			b->bdev, n);
		fsbdev_dax_put(b);
		return;
	}
	b->dax_first = start >> PAGE_SHIFT;
	if (!fsbdev_dax_is_mapped(b)) {
		fsbdev_dax_put(b);
		return;
	}
	fsbdev_dax_set_ops(&b->ops, &fsbdev_dax_callbacks[n]);
	fsbdev_dax[n] = b;
}

/**
 * fsbdev_dax_close() - end what fsbdev_dax_open() has begun
 * @b: The backend, not registered any more.
 *
 * Context: as fsbdev_dax_open().
 */
void fsbdev_dax_close(struct fsbdev_backend *b)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(fsbdev_dax); n++)
		if (fsbdev_dax[n] == b)
			fsbdev_dax[n] = NULL;
	fsbdev_dax_put(b);
}
