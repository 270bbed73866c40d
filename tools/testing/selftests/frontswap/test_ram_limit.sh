#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G7
# frontswap_ram at its limit rejects each store; the other pages are written to
# the device, and every byte is right. (A store may be rejected at any time.)

. ./functions.sh
start "a backend at its limit"

check_limit() {
	expect "pages in the backend, limit $1" "$(backend ram stored_pages)" -le "$1"
}

load_ram 1000
swap_on "$DISK1"
start_hog
rejected=$(backend ram rejected_stores)
hog fill out
check_limit 1000
expect "pages in the backend" "$(backend ram stored_pages)" -ge 900
expect "refused stores" "$(($(backend ram rejected_stores) - rejected))" -ge $((PAGES - 1000))
hog verify dirty:2 out verify

log "a lower limit takes nothing away, and a higher one lets more in"
set_file /sys/module/frontswap_ram/parameters/max_pages 100
hog dirty:3 out verify
set_file /sys/module/frontswap_ram/parameters/max_pages 1500
hog dirty:1 out
check_limit 1500
hog verify
stop_hog
run_hog -m "$((MIB / 2))" -j 2 -r 2
check_limit 1500
