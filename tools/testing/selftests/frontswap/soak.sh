#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# soak.sh [SECONDS [SEED]]
# Everything at once, at random: processes that verify all they read, in a control
# group at its limit, on areas that are nearly full; backends and zswap that are
# enabled, disabled, interrupted, unloaded and loaded again; areas that come and go;
# parameters that change; faults that lose no data; a CPU that goes off and on. What
# each actor does, one thing after the other, follows from SEED.
#
# An action may fail for the reason that it was given, a signal say, and no other.
# Not a test of its own: make soak runs it, and test_soak.sh a short while of it.

. ./functions.sh

seconds=${1:-60}
# shellcheck disable=SC2153 # from the environment
soak_seed=${2:-${SEED:-$(awk 'BEGIN { srand(); print int(rand() * 1000000) }')}}
report=${FRONTSWAP_SOAK_REPORT:-60}
stuck=120

HOGS="plain shared huge threads fork random"
HOG_MIB=2
EINTR='Interrupted system call'
EIO='Input/output error'
ENOMEM='Cannot allocate memory'
EAGAIN='Resource temporarily unavailable'
SHUT='Cannot send after'
AWAY='nonexistent directory|No such|Permission denied'
DEBUGFS=/sys/kernel/debug

# chance

# rand N - sets R to a number below N; the state is each actor's own
rand() {
	STATE=$(((STATE * 1103515245 + 12345) & 0x7fffffff))
	R=$(((STATE >> 8) % $1))
}

# become ACTOR NUMBER - the calling subshell is this actor from now on
become() {
	ACTOR=$1
	STATE=$(((soak_seed * 7919 + $2 * 104729 + 1) & 0x7fffffff))
	rand 2
	rand 2
	ACTION_LOG=$TMP/actions.$ACTOR
	STDERR_LOG=$TMP/output.$ACTOR
	# Opened now: with allocations failing it could not be.
	[ ! -w /proc/self/fail-nth ] || exec 5>/proc/self/fail-nth
}

# msleep MS
msleep() {
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
}

running() {
	[ -e "$TMP/run" ]
}

# actions

# attempt ACTION REASON COMMAND... - REASON: how it may fail, a pattern; empty: not at all
attempt() {
	attempt_action=$1
	attempt_reason=$2
	shift 2
	attempt_outcome=ok
	if ! "$@" >/dev/null 2>"$STDERR_LOG"; then
		attempt_outcome=failed
		if [ -z "$attempt_reason" ] || ! grep -qE "$attempt_reason" "$STDERR_LOG"; then
			attempt_outcome=WRONG
			echo "$ACTOR: $attempt_action: $* failed: $(cat "$STDERR_LOG")" \
				>>"$TMP/errors"
		fi
	fi
	echo "$attempt_action $attempt_outcome" >>"$ACTION_LOG"
	[ "$attempt_outcome" = ok ]
}

# write FILE VALUE
write() {
	echo "$2" >"$1"
}

# injected N FILE VALUE - the N-th allocation, or write to a device, on the way fails
injected() {
	echo "$1" >&5
	write "$2" "$3"
	injected_status=$?
	echo 0 >&5
	return $injected_status
}

# interrupted MS SIGNAL FILE VALUE
interrupted() {
	(echo "$4" >"$3") &
	interrupted_pid=$!
	msleep "$1"
	quietly kill -"$2" $interrupted_pid
	wait $interrupted_pid
	interrupted_status=$?
	[ $interrupted_status -le 128 ] || echo "$EINTR" >&2
	return $interrupted_status
}

# refused COMMAND... - must fail
refused() {
	if "$@"; then
		echo "it was not refused"
		return 1
	fi >&2
	return 0
}

# the backends: one actor for each

# note_stores BACKEND - before its counters go; what comes after that is not counted
note_stores() {
	backend "$1" stores >>"$TMP/stores.$1"
}

