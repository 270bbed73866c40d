// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frontswap_fastswap - a backend as they are written for fastswap
 *
 * load() only queues a request on its CPU. poll_load() of that CPU fills the
 * pages, marks them uptodate and unlocks them. The swap cache flag is asserted,
 * and each n-th request can fail: the page is then unlocked and not uptodate.
 */
#include <linux/frontswap.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/swap.h>
#include <linux/xarray.h>

static unsigned int fail_loads;
module_param(fail_loads, uint, 0644);
MODULE_PARM_DESC(fail_loads, "Let each n-th request fail; 0: none");

static atomic_t polled = ATOMIC_INIT(0);

struct request {
	struct list_head list;
	struct page *page;
	struct page *copy;
};

struct queue {
	spinlock_t lock;	/* requests */
	struct list_head requests;
};

static DEFINE_PER_CPU(struct queue, queues);
static struct xarray copies[MAX_SWAPFILES];

static int fastswap_store(unsigned int type, pgoff_t offset, struct page *page)
{
	struct page *copy;
	int err;

	if (WARN_ON_ONCE(!folio_test_swapcache(page_folio(page))))
		return -EINVAL;
	copy = alloc_page(GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC);
	if (!copy)
		return -ENOMEM;
	copy_highpage(copy, page);
	err = xa_insert(&copies[type], offset, copy, GFP_NOWAIT | __GFP_NOWARN);
	if (err)
		__free_page(copy);
	return err;
}

static int fastswap_queue(unsigned int type, pgoff_t offset, struct page *page)
{
	struct queue *queue = per_cpu_ptr(&queues, smp_processor_id());
	struct request *request = kmalloc(sizeof(*request), GFP_NOIO);

	if (!request)
		return -ENOMEM;
	WARN_ON_ONCE(!folio_test_swapcache(page_folio(page)));
	request->page = page;
	request->copy = xa_load(&copies[type], offset);
	spin_lock(&queue->lock);
	list_add_tail(&request->list, &queue->requests);
	spin_unlock(&queue->lock);
	return 0;
}

static void complete_request(struct request *request)
{
	unsigned int n = READ_ONCE(fail_loads);

	list_del(&request->list);
	if (request->copy && (!n || atomic_inc_return(&polled) % n)) {
		copy_highpage(request->page, request->copy);
		SetPageUptodate(request->page);
	}
	unlock_page(request->page);
	kfree(request);
}

static int fastswap_poll_load(int cpu)
{
	struct queue *queue = per_cpu_ptr(&queues, cpu);
	struct request *request, *next;

	spin_lock(&queue->lock);
	list_for_each_entry_safe(request, next, &queue->requests, list)
		complete_request(request);
	spin_unlock(&queue->lock);
	return 1;
}

static void fastswap_invalidate_page(unsigned int type, pgoff_t offset)
{
	struct page *copy = xa_erase(&copies[type], offset);

	if (copy)
		__free_page(copy);
}

static void fastswap_invalidate_area(unsigned int type)
{
	unsigned long offset;
	struct page *copy;

	xa_for_each(&copies[type], offset, copy)
		__free_page(copy);
	xa_destroy(&copies[type]);
}

static struct frontswap_ops fastswap_ops = {
	.store = fastswap_store,
	.load = fastswap_queue,
	.load_async = fastswap_queue,
	.poll_load = fastswap_poll_load,
	.invalidate_page = fastswap_invalidate_page,
	.invalidate_area = fastswap_invalidate_area,
};

static int __init fastswap_init(void)
{
	unsigned int i;

	for (i = 0; i < MAX_SWAPFILES; i++)
		xa_init(&copies[i]);
	for_each_possible_cpu(i) {
		spin_lock_init(&per_cpu_ptr(&queues, i)->lock);
		INIT_LIST_HEAD(&per_cpu_ptr(&queues, i)->requests);
	}
	return frontswap_register_ops(&fastswap_ops);
}
module_init(fastswap_init);

static void __exit fastswap_exit(void)
{
	frontswap_unregister_ops(&fastswap_ops);
}
module_exit(fastswap_exit);

MODULE_DESCRIPTION("frontswap backend in the style of fastswap, for tests");
MODULE_LICENSE("GPL");
