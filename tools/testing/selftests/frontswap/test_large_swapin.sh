#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.12
# Guarantees: G4, G6
# A fault that bypasses the swap cache reads a folio of several pages (Linux
# 6.12). The pages are in one backend, in several, on the device, or scattered;
# each case is read right, for each size of folio.

. ./functions.sh
start "larger folios are read from wherever their pages are"
need_ram_disks
[ -d $THP/hugepages-64kB ] || skip "no folios of other sizes here"
! attached zswap || skip "zswap is a backend here"
[ ! -d /sys/kernel/debug/zswap ] || skip "zswap has been enabled, so folios are read page by page"
set_sysfs $THP/enabled madvise

# mthp SIZE COUNTER
mthp() {
	cat "$THP/hugepages-$1kB/stats/$2" 2>/dev/null || echo 0
}

# read_back CASE - verify; false: it was not by folios of this size
read_back() {
	before=$(vmstat pgmajfault)
	hog verify
	before=$(($(vmstat pgmajfault) - before))
	log "$1: $PAGES pages by $before major faults"
	# Swap-in is by less than a huge page.
	[ "$kb" -ge 2048 ] || [ "$before" -le $((PAGES / (kb / 8))) ]
}

# large CASE - the same, by folios of this size
large() {
	read_back "$1" || die "folios of $kb kB were not read as such"
}

whole() {
	only_folios "$kb"
	start_hog -k text -H
	split=$(mthp "$kb" swpout_fallback)
	hog fill out
	stored=$(backend ram stored_pages)
	log "$kb kB: $(($(mthp "$kb" swpout_fallback) - split)) folios were split"
	expect "pages in the backend" "$stored" -ge "$PAGES"
	large "all in the backend"
	hog dirty:1 out
	set_file $FRONTSWAP/ram/enabled 0 || die "ram: not drained"
	large "all on the device"
	set_file $FRONTSWAP/ram/enabled 1 || die "ram: not attached"
	hog dirty:1 out
	large "once more"
	stop_hog
	flush_slots
}

# single_pages_out [OPTION] - they are read as folios, where their slots follow upon each
# other from one that is aligned as the memory is: in an area of which nothing has been used.
single_pages_out() {
	swap_off "$RAM1"
	swap_on_again "$RAM1"
	folio_sizes never
	start_hog -k text -H "$@"
	hog fill out
	only_folios "$kb"
}

# Every third page is refused and goes to the device; the folios that they are read
# into are none that were written.
mixed() {
	# A task that moves to another CPU goes on with other slots.
	for try in 1 2 3; do
		single_pages_out
		loads=$(backend faulty loads)
		device=$(vmstat pswpin)
		! read_back "each third on the device" || break
		[ $try -lt 3 ] || die "folios of $kb kB were not read as such"
		stop_hog
		flush_slots
	done
	loads=$(($(backend faulty loads) - loads))
	device=$(($(vmstat pswpin) - device))
	expect "pages from the backend" "$loads" -ge $((PAGES / 2))
	expect "pages from the device" "$device" -ge $((PAGES / 4))
	expect "pages in all" $((loads + device)) -ge "$PAGES"
	hog dirty:2 out
	large "once more"
	stop_hog
	flush_slots
}

# A page that cannot be read does not take those with it that are read into one folio.
lost() {
	single_pages_out -b
	set_faulty fail_slots 8
	set_faulty fail_loads 5
	hog_query verify
	set_faulty fail_loads 0
	set_faulty fail_slots 1
	expect "wrong pages" "$(reply bad)" -eq 0
	expect "pages with SIGBUS" "$(reply sigbus)" -ge $((PAGES / 8 - 8))
	expect "pages with SIGBUS" "$(reply sigbus)" -le $((PAGES / 8 + 8))
	hog out verify
	stop_hog
	flush_slots
}

swap_on "$RAM1"
load_ram $((PAGES * 2))
sizes=
all_sizes="64 1024"
slow_kernel || all_sizes="16 64 256 1024 2048"
for kb in $all_sizes; do
	[ -d "$THP/hugepages-${kb}kB" ] || continue
	sizes="$sizes $kb"
	whole
done
expect "load errors" "$(backend ram load_errors)" -eq 0
set_file $FRONTSWAP/ram/enabled 0 || die "ram: not drained"

log "in a backend that has not said that it does with parts of folios, and on the device"
load_faulty refuse_stores=3
for kb in $sizes; do
	mixed
done
expect "load errors" "$(backend faulty load_errors)" -eq 0

log "pages that are lost"
set_faulty refuse_stores 0
for kb in $sizes; do
	lost
done
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
