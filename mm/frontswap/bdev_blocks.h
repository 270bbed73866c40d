/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frontswap_bdev: blocks of the device, and the index from slots to blocks
 */
#ifndef _FRONTSWAP_BDEV_BLOCKS_H
#define _FRONTSWAP_BDEV_BLOCKS_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

/* The block of the tag, so 0 is no block of a page. */
#define FSBDEV_NO_BLOCK	0

/**
 * struct fsbdev_blocks - which blocks of a device are in use
 * @lock: Protects the other members. Taken in hard interrupts.
 * @used: One bit per block, set while the block contains a page or is being
 *	discarded.
 * @freed: One bit per block, set while the block is not in use and not
 *	discarded.
 * @failed: One bit per block, set after a request has failed, until no late
 *	execution of the request is possible, or permanently: memory with an error.
 *	Such a block stays in @used.
 * @nr: Number of blocks.
 * @nr_failed: Number of bits in @failed.
 * @nr_pages: Number of blocks with a page.
 * @limit: Largest number of blocks with a page.
 * @next: Where the next search begins.
 */
struct fsbdev_blocks {
	spinlock_t lock;	/* see above */
	unsigned long *used;
	unsigned long *freed;
	unsigned long *failed;
	u32 nr;
	u32 nr_failed;
	u32 nr_pages;
	u32 limit;
	u32 next;
};

int fsbdev_blocks_init(struct fsbdev_blocks *b, u32 nr);
void fsbdev_blocks_destroy(struct fsbdev_blocks *b);
u32 fsbdev_block_get(struct fsbdev_blocks *b);
void fsbdev_block_put(struct fsbdev_blocks *b, u32 block);
void fsbdev_block_fail(struct fsbdev_blocks *b, u32 block);
void fsbdev_block_retire(struct fsbdev_blocks *b, u32 block);
void fsbdev_blocks_recover(struct fsbdev_blocks *b);
u32 fsbdev_blocks_begin_discard(struct fsbdev_blocks *b, u32 *first, u32 max);
void fsbdev_blocks_end_discard(struct fsbdev_blocks *b, u32 first, u32 nr,
			       bool failed);

void fsbdev_index_init(struct xarray *index);
int fsbdev_index_set(struct xarray *index, pgoff_t offset, u32 block, u32 crc);
u32 fsbdev_index_get(struct xarray *index, pgoff_t offset, u32 *crc);
u32 fsbdev_index_clear(struct xarray *index, pgoff_t offset);
unsigned int fsbdev_index_find(struct xarray *index, pgoff_t *next,
			       pgoff_t *offsets, unsigned int max);

#endif /* _FRONTSWAP_BDEV_BLOCKS_H */
