#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G2, G8
# A very large, sparse area on a machine with little memory: a backend is
# attached and detached in seconds, and its index takes memory for stored pages
# only.

FRONTSWAP_SWAP_KB=134217728
. ./functions.sh
start "a very large area"
[ "$(size_kb "$DISK1")" -ge "$SWAP_KB" ] || skip "$DISK1 is small"

# takes MS COMMAND... - at most, on a machine that is idle: swapon tells how fast it is
takes() {
	takes_most=$(($1 + 10 * unit))
	takes_before=$(now_ms)
	shift
	"$@" || die "$*: failed"
	expect "ms for $*" $(($(now_ms) - takes_before)) -le "$takes_most"
}

unit=$(now_ms)
swap_on "$DISK1"
unit=$(($(now_ms) - unit))
takes 2000 load_compress max_pool_percent=50
start_hog -k text
hog fill out
expect "bytes of the index" "$(compress index_bytes)" -le $((PAGES * 16 * 5 / 4))
takes 2000 set_file "$FRONTSWAP/compress/enabled" 0
free=$(meminfo MemFree)
takes 1000 set_file "$FRONTSWAP/compress/enabled" 1
log "KiB taken $((free - $(meminfo MemFree)))"
hog verify dirty:1 out
takes 3000 swap_off "$DISK1"
hog verify
stop_hog
left=$(compress_empty) || die "$left"
