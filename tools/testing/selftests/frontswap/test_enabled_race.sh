#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G8, G9
# Two administrators, or two units that start at the same time, write 0 and 1 to
# the same enabled file, while a third loads and unloads the module. No order
# loses a page.

. ./functions.sh
start "several who switch the same backend"

# switch VALUE - until the end of the test
switch() {
	while [ -e "$TMP/run" ]; do
		! quietly set_file "$FRONTSWAP/compress/enabled" "$1" || echo >>"$TMP/turns.$1"
	done
}

reload() {
	while [ -e "$TMP/run" ]; do
		quietly rmmod frontswap_compress || continue
		echo >>"$TMP/turns.reload"
		modprobe frontswap_compress 2>>"$TMP/errors"
	done
}

: >"$TMP/run"
: >"$TMP/errors"
load_compress
swap_on "$DISK1"
run_hog_bg -k mixed -m "$((MIB / 4))" -j 2 -r 100000
for turn in "switch 0" "switch 1" reload; do
	$turn &
	BACKGROUND="$BACKGROUND $!"
done
least=10
! slow_kernel || least=4
late=$(($(date +%s) + 30))
happened() {
	[ "$(date +%s)" -lt $late ] || least=2
	for turn in 0 1 reload; do
		[ "$(wc -l <"$TMP/turns.$turn")" -ge $least ] || return 1
	done
}
loop_until 40 happened 2>/dev/null || die "turns: $(wc -l "$TMP"/turns.*)"
end_race
log "turns: $(cd "$TMP" && wc -l turns.* | tr '\n' ' ')"
set_file "$FRONTSWAP/compress/enabled" 1 || die "cannot be attached"
run_hog -k text -m "$MIB" fill out
expect "pages stored" "$(backend compress stores)" -ge $((PAGES * 9 / 10))
