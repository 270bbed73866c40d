// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the blocks and the index of frontswap_bdev
 */
#include <kunit/test.h>

/* A copy under other names: the backend may be built in, or a module. */
#define fsbdev_blocks_init		test_blocks_init
#define fsbdev_blocks_destroy		test_blocks_destroy
#define fsbdev_block_get			test_block_get
#define fsbdev_block_put			test_block_put
#define fsbdev_block_fail			test_block_fail
#define fsbdev_block_retire		test_block_retire
#define fsbdev_blocks_recover		test_blocks_recover
#define fsbdev_blocks_begin_discard	test_blocks_begin_discard
#define fsbdev_blocks_end_discard		test_blocks_end_discard
#define fsbdev_index_init			test_index_init
#define fsbdev_index_set			test_index_set
#define fsbdev_index_get			test_index_get
#define fsbdev_index_clear		test_index_clear
#define fsbdev_index_find			test_index_find

#include "bdev_blocks.c"

#define NR	300U
#define FAR	(BIT(31) + 7)

static struct fsbdev_blocks blocks;
static struct xarray slots;

static int fsbdev_test_init(struct kunit *test)
{
	fsbdev_index_init(&slots);
	return fsbdev_blocks_init(&blocks, NR);
}

static void fsbdev_test_exit(struct kunit *test)
{
	pgoff_t offset, next = 0;

	while (fsbdev_index_find(&slots, &next, &offset, 1))
		fsbdev_index_clear(&slots, offset);
	KUNIT_EXPECT_TRUE(test, xa_empty(&slots));
	fsbdev_blocks_destroy(&blocks);
}

static void get_all(struct kunit *test)
{
	u32 i;

	for (i = 1; i < NR; i++)
		KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), i);
}

static void blocks_ascend(struct kunit *test)
{
	get_all(test);
	KUNIT_EXPECT_EQ(test, blocks.nr_pages, NR - 1);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), (u32)FSBDEV_NO_BLOCK);
}

/* A block that was just freed is used last, so that its discard is worth it. */
static void freed_blocks_are_used_last(struct kunit *test)
{
	fsbdev_block_get(&blocks);
	fsbdev_block_put(&blocks, 1);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 2U);
	blocks.next = NR - 1;
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), NR - 1);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 1U);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 3U);
}

static void the_last_free_block_is_found(struct kunit *test)
{
	u32 block;

	get_all(test);
	for (block = 1; block < NR; block++) {
		fsbdev_block_put(&blocks, block);
		KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), block);
		KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks),
				(u32)FSBDEV_NO_BLOCK);
	}
}

static void limit_holds(struct kunit *test)
{
	blocks.limit = 2;
	fsbdev_block_get(&blocks);
	fsbdev_block_get(&blocks);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), (u32)FSBDEV_NO_BLOCK);
	fsbdev_block_put(&blocks, 1);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 3U);
	/* Lowered below what is in use. */
	blocks.limit = 1;
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), (u32)FSBDEV_NO_BLOCK);
}

/* A search with interrupts off is bounded, and goes on with the next call. */
static void search_is_bounded(struct kunit *test)
{
	u32 nr = 3 * SEARCH_BITS, i;

	fsbdev_blocks_destroy(&blocks);
	KUNIT_ASSERT_EQ(test, fsbdev_blocks_init(&blocks, nr), 0);
	bitmap_set(blocks.used, 1, nr - 2);
	for (i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks),
				(u32)FSBDEV_NO_BLOCK);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), nr - 1);
}

static void discards_cover_what_is_free(struct kunit *test)
{
	u32 first = 1;

	fsbdev_block_get(&blocks);
	fsbdev_block_get(&blocks);
	fsbdev_block_put(&blocks, 1);
	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, 100),
			1U);
	KUNIT_EXPECT_EQ(test, first, 1U);
	fsbdev_blocks_end_discard(&blocks, first, 1, false);
	first = 2;
	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, 100),
			100U);
	KUNIT_EXPECT_EQ(test, first, 3U);
	first += 100;
	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, NR),
			NR - 103);
	first = NR;
	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, NR),
			0U);
	/* Once is enough. */
	first = 1;
	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, NR),
			0U);
	KUNIT_EXPECT_EQ(test, first, NR);
}

static void blocks_are_not_used_during_a_discard(struct kunit *test)
{
	u32 first = 1;

	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, 10),
			10U);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 11U);
	fsbdev_blocks_end_discard(&blocks, first, 10, false);
	blocks.next = 1;
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 1U);
	first = 20;
	KUNIT_EXPECT_EQ(test, fsbdev_blocks_begin_discard(&blocks, &first, 5),
			5U);
	fsbdev_blocks_end_discard(&blocks, first, 5, true);
	blocks.next = 20;
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 25U);
}

