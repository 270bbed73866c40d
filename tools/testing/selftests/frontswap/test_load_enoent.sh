#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4
# -ENOENT from load(): the backend has written the page to the device, and the
# page is read there, without an error. Here pages are written to the device,
# read back, and stored in the same slots again with the same bytes, so the
# device does hold them.

. ./functions.sh
start "-ENOENT means: read the device"

swap_on "$DISK1"
start_hog
hog fill out
load_faulty
hog retouch out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
set_faulty fail_loads 2
in_before=$(vmstat pswpin)
hog verify
expect "pages read from the device" "$(($(vmstat pswpin) - in_before))" -ge "$PAGES"
expect "load errors" "$(backend faulty load_errors)" -eq 0
expect_no_log 'load failed'
set_faulty fail_loads 0
stop_hog
