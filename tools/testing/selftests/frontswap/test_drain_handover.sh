#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G7, G8
# A handover under load: a new backend is loaded, the old backend is drained
# into the new one and unloaded, while processes use both. Pages that the new
# backend rejects are written to the device.

. ./functions.sh
start "handover from one backend to another"

swap_on "$DISK1"
load_faulty
start_hog
hog fill out
held=$(faulty pages)
expect "pages in the old backend" "$held" -ge "$PAGES"

load_ram 1000000
written=$(vmstat pswpout)
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
expect "pages in the new backend" "$(backend ram stored_pages)" -ge "$PAGES"
expect "pages written to the device" "$(($(vmstat pswpout) - written))" -eq 0
unload test_frontswap || die "rmmod of the old one"
hog verify

log "back again, under load, with room for a part only"
set_file /sys/module/frontswap_ram/parameters/max_pages 0
load_now test_frontswap || die "modprobe"
hog dirty:1 out
set_file /sys/module/frontswap_ram/parameters/max_pages $((PAGES / 2))
run_hog_bg -m 2 -j 2 -r 100000 -s 7
sleep 1
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
expect "pages in the new backend" "$(backend ram stored_pages)" -le $((PAGES / 2))
quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
hog verify
stop_process "$HOG_BG"

log "the example backend goes too"
set_file "$FRONTSWAP/ram/enabled" 0 || die "not detached"
unload frontswap_ram || die "rmmod frontswap_ram"
hog out verify
stop_hog