reload_ram() {
	attempt rmmod "" rmmod frontswap_ram &&
		attempt modprobe "" load_now frontswap_ram max_pages=$((NUMBER * 40))
}

# A limit of 0 is none.
reload_compress() {
	check_decompression
	attempt rmmod "" rmmod frontswap_compress &&
		attempt modprobe "" load_now frontswap_compress \
			compressor="$(compressor "$NUMBER")" max_bytes=$((NUMBER % 6 * 300))K \
			incompressible_percent=$((NUMBER % 5 * 25))
}

# compressor NUMBER - one of those that this kernel has
compressor() {
	# shellcheck disable=SC2086 # a list
	set -- "$1" $COMPRESSORS
	shift $(($1 % ($# - 1) + 1))
	echo "$1"
}

# check_decompression - a drain that is told to fail may fail there, go on, and succeed
check_decompression() {
	decompress_allowed=$(grep -c '^disable-fault' "$TMP/actions.compress")
	[ "$(compress decompress_errors)" -le "$decompress_allowed" ] ||
		echo "compress: $(compress decompress_errors) errors" >>"$TMP/errors"
}

reload_async() {
	check_async_violations
	attempt rmmod "" rmmod test_frontswap_async || return
	THROUGH=$((NUMBER / 2 % 2))
	attempt modprobe "" load_now test_frontswap_async depth=$((NUMBER % 60 + 4)) \
		priority="$PRIORITY" large="$LARGE" queue=$((NUMBER % 2)) \
		write_through=$THROUGH max_pages=$((NUMBER * 10 + 1)) context=$((NUMBER % 5))
}

check_async_violations() {
	[ "$(async violations)" -eq 0 ] || echo "async: broken contract" >>"$TMP/errors"
}

# Requests end in another context, later, in another order, and some of them badly.
change_async() {
	case $((NUMBER % 8)) in
	0) attempt context "" write $ASYNC/context $((NUMBER / 8 % 5)) ;;
	1) attempt delay_us "" write $ASYNC/delay_us $((NUMBER * 20)) ;;
	2) attempt jitter_us "" write $ASYNC/jitter_us $((NUMBER * 20)) ;;
	3) attempt fail_stores "" write $ASYNC/fail_stores $((NUMBER / 8 % 9)) ;;
	4) attempt refuse_stores "" write $ASYNC/refuse_stores $((NUMBER / 8 % 9)) ;;
	5) hold_async ;;
	*) lose_async ;;
	esac
}

# Requests that do not end for a while.
hold_async() {
	attempt hold "" write $ASYNC/hold 1
	msleep "$DELAY"
	attempt unhold "" write $ASYNC/hold 0
}

# What is written through is not lost with the backend, nor with a load that is late.
lose_async() {
	[ "${THROUGH:-0}" = 1 ] || return 0
	if [ $((NUMBER % 8)) = 6 ]; then
		attempt deadline "" write $FRONTSWAP/async/deadline_ms $((NUMBER / 8 + 1))
		return
	fi
	[ $((NUMBER / 8 % 2)) = 0 ] || attempt hold "" write $ASYNC/hold 1
	attempt abandon "" write $FRONTSWAP/async/enabled abandon
	attempt unhold "" write $ASYNC/hold 0
	note_stores async
	attempt release "" loop_until 20 async_is_released
	reload_async
}

async_is_released() {
	[ "$(first_line /sys/module/test_frontswap_async/refcnt)" = 0 ]
}

# What is written through is not read from here again. A limit of 0 is none. Writes
# may fail: the ram disk allocates memory for them, and drains are told to fail.
reload_bdev() {
	check_bdev_errors
	attempt remove "" write $BDEV/remove bdev || return
	[ $((NUMBER % 3)) != 0 ] || ! attempt rmmod "" rmmod frontswap_bdev ||
		attempt modprobe "" load_now frontswap_bdev
	attempt add "" write $BDEV/add "/dev/ram2 name=bdev priority=$PRIORITY \
write_through=$LARGE in_flight=$((NUMBER % 60 + 4)) max_bytes=$((NUMBER * 20))K"
}

