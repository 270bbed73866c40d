#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guests: normal
# A pool that is full, in front of a slow device. Work is done faster than without the backend,
# with writing back and without, and nobody waits for a page longer.

. ./functions.sh
start "a full pool in front of a slow device"

# work - TOOK and LONGEST are in ms
work() {
	: >"$TMP/behind"
	took=$(now_ms)
	run_hog -k text -m 12 fill verify dirty:3 verify >/dev/null
	TOOK=$(($(now_ms) - took))
	LONGEST=$(longest_ms)
}

# no_worse NAME
no_worse() {
	work
	expect "ms $1, $plain without the backend" $TOOK -le $((plain * 9 / 10))
	expect "ms for a page at most, $plain_longest without" "$LONGEST" -le \
		$((plain_longest + 100))
}

quietly modprobe null_blk nr_devices=1 gb=1 memory_backed=1 mbps=16 || skip "no null_blk"
LOADED=null_blk
swap_on /dev/nullb0
set_file "$CGROUP/memory.max" 8M
run_hog_behind -k text -m 1 -r 100000 drop fill out verify times
work
plain=$TOOK
plain_longest=$LONGEST
load_compress max_bytes=1M
no_worse "with writing back"
expect "pages written back" "$(compress written_back_pages)" -gt 0
set_compress writeback N
no_worse "without writing back"
expect "pages refused" "$(compress reject_limit)" -gt 0
