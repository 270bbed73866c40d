#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# The lender dies and returns, empty, again and again: FRONTSWAP_KILLS times, at any
# moment of a page-out. With the pages on the swap device nothing is lost.

. ./functions.sh
start "a lender that dies again and again"

kills=${FRONTSWAP_KILLS:-5}
connect_lender
load_bdev
swap_on "$DISK1"
borrow spare 1

answers() {
	quietly dd if="$FAR" of=/dev/null bs=4096 count=1 iflag=direct
}

# dies_during_page_out - after up to half a second
dies_during_page_out() {
	ms=$(($(od -An -N2 -tu2 /dev/urandom) % 500))
	echo out >&3
	sleep "$(printf 0.%03d "$ms")"
	lender_withdraws spare 1
	read -r REPLY <&4 || die "swaphog has gone"
	log "killed after $ms ms: $REPLY"
}

HOG_SECONDS=$((60 + kills * 20))
start_hog
hog fill
while [ "$kills" -gt 0 ]; do
	loop_until 30 answers || die "the lender does not return"
	add_bdev "$FAR" name=far deadline_ms=1000
	hog dirty:1
	dies_during_page_out
	hog verify dirty:2 out verify
	remove_bdev far
	lender_lends spare 1
	kills=$((kills - 1))
done
stop_hog
