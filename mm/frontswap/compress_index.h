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
#define ENTRY_ALG	GENMASK_ULL(14, 12)
#define ENTRY_AGE	GENMASK_ULL(20, 15)
#define ENTRY_OWNER	GENMASK_ULL(63, 21)

#define SIZE_SAME	4095	/* one word, which is in data, fills the page */
#define SIZE_RAW	4094	/* the page as it is */
#define MAX_ALGS	8
#define AGES		64	/* a leaf's mask is one word */
#define AGE_FOLD	32	/* older ones are all the same: index_fold() */

struct entry {
	unsigned long data;	/* handle of the compressed page, or the word */
	u64 meta;
};

/**
 * struct leaf - some neighbouring slots
 * @entries: LEAF_SLOTS of them, while @used is not 0.
 * @ages: Bit n: there may be an entry of age n.
 * @used: Entries in use, and those who look at them.
 */
struct leaf {
	struct entry *entries;
	atomic64_t ages;
	atomic_t used;
};

struct branch {
	struct leaf leaves[BRANCH_LEAVES];
};

struct limb {
	struct branch *branches[LIMB_BRANCHES];
};

struct root {
	struct limb *limbs[MAX_LIMBS];
};

/**
 * struct index - the slots of one swap type
 * @root: Allocated for the first page; it and what is below are added to, never
 *	replaced, and freed when nobody uses the index.
 * @lock: To change @root, limbs, branches, and the @entries of a leaf.
 * @walk: Held to go through all of the index, and while it is emptied.
 * @bytes: Memory of the index. Under @lock.
 */
struct index {
	struct root *root;
	spinlock_t lock;	/* see above */
	struct mutex walk;	/* see above */
	unsigned long bytes;
};

static inline unsigned int entry_size(u64 meta)
{
	return FIELD_GET(ENTRY_SIZE, meta);
}

static inline unsigned int entry_age(u64 meta)
{
	return FIELD_GET(ENTRY_AGE, meta);
}

static inline unsigned int entry_alg(u64 meta)
{
	return FIELD_GET(ENTRY_ALG, meta);
}

/*
 * An owner is packed as its physical address in units of 32 bytes, as it comes
 * from a cache of kmalloc() that is aligned to 64. That is enough for 256 TiB.
 */
#define OWNER_SHIFT	5

static inline u64 pack_owner(const void *owner)
{
	return owner ? virt_to_phys((void *)owner) >> OWNER_SHIFT : 0;
}

static inline void *entry_owner(u64 meta)
{
	u64 packed = FIELD_GET(ENTRY_OWNER, meta);

	return packed ? phys_to_virt(packed << OWNER_SHIFT) : NULL;
}

static inline u64 make_meta(unsigned int size, unsigned int alg,
			    unsigned long generation, u64 packed_owner)
{
	return size | (u64)alg << 12 | (u64)(generation % AGES) << 15 |
	       packed_owner << 21;
}

static inline bool owner_fits(const void *owner)
{
	return entry_owner(make_meta(0, 0, 0, pack_owner(owner))) ==
	       kasan_reset_tag(owner);
}

static inline void index_setup(struct index *ix)
{
	ix->root = NULL;
	spin_lock_init(&ix->lock);
	mutex_init(&ix->walk);
	ix->bytes = 0;
}

/* finding */

static __always_inline struct branch *index_branch(struct index *ix,
						   unsigned long offset)
{
	struct root *root = READ_ONCE(ix->root);
	struct limb *limb;

	if (unlikely(!root || offset >= MAX_SLOTS))
		return NULL;
	limb = READ_ONCE(root->limbs[offset / LIMB_SLOTS]);
	if (unlikely(!limb))
		return NULL;
	return READ_ONCE(limb->branches[offset / BRANCH_SLOTS % LIMB_BRANCHES]);
}

