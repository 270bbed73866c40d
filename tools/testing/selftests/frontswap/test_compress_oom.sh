#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Memory and swap of a control group are both too small: the group is OOM-killed
# repeatedly, with a full pool. No page of the group is left over, and other
# groups swap as before.

FRONTSWAP_SWAP_KB=8192
. ./functions.sh
start "killed with the pool full"

load_compress max_pool_percent=50 max_bytes=256K
swap_on "$DISK1"
set_file "$CGROUP/memory.max" 6M
for round in 1 2 3; do
	status=0
	"$SWAPHOG" -T "$HOG_SECONDS" -g "$CGROUP" -k mixed -m 24 fill >/dev/null 2>&1 || status=$?
	expect "exit status of round $round" $status -eq 137
done
expect "pages refused by a full pool" "$(compress reject_limit)" -gt 0
set_file "$CGROUP/memory.max" max
gone() {
	quietly set_file "$CGROUP/memory.reclaim" 16M
	flush_slots
	[ "$(used_kb "$DISK1")" -le 64 ]
}
loop_until 10 gone || die "$(used_kb "$DISK1") KiB of the area are in use"
expect "pages stored" "$(compress stored_pages)" -le 16
expect "bytes of the pool" "$(compress pool_bytes)" -le 65536
run_hog -k text -m 6
