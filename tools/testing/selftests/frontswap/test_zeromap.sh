#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.12
# Guarantees: G5
# Linux 6.12 records pages of zeros in a bitmap and writes them nowhere. A page
# in a backend becomes zero, and then text again: each time the older copy must
# be invalid.

. ./functions.sh
start "pages that turn into zeros, which nobody is offered"
[ -n "$(vmstat swpout_zero)" ] || skip "this kernel has no map of zero pages"

# in_backend - without those that wait to be freed
in_backend() {
	flush_slots
	backend faulty stored_pages
}

swap_on "$DISK1"
load_faulty
start_hog -k turns
hog fill out
expect "text in the backend" "$(in_backend)" -ge $((PAGES - 1))
hog dirty:2
zero=$(vmstat swpout_zero)
hog out
zero=$(($(vmstat swpout_zero) - zero))
expect "pages of zeros" "$zero" -ge $((PAGES / 2 - 1))
expect "pages in the backend" "$(in_backend)" -le $((PAGES - zero))
hog verify dirty:1 out verify dirty:3 out
log "drained while some are zeros"
set_file $FRONTSWAP/faulty/enabled 0 || die "not drained"
hog verify dirty:1 out verify
set_file $FRONTSWAP/faulty/enabled 1 || die "not attached"
hog dirty:2 out verify dirty:1 out verify
stop_hog
