#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# A full pool in front of a slow device. The workload is faster than without the
# backend, with writeback and without, and no page takes a second longer: a fault
# waits for one batch of writes, not for all of them.

. ./functions.sh
start "a full pool in front of a slow device"

# work - TOOK and LONGEST are in ms. The CPU time of the hog is not counted: a machine that is
# busy would be blamed on the backend.
work() {
	: >"$TMP/behind"
	took=$(now_ms)
	run_hog -k text -m 12 fill verify dirty:3 verify times >"$TMP/work"
	TOOK=$(($(now_ms) - took - $(sed -n 's/.*cpu_us=//p' "$TMP/work") / 1000))
	wait_round 60
	LONGEST=$(longest_ms)
}

# no_worse NAME - in four tries, each beside one without the backend: what the guest runs on
# may pause it
no_worse() {
	faster=false
	steady=false
	for try in 1 2 3 4; do
		set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
		work
		plain=$TOOK
		plain_longest=$LONGEST
		set_file "$FRONTSWAP/compress/enabled" 1 || die "not attached"
		work
		log "$1, try $try: $TOOK ms, $plain without the backend;" \
			"$LONGEST for a page at most, $plain_longest without"
		[ "$TOOK" -gt $((plain * 9 / 10)) ] || faster=true
		[ "$LONGEST" -gt $((plain_longest + 1000)) ] || steady=true
		! $faster || ! $steady || return 0
	done
	die "worse than without the backend, $1"
}

quietly modprobe null_blk nr_devices=1 gb=1 memory_backed=1 mbps=16 || skip "no null_blk"
LOADED=null_blk
swap_on /dev/nullb0
set_file "$CGROUP/memory.max" 8M
run_hog_bg -k text -m 1 -r 100000 drop fill out verify times
load_compress max_bytes=1M
no_worse "with writing back"
expect "pages written back" "$(compress written_back_pages)" -gt 0
set_compress writeback N
no_worse "without writing back"
expect "pages refused" "$(compress reject_limit)" -gt 0
