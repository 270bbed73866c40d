#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4 G8 G13
# A backend whose memory is gone is abandoned in bounded time, with requests that
# never end: pages that are also in memory, and pages on their way to the backend,
# are kept; the others are an I/O error for their reader and for nobody else. The
# module can be unloaded when the last request has ended, and swapoff ends.

. ./functions.sh
start "abandoning a backend"
in_flight() { [ "$(async in_flight)" -ge "$1" ]; }
draining() { [ "$(backend async state)" = draining ]; }
abandon() {
	began=$(now_ms)
	set_file "$FRONTSWAP/async/enabled" abandon || die "not abandoned"
	took=$(($(now_ms) - began))
	log "abandoned in $took ms, $(backend async lost_pages) pages lost"
	[ $took -lt 20000 ] || die "it took too long"
	expect_text "state" "$(backend async state)" abandoned
}
set_sysfs /proc/sys/vm/page-cluster 0
load_async delay_us=100 depth=32
swap_on "$DISK1"
start_hog -b
hog fill out verify:2
run_hog_bg -m 4 -r 100000 fill verify
log "requests are held back, one of another process among them"
set_async hold 1
echo fill >&3
loop_until 20 in_flight 1 || die "nobody waits for a page"
abandon
read -r REPLY <&4 || die "swaphog has gone"
log "hog $REPLY"
expect "requests outstanding" "$(async in_flight)" -gt 0
sleep 1
expect_no_log 'no request is left'
! quietly unload test_frontswap_async || die "unloaded with requests outstanding"
! quietly set_file "$FRONTSWAP/async/enabled" 1 || die "enabled again"
quietly kill -0 "$HOG_BG" || die "another process has lost a page: $(tail -n 3 "$TMP/behind")"
hog_query verify
expect "pages with wrong bytes" "$(reply bad)" -eq 0
lost=$(backend async lost_pages)
# A few pages more may be of files in tmpfs that the reader has written to.
expect "lost pages: those in memory are kept" "$lost" -le $((PAGES / 2 + 8))
expect "pages lost to the reader" "$(reply sigbus)" -le "$lost"
expect "pages lost to the reader" "$(reply sigbus)" -ge $((lost - 8))
log "the memory is given back, and new contents go to the device"
hog drop
hog_query fill
hog_query out
hog_query verify
expect "pages with wrong bytes" "$(reply bad)" -eq 0
expect "pages that are lost after they were written" "$(reply sigbus)" -eq 0
set_async hold 0
loop_until 10 unload test_frontswap_async || die "not unloaded after the last request"
stop_process "$HOG_BG"
stop_hog
swap_off "$DISK1"

log "a backend that writes through loses nothing"
load_async delay_us=100 write_through=1
swap_on "$DISK1"
start_hog
hog fill out
set_async hold 1
run_hog_bg -m 4 fill out
loop_until 20 in_flight 20 || die "no stores in flight"
abandon
expect "lost pages" "$(backend async lost_pages)" -eq 0
hog verify
stop_hog
stop_process "$HOG_BG"
set_async hold 0
loop_until 10 unload test_frontswap_async || die "not unloaded after the last request"
swap_off "$DISK1"

# stores_in_flight [drain]
stores_in_flight() {
	load_async delay_us=100 depth=32
	swap_on "$DISK1"
	start_hog
	hog fill
	set_async hold 1
	echo out >&3
	loop_until 20 in_flight 20 || die "$(async in_flight) stores in flight"
	drain=
	if [ $# -gt 0 ]; then
		set_file "$FRONTSWAP/async/enabled" 0 >/dev/null 2>&1 &
		drain=$!
		loop_until 20 draining || die "no drain"
	fi
	abandon
	[ -z "$drain" ] || ! wait $drain || die "the drain has succeeded"
	read -r REPLY <&4 || die "swaphog has gone"
	log "hog $REPLY"
	expect "lost pages" "$(backend async lost_pages)" -eq 0
	hog verify
	stop_hog
	set_async hold 0
	loop_until 10 unload test_frontswap_async || die "not unloaded after the last request"
	swap_off "$DISK1"
}
log "stores in flight are not lost"
stores_in_flight
log "a drain waits for stores in flight, which are not lost"
stores_in_flight drain

log "a drain waits for a backend that does not answer"
load_async delay_us=100
swap_on "$DISK1"
start_hog -b
hog fill out
set_async hold 1
set_file "$FRONTSWAP/async/enabled" 0 >/dev/null 2>&1 &
drain=$!
loop_until 20 in_flight 1 || die "the drain reads nothing"
abandon
wait $drain && die "the drain has succeeded"
set_async hold 0
hog_query verify
expect "pages with wrong bytes" "$(reply bad)" -eq 0
expect "lost pages" "$(reply sigbus)" -gt 0
loop_until 10 unload test_frontswap_async || die "not unloaded after the last request"
swap_off "$DISK1"
hog_query verify
stop_hog
