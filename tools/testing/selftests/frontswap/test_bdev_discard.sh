#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G6
# Freed blocks are discarded in the background, so the lender gets its memory
# back. No block in use is discarded.

. ./functions.sh
start "a block device with discard"

# What is discarded reads as zeros here.
quietly modprobe null_blk nr_devices=1 gb=1 memory_backed=1 discard=1 || skip "no null_blk"
LOADED=null_blk
[ -b /dev/nullb0 ] || skip "no /dev/nullb0"
load_bdev
swap_on "$DISK1"
add_bdev /dev/nullb0 write_through=0 in_flight=32 discard=1
start_hog -k text
for round in 1 2 3; do
	log "round $round"
	hog fill out verify dirty:2 out verify drop
done
stop_hog
flush_slots
none_left() { [ "$(bdev nullb0 stored_pages)" = 0 ]; }
loop_until 20 none_left || die "$(bdev nullb0 stored_pages) pages left"
all_discarded() { [ "$(bdev nullb0 discarded_pages)" -ge "$PAGES" ]; }
loop_until 20 all_discarded || die "discarded: $(bdev nullb0 discarded_pages)"
expect "pages discarded" "$(bdev nullb0 discarded_pages)" -ge "$PAGES"

log "the lender's memory"
start_hog
hog fill out
taken=$(meminfo MemFree)
hog drop
given_back() { [ "$(meminfo MemFree)" -ge $((taken + PAGES * 3)) ]; }
loop_until 20 given_back || die "free: $taken KiB with the pages, now $(meminfo MemFree) KiB"
log "free: $taken KiB with the pages, now $(meminfo MemFree) KiB"
stop_hog
swap_off "$DISK1"
remove_bdev nullb0