check_bdev_errors() {
	[ "$(bdev bdev crc_errors)" = 0 ] || echo "bdev: wrong bytes" >>"$TMP/errors"
}

# A backend that completes pages by itself must not claim that it does not.
# Its priority is below, among or above those of all others.
faulty_manner() {
	rand 3
	COMPLETE=$R
	DIRECT=$((COMPLETE == 0))
	rand 3
	PRIORITY=$(((R - 1) * 101))
	rand 2
	LARGE=$R
}

reload_faulty() {
	check_violations
	attempt rmmod "" rmmod test_frontswap &&
		attempt modprobe "" load_now test_frontswap direct="$DIRECT" \
			complete="$COMPLETE" priority="$PRIORITY" large="$LARGE"
}

check_violations() {
	[ "$(faulty violations)" -eq 0 ] || echo "faulty: broken contract" >>"$TMP/errors"
}

# The other way of coming and going: by the module's own calls.
reregister_faulty() {
	note_stores faulty
	case $((NUMBER % 3)) in
	0) attempt unregister "" write $FAULTY/registered 0 ;;
	1) attempt unregister-signal "$EINTR" interrupted "$DELAY" TERM $FAULTY/registered 0 ;;
	2) attempt unregister-fault "$ENOMEM|$EIO" injected $((NUMBER + 1)) $FAULTY/registered 0 ;;
	esac
	# A signal may come when all has been done.
	[ "$(faulty registered)" = N ] || return
	check_violations
	register_faulty
}

register_faulty() {
	set_faulty direct "$DIRECT"
	set_faulty complete "$COMPLETE"
	set_faulty priority "$PRIORITY"
	set_faulty large "$LARGE"
	if [ $((NUMBER % 2)) = 0 ]; then
		! attempt register-fault "$ENOMEM" injected $((NUMBER / 2 + 1)) \
			$FAULTY/registered 1 || return 0
	fi
	attempt register "" write $FAULTY/registered 1
}

reload() {
	attempt disable "" write "$SWITCH" 0 || return
	note_stores "$ACTOR"
	case $ACTOR in
	zswap) attempt enable "" write "$SWITCH" 1 ;;
	*) "reload_$ACTOR" ;;
	esac
}

# What a backend does besides.
other_turn() {
	case $ACTOR in
	faulty) reregister_faulty ;;
	async) change_async ;;
	bdev) attempt limit "" write $BDEV/bdev/limit_bytes $((NUMBER * 20 + 1))K ;;
	compress)
		attempt compressor-fault "$ENOMEM|No such" injected $((NUMBER / 4 + 1)) \
			$COMPRESS/compressor "$(compressor "$NUMBER")"
		;;
	*) reload ;;
	esac
}

backend_turn() {
	rand 100
	what=$R
	rand 200
	NUMBER=$R
	rand 150
	DELAY=$R
	rand 300
	PAUSE=$R
	faulty_manner
	case $what in
	?) attempt unload-attached "" unload_attached ;;
	1? | 2?) attempt disable "" write "$SWITCH" 0 ;;
	3? | 4? | 5?) attempt enable "" write "$SWITCH" 1 ;;
	6?) attempt disable-signal "$EINTR" interrupted "$DELAY" TERM "$SWITCH" 0 ;;
	7?) attempt disable-fault "$ENOMEM|$EIO" injected $((NUMBER + 1)) "$SWITCH" 0 ;;
	80 | 81 | 82 | 83 | 84 | 85)
		attempt enable-fault "$ENOMEM" injected $((NUMBER / 4 + 1)) "$SWITCH" 1
		;;
	86 | 87 | 88 | 89 | 90 | 91 | 92 | 93) reload ;;
	*) other_turn ;;
	esac
	msleep "$PAUSE"
}

