// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of frontswap
 *
 * Every test has a registry of its own and up to three fake backends, A, B and C,
 * which write down each call they get. What happened is compared as text:
 *
 *	Ai0	A's init(0)			Ax0	A's invalidate_area(0)
 *	As0:5	A's store(0, 5)			Al0:5	A's load(0, 5)
 *	Ad0:5	A's invalidate_page(0, 5)
 */
#include <kunit/test.h>

#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
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
	bool refuses;
	int load_error;
	enum fake_completes completes;
	struct page *loaded;		/* what the last load() was given */
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

/* Callbacks have no context: one test at a time has the fakes. */
static struct frontswap_test *ft;
static DEFINE_STATIC_KEY_FALSE(test_key);

static void note(int who, char what, unsigned int type, pgoff_t offset)
{
	const char *sep = ft->len ? " " : "";

	ft->len += scnprintf(ft->log + ft->len, sizeof(ft->log) - ft->len,
			     strchr("ix", what) ? "%s%c%c%u" : "%s%c%c%u:%lu",
			     sep, 'A' + who, what, type, offset);
}

static void fake_init(int who, unsigned int type)
{
	struct fake *f = &ft->fake[who];

	note(who, 'i', type, 0);
	if (!static_key_enabled(&test_key))
		f->key_was_off = true;
	if (f->in_init)
		f->in_init(type);
}

static int fake_store(int who, unsigned int type, pgoff_t offset,
		      struct page *page)
{
	struct fake *f = &ft->fake[who];
	u64 *from;

	note(who, 's', type, offset);
	if (!static_key_enabled(&test_key))
		f->key_was_off = true;
	if (f->in_store)
		f->in_store(type, offset);
	if (f->refuses)
		return -ENOSPC;
	from = kmap_local_page(page);
	f->value[type][offset] = *from;
	kunmap_local(from);
	return 0;
}

static int fake_load(int who, unsigned int type, pgoff_t offset,
		     struct page *page)
{
	struct fake *f = &ft->fake[who];
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

static void fake_invalidate_page(int who, unsigned int type, pgoff_t offset)
{
	struct fake *f = &ft->fake[who];

	note(who, 'd', type, offset);
	f->value[type][offset] = 0;
	if (f->in_invalidate)
		f->in_invalidate(type, offset);
}

static void fake_invalidate_area(int who, unsigned int type)
{
	note(who, 'x', type, 0);
	if (!static_key_enabled(&test_key))
		ft->fake[who].key_was_off = true;
	memset(ft->fake[who].value[type], 0, sizeof(ft->fake[who].value[type]));
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

/* What the swap code does */

static struct page *new_page(unsigned int type, pgoff_t offset)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(ft->test, page);
	__SetPageLocked(page);
	set_page_private(page, swp_entry(type, offset).val);
	return page;
}

static void free_locked_page(struct page *page)
{
	set_page_private(page, 0);
	__ClearPageLocked(page);
	ClearPageUptodate(page);
	__free_page(page);
}

static int swapon(unsigned int type)
{
	return frontswap_registry_swapon(&ft->reg, type, NR_SLOTS);
}

static void swapoff(unsigned int type)
{
	frontswap_registry_swapoff(&ft->reg, type);
}

static int reg(int who)
{
	return frontswap_registry_register(&ft->reg, &ft->fake[who].ops);
}

static int unreg(int who)
{
	return frontswap_registry_unregister(&ft->reg, &ft->fake[who].ops);
}

/* A page with a value that no page had before. */
static int store(unsigned int type, pgoff_t offset)
{
	struct page *page = new_page(type, offset);
	u64 *value = kmap_local_page(page);
	int ret;

	*value = ++ft->last_value;
	kunmap_local(value);
	ret = frontswap_registry_store(&ft->reg, page);
	KUNIT_EXPECT_TRUE(ft->test, PageLocked(page));
	free_locked_page(page);
	return ret;
}

/* As a fault reads it: its page is in the swap cache. */
static struct page *new_cached_page(unsigned int type, pgoff_t offset)
{
	struct page *page = new_page(type, offset);

	folio_set_swapbacked(page_folio(page));
	folio_set_swapcache(page_folio(page));
	return page;
}

/* The state of the page must fit what the load returned: see frontswap_load(). */
static int load_page(struct page *page, u64 *got)
{
	int ret = frontswap_registry_load(&ft->reg, page);
	u64 *value = kmap_local_page(page);

	KUNIT_EXPECT_EQ(ft->test, PageUptodate(page), ret == 0);
	KUNIT_EXPECT_EQ(ft->test, PageLocked(page), ret == -ENOENT);
	KUNIT_EXPECT_EQ(ft->test, page_count(page), 1);
	*got = *value;
	kunmap_local(value);
	ft->was_dirty = PageDirty(page);
	ClearPageDirty(page);
	folio_clear_swapcache(page_folio(page));
	folio_clear_swapbacked(page_folio(page));
	free_locked_page(page);
	return ret;
}

static int load(unsigned int type, pgoff_t offset, u64 *got)
{
	return load_page(new_page(type, offset), got);
}

static int load_cached(unsigned int type, pgoff_t offset, u64 *got)
{
	return load_page(new_cached_page(type, offset), got);
}

static void invalidate(unsigned int type, pgoff_t offset)
{
	frontswap_registry_invalidate_page(&ft->reg, type, offset);
}

static struct frontswap_backend *backend(int who)
{
	struct frontswap_backend *b;

	list_for_each_entry(b, &ft->reg.backends, node)
		if (b->user_ops == &ft->fake[who].ops)
			return b;
	return NULL;
}

static int enable(int who)
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

static int disable(int who)
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

/* What a drain does to a slot, without a swap device. */
static int fake_move(struct frontswap_map *map, unsigned int type,
		     unsigned long bit, bool evict)
{
	struct page *page = new_page(type, bit);
	int ret;

	ret = frontswap_read_copy(map, type, bit, page);
	if (!ret &&
	    (evict || frontswap_migrate_copy(&ft->reg, type, bit, page)))
		ft->on_device++;
	if (!ret || ret == -ENOENT)
		frontswap_invalidate_copy(map, type, bit);
	free_locked_page(page);
	return ret == -ENOENT ? 0 : ret;
}

/* Stops with drain_error after drain_moves pages. */
static int fake_drain(struct frontswap_backend *b)
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
			if (ft->drain_error && ft->drain_moves-- <= 0)
				return ft->drain_error;
			ret = fake_move(map, type, bit, false);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int fake_evict(struct frontswap_backend *b, unsigned int type,
		      const pgoff_t *offsets, unsigned int nr)
{
	int moved = 0;

	for (; nr; nr--, offsets++)
		if (b->map[type] && test_bit(*offsets, b->map[type]->bits) &&
		    !fake_move(b->map[type], type, *offsets, true))
			moved++;
	return moved;
}

/* Takes the log, so that each expectation is about what came since the last. */
#define EXPECT_CALLS(expected) do {					\
	ft->log[ft->len] = '\0';					\
	KUNIT_EXPECT_STREQ(ft->test, ft->log, expected);		\
	ft->len = 0;							\
} while (0)

#define EXPECT_LOAD(type, offset, expected) do {			\
	u64 got_;							\
	KUNIT_EXPECT_EQ(ft->test, load(type, offset, &got_), 0);	\
	KUNIT_EXPECT_EQ(ft->test, got_, (u64)(expected));		\
} while (0)

#define EXPECT_NO_LOAD(type, offset, error) do {			\
	u64 got_;							\
	KUNIT_EXPECT_EQ(ft->test, load(type, offset, &got_), error);	\
} while (0)

static int fake_read_slot(swp_entry_t entry, struct page *page)
{
	u64 *value = kmap_local_page(page);

	*value = 1000 + swp_offset(entry);
	kunmap_local(value);
	ft->slots_read++;
	return ft->read_slot_error;
}

static bool fake_mark_dirty(struct folio *folio)
{
	return !folio_test_set_dirty(folio);
}

