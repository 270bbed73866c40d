#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# The cost of frontswap_compress beside plain swap, to a device that costs
# almost nothing. In a flood of incompressible pages few are tried, and CPU time
# grows by half at most, which is little beside a disk. Freeing swapped-out pages
# takes five times the time at most.

. ./functions.sh
start "the cost beside plain swap"
need_ram_disks

# spend ENABLED COMMAND... - SPENT is the CPU time of the last one in us, with the backend or
# without
spend() {
	set_file "$FRONTSWAP/compress/enabled" "$1" || die "enabled is not $1"
	shift
	hog_query times
	for spend_command in "$@"; do
		hog "$spend_command"
		hog_query times
	done
	SPENT=$(reply cpu_us)
}

# median FILE - of the times in it
median() {
	sort -n "$TMP/$1" | sed -n "$((round / 2 + 1))p"
}

flood_is_cheap() {
	[ "$BACKED" -le $((PLAIN * 3 / 2)) ]
}

# The clock may go by steps of 4 ms.
drop_is_cheap() {
	[ "$BACKED" -le $((PLAIN * 5 + 8000)) ]
}

# compare CHEAP KIND COMMAND... - PLAIN and BACKED are the medians of the times, of seven rounds,
# or of more, where others have disturbed them
compare() {
	cheap=$1
	start_hog -k "$2"
	shift 2
	: >"$TMP/plain"
	: >"$TMP/backed"
	round=0
	while [ $round -lt 7 ] || { [ $round -lt 27 ] && ! $cheap; }; do
		round=$((round + 1))
		log "round $round"
		spend 0 "$@"
		echo "$SPENT" >>"$TMP/plain"
		spend 1 "$@"
		echo "$SPENT" >>"$TMP/backed"
		PLAIN=$(median plain)
		BACKED=$(median backed)
	done
	stop_hog
}

load_compress max_pool_percent=50
swap_on "$RAM1"
compare flood_is_cheap rand dirty:1 out
poor=$(compress reject_compress_poor)
expect "pages refused" "$poor" -ge $((PAGES * 5))
expect "of which tried" $((poor - $(compress reject_untried))) -le $((poor / 30))
log "$BACKED us for a flood, $PLAIN without the backend"
flood_is_cheap || die "a flood takes too long"
compare drop_is_cheap text fill out drop
log "$BACKED us to drop pages, $PLAIN without the backend"
drop_is_cheap || die "dropping takes too long"
