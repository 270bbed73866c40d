#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G8, G9
# A backend with pages is drained and detached while the owner of the memory
# uses it. The module can then be unloaded, loaded again, and attached again,
# with a full replay. On a disk, on a RAM disk, and with shared memory.

. ./functions.sh
start "drain, detach, unload and come back"
need_ram_disks

# there_and_back DEVICE OPTION...
there_and_back() {
	area=$1
	shift
	swap_on "$area"
	load_faulty
	start_hog "$@"
	hog fill out
	expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"

	log "drained while everything is swapped out"
	set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
	expect "pages left in the backend" "$(faulty pages)" -eq 0
	expect "stored_pages" "$(backend faulty stored_pages)" -eq 0
	expect_text "enabled" "$(backend faulty enabled)" 0
	expect_text "state" "$(backend faulty state)" detached
	loads=$(faulty loads)
	hog verify
	expect "loads after that" "$(($(faulty loads) - loads))" -eq 0

	log "unloaded and loaded on the swapping machine"
	hog out
	unload test_frontswap || die "rmmod of a detached backend"
	hog verify dirty:1 out
	load_now test_frontswap || die "modprobe"
	expect "init calls of the new one" "$(faulty init_calls)" -eq 1
	hog verify dirty:1 out
	expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"

	log "half of it in memory again, and the swap cache too"
	hog_query dirty:2
	set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
	expect "pages left in the backend" "$(faulty pages)" -eq 0
	hog verify out
	set_file "$FRONTSWAP/faulty/enabled" 1 || die "not attached"
	expect_text "state" "$(backend faulty state)" attached
	hog verify dirty:1 out verify
	expect "stored again" "$(backend faulty stores)" -ge "$PAGES"
	stop_hog

	log "unregistering drains too"
	start_hog "$@"
	hog fill out
	set_faulty registered 0
	expect "pages left in the backend" "$(faulty pages)" -eq 0
	hog verify
	stop_hog
	swap_off "$area"
	expect "wrong calls of the backend" "$(faulty violations)" -eq 0
	unload test_frontswap || die "rmmod"
}

# What goes for a disk is tried with shared memory, too.
slow_kernel || there_and_back "$DISK1"
there_and_back "$RAM1"
there_and_back "$DISK2" -S