static int frontswap_test_init(struct kunit *test)
{
	static struct lock_class_key backends_key, areas_key;
	int i;

	ft = kunit_kzalloc(test, sizeof(*ft), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ft);
	test->priv = ft;
	ft->test = test;
	INIT_LIST_HEAD(&ft->reg.backends);
	__mutex_init(&ft->reg.backends_mutex, "test.backends_mutex", &backends_key);
	__mutex_init(&ft->reg.areas_mutex, "test.areas_mutex", &areas_key);
	init_rwsem(&ft->reg.asking);
	ft->reg.key = &test_key;
	ft->reg.evict = fake_evict;
	ft->reg.read_slot = fake_read_slot;
	ft->reg.mark_dirty = fake_mark_dirty;
	ft->reg.failed_stores = alloc_percpu(unsigned long);
	KUNIT_ASSERT_TRUE(test, !!ft->reg.failed_stores);
	for (i = 0; i < NR_FAKES; i++)
		ft->fake[i].ops = fake_ops[i];
	return 0;
}

/* Whatever the test did, everything can be undone, and then nothing is left. */
static void frontswap_test_exit(struct kunit *test)
{
	unsigned int type;
	int i;

	if (!ft || !ft->reg.failed_stores)
		return;
	for (type = 0; type < MAX_SWAPFILES; type++)
		if (test_bit(type, ft->reg.need_init))
			swapoff(type);
	for (i = 0; i < NR_FAKES; i++) {
		if (backend(i))
			KUNIT_EXPECT_EQ(test, unreg(i), 0);
		KUNIT_EXPECT_FALSE(test, ft->fake[i].key_was_off);
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&ft->reg.backends));
	for (type = 0; type < FRONTSWAP_TYPES; type++)
		KUNIT_EXPECT_PTR_EQ(test,
				    rcu_access_pointer(ft->reg.maps[type]),
				    NULL);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	free_percpu(ft->reg.failed_stores);
	ft = NULL;
}

/* Recording and replay */

static void replay_is_ascending(struct kunit *test)
{
	swapon(3);
	swapon(0);
	swapon(7);
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, reg(0), 0);
	EXPECT_CALLS("Ai0 Ai3 Ai7");
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	EXPECT_CALLS("Ax7 Ax3 Ax0");
}

static void swapon_after_register(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, reg(0), 0);
	EXPECT_CALLS("");
	swapon(2);
	EXPECT_CALLS("Ai2");
	swapoff(2);
	EXPECT_CALLS("Ax2");
	swapon(2);
	EXPECT_CALLS("Ai2");
}

static void swapoff_without_backend_is_recorded(struct kunit *test)
{
	swapon(0);
	swapon(1);
	swapoff(0);
	reg(0);
	EXPECT_CALLS("Ai1");
}

static void second_backend_gets_own_replay(struct kunit *test)
{
	swapon(0);
	reg(0);
	swapon(1);
	reg(1);
	EXPECT_CALLS("Ai0 Ai1 Bi0 Bi1");
	swapoff(0);
	unreg(0);
	EXPECT_CALLS("Bx0 Ax0 Ax1");
}

/* Gating */

static void no_backend_no_calls(struct kunit *test)
{
	swapon(0);
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	invalidate(0, 1);
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ft->reg), 1ull);
}

static void store_and_load_from_init(unsigned int type)
{
	unsigned int t;

	for (t = 0; t < 2; t++) {
		KUNIT_EXPECT_NE(ft->test, store(t, 4), 0);
		EXPECT_NO_LOAD(t, 4, -ENOENT);
		invalidate(t, 4);
	}
}

/* The areas are live: a store can come to one while init() runs for another. */
static void store_during_replay_is_gated(struct kunit *test)
{
	swapon(0);
	swapon(1);
	ft->fake[0].in_init = store_and_load_from_init;
	reg(0);
	EXPECT_CALLS("Ai0 Ai1");
	KUNIT_EXPECT_EQ(test, store(0, 4), 0);
	EXPECT_CALLS("As0:4");
}

static void store_during_swapon_is_gated(struct kunit *test)
{
	reg(0);
	swapon(0);
	ft->fake[0].in_init = store_and_load_from_init;
	swapoff(0);
	swapon(1);
	EXPECT_CALLS("Ai0 Ax0 Ai1");
}

/* A second backend's replay does not stop the first one from serving. */
static void replay_store_goes_to_the_other(unsigned int type)
{
	KUNIT_EXPECT_EQ(ft->test, store(0, 6), 0);
	EXPECT_LOAD(0, 6, ft->last_value);
}

static void store_during_second_replay(struct kunit *test)
{
	swapon(0);
	reg(0);
	ft->fake[1].in_init = replay_store_goes_to_the_other;
	reg(1);
	EXPECT_CALLS("Ai0 Bi0 As0:6 Al0:6");
}

static void key_is_on_while_attached(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	swapon(0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	reg(0);
	reg(1);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&test_key));
	store(0, 1);
	KUNIT_EXPECT_EQ(test, unreg(1), -EBUSY);
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&test_key));
	invalidate(0, 1);
	KUNIT_EXPECT_EQ(test, unreg(1), 0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
}

/* Pages */

static void store_load_invalidate(struct kunit *test)
{
	swapon(0);
	reg(0);
	KUNIT_EXPECT_EQ(test, store(0, 1), 0);
	KUNIT_EXPECT_EQ(test, store(0, 2), 0);
	EXPECT_LOAD(0, 1, 1);
	EXPECT_LOAD(0, 2, 2);
	EXPECT_LOAD(0, 1, 1);
	invalidate(0, 1);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	invalidate(0, 1);
	EXPECT_CALLS("Ai0 As0:1 As0:2 Al0:1 Al0:2 Al0:1 Ad0:1");
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_STORES), 2ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 3ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_INVALIDATES),
			1ul);
}

static void swapoff_drops_what_is_left(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 9);
	swapoff(0);
	EXPECT_CALLS("Ai0 As0:1 As0:9 Ax0");
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
	swapon(0);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	EXPECT_CALLS("Ai0");
}

static void duplicate_store_drops_older_copy(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 1);
	EXPECT_CALLS("Ai0 As0:1 Ad0:1 As0:1");
	EXPECT_LOAD(0, 1, 2);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
}

static void refused_duplicate_leaves_nothing(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	ft->fake[0].refuses = true;
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	EXPECT_CALLS("Ai0 As0:1 Ad0:1 As0:1");
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
}

/* A, then B on top: B is asked first, and the older copy is in A. */
static void older_copy_in_other_backend(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	reg(1);
	EXPECT_CALLS("Ai0 As0:1 Bi0");
	store(0, 1);
	EXPECT_CALLS("Ad0:1 Bs0:1");
	EXPECT_LOAD(0, 1, 2);
	EXPECT_CALLS("Bl0:1");
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	EXPECT_LOAD(0, 1, 2);
}

/* Four pages, of which the first goes to slot 4 of area 0. */
#define LARGE_SLOT	4
#define LARGE_ORDER	2
#define LARGE_NR	BIT(LARGE_ORDER)

static struct page *new_large(struct kunit *test)
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

static void free_large(struct page *page)
{
	set_page_private(page, 0);
	ClearPageUptodate(page);
	if (PageLocked(page))
		unlock_page(page);
	__free_pages(page, LARGE_ORDER);
}

static int store_large(struct kunit *test)
{
	struct page *page = new_large(test);
	int ret = frontswap_registry_store(&ft->reg, page);

	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	free_large(page);
	return ret;
}

static u64 part_of(struct page *page, unsigned int i)
{
	u64 *value = kmap_local_page(nth_page(page, i)), ret = *value;

	kunmap_local(value);
	return ret;
}

static void takes_large(int who)
{
	ft->fake[who].ops.flags |= FRONTSWAP_LARGE_FOLIOS |
				   FRONTSWAP_DIRECT_LOAD;
}

#define NEED_LARGE(test)						\
do {									\
	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))			\
		kunit_skip(test, "needs CONFIG_TRANSPARENT_HUGEPAGE");	\
} while (0)

static void large_folio_is_refused_and_drops_older_copies(struct kunit *test)
{
	NEED_LARGE(test);
	swapon(0);
	reg(0);
	store(0, 4);
	store(0, 6);
	store(0, 8);
	KUNIT_EXPECT_NE(test, store_large(test), 0);
	EXPECT_CALLS("Ai0 As0:4 As0:6 As0:8 Ad0:4 Ad0:6");
	EXPECT_NO_LOAD(0, 4, -ENOENT);
	EXPECT_LOAD(0, 8, 3);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ft->reg), 1ull);
}

