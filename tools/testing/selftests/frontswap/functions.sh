#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the frontswap tests have in common. A test reads this file and calls start();
# whatever it changes by these functions is put back when it ends, in whichever way.
# Plain POSIX shell: the tests run under busybox as well.
#
# shellcheck disable=SC2034 # variables for the tests

KSFT_SKIP=4
FRONTSWAP=/sys/kernel/mm/frontswap
FAULTY=/sys/module/test_frontswap/parameters
BDEV=/sys/kernel/mm/frontswap_bdev
ASYNC=/sys/module/test_frontswap_async/parameters
COMPRESS=/sys/module/frontswap_compress/parameters
COMPRESS_STATS=/sys/kernel/mm/frontswap_compress
ZSWAP=/sys/module/zswap/parameters
SWAPHOG=${SWAPHOG:-./swaphog}
SWAP_KB=${FRONTSWAP_SWAP_KB:-49152}

TMP=
AREAS=
CGROUP=
TUNED=
THP=/sys/kernel/mm/transparent_hugepage
LOADED=
HOG=
BACKGROUND=
BORROWED=
MAPPED=
REPLY=

# log TEXT - to the output of the test
log() {
	echo "# $*"
}

# die REASON - the test has failed
die() {
	echo "FAIL: $*" >&2
	exit 1
}

# skip REASON - the test cannot run here
skip() {
	echo "SKIP: $*" >&2
	exit $KSFT_SKIP
}

