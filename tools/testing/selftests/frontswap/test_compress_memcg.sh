#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Pages in frontswap_compress are charged to the control group of their owner,
# up to its limit for compressed pages, and uncharged when they are freed.

. ./functions.sh
start "control groups pay for compressed pages"

# member FILE - a figure of the control group
member() {
	cat "$CGROUP/$1"
}

limited=false
[ -e "$CGROUP/memory.zswap.max" ] && limited=true
load_compress max_pool_percent=50
swap_on "$DISK1"
start_hog -k text
hog fill
before=$(member memory.current)
hog out
bytes=$(compress compressed_bytes)
expect "bytes charged, $before with the pages in memory" "$(member memory.current)" -lt "$before"
charged=$(member memory.current)
expect "bytes charged, $bytes compressed" "$charged" -ge $((bytes * 9 / 10))
# The kernel sums up the figures of a group every two seconds.
compressed() { test "$(member memory.zswap.current)" "$@"; }
! $limited || loop_until 10 compressed -ge $((bytes * 9 / 10)) ||
	die "of which $(member memory.zswap.current) compressed, expected $bytes"
hog verify drop
flush_slots
gone() { [ "$(compress compressed_bytes)" -le $((bytes / 20)) ]; }
loop_until 5 gone || die "$(compress compressed_bytes) bytes stay"
# A CPU may keep a quarter of a megabyte for the group's next charges.
expect "bytes charged after that" "$(member memory.current)" -lt $((charged - bytes / 2))
! $limited || loop_until 10 compressed -le $((bytes / 20)) ||
	die "of which $(member memory.zswap.current) compressed"
stop_hog

if $limited; then
	log "a limit for compressed pages"
	set_file "$CGROUP/memory.zswap.max" 524288
	start_hog -k text
	hog fill out
	expect "pages refused" "$(compress reject_memcg)" -ge $((PAGES / 2))
	expect "compressed bytes" "$(member memory.zswap.current)" -le 600000
	hog verify dirty:2 out verify
	stop_hog
	set_file "$CGROUP/memory.zswap.max" 0
	stores=$(backend compress stores)
	run_hog -k same -m "$MIB"
	expect "pages of it stored" "$(($(backend compress stores) - stores))" -le $((PAGES / 20))
	set_file "$CGROUP/memory.zswap.max" max
fi

log "a group at its limit"
set_file "$CGROUP/memory.max" $((MIB / 2 + 2))M
run_hog -k mixed -m "$MIB" fill verify dirty:2 verify fork:1 verify
expect "OOM kills" "$(sed -n 's/^oom_kill //p' "$CGROUP/memory.events")" -eq 0
set_file "$CGROUP/memory.max" max

log "a group that goes before its pages do"
flush_slots
stored=$(compress stored_pages)
mkdir "$CGROUP.old" "$TMP/mnt"
mount -t tmpfs -o size=8m none "$TMP/mnt" || skip "no tmpfs"
numbers() { seq 1 200000; }
(echo 0 >"$CGROUP.old/cgroup.procs" && numbers >"$TMP/mnt/file") || die "no file"
size=$(wc -c <"$TMP/mnt/file")
reclaimed() {
	quietly set_file "$CGROUP.old/memory.reclaim" "$size"
	[ "$(compress stored_pages)" -ge $((stored + size / 8192)) ]
}
loop_until 5 reclaimed || die "$(($(compress stored_pages) - stored)) of its $((size / 4096)) pages"
loop_until 20 rmdir "$CGROUP.old" || die "the group stays"
numbers | cmp - "$TMP/mnt/file" || die "wrong bytes"
umount "$TMP/mnt"
flush_slots
expect "pages stored" "$(compress stored_pages)" -le $((stored + 64))
run_hog -k text -m "$MIB"
