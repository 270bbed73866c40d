// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap_compress: the compressors
 *
 * One compressor for each name that has been selected. A compressor stays until
 * the module is unloaded, since stored pages may need it, and so does the stream
 * of each CPU that has been online: a CPU that returns needs no allocation.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compress_comp.h"

struct compress_comp *compress_comps[MAX_COMPS];
unsigned int compress_current;
size_t compress_max_dlen;
static enum cpuhp_state cpuhp_state;

static int compress_stream_up(unsigned int cpu, struct hlist_node *node)
{
	struct compress_comp *comp = hlist_entry(node, struct compress_comp,
						 node);
	struct compress_stream *s = per_cpu_ptr(comp->streams, cpu);
	struct crypto_comp *tfm;

	/* The CPU has been online before. */
	if (s->tfm)
		return 0;
	/* Some compressors overrun dlen: reserve two pages, as zswap does. */
	s->buffer = kvmalloc_node(2 * PAGE_SIZE, GFP_KERNEL, cpu_to_node(cpu));
	if (!s->buffer)
		return -ENOMEM;
	tfm = crypto_alloc_comp(comp->name, 0, 0);
	if (IS_ERR(tfm)) {
		kvfree(s->buffer);
		s->buffer = NULL;
		return PTR_ERR(tfm);
	}
	s->tfm = tfm;
	return 0;
}

static void compress_streams_free(struct compress_comp *comp)
{
	struct compress_stream *s;
	int cpu;

	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(comp->streams, cpu);
		if (s->tfm)
			crypto_free_comp(s->tfm);
		kvfree(s->buffer);
	}
	free_percpu(comp->streams);
}

static void compress_comp_free(struct compress_comp *comp)
{
	if (!comp)
		return;
	cpuhp_state_remove_instance(cpuhp_state, &comp->node);
	compress_streams_free(comp);
	kfree(comp);
}

/*
 * Most compressors give up early if the result does not fit, which saves time
 * with incompressible pages. lz4 is faster with all other pages if the buffer is
 * large enough for any result.
 */
static unsigned int compress_comp_dlen(const char *name)
{
	return strstarts(name, "lz4") ? 2 * PAGE_SIZE : compress_max_dlen;
}

static struct compress_comp *compress_comp_create(const char *name)
{
	struct compress_comp *comp;
	int cpu, ret = -ENOMEM;

	if (!crypto_has_comp(name, 0, 0))
		return ERR_PTR(-EINVAL);
	comp = kzalloc(sizeof(*comp), GFP_KERNEL);
	if (!comp)
		return ERR_PTR(-ENOMEM);
	strscpy(comp->name, name, sizeof(comp->name));
	comp->dlen = compress_comp_dlen(name);
	comp->streams = alloc_percpu(struct compress_stream);
	if (!comp->streams)
		goto free;
	for_each_possible_cpu(cpu)
		local_lock_init(&per_cpu_ptr(comp->streams, cpu)->lock);
	ret = cpuhp_state_add_instance(cpuhp_state, &comp->node);
	if (!ret)
		return comp;
	compress_streams_free(comp);
free:
	kfree(comp);
	return ERR_PTR(ret);
}

/**
 * compress_comp_choose() - select the compressor for new pages
 * @name: Name of the compressor.
 *
 * Context: Process context, may sleep. Under the lock of the module's parameters.
 * Return: 0; -EINVAL if the compressor does not exist; -ENOSPC if MAX_COMPS others
 * have been used; -ENOMEM; or an error of the crypto API or of CPU hotplug. The
 * selection is unchanged after an error.
 */
int compress_comp_choose(const char *name)
{
	struct compress_comp *comp;
	unsigned int i;

	for (i = 0; i < MAX_COMPS && compress_comps[i]; i++) {
		if (!strcmp(compress_comps[i]->name, name)) {
			WRITE_ONCE(compress_current, i);
			return 0;
		}
	}
	if (i == MAX_COMPS) {
		pr_err("compressor %s: %u others have been used; unload the module first\n",
		       name, MAX_COMPS);
		return -ENOSPC;
	}
	comp = compress_comp_create(name);
	if (IS_ERR(comp)) {
		pr_err("compressor %s: %s (%ld)\n", name,
		       PTR_ERR(comp) == -EINVAL ? "not available" : "setup failed",
		       PTR_ERR(comp));
		return PTR_ERR(comp);
	}
	WRITE_ONCE(compress_comps[i], comp);
	/* Publish the compressor before its number: see compress_store_page(). */
	smp_store_release(&compress_current, i);
	return 0;
}

/**
 * compress_comps_setup() - prepare for CPU hotplug, select the first compressor
 * @name: Name of the compressor.
 *
 * Context: Process context, may sleep.
 * Return: as compress_comp_choose(), or an error of cpuhp_setup_state_multi().
 */
int compress_comps_setup(const char *name)
{
	int ret;

	ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN,
				      "mm/frontswap_compress:prepare",
				      compress_stream_up, NULL);
	if (ret < 0)
		return ret;
	cpuhp_state = ret;
	ret = compress_comp_choose(name);
	if (ret)
		cpuhp_remove_multi_state(cpuhp_state);
	return ret;
}

/* No page is stored any more. */
void compress_comps_remove(void)
{
	int i;

	for (i = 0; i < MAX_COMPS; i++)
		compress_comp_free(compress_comps[i]);
	cpuhp_remove_multi_state(cpuhp_state);
}
