/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixture of the KUnit suites of frontswap
 *
 * Each test has a registry of its own and up to three fake backends, A, B and
 * C, which log each call. The log is compared as text:
 *
 *	Ai0	A's init(0)			Ax0	A's invalidate_area(0)
 *	As0:5	A's store(0, 5)			Al0:5	A's load(0, 5)
 *	Ad0:5	A's invalidate_page(0, 5)
 */
#ifndef _MM_FRONTSWAP_TEST_H
#define _MM_FRONTSWAP_TEST_H

#include <kunit/test.h>

#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "frontswap_internal.h"

#define NR_FAKES	3
#define NR_TYPES	8
#define NR_SLOTS	16
#define TOO_MANY_SLOTS	ULONG_MAX

enum fake_completes { COMPLETES_NOTHING, SETS_UPTODATE, SETS_AND_UNLOCKS };

struct fake {
	struct frontswap_ops ops;
	u64 value[NR_TYPES][NR_SLOTS];	/* 0: no copy */
	bool rejects;
	int load_error;
	enum fake_completes completes;
	struct page *loaded;		/* page of the last load() */
	void (*in_init)(unsigned int type);
	void (*in_store)(unsigned int type, pgoff_t offset);
	void (*in_invalidate)(unsigned int type, pgoff_t offset);
	bool key_was_off;
};

struct frontswap_test {
	struct kunit *test;
	struct frontswap_registry reg;
	struct fake fake[NR_FAKES];
	char log[512];
	size_t len;
	u64 last_value;
	int drain_error, drain_moves;
	int on_device;
	int slots_read, read_slot_error;
	bool was_dirty;
};

/* Callbacks have no context argument, and only one test runs at a time. */
static struct frontswap_test *ctx;
static DEFINE_STATIC_KEY_FALSE(test_key);

static inline void note(int who, char what, unsigned int type, pgoff_t offset)
{
	const char *sep = ctx->len ? " " : "";

	ctx->len += scnprintf(ctx->log + ctx->len, sizeof(ctx->log) - ctx->len,
			     strchr("ix", what) ? "%s%c%c%u" : "%s%c%c%u:%lu",
			     sep, 'A' + who, what, type, offset);
}

static inline void fake_init(int who, unsigned int type)
{
	struct fake *f = &ctx->fake[who];

	note(who, 'i', type, 0);
	if (!static_key_enabled(&test_key))
		f->key_was_off = true;
	if (f->in_init)
		f->in_init(type);
}

static inline int fake_store(int who, unsigned int type, pgoff_t offset,
			     struct page *page)
{
	struct fake *f = &ctx->fake[who];
	u64 *from;

	note(who, 's', type, offset);
	if (!static_key_enabled(&test_key))
		f->key_was_off = true;
	if (f->in_store)
		f->in_store(type, offset);
	if (f->rejects)
		return -ENOSPC;
	from = kmap_local_page(page);
	f->value[type][offset] = *from;
	kunmap_local(from);
	return 0;
}

static inline int fake_load(int who, unsigned int type, pgoff_t offset,
			    struct page *page)
{
	struct fake *f = &ctx->fake[who];
	u64 *to;

	note(who, 'l', type, offset);
	f->loaded = page;
	to = kmap_local_page(page);
	*to = f->value[type][offset];
	kunmap_local(to);
	if (f->completes != COMPLETES_NOTHING)
		SetPageUptodate(page);
	if (f->completes == SETS_AND_UNLOCKS)
		unlock_page(page);
	return f->load_error;
}

static inline void fake_invalidate_page(int who, unsigned int type,
					pgoff_t offset)
{
	struct fake *f = &ctx->fake[who];

	note(who, 'd', type, offset);
	f->value[type][offset] = 0;
	if (f->in_invalidate)
		f->in_invalidate(type, offset);
}

static inline void fake_invalidate_area(int who, unsigned int type)
{
	note(who, 'x', type, 0);
	if (!static_key_enabled(&test_key))
		ctx->fake[who].key_was_off = true;
	memset(ctx->fake[who].value[type], 0, sizeof(ctx->fake[who].value[type]));
}