static void large_folio_is_stored_page_by_page(struct kunit *test)
{
	NEED_LARGE(test);
	takes_large(0);
	swapon(0);
	reg(0);
	store(0, 5);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	EXPECT_CALLS("Ai0 As0:5 Ad0:5 As0:4 As0:5 As0:6 As0:7");
	EXPECT_LOAD(0, 4, 100);
	EXPECT_LOAD(0, 7, 103);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), LARGE_NR);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ft->reg), 0ull);
}

static void refuse_from_6(unsigned int type, pgoff_t offset)
{
	ft->fake[0].refuses = offset >= 6;
}

static void large_folio_is_taken_back_if_a_page_is_refused(struct kunit *test)
{
	NEED_LARGE(test);
	takes_large(0);
	ft->fake[0].in_store = refuse_from_6;
	swapon(0);
	reg(0);
	KUNIT_EXPECT_NE(test, store_large(test), 0);
	EXPECT_CALLS("Ai0 As0:4 As0:5 As0:6 Ad0:4 Ad0:5");
	EXPECT_NO_LOAD(0, 4, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ft->reg), 1ull);
}

/* What one refuses the next may take, and one that takes no parts is passed by. */
static void large_folio_goes_to_those_who_take_parts(struct kunit *test)
{
	NEED_LARGE(test);
	takes_large(0);
	takes_large(1);
	ft->fake[0].in_store = refuse_from_6;
	swapon(0);
	reg(1);
	reg(0);
	reg(2);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	EXPECT_CALLS("Bi0 Ai0 Ci0 As0:4 As0:5 As0:6 Bs0:6 As0:7 Bs0:7");
	backend(0)->large_folios = false;
	ft->len = 0;
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	EXPECT_CALLS("Ad0:4 Ad0:5 Bd0:6 Bd0:7 Bs0:4 Bs0:5 Bs0:6 Bs0:7");
}

static void large_write_through_is_written_too(struct kunit *test)
{
	NEED_LARGE(test);
	takes_large(0);
	takes_large(1);
	ft->fake[0].in_store = refuse_from_6;
	ft->fake[1].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg(1);
	reg(0);
	KUNIT_EXPECT_EQ(test, store_large(test), -EAGAIN);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 2ul);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(1)), 2ul);
}

static int load_large(struct kunit *test, u64 *got)
{
	struct page *page = new_large(test);
	int ret = frontswap_registry_load(&ft->reg, page);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, PageUptodate(page), ret == 0);
	KUNIT_EXPECT_EQ(test, PageLocked(page), ret == -ENOENT);
	for (i = 0; i < LARGE_NR; i++)
		got[i] = part_of(page, i);
	free_large(page);
	return ret;
}

static void large_load_from_wherever_the_pages_are(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	takes_large(0);
	swapon(0);
	reg(0);
	reg(1);
	KUNIT_EXPECT_EQ(test, load_large(test, got), -ENOENT);

	store(0, 5);
	ft->fake[1].refuses = true;
	store(0, 7);
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[0], 1004ull);
	KUNIT_EXPECT_EQ(test, got[1], 1ull);
	KUNIT_EXPECT_EQ(test, got[2], 1006ull);
	KUNIT_EXPECT_EQ(test, got[3], 2ull);
	KUNIT_EXPECT_EQ(test, ft->slots_read, 2);
	/* B has not said that it does with a part of a folio. */
	KUNIT_EXPECT_FALSE(test, PageCompound(ft->fake[1].loaded));
}

static void large_load_of_pages_that_were_written_back(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	takes_large(0);
	swapon(0);
	reg(0);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	ft->fake[0].load_error = -ENOENT;
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[3], 1007ull);
	ft->read_slot_error = -EIO;
	KUNIT_EXPECT_EQ(test, load_large(test, got), -EIO);
}

static void failed_large_load_is_an_io_error(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	takes_large(0);
	swapon(0);
	reg(0);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	ft->fake[0].load_error = -ENOMEM;
	KUNIT_EXPECT_EQ(test, load_large(test, got), -EIO);
	KUNIT_EXPECT_EQ(test, ft->slots_read, 0);
	KUNIT_EXPECT_EQ(test,
			frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS), 1ul);
	ft->fake[0].load_error = 0;
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[0], 100ull);
}

/* Loads that do not go well */

static void failed_load_is_an_io_error(struct kunit *test)
{
	static const int errors[] = { -1, -EIO, -ENOMEM, -EAGAIN, 1 };
	int i;

	swapon(0);
	reg(0);
	store(0, 1);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ft->fake[0].load_error = errors[i];
		EXPECT_NO_LOAD(0, 1, -EIO);
	}
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			5ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 0ul);
	ft->fake[0].load_error = 0;
	EXPECT_LOAD(0, 1, 1);
}

/* -ENOENT: the backend wrote it to the device; the slot is still its own. */
static void load_may_point_to_the_device(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	ft->fake[0].load_error = -ENOENT;
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			0ul);
	invalidate(0, 1);
	EXPECT_CALLS("Ai0 As0:1 Al0:1 Ad0:1");
}

static void check_completing_backend(enum fake_completes completes)
{
	swapon(0);
	ft->fake[0].ops.flags = 0;
	reg(0);
	store(0, 1);
	store(0, 2);
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_FALSE(ft->test, test_bit(FRONTSWAP_WARNED_COMPLETES,
					      &backend(0)->warned));
	ft->fake[0].completes = completes;
	EXPECT_LOAD(0, 1, 1);
	EXPECT_LOAD(0, 2, 2);
	ft->fake[0].load_error = -EIO;
	EXPECT_NO_LOAD(0, 1, -EIO);
	ft->fake[0].load_error = -ENOENT;
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	ft->fake[0].load_error = 0;
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_TRUE(ft->test, test_bit(FRONTSWAP_WARNED_COMPLETES,
					     &backend(0)->warned));
}

static void backend_marks_pages_uptodate(struct kunit *test)
{
	check_completing_backend(SETS_UPTODATE);
}

static void backend_marks_and_unlocks_pages(struct kunit *test)
{
	check_completing_backend(SETS_AND_UNLOCKS);
}

static void load_gets_own_page_unless_direct(struct kunit *test)
{
	struct page *page = new_page(0, 1);

	swapon(0);
	reg(0);
	ft->fake[1].ops.flags = 0;
	reg(1);
	store(0, 1);
	KUNIT_EXPECT_EQ(test, frontswap_registry_load(&ft->reg, page), 0);
	KUNIT_EXPECT_PTR_NE(test, ft->fake[1].loaded, page);

	ft->fake[1].refuses = true;
	store(0, 1);
	ClearPageUptodate(page);
	__SetPageLocked(page);
	KUNIT_EXPECT_EQ(test, frontswap_registry_load(&ft->reg, page), 0);
	KUNIT_EXPECT_PTR_EQ(test, ft->fake[0].loaded, page);
	free_locked_page(page);
}

/* It has said that it does not: warned about, and survived. */
static void direct_backend_completes_pages(struct kunit *test)
{
	if (panic_on_warn)
		kunit_skip(test, "warns, and panic_on_warn is set");
	swapon(0);
	reg(0);
	store(0, 1);
	ft->fake[0].completes = SETS_UPTODATE;
	EXPECT_LOAD(0, 1, 1);
	ft->fake[0].completes = SETS_AND_UNLOCKS;
	EXPECT_LOAD(0, 1, 1);
}

/* Loads after which the backend need not keep the copy */

/* A has a page in slot 1 of area 0, and gives it up when it is loaded. */
static void first_gives_up(unsigned int flags)
{
	ft->fake[0].ops.flags |= FRONTSWAP_EXCLUSIVE_LOADS | flags;
	ft->fake[0].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	swapon(0);
	reg(0);
	store(0, 1);
	ft->len = 0;
}

#define EXPECT_CACHED_LOAD(type, offset, expected, error) do {		\
	u64 got_;							\
	KUNIT_EXPECT_EQ(ft->test, load_cached(type, offset, &got_),	\
			error);						\
	KUNIT_EXPECT_EQ(ft->test, got_, (u64)(expected));		\
} while (0)

