#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# frontswap_compress and each kind of page contents: one repeated word occupies
# no memory of the pool, random bytes are rejected at once and written to the
# device.

. ./functions.sh
start "pages that compress well, badly, and not at all"

load_compress max_pool_percent=50
swap_on "$DISK1"

# Where a map is kept of pages of zeros they are not offered.
kinds="zero same"
[ "$KIND" = mixed ] || kinds=same
for kind in $kinds; do
	start_hog -k "$kind"
	hog fill out
	expect "pages stored" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))
	# The page that tells of the hog itself is not one of them.
	expect "same-filled ones" "$(compress same_filled_pages)" -ge $((PAGES * 9 / 10))
	expect "bytes of the pool" "$(compress pool_bytes)" -le $((PAGES * 400))
	hog verify dirty:2 out verify
	stop_hog
done

flush_slots
poor=$(compress reject_compress_poor)
untried=$(compress reject_untried)
stored=$(compress stored_pages)
start_hog -k rand
hog fill out
expect "random pages refused" "$(($(compress reject_compress_poor) - poor))" -ge $((PAGES * 9 / 10))
expect "of these, without trying" "$(($(compress reject_untried) - untried))" -ge \
	$((PAGES * 8 / 10))
expect "more pages stored" "$(($(compress stored_pages) - stored))" -le $((PAGES / 10))
hog verify dirty:2 out verify
stop_hog

log "what compresses is found among what does not"
start_hog
hog fill out
same=$(compress same_filled_pages)
expect "same-filled ones" "$same" -gt 0
kinds=4
[ "$KIND" = mixed ] || kinds=3
expect "compressed ones" "$(($(compress stored_pages) - same))" -ge $((PAGES * 95 / (kinds * 100)))
hog verify dirty:2 out fork:2 verify
stop_hog
