#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug kcsan
# Guarantees: G8
# Enable and disable three backends, and zswap, in loops on a small, nearly full
# area, in a control group at its limit, while another area is swapped on and
# off. Slots that are freed during the drain are reused at once, which pinned
# slots must withstand. FRONTSWAP_CYCLES=1000 continues until a backend was
# disabled and enabled 1000 times.

. ./functions.sh
start "enabling and disabling in loops on a nearly full area"
need_ram_disks

seconds=${FRONTSWAP_RACE_SECONDS:-8}
cycles=${FRONTSWAP_CYCLES:-0}
limit=$((seconds + HOG_SECONDS / 2 + cycles * 3))

# toggle BACKEND - until the end of the test
toggle() {
	while [ -e "$TMP/run" ]; do
		set_file "$FRONTSWAP/$1/enabled" 0 || echo "disable $1" >>"$TMP/errors"
		set_file "$FRONTSWAP/$1/enabled" 1 || echo "enable $1" >>"$TMP/errors"
		echo >>"$TMP/turns.$1"
	done
}

turns() {
	for turns_name in $backends; do
		cat "$TMP/turns.$turns_name"
	done | wc -l
}

pages_verified() {
	awk '/^verify:/ { sub(/.*pages=/, ""); n += $1 + 0 } END { print n + 0 }' "$TMP/behind"
}

# too_few - turns of anybody, pages that were compared, or stores
too_few() {
	[ "$(turns)" -ge "$cycles" ] && [ "$(pages_verified)" -gt 0 ] || return 0
	for few_name in $backends "${DISK2##*/}"; do
		[ "$(wc -l <"$TMP/turns.$few_name")" -ge 3 ] || return 0
	done
	for few_name in $backends; do
		[ "$(backend "$few_name" stores)" -gt 0 ] || return 0
	done
	return 1
}

# disturbed - nothing but the end of the test is to come
disturbed() {
	[ -s "$TMP/errors" ] || ! quietly kill -0 "$HOG_BG"
}

: >"$TMP/run"
: >"$TMP/errors"
make_swap "$DISK2"
AREAS="$DISK2"
load_faulty load_delay_ms=0
load_ram 1000
backends="faulty ram"
if have_module frontswap_compress; then
	load_compress max_bytes=1M
	backends="$backends compress"
fi
if [ -d "$FRONTSWAP/zswap" ]; then
	backends="$backends zswap"
	set_sysfs $ZSWAP/enabled 1
fi
# Room for the hogs and little more.
SWAP_KB=$((4 * 2048 * 9 / 8 + 1024))
swap_on "$RAM1" 1
set_file "$CGROUP/memory.max" $((24 * 1048576))
run_hog_bg -m 2 -j 4 -r 100000 -T $((limit + 90))
: >"$TMP/turns.${DISK2##*/}"
for name in $backends; do
	: >"$TMP/turns.$name"
	toggle "$name" &
	BACKGROUND="$BACKGROUND $!"
done
swap_toggle "$DISK2" 5 &
BACKGROUND="$BACKGROUND $!"

began=$(date +%s)
passed=0
until disturbed || [ $passed -ge $limit ]; do
	[ $passed -lt "$seconds" ] || too_few || break
	sleep 1
	passed=$(($(date +%s) - began))
	[ $((passed % 30)) -ne 0 ] || log "$(turns) cycles in $passed s"
done
end_race
expect "cycles" "$(turns)" -ge "$cycles"
expect "pages verified" "$(pages_verified)" -gt 0
for name in $backends "${DISK2##*/}"; do
	expect "turns of $name" "$(wc -l <"$TMP/turns.$name")" -ge 3
done
for name in $backends; do
	expect "stores of $name" "$(backend "$name" stores)" -gt 0
done
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
