/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where frontswap_compress keeps what it knows of each slot: two words
 *
 * offset -> limb -> branch -> leaf -> entry. Each is allocated for the first page
 * stored in its range, and none is larger than a page: a store in reclaim finds
 * single pages when memory is fragmented, and nothing larger. The entries of a
 * leaf are freed with the last of them; limbs and branches stay until the area
 * goes out of use.
 *
 * The core never makes two calls for one slot at once, so an entry needs no
 * lock. leaf->used counts the entries in use, and whoever looks at them
 * meanwhile: while it is not 0 the entries stay. It leaves 0 only under the
 * index's lock.
 *
 * Age. Time is counted in generations, some number of stores each; an entry
 * has the lowest bits of the one in which it was stored, and a leaf has a mask
 * of those that occur in it. The mask may say too much, so the oldest pages
 * are found by one look at a word for every LEAF_SLOTS slots.
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
#define MAX_SLOTS	(LIMB_SLOTS * MAX_LIMBS)	/* as a swap header has */

/*
 * A store in reclaim frees a page for the third of one that it takes, so it must
 * not be refused where reclaim is needed most, below the minimum watermark; but
 * without __GFP_NOMEMALLOC it could take the last page, and then the write of
 * another page to the device, or a packet, has none. __GFP_HIGH has the page
 * allocator set the bound in between, for each zone: half of the reserve, or what
 * interrupts may take.
 */
#define INDEX_GFP	(__GFP_HIGH | __GFP_KSWAPD_RECLAIM | __GFP_NORETRY | \
			 __GFP_NOWARN | __GFP_NOMEMALLOC)

/* meta; a size of 0 is an entry that is not in use */
#define ENTRY_SIZE	GENMASK_ULL(11, 0)
#define ENTRY_COMP	GENMASK_ULL(14, 12)
#define ENTRY_AGE	GENMASK_ULL(20, 15)
#define ENTRY_OBJCG	GENMASK_ULL(63, 21)

#define SIZE_SAME_FILLED	4095	/* one word, which is in data, fills the page */
#define SIZE_WHOLE	4094	/* the page as it is */
#define COMP_BITS	3
#define NR_AGES		64	/* a leaf's mask is one word */
#define AGE_FOLD	32	/* older ones are all the same: compress_index_fold() */

struct compress_entry {
	unsigned long data;	/* handle of the compressed page, or the word */
	u64 meta;
};

/**
 * struct compress_leaf - some neighbouring slots
 * @entries: LEAF_SLOTS of them, while @used is not 0.
 * @ages: Bit n: there may be an entry of age n.
 * @used: Entries in use, and those who look at them.
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
 * @root: Allocated for the first page; it and what is below are added to, never
 *	replaced, and freed when nobody uses the index.
 * @lock: To change @root, limbs, branches, and the @entries of a leaf.
 * @walk: Held to go through all of the index, and while it is emptied.
 * @bytes: Memory of the index. Under @lock.
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
 * An objcg is packed as its physical address in units of 32 bytes, as it comes
 * from a cache of kmalloc() that is aligned to 64. That is enough for 256 TiB.
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

/* finding */

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

/* For a slot that is in use, so that its leaf is. */
static __always_inline struct compress_entry *
compress_leaf_entry(struct compress_leaf *leaf, unsigned long offset)
{
	return &leaf->entries[offset % LEAF_SLOTS];
}

struct compress_leaf *compress_index_add_leaf(struct compress_index *ix,
					      unsigned long offset);
void compress_index_drop_leaf(struct compress_index *ix,
			      struct compress_leaf *leaf);

/* The leaf of @offset, with a reference; NULL if there is no memory. */
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

/* The reference of compress_index_get() stays with the entry. */
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

/* The reference goes with compress_index_put(). */
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
 * @age: Their age.
 * @busy: The age of new pages: it and the one before are never taken out of a
 *	leaf's mask, as a store may have looked at the clock just before it moved.
 * @min_size: A page that takes fewer bytes is not worth a write. Same-filled pages
 *	take none, and are never collected.
 * @wanted: Called in an RCU read section in which the entry was seen with its
 *	objcg, so that the objcg stays; NULL for all.
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
