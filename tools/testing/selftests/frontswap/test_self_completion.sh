#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Guarantees: G11
# Backends from forked kernels mark the page uptodate in load(), and some unlock
# the page. The core logs this once, does not repeat it, and the backend works:
# with several readers of the same pages, from the first load on or beginning
# later.

. ./functions.sh
start "a backend that completes pages by itself"
need_ram_disks

completes='frontswap: faulty: load\(\) completes pages by itself; the core does that'

# try_first MODE DEVICE
try_first() {
	log "mode $1 from the first load on, $2"
	swap_on "$2"
	set_faulty complete "$1"
	set_faulty registered 1
	said=$((said + 1))
	run_hog -m "$MIB" -t 4 fill out verify dirty:2 out verify out fork:3
	expect "log lines" "$(log_count "$completes")" -eq $said
	swap_off "$2"
	set_faulty registered 0
}

# try_late MODE DEVICE
try_late() {
	log "mode $1 after some loads, $2"
	swap_on "$2"
	set_faulty complete 0
	set_faulty registered 1
	start_hog -t 4
	hog fill out verify out
	expect "log lines" "$(log_count "$completes")" -eq $said
	set_faulty complete "$1"
	said=$((said + 1))
	hog verify out verify out fork:3 dirty:1 out verify
	expect "log lines" "$(log_count "$completes")" -eq $said
	set_faulty complete 0
	hog out verify
	stop_hog
	swap_off "$2"
	set_faulty registered 0
}

MIB=$((MIB / 2))
PAGES=$((MIB * 256))
said=0
load_faulty registered=0 direct=0
try_first 1 "$DISK1"
try_first 2 "$DISK1"
try_first 2 "$RAM1"
try_late 1 "$DISK1"
try_late 2 "$DISK1"
try_late 2 "$RAM1"

log "failing loads of such a backend"
swap_on "$DISK1"
set_faulty complete 2
set_faulty registered 1
start_hog -b -t 4
hog fill out verify out
set_faulty fail_loads 5
hog_query verify
expect "wrong pages" "$(reply bad)" -eq 0
expect "pages with SIGBUS" "$(reply sigbus)" -ge "$PAGES"
set_faulty fail_loads 0
hog out verify
stop_hog
