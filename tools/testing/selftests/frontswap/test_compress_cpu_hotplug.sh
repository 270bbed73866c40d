#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A CPU goes off and on while frontswap_compress works: its compressors are per CPU.

. ./functions.sh
start "CPU hotplug under a compressing backend"

cpu=/sys/devices/system/cpu/cpu1/online
[ -w $cpu ] || skip "no CPU to switch off"
set_file $cpu 0 || skip "the CPU cannot be switched off"

log "the backend comes with the CPU off"
load_compress max_pool_percent=50
swap_on "$DISK1"
set_file $cpu 1
run_hog -k text -m "$((MIB / 2))" -j 2

toggle() {
	while [ -e "$TMP/run" ]; do
		quietly set_file $cpu 0
		quietly set_file $cpu 1
	done
}

: >"$TMP/run"
toggle &
toggler=$!
BACKGROUND="$BACKGROUND $toggler"
run_hog_behind -k mixed -m "$((MIB / 4))" -j 2 -r 100000
turns=0
end=$(($(date +%s) + ${FRONTSWAP_HOTPLUG_SECONDS:-6}))
while [ "$(date +%s)" -lt $end ]; do
	for name in lz4 lzo; do
		set_compress compressor $name
	done
	turns=$((turns + 1))
done
rm "$TMP/run"
wait $toggler
set_file $cpu 1
quietly kill -0 "$BEHIND" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
stop_process "$BEHIND"
expect "turns" $turns -ge 2
expect "errors" "$(compress decompress_errors)" -eq 0
run_hog -k text -m "$((MIB / 2))" -j 2
