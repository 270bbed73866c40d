// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_bdev: checks of the tag, discards of freed blocks, lower limits
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include "bdev.h"

#define CHECK_INTERVAL	HZ
#define LOST_INTERVAL	(5 * HZ)
#define DISCARD_DELAY	HZ
#define DISCARD_BYTES	SZ_64M		/* in each DISCARD_DELAY */
#define SHRINK_DELAY	(2 * HZ)	/* freed slots are reported once per second */
#define SHRINK_BATCH	32
#define RECOVER_DELAY	(10 * HZ)	/* longer than a late request takes */

struct workqueue_struct *fsbdev_wq;

/* The tag */

struct fsbdev_tag {
	char magic[16];
	uuid_t id;
};

static const char fsbdev_magic[16] = "frontswap_bdev";

static int fsbdev_tag_io(struct fsbdev_backend *b, blk_opf_t opf)
{
	struct bio_vec vec;
	struct bio bio;

	bio_init(&bio, b->bdev, &vec, 1, opf | REQ_SYNC | FSBDEV_FAILFAST);
	__bio_add_page(&bio, b->tag_page, PAGE_SIZE, 0);
	return submit_bio_wait(&bio);
}

/**
 * fsbdev_write_tag() - write a new tag
 * @b: The backend, without pages on the device.
 *
 * Context: Process context, may sleep.
 * Return: 0 or the error of the write.
 */
int fsbdev_write_tag(struct fsbdev_backend *b)
{
	struct fsbdev_tag *tag = page_address(b->tag_page);
	uuid_t id;
	int ret;

	uuid_gen(&id);
	memset(tag, 0, PAGE_SIZE);
	memcpy(tag->magic, fsbdev_magic, sizeof(tag->magic));
	tag->id = id;
	ret = fsbdev_tag_io(b, REQ_OP_WRITE);
	if (!ret)
		b->tag = id;
	return ret;
}

static bool fsbdev_has_tag(struct fsbdev_backend *b)
{
	struct fsbdev_tag *tag = page_address(b->tag_page);

	return !memcmp(tag->magic, fsbdev_magic, sizeof(tag->magic)) &&
	       uuid_equal(&tag->id, &b->tag);
}

static long fsbdev_errors(struct fsbdev_backend *b)
{
	return atomic_long_read(&b->io_errors) +
	       atomic_long_read(&b->crc_errors);
}

/* @errors: number of errors when the check began. */
static void fsbdev_is_up(struct fsbdev_backend *b, long errors)
{
	int old = xchg(&b->state, FSBDEV_UP);

	if (old == FSBDEV_LOST)
		pr_info("%s: %pg is in use again\n", b->name, b->bdev);
	/* In memory no request is late, and an error remains. */
	if (b->dax)
		return;
	/* No error since the last check, nor during this one. */
	if (old == FSBDEV_UP && fsbdev_errors(b) == errors)
		fsbdev_blocks_recover(&b->blocks);
	if (READ_ONCE(b->blocks.nr_failed))
		queue_delayed_work(fsbdev_wq, &b->check_work, RECOVER_DELAY);
	fsbdev_discard_later(b);
}

/* The device answers. Without pages on the device, a new tag is as good. */
static void fsbdev_answers(struct fsbdev_backend *b, long errors)
{
	int old = READ_ONCE(b->state);

	if (fsbdev_has_tag(b) ||
	    (!READ_ONCE(b->blocks.nr_pages) && !fsbdev_write_tag(b))) {
		fsbdev_is_up(b, errors);
		return;
	}
	WRITE_ONCE(b->state, FSBDEV_LOST);
	if (old != FSBDEV_LOST)
		pr_err("%s: %pg has lost its memory: another tag in block 0\n",
		       b->name, b->bdev);
	queue_delayed_work(fsbdev_wq, &b->check_work, LOST_INTERVAL);
}

static void fsbdev_check(struct work_struct *work)
{
	struct fsbdev_backend *b =
		container_of(work, struct fsbdev_backend, check_work.work);
	long errors = fsbdev_errors(b);

	if (fsbdev_tag_io(b, REQ_OP_READ)) {
		queue_delayed_work(fsbdev_wq, &b->check_work, CHECK_INTERVAL);
		return;
	}
	fsbdev_answers(b, errors);
	/* fsbdev_suspect() has done nothing for errors during the check. */
	if (fsbdev_errors(b) != errors)
		fsbdev_suspect(b);
}

/**
 * fsbdev_suspect() - the device may have lost its memory: check the tag
 * @b: The backend.
 *
 * A server that was restarted answers again, without the pages.
 *
 * Context: Any.
 */
void fsbdev_suspect(struct fsbdev_backend *b)
{
	if (cmpxchg(&b->state, FSBDEV_UP, FSBDEV_CHECKING) == FSBDEV_UP)
		mod_delayed_work(fsbdev_wq, &b->check_work, 0);
}

/**
 * fsbdev_error() - count an error, and check the tag
 * @b: The backend.
 * @count: Counter of @b.
 *
 * Context: Any.
 */
void fsbdev_error(struct fsbdev_backend *b, atomic_long_t *count)
{
	atomic_long_inc(count);
	fsbdev_suspect(b);
}

/* Discards */

