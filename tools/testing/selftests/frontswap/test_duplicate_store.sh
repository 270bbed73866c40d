#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G5
# A page that is stored, read, changed and stored again in the same slot leaves
# no older copy, whether the backend stores or rejects the new contents. The
# backend checks for older copies at each store.

. ./functions.sh
start "no older copy survives a new store"
need_ram_disks

if slow_kernel; then
	MIB=$((MIB / 2))
	PAGES=$((MIB * 256))
fi
load_faulty
for area in "$DISK1" "$RAM1"; do
	log "on $area"
	swap_on "$area"
	start_hog
	hog fill out verify
	hog retouch out verify retouch out
	expect "pages in the backend" "$(backend faulty stored_pages)" -ge "$PAGES"
	hog verify dirty:1 out verify
	set_faulty refuse_stores 1
	hog dirty:2 out verify
	set_faulty refuse_stores 0
	hog retouch out verify dirty:3 out
	set_faulty refuse_stores 3
	hog dirty:1 out verify
	set_faulty refuse_stores 0
	stop_hog
	swap_off "$area"
done
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