# loop_until SECONDS COMMAND... - repeat it until it succeeds
loop_until() {
	loop_left=$(($1 * 20))
	shift
	while ! "$@"; do
		loop_left=$((loop_left - 1))
		[ "$loop_left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# quietly COMMAND... - its exit status is all we want
quietly() {
	"$@" >/dev/null 2>&1
}

# start TEXT - first call of each test
start() {
	TEST=${0##*/}
	TEST=${TEST%.sh}
	echo "# $TEST: $1"
	[ "$(id -u)" -eq 0 ] || skip "must be run as root"
	[ -x "$SWAPHOG" ] || skip "no $SWAPHOG: run make"
	[ -d "$FRONTSWAP" ] || skip "no $FRONTSWAP: this kernel has no loadable frontswap"
	TMP=$(mktemp -d "${TMPDIR:-/tmp}/frontswap.XXXXXX") || skip "no temporary directory"
	trap clean_up EXIT
	trap '' PIPE
	trap 'exit 1' HUP INT TERM
	echo "selftest $TEST $$ begins" >/dev/kmsg
	prepare_cgroup
	prepare_devices
	MIB=${FRONTSWAP_MIB:-16}
	HOG_SECONDS=150
	if slow_kernel; then
		MIB=${FRONTSWAP_MIB:-4}
		HOG_SECONDS=300
	fi
	PAGES=$((MIB * 256))
	# Pages of zeros are offered to nobody by a kernel that keeps a map of them.
	KIND=mixed
	[ -z "$(vmstat swpout_zero)" ] || KIND=nonzero
}

# slow_kernel - a debug kernel: tests use less memory, to take as long
slow_kernel() {
	[ -e /proc/lockdep_stats ] || [ -e /sys/kernel/debug/kmemleak ] ||
		[ -e /sys/kernel/debug/kcsan ]
}

# clean_up - what start() set up to run at the end of the test
clean_up() {
	status=$?
	trap '' HUP INT TERM
	trap - EXIT
	stop_processes
	! [ -d "$TMP/scarce" ] || quietly umount "$TMP/scarce"
	restore_faulty
	restore_async
	restore_tuned
	restore_swap
	remove_cgroup
	detach_backends
	remove_mapped
	return_borrowed
	[ "$status" -ne 0 ] || check_backend
	unload_modules
	[ "$status" -ne 0 ] || check_log
	[ "$status" -ne 1 ] || log_lines | tail -n 15
	rm -rf "$TMP"
	exit "$status"
}

check_backend() {
	! [ -d "$ASYNC" ] || check_async
	[ -d "$FAULTY" ] || return 0
	if [ "$(faulty violations)" -ne 0 ]; then
		echo "FAIL: the core broke its contract $(faulty violations) time(s)" >&2
		status=1
	fi
	if [ "$(faulty pages)" -ne 0 ]; then
		echo "FAIL: $(faulty pages) page(s) left in the backend after the last swapoff" >&2
		status=1
	fi
}

check_async() {
	if [ "$(async violations)" -ne 0 ]; then
		echo "FAIL: the core broke the contract of an io $(async violations) time(s)" >&2
		status=1
	fi
	if [ "$(async pages)" -ne 0 ] || [ "$(async in_flight)" -ne 0 ]; then
		echo "FAIL: $(async pages) page(s), $(async in_flight) io(s) left behind" >&2
		status=1
	fi
}

COMPLAINTS='WARNING: |BUG: ([^K]|K[^C])|Oops|general protection|INFO: |kernel BUG|contract broken'

check_log() {
	if log_has "$COMPLAINTS"; then
		echo "FAIL: the kernel complains" >&2
		status=1
	fi
}

# the kernel's log, from start() on

log_lines() {
	dmesg | awk -v mark="selftest $TEST $$ begins" 'index($0, mark) { n = 0 } { line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }'
}

# log_has PATTERN - extended regular expression
log_has() {
	log_lines | grep -qE "$1"
}

# log_count PATTERN
log_count() {
	log_lines | grep -cE "$1"
}

# expect_log PATTERN
expect_log() {
	loop_until 5 log_has "$1" || die "not in the kernel's log: $1"
	log "kernel says: $(log_lines | grep -E "$1" | tail -n 1 | sed 's/^\[[^]]*\] *//')"
}

# expect_no_log PATTERN
expect_no_log() {
	! log_has "$1" || die "in the kernel's log: $(log_lines | grep -E "$1" | head -n 1)"
}

# comparisons

# expect WHAT VALUE OPERATOR VALUE - a test(1) comparison of numbers
expect() {
	test "$2" "$3" "$4" || die "$1: $2, expected $3 $4"
	log "$1: $2"
}

# expect_text WHAT VALUE EXPECTED
expect_text() {
	[ "$2" = "$3" ] || die "$1: '$2', expected '$3'"
	log "$1: $2"
}

# modules

# load MODULE [PARAMETER=VALUE...] - false: its init has failed; skips if there is no such module
load() {
	have_module "$1" || skip "no module $1"
	load_now "$@" || return 1
	case " $LOADED " in
	*" $1 "*) ;;
	*) LOADED="$1 $LOADED" ;;
	esac
}

have_module() {
	[ -d "/sys/module/$1" ] || [ -f "test_modules/$1.ko" ] || quietly modinfo "$1" ||
		grep -q "/$1\.ko" "/lib/modules/$(uname -r)/modules.dep" 2>/dev/null
}

load_now() {
	if [ -f "test_modules/$1.ko" ]; then
		load_file="test_modules/$1.ko"
		shift
		insmod "$load_file" "$@"
	else
		modprobe "$@"
	fi
}

# unload MODULE
unload() {
	rmmod "$1" && ! [ -d "/sys/module/$1" ]
}

unload_modules() {
	for unload_module in $LOADED; do
		[ -d "/sys/module/$unload_module" ] || continue
		loop_until 5 quietly unload "$unload_module" || log "$unload_module stays loaded"
	done
}

# What a test has loaded is detached, so that it can be unloaded; zswap is attached.
detach_backends() {
	for detach_backend in compress ram async test_frontswap_classic \
			      test_frontswap_fastswap; do
		attached $detach_backend || continue
		set_file "$FRONTSWAP/$detach_backend/enabled" 0 || status=1
	done
	for detach_backend in "$BDEV"/*/device; do
		! [ -e "$detach_backend" ] || detach_bdev "${detach_backend%/device}"
	done
	! [ -d "$FAULTY" ] || set_faulty registered 0 || status=1
	! attached zswap || set_file $FRONTSWAP/zswap/enabled 1 || status=1
}

detach_bdev() {
	set_file "$BDEV/remove" "${1##*/}" || status=1
}

set_file() {
	[ -w "$1" ] || return 1
	echo "$2" >"$1"
}

# backends

# first_line FILE - by the shell itself: a process takes long in a debug guest
first_line() {
	read -r first_line <"$1" && echo "$first_line"
}

# value FILE - or what is no number, so that no comparison holds
value() {
	first_line "$1" || echo "no ${1##*/}"
}

