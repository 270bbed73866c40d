#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G4
# The machine hibernates with pages in frontswap_compress and frontswap_ram, and is
# resumed by the harness, which finds the image on the first disk. Every byte is
# right. Pages in a backend whose memory is not part of the image are moved first.

. ./functions.sh
start "hibernation with pages in backends"
[ -w /sys/power/disk ] || skip "no hibernation"
grep -q fs_mode=tests /proc/cmdline || skip "the harness has to boot the machine again"

quietly mkswap "$DISK1" 409600 || skip "mkswap $DISK1 failed"
swap_on_again "$DISK1"
load_ram $((PAGES / 4))
load_compress max_pool_percent=40
load_async remote=1 priority=200 max_pages=$((PAGES / 4))
start_hog -t 2
hog fill out
expect "pages in the remote backend" "$(backend async stored_pages)" -gt 0
expect "pages in compress" "$(backend compress stored_pages)" -gt 0
set_file "$FRONTSWAP/compress/enabled" 0 || die "compress is not detached"
hog dirty:2 out
set_file "$FRONTSWAP/compress/enabled" 1 || die "compress is not attached"
expect "pages in ram" "$(backend ram stored_pages)" -gt 0
hog dirty:3 out
expect "pages in compress" "$(backend compress stored_pages)" -gt 0

echo reboot >/sys/power/disk
echo 0 >/sys/power/image_size
before=$(first_uptime)
echo disk >/sys/power/state || die "the machine does not hibernate"
log "resumed after $(($(first_uptime) - before)) s"
expect_log 'PM: hibernation: hibernation exit'
expect "pages in compress" "$(backend compress stored_pages)" -gt 0
expect "pages in ram" "$(backend ram stored_pages)" -gt 0
expect_text "state of the remote backend" "$(backend async state)" attached
hog verify dirty:1 out verify
stop_hog
swap_off "$DISK1"
