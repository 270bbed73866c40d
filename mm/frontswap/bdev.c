// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_bdev: stores pages on a block device
 *
 * The device is memory of another machine (nbd, NVMe over TCP or RDMA, iSCSI) or
 * of the host (virtio-blk). The transport is the kernel's, and so are replicas
 * (md, dm) and encryption (dm-crypt).
 *
 * The device may lose its memory without an error: a server that was restarted
 * returns zeros. The checksum of each page is kept in RAM, and a page with
 * another checksum is an I/O error.
 *
 * begin_store() and begin_load() submit one bio per page. Consecutive pages get
 * consecutive blocks, so the block plug of the task merges the bios.
 */
#include <linux/bio.h>
#include <linux/blk-cgroup.h>
#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/swap.h>

#include "bdev.h"

struct fsbdev_request {
	struct bio bio;
	struct bio_vec vec;
	u32 crc;
};

static u32 fsbdev_page_crc(struct page *page)
{
	void *data = kmap_local_page(page);
	u32 crc = crc32c(0, data, PAGE_SIZE);

	kunmap_local(data);
	return crc;
}

/**
 * fsbdev_drop() - free the block of a slot
 * @b: The backend.
 * @type: Swap type.
 * @offset: Slot with a block, to which no I/O is in flight.
 *
 * Context: Any.
 */
void fsbdev_drop(struct fsbdev_backend *b, unsigned int type, pgoff_t offset)
{
	u32 block = fsbdev_index_clear(&b->index[type], offset);

	if (!WARN_ON_ONCE(block == FSBDEV_NO_BLOCK))
		fsbdev_block_put(&b->blocks, block);
}

/*
 * A completion may run in a thread of the driver. In the read section, an unload
 * of this module waits for the return from the core.
 */
static void fsbdev_end(struct frontswap_io *io, int err)
{
	rcu_read_lock();
	frontswap_io_end(io, err);
	rcu_read_unlock();
}

static int fsbdev_bio_error(struct fsbdev_backend *b, struct bio *bio)
{
	int err = blk_status_to_errno(bio->bi_status);

	bio_uninit(bio);
	if (err)
		fsbdev_error(b, &b->io_errors);
	return err;
}

static void fsbdev_end_store(struct bio *bio)
{
	struct frontswap_io *io = bio->bi_private;
	struct fsbdev_backend *b = fsbdev_of(io->ops);
	int err = fsbdev_bio_error(b, bio);
	u32 block;

	if (err) {
		block = fsbdev_index_clear(&b->index[io->type], io->offset);
		if (!WARN_ON_ONCE(block == FSBDEV_NO_BLOCK))
			fsbdev_block_fail(&b->blocks, block);
	}
	fsbdev_end(io, err);
}

/**
 * fsbdev_check_crc() - compare a page that was read with its checksum
 * @b: The backend.
 * @page: The page.
 * @crc: The checksum.
 *
 * Context: Any.
 * Return: 0, or -EBADMSG.
 */
int fsbdev_check_crc(struct fsbdev_backend *b, struct page *page, u32 crc)
{
	if (fsbdev_page_crc(page) == crc)
		return 0;
	fsbdev_error(b, &b->crc_errors);
	return -EBADMSG;
}

static void fsbdev_end_load(struct bio *bio)
{
	struct frontswap_io *io = bio->bi_private;
	struct fsbdev_request *r = frontswap_io_priv(io);
	struct fsbdev_backend *b = fsbdev_of(io->ops);
	int err = fsbdev_bio_error(b, bio);

	if (!err)
		err = fsbdev_check_crc(b, io->page, r->crc);
	fsbdev_end(io, err);
}

/*
 * Charge the request to the root cgroup: an I/O limit of the task would delay
 * all tasks that wait for the page.
 */
static int fsbdev_submit(struct frontswap_io *io, blk_opf_t opf, u32 block,
			 bio_end_io_t *end)
{
	struct fsbdev_request *r = frontswap_io_priv(io);
	struct fsbdev_backend *b = fsbdev_of(io->ops);

	bio_init(&r->bio, b->bdev, &r->vec, 1, opf | REQ_SWAP);
	bio_associate_blkg_from_css(&r->bio, blkcg_root_css);
	r->bio.bi_iter.bi_sector = (sector_t)block << PAGE_SECTORS_SHIFT;
	r->bio.bi_private = io;
	r->bio.bi_end_io = end;
	__bio_add_page(&r->bio, io->page, PAGE_SIZE, 0);
	submit_bio(&r->bio);
	return -EINPROGRESS;
}