static void failed_blocks_are_set_aside(struct kunit *test)
{
	get_all(test);
	fsbdev_block_fail(&blocks, 7);
	KUNIT_EXPECT_EQ(test, blocks.nr_pages, NR - 2);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), (u32)FSBDEV_NO_BLOCK);
	fsbdev_blocks_recover(&blocks);
	KUNIT_EXPECT_EQ(test, blocks.nr_failed, 0U);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 7U);
}

static void retired_blocks_are_not_used_again(struct kunit *test)
{
	get_all(test);
	fsbdev_block_retire(&blocks, 7);
	fsbdev_block_retire(&blocks, 7);
	KUNIT_EXPECT_EQ(test, blocks.nr_failed, 1U);
	fsbdev_block_put(&blocks, 7);
	KUNIT_EXPECT_EQ(test, blocks.nr_pages, NR - 2);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), (u32)FSBDEV_NO_BLOCK);
	fsbdev_block_put(&blocks, 8);
	KUNIT_EXPECT_EQ(test, fsbdev_block_get(&blocks), 8U);
}

static void index_keeps_blocks(struct kunit *test)
{
	static const pgoff_t offsets[] = { 0, 63, 64, 4095, 4096, FAR };
	u32 crc, i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		KUNIT_EXPECT_EQ(test, fsbdev_index_set(&slots, offsets[i], i + 1,
						       i + 100), 0);
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		KUNIT_EXPECT_EQ(test, fsbdev_index_get(&slots, offsets[i], &crc),
				i + 1);
		KUNIT_EXPECT_EQ(test, crc, i + 100);
	}
	KUNIT_EXPECT_EQ(test, fsbdev_index_get(&slots, 1, &crc),
			(u32)FSBDEV_NO_BLOCK);
	KUNIT_EXPECT_EQ(test, fsbdev_index_get(&slots, FAR + 64, &crc),
			(u32)FSBDEV_NO_BLOCK);
	KUNIT_EXPECT_EQ(test, fsbdev_index_clear(&slots, 63), 2U);
	KUNIT_EXPECT_EQ(test, fsbdev_index_clear(&slots, 63),
			(u32)FSBDEV_NO_BLOCK);
	KUNIT_EXPECT_EQ(test, fsbdev_index_get(&slots, 0, &crc), 1U);
}

static void empty_leaves_are_freed(struct kunit *test)
{
	fsbdev_index_set(&slots, 5, 1, 0);
	fsbdev_index_set(&slots, 6, 2, 0);
	fsbdev_index_clear(&slots, 5);
	KUNIT_EXPECT_FALSE(test, xa_empty(&slots));
	fsbdev_index_clear(&slots, 6);
	KUNIT_EXPECT_TRUE(test, xa_empty(&slots));
}

static void find_goes_on(struct kunit *test)
{
	pgoff_t offsets[2], next = 0;

	fsbdev_index_set(&slots, 5, 1, 0);
	fsbdev_index_set(&slots, 6, 2, 0);
	fsbdev_index_set(&slots, 64, 3, 0);
	fsbdev_index_set(&slots, FAR, 4, 0);
	KUNIT_EXPECT_EQ(test, fsbdev_index_find(&slots, &next, offsets, 2), 2U);
	KUNIT_EXPECT_EQ(test, offsets[0], 5UL);
	KUNIT_EXPECT_EQ(test, offsets[1], 6UL);
	KUNIT_EXPECT_EQ(test, fsbdev_index_find(&slots, &next, offsets, 2), 2U);
	KUNIT_EXPECT_EQ(test, offsets[0], 64UL);
	KUNIT_EXPECT_EQ(test, offsets[1], FAR);
	KUNIT_EXPECT_EQ(test, fsbdev_index_find(&slots, &next, offsets, 2), 0U);
}

static struct kunit_case fsbdev_cases[] = {
	KUNIT_CASE(blocks_ascend),
	KUNIT_CASE(freed_blocks_are_used_last),
	KUNIT_CASE(the_last_free_block_is_found),
	KUNIT_CASE(limit_holds),
	KUNIT_CASE(search_is_bounded),
	KUNIT_CASE(discards_cover_what_is_free),
	KUNIT_CASE(blocks_are_not_used_during_a_discard),
	KUNIT_CASE(failed_blocks_are_set_aside),
	KUNIT_CASE(retired_blocks_are_not_used_again),
	KUNIT_CASE(index_keeps_blocks),
	KUNIT_CASE(empty_leaves_are_freed),
	KUNIT_CASE(find_goes_on),
	{}
};

static struct kunit_suite fsbdev_suite = {
	.name = "frontswap_bdev",
	.init = fsbdev_test_init,
	.exit = fsbdev_test_exit,
	.test_cases = fsbdev_cases,
};

kunit_test_suite(fsbdev_suite);