#define FAKE(who)							\
static void init_##who(unsigned int t) { fake_init(who, t); }		\
static int store_##who(unsigned int t, pgoff_t o, struct page *p)	\
{ return fake_store(who, t, o, p); }					\
static int load_##who(unsigned int t, pgoff_t o, struct page *p)	\
{ return fake_load(who, t, o, p); }					\
static void page_##who(unsigned int t, pgoff_t o)			\
{ fake_invalidate_page(who, t, o); }					\
static void area_##who(unsigned int t) { fake_invalidate_area(who, t); }

#define FAKE_OPS(who, _name) {						\
	.init = init_##who, .store = store_##who, .load = load_##who,	\
	.invalidate_page = page_##who, .invalidate_area = area_##who,	\
	.name = _name, .flags = FRONTSWAP_DIRECT_LOAD,			\
}

FAKE(0)
FAKE(1)
FAKE(2)

static const struct frontswap_ops fake_ops[NR_FAKES] = {
	FAKE_OPS(0, "A"), FAKE_OPS(1, "B"), FAKE_OPS(2, "C"),
};

/* Calls of the swap code */

static inline struct page *new_page(unsigned int type, pgoff_t offset)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(ctx->test, page);
	__SetPageLocked(page);
	set_page_private(page, swp_entry(type, offset).val);
	return page;
}

static inline void free_locked_page(struct page *page)
{
	set_page_private(page, 0);
	__ClearPageLocked(page);
	ClearPageUptodate(page);
	__free_page(page);
}

static inline int swapon(unsigned int type)
{
	return frontswap_registry_swapon(&ctx->reg, type, NR_SLOTS);
}

static inline void swapoff(unsigned int type)
{
	frontswap_registry_swapoff(&ctx->reg, type);
}

static inline int reg(int who)
{
	return frontswap_registry_register(&ctx->reg, &ctx->fake[who].ops);
}

static inline int unreg(int who)
{
	return frontswap_registry_unregister(&ctx->reg, &ctx->fake[who].ops);
}

/* Store a page with a unique value. */
static inline int store(unsigned int type, pgoff_t offset)
{
	struct page *page = new_page(type, offset);
	u64 *value = kmap_local_page(page);
	int ret;

	*value = ++ctx->last_value;
	kunmap_local(value);
	ret = frontswap_registry_store(&ctx->reg, page);
	KUNIT_EXPECT_TRUE(ctx->test, PageLocked(page));
	free_locked_page(page);
	return ret;
}

/* A page as most faults read it: in the swap cache. */
static inline struct page *new_cached_page(unsigned int type, pgoff_t offset)
{
	struct page *page = new_page(type, offset);

	folio_set_swapbacked(page_folio(page));
	folio_set_swapcache(page_folio(page));
	return page;
}

/* The page state must match the return value: see frontswap_load(). */
static inline int load_page(struct page *page, u64 *got)
{
	int ret = frontswap_registry_load(&ctx->reg, page);
	u64 *value = kmap_local_page(page);

	KUNIT_EXPECT_EQ(ctx->test, PageUptodate(page), ret == 0);
	KUNIT_EXPECT_EQ(ctx->test, PageLocked(page), ret == -ENOENT);
	KUNIT_EXPECT_EQ(ctx->test, page_count(page), 1);
	*got = *value;
	kunmap_local(value);
	ctx->was_dirty = PageDirty(page);
	ClearPageDirty(page);
	folio_clear_swapcache(page_folio(page));
	folio_clear_swapbacked(page_folio(page));
	free_locked_page(page);
	return ret;
}

static inline int load(unsigned int type, pgoff_t offset, u64 *got)
{
	return load_page(new_page(type, offset), got);
}

static inline int load_cached(unsigned int type, pgoff_t offset, u64 *got)
{
	return load_page(new_cached_page(type, offset), got);
}

/* Large folios */

#define LARGE_SLOT	4
#define LARGE_ORDER	2
#define LARGE_NR	BIT(LARGE_ORDER)

