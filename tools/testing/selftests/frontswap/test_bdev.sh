#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug kcsan
# Guarantees: G1 G7 G8 G9
# frontswap_bdev keeps pages on block devices: with the swap device written, too,
# or not; on several devices; below a limit that is lowered; removed with pages.

. ./functions.sh
start "pages on block devices"
need_ram_disks
[ -b /dev/ram2 ] || skip "no third ram disk"
load_bdev
swap_on "$DISK1"

# refuses REQUEST MESSAGE
refuses() {
	! quietly set_file "$BDEV/add" "$1" || die "not refused: $1"
	expect_log "frontswap_bdev: .*$2"
}

log "what cannot be added"
refuses "$DISK1" "in use"
refuses /dev/null "cannot be opened"
refuses "" "cannot be opened"
refuses "$RAM2 depth=3" "depth=3: unknown option"
refuses "$RAM2 in_flight=1" "in_flight=1: unknown option or value"
refuses "$RAM2 name=add" "name=add: unknown option or value"
refuses "$RAM2 max_bytes=many" "max_bytes=many: unknown option or value"
! quietly set_file "$BDEV/add" "$RAM2 name=a/b" || die "not refused: a slash in a name"
blockdev --setro "$RAM2"
refuses "$RAM2" "read-only"
blockdev --setrw "$RAM2"
dd if=/dev/zero of="$TMP/small" bs=1024 count=1023 2>/dev/null
if losetup /dev/loop0 "$TMP/small" 2>/dev/null; then
	refuses /dev/loop0 "smaller than 1 MiB"
	losetup -d /dev/loop0
fi
! quietly set_file "$BDEV/remove" nobody || die "nobody is removed"

log "written through"
add_bdev "$RAM2" name=far
expect_text "state" "$(backend far state)" attached
refuses "/dev/ram2 name=far" "far: name taken"
before=$(vmstat pswpout)
run_hog -m "$MIB" -t 2 fill out verify dirty:2 out verify fork:2
start_hog
hog fill out
expect "pages on the device" "$(bdev far stored_pages)" -ge "$PAGES"
expect "pages written through" $(($(vmstat pswpout) - before)) -ge "$PAGES"
remove_bdev far
hog verify
stop_hog

log "two devices, the first one full"
add_bdev "$RAM2" name=far write_through=0 priority=10 max_bytes=$((PAGES * 2048))
add_bdev /dev/ram2 write_through=0
second=ram2
before=$(vmstat pswpout)
start_hog -t 2
hog fill out
expect "pages on the first device" "$(bdev far stored_pages)" -eq $((PAGES / 2))
expect "full" "$(bdev far full)" -eq 1
expect "pages on the second device" "$(bdev "$second" stored_pages)" -ge $((PAGES / 2))
expect "pages on the swap device" $(($(vmstat pswpout) - before)) -lt $((PAGES / 10))
hog verify dirty:2 out verify

log "limits that are none"
before=$(bdev far limit_bytes)
for bytes in "" 1Q K 16E 99999999999999999999; do
	! set_file "$BDEV/far/limit_bytes" "$bytes" 2>/dev/null || die "limit '$bytes' accepted"
done
expect "limit" "$(bdev far limit_bytes)" -eq "$before"

log "a lower limit"
set_file "$BDEV/far/limit_bytes" 1M || die "no limit"
few_left() { [ "$(bdev far stored_pages)" -le 256 ]; }
loop_until 30 few_left || die "$(bdev far stored_pages) pages left"
hog verify dirty:1 out verify
expect "pages on the first device" "$(bdev far stored_pages)" -le 256
log "raised, and lower again"
set_file "$BDEV/far/limit_bytes" $((PAGES * 2048)) || die "no limit"
hog dirty:1 out
expect "pages on the first device" "$(bdev far stored_pages)" -gt 256
set_file "$BDEV/far/limit_bytes" 1M || die "no limit"
loop_until 30 few_left || die "$(bdev far stored_pages) pages left"
hog verify

log "removed with pages"
! unload frontswap_bdev 2>/dev/null || die "unloaded with pages"
remove_bdev far
hog verify dirty:1 out
remove_bdev "$second"
hog verify
stop_hog
expect "load errors" "$(log_count 'load failed')" -eq 0
unload frontswap_bdev || die "not unloaded"

log "a device named at load"
load frontswap_bdev "device=$RAM2 name=far" || die "not loaded"
attached far || die "not attached"
set_file "$FRONTSWAP/far/enabled" 0 || die "not detached"
unload frontswap_bdev || die "not unloaded"
! quietly load frontswap_bdev device=/dev/null || die "loaded without a device"
