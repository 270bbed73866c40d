#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G8
# Two lenders as a mirror of the device mapper, of which one dies: nothing is lost.

. ./functions.sh
start "a mirror on two lenders, one dies"

connect_lender
load_bdev
one=$FAR
borrow spare 1
modprobe dm-mirror || skip "no dm-mirror"
map mirror "0 $(sectors "$FAR") mirror core 2 1024 nosync 2 $one 0 $FAR 0 2 handle_errors keep_log"
swap_on "$DISK1"
add_bdev /dev/mapper/mirror name=mirror write_through=0
start_hog
hog fill out
expect "pages on the mirror" "$(bdev mirror stored_pages)" -ge $((PAGES * 3 / 4))

lender_withdraws spare 1
hog verify dirty:2 out verify
expect "failed loads" "$(backend mirror load_errors)" -eq 0
expect "wrong bytes" "$(bdev mirror crc_errors)" -eq 0
remove_bdev mirror
hog verify
stop_hog
