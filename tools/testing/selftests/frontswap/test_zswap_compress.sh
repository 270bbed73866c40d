#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G7
# zswap is enabled, as distributions ship it, and frontswap_compress is loaded
# as well. The first cache asked stores the pages, and the control group is
# charged for them once; zswap can be disabled with pages inside.

. ./functions.sh
start "zswap and frontswap_compress at once"

[ -d $ZSWAP ] || skip "no zswap"
[ -e "$CGROUP/memory.zswap.current" ] || skip "no figures of compressed pages"

in_zswap() {
	cat /sys/kernel/debug/zswap/stored_pages
}

# only_in NAME PAGES - all of them, and they are paid for once
only_in() {
	expect "pages in $1" "$2" -ge $((PAGES * 9 / 10))
	expect "pages in both" $(($(in_zswap) + $(compress stored_pages))) -le $((PAGES + 64))
	expect "bytes that are paid for, $paid with zswap alone" \
		"$(cat "$CGROUP/memory.zswap.current")" -le $((paid * 11 / 10))
}

set_sysfs $ZSWAP/enabled Y
swap_on "$DISK1"
start_hog -k text
hog fill out
expect "pages in zswap" "$(in_zswap)" -ge $((PAGES * 9 / 10))
paid=$(cat "$CGROUP/memory.zswap.current")
load_compress max_pool_percent=50
hog verify dirty:1 out
if attached zswap; then
	only_in compress "$(compress stored_pages)"
else
	only_in zswap "$(in_zswap)"
fi
hog verify
set_sysfs $ZSWAP/enabled N
hog dirty:2 verify dirty:1 out
only_in compress "$(compress stored_pages)"
hog verify
stop_hog
