#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# The tests trust swaphog and the test backend. With a backend that flips one
# bit of each page swaphog must report "wrong bytes"; with a backend whose loads
# fail swaphog must report SIGBUS, unless SIGBUS is expected.

. ./functions.sh
start "swaphog finds wrong bytes and lost pages"

# exit_status EXPECTED ARGUMENT... - its words are in OUTPUT: a file may be swapped out, and lost
exit_status() {
	wanted=$1
	shift
	got=0
	OUTPUT=$("$SWAPHOG" -T "$HOG_SECONDS" -g "$CGROUP" -m 1 -k "$KIND" "$@" 2>&1) || got=$?
	expect "exit status with $*" $got -eq "$wanted"
}

# output_has TEXT
output_has() {
	case $OUTPUT in
	*"$1"*) ;;
	*) die "no '$1' in: $OUTPUT" ;;
	esac
}

load_faulty
swap_on "$DISK1"
exit_status 0 fill out verify
set_faulty corrupt 1
# Pages of zeros do not get to the backend where a map is kept of them.
[ "$KIND" = nonzero ] || exit_status 1 -k zero fill out verify
for kind in text rand same mixed; do
	exit_status 1 -k $kind fill out verify
done
exit_status 1 fill out fork:2
# One that would go on for ever ends, as nobody reads what it says in the background.
exit_status 1 -r 1000000 fill out verify
exit_status 1 -j 2 -r 1000000 fill out verify
exit_status 1 -S fill out verify
output_has 'bad=256 sigbus=0'
set_faulty corrupt 0

set_faulty fail_loads 5
exit_status 3 fill out verify
exit_status 0 -b fill out verify
output_has 'bad=0 sigbus=256'
set_faulty fail_loads 0
exit_status 2 nonsense
exit_status 5 on:/dev/null
