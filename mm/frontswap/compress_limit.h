/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When frontswap_compress takes pages, how many it may write back, and how time
 * passes for those that it has
 */
#ifndef _FRONTSWAP_COMPRESS_LIMIT_H
#define _FRONTSWAP_COMPRESS_LIMIT_H

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "compress_index.h"

/**
 * struct compress_limit - how much the pool may take
 * @high: At this many pages of memory no more pages are stored.
 * @low: A pool that was at @high is written back to here: always less, or nothing
 *	would be written back from a pool of just @high.
 * @exclusive: From here on pages that come back leave the pool.
 * @incompressible: Up to here pages that do not compress are stored as they are.
 */
struct compress_limit {
	unsigned long high;
	unsigned long low;
	unsigned long exclusive;
	unsigned long incompressible;
};

/* @max_bytes is no limit if it is 0. */
static inline void
compress_limit_set(struct compress_limit *l, unsigned long ram_pages,
		   unsigned int percent, unsigned long max_bytes,
		   unsigned int accept_percent, unsigned int exclusive_percent)
{
	unsigned long high = mult_frac(ram_pages, percent, 100), low;

	if (max_bytes)
		high = min(high, max_bytes >> PAGE_SHIFT);
	low = mult_frac(high, accept_percent, 100);
	WRITE_ONCE(l->high, high);
	WRITE_ONCE(l->low, high ? min(low, high - 1) : 0);
	WRITE_ONCE(l->exclusive, mult_frac(high, exclusive_percent, 100));
}

static __always_inline bool
compress_limit_admits(const struct compress_limit *l, unsigned long pages)
{
	return pages < READ_ONCE(l->high);
}

/* Pages of memory to give back; @begun: some have been. */
static inline unsigned long
compress_limit_excess(const struct compress_limit *l, unsigned long pages,
		      bool begun)
{
	unsigned long low = READ_ONCE(l->low);

	if (pages <= low || (!begun && compress_limit_admits(l, pages)))
		return 0;
	return pages - low;
}

/**
 * struct compress_budget - writes per second
 * @until: When this second ends, in jiffies.
 * @left: Pages that may be written until then.
 */
struct compress_budget {
	unsigned long until;
	unsigned long left;
};

/* Pages that may be written now, of @wanted; @rate is no bound if it is 0. */
static inline unsigned long compress_budget_get(struct compress_budget *b,
						unsigned long rate,
						unsigned long wanted,
						unsigned long now)
{
	if (!rate)
		return wanted;
	if (!time_before(now, b->until) || b->left > rate) {
		b->left = rate;
		b->until = now + HZ;
	}
	wanted = min(wanted, b->left);
	b->left -= wanted;
	return wanted;
}

/* Of what compress_budget_get() gave, @unused pages were not written. */
static inline void compress_budget_put(struct compress_budget *b,
				       unsigned long unused)
{
	b->left += unused;
}

/**
 * struct compress_gen_clock - generations
 * @now: The generation of pages that are stored.
 * @folded: The last one in which compress_index_fold() was called.
 * @length: Stores that end a generation.
 * @stores: In this generation, as far as they have been reported.
 * @began: When each of the last NR_AGES generations began, in jiffies.
 */
struct compress_gen_clock {
	unsigned long now;
	unsigned long folded;
	unsigned long length;
	atomic_long_t stores;
	unsigned long began[NR_AGES];
};

#define CLOCK_TICK	32	/* stores of a CPU that are reported together */
#define GENERATION_MIN	64
#define GENERATIONS	16	/* about as many as there are in a full pool */

/* A generation is a part of what is stored: all that is there is told apart. */
static inline void compress_gen_set_length(struct compress_gen_clock *c,
					   unsigned long stored)
{
	WRITE_ONCE(c->length, max_t(unsigned long, stored / GENERATIONS,
				    GENERATION_MIN));
}

/*
 * Ends a generation, but not while an age would mean two of them: then
 * compress_index_fold() has to be called first.
 */
static inline void compress_gen_advance(struct compress_gen_clock *c)
{
	unsigned long now = READ_ONCE(c->now);

	if (now - READ_ONCE(c->folded) >= NR_AGES - AGE_FOLD - 1)
		return;
	WRITE_ONCE(c->began[(now + 1) % NR_AGES], jiffies);
	if (cmpxchg(&c->now, now, now + 1) == now)
		atomic_long_set(&c->stores, 0);
}

/* CLOCK_TICK more stores. True when a generation should end. */
static inline bool compress_gen_tick(struct compress_gen_clock *c)
{
	if (atomic_long_add_return(CLOCK_TICK, &c->stores) <
	    READ_ONCE(c->length))
		return false;
	compress_gen_advance(c);
	return true;
}

static inline bool compress_gen_fold_due(struct compress_gen_clock *c)
{
	return READ_ONCE(c->now) - READ_ONCE(c->folded) >=
	       (NR_AGES - AGE_FOLD) / 2;
}

/* The age of pages stored @back generations ago: at most NR_AGES - 2. */
static inline unsigned int compress_gen_age(unsigned long now,
					    unsigned int back)
{
	return (now - back) % NR_AGES;
}

/* The generation after that began by @then, so all of its pages are as old. */
static inline bool compress_gen_ended_by(const struct compress_gen_clock *c,
					 unsigned long now, unsigned int back,
					 unsigned long then)
{
	if (!back)
		return false;
	return !time_after(READ_ONCE(c->began[compress_gen_age(now, back - 1)]),
			   then);
}

#endif /* _FRONTSWAP_COMPRESS_LIMIT_H */
