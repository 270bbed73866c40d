/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FRONTSWAP_FAULTY_H
#define _FRONTSWAP_FAULTY_H

#include <linux/mm_types.h>
#include <linux/types.h>

int frontswap_faulty_load(unsigned int type, pgoff_t offset, struct page *page);

#endif
