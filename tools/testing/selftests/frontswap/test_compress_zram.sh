#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# frontswap_compress in front of zram as the swap area. Pages are written back
# to zram while several threads fault on them; then the pool is drained to zram.

. ./functions.sh
start "compressed RAM in front of compressed RAM"

quietly modprobe zram
set_file /sys/block/zram0/disksize 48M || skip "no zram"
load_compress max_pool_percent=50 max_bytes=1M
swap_on /dev/zram0
expect_log "frontswap_compress: swap area .* is on zram"
run_hog_bg -k mixed -m "$((MIB / 2))" -t 4 -r 100000
start_hog -k text -t 4
hog fill out verify dirty:2 out verify
expect "pages written back" "$(compress written_back_pages)" -gt 0
hog out
expect "pages of zram" "$(awk '{ print int($1 / 4096) }' /sys/block/zram0/mm_stat)" -ge \
	$((PAGES / 2))
set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
hog verify dirty:1 out verify
set_file "$FRONTSWAP/compress/enabled" 1 || die "not attached"
hog dirty:1 out verify
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
swap_off /dev/zram0
hog verify
stop_hog
left=$(compress_empty) || die "$left"
