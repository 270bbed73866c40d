#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `make remote` shows, in the guest that swaps. The other guest lends its memory
# by NVMe over TCP, and is killed twice. At last the memory is a tier below compressed RAM.

. /story.sh
bdevs=/sys/kernel/mm/frontswap_bdev
mib=32

lender() { echo "$*" | nc -w 5 10.9.0.2 5000; }

# wait_for SECONDS COMMAND
wait_for() {
	for _ in $(seq "$1"); do
		! "$2" || return 0
		sleep 1
	done
	lost "$2: not within $1 s"
}

lender_is_there() { lender echo there 2>/dev/null | grep -q there; }
device_is_there() { [ -b /dev/nvme0n1 ]; }
device_answers() { dd if=/dev/nvme0n1 of=/dev/null bs=4096 count=1 iflag=direct 2>/dev/null; }

# write VALUE FILE
write() {
	note "# echo '$1' > $2"
	echo "$1" >"$2" || lost "it is rejected"
}

# survey: every byte is compared; lost pages are counted.
survey() {
	send verify
	read -r answer <&6 || lost "the process has ended"
	echo "$answer" | show
	case $answer in
	*" bad=0 "*) ;;
	*) lost "memory came back with other bytes" ;;
	esac
}

lender_memory() {
	note "free memory of the lender: $(lender cat /proc/meminfo | awk '/MemFree/ { print $2 }') KiB"
}

# Without a word to this machine; the harness starts the lender again.
lender_dies() {
	note "lender# echo b > /proc/sysrq-trigger"
	lender 'echo b >/proc/sysrq-trigger' >/dev/null 2>&1
}

begin
tell "1. The other machine lends 128 MiB."
wait_for 90 lender_is_there
lender_memory
command modprobe nvme-tcp
echo 3 >/sys/module/nvme_core/parameters/io_timeout
write "transport=tcp,traddr=10.9.0.2,trsvcid=4420,nqn=swap,nr_io_queues=1,fast_io_fail_tmo=3,ctrl_loss_tmo=600,reconnect_delay=1,keep_alive_tmo=2" \
	/dev/nvme-fabrics
wait_for 10 device_is_there

tell "2. The memory becomes a backend; its pages are written to the swap device, too."
command swapon $area
command modprobe frontswap_bdev
write "/dev/nvme0n1 name=far deadline_ms=2000" $bdevs/add
log_of far
start_hog -m $mib -k text
swap_out far
lender_memory
hog verify

tell "3. The lender is killed. The pages are read from the swap device."
swap_out far
lender_dies
hog verify
note "state: $(cat $bdevs/far/state)"

tell "4. The lender is back, without the pages, and the device is removed."
wait_for 90 lender_is_there
write far $bdevs/remove
end_hog

tell "5. Pages that are only on the other machine, which is killed again."
wait_for 60 device_answers
write "/dev/nvme0n1 name=far write_through=0 deadline_ms=2000" $bdevs/add
start_hog -b -m $mib -k text
swap_out far
lender_memory
lender_dies
survey
note "A lost page is SIGBUS for the process that touches the page, and for no other."
end_hog
start_hog -m $mib -k text
hog fill out verify

tell "6. The dead machine is abandoned, without an access to the machine."
log_of far >/dev/null
write abandon $backends/far/enabled
log_of far
hog verify
end_hog
write far $bdevs/remove

tell "7. Three tiers: compressed RAM, the other machine, the swap device."
wait_for 90 lender_is_there
wait_for 60 device_answers
write "/dev/nvme0n1 name=far write_through=0 priority=-1" $bdevs/add
command modprobe frontswap_compress max_bytes=4M
start_hog -m $mib -k text
swap_out compress
hog dirty:2 out
note "# cat /sys/kernel/debug/frontswap/backends"
show </sys/kernel/debug/frontswap/backends
[ "$(backend far moved_in)" -gt 0 ] || lost "no page has moved down"
lender_memory
hog verify
drain compress
hog verify
end_hog
command rmmod frontswap_compress
write far $bdevs/remove
command rmmod frontswap_bdev
command swapoff $area
tell "No byte was wrong."
