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
sleep 1
abandon
read -r REPLY <&4 || die "swaphog has gone"
log "hog $REPLY"
expect "requests outstanding" "$(async in_flight)" -gt 0
! quietly unload test_frontswap_async || die "unloaded with requests outstanding"
! quietly set_file "$FRONTSWAP/async/enabled" 1 || die "enabled again"
quietly kill -0 "$HOG_BG" || die "another process has lost a page: $(tail -n 3 "$TMP/behind")"
hog_query verify
expect "pages with wrong bytes" "$(reply bad)" -eq 0
lost=$(backend async lost_pages)
# One page more may be of a file in tmpfs that the reader has written to.
expect "lost pages: those in memory are kept" "$lost" -le $((PAGES / 2 + 1))
expect "pages lost to the reader" "$(reply sigbus)" -le "$lost"
expect "pages lost to the reader" "$(reply sigbus)" -ge $((lost - 1))
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
sleep 1
abandon
expect "lost pages" "$(backend async lost_pages)" -eq 0
hog verify
stop_hog
stop_process "$HOG_BG"
set_async hold 0
loop_until 10 unload test_frontswap_async || die "not unloaded after the last request"
swap_off "$DISK1"

log "a drain waits for stores in flight, which are not lost"
load_async delay_us=100 depth=32
swap_on "$DISK1"
start_hog
hog fill
set_async hold 1
echo out >&3
in_flight() { [ "$(async in_flight)" -ge 20 ]; }
loop_until 10 in_flight || die "$(async in_flight) stores in flight"
set_file "$FRONTSWAP/async/enabled" 0 >/dev/null 2>&1 &
drain=$!
sleep 1
expect_text "state" "$(backend async state)" draining
abandon
wait $drain && die "the drain has succeeded"
read -r REPLY <&4 || die "swaphog has gone"
log "hog $REPLY"
expect "lost pages" "$(backend async lost_pages)" -eq 0
hog verify
stop_hog
set_async hold 0
loop_until 10 unload test_frontswap_async || die "not unloaded after the last request"
swap_off "$DISK1"

log "a drain waits for a backend that does not answer"
load_async delay_us=100
swap_on "$DISK1"
start_hog -b
hog fill out
set_async hold 1
set_file "$FRONTSWAP/async/enabled" 0 >/dev/null 2>&1 &
drain=$!
sleep 1
expect_text "state" "$(backend async state)" draining
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
