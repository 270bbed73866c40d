/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel interfaces that differ between the versions that frontswap supports.
 * Each kernel version has its own copy of this file.
 */
#ifndef _MM_FRONTSWAP_COMPAT_H
#define _MM_FRONTSWAP_COMPAT_H

#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "swap.h"

/* Swap-in reads single pages only. */
#define FRONTSWAP_LARGE_SWAPIN	false

/* The swap entry of a page in the swap cache, which may be a tail page. */
static inline swp_entry_t frontswap_page_entry(struct page *page)
{
	return (swp_entry_t){ .val = page_private(page) };
}

static inline struct page *frontswap_find_page(swp_entry_t entry)
{
	return find_get_page(swap_address_space(entry), swp_offset(entry));
}

/* Pin a slot as a fault that bypasses the swap cache does. */
static inline int frontswap_pin_slot(swp_entry_t entry)
{
	return swapcache_prepare(entry);
}

static inline void frontswap_unpin_slot(struct swap_info_struct *si,
					swp_entry_t entry)
{
	swapcache_clear(si, entry);
}

/* Register a shrinker like @template; an error pointer on failure. */
static inline struct shrinker *
frontswap_shrinker_add(const struct shrinker *template, const char *name)
{
	struct shrinker *s = kmemdup(template, sizeof(*template), GFP_KERNEL);
	int ret;

	if (!s)
		return ERR_PTR(-ENOMEM);
	ret = register_shrinker(s, "%s", name);
	if (!ret)
		return s;
	kfree(s);
	return ERR_PTR(ret);
}

static inline void frontswap_shrinker_remove(struct shrinker *s)
{
	unregister_shrinker(s);
	kfree(s);
}

#ifdef CONFIG_MEMCG_KMEM
#define FRONTSWAP_HAS_OBJCG
#endif

/* memory.zswap.writeback does not exist. */
static inline bool frontswap_memcg_may_writeback(struct mem_cgroup *memcg)
{
	return true;
}

/* Return the page's objcg with a reference, or NULL. */
static inline struct obj_cgroup *frontswap_page_objcg(struct page *page)
{
	return get_obj_cgroup_from_page(page);
}

#endif /* _MM_FRONTSWAP_COMPAT_H */
