// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_compress: allocation of the index, and walks over all of an index
 */
#include <linux/bits.h>
#include <linux/math.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compress_index.h"

/* Return *@slot, allocating if necessary; NULL without memory. */
static void *compress_index_add(struct compress_index *ix, void **slot,
				size_t size)
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
		/* Pairs with the address dependencies of compress_index_branch(). */
		smp_store_release(slot, new);
		there = new;
		new = NULL;
	}
	spin_unlock(&ix->lock);
	kfree(new);
	return there;
}

static struct compress_branch *
compress_index_add_branch(struct compress_index *ix, unsigned long offset)
{
	struct compress_root *root;
	struct compress_limb *limb;
	void **slot;

	if (offset >= MAX_SLOTS)
		return NULL;
	root = compress_index_add(ix, (void **)&ix->root, sizeof(*root));
	if (!root)
		return NULL;
	slot = (void **)&root->limbs[offset / LIMB_SLOTS];
	limb = compress_index_add(ix, slot, sizeof(*limb));
	if (!limb)
		return NULL;
	slot = (void **)&limb->branches[offset / BRANCH_SLOTS % LIMB_BRANCHES];
	return compress_index_add(ix, slot, sizeof(struct compress_branch));
}

struct compress_leaf *
compress_index_add_leaf(struct compress_index *ix, unsigned long offset)
{
	struct compress_branch *branch = compress_index_add_branch(ix, offset);
	struct compress_entry *new;
	struct compress_leaf *leaf;

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
		/* Pairs with atomic_inc_not_zero(): publish the entries first. */
		atomic_inc_return_release(&leaf->used);
	else
		leaf = NULL;
	spin_unlock(&ix->lock);
	kfree(new);
	return leaf;
}

void compress_index_drop_leaf(struct compress_index *ix,
			      struct compress_leaf *leaf)
{
	struct compress_entry *entries = NULL;

	spin_lock(&ix->lock);
	if (!atomic_read(&leaf->used)) {
		swap(entries, leaf->entries);
		if (entries)
			ix->bytes -= LEAF_SLOTS * sizeof(*entries);
	}
	spin_unlock(&ix->lock);
	kfree(entries);
}

/* Walks are made under ix->walk, and may sleep. */

/* Find the first branch at or after *@offset, and advance *@offset. */
static struct compress_branch *
compress_index_next_branch(struct compress_index *ix, unsigned long *offset)
{
	struct compress_root *root = READ_ONCE(ix->root);
	struct compress_branch *branch;

	while (root && *offset < MAX_SLOTS) {
		if (!READ_ONCE(root->limbs[*offset / LIMB_SLOTS])) {
			*offset = round_down(*offset, LIMB_SLOTS) + LIMB_SLOTS;
			continue;
		}
		branch = compress_index_branch(ix, *offset);
		if (branch)
			return branch;
		*offset = round_down(*offset, BRANCH_SLOTS) + BRANCH_SLOTS;
	}
	return NULL;
}