unload_attached() {
	[ "$ACTOR" != zswap ] || return 0
	[ "$(backend "$ACTOR" enabled)" = 1 ] || return 0
	case $ACTOR in
	faulty) refused rmmod test_frontswap ;;
	async) refused rmmod test_frontswap_async ;;
	*) refused rmmod "frontswap_$ACTOR" ;;
	esac
}

backend_actor() {
	become "$1" "$2"
	SWITCH=$FRONTSWAP/$1/enabled
	while running; do
		backend_turn
	done
}

# the areas that come and go

# A swapoff that is interrupted puts an area back among those with room even if it is
# full, and Linux 6.1 warns of that. So the area with ROOMY=1 is never full, and the
# swapoff of the other is not interrupted.
area_turn() {
	rand 3
	priority=$((R * 4 + 1))
	rand 1500
	stay=$R
	rand 60
	ms=$R
	rand 400
	PAUSE=$R
	attempt swapon "" "$SWAPHOG" "on:$DEVICE:$priority"
	msleep "$stay"
	[ "$ROOMY" = 0 ] ||
		! attempt swapoff-signal "$EINTR" "$SWAPHOG" "off:$DEVICE:$ms" || return 0
	until attempt swapoff "$ENOMEM" "$SWAPHOG" "off:$DEVICE"; do
		[ "$attempt_outcome" = failed ] || return
	done
	msleep "$PAUSE"
}

area_actor() {
	become "$1" "$2"
	DEVICE=$3
	ROOMY=$4
	while running; do
		area_turn
	done
}

# switches

# switch NAME FILE VALUE
switch() {
	[ ! -e "$2" ] || attempt "$1" "$AWAY" write "$2" "$3"
}

# large_backend NUMBER - one that takes parts of larger folios
large_backend() {
	[ "$1" -lt 3 ] && echo ram || echo compress
}

switch_turn() {
	rand 18
	what=$R
	rand 6
	value=$R
	rand 500
	PAUSE=$R
	case $what in
	0 | 1) switch refuse_stores $FAULTY/refuse_stores $value ;;
	2) switch fail_alloc $FAULTY/fail_alloc $((value == 0)) ;;
	3) switch store_delay $FAULTY/store_delay_ms $((value == 1)) ;;
	4) switch load_delay $FAULTY/load_delay_ms $((value / 3)) ;;
	5) switch init_delay $FAULTY/init_delay_ms $((value * 3)) ;;
	6) switch max_pages /sys/module/frontswap_ram/parameters/max_pages $((value * 500)) ;;
	7) switch zswap-enabled $ZSWAP/enabled $((value > zswap_off)) ;;
	8) ! attached zswap || switch zswap-pool $ZSWAP/max_pool_percent $((value + 1)) ;;
	9 | 10) switch max_bytes $COMPRESS/max_bytes $((value * 300))K ;;
	11) switch percent $COMPRESS/max_pool_percent $value ;;
	12) switch threshold $COMPRESS/accept_threshold_percent $((value * 20)) ;;
	13) switch writeback $COMPRESS/writeback $((value != 0)) ;;
	14) switch compressor $COMPRESS/compressor "$(compressor $value)" ;;
	15) switch large "$FRONTSWAP/$(large_backend $value)/large_folios" $((value % 2)) ;;
	*)
		[ ! -e $FAULTY/evict ] ||
			attempt evict "$AWAY|$SHUT|$ENOMEM|$EIO" \
				write $FAULTY/evict "$((value % 4)) $((PAUSE * 4))"
		;;
	esac
	msleep $PAUSE
}

switch_actor() {
	become switches "$1"
	while running; do
		switch_turn
	done
}

# the machine

cpu=/sys/devices/system/cpu/cpu1/online

