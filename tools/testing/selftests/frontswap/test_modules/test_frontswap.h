/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _TEST_FRONTSWAP_H
#define _TEST_FRONTSWAP_H

#include <linux/mm_types.h>
#include <linux/types.h>

int test_frontswap_load(unsigned int type, pgoff_t offset, struct page *page);

#endif
