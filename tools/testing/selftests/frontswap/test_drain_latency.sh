#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guests: normal
# What others feel of a drain, of writing back and of swapoff: the longest time that new memory
# takes, and a page that is swapped out.

FRONTSWAP_SWAP_KB=131072
. ./functions.sh
start "latency while a backend is emptied"

# longest - of what the one behind has done while this ran, in ms
longest_during() {
	: >"$TMP/behind"
	"$@" || die "$*: failed"
	LONGEST=$(longest_ms)
}

# feels COMMAND... - the others hardly do
feels() {
	longest_during "$@"
	expect "ms for a page at most, $idle when idle, during: $*" "$LONGEST" -le $((idle + 100))
}

small() {
	[ "$(compress pool_bytes)" -le 2097152 ]
}

load_compress max_pool_percent=50
swap_on "$DISK1"
MIB=24
start_hog -k text
hog fill out
run_hog_behind -k text -m 1 -r 100000 drop fill out verify times
sleep 1
longest_during sleep 2
idle=$LONGEST
feels set_file "$FRONTSWAP/compress/enabled" 0
set_file "$FRONTSWAP/compress/enabled" 1
hog dirty:1 out
set_compress max_bytes 2M
feels loop_until 30 small
set_compress max_bytes 0
hog dirty:1 out
feels swap_off "$DISK1"
hog verify
stop_hog
