#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Memory pressure makes frontswap_compress write old pages to the device, unless it
# has been told not to. The youngest stay, and so do those that take no memory.
# (Dropping caches asks all shrinkers to give something up.)

. ./functions.sh
start "memory pressure"

drop_caches() {
	echo 2 >/proc/sys/vm/drop_caches
}

written_more() {
	[ "$(compress written_back_pages)" -gt "$1" ]
}

press() {
	press_before=$(compress written_back_pages)
	drop_caches
	loop_until 1 written_more "$press_before"
}

load_compress max_pool_percent=50 writeback=N
swap_on "$DISK1"
start_hog -k text
hog fill out
press && die "pages are written back all the same"
bytes=$(compress pool_bytes)
pages=$(compress stored_pages)

log "with writing back"
set_compress writeback Y
loop_until 10 press || die "no page is written back"
drop_caches
expect "bytes of the pool, $bytes before" "$(compress pool_bytes)" -lt "$bytes"
expect "pages stored, $pages before" "$(compress stored_pages)" -lt "$pages"

log "all but the youngest, and those that take no memory"
run_hog_behind -k same -m "$MIB" fill out sleep:1000
zeroes() { [ "$(compress same_filled_pages)" -ge $((PAGES * 9 / 10)) ]; }
loop_until 30 zeroes || die "only $(compress same_filled_pages) same-filled pages"
hog dirty:2 out
zero_pages=$(compress same_filled_pages)
while press; do
	log "$(compress written_back_pages) pages written back"
done
left=$(($(compress stored_pages) - $(compress same_filled_pages)))
expect "pages left" $left -ge 32
expect "pages left" $left -le $((PAGES * 3 / 4))
expect "same-filled pages left, of $zero_pages" "$(compress same_filled_pages)" -ge \
	$((zero_pages * 95 / 100))
quietly kill -0 "$BEHIND" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$BEHIND"
hog verify dirty:2 out

log "beside the work of others"
run_hog_behind -k text -s 3 -m "$((MIB / 2))" -r 2
for i in 1 2 3 4 5 6; do
	log "turn $i"
	drop_caches
	hog dirty:2 out verify
done
wait_hog
hog verify
stop_hog
expect "errors" "$(compress decompress_errors)" -eq 0
