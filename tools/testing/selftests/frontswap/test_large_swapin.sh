#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A fault that bypasses the swap cache reads a folio of several pages (Linux 6.12). Its
# pages may be in a backend, in several, on the device, or here and there; it is read
# right in each case, for each size of folio. (Promises 4 and 6.)

. ./functions.sh
start "larger folios are read from wherever their pages are"
need_ram_disks
THP=/sys/kernel/mm/transparent_hugepage
[ -d $THP/hugepages-64kB ] || skip "no folios of other sizes here"
! attached zswap || skip "zswap is a backend here"
[ ! -d /sys/kernel/debug/zswap ] || skip "zswap has been enabled, so folios are read page by page"
tune $THP/enabled madvise

# all_sizes VALUE
all_sizes() {
	for size in "$THP"/hugepages-*kB/enabled; do
		[ ! -e "$size" ] || tune "$size" "$1"
	done >/dev/null
}

# A fault of a large folio loads many pages at once.
faults() {
	vmstat pgmajfault
}

# read_back CASE - verify, and how many pages a major fault brought
read_back() {
	before=$(faults)
	hog verify
	log "$1: $PAGES pages by $(($(faults) - before)) major faults"
}

# try SIZE
try() {
	all_sizes never
	tune "$THP/hugepages-$1kB/enabled" madvise
	start_hog -k text -H
	hog fill out
	stored=$(backend ram stored_pages)
	log "$1 kB: $stored of $PAGES pages in the backend"
	read_back "all in the backend"
	large=$(($(faults) - before))
	[ "$1" -gt 1024 ] || expect "major faults" $large -lt $((PAGES / 2))

	log "the device has every third page"
	hog dirty:1 out
	set_file $FRONTSWAP/ram/enabled 0 || die "ram: not drained"
	set_file $FRONTSWAP/ram/enabled 1 || die "ram: not attached"
	all_sizes never
	read_back "all on the device"
	hog dirty:3 out
	tune "$THP/hugepages-$1kB/enabled" madvise
	read_back "here and there"
	hog dirty:1 out
	read_back "once more"
	stop_hog
	flush_slots
}

swap_on "$RAM1"
load_ram $((PAGES * 2))
for kb in 16 64 256 1024 2048; do
	[ ! -d $THP/hugepages-${kb}kB ] || try $kb
done
expect "load errors" "$(backend ram load_errors)" -eq 0

log "in a backend that has not said that it does with parts of folios"
all_sizes never
load_faulty priority=1
start_hog -k text -H
hog fill out
expect "pages in the backend" "$(backend faulty stored_pages)" -gt 0
all_sizes madvise
hog verify dirty:2 out verify
stop_hog
expect "load errors" "$(backend faulty load_errors)" -eq 0