# backend NAME FILE - a value below /sys/kernel/mm/frontswap
backend() {
	value "$FRONTSWAP/$1/$2"
}

# attached NAME
attached() {
	[ -d "$FRONTSWAP/$1" ]
}

# need_zswap_backend - zswap is one of the backends, as it was until Linux 6.5
need_zswap_backend() {
	attached zswap || skip "zswap is not a backend here"
}

# need_zswap_tier - zswap is asked before the backends are, and is none of them
need_zswap_tier() {
	! attached zswap || skip "zswap is a backend here"
	[ -d $ZSWAP ] || skip "no zswap"
}

# faulty PARAMETER - a value of the test backend
faulty() {
	value "$FAULTY/$1"
}

# set_faulty PARAMETER VALUE - an empty one needs a byte to be written
set_faulty() {
	if [ -n "$2" ]; then
		printf %s "$2" >"$FAULTY/$1"
	else
		printf '\0' >"$FAULTY/$1"
	fi
}

# load_faulty [PARAMETER=VALUE...] - the test backend, freshly loaded
load_faulty() {
	! [ -d "$FAULTY" ] || skip "test_frontswap is loaded already"
	load test_frontswap "$@" || die "test_frontswap cannot be loaded"
}

# load_async [PARAMETER=VALUE...] - the asynchronous test backend, freshly loaded
load_async() {
	! [ -d "$ASYNC" ] || skip "test_frontswap_async is loaded already"
	load test_frontswap_async "$@" || die "test_frontswap_async cannot be loaded"
}

# async PARAMETER - a value of the asynchronous test backend
async() {
	value "$ASYNC/$1"
}

# set_async PARAMETER VALUE
set_async() {
	set_file "$ASYNC/$1" "$2" || die "$1 of the asynchronous backend cannot be $2"
}

restore_async() {
	[ -d "$ASYNC" ] || return 0
	for restore_parameter in hold fail_stores refuse_stores fail_loads delay_us; do
		set_file "$ASYNC/$restore_parameter" 0
	done
}

# load_bdev - the backend on block devices, freshly loaded, without a device
load_bdev() {
	! [ -d "$BDEV" ] || skip "frontswap_bdev is loaded already"
	load frontswap_bdev || die "frontswap_bdev cannot be loaded"
}

# add_bdev DEVICE [OPTION=VALUE...]
add_bdev() {
	set_file "$BDEV/add" "$*" || die "not added: $*"
	log "added: $*"
}

remove_bdev() {
	set_file "$BDEV/remove" "$1" || die "not removed: $1"
	! attached "$1" || die "removed, but still attached: $1"
}

# lender COMMAND... - executed by the other guest, see lender.sh
lender() {
	echo "$*" | nc -w 5 10.9.0.2 5000
}

lender_is_ready() {
	lender echo ready | grep -q ready
}

