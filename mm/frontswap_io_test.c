// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of frontswap: stores and loads in flight
 *
 * The backend is asynchronous and ends its ios when the test says so. In the
 * log, S and L begin a store and a load, n reports freed slots, i and x attach
 * and detach an area. A model is run through all short sequences of events.
 */
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "frontswap_test.h"

#define DEPTH		8
#define SLOT		5
#define GARBAGE		77	/* what the device has before a page is written */

/* How the callbacks of the backend answer. */
enum answer { IN_FLIGHT, AT_ONCE, END_FIRST, REFUSE };

static struct {
	struct frontswap_ops ops;
	enum answer store;
	enum answer load;
	int load_error;
	struct frontswap_io *io[DEPTH];
	unsigned int nr;
	u64 value[NR_SLOTS];		/* 0: no copy */
	u64 device[NR_SLOTS];
	unsigned int bad;		/* calls that break the contract */
	unsigned int kicks;
	bool give_up;			/* in the middle of a store */
} a;

static u64 value_of(struct page *page)
{
	u64 *value = kmap_local_page(page), ret = *value;

	kunmap_local(value);
	return ret;
}

static void set_value(struct page *page, u64 to)
{
	u64 *value = kmap_local_page(page);

	*value = to;
	kunmap_local(value);
}

static bool is_store(struct frontswap_io *io)
{
	return *(bool *)frontswap_io_priv(io);
}

/* What a device does at the end of a request. */
static int serve(struct frontswap_io *io, int err)
{
	if (err)
		return err;
	if (is_store(io))
		a.value[io->offset] = value_of(io->page);
	else
		set_value(io->page, a.value[io->offset]);
	return 0;
}

/* End the oldest io. */
static void end_io(int err)
{
	struct frontswap_io *io = a.io[0];

	if (!a.nr)
		return;
	memmove(a.io, a.io + 1, --a.nr * sizeof(a.io[0]));
	frontswap_io_end(io, serve(io, err));
}

static void end_all(void)
{
	while (a.nr)
		end_io(0);
}

static int begin(struct frontswap_io *io, enum answer answer, int err)
{
	switch (answer) {
	case REFUSE:
		return -ENOSPC;
	case AT_ONCE:
		return serve(io, err);
	case END_FIRST:
		frontswap_io_end(io, serve(io, err));
		return -EINPROGRESS;
	default:
		a.io[a.nr++] = io;
		return -EINPROGRESS;
	}
}

static int a_begin_store(struct frontswap_io *io)
{
	note(0, 'S', io->type, io->offset);
	if (io->ops != &a.ops || a.value[io->offset])
		a.bad++;
	*(bool *)frontswap_io_priv(io) = true;
	return begin(io, a.store, 0);
}

static int a_begin_load(struct frontswap_io *io)
{
	note(0, 'L', io->type, io->offset);
	if (io->ops != &a.ops || !a.value[io->offset])
		a.bad++;
	*(bool *)frontswap_io_priv(io) = false;
	return begin(io, a.load, a.load_error);
}

static void a_kick(const struct frontswap_ops *ops)
{
	a.kicks++;
}

static void a_attach_area(const struct frontswap_ops *ops, unsigned int type,
			  unsigned long nr_slots)
{
	note(0, 'i', type, 0);
	if (ops != &a.ops || nr_slots != NR_SLOTS)
		a.bad++;
}

static void a_detach_area(const struct frontswap_ops *ops, unsigned int type)
{
	note(0, 'x', type, 0);
	memset(a.value, 0, sizeof(a.value));
}

static struct frontswap_backend *backend_a(void);

/* Another CPU settles the ios, while this one is in frontswap_io_try_claim(). */
static void give_up_meanwhile(void)
{
	struct frontswap_backend *b = backend_a();
	unsigned int ms = 1000;

	a.give_up = false;
	frontswap_io_give_up(b);
	while (work_busy(&b->ios->work) && ms--)
		mdelay(1);
}

static void a_invalidate_slots(const struct frontswap_ops *ops,
			       unsigned int type, pgoff_t offset,
			       unsigned int nr)
{
	if (a.give_up)
		give_up_meanwhile();
	for (; nr; nr--, offset++) {
		note(0, 'n', type, offset);
		if (!a.value[offset])
			a.bad++;
		a.value[offset] = 0;
	}
}

static void free_cached(struct page *page)
{
	folio_clear_swapcache(page_folio(page));
	folio_clear_swapbacked(page_folio(page));
	if (!PageLocked(page))
		__SetPageLocked(page);
	free_locked_page(page);
}

static int a_evict(struct frontswap_backend *b, unsigned int type,
		   const pgoff_t *offsets, unsigned int nr,
		   enum frontswap_target target)
{
	int moved = 0;