machine_turn() {
	rand 5
	what=$R
	rand 1500
	PAUSE=$R
	case $what in
	0)
		[ ! -w $cpu ] || {
			attempt cpu-off "" write $cpu 0
			msleep $((PAUSE / 2))
			attempt cpu-on "" write $cpu 1
		}
		;;
	1) attempt compact "" write /proc/sys/vm/compact_memory 1 ;;
	2) attempt reclaim "$EAGAIN" write "$CGROUP/memory.reclaim" 8388608 ;;
	3) attempt flush-slots "" flush_slots ;;
	4) attempt drop-slab "" write /proc/sys/vm/drop_caches 2 ;;
	esac
	msleep $PAUSE
}

machine_actor() {
	become machine "$1"
	while running; do
		machine_turn
	done
}

look() {
	cat $FRONTSWAP/*/* $DEBUGFS/frontswap/* $DEBUGFS/zswap/* $FAULTY/[c-z]* \
		$COMPRESS_STATS/* $COMPRESS/* /proc/swaps /proc/vmstat 2>/dev/null
	return 0
}

reader_actor() {
	become reader "$1"
	while running; do
		attempt look "" look
		msleep 200
	done
}

# the processes that verify

# hog_commands - fifty of them; the first must fill
hog_commands() {
	echo fill
	turns=0
	while [ $turns -lt 50 ]; do
		turns=$((turns + 1))
		rand 20
		case $R in
		0 | 1 | 2 | 3 | 4 | 5 | 6) echo verify ;;
		7 | 8 | 9 | 10) echo out ;;
		11 | 12 | 13 | 14) echo "dirty:$((R - 9))" ;;
		15 | 16) echo retouch ;;
		17) echo fork:2 ;;
		18) echo drop fill ;;
		19) echo fill ;;
		esac
	done
	echo verify
}

hog_options() {
	case $1 in
	shared) echo -S ;;
	huge) echo -H ;;
	threads) echo -t 3 ;;
	fork) echo -k text ;;
	random) echo -k rand ;;
	esac
}

# count_pages NAME - of what a hog says; a line for each pass, with the pages so far
count_pages() {
	awk -v file="$TMP/pages.$1" -v each=$((HOG_MIB * 256)) '
		/^verify:/ { sub(/.*pages=/, ""); sum += $1 + 0 }
		/^fork:/ { sub(/.*children=/, ""); sum += ($1 + 0) * each }
		{ print sum + 0, NR >file; close(file) }' <"$TMP/output.$1"
}

# hog NAME NUMBER
soak_hog() {
	mkfifo "$TMP/output.$1"
	echo 0 0 >"$TMP/pages.$1"
	count_pages "$1" &
	BACKGROUND="$BACKGROUND $!"
	# shellcheck disable=SC2046 # lists
	"$SWAPHOG" -T 86400 -g "$CGROUP" -m $HOG_MIB -s $((soak_seed + $2)) -r 4000000000 \
		$(hog_options "$1") $(become "$1" "$2" && hog_commands) \
		>"$TMP/output.$1" 2>"$TMP/err.$1" &
	HOG_PIDS="$HOG_PIDS $1=$!"
	BACKGROUND="$BACKGROUND $!"
}

check_hogs() {
	for pair in $HOG_PIDS; do
		quietly kill -0 "${pair#*=}" && continue
		name=${pair%%=*}
		echo "hog $name has ended: $(tail -n 3 "$TMP/err.$name")" >>"$TMP/errors"
	done
	oom=$(awk '$1 == "oom_kill" { print $2 }' "$CGROUP/memory.events")
	[ "$oom" = 0 ] || echo "$oom process(es) killed for want of memory" >>"$TMP/errors"
}

# the kernel's log, which may be longer than the kernel keeps it

# watch_log - what the kernel says until the end mark; a report of KCSAN is judged elsewhere
watch_log() {
	while [ ! -e "$TMP/log.end" ]; do
		cat /dev/kmsg 2>/dev/null
	done | awk -v from="soak $$ begins" -v to="soak $$ ends" -v dir="$TMP" '
		/^ [A-Z_]+=/ { next }
		{
			split($0, head, ",")
			if (head[2] + 0 <= last)
				next
			last = head[2] + 0
			when = sprintf("[%5d.%06d] ", head[3] / 1000000, head[3] % 1000000)
			sub(/^[^;]*;/, "")
		}
		index($0, from) { on = 1 }
		!on { next }
		/BUG: KCSAN/ { race = 1 }
		race { print when $0 >>(dir "/races"); close(dir "/races") }
		race && /^=====/ { race = 0 }
		race || /BUG: KCSAN/ { next }
		/WARNING|BUG:|Oops|INFO: |general protection|refcount_t|contract broken/ {
			print >>(dir "/errors"); close(dir "/errors")
		}
		/frontswap: .*: registered, priority/ { came++ }
		/frontswap: .*: unregistered$/ { went++ }
		index($0, to) {
			print came - went >(dir "/log.end")
			exit
		}'
}

end_of_log() {
	echo "soak $$ ends" >/dev/kmsg
	loop_until 30 test -s "$TMP/log.end" || die "the reader of the kernel's log has gone"
}

# in charge

start_areas() {
	need_ram_disks
	# shellcheck disable=SC2086 # a list
	set -- $HOGS
	# Half of the room on each kind of device, and little more than the hogs need.
	SWAP_KB=$(($# * HOG_MIB * 1024 * 9 / 16 + 768))
	swap_on "$RAM1" 5
	swap_on "$DISK1" 5
	SWAP_KB=3072
	make_swap "$RAM2"
	SWAP_KB=$(($# * HOG_MIB * 1024 * 2))
	make_swap "$DISK2"
	AREAS="$RAM2 $DISK2 $AREAS"
	set_file "$CGROUP/memory.max" $(($# * HOG_MIB * 1048576))
	set_file "$CGROUP/memory.oom.group" 0
}

start_faults() {
	for fault in failslab fail_page_alloc; do
		[ ! -d $DEBUGFS/$fault ] || set_sysfs $DEBUGFS/$fault/ignore-gfp-wait N
	done
	[ ! -d $DEBUGFS/fail_page_alloc ] || set_sysfs $DEBUGFS/fail_page_alloc/min-order 0
	for fault in failslab fail_page_alloc fail_make_request; do
		[ ! -d $DEBUGFS/$fault ] || set_sysfs $DEBUGFS/$fault/verbose 0
	done
	# Of the writers only those fail that ask for it, which are the drains.
	for device in "$RAM1" "$RAM2" "$DISK1" "$DISK2"; do
		fault=/sys/block/${device##*/}/make-it-fail
		[ ! -e "$fault" ] || set_sysfs "$fault" 1
	done
}