static __always_inline struct leaf *index_leaf(struct index *ix,
					       unsigned long offset)
{
	struct branch *branch = index_branch(ix, offset);

	if (!branch)
		return NULL;
	return &branch->leaves[offset / LEAF_SLOTS % BRANCH_LEAVES];
}

/* For a slot that is in use, so that its leaf is. */
static __always_inline struct entry *leaf_entry(struct leaf *leaf,
						unsigned long offset)
{
	return &leaf->entries[offset % LEAF_SLOTS];
}

/* coming and going */

/* What *@slot points to, allocated if it is not there; NULL without memory. */
static inline void *index_add(struct index *ix, void **slot, size_t size)
{
	void *new, *there = READ_ONCE(*slot);

	if (there)
		return there;
	new = kzalloc(size, INDEX_GFP);
	if (!new)
		return NULL;
	spin_lock(&ix->lock);
	there = *slot;
	if (!there) {
		ix->bytes += size;
		/* Pairs with the address dependencies of index_branch(). */
		smp_store_release(slot, new);
		there = new;
		new = NULL;
	}
	spin_unlock(&ix->lock);
	kfree(new);
	return there;
}

static inline struct branch *index_add_branch(struct index *ix,
					      unsigned long offset)
{
	struct root *root;
	struct limb *limb;

	if (offset >= MAX_SLOTS)
		return NULL;
	root = index_add(ix, (void **)&ix->root, sizeof(*root));
	if (!root)
		return NULL;
	limb = index_add(ix, (void **)&root->limbs[offset / LIMB_SLOTS],
			 sizeof(*limb));
	if (!limb)
		return NULL;
	return index_add(ix, (void **)&limb->branches[offset / BRANCH_SLOTS %
						      LIMB_BRANCHES],
			 sizeof(struct branch));
}

static inline struct leaf *index_add_leaf(struct index *ix,
					  unsigned long offset)
{
	struct branch *branch = index_add_branch(ix, offset);
	struct entry *new;
	struct leaf *leaf;

	if (!branch)
		return NULL;
	new = kcalloc(LEAF_SLOTS, sizeof(*new), INDEX_GFP);
	leaf = &branch->leaves[offset / LEAF_SLOTS % BRANCH_LEAVES];
	spin_lock(&ix->lock);
	if (!leaf->entries && new) {
		leaf->entries = new;
		new = NULL;
		atomic64_set(&leaf->ages, 0);
		ix->bytes += LEAF_SLOTS * sizeof(*new);
	}
	if (leaf->entries)
		/* Who may use the entries sees them. */
		atomic_inc_return_release(&leaf->used);
	else
		leaf = NULL;
	spin_unlock(&ix->lock);
	kfree(new);
	return leaf;
}

/* The leaf of @offset, with a reference; NULL if there is no memory. */
static __always_inline struct leaf *index_get(struct index *ix,
					      unsigned long offset)
{
	struct leaf *leaf = index_leaf(ix, offset);

	if (likely(leaf && atomic_inc_not_zero(&leaf->used)))
		return leaf;
	return index_add_leaf(ix, offset);
}

static inline void index_drop_leaf(struct index *ix, struct leaf *leaf)
{
	struct entry *entries = NULL;

	spin_lock(&ix->lock);
	if (!atomic_read(&leaf->used)) {
		swap(entries, leaf->entries);
		if (entries)
			ix->bytes -= LEAF_SLOTS * sizeof(*entries);
	}
	spin_unlock(&ix->lock);
	kfree(entries);
}

static __always_inline void index_put(struct index *ix, struct leaf *leaf)
{
	if (unlikely(atomic_dec_and_test(&leaf->used)))
		index_drop_leaf(ix, leaf);
}

/* The reference of index_get() stays with the entry. */
static __always_inline void leaf_set(struct leaf *leaf, unsigned long offset,
				     unsigned long data, u64 meta)
{
	struct entry *e = leaf_entry(leaf, offset);
	u64 age = BIT_ULL(entry_age(meta));

	if (unlikely(!(atomic64_read(&leaf->ages) & age)))
		atomic64_or(age, &leaf->ages);
	e->data = data;
	WRITE_ONCE(e->meta, meta);
}