	for (; nr; nr--, offsets++) {
		struct frontswap_map *map = b->map[type];
		struct page *page = new_cached_page(type, *offsets);

		if (test_bit(*offsets, map->bits) &&
		    !frontswap_read_copy(map, type, *offsets, page)) {
			if (frontswap_migrate_copy(&ctx->reg, map, target, type,
						   *offsets, page,
						   FRONTSWAP_STORE_ANY))
				a.device[*offsets] = value_of(page);
			frontswap_invalidate_copy(map, type, *offsets);
			moved++;
		}
		free_cached(page);
	}
	return moved;
}

static int a_read_slot(swp_entry_t entry, struct page *page)
{
	set_value(page, a.device[swp_offset(entry)]);
	ctx->slots_read++;
	return ctx->read_slot_error;
}

static int reg_a(void)
{
	return frontswap_registry_register(&ctx->reg, &a.ops);
}

static int unreg_a(void)
{
	return frontswap_registry_unregister(&ctx->reg, &a.ops);
}

static struct frontswap_backend *backend_a(void)
{
	struct frontswap_backend *b;

	list_for_each_entry(b, &ctx->reg.backends, node)
		if (b->user_ops == &a.ops)
			return b;
	return NULL;
}

static int with_state(int (*change)(struct frontswap_backend *b))
{
	struct frontswap_backend *b = backend_a();
	int ret;

	mutex_lock(&b->state_mutex);
	ret = change(b);
	mutex_unlock(&b->state_mutex);
	return ret;
}

static void run_work(void)
{
	flush_work(&backend_a()->ios->work);
}

static void scan(void)
{
	struct delayed_work *work = &backend_a()->ios->scan_work;

	mod_delayed_work(system_wq, work, 0);
	flush_delayed_work(work);
}

static bool in_map(pgoff_t offset)
{
	return test_bit(offset, backend_a()->map[0]->bits);
}

static unsigned long stat(enum frontswap_stat what)
{
	return frontswap_stat(backend_a(), what);
}

/* A page in the swap cache, whose reader looks at it after the end. */
static struct page *begin_cached(pgoff_t offset)
{
	struct page *page = new_cached_page(0, offset);

	KUNIT_EXPECT_EQ(ctx->test, frontswap_registry_load(&ctx->reg, page), 0);
	return page;
}

/* Stores */

static void loads_find_a_store_in_flight(struct kunit *test)
{
	u64 got;

	swapon(0);
	reg_a();
	KUNIT_EXPECT_EQ(test, store(0, SLOT), 0);
	KUNIT_EXPECT_EQ(test, load_cached(0, SLOT, &got), 0);
	KUNIT_EXPECT_EQ(test, got, ctx->last_value);
	EXPECT_LOAD(0, SLOT, ctx->last_value);
	EXPECT_CALLS("Ai0 AS0:5");
	end_io(0);
	EXPECT_LOAD(0, SLOT, ctx->last_value);
	EXPECT_CALLS("AL0:5");
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend_a()), 1ul);
}

static void store_ends_before_begin_returns(struct kunit *test)
{
	swapon(0);
	reg_a();
	a.store = END_FIRST;
	KUNIT_EXPECT_EQ(test, store(0, 1), 0);
	a.store = AT_ONCE;
	KUNIT_EXPECT_EQ(test, store(0, 2), 0);
	EXPECT_LOAD(0, 1, 1);
	EXPECT_LOAD(0, 2, 2);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
}

static void refused_store_goes_to_the_next_backend(struct kunit *test)
{
	swapon(0);
	reg(0);
	reg_a();
	a.store = REFUSE;
	KUNIT_EXPECT_EQ(test, store(0, SLOT), 0);
	EXPECT_CALLS("Ai0 Ai0 AS0:5 As0:5");
	KUNIT_EXPECT_FALSE(test, in_map(SLOT));
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_REJECTED_STORES), 1ul);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
}

static void failed_store_is_written_to_the_device(struct kunit *test)
{
	swapon(0);
	reg_a();
	store(0, SLOT);
	end_io(-EIO);
	run_work();
	KUNIT_EXPECT_EQ(test, a.device[SLOT], ctx->last_value);
	EXPECT_NO_LOAD(0, SLOT, -ENOENT);
	run_work();
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_STORE_ERRORS), 1ul);
	EXPECT_CALLS("Ai0 AS0:5");
}

