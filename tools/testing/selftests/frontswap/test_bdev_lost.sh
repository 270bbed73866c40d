#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4 G13
# A device that loses its memory, has other bytes, or fails: wrong data never
# reaches a process. Written-through pages are read from the swap device. A device
# with another tag is lost until it is abandoned.

. ./functions.sh
start "a block device that loses pages"
need_ram_disks
load_bdev
MIB=$((MIB / 2))
PAGES=$((MIB * 256))
swap_on "$DISK1"

erase() {
	dd if=/dev/zero of="$RAM2" bs=65536 count=$((MIB * 32)) conv=fsync 2>/dev/null
}

log "erased"
add_bdev "$RAM2" name=far write_through=0
start_hog -b
hog fill out
erase
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
# A page of zeros is right.
expect "pages with SIGBUS" "$(reply sigbus)" -ge $((PAGES / 2))
expect "wrong checksums" "$(bdev far crc_errors)" -gt 0
loop_until 10 bdev_is far lost || die "state: $(bdev far state)"
expect_log 'frontswap_bdev: far: ram1 has lost its memory'
stop_hog

log "a lost device is offered pages, and takes none"
before=$(bdev far stored_pages)
run_hog -m "$MIB" fill out verify >/dev/null
expect "pages on the device" "$(bdev far stored_pages)" -le "$before"

log "abandoned, and added again"
set_file "$FRONTSWAP/far/enabled" abandon || die "not abandoned"
remove_bdev far
add_bdev "$RAM2" name=far write_through=0
start_hog
hog fill out
expect "pages on the device" "$(bdev far stored_pages)" -ge "$PAGES"
hog verify
stop_hog

log "pages at other places"
start_hog -b
hog fill out
dd if="$RAM2" of="$TMP/image" bs=4096 count=$((PAGES * 2)) 2>/dev/null
dd if="$TMP/image" of="$RAM2" bs=4096 skip=2 seek=1 conv=fsync 2>/dev/null
rm "$TMP/image"
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -gt 0
loop_until 10 bdev_is far up || die "state: $(bdev far state)"
stop_hog
remove_bdev far

log "erased, but written through"
add_bdev "$RAM2" name=far
start_hog
hog fill out
erase
hog verify
# Once the last of its pages is freed, the device gets a new tag.
loop_until 10 bdev_is far lost || die "state: $(bdev far state)"
hog dirty:1 out verify
stop_hog

log "drained, and enabled again"
set_file "$FRONTSWAP/far/enabled" 0 || die "not detached"
loop_until 20 bdev_is far up || die "state: $(bdev far state)"
set_file "$FRONTSWAP/far/enabled" 1 || die "not enabled"
start_hog
hog fill out
expect "pages on the device" "$(bdev far stored_pages)" -ge "$PAGES"
hog verify
stop_hog
remove_bdev far

fail=/sys/block/ram1/make-it-fail
if ! [ -w "$fail" ] || ! [ -d /sys/kernel/debug/fail_make_request ]; then
	log "no failing device: CONFIG_FAIL_MAKE_REQUEST"
	exit 0
fi
log "requests that fail"
add_bdev "$RAM2" name=far write_through=0
set_sysfs /sys/kernel/debug/fail_make_request/verbose 0
set_sysfs /sys/kernel/debug/fail_make_request/interval 1
set_sysfs /sys/kernel/debug/fail_make_request/probability 100
set_sysfs /sys/kernel/debug/fail_make_request/times -1
start_hog -b
set_sysfs "$fail" 1
hog fill out
expect "failed requests" "$(bdev far io_errors)" -gt 0
set_file "$fail" 0
hog verify
loop_until 10 bdev_is far up || die "state: $(bdev far state)"
set_file "$FRONTSWAP/far/enabled" 1 || die "the pause of stores does not end"
hog dirty:1 out
expect "pages on the device" "$(bdev far stored_pages)" -gt 0
set_file "$fail" 1
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -gt 0
set_file "$fail" 0
loop_until 10 bdev_is far up || die "state: $(bdev far state)"
hog out verify
stop_hog
remove_bdev far
