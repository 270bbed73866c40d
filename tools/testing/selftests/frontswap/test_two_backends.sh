#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G5, G7
# Two backends. The backend with the higher priority is asked first, pages that
# it rejects are stored in the other, pages that both reject are written to the
# device, and a page that moves from one place to another is found in the new
# place.

. ./functions.sh
start "two backends by priority"

ram_pages() {
	backend ram stored_pages
}

load_ram 1000000
load_faulty priority=10
expect "priority" "$(backend faulty priority)" -eq 10
swap_on "$DISK1"
start_hog

hog fill out
expect "pages in the first" "$(backend faulty stored_pages)" -ge "$PAGES"
expect "pages in the second" "$(ram_pages)" -eq 0
hog verify

set_faulty refuse_stores 1
hog dirty:1 out
expect "pages in the second" "$(ram_pages)" -ge "$PAGES"
expect "pages in the first" "$(backend faulty stored_pages)" -lt "$PAGES"
expect "refused by the first" "$(backend faulty rejected_stores)" -ge "$PAGES"
hog verify

set_file /sys/module/frontswap_ram/parameters/max_pages 0
out_before=$(vmstat pswpout)
hog dirty:1 out
expect "pages to the device" "$(($(vmstat pswpout) - out_before))" -ge "$PAGES"
hog verify

log "every second page to each of them, then the other way round"
set_file /sys/module/frontswap_ram/parameters/max_pages 1000000
set_faulty refuse_stores 2
for round in 1 2 3; do
	log "round $round"
	hog dirty:$round out verify
done
flush_slots
expect "pages in both" "$(($(backend faulty stored_pages) + $(ram_pages)))" -le $((PAGES + 64))

log "now the second is the first"
swap_off "$DISK1"
set_faulty registered 0
set_faulty priority -10
set_faulty refuse_stores 0
set_faulty registered 1
swap_on_again "$DISK1"
hog dirty:1 out
expect "pages in the first" "$(ram_pages)" -ge "$PAGES"
expect "pages in the second" "$(backend faulty stored_pages)" -eq 0
hog verify
stop_hog
