#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G7 G8 G13
# Pages in memory of the host that is mapped: virtio-pmem. Stores and loads copy pages
# without a request. The guest is saved and restored, memory is short, the device is removed.

FRONTSWAP_SWAP_KB=262144
. ./functions.sh
start "memory of the host, mapped"

far=/dev/pmem0
namespace=/sys/bus/nd/drivers/nd_pmem

requests() {
	awk '{ print $1 + $5 }' "/sys/block/${far##*/}/stat"
}

[ -b $far ] || skip "no $far"
set_sysfs "/sys/block/${far##*/}/queue/iostats" 1
load_bdev
swap_on "$DISK1"

log "by requests, as any device"
add_bdev $far name=host write_through=0 dax=0
expect "mapped" "$(bdev host dax)" -eq 0
before=$(requests)
run_hog -m "$MIB" fill out verify
expect "requests" $(($(requests) - before)) -ge 100
remove_bdev host

log "mapped"
add_bdev $far name=host write_through=0
expect "mapped" "$(bdev host dax)" -eq 1
start_hog -b -t 2
before=$(requests)
written=$(vmstat pswpout)
hog fill out
expect "pages on the device" "$(bdev host stored_pages)" -ge $((PAGES * 9 / 10))
hog verify dirty:2 out verify fork:2 out
expect "requests" $(($(requests) - before)) -eq 0
expect "pages on the swap device" $(($(vmstat pswpout) - written)) -lt $((PAGES / 10))

log "a lower limit, and a drain"
set_file "$BDEV/host/limit_bytes" 1M || die "no limit"
few_left() { [ "$(bdev host stored_pages)" -le 256 ]; }
loop_until 30 few_left || die "$(bdev host stored_pages) pages left"
hog verify
set_file "$BDEV/host/limit_bytes" 64M || die "no limit"
hog dirty:1 out
set_file "$FRONTSWAP/host/enabled" 0 || die "not drained"
expect "pages on the device" "$(bdev host stored_pages)" -eq 0
hog verify
set_file "$FRONTSWAP/host/enabled" 1 || die "not attached"
stop_hog

log "memory is short"
store_under_pressure host 40

log "bytes of somebody else"
start_hog -b
hog fill out
dd if=/dev/zero of=$far bs=1M seek=1 count=63 conv=notrunc 2>/dev/null ||
	die "the device cannot be overwritten"
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -ge $((PAGES / 2))
stop_hog
swap_off "$DISK1"
remove_bdev host
swap_on_again "$DISK1"

# unplug, plug
unplug() {
	for device in "$namespace"/namespace*; do
		set_file "$namespace/unbind" "${device##*/}" || die "not removed"
	done
}

plug() {
	set_file "$namespace/bind" "${device##*/}" || die "not bound again"
	loop_until 5 test -b $far || die "no $far"
}

log "the device is removed, with the pages on the swap device, too"
add_bdev $far name=host
start_hog
hog fill out
expect "pages on the device" "$(bdev host stored_pages)" -ge $((PAGES * 9 / 10))
unplug
hog verify dirty:2 out verify
remove_bdev host
plug
hog verify
stop_hog

log "the device is removed, with pages"
add_bdev $far name=host write_through=0
start_hog -b
hog fill out
unplug
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -ge $((PAGES / 2))
run_hog -m "$MIB" fill out verify
stop_hog
swap_off "$DISK1"
remove_bdev host
plug

# At the end: QEMU 7.2 answers no flush of this device any more, and the driver waits for one
# when the device is removed.
log "in a guest that is saved and restored"
swap_on_again "$DISK1"
add_bdev $far name=host write_through=0
start_hog
hog fill out
host_saves_guest
hog verify dirty:1 out verify out
expect "pages on the device" "$(bdev host stored_pages)" -ge $((PAGES * 9 / 10))
remove_bdev host
hog verify
stop_hog