static void failed_store_goes_to_the_next_backend(struct kunit *test)
{
	ctx->fake[0].ops.priority = 1;
	ctx->fake[0].rejects = true;
	swapon(0);
	reg(0);
	reg(1);
	reg_a();
	store(0, SLOT);
	end_io(-EIO);
	ctx->fake[0].rejects = false;
	run_work();
	/* The first one has rejected the page, and is not tried again. */
	EXPECT_CALLS("Ai0 Bi0 Ai0 As0:5 AS0:5 Bs0:5");
	KUNIT_EXPECT_EQ(test, a.device[SLOT], (u64)GARBAGE);
	EXPECT_LOAD(0, SLOT, ctx->last_value);
	EXPECT_CALLS("Bl0:5");
	run_work();
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
}

/* The page of a drain looks like a page in the swap cache, and is not. */
static void drain_reads_before_it_goes_on(struct kunit *test)
{
	pgoff_t offset = SLOT;

	swapon(0);
	reg_a();
	a.store = AT_ONCE;
	store(0, SLOT);
	a.load = END_FIRST;
	KUNIT_EXPECT_EQ(test, a_evict(backend_a(), 0, &offset, 1, FRONTSWAP_TO_DEVICE), 1);
	KUNIT_EXPECT_EQ(test, a.device[SLOT], ctx->last_value);
	KUNIT_EXPECT_FALSE(test, in_map(SLOT));
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LOAD_ERRORS), 0ul);
}

static int no_evict(struct frontswap_backend *b, unsigned int type,
		    const pgoff_t *offsets, unsigned int nr,
		    enum frontswap_target target)
{
	return 0;
}

static void failed_store_keeps_the_copy_until_it_is_written(struct kunit *test)
{
	swapon(0);
	reg_a();
	ctx->reg.evict = no_evict;
	store(0, SLOT);
	end_io(-EIO);
	run_work();
	EXPECT_LOAD(0, SLOT, ctx->last_value);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH - 1);
	/* A new store replaces the copy. */
	KUNIT_EXPECT_EQ(test, store(0, SLOT), 0);
	EXPECT_LOAD(0, SLOT, ctx->last_value);
	end_io(0);
	EXPECT_LOAD(0, SLOT, ctx->last_value);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
}

static void failed_store_of_a_freed_slot_is_dropped(struct kunit *test)
{
	swapon(0);
	reg_a();
	store(0, SLOT);
	invalidate(0, SLOT);
	end_io(-EIO);
	run_work();
	KUNIT_EXPECT_EQ(test, a.device[SLOT], (u64)GARBAGE);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
}

static void failed_write_through_is_forgotten(struct kunit *test)
{
	a.ops.flags = FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg_a();
	KUNIT_EXPECT_EQ(test, store(0, SLOT), -EAGAIN);
	end_io(-EIO);
	run_work();
	KUNIT_EXPECT_FALSE(test, in_map(SLOT));
	EXPECT_NO_LOAD(0, SLOT, -ENOENT);
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend_a()), 0ul);
}

static void new_store_waits_for_the_older_one(struct kunit *test)
{
	swapon(0);
	reg_a();
	store(0, SLOT);
	KUNIT_EXPECT_EQ(test, store(0, SLOT), -ENOSPC);
	EXPECT_CALLS("Ai0 AS0:5");
	EXPECT_NO_LOAD(0, SLOT, -ENOENT);
	end_io(0);
	KUNIT_EXPECT_EQ(test, store(0, SLOT), 0);
	EXPECT_CALLS("An0:5 AS0:5");
	end_io(0);
	EXPECT_LOAD(0, SLOT, ctx->last_value);
}

static void stores_leave_ios_to_loads(struct kunit *test)
{
	unsigned int n;

	swapon(0);
	reg_a();
	for (n = 0; !store(0, n); n++)
		;
	KUNIT_EXPECT_EQ(test, n, (unsigned int)DEPTH - DEPTH / 4);
	end_io(0);
	KUNIT_EXPECT_EQ(test, store(0, 15), 0);
	EXPECT_LOAD(0, 0, 1);
}

static void freed_slots_are_reported_later(struct kunit *test)
{
	swapon(0);
	reg_a();
	a.store = AT_ONCE;
	store(0, 3);
	store(0, 4);
	store(0, 6);
	EXPECT_CALLS("Ai0 AS0:3 AS0:4 AS0:6");
	invalidate(0, 3);
	invalidate(0, 4);
	EXPECT_CALLS("");
	/* A slot that is stored again is reported first. */
	store(0, 4);
	EXPECT_CALLS("An0:4 AS0:4");
	scan();
	EXPECT_CALLS("An0:3");
	invalidate(0, 6);
	scan();
	EXPECT_CALLS("An0:6");
	scan();
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, frontswap_stored_pages(backend_a()), 1ul);
}

