#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.1
# Guarantees: G4, G7
# A small zswap pool fills, and zswap writes pages to the device. For these
# pages its load() returns -ENOENT, so they are read from the device, without an
# error.

. ./functions.sh
start "zswap's own write-back reads back right"
need_zswap_backend

written_back() {
	cat /sys/kernel/debug/zswap/written_back_pages
}

has_written_back() {
	hog dirty:1 out verify
	[ "$(written_back)" -ge $((before + wanted)) ]
}

[ -r /sys/kernel/debug/zswap/written_back_pages ] || skip "no debugfs"
set_sysfs $ZSWAP/enabled 0
set_sysfs $ZSWAP/zpool zbud
set_sysfs $ZSWAP/max_pool_percent 1
set_sysfs $ZSWAP/accept_threshold_percent 100
set_sysfs $ZSWAP/enabled 1
swap_on "$DISK1"
load_faulty priority=-1
before=$(written_back)
wanted=30
slow_kernel && wanted=5
MIB=16 # more than the pool holds
start_hog -k text
hog fill out
loop_until 2 has_written_back || die "zswap has not written $wanted pages back"
log "written back: $(($(written_back) - before))"
expect "load errors of zswap" "$(backend zswap load_errors)" -eq 0
set_sysfs $ZSWAP/max_pool_percent 20
hog verify
stop_hog
expect_no_log 'load failed'
