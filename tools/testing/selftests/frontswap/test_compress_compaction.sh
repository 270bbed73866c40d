#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# A pool at its limit is compacted before pages are rejected or written back,
# with writeback and without. The pool then continues to hold four fifths of the
# pages of a new pool, after any history of stores and invalidates. Compaction
# on request works as well.

. ./functions.sh
start "compaction"

# fits BYTES - the pool does
fits() {
	[ "$(compress pool_bytes)" -le "$1" ]
}

# unload_compress - with pages inside
unload_compress() {
	set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
	unload frontswap_compress || die "not unloaded"
}

# half_empty WRITEBACK - every second page has gone: HALF bytes of memory are enough
half_empty() {
	log "half empty, writeback=$1"
	load_compress max_pool_percent=50 writeback="$1"
	start_hog -k text
	hog fill out
	HALF=$(($(compress pool_bytes) * 6 / 10))
	hog drop:2
	flush_slots
	stored=$(compress stored_pages)
}

# all_there - what has been stored has not been written back
all_there() {
	expect "pages stored" "$(compress stored_pages)" -eq "$stored"
	expect "pages written back" "$(compress written_back_pages)" -eq 0
	hog verify
	stop_hog
	unload_compress
}

# aged WRITEBACK - a full pool, a third of whose pages are written to again and again
aged() {
	log "aged, writeback=$1"
	load_compress max_pool_percent=50 max_bytes=$((PAGES * 700)) writeback="$1"
	start_hog -k text
	hog fill out
	fresh=$(compress stored_pages)
	for round in 1 2 3 4 5 6; do
		hog dirty:$((2 + round % 3)) out
	done
	expect "pages stored, $fresh when fresh" "$(compress stored_pages)" -ge $((fresh * 8 / 10))
	hog verify
	stop_hog
	unload_compress
}

swap_on "$DISK1"
for writeback in N Y; do
	half_empty $writeback
	set_compress max_bytes $HALF
	loop_until 10 fits $HALF || die "$(compress pool_bytes) bytes, expected -le $HALF"
	all_there
done

half_empty N
set_file "$COMPRESS_STATS/compact" 1 || die "it cannot be told to compact"
expect "bytes of the pool" "$(compress pool_bytes)" -le $HALF
all_there

aged N
aged Y
