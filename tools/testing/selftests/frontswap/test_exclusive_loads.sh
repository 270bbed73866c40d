#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4, G8
# A backend that drops its copy when a page is loaded: while the memory is
# resident the backend stores nothing, and each page is swapped out again
# whether or not it was written. The backend checks that only loaded pages are
# dropped, and no clean page. With shared slots, readahead, a drain and a
# swapoff meanwhile.

. ./functions.sh
start "a page is in the backend or in memory, not in both"
need_ram_disks
set_sysfs /proc/sys/vm/page-cluster 3
# Less than half of it is used: else a page that is read would give up its slot.
SWAP_KB=$((MIB * 2560 + 8192))
: >"$TMP/errors"

FILE=$FRONTSWAP/faulty/exclusive_loads

stored() {
	backend faulty stored_pages
}

# nearly_none WHAT - of the memory's pages; freed slots may wait in the caches of the CPUs
nearly_none() {
	flush_slots
	expect "$1" "$(stored)" -le $((PAGES / 16))
}

# drain_again - until $TMP/run is gone
drain_again() {
	while [ -e "$TMP/run" ]; do
		set_file "$FRONTSWAP/faulty/enabled" 0 || echo "not detached" >>"$TMP/errors"
		set_file "$FRONTSWAP/faulty/enabled" 1 || echo "not attached" >>"$TMP/errors"
		echo >>"$TMP/turns.drain"
	done
}

# switch_again - exclusive_loads off and on until $TMP/run is gone
switch_again() {
	while [ -e "$TMP/run" ]; do
		set_file "$FILE" 0 && set_file "$FILE" 1 || echo "exclusive_loads" >>"$TMP/errors"
	done
}

# verified - how often the hog has
verified() {
	grep -c '^verify' "$TMP/behind"
}

# enough - drains and faults, of which one of each will do on a machine that is busy; or something
# has gone wrong
enough() {
	[ "$(date +%s)" -lt $late ] || least=1
	[ -s "$TMP/errors" ] || ! quietly kill -0 "$HOG_BG" ||
		{ [ "$(wc -l <"$TMP/turns.drain")" -ge $((least * 2)) ] &&
			[ "$(verified)" -ge $least ]; }
}

# in_the_middle - of a hog that goes out and in
in_the_middle() {
	: >"$TMP/run"
	: >"$TMP/turns.drain"
	late=$(($(date +%s) + 30))
	least=4
	! slow_kernel || least=2
	BACKGROUND=
	run_hog_bg -m $((MIB / 2)) -r 10000 fill out verify fork:2 dirty:2 out verify
	drain_again &
	BACKGROUND="$BACKGROUND $!"
	switch_again &
	BACKGROUND="$BACKGROUND $!"
	loop_until 60 enough || die "$(wc -l <"$TMP/turns.drain") drains in 60 seconds"
	end_race
	log "$(verified) times verified, $(wc -l <"$TMP/turns.drain") drains"
	BACKGROUND=
}

load_faulty
expect "exclusive_loads" "$(value "$FILE")" -eq 1

log "on a disk: faults read into the swap cache"
swap_on "$DISK1"
start_hog
hog fill out verify
expect "pages in the backend, which keeps them" "$(stored)" -ge $((PAGES * 3 / 4))
set_faulty exclusive 1
hog out
expect "pages in the backend" "$(stored)" -ge "$PAGES"
stores=$(faulty stores)
hog verify
nearly_none "pages in the backend, all of the memory being resident"
expect "pages in the backend itself" "$(faulty pages)" -eq "$(stored)"
hog out
expect "pages stored again, though nobody had written to them" "$(($(faulty stores) - stores))" \
	-ge $((PAGES * 3 / 4))
hog verify out

log "every second page: the others are read ahead, and go out again"
read_ahead=$(vmstat swap_ra)
hog verify:2
# How many is up to the hits that there have been so far, of all who read.
read_ahead=$(($(vmstat swap_ra) - read_ahead))
expect "pages read ahead" $read_ahead -ge $((PAGES / 64))
[ $read_ahead -le $((PAGES / 2)) ] || read_ahead=$((PAGES / 2))
expect "pages in the backend" "$(stored)" -le $((PAGES * 9 / 16 - read_ahead * 9 / 10))
hog out
expect "pages in the backend" "$(stored)" -ge $((PAGES * 3 / 4))
hog verify dirty:3 out

log "children read the slots that they share with their parent"
hog fork:4
nearly_none "pages in the backend"
hog out verify out

log "switched off: copies stay"
set_file "$FILE" 0 || die "no exclusive_loads"
hog verify
expect "pages in the backend" "$(stored)" -ge $((PAGES * 3 / 4))
set_file "$FILE" 1 || die "no exclusive_loads"
hog out verify
nearly_none "pages in the backend"

log "drained while the pages are in the swap cache"
hog out verify:3
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
expect "pages left in the backend" "$(faulty pages)" -eq 0
hog verify out verify
set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
hog dirty:1 out

log "swapoff reads everything back"
swap_on "$DISK2"
swap_off "$DISK1"
expect "pages left in the backend" "$(stored)" -eq 0
hog verify out verify
stop_hog

log "drains, and switching, in the middle of faults"
in_the_middle
swap_off "$DISK2"

log "on a ram disk: faults go past the swap cache, and copies stay until slots are free"
swap_on "$RAM1"
start_hog
hog fill out verify out fork:3 verify:5 out verify dirty:2 out
loads=$(faulty loads)
hog verify
expect "loads" "$(($(faulty loads) - loads))" -ge $((PAGES * 3 / 4))
stop_hog
in_the_middle
swap_off "$RAM1"

log "shared memory"
swap_on "$DISK1"
start_hog -S
hog fill out verify
nearly_none "pages in the backend"
hog out verify dirty:2 out verify
stop_hog

log "written through: the device has the pages, which stay clean"
set_faulty registered 0
set_faulty write_through 1
set_faulty registered 1
start_hog
hog fill out
read_before=$(vmstat pswpin)
hog verify
nearly_none "pages in the backend"
expect "pages read from the device" "$(($(vmstat pswpin) - read_before))" -le $((PAGES / 8))
hog out verify
stop_hog
expect "wrong calls of the backend" "$(faulty violations)" -eq 0

load_ram "$PAGES"
! quietly set_file "$FRONTSWAP/ram/exclusive_loads" 1 ||
	die "a backend that knows nothing of exclusive loads has them"
expect "exclusive_loads of ram" "$(backend ram exclusive_loads)" -eq 0
