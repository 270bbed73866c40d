#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What `make run` shows, in the guest: swap that is in use gets a backend.

area=/dev/vda
backends=/sys/kernel/mm/frontswap
group=/sys/fs/cgroup/story
mib=64
bad=0

tell() { printf '\n%s\n' "$*"; }
show() { sed 's/^/    /'; }
lost() { tell "FAILED: $*"; bad=1; exit 1; }
ram() { cat $backends/ram/"$1"; }
used() { awk -v a=$area '$1 == a { print $4 }' /proc/swaps; }

# The hog obeys one command at a time and answers each with one line.
hog() {
	for command; do
		echo "$command" >&5
		read -r answer <&6 || lost "the workload has gone, at '$command'"
		echo "$answer" | show
		case $answer in
		verify:*" bad=0 sigbus=0"*) ;;
		verify:*) lost "memory has come back with other bytes" ;;
		esac
	done
}

mkswap $area >/dev/null
memory=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
echo "    Linux $(uname -r), $(nproc) CPUs, $memory MiB for use"

tell "1. swapon $area, a disk. No backend module is there."
[ -z "$(ls $backends)" ] || lost "there is a backend already"
echo "    backends: none"
swapon $area || lost "swapon"
show </proc/swaps

tell "2. A process fills $mib MiB, each page with content of its own, and all of it is pushed out."
mkdir $group
mkfifo /tmp/orders /tmp/answers
./swaphog -T 600 -g $group -m $mib -k nonzero - </tmp/orders >/tmp/answers &
exec 5>/tmp/orders 6</tmp/answers
hog fill out
[ "$(used)" -gt 0 ] || lost "nothing is on the disk"
echo "    on the disk: $(used) KiB"

tell "3. modprobe frontswap_ram: the backend comes late, the swapon it missed is replayed to it."
modprobe frontswap_ram || lost "the backend was refused"
dmesg | grep 'frontswap: ram:' | sed 's/^\[[^]]*\] *//' | show
dmesg | grep -q 'frontswap: ram: registered, .* 1 swap area' || lost "no replay in the log"
echo "    stored_pages: $(ram stored_pages)"

tell "4. What was out before comes from the disk."
hog verify
echo "    loads from the backend: $(ram loads)"

tell "5. The pages are written anew and pushed out again: now the backend takes them."
echo fill >&5
read -r answer <&6
echo out >&5
before=
while [ "$before" != "$(ram stored_pages)" ]; do
	before=$(ram stored_pages)
	echo "    stored_pages: $before"
	sleep 1
done
read -r answer <&6
echo "$answer" | show
stored=$(ram stored_pages)
echo "    stored_pages: $stored"
[ "$stored" -ge $((mib * 256)) ] || lost "the backend holds fewer pages than were pushed out"

tell "6. All of it comes back, and every byte is compared."
hog verify
[ "$(ram loads)" -ge $((mib * 256)) ] || lost "not all pages came from the backend"
echo quit >&5
wait $! || lost "the workload ends with exit status $?"

tell "7. What the backend has done:"
for counter in stores rejected_stores loads load_errors invalidates stored_pages; do
	echo "$counter: $(ram $counter)" | show
done
swapoff $area || lost "swapoff"
echo "    after swapoff, stored_pages: $(ram stored_pages)"
[ "$(ram stored_pages)" = 0 ] || lost "pages were left in the backend"
[ $bad = 0 ] || exit 1
tell "Real pages went into a backend that came after swapon, and every byte came back."
