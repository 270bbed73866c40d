#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G4, G8
# Files in a tmpfs with huge pages are swapped out into backends, and read,
# truncated and extended while the backends are drained in turn and write back.
# Unmounting the tmpfs frees all its pages.

. ./functions.sh
start "files in a tmpfs with huge pages"

# inside COMMAND... - in the control group
inside() {
	(echo 0 >"$CGROUP/cgroup.procs" && "$@")
}

out() {
	quietly set_file "$CGROUP/memory.reclaim" 40M
}

numbers() {
	seq 1 100000
}

switch() {
	while [ -e "$TMP/run" ]; do
		for name in compress ram; do
			set_file "$FRONTSWAP/$name/enabled" 0 || echo "drain $name" >>"$TMP/errors"
			set_file "$FRONTSWAP/$name/enabled" 1 || echo "attach $name" >>"$TMP/errors"
			echo >>"$TMP/turns"
		done
	done
}

load_compress max_pool_percent=50 max_bytes=1M
load_ram 300
swap_on "$DISK1"
mkdir "$TMP/mnt"
mount -t tmpfs -o size=32m,huge=always none "$TMP/mnt" || skip "no huge pages in tmpfs"
: >"$TMP/run"
: >"$TMP/errors"
HOG_BG=
switch &
BACKGROUND="$BACKGROUND $!"
for round in 1 2 3; do
	inside numbers >"$TMP/mnt/read"
	inside numbers >"$TMP/mnt/cut"
	out
	numbers | inside cmp - "$TMP/mnt/read" || die "wrong bytes in round $round"
	out
	inside truncate -s 300000 "$TMP/mnt/cut"
	inside truncate -s 500000 "$TMP/mnt/cut"
	out
	{
		numbers | head -c 300000
		head -c 200000 /dev/zero
	} | inside cmp - "$TMP/mnt/cut" || die "wrong bytes behind the cut, in round $round"
done
enough() { [ -s "$TMP/errors" ] || [ "$(wc -l <"$TMP/turns")" -ge 10 ]; }
loop_until 20 enough || die "only $(wc -l <"$TMP/turns") drains"
rm "$TMP/run"
wait
[ ! -s "$TMP/errors" ] || die "failed: $(sort "$TMP/errors" | uniq -c)"
log "drains: $(wc -l <"$TMP/turns")"
some_stored() {
	out
	[ "$(compress stored_pages)" -gt 0 ]
}
loop_until 10 some_stored || die "no page stored"
umount "$TMP/mnt"
left() { echo $(($(compress stored_pages) + $(backend ram stored_pages))); }
gone() {
	quietly set_file "$CGROUP/memory.reclaim" 16M
	flush_slots
	[ "$(left)" -eq 0 ]
}
loop_until 10 gone || die "$(left) pages are left"