/* The page that is being loaded is not anybody's to use yet. */
static void dirty_when_dropped(unsigned int type, pgoff_t offset)
{
	struct page *page = ft->fake[0].loaded;

	KUNIT_EXPECT_TRUE(ft->test, PageDirty(page));
	KUNIT_EXPECT_TRUE(ft->test, PageLocked(page));
	KUNIT_EXPECT_FALSE(ft->test, PageUptodate(page));
}

static void exclusive_load_drops_the_copy(struct kunit *test)
{
	first_gives_up(0);
	ft->fake[0].in_invalidate = dirty_when_dropped;
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
	KUNIT_EXPECT_TRUE(test, ft->was_dirty);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 1ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_INVALIDATES),
			1ul);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
}

/* Whose page is in the swap cache counts, not which one load() was given. */
static void exclusive_load_by_way_of_another_page(struct kunit *test)
{
	ft->fake[0].ops.flags = 0;
	first_gives_up(0);
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Al0:1");
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
	KUNIT_EXPECT_TRUE(test, ft->was_dirty);
}

static void outside_the_swap_cache_the_copy_stays(struct kunit *test)
{
	first_gives_up(0);
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_FALSE(test, ft->was_dirty);
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Al0:1 Al0:1");
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 2ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			0ul);
}

static void copies_of_a_large_folio_stay(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	takes_large(0);
	first_gives_up(0);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	ft->len = 0;
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[3], 103ull);
	EXPECT_CALLS("Al0:4 Al0:5 Al0:6 Al0:7");
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS),
			LARGE_NR);
	EXPECT_CACHED_LOAD(0, 6, 102, 0);
	EXPECT_CALLS("Al0:6 Ad0:6");
}

static void written_through_page_stays_clean(struct kunit *test)
{
	first_gives_up(FRONTSWAP_WRITE_THROUGH);
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
	KUNIT_EXPECT_FALSE(test, ft->was_dirty);
}

static void failed_load_drops_nothing(struct kunit *test)
{
	static const int errors[] = { -1, -EIO, -ENOENT, 2 };
	int i;

	first_gives_up(0);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ft->fake[0].load_error = errors[i];
		EXPECT_CACHED_LOAD(0, 1, 1,
				   errors[i] == -ENOENT ? -ENOENT : -EIO);
		KUNIT_EXPECT_FALSE(test, ft->was_dirty);
		EXPECT_CALLS("Al0:1");
	}
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 0ul);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
}

/* As 1 is for a backend that knows of no such loads, in or out of the swap cache. */
static void one_is_an_error_without_the_flag(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	ft->len = 0;
	ft->fake[0].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	EXPECT_CACHED_LOAD(0, 1, 1, -EIO);
	KUNIT_EXPECT_FALSE(test, ft->was_dirty);
	ft->reg.drain = fake_drain;
	KUNIT_EXPECT_EQ(test, disable(0), -EIO);
	EXPECT_CALLS("Al0:1 Al0:1");
	ft->fake[0].load_error = 0;
}

static void exclusive_loads_can_be_switched_off(struct kunit *test)
{
	first_gives_up(0);
	KUNIT_EXPECT_TRUE(test, backend(0)->exclusive_loads);
	backend(0)->exclusive_loads = false;
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	KUNIT_EXPECT_FALSE(test, ft->was_dirty);
	EXPECT_CALLS("Al0:1");
	backend(0)->exclusive_loads = true;
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
}

/* What a drain or an eviction reads it drops itself, once the page is elsewhere. */
static void moved_pages_are_dropped_once(struct kunit *test)
{
	first_gives_up(0);
	store(0, 2);
	ft->len = 0;
	KUNIT_EXPECT_EQ(test,
			frontswap_registry_evict(&ft->reg, &ft->fake[0].ops, 0,
						 (pgoff_t[]){ 2 }, 1), 1);
	EXPECT_CALLS("Al0:2 Ad0:2");
	ft->reg.drain = fake_drain;
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	EXPECT_CALLS("Al0:1 Ad0:1 Ax0");
	KUNIT_EXPECT_EQ(test, ft->on_device, 2);
}

/* Several backends */

static void newest_is_asked_first(struct kunit *test)
{
	swapon(0);
	reg(0);
	reg(1);
	reg(2);
	swapon(1);
	EXPECT_CALLS("Ai0 Bi0 Ci0 Ci1 Bi1 Ai1");
	ft->fake[2].refuses = true;
	ft->fake[1].refuses = true;
	store(0, 1);
	store(1, 1);
	EXPECT_CALLS("Cs0:1 Bs0:1 As0:1 Cs1:1 Bs1:1 As1:1");
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Al0:1");
	ft->fake[0].refuses = true;
	KUNIT_EXPECT_NE(test, store(0, 2), 0);
	EXPECT_CALLS("Cs0:2 Bs0:2 As0:2");
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ft->reg), 1ull);
	KUNIT_EXPECT_EQ(test,
			frontswap_stat(backend(2), FRONTSWAP_REJECTED_STORES),
			3ul);
}

static void higher_priority_is_asked_first(struct kunit *test)
{
	ft->fake[0].ops.priority = 5;
	ft->fake[1].ops.priority = -1;
	ft->fake[2].ops.priority = 5;
	ft->fake[0].refuses = true;
	ft->fake[1].refuses = true;
	ft->fake[2].refuses = true;
	swapon(0);
	reg(0);
	reg(1);
	reg(2);
	swapon(1);
	ft->len = 0;
	store(0, 1);
	store(1, 1);
	EXPECT_CALLS("Cs0:1 As0:1 Bs0:1 Cs1:1 As1:1 Bs1:1");
}

/* Bad input: a value of its own for each, and nothing has changed. */

static void bad_registrations(struct kunit *test)
{
	struct frontswap_registry *r = &ft->reg;
	struct frontswap_ops ops = fake_ops[0];
	char too_long[FRONTSWAP_NAME_LEN + 1] = {};

	memset(too_long, 'n', FRONTSWAP_NAME_LEN);
	swapon(0);
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, NULL), -EFAULT);
	ops.store = NULL;
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops = fake_ops[0];
	ops.load = NULL;
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops = fake_ops[0];
	ops.name = "";
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops.name = "a/b";
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops.name = "..";
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops.name = "a b";
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops.name = ".";
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	ops.name = too_long;
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EINVAL);
	KUNIT_EXPECT_TRUE(test, list_empty(&r->backends));

	KUNIT_EXPECT_EQ(test, reg(0), 0);
	KUNIT_EXPECT_EQ(test, reg(0), -EALREADY);
	ops = fake_ops[1];
	ops.name = "A";
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), -EEXIST);
	EXPECT_CALLS("Ai0");

	too_long[FRONTSWAP_NAME_LEN - 1] = '\0';
	ops.name = too_long;
	KUNIT_EXPECT_EQ(test, frontswap_registry_register(r, &ops), 0);
	KUNIT_EXPECT_EQ(test, frontswap_registry_unregister(r, &ops), 0);
}

static void bad_unregistrations(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, frontswap_registry_unregister(&ft->reg, NULL),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, unreg(0), -ENOENT);
	swapon(0);
	reg(0);
	store(0, 1);
	KUNIT_EXPECT_EQ(test, unreg(1), -ENOENT);
	KUNIT_EXPECT_EQ(test, unreg(0), -EBUSY);
	KUNIT_EXPECT_EQ(test, store(0, 2), 0);
	EXPECT_LOAD(0, 1, 1);
	invalidate(0, 1);
	invalidate(0, 2);
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	KUNIT_EXPECT_EQ(test, unreg(0), -ENOENT);
	EXPECT_CALLS("Ai0 As0:1 As0:2 Al0:1 Ad0:1 Ad0:2 Ax0");
}

static void types_out_of_range(struct kunit *test)
{
	if (panic_on_warn)
		kunit_skip(test, "warns, and panic_on_warn is set");
	KUNIT_EXPECT_EQ(test, swapon(MAX_SWAPFILES), -ERANGE);
	swapoff(MAX_SWAPFILES);
	KUNIT_EXPECT_EQ(test, swapon(0), 0);
	KUNIT_EXPECT_EQ(test, swapon(0), -EBUSY);
	reg(0);
	EXPECT_CALLS("Ai0");
}

