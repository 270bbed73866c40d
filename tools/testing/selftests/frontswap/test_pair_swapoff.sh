#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G1 G4 G13
# The lender is dead: swapoff ends, and only who touches a lost page gets SIGBUS.

. ./functions.sh
start "swapoff after the death of a lender"

connect_lender
load_bdev
swap_on "$DISK1"
borrow spare 1
add_bdev "$FAR" name=far write_through=0 deadline_ms=2000
start_hog -b
hog fill out
pages=$(bdev far stored_pages)
expect "pages on the device" "$pages" -ge $((PAGES / 2))
lender_withdraws spare 1
began=$(now_ms)
swap_off "$DISK1"
expect "ms for swapoff" $(($(now_ms) - began)) -le 40000
expect "pages left in the backend" "$(backend far stored_pages)" -eq 0
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -le "$pages"
stop_hog
remove_bdev far
run_hog -m "$MIB" fill verify
