#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.1
# Guarantees: G7, G8
# The built-in zswap is drained and detached like any other backend, without
# swapoff, and attached again.

. ./functions.sh
start "zswap is drained and comes back"
need_zswap_backend

in_zswap() {
	cat /sys/kernel/debug/zswap/stored_pages
}

set_sysfs $ZSWAP/enabled 1
swap_on "$DISK1"
start_hog
for turn in 1 2 3; do
	log "turn $turn"
	hog fill out
	expect "pages in zswap" "$(backend zswap stored_pages)" -gt $((PAGES / 2))
	set_file "$FRONTSWAP/zswap/enabled" 0 || die "not detached"
	expect "pages left in zswap" "$(in_zswap)" -eq 0
	hog verify dirty:1 out verify
	expect "pages in a zswap that is detached" "$(in_zswap)" -eq 0
	set_file "$FRONTSWAP/zswap/enabled" 1 || die "not attached"
	expect_text "state" "$(backend zswap state)" attached
done
stop_hog
