#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's init. From the kernel's command line:
#   cfg=plain|zswap|zram|ram|compress|null|map|all  comp=lzo  pool=zsmalloc
#   fills=text,zero  mib=8  rounds=3
#   way=|drain|swapoff  disk=ram0|vda|nullb0  delay=200
#   cfg=async|sync: the asynchronous test backend, and its store() and load(); bdev: frontswap_bdev
# shellcheck disable=SC3043	# busybox has local
# Lines for the host begin with "C", "F", "W", "S", "T", "ERROR", and at last comes "END".

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t debugfs debug /sys/kernel/debug

error() {
	echo "ERROR guest: $*"
	poweroff -f
}

# arg NAME DEFAULT: the last one counts.
arg() { tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p" | tail -n 1 | grep . || echo "$2"; }

cfg=$(arg cfg plain) comp=$(arg comp lzo) pool=$(arg pool zsmalloc) mib=$(arg mib 8)
delay=$(arg delay 200) rounds=$(arg rounds 3) fills=$(arg fills text | tr , ' ') way=$(arg way) disk=$(arg disk ram0)
core=/sys/kernel/mm/frontswap
zswap=/sys/module/zswap/parameters
dev=/dev/$disk

set_to() { echo "$2" >"$1" || error "$1 does not take $2"; }

read_kb() { awk -v k="$1:" '$1 == k { print $2 }' /proc/meminfo; }

mod() {
	local name="$1"

	shift
	[ -f "/modules/$name.ko" ] || error "there is no module $name"
	insmod "/modules/$name.ko" "$@" || error "insmod $name"
}

# Makes the store ready, and notes which files say how much is in it.
setup() {
	case $1 in
	plain) ;;
	zswap)
		set_to $zswap/compressor "$comp"
		set_to $zswap/zpool "$pool"
		set_to $zswap/max_pool_percent 90
		set_to $zswap/enabled 1
		[ "$(cat $zswap/zpool)" = "$pool" ] || error "zswap does not use $pool"
		[ "$(cat $zswap/compressor)" = "$comp" ] || error "zswap does not use $comp"
		set -- -s /sys/kernel/debug/zswap/stored_pages \
			-s /sys/kernel/debug/zswap/pool_total_size
		[ ! -f /sys/kernel/debug/zswap/same_filled_pages ] ||
			set -- "$@" -s /sys/kernel/debug/zswap/same_filled_pages
		[ ! -d $core/zswap ] || set -- "$@" -s $core/zswap/stored_pages
		;;
	zram)
		set_to /sys/block/zram0/comp_algorithm "$comp"
		before=$(read_kb VmallocUsed)
		set_to /sys/block/zram0/disksize 64M
		echo "S setup index_kb $(($(read_kb VmallocUsed) - before)) slots 16384"
		dev=/dev/zram0
		set -- -s /sys/block/zram0/mm_stat
		;;
	async | sync)
		[ "$1" = async ] || set -- "$1" synchronous=1
		shift
		mod test_frontswap_async "delay_us=$delay" queue=1 depth=128 judge_data=0 "$@"
		cfg=async
		set -- -s $core/async/stored_pages -s $core/async/rejected_stores
		;;
	bdev)
		null_disk
		mod frontswap_bdev
		set_to /sys/kernel/mm/frontswap_bdev/add "/dev/nullb1 name=bdev write_through=0"
		set -- -s $core/bdev/stored_pages -s $core/bdev/rejected_stores
		;;
	ram)
		mod frontswap_ram
		set -- -s $core/ram/stored_pages
		;;
	compress)
		mod frontswap_compress "compressor=$comp"
		set -- -s $core/compress/stored_pages -s $core/compress/rejected_stores
		for f in /sys/kernel/mm/frontswap_compress/*; do
			[ ! -f "$f" ] || set -- "$@" -s "$f"
		done
		;;
	*) error "cfg=$1" ;;
	esac
	[ $# != 1 ] || set --
	shown=$*
}

# Devices with the delay of the backend; their windows of readahead are as usual.
null_disk() {
	[ ! -b /dev/nullb0 ] || return 0
	mod null_blk nr_devices=2 gb=1 memory_backed=1 queue_mode=2 irqmode=2 \
		completion_nsec=$((delay * 1000)) hw_queue_depth=128
	echo 3 >/proc/sys/vm/page-cluster
}

# brd allocates a page at its first write: that is not to be counted.
swap_on() {
	# A write per page, so that the writes in flight can be counted.
	[ "$disk" != vda ] || set_to /sys/block/vda/queue/nomerges 2
	[ "$disk" != nullb0 ] || null_disk
	[ "$dev" != /dev/ram0 ] || dd if=/dev/zero of=/dev/ram0 bs=1M 2>/dev/null
	mkswap "$dev" >/dev/null || error "mkswap $dev"
	swapon "$dev" || error "swapon $dev"
}

# Where a drain is asked for: a backend has a switch of the name of its configuration.
extra() {
	case $way in
	drain) echo "-D $core/$cfg/enabled" ;;
	swapoff) echo "-S $dev" ;;
	esac
	[ "$disk" != vda ] || echo "-g /cg/bench -i /sys/block/vda/stat"
	[ "$disk" != nullb0 ] || echo "-g /cg/bench -w /sys/block/nullb0/inflight"
}

run_fills() {
	local fill

	for fill in $fills; do
		# shellcheck disable=SC2046,SC2086
		swapbench -m "$mib" -f "$fill" -r "$rounds" $shown $(extra) || error "$fill"
		[ "$way" != swapoff ] || swapon "$dev" || error "swapon $dev"
	done
}

# Bytes of kernel memory that a swapon takes per slot.
map_bytes() {
	local a b

	set_to /sys/block/zram0/disksize 16G
	mkswap /dev/zram0 >/dev/null
	echo 1 >/proc/sys/vm/drop_caches
	cat /proc/sys/vm/stat_refresh
	a=$(($(read_kb VmallocUsed) + $(read_kb SUnreclaim)))
	swapon /dev/zram0 || error "swapon zram0"
	cat /proc/sys/vm/stat_refresh
	b=$(($(read_kb VmallocUsed) + $(read_kb SUnreclaim)))
	echo "S swapon map_kb $((b - a)) slots 4194304"
	swapoff /dev/zram0
}

# QEMU's multi-threaded TCG gets the patching of static keys wrong with two CPUs: while the core's
# are patched, one is off.
second_cpu() { set_to /sys/devices/system/cpu/cpu1/online "$1"; }

# Where zswap is a backend, it is attached and detached as one.
switch() {
	case $1 in
	zram) ;;
	zswap)
		if [ -d $core/zswap ]; then
			set_to $core/zswap/enabled "$2"
		else
			set_to $zswap/enabled "$2"
		fi
		;;
	*) set_to "$core/$1/enabled" "$2" ;;
	esac
}

all_setup() {
	set_to /sys/block/zram0/comp_algorithm "$comp"
	set_to /sys/block/zram0/disksize 128M
	mkswap /dev/zram0 >/dev/null
	dd if=/dev/zero of=/dev/ram0 bs=1M 2>/dev/null
	mkswap /dev/ram0 >/dev/null
	kinds="zram zswap"
	setup zswap
	switch zswap 0
	[ -f /modules/frontswap_compress.ko ] || return
	setup compress
	switch compress 0
	kinds="$kinds compress"
}

kind_on() {
	dev=/dev/ram0
	[ "$1" != zram ] || dev=/dev/zram0
	switch "$1" 1
	swapon "$dev" || error "swapon $dev"
}

kind_off() {
	swapoff "$dev" || error "swapoff $dev"
	switch "$1" 0
}

# What has gone into the store so far, in pages.
stores() {
	if [ "$1" = zram ]; then
		awk '{ print int($7 / 8) }' /sys/block/zram0/stat
	elif [ ! -d "$core/$1" ]; then
		awk '$1 == "zswpout" { print $2 }' /proc/vmstat
	else
		cat "$core/$1/stores"
	fi
}

# Two processes on two CPUs, then one; four rounds each.
run_kind() {
	local before

	before=$(stores "$1")
	swapbench -m "$mib" -f "$2" -r 4 -p 2 || error "$1 $2"
	swapbench -m "$mib" -f "$2" -r 4 -p 1 || error "$1 $2"
	[ $(($(stores "$1") - before)) -ge $((mib * 256 * 12)) ] || error "$1 did not store all"
}

run_smp() {
	local round fill kind

	all_setup
	for fill in $fills; do
		for round in $(seq "$rounds"); do
			for kind in $kinds; do
				kind_on "$kind"
				echo "B $kind $round"
				second_cpu 1
				run_kind "$kind" "$fill"
				second_cpu 0
				kind_off "$kind"
			done
		done
	done
}

mkdir -p /cg
mount -t cgroup2 cg /cg && echo +memory >/cg/cgroup.subtree_control && mkdir /cg/bench
echo 0 >/proc/sys/vm/page-cluster
echo "C cfg=$cfg comp=$comp pool=$pool mib=$mib rounds=$rounds $(uname -r)"
case $cfg in
map) map_bytes ;;
all) run_smp ;;
null) ;;
*)
	setup "$cfg"
	swap_on
	run_fills
	;;
esac
[ -z "$(arg syms "")" ] || sed -n 's/\t\[.*//p' /proc/kallsyms
if dmesg | grep -qE 'BUG:|WARNING:|Oops'; then error "the kernel complained"; fi
echo END
poweroff -f
