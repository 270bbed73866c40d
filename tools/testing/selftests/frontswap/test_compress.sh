#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# frontswap_compress is loaded on a machine that is swapping, on a disk and on a
# RAM disk, drained, attached again, unloaded and loaded again with pages
# inside.

. ./functions.sh
start "a compressing backend comes and goes"

check_empty() {
	left=$(compress_empty) || die "$left"
}

# on_device DEVICE - which is swapped on
on_device() {
	start_hog -k text
	hog fill out
	load_compress max_pool_percent=50
	hog verify dirty:1 out
	expect "pages stored" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))
	expect_text "pages that the core knows of" "$(backend compress stored_pages)" \
		"$(compress stored_pages)"
	expect "compressed bytes" "$(compress compressed_bytes)" -le $((PAGES * 3500))
	expect "bytes of the pool" "$(compress pool_bytes)" -ge "$(compress compressed_bytes)"
	expect "bytes of the index" "$(compress index_bytes)" -ge $((PAGES * 16))
	hog verify dirty:2 out fork:2 verify

	log "drained, and attached again"
	hog dirty:1 out
	set_file "$FRONTSWAP/compress/enabled" 0 || die "cannot be drained"
	check_empty
	hog verify dirty:1 out
	expect "pages stored" "$(compress stored_pages)" -eq 0
	set_file "$FRONTSWAP/compress/enabled" 1 || die "cannot be attached"
	hog verify dirty:1 out
	expect "pages stored" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))

	log "unloaded with pages inside, and loaded again"
	set_file "$FRONTSWAP/compress/enabled" 0 || die "cannot be drained"
	unload frontswap_compress || die "cannot be unloaded"
	load_compress
	hog verify dirty:1 out verify
	stop_hog
	swap_off "$1"
	check_empty
	set_file "$FRONTSWAP/compress/enabled" 0 || die "cannot be drained"
	unload frontswap_compress || die "cannot be unloaded"
}

need_ram_disks
# Other tests have it on a disk, too.
if ! slow_kernel; then
	swap_on "$DISK1"
	on_device "$DISK1"
fi
swap_on "$RAM1"
on_device "$RAM1"

log "two areas at once"
load_compress
swap_on "$DISK1" 5
swap_on_again "$RAM1" 5
run_hog -m "$((MIB / 2))" -j 2
swap_off "$RAM1"
run_hog -m "$((MIB / 2))" -j 2
swap_off "$DISK1"
check_empty
