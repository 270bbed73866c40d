#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G8, G12
# Interfaces for other programs: the events in /proc/vmstat, the pool of a
# backend in /proc/meminfo, and the pollable file state. enabled accepts 0 and 1
# only.

. ./functions.sh
start "statistics, and a state that can be waited for"
[ -n "$(vmstat frswpin)" ] || skip "no VM_EVENT_COUNTERS"

# meminfo LINE - in kB
meminfo() {
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

# events - what frswpin, frswpout and frswpwb have gone up by since the last time
events() {
	new_in=$(vmstat frswpin)
	new_out=$(vmstat frswpout)
	new_wb=$(vmstat frswpwb)
	in=$((new_in - ${old_in:-0}))
	out=$((new_out - ${old_out:-0}))
	wb=$((new_wb - ${old_wb:-0}))
	old_in=$new_in
	old_out=$new_out
	old_wb=$new_wb
}

# same_events - as the backend's counters, which were 0 at first
same_events() {
	events
	expect "frswpin" "$in" -eq $(($(backend faulty loads) - ${old_loads:-0}))
	expect "frswpout" "$out" -eq $(($(backend faulty stores) - ${old_stores:-0}))
	old_loads=$(backend faulty loads)
	old_stores=$(backend faulty stores)
}

# watch - state, until end_watch(); the words are in $TMP/states
watch() {
	"$SWAPHOG" "watch:$STATE:60" >"$TMP/states" &
	watcher=$!
	BACKGROUND="$BACKGROUND $watcher"
	loop_until 10 grep -q "watch: ." "$TMP/states" || die "cannot watch $STATE"
}

# told WORD - whoever waits for changes of state has been told of it, last
told() {
	was_told() { grep -q " $1\$" "$TMP/states"; }
	loop_until 20 was_told "$1" || die "nobody was told of $1: $(cat "$TMP/states")"
}

end_watch() {
	stop_process "$watcher"
	log "states: $(cat "$TMP/states")"
}

# refused FILE WORD... - each with EINVAL, and FILE stays as it is
refused() {
	refused_file=$1
	refused_old=$(cat "$1")
	shift
	for refused_word in "$@"; do
		if printf %s "$refused_word" 2>/dev/null >"$refused_file"; then
			die "${refused_file##*/} takes '$refused_word'"
		fi
		[ "$(cat "$refused_file")" = "$refused_old" ] ||
			die "${refused_file##*/} has changed after '$refused_word'"
	done
	log "${refused_file##*/} takes none of: $*"
}

# takes FILE WORD VALUE
takes() {
	printf %b "$2" >"$1" || die "${1##*/} does not take '$2'"
	expect "${1##*/} after '$2'" "$(cat "$1")" -eq "$3"
}

# says FILE WORD
says() {
	[ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

ENABLED=$FRONTSWAP/faulty/enabled
STATE=$FRONTSWAP/faulty/state
pool=$(meminfo Zswap)
zswapped=$(meminfo Zswapped)
[ -n "$pool$zswapped" ] || die "no Zswap and Zswapped in /proc/meminfo"
expect "frswpin" "$(vmstat frswpin)" -ge 0

log "events, and the pool"
swap_on "$DISK1"
load_faulty
events
start_hog
hog fill out
same_events
expect "frswpout" "$out" -ge "$PAGES"
held=$(faulty pages)
expect "Zswap, kB more" "$(($(meminfo Zswap) - pool))" -eq $((held * 4))
expect "Zswapped, kB more" "$(($(meminfo Zswapped) - zswapped))" -eq $((held * 4))
hog verify dirty:3 out
same_events
expect "frswpin" "$in" -ge $((PAGES / 3))
expect "frswpwb" "$wb" -eq 0

log "evictions"
written=$(vmstat pswpout)
set_faulty evict "0 64" || die "evict"
events
expect "frswpwb" "$wb" -eq "$(faulty evicted)"
expect "frswpwb" "$wb" -ge 32
expect "pages written" "$(($(vmstat pswpout) - written))" -ge 1
expect "frswpin" "$in" -eq 0

log "words"
refused "$ENABLED" 10 2 01 -1 on off y n yes "1 " " 1" 0x1 11
refused "$FRONTSWAP/faulty/exclusive_loads" 10 y on
refused "$FRONTSWAP/faulty/large_folios" 00 n off
takes "$ENABLED" 1 1
takes "$ENABLED" '1\n' 1
expect_text "state" "$(cat "$STATE")" attached

log "state, for one who waits for changes"
set_faulty drain_delay_ms 1000
watch
set_file "$ENABLED" 0 &
BACKGROUND="$BACKGROUND $!"
loop_until 20 says "$STATE" draining || die "never draining"
told draining
expect "enabled while it is drained" "$(cat "$ENABLED")" -eq 1
expect "Zswapped, kB more" "$(($(meminfo Zswapped) - zswapped))" -gt 0
set_faulty drain_delay_ms 0
loop_until 20 says "$STATE" detached || die "never detached"
told detached
expect "enabled" "$(cat "$ENABLED")" -eq 0
set_file "$ENABLED" 1 || die "not attached"
told attached
end_watch
expect_text "states" "$(cat "$TMP/states")" "watch: attached draining detached attached"

log "a drain that fails, and one that is interrupted"
hog dirty:1 out
set_faulty fail_loads 5
watch
! quietly set_file "$ENABLED" 0 || die "detached with pages that cannot be loaded"
set_faulty fail_loads 0
expect_text "state" "$(cat "$STATE")" load-only
told load-only
end_watch
set_file "$ENABLED" 1 || die "not attached"
hog verify out
set_faulty drain_delay_ms 1000
set_file "$ENABLED" 0 2>/dev/null &
drainer=$!
loop_until 20 says "$STATE" draining || die "never draining"
kill -KILL $drainer
loop_until 20 says "$STATE" attached || die "not attached again: $(cat "$STATE")"
set_faulty drain_delay_ms 0
hog verify

# written_by GROUP - bytes, all devices together
written_by() {
	sed -n 's/.* wbytes=\([0-9]*\).*/\1/p' "$1/io.stat" | awk '{ n += $1 } END { print n + 0 }'
}

if quietly set_file "$cgroup_root/cgroup.subtree_control" +io; then
	log "the writes of a drain are not those of whoever has asked for it"
	writer=$cgroup_root/frontswap.writer.$$
	mkdir "$writer" || die "no control group"
	hog dirty:1 out
	written=$(vmstat pswpout)
	sh -c 'echo $$ >"$1/cgroup.procs" && echo 0 >"$2"' - "$writer" "$ENABLED"
	drained=$?
	by_writer=$(written_by "$writer")
	loop_until 5 rmdir "$writer" 2>/dev/null || die "the control group stays"
	[ $drained -eq 0 ] || die "not detached"
	expect "pages written" "$(($(vmstat pswpout) - written))" -ge "$PAGES"
	expect "bytes written by the group that asked for it" "$by_writer" -eq 0
	hog verify
else
	log "no control groups for I/O"
fi
stop_hog
set_faulty registered 0
expect "Zswap without the backend, kB more" "$(($(meminfo Zswap) - pool))" -eq 0
expect "Zswapped without the backend, kB more" "$(($(meminfo Zswapped) - zswapped))" -eq 0
