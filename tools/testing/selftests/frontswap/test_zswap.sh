#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# kernels: 6.1
# Guarantees: G7
# The built-in zswap is one backend of several. A module registers beside zswap,
# enabled or not, with higher or lower priority, and the pages in both remain
# right when zswap is enabled and disabled.

. ./functions.sh
start "zswap on and off beside a module"
need_zswap_backend

set_sysfs $ZSWAP/enabled 0
swap_on "$DISK1"
start_hog
hog fill out

log "the module comes beside a zswap that is off"
load_faulty priority=-1
hog verify dirty:1 out
expect "pages in the module" "$(faulty pages)" -ge "$PAGES"

log "zswap goes on, and is asked first"
set_sysfs $ZSWAP/enabled 1
hog verify dirty:1 out
expect "pages in zswap" "$(backend zswap stored_pages)" -gt $((PAGES / 2))
hog verify

log "zswap goes off with pages inside"
hog dirty:3 out
set_sysfs $ZSWAP/enabled 0
hog verify dirty:2 out verify

log "the module in front of a zswap that is on"
swap_off "$DISK1"
set_faulty registered 0
set_faulty priority 1
set_sysfs $ZSWAP/enabled 1
swap_on_again "$DISK1"
set_faulty registered 1
before=$(backend zswap stores)
hog dirty:1 out
expect "pages in the module" "$(faulty pages)" -ge "$PAGES"
expect "stores to zswap" "$(($(backend zswap stores) - before))" -eq 0
hog verify

log "every second page refused by the module goes to zswap"
set_faulty refuse_stores 2
hog dirty:1 out verify
expect "stores to zswap" "$(($(backend zswap stores) - before))" -gt 0
stop_hog
