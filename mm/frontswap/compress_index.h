/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Per-slot metadata of frontswap_compress: a table of two words per slot
 *
 * offset -> limb -> branch -> leaf -> entry. Each level is allocated when the first
 * page in its range is stored. No block is larger than a page, because a store in
 * reclaim finds no larger blocks when memory is fragmented. The entries of a leaf
 * are freed with the last entry; limbs and branches remain until swapoff.
 *
 * Locking. The core never makes two calls for one slot at once, so an entry needs
 * no lock. Lookups take no lock either: a pointer is published with
 * smp_store_release() and not replaced until the index is destroyed. leaf->used
 * counts the entries in use, plus walkers; the entries are valid while the count
 * is not 0. Only under the lock of the index does the count leave 0:
 *
 *   CPU0 compress_index_put()         CPU1 compress_index_get()
 *   used: 1 -> 0
 *                                     atomic_inc_not_zero() fails
 *                                     lock, entries still there: used = 1
 *   lock, used is not 0:
 *   the entries remain
 *
 * Age. Time is counted in generations, a number of stores each. An entry has the
 * lowest bits of its generation. A leaf has a mask of ages that may occur, which is
 * allowed to contain too many, so the oldest pages are found with one look at the
 * mask of LEAF_SLOTS slots.
 */
#ifndef _FRONTSWAP_COMPRESS_INDEX_H
#define _FRONTSWAP_COMPRESS_INDEX_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kasan.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/math.h>
#include <linux/types.h>

#define LEAF_SLOTS	256UL
#define BRANCH_LEAVES	128UL
#define BRANCH_SLOTS	(LEAF_SLOTS * BRANCH_LEAVES)
#define LIMB_BRANCHES	512UL
#define LIMB_SLOTS	(BRANCH_SLOTS * LIMB_BRANCHES)
#define MAX_LIMBS	256UL
#define MAX_SLOTS	(LIMB_SLOTS * MAX_LIMBS)	/* limit of a swap header */

/*
 * A store in reclaim frees three times the memory that the store allocates, and
 * must succeed below the minimum watermark, where reclaim is needed most. Without
 * __GFP_NOMEMALLOC, however, a store could allocate the last page, and a write to
 * the device or a network packet would find no memory. With __GFP_HIGH the page
 * allocator itself sets a bound for each zone: half of the reserve, as for
 * interrupts.
 */
#define INDEX_GFP	(__GFP_HIGH | __GFP_KSWAPD_RECLAIM | __GFP_NORETRY | \
			 __GFP_NOWARN | __GFP_NOMEMALLOC)

/* Fields of meta. An unused entry has size 0. */
#define ENTRY_SIZE	GENMASK_ULL(11, 0)
#define ENTRY_COMP	GENMASK_ULL(14, 12)
#define ENTRY_AGE	GENMASK_ULL(20, 15)
#define ENTRY_OBJCG	GENMASK_ULL(63, 21)

#define SIZE_SAME_FILLED	4095	/* data is the word that fills the page */
#define SIZE_WHOLE	4094	/* the page is not compressed */
#define COMP_BITS	3
#define NR_AGES		64	/* the mask of a leaf is one word */
#define AGE_FOLD	32	/* older ages are merged: compress_index_fold() */

struct compress_entry {
	unsigned long data;	/* handle in the pool, or the word */
	u64 meta;
};

/**
 * struct compress_leaf - adjacent slots
 * @entries: LEAF_SLOTS entries, while @used is not 0.
 * @ages: Bit n: an entry of age n may exist.
 * @used: Number of entries in use, plus walkers.
 */
struct compress_leaf {
	struct compress_entry *entries;
	atomic64_t ages;
	atomic_t used;
};

struct compress_branch {
	struct compress_leaf leaves[BRANCH_LEAVES];
};

struct compress_limb {
	struct compress_branch *branches[LIMB_BRANCHES];
};

struct compress_root {
	struct compress_limb *limbs[MAX_LIMBS];
};

/**
 * struct compress_index - the slots of one swap type
 * @root: Top level; levels are added, never replaced, and freed when the index is
 *	not in use.
 * @lock: Protects @root, limbs, branches, and the @entries of leaves.
 * @walk: Held to walk over all slots, and to empty the index.
 * @bytes: Memory of the index; under @lock.
 */
struct compress_index {
	struct compress_root *root;
	spinlock_t lock;	/* see above */
	struct mutex walk;	/* see above */
	unsigned long bytes;
};

static inline unsigned int compress_entry_size(u64 meta)
{
	return FIELD_GET(ENTRY_SIZE, meta);
}

static inline unsigned int compress_entry_age(u64 meta)
{
	return FIELD_GET(ENTRY_AGE, meta);
}

static inline unsigned int compress_entry_comp(u64 meta)
{
	return FIELD_GET(ENTRY_COMP, meta);
}

/*
 * Pack an objcg as a physical address in units of 32 bytes: the kmalloc() cache is
 * aligned to 64. The bits suffice for 256 TiB.
 */
#define OBJCG_SHIFT	5

