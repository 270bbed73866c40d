/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frontswap_bdev: shared by mm/frontswap/bdev*.c
 */
#ifndef _FRONTSWAP_BDEV_H
#define _FRONTSWAP_BDEV_H

#include <linux/atomic.h>
#include <linux/blkdev.h>
#include <linux/frontswap.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include "bdev_blocks.h"

/* Where a failure loses nothing, let the transport fail soon. */
#define FSBDEV_FAILFAST	(REQ_FAILFAST_TRANSPORT | REQ_FAILFAST_DRIVER)

/**
 * enum fsbdev_state - what is known of the device
 * @FSBDEV_UP: No error since the last check of the tag.
 * @FSBDEV_CHECKING: After an error: no stores until the tag is read.
 * @FSBDEV_LOST: The tag is another: no stores. Pages are still read, as the
 *	checksum is right for each page that is not lost.
 */
enum fsbdev_state {
	FSBDEV_UP,
	FSBDEV_CHECKING,
	FSBDEV_LOST,
};

/**
 * struct fsbdev_backend - a device and the backend on the device
 * @ops: The backend, as registered.
 * @name: Name of the backend.
 * @list: Entry in the list of all backends.
 * @kobj: Directory in sysfs.
 * @handle: The open device, see bdev_compat.h.
 * @bdev: The device.
 * @dax: The device as memory; NULL if pages are written and read by requests.
 * @dax_first: Offset of the first block of @bdev in @dax.
 * @blocks: Its blocks.
 * @index: Slots to blocks, per swap type.
 * @state: enum fsbdev_state.
 * @discard: Discard freed blocks.
 * @was_detached: An area was detached since the tag was read.
 * @tag: Identity of this attachment, in block 0.
 * @tag_page: For reading and writing block 0.
 * @check_work: Compares block 0 with @tag.
 * @discard_work: Discards freed blocks.
 * @shrink_work: Evicts pages above the limit.
 * @shrink_type: Where the shrink work continues.
 * @shrink_offset: Where the shrink work continues.
 * @shrink_to: Number of pages once the last pass is reported.
 * @io_errors: Number of failed requests.
 * @crc_errors: Number of loads with wrong bytes.
 * @discarded: Number of blocks discarded.
 */
struct fsbdev_backend {
	struct frontswap_ops ops;
	char name[MODULE_NAME_LEN];
	struct list_head list;
	struct kobject kobj;
	void *handle;
	struct block_device *bdev;
	struct dax_device *dax;
	pgoff_t dax_first;
	struct fsbdev_blocks blocks;
	struct xarray index[MAX_SWAPFILES];
	int state;
	bool discard;
	bool was_detached;
	uuid_t tag;
	struct page *tag_page;
	struct delayed_work check_work;
	struct delayed_work discard_work;
	struct delayed_work shrink_work;
	unsigned int shrink_type;
	pgoff_t shrink_offset;
	u32 shrink_to;
	atomic_long_t io_errors;
	atomic_long_t crc_errors;
	atomic_long_t discarded;
};

static inline struct fsbdev_backend *fsbdev_of(const struct frontswap_ops *ops)
{
	return container_of(ops, struct fsbdev_backend, ops);
}

/* bdev.c */
extern const struct frontswap_ops fsbdev_default_ops;
int fsbdev_claim(struct fsbdev_backend *b, unsigned int type, pgoff_t offset,
		 struct page *page, u32 *block);
void fsbdev_drop(struct fsbdev_backend *b, unsigned int type, pgoff_t offset);
int fsbdev_check_crc(struct fsbdev_backend *b, struct page *page, u32 crc);

/* bdev_dax.c */
#ifdef CONFIG_FS_DAX
void fsbdev_dax_open(struct fsbdev_backend *b);
void fsbdev_dax_close(struct fsbdev_backend *b);
#else
static inline void fsbdev_dax_open(struct fsbdev_backend *b)
{
}

static inline void fsbdev_dax_close(struct fsbdev_backend *b)
{
}
#endif

/* bdev_work.c */
extern struct workqueue_struct *fsbdev_wq;
void fsbdev_work_init(struct fsbdev_backend *b);
void fsbdev_work_stop(struct fsbdev_backend *b);
void fsbdev_suspect(struct fsbdev_backend *b);
void fsbdev_error(struct fsbdev_backend *b, atomic_long_t *count);
int fsbdev_write_tag(struct fsbdev_backend *b);
void fsbdev_discard_later(struct fsbdev_backend *b);
void fsbdev_set_limit(struct fsbdev_backend *b, u32 limit);

/* bdev_sysfs.c */
extern const struct kobj_type fsbdev_ktype;

/* bdev_main.c */
int fsbdev_add(char *options);
int fsbdev_remove(const char *name);

#endif /* _FRONTSWAP_BDEV_H */
