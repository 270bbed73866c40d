/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frontswap_compress: the compressors
 */
#ifndef _FRONTSWAP_COMPRESS_COMP_H
#define _FRONTSWAP_COMPRESS_COMP_H

#include <linux/bits.h>
#include <linux/crypto.h>
#include <linux/list.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "compress_index.h"

#define MAX_COMPS	((unsigned int)BIT(COMP_BITS))

/**
 * struct compress_stream - what one CPU needs to compress
 * @lock: Held from the compressor to the pool; disables preemption.
 * @tfm: The transform, or NULL if the CPU has never been online.
 * @buffer: Two pages for the result.
 */
struct compress_stream {
	local_lock_t lock;	/* see above */
	struct crypto_comp *tfm;
	u8 *buffer;
};

/**
 * struct compress_comp - a compressor
 * @name: Name in the crypto API.
 * @dlen: Size of the buffer as passed to the compressor.
 * @streams: A stream for each possible CPU.
 * @node: Instance of the CPU hotplug state.
 */
struct compress_comp {
	char name[CRYPTO_MAX_ALG_NAME];
	unsigned int dlen;
	struct compress_stream __percpu *streams;
	struct hlist_node node;
};

/* In the order of their selection; entries are never removed. */
extern struct compress_comp *compress_comps[MAX_COMPS];
/* The compressor for new pages; pairs with smp_store_release(). */
extern unsigned int compress_current;
/* Results of this size and larger are rejected. */
extern size_t compress_max_dlen;

int compress_comp_choose(const char *name);
int compress_comps_setup(const char *name);
void compress_comps_remove(void);

#endif /* _FRONTSWAP_COMPRESS_COMP_H */
