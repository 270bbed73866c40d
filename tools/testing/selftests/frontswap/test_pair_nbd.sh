#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# Pages in the memory of another machine, by nbd. The server is killed, and another one
# is connected. The whole machine is short of memory: swap on nbd itself does not survive
# that.

FRONTSWAP_SWAP_KB=262144
. ./functions.sh
start "memory of another machine, by nbd"

connect_lender
load_bdev
swap_on "$DISK1"
serve_nbd 64
connect_nbd

log "killed, with the pages on the swap device, too"
add_bdev "$FAR" name=nbd deadline_ms=2000
start_hog
hog fill out
expect "pages on the device" "$(bdev nbd stored_pages)" -ge $((PAGES * 3 / 4))
hog verify dirty:2 out
kill_nbd
hog verify dirty:1 out verify
stop_hog
remove_bdev nbd
disconnect_nbd

log "a new server, and a machine that is short of memory"
serve_nbd 128
connect_nbd
add_bdev "$FAR" name=nbd write_through=0
kills=$(vmstat oom_kill)
store_under_pressure nbd 40
expect "OOM kills" $(($(vmstat oom_kill) - kills)) -eq 0
remove_bdev nbd
disconnect_nbd
kill_nbd
