#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G1, G2, G3, G4
# Late registration of frontswap_ram, the example backend, with a synchronous
# area, whose faults bypass the swap cache, and with an asynchronous area.

. ./functions.sh
start "frontswap_ram comes late and serves both kinds of areas"
need_ram_disks

swap_on "$RAM1" 10
swap_on "$DISK1" 5
start_hog
hog fill out
late=0
attached ram || late=1
load_ram 1000000
[ $late -eq 0 ] || expect_log 'frontswap: ram: registered, priority 0, 2 swap area\(s\) replayed'

before=$(backend ram stored_pages)
hog verify dirty:3 out
expect "pages in the backend" "$(($(backend ram stored_pages) - before))" -ge $((PAGES / 3))
hog verify fill out verify

swap_off "$RAM1"
hog fill out verify
expect "pages in the backend" "$(($(backend ram stored_pages) - before))" -ge "$PAGES"
stop_hog
