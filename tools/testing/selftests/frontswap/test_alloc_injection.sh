#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Each allocation that attaching, detaching and registering a backend makes fails once, the
# first, the second, and so on, by /proc/self/fail-nth. Either the attempt
# succeeds all the same, or it fails and the backend is as it was; pages that are
# in use meanwhile come back right. (Promise 12, and DESIGN's list of races.)

. ./functions.sh
start "each allocation of attaching and draining fails once"

[ -w /proc/self/fail-nth ] || skip "no fault injection: CONFIG_FAULT_INJECTION"
tune /sys/kernel/debug/failslab/ignore-gfp-wait N
tune /sys/kernel/debug/fail_page_alloc/ignore-gfp-wait N
tune /sys/kernel/debug/failslab/verbose 0
tune /sys/kernel/debug/fail_page_alloc/verbose 0

# failing_write N FILE VALUE - sets LEFT: N or less if the N-th allocation was not reached
failing_write() {
	echo "$1" >"/proc/self/fail-nth"
	quietly set_file "$2" "$3"
	wrote=$?
	read -r LEFT <"/proc/self/fail-nth"
	echo 0 >"/proc/self/fail-nth"
	return $wrote
}

# each_fails WHAT VALUE STATE OTHER-STATE
each_fails() {
	nth=1
	failed=0
	while [ $nth -lt 400 ]; do
		if failing_write $nth "$FRONTSWAP/faulty/enabled" "$2"; then
			expect_state="$3"
		else
			failed=$((failed + 1))
			expect_state="$4"
		fi
		[ "$LEFT" -eq 0 ] || break
		state=$(backend faulty state)
		case "$state" in
		"$expect_state") ;;
		load-only) [ "$2" = 0 ] || die "$1, allocation $nth: $state" ;;
		*) die "$1, allocation $nth: $state, not $expect_state" ;;
		esac
		set_file "$FRONTSWAP/faulty/enabled" $((1 - $2)) || die "not undone"
		[ "$2" = 1 ] || hog dirty:64 out >/dev/null
		nth=$((nth + 1))
	done
	expect "$1: allocations that failed in turn" $nth -gt 3
	expect "$1: attempts that failed" $failed -gt 0
}

swap_on "$DISK1"
load_faulty
start_hog
hog fill out
each_fails "draining" 0 detached attached
hog verify
set_file "$FRONTSWAP/faulty/enabled" 0 || die "not detached"
each_fails "attaching" 1 attached detached
hog verify dirty:1 out verify

log "registering"
failed=0
nth=1
set_faulty registered 0 || die "faulty: not unregistered"
while [ $nth -lt 400 ]; do
	if failing_write $nth "$FAULTY/registered" 1; then
		attached faulty || die "registering, allocation $nth: not attached"
	else
		failed=$((failed + 1))
		[ ! -e "$FRONTSWAP/faulty" ] || die "registering, allocation $nth: it is there"
	fi
	[ "$LEFT" -eq 0 ] || break
	set_faulty registered 0 || die "not undone"
	nth=$((nth + 1))
done
expect "registering: attempts that failed" $failed -gt 3
attached faulty || die "not registered in the end"
hog dirty:1 out verify
stop_hog
