#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Under memory pressure frontswap_compress writes old pages to the device,
# unless writeback is N. The youngest pages stay, and so do pages that would
# free less than half a page of memory per write. (Dropping caches runs all
# shrinkers.)

. ./functions.sh
start "memory pressure"

drop_caches() {
	echo 2 >/proc/sys/vm/drop_caches
}

# press [SECONDS] - asking is in vain in the half second after writing back
press() {
	press_before=$(compress written_back_pages)
	press_left=$((${1:-4} * 8))
	while [ $press_left -gt 0 ]; do
		press_left=$((press_left - 1))
		drop_caches
		sleep 0.15
		[ "$(compress written_back_pages)" -le "$press_before" ] || return 0
	done
	return 1
}

# age - as many stores of other pages as make those that are there old
age() {
	run_hog -s 9 -k half -m "$MIB" fill out dirty:1 out dirty:1 out
}

load_compress max_pool_percent=50 writeback=N
swap_on "$DISK1"
start_hog -k half
hog fill out
age
press 1 && die "pages are written back all the same"
bytes=$(compress pool_bytes)
pages=$(compress stored_pages)

log "with writing back"
set_compress writeback Y
press 10 || die "no page is written back"
while press; do
	log "$(compress written_back_pages) pages written back"
done
expect "bytes of the pool, $bytes before" "$(compress pool_bytes)" -lt "$bytes"
expect "pages stored, $pages before" "$(compress stored_pages)" -lt "$pages"

log "all but the youngest, and those that are not worth a write"
run_hog_bg -k text -s 2 -m "$((MIB / 2))" fill out sleep:1000
hog dirty:1 out
all_stored() { [ "$(compress stored_pages)" -ge $((PAGES * 14 / 10)) ]; }
loop_until 30 all_stored || die "only $(compress stored_pages) pages stored"
# What has just been read from the device protects as many pages for a while.
drop_caches
age
hog dirty:4 out
before=$(compress stored_pages)
while press; do
	log "$(compress written_back_pages) pages written back"
done
left=$(compress stored_pages)
expect "pages left of $before" "$left" -ge $((PAGES * 45 / 100 + PAGES * 20 / 100))
expect "pages left of $before" "$left" -le $((before - PAGES * 60 / 100))
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
hog verify dirty:2 out

log "beside the work of others"
run_hog_bg -k half -s 3 -m "$((MIB / 2))" -r 2
turns="1 2 3"
slow_kernel || turns="$turns 4 5 6"
for i in $turns; do
	log "turn $i"
	drop_caches
	hog dirty:2 out verify
done
wait_hog
hog verify
stop_hog
expect "errors" "$(compress decompress_errors)" -eq 0
