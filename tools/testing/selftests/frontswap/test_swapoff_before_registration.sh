#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G1
# An area that was swapped off before the backend registered is not replayed,
# although no backend was notified at the time. Its type number, when reused, is
# replayed: the bit is cleared with or without a backend.

. ./functions.sh
start "swapoff before registration"

swap_on "$DISK1"
swap_on "$DISK2"
run_hog -m "$MIB" fill out verify
swap_off "$DISK1"
load_faulty
expect_text "calls of the backend" "$(faulty events)" "i1"
expect_log 'frontswap: faulty: registered, priority 0, 1 swap area\(s\) replayed'
set_faulty registered 0
set_faulty events ""

swap_off "$DISK2"
set_faulty registered 1
expect_text "calls of the backend" "$(faulty events)" ""
swap_on_again "$DISK2"
expect_text "calls of the backend" "$(faulty events)" "i0"
run_hog -m "$MIB"
expect "stores" "$(backend faulty stores)" -ge "$PAGES"
