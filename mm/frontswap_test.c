// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of frontswap: directed tests, each of one scenario
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "frontswap_test.h"

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
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ctx->reg), 1ull);
}

static void store_and_load_from_init(unsigned int type)
{
	unsigned int t;

	for (t = 0; t < 2; t++) {
		KUNIT_EXPECT_NE(ctx->test, store(t, 4), 0);
		EXPECT_NO_LOAD(t, 4, -ENOENT);
		invalidate(t, 4);
	}
}

/* The areas are in use: a store to one may run during init() for another. */
static void store_during_replay_is_gated(struct kunit *test)
{
	swapon(0);
	swapon(1);
	ctx->fake[0].in_init = store_and_load_from_init;
	reg(0);
	EXPECT_CALLS("Ai0 Ai1");
	KUNIT_EXPECT_EQ(test, store(0, 4), 0);
	EXPECT_CALLS("As0:4");
}

static void store_during_swapon_is_gated(struct kunit *test)
{
	reg(0);
	swapon(0);
	ctx->fake[0].in_init = store_and_load_from_init;
	swapoff(0);
	swapon(1);
	EXPECT_CALLS("Ai0 Ax0 Ai1");
}

/* The replay of a second backend does not block the first backend. */
static void replay_store_goes_to_the_other(unsigned int type)
{
	KUNIT_EXPECT_EQ(ctx->test, store(0, 6), 0);
	EXPECT_LOAD(0, 6, ctx->last_value);
}

static void store_during_second_replay(struct kunit *test)
{
	swapon(0);
	reg(0);
	ctx->fake[1].in_init = replay_store_goes_to_the_other;
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

static void swapoff_invalidates_the_rest(struct kunit *test)
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

static void duplicate_store_invalidates_older_copy(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 1);
	EXPECT_CALLS("Ai0 As0:1 Ad0:1 As0:1");
	EXPECT_LOAD(0, 1, 2);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
}

static void rejected_duplicate_leaves_nothing(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	ctx->fake[0].rejects = true;
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	EXPECT_CALLS("Ai0 As0:1 Ad0:1 As0:1");
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
}

/* B is registered after A and tried first; the older copy is in A. */
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

/* Four pages for the slots of area 0 from 4 on. */
static void supports_large(int who)
{
	ctx->fake[who].ops.flags |= FRONTSWAP_LARGE_FOLIOS |
				   FRONTSWAP_DIRECT_LOAD;
}

static void rejected_large_folio_invalidates_older_copies(struct kunit *test)
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
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ctx->reg), 1ull);
}

static void large_folio_is_stored_page_by_page(struct kunit *test)
{
	NEED_LARGE(test);
	supports_large(0);
	swapon(0);
	reg(0);
	store(0, 5);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	EXPECT_CALLS("Ai0 As0:5 Ad0:5 As0:4 As0:5 As0:6 As0:7");
	EXPECT_LOAD(0, 4, 100);
	EXPECT_LOAD(0, 7, 103);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), LARGE_NR);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ctx->reg), 0ull);
}

static void reject_from_6(unsigned int type, pgoff_t offset)
{
	ctx->fake[0].rejects = offset >= 6;
}

static void large_folio_is_undone_if_a_page_is_rejected(struct kunit *test)
{
	NEED_LARGE(test);
	supports_large(0);
	ctx->fake[0].in_store = reject_from_6;
	swapon(0);
	reg(0);
	KUNIT_EXPECT_NE(test, store_large(test), 0);
	EXPECT_CALLS("Ai0 As0:4 As0:5 As0:6 Ad0:4 Ad0:5");
	EXPECT_NO_LOAD(0, 4, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ctx->reg), 1ull);
}

/* Rejected pages go to the next backend; C does not support large folios. */
static void large_folio_goes_to_backends_that_support_it(struct kunit *test)
{
	NEED_LARGE(test);
	supports_large(0);
	supports_large(1);
	ctx->fake[0].in_store = reject_from_6;
	swapon(0);
	reg(1);
	reg(0);
	reg(2);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	EXPECT_CALLS("Bi0 Ai0 Ci0 As0:4 As0:5 As0:6 Bs0:6 As0:7 Bs0:7");
	backend(0)->large_folios = false;
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	EXPECT_CALLS("Ad0:4 Ad0:5 Bd0:6 Bd0:7 Bs0:4 Bs0:5 Bs0:6 Bs0:7");
}

