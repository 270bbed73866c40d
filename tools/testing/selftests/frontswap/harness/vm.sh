#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm.sh normal|nozswap|debug|kcsan|pair MODE [TEST,TEST...]: boots that guest; MODE is for harness/init.
# Beside a guest "pair" runs a second one, with MODE lender, and is started again when it ends. The
# host serves the first one, too, see serve_host().
# The guest's words come out as they are said. Exit status 0 only if its verdict is complete.
# Left behind in $O/logs: NAME.MODE.console and NAME.MODE.verdict.
. "$(dirname "$0")/lib.sh"
lock
name=$1 mode=$2 tests=${3:-}
dir=${FS_DIR:-$work}/$name
label=${FS_LABEL:-$name}.$mode
console=$logs/$label.console
verdict=$logs/$label.verdict
case $mode in
probe) limit=25 ;;
story | remote) limit=600 ;;
shell | lender) limit=0 ;;
*) limit=1500 ;;
esac
test_limit=180
threads=single
role=
[ "$name" != pair ] || role=swapper
[ "$mode" != lender ] || role=lender
# Some kernels are slow. They have no jump labels, which are patched while the guest runs: QEMU's
# multi-threaded TCG gets that wrong, so the normal kernel has to do with one thread.
slow() { [ "$name" = debug ] || [ "$name" = kcsan ] || [ "$name" = pair ]; }
if slow; then
	limit=$((limit * 2))
	test_limit=$((test_limit * 2))
	threads=multi
fi
limit=${FS_TIMEOUT:-$limit}
test_limit=${FS_TEST_LIMIT:-$test_limit}

probe() { ACCEL=kvm FS_LABEL=kvm sub vm.sh "$name" probe >/dev/null 2>&1; }

# A /dev/kvm that is there may still not work: only a guest that came up proves it.
accel() {
	local known=$work/accel works
	if [ -n "$ACCEL" ]; then
		echo "$ACCEL"
	elif [ ! -w /dev/kvm ]; then
		echo tcg
	else
		if [ ! -s "$known" ]; then
			works=tcg
			! probe || works=kvm
			done_with "$known" $works
			warn "KVM was tried: guests run with $(cat "$known") (remembered in $known)"
		fi
		cat "$known"
	fi
}

machine() {
	case $1 in
	kvm) echo "-accel kvm -cpu host" ;;
	tcg) echo "-accel tcg,thread=$threads -cpu max" ;;
	*) die "ACCEL=$1: kvm or tcg" ;;
	esac
}

# Disks in memory do not stop when the machine writes its own files back.
disk_dir() {
	local parent=/dev/shm

	[ "$(df -k --output=avail $parent 2>/dev/null | tail -n 1)" -ge $((4 << 20)) ] 2>/dev/null ||
		parent=${TMPDIR:-/tmp}
	mktemp -d "$parent/frontswap.XXXXXX"
}

# disk NAME SIZE: it takes what is written to it only.
disk() {
	local image=$disks/$1.img

	if [ -z "$resume" ]; then
		rm -f "$image"
		truncate -s "$2" "$image"
	fi
	echo "-drive file=$image,if=none,id=$1,format=raw,cache=unsafe"
	echo "-device virtio-blk-pci,drive=$1,serial=$1"
}

# hibernated: the swap device has an image of the guest.
hibernated() {
	[ "$(dd if="$disks/vda.img" bs=1 skip=4086 count=9 2>/dev/null)" = S1SUSPEND ]
}

# The network of a pair: datagrams between two sockets. The order of the start does not matter.
network() {
	local peer=lender mac=1

	[ -n "$role" ] || return 0
	[ "$role" = swapper ] || { peer=swapper; mac=2; }
	echo "-netdev dgram,id=net,local.type=unix,local.path=$FS_NET/$role,remote.type=unix,remote.path=$FS_NET/$peer"
	echo "-device virtio-net-pci,netdev=net,romfile=,mac=52:54:00:09:00:0$mac"
}

# Memory of the host, a port for requests to the host, and a monitor for the host.
host_devices() {
	[ "$role" = swapper ] || return 0
	echo "-object memory-backend-file,id=pmem,mem-path=$FS_NET/pmem,size=64M,share=on"
	echo "-device virtio-pmem-pci,memdev=pmem"
	echo "-drive file=$FS_NET/disk,if=none,id=host,format=raw,cache=unsafe,discard=unmap"
	echo "-device virtio-blk-pci,drive=host,serial=host"
	echo "-chardev pipe,id=host,path=$FS_NET/port -device virtserialport,chardev=host,name=host"
	echo "-chardev pipe,id=monitor,path=$FS_NET/monitor -mon chardev=monitor,mode=readline"
	[ ! -e "$FS_NET/incoming" ] || echo "-incoming exec:cat<$FS_NET/incoming"
}