# nvme_disk NAME - sets FAR to the device; fails if there is none
nvme_disk() {
	for nvme in /sys/class/nvme/nvme*; do
		FAR=/dev/${nvme##*/}n1
		[ "$(value "$nvme/subsysnqn")" != "$1" ] || ! [ -b "$FAR" ] || return 0
	done
	return 1
}

# connect NAME - a disk of the other guest becomes $FAR
connect() {
	modprobe nvme-tcp || skip "no nvme-tcp"
	set_sysfs /sys/module/nvme_core/parameters/io_timeout 3
	echo "transport=tcp,traddr=10.9.0.2,trsvcid=4420,nqn=$1,nr_io_queues=1,\
fast_io_fail_tmo=3,ctrl_loss_tmo=600,reconnect_delay=1,keep_alive_tmo=2" >/dev/nvme-fabrics ||
		die "not connected: $1"
	loop_until 10 nvme_disk "$1" || die "no disk: $1"
}

# connect_lender - the memory of the other guest becomes $FAR, and stays until the end
connect_lender() {
	loop_until 60 quietly lender_is_ready || die "no lender"
	nvme_disk swap || connect swap
}

# lender_lends NAME NUMBER [MIB [NANOSECONDS]] - an empty disk
lender_lends() {
	lender ". ./lender.sh; lend $1 $2 ${3:-64} ${4:-}" | grep -q "^lent" || die "not lent: $1"
}

# borrow NAME NUMBER [MIB [NANOSECONDS]] - another disk of the other guest; returned at the end
borrow() {
	lender_lends "$@"
	BORROWED="$BORROWED $1:$2"
	connect "$1"
}

# lender_withdraws NAME NUMBER - what was borrowed: the memory is lost
lender_withdraws() {
	lender ". ./lender.sh; withdraw $*" | grep -q "^withdrawn" || die "not withdrawn: $1"
}

return_borrowed() {
	for return_disk in $BORROWED; do
		! nvme_disk "${return_disk%:*}" ||
			set_file "/sys/class/nvme/$(basename "${FAR%n1}")/delete_controller" 1
		quietly lender_withdraws "${return_disk%:*}" "${return_disk#*:}"
	done
	BORROWED=
}

# map NAME TABLE - a device of the device mapper, until the end of the test
map() {
	have_program dmsetup || skip "no dmsetup"
	DM_DISABLE_UDEV=1 dmsetup create "$1" --table "$2" || die "no mapping: $2"
	MAPPED="$MAPPED $1"
	loop_until 5 test -b "/dev/mapper/$1" || die "no /dev/mapper/$1"
}

remove_mapped() {
	for remove_mapped in $MAPPED; do
		DM_DISABLE_UDEV=1 dmsetup remove "$remove_mapped" || status=1
	done
	MAPPED=
}

# serve_nbd MIB, kill_nbd - at the other guest
serve_nbd() {
	lender ". ./lender.sh; serve_nbd $1" | grep -q "^lent" || die "no nbd-server"
}

kill_nbd() {
	lender killall -KILL nbd-server
}

# connect_nbd - /dev/nbd0, without the help of a process here
connect_nbd() {
	quietly modprobe nbd nbds_max=1 || skip "no nbd"
	have_program nbd-client || skip "no nbd-client"
	nbd-client 10.9.0.2 -N far -timeout 3 -block-size 4096 /dev/nbd0 ||
		die "not connected by nbd"
	FAR=/dev/nbd0
}

disconnect_nbd() {
	nbd-client -d /dev/nbd0
}

have_program() {
	quietly command -v "$1"
}

sectors() {
	blockdev --getsz "$1"
}

# host REQUEST - the answer of the host, see vm.sh
host() {
	for host_port in /sys/class/virtio-ports/*; do
		[ "$(value "$host_port/name")" = host ] || continue
		exec 6<>"/dev/${host_port##*/}"
		echo "$1" >&6
		read -r host_answer <&6
		exec 6>&-
		echo "$host_answer"
	done
}

