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
#include <linux/swap.h>
#include <linux/swapops.h>

#include "swap.h"

/* A fault that bypasses the swap cache may read a large folio. */
#define FRONTSWAP_LARGE_SWAPIN	true

/* The swap entry of a page in the swap cache, which may be a tail page. */
static inline swp_entry_t frontswap_page_entry(struct page *page)
{
	return page_swap_entry(page);
}

static inline struct page *frontswap_find_page(swp_entry_t entry)
{
	return find_get_page(swap_address_space(entry),
			     swap_cache_index(entry));
}

/* Pin a slot as a fault that bypasses the swap cache does. */
static inline int frontswap_pin_slot(swp_entry_t entry)
{
	return swapcache_prepare(entry, 1);
}

static inline void frontswap_unpin_slot(struct swap_info_struct *si,
					swp_entry_t entry)
{
	swapcache_clear(si, entry, 1);
}

/* Register a shrinker like @template; an error pointer on failure. */
static inline struct shrinker *
frontswap_shrinker_add(const struct shrinker *template, const char *name)
{
	struct shrinker *s = shrinker_alloc(0, "%s", name);

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->count_objects = template->count_objects;
	s->scan_objects = template->scan_objects;
	s->seeks = template->seeks;
	s->batch = template->batch;
	shrinker_register(s);
	return s;
}

static inline void frontswap_shrinker_remove(struct shrinker *s)
{
	shrinker_free(s);
}

#ifdef CONFIG_MEMCG
#define FRONTSWAP_HAS_OBJCG
#endif

/*
 * Return false if memory.zswap.writeback forbids writing pages of the group to
 * a device. The caller is in an RCU read section.
 */
static inline bool frontswap_memcg_may_writeback(struct mem_cgroup *memcg)
{
	return mem_cgroup_zswap_writeback_enabled(memcg);
}

/* Return the page's objcg with a reference, or NULL. */
static inline struct obj_cgroup *frontswap_page_objcg(struct page *page)
{
	return get_obj_cgroup_from_folio(page_folio(page));
}

#endif /* _MM_FRONTSWAP_COMPAT_H */
