#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4 G13
# A backend that no longer answers: reclaim goes on to the device after a bounded
# time, the state says so, and stores resume when the backend answers. The reader
# of a load gets an error at the deadline, or the page of the device.

. ./functions.sh
start "a backend that does not answer"
state_is() {
	[ "$(backend async state)" = "$1" ]
}
load_async delay_us=100 depth=16
swap_on "$DISK1"
set_async hold 1
before=$(vmstat pswpout)
run_hog -m "$MIB" fill out >/dev/null
expect "pages written to the device" $(($(vmstat pswpout) - before)) -gt $((PAGES / 2))
expect "stores in flight" "$(async in_flight)" -gt 0
expect_text "state" "$(backend async state)" stalled
set_async hold 0
loop_until 10 test "$(async in_flight)" -eq 0 || die "requests are left"
run_hog -m "$MIB" fill out verify >/dev/null
loop_until 5 state_is attached || die "still $(backend async state)"

start_hog -b
hog fill out
log "loads are held back"
set_file "$FRONTSWAP/async/deadline_ms" 200 || die "no deadline_ms"
set_async hold 1
hog_query verify:$((PAGES / 4))
expect "pages with wrong bytes" "$(reply bad)" -eq 0
expect "pages past the deadline" "$(reply sigbus)" -gt 0
expect "late loads" "$(backend async late_loads)" -gt 0
set_async hold 0
stop_hog
swap_off "$DISK1"
set_file "$FRONTSWAP/async/enabled" 0 || die "not detached"
unload test_frontswap_async || die "not unloaded"

load_async delay_us=100 write_through=1
swap_on "$DISK1"
start_hog
hog fill out
set_file "$FRONTSWAP/async/deadline_ms" 100 || die "no deadline_ms"
set_async hold 1
hog verify:$((PAGES / 8))
expect "late loads" "$(backend async late_loads)" -gt 0
set_async hold 0
hog verify
stop_hog
