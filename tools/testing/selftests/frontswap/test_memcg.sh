#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G2, G7
# A control group at its limit swaps all the time, by reclaim and not by advice,
# while a backend registers and rejects every third store.

. ./functions.sh
start "a control group at its memory limit"

MIB=8
rounds=2
slow_kernel && rounds=1
swap_on "$DISK1"
set_file "$CGROUP/memory.max" $((MIB / 2 + 2))M
run_hog_bg -m "$MIB" -r $rounds fill verify dirty:2 verify dirty:3 verify fork:1 verify
load_faulty refuse_stores=3
wait_hog
run_hog -m "$((MIB / 2))" -j 2 fill verify dirty:2 verify out verify
expect "stores" "$(backend faulty stores)" -ge $((MIB * 256))
expect "loads" "$(backend faulty loads)" -gt 0
expect "OOM kills" "$(sed -n 's/^oom_kill //p' "$CGROUP/memory.events")" -eq 0
set_file "$CGROUP/memory.max" max
