#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Guarantees: G4 G5 G13
# Stores and loads in flight: they end in a hard interrupt, in a softirq, in a
# thread, before the callback has returned, or at once, in any order. Pages are
# swapped out and in through the swap cache, past it, and by many readers.

. ./functions.sh
start "stores and loads in flight"
need_ram_disks
load_async delay_us=200 jitter_us=400 queue=1
# area DEVICE DELAY
area() {
	swap_on "$1"
	set_async delay_us "$2"
	set_async jitter_us $(($2 * 2))
	for context in 0 1 2 3 4; do
		set_async context $context
		run_hog -m $((MIB / 2)) -t 2 fill out verify dirty:2 out fork:2 verify >/dev/null
		log "context $context: $(async stores) stores, $(async loads) loads"
	done
	swap_off "$1"
}
area "$DISK1" 200
area "$RAM1" 20
set_async context 0
expect "stores in flight" "$(async max_stores_in_flight)" -gt 4
expect "loads in flight" "$(async max_loads_in_flight)" -gt 1
expect "kicks" "$(async kicks)" -gt 0
expect "pages swapped in from the backend" "$(backend async loads)" -gt "$PAGES"
expect "failed loads" "$(backend async load_errors)" -eq 0

swap_on "$DISK1"
start_hog
kicks=$(async kicks)
stores=$(async stores)
hog fill out
kicks=$(($(async kicks) - kicks))
expect "kicks are fewer than half of the stores" $((kicks * 2)) -lt $(($(async stores) - stores))
expect "pages in the backend" "$(backend async stored_pages)" -gt $((PAGES / 2))
set_async max_loads_in_flight 0
set_async delay_us 20000
set_async jitter_us 0
set_file "$FRONTSWAP/async/enabled" 0 || die "not detached"
expect "reads in flight of a drain" "$(async max_loads_in_flight)" -ge 16
unload test_frontswap_async || die "not unloaded right after the drain"
hog verify
stop_hog
