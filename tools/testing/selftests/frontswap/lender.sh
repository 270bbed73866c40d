#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# lender.sh - the guest that lends memory to the guest that runs test_pair_*.sh
# Exports a disk in RAM by NVMe over TCP, and executes what arrives at port 5000. What arrives
# may read this file for its functions.
# The UUIDs are fixed: to the other machine, a restarted lender is the same device.

nullb=/sys/kernel/config/nullb
nvmet=/sys/kernel/config/nvmet
port=$nvmet/ports/1

# make_disk NUMBER MIB [NANOSECONDS] - each request takes so long
make_disk() {
	disk=$nullb/nullb$1
	mkdir "$disk" || return
	echo 1 >"$disk/memory_backed"
	echo 1 >"$disk/discard"
	echo "$2" >"$disk/size"
	echo 4096 >"$disk/blocksize"
	echo $((${3:+2} + 0)) >"$disk/irqmode"
	echo "${3:-0}" >"$disk/completion_nsec"
	echo 1 >"$disk/power"
}

make_port() {
	mkdir $port || return
	echo ipv4 >$port/addr_adrfam
	echo tcp >$port/addr_trtype
	echo 10.9.0.2 >$port/addr_traddr
	echo 4420 >$port/addr_trsvcid
}

# export_disk NAME NUMBER
export_disk() {
	subsystem=$nvmet/subsystems/$1
	namespace=$subsystem/namespaces/1
	mkdir "$subsystem" "$namespace" || return
	echo 1 >"$subsystem/attr_allow_any_host"
	echo "/dev/nullb$2" >"$namespace/device_path"
	echo "6d5fb4b7-3a5d-4a4e-9f52-0f2b1e0c6d1$2" >"$namespace/device_uuid"
	echo 1 >"$namespace/enable"
	ln -s "$subsystem" $port/subsystems/
}

# lend NAME NUMBER MIB [NANOSECONDS] - an empty disk
lend() {
	make_disk "$2" "$3" "${4:-}" && export_disk "$1" "$2" && echo "lent: $1"
}

# withdraw NAME NUMBER - its connections are cut, and its memory is lost
withdraw() {
	rm $port/subsystems/"$1"
	echo 0 >$nvmet/subsystems/"$1"/namespaces/1/enable
	rmdir $nvmet/subsystems/"$1"/namespaces/1 $nvmet/subsystems/"$1" $nullb/nullb"$2"
	echo "withdrawn: $1"
}

# serve_nbd MIB - a file in memory
serve_nbd() {
	mkdir -p /tmp/nbd
	rm -f /tmp/nbd/disk
	truncate -s "$1M" /tmp/nbd/disk
	printf '[generic]\n\n[far]\nexportname = /tmp/nbd/disk\ntrim = true\n' >/tmp/nbd/config
	nbd-server -C /tmp/nbd/config && echo "lent: nbd"
}

serve() {
	mount -t configfs config /sys/kernel/config
	if modprobe null_blk nr_devices=0 && modprobe nvmet-tcp &&
		make_port && lend swap 0 128
	then
		echo "lender: ready"
		exec nc -ll -p 5000 -e /bin/sh
	fi
	echo "lender: cannot lend"
}

[ "${0##*/}" != lender.sh ] || serve
