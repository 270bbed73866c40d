#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G1, G2
# The same device is swapped off and on again under an attached backend: pages
# are read before the area is removed, the backend receives invalidate_area()
# and then init(), and no old page is found in the new area.

. ./functions.sh
start "swapoff and swapon of the same device"

load_faulty
swap_on "$DISK1"
start_hog
hog fill
for round in 1 2 3; do
	log "round $round"
	hog dirty:$round out
	expect "pages in the backend" "$(faulty pages)" -gt 0
	swap_off "$DISK1"
	expect "pages in the backend" "$(faulty pages)" -eq 0
	hog verify
	swap_on_again "$DISK1"
done
hog out verify
stop_hog
expect_text "calls of the backend" "$(faulty events)" "i0 a0 i0 a0 i0 a0 i0"
