/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces of the block layer that differ between kernel versions. Each kernel
 * version has its own copy of this file.
 */
#ifndef _FRONTSWAP_BDEV_COMPAT_H
#define _FRONTSWAP_BDEV_COMPAT_H

#include <linux/blkdev.h>

static inline void *fsbdev_open(const char *path, void *holder)
{
	return bdev_file_open_by_path(path, BLK_OPEN_READ | BLK_OPEN_WRITE,
				      holder, NULL);
}

static inline struct block_device *fsbdev_of_handle(void *handle)
{
	return file_bdev(handle);
}

static inline void fsbdev_close(void *handle)
{
	bdev_fput(handle);
}

#endif /* _FRONTSWAP_BDEV_COMPAT_H */
