#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# Guarantees: G4 G8
# A backend whose memory is not part of a hibernation image is drained before the
# snapshot and attached again afterwards. If it cannot be drained, hibernation
# fails and nothing is lost.

. ./functions.sh
start "hibernation with pages outside the image"
[ -w /sys/power/pm_test ] || skip "no pm_test"
grep -q disk /sys/power/state || skip "no hibernation"
set_sysfs /sys/module/suspend/parameters/pm_test_delay 1
set_sysfs /sys/power/pm_test devices
load_async delay_us=100 remote=1
swap_on "$DISK1"
start_hog
hog fill out
expect "pages in the backend" "$(async pages)" -gt $((PAGES / 2))
set_async fail_loads 1
! quietly set_file /sys/power/state disk || die "hibernated with pages outside the image"
expect_log 'async: no hibernation: pages are left outside the image'
set_async fail_loads 0
set_file "$FRONTSWAP/async/enabled" 1 || die "not attached"
hog verify dirty:1 out
expect "pages in the backend" "$(async pages)" -gt $((PAGES / 2))
set_file /sys/power/state disk || die "not hibernated"
expect_log 'async: attached, 1 swap area'
expect_text "state" "$(backend async state)" attached
expect "pages left in the backend" "$(async pages)" -eq 0
hog verify dirty:1 out
expect "pages in the backend" "$(async pages)" -gt $((PAGES / 2))
hog verify
stop_hog
