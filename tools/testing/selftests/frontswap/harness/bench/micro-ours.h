/* SPDX-License-Identifier: GPL-2.0-only */
/* What the core of this series has for micro.c. */
#define KEY		backend_registered
#define NULL_FLAGS	.flags = FRONTSWAP_DIRECT_LOAD,

/* The core completes the page. */
#define load_and_complete(page)	hook_load(page)

static int prepare(unsigned int type, unsigned int slots)
{
	return frontswap_init(type, slots);
}

/* Registering with one swap area in use, and with all that there can be. */
static void register_more(void)
{
	static struct frontswap_ops one, all;
	unsigned int type;

	one = null_ops;
	one.name = "one";
	all = null_ops;
	all.name = "all";
	window_begin();
	frontswap_register_ops(&one);
	window_end("register-1", 1);
	for (type = 0; type < MAX_SWAPFILES; type++)
		if (type != TYPE)
			frontswap_init(type, slots);
	window_begin();
	frontswap_register_ops(&all);
	window_end("register-all", MAX_SWAPFILES);
}
