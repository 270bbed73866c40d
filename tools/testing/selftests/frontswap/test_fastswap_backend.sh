#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G1, G11
# A backend written for fastswap fills a page when the CPU is polled after load().
# Readers, several at once, and a drain get the right bytes. A request that
# fails is an I/O error.

. ./functions.sh
start "a backend in the style of fastswap"
need_ram_disks

MIB=$((MIB / 2))
PAGES=$((MIB * 256))
load test_frontswap_fastswap || die "test_frontswap_fastswap cannot be loaded"
for device in "$DISK1" "$RAM1"; do
	log "$device"
	swap_on "$device"
	run_hog -m "$MIB" -t 4 fill out verify dirty:2 out verify out fork:3
	swap_off "$device"
done
expect "log lines" "$(log_count 'frontswap: test_frontswap_fastswap: load')" -eq 0

log "a drain"
swap_on "$DISK1"
start_hog
hog fill out
expect "pages in the backend" "$(backend test_frontswap_fastswap stored_pages)" -ge "$PAGES"
set_file $FRONTSWAP/test_frontswap_fastswap/enabled 0
expect "pages in the backend" "$(backend test_frontswap_fastswap stored_pages)" -eq 0
hog verify
stop_hog

log "requests that fail"
set_file $FRONTSWAP/test_frontswap_fastswap/enabled 1
start_hog -b
hog fill out
set_file /sys/module/test_frontswap_fastswap/parameters/fail_loads 3
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -ge $((PAGES / 4))
set_file /sys/module/test_frontswap_fastswap/parameters/fail_loads 0
hog out verify
stop_hog
swap_off "$DISK1"
set_file $FRONTSWAP/test_frontswap_fastswap/enabled 0
rmmod test_frontswap_fastswap || die "it cannot be unloaded"
