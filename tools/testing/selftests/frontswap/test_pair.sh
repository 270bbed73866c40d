#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# Pages in the memory of another machine, by NVMe over TCP. The other machine gets
# its memory back, is silent for a while, and is killed. Wrong bytes never reach a
# process, and a process without lost pages continues.

. ./functions.sh
start "memory of another machine"

connect_lender
load_bdev
swap_on "$DISK1"

log "pages on the other machine"
blkdiscard "$FAR" || die "not empty"
free=$(lender_free)
add_bdev "$FAR" name=far write_through=0 discard=1
start_hog -b
before=$(vmstat pswpout)
hog fill out
expect "pages on the device" "$(bdev far stored_pages)" -ge $((PAGES * 9 / 10))
expect "pages on the swap device" $(($(vmstat pswpout) - before)) -lt $((PAGES / 10))
expect "KiB taken at the lender" $((free - $(lender_free))) -ge $((PAGES * 2))
hog verify dirty:2 out verify

log "silent for two seconds"
lender '(ip link set eth0 down; sleep 2; ip link set eth0 up) >/dev/null 2>&1 &'
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
loop_until 30 bdev_is far up || die "state: $(bdev far state)"
hog verify

log "memory that is no longer used"
hog drop
given_back() { [ $((free - $(lender_free))) -lt $((PAGES * 2)) ]; }
loop_until 30 given_back || die "the lender misses $((free - $(lender_free))) KiB"
log "KiB taken at the lender: $((free - $(lender_free)))"

log "killed"
hog fill out
started=$(first_uptime)
lender_dies
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -ge $((PAGES / 2))
stop_hog
run_hog -m "$MIB" fill out verify
log "seconds since the kill: $(($(first_uptime) - started))"
started=$(first_uptime)
set_file "$FRONTSWAP/far/enabled" abandon || die "not abandoned"
expect "seconds to abandon" $(($(first_uptime) - started)) -le 6
remove_bdev far
loop_until 90 quietly lender_is_ready || die "the lender does not return"
loop_until 60 quietly add_bdev "$FAR" name=far write_through=0 ||
	die "the device cannot be added again"
run_hog -m "$MIB" fill out verify dirty:2 out verify
remove_bdev far

log "killed, with the pages on the swap device, too"
add_bdev "$FAR" name=far deadline_ms=1000
start_hog
hog fill out
lender_dies
hog verify dirty:1 out verify
loop_until 90 quietly lender_is_ready || die "the lender does not return"
hog verify dirty:1 out verify
stop_hog
remove_bdev far
