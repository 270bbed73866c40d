#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Pages that do not compress are kept as they are while the pool is below
# incompressible_percent of its limit, and never held twice. The rest goes to the
# swap device, and so do all such pages of a control group with a memory limit.

. ./functions.sh
start "pages that do not compress"

# kept - pages that the pool has as they are
kept() {
	compress incompressible_pages
}

load_compress max_pool_percent=40 incompressible_percent=80
swap_on "$DISK1"
start_hog -k rand
hog fill

log "there is room"
rejected=$(compress reject_compress_poor)
hog out
expect "pages kept" "$(kept)" -ge $((PAGES * 95 / 100))
expect "bytes stored" "$(compress compressed_bytes)" -ge $(($(kept) * 4096))
expect "pages rejected" "$(($(compress reject_compress_poor) - rejected))" -eq 0
hog verify
expect "pages kept, that are in memory" "$(kept)" -le $((PAGES / 10))
hog out retouch out
expect "pages kept" "$(kept)" -ge $((PAGES * 95 / 100))

log "written back on request"
before=$(compress written_back_pages)
set_file $COMPRESS_STATS/writeback_pages $((PAGES / 4))
expect "pages written back" "$(($(compress written_back_pages) - before))" -eq $((PAGES / 4))
expect "pages kept" "$(kept)" -le $((PAGES * 3 / 4))
hog verify

log "there is room for half"
set_compress max_bytes $((PAGES * 4096 * 10 / 16))
rejected=$(compress reject_limit)
hog dirty:1 out
expect "pages kept" "$(kept)" -ge $((PAGES * 4 / 10))
expect "pages kept" "$(kept)" -le $((PAGES * 55 / 100))
expect "pages rejected by a full pool" "$(($(compress reject_limit) - rejected))" -eq 0
hog verify
set_compress max_bytes 0

log "drained"
hog dirty:1 out
set_file "$FRONTSWAP/compress/enabled" 0 || die "not detached"
expect "pages kept" "$(kept)" -eq 0
hog verify
set_file "$FRONTSWAP/compress/enabled" 1 || die "not attached"

log "a group with a limit"
set_file "$CGROUP/memory.high" $((MIB * 4))M
hog dirty:1 out
expect "pages kept" "$(kept)" -eq 0
hog verify
set_file "$CGROUP/memory.high" max

log "not wanted"
set_compress incompressible_percent 0
hog dirty:1 out
expect "pages kept" "$(kept)" -eq 0
hog verify
stop_hog
expect "errors" "$(compress decompress_errors)" -eq 0
expect "pages stored" "$(compress stored_pages)" -eq 0
