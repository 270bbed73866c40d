#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G8
# Two lenders, of which one dies: the pages of the other one are right, and can be drained.

. ./functions.sh
start "two lenders, one dies"

connect_lender
load_bdev
swap_on "$DISK1"
add_bdev "$FAR" name=good write_through=0 priority=1
borrow spare 1
add_bdev "$FAR" name=bad write_through=0 priority=2 max_bytes=$((PAGES * 2))K
start_hog -b
hog fill out
lost=$(bdev bad stored_pages)
expect "pages of the one" "$lost" -eq $((PAGES / 2))
expect "pages of the other one" "$(bdev good stored_pages)" -ge $((PAGES / 4))

lender_withdraws spare 1
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -le "$lost"
expect "pages with SIGBUS" "$(reply sigbus)" -gt 0
expect "failed loads of the other one" "$(backend good load_errors)" -eq 0

log "the dead one is abandoned, the other one drained"
set_file "$FRONTSWAP/bad/enabled" abandon || die "not abandoned"
remove_bdev bad
remove_bdev good
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
stop_hog
run_hog -m "$MIB" fill out verify
