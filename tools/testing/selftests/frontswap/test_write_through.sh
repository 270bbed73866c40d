#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4, G7, G8
# A write-through backend: its pages are written to the device as well, so a
# failed load reads the device, a drain needs neither loads nor writes, and
# pages of another drained backend are written to the device, too.

. ./functions.sh
start "a backend that writes through"

swap_on "$DISK1"
load_faulty write_through=1
start_hog
written=$(vmstat pswpout)
hog fill out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
expect "pages written" "$(($(vmstat pswpout) - written))" -ge "$PAGES"
read_before=$(vmstat pswpin)
hog verify
expect "pages read from the device" "$(($(vmstat pswpin) - read_before))" -le $((PAGES / 8))

log "loads that fail"
hog dirty:1 out
errors=$(backend faulty load_errors)
set_faulty fail_loads 5
hog verify
set_faulty fail_loads 0
expect "load errors" "$(($(backend faulty load_errors) - errors))" -ge $((PAGES / 2))

log "drained, with a page or two in memory, too"
hog dirty:1 out verify:16
loads=$(faulty loads)
written=$(vmstat pswpout)
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not drained"
expect "pages in the backend" "$(faulty pages)" -eq 0
expect "loads for that" "$(($(faulty loads) - loads))" -eq 0
expect "pages written" "$(($(vmstat pswpout) - written))" -le $((PAGES / 8))
hog verify

log "beside one that is drained"
load_ram 1000000
hog dirty:1 out
expect "pages in the other" "$(backend ram stored_pages)" -ge "$PAGES"
set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
stores=$(faulty stores)
written=$(vmstat pswpout)
set_file "$FRONTSWAP/ram/enabled" 0 || die "not drained"
expect "pages that it was given" "$(($(faulty stores) - stores))" -ge $((PAGES * 3 / 4))
expect "pages written" "$(($(vmstat pswpout) - written))" -ge $((PAGES * 3 / 4))
expect "pages in the other" "$(backend ram stored_pages)" -eq 0
set_faulty fail_loads 5
hog verify
set_faulty fail_loads 0
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
stop_hog