start_actor() {
	: >"$TMP/actions.$2"
	ACTORS="$ACTORS $2"
	shift_actor=$1
	shift
	"$shift_actor" "$@" &
	ACTOR_PIDS="$ACTOR_PIDS $!"
	BACKGROUND="$BACKGROUND $!"
}

start_actors() {
	number=0
	for name in $BACKENDS; do
		: >"$TMP/stores.$name"
	done
	for name in $HOGS; do
		number=$((number + 1))
		soak_hog "$name" $number
	done
	for name in $BACKENDS; do
		start_actor backend_actor "$name" $((number += 1))
	done
	start_actor area_actor ram2 $((number += 1)) "$RAM2" 0
	start_actor area_actor disk2 $((number += 1)) "$DISK2" 1
	start_actor switch_actor switches $((number += 1))
	start_actor machine_actor machine $((number += 1))
	start_actor reader_actor reader $((number += 1))
}

# movement NAME - grows as long as the actor does anything
movement() {
	if [ -e "$TMP/pages.$1" ]; then
		cut -d' ' -f2 "$TMP/pages.$1"
	else
		wc -l <"$TMP/actions.$1"
	fi
}

# check_movement - whoever has done nothing for long is stuck
check_movement() {
	[ "$seconds" -gt $stuck ] || return 0
	for name in $HOGS $ACTORS; do
		now=$(movement "$name")
		eval "was=\${moved_$name:-none} since=\${since_$name:-0}"
		# shellcheck disable=SC2154 # set by eval
		if [ "$now" != "$was" ]; then
			eval "moved_$name=$now since_$name=$(date +%s)"
		elif [ $(($(date +%s) - since)) -gt $stuck ]; then
			report_stuck "$name"
		fi
	done
}