# host_disk - sets FAR to the disk that is memory of the host
host_disk() {
	for host_disk in /sys/block/vd*; do
		FAR=/dev/${host_disk##*/}
		[ "$(cat "$host_disk/serial")" != host ] || return 0
	done
	skip "no disk of the host"
}

# host_saves_guest - to a file, and restores it
host_saves_guest() {
	[ "$(host save)" = restored ] || die "not saved and restored"
	log "saved and restored"
}

# lender_free - its free memory, in KiB
lender_free() {
	lender cat /proc/meminfo | awk '$1 == "MemFree:" { print $2 }'
}

# lender_dies - at once, without a word to this guest; the harness starts another one
lender_dies() {
	quietly lender 'echo b >/proc/sysrq-trigger'
}

first_uptime() {
	read -r uptime _ </proc/uptime
	echo "${uptime%.*}"
}

# bdev NAME FILE - a figure of a backend on a block device
bdev() {
	value "$BDEV/$1/$2"
}

# bdev_is NAME STATE
bdev_is() {
	[ "$(bdev "$1" state)" = "$2" ]
}

# load_ram MAX_PAGES - the example backend, which may have stayed from an earlier test
load_ram() {
	load frontswap_ram max_pages="$1" || die "frontswap_ram cannot be loaded"
	set_file /sys/module/frontswap_ram/parameters/max_pages "$1" || die "no max_pages"
}

# load_compress [PARAMETER=VALUE...] - the compressing backend, freshly loaded; pages that do
# not compress are rejected if no parameter says otherwise
load_compress() {
	! [ -d "$COMPRESS" ] || skip "frontswap_compress is loaded already"
	load frontswap_compress incompressible_percent=0 "$@" ||
		die "frontswap_compress cannot be loaded"
}

# compress FILE - a figure of the compressing backend
compress() {
	first_line "$COMPRESS_STATS/$1"
}

# set_compress PARAMETER VALUE
set_compress() {
	set_file "$COMPRESS/$1" "$2"
}

# compress_empty - the compressing backend has nothing left, in no figure; else says what
compress_empty() {
	for empty_file in stored_pages same_filled_pages compressed_bytes pool_bytes index_bytes; do
		empty_value=$(compress $empty_file)
		[ "$empty_value" = 0 ] || {
			echo "$empty_file of compress: $empty_value left"
			return 1
		}
	done
}

restore_faulty() {
	[ -d "$FAULTY" ] || return 0
	for restore_parameter in fail_alloc fail_loads complete corrupt \
		init_delay_ms store_delay_ms load_delay_ms drain_delay_ms hold_drain_ms; do
		set_faulty $restore_parameter 0
	done
}

# swap areas

# prepare_devices - sets DISK1, DISK2 (asynchronous) and RAM1, RAM2 (synchronous)
prepare_devices() {
	if [ -n "${FRONTSWAP_DEVS:-}" ]; then
		DISK1=${FRONTSWAP_DEVS%% *}
		DISK2=${FRONTSWAP_DEVS##* }
	else
		DISK1=/dev/vda
		DISK2=/dev/vdb
		if ! is_spare $DISK1 || ! is_spare $DISK2; then
			skip "set FRONTSWAP_DEVS to two devices whose contents may be destroyed"
		fi
	fi
	[ -b /dev/ram1 ] || quietly modprobe brd rd_nr=4 rd_size=65536
	RAM1=/dev/ram0
	RAM2=/dev/ram1
}

# is_spare DEVICE - it is blank or has held nothing but swap
is_spare() {
	[ -b "$1" ] || return 1
	! grep -q "^$1" /proc/mounts /proc/swaps || return 1
	[ "$(dd if="$1" bs=1 skip=4086 count=10 2>/dev/null | tr -d '\0')" = SWAPSPACE2 ] ||
		[ "$(dd if="$1" bs=1024 count=64 2>/dev/null | tr -d '\0' | wc -c)" -eq 0 ]
}

need_ram_disks() {
	if ! [ -b "$RAM1" ] || ! [ -b "$RAM2" ]; then
		skip "no ram disks"
	fi
}

size_kb() {
	if [ -b "$1" ]; then
		echo $(($(blockdev --getsize64 "$1") / 1024))
	else
		echo $(($(wc -c <"$1") / 1024))
	fi
}

make_swap() {
	make_kb=$(size_kb "$1")
	[ "$make_kb" -le "$SWAP_KB" ] || make_kb=$SWAP_KB
	quietly mkswap "$1" "$make_kb" || skip "mkswap $1 failed"
}

# swap_on DEVICE [PRIORITY]
swap_on() {
	make_swap "$1"
	swap_on_again "$@"
}

# swap_on_again DEVICE [PRIORITY] - without a new mkswap
swap_on_again() {
	"$SWAPHOG" "on:$1${2:+:$2}" >/dev/null || die "swapon $1"
	AREAS="$1 $AREAS"
	log "swapon $1"
}

# swap_off DEVICE
swap_off() {
	"$SWAPHOG" "off:$1" >/dev/null || die "swapoff $1"
	log "swapoff $1"
}

# swap_toggle DEVICE PRIORITY - swapon and swapoff until $TMP/run is gone; a line of
# $TMP/turns.DEVICE for each turn, of $TMP/errors for each failure
swap_toggle() {
	while [ -e "$TMP/run" ]; do
		quietly "$SWAPHOG" "on:$1:$2" || echo "swapon $1" >>"$TMP/errors"
		quietly "$SWAPHOG" "off:$1" || echo "swapoff $1" >>"$TMP/errors"
		echo >>"$TMP/turns.${1##*/}"
	done
}

# end_race - those in the background stop at the end of $TMP/run, but the hogs, which must
# still be there; nobody has written to $TMP/errors
end_race() {
	rm "$TMP/run"
	for race_pid in $BACKGROUND; do
		[ "$race_pid" = "$HOG_BG" ] || wait "$race_pid"
	done
	quietly kill -0 "$HOG_BG" || die "swaphog has ended: $(tail -n 3 "$TMP/behind")"
	stop_process "$HOG_BG"
	[ ! -s "$TMP/errors" ] || die "failed: $(sort "$TMP/errors" | uniq -c)"
}

restore_swap() {
	for restore_area in $AREAS; do
		grep -q "^$restore_area " /proc/swaps || continue
		"$SWAPHOG" "off:$restore_area" >/dev/null || status=1
	done
	! [ -d "$TMP/mnt" ] || quietly umount "$TMP/mnt"
	! [ -e /sys/block/zram0/reset ] || quietly set_file /sys/block/zram0/reset 1
}

# used_kb DEVICE - how much of it is in use
used_kb() {
	awk -v device="$1" '$1 == device { print $4 }' /proc/swaps
}

# flush_slots - return the freed slots that wait in per-CPU caches, as each swapoff does
flush_slots() {
	make_swap /dev/ram3
	quietly "$SWAPHOG" on:/dev/ram3 && quietly "$SWAPHOG" off:/dev/ram3
}

# vmstat COUNTER
vmstat() {
	awk -v name="$1" '$1 == name { print $2 }' /proc/vmstat
}

# meminfo FIELD - in KiB
meminfo() {
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

# now_ms - since the machine has been started, by steps of 10
now_ms() {
	awk '{ print int($1 * 1000) }' /proc/uptime
}

# control group: memory.reclaim empties the swap cache of those in it

prepare_cgroup() {
	cgroup_root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$cgroup_root" ] || skip "no cgroup2"
	quietly set_file "$cgroup_root/cgroup.subtree_control" +memory
	CGROUP=$cgroup_root/frontswap.$$
	mkdir "$CGROUP" || skip "no control group"
	[ -e "$CGROUP/memory.reclaim" ] || skip "no memory.reclaim"
}

remove_cgroup() {
	[ -z "$CGROUP" ] || loop_until 5 rmdir "$CGROUP" 2>/dev/null || log "$CGROUP stays"
}

# memory

# run_hog ARGUMENT... - a swaphog run that must end well
run_hog() {
	"$SWAPHOG" -T "$HOG_SECONDS" -g "$CGROUP" -k "$KIND" "$@" ||
		die "swaphog $*: exit status $?"
}

# run_hog_bg ARGUMENT... - in the background; wait_hog tells how it ended
run_hog_bg() {
	: >"$TMP/behind"
	"$SWAPHOG" -T $((HOG_SECONDS * 2)) -g "$CGROUP" -k "$KIND" "$@" >>"$TMP/behind" 2>&1 &
	HOG_BG=$!
	BACKGROUND="$BACKGROUND $HOG_BG"
}

# longest_ms - the longest access to a page that a hog in the background has told of by "times"
longest_ms() {
	awk -F '[= ]' '/^times:/ && $3 > n { n = $3 } END { print int(n / 1000) }' "$TMP/behind"
}

# wait_round SECONDS - until a hog in the background has told of one more
wait_round() {
	seen=$(rounds)
	loop_until "$1" more_rounds || die "nobody is behind: $(tail -n 3 "$TMP/behind")"
}

rounds() {
	grep -c '^times:' "$TMP/behind"
}

more_rounds() {
	[ "$(rounds)" -gt "$seen" ]
}

wait_hog() {
	wait "$HOG_BG" || die "swaphog behind: exit status $?: $(tail -n 3 "$TMP/behind")"
}

# start_hog OPTION... - a swaphog that obeys hog()
start_hog() {
	mkfifo "$TMP/commands" "$TMP/replies"
	"$SWAPHOG" -T "$HOG_SECONDS" -g "$CGROUP" -m "$MIB" -k "$KIND" "$@" - \
		<"$TMP/commands" >"$TMP/replies" &
	HOG=$!
	exec 3>"$TMP/commands" 4<"$TMP/replies"
}

# hog COMMAND... - the last answer is in REPLY
hog() {
	for hog_command in "$@"; do
		echo "$hog_command" >&3
		read -r REPLY <&4 || die "swaphog has gone, at $hog_command"
		log "hog $REPLY"
		case $REPLY in
		*" left=0" | verify:*" bad=0 sigbus=0" | fork:*" worst=0") ;;
		out:* | verify:* | fork:*) die "swaphog: $REPLY" ;;
		esac
	done
}

# hog_query COMMAND - whatever the answer
hog_query() {
	echo "$1" >&3
	read -r REPLY <&4 || die "swaphog has gone, at $1"
	log "hog $REPLY"
}

# reply KEY - a value out of REPLY
reply() {
	echo "$REPLY" | sed -n "s/.* $1=\([0-9]*\).*/\1/p"
}

# stop_hog - its exit status must be the one given, or 0
stop_hog() {
	echo quit >&3
	exec 3>&- 4<&-
	stop_status=0
	wait "$HOG" || stop_status=$?
	HOG=
	rm -f "$TMP/commands" "$TMP/replies"
	[ "$stop_status" -eq "${1:-0}" ] || die "swaphog: exit status $stop_status"
}

# stop_process PID
stop_process() {
	quietly kill -KILL "$1"
	quietly wait "$1"
}

stop_processes() {
	for stop_pid in $HOG $BACKGROUND; do
		stop_process "$stop_pid"
	done
	exec 3>&- 4<&-
}

# scarce_memory MIB - so much is left of the machine's memory, until the end of the test
scarce_memory() {
	mkdir "$TMP/scarce"
	mount -t ramfs none "$TMP/scarce" || skip "no ramfs"
	scarce_mib=$(($(meminfo MemAvailable) / 1024 - $1))
	[ $scarce_mib -le 0 ] ||
		quietly dd if=/dev/zero of="$TMP/scarce/fill" bs=1M count=$scarce_mib
	log "memory available: $(($(meminfo MemAvailable) / 1024)) MiB"
}

# the rest of the machine

# store_under_pressure BACKEND MIB - two processes want so much each, of so much memory
store_under_pressure() {
	scarce_memory "$2"
	stores=$(backend "$1" stores)
	run_hog -j 2 -m "$2" fill verify dirty:2 verify
	expect "pages stored" $(($(backend "$1" stores) - stores)) -ge $(($2 * 128))
	expect "failed loads" "$(backend "$1" load_errors)" -eq 0
	expect_no_log 'page allocation failure|Write-error'
}

# need_hotplug - CPU1 is a CPU that can be switched off; it is off now, and on at the end
need_hotplug() {
	CPU1=/sys/devices/system/cpu/cpu1/online
	[ -w $CPU1 ] || skip "no CPU to switch off"
	set_sysfs $CPU1 1
	set_file $CPU1 0 || skip "the CPU cannot be switched off"
}

# toggle_cpu - CPU1 goes off and on until $TMP/run is gone; a line of $TMP/turns.cpu for
# each time that it went off
toggle_cpu() {
	while [ -e "$TMP/run" ]; do
		! quietly set_file "$CPU1" 0 || echo >>"$TMP/turns.cpu"
		quietly set_file "$CPU1" 1
	done
}

# set_sysfs FILE VALUE - put back at the end of the test
set_sysfs() {
	[ -w "$1" ] || skip "no $1"
	tune_old=$(sed 's/.*\[\(.*\)\].*/\1/' "$1")
	quietly set_file "$1" "$2" || skip "$1 cannot be $2"
	TUNED="$1=$tune_old $TUNED"
	log "${1##*/} is $(cat "$1")"
}

# fail_some_writes FILE - make-it-fail of a device: a fifth of the requests fails, until 0 is
# written there
fail_some_writes() {
	set_sysfs /sys/kernel/debug/fail_make_request/verbose 0
	set_sysfs /sys/kernel/debug/fail_make_request/interval 1
	set_sysfs /sys/kernel/debug/fail_make_request/probability 20
	set_sysfs /sys/kernel/debug/fail_make_request/times -1
	set_sysfs "$1" 1
}

# folio_sizes VALUE - for each size that folios of anonymous memory can have
folio_sizes() {
	for size in "$THP"/hugepages-*kB/enabled; do
		[ ! -e "$size" ] || set_sysfs "$size" "$1" >/dev/null
	done
}

# only_folios KB - where the hog asks for huge pages
only_folios() {
	folio_sizes never
	set_sysfs "$THP/hugepages-$1kB/enabled" madvise
}

restore_tuned() {
	for tuned in $TUNED; do
		set_file "${tuned%%=*}" "${tuned#*=}"
	done
}
