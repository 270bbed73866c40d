#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench: the same workload in the same guest with each of the ways to keep swapped-out pages.
# BENCH="core drain pages smp wire" names the parts; all of these if it is empty or "all". BENCH=pressure is
# for machines that are short of memory as a whole; it takes long, so it is not among "all".
# On 6.12 there is no stock frontswap to compare with; zswap is no backend, so it is not drained; and
# no page of zeros comes to any of them, as the swap code keeps a bit for it.
# Left behind in $O/bench/linux-$KERNEL: table.txt, results.tsv, bench.png, and the guests' words in runs/.
. "$(dirname "$0")/lib.sh"
lock
: "${BENCH:=all}"
[ "$BENCH" != all ] || BENCH="core drain pages smp wire"
results=$O/bench/linux-$KERNEL
export BENCH_OUT=$results/runs
user=$work/bench/user
fills=text,mixed,rand,zero
case $KERNEL in
6.1) stock=stock drained=ours-zswap some=text,zero ;;
*) stock='' drained='' some=text ;;
esac
compressors="lzo lz4"

for part in $BENCH; do
	case $part in
	core | drain | pages | smp | wire | pressure) ;;
	*) die "BENCH=$part: core, drain, pages, smp, wire, pressure or all" ;;
	esac
done

asked() { case " $BENCH " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

kernels() {
	case $BENCH in pressure | wire) ;; *) echo ours ;; esac
	! asked core || echo $stock none ours-zswap stock-zswap
	! asked drain || echo $drained stock-zswap
	! asked pages || echo stock-zswap
	! asked smp || echo ours-zswap
	! asked wire || echo ours-wire
	! asked pressure || echo ours-pressure stock-pressure
}

build_user() {
	local cc=(gcc -O2 -Wall -Werror)
	mkdir -p "$user"
	"${cc[@]}" -static -no-pie -o "$user/swapbench" "$harness/bench/swapbench.c"
	"${cc[@]}" -static -pthread -o "$user/swaphog" "$selftests/swaphog.c"
	"${cc[@]}" -static -o "$user/pressure" "$harness/bench/pressure.c"
	"${cc[@]}" -shared -fPIC -o "$user/icount.so" "$harness/bench/icount.c"
	"${cc[@]}" -o "$user/native" "$harness/bench/native.c"
}

# vm KERNEL PART CONFIG COMPRESSOR "ARGS" [KIND]: a boot. A label has these four words.
vm() {
	local kernel=$1 label=$2.$1.$3.$4 cfg=$3
	printf '%s\n' "$label" >>"$results/labels"
	case $cfg in
	zswap-*) cfg="zswap pool=${cfg#zswap-}" ;;
	again) cfg=plain ;;
	esac
	case $4 in -) ;; *) cfg="$cfg comp=$4" ;; esac
	say "$label"
	sub bench/vm.sh "$kernel" "$label" "cfg=$cfg $5" "${6:-}" || failed=1
}

has_compress() { [ -f "$work/bench/ours/$1/modules/frontswap_compress.ko" ]; }

core() {
	local k

	for k in $stock ours; do vm "$k" micro null - "frontswap_micro=1000"; done
	for k in none $stock ours; do vm "$k" map map - ""; done
	for k in none $stock ours stock-zswap ours-zswap; do
		vm "$k" idle plain - "fills=rand,zero rounds=4"
	done
	vm ours idle again - "fills=rand,zero rounds=4"
	"$user/native" >"$BENCH_OUT/native.txt"
}

drain() {
	local w="fills=$some rounds=3 way"

	vm stock-zswap drain zswap-zsmalloc lzo "$w=swapoff"
	[ -z "$drained" ] || vm $drained drain zswap-zsmalloc lzo "$w=drain"
	vm ours drain ram - "$w=drain"
	vm ours drain zram lzo "$w=swapoff"
	vm ours drain plain - "$w=swapoff"
	! has_compress ours || vm ours drain compress lzo "$w=drain"
	[ -z "$drained" ] ||
		vm $drained virtio zswap-zsmalloc lzo "$w=drain disk=vda mib=4 rounds=1" virtio
	vm ours virtio ram - "$w=drain disk=vda mib=4 rounds=1" virtio
}

pages() {
	local c w="fills=$fills rounds=8"

	vm ours pages plain - "$w"
	for c in $compressors; do
		vm stock-zswap pages zswap-zsmalloc "$c" "$w"
		vm stock-zswap pages zswap-zbud "$c" "$w"
		vm ours pages zram "$c" "$w"
		! has_compress ours || vm ours pages compress "$c" "$w"
	done
}

# The same delay behind a swap device, behind begin_store() and begin_load(), behind store() and
# load(), and behind the device of frontswap_bdev. What is left in the swap cache is reclaimed, so that each round begins with all pages out.
wire() {
	local us w="fills=text rounds=3 mib=8 disk=nullb0"

	for us in 50 200 1000; do
		vm ours-wire "wire$us" plain - "$w delay=$us way=swapoff"
		vm ours-wire "wire$us" async - "$w delay=$us way=drain"
		vm ours-wire "wire$us" sync - "$w delay=$us way=drain"
		vm ours-wire "wire$us" bdev - "$w delay=$us way=drain"
	done
}

pressure() { sub bench/pressure.sh || failed=1; }

smp() { vm ours-zswap smp all lzo "fills=$some rounds=5 mib=8" smp; }

sub deps.sh source build vm bench
sub source.sh
for k in $(kernels | tr ' ' '\n' | sort -u); do sub bench/kernel.sh "$k"; done
logged "programs" "$logs/bench.user.log" build_user
mkdir -p "$BENCH_OUT"
rm -f "$results/labels" "$BENCH_OUT"/*
failed=
start=$SECONDS
for part in $BENCH; do $part; done
say "measured in $((SECONDS - start)) s"
python3 -B "$harness/bench/table.py" "$results" "$BENCH" "$KERNEL" || failed=1
[ -z "$failed" ] || die "not all of it could be measured"
