#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G8
# A killed drain leaves the backend unchanged, attached and storing pages;
# repeated until one drain ends before the signal. A drain that is stopped and
# continued goes on. Loads are slowed down to leave time for the signal.

. ./functions.sh
start "a drain that is killed"

swap_on "$DISK1"
load_faulty
start_hog
hog fill out
delay=20
! slow_kernel || delay=50
set_faulty load_delay_ms $delay

begun() {
	[ "$(backend faulty state)" = draining ]
}

# begin_drain - in the background; drain is the process
begin_drain() {
	(echo 0 >"$FRONTSWAP/faulty/enabled") 2>/dev/null &
	drain=$!
	BACKGROUND="$BACKGROUND $drain"
	loop_until 10 begun || die "no drain"
	sleep 0.2
}

for turn in 1 2 3; do
	begin_drain
	kill -TERM $drain
	wait $drain && die "it has ended well"
	expect_text "turn $turn: state" "$(backend faulty state)" attached
	expect "turn $turn: pages left" "$(backend faulty stored_pages)" -gt 0
done
expect "drains interrupted" "$(log_count 'faulty: not detached: .*\(-4\)')" -eq 3

begin_drain
kill -STOP $drain
stopped() { [ "$(backend faulty state)" = attached ]; }
loop_until 10 stopped || die "a stopped drain is $(backend faulty state)"
set_faulty load_delay_ms 0
kill -CONT $drain
wait $drain || die "a drain that is stopped does not go on"
expect_text "continued: state" "$(backend faulty state)" detached
expect "pages left in the backend" "$(faulty pages)" -eq 0
set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
hog verify dirty:1 out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
expect "pages left in the backend" "$(faulty pages)" -eq 0
hog verify
stop_hog
