#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4 G13
# The whole machine is short of memory, and the network needs memory to store a page
# on the other machine. The bound on requests in flight lets the machine go on.

FRONTSWAP_SWAP_KB=262144
. ./functions.sh
start "a machine that is short of memory, with the memory of another one"
kills=$(vmstat oom_kill)

connect_lender
load_bdev
swap_on "$DISK1"
add_bdev "$FAR" name=far write_through=0
store_under_pressure far 40
expect "OOM kills" $(($(vmstat oom_kill) - kills)) -eq 0
remove_bdev far
