#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug
# Guarantees: G8
# A backend has the core write some of its pages to the device while it
# continues to store pages. Swapped-out pages are written, pages that are also
# in memory are marked dirty, and pages in use stay.

. ./functions.sh
start "a backend gives pages back"

# evict NUMBER [FIRST] - pages held in the first area, or slots; evicted has the outcome
evict() {
	set_faulty evict "$TYPE $1" 2>/dev/null
}

TYPE=0
swap_on "$DISK1"
load_faulty
start_hog
hog fill out
written=$(vmstat pswpout)
held=$(faulty pages)
expect "pages in the backend" "$held" -ge "$PAGES"

log "a few of them"
evict 40 || die "evict"
expect "pages evicted" "$(faulty evicted)" -eq 40
expect "pages in the backend" "$(faulty pages)" -eq $((held - 40))
expect "pages written" "$(($(vmstat pswpout) - written))" -ge 40

log "all of them, which are all on the device then"
evict 1000000 || die "evict"
flush_slots
expect "pages in the backend" "$(faulty pages)" -le $((PAGES / 4))
read_before=$(vmstat pswpin)
hog verify
expect "pages of the hog read from the device" "$(($(vmstat pswpin) - read_before))" \
	-ge $((PAGES * 3 / 4))
expect_text "state" "$(backend faulty state)" attached

log "pages in the swap cache"
hog dirty:1 out verify
evict 1000000 || die "evict"
flush_slots
expect "pages in the backend" "$(faulty pages)" -le $((PAGES / 4))
hog verify out verify

log "slots of which the backend has no page are passed over"
set_faulty refuse_stores 2
hog dirty:1 out
set_faulty refuse_stores 0
held=$(faulty pages)
loads=$(faulty loads)
expect "pages in the backend" "$held" -ge $((PAGES / 3))
evict "$((SWAP_KB / 4 + 100)) 1" || die "evict"
expect "pages evicted" "$(faulty evicted)" -ge $((held * 3 / 4))
expect "loads for that" "$(($(faulty loads) - loads))" -le "$held"
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
hog verify

log "a page that cannot be loaded stays"
hog dirty:1 out
held=$(faulty pages)
set_faulty fail_loads 5
! evict 64 || die "evicted pages that cannot be loaded"
expect "frontswap_evict()" "$(faulty evicted)" -eq -5
expect "pages in the backend" "$(faulty pages)" -eq "$held"
set_faulty fail_loads 0

fail=/sys/block/${DISK1##*/}/make-it-fail
if [ -w "$fail" ] && [ -d /sys/kernel/debug/fail_make_request ]; then
	log "every fifth write fails: the others go, and nothing is lost"
	set_sysfs /sys/kernel/debug/fail_make_request/verbose 0
	set_sysfs /sys/kernel/debug/fail_make_request/interval 1
	set_sysfs /sys/kernel/debug/fail_make_request/probability 20
	set_sysfs /sys/kernel/debug/fail_make_request/times -1
	set_sysfs "$fail" 1
	evict 1000000 || log "frontswap_evict(): $(faulty evicted)"
	set_file "$fail" 0
	expect "pages left" "$(faulty pages)" -gt 0
	expect "pages left" "$(faulty pages)" -lt $((held * 2 / 5))
fi
hog verify
stop_hog
