#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G8
# A page that cannot be moved makes detaching fail with the error, after all
# other pages have been moved. No page is lost: the backend retains the remaining
# pages and serves loads, but rejects stores until it is enabled again or drained
# to the end.

. ./functions.sh
start "a drain that fails"

swap_on "$DISK1"
load_faulty
start_hog
hog fill out
set_faulty fail_loads 5
if set_file "$FRONTSWAP/faulty/enabled" 0 2>"$TMP/error"; then
	die "detached although its pages cannot be read"
fi
grep -qi "input/output error\|I/O error" "$TMP/error" || die "not EIO: $(cat "$TMP/error")"
expect_log 'frontswap: faulty: not detached: [0-9]+ page\(s\) left \(-5\)'
expect_text "state" "$(backend faulty state)" load-only
expect "pages in the backend" "$(faulty pages)" -ge "$PAGES"
! unload test_frontswap 2>/dev/null || die "unloaded with pages inside"

log "its pages can be read again"
set_faulty fail_loads 0
stores=$(backend faulty stores)
hog verify dirty:2 out verify
expect "pages taken meanwhile" "$(($(backend faulty stores) - stores))" -eq 0

log "enabled again"
set_file "$FRONTSWAP/faulty/enabled" 1 || die "not enabled"
expect_text "state" "$(backend faulty state)" attached
hog dirty:1 out
expect "pages taken now" "$(($(backend faulty stores) - stores))" -ge "$PAGES"

log "and drained to the end"
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
expect "pages left in the backend" "$(faulty pages)" -eq 0
hog verify

fail=/sys/block/${DISK1##*/}/make-it-fail
if ! [ -w "$fail" ] || ! [ -d /sys/kernel/debug/fail_make_request ]; then
	log "no failing device: CONFIG_FAIL_MAKE_REQUEST"
	stop_hog
	exit 0
fi
log "the device fails some of the writes"
set_file "$FRONTSWAP/faulty/enabled" 1 || die "not enabled"
hog dirty:1 out
fail_some_writes "$fail"
! quietly set_file "$FRONTSWAP/faulty/enabled" 0 || die "detached although writes have failed"
set_file "$fail" 0
expect "drains that failed" "$(log_count 'faulty: not detached: .*\(-5\)')" -eq 2
expect "pages left in the backend" "$(faulty pages)" -gt 0
expect "pages left in the backend" "$(faulty pages)" -le $((PAGES / 2))
hog verify
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
expect "pages left in the backend" "$(faulty pages)" -eq 0
hog verify
stop_hog