static void large_write_through_is_written_too(struct kunit *test)
{
	NEED_LARGE(test);
	supports_large(0);
	supports_large(1);
	ctx->fake[0].in_store = reject_from_6;
	ctx->fake[1].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg(1);
	reg(0);
	KUNIT_EXPECT_EQ(test, store_large(test), -EAGAIN);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 2ul);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(1)), 2ul);
}

static void large_load_from_wherever_the_pages_are(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	supports_large(0);
	swapon(0);
	reg(0);
	reg(1);
	KUNIT_EXPECT_EQ(test, load_large(test, got), -ENOENT);

	store(0, 5);
	ctx->fake[1].rejects = true;
	store(0, 7);
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[0], 1004ull);
	KUNIT_EXPECT_EQ(test, got[1], 1ull);
	KUNIT_EXPECT_EQ(test, got[2], 1006ull);
	KUNIT_EXPECT_EQ(test, got[3], 2ull);
	KUNIT_EXPECT_EQ(test, ctx->slots_read, 2);
	/* B does not support large folios. */
	KUNIT_EXPECT_FALSE(test, PageCompound(ctx->fake[1].loaded));
}

static void large_load_of_pages_that_were_written_back(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	supports_large(0);
	swapon(0);
	reg(0);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	ctx->fake[0].load_error = -ENOENT;
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[3], 1007ull);
	ctx->read_slot_error = -EIO;
	KUNIT_EXPECT_EQ(test, load_large(test, got), -EIO);
}

static void failed_large_load_is_an_io_error(struct kunit *test)
{
	u64 got[LARGE_NR];

	NEED_LARGE(test);
	supports_large(0);
	swapon(0);
	reg(0);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	ctx->fake[0].load_error = -ENOMEM;
	KUNIT_EXPECT_EQ(test, load_large(test, got), -EIO);
	KUNIT_EXPECT_EQ(test, ctx->slots_read, 0);
	KUNIT_EXPECT_EQ(test,
			frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS), 1ul);
	ctx->fake[0].load_error = 0;
	KUNIT_EXPECT_EQ(test, load_large(test, got), 0);
	KUNIT_EXPECT_EQ(test, got[0], 100ull);
}

/* Failed loads */

static void failed_load_is_an_io_error(struct kunit *test)
{
	static const int errors[] = { -1, -EIO, -ENOMEM, -EAGAIN, 1 };
	int i;

	swapon(0);
	reg(0);
	store(0, 1);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ctx->fake[0].load_error = errors[i];
		EXPECT_NO_LOAD(0, 1, -EIO);
	}
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			5ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 0ul);
	ctx->fake[0].load_error = 0;
	EXPECT_LOAD(0, 1, 1);
}

/* -ENOENT: the backend wrote the page back; the bit stays set. */
static void load_may_point_to_the_device(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	ctx->fake[0].load_error = -ENOENT;
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			0ul);
	invalidate(0, 1);
	EXPECT_CALLS("Ai0 As0:1 Al0:1 Ad0:1");
}