static void slots_in_flight_are_not_reported(struct kunit *test)
{
	swapon(0);
	reg_a();
	store(0, SLOT);
	invalidate(0, SLOT);
	scan();
	EXPECT_CALLS("Ai0 AS0:5");
	end_io(0);
	scan();
	EXPECT_CALLS("An0:5");
}

static void errors_in_a_row_pause_stores(struct kunit *test)
{
	unsigned int i;

	swapon(0);
	reg_a();
	for (i = 0; i < 7; i++) {
		store(0, SLOT);
		end_io(-EIO);
		run_work();
	}
	KUNIT_EXPECT_FALSE(test, backend_a()->ios->stalled);
	store(0, SLOT);
	end_io(-EIO);
	run_work();
	KUNIT_EXPECT_TRUE(test, backend_a()->ios->stalled);
	backend_a()->ios->resume_at = jiffies + 100 * HZ;
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test, store(0, SLOT), -ENOSPC);
	EXPECT_CALLS("");
	/* One store is tried after the pause, and its success ends the pause. */
	backend_a()->ios->resume_at = jiffies;
	KUNIT_EXPECT_EQ(test, store(0, SLOT), 0);
	KUNIT_EXPECT_EQ(test, store(0, SLOT + 1), -ENOSPC);
	EXPECT_CALLS("AS0:5");
	end_io(0);
	KUNIT_EXPECT_FALSE(test, backend_a()->ios->stalled);
	KUNIT_EXPECT_EQ(test, store(0, SLOT + 1), 0);
	end_io(0);
}

static void pause_is_ended_by_hand(struct kunit *test)
{
	swapon(0);
	reg_a();
	backend_a()->ios->stalled = true;
	backend_a()->ios->resume_at = jiffies + 100 * HZ;
	KUNIT_EXPECT_EQ(test, store(0, SLOT), -ENOSPC);
	KUNIT_EXPECT_EQ(test, with_state(frontswap_enable), 0);
	KUNIT_EXPECT_EQ(test, store(0, SLOT), 0);
	end_io(0);
}

/* Loads */

static void store_at_once(pgoff_t offset)
{
	a.store = AT_ONCE;
	store(0, offset);
	a.store = IN_FLIGHT;
	a.load = IN_FLIGHT;
	ctx->len = 0;
}

static void cached_page_is_completed_by_the_end(struct kunit *test)
{
	struct page *page;

	swapon(0);
	reg_a();
	store_at_once(SLOT);
	page = begin_cached(SLOT);
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	end_io(0);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_TRUE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, value_of(page), ctx->last_value);
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LOADS), 1ul);
	free_cached(page);
}

static void failed_load_in_flight_is_an_io_error(struct kunit *test)
{
	struct page *page;

	swapon(0);
	reg_a();
	store_at_once(SLOT);
	page = begin_cached(SLOT);
	end_io(-EIO);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LOAD_ERRORS), 1ul);
	free_cached(page);
	a.load = REFUSE;
	EXPECT_NO_LOAD(0, SLOT, -EIO);
	a.load = AT_ONCE;
	EXPECT_LOAD(0, SLOT, ctx->last_value);
}

static void expect_from_device(struct kunit *test, struct page *page)
{
	run_work();
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_TRUE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, value_of(page), (u64)GARBAGE);
	KUNIT_EXPECT_EQ(test, ctx->slots_read, 1);
	free_cached(page);
}

static void load_in_flight_may_point_to_the_device(struct kunit *test)
{
	struct page *page;

	swapon(0);
	reg_a();
	store_at_once(SLOT);
	page = begin_cached(SLOT);
	end_io(-ENOENT);
	expect_from_device(test, page);
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LOAD_ERRORS), 0ul);
}

static void failed_load_reads_the_device_of_a_written_through_page(struct kunit *test)
{
	struct page *page;

	a.ops.flags = FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg_a();
	store_at_once(SLOT);
	page = begin_cached(SLOT);
	end_io(-EIO);
	expect_from_device(test, page);
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LOAD_ERRORS), 1ul);
}

static void late_load_is_an_io_error(struct kunit *test)
{
	struct page *page;

	a.ops.deadline_ms = 20;
	swapon(0);
	reg_a();
	store_at_once(SLOT);
	EXPECT_NO_LOAD(0, SLOT, -EIO);
	page = begin_cached(SLOT);
	wait_on_page_locked(page);
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LATE_LOADS), 2ul);
	set_value(page, 99);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH - 2);
	end_all();
	KUNIT_EXPECT_EQ(test, value_of(page), 99ull);
	KUNIT_EXPECT_EQ(test, backend_a()->ios->nr_free, DEPTH);
	free_cached(page);
}

