#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G8
# The pool holds more than fits into memory. Swapoff fails and does no harm; a
# drain of the same pages succeeds, and so does swapoff when memory is available
# again.

FRONTSWAP_SWAP_KB=262144
. ./functions.sh
start "swapoff with too little memory, and a drain instead"

left=32
load_compress max_pool_percent=40
swap_on "$DISK1"
scarce_memory $left
MIB=$left
start_hog -k text
hog fill out
expect "pages stored" "$(compress stored_pages)" -ge $((MIB * 250))
run_hog_bg -k text -s 3 -m $((left / 2)) -r 100000 fill verify
filled() { grep -q '^fill' "$TMP/behind"; }
loop_until 10 filled || die "no second hog"
quietly "$SWAPHOG" "off:$DISK1" && die "swapoff, with too little memory"
grep -q "^$DISK1 " /proc/swaps || die "the area has gone"
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
kills=$(vmstat oom_kill)
set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
expect "OOM kills by the drain" $(($(vmstat oom_kill) - kills)) -eq 0
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
hog verify
umount "$TMP/scarce"
swap_off "$DISK1"
hog verify
stop_hog
