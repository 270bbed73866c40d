#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G2, G4
# Shared memory is swapped through another path than anonymous memory. A late
# backend stores it, and a failed load is SIGBUS as well.

. ./functions.sh
start "shared memory"

swap_on "$DISK1"
start_hog -S -b
hog fill out
load_faulty
hog verify dirty:2 out
expect "pages in the backend" "$(faulty pages)" -ge $((PAGES / 2))
hog verify fill out verify out fork:3

hog dirty:1 out
set_faulty fail_every 4
set_faulty fail_loads 5
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -gt 0
set_faulty fail_loads 0
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
hog drop fill out verify
stop_hog
