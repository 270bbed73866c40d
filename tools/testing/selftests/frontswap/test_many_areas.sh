#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G2, G8
# The maximum number of areas, of mixed priorities, all in use before two
# backends register. Some areas are swapped off and on while a backend is
# drained and attached.

. ./functions.sh
start "as many areas as there can be"
need_ram_disks

# file N - one more area; false: there can be no more
file() {
	dd if=/dev/zero of="$TMP/mnt/$1" bs=64k count=16 2>/dev/null || return 1
	chmod 600 "$TMP/mnt/$1"
	make_swap "$TMP/mnt/$1"
	"$SWAPHOG" "on:$TMP/mnt/$1:$(($1 % 5))" >/dev/null 2>"$TMP/full" || return 1
	AREAS="$TMP/mnt/$1 $AREAS"
}

quietly mke2fs -F "$RAM2" || skip "no mke2fs"
mkdir "$TMP/mnt"
mount -t ext4 "$RAM2" "$TMP/mnt" || skip "no ext4"
areas=0
while file $areas; do
	areas=$((areas + 1))
done
expect "areas" $areas -ge 20
grep -q "Operation not permitted" "$TMP/full" || die "the last one: $(cat "$TMP/full")"
run_hog_bg -k mixed -m "$((MIB / 4))" -j 2 -r 100000
load_compress max_pool_percent=50
expect_log "compress: .* $areas swap area"
load_ram 1000
had=0
used() { [ "$(backend "$1" stores)" -gt $((had + 100)) ]; }
loop_until 10 used compress || die "nothing is stored"
for area in 3 6 9; do
	had=$(backend ram stores)
	set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
	swap_off "$TMP/mnt/$area"
	loop_until 10 used ram || die "nothing is stored"
	set_file "$FRONTSWAP/compress/enabled" 1 || die "not attached"
	swap_on_again "$TMP/mnt/$area" 4
done
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
run_hog -k text -m "$((MIB / 2))"
