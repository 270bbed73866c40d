#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G5
# A backend without memory rejects stores, temporarily or permanently. Rejected
# pages are written to the device, and older copies in the backend are
# invalidated.

. ./functions.sh
start "a backend that cannot allocate"

load_faulty fail_alloc=1
swap_on "$DISK1"
start_hog
hog fill out
expect "pages in the backend" "$(faulty pages)" -eq 0
expect "refused stores" "$(backend faulty rejected_stores)" -ge "$PAGES"
hog verify
for round in 1 2 3; do
	log "round $round"
	set_faulty fail_alloc 0
	hog dirty:$round out
	set_faulty fail_alloc 1
	hog dirty:2 out verify
done
stop_hog
