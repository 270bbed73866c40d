/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where frontswap_compress keeps what it knows of each slot: two words
 *
 * offset -> branch -> leaf -> entry. Branches and leaves come with the first
 * page stored in their range. A leaf's entries go when the last of them does;
 * branches stay until the area goes out of use.
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
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define LEAF_SLOTS	256UL
#define BRANCH_LEAVES	128UL
#define BRANCH_SLOTS	(LEAF_SLOTS * BRANCH_LEAVES)
#define FIRST_TOP	64

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

struct top {
	struct rcu_head rcu;
	unsigned long nr;
	struct branch *branches[];
};

/**
 * struct index - the slots of one swap type
 * @top: Replaced by a larger one when needed.
 * @lock: To change @top, its branches, and a leaf's @entries.
 * @walk: Held by those who go through all of it, and while it is emptied.
 * @bytes: Memory that it takes. Under @lock.
 */
struct index {
	struct top __rcu *top;
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
	return entry_owner(make_meta(0, 0, 0, pack_owner(owner))) == owner;
}

static inline void index_setup(struct index *ix)
{
	RCU_INIT_POINTER(ix->top, NULL);
	spin_lock_init(&ix->lock);
	mutex_init(&ix->walk);
	ix->bytes = 0;
}

/* finding */

static __always_inline struct branch *index_branch(struct index *ix,
						   unsigned long n)
{
	struct branch *branch = NULL;
	struct top *top;

	rcu_read_lock();
	top = rcu_dereference(ix->top);
	if (top && n < top->nr)
		branch = READ_ONCE(top->branches[n]);
	rcu_read_unlock();
	return branch;
}

static __always_inline struct leaf *index_leaf(struct index *ix,
					       unsigned long offset)
{
	struct branch *branch = index_branch(ix, offset / BRANCH_SLOTS);

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

static inline int index_grow_top(struct index *ix, unsigned long n)
{
	struct top *top, *old;
	unsigned long nr = FIRST_TOP;

	while (nr <= n)
		nr *= 2;
	top = kzalloc(struct_size(top, branches, nr), INDEX_GFP);
	if (!top)
		return -ENOMEM;
	top->nr = nr;
	spin_lock(&ix->lock);
	old = rcu_dereference_protected(ix->top, lockdep_is_held(&ix->lock));
	if (old && old->nr >= nr) {
		old = top;
	} else {
		if (old)
			memcpy(top->branches, old->branches,
			       old->nr * sizeof(*old->branches));
		ix->bytes += struct_size(top, branches, nr) -
			     (old ? struct_size(old, branches, old->nr) : 0);
		rcu_assign_pointer(ix->top, top);
	}
	spin_unlock(&ix->lock);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static inline struct branch *index_add_branch(struct index *ix,
					      unsigned long n)
{
	struct branch *branch, *new;
	struct top *top;

	rcu_read_lock();
	top = rcu_dereference(ix->top);
	if (top && n >= top->nr)
		top = NULL;
	rcu_read_unlock();
	if (!top && index_grow_top(ix, n))
		return NULL;
	new = kzalloc(sizeof(*new), INDEX_GFP);
	if (!new)
		return NULL;
	spin_lock(&ix->lock);
	top = rcu_dereference_protected(ix->top, lockdep_is_held(&ix->lock));
	branch = top->branches[n];
	if (!branch) {
		ix->bytes += sizeof(*new);
		/* Pairs with the dependency in index_branch(). */
		smp_store_release(&top->branches[n], new);
		branch = new;
		new = NULL;
	}
	spin_unlock(&ix->lock);
	kfree(new);
	return branch;
}

static inline struct leaf *index_add_leaf(struct index *ix,
					  unsigned long offset)
{
	struct branch *branch = index_branch(ix, offset / BRANCH_SLOTS);
	struct entry *new;
	struct leaf *leaf;

	if (!branch)
		branch = index_add_branch(ix, offset / BRANCH_SLOTS);
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

/* The first leaf with entries from *@offset on, which is moved there. */
static inline struct leaf *index_next(struct index *ix, unsigned long *offset)
{
	unsigned long n = *offset / BRANCH_SLOTS, i, nr;
	struct top *top;

	i = *offset / LEAF_SLOTS % BRANCH_LEAVES;
	for (;; n++, i = 0) {
		struct branch *branch = index_branch(ix, n);

		for (; branch && i < BRANCH_LEAVES; i++) {
			if (atomic_read(&branch->leaves[i].used)) {
				*offset = max(*offset, n * BRANCH_SLOTS +
						       i * LEAF_SLOTS);
				return &branch->leaves[i];
			}
		}
		if (branch)
			continue;
		rcu_read_lock();
		top = rcu_dereference(ix->top);
		nr = top ? top->nr : 0;
		rcu_read_unlock();
		if (n >= nr)
			return NULL;
	}
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

/*
 * Up to @max slots of @age from *@offset on, which is moved behind the last
 * one; none that are same-filled, which give no memory back. @busy, the age of
 * new pages, is never taken out of a leaf's mask, nor is the one before: a
 * store may have looked at the clock just before it moved.
 */
static inline unsigned int index_collect(struct index *ix,
					 unsigned long *offset,
					 unsigned int age, unsigned int busy,
					 pgoff_t *found, unsigned int max)
{
	struct leaf *leaf;
	unsigned int n = 0;

	while (n < max && (leaf = index_next(ix, offset))) {
		unsigned long i = *offset % LEAF_SLOTS;
		unsigned long base = *offset - i;
		bool seen = i || (busy - age) % AGES < 2;

		if (!(atomic64_read(&leaf->ages) & BIT_ULL(age)) ||
		    !atomic_inc_not_zero(&leaf->used)) {
			*offset = base + LEAF_SLOTS;
			continue;
		}
		for (; i < LEAF_SLOTS && n < max; i++) {
			u64 meta = READ_ONCE(leaf->entries[i].meta);
			unsigned int size = entry_size(meta);

			if (!size || entry_age(meta) != age)
				continue;
			seen = true;
			if (size != SIZE_SAME)
				found[n++] = base + i;
		}
		if (!seen && i == LEAF_SLOTS)
			atomic64_andnot(BIT_ULL(age), &leaf->ages);
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

/* Empties it: @release is called for what is left. Nobody else uses it. */
static inline void index_destroy(struct index *ix,
				 void (*release)(const struct entry *e))
{
	struct top *top;
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
	top = rcu_replace_pointer(ix->top, NULL, lockdep_is_held(&ix->walk));
	if (top) {
		for (i = 0; i < top->nr; i++)
			kfree(top->branches[i]);
		kfree_rcu(top, rcu);
	}
	ix->bytes = 0;
	mutex_unlock(&ix->walk);
}

#endif /* _FRONTSWAP_COMPRESS_INDEX_H */
