#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G5, G6
# Huge pages are swapped out, whole where the area allows. A backend receives
# single pages only, and older copies in the slots of a huge page are
# invalidated when the huge page is written.

. ./functions.sh
start "huge pages are swapped out and come back"
need_ram_disks
set_sysfs /sys/kernel/mm/transparent_hugepage/enabled madvise
set_sysfs "/sys/block/${DISK1##*/}/queue/rotational" 0

try_on() {
	log "on $1"
	swap_on "$1"
	out=$(vmstat thp_swpout)
	fallback=$(vmstat thp_swpout_fallback)
	start_hog -H
	hog fill out verify
	hog fill out verify dirty:1 out verify
	hog dirty:3 out fork:2 verify
	hog drop fill out verify
	stop_hog
	log "$(($(vmstat thp_swpout) - out)) went out whole"
	log "$(($(vmstat thp_swpout_fallback) - fallback)) were split"
	swap_off "$1"
}

load_faulty
try_on "$RAM1"
try_on "$DISK1"