static void optional_callbacks_may_be_missing(struct kunit *test)
{
	ft->fake[0].ops.init = NULL;
	ft->fake[0].ops.invalidate_page = NULL;
	ft->fake[0].ops.invalidate_area = NULL;
	ft->fake[0].ops.name = NULL;
	swapon(0);
	KUNIT_EXPECT_EQ(test, reg(0), 0);
	KUNIT_EXPECT_STREQ(test, backend(0)->name, "builtin0");
	store(0, 1);
	EXPECT_LOAD(0, 1, 1);
	store(0, 1);
	invalidate(0, 1);
	swapoff(0);
	EXPECT_CALLS("As0:1 Al0:1 As0:1");
}

/* Memory */

static void no_memory_at_register_changes_nothing(struct kunit *test)
{
	swapon(0);
	frontswap_registry_swapon(&ft->reg, 1, TOO_MANY_SLOTS);
	KUNIT_EXPECT_EQ(test, reg(0), -ENOMEM);
	EXPECT_CALLS("");
	KUNIT_EXPECT_TRUE(test, list_empty(&ft->reg.backends));
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	swapoff(1);
	KUNIT_EXPECT_EQ(test, reg(0), 0);
	EXPECT_CALLS("Ai0");
}

static void no_memory_at_swapon_leaves_area_unserved(struct kunit *test)
{
	reg(0);
	KUNIT_EXPECT_EQ(test, frontswap_registry_swapon(&ft->reg, 1,
							TOO_MANY_SLOTS), 0);
	KUNIT_EXPECT_NE(test, store(1, 1), 0);
	swapoff(1);
	EXPECT_CALLS("");
	swapon(1);
	KUNIT_EXPECT_EQ(test, store(1, 1), 0);
	EXPECT_CALLS("Ai1 As1:1");
}

static void no_backend_no_map(struct kunit *test)
{
	unsigned int type;

	swapon(0);
	for (type = 0; type < FRONTSWAP_TYPES; type++)
		KUNIT_EXPECT_PTR_EQ(test,
				    rcu_access_pointer(ft->reg.maps[type]),
				    NULL);
}

/* A store that is under way holds up unregister, and its page is not missed. */

static struct completion callback_entered, callback_may_go_on;

static void wait_in_store(unsigned int type, pgoff_t offset)
{
	complete(&callback_entered);
	wait_for_completion(&callback_may_go_on);
}

struct caller {
	struct completion done;
	struct page *page;
	int ret;
	unsigned int cpu;	/* 1 + the one to run on, or 0 */
};

static int storer_thread(void *data)
{
	struct caller *c = data;

	c->ret = frontswap_registry_store(&ft->reg, c->page);
	complete(&c->done);
	return 0;
}

static int unregister_thread(void *data)
{
	struct caller *c = data;

	c->ret = unreg(0);
	complete(&c->done);
	return 0;
}

static void start(struct caller *c, int (*thread)(void *))
{
	struct task_struct *task;

	init_completion(&c->done);
	task = kthread_create(thread, c, "frontswap-test");
	if (IS_ERR(task)) {
		KUNIT_FAIL(ft->test, "no thread");
		return;
	}
	if (c->cpu)
		kthread_bind(task, c->cpu - 1);
	wake_up_process(task);
}

static bool gate_is_closed(int who)
{
	int ticks;

	for (ticks = 0; ticks < 10 * HZ; ticks++) {
		if (percpu_ref_is_dying(&backend(who)->store_ref))
			return true;
		schedule_timeout_uninterruptible(1);
	}
	return false;
}

static void unregister_waits_for_store(struct kunit *test)
{
	struct caller storer = { .page = new_page(0, 3) };
	struct caller remover = {};

	swapon(0);
	reg(0);
	store(0, 4);
	ft->fake[0].in_store = wait_in_store;
	init_completion(&callback_entered);
	init_completion(&callback_may_go_on);

	start(&storer, storer_thread);
	wait_for_completion(&callback_entered);
	start(&remover, unregister_thread);
	KUNIT_EXPECT_TRUE(test, gate_is_closed(0));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&remover.done,
							  HZ / 5), 0ul);
	/* Another store is not tried now, but makes the older copy stale. */
	KUNIT_EXPECT_NE(test, store(0, 4), 0);
	EXPECT_CALLS("Ai0 As0:4 As0:3 Ad0:4");

	complete(&callback_may_go_on);
	wait_for_completion(&storer.done);
	wait_for_completion(&remover.done);
	KUNIT_EXPECT_EQ(test, storer.ret, 0);
	KUNIT_EXPECT_EQ(test, remover.ret, -EBUSY);
	EXPECT_LOAD(0, 3, 0);
	ft->fake[0].in_store = NULL;
	KUNIT_EXPECT_EQ(test, store(0, 4), 0);
	free_locked_page(storer.page);
}

/*
 * The bit is clear, so the backend looks empty, but invalidate_page() is still at
 * work: its areas must stay until that has returned.
 */

static void wait_in_invalidate(unsigned int type, pgoff_t offset)
{
	complete(&callback_entered);
	while (!completion_done(&callback_may_go_on))
		cpu_relax();
}

static int invalidate_thread(void *data)
{
	struct caller *c = data;

	invalidate(0, 3);
	complete(&c->done);
	return 0;
}

static struct caller invalidator;

/* The gate is closed, and the grace period that this takes is over. */
static int drain_beside_invalidate(struct frontswap_backend *b)
{
	if (test_bit(3, b->map[0]->bits)) {
		start(&invalidator, invalidate_thread);
		wait_for_completion(&callback_entered);
	}
	return 0;
}

static void unregister_waits_for_invalidate(struct kunit *test)
{
	struct caller remover = {};

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two CPUs");
	/* The callback has a CPU to itself: only we can end it. */
	migrate_disable();
	invalidator.cpu = 1 + cpumask_any_but(cpu_online_mask,
					      smp_processor_id());
	swapon(0);
	reg(0);
	store(0, 3);
	ft->reg.drain = drain_beside_invalidate;
	ft->fake[0].in_invalidate = wait_in_invalidate;
	init_completion(&callback_entered);
	init_completion(&callback_may_go_on);

	start(&remover, unregister_thread);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&remover.done,
							  HZ / 2), 0ul);
	EXPECT_CALLS("Ai0 As0:3 Ad0:3");

	complete(&callback_may_go_on);
	wait_for_completion(&invalidator.done);
	wait_for_completion(&remover.done);
	migrate_enable();
	KUNIT_EXPECT_EQ(test, remover.ret, 0);
	EXPECT_CALLS("Ax0");
}

/* Draining */

static void disable_moves_pages_to_the_device(struct kunit *test)
{
	ft->reg.drain = fake_drain;
	swapon(0);
	swapon(1);
	reg(0);
	store(0, 1);
	store(1, 2);
	ft->len = 0;
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	EXPECT_CALLS("Al0:1 Ad0:1 Al1:2 Ad1:2 Ax1 Ax0");
	KUNIT_EXPECT_EQ(test, ft->on_device, 2);
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	swapoff(1);
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, enable(0), 0);
	KUNIT_EXPECT_EQ(test, enable(0), 0);
	EXPECT_CALLS("Ai0");
	KUNIT_EXPECT_EQ(test, store(0, 1), 0);
	EXPECT_LOAD(0, 1, ft->last_value);
}

/* The first has a page, and may be drained; the second came after that. */
static void first_has_a_page(void)
{
	ft->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	reg(1);
	ft->len = 0;
}

static void disable_gives_pages_to_another(struct kunit *test)
{
	first_has_a_page();
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	EXPECT_CALLS("Al0:1 Bs0:1 Ad0:1 Ax0");
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_EQ(test, ft->on_device, 0);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(1)), 1ul);
}

