// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the index, the ages and the limit of frontswap_compress
 */
#include <kunit/test.h>

/* A copy under other names: the backend may be built in, or a module. */
#define compress_index_add_leaf		test_index_add_leaf
#define compress_index_drop_leaf	test_index_drop_leaf
#define compress_index_ages		test_index_ages
#define compress_index_collect		test_index_collect
#define compress_index_fold		test_index_fold
#define compress_index_destroy		test_index_destroy

#include "compress_index.c"
#include "compress_limit.h"

#define FAR	(3 * LIMB_SLOTS + 40UL * 1024 * 1024)

static struct compress_index ix;
static unsigned int released;

static void count_release(const struct compress_entry *e)
{
	released++;
}

static int index_test_init(struct kunit *test)
{
	compress_index_setup(&ix);
	released = 0;
	return 0;
}

static void index_test_exit(struct kunit *test)
{
	compress_index_destroy(&ix, count_release);
}

static void put_in(struct kunit *test, unsigned long offset,
		   unsigned long generation, unsigned int size)
{
	struct compress_leaf *leaf = compress_index_get(&ix, offset);

	KUNIT_ASSERT_NOT_NULL(test, leaf);
	compress_leaf_set(leaf, offset, offset ^ 0x5a5a,
			  compress_make_meta(size, 0, generation, 0));
}

static struct compress_entry take_out(unsigned long offset)
{
	struct compress_leaf *leaf = compress_index_leaf(&ix, offset);
	struct compress_entry e = compress_leaf_clear(leaf, offset);

	compress_index_put(&ix, leaf);
	return e;
}

static struct compress_entry look(unsigned long offset)
{
	return *compress_leaf_entry(compress_index_leaf(&ix, offset), offset);
}

static void entry_keeps_all(struct kunit *test)
{
	void *objcg = kunit_kzalloc(test, 64, GFP_KERNEL);
	u64 meta;

	KUNIT_ASSERT_NOT_NULL(test, objcg);
	KUNIT_EXPECT_EQ(test, sizeof(struct compress_entry), 16UL);
	KUNIT_EXPECT_TRUE(test, compress_objcg_fits(objcg));
	KUNIT_EXPECT_FALSE(test, compress_objcg_fits(objcg + 8));
	KUNIT_EXPECT_FALSE(test, compress_objcg_fits(phys_to_virt(1ULL << 48)));
	meta = compress_make_meta(SIZE_SAME_FILLED, (1U << COMP_BITS) - 1,
				  3 * NR_AGES + 61, compress_pack_objcg(objcg));
	KUNIT_EXPECT_EQ(test, compress_entry_size(meta),
			(unsigned int)SIZE_SAME_FILLED);
	KUNIT_EXPECT_EQ(test, compress_entry_comp(meta), (1U << COMP_BITS) - 1);
	KUNIT_EXPECT_EQ(test, compress_entry_age(meta), 61U);
	KUNIT_EXPECT_PTR_EQ(test, compress_entry_objcg(meta), objcg);
	meta = compress_make_meta(1, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, meta, 1ULL);
	KUNIT_EXPECT_PTR_EQ(test, compress_entry_objcg(meta), NULL);
}

static void index_finds_slots(struct kunit *test)
{
	static const unsigned long at[] = {
		0, 1, LEAF_SLOTS - 1, LEAF_SLOTS,
		BRANCH_SLOTS - 1, BRANCH_SLOTS,
		LIMB_SLOTS - 1, LIMB_SLOTS, FAR, MAX_SLOTS - 1,
	};
	int i;

	KUNIT_EXPECT_NULL(test, compress_index_leaf(&ix, 0));
	for (i = 0; i < ARRAY_SIZE(at); i++)
		put_in(test, at[i], 0, i + 1);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		KUNIT_EXPECT_EQ(test, look(at[i]).data, at[i] ^ 0x5a5a);
		KUNIT_EXPECT_EQ(test, compress_entry_size(look(at[i]).meta),
				i + 1U);
	}
	for (i = 0; i < ARRAY_SIZE(at); i++)
		KUNIT_EXPECT_EQ(test, take_out(at[i]).data, at[i] ^ 0x5a5a);
}

static void leaf_goes_when_empty(struct kunit *test)
{
	unsigned long with_leaf, without;

	put_in(test, 5, 0, 1);
	with_leaf = ix.bytes;
	put_in(test, 6, 0, 1);
	KUNIT_EXPECT_EQ(test, ix.bytes, with_leaf);
	take_out(5);
	KUNIT_EXPECT_EQ(test, ix.bytes, with_leaf);
	take_out(6);
	without = ix.bytes;
	KUNIT_EXPECT_EQ(test, with_leaf - without,
			LEAF_SLOTS * sizeof(struct compress_entry));
	KUNIT_EXPECT_NULL(test, compress_index_leaf(&ix, 5)->entries);
	put_in(test, 5, 0, 1);
	KUNIT_EXPECT_EQ(test, ix.bytes, with_leaf);
	KUNIT_EXPECT_EQ(test, compress_entry_size(look(6).meta), 0U);
	take_out(5);
}

