#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Guarantees: G3
# A CPU goes offline and online while backends register and unregister, with
# pages swapped out and in: registration patches code and takes the CPU hotplug
# lock, and counters and gates are per CPU.

. ./functions.sh
start "CPU hotplug during registration"

need_hotplug
set_file "$CPU1" 1

: >"$TMP/run"
: >"$TMP/turns.cpu"
: >"$TMP/errors"
swap_on "$DISK1"
load_faulty registered=0
run_hog_bg -m 2 -r 100000
toggle_cpu &
BACKGROUND="$BACKGROUND $!"
turns=0
registered=0
unregistered=0
end=$(($(date +%s) + ${FRONTSWAP_HOTPLUG_SECONDS:-6}))
too_few() {
	[ $registered -lt 2 ] || [ $unregistered -lt 2 ] || [ "$(wc -l <"$TMP/turns.cpu")" -lt 2 ]
}

while [ "$(date +%s)" -lt $end ] || { too_few && [ "$(date +%s)" -lt $((end + 60)) ]; }; do
	set_faulty refuse_stores $((turns % 2))
	quietly set_faulty registered 1
	attached faulty && registered=$((registered + 1))
	quietly set_faulty registered 0
	attached faulty || unregistered=$((unregistered + 1))
	turns=$((turns + 1))
done
end_race
set_file "$CPU1" 1
expect "registrations" $registered -ge 2
expect "unregistrations" $unregistered -ge 2
expect "times that the CPU went off" "$(wc -l <"$TMP/turns.cpu")" -ge 2

set_faulty refuse_stores 0
quietly set_faulty registered 1
run_hog -m "$MIB"
expect "pages not given back" "$(($(backend faulty stored_pages) - $(faulty pages)))" -eq 0
