#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G8
# Suspend the machine, up to its devices, while pages are stored, loaded and
# written back. A drain is interrupted by the suspend, and can be started again.

. ./functions.sh
start "suspend while swapping"

# sleep_in STATE LEVEL
sleep_in() {
	log "$1, up to $2"
	set_file /sys/power/pm_test "$2" || die "no $2"
	set_file /sys/power/state "$1" || die "$1: not suspended"
}

[ -w /sys/power/pm_test ] || skip "no pm_test"
set_sysfs /sys/module/suspend/parameters/pm_test_delay 1
set_sysfs /sys/power/pm_test freezer
load_compress max_pool_percent=50 max_bytes=1M
swap_on "$DISK1"
run_hog_bg -k mixed -m "$((MIB / 2))" -j 2 -r 100000
written() { [ "$(compress written_back_pages)" -gt 0 ]; }
loop_until 10 written || die "nothing is written back"
sleep_in freeze devices
sleep_in disk devices
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"

log "a drain"
set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
load_faulty
start_hog
hog fill out
set_faulty load_delay_ms 4
(echo 0 >"$FRONTSWAP/faulty/enabled") 2>/dev/null &
drain=$!
BACKGROUND="$BACKGROUND $drain"
begun() { log_has 'faulty: draining'; }
loop_until 10 begun || die "no drain"
sleep_in freeze freezer
set_faulty load_delay_ms 0
expect_log 'faulty: not detached: .*\(-4\)'
# The shell may try again by itself.
wait $drain || set_file "$FRONTSWAP/faulty/enabled" 0 || die "not drained"
hog verify
stop_hog
