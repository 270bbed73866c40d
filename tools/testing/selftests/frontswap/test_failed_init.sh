#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G9
# A module registers and its init function then fails, while pages are swapped
# out. The module is freed in spite of its reference count, so the backend must
# not have stored a page: the core detaches the backend, and the machine
# continues.

. ./functions.sh
start "a module whose init fails after registration"

swap_on "$DISK1"
swap_on "$DISK2"
run_hog_bg -m "$((MIB / 4))" -j 2 -r 100000
hogs=$HOG_BG
for round in 1 2 3; do
	log "round $round"
	if quietly load test_frontswap init_fails=1 linger_ms=300; then
		die "it has been loaded"
	fi
	! [ -d /sys/module/test_frontswap ] || die "still a module"
	! attached faulty || die "still attached"
	quietly kill -0 "$hogs" || die "swaphog has ended"
done
registrations=$(log_count 'faulty: registered, priority 0, 2 swap area')
expect "registrations" "$registrations" -ge 3
expect "unregistrations" "$(log_count 'faulty: unregistered')" -eq "$registrations"
expect_no_log 'contract broken'
stop_process "$hogs"

log "and one whose init takes long but succeeds takes pages only after it"
run_hog_bg -m "$((MIB / 4))" -r 4
load_faulty linger_ms=500
wait_hog
run_hog -m "$MIB"
expect "stores" "$(backend faulty stores)" -ge "$PAGES"
