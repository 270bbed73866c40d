#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guests: normal
# What frontswap_compress costs beside plain swap, to a device that costs next to nothing: of a
# flood of pages that do not compress few are tried, and it takes a quarter more CPU time, at
# most, which is little beside a disk; to drop pages that are swapped out takes twice the time,
# at most.

. ./functions.sh
start "the cost beside plain swap"
need_ram_disks

# spend ENABLED COMMAND... - SPENT is the CPU time of the last one in us, with the backend or
# without
spend() {
	set_file "$FRONTSWAP/compress/enabled" "$1" || die "enabled is not $1"
	shift
	ask_hog times
	for spend_command in "$@"; do
		hog "$spend_command"
		ask_hog times
	done
	SPENT=$(reply cpu_us)
}

# least BEFORE - the lower one of it and SPENT
least() {
	if [ "$SPENT" -lt "$1" ]; then
		echo "$SPENT"
	else
		echo "$1"
	fi
}

# compare KIND COMMAND... - PLAIN and BACKED are the least times of it
compare() {
	start_hog -k "$1"
	shift
	PLAIN=1000000000
	BACKED=$PLAIN
	for round in 1 2 3 4 5 6; do
		log "round $round"
		spend 0 "$@"
		PLAIN=$(least "$PLAIN")
		spend 1 "$@"
		BACKED=$(least "$BACKED")
	done
	stop_hog
}

load_compress max_pool_percent=50
swap_on "$RAM1"
compare rand dirty:1 out
poor=$(compress reject_compress_poor)
expect "pages refused" "$poor" -ge $((PAGES * 5))
expect "of which tried" $((poor - $(compress reject_untried))) -le $((poor / 30))
expect "us for a flood, $PLAIN without the backend" "$BACKED" -le $((PLAIN * 5 / 4))
# The clock may go by steps of 4 ms.
compare text fill out drop
expect "us to drop pages, $PLAIN without the backend" "$BACKED" -le $((PLAIN * 2 + 8000))