static void check_completing_backend(enum fake_completes completes)
{
	swapon(0);
	ctx->fake[0].ops.flags = 0;
	reg(0);
	store(0, 1);
	store(0, 2);
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_FALSE(ctx->test, test_bit(FRONTSWAP_WARNED_COMPLETES,
					       &backend(0)->warned));
	ctx->fake[0].completes = completes;
	EXPECT_LOAD(0, 1, 1);
	EXPECT_LOAD(0, 2, 2);
	ctx->fake[0].load_error = -EIO;
	EXPECT_NO_LOAD(0, 1, -EIO);
	ctx->fake[0].load_error = -ENOENT;
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	ctx->fake[0].load_error = 0;
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_TRUE(ctx->test, test_bit(FRONTSWAP_WARNED_COMPLETES,
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
	ctx->fake[1].ops.flags = 0;
	reg(1);
	store(0, 1);
	KUNIT_EXPECT_EQ(test, frontswap_registry_load(&ctx->reg, page), 0);
	KUNIT_EXPECT_PTR_NE(test, ctx->fake[1].loaded, page);

	ctx->fake[1].rejects = true;
	store(0, 1);
	ClearPageUptodate(page);
	__SetPageLocked(page);
	KUNIT_EXPECT_EQ(test, frontswap_registry_load(&ctx->reg, page), 0);
	KUNIT_EXPECT_PTR_EQ(test, ctx->fake[0].loaded, page);
	free_locked_page(page);
}

/* fastswap: the page is filled later than load() returns. */
static int poll_fills(int cpu)
{
	struct page *page = ctx->fake[0].loaded;
	u64 *value = kmap_local_page(page);

	KUNIT_EXPECT_EQ(ctx->test, cpu, raw_smp_processor_id());
	KUNIT_EXPECT_TRUE(ctx->test, folio_test_swapcache(page_folio(page)));
	*value = 77;
	kunmap_local(value);
	SetPageUptodate(page);
	unlock_page(page);
	return 1;
}

static int poll_fails(int cpu)
{
	unlock_page(ctx->fake[0].loaded);
	return 1;
}

static void load_is_polled_for(struct kunit *test)
{
	ctx->fake[0].ops.poll_load = poll_fills;
	swapon(0);
	reg(0);
	store(0, 1);
	EXPECT_LOAD(0, 1, 77);
	KUNIT_EXPECT_EQ(test, backend(0)->warned, 0ul);
}

static void polled_load_fails(struct kunit *test)
{
	ctx->fake[0].ops.poll_load = poll_fails;
	swapon(0);
	reg(0);
	store(0, 1);
	EXPECT_NO_LOAD(0, 1, -EIO);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			1ul);
}

/* Against its flag: the core warns and copes. */
static void direct_backend_completes_pages(struct kunit *test)
{
	if (panic_on_warn)
		kunit_skip(test, "warns, and panic_on_warn is set");
	swapon(0);
	reg(0);
	store(0, 1);
	ctx->fake[0].completes = SETS_UPTODATE;
	EXPECT_LOAD(0, 1, 1);
	ctx->fake[0].completes = SETS_AND_UNLOCKS;
	EXPECT_LOAD(0, 1, 1);
}

/* Exclusive loads */

/* A holds slot 1 of area 0 and returns FRONTSWAP_LOAD_EXCLUSIVE. */
static void setup_exclusive(unsigned int flags)
{
	ctx->fake[0].ops.flags |= FRONTSWAP_EXCLUSIVE_LOADS | flags;
	ctx->fake[0].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	swapon(0);
	reg(0);
	store(0, 1);
	ctx->len = 0;
}

#define EXPECT_CACHED_LOAD(type, offset, expected, error) do {		\
	u64 got_;							\
	KUNIT_EXPECT_EQ(ctx->test, load_cached(type, offset, &got_),	\
			error);						\
	KUNIT_EXPECT_EQ(ctx->test, got_, (u64)(expected));		\
} while (0)

/* No other task can use the page yet. */
static void dirty_when_invalidated(unsigned int type, pgoff_t offset)
{
	struct page *page = ctx->fake[0].loaded;

	KUNIT_EXPECT_TRUE(ctx->test, PageDirty(page));
	KUNIT_EXPECT_TRUE(ctx->test, PageLocked(page));
	KUNIT_EXPECT_FALSE(ctx->test, PageUptodate(page));
}

static void exclusive_load_invalidates_the_copy(struct kunit *test)
{
	setup_exclusive(0);
	ctx->fake[0].in_invalidate = dirty_when_invalidated;
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
	KUNIT_EXPECT_TRUE(test, ctx->was_dirty);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 1ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_INVALIDATES),
			1ul);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 0ul);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
}

/* The reader's page counts, not the page passed to load(). */
static void exclusive_load_through_bounce_page(struct kunit *test)
{
	ctx->fake[0].ops.flags = 0;
	setup_exclusive(0);
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Al0:1");
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
	KUNIT_EXPECT_TRUE(test, ctx->was_dirty);
}

