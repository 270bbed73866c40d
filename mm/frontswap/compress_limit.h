/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When frontswap_compress takes pages, and how time passes for those that it
 * has
 */
#ifndef _FRONTSWAP_COMPRESS_LIMIT_H
#define _FRONTSWAP_COMPRESS_LIMIT_H

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "compress_index.h"

/**
 * struct limit - how much the pool may take
 * @high: At so many pages of memory nothing more is taken.
 * @low: Until it is so many again: always less, or nothing would be written
 *	back from a pool of just @high.
 * @full: @high has been reached, and @low not yet.
 */
struct limit {
	unsigned long high;
	unsigned long low;
	bool full;
};

/* @max_bytes is no limit if it is 0. */
static inline void limit_set(struct limit *l, unsigned long ram_pages,
			     unsigned int percent, unsigned long max_bytes,
			     unsigned int accept_percent)
{
	unsigned long high = mult_frac(ram_pages, percent, 100), low;

	if (max_bytes)
		high = min(high, max_bytes >> PAGE_SHIFT);
	low = mult_frac(high, accept_percent, 100);
	WRITE_ONCE(l->high, high);
	WRITE_ONCE(l->low, high ? min(low, high - 1) : 0);
}

static __always_inline bool limit_admits(struct limit *l, unsigned long pages)
{
	if (unlikely(READ_ONCE(l->full))) {
		if (pages > READ_ONCE(l->low) || !READ_ONCE(l->high))
			return false;
		WRITE_ONCE(l->full, false);
	}
	if (likely(pages < READ_ONCE(l->high)))
		return true;
	WRITE_ONCE(l->full, true);
	return false;
}

/* Pages of memory to give back before anything more is taken. */
static inline unsigned long limit_excess(struct limit *l, unsigned long pages)
{
	unsigned long high = READ_ONCE(l->high), low = READ_ONCE(l->low);

	if (pages <= low || (pages < high && !READ_ONCE(l->full)))
		return 0;
	return pages - low;
}

/**
 * struct clock - generations
 * @now: The generation of pages that are stored.
 * @folded: The last one in which index_fold() was called.
 * @length: Stores that end a generation.
 * @stores: In this generation, as far as they have been reported.
 */
struct clock {
	unsigned long now;
	unsigned long folded;
	unsigned long length;
	atomic_long_t stores;
};

#define CLOCK_TICK	32	/* stores of a CPU that are reported together */
#define GENERATION_MIN	64
#define GENERATIONS	16	/* about as many as there are in a full pool */

/* A generation is a part of what is stored: all that is there is told apart. */
static inline void clock_set_length(struct clock *c, unsigned long stored)
{
	WRITE_ONCE(c->length, max_t(unsigned long, stored / GENERATIONS,
				    GENERATION_MIN));
}

/*
 * CLOCK_TICK more stores. True when a generation should end. It does not while
 * an age would mean two generations: then index_fold() has to be called first.
 */
static inline bool clock_tick(struct clock *c)
{
	unsigned long now = READ_ONCE(c->now);

	if (atomic_long_add_return(CLOCK_TICK, &c->stores) <
	    READ_ONCE(c->length))
		return false;
	if (now - READ_ONCE(c->folded) < AGES - AGE_FOLD - 1 &&
	    cmpxchg(&c->now, now, now + 1) == now)
		atomic_long_set(&c->stores, 0);
	return true;
}

static inline bool clock_fold_due(struct clock *c)
{
	return READ_ONCE(c->now) - READ_ONCE(c->folded) >=
	       (AGES - AGE_FOLD) / 2;
}

/* The age of pages stored @back generations ago: at most AGES - 2. */
static inline unsigned int clock_age(unsigned long now, unsigned int back)
{
	return (now - back) % AGES;
}

#endif /* _FRONTSWAP_COMPRESS_LIMIT_H */
