#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Control groups as container managers configure them: no swap, little swap, a
# throttle, nested limits for compressed pages. Each limit is enforced, and the
# statistics of a group agree with the statistics of the backend.

. ./functions.sh
start "control groups of containers"

# member FILE - a figure of the control group
member() {
	cat "$CGROUP/$1"
}

[ -e "$CGROUP/memory.zswap.max" ] || skip "no figures of compressed pages"
load_compress max_pool_percent=50
swap_on "$DISK1"

log "no swap"
set_file "$CGROUP/memory.swap.max" 0
start_hog -k text
hog fill
hog_query out
expect "pages stored" "$(compress stored_pages)" -eq 0
hog verify

log "a little"
set_file "$CGROUP/memory.swap.max" 2M
hog_query out
expect "pages stored" "$(compress stored_pages)" -ge 480
expect "pages stored" "$(compress stored_pages)" -le 512
hog verify

log "as much as it wants"
set_file "$CGROUP/memory.swap.max" max
hog dirty:1 out
# The kernel sums up the figures of a group every two seconds.
zswapped() { awk '$1 == "zswapped" { print $2 / 4096 }' "$CGROUP/memory.stat"; }
same_bytes() { [ "$(member memory.zswap.current)" = "$(compress compressed_bytes)" ]; }
same_pages() { [ "$(zswapped)" = "$(compress stored_pages)" ]; }
loop_until 10 same_bytes || die "memory.zswap.current is $(member memory.zswap.current)," \
	"expected $(compress compressed_bytes)"
loop_until 10 same_pages || die "$(zswapped) pages in memory.stat," \
	"expected $(compress stored_pages)"

log "throttled"
set_file "$CGROUP/memory.high" $((MIB / 2))M
throttled() {
	hog verify dirty:1
	[ "$(member memory.current)" -le $(((MIB / 2 + 1) << 20)) ]
}
throttled || throttled || throttled || die "$(member memory.current) bytes"
set_file "$CGROUP/memory.high" max
stop_hog
flush_slots

log "a limit for compressed pages, and none of them for a part of the group"
set_file "$CGROUP/memory.zswap.max" 1M
set_file "$CGROUP/cgroup.subtree_control" +memory
mkdir "$CGROUP/some" "$CGROUP/none"
set_file "$CGROUP/none/memory.zswap.max" 0
stores=$(backend compress stores)
"$SWAPHOG" -g "$CGROUP/none" -k text -m 8 fill out verify || die "swaphog: exit status $?"
expect "pages of it stored" $(($(backend compress stores) - stores)) -eq 0
"$SWAPHOG" -g "$CGROUP/some" -k text -m 8 fill out sleep:1000 &
BACKGROUND="$BACKGROUND $!"
full() { [ "$(member memory.zswap.current)" -ge $((1 << 20)) ]; }
loop_until 10 full || die "$(member memory.zswap.current) of $((1 << 20)) bytes"
expect "bytes, limit $((1 << 20))" "$(member memory.zswap.current)" -le $(((1 << 20) + 16384))
stop_process $!
flush_slots
few_left() { [ "$(member memory.zswap.current)" -le 16384 ]; }
loop_until 10 few_left || die "$(member memory.zswap.current) bytes are left"
none_there() {
	for group in some none; do
		[ ! -d "$CGROUP/$group" ] || rmdir "$CGROUP/$group" || return 1
	done
}
loop_until 20 none_there || die "the groups stay"
