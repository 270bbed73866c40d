#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Under load, frontswap_compress is drained into another backend and to the device,
# unloaded and loaded; its limit goes up and down; caches are dropped; areas come
# and go. Every byte is compared, and no page is left over.

. ./functions.sh
start "a compressing backend under load"

need_ram_disks
load_ram 800
swap_on "$DISK1" 5
swap_on "$RAM1" 5
run_hog_behind -k mixed -m "$((MIB / 4))" -j 3 -r 100000
turns=0
end=$(($(date +%s) + ${FRONTSWAP_STRESS_SECONDS:-12}))
slow_kernel && end=$((end + 20))
while [ "$(date +%s)" -lt $end ]; do
	load_compress max_bytes=1M
	sleep 0.3
	set_compress max_bytes $((PAGES * 64))
	echo 2 >/proc/sys/vm/drop_caches
	set_compress max_bytes 0
	set_compress compressor lz4
	swap_off "$RAM1"
	swap_on_again "$RAM1" 5
	set_file "$FRONTSWAP/compress/enabled" 0 || die "cannot be drained"
	expect "pages left" "$(compress stored_pages)" -eq 0
	expect "errors" "$(compress decompress_errors)" -eq 0
	unload frontswap_compress || die "cannot be unloaded"
	turns=$((turns + 1))
done
quietly kill -0 "$BEHIND" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$BEHIND"
expect "turns" $turns -ge 2
