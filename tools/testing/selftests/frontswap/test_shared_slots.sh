#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Guarantees: G4
# Slots with several users: children that inherit swapped-out memory read it at
# the same time as the parent, from synchronous and asynchronous areas, with
# slow loads and with slow stores; from a backend whose load() receives the page
# of the reader and from a backend that is not trusted with this page.

. ./functions.sh
start "many readers of the same slots"
need_ram_disks

load_faulty
MIB=$((MIB / 4))
PAGES=$((MIB * 256))
again() {
	set_faulty registered 0
	set_faulty direct "$1"
	set_faulty registered 1
}

# readers AREA
readers() {
	log "on $1, direct is $(faulty direct)"
	swap_on "$1"
	loads=$(faulty loads)
	start_hog -t 3
	hog fill out fork:4 verify
	hog dirty:2 out fork:4 out fork:2 verify
	stop_hog
	set_faulty load_delay_ms 1
	run_hog -m 1 -t 4 fill out verify
	set_faulty load_delay_ms 0
	set_faulty store_delay_ms 1
	run_hog -m 1 -j 3 fill out fork:2
	set_faulty store_delay_ms 0
	expect "loads" "$(($(faulty loads) - loads))" -ge "$PAGES"
	swap_off "$1"
}

readers "$DISK1"
readers "$RAM1"
again 0
readers "$RAM1"
readers "$DISK1"