# serve_host: answers the requests of a guest. "blocks": what the disk takes, in units of 512 bytes.
# "save": saves the guest to a file, ends it, and answers when it was restored.
serve_host() {
	local request

	cat "$FS_NET/monitor.out" >/dev/null &
	# Both ends are open, so that neither the guest nor this waits to open them.
	exec 5<>"$FS_NET/port.out" 6<>"$FS_NET/port.in" 7<>"$FS_NET/monitor.in"
	while read -r request <&5; do
		case $request in
		blocks) stat -c %b "$FS_NET/disk" >&6 ;;
		save) printf 'migrate "exec:cat>%s"\nquit\n' "$FS_NET/state" >&7 ;;
		esac
	done
}

lend() {
	while :; do
		FS_LABEL=lender sub vm.sh pair lender >/dev/null 2>&1 || sleep 1
	done
}

boot() {
	local append serial
	append="console=ttyS0 panic=-1 oops=panic reboot=t log_buf_len=4M no_timer_check"
	append="$append zswap.enabled=0 brd.rd_nr=4 rcupdate.rcu_cpu_stall_suppress_at_boot=1"
	append="$append fs_mode=$mode fs_cpus=$SMP fs_limit=$test_limit fs_role=$role ${FS_APPEND:-}"
	# A data race in the kernel's own code is told in the way of a warning, but does not end it.
	[ "$mode" = shell ] || [ "$name" = kcsan ] || append="$append panic_on_warn=1"
	# A task that hangs for a minute ends the guest, with its stack on the console.
	append="$append hung_task_panic=1 sysctl.kernel.hung_task_timeout_secs=60"
	# An emulated CPU is slow, so a watched access has to be watched for longer than on a real one.
	[ "$name" != kcsan ] || append="$append kcsan.udelay_task=400"
	[ "$mode" != lender ] || append="$append kunit.enable=0"
	# The log of a soak would be most of its output.
	[ "$mode" != soak ] || append="$append loglevel=5"
	# Without the words that all names of tests have: what is over 2 KiB is cut off.
	append="$append fs_tests=$(sed 's/\btest_//g; s/\.sh\b//g' <<<"$tests")"
	[ ${#append} -lt 2000 ] || die "the command line of the guest is too long"
	if [ "$mode" = shell ]; then
		serial=(-serial mon:stdio -chardev "null,id=output")
		append="$append quiet"
	else
		serial=(-chardev "file,id=console,path=$console,append=on" -serial chardev:console -chardev "file,id=output,path=/dev/fd/1,append=on")
		exec </dev/null
	fi
	if [ -n "$resume" ]; then
		! hibernated || append="resume=/dev/vda $append"
	else
		rm -f "$console" "$verdict"
	fi
	# Without ACPI the firmware tells of a CPU only if it is a socket of its own.
	# shellcheck disable=SC2046
	timeout --foreground -k 5 "$limit" \
		qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none \
		-machine pc $(machine "$how") -smp "$SMP,sockets=$SMP,cores=1,threads=1" -m "$MEM${role:+,slots=1,maxmem=$((MEM + 1024))M}" \
		-kernel "$dir/arch/x86/boot/bzImage" -initrd "$dir/initrd" -append "$append" \
		"${serial[@]}" -chardev "file,id=verdict,path=$verdict,append=on" -device virtio-serial-pci \
		-device virtserialport,chardev=verdict,name=verdict \
		-device virtserialport,chardev=output,name=output \
		$(disk vda 130G) $(disk vdb 2G) $(network) $(host_devices) 9>&-
}

how=$(accel)
lender=
host=
disks=$(disk_dir)
trap 'kill -- -"$lender" -"$host" 2>/dev/null || :; rm -rf "$disks"' EXIT
if [ "$role" = swapper ]; then
	export FS_NET=$disks
	truncate -s 64M "$FS_NET/disk"
	mkfifo "$FS_NET"/{port,monitor}.{in,out}
	set -m
	lend </dev/null &
	lender=$!
	serve_host </dev/null &
	host=$!
	set +m
fi
rc=0
resume=
boot || rc=$?
# Tests may hibernate the guest, or have it saved.
for resume in 1 2 3 4 5 6 7 8; do
	if [ -s "$disks/state" ]; then
		mv "$disks/state" "$disks/incoming"
		echo restored >"$disks/port.in"
	elif ! hibernated; then
		break
	fi
	rc=0
	boot || rc=$?
	rm -f "$disks/incoming"
done
resume=
# QEMU's TCG sometimes loses a guest early on. That says nothing about our code, as long as none of it
# has run; but it is said, and done once only.
if [ "$mode" != shell ] && [ "$mode" != probe ] && ! grep -qsx start "$verdict" &&
	! grep -qs 'Subtest: ' "$console"
then
	warn "$name: the guest died before its init began; trying once more"
	tail -n 3 "$console" | tr -d '\r' >&2
	cp "$console" "$console.first"
	rc=0
	boot || rc=$?
fi
if [ "$(tail -n 1 "$verdict" 2>/dev/null)" = end ]; then exit 0; fi
case $rc in
124 | 137) warn "$name: the guest did not end within $limit s; its console is $console" ;;
0) warn "$name: the guest ended without a good verdict; its console is $console" ;;
*) warn "$name: QEMU ended with $rc; its console is $console" ;;
esac
exit 1