static void outside_the_swap_cache_the_copy_stays(struct kunit *test)
{
	setup_exclusive(0);
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_FALSE(test, ctx->was_dirty);
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
	supports_large(0);
	setup_exclusive(0);
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	ctx->len = 0;
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
	setup_exclusive(FRONTSWAP_WRITE_THROUGH);
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
	KUNIT_EXPECT_FALSE(test, ctx->was_dirty);
}

static void failed_load_invalidates_nothing(struct kunit *test)
{
	static const int errors[] = { -1, -EIO, -ENOENT, 2 };
	int i;

	setup_exclusive(0);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ctx->fake[0].load_error = errors[i];
		EXPECT_CACHED_LOAD(0, 1, 1,
				   errors[i] == -ENOENT ? -ENOENT : -EIO);
		KUNIT_EXPECT_FALSE(test, ctx->was_dirty);
		EXPECT_CALLS("Al0:1");
	}
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOADS), 0ul);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
}

/* In and outside the swap cache. */
static void one_is_an_error_without_the_flag(struct kunit *test)
{
	swapon(0);
	reg(0);
	store(0, 1);
	ctx->len = 0;
	ctx->fake[0].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	EXPECT_CACHED_LOAD(0, 1, 1, -EIO);
	KUNIT_EXPECT_FALSE(test, ctx->was_dirty);
	ctx->reg.drain = fake_drain;
	KUNIT_EXPECT_EQ(test, disable(0), -EIO);
	EXPECT_CALLS("Al0:1 Al0:1");
	ctx->fake[0].load_error = 0;
}

static void exclusive_loads_can_be_disabled(struct kunit *test)
{
	setup_exclusive(0);
	KUNIT_EXPECT_TRUE(test, backend(0)->exclusive_loads);
	backend(0)->exclusive_loads = false;
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	KUNIT_EXPECT_FALSE(test, ctx->was_dirty);
	EXPECT_CALLS("Al0:1");
	backend(0)->exclusive_loads = true;
	EXPECT_CACHED_LOAD(0, 1, 1, 0);
	EXPECT_CALLS("Al0:1 Ad0:1");
}

/* Drain and eviction invalidate the copy themselves, after moving the page. */
static void moved_pages_are_invalidated_once(struct kunit *test)
{
	setup_exclusive(0);
	store(0, 2);
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test,
			frontswap_registry_evict(&ctx->reg, &ctx->fake[0].ops, 0,
						 (pgoff_t[]){ 2 }, 1,
						 FRONTSWAP_TO_DEVICE), 1);
	EXPECT_CALLS("Al0:2 Ad0:2");
	ctx->reg.drain = fake_drain;
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	EXPECT_CALLS("Al0:1 Ad0:1 Ax0");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 2);
}

/* Several backends */

static void newest_is_tried_first(struct kunit *test)
{
	swapon(0);
	reg(0);
	reg(1);
	reg(2);
	swapon(1);
	EXPECT_CALLS("Ai0 Bi0 Ci0 Ci1 Bi1 Ai1");
	ctx->fake[2].rejects = true;
	ctx->fake[1].rejects = true;
	store(0, 1);
	store(1, 1);
	EXPECT_CALLS("Cs0:1 Bs0:1 As0:1 Cs1:1 Bs1:1 As1:1");
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Al0:1");
	ctx->fake[0].rejects = true;
	KUNIT_EXPECT_NE(test, store(0, 2), 0);
	EXPECT_CALLS("Cs0:2 Bs0:2 As0:2");
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ctx->reg), 1ull);
	KUNIT_EXPECT_EQ(test,
			frontswap_stat(backend(2), FRONTSWAP_REJECTED_STORES),
			3ul);
}

static void higher_priority_is_tried_first(struct kunit *test)
{
	ctx->fake[0].ops.priority = 5;
	ctx->fake[1].ops.priority = -1;
	ctx->fake[2].ops.priority = 5;
	ctx->fake[0].rejects = true;
	ctx->fake[1].rejects = true;
	ctx->fake[2].rejects = true;
	swapon(0);
	reg(0);
	reg(1);
	reg(2);
	swapon(1);
	ctx->len = 0;
	store(0, 1);
	store(1, 1);
	EXPECT_CALLS("Cs0:1 As0:1 Bs0:1 Cs1:1 As1:1 Bs1:1");
}

