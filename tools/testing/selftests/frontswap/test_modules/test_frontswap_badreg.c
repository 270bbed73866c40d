// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_frontswap_badreg - every registration that must be refused
 *
 * Tries them all at load time, leaves nothing registered and stays loaded:
 * "tries" and "failures" in its parameters tell how it went.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/frontswap.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "test_frontswap.h"

static unsigned int tries;
module_param(tries, uint, 0444);
MODULE_PARM_DESC(tries, "Calls made");

static unsigned int failures;
module_param(failures, uint, 0444);
MODULE_PARM_DESC(failures, "Calls that did not give the errno they should");

static int refuse_store(unsigned int type, pgoff_t offset, struct page *page)
{
	return -EPERM;
}

static int refuse_load(unsigned int type, pgoff_t offset, struct page *page)
{
	return -EIO;
}

static void expect(const char *what, int result, int expected)
{
	tries++;
	if (result == expected)
		return;
	failures++;
	pr_err("%s: expected %d, got %d\n", what, expected, result);
}

static const struct frontswap_ops no_store = {
	.load = refuse_load,
	.name = "nostore",
};

static const struct frontswap_ops no_load = {
	.store = refuse_store,
	.name = "noload",
};

static const struct frontswap_ops slash = {
	.store = refuse_store,
	.load = refuse_load,
	.name = "a/b",
};

static const struct frontswap_ops empty = {
	.store = refuse_store,
	.load = refuse_load,
	.name = "",
};

static const struct frontswap_ops dots = {
	.store = refuse_store,
	.load = refuse_load,
	.name = "..",
};

static const struct frontswap_ops endless = {
	.store = refuse_store,
	.load = refuse_load,
	.name = "a-name-that-is-longer-than-any-name-of-a-backend-has-reason-to-be",
};

static const struct frontswap_ops two_modules = {
	.store = refuse_store,
	.load = test_frontswap_load,
	.name = "twomodules",
};

static int __init init_load(unsigned int type, pgoff_t offset, struct page *page)
{
	return -EIO;
}

static const struct frontswap_ops in_init __initconst = {
	.store = refuse_store,
	.load = init_load,
	.name = "ininit",
};

static const struct frontswap_ops good = {
	.store = refuse_store,
	.load = refuse_load,
	.name = "badreg",
};

static const struct frontswap_ops namesake = {
	.store = refuse_store,
	.load = refuse_load,
	.name = "badreg",
};

static void __init bad_ops(void)
{
	expect("NULL", frontswap_register_ops(NULL), -EFAULT);
	expect("no store", frontswap_register_ops(&no_store), -EINVAL);
	expect("no load", frontswap_register_ops(&no_load), -EINVAL);
	expect("slash in the name", frontswap_register_ops(&slash), -EINVAL);
	expect("empty name", frontswap_register_ops(&empty), -EINVAL);
	expect("dots for a name", frontswap_register_ops(&dots), -EINVAL);
	expect("long name", frontswap_register_ops(&endless), -EINVAL);
	expect("callback in init memory", frontswap_register_ops(&in_init), -EINVAL);
	expect("callbacks of two modules", frontswap_register_ops(&two_modules), -EXDEV);
}

static void bad_order(void)
{
	expect("unregister NULL", frontswap_unregister_ops(NULL), -EFAULT);
	expect("unregister too early", frontswap_unregister_ops(&good), -ENOENT);
	expect("register", frontswap_register_ops(&good), 0);
	expect("register again", frontswap_register_ops(&good), -EALREADY);
	expect("register a namesake", frontswap_register_ops(&namesake), -EEXIST);
	expect("unregister the namesake", frontswap_unregister_ops(&namesake), -ENOENT);
	expect("unregister", frontswap_unregister_ops(&good), 0);
	expect("unregister again", frontswap_unregister_ops(&good), -ENOENT);
	expect("register a second time", frontswap_register_ops(&good), 0);
	expect("unregister a second time", frontswap_unregister_ops(&good), 0);
}

static int __init badreg_init(void)
{
	bad_ops();
	bad_order();
	return 0;
}

static void __exit badreg_exit(void)
{
}

module_init(badreg_init);
module_exit(badreg_exit);

MODULE_DESCRIPTION("frontswap registrations that must be refused, for tests");
MODULE_LICENSE("GPL");
