#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# The other machine needs a second for each request. Without a deadline, loads wait. With
# one, and with the pages on the swap device as well, loads read the swap device.

. ./functions.sh
start "a slow lender"

MIB=1
PAGES=256
delay=1000000000
connect_lender
load_bdev
borrow slow 1 16 $delay
swap_on "$DISK1"

log "without a deadline"
add_bdev "$FAR" name=slow write_through=0 deadline_ms=0
start_hog -b
hog fill out
expect "pages on the device" "$(bdev slow stored_pages)" -ge $((PAGES / 8))
hog verify
expect "late loads" "$(backend slow late_loads)" -eq 0
stop_hog
remove_bdev slow

log "with a deadline, and with the pages on the swap device"
add_bdev "$FAR" name=slow deadline_ms=300
start_hog -b
hog fill out
before=$(now_ms)
hog verify
log "ms: $(($(now_ms) - before))"
expect "late loads" "$(backend slow late_loads)" -gt 0
hog dirty:2 out verify
stop_hog
expect "failed loads" "$(bdev slow io_errors)" -eq 0
remove_bdev slow
