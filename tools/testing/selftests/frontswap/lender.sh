#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# lender.sh - the guest that lends memory to the guest that runs test_pair_*.sh
# Exports a disk in RAM by NVMe over TCP, and executes what arrives at port 5000.
# The UUID is fixed: to the other machine, a restarted lender is the same device.

size_mb=128
nullb=/sys/kernel/config/nullb/nullb0
nvmet=/sys/kernel/config/nvmet
namespace=$nvmet/subsystems/swap/namespaces/1
port=$nvmet/ports/1

make_disk() {
	modprobe null_blk nr_devices=0 || return
	mkdir $nullb || return
	echo 1 >$nullb/memory_backed
	echo 1 >$nullb/discard
	echo $size_mb >$nullb/size
	echo 4096 >$nullb/blocksize
	echo 0 >$nullb/irqmode
	echo 1 >$nullb/power
}

make_target() {
	modprobe nvmet-tcp || return
	mkdir $nvmet/subsystems/swap $namespace $port || return
	echo 1 >$nvmet/subsystems/swap/attr_allow_any_host
	echo /dev/nullb0 >$namespace/device_path
	echo 6d5fb4b7-3a5d-4a4e-9f52-0f2b1e0c6d11 >$namespace/device_uuid
	echo 1 >$namespace/enable
	echo ipv4 >$port/addr_adrfam
	echo tcp >$port/addr_trtype
	echo 10.9.0.2 >$port/addr_traddr
	echo 4420 >$port/addr_trsvcid
	ln -s $nvmet/subsystems/swap $port/subsystems/swap
}

mount -t configfs config /sys/kernel/config
if make_disk && make_target; then
	echo "lender: ready"
	exec nc -ll -p 5000 -e /bin/sh
fi
echo "lender: cannot lend"