static inline u64 compress_pack_objcg(const void *objcg)
{
	return objcg ? virt_to_phys((void *)objcg) >> OBJCG_SHIFT : 0;
}

static inline void *compress_entry_objcg(u64 meta)
{
	u64 packed = FIELD_GET(ENTRY_OBJCG, meta);

	return packed ? phys_to_virt(packed << OBJCG_SHIFT) : NULL;
}

static inline u64 compress_make_meta(unsigned int size, unsigned int comp,
				     unsigned long generation, u64 packed_objcg)
{
	return size | (u64)comp << 12 | (u64)(generation % NR_AGES) << 15 |
	       packed_objcg << 21;
}

static inline bool compress_objcg_fits(const void *objcg)
{
	u64 meta = compress_make_meta(0, 0, 0, compress_pack_objcg(objcg));

	return compress_entry_objcg(meta) == kasan_reset_tag(objcg);
}

static inline void compress_index_setup(struct compress_index *ix)
{
	ix->root = NULL;
	spin_lock_init(&ix->lock);
	mutex_init(&ix->walk);
	ix->bytes = 0;
}

/* Lookup */

static __always_inline struct compress_branch *
compress_index_branch(struct compress_index *ix, unsigned long offset)
{
	struct compress_root *root = READ_ONCE(ix->root);
	struct compress_limb *limb;

	if (unlikely(!root || offset >= MAX_SLOTS))
		return NULL;
	limb = READ_ONCE(root->limbs[offset / LIMB_SLOTS]);
	if (unlikely(!limb))
		return NULL;
	return READ_ONCE(limb->branches[offset / BRANCH_SLOTS % LIMB_BRANCHES]);
}

static __always_inline struct compress_leaf *
compress_index_leaf(struct compress_index *ix, unsigned long offset)
{
	struct compress_branch *branch = compress_index_branch(ix, offset);

	if (!branch)
		return NULL;
	return &branch->leaves[offset / LEAF_SLOTS % BRANCH_LEAVES];
}

/* The slot must be in use, which keeps the leaf in use. */
static __always_inline struct compress_entry *
compress_leaf_entry(struct compress_leaf *leaf, unsigned long offset)
{
	return &leaf->entries[offset % LEAF_SLOTS];
}

struct compress_leaf *compress_index_add_leaf(struct compress_index *ix,
					      unsigned long offset);
void compress_index_drop_leaf(struct compress_index *ix,
			      struct compress_leaf *leaf);

/* Get the leaf of @offset and a reference, or NULL without memory. */
static __always_inline struct compress_leaf *
compress_index_get(struct compress_index *ix, unsigned long offset)
{
	struct compress_leaf *leaf = compress_index_leaf(ix, offset);

	if (likely(leaf && atomic_inc_not_zero(&leaf->used)))
		return leaf;
	return compress_index_add_leaf(ix, offset);
}

static __always_inline void compress_index_put(struct compress_index *ix,
					       struct compress_leaf *leaf)
{
	if (unlikely(atomic_dec_and_test(&leaf->used)))
		compress_index_drop_leaf(ix, leaf);
}

/* The entry takes over the reference of compress_index_get(). */
static __always_inline void compress_leaf_set(struct compress_leaf *leaf,
					      unsigned long offset,
					      unsigned long data, u64 meta)
{
	struct compress_entry *e = compress_leaf_entry(leaf, offset);
	u64 age = BIT_ULL(compress_entry_age(meta));

	if (unlikely(!(atomic64_read(&leaf->ages) & age)))
		atomic64_or(age, &leaf->ages);
	e->data = data;
	WRITE_ONCE(e->meta, meta);
}

/* The caller drops the reference with compress_index_put(). */
static __always_inline struct compress_entry
compress_leaf_clear(struct compress_leaf *leaf, unsigned long offset)
{
	struct compress_entry *e = compress_leaf_entry(leaf, offset);
	struct compress_entry old = { e->data, READ_ONCE(e->meta) };

	WRITE_ONCE(e->meta, 0);
	return old;
}

/**
 * struct compress_query - which slots to collect
 * @age: Age of the pages.
 * @busy: Age of new pages. This age and the previous one are never removed from
 *	the mask of a leaf: a store may have read the clock before the last tick.
 * @min_size: Minimum size in the pool. Same-filled pages are never collected.
 * @wanted: Predicate, called in the RCU read section in which the entry was read,
 *	so the objcg is valid; or NULL.
 * @arg: For @wanted.
 */
struct compress_query {
	unsigned int age;
	unsigned int busy;
	unsigned int min_size;
	bool (*wanted)(u64 meta, const void *arg);
	const void *arg;
};

u64 compress_index_ages(struct compress_index *ix);
unsigned int compress_index_collect(struct compress_index *ix,
				    unsigned long *offset,
				    const struct compress_query *q,
				    pgoff_t *found, unsigned int max);
void compress_index_fold(struct compress_index *ix, unsigned long now,
			 unsigned long folded);
void compress_index_destroy(struct compress_index *ix,
			    void (*release)(const struct compress_entry *e));

#endif /* _FRONTSWAP_COMPRESS_INDEX_H */
