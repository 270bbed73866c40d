#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Under load, frontswap_compress is drained into another backend and to the
# device, unloaded and loaded; its limit is raised and lowered; caches are
# dropped; areas are swapped on and off. Every byte is compared, and no page is
# left over.

. ./functions.sh
start "a compressing backend under load"

limit=$((PAGES * 64))

refused() {
	[ "$(compress reject_limit)" -gt 0 ]
}

pool_below() {
	[ "$(compress pool_bytes)" -le "$1" ]
}

pool_above() {
	[ "$(compress pool_bytes)" -gt "$1" ]
}

need_ram_disks
load_ram 800
swap_on "$DISK1" 5
swap_on "$RAM1" 5
run_hog_bg -k mixed -m "$((MIB / 4))" -j 3 -r 100000
turns=0
written=0
end=$(($(date +%s) + ${FRONTSWAP_STRESS_SECONDS:-10}))
# Twice at least, however long that takes.
while [ $turns -lt 2 ] || [ "$(date +%s)" -lt $end ]; do
	load_compress max_bytes=1M
	sleep 0.3
	set_compress max_bytes $limit
	loop_until 30 refused || die "nothing is refused at the limit"
	loop_until 30 pool_below $((limit + 65536)) || die "$(compress pool_bytes) bytes"
	echo 2 >/proc/sys/vm/drop_caches
	set_compress max_bytes 0
	loop_until 30 pool_above $((limit * 2)) ||
		die "only $(compress pool_bytes) bytes without a limit"
	set_compress compressor lz4
	swap_off "$RAM1"
	swap_on_again "$RAM1" 5
	set_file "$FRONTSWAP/compress/enabled" 0 || die "cannot be drained"
	left=$(compress_empty) || die "$left"
	expect "errors" "$(compress decompress_errors)" -eq 0
	written=$((written + $(compress written_back_pages)))
	unload frontswap_compress || die "cannot be unloaded"
	turns=$((turns + 1))
done
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
log "turns: $turns"
expect "pages written back" $written -gt 0