/* Bad input: a distinct error for each, and no change. */

static void bad_registrations(struct kunit *test)
{
	struct frontswap_registry *r = &ctx->reg;
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
	KUNIT_EXPECT_EQ(test, frontswap_registry_unregister(&ctx->reg, NULL),
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
	ctx->fake[0].ops.init = NULL;
	ctx->fake[0].ops.invalidate_page = NULL;
	ctx->fake[0].ops.invalidate_area = NULL;
	ctx->fake[0].ops.name = NULL;
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
	frontswap_registry_swapon(&ctx->reg, 1, TOO_MANY_SLOTS);
	KUNIT_EXPECT_EQ(test, reg(0), -ENOMEM);
	EXPECT_CALLS("");
	KUNIT_EXPECT_TRUE(test, list_empty(&ctx->reg.backends));
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	swapoff(1);
	KUNIT_EXPECT_EQ(test, reg(0), 0);
	EXPECT_CALLS("Ai0");
}

static void no_memory_at_swapon_leaves_area_unserved(struct kunit *test)
{
	reg(0);
	KUNIT_EXPECT_EQ(test, frontswap_registry_swapon(&ctx->reg, 1,
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
				    rcu_access_pointer(ctx->reg.maps[type]),
				    NULL);
}

/* Unregister waits for a store in progress and finds its page. */

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

	c->ret = frontswap_registry_store(&ctx->reg, c->page);
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
		KUNIT_FAIL(ctx->test, "no thread");
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
	ctx->fake[0].in_store = wait_in_store;
	init_completion(&callback_entered);
	init_completion(&callback_may_go_on);

	start(&storer, storer_thread);
	wait_for_completion(&callback_entered);
	start(&remover, unregister_thread);
	KUNIT_EXPECT_TRUE(test, gate_is_closed(0));
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&remover.done,
							  HZ / 5), 0ul);
	/* Another store is not tried, but the older copy is stale. */
	KUNIT_EXPECT_NE(test, store(0, 4), 0);
	EXPECT_CALLS("Ai0 As0:4 As0:3 Ad0:4");

	complete(&callback_may_go_on);
	wait_for_completion(&storer.done);
	wait_for_completion(&remover.done);
	KUNIT_EXPECT_EQ(test, storer.ret, 0);
	KUNIT_EXPECT_EQ(test, remover.ret, -EBUSY);
	EXPECT_LOAD(0, 3, 0);
	ctx->fake[0].in_store = NULL;
	KUNIT_EXPECT_EQ(test, store(0, 4), 0);
	free_locked_page(storer.page);
}

/*
 * The bit is clear, so the backend looks empty, but invalidate_page() has not
 * returned: the areas must stay attached until then.
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

/* The gate is closed, and the grace period of closing is over. */
static int drain_during_invalidate(struct frontswap_backend *b)
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
	/* The callback spins on a CPU of its own until this test ends it. */
	migrate_disable();
	invalidator.cpu = 1 + cpumask_any_but(cpu_online_mask,
					      smp_processor_id());
	swapon(0);
	reg(0);
	store(0, 3);
	ctx->reg.drain = drain_during_invalidate;
	ctx->fake[0].in_invalidate = wait_in_invalidate;
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
	ctx->reg.drain = fake_drain;
	swapon(0);
	swapon(1);
	reg(0);
	store(0, 1);
	store(1, 2);
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	EXPECT_CALLS("Al0:1 Ad0:1 Al1:2 Ad1:2 Ax1 Ax0");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 2);
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	swapoff(1);
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, enable(0), 0);
	KUNIT_EXPECT_EQ(test, enable(0), 0);
	EXPECT_CALLS("Ai0");
	KUNIT_EXPECT_EQ(test, store(0, 1), 0);
	EXPECT_LOAD(0, 1, ctx->last_value);
}

/* A holds a page and can be drained; B is registered after the store. */
static void setup_drain(void)
{
	ctx->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	reg(1);
	ctx->len = 0;
}

static void disable_migrates_pages(struct kunit *test)
{
	setup_drain();
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	EXPECT_CALLS("Al0:1 Bs0:1 Ad0:1 Ax0");
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_EQ(test, ctx->on_device, 0);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(1)), 1ul);
}