/* The reference goes with index_put(). */
static __always_inline struct entry leaf_clear(struct leaf *leaf,
					       unsigned long offset)
{
	struct entry *e = leaf_entry(leaf, offset);
	struct entry old = { e->data, READ_ONCE(e->meta) };

	WRITE_ONCE(e->meta, 0);
	return old;
}

/* going through all of it: under ix->walk, in a context that may sleep */

/* The first branch from *@offset on, which is moved there. */
static inline struct branch *index_next_branch(struct index *ix,
					       unsigned long *offset)
{
	struct root *root = READ_ONCE(ix->root);
	struct branch *branch;

	while (root && *offset < MAX_SLOTS) {
		if (!READ_ONCE(root->limbs[*offset / LIMB_SLOTS])) {
			*offset = round_down(*offset, LIMB_SLOTS) + LIMB_SLOTS;
			continue;
		}
		branch = index_branch(ix, *offset);
		if (branch)
			return branch;
		*offset = round_down(*offset, BRANCH_SLOTS) + BRANCH_SLOTS;
	}
	return NULL;
}

/* The first leaf with entries from *@offset on, which is moved there. May sleep. */
static inline struct leaf *index_next(struct index *ix, unsigned long *offset)
{
	struct branch *branch;
	struct leaf *leaf;

	while ((branch = index_next_branch(ix, offset))) {
		cond_resched();
		do {
			leaf = &branch->leaves[*offset / LEAF_SLOTS %
					       BRANCH_LEAVES];
			if (atomic_read(&leaf->used))
				return leaf;
			*offset = round_down(*offset, LEAF_SLOTS) + LEAF_SLOTS;
		} while (*offset % BRANCH_SLOTS);
	}
	return NULL;
}

/* The ages that may occur. */
static inline u64 index_ages(struct index *ix)
{
	unsigned long offset;
	struct leaf *leaf;
	u64 ages = 0;

	for (offset = 0; (leaf = index_next(ix, &offset)); offset += LEAF_SLOTS)
		ages |= atomic64_read(&leaf->ages);
	return ages;
}

/**
 * struct index_query - which slots to collect
 * @age: Their age.
 * @busy: The age of new pages: it and the one before are never taken out of a
 *	leaf's mask, as a store may have looked at the clock just before it moved.
 * @min_size: A page that takes fewer bytes is not worth a write. Same-filled pages
 *	take none, and are never collected.
 * @wanted: Called in an RCU read section in which the entry was seen with its
 *	owner, so that the owner stays; NULL for all.
 * @arg: For @wanted.
 */
struct index_query {
	unsigned int age;
	unsigned int busy;
	unsigned int min_size;
	bool (*wanted)(u64 meta, const void *arg);
	const void *arg;
};

static inline bool index_matches(const struct index_query *q, const u64 *meta,
				 bool *seen)
{
	bool match = false;
	unsigned int size;
	u64 m;

	rcu_read_lock();
	m = READ_ONCE(*meta);
	size = entry_size(m);
	if (size && entry_age(m) == q->age) {
		*seen = true;
		match = size != SIZE_SAME && size >= q->min_size &&
			(!q->wanted || q->wanted(m, q->arg));
	}
	rcu_read_unlock();
	return match;
}

