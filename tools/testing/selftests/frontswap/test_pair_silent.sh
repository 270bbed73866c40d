#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# The network is silent for a minute, without a reset. Who touches a page of the other
# machine gets an error within the deadline; the pages are right when the network is back.

. ./functions.sh
start "a network that is silent for a minute"

silence=60
HOG_SECONDS=160
connect_lender
load_bdev
swap_on "$DISK1"
add_bdev "$FAR" name=far write_through=0 deadline_ms=3000
start_hog -b
hog fill out
expect "pages on the device" "$(bdev far stored_pages)" -ge $((PAGES / 2))
lender "(ip link set eth0 down; sleep $silence; ip link set eth0 up) >/dev/null 2>&1 &"
began=$(now_ms)
hog_query verify:16
took=$(($(now_ms) - began))
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -gt 0
expect "ms for $((PAGES / 16)) pages" $took -le 30000

log "a process that has its pages here"
run_hog -m "$MIB" fill out verify
expect_text "state of the device" "$(bdev far state)" checking

log "the network is back"
loop_until $((silence + 30)) bdev_is far up || die "state: $(bdev far state)"
# The pages that could not be read are in the swap cache until they are reclaimed.
hog out verify dirty:2 out verify
stop_hog
expect "wrong bytes" "$(bdev far crc_errors)" -eq 0
remove_bdev far
