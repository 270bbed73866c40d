#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# guests: normal
# An area that is switched on with discard: slots that are freed are discarded while others are
# being written back to. None is discarded that holds a page.

. ./functions.sh
start "an area with discard"

discards() {
	awk '{ print $12 }' "/sys/block/${DISK1##*/}/stat"
}

# Only where blocks are not looked for one by one are they discarded when they are freed.
tune "/sys/block/${DISK1##*/}/queue/rotational" 0
make_swap "$DISK1"
AREAS=$DISK1
swapon -d "$DISK1" || skip "no discard"
expect_log "Adding .*swap on $DISK1.* SSDs"
before=$(discards)
load_compress max_pool_percent=50 max_bytes=1M
run_hog_behind -k mixed -m "$((MIB / 2))" -r 1000 fill out verify dirty:2 out verify drop
start_hog -k text
for round in 1 2 3; do
	log "round $round"
	hog fill out verify dirty:2 out verify drop
done
stop_hog
some_discards() { [ "$(discards)" -gt "$before" ]; }
loop_until 10 some_discards || die "nothing is discarded"
expect "pages written back" "$(compress written_back_pages)" -gt 0
quietly kill -0 "$BEHIND" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$BEHIND"
# The kernel counts rotating areas, and asks each again when it goes.
swap_off "$DISK1"