static void late_load_reads_the_device_of_a_written_through_page(struct kunit *test)
{
	struct page *page;

	a.ops.flags = FRONTSWAP_WRITE_THROUGH;
	a.ops.deadline_ms = 20;
	swapon(0);
	reg_a();
	store_at_once(SLOT);
	page = begin_cached(SLOT);
	wait_on_page_locked(page);
	expect_from_device(test, page);
	end_all();
}

static int load_large_thread(void *done)
{
	u64 got[LARGE_NR];
	unsigned int i;

	KUNIT_EXPECT_EQ(ctx->test, load_large(ctx->test, got), 0);
	for (i = 0; i < LARGE_NR; i++)
		KUNIT_EXPECT_EQ(ctx->test, got[i], 100ull + i);
	complete(done);
	return 0;
}

/* All pages are in flight at the same time. */
static void large_folio_is_loaded_at_once(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	unsigned int tries = 1000;

	NEED_LARGE(test);
	a.ops.flags = FRONTSWAP_LARGE_FOLIOS;
	swapon(0);
	reg_a();
	a.store = AT_ONCE;
	a.load = IN_FLIGHT;
	KUNIT_EXPECT_EQ(test, store_large(test), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(load_large_thread, &done,
						    "reader")));
	while (READ_ONCE(a.nr) < LARGE_NR && --tries)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, a.nr, (unsigned int)LARGE_NR);
	while (!completion_done(&done)) {
		end_all();
		usleep_range(1000, 2000);
	}
	KUNIT_EXPECT_EQ(test, stat(FRONTSWAP_LOADS), LARGE_NR);
}

/* Detach */

static int unreg_thread(void *done)
{
	KUNIT_EXPECT_EQ(ctx->test, unreg_a(), 0);
	complete(done);
	return 0;
}

static int swapoff_thread(void *done)
{
	swapoff(0);
	complete(done);
	return 0;
}

/* The store of a freed slot is in flight, and ends with @err. */
static void expect_wait_for_io(struct kunit *test, int (*thread)(void *done),
			       int err)
{
	DECLARE_COMPLETION_ONSTACK(done);

	swapon(0);
	reg_a();
	store(0, SLOT);
	invalidate(0, SLOT);
	ctx->len = 0;
	kthread_run(thread, &done, "waiter");
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&done, HZ / 5), 0ul);
	EXPECT_CALLS("");
	end_io(err);
	wait_for_completion(&done);
	EXPECT_CALLS("Ax0");
}

static void unregister_waits_for_ios(struct kunit *test)
{
	expect_wait_for_io(test, unreg_thread, 0);
}

static void swapoff_waits_for_ios(struct kunit *test)
{
	expect_wait_for_io(test, swapoff_thread, -EIO);
}

static int drain_a(struct frontswap_backend *b)
{
	pgoff_t offset;

	for (offset = 0; offset < NR_SLOTS; offset++)
		if (b->map[0] && test_bit(offset, b->map[0]->bits) &&
		    a_evict(b, 0, &offset, 1, FRONTSWAP_TO_DEVICE) != 1)
			return -EIO;
	return 0;
}

static void disable_moves_pages_in_flight(struct kunit *test)
{
	ctx->reg.drain = drain_a;
	swapon(0);
	reg_a();
	a.load = AT_ONCE;
	store(0, 1);
	store(0, 2);
	end_io(0);
	end_io(-EIO);
	KUNIT_EXPECT_EQ(test, with_state(frontswap_disable), 0);
	KUNIT_EXPECT_EQ(test, a.device[1], 1ull);
	KUNIT_EXPECT_EQ(test, a.device[2], 2ull);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
}

/* Abandoning */

static void abandon_keeps_stores_and_loses_the_rest(struct kunit *test)
{
	struct page *page;

	swapon(0);
	reg_a();
	store_at_once(1);
	store_at_once(2);
	page = begin_cached(1);
	store(0, 3);
	ctx->len = 0;
	KUNIT_EXPECT_EQ(test, with_state(frontswap_abandon), 0);
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, a.device[3], ctx->last_value);
	EXPECT_NO_LOAD(0, 3, -ENOENT);
	KUNIT_EXPECT_FALSE(test, PageLocked(page));
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	KUNIT_EXPECT_EQ(test, backend_a()->lost_pages, 2ul);
	EXPECT_NO_LOAD(0, 1, -EIO);
	EXPECT_NO_LOAD(0, 2, -EIO);
	KUNIT_EXPECT_NE(test, store(0, 4), 0);
	KUNIT_EXPECT_EQ(test, with_state(frontswap_enable), -ENODEV);
	/* A lost slot can be freed and used again. */
	invalidate(0, 2);
	EXPECT_NO_LOAD(0, 2, -ENOENT);
	EXPECT_CALLS("");
	set_value(page, 99);
	end_all();
	KUNIT_EXPECT_EQ(test, value_of(page), 99ull);
	flush_work(&backend_a()->ios->release_work);
	EXPECT_CALLS("Ax0");
	free_cached(page);
	KUNIT_EXPECT_EQ(test, unreg_a(), 0);
	/* Lost pages outlive the backend. */
	EXPECT_NO_LOAD(0, 1, -EIO);
	KUNIT_EXPECT_TRUE(test, static_key_enabled(&test_key));
	swapoff(0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
}