static void failed_drain_leaves_load_only(struct kunit *test)
{
	ctx->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 2);
	ctx->drain_error = -EIO;
	ctx->drain_moves = 1;
	KUNIT_EXPECT_EQ(test, disable(0), -EIO);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	ctx->len = 0;
	KUNIT_EXPECT_NE(test, store(0, 3), 0);
	EXPECT_LOAD(0, 2, 2);
	EXPECT_CALLS("Al0:2");
	/* The backend is still attached. */
	swapon(1);
	EXPECT_CALLS("Ai1");
	KUNIT_EXPECT_EQ(test, unreg(0), -EIO);
	ctx->drain_error = -EOPNOTSUPP;
	KUNIT_EXPECT_EQ(test, unreg(0), -EOPNOTSUPP);
	KUNIT_EXPECT_NE(test, store(1, 3), 0);
	KUNIT_EXPECT_EQ(test, enable(0), 0);
	KUNIT_EXPECT_EQ(test, store(0, 3), 0);
	KUNIT_EXPECT_EQ(test, store(1, 3), 0);
	ctx->drain_error = 0;
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	KUNIT_EXPECT_EQ(test, ctx->on_device, 4);
}

static void load_error_stops_drain(struct kunit *test)
{
	ctx->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	ctx->fake[0].load_error = -EIO;
	KUNIT_EXPECT_EQ(test, disable(0), -EIO);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	ctx->fake[0].load_error = -ENOENT;
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	KUNIT_EXPECT_EQ(test, ctx->on_device, 0);
}

static void interrupted_drain_changes_nothing(struct kunit *test)
{
	static const int errors[] = { -EINTR, -ENOMEM };
	int i;

	ctx->reg.drain = fake_drain;
	swapon(0);
	reg(0);
	store(0, 1);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		ctx->drain_error = errors[i];
		KUNIT_EXPECT_EQ(test, disable(0), errors[i]);
		KUNIT_EXPECT_EQ(test, store(0, 2 + i), 0);
	}
	EXPECT_LOAD(0, 1, 1);
	EXPECT_CALLS("Ai0 As0:1 As0:2 As0:3 Al0:1");
	ctx->drain_error = 0;
}

/* A write-through backend and the device have the page. */
static void drained_pages_are_written_through(struct kunit *test)
{
	ctx->fake[1].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	setup_drain();
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	EXPECT_CALLS("Al0:1 Bs0:1 Ad0:1 Ax0");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 1);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(1)), 1ul);
}

static void setup_tiers(void)
{
	ctx->fake[0].ops.priority = 3;
	ctx->fake[1].ops.priority = 2;
	ctx->fake[2].ops.priority = 1;
	ctx->fake[0].ops.flags |= FRONTSWAP_DEMOTION_TARGET;
	ctx->fake[2].ops.flags |= FRONTSWAP_DEMOTION_TARGET;
	ctx->fake[0].rejects = true;
	swapon(0);
	reg(0);
	reg(1);
	reg(2);
	store(0, 1);
	ctx->fake[0].rejects = false;
	ctx->len = 0;
}

/* To the next backend in store order that takes the page, then to the device. */
static void demoted_pages_go_down(struct kunit *test)
{
	setup_tiers();
	KUNIT_EXPECT_EQ(test, demote(1, 0, 1), 1);
	EXPECT_CALLS("Bl0:1 Cs0:1 Bd0:1");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 0);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(2), FRONTSWAP_MOVED_IN), 1ul);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(1), FRONTSWAP_MOVED_IN), 0ul);
	EXPECT_LOAD(0, 1, 1);
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test, demote(2, 0, 1), 1);
	EXPECT_CALLS("Cl0:1 Cd0:1");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 1);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
}

static void other_backends_get_no_demoted_pages(struct kunit *test)
{
	setup_tiers();
	backend(2)->ops.flags &= ~FRONTSWAP_DEMOTION_TARGET;
	KUNIT_EXPECT_EQ(test, demote(1, 0, 1), 1);
	EXPECT_CALLS("Bl0:1 Bd0:1");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 1);
}

