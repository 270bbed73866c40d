#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench/vm.sh KERNEL LABEL "ARGS" [virtio|smp|pressure]: boots that kernel, with the words ARGS for
# guest.sh or pressure-guest.sh.
# $out/LABEL.log gets what the guest said, $out/LABEL.win what QEMU's plugin counted. Without the
# last word the guest is deterministic: one CPU, a nanosecond for an instruction, no disk.
. "$(dirname "$0")/../lib.sh"
kernel=$1 label=$2 args=$3 kind=${4:-}
case $kernel in ours*) tree=ours ;; *) tree=stock ;; esac
dir=$work/bench/$tree/$kernel
user=$work/bench/user
case $KERNEL in 6.1) read=swap_readpage ;; *) read=swap_read_folio ;; esac
out=${BENCH_OUT:-$O/bench/linux-$KERNEL/runs}
limit=${BENCH_TIMEOUT:-600}
mem=${BENCH_MEM:-256} disk=${BENCH_DISK:-64M}
init=$harness/bench/guest.sh programs=(swapbench)
[ "$kind" != pressure ] || init=$harness/bench/pressure-guest.sh programs=(pressure swaphog)
serial=$out/$label.serial

# The addresses of FILE's symbols that match PATTERN, joined by "+".
addresses() { nm "$1" | awk -v p="^($2)\$" '$3 ~ p { print $1 }' | paste -sd+; }

kernel_addresses() { awk -v p="^($1)\$" '$3 ~ p { print $1 }' "$dir/System.map" | paste -sd+; }

# text_of OBJECT FUNCTION: where the text of that object file, which has FUNCTION, begins and ends.
text_of() {
	local at offset size

	at=$(kernel_addresses "$2")
	offset=$(nm "$dir/$1" | awk -v f="$2" '$3 == f { print $1 }')
	size=$(size -A "$dir/$1" | awk '$1 == ".text" { print $2 }')
	printf '%x+%x' $((0x$at - 0x$offset)) $((0x$at - 0x$offset + size))
}

list() {
	local m p
	for m in bin proc sys dev cg modules; do echo "dir /$m 755 0 0"; done
	echo "nod /dev/console 600 0 0 c 5 1"
	echo "file /bin/busybox $(command -v busybox) 755 0 0"
	echo "slink /bin/sh busybox 777 0 0"
	for p in "${programs[@]}"; do echo "file /bin/$p $user/$p 755 0 0"; done
	echo "file /init $init 755 0 0"
	for m in "$dir"/modules/*.ko; do echo "file /modules/${m##*/} $m 644 0 0"; done
}

plugin() {
	local words
	words="out=$out/$label.win,begin=$(addresses "$user/swapbench" mark_begin)"
	words+=+$(kernel_addresses frontswap_micro_begin)
	words+=",end=$(addresses "$user/swapbench" mark_end)+$(kernel_addresses frontswap_micro_end)"
	words+=",irq=$(kernel_addresses 'asm_(sysvec_.*|common_interrupt)')"
	words+=",iret=$(kernel_addresses native_irq_return_iret)"
	words+=",path=$(text_of mm/page_io.o $read)+$(text_of mm/swapfile.o get_swap_pages)"
	[ -z "${BENCH_PROF:-}" ] || words+=",prof=$out/$label.prof"
	echo "$user/icount.so,$words"
}

append="console=ttyS0 quiet panic=-1 oops=panic nokaslr norandmaps tsc=reliable clocksource=tsc"
append+=" no_timer_check mitigations=off noreplace-smp random.trust_cpu=off"
append+=" random.trust_bootloader=off brd.rd_size=65536"
# ERMS: QEMU counts each round of a REP instruction. RDRAND: there is no chance here.
machine=(-M q35 -m "$mem" -seed 1 -rtc "base=2024-01-01T00:00:00,clock=vm" -nodefaults
	-cpu "max,-rdrand,-rdseed,-erms,-fsrm")
[ -z "${BENCH_PROF:-}" ] || append+=" syms=1"
case $kind in
'')
	machine+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -smp 1 -plugin "$(plugin)")
	;;
virtio)
	machine+=(-accel "tcg,thread=single" -smp 1 -device "virtio-blk-pci,drive=vda"
		-drive "file=$out/$label.img,if=none,id=vda,format=raw,cache=unsafe")
	;;
pressure)
	machine+=(-accel "tcg,thread=single" -smp "2,sockets=2" -device "virtio-blk-pci,drive=vda"
		-drive "file=$out/$label.img,if=none,id=vda,format=raw,cache=unsafe")
	;;
smp)
	machine+=(-accel "tcg,thread=multi" -smp "2,sockets=2")
	append+=" maxcpus=1"
	;;
esac
mkdir -p "$out"
rm -f "$out/$label".*
case $kind in virtio | pressure) truncate -s "$disk" "$out/$label.img" ;; esac
list >"$out/$label.list"
"$dir/usr/gen_init_cpio" -t 0 "$out/$label.list" >"$out/$label.cpio"
rc=0
timeout --foreground -k 5 "$limit" qemu-system-x86_64 "${machine[@]}" -display none -no-reboot \
	-no-user-config -serial "file:$serial" -kernel "$dir/arch/x86/boot/bzImage" \
	-initrd "$out/$label.cpio" -append "$append $args" </dev/null 9>&- || rc=$?
tr -d '\r' <"$serial" >"$out/$label.log"
# What QEMU took of this machine's CPUs.
if [ "$kind" = pressure ]; then
	times >"$serial"
	sed -n '2s/^/H /p' "$serial" >>"$out/$label.log"
fi
rm -f "$out/$label".{cpio,list,img,serial}
[ $rc = 0 ] || die "$label: QEMU ended with $rc; see $out/$label.log"
! grep -m1 '^ERROR' "$out/$label.log" >&2 || die "$label failed; see $out/$label.log"
grep -qx 'END' "$out/$label.log" || die "$label did not end; see $out/$label.log"