# What hangs in the kernel cannot be cleaned up.
report_stuck() {
	echo "FAIL: seed $soak_seed: $1 has been stuck for $stuck s" >&2
	dmesg -n 8
	echo w >/proc/sysrq-trigger
	echo l >/proc/sysrq-trigger
	sleep 5
	trap - EXIT
	exit 1
}

pages_verified() {
	cat "$TMP"/pages.* | awk '{ n += $1 } END { printf "%d\n", n }'
}

actions() {
	cat "$TMP"/actions.* | wc -l
}

swap_used() {
	awk 'NR > 1 { all += $3; used += $4 }
		END { printf "%d of %d KiB\n", used, all }' /proc/swaps
}

# counts - of each action: how often, and how often it failed
counts() {
	cat "$TMP"/actions.* | awk '{ n[$1]++ } $2 != "ok" { bad[$1]++ }
		END {
			for (a in n)
				printf " %s %d%s", a, n[a], bad[a] ? " (" bad[a] " failed)" : ""
		}'
}

elapsed() {
	echo $(($(date +%s) - began))
}

# stores_of BACKEND - as far as they have been noted
stores_of() {
	awk '{ n += $1 } END { printf "%d\n", n }' "$TMP/stores.$1"
}

progress() {
	log "$(elapsed) s: $(pages_verified) pages verified, swap $(swap_used); $(counts)"
}

check_errors() {
	[ -s "$TMP/errors" ] || return 0
	die "seed $soak_seed, after $(elapsed) s:" "$(sort "$TMP/errors" | uniq -c | head -n 20)"
}

soak() {
	next=$report
	while [ "$(elapsed)" -lt "$seconds" ]; do
		sleep 2
		check_movement
		check_hogs
		check_errors
		if [ "$(elapsed)" -ge "$next" ]; then
			next=$((next + report))
			progress
		fi
	done
}

all_gone() {
	for pid in $ACTOR_PIDS; do
		! quietly kill -0 "$pid" || return 1
	done
}

stop_actors() {
	rm "$TMP/run"
	loop_until $stuck all_gone || report_stuck "an actor"
	check_hogs
	check_errors
	for name in $BACKENDS; do
		! attached "$name" || note_stores "$name"
	done
}

# Every backend is well now, and every page must be movable.
drain_everything() {
	restore_faulty
	restore_async
	set_faulty refuse_stores 0
	for name in $BACKENDS; do
		set_file "$FRONTSWAP/$name/enabled" 1 || die "$name: not enabled"
	done
	sleep 2
	for name in $BACKENDS; do
		set_file "$FRONTSWAP/$name/enabled" 0 || die "$name: not disabled"
		stored=$(backend "$name" stores)
		dropped=$(backend "$name" invalidates)
		[ "$stored" = "$dropped" ] || die "$name: $stored stores, $dropped invalidates"
	done
	check_hogs
	check_compress
}

check_compress() {
	attached compress || return 0
	check_decompression
	check_errors
	left=$(compress_empty) || die "$left"
}

