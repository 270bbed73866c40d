#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G8 G13
# The lender dies while pages are drained, and while pages are read.

. ./functions.sh
start "a lender that dies in the middle of a drain"

connect_lender
load_bdev
swap_on "$DISK1"

# dies_during COMMAND... - the lender of a new disk dies while the command runs; sets STATUS
dies_during() {
	"$@" &
	behind=$!
	lender_withdraws spare 1
	STATUS=0
	wait $behind || STATUS=$?
}

detach() {
	set_file "$FRONTSWAP/far/enabled" 0 2>/dev/null
}

log "during a drain"
borrow spare 1
add_bdev "$FAR" name=far write_through=0 in_flight=4
start_hog -b
hog fill out
pages=$(backend far stored_pages)
dies_during detach
left=$(backend far stored_pages)
log "status $STATUS, $left of $pages pages left"
if [ $STATUS -ne 0 ]; then
	expect_text "state" "$(backend far state)" load-only
	expect "pages left" "$left" -gt 0
else
	expect "pages left" "$left" -eq 0
fi
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -le "$left"
set_file "$FRONTSWAP/far/enabled" abandon || die "not abandoned"
remove_bdev far
stop_hog

log "during a drain, with the pages on the swap device"
return_borrowed
borrow spare 1
add_bdev "$FAR" name=far in_flight=4
start_hog
hog fill out
dies_during detach
expect "status" $STATUS -eq 0
hog verify dirty:1 out verify
remove_bdev far
stop_hog

log "during loads"
return_borrowed
borrow spare 1
add_bdev "$FAR" name=far in_flight=4 deadline_ms=1000
start_hog
hog fill out
echo verify >&3
lender_withdraws spare 1
read -r REPLY <&4 || die "swaphog has gone"
log "hog $REPLY"
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -eq 0
hog dirty:1 out verify
stop_hog
remove_bdev far
