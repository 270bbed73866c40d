#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Guarantees: G4 G13
# Stores that fail after reclaim has freed the page: the core moves its copy to
# the next backend or to the device. Loads that fail are an I/O error, or read
# the device if that has the page.

. ./functions.sh
start "stores and loads that fail in flight"
load_async delay_us=100 fail_stores=7 priority=50
swap_on "$DISK1"
run_hog -m "$MIB" fill out verify dirty:2 out verify fork:2 >/dev/null
expect "failed stores" "$(backend async store_errors)" -gt 10
expect "failed loads" "$(backend async load_errors)" -eq 0
set_async refuse_stores 3
run_hog -m "$MIB" fill out verify dirty:2 out verify >/dev/null
expect "rejected stores" "$(backend async rejected_stores)" -gt 10
set_async refuse_stores 0

log "stores that fail go to the next backend"
load_ram 1000000
set_file "$FRONTSWAP/ram/enabled" 1
set_async fail_stores 2
before=$(vmstat pswpout)
start_hog
hog fill out
expect "pages in the next backend" "$(backend ram stored_pages)" -ge $((PAGES / 4))
expect "pages on the device" $(($(vmstat pswpout) - before)) -lt $((PAGES / 10))
hog verify dirty:2 out verify
stop_hog
set_file "$FRONTSWAP/ram/enabled" 0
set_async fail_stores 0

start_hog -b
hog fill out
log "the backend fails to load"
set_async load_error 5
set_async fail_loads 5
hog_query verify
expect "pages with wrong bytes" "$(reply bad)" -eq 0
expect "pages that are lost" "$(reply sigbus)" -gt 0
expect "failed loads" "$(backend async load_errors)" -gt 0
set_async fail_loads 0
stop_hog
swap_off "$DISK1"
set_file "$FRONTSWAP/async/enabled" 0 || die "not detached"
status=0
check_async
[ "$status" = 0 ] || die "the backend is not empty"
unload test_frontswap_async || die "not unloaded"

load_async delay_us=100 write_through=1 fail_stores=5 fail_loads=3
swap_on "$DISK1"
run_hog -m "$MIB" fill out verify dirty:2 out verify fork:2 >/dev/null
expect "failed stores" "$(backend async store_errors)" -gt 10
expect "loads that read the device instead" "$(backend async load_errors)" -gt 10