static void abandon_of_written_through_pages_loses_nothing(struct kunit *test)
{
	a.ops.flags = FRONTSWAP_WRITE_THROUGH;
	swapon(0);
	reg_a();
	store_at_once(1);
	KUNIT_EXPECT_EQ(test, with_state(frontswap_abandon), 0);
	KUNIT_EXPECT_EQ(test, backend_a()->lost_pages, 0ul);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	swapoff(0);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&test_key));
}

/* Areas that swapoff left attached are detached, and can be attached again. */
static void detach_overtakes_abandon(struct kunit *test)
{
	struct page *page;

	swapon(0);
	reg_a();
	store_at_once(1);
	page = begin_cached(1);
	frontswap_io_give_up(backend_a());
	invalidate(0, 1);
	ctx->len = 0;
	swapoff(0);
	end_all();
	EXPECT_CALLS("");
	KUNIT_EXPECT_EQ(test, with_state(frontswap_disable), 0);
	EXPECT_CALLS("Ax0");
	KUNIT_EXPECT_EQ(test, with_state(frontswap_abandon), 0);
	swapon(0);
	KUNIT_EXPECT_EQ(test, with_state(frontswap_enable), 0);
	EXPECT_CALLS("Ai0");
	store_at_once(1);
	a.load = AT_ONCE;
	EXPECT_LOAD(0, 1, ctx->last_value);
	free_cached(page);
}

static void abandon_keeps_a_store_that_begins(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	swapon(0);
	reg_a();
	store_at_once(1);
	invalidate(0, 1);
	a.give_up = true;
	store(0, 1);
	KUNIT_EXPECT_FALSE(test, a.give_up);
	KUNIT_EXPECT_EQ(test, with_state(frontswap_abandon), 0);
	KUNIT_EXPECT_EQ(test, a.device[1], ctx->last_value);
	EXPECT_NO_LOAD(0, 1, -ENOENT);
	end_all();
	flush_work(&backend_a()->ios->release_work);
	KUNIT_EXPECT_EQ(test, unreg_a(), 0);
	swapoff(0);
}

/*
 * Abandon a backend while a load waits for kick(). The load is in the plug of
 * another task, as it were: this one sleeps.
 */
static struct page *abandon_plugged_load(struct kunit *test,
					 struct blk_plug *plug)
{
	struct page *page;

	a.ops.kick = a_kick;
	swapon(0);
	reg_a();
	store_at_once(1);
	blk_start_plug(plug);
	page = begin_cached(1);
	a.kicks = 0;
	current->plug = NULL;
	KUNIT_EXPECT_EQ(test, with_state(frontswap_abandon), 0);
	KUNIT_EXPECT_EQ(test, a.kicks, 0U);
	return page;
}

static void unplug(struct blk_plug *plug)
{
	current->plug = plug;
	blk_finish_plug(plug);
}

static void end_abandoned(struct kunit *test, struct page *page)
{
	free_cached(page);
	KUNIT_EXPECT_EQ(test, unreg_a(), 0);
	swapoff(0);
}

/* A request that is not submitted pins the module permanently. */
static void abandoned_requests_are_submitted(struct kunit *test)
{
	struct blk_plug plug;
	struct page *page = abandon_plugged_load(test, &plug);

	unplug(&plug);
	KUNIT_EXPECT_EQ(test, a.kicks, 1U);
	end_all();
	flush_work(&backend_a()->ios->release_work);
	end_abandoned(test, page);
}

static void released_backends_are_not_kicked(struct kunit *test)
{
	struct blk_plug plug;
	struct page *page = abandon_plugged_load(test, &plug);

	end_all();
	flush_work(&backend_a()->ios->release_work);
	unplug(&plug);
	KUNIT_EXPECT_EQ(test, a.kicks, 0U);
	end_abandoned(test, page);
}

static void synchronous_backends_are_not_abandoned(struct kunit *test)
{
	struct frontswap_backend *b;

	swapon(0);
	reg(0);
	store(0, 1);
	b = backend(0);
	mutex_lock(&b->state_mutex);
	KUNIT_EXPECT_EQ(test, frontswap_abandon(b), -EOPNOTSUPP);
	mutex_unlock(&b->state_mutex);
	EXPECT_LOAD(0, 1, 1);
}