static void drained_pages_go_down_first(struct kunit *test)
{
	setup_tiers();
	ctx->reg.drain = fake_drain;
	ctx->fake[2].rejects = true;
	KUNIT_EXPECT_EQ(test, disable(1), 0);
	EXPECT_CALLS("Bl0:1 Cs0:1 As0:1 Bd0:1 Bx0");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 0);
	EXPECT_LOAD(0, 1, 1);
}

/* The write to the device has failed: only the write-through copy goes. */
static void failed_demotion_leaves_the_copy(struct kunit *test)
{
	struct page *page = new_page(0, 1);

	ctx->fake[0].ops.priority = 1;
	ctx->fake[1].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg(0);
	reg(1);
	store(0, 1);
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test,
			frontswap_migrate_copy(&ctx->reg, backend(0)->map[0],
					       FRONTSWAP_TO_ANY, 0, 1, page,
					       FRONTSWAP_STORE_ANY), -EAGAIN);
	frontswap_invalidate_other(&ctx->reg, backend(0)->map[0], 0, 1);
	EXPECT_CALLS("Bs0:1 Bd0:1");
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(1)), 0ul);
	free_locked_page(page);
}

/* Evicting */

/* Even though another backend would store the pages. */
static void evicted_pages_are_written_back(struct kunit *test)
{
	pgoff_t slots[] = { 2, 5, 1 };

	swapon(0);
	reg(0);
	store(0, 1);
	store(0, 2);
	reg(1);
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test,
			frontswap_registry_evict(&ctx->reg, &ctx->fake[0].ops, 0,
						 slots, ARRAY_SIZE(slots),
						 FRONTSWAP_TO_DEVICE), 2);
	EXPECT_CALLS("Al0:2 Ad0:2 Al0:1 Ad0:1");
	KUNIT_EXPECT_EQ(test, ctx->on_device, 2);
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
	KUNIT_EXPECT_EQ(test, frontswap_registry_evict(&ctx->reg, NULL, 0, &slot,
						       1, FRONTSWAP_TO_DEVICE), -EFAULT);
	KUNIT_EXPECT_EQ(test, frontswap_registry_evict(&ctx->reg,
						       &ctx->fake[0].ops, 0,
						       NULL, 1,
						       FRONTSWAP_TO_DEVICE), -EFAULT);
	KUNIT_EXPECT_EQ(test, frontswap_registry_evict(&ctx->reg,
						       &ctx->fake[0].ops, 0,
						       NULL, 0,
						       FRONTSWAP_TO_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend(0)), 1ul);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), 1);
	KUNIT_EXPECT_EQ(test, disable(0), 0);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, unreg(0), 0);
	KUNIT_EXPECT_EQ(test, evict(0, 0, slot), -ENOENT);
}

static int wait_in_evict(struct frontswap_backend *b, unsigned int type,
			 const pgoff_t *offsets, unsigned int nr,
			 enum frontswap_target target)
{
	complete(&callback_entered);
	wait_for_completion(&callback_may_go_on);
	return fake_evict(b, type, offsets, nr, target);
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
	ctx->reg.evict = wait_in_evict;
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
	ctx->reg.drain = fake_drain;
	ctx->fake[0].ops.flags |= FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg(0);
	KUNIT_EXPECT_NE(test, store(0, 1), 0);
	EXPECT_LOAD(0, 1, 1);
	KUNIT_EXPECT_EQ(test, frontswap_failed_stores(&ctx->reg), 0ull);
	ctx->fake[0].load_error = -EIO;
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stat(backend(0), FRONTSWAP_LOAD_ERRORS),
			1ul);
	ctx->fake[0].load_error = 0;
}

/* Statistics */

static unsigned long pool_of_7(void)
{
	return 7;
}

#define EXPECT_POOLS(expected_pool, expected_stored) do {		\
	unsigned long pool_ = 100, stored_ = 200;			\
	frontswap_registry_add_pools(&ctx->reg, &pool_, &stored_);	\
	KUNIT_EXPECT_EQ(ctx->test, pool_, 100ul + (expected_pool));	\
	KUNIT_EXPECT_EQ(ctx->test, stored_, 200ul + (expected_stored));	\
} while (0)