/* Writeback throttling would let reclaim wait for the other machine. */
#define FSBDEV_WRITE	(REQ_OP_WRITE | FSBDEV_FAILFAST | REQ_SYNC | REQ_IDLE)

/**
 * fsbdev_claim() - get a block for a page
 * @b: The backend.
 * @type: Swap type.
 * @offset: Slot without a block.
 * @page: The page.
 * @block: On return, the block.
 *
 * Context: Any.
 * Return: 0; -EAGAIN if the device is not up; -ENOSPC; -ENOMEM.
 */
int fsbdev_claim(struct fsbdev_backend *b, unsigned int type, pgoff_t offset,
		 struct page *page, u32 *block)
{
	int ret = -EAGAIN;

	if (READ_ONCE(b->state) != FSBDEV_UP)
		return -EAGAIN;
	*block = fsbdev_block_get(&b->blocks);
	if (*block == FSBDEV_NO_BLOCK)
		return -ENOSPC;
	/* Pairs with fsbdev_suspect(): no new tag is written over this page. */
	smp_mb();
	if (READ_ONCE(b->state) == FSBDEV_UP)
		ret = fsbdev_index_set(&b->index[type], offset, *block,
				       fsbdev_page_crc(page));
	if (ret)
		fsbdev_block_put(&b->blocks, *block);
	return ret;
}

static int fsbdev_begin_store(struct frontswap_io *io)
{
	u32 block;
	int ret = fsbdev_claim(fsbdev_of(io->ops), io->type, io->offset,
			       io->page, &block);

	return ret ?: fsbdev_submit(io, FSBDEV_WRITE, block, fsbdev_end_store);
}

static int fsbdev_begin_load(struct frontswap_io *io)
{
	struct fsbdev_backend *b = fsbdev_of(io->ops);
	struct fsbdev_request *r = frontswap_io_priv(io);
	u32 block;

	block = fsbdev_index_get(&b->index[io->type], io->offset, &r->crc);
	if (WARN_ON_ONCE(block == FSBDEV_NO_BLOCK))
		return -EIO;
	return fsbdev_submit(io, b->ops.flags & FRONTSWAP_WRITE_THROUGH ?
			     REQ_OP_READ | FSBDEV_FAILFAST : REQ_OP_READ, block,
			     fsbdev_end_load);
}

static void fsbdev_invalidate_slots(const struct frontswap_ops *ops,
				    unsigned int type, pgoff_t offset,
				    unsigned int nr)
{
	struct fsbdev_backend *b = fsbdev_of(ops);

	for (; nr; nr--, offset++)
		fsbdev_drop(b, type, offset);
	fsbdev_discard_later(b);
}

/* The device may have been restarted while there was no page on it. */
static void fsbdev_attach_area(const struct frontswap_ops *ops,
			       unsigned int type, unsigned long nr_slots)
{
	struct fsbdev_backend *b = fsbdev_of(ops);

	if (b->was_detached)
		fsbdev_suspect(b);
	b->was_detached = false;
}

static void fsbdev_detach_area(const struct frontswap_ops *ops, unsigned int type)
{
	struct fsbdev_backend *b = fsbdev_of(ops);
	pgoff_t offsets[32], next = 0;
	unsigned int n, i;

	do {
		n = fsbdev_index_find(&b->index[type], &next, offsets,
				      ARRAY_SIZE(offsets));
		for (i = 0; i < n; i++)
			fsbdev_drop(b, type, offsets[i]);
		cond_resched();
	} while (n);
	b->was_detached = true;
	fsbdev_discard_later(b);
}

const struct frontswap_ops fsbdev_default_ops = {
	.begin_store = fsbdev_begin_store,
	.begin_load = fsbdev_begin_load,
	.invalidate_slots = fsbdev_invalidate_slots,
	.attach_area = fsbdev_attach_area,
	.detach_area = fsbdev_detach_area,
	.io_size = sizeof(struct fsbdev_request),
	.io_depth = 128,
	.deadline_ms = 5000,
	.flags = FRONTSWAP_WRITE_THROUGH | FRONTSWAP_LARGE_FOLIOS |
		 FRONTSWAP_NOT_IN_IMAGE | FRONTSWAP_DEMOTION_TARGET,
};
