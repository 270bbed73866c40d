#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug kcsan
# Guarantees: G5
# The statistics in sysfs agree with the counts of the backend, the totals in
# debugfs change with them, and no page is left when all memory is freed and the
# per-CPU swap slot caches are flushed.

. ./functions.sh
start "counters, totals, and pages that go away"

DEBUGFS=/sys/kernel/debug/frontswap
[ -r $DEBUGFS/loads ] || skip "no debugfs"

total() {
	cat $DEBUGFS/"$1"
}

# same COUNTER [PARAMETER] - of the core, and of the backend
same() {
	expect "$1" "$(backend faulty "$1")" -eq "$(faulty "${2:-$1}")"
}

load_faulty
for file in priority stored_pages stores rejected_stores loads load_errors invalidates; do
	expect "$file" "$(backend faulty $file)" -eq 0
	expect_text "mode of $file" "$(stat -c %a "$FRONTSWAP/faulty/$file")" 444
done
stores=$(total succ_stores)
failed=$(total failed_stores)
loads=$(total loads)
invalidates=$(total invalidates)

swap_on "$DISK1"
start_hog
hog fill out verify
same stores
same loads
same stored_pages pages

set_faulty refuse_stores 1
hog dirty:1 out
set_faulty refuse_stores 0
expect "refused stores" "$(backend faulty rejected_stores)" -ge "$PAGES"
expect "failed stores, total" "$(($(total failed_stores) - failed))" -ge "$PAGES"
hog verify dirty:1 out
expect "stored pages" "$(backend faulty stored_pages)" -ge "$PAGES"
hog drop
stop_hog
flush_slots
expect "stored pages" "$(backend faulty stored_pages)" -eq 0
expect "pages in the backend" "$(faulty pages)" -eq 0
expect "stores" "$(backend faulty stores)" -eq "$(backend faulty invalidates)"

expect "succ_stores" "$(($(total succ_stores) - stores))" -eq "$(backend faulty stores)"
expect "loads" "$(($(total loads) - loads))" -eq "$(backend faulty loads)"
expect "invalidates" "$(($(total invalidates) - invalidates))" -eq "$(backend faulty invalidates)"

kept=$(total succ_stores)
set_faulty registered 0
expect "succ_stores lost with the backend" "$((kept - $(total succ_stores)))" -eq 0
