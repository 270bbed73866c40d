#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh normal|nozswap|debug|kcsan|pair: that guest's kernel, its modules and the test modules, in $work/NAME.
. "$(dirname "$0")/lib.sh"
lock
name=$1
dir=${FS_DIR:-$work}/$name
root=$dir/root
modules=$selftests/test_modules
# KCSAN looks at one access in some thousand. Of those only in the code that swaps, or it would take
# days to come upon a race there.
only=()
if [ "$name" = kcsan ]; then
	only=(KCSAN_SANITIZE=n)
	for unit in frontswap frontswap_{attach,drain,io,io_pool,io_work,register,sysfs} swapfile swap_state swap_slots page_io \
		zswap find_bit bitmap ram bdev{,_blocks,_dax,_main,_sysfs,_work} compress{,_comp,_index,_main,_sysfs,_writeback} \
		test_frontswap{,_async,_classic,_fastswap}; do
		only+=("KCSAN_SANITIZE_$unit.o=y")
	done
fi
fragments=("$harness/configs"/{base,"linux-$KERNEL","$name"}.config)

merge_config() {
	(cd "$src" && scripts/kconfig/merge_config.sh -n -O "$dir" "${fragments[@]}")
}

# Kconfig silently drops values that cannot be set. A symbol that does not exist is not set either.
dropped_values() {
	awk '/^Requested value:/ { sub(/[^:]*: */, ""); wanted = $0 }
	     /^Actual value:/ { sub(/[^:]*: */, "")
			if ($0 != "" || wanted !~ / is not set$/)
				print wanted ", got " ($0 == "" ? "nothing" : $0) }' "$1"
}

configure() {
	local id log=$logs/$name.config.log dropped
	id=$(cat "${fragments[@]}" "$src"/{Kconfig.frontswap,mm/Kconfig} "$work/pristine.id" | hash)
	if is_done "$dir/config.id" "$id" && [ -f "$dir/.config" ]; then return; fi
	mkdir -p "$dir"
	rm -f "$dir/config.id"
	merge_config >"$log" 2>&1 || { first_errors "$log"; die "$name: no configuration"; }
	dropped=$(dropped_values "$log")
	[ -z "$dropped" ] || die "$name: these values cannot be set: $dropped"
	done_with "$dir/config.id" "$id"
}

build_kernel() {
	kmake "$dir" -j"$JOBS" "${only[@]}" bzImage modules &&
		rm -rf "$root" &&
		kmake "$dir" INSTALL_MOD_PATH="$root" INSTALL_MOD_STRIP=1 modules_install
}

# Kbuild writes beside the sources of an external module, so they are built in a copy.
build_test_modules() {
	local make=(kmake "$dir" "${only[@]}" M="$dir/test_modules" INSTALL_MOD_PATH="$root" INSTALL_MOD_STRIP=1)

	rsync -rlpc --include='*.[ch]' --include=Kbuild --exclude='*' \
		"$modules/" "$dir/test_modules/"
	"${make[@]}" -j"$JOBS" modules && "${make[@]}" modules_install
}

sub deps.sh build
configure
id=$({ cat "$work/src.id" "$dir/config.id"; gcc --version; } | hash)
if [ -n "${FS_SRC:-}" ] || ! is_done "$dir/kernel.id" "$id"; then
	rm -f "$dir/kernel.id" "$dir/modules.id"
	logged "$name kernel" "$logs/$name.build.log" build_kernel
	done_with "$dir/kernel.id" "$id"
fi
if [ -d "$modules" ]; then
	id=$id.$(cat "$modules"/*.[ch] "$modules"/Kbuild | hash)
	if ! is_done "$dir/modules.id" "$id"; then
		logged "$name test modules" "$logs/$name.modules.log" build_test_modules
		done_with "$dir/modules.id" "$id"
	fi
fi
