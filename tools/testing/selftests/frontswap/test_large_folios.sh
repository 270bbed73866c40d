#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G6
# Huge pages are swapped out whole where the area allows. A backend that
# supports large folios stores all pages of a folio or, if it rejects one page,
# none. A backend without this support, or with large_folios set to 0, is not
# asked.

. ./functions.sh
start "larger folios are stored page by page, all or nothing"
need_ram_disks
set_sysfs /sys/kernel/mm/transparent_hugepage/enabled madvise
HUGE=512

# went_whole - to the device
went_whole() {
	echo $(($(vmstat thp_swpout) - whole))
}

# try CASE - a hog of huge pages goes out; the figures are of this time
try() {
	log "$1"
	whole=$(vmstat thp_swpout)
	split=$(vmstat thp_swpout_fallback)
	stores=$(backend ram stores)
	start_hog -k text -H
	hog fill out
	stores=$(($(backend ram stores) - stores))
	stored=$(backend ram stored_pages)
	whole=$(went_whole)
	split=$(($(vmstat thp_swpout_fallback) - split))
	log "$whole went to the device whole, $split were split, $stores pages were stored"
	hog verify dirty:3 out verify
	stop_hog
	flush_slots
}

swap_on "$RAM1"
load_ram $((PAGES * 2))
LARGE=$FRONTSWAP/ram/large_folios
expect "large_folios of ram" "$(value $LARGE)" -eq 1

try "taken page by page"
[ $((stores + whole + split)) -gt 0 ] || die "nothing went out"
expect "huge pages that went to the device" "$whole" -eq 0
expect "pages in the backend" "$stores" -ge "$HUGE"
expect "huge pages that were split" "$split" -eq 0

set_sysfs $LARGE 0
try "not offered"
expect "huge pages that went to the device" "$whole" -ge 1
expect "pages in the backend" "$stored" -lt "$HUGE"
set_sysfs $LARGE 1

set_file /sys/module/frontswap_ram/parameters/max_pages $((HUGE / 2)) || die "no max_pages"
failed=$(cat /sys/kernel/debug/frontswap/failed_stores)
try "taken back when half of it has been taken"
expect "huge pages that went to the device" "$whole" -ge 1
expect "pages that were stored on the way" "$stores" -ge $((HUGE / 2))
expect "pages that stayed in the backend" "$stored" -lt $((HUGE / 2))
expect "failed stores" $(($(cat /sys/kernel/debug/frontswap/failed_stores) - failed)) -ge 1
set_file /sys/module/frontswap_ram/parameters/max_pages $((PAGES * 2)) || die "no max_pages"

log "drained while the folios are in and out of memory"
start_hog -k text -H
hog fill out dirty:7
set_file $FRONTSWAP/ram/enabled 0 || die "ram: not drained"
hog verify out verify
stop_hog

load test_frontswap_classic || die "test_frontswap_classic cannot be loaded"
! quietly set_file $FRONTSWAP/test_frontswap_classic/large_folios 1 ||
	die "a backend that has not said that it does with parts of folios is offered them"
expect "large_folios of classic" "$(backend test_frontswap_classic large_folios)" -eq 0
