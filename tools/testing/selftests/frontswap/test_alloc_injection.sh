#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G8, G12
# Fail each allocation of attaching, detaching and registering a backend once:
# the first, the second, and so on, by /proc/self/fail-nth. Either the attempt
# succeeds all the same, or it fails and the backend is unchanged. Pages in use
# meanwhile return with the right bytes.

. ./functions.sh
start "each allocation of attaching and draining fails once"

[ -w /proc/self/fail-nth ] || skip "no fault injection: CONFIG_FAULT_INJECTION"
set_sysfs /sys/kernel/debug/failslab/ignore-gfp-wait N
set_sysfs /sys/kernel/debug/fail_page_alloc/ignore-gfp-wait N
set_sysfs /sys/kernel/debug/failslab/verbose 0
set_sysfs /sys/kernel/debug/fail_page_alloc/verbose 0

# failing_write N FILE VALUE - sets LEFT: N or less if the N-th allocation was not reached
failing_write() {
	echo "$1" >"/proc/self/fail-nth"
	quietly set_file "$2" "$3"
	wrote=$?
	read -r LEFT <"/proc/self/fail-nth"
	echo 0 >"/proc/self/fail-nth"
	return $wrote
}

state() {
	if [ -e "$FRONTSWAP/faulty" ]; then backend faulty state; else echo absent; fi
}

# each_fails WHAT FILE VALUE STATE OTHER-STATE
each_fails() {
	set_file "$2" $((1 - $3)) || die "$1: it cannot begin"
	nth=1
	failed=0
	while [ $nth -lt 400 ]; do
		if failing_write $nth "$2" "$3"; then
			expect_state="$4"
		else
			failed=$((failed + 1))
			expect_state="$5"
		fi
		[ "$LEFT" -eq 0 ] || break
		state=$(state)
		case "$state" in
		"$expect_state") ;;
		load-only) [ "$3" = 0 ] || die "$1, allocation $nth: $state" ;;
		*) die "$1, allocation $nth: $state, not $expect_state" ;;
		esac
		set_file "$2" $((1 - $3)) || die "not undone"
		[ "$3" = 1 ] || hog dirty:64 out >/dev/null
		nth=$((nth + 1))
	done
	expect "$1: allocations that failed in turn" $nth -gt 3
	expect "$1: attempts that failed" $failed -gt 0
}

swap_on "$DISK1"
load_faulty
start_hog
hog fill out
each_fails "draining" "$FRONTSWAP/faulty/enabled" 0 detached attached
hog verify
each_fails "attaching" "$FRONTSWAP/faulty/enabled" 1 attached detached
hog verify dirty:1 out verify

each_fails "registering" "$FAULTY/registered" 1 attached absent
expect "registering: attempts that failed" $failed -gt 3
attached faulty || die "not registered in the end"
hog dirty:1 out verify
stop_hog
