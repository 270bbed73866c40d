#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# The whole machine is short of memory, and swapped-out pages compress to a
# third. The pool of frontswap_compress has room, so there is no disk I/O, with
# writeback or without, and no page is rejected because of a lack of memory.

FRONTSWAP_SWAP_KB=262144
. ./functions.sh
start "a machine that is short of memory"
kills=$(vmstat oom_kill)

left=48

# press WRITEBACK
press() {
	log "writeback=$1"
	set_compress writeback "$1"
	stores=$(backend compress stores)
	sent=$(vmstat pswpout)
	failed=$(compress reject_alloc_fail)
	run_hog -k text -j 2 -m $left fill verify dirty:2 verify
	stores=$(($(backend compress stores) - stores))
	expect "pages stored" $stores -ge $((left * 250))
	expect "pages sent to the disk" $(($(vmstat pswpout) - sent)) -le $((stores / 50))
	expect "pages refused for want of memory" \
		$(($(compress reject_alloc_fail) - failed)) -le $((stores / 50))
}

load_compress max_pool_percent=40 incompressible_percent=80
swap_on "$DISK1"
scarce_memory $left
press N
press Y
expect "OOM kills" $(($(vmstat oom_kill) - kills)) -eq 0
