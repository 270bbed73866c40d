#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench/kernel.sh NAME: builds one of the kernels that are measured, in $work/bench/TREE/NAME.
#   ours, ours-zswap           this series; with zswap as well
#   stock, stock-zswap, none   the source as it came; FRONTSWAP is made selectable there. On 6.12
#                              there is no FRONTSWAP, so no kernel "stock"
#   ours-wire                  with a block device that has a delay, and the asynchronous test backend
#   ours-pressure, stock-pressure   one and the other with zswap, and with figures of stalls
# The trees lie side by side and alike, so that the compiler cache knows a file in each.
. "$(dirname "$0")/../lib.sh"
lock
name=$1
case $name in
ours*) tree=ours from=$src from_id=$work/src.id ;;
*) tree=stock from=$work/pristine from_id=$work/pristine.id ;;
esac
dir=$work/bench/$tree/$name
src=$work/bench/$tree/src
ours=(micro.h "micro-$tree.h" micro.c)
base=("$harness/bench/base.config" "$harness/bench/linux-$KERNEL.config")

# A symbol that the tree has not got (yet) is left out by olddefconfig; what must be there is looked
# at afterwards.
extra() {
	case $name in
	ours) echo CONFIG_FRONTSWAP=y CONFIG_FRONTSWAP_RAM=m CONFIG_FRONTSWAP_COMPRESS=m ;;
	ours-zswap) echo CONFIG_FRONTSWAP=y CONFIG_FRONTSWAP_RAM=m CONFIG_FRONTSWAP_COMPRESS=m \
		CONFIG_ZSWAP=y CONFIG_ZBUD=y ;;
	ours-wire) echo CONFIG_FRONTSWAP=y CONFIG_HIGH_RES_TIMERS=y CONFIG_CONFIGFS_FS=y CONFIG_BLK_DEV_NULL_BLK=m CONFIG_FRONTSWAP_BDEV=m \
		CONFIG_CRYPTO_CRC32C=y CONFIG_CRYPTO_CRC32C_INTEL=y CONFIG_LIBCRC32C=y ;;
	stock) echo CONFIG_FRONTSWAP=y ;;
	stock-zswap)
		[ "$KERNEL" != 6.1 ] || echo CONFIG_FRONTSWAP=y
		echo CONFIG_ZSWAP=y CONFIG_ZBUD=y
		;;
	ours-pressure) echo CONFIG_FRONTSWAP=y CONFIG_FRONTSWAP_COMPRESS=m CONFIG_ZSWAP=y CONFIG_PSI=y ;;
	stock-pressure)
		[ "$KERNEL" != 6.1 ] || echo CONFIG_FRONTSWAP=y
		echo CONFIG_ZSWAP=y CONFIG_PSI=y
		;;
	none) ;;
	*) die "there is no kernel $name" ;;
	esac | tr ' ' '\n'
}

# Links to the files of the tree it comes from; what is changed is replaced, never written into.
make_tree() {
	local f
	rm -rf "$src.tmp" "$src"
	mkdir -p "${src%/*}"
	cp -al "$from" "$src.tmp"
	for f in "${ours[@]}"; do
		[ ! -f "$harness/bench/$f" ] || cp "$harness/bench/$f" "$src.tmp/mm/frontswap_$f"
	done
	sed -i "\$aobj-\$(CONFIG_FRONTSWAP) += frontswap_micro.o" "$src.tmp/mm/Makefile"
	[ $tree = ours ] || sed -i '/^config FRONTSWAP$/,/^$/ {
		s/^\tbool$/\tbool "frontswap"\n\tdepends on SWAP/ }' "$src.tmp/mm/Kconfig"
	mv "$src.tmp" "$src"
}

check_config() {
	local want
	for want in $(extra) $(sed -n '/^CONFIG.*=/p' "${base[@]}"); do
		case $want in *FRONTSWAP_COMPRESS*) continue ;; esac
		grep -qx "$want" "$dir/.config" || die "$name: $want could not be had"
	done
	case $(extra) in
	*ZSWAP*) ;;
	*) ! grep -qx CONFIG_ZSWAP=y "$dir/.config" || die "$name: there is zswap" ;;
	esac
	[ "$name" != none ] || ! grep -qx CONFIG_FRONTSWAP=y "$dir/.config" ||
		die "$name: there is frontswap"
}

# Another kernel of the tree is a start: make knows which objects depend on what differs.
seed() {
	local other

	[ ! -d "$dir" ] || return 0
	for other in "$work/bench/$tree"/*/kernel.id; do
		[ -f "$other" ] || continue
		rm -rf "$dir.tmp"
		cp -a "${other%/*}" "$dir.tmp"
		rm -f "$dir.tmp/kernel.id"
		mv "$dir.tmp" "$dir"
		return
	done
	mkdir -p "$dir"
}

configure() {
	seed
	{ cat "${base[@]}"; extra; } >"$dir/wanted"
	cp "$dir/wanted" "$dir/.config"
	kmake "$dir" olddefconfig >"$logs/bench.$name.config.log" 2>&1 ||
		{ first_errors "$logs/bench.$name.config.log"; die "$name: no configuration"; }
	check_config
}

build() {
	local f

	kmake "$dir" -j"$JOBS" bzImage modules
	rm -rf "$dir/modules"
	mkdir "$dir/modules"
	sed 's/\.o$/.ko/; s@^kernel/@@' "$dir/modules.order" | while read -r f; do
		strip --strip-debug -o "$dir/modules/${f##*/}" "$dir/$f"
	done
	[ "$name" != ours-wire ] || build_test_module
}

build_test_module() {
	local m=test_frontswap_async

	rm -rf "$dir/test_modules"
	mkdir "$dir/test_modules"
	cp "$selftests/test_modules/$m.c" "$dir/test_modules/"
	echo "obj-m := $m.o" >"$dir/test_modules/Kbuild"
	kmake "$dir" M="$dir/test_modules" modules
	strip --strip-debug -o "$dir/modules/$m.ko" "$dir/test_modules/$m.ko"
}

id=$({ cat "$from_id" "$harness/bench"/micro*; declare -f make_tree; } | hash)
if ! is_done "$work/bench/$tree/src.id" "$id"; then
	rm -f "$work/bench/$tree/src.id"
	make_tree
	done_with "$work/bench/$tree/src.id" "$id"
fi
id=$id.$({ cat "${base[@]}"; extra; gcc --version; declare -f configure build build_test_module
	[ "$name" != ours-wire ] || cat "$selftests/test_modules/test_frontswap_async.c"; } | hash)
if ! is_done "$dir/kernel.id" "$id"; then
	rm -f "$dir/kernel.id"
	configure
	logged "kernel $name" "$logs/bench.$name.build.log" build
	done_with "$dir/kernel.id" "$id"
fi
