#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# A page that cannot be decompressed is an I/O error for the reader, never wrong
# bytes. Draining stops there, and no readable page is lost.

. ./functions.sh
start "a failing decompressor"

FAULT=/sys/kernel/debug/fail_frontswap_decompress
[ -d "$FAULT" ] || load frontswap_compress
[ -d "$FAULT" ] || skip "no fault injection"
set_file "$COMPRESS/max_pool_percent" 50

# fail_next TIMES - so many loads fail, 0 for none
fail_next() {
	echo 0 >$FAULT/verbose
	echo "$1" >$FAULT/times
	echo $((${1} ? 100 : 0)) >$FAULT/probability
}

swap_on "$DISK1"
start_hog -k text -b
hog fill out
fail_next 20
hog_query verify
failed=$(reply sigbus)
expect "pages with SIGBUS" "$failed" -gt 0
expect "pages with wrong bytes" "$(reply bad)" -eq 0
expect "errors" "$(compress decompress_errors)" -eq 20
expect_log "cannot be decompressed"
fail_next 0
hog_query verify
hog fill out
expect "pages stored" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))

log "draining ends at a page that cannot be read"
fail_next 1
quietly set_file "$FRONTSWAP/compress/enabled" 0 && die "drained all the same"
expect "errors" "$(compress decompress_errors)" -eq 21
fail_next 0
hog verify
set_file "$FRONTSWAP/compress/enabled" 0 || die "cannot be drained"
stop_hog
