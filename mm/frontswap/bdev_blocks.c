// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_bdev: blocks of the device, and the index from slots to blocks
 *
 * Blocks are allocated in ascending order, so that pages that are stored one
 * after another can be written by one request. Freed blocks are discarded in
 * the background. A block is not used again before its discard is complete:
 * neither the block layer nor the other machine preserves the order of a
 * discard and a later write.
 *
 * The index contains a leaf for each 16 slots with at least one page: 13 bytes per
 * page if the slots are dense, and nothing for slots without pages.
 */
#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "bdev_blocks.h"

#define SEARCH_BITS	BIT(16)		/* bounds the time with interrupts off */
#define LEAF_SHIFT	4
#define LEAF_SLOTS	BIT(LEAF_SHIFT)
#define LEAF_MASK	(LEAF_SLOTS - 1)
#define LEAF_GFP	(GFP_NOWAIT | __GFP_NOMEMALLOC | __GFP_NOWARN)

struct fsbdev_leaf {
	struct {
		u32 block;
		u32 crc;
	} slot[LEAF_SLOTS];
	unsigned int nr;
	struct rcu_head rcu;
};

/**
 * fsbdev_blocks_init() - prepare the blocks of a device
 * @b: The blocks.
 * @nr: Number of blocks, with the block of the tag.
 *
 * All blocks but the first may contain old data, so all can be discarded.
 *
 * Return: 0 or -ENOMEM.
 */
int fsbdev_blocks_init(struct fsbdev_blocks *b, u32 nr)
{
	spin_lock_init(&b->lock);
	b->used = kvcalloc(BITS_TO_LONGS(nr), sizeof(long), GFP_KERNEL);
	b->freed = kvcalloc(BITS_TO_LONGS(nr), sizeof(long), GFP_KERNEL);
	b->failed = kvcalloc(BITS_TO_LONGS(nr), sizeof(long), GFP_KERNEL);
	if (!b->used || !b->freed || !b->failed) {
		fsbdev_blocks_destroy(b);
		return -ENOMEM;
	}
	bitmap_set(b->freed, 1, nr - 1);
	__set_bit(FSBDEV_NO_BLOCK, b->used);
	b->nr = nr;
	b->nr_failed = 0;
	b->nr_pages = 0;
	b->limit = nr - 1;
	b->next = 1;
	return 0;
}

void fsbdev_blocks_destroy(struct fsbdev_blocks *b)
{
	kvfree(b->used);
	kvfree(b->freed);
	kvfree(b->failed);
	b->used = NULL;
	b->freed = NULL;
	b->failed = NULL;
}

/* Search to the end of the device, then from its start, a bounded part of it. */
static u32 fsbdev_block_find(struct fsbdev_blocks *b)
{
	u32 budget = min_t(u32, b->nr, SEARCH_BITS), end, block;

	while (budget) {
		end = min_t(u64, (u64)b->next + budget, b->nr);
		block = find_next_zero_bit(b->used, end, b->next);
		if (block < end)
			return block;
		budget -= end - b->next;
		b->next = end == b->nr ? 1 : end;
	}
	return FSBDEV_NO_BLOCK;
}

/**
 * fsbdev_block_get() - get a block for a page
 * @b: The blocks.
 *
 * Context: Any.
 * Return: The block, or FSBDEV_NO_BLOCK: the limit is reached, or no block was
 * found in the part of the device that was searched.
 */
u32 fsbdev_block_get(struct fsbdev_blocks *b)
{
	u32 block = FSBDEV_NO_BLOCK;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	if (b->nr_pages < READ_ONCE(b->limit))
		block = fsbdev_block_find(b);
	if (block != FSBDEV_NO_BLOCK) {
		__set_bit(block, b->used);
		__clear_bit(block, b->freed);
		b->nr_pages++;
		b->next = block + 1 == b->nr ? 1 : block + 1;
	}
	spin_unlock_irqrestore(&b->lock, flags);
	return block;
}

/**
 * fsbdev_block_put() - free the block of a page
 * @b: The blocks.
 * @block: The block, to which no I/O is in flight.
 *
 * Context: Any.
 */