static void failed_drain_leaves_load_only(struct kunit *test)
{
	ft->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 2);
	ft->drain_error = -EIO;
	ft->drain_moves = 1;
	KUNIT_EXPECT_EQ(test, disable(0), -EIO);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	ft->len = 0;
	KUNIT_EXPECT_NE(test, store(0, 3), 0);
	EXPECT_LOAD(0, 2, 2);
	EXPECT_CALLS("Al0:2");
	/* It is attached all the same. */
	swapon(1);
	EXPECT_CALLS("Ai1");
	KUNIT_EXPECT_EQ(test, unreg(0), -EIO);
	ft->drain_error = -EOPNOTSUPP;
	KUNIT_EXPECT_EQ(test, unreg(0), -EOPNOTSUPP);
	KUNIT_EXPECT_NE(test, store(1, 3), 0);
	KUNIT_EXPECT_EQ(test, enable(0), 0);
	KUNIT_EXPECT_EQ(test, store(0, 3), 0);
	KUNIT_EXPECT_EQ(test, store(1, 3), 0);
	ft->drain_error = 0;
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	KUNIT_EXPECT_EQ(test, ft->on_device, 4);
}

static void load_error_stops_drain(struct kunit *test)
{
	ft->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	ft->fake[0].load_error = -EIO;
	KUNIT_EXPECT_EQ(test, disable(0), -EIO);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	ft->fake[0].load_error = -ENOENT;
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	KUNIT_EXPECT_EQ(test, ft->on_device, 0);
}

static void interrupted_drain_changes_nothing(struct kunit *test)
{
	static const int errors[] = { -EINTR, -ENOMEM };
	int i;

	ft->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ft->drain_error = errors[i];
		KUNIT_EXPECT_EQ(test, disable(0), errors[i]);
		KUNIT_EXPECT_EQ(test, store(0, 2 + i), 0);
	}
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Ai0 As0:1 As0:2 As0:3 Al0:1");
	ft->drain_error = 0;
}

static void drained_pages_are_not_written_through(struct kunit *test)
{
	ft->fake[1].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	first_has_a_page();
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	EXPECT_CALLS("Al0:1 Ad0:1 Ax0");
	KUNIT_EXPECT_EQ(test, ft->on_device, 1);
}

/* Evicting */

static int evict(int who, unsigned int type, pgoff_t offset)
{
	return frontswap_registry_evict(&ft->reg, &ft->fake[who].ops, type,
					&offset, 1);
}

/* Whatever another backend would say to them. */
static void evicted_pages_go_to_the_device(struct kunit *test)
{
	pgoff_t slots[] = { 2, 5, 1 };

	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 2);
	reg(1);
	ft->len = 0;
	KUNIT_EXPECT_EQ(test,
			frontswap_registry_evict(&ft->reg, &ft->fake[0].ops, 0,
						 slots, ARRAY_SIZE(slots)), 2);
	EXPECT_CALLS("Al0:2 Ad0:2 Al0:1 Ad0:1");
	KUNIT_EXPECT_EQ(test, ft->on_device, 2);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, store(0, 1), 0);
}

static void bad_evictions(struct kunit *test)
{
	pgoff_t slot = 1;

	swapon(0);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), -ENOENT);
	reg(0);
	store(0, slot);
	KUNIT_EXPECT_EQ(test, evict(1, 0, slot), -ENOENT);
	KUNIT_EXPECT_EQ(test, evict(0, MAX_SWAPFILES, slot), -ERANGE);
	KUNIT_EXPECT_EQ(test, frontswap_registry_evict(&ft->reg, NULL, 0, &slot,
						       1), -EFAULT);
	KUNIT_EXPECT_EQ(test, frontswap_registry_evict(&ft->reg,
						       &ft->fake[0].ops, 0,
						       NULL, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, frontswap_registry_evict(&ft->reg,
						       &ft->fake[0].ops, 0,
						       NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), 1);
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), -ENOENT);
}

static int wait_in_evict(struct frontswap_backend *b, unsigned int type,
			 const pgoff_t *offsets, unsigned int nr)
{
	complete(&callback_entered);
	wait_for_completion(&callback_may_go_on);
	return fake_evict(b, type, offsets, nr);
}

static int evict_thread(void *data)
{
	struct caller *c = data;

	c->ret = evict(0, 0, 3);
	complete(&c->done);
	return 0;
}

static void unregister_waits_for_eviction(struct kunit *test)
{
	struct caller evictor = {}, remover = {};

	swapon(0);
	reg(0);
	store(0, 3);
	ft->reg.evict = wait_in_evict;
	init_completion(&callback_entered);
	init_completion(&callback_may_go_on);

	start(&evictor, evict_thread);
	wait_for_completion(&callback_entered);
	start(&remover, unregister_thread);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&remover.done,
							  HZ / 2), 0ul);
	EXPECT_CALLS("Ai0 As0:3");

	complete(&callback_may_go_on);
	wait_for_completion(&evictor.done);
	wait_for_completion(&remover.done);
	KUNIT_EXPECT_EQ(test, evictor.ret, 1);
	KUNIT_EXPECT_EQ(test, remover.ret, 0);
	EXPECT_CALLS("Al0:3 Ad0:3 Ax0");
}

static void write_through_needs_no_copy(struct kunit *test)
{
	ft->reg.drain = fake_drain;
	ft->fake[0].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg(0);
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ft->reg), 0ull);
	ft->fake[0].load_error = -EIO;
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			1ul);
	ft->fake[0].load_error = 0;
}

/* Figures */

static unsigned long pool_of_7(void)
{
	return 7;
}

#define EXPECT_POOLS(expected_pool, expected_stored) do {		\
	unsigned long pool_ = 100, stored_ = 200;			\
	frontswap_registry_add_pools(&ft->reg, &pool_, &stored_);	\
	KUNIT_EXPECT_EQ(ft->test, pool_, 100ul + (expected_pool));	\
	KUNIT_EXPECT_EQ(ft->test, stored_, 200ul + (expected_stored));	\
} while (0)

static void pools_are_added_up(struct kunit *test)
{
	ft->reg.drain = fake_drain;
	EXPECT_POOLS(0, 0);
	ft->fake[0].ops.pool_pages = pool_of_7;
	ft->fake[2].ops.pool_pages = pool_of_7;
	swapon(0);
	reg(0);
	store(0, 1);
	reg(1);
	store(0, 2);
	reg(2);
	store(0, 3);
	store(0, 4);
	EXPECT_POOLS(14, 3);
	ft->fake[0].refuses = true;
	ft->fake[1].refuses = true;
	KUNIT_EXPECT_EQ(test, disable(2), 0);
	EXPECT_POOLS(14, 1);
	KUNIT_EXPECT_EQ(test, unreg(2), 0);
	EXPECT_POOLS(7, 1);
}

static unsigned long wait_in_pool(void)
{
	complete(&callback_entered);
	wait_for_completion(&callback_may_go_on);
	return 0;
}

static int pool_thread(void *data)
{
	unsigned long pool = 0, stored = 0;
	struct caller *c = data;

	frontswap_registry_add_pools(&ft->reg, &pool, &stored);
	complete(&c->done);
	return 0;
}

static void unregister_waits_for_pool_pages(struct kunit *test)
{
	struct caller reader = {}, remover = {};

	ft->fake[0].ops.pool_pages = wait_in_pool;
	reg(0);
	init_completion(&callback_entered);
	init_completion(&callback_may_go_on);

	start(&reader, pool_thread);
	wait_for_completion(&callback_entered);
	start(&remover, unregister_thread);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&remover.done,
							  HZ / 5), 0ul);
	complete(&callback_may_go_on);
	wait_for_completion(&reader.done);
	wait_for_completion(&remover.done);
	KUNIT_EXPECT_EQ(test, remover.ret, 0);
}

/*
 * All orders of everything, over two types with one slot each and two backends,
 * against a model. The model's states are few, so each operation is tried in each
 * state that can be reached, in one long walk.
 */

enum op_kind {
	OP_SWAPON, OP_SWAPOFF, OP_REGISTER, OP_UNREGISTER, OP_ENABLE, OP_DISABLE,
	OP_STORE, OP_LOAD, OP_LOAD_EXCLUSIVE, OP_INVALIDATE, OP_EVICT, OP_REFUSE,
	NR_OP_KINDS
};

#define NR_OPS		(2 * NR_OP_KINDS)
#define SLOT		5
#define NOBODY		2
#define MAX_CODE	2048

struct model {
	u8 on[2];
	u8 nr;			/* backends registered, */
	u8 order[2];		/* in the order in which they are asked */
	u8 attached[2];
	u8 holder[2];		/* of each type's slot */
	u8 refuses[2];
	u64 value[2];
	char log[128];
	size_t len;
};