/* Find the first leaf with entries at or after *@offset; advance *@offset. */
static struct compress_leaf *
compress_index_next(struct compress_index *ix, unsigned long *offset)
{
	struct compress_branch *branch;
	struct compress_leaf *leaf;

	while ((branch = compress_index_next_branch(ix, offset))) {
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

/* Return a mask of the ages that may occur. */
u64 compress_index_ages(struct compress_index *ix)
{
	unsigned long offset;
	struct compress_leaf *leaf;
	u64 ages = 0;

	for (offset = 0; (leaf = compress_index_next(ix, &offset));
	     offset += LEAF_SLOTS)
		ages |= atomic64_read(&leaf->ages);
	return ages;
}

static bool compress_index_matches(const struct compress_query *q,
				   const u64 *meta, bool *seen)
{
	bool match = false;
	unsigned int size;
	u64 m;

	rcu_read_lock();
	m = READ_ONCE(*meta);
	size = compress_entry_size(m);
	if (size && compress_entry_age(m) == q->age) {
		*seen = true;
		match = size != SIZE_SAME_FILLED && size >= q->min_size &&
			(!q->wanted || q->wanted(m, q->arg));
	}
	rcu_read_unlock();
	return match;
}

/*
 * Collect up to @max slots at or after *@offset, and advance *@offset. The age is
 * removed from the mask of a leaf only after a walk over the whole leaf without a
 * page of this age, and never for the two youngest ages: a store may be adding such
 * a page at the moment.
 */
unsigned int compress_index_collect(struct compress_index *ix,
				    unsigned long *offset,
				    const struct compress_query *q,
				    pgoff_t *found, unsigned int max)
{
	struct compress_leaf *leaf;
	unsigned int n = 0;

	while (n < max && (leaf = compress_index_next(ix, offset))) {
		unsigned long i = *offset % LEAF_SLOTS;
		unsigned long base = *offset - i;
		bool seen = i || (q->busy - q->age) % NR_AGES < 2;

		if (!(atomic64_read(&leaf->ages) & BIT_ULL(q->age)) ||
		    !atomic_inc_not_zero(&leaf->used)) {
			*offset = base + LEAF_SLOTS;
			continue;
		}
		for (; i < LEAF_SLOTS && n < max; i++)
			if (compress_index_matches(q, &leaf->entries[i].meta,
						   &seen))
				found[n++] = base + i;
		if (!seen && i == LEAF_SLOTS)
			atomic64_andnot(BIT_ULL(q->age), &leaf->ages);
		compress_index_put(ix, leaf);
		*offset = base + i;
		cond_resched();
	}
	return n;
}

/*
 * Return a mask of the ages that are at least AGE_FOLD generations old. The fold in
 * generation @folded has left no older ages than these. The bits beyond are the
 * ages of future generations, which may begin during this fold.
 */
static u64 compress_old_ages(unsigned long now, unsigned long folded)
{
	unsigned long d;
	u64 mask = 0;

	for (d = AGE_FOLD; d < AGE_FOLD + now - folded; d++)
		mask |= BIT_ULL((now - d) % NR_AGES);
	return mask;
}

/*
 * Ages repeat after NR_AGES generations. Before that, merge all old ages into the
 * oldest age that remains distinct. An entry that changes concurrently is left
 * alone: the slot has been freed, and possibly filled with a new page.
 */
static void compress_leaf_fold(struct compress_leaf *leaf, unsigned long now,
			       u64 old)
{
	unsigned int fold = (now - AGE_FOLD + 1) % NR_AGES;
	unsigned long i;

	/* The mask may contain too many ages, never too few: add first. */
	atomic64_or(BIT_ULL(fold), &leaf->ages);
	for (i = 0; i < LEAF_SLOTS; i++) {
		u64 *p = &leaf->entries[i].meta, meta = READ_ONCE(*p);

		if (!compress_entry_size(meta) ||
		    !(old & BIT_ULL(compress_entry_age(meta))))
			continue;
		cmpxchg64(p, meta, (meta & ~ENTRY_AGE) | (u64)fold << 15);
	}
	atomic64_andnot(old, &leaf->ages);
}

/* @folded: generation of the previous fold. */
void compress_index_fold(struct compress_index *ix, unsigned long now,
			 unsigned long folded)
{
	u64 old = compress_old_ages(now, folded);
	unsigned long offset;
	struct compress_leaf *leaf;

	for (offset = 0; (leaf = compress_index_next(ix, &offset));
	     offset += LEAF_SLOTS) {
		if (!(atomic64_read(&leaf->ages) & old) ||
		    !atomic_inc_not_zero(&leaf->used))
			continue;
		compress_leaf_fold(leaf, now, old);
		compress_index_put(ix, leaf);
		cond_resched();
	}
}

static void compress_index_free(struct compress_root *root)
{
	unsigned long i, j;

	for (i = 0; root && i < MAX_LIMBS; i++) {
		for (j = 0; root->limbs[i] && j < LIMB_BRANCHES; j++)
			kfree(root->limbs[i]->branches[j]);
		kfree(root->limbs[i]);
	}
	kfree(root);
}

/* Empty the index, which is not in use otherwise; call @release for each entry. */
void compress_index_destroy(struct compress_index *ix,
			    void (*release)(const struct compress_entry *e))
{
	struct compress_leaf *leaf;
	unsigned long offset, i;

	mutex_lock(&ix->walk);
	for (offset = 0; (leaf = compress_index_next(ix, &offset));
	     offset += LEAF_SLOTS) {
		for (i = 0; i < LEAF_SLOTS; i++)
			if (compress_entry_size(leaf->entries[i].meta))
				release(&leaf->entries[i]);
		kfree(leaf->entries);
		cond_resched();
	}
	compress_index_free(ix->root);
	WRITE_ONCE(ix->root, NULL);
	ix->bytes = 0;
	mutex_unlock(&ix->walk);
}