void fsbdev_block_put(struct fsbdev_blocks *b, u32 block)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	if (!test_bit(block, b->failed)) {
		__clear_bit(block, b->used);
		__set_bit(block, b->freed);
	}
	b->nr_pages--;
	spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * fsbdev_block_fail() - set a block aside after a failed write
 * @b: The blocks.
 * @block: The block.
 *
 * The other machine may execute a write later than it failed here.
 *
 * Context: Any.
 */
void fsbdev_block_fail(struct fsbdev_blocks *b, u32 block)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	__set_bit(block, b->failed);
	b->nr_failed++;
	b->nr_pages--;
	spin_unlock_irqrestore(&b->lock, flags);
}

/**
 * fsbdev_block_retire() - never use a block again once its page is freed
 * @b: The blocks.
 * @block: The block of a page.
 *
 * Context: Any.
 */
void fsbdev_block_retire(struct fsbdev_blocks *b, u32 block)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	if (!__test_and_set_bit(block, b->failed))
		b->nr_failed++;
	spin_unlock_irqrestore(&b->lock, flags);
}

static void fsbdev_blocks_recover_part(struct fsbdev_blocks *b, u32 first,
				       u32 end)
{
	unsigned long block = first;

	spin_lock_irq(&b->lock);
	for_each_set_bit_from(block, b->failed, end) {
		__clear_bit(block, b->failed);
		__clear_bit(block, b->used);
		__set_bit(block, b->freed);
		b->nr_failed--;
	}
	spin_unlock_irq(&b->lock);
}

/**
 * fsbdev_blocks_recover() - allow the use of the blocks set aside again
 * @b: The blocks.
 *
 * Context: Process context, may sleep.
 */
void fsbdev_blocks_recover(struct fsbdev_blocks *b)
{
	u32 first, end;

	for (first = 0; first < b->nr; first = end) {
		end = min_t(u64, (u64)first + SEARCH_BITS, b->nr);
		fsbdev_blocks_recover_part(b, first, end);
		cond_resched();
	}
}

/**
 * fsbdev_blocks_begin_discard() - reserve a run of freed blocks
 * @b: The blocks.
 * @first: Where to search; on return, the first block of the run.
 * @max: Largest length of the run.
 *
 * The blocks are not used until fsbdev_blocks_end_discard().
 *
 * Context: Any.
 * Return: The length of the run. 0: none in the part that was searched; @first
 * is where to continue, or the number of blocks at the end of the device.
 */
u32 fsbdev_blocks_begin_discard(struct fsbdev_blocks *b, u32 *first, u32 max)
{
	u32 end, last = 0;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	end = min_t(u64, (u64)*first + SEARCH_BITS, b->nr);
	*first = find_next_bit(b->freed, end, *first);
	if (*first < end) {
		last = min_t(u64, (u64)*first + max, b->nr);
		last = find_next_zero_bit(b->freed, last, *first);
		bitmap_clear(b->freed, *first, last - *first);
		bitmap_set(b->used, *first, last - *first);
		last -= *first;
	}
	spin_unlock_irqrestore(&b->lock, flags);
	return last;
}

/**
 * fsbdev_blocks_end_discard() - allow the use of a run of blocks again
 * @b: The blocks.
 * @first: The first block.
 * @nr: Length of the run.
 * @failed: The discard has failed: set the blocks aside, see
 *	fsbdev_block_fail().
 *
 * Context: Any.
 */
void fsbdev_blocks_end_discard(struct fsbdev_blocks *b, u32 first, u32 nr,
			       bool failed)
{
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	if (failed) {
		bitmap_set(b->failed, first, nr);
		b->nr_failed += nr;
	} else {
		bitmap_clear(b->used, first, nr);
	}
	spin_unlock_irqrestore(&b->lock, flags);
}

void fsbdev_index_init(struct xarray *index)
{
	xa_init_flags(index, XA_FLAGS_LOCK_IRQ);
}

static struct fsbdev_leaf *fsbdev_index_add_leaf(struct xarray *index,
						 pgoff_t offset)
{
	struct fsbdev_leaf *leaf = kzalloc(sizeof(*leaf), LEAF_GFP);

	if (leaf && xa_is_err(__xa_store(index, offset >> LEAF_SHIFT, leaf,
					 LEAF_GFP))) {
		kfree(leaf);
		return NULL;
	}
	return leaf;
}

