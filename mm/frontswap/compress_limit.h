/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pool limit, write-back budget and page aging of frontswap_compress
 */
#ifndef _FRONTSWAP_COMPRESS_LIMIT_H
#define _FRONTSWAP_COMPRESS_LIMIT_H

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "compress_index.h"

/**
 * struct compress_limit - limits of the pool, in pages of memory
 * @high: Reject stores at this pool size.
 * @low: Target of write-back after the pool was at @high; always below @high, or
 *	write-back would never start.
 * @exclusive: Loaded pages leave a pool of this size.
 * @incompressible: Store incompressible pages below this pool size.
 */
struct compress_limit {
	unsigned long high;
	unsigned long low;
	unsigned long exclusive;
	unsigned long incompressible;
};

/* @max_bytes: 0 for no limit. */
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

/* Return the pages of memory to free. @begun: the pool was at the limit. */
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
 * @until: End of the current second, in jiffies.
 * @left: Number of pages that may be written in this second.
 */
struct compress_budget {
	unsigned long until;
	unsigned long left;
};

/* Return how many of @wanted pages may be written now. @rate: 0 for no limit. */
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

/* Return @unused pages of compress_budget_get() to the budget. */
static inline void compress_budget_put(struct compress_budget *b,
				       unsigned long unused)
{
	b->left += unused;
}

/**
 * struct compress_gen_clock - generations
 * @now: Current generation.
 * @folded: Generation of the last compress_index_fold().
 * @length: Number of stores per generation.
 * @stores: Number of stores reported in the current generation.
 * @began: Start of each of the last NR_AGES generations, in jiffies.
 */
struct compress_gen_clock {
	unsigned long now;
	unsigned long folded;
	unsigned long length;
	atomic_long_t stores;
	unsigned long began[NR_AGES];
};

#define CLOCK_TICK	32	/* stores that a CPU reports together */
#define GENERATION_MIN	64
#define GENERATIONS	16	/* about the number in a full pool */

/* A generation is a fraction of the stored pages, so all pages can be ordered. */
static inline void compress_gen_set_length(struct compress_gen_clock *c,
					   unsigned long stored)
{
	WRITE_ONCE(c->length, max_t(unsigned long, stored / GENERATIONS,
				    GENERATION_MIN));
}

/*
 * End the generation, unless an age would become ambiguous: then
 * compress_index_fold() must be called first.
 */
static inline void compress_gen_advance(struct compress_gen_clock *c)
{
	unsigned long now = READ_ONCE(c->now);

	if (now - READ_ONCE(c->folded) >= NR_AGES - AGE_FOLD - 1)
		return;
	/* The loser of a race writes here, too: about the same time. */
	WRITE_ONCE(c->began[(now + 1) % NR_AGES], jiffies);
	if (cmpxchg(&c->now, now, now + 1) == now)
		atomic_long_set(&c->stores, 0);
}

/* Report CLOCK_TICK stores. Return true if the generation ends. */
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

/* Age of pages stored @back generations ago; at most NR_AGES - 2. */
static inline unsigned int compress_gen_age(unsigned long now,
					    unsigned int back)
{
	return (now - back) % NR_AGES;
}

/* Whether the generation @back before @now ended by @then. */
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
