#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G8
# An area is swapped on with discard: freed slots are discarded while pages are
# written back to other slots. No slot in use is discarded.

. ./functions.sh
start "an area with discard"

discards() {
	awk '{ print $12 }' /sys/block/nullb0/stat
}

# What is discarded reads as zeros here; a virtual disk may disregard it.
quietly modprobe null_blk nr_devices=1 gb=1 memory_backed=1 discard=1 || skip "no null_blk"
LOADED=null_blk
make_swap /dev/nullb0
AREAS=/dev/nullb0
swapon -d /dev/nullb0 || skip "no discard"
expect_log "Adding .*swap on /dev/nullb0.* SSDs"
before=$(discards)
load_compress max_pool_percent=50 max_bytes=1M
run_hog_bg -k mixed -m "$((MIB / 2))" -r 1000 fill out verify dirty:2 out verify drop
start_hog -k text
for round in 1 2 3; do
	log "round $round"
	hog fill out verify dirty:2 out verify drop
done
stop_hog
some_discards() { [ "$(discards)" -gt "$before" ]; }
loop_until 10 some_discards || die "nothing is discarded"
expect "pages written back" "$(compress written_back_pages)" -gt 0
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
swap_off /dev/nullb0
