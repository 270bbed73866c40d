/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core of the kernel as it came has for micro.c. */
#include <linux/swapfile.h>

#define KEY		frontswap_enabled_key
#define NULL_FLAGS

/* The swap code completes the page. */
#define load_and_complete(page)						\
({									\
	int err_ = hook_load(page);					\
									\
	if (!err_) {							\
		SetPageUptodate(page);					\
		unlock_page(page);					\
	}								\
	err_;								\
})

/* The core looks into the swap area for its bits: one is made up for it. */
static int prepare(unsigned int type, unsigned int slots)
{
	struct swap_info_struct *area = kzalloc(sizeof(*area), GFP_KERNEL);

	if (!area)
		return -ENOMEM;
	area->max = slots;
	area->frontswap_map = vzalloc(BITS_TO_LONGS(slots) * sizeof(long));
	swap_info[type] = area;
	return area->frontswap_map ? 0 : -ENOMEM;
}

static void register_more(void)
{
	swap_info[TYPE] = NULL;
}