/* Up to @max slots from *@offset on, which is moved behind the last one. */
static inline unsigned int index_collect(struct index *ix,
					 unsigned long *offset,
					 const struct index_query *q,
					 pgoff_t *found, unsigned int max)
{
	struct leaf *leaf;
	unsigned int n = 0;

	while (n < max && (leaf = index_next(ix, offset))) {
		unsigned long i = *offset % LEAF_SLOTS;
		unsigned long base = *offset - i;
		bool seen = i || (q->busy - q->age) % AGES < 2;

		if (!(atomic64_read(&leaf->ages) & BIT_ULL(q->age)) ||
		    !atomic_inc_not_zero(&leaf->used)) {
			*offset = base + LEAF_SLOTS;
			continue;
		}
		for (; i < LEAF_SLOTS && n < max; i++)
			if (index_matches(q, &leaf->entries[i].meta, &seen))
				found[n++] = base + i;
		if (!seen && i == LEAF_SLOTS)
			atomic64_andnot(BIT_ULL(q->age), &leaf->ages);
		index_put(ix, leaf);
		*offset = base + i;
		cond_resched();
	}
	return n;
}

/*
 * Ages at least AGE_FOLD generations old, as a mask. None is older than what
 * the fold in generation @folded has left, and what is beyond will be the ages
 * of generations to come: they may begin while this one is folding.
 */
static inline u64 old_ages(unsigned long now, unsigned long folded)
{
	unsigned long d;
	u64 mask = 0;

	for (d = AGE_FOLD; d < AGE_FOLD + now - folded; d++)
		mask |= BIT_ULL((now - d) % AGES);
	return mask;
}

/*
 * Ages come round after AGES generations. Before they do, all that are old
 * become the oldest one that is still told from the others. A slot may be
 * emptied and filled meanwhile: then it is not what it was, and is left alone.
 */
static inline void leaf_fold(struct leaf *leaf, unsigned long now, u64 old)
{
	unsigned int fold = (now - AGE_FOLD + 1) % AGES;
	unsigned long i;

	atomic64_or(BIT_ULL(fold), &leaf->ages);
	for (i = 0; i < LEAF_SLOTS; i++) {
		u64 *p = &leaf->entries[i].meta, meta = READ_ONCE(*p);

		if (!entry_size(meta) || !(old & BIT_ULL(entry_age(meta))))
			continue;
		cmpxchg64(p, meta, (meta & ~ENTRY_AGE) | (u64)fold << 15);
	}
	atomic64_andnot(old, &leaf->ages);
}

/* @folded: when it was called last. */
static inline void index_fold(struct index *ix, unsigned long now,
			      unsigned long folded)
{
	u64 old = old_ages(now, folded);
	unsigned long offset;
	struct leaf *leaf;

	for (offset = 0; (leaf = index_next(ix, &offset));
	     offset += LEAF_SLOTS) {
		if (!(atomic64_read(&leaf->ages) & old) ||
		    !atomic_inc_not_zero(&leaf->used))
			continue;
		leaf_fold(leaf, now, old);
		index_put(ix, leaf);
		cond_resched();
	}
}

static inline void index_free(struct root *root)
{
	unsigned long i, j;

	for (i = 0; root && i < MAX_LIMBS; i++) {
		for (j = 0; root->limbs[i] && j < LIMB_BRANCHES; j++)
			kfree(root->limbs[i]->branches[j]);
		kfree(root->limbs[i]);
	}
	kfree(root);
}

/* Empties the index: @release is called for each entry. Nobody else uses it. */
static inline void index_destroy(struct index *ix,
				 void (*release)(const struct entry *e))
{
	struct leaf *leaf;
	unsigned long offset, i;

	mutex_lock(&ix->walk);
	for (offset = 0; (leaf = index_next(ix, &offset));
	     offset += LEAF_SLOTS) {
		for (i = 0; i < LEAF_SLOTS; i++)
			if (entry_size(leaf->entries[i].meta))
				release(&leaf->entries[i]);
		kfree(leaf->entries);
		cond_resched();
	}
	index_free(ix->root);
	WRITE_ONCE(ix->root, NULL);
	ix->bytes = 0;
	mutex_unlock(&ix->walk);
}

#endif /* _FRONTSWAP_COMPRESS_INDEX_H */
