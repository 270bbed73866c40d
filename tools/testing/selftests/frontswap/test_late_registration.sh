#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G1, G2, G4
# Swap is in use when a backend registers. The backend receives init() for both
# areas, in ascending order; earlier pages are read from the device, later pages
# are stored in the backend.

. ./functions.sh
start "a backend that comes after swapon serves real swap"

swap_on "$DISK1" 10
swap_on "$DISK2" 5
start_hog
hog fill out
expect "KiB in use on $DISK1" "$(used_kb "$DISK1")" -ge $((PAGES * 4))

load_faulty
expect_log 'frontswap: faulty: registered, priority 0, 2 swap area\(s\) replayed'
expect_text "calls of the backend" "$(faulty events)" "i0 i1"
expect "pages in the backend" "$(backend faulty stored_pages)" -eq 0
hog verify
expect "loads from the backend" "$(backend faulty loads)" -eq 0

hog out dirty:2 out
expect "pages in the backend" "$(backend faulty stored_pages)" -ge $((PAGES / 2))
hog verify
expect "loads from the backend" "$(backend faulty loads)" -ge $((PAGES / 2))
hog fill out
expect "pages in the backend" "$(backend faulty stored_pages)" -ge "$PAGES"
hog verify
stop_hog

set_faulty name again
swap_off "$DISK2"
swap_off "$DISK1"
set_faulty registered 0
expect_log 'frontswap: faulty: unregistered'
set_faulty events ""
swap_on_again "$DISK1"
set_faulty registered 1
expect_log 'frontswap: again: registered, priority 0, 1 swap area\(s\) replayed'
expect_text "calls of the backend" "$(faulty events)" "i0"
