#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `make run` shows, in the guest. Two backends are loaded, drained and unloaded
# while a process swaps; after each step every byte of the process is compared.

area=/dev/vda
backends=/sys/kernel/mm/frontswap
pool=/sys/kernel/mm/frontswap_compress
group=/sys/fs/cgroup/story
mib=64
pages=$((mib * 256))

tell() { printf '\n%s\n' "$*"; }
show() { sed 's/^/    /'; }
note() { echo "    $*"; }
lost() { tell "FAILED: $*"; exit 1; }
backend() { cat "$backends/$1/$2"; }
used() { awk -v a=$area '$1 == a { print $4 }' /proc/swaps; }
names() { find $backends -mindepth 1 -maxdepth 1 -exec basename {} \; | paste -sd' '; }

# command COMMAND...: shows and executes it.
command() {
	note "# $*"
	"$@" || lost "$1 failed"
}

# send COMMAND, receive: the hog executes one command at a time and answers with one line.
send() { echo "$1" >&5; }

receive() {
	read -r answer <&6 || lost "the process has ended"
	echo "$answer" | show
	case $answer in
	verify:*" bad=0 sigbus=0"*) ;;
	verify:*) lost "memory came back with other bytes" ;;
	esac
}

hog() {
	for word; do
		send "$word"
		receive
	done
}

# swap_out BACKEND: new contents, all of it swapped out.
swap_out() {
	send fill
	receive
	send out
	before=
	while [ "$before" != "$(backend "$1" stored_pages)" ]; do
		before=$(backend "$1" stored_pages)
		note "stored_pages: $before"
		sleep 1
	done
	receive
}

# log_of BACKEND: its messages since the last call.
log_of() {
	dmesg | sed 's/^\[[^]]*\] *//' | grep "^frontswap: $1:" >/tmp/log.now || :
	touch "/tmp/log.$1"
	tail -n +$(($(wc -l <"/tmp/log.$1") + 1)) /tmp/log.now | show
	mv /tmp/log.now "/tmp/log.$1"
}

# drain BACKEND
drain() {
	note "# echo 0 > $backends/$1/enabled"
	echo 0 >"$backends/$1/enabled" || lost "the drain failed"
	log_of "$1"
	[ "$(backend "$1" stored_pages)" = 0 ] || lost "pages are left in $1"
}

mkswap $area >/dev/null
memory=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
note "Linux $(uname -r), $(nproc) CPUs, $memory MiB of RAM"

tell "1. swapon of a disk. No backend is loaded."
[ -z "$(names)" ] || lost "a backend is loaded already"
command swapon $area
show </proc/swaps

tell "2. A process fills $mib MiB, and all of it is swapped out to the disk."
mkdir $group
mkfifo /tmp/orders /tmp/answers
./swaphog -T 600 -g $group -m $mib -k text - </tmp/orders >/tmp/answers &
exec 5>/tmp/orders 6</tmp/answers
hog fill out
[ "$(used)" -gt 0 ] || lost "nothing is on the disk"
note "swap in use: $(used) KiB"

tell "3. frontswap_compress is loaded; the swapon is replayed to the late backend."
command modprobe frontswap_compress max_pool_percent=40
log_of compress
dmesg | grep -q 'frontswap: compress: registered, .* 1 swap area' || lost "no replay in the log"

tell "4. Pages that are on the disk are read from the disk."
hog verify
note "loads from the backend: $(backend compress loads)"

tell "5. New contents are swapped out: the backend stores compressed pages."
swap_out compress
stored=$(backend compress stored_pages)
size=$(($(cat $pool/pool_bytes) + $(cat $pool/index_bytes)))
note "stored: $stored pages, $((stored * 4)) KiB, in $((size / 1024)) KiB of memory"
note "saved:  $((stored * 4 - size / 1024)) KiB, compression_ratio $(cat $pool/compression_ratio)"
[ "$stored" -ge $((pages * 9 / 10)) ] || lost "the backend stores too few pages"
[ $size -lt $((stored * 2048)) ] || lost "no memory is saved"

tell "6. All pages are loaded from the backend, and every byte is compared."
before=$(backend compress loads)
hog verify
[ $(($(backend compress loads) - before)) -ge $((pages * 9 / 10)) ] ||
	lost "too few pages were loaded from the backend"

tell "7. frontswap_ram takes over: compress is drained into ram and unloaded."
swap_out compress
command modprobe frontswap_ram
log_of ram
drain compress
command rmmod frontswap_compress
note "backends: $(names); ram stores $(backend ram stored_pages) pages"
[ "$(names)" = ram ] || lost "compress is still there"
[ "$(backend ram stored_pages)" -ge $((pages * 9 / 10)) ] || lost "ram did not take over"
hog verify
[ "$(backend ram loads)" -ge $((pages * 9 / 10)) ] || lost "too few pages were loaded from ram"

tell "8. ram is drained to the disk and unloaded, without swapoff."
swap_out ram
drain ram
command rmmod frontswap_ram
[ -z "$(names)" ] || lost "a backend is still there"
hog verify
send quit
wait $! || lost "the process ended with exit status $?"
command swapoff $area
tell "Every byte was compared after each step, and every byte was right."
