#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# The tracepoints exist and fire, with the name of the backend.

. ./functions.sh
start "tracepoints"

TRACEFS=/sys/kernel/tracing
[ -d $TRACEFS/events ] || TRACEFS=/sys/kernel/debug/tracing
[ -d $TRACEFS/events ] || quietly mount -t tracefs none $TRACEFS
[ -d $TRACEFS/events ] || skip "no tracefs"

fired() {
	grep -c "frontswap_$1: name=$2" $TRACEFS/trace
}

for event in register area_attach area_detach store load invalidate; do
	[ -d $TRACEFS/events/frontswap/frontswap_$event ] || die "no tracepoint frontswap_$event"
done
swap_on "$DISK1"
load_faulty registered=0
: >$TRACEFS/trace
echo 1 >$TRACEFS/events/frontswap/enable
set_faulty registered 1
# So few that the first event is still in the buffer at the end.
MIB=2
start_hog
hog fill out verify
hog fill out drop
stop_hog
swap_off "$DISK1"
set_faulty registered 0
set_faulty name a/b
quietly set_faulty registered 1
echo 0 >$TRACEFS/events/frontswap/enable

expect "registrations" "$(fired register 'faulty priority=0 ret=0')" -eq 1
expect "refused registrations" "$(grep -c 'frontswap_register: .*ret=-22' $TRACEFS/trace)" -eq 1
expect "attach" "$(fired area_attach 'faulty type=0')" -eq 1
expect "detach" "$(fired area_detach 'faulty type=0')" -eq 1
for event in store load invalidate; do
	expect "$event" "$(fired $event 'faulty type=0 offset=')" -ge 100
done
: >$TRACEFS/trace