static void pools_are_added_up(struct kunit *test)
{
	ctx->reg.drain = fake_drain;
	EXPECT_POOLS(0, 0);
	ctx->fake[0].ops.pool_pages = pool_of_7;
	ctx->fake[2].ops.pool_pages = pool_of_7;
	swapon(0);
	reg(0);
	store(0, 1);
	reg(1);
	store(0, 2);
	reg(2);
	store(0, 3);
	store(0, 4);
	EXPECT_POOLS(14, 3);
	ctx->fake[0].rejects = true;
	ctx->fake[1].rejects = true;
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

	frontswap_registry_add_pools(&ctx->reg, &pool, &stored);
	complete(&c->done);
	return 0;
}

static void unregister_waits_for_pool_pages(struct kunit *test)
{
	struct caller reader = {}, remover = {};

	ctx->fake[0].ops.pool_pages = wait_in_pool;
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
	KUNIT_CASE(swapoff_invalidates_the_rest),
	KUNIT_CASE(duplicate_store_invalidates_older_copy),
	KUNIT_CASE(rejected_duplicate_leaves_nothing),
	KUNIT_CASE(older_copy_in_other_backend),
	KUNIT_CASE(rejected_large_folio_invalidates_older_copies),
	KUNIT_CASE(large_folio_is_stored_page_by_page),
	KUNIT_CASE(large_folio_is_undone_if_a_page_is_rejected),
	KUNIT_CASE(large_folio_goes_to_backends_that_support_it),
	KUNIT_CASE(large_write_through_is_written_too),
	KUNIT_CASE(large_load_from_wherever_the_pages_are),
	KUNIT_CASE(large_load_of_pages_that_were_written_back),
	KUNIT_CASE(failed_large_load_is_an_io_error),
	KUNIT_CASE(failed_load_is_an_io_error),
	KUNIT_CASE(load_may_point_to_the_device),
	KUNIT_CASE(backend_marks_pages_uptodate),
	KUNIT_CASE(backend_marks_and_unlocks_pages),
	KUNIT_CASE(load_gets_own_page_unless_direct),
	KUNIT_CASE(load_is_polled_for),
	KUNIT_CASE(polled_load_fails),
	KUNIT_CASE(direct_backend_completes_pages),
	KUNIT_CASE(exclusive_load_invalidates_the_copy),
	KUNIT_CASE(exclusive_load_through_bounce_page),
	KUNIT_CASE(outside_the_swap_cache_the_copy_stays),
	KUNIT_CASE(copies_of_a_large_folio_stay),
	KUNIT_CASE(written_through_page_stays_clean),
	KUNIT_CASE(failed_load_invalidates_nothing),
	KUNIT_CASE(one_is_an_error_without_the_flag),
	KUNIT_CASE(exclusive_loads_can_be_disabled),
	KUNIT_CASE(moved_pages_are_invalidated_once),
	KUNIT_CASE(newest_is_tried_first),
	KUNIT_CASE(higher_priority_is_tried_first),
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
	KUNIT_CASE(disable_migrates_pages),
	KUNIT_CASE(failed_drain_leaves_load_only),
	KUNIT_CASE(load_error_stops_drain),
	KUNIT_CASE(interrupted_drain_changes_nothing),
	KUNIT_CASE(drained_pages_are_written_through),
	KUNIT_CASE(demoted_pages_go_down),
	KUNIT_CASE(other_backends_get_no_demoted_pages),
	KUNIT_CASE(drained_pages_go_down_first),
	KUNIT_CASE(failed_demotion_leaves_the_copy),
	KUNIT_CASE(evicted_pages_are_written_back),
	KUNIT_CASE(bad_evictions),
	KUNIT_CASE(unregister_waits_for_eviction),
	KUNIT_CASE(write_through_needs_no_copy),
	KUNIT_CASE(pools_are_added_up),
	KUNIT_CASE(unregister_waits_for_pool_pages),
	{}
};

static struct kunit_suite frontswap_test_suite = {
	.name = "frontswap",
	.init = frontswap_test_init,
	.exit = frontswap_test_exit,
	.test_cases = frontswap_test_cases,
};
kunit_test_suite(frontswap_test_suite);
