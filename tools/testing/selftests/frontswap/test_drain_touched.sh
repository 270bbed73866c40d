#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G8
# A backend is drained while the owner of the pages reads and writes them.
# stored_pages shows the progress. FRONTSWAP_MIB=1024 drains a gigabyte, on a
# machine with memory for twice as much.

. ./functions.sh
start "a drain of memory that is in use"

drain() {
	set_file "$FRONTSWAP/faulty/enabled" 0 || echo "not detached" >>"$TMP/errors"
	rm "$TMP/draining"
}

# watch - what stored_pages says until the drain is over
watch() {
	while [ -e "$TMP/draining" ]; do
		backend faulty stored_pages
		sleep 0.05
	done
	backend faulty stored_pages
}

: >"$TMP/errors"
# Less than half of it is used: else a page that is read would give up its slot, and the
# drain would not meet it in the swap cache.
SWAP_KB=$((MIB * 2560 + 8192))
HOG_SECONDS=$((HOG_SECONDS + MIB))
swap_on "$DISK1"
load_faulty
start_hog
hog fill out
held=$(backend faulty stored_pages)
expect "pages in the backend" "$held" -ge "$PAGES"

is_draining() {
	[ "$(backend faulty state)" = draining ]
}

# enough - writes meanwhile, and values of stored_pages
enough() {
	[ $turns -ge 4 ] && [ "$(sort -u "$TMP/progress" | wc -l)" -ge 4 ]
}

# So that it takes a while.
delay=50
! slow_kernel || delay=200
[ "$MIB" -ge 64 ] || set_faulty drain_delay_ms $delay
: >"$TMP/draining"
drain &
BACKGROUND="$BACKGROUND $!"
watch >"$TMP/progress" &
watcher=$!
loop_until 20 is_draining || die "no drain"
turns=0
while [ -e "$TMP/draining" ]; do
	hog dirty:64 verify:211
	[ ! -e "$TMP/draining" ] || turns=$((turns + 1))
	! enough || {
		set_faulty drain_delay_ms 0
		hog verify dirty:2
	}
done
wait $watcher
set_faulty drain_delay_ms 0
[ ! -s "$TMP/errors" ] || die "$(cat "$TMP/errors")"
expect "times that some of its pages had been written meanwhile" $turns -ge 3
expect "values of stored_pages" "$(sort -u "$TMP/progress" | wc -l)" -ge 3
rises=$(awk 'NR > 1 && $1 > last { n++ } { last = $1 } END { print n + 0 }' "$TMP/progress")
expect "times that it went up" "$rises" -eq 0
expect "pages left in the backend" "$(tail -n 1 "$TMP/progress")" -eq 0
hog verify out verify
stop_hog
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