/* Two racing users of an empty leaf, and a late put of a reused leaf */
static void leaf_of_others_stays(struct kunit *test)
{
	struct compress_leaf *leaf;

	put_in(test, 5, 0, 1);
	leaf = compress_index_leaf(&ix, 5);
	compress_index_drop_leaf(&ix, leaf);
	KUNIT_ASSERT_NOT_NULL(test, leaf->entries);
	KUNIT_EXPECT_PTR_EQ(test, compress_index_add_leaf(&ix, 6), leaf);
	KUNIT_EXPECT_EQ(test, compress_entry_size(look(5).meta), 1U);
	KUNIT_EXPECT_EQ(test, look(5).data, 5UL ^ 0x5a5a);
	compress_index_put(&ix, leaf);
	KUNIT_EXPECT_NOT_NULL(test, leaf->entries);
	take_out(5);
	KUNIT_EXPECT_NULL(test, leaf->entries);
}

static void destroy_releases_all(struct kunit *test)
{
	put_in(test, 1, 0, 1);
	put_in(test, 2, 0, SIZE_SAME_FILLED);
	put_in(test, FAR, 0, 1);
	compress_index_destroy(&ix, count_release);
	KUNIT_EXPECT_EQ(test, released, 3U);
	KUNIT_EXPECT_EQ(test, ix.bytes, 0UL);
	KUNIT_EXPECT_NULL(test, compress_index_leaf(&ix, 1));
	put_in(test, 1, 0, 1);
	KUNIT_EXPECT_EQ(test, compress_entry_size(look(2).meta), 0U);
}

static unsigned int collect(unsigned long *next, unsigned int age,
			    pgoff_t *found, unsigned int max)
{
	const struct compress_query query = { .age = age, .busy = 9 };

	return compress_index_collect(&ix, next, &query, found, max);
}

/* Slot 4 is same-filled. */
static void collect_takes_one_age(struct kunit *test)
{
	static const pgoff_t first[8] = { 0, 2, 6, 8, 10, 12, 14, 16 };
	unsigned long next = 0, i;
	pgoff_t found[8];

	for (i = 0; i < 20; i++)
		put_in(test, i, i % 2, i == 4 ? SIZE_SAME_FILLED : 100);
	put_in(test, FAR, 0, 100);
	KUNIT_EXPECT_EQ(test, compress_index_ages(&ix), 3ULL);

	KUNIT_ASSERT_EQ(test, collect(&next, 0, found, 8), 8U);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, found[i], first[i]);
	KUNIT_ASSERT_EQ(test, collect(&next, 0, found, 8), 2U);
	KUNIT_EXPECT_EQ(test, found[0], 18UL);
	KUNIT_EXPECT_EQ(test, found[1], FAR);
	KUNIT_EXPECT_EQ(test, collect(&next, 0, found, 8), 0U);
}

static bool is_even(u64 meta, const void *arg)
{
	return compress_entry_size(meta) % 2 == 0;
}

/* Pages that do not match are skipped, and their age remains in the mask. */
static void collect_takes_what_is_wanted(struct kunit *test)
{
	struct compress_query query = { .age = 3, .busy = 9, .min_size = 104 };
	unsigned long next = 0, i;
	pgoff_t found[8];

	for (i = 0; i < 6; i++)
		put_in(test, i, 3, 100 + i);
	KUNIT_ASSERT_EQ(test,
			compress_index_collect(&ix, &next, &query, found, 8),
			2U);
	KUNIT_EXPECT_EQ(test, found[0], 4UL);
	KUNIT_EXPECT_EQ(test, found[1], 5UL);
	query.wanted = is_even;
	next = 0;
	KUNIT_ASSERT_EQ(test,
			compress_index_collect(&ix, &next, &query, found, 8),
			1U);
	KUNIT_EXPECT_EQ(test, found[0], 4UL);
	query.min_size = 1000;
	next = 0;
	KUNIT_EXPECT_EQ(test,
			compress_index_collect(&ix, &next, &query, found, 8),
			0U);
	KUNIT_EXPECT_EQ(test, compress_index_ages(&ix), BIT_ULL(3));
}

