/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces of the block layer that differ between kernel versions. Each kernel
 * version has its own copy of this file.
 */
#ifndef _FRONTSWAP_BDEV_COMPAT_H
#define _FRONTSWAP_BDEV_COMPAT_H

#include <linux/blkdev.h>

#define FSBDEV_MODE	(FMODE_READ | FMODE_WRITE | FMODE_EXCL)

static inline void *fsbdev_open(const char *path, void *holder)
{
	return blkdev_get_by_path(path, FSBDEV_MODE, holder);
}

static inline struct block_device *fsbdev_of_handle(void *handle)
{
	return handle;
}

static inline void fsbdev_close(void *handle)
{
	blkdev_put(handle, FSBDEV_MODE);
}

#endif /* _FRONTSWAP_BDEV_COMPAT_H */