finish_areas() {
	for pair in $HOG_PIDS; do
		stop_process "${pair#*=}"
	done
	for device in "$RAM1" "$DISK1"; do
		swap_off "$device"
	done
	check_violations
	check_async_violations
	check_errors
	[ "$(async pages)" -eq 0 ] || die "async: $(async pages) pages left"
	set_faulty registered 0 || die "faulty: not unregistered"
	[ "$(faulty pages)" -eq 0 ] || die "faulty: $(faulty pages) pages left"
	[ "$(faulty init_calls)" = "$(faulty area_calls)" ] || die "faulty: calls do not match"
}

check_counts() {
	end_of_log
	gained=$(($(cat "$TMP/log.end") + before))
	# shellcheck disable=SC2012 # names of backends
	there=$(ls $FRONTSWAP | wc -l)
	[ "$gained" = "$there" ] || die "$gained backends by the log, $there in sysfs"
	check_errors
	[ "$(pages_verified)" -gt 0 ] || die "no page was verified"
	total=0
	for name in $BACKENDS; do
		log "stores of $name: $(stores_of "$name")"
		total=$((total + $(stores_of "$name")))
	done
	expect "stores of all backends" $total -gt 0
	! long_enough || check_each
}

# long_enough - for all actors to do something, and for all backends to get pages
long_enough() {
	[ "$seconds" -ge 60 ]
}

check_each() {
	for name in $HOGS $ACTORS; do
		[ "$(movement "$name")" -gt 0 ] || die "$name did nothing"
	done
	for name in $BACKENDS; do
		# A pool of zswap's before it may have all that compresses.
		[ "$name" != compress ] || attached zswap || [ "$ZSWAP" = /nowhere ] || continue
		[ "$(stores_of "$name")" -gt 0 ] || die "$name has stored nothing"
	done
}

start "$seconds seconds of everything at random, seed $soak_seed"
! slow_kernel || stuck=300
HOG_PIDS=
zswap_off=0
ACTORS=
ACTOR_PIDS=
BACKENDS="faulty ram async"
COMPRESSORS=none
: >"$TMP/errors"
: >"$TMP/run"
# shellcheck disable=SC2012 # names of backends
before=$(ls $FRONTSWAP | wc -l)
echo "soak $$ begins" >/dev/kmsg
# It outlives a soak that fails, and must not keep its output open.
watch_log >/dev/null 2>&1 &
start_areas
folio_sizes madvise
start_faults
load_faulty
load_ram 1000
load_async max_pages=600 priority=50 queue=1
if have_module frontswap_bdev && [ -b /dev/ram2 ]; then
	BACKENDS="$BACKENDS bdev"
	load_bdev
	add_bdev /dev/ram2 name=bdev priority=60 max_bytes=2M
fi
if have_module frontswap_compress; then
	BACKENDS="$BACKENDS compress"
	load_compress incompressible_percent=50
	COMPRESSORS=
	for name in zstd lzo-rle lz4 lzo; do
		! quietly set_compress compressor $name || COMPRESSORS="$COMPRESSORS $name"
	done
	# What is above that is for the others.
	set_compress max_bytes 1M
fi
if [ -d "$FRONTSWAP/zswap" ]; then
	BACKENDS="$BACKENDS zswap"
	set_sysfs $ZSWAP/enabled 1
	set_sysfs $ZSWAP/max_pool_percent 20
elif [ -d $ZSWAP ] && [ $((soak_seed % 2)) = 1 ]; then
	# In front of the backends, which get what a small pool does not take, and the rest.
	zswap_off=3
	set_sysfs $ZSWAP/enabled 1
	set_sysfs $ZSWAP/max_pool_percent 1
else
	# Once it has been enabled, larger folios are read page by page.
	ZSWAP=/nowhere
fi
[ ! -w $cpu ] || set_sysfs $cpu 1
began=$(date +%s)
start_actors
soak
stop_actors
drain_everything
progress
took=$(elapsed)
finish_areas
check_counts
[ ! -s "$TMP/races" ] || cp "$TMP/races" "${FRONTSWAP_RACES:-/tmp/frontswap.races}"
echo "soak-result $took $(actions) $(pages_verified)"