static void expect(struct model *m, int who, char what, int type)
{
	m->len += scnprintf(m->log + m->len, sizeof(m->log) - m->len,
			    strchr("ix", what) ? "%s%c%c%d" : "%s%c%c%d:%d",
			    m->len ? " " : "", 'A' + who, what, type, SLOT);
}

/* The value is left out: whatever it is, the model behaves in the same way. */
static unsigned int encode(const struct model *m)
{
	unsigned int order = !m->nr ? 0 : m->nr == 1 ? 1 + m->order[0] :
							3 + m->order[0];
	unsigned int type, code = order;

	for (type = 0; type < 2; type++)
		code = code * 4 + (m->on[type] ? 1 + m->holder[type] : 0);
	code = code * 4 + m->attached[0] * 2 + m->attached[1];
	return code * 4 + m->refuses[0] * 2 + m->refuses[1];
}

static bool model_is_registered(const struct model *m, int who)
{
	return (m->nr > 0 && m->order[0] == who) ||
	       (m->nr > 1 && m->order[1] == who);
}

/* The swap code does not swap an area on twice, nor off what is not on. */
static bool model_allows(const struct model *m, int op)
{
	switch (op / 2) {
	case OP_SWAPON:
		return !m->on[op & 1];
	case OP_SWAPOFF:
		return m->on[op & 1];
	default:
		return true;
	}
}

static int model_offer(struct model *m, int type, u64 value)
{
	int i;

	m->holder[type] = NOBODY;
	for (i = 0; i < m->nr; i++) {
		if (!m->attached[m->order[i]])
			continue;
		expect(m, m->order[i], 's', type);
		if (!m->refuses[m->order[i]]) {
			m->holder[type] = m->order[i];
			m->value[type] = value;
			return 0;
		}
	}
	return -ENOSPC;
}

static int model_store(struct model *m, int type, u64 value)
{
	if (!m->on[type])
		return -ENOSPC;
	if (m->holder[type] != NOBODY)
		expect(m, m->holder[type], 'd', type);
	return model_offer(m, type, value);
}

static int model_enable(struct model *m, int who)
{
	int type;

	if (!model_is_registered(m, who))
		return -ENOENT;
	for (type = 0; type < 2; type++)
		if (m->on[type] && !m->attached[who])
			expect(m, who, 'i', type);
	m->attached[who] = 1;
	return 0;
}

/* Each page goes to another backend, or to the device. */
static int model_disable(struct model *m, int who)
{
	int type;

	if (!model_is_registered(m, who))
		return -ENOENT;
	if (!m->attached[who])
		return 0;
	m->attached[who] = 0;
	for (type = 0; type < 2; type++) {
		if (!m->on[type] || m->holder[type] != who)
			continue;
		expect(m, who, 'l', type);
		model_offer(m, type, m->value[type]);
		expect(m, who, 'd', type);
	}
	for (type = 1; type >= 0; type--)
		if (m->on[type])
			expect(m, who, 'x', type);
	return 0;
}

static int model_evict(struct model *m, int who)
{
	int type, nr = 0;

	if (!model_is_registered(m, who))
		return -ENOENT;
	if (!m->attached[who])
		return -ESHUTDOWN;
	for (type = 0; type < 2; type++) {
		if (!m->on[type] || m->holder[type] != who)
			continue;
		expect(m, who, 'l', type);
		expect(m, who, 'd', type);
		m->holder[type] = NOBODY;
		nr++;
	}
	return nr;
}

static int model_register(struct model *m, int who)
{
	if (model_is_registered(m, who))
		return -EALREADY;
	m->order[1] = m->order[0];
	m->order[0] = who;
	m->nr++;
	return model_enable(m, who);
}

static int model_unregister(struct model *m, int who)
{
	int ret = model_disable(m, who);

	if (ret)
		return ret;
	if (m->order[0] == who)
		m->order[0] = m->order[1];
	m->nr--;
	return 0;
}

static void model_tell(struct model *m, char what, int type)
{
	int i;

	for (i = 0; i < m->nr; i++)
		if (m->attached[m->order[i]])
			expect(m, m->order[i], what, type);
}

static int model_do(struct model *m, int op, u64 value)
{
	int arg = op & 1;

	m->len = 0;
	m->log[0] = '\0';
	switch (op / 2) {
	case OP_SWAPON:
		m->on[arg] = 1;
		m->holder[arg] = NOBODY;
		model_tell(m, 'i', arg);
		return 0;
	case OP_SWAPOFF:
		m->on[arg] = 0;
		m->holder[arg] = NOBODY;
		model_tell(m, 'x', arg);
		return 0;
	case OP_REGISTER:
		return model_register(m, arg);
	case OP_UNREGISTER:
		return model_unregister(m, arg);
	case OP_ENABLE:
		return model_enable(m, arg);
	case OP_DISABLE:
		return model_disable(m, arg);
	case OP_EVICT:
		return model_evict(m, arg);
	case OP_STORE:
		return model_store(m, arg, value);
	case OP_LOAD:
		if (m->holder[arg] == NOBODY)
			return -ENOENT;
		expect(m, m->holder[arg], 'l', arg);
		return 0;
	case OP_LOAD_EXCLUSIVE:
		if (m->holder[arg] == NOBODY)
			return -ENOENT;
		expect(m, m->holder[arg], 'l', arg);
		expect(m, m->holder[arg], 'd', arg);
		m->holder[arg] = NOBODY;
		return 0;
	case OP_INVALIDATE:
		if (m->holder[arg] != NOBODY)
			expect(m, m->holder[arg], 'd', arg);
		m->holder[arg] = NOBODY;
		return 0;
	default:
		m->refuses[arg] ^= 1;
		return 0;
	}
}

static int evict_all(int who)
{
	int type, ret, nr = 0;

	for (type = 0; type < 2; type++) {
		ret = evict(who, type, SLOT);
		if (ret < 0)
			return ret;
		nr += ret;
	}
	return nr;
}

static int load_exclusive(unsigned int type, u64 *got)
{
	int ret;

	ft->fake[0].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	ft->fake[1].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	ret = load_cached(type, SLOT, got);
	ft->fake[0].load_error = 0;
	ft->fake[1].load_error = 0;
	KUNIT_EXPECT_EQ(ft->test, ft->was_dirty, ret == 0);
	return ret;
}

static int apply_op(int op, u64 *got)
{
	int arg = op & 1;

	switch (op / 2) {
	case OP_SWAPON:
		return swapon(arg);
	case OP_SWAPOFF:
		swapoff(arg);
		return 0;
	case OP_REGISTER:
		return reg(arg);
	case OP_UNREGISTER:
		return unreg(arg);
	case OP_ENABLE:
		return enable(arg);
	case OP_DISABLE:
		return disable(arg);
	case OP_EVICT:
		return evict_all(arg);
	case OP_STORE:
		return store(arg, SLOT);
	case OP_LOAD:
		return load(arg, SLOT, got);
	case OP_LOAD_EXCLUSIVE:
		return load_exclusive(arg, got);
	case OP_INVALIDATE:
		invalidate(arg, SLOT);
		return 0;
	default:
		ft->fake[arg].refuses ^= 1;
		return 0;
	}
}

static void check_counters(const struct model *m)
{
	int who, type;

	for (who = 0; who < 2; who++) {
		unsigned long held = 0;

		if (!model_is_registered(m, who))
			continue;
		for (type = 0; type < 2; type++)
			held += m->on[type] && m->holder[type] == who;
		KUNIT_EXPECT_EQ(ft->test, frontswap_stored_pages(backend(who)),
				held);
	}
	KUNIT_EXPECT_EQ(ft->test, static_key_count(&test_key.key),
			m->attached[0] + m->attached[1]);
}

static void step(struct model *m, int op)
{
	u64 got = 0;
	int want = model_do(m, op, ft->last_value + 1);

	KUNIT_EXPECT_EQ_MSG(ft->test, apply_op(op, &got), want, "op %d", op);
	if ((op / 2 == OP_LOAD || op / 2 == OP_LOAD_EXCLUSIVE) && !want)
		KUNIT_EXPECT_EQ(ft->test, got, m->value[op & 1]);
	EXPECT_CALLS(m->log);
	check_counters(m);
}

