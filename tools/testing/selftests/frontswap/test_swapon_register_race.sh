#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug kcsan
# Guarantees: G1, G2, G3
# swapon and swapoff of two areas in loops, against registration and
# unregistration in a loop, with pages swapped out and in all the time. The
# backend checks that no init() is missing, doubled, or made for a removed area.

. ./functions.sh
start "swapon and swapoff in a loop against registration"
need_ram_disks

seconds=${FRONTSWAP_RACE_SECONDS:-8}

count_turns() {
	cat "$TMP"/turns.* 2>/dev/null | wc -l
}

# too_few - turns of each
too_few() {
	[ $registered -lt 2 ] || [ $unregistered -lt 2 ] || [ "$(count_turns)" -lt 4 ]
}

: >"$TMP/run"
: >"$TMP/errors"
make_swap "$RAM1"
make_swap "$DISK2"
AREAS="$RAM1 $DISK2"
swap_on "$DISK1" 1
load_faulty registered=0
run_hog_bg -m 2 -j 2 -r 100000 -T $((seconds + 120))
for device in "$RAM1" "$DISK2"; do
	swap_toggle "$device" 5 &
	BACKGROUND="$BACKGROUND $!"
done

registered=0
unregistered=0
end=$(($(date +%s) + seconds))
while [ "$(date +%s)" -lt $end ] || { too_few && [ "$(date +%s)" -lt $((end + 60)) ]; }; do
	set_faulty refuse_stores $((registered / 4 % 2))
	quietly set_faulty registered 1
	attached faulty || continue
	registered=$((registered + 1))
	quietly set_faulty registered 0
	attached faulty || unregistered=$((unregistered + 1))
done
end_race
expect "registrations" "$registered" -ge 2
expect "unregistrations" "$unregistered" -ge 2
expect "turns of swapon and swapoff" "$(count_turns)" -ge 4
expect "wrong calls of the backend" "$(faulty violations)" -eq 0

quietly set_faulty registered 1
swap_off "$DISK1"
expect "init calls" "$(faulty init_calls)" -eq "$(faulty area_calls)"