/* No block is larger than a page; a slot beyond the last is rejected. */
static void index_is_made_of_pages(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct compress_root), PAGE_SIZE);
	KUNIT_EXPECT_LE(test, sizeof(struct compress_limb), PAGE_SIZE);
	KUNIT_EXPECT_LE(test, sizeof(struct compress_branch), PAGE_SIZE);
	KUNIT_EXPECT_LE(test, LEAF_SLOTS * sizeof(struct compress_entry),
			PAGE_SIZE);
	KUNIT_EXPECT_GE(test, MAX_SLOTS, BIT(32));
	KUNIT_EXPECT_NULL(test, compress_index_get(&ix, MAX_SLOTS));
	KUNIT_EXPECT_NULL(test, compress_index_leaf(&ix, MAX_SLOTS));
	KUNIT_EXPECT_EQ(test, ix.bytes, 0UL);
}

/* A walk removes ages from the mask, except for the last two. */
static void ages_are_forgotten(struct kunit *test)
{
	unsigned long next = 0;
	pgoff_t found[4];

	put_in(test, 0, 7, 100);
	put_in(test, 1, 8, 100);
	put_in(test, 2, 9, 100);
	take_out(0);
	take_out(2);
	KUNIT_EXPECT_EQ(test, compress_index_ages(&ix), 0x380ULL);
	KUNIT_EXPECT_EQ(test, collect(&next, 7, found, 4), 0U);
	next = 0;
	KUNIT_EXPECT_EQ(test, collect(&next, 9, found, 4), 0U);
	KUNIT_EXPECT_EQ(test, compress_index_ages(&ix), 0x300ULL);
	next = 0;
	KUNIT_EXPECT_EQ(test, collect(&next, 8, found, 4), 1U);
	KUNIT_EXPECT_EQ(test, compress_index_ages(&ix), 0x300ULL);
}

/* After a fold the old ages are one age, older than all others. */
static void fold_keeps_the_order(struct kunit *test)
{
	unsigned long now = NR_AGES - 2, i;

	for (i = 0; i <= now; i++)
		put_in(test, 3 * i, i, 100 + i);
	compress_index_fold(&ix, now, AGE_FOLD - 1);
	for (i = 0; i <= now; i++) {
		u64 meta = look(3 * i).meta;
		unsigned long age = max(i, now - AGE_FOLD + 1);

		KUNIT_EXPECT_EQ(test, compress_entry_age(meta),
				(unsigned int)age);
		KUNIT_EXPECT_EQ(test, compress_entry_size(meta), 100U + (int)i);
	}
	KUNIT_EXPECT_EQ(test,
			compress_index_ages(&ix) &
				compress_old_ages(now, AGE_FOLD - 1),
			0ULL);
}

/* Generations that begin during a fold are not mistaken for old ones. */
static void fold_spares_the_newest(struct kunit *test)
{
	unsigned long folded = 5, now = folded + (NR_AGES - AGE_FOLD) / 2;
	unsigned long last = folded + NR_AGES - AGE_FOLD - 1, i;

	for (i = now + 1; i <= last; i++)
		put_in(test, i, i, 100);
	compress_index_fold(&ix, now, folded);
	for (i = now + 1; i <= last; i++) {
		KUNIT_EXPECT_EQ(test, compress_entry_age(look(i).meta),
				(u32)i % NR_AGES);
		KUNIT_EXPECT_TRUE(test, compress_index_ages(&ix) &
						BIT_ULL(i % NR_AGES));
	}
}

static void clock_waits_for_folding(struct kunit *test)
{
	struct compress_gen_clock c = {};
	unsigned int ends = 0, i;

	compress_gen_set_length(&c, 0);
	KUNIT_EXPECT_FALSE(test, compress_gen_tick(&c));
	KUNIT_EXPECT_TRUE(test, compress_gen_tick(&c));
	KUNIT_EXPECT_EQ(test, c.now, 1UL);
	KUNIT_EXPECT_FALSE(test, compress_gen_fold_due(&c));
	for (i = 0; i < 1000; i++)
		ends += compress_gen_tick(&c);
	KUNIT_EXPECT_GT(test, ends, 0U);
	KUNIT_EXPECT_TRUE(test, compress_gen_fold_due(&c));
	/* With AGE_FOLD ages after a fold, ages remain distinct. */
	KUNIT_EXPECT_LT(test, c.now + AGE_FOLD, NR_AGES + 0UL);
	c.folded = c.now;
	KUNIT_EXPECT_TRUE(test, compress_gen_tick(&c));
	KUNIT_EXPECT_EQ(test, c.now, c.folded + 1);

	compress_gen_set_length(&c, 16 * 3200);
	for (i = 0; i < 3200 / CLOCK_TICK - 1; i++)
		KUNIT_EXPECT_FALSE(test, compress_gen_tick(&c));
	KUNIT_EXPECT_TRUE(test, compress_gen_tick(&c));
}

