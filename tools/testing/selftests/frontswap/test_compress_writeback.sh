#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# writeback_pages: the requested number of the oldest pages is written to the
# device, of all control groups or of one group, of any age or of a minimum age,
# and at most writeback_rate pages per second.

. ./functions.sh
start "writing back on request"

request() {
	set_file $COMPRESS_STATS/writeback_pages "$1"
}

# moved REQUEST - the pages that go for it, in REPLY
moved() {
	before=$(compress written_back_pages)
	request "$1" || die "writeback_pages does not take $1"
	REPLY=$(($(compress written_back_pages) - before))
	log "$1: $REPLY pages"
}

refused() {
	before=$(compress written_back_pages)
	(request "$1") 2>/dev/null && die "writeback_pages takes '$1'"
	expect "pages that went for '$1'" "$(($(compress written_back_pages) - before))" -eq 0
}

# loads_of_verify - of the pages of the hog, how many the backend had, in REPLY
loads_of_verify() {
	before=$(backend compress loads)
	hog verify
	REPLY=$(($(backend compress loads) - before))
}

OTHER=$cgroup_root/frontswap.$$.other
mkdir "$OTHER" || die "no other control group"
# Readahead brings pages of others in, too.
set_sysfs /proc/sys/vm/page-cluster 0
# Only requests write back then, and not a shortage of memory that the guest may have.
load_compress max_pool_percent=50 writeback=N
swap_on "$DISK1"
start_hog -k text
hog fill out
: >"$TMP/behind"
"$SWAPHOG" -T $((HOG_SECONDS * 2)) -g "$OTHER" -k text -s 2 -m "$((MIB / 2))" fill out sleep:1 \
	verify out sleep:1000 >>"$TMP/behind" 2>&1 &
HOG_BG=$!
BACKGROUND="$BACKGROUND $HOG_BG"
all_stored() {
	[ "$(compress stored_pages)" -ge $((PAGES * 145 / 100)) ] &&
		[ "$(grep -c out "$TMP/behind")" -eq 2 ]
}
loop_until 30 all_stored || die "only $(compress stored_pages) pages are stored"

log "so many, and the oldest"
quarter=$((PAGES / 4))
# Pages of the processes themselves may be swapped out as well.
few=$((PAGES / 32))
moved $quarter
[ "$REPLY" -eq $quarter ] || die "$REPLY pages went, expected $quarter"

log "of one control group"
tenth=$((PAGES / 10))
loads_of_verify
expect "loads of the hog, whose pages are the oldest" "$REPLY" -le $((PAGES * 3 / 4 + few))
expect "loads of the hog" "$REPLY" -ge $((PAGES * 7 / 10))
hog dirty:1 out
moved "$tenth cgroup=/${OTHER##*/}"
[ "$REPLY" -eq $tenth ] || die "$REPLY pages went, expected $tenth"
moved "$tenth cgroup=$(stat -c %i "$OTHER")"
[ "$REPLY" -eq $tenth ] || die "$REPLY pages went by the number, expected $tenth"
moved "1000000 cgroup=/${OTHER##*/}"
expect "pages of the group" "$REPLY" -le $((PAGES / 2 - 2 * tenth + few))
expect "pages of the group" "$REPLY" -ge $((PAGES * 45 / 100 - 2 * tenth))
loads_of_verify
expect "loads of the hog, of another group" "$REPLY" -ge $((PAGES * 9 / 10))
hog dirty:1 out

log "of an age"
moved "1000000 age=1000"
expect "pages of a great age" "$REPLY" -eq 0
# This ends the generation.
moved "1 age=0"
sleep 4
began=$(now_ms)
hog dirty:2 out
moved "1000000 age=$((($(now_ms) - began) / 1000 + 3))"
expect "pages of the age of those not written to" "$REPLY" -ge $((PAGES * 4 / 10))
expect "pages of the age of those not written to" "$REPLY" -le $((PAGES * 6 / 10))
hog verify dirty:1 out

log "not more in a second"
set_compress writeback_rate $tenth || die "no writeback_rate"
began=$(date +%s)
moved $((tenth * 4))
[ "$REPLY" -eq $((tenth * 4)) ] || die "$REPLY pages went"
expect "seconds" $(($(date +%s) - began)) -ge 2
set_compress writeback_rate 0

log "bad requests"
for bad in "" x -1 "5 pages" "5 cgroup=/none-such" "5 cgroup=" "5 age=x" "5 age=-1" 5,5 \
	"5 cgroup=/ cgroup=/"; do
	refused "$bad"
done

moved 1000000
moved 1000000
expect "pages that are left to go" "$REPLY" -eq 0
hog verify
stop_hog
quietly kill -0 "$HOG_BG" || die "the other has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$HOG_BG"
loop_until 5 rmdir "$OTHER" || die "the other group stays"
expect "errors" "$(compress decompress_errors)" -eq 0
