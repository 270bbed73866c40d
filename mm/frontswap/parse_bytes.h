/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A number of bytes with a unit, as backends read it from sysfs
 */
#ifndef _FRONTSWAP_PARSE_BYTES_H
#define _FRONTSWAP_PARSE_BYTES_H

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/string.h>

/**
 * frontswap_parse_bytes() - parse a number of bytes
 * @text: A number, with a unit K, M, G, T, P or E or none, as in "512M".
 * @bytes: The number of bytes.
 *
 * memparse() does not report overflows.
 *
 * Return: 0; -EINVAL; -ERANGE if the number has more than 64 bits.
 */
static inline int frontswap_parse_bytes(const char *text, u64 *bytes)
{
	static const char units[] = "kmgtpe";
	char buf[32], *number, *unit;
	size_t len;
	int ret;

	if (strscpy(buf, text, sizeof(buf)) < 0)
		return -EINVAL;
	number = strim(buf);
	ret = kstrtou64(number, 0, bytes);
	len = strlen(number);
	if (ret != -EINVAL || !len)
		return ret;
	unit = strchr(units, tolower(number[len - 1]));
	if (!unit)
		return -EINVAL;
	number[len - 1] = '\0';
	ret = kstrtou64(number, 0, bytes);
	if (ret)
		return ret;
	if (check_shl_overflow(*bytes, 10 * (unit - units + 1), bytes))
		return -ERANGE;
	return 0;
}

#endif /* _FRONTSWAP_PARSE_BYTES_H */