/* Stores succeed up to the limit; write-back goes down to the threshold. */
static void limit_has_hysteresis(struct kunit *test)
{
	struct compress_limit l = {};

	compress_limit_set(&l, 10000, 20, 0, 90, 50);
	KUNIT_EXPECT_EQ(test, l.high, 2000UL);
	KUNIT_EXPECT_EQ(test, l.low, 1800UL);
	KUNIT_EXPECT_EQ(test, l.exclusive, 1000UL);
	KUNIT_EXPECT_TRUE(test, compress_limit_admits(&l, 1999));
	KUNIT_EXPECT_FALSE(test, compress_limit_admits(&l, 2000));
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 1999, false), 0UL);
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 2000, false), 200UL);
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 1999, true), 199UL);
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 1801, true), 1UL);
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 1800, true), 0UL);

	/* Even with 100 percent, a full pool frees memory. */
	compress_limit_set(&l, 10000, 20, 0, 100, 0);
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 2000, false), 1UL);
	KUNIT_EXPECT_EQ(test, l.exclusive, 0UL);
}

static void limit_is_the_lower_one(struct kunit *test)
{
	struct compress_limit l = {};

	compress_limit_set(&l, 10000, 50, 100 * PAGE_SIZE, 100, 50);
	KUNIT_EXPECT_EQ(test, l.high, 100UL);
	KUNIT_EXPECT_EQ(test, l.low, 99UL);
	compress_limit_set(&l, 10000, 1, 1000 * PAGE_SIZE, 0, 50);
	KUNIT_EXPECT_EQ(test, l.high, 100UL);
	KUNIT_EXPECT_EQ(test, l.low, 0UL);
	compress_limit_set(&l, 10000, 0, 0, 90, 50);
	KUNIT_EXPECT_FALSE(test, compress_limit_admits(&l, 0));
	compress_limit_set(&l, 10000, 10, 0, 90, 50);
	KUNIT_EXPECT_TRUE(test, compress_limit_admits(&l, 0));
	compress_limit_set(&l, 10000, 1, 0, 90, 50);
	KUNIT_EXPECT_EQ(test, compress_limit_excess(&l, 500, false), 410UL);
}

static void budget_is_for_a_second(struct kunit *test)
{
	struct compress_budget b = {};

	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 0, 1000, 5), 1000UL);
	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 100, 60, HZ), 60UL);
	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 100, 60, HZ + 1), 40UL);
	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 100, 60, 2 * HZ - 1),
			0UL);
	compress_budget_put(&b, 10);
	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 100, 60, 2 * HZ - 1),
			10UL);
	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 100, 160, 2 * HZ), 100UL);
	/* A lower rate has immediate effect. */
	compress_budget_put(&b, 90);
	KUNIT_EXPECT_EQ(test, compress_budget_get(&b, 20, 60, 2 * HZ), 20UL);
}

/* The age of a page is counted from the end of its generation. */
static void clock_knows_when(struct kunit *test)
{
	static struct compress_gen_clock c;
	unsigned long now = jiffies;

	memset(&c, 0, sizeof(c));
	compress_gen_advance(&c);
	compress_gen_advance(&c);
	KUNIT_ASSERT_EQ(test, c.now, 2UL);
	c.began[1] = now - 100;
	c.began[2] = now - 10;
	KUNIT_EXPECT_FALSE(test, compress_gen_ended_by(&c, 2, 0, now + 1));
	KUNIT_EXPECT_TRUE(test, compress_gen_ended_by(&c, 2, 1, now - 10));
	KUNIT_EXPECT_FALSE(test, compress_gen_ended_by(&c, 2, 1, now - 11));
	KUNIT_EXPECT_TRUE(test, compress_gen_ended_by(&c, 2, 2, now - 100));
	KUNIT_EXPECT_FALSE(test, compress_gen_ended_by(&c, 2, 2, now - 101));
}

static struct kunit_case compress_cases[] = {
	KUNIT_CASE(entry_keeps_all),
	KUNIT_CASE(index_finds_slots),
	KUNIT_CASE(leaf_goes_when_empty),
	KUNIT_CASE(leaf_of_others_stays),
	KUNIT_CASE(destroy_releases_all),
	KUNIT_CASE(collect_takes_one_age),
	KUNIT_CASE(collect_takes_what_is_wanted),
	KUNIT_CASE(index_is_made_of_pages),
	KUNIT_CASE(ages_are_forgotten),
	KUNIT_CASE(fold_keeps_the_order),
	KUNIT_CASE(fold_spares_the_newest),
	KUNIT_CASE(clock_waits_for_folding),
	KUNIT_CASE(limit_has_hysteresis),
	KUNIT_CASE(limit_is_the_lower_one),
	KUNIT_CASE(budget_is_for_a_second),
	KUNIT_CASE(clock_knows_when),
	{}
};

static struct kunit_suite compress_suite = {
	.name = "frontswap_compress",
	.init = index_test_init,
	.exit = index_test_exit,
	.test_cases = compress_cases,
};

kunit_test_suite(compress_suite);