static void bad_pairs_of_callbacks(struct kunit *test)
{
	a.ops.begin_load = NULL;
	KUNIT_EXPECT_EQ(test, reg_a(), -EINVAL);
	a.ops.begin_load = a_begin_load;
	a.ops.begin_store = NULL;
	KUNIT_EXPECT_EQ(test, reg_a(), -EINVAL);
	a.ops.begin_store = a_begin_store;
	a.ops.store = fake_ops[0].store;
	a.ops.load = fake_ops[0].load;
	KUNIT_EXPECT_EQ(test, reg_a(), -EINVAL);
	a.ops.begin_store = NULL;
	a.ops.begin_load = NULL;
	KUNIT_EXPECT_EQ(test, reg_a(), -EINVAL);
	EXPECT_CALLS("");
}

/* All short sequences of events for one slot, against a model */

enum event {
	EV_STORE, EV_REFUSED, EV_END_FIRST, EV_ENDED, EV_FAILED, EV_LOAD,
	EV_FREE, EV_DISABLE, EV_ENABLE, EV_ABANDON, NR_EVENTS
};

enum place { FREE, FLIGHT, BACKEND, DEVICE, LOST };

struct model {
	enum place place;
	u64 value;
	bool open, abandoned;
};

static void model_store(struct kunit *test, struct model *m, enum answer how)
{
	int ret;

	/* An older io makes the store wait: see new_store_waits_... */
	if (a.nr)
		return;
	a.store = how;
	ret = store(0, SLOT);
	m->value = ctx->last_value;
	if (m->open && how != REFUSE) {
		KUNIT_EXPECT_EQ(test, ret, 0);
		m->place = how == IN_FLIGHT ? FLIGHT : BACKEND;
		return;
	}
	KUNIT_EXPECT_NE(test, ret, 0);
	a.device[SLOT] = m->value;
	m->place = DEVICE;
}

static void model_end(struct model *m, int err)
{
	if (!a.nr)
		return;
	end_io(err);
	run_work();
	if (m->place == FLIGHT)
		m->place = err ? DEVICE : BACKEND;
}

static void model_load(struct kunit *test, const struct model *m)
{
	u64 got;
	int ret = load(0, SLOT, &got);

	switch (m->place) {
	case FLIGHT:
	case BACKEND:
		KUNIT_EXPECT_EQ(test, ret, 0);
		KUNIT_EXPECT_EQ(test, got, m->value);
		break;
	case LOST:
		KUNIT_EXPECT_EQ(test, ret, -EIO);
		break;
	case DEVICE:
		KUNIT_EXPECT_EQ(test, a.device[SLOT], m->value);
		fallthrough;
	default:
		KUNIT_EXPECT_EQ(test, ret, -ENOENT);
	}
}

static void model_event(struct kunit *test, struct model *m, enum event event)
{
	switch (event) {
	case EV_STORE:
		model_store(test, m, IN_FLIGHT);
		break;
	case EV_REFUSED:
		model_store(test, m, REFUSE);
		break;
	case EV_END_FIRST:
		model_store(test, m, END_FIRST);
		break;
	case EV_ENDED:
		model_end(m, 0);
		break;
	case EV_FAILED:
		model_end(m, -EIO);
		break;
	case EV_LOAD:
		model_load(test, m);
		break;
	case EV_FREE:
		invalidate(0, SLOT);
		m->place = FREE;
		break;
	case EV_DISABLE:
		if (a.nr)
			break;
		KUNIT_EXPECT_EQ(test, with_state(frontswap_disable), 0);
		m->open = false;
		if (m->place == BACKEND)
			m->place = DEVICE;
		break;
	case EV_ENABLE:
		KUNIT_EXPECT_EQ(test, with_state(frontswap_enable),
				m->abandoned ? -ENODEV : 0);
		m->open = !m->abandoned;
		break;
	default:
		if (!m->open)
			break;
		KUNIT_EXPECT_EQ(test, with_state(frontswap_abandon), 0);
		m->open = false;
		m->abandoned = true;
		if (m->place == FLIGHT)
			m->place = DEVICE;
		else if (m->place == BACKEND)
			m->place = LOST;
	}
}

/* The digits of @code are events, the last event comes first. */
static void model_sequence(struct kunit *test, unsigned int code,
			   unsigned int len)
{
	struct model m = { .open = true };

	a.load = AT_ONCE;
	memset(a.device, 0, sizeof(a.device));
	swapon(0);
	reg_a();
	while (len--) {
		model_event(test, &m, code % NR_EVENTS);
		code /= NR_EVENTS;
	}
	model_load(test, &m);
	end_all();
	run_work();
	model_load(test, &m);
	swapoff(0);
	KUNIT_EXPECT_EQ(test, unreg_a(), 0);
	KUNIT_EXPECT_EQ(test, a.bad, 0u);
	ctx->len = 0;
}

