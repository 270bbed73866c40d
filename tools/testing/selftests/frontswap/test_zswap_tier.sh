#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.12
# Guarantees: G4, G5
# On Linux 6.12 zswap is asked before the backends. zswap stores a page of which
# a backend holds an older copy, and writes the page back to the device: the
# read must return the new contents from the device. Pages that zswap rejects
# are offered to a backend.

. ./functions.sh
start "zswap in front of the backends"
need_zswap_tier
need_ram_disks

written_back() {
	cat /sys/kernel/debug/zswap/written_back_pages
}

# What is loaded leaves zswap, so somebody else has to fill it.
has_written_back() {
	run_hog -m "$MIB" -k half -s 2 fill out dirty:1 out
	[ "$(written_back)" -ge $((before + wanted)) ]
}

# It sets itself up when it is enabled for the first time.
set_sysfs $ZSWAP/enabled 1
[ -r /sys/kernel/debug/zswap/written_back_pages ] || skip "no debugfs"
MIB=8 # more than the pool holds of pages that compress badly
PAGES=$((MIB * 256))
set_sysfs $ZSWAP/enabled 0
set_sysfs $ZSWAP/accept_threshold_percent 50
swap_on "$DISK1"
load_faulty
start_hog -k half
hog fill out
expect "pages in the backend" "$(backend faulty stored_pages)" -ge $((PAGES - 1))

set_sysfs $ZSWAP/max_pool_percent 1
set_sysfs $ZSWAP/enabled 1
before=$(written_back)
wanted=500
slow_kernel && wanted=50
hog dirty:1 out
loop_until 2 has_written_back || die "zswap has not written $wanted pages back"
log "written back: $(($(written_back) - before))"
hog verify dirty:2 out verify
expect "pages that zswap did not want" "$(backend faulty stores)" -gt "$PAGES"

log "everything back to the backend, and out of it"
set_sysfs $ZSWAP/enabled 0
hog dirty:1 out verify dirty:3 out
set_file $FRONTSWAP/faulty/enabled 0 || die "not drained"
hog verify
stop_hog
expect "load errors" "$(backend faulty load_errors)" -eq 0