static inline struct page *new_large(struct kunit *test)
{
	struct page *page;
	unsigned int i;
	u64 *value;

	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		return NULL;
	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO, LARGE_ORDER);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__SetPageLocked(page);
	set_page_private(page, swp_entry(0, LARGE_SLOT).val);
	for (i = 0; i < LARGE_NR; i++) {
		value = kmap_local_page(nth_page(page, i));
		*value = 100 + i;
		kunmap_local(value);
	}
	return page;
}

static inline void free_large(struct page *page)
{
	set_page_private(page, 0);
	ClearPageUptodate(page);
	if (PageLocked(page))
		unlock_page(page);
	__free_pages(page, LARGE_ORDER);
}

static inline int store_large(struct kunit *test)
{
	struct page *page = new_large(test);
	int ret = frontswap_registry_store(&ctx->reg, page);

	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	free_large(page);
	return ret;
}

static inline u64 part_of(struct page *page, unsigned int i)
{
	u64 *value = kmap_local_page(nth_page(page, i)), ret = *value;

	kunmap_local(value);
	return ret;
}

static inline int load_large(struct kunit *test, u64 *got)
{
	struct page *page = new_large(test);
	unsigned int i;
	int ret;

	for (i = 0; i < LARGE_NR; i++)
		clear_highpage(nth_page(page, i));
	ret = frontswap_registry_load(&ctx->reg, page);
	KUNIT_EXPECT_EQ(test, PageUptodate(page), ret == 0);
	KUNIT_EXPECT_EQ(test, PageLocked(page), ret == -ENOENT);
	for (i = 0; i < LARGE_NR; i++)
		got[i] = part_of(page, i);
	free_large(page);
	return ret;
}

#define NEED_LARGE(test)						\
do {									\
	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))			\
		kunit_skip(test, "needs CONFIG_TRANSPARENT_HUGEPAGE");	\
} while (0)

static inline void invalidate(unsigned int type, pgoff_t offset)
{
	frontswap_registry_invalidate_page(&ctx->reg, type, offset);
}

static inline struct frontswap_backend *backend(int who)
{
	struct frontswap_backend *b;

	list_for_each_entry(b, &ctx->reg.backends, node)
		if (b->user_ops == &ctx->fake[who].ops)
			return b;
	return NULL;
}

static inline int enable(int who)
{
	struct frontswap_backend *b = backend(who);
	int ret;

	if (!b)
		return -ENOENT;
	mutex_lock(&b->state_mutex);
	ret = frontswap_enable(b);
	mutex_unlock(&b->state_mutex);
	return ret;
}

static inline int disable(int who)
{
	struct frontswap_backend *b = backend(who);
	int ret;

	if (!b)
		return -ENOENT;
	mutex_lock(&b->state_mutex);
	ret = frontswap_disable(b);
	mutex_unlock(&b->state_mutex);
	return ret;
}

/* Move one slot as a drain does, without a swap device. */
static inline int fake_move(struct frontswap_map *map, unsigned int type,
			    unsigned long bit, enum frontswap_target target)
{
	struct page *page = new_page(type, bit);
	int ret;

	ret = frontswap_read_copy(map, type, bit, page);
	if (!ret && frontswap_migrate_copy(&ctx->reg, map, target, type, bit,
					   page, FRONTSWAP_STORE_ANY))
		ctx->on_device++;
	if (!ret || ret == -ENOENT)
		frontswap_invalidate_copy(map, type, bit);
	free_locked_page(page);
	return ret == -ENOENT ? 0 : ret;
}

