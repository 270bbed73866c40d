#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G9, G11
# An old backend with five callbacks, no owner, and an unchecked registration is
# identified by the address of its callbacks: the backend stores pages, is named
# after its module, and cannot be unloaded.

. ./functions.sh
start "a classic backend serves pages and cannot be unloaded"

swap_on "$DISK1"
start_hog
hog fill out
load test_frontswap_classic || die "test_frontswap_classic cannot be loaded"
set_file /sys/module/test_frontswap_classic/parameters/enabled 1
attached test_frontswap_classic || die "not registered"

hog verify dirty:1 out
expect "pages in the backend" "$(backend test_frontswap_classic stored_pages)" -ge "$PAGES"
if rmmod test_frontswap_classic 2>"$TMP/error"; then
	die "it can be unloaded with pages inside"
fi
log "rmmod: $(cat "$TMP/error")"
hog verify
stop_hog

swap_off "$DISK1"
expect "pages in the backend" "$(backend test_frontswap_classic stored_pages)" -eq 0
! quietly rmmod test_frontswap_classic || die "it can be unloaded while attached"
swap_on_again "$DISK1"
run_hog -m "$MIB"
