#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# A page that is loaded leaves a pool above exclusive_percent of its limit, so
# that no page is in memory twice. In a pool with room the copy stays, and saves
# another compression if the page is swapped out unchanged.

. ./functions.sh
start "pages that come back"

# stored_again - the pages that are compressed when all of the hog goes out, in REPLY
stored_again() {
	before=$(backend compress stores)
	hog out
	REPLY=$(($(backend compress stores) - before))
}

load_compress max_pool_percent=50
swap_on "$DISK1"
start_hog -k text
hog fill out

log "there is room"
hog verify
flush_slots
expect "pages stored, that are in memory" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))
stored_again
expect "pages stored again" "$REPLY" -le $((PAGES / 10))
hog verify dirty:1 out

log "the pool is nearly full"
set_compress max_bytes $(($(compress pool_bytes) * 15 / 10))
run_hog -m 1 -s 2 -k text fill out
hog verify
percent=$(($(compress pool_bytes) / ($(compress limit_bytes) / 100)))
expect "percent of the limit" "$percent" -le 60
expect "percent of the limit" "$percent" -ge 40
set_compress exclusive_percent 5
hog out verify
flush_slots
expect "pages stored, that are in memory" "$(compress stored_pages)" -le $((PAGES / 10))
expect "pages rejected" "$(compress reject_limit)" -eq 0
stored_again
expect "pages stored again" "$REPLY" -ge $((PAGES * 9 / 10))
hog verify out

log "as in a pool that has room"
set_compress exclusive_percent 100
run_hog -m 1 -s 2 -k text fill out
hog verify
expect "pages stored, that are in memory" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))

log "never, and always"
set_compress exclusive_percent 0
set_sysfs "$FRONTSWAP/compress/exclusive_loads" 0
hog dirty:1 out verify
expect "pages stored, that are in memory" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))
set_file "$FRONTSWAP/compress/exclusive_loads" 1
hog dirty:1 out verify
flush_slots
expect "pages stored, that are in memory" "$(compress stored_pages)" -le $((PAGES / 10))
hog dirty:2 out fork:2 verify
stop_hog
expect "errors" "$(compress decompress_errors)" -eq 0
