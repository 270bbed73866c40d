#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4, G8
# A failed load is an I/O error: the reader gets SIGBUS, and no page ever shows
# wrong bytes, although the device holds older bytes in the same slots. When
# loads succeed again, the pages are right again, and a drain reads them again.
# Logged once, counted each time.

. ./functions.sh
start "failing loads give SIGBUS, never wrong bytes"
need_ram_disks

# expect_sigbus LEAST - pages of the last verify; none of them wrong
expect_sigbus() {
	expect "wrong pages" "$(reply bad)" -eq 0
	expect "pages with SIGBUS" "$(reply sigbus)" -ge "$1"
}

# The device keeps what the pages were before the backend came.
try_on() {
	log "on $1"
	swap_on "$1"
	start_hog -b
	hog fill out verify
	set_faulty registered 1
	hog dirty:1 out
	expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"

	errors=$(backend faulty load_errors)
	set_faulty fail_loads 5
	hog_query verify
	expect_sigbus "$PAGES"
	expect "load errors" "$(($(backend faulty load_errors) - errors))" -ge "$PAGES"
	expect "log lines" "$(log_count 'faulty: load failed: type 0 offset [0-9]+: -5')" -eq "$2"
	set_faulty fail_loads 0
	hog out verify

	log "every third load fails"
	hog dirty:1 out
	set_faulty fail_every 3
	set_faulty fail_loads 12
	hog_query verify
	expect_sigbus 1
	set_faulty fail_loads 0
	set_faulty fail_every 1
	hog out verify

	log "a drain makes good what could not be read"
	hog dirty:1 out
	set_faulty fail_loads 5
	hog_query verify
	expect_sigbus "$PAGES"
	set_faulty fail_loads 0
	set_file "$FRONTSWAP/faulty/enabled" 0 || die "not drained"
	expect "pages in the backend" "$(faulty pages)" -eq 0
	hog verify out verify
	stop_hog
	swap_off "$1"
	set_faulty registered 0
}

if slow_kernel; then
	MIB=$((MIB / 2))
	PAGES=$((MIB * 256))
fi
load_faulty registered=0
try_on "$RAM1" 1
try_on "$DISK1" 2

log "a backend that is not trusted with the reader's page"
set_faulty direct 0
try_on "$DISK1" 3

log "swapoff while loads fail: what could not be read stays lost"
swap_on "$DISK1"
set_faulty registered 1
start_hog -b
hog fill out
set_faulty fail_loads 5
swap_off "$DISK1"
set_faulty fail_loads 0
hog_query verify
expect_sigbus "$PAGES"
stop_hog