static u32 fsbdev_discard_run(struct fsbdev_backend *b, u32 first, u32 nr)
{
	int err = blkdev_issue_discard(b->bdev,
				       (sector_t)first << PAGE_SECTORS_SHIFT,
				       (sector_t)nr << PAGE_SECTORS_SHIFT,
				       GFP_NOIO);
	bool failed = err && err != -EOPNOTSUPP;

	fsbdev_blocks_end_discard(&b->blocks, first, nr, failed);
	if (failed)
		fsbdev_error(b, &b->io_errors);
	else if (!err)
		atomic_long_add(nr, &b->discarded);
	return nr;
}

static void fsbdev_discard(struct work_struct *work)
{
	struct fsbdev_backend *b =
		container_of(work, struct fsbdev_backend, discard_work.work);
	u32 budget = DISCARD_BYTES >> PAGE_SHIFT, first = 1, nr;

	while (budget && first < b->blocks.nr &&
	       READ_ONCE(b->state) == FSBDEV_UP) {
		nr = fsbdev_blocks_begin_discard(&b->blocks, &first, budget);
		if (nr)
			budget -= fsbdev_discard_run(b, first, nr);
		first += nr;
		cond_resched();
	}
	if (!budget)
		fsbdev_discard_later(b);
}

/**
 * fsbdev_discard_later() - discard freed blocks soon
 * @b: The backend.
 *
 * Context: Any.
 */
void fsbdev_discard_later(struct fsbdev_backend *b)
{
	if (b->discard && bdev_max_discard_sectors(b->bdev))
		queue_delayed_work(fsbdev_wq, &b->discard_work, DISCARD_DELAY);
}

/* A lower limit */

/* Returns the number of pages moved, or an error. */
static long fsbdev_shrink_type(struct fsbdev_backend *b, unsigned long nr)
{
	pgoff_t offsets[SHRINK_BATCH];
	unsigned long moved = 0;
	unsigned int n;
	int ret;

	do {
		n = fsbdev_index_find(&b->index[b->shrink_type],
				      &b->shrink_offset, offsets, SHRINK_BATCH);
		if (!n)
			break;
		ret = frontswap_evict(&b->ops, b->shrink_type, offsets, n);
		if (ret < 0)
			return ret;
		moved += ret;
		cond_resched();
	} while (n == SHRINK_BATCH && moved < nr);
	if (n < SHRINK_BATCH) {
		b->shrink_type = (b->shrink_type + 1) % MAX_SWAPFILES;
		b->shrink_offset = 0;
	}
	return moved;
}

static u32 fsbdev_excess(struct fsbdev_backend *b)
{
	u32 nr = READ_ONCE(b->blocks.nr_pages);
	u32 limit = READ_ONCE(b->blocks.limit);

	return nr > limit ? nr - limit : 0;
}

/*
 * Blocks are counted until the core has reported their slots, so wait for these
 * reports before the next pass. When the backend is detached, the drain moves
 * the pages.
 */
static void fsbdev_shrink(struct work_struct *work)
{
	struct fsbdev_backend *b =
		container_of(work, struct fsbdev_backend, shrink_work.work);
	unsigned long excess = fsbdev_excess(b), moved = 0;
	u32 nr = READ_ONCE(b->blocks.nr_pages);
	unsigned int i;
	long ret;

	if (READ_ONCE(b->state) != FSBDEV_UP)
		goto later;
	if (nr > b->shrink_to) {
		/* Reports are not late by two delays: the pages are new. */
		b->shrink_to = U32_MAX;
		goto later;
	}
	for (i = 0; i <= MAX_SWAPFILES && moved < excess; i++) {
		ret = fsbdev_shrink_type(b, excess - moved);
		if (ret < 0)
			break;
		moved += ret;
	}
	b->shrink_to = nr - min_t(unsigned long, moved, nr);
later:
	if (excess)
		queue_delayed_work(fsbdev_wq, &b->shrink_work, SHRINK_DELAY);
}

/**
 * fsbdev_set_limit() - change the number of pages that the device may hold
 * @b: The backend.
 * @limit: Number of pages. Pages above a lower limit are written to the swap
 *	device, in the background.
 *
 * Context: Any.
 */
void fsbdev_set_limit(struct fsbdev_backend *b, u32 limit)
{
	WRITE_ONCE(b->blocks.limit, min(limit, b->blocks.nr - 1));
	if (fsbdev_excess(b))
		mod_delayed_work(fsbdev_wq, &b->shrink_work, 0);
}

void fsbdev_work_init(struct fsbdev_backend *b)
{
	INIT_DELAYED_WORK(&b->check_work, fsbdev_check);
	INIT_DELAYED_WORK(&b->discard_work, fsbdev_discard);
	INIT_DELAYED_WORK(&b->shrink_work, fsbdev_shrink);
}

/* A failed discard queues a check, and a check queues discards. */
void fsbdev_work_stop(struct fsbdev_backend *b)
{
	cancel_delayed_work_sync(&b->shrink_work);
	do {
		cancel_delayed_work_sync(&b->check_work);
		cancel_delayed_work_sync(&b->discard_work);
	} while (delayed_work_pending(&b->check_work) ||
		 delayed_work_pending(&b->discard_work));
}
