#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The drain is slow between reading a copy and writing it, while the owner frees slots
# and uses them again for newer pages, on an area with little room. A slot that is
# being moved must not be used for anything else: the drain would write the old page
# over the new one. (Promise 8.)

. ./functions.sh
start "slots that are used again while they are drained"

MIB=2
PAGES=$((MIB * 256))
SWAP_KB=$((MIB * 1024 * 9 / 8 + 512))
swap_on "$DISK1"
load_faulty
start_hog
hog fill out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
turns=0
for round in 1 2; do
	set_faulty drain_delay_ms 300
	: >"$TMP/draining"
	{
		set_file "$FRONTSWAP/faulty/enabled" 0 || echo "not detached" >>"$TMP/errors"
		rm "$TMP/draining"
	} &
	while [ -e "$TMP/draining" ]; do
		hog dirty:2 out
		turns=$((turns + 1))
	done
	wait $!
	[ ! -e "$TMP/errors" ] || die "$(cat "$TMP/errors")"
	hog verify
	set_faulty drain_delay_ms 0
	set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
	hog dirty:1 out
done
expect "rounds of writing and paging out meanwhile" $turns -ge 4
hog verify
stop_hog
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