/**
 * fsbdev_index_set() - record the block of a slot
 * @index: Index of the swap type.
 * @offset: Slot without a block.
 * @block: The block.
 * @crc: Checksum of the page.
 *
 * Context: Any.
 * Return: 0; -ENOMEM; -EEXIST if a block is recorded.
 */
int fsbdev_index_set(struct xarray *index, pgoff_t offset, u32 block, u32 crc)
{
	struct fsbdev_leaf *leaf;
	unsigned long flags;
	int ret = 0;

	xa_lock_irqsave(index, flags);
	leaf = xa_load(index, offset >> LEAF_SHIFT);
	if (!leaf)
		leaf = fsbdev_index_add_leaf(index, offset);
	if (!leaf) {
		ret = -ENOMEM;
	} else if (WARN_ON_ONCE(leaf->slot[offset & LEAF_MASK].block)) {
		ret = -EEXIST;
	} else {
		leaf->slot[offset & LEAF_MASK].crc = crc;
		WRITE_ONCE(leaf->slot[offset & LEAF_MASK].block, block);
		leaf->nr++;
	}
	xa_unlock_irqrestore(index, flags);
	return ret;
}

/**
 * fsbdev_index_get() - look up the block of a slot
 * @index: Index of the swap type.
 * @offset: Slot, which does not change.
 * @crc: Checksum of the page.
 *
 * Context: Any.
 * Return: The block or FSBDEV_NO_BLOCK.
 */
u32 fsbdev_index_get(struct xarray *index, pgoff_t offset, u32 *crc)
{
	u32 block = FSBDEV_NO_BLOCK;
	struct fsbdev_leaf *leaf;

	rcu_read_lock();
	leaf = xa_load(index, offset >> LEAF_SHIFT);
	if (leaf) {
		block = leaf->slot[offset & LEAF_MASK].block;
		*crc = leaf->slot[offset & LEAF_MASK].crc;
	}
	rcu_read_unlock();
	return block;
}

/**
 * fsbdev_index_clear() - remove a slot
 * @index: Index of the swap type.
 * @offset: Slot.
 *
 * Context: Any.
 * Return: The block, or FSBDEV_NO_BLOCK.
 */
u32 fsbdev_index_clear(struct xarray *index, pgoff_t offset)
{
	u32 block = FSBDEV_NO_BLOCK;
	struct fsbdev_leaf *leaf;
	unsigned long flags;

	xa_lock_irqsave(index, flags);
	leaf = xa_load(index, offset >> LEAF_SHIFT);
	if (leaf)
		block = leaf->slot[offset & LEAF_MASK].block;
	if (block != FSBDEV_NO_BLOCK) {
		WRITE_ONCE(leaf->slot[offset & LEAF_MASK].block, FSBDEV_NO_BLOCK);
		if (!--leaf->nr) {
			__xa_erase(index, offset >> LEAF_SHIFT);
			kfree_rcu(leaf, rcu);
		}
	}
	xa_unlock_irqrestore(index, flags);
	return block;
}

/**
 * fsbdev_index_find() - find slots with blocks
 * @index: Index of the swap type.
 * @next: The slot to begin with; on return, the slot after the last one found.
 * @offsets: The slots found.
 * @max: Size of @offsets.
 *
 * Context: Any.
 * Return: Number of slots found; less than @max at the end of the index.
 */
unsigned int fsbdev_index_find(struct xarray *index, pgoff_t *next,
			       pgoff_t *offsets, unsigned int max)
{
	unsigned long i = *next >> LEAF_SHIFT;
	struct fsbdev_leaf *leaf;
	unsigned int n = 0;

	rcu_read_lock();
	xa_for_each_start(index, i, leaf, i) {
		pgoff_t offset = max(*next, (pgoff_t)i << LEAF_SHIFT);

		for (; offset >> LEAF_SHIFT == i && n < max; offset++)
			if (READ_ONCE(leaf->slot[offset & LEAF_MASK].block))
				offsets[n++] = offset;
		*next = offset;
		if (n == max)
			break;
	}
	rcu_read_unlock();
	return n;
}
