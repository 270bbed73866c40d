#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A CPU goes off and on while backends register and unregister, with pages going in
# and out: registration patches code and takes the CPU hotplug lock, and the
# counters and gates are per CPU.

. ./functions.sh
start "CPU hotplug during registration"

cpu=/sys/devices/system/cpu/cpu1/online
[ -w $cpu ] || skip "no CPU to switch off"
set_file $cpu 0 || skip "the CPU cannot be switched off"
set_file $cpu 1

toggle() {
	while [ -e "$TMP/run" ]; do
		quietly set_file $cpu 0
		quietly set_file $cpu 1
	done
}

: >"$TMP/run"
swap_on "$DISK1"
load_faulty registered=0
run_hog_behind -m 2 -r 100000
toggle &
toggler=$!
BACKGROUND="$BACKGROUND $toggler"
turns=0
end=$(($(date +%s) + ${FRONTSWAP_HOTPLUG_SECONDS:-6}))
while [ "$(date +%s)" -lt $end ]; do
	set_faulty refuse_stores $((turns % 2))
	quietly set_faulty registered 1
	quietly set_faulty registered 0
	turns=$((turns + 1))
done
rm "$TMP/run"
wait $toggler
set_file $cpu 1
quietly kill -0 "$BEHIND" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$BEHIND"
expect "turns" $turns -ge 2

set_faulty refuse_stores 0
quietly set_faulty registered 1
run_hog -m "$MIB"
expect "pages not given back" "$(($(backend faulty stored_pages) - $(faulty pages)))" -eq 0