/* A path to the nearest state with an operation not tried there yet. */
struct walk {
	u32 tried[MAX_CODE];
	u16 from[MAX_CODE];
	u8 by[MAX_CODE];
	struct model queue[MAX_CODE];
	u8 path[64];
};

static int untried(const struct walk *w, const struct model *m)
{
	int op;

	for (op = 0; op < NR_OPS; op++)
		if (model_allows(m, op) && !(w->tried[encode(m)] & BIT(op)))
			return op;
	return -1;
}

static int find_path(struct walk *w, const struct model *start)
{
	unsigned int head = 0, tail = 0, code;
	int op, len = 0;

	memset(w->from, 0xff, sizeof(w->from));
	w->queue[tail++] = *start;
	w->from[encode(start)] = encode(start);
	while (head < tail && untried(w, &w->queue[head]) < 0) {
		for (op = 0; op < NR_OPS; op++) {
			struct model *next = &w->queue[tail];

			if (!model_allows(&w->queue[head], op))
				continue;
			*next = w->queue[head];
			model_do(next, op, 0);
			code = encode(next);
			if (w->from[code] != 0xffff)
				continue;
			w->from[code] = encode(&w->queue[head]);
			w->by[code] = op;
			tail++;
		}
		head++;
	}
	if (head == tail)
		return -1;
	for (code = encode(&w->queue[head]); code != encode(start);
	     code = w->from[code])
		w->path[len++] = w->by[code];
	return len;
}

static void ready_for_the_model(void)
{
	ft->reg.quiet = true;
	ft->reg.drain = fake_drain;
	ft->fake[0].ops.flags |= FRONTSWAP_EXCLUSIVE_LOADS;
	ft->fake[1].ops.flags |= FRONTSWAP_EXCLUSIVE_LOADS;
}

static void every_operation_in_every_state(struct kunit *test)
{
	struct walk *w = kvzalloc(sizeof(*w), GFP_KERNEL);
	struct model m = { .holder = { NOBODY, NOBODY } };
	unsigned int steps = 0, pairs = 0, states = 0;
	int op, len, i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	ready_for_the_model();
	while ((len = find_path(w, &m)) >= 0) {
		while (len--) {
			step(&m, w->path[len]);
			steps++;
		}
		op = untried(w, &m);
		w->tried[encode(&m)] |= BIT(op);
		step(&m, op);
		steps++;
		cond_resched();
	}
	for (i = 0; i < MAX_CODE; i++) {
		pairs += hweight32(w->tried[i]);
		states += !!w->tried[i];
	}
	kunit_info(test, "%u states, %u pairs of state and operation, %u steps\n",
		   states, pairs, steps);
	/*
	 * Per type off, nobody, or one of k attached: (2 + k)^2. None registered; A
	 * or B, attached or not; A and B in two orders, with k = 0, 1, 1, 2.
	 */
	KUNIT_EXPECT_EQ(test, states,
			4u * (4 + 2 * (4 + 9) + 2 * (4 + 9 + 9 + 16)));
	kvfree(w);
}

/* What the model does not have as a state, short histories may: all of them. */
static void every_short_sequence(struct kunit *test)
{
	const int depth = 4; /* 331,776 of them */
	unsigned int seq, all = 1;
	int i;

	if (IS_ENABLED(CONFIG_SMP))
		kunit_skip(test, "waits for too many grace periods: run it on UML");
	ready_for_the_model();
	for (i = 0; i < depth; i++)
		all *= NR_OPS;
	for (seq = 0; seq < all; seq++) {
		struct model m = { .holder = { NOBODY, NOBODY } };
		unsigned int rest = seq;

		for (i = 0; i < depth; i++, rest /= NR_OPS)
			if (model_allows(&m, rest % NR_OPS))
				step(&m, rest % NR_OPS);
		for (i = 0; i < 2; i++) {
			if (m.on[i])
				step(&m, 2 * OP_SWAPOFF + i);
			if (m.refuses[i])
				step(&m, 2 * OP_REFUSE + i);
		}
		for (i = 0; i < 2; i++)
			if (model_is_registered(&m, i))
				step(&m, 2 * OP_UNREGISTER + i);
		cond_resched();
	}
}

static struct kunit_case frontswap_test_cases[] = {
	KUNIT_CASE(replay_is_ascending),
	KUNIT_CASE(swapon_after_register),
	KUNIT_CASE(swapoff_without_backend_is_recorded),
	KUNIT_CASE(second_backend_gets_own_replay),
	KUNIT_CASE(no_backend_no_calls),
	KUNIT_CASE(store_during_replay_is_gated),
	KUNIT_CASE(store_during_swapon_is_gated),
	KUNIT_CASE(store_during_second_replay),
	KUNIT_CASE(key_is_on_while_attached),
	KUNIT_CASE(store_load_invalidate),
	KUNIT_CASE(swapoff_drops_what_is_left),
	KUNIT_CASE(duplicate_store_drops_older_copy),
	KUNIT_CASE(refused_duplicate_leaves_nothing),
	KUNIT_CASE(older_copy_in_other_backend),
	KUNIT_CASE(large_folio_is_refused_and_drops_older_copies),
	KUNIT_CASE(large_folio_is_stored_page_by_page),
	KUNIT_CASE(large_folio_is_taken_back_if_a_page_is_refused),
	KUNIT_CASE(large_folio_goes_to_those_who_take_parts),
	KUNIT_CASE(large_write_through_is_written_too),
	KUNIT_CASE(large_load_from_wherever_the_pages_are),
	KUNIT_CASE(large_load_of_pages_that_were_written_back),
	KUNIT_CASE(failed_large_load_is_an_io_error),
	KUNIT_CASE(failed_load_is_an_io_error),
	KUNIT_CASE(load_may_point_to_the_device),
	KUNIT_CASE(backend_marks_pages_uptodate),
	KUNIT_CASE(backend_marks_and_unlocks_pages),
	KUNIT_CASE(load_gets_own_page_unless_direct),
	KUNIT_CASE(direct_backend_completes_pages),
	KUNIT_CASE(exclusive_load_drops_the_copy),
	KUNIT_CASE(exclusive_load_by_way_of_another_page),
	KUNIT_CASE(outside_the_swap_cache_the_copy_stays),
	KUNIT_CASE(copies_of_a_large_folio_stay),
	KUNIT_CASE(written_through_page_stays_clean),
	KUNIT_CASE(failed_load_drops_nothing),
	KUNIT_CASE(one_is_an_error_without_the_flag),
	KUNIT_CASE(exclusive_loads_can_be_switched_off),
	KUNIT_CASE(moved_pages_are_dropped_once),
	KUNIT_CASE(newest_is_asked_first),
	KUNIT_CASE(higher_priority_is_asked_first),
	KUNIT_CASE(bad_registrations),
	KUNIT_CASE(bad_unregistrations),
	KUNIT_CASE(types_out_of_range),
	KUNIT_CASE(optional_callbacks_may_be_missing),
	KUNIT_CASE(no_memory_at_register_changes_nothing),
	KUNIT_CASE(no_memory_at_swapon_leaves_area_unserved),
	KUNIT_CASE(no_backend_no_map),
	KUNIT_CASE(unregister_waits_for_store),
	KUNIT_CASE(unregister_waits_for_invalidate),
	KUNIT_CASE(disable_moves_pages_to_the_device),
	KUNIT_CASE(disable_gives_pages_to_another),
	KUNIT_CASE(failed_drain_leaves_load_only),
	KUNIT_CASE(load_error_stops_drain),
	KUNIT_CASE(interrupted_drain_changes_nothing),
	KUNIT_CASE(drained_pages_are_not_written_through),
	KUNIT_CASE(evicted_pages_go_to_the_device),
	KUNIT_CASE(bad_evictions),
	KUNIT_CASE(unregister_waits_for_eviction),
	KUNIT_CASE(write_through_needs_no_copy),
	KUNIT_CASE(pools_are_added_up),
	KUNIT_CASE(unregister_waits_for_pool_pages),
	KUNIT_CASE(every_operation_in_every_state),
	KUNIT_CASE(every_short_sequence),
	{}
};

static struct kunit_suite frontswap_test_suite = {
	.name = "frontswap",
	.init = frontswap_test_init,
	.exit = frontswap_test_exit,
	.test_cases = frontswap_test_cases,
};
kunit_test_suite(frontswap_test_suite);
