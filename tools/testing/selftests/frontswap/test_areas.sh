#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G2, G4, G8
# Five areas of different kinds at equal priority, so pages are distributed
# round robin over all of them: two disks, a RAM disk, zram, and a file on ext4.
# The last two are added after the backend, which is drained to all of them.

. ./functions.sh
start "several areas: disks, ram disk, zram, file"
need_ram_disks
quietly modprobe zram
[ -b /dev/zram0 ] || skip "no zram"

make_file() {
	mke2fs -F "$RAM2" >/dev/null 2>&1 || skip "no mke2fs"
	mkdir "$TMP/mnt"
	mount -t ext4 "$RAM2" "$TMP/mnt" || skip "no ext4"
	dd if=/dev/zero of="$TMP/mnt/swap" bs=65536 count=256 2>/dev/null
	chmod 600 "$TMP/mnt/swap"
}

make_file
set_file /sys/block/zram0/disksize 32M || skip "zram is in use"
swap_on "$DISK1" 3
swap_on "$DISK2" 3
swap_on "$RAM1" 3
start_hog
hog fill out

load_faulty
swap_on /dev/zram0 3
swap_on "$TMP/mnt/swap" 3
expect_text "calls of the backend" "$(faulty events)" "i0 i1 i2 i3 i4"
hog verify dirty:1 out
expect "pages in the backend" "$(backend faulty stored_pages)" -ge "$PAGES"
for area in "$DISK1" "$DISK2" "$RAM1" /dev/zram0 "$TMP/mnt/swap"; do
	expect "KiB in use on $area" "$(used_kb "$area")" -gt 0
done
hog verify

log "drained, to all of them"
hog dirty:1 out
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not drained"
expect "pages left in the backend" "$(faulty pages)" -eq 0
hog verify
set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
set_faulty events ""

set_faulty refuse_stores 2
hog fill out verify
set_faulty refuse_stores 0
hog dirty:2 out
swap_off /dev/zram0
swap_off "$TMP/mnt/swap"
expect_text "calls of the backend" "$(faulty events)" "a3 a4"
hog verify
stop_hog
