#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G4 G7 G8
# Compressed RAM, then a block device, then the swap device: what is old moves down, at the
# limit, on request and by age.

. ./functions.sh
start "tiers"
need_ram_disks

KIND=text
limit=$((PAGES * 1024 / 4))
load_bdev
load_compress max_bytes=$limit accept_threshold_percent=50
swap_on "$DISK1"

# few_written SINCE - hardly a page has gone to the swap device
few_written() {
	expect "pages on the swap device" $(($(vmstat pswpout) - $1)) -lt $((PAGES / 10))
}

moved_down() {
	[ "$(bdev far stored_pages)" -gt $((PAGES / 4)) ]
}

# fill_up - more than the pool may hold, until pages have moved down
fill_up() {
	hog fill out
	hog dirty:1 out
	loop_until 20 moved_down || die "$(bdev far stored_pages) pages have moved"
}

# moved - from compress, and to the next tier
moved() {
	echo "$(backend compress moved_out) $(backend far moved_in)"
}

# column BACKEND NAME - of the table of the backends
column() {
	awk -v b="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
		$1 == b { print $c }' /sys/kernel/debug/frontswap/backends
}

log "two tiers"
add_bdev "$RAM2" name=far write_through=0 priority=-1
start_hog
before=$(vmstat pswpout)
fill_up
expect "pages written back" "$(compress written_back_pages)" -gt 0
few_written "$before"
hog verify dirty:2 out verify
still() {
	before=$(backend far moved_in)
	sleep 0.3
	[ "$(backend far moved_in)" = "$before" ]
}
loop_until 20 still || die "pages move for ever"
[ ! -e /sys/kernel/debug/frontswap ] || {
	tiers=$(awk '$1 != "zswap" { print $1 }' /sys/kernel/debug/frontswap/backends)
	expect_text "order of tiers" "$(echo "$tiers" | paste -sd' ')" "backend compress far"
	expect "pages moved to far" "$(column far moved_in)" -gt 0
	expect "pages of far" "$(column far stores)" -ge "$(column far moved_in)"
	expect "pages of compress" "$(column compress moved_out)" -ge "$(column far moved_in)"
	expect_text "state of far" "$(column far state)" "$(backend far state)"
}

log "by hand"
set_compress max_bytes 0
hog dirty:1 out
read -r out in <<-EOF
	$(moved)
EOF
before=$(vmstat pswpout)
stores=$(backend far stores)
written=$(compress written_back_pages)
set_file "$COMPRESS_STATS/writeback_pages" $((PAGES / 8)) || die "no pages written back"
expect "pages written back" $(($(compress written_back_pages) - written)) -ge $((PAGES / 8))
expect "pages stored below" $(($(backend far stores) - stores)) -gt 0
few_written "$before"
read -r out2 in2 <<-EOF
	$(moved)
EOF
expect "pages moved out" $((out2 - out)) -ge $((PAGES / 8))
expect "pages moved in" $((in2 - in)) -ge $((PAGES / 10))
expect "pages stored below" $(($(backend far stores) - stores)) -ge $((in2 - in))
hog verify

log "by age"
began=$(now_ms)
hog dirty:1 out
age=$((($(now_ms) - began) / 1000 + 4))
before=$(vmstat pswpout)
stores=$(backend far stores)
aged_out() { [ $(($(backend far stores) - stores)) -ge $((PAGES / 2)) ]; }
set_compress max_age $age
! aged_out || die "moved at once"
loop_until $((age + 20)) aged_out || die "$(($(backend far stores) - stores)) pages have moved"
set_compress max_age 0
few_written "$before"
hog verify

log "to the swap device"
hog dirty:1 out
set_compress demote N
stores=$(backend far stores)
set_file "$COMPRESS_STATS/writeback_pages" $((PAGES / 8)) || die "no pages written back"
expect "pages stored below" $(($(backend far stores) - stores)) -eq 0
set_compress demote Y
hog verify

log "drained downwards"
hog dirty:1 out
load_faulty priority=200
before=$(vmstat pswpout)
set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
few_written "$before"
expect "pages stored above" "$(faulty stores)" -eq 0
set_faulty registered 0
hog verify
set_file "$FRONTSWAP/compress/enabled" 1 || die "not attached"
remove_bdev far
hog verify

log "a tier that writes through"
set_compress max_bytes $limit
add_bdev "$RAM2" name=far priority=-1
before=$(vmstat pswpout)
fill_up
expect "pages on the swap device" $(($(vmstat pswpout) - before)) -ge $((PAGES / 4))
set_file "$FRONTSWAP/far/enabled" abandon || die "not abandoned"
hog verify
stop_hog
remove_bdev far

fail=/sys/block/${DISK1##*/}/make-it-fail
if ! [ -w "$fail" ] || ! [ -d /sys/kernel/debug/fail_make_request ]; then
	log "no failing device: CONFIG_FAIL_MAKE_REQUEST"
	exit 0
fi
log "the device fails some of the writes: each page is in one backend"
set_file "$FRONTSWAP/compress/enabled" 0 || die "not detached"
set_faulty priority 0
set_faulty registered 1
add_bdev "$RAM2" name=far priority=-1
start_hog
hog fill out
pages=$(backend faulty stored_pages)
fail_some_writes "$fail"
! quietly set_file "$FRONTSWAP/faulty/enabled" 0 || die "detached although writes have failed"
set_file "$fail" 0
left=$(backend faulty stored_pages)
expect "pages left" "$left" -gt 0
expect "pages in both" $((left + $(backend far stored_pages))) -le "$pages"
hog verify dirty:2 out verify
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
hog verify
stop_hog
remove_bdev far
