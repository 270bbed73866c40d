#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G2, G3
# Areas are in use while they are replayed to a late backend. If init() is slow,
# stores meanwhile are written to the device, and the backend receives no store
# for an area before init() has returned.

. ./functions.sh
start "stores during a slow replay are gated"

registered() {
	attached faulty && [ -e "$TMP/registered" ]
}

swap_on "$DISK1" 5
swap_on "$DISK2" 5
start_hog
# The same takes as long during the replay.
began=$(now_ms)
hog fill out verify dirty:1 out
delay=$((1500 + $(now_ms) - began))
# A sleep of 60 s would be a hung task.
[ $delay -lt 40000 ] || delay=40000
load_faulty registered=0
set_faulty init_delay_ms $delay
{
	set_faulty registered 1
	: >"$TMP/registered"
} &
BACKGROUND="$BACKGROUND $!"
expect_log 'init of type 0 begins'
out_before=$(vmstat pswpout)
hog dirty:1 out
expect "pages to the device meanwhile" "$(($(vmstat pswpout) - out_before))" -gt 0
hog verify
loop_until $((delay / 200 + 30)) registered || die "registration does not end"
expect_log '2 swap area\(s\) replayed'
expect_text "wrong calls of the backend" "$(faulty violations)" 0
hog dirty:1 out
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
hog verify
stop_hog

log "swapon with a slow init"
set_faulty init_delay_ms 300
swap_off "$DISK1"
run_hog_bg -m "$((MIB / 2))"
swap_on_again "$DISK1" 5
wait_hog
