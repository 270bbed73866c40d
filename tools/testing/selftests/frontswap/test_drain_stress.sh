#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Enable and disable two backends, and zswap, in loops on a small, nearly full area,
# in a control group at its limit, while another area comes and goes. A slot that
# is freed while it is drained is used again at once there, which is what the
# pinning of slots is for. (Promise 8 and its races.)

. ./functions.sh
start "enabling and disabling in loops on a nearly full area"
need_ram_disks

seconds=${FRONTSWAP_RACE_SECONDS:-12}

# toggle BACKEND - until the end of the test
toggle() {
	while [ -e "$TMP/run" ]; do
		set_file "$FRONTSWAP/$1/enabled" 0 || echo "disable $1" >>"$TMP/errors"
		echo >>"$TMP/turns.$1"
		set_file "$FRONTSWAP/$1/enabled" 1 || echo "enable $1" >>"$TMP/errors"
	done
}

: >"$TMP/run"
: >"$TMP/errors"
make_swap "$DISK2"
AREAS="$DISK2"
load_faulty load_delay_ms=0
load_ram 1000
backends="faulty ram"
if [ -d "$FRONTSWAP/zswap" ]; then
	backends="$backends zswap"
	tune $ZSWAP/enabled 1
fi
# Room for the hogs and little more.
SWAP_KB=$((4 * 2048 * 9 / 8 + 1024))
swap_on "$RAM1" 1
set_file "$CGROUP/memory.max" $((24 * 1048576))
run_hog_behind -m 2 -j 4 -r 100000 -T $((seconds + 90))
for name in $backends; do
	toggle "$name" &
	BACKGROUND="$BACKGROUND $!"
done
come_and_go "$DISK2" 5 &
BACKGROUND="$BACKGROUND $!"

sleep "$seconds"
end_race
for name in $backends "${DISK2##*/}"; do
	expect "turns of $name" "$(wc -l <"$TMP/turns.$name")" -ge 3
done
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
