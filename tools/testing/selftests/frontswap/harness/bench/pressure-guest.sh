#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The init of a guest that is short of memory as a whole. From the kernel's command line:
#   store=probe|plain|compress|compress-nowb|zswap|zswap-shrinker|zram|zram-disk
#   kind=text|mixed|rand|hot  mib=100 (of each process)  window=43 (percent, for hot)
#   limit=40 (percent of memory)  comp=lzo
# shellcheck disable=SC3043	# busybox has local
# Lines for the host begin with "A", "V", "T", "P", "X", "ERROR", and at last comes "END".

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t debugfs debug /sys/kernel/debug

error() {
	echo "ERROR guest: $*"
	poweroff -f
}

arg() { tr ' ' '\n' </proc/cmdline | sed -n "s/^$1=//p" | tail -n 1 | grep . || echo "$2"; }

store=$(arg store plain) kind=$(arg kind text) mib=$(arg mib 16) window=$(arg window 50)
limit=$(arg limit 40) comp=$(arg comp lzo)
core=/sys/kernel/mm/frontswap/compress
stats=/sys/kernel/mm/frontswap_compress
zswap=/sys/module/zswap/parameters
zram=/sys/block/zram0
pool=- column=1

set_to() { echo "$2" >"$1" || error "$1 does not take $2"; }

meminfo() { awk -v k="$1:" '$1 == k { print $2 }' /proc/meminfo; }

swap_on() {
	mkswap "$1" >/dev/null || error "mkswap $1"
	swaphog "on:$1:$2" || error "swapon $1"
}

zram_on() {
	set_to $zram/comp_algorithm "$comp"
	set_to $zram/disksize "$1"
	set_to $zram/mem_limit "$2"
	swap_on /dev/zram0 100
	pool=$zram/mm_stat column=3
}

zswap_on() {
	set_to $zswap/compressor "$comp"
	set_to $zswap/zpool zsmalloc
	set_to $zswap/max_pool_percent "$limit"
	[ -z "$1" ] || set_to $zswap/shrinker_enabled "$1"
	set_to $zswap/enabled Y
	[ "$(cat $zswap/zpool)" = zsmalloc ] || error "zswap does not use zsmalloc"
	[ "$(cat $zswap/compressor)" = "$comp" ] || error "zswap does not use $comp"
	pool=/sys/kernel/debug/zswap/pool_total_size
}

compress_on() {
	insmod /modules/frontswap_compress.ko "compressor=$comp" "max_pool_percent=$limit" \
		"writeback=$1" || error "insmod frontswap_compress"
	[ -d $core ] || error "frontswap_compress is not there"
	pool=$stats/pool_bytes
}

# A store of all memory has the disk behind it, but for zram alone.
setup() {
	local mem shrinker=''

	mem=$(meminfo MemTotal)
	[ "$store" = zram ] || swap_on /dev/vda 5
	[ ! -f $zswap/shrinker_enabled ] || shrinker=N
	case $store in
	probe | plain) ;;
	compress) compress_on Y ;;
	compress-nowb) compress_on N ;;
	zswap) zswap_on "$shrinker" ;;
	zswap-shrinker) zswap_on Y ;;
	# A full zram fails writes, so that it has no limit where there is nothing else.
	zram) zram_on $((mem * 3))K 0 ;;
	# Nor where pages do not compress: there it is as large as it may be.
	zram-disk)
		if [ "$kind" = rand ]; then
			zram_on $((mem * limit / 100))K 0
		else
			zram_on $((mem * limit * 3 / 100))K $((mem * limit / 100))K
		fi
		;;
	*) error "store=$store" ;;
	esac
}

# pages_of WHEN NAME FILE: those read from and written to a block device.
pages_of() {
	awk -v v="V $1 $2" '{ print v "_in", int($3 / 8); print v "_out", int($7 / 8) }' "$3"
}

# show WHEN: all that is counted.
show() {
	local f

	pages_of "$1" disk /sys/block/vda/stat
	sed -n "s/^\(some\|full\).*total=/V $1 stall_\1 /p" /proc/pressure/memory
	awk -v w="$1" '/^(pswp|zswp|swpout_zero|oom_kill |allocstall|workingset_refault_anon)/ {
		print "V", w, $1, $2 }' /proc/vmstat
	awk -v w="$1" '/^cpu / { print "V", w, "cpu_user", $2; print "V", w, "cpu_system", $4
		print "V", w, "cpu_idle", $5 + $6 }' /proc/stat
	case $store in
	compress*)
		for f in "$stats"/* $core/stores $core/rejected_stores $core/loads; do
			echo "V $1 ${f##*/} $(cat "$f")"
		done
		;;
	zswap*)
		for f in /sys/kernel/debug/zswap/*; do
			echo "V $1 zswap_${f##*/} $(cat "$f")"
		done
		;;
	zram*) pages_of "$1" zram $zram/stat ;;
	esac
}

work() {
	case $kind in
	hot) echo "-k text -j 2 -m $mib fill hot:$window verify" ;;
	*) echo "-k $kind -j 2 -m $mib fill verify dirty:2 verify" ;;
	esac
}

[ -b /dev/vda ] || error "there is no disk"
[ -f /proc/pressure/memory ] || error "this kernel does not tell of stalls"
setup
echo "A $(meminfo MemAvailable) $(meminfo MemTotal) $(uname -r)"
[ "$store" != probe ] || { echo END; poweroff -f; }
show before
status=0
# shellcheck disable=SC2046
pressure $pool $column /bin/swaphog -T 36000 $(work) || status=$?
show after
echo "X $status"
dmesg | grep -E 'Out of memory|Write-error|oom-kill' | head -n 4
if dmesg | grep -qE 'BUG:|WARNING:|Oops'; then error "the kernel complained"; fi
echo END
poweroff -f
