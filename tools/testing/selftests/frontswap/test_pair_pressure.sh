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

left=40
HOG_SECONDS=150
connect_lender
load_bdev
swap_on "$DISK1"
add_bdev "$FAR" name=far write_through=0
scarce_memory $left
stores=$(backend far stores)
run_hog -j 2 -m $left fill verify dirty:2 verify
expect "pages stored" $(($(backend far stores) - stores)) -ge $((left * 128))
expect "failed loads" "$(backend far load_errors)" -eq 0
expect "OOM kills" $(($(vmstat oom_kill) - kills)) -eq 0
expect_no_log 'page allocation failure|Write-error'
remove_bdev far
