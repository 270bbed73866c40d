#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# At its limit frontswap_compress stores no page, and writes its oldest pages
# back until the pool is at 90 %. Without writeback the backend only rejects.
# The limit can be changed at any time.

. ./functions.sh
start "a limit of the pool"

limit=$((PAGES * 640))

under_limit() {
	[ "$(compress pool_bytes)" -le "$1" ]
}

# loads_of COMMAND - pages that the backend gives back during it
loads_of() {
	before=$(backend compress loads)
	hog "$1"
	REPLY=$(($(backend compress loads) - before))
}

load_compress max_pool_percent=50 max_bytes=$limit writeback=N
swap_on "$DISK1"
start_hog -k text
hog fill out
expect "bytes of the pool, limit $limit" "$(compress pool_bytes)" -le $((limit + 65536))
expect "pages refused" "$(compress reject_limit)" -ge $((PAGES / 4))
expect "pages written back" "$(compress written_back_pages)" -eq 0
hog verify dirty:1 out verify

log "with writing back, a full pool is emptied to 90 %"
hog dirty:1 out
limit=$(($(compress pool_bytes) * 3 / 4))
set_compress max_bytes $limit
expect_text "full" "$(compress full)" 1
set_compress writeback Y
loop_until 10 under_limit $((limit * 9 / 10 + 65536)) || die "the pool stays full"
expect_text "full" "$(compress full)" 0
expect_text "limit" "$(compress limit_bytes)" "$((limit / 4096 * 4096))"
expect "pages written back" "$(compress written_back_pages)" -gt 0
hog verify dirty:2 out verify

log "a lower limit"
hog dirty:1 out
set_compress max_bytes $((limit / 2))
loop_until 10 under_limit $((limit / 2)) || die "$(compress pool_bytes) bytes"
hog verify dirty:1 out verify
stop_hog
expect "errors" "$(compress decompress_errors)" -eq 0

log "the oldest go first"
set_compress max_bytes 0
flush_slots
start_hog -k text
hog fill out
run_hog_bg -k text -s 2 -m "$MIB" fill out sleep:1000
young() { [ "$(compress stored_pages)" -ge $((PAGES * 19 / 10)) ]; }
loop_until 30 young || die "only $(compress stored_pages) pages stored"
# Room for the younger half, and a bit less.
written=$(compress written_back_pages)
set_compress max_bytes $(($(compress pool_bytes) / 2))
set_compress accept_threshold_percent 95
full=$((PAGES * 8 / 10))
old_ones() { [ $(($(compress written_back_pages) - written)) -ge $full ]; }
loop_until 20 old_ones ||
	die "only $(($(compress written_back_pages) - written)) pages written back"
loop_until 10 under_limit "$(cat "$COMPRESS/max_bytes")" || die "$(compress pool_bytes) bytes"
left=$(compress stored_pages)
loads_of verify
expect "of $PAGES old pages are still there" "$REPLY" -le $((PAGES * 3 / 10))
expect "pages left" "$left" -ge $((PAGES * 6 / 10))
stop_hog
