#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G8
# The drain is slow between reading a copy and writing it, while the owner has a
# newer page for the slot, on a small area. A slot that is being moved must not
# be reused: the drain would overwrite the new page with the old one.

. ./functions.sh
start "slots that are used again while they are drained"

MIB=2
PAGES=$((MIB * 256))
HOLD_MS=1500
! slow_kernel || HOLD_MS=4000
SWAP_KB=$((MIB * 1024 * 9 / 8 + 512))
swap_on "$DISK1"
load_faulty
start_hog
hog fill out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"

# The first page is in the drain's hands for long enough that the owner could
# write a newer one to its slot, if it got at it. Once only: a third page would cover up
# what has become of the second.
holds() {
	[ "$(faulty hold_drain_ms)" -eq 0 ]
}

rounds="1 2"
slow_kernel || rounds="$rounds 3"
for round in $rounds; do
	log "round $round"
	set_faulty hold_drain_ms $HOLD_MS
	set_file "$FRONTSWAP/faulty/enabled" 0 &
	drain=$!
	BACKGROUND="$BACKGROUND $drain"
	loop_until 20 holds || die "the drain reads nothing"
	hog dirty:1 out
	wait $drain || die "not detached"
	hog verify
	set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
	hog dirty:1 out
done
hog verify
stop_hog
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