/* Fail with drain_error after drain_moves pages. */
static inline int fake_drain(struct frontswap_backend *b)
{
	struct frontswap_map *map;
	unsigned int type;
	unsigned long bit;
	int ret;

	for (type = 0; type < NR_TYPES; type++) {
		map = b->map[type];
		if (!map)
			continue;
		for_each_set_bit(bit, map->bits, map->nr_slots) {
			if (ctx->drain_error && ctx->drain_moves-- <= 0)
				return ctx->drain_error;
			ret = fake_move(map, type, bit, FRONTSWAP_TO_ANY);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static inline int fake_evict(struct frontswap_backend *b, unsigned int type,
			     const pgoff_t *offsets, unsigned int nr,
			     enum frontswap_target target)
{
	int moved = 0;

	for (; nr; nr--, offsets++)
		if (b->map[type] && test_bit(*offsets, b->map[type]->bits) &&
		    !fake_move(b->map[type], type, *offsets, target))
			moved++;
	return moved;
}

static inline int demote(int who, unsigned int type, pgoff_t offset)
{
	return frontswap_registry_evict(&ctx->reg, &ctx->fake[who].ops, type,
					&offset, 1, FRONTSWAP_TO_TIER);
}

static inline int evict(int who, unsigned int type, pgoff_t offset)
{
	return frontswap_registry_evict(&ctx->reg, &ctx->fake[who].ops, type,
					&offset, 1, FRONTSWAP_TO_DEVICE);
}

/* Clears the log: each expectation covers the calls since the previous one. */
#define EXPECT_CALLS(expected) do {					\
	ctx->log[ctx->len] = '\0';					\
	KUNIT_EXPECT_STREQ(ctx->test, ctx->log, expected);		\
	ctx->len = 0;							\
} while (0)

#define EXPECT_LOAD(type, offset, expected) do {			\
	u64 got_;							\
	KUNIT_EXPECT_EQ(ctx->test, load(type, offset, &got_), 0);	\
	KUNIT_EXPECT_EQ(ctx->test, got_, (u64)(expected));		\
} while (0)

#define EXPECT_NO_LOAD(type, offset, error) do {			\
	u64 got_;							\
	KUNIT_EXPECT_EQ(ctx->test, load(type, offset, &got_), error);	\
} while (0)

static inline int fake_read_slot(swp_entry_t entry, struct page *page)
{
	u64 *value = kmap_local_page(page);

	*value = 1000 + swp_offset(entry);
	kunmap_local(value);
	ctx->slots_read++;
	return ctx->read_slot_error;
}

static inline bool fake_mark_dirty(struct folio *folio)
{
	return !folio_test_set_dirty(folio);
}

static inline int frontswap_test_init(struct kunit *test)
{
	static struct lock_class_key backends_key, areas_key;
	int i;

	ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	test->priv = ctx;
	ctx->test = test;
	INIT_LIST_HEAD(&ctx->reg.backends);
	__mutex_init(&ctx->reg.backends_mutex, "test.backends_mutex", &backends_key);
	__mutex_init(&ctx->reg.areas_mutex, "test.areas_mutex", &areas_key);
	init_rwsem(&ctx->reg.asking);
	ctx->reg.key = &test_key;
	ctx->reg.evict = fake_evict;
	ctx->reg.read_slot = fake_read_slot;
	ctx->reg.mark_dirty = fake_mark_dirty;
	ctx->reg.failed_stores = alloc_percpu(unsigned long);
	KUNIT_ASSERT_TRUE(test, !!ctx->reg.failed_stores);
	for (i = 0; i < NR_FAKES; i++)
		ctx->fake[i].ops = fake_ops[i];
	return 0;
}

/* After any test, swapoff and unregister must succeed and leave nothing. */
static inline void frontswap_test_exit(struct kunit *test)
{
	unsigned int type;
	int i;

	if (!ctx || !ctx->reg.failed_stores)
		return;
	for (type = 0; type < MAX_SWAPFILES; type++)
		if (test_bit(type, ctx->reg.need_init))
			swapoff(type);
	for (i = 0; i < NR_FAKES; i++) {
		if (backend(i))
			KUNIT_EXPECT_EQ(test, unreg(i), 0);
		KUNIT_EXPECT_FALSE(test, ctx->fake[i].key_was_off);
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&ctx->reg.backends));
	for (type = 0; type < FRONTSWAP_TYPES; type++)
		KUNIT_EXPECT_PTR_EQ(test,
				    rcu_access_pointer(ctx->reg.maps[type]),
				    NULL);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	free_percpu(ctx->reg.failed_stores);
	ctx = NULL;
}

#endif /* _MM_FRONTSWAP_TEST_H */