static void every_short_sequence_of_events(struct kunit *test)
{
	/* Each sequence has grace periods, which are free on one CPU only. */
	const unsigned int len = IS_ENABLED(CONFIG_SMP) ? 2 : 4;
	const unsigned int nr = int_pow(NR_EVENTS, len);
	unsigned int code;

	ctx->reg.drain = drain_a;
	ctx->reg.quiet = true;
	for (code = 0; code < nr; code++) {
		model_sequence(test, code, len);
		cond_resched();
	}
	kunit_info(test, "%u sequences\n", nr);
}

static int frontswap_io_test_init(struct kunit *test)
{
	unsigned int i;
	int ret = frontswap_test_init(test);

	memset(&a, 0, sizeof(a));
	for (i = 0; i < NR_SLOTS; i++)
		a.device[i] = GARBAGE;
	a.ops = (struct frontswap_ops) {
		.begin_store = a_begin_store,
		.begin_load = a_begin_load,
		.attach_area = a_attach_area,
		.detach_area = a_detach_area,
		.invalidate_slots = a_invalidate_slots,
		.name = "async",
		.io_size = sizeof(bool),
		.io_depth = DEPTH,
	};
	a.load = AT_ONCE;
	if (!ret) {
		ctx->reg.evict = a_evict;
		ctx->reg.read_slot = a_read_slot;
	}
	return ret;
}

static void frontswap_io_test_exit(struct kunit *test)
{
	end_all();
	KUNIT_EXPECT_EQ(test, a.bad, 0u);
	if (test_bit(0, ctx->reg.need_init))
		swapoff(0);
	if (backend_a())
		KUNIT_EXPECT_EQ(test, unreg_a(), 0);
	frontswap_test_exit(test);
}

static struct kunit_case frontswap_io_test_cases[] = {
	KUNIT_CASE(loads_find_a_store_in_flight),
	KUNIT_CASE(store_ends_before_begin_returns),
	KUNIT_CASE(refused_store_goes_to_the_next_backend),
	KUNIT_CASE(failed_store_is_written_to_the_device),
	KUNIT_CASE(failed_store_goes_to_the_next_backend),
	KUNIT_CASE(drain_reads_before_it_goes_on),
	KUNIT_CASE(failed_store_keeps_the_copy_until_it_is_written),
	KUNIT_CASE(failed_store_of_a_freed_slot_is_dropped),
	KUNIT_CASE(failed_write_through_is_forgotten),
	KUNIT_CASE(new_store_waits_for_the_older_one),
	KUNIT_CASE(stores_leave_ios_to_loads),
	KUNIT_CASE(freed_slots_are_reported_later),
	KUNIT_CASE(slots_in_flight_are_not_reported),
	KUNIT_CASE(errors_in_a_row_pause_stores),
	KUNIT_CASE(pause_is_ended_by_hand),
	KUNIT_CASE(cached_page_is_completed_by_the_end),
	KUNIT_CASE(failed_load_in_flight_is_an_io_error),
	KUNIT_CASE(load_in_flight_may_point_to_the_device),
	KUNIT_CASE(failed_load_reads_the_device_of_a_written_through_page),
	KUNIT_CASE(late_load_is_an_io_error),
	KUNIT_CASE(late_load_reads_the_device_of_a_written_through_page),
	KUNIT_CASE(large_folio_is_loaded_at_once),
	KUNIT_CASE(unregister_waits_for_ios),
	KUNIT_CASE(swapoff_waits_for_ios),
	KUNIT_CASE(disable_moves_pages_in_flight),
	KUNIT_CASE(abandon_keeps_stores_and_loses_the_rest),
	KUNIT_CASE(abandon_of_written_through_pages_loses_nothing),
	KUNIT_CASE(detach_overtakes_abandon),
	KUNIT_CASE(abandon_keeps_a_store_that_begins),
	KUNIT_CASE(abandoned_requests_are_submitted),
	KUNIT_CASE(released_backends_are_not_kicked),
	KUNIT_CASE(synchronous_backends_are_not_abandoned),
	KUNIT_CASE(bad_pairs_of_callbacks),
	KUNIT_CASE(every_short_sequence_of_events),
	{}
};

static struct kunit_suite frontswap_io_test_suite = {
	.name = "frontswap_io",
	.init = frontswap_io_test_init,
	.exit = frontswap_io_test_exit,
	.test_cases = frontswap_io_test_cases,
};
kunit_test_suite(frontswap_io_test_suite);
