#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# A CPU goes offline and online while frontswap_compress works: the compressors
# are per CPU.

. ./functions.sh
start "CPU hotplug under a compressing backend"

need_hotplug

log "the backend comes with the CPU off"
load_compress max_pool_percent=50
swap_on "$DISK1"
set_file "$CPU1" 1
run_hog -k text -m "$((MIB / 2))" -j 2

: >"$TMP/run"
: >"$TMP/turns.cpu"
: >"$TMP/errors"
toggle_cpu &
BACKGROUND="$BACKGROUND $!"
run_hog_bg -k mixed -m "$((MIB / 4))" -j 2 -r 100000
turns=0
end=$(($(date +%s) + ${FRONTSWAP_HOTPLUG_SECONDS:-6}))
too_few() {
	[ $turns -lt 2 ] || [ "$(wc -l <"$TMP/turns.cpu")" -lt 2 ]
}

while [ "$(date +%s)" -lt $end ] || { too_few && [ "$(date +%s)" -lt $((end + 60)) ]; }; do
	for name in lz4 lzo; do
		set_compress compressor $name
	done
	turns=$((turns + 1))
done
end_race
set_file "$CPU1" 1
expect "turns" $turns -ge 2
expect "times that the CPU went off" "$(wc -l <"$TMP/turns.cpu")" -ge 2
expect "errors" "$(compress decompress_errors)" -eq 0
run_hog -k text -m "$((MIB / 2))" -j 2
