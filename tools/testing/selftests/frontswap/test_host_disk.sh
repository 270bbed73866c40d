#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# Pages in memory of the host: a virtual disk whose file is in a tmpfs. The host gets its
# memory back, and a guest that is saved and restored finds its pages.

. ./functions.sh
start "memory of the host, as a disk"

# in_use - memory of the host, in KiB
in_use() {
	echo $(($(host blocks) / 2))
}

host_disk
load_bdev
swap_on "$DISK1"
empty=$(in_use)
add_bdev "$FAR" name=host write_through=0 discard=1
start_hog
before=$(vmstat pswpout)
hog fill out
expect "pages on the device" "$(bdev host stored_pages)" -ge $((PAGES * 9 / 10))
expect "pages on the swap device" $(($(vmstat pswpout) - before)) -lt $((PAGES / 10))
expect "KiB taken at the host" $(($(in_use) - empty)) -ge $((PAGES * 3))
host_saves_guest
hog verify dirty:2 out verify

log "memory that is no longer used"
hog drop
given_back() { [ $(($(in_use) - empty)) -lt $PAGES ]; }
loop_until 30 given_back || die "the host misses $(($(in_use) - empty)) KiB"
hog fill out verify
remove_bdev host
hog verify
stop_hog
