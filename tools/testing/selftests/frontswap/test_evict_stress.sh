#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug kcsan
# Guarantees: G8
# Write back in a loop from a backend that stores, loads, invalidates and is
# drained at the same time, on a small, nearly full area on which slots are
# reused at once, while another area is swapped on and off.

. ./functions.sh
start "evicting beside stores, loads, frees and drains"
need_ram_disks

seconds=${FRONTSWAP_RACE_SECONDS:-8}

evict_all() {
	while [ -e "$TMP/run" ]; do
		for type in 0 1; do
			quietly set_faulty evict "$type 1000000"
			faulty evicted >>"$TMP/evicted"
		done
	done
}

evicted_twice() {
	[ "$(grep -c "^[1-9]" "$TMP/evicted")" -ge 2 ]
}

drain_now_and_then() {
	while [ -e "$TMP/run" ]; do
		sleep 0.5
		set_file "$FRONTSWAP/faulty/enabled" 0 || echo disable >>"$TMP/errors"
		set_file "$FRONTSWAP/faulty/enabled" 1 || echo enable >>"$TMP/errors"
	done
}

: >"$TMP/run"
: >"$TMP/errors"
make_swap "$DISK2"
AREAS="$DISK2"
load_faulty
SWAP_KB=$((4 * 2048 * 9 / 8 + 1024))
swap_on "$RAM1" 1
set_file "$CGROUP/memory.max" $((24 * 1048576))
run_hog_bg -m 2 -j 4 -r 100000
for actor in evict_all drain_now_and_then "swap_toggle $DISK2 5"; do
	$actor &
	BACKGROUND="$BACKGROUND $!"
done

sleep "$seconds"
loop_until 45 evicted_twice || log "evicting is slow"
end_race
expect "rounds that evicted something" "$(grep -c "^[1-9]" "$TMP/evicted")" -ge 2
others=$(grep -vcE '^([0-9]+|-108)$' "$TMP/evicted")
expect "rounds that failed" "$others" -eq 0
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
