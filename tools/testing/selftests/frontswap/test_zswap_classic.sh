#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.1
# Guarantees: G7, G11
# A module with the five classic callbacks registers beside an enabled zswap.
# zswap is not restricted and loses no page.

. ./functions.sh
start "a classic backend beside an enabled zswap"
need_zswap_backend

set_sysfs $ZSWAP/enabled 1
swap_on "$DISK1"
start_hog
hog fill out
load test_frontswap_classic || die "test_frontswap_classic cannot be loaded"
set_file /sys/module/test_frontswap_classic/parameters/enabled 1
attached test_frontswap_classic || die "not registered beside zswap"

before=$(backend test_frontswap_classic stores)
hog verify dirty:2 out verify fill out
expect "stores to the module" "$(($(backend test_frontswap_classic stores) - before))" -ge "$PAGES"
hog verify

set_file /sys/module/test_frontswap_classic/parameters/enabled 0
before=$(backend zswap stores)
hog dirty:1 out
expect "stores to zswap" "$(($(backend zswap stores) - before))" -gt 0
hog verify
stop_hog
