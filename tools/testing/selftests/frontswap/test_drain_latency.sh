#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G8
# Latency of other processes during a drain, a write-back and a swapoff: the
# longest time to allocate memory, and to fault in a swapped-out page.

FRONTSWAP_SWAP_KB=131072
. ./functions.sh
start "latency while a backend is emptied"

# longest_during COMMAND... - of what the one behind has done meanwhile, LONGEST is in ms; it
# tells of a round at its end
longest_during() {
	: >"$TMP/behind"
	took=$(now_ms)
	"$@" || die "$*: failed"
	took=$(($(now_ms) - took))
	wait_round 20
	LONGEST=$(longest_ms)
}

# feels PREPARE COMMAND - the others hardly do, in one of three tries: what the guest runs on
# may have paused it. Who waits for all of a drain waits as long as the drain takes.
feels() {
	for try in 1 2 3; do
		"$1" || die "$1: failed"
		hog dirty:1 out
		longest_during "$2"
		log "$2, try $try: $LONGEST ms for a page at most, $idle when idle, $took in all"
		[ "$LONGEST" -gt $((idle + 100)) ] && [ "$LONGEST" -gt $((took / 5)) ] || return 0
	done
	die "others wait during: $2"
}

small() {
	[ "$(compress pool_bytes)" -le 2097152 ]
}

attach() {
	set_file "$FRONTSWAP/compress/enabled" 1
}

drain() {
	set_file "$FRONTSWAP/compress/enabled" 0
}

unlimit() {
	set_compress max_bytes 0
}

write_back() {
	set_compress max_bytes 2M
	loop_until 30 small
}

area_on() {
	grep -q "^$DISK1 " /proc/swaps || swap_on_again "$DISK1"
}

area_off() {
	swap_off "$DISK1"
}

load_compress max_pool_percent=50
swap_on "$DISK1"
MIB=24
start_hog -k text
hog fill out
run_hog_bg -k text -m 1 -r 100000 drop fill out verify times
sleep 1
longest_during sleep 2
idle=$LONGEST
feels attach drain
attach
feels unlimit write_back
unlimit
feels area_on area_off
hog verify
stop_hog
