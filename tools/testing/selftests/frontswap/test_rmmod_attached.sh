#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G9
# rmmod of an attached backend fails with "in use", with or without pages. After
# unregistration rmmod works, and the module can be loaded again.

. ./functions.sh
start "rmmod and unregistration of an attached backend"

expect_in_use() {
	if rmmod test_frontswap 2>"$TMP/error"; then
		die "it has been unloaded while attached"
	fi
	error=$(cat "$TMP/error")
	log "$error"
	echo "$error" | grep -qiE 'in use|temporarily unavailable|busy' || die "not 'in use'"
}

load_faulty
expect_in_use
swap_on "$DISK1"
expect_in_use
start_hog
hog fill out
expect_in_use

expect_text "registered" "$(faulty registered)" Y
stores=$(backend faulty stores)
hog verify dirty:1 out
expect "stores after the attempt" "$(($(backend faulty stores) - stores))" -ge "$PAGES"
hog verify
stop_hog

swap_off "$DISK1"
set_faulty registered 0
! attached faulty || die "still in sysfs"
unload test_frontswap || die "rmmod after unregistration"
swap_on_again "$DISK1"
run_hog -m "$MIB"

log "and a second life"
load_faulty
run_hog -m "$MIB"
