#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G1
# A swapoff that a signal interrupts restores the area without notice. An
# attached backend continues to serve the area, and a later backend receives
# init() for it. The kernel checks for signals between two processes, so there
# are several processes.

. ./functions.sh
start "a failed swapoff leaves the area served"

# fail_swapoff MS - interrupted after so many milliseconds
fail_swapoff() {
	if "$SWAPHOG" "off:$DISK1:$1" 2>"$TMP/error"; then
		die "swapoff has succeeded"
	fi
	grep -qi 'interrupted' "$TMP/error" || die "swapoff: $(cat "$TMP/error")"
	grep -q "^$DISK1 " /proc/swaps || die "the area is gone"
	log "swapoff was interrupted"
}

unregister() {
	flush_slots
	quietly set_faulty registered 0
}

others_out() {
	[ "$(grep -c '^out: .* left=0' "$TMP/behind")" -eq 4 ]
}

load_faulty
swap_on "$DISK1"
MIB=1
PAGES=256
start_hog
hog fill out
run_hog_bg -m 1 -j 4 fill out sleep:60
loop_until 10 others_out || die "the others do not page out"
set_faulty load_delay_ms 5
fail_swapoff 100
set_faulty load_delay_ms 0
expect_text "calls of the backend" "$(faulty events)" "i0"
hog verify dirty:1 out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
hog verify drop

log "a backend that comes after a failed swapoff"
stop_process "$HOG_BG"
loop_until 5 unregister || die "cannot be unregistered"
hog fill out
run_hog_bg -m 1 -j 4 fill out sleep:60
loop_until 10 others_out || die "the others do not page out"
fail_swapoff 1
set_faulty events ""
set_faulty registered 1
expect_text "calls of the backend" "$(faulty events)" "i0"
hog verify fill out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
hog verify
swap_off "$DISK1"
expect_text "calls of the backend" "$(faulty events)" "i0 a0"
hog verify
stop_hog
