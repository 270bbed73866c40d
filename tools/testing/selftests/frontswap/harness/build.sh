#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh normal|nozswap|debug|kcsan: that guest's kernel, its modules and the test modules, in $work/NAME.
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
	for unit in frontswap frontswap_{attach,drain,register,sysfs} swapfile swap_state swap_slots page_io \
		zswap find_bit bitmap ram compress compress_{comp,index} test_frontswap{,_classic}; do
		only+=("KCSAN_SANITIZE_$unit.o=y")
	done
fi
fragments=("$harness/configs"/{base,"linux-$KERNEL","$name"}.config)

# The last word on each symbol wins, as in merge_config.sh.
wanted() {
	awk '/^CONFIG_[A-Za-z0-9_]+=/ { s = $0; sub(/=.*/, "", s) }
	     /^# CONFIG_[A-Za-z0-9_]+ is not set$/ { s = $2 }
	     s != "" { if (!(s in v)) order[n++] = s; v[s] = $0; s = "" }
	     END { for (i = 0; i < n; i++) print v[order[i]] }' "${fragments[@]}"
}

# Kconfig drops silently what it cannot have; we do not.
verify_config() {
	local line symbol bad=0
	while read -r line; do
		case $line in
		'#'*)
			symbol=${line#\# } symbol=${symbol%% *}
			grep -q "^$symbol=" "$dir/.config" || continue
			;;
		*)
			symbol=${line%%=*}
			! grep -qxF "$line" "$dir/.config" || continue
			;;
		esac
		line="$line, got $(grep -E "^(# )?${symbol}[= ]" "$dir/.config" || echo nothing)"
		warn "$name: wanted $line"
		bad=1
	done < <(wanted)
	return $bad
}

configure() {
	local id
	id=$(cat "${fragments[@]}" "$src"/{Kconfig.frontswap,mm/Kconfig} "$work/pristine.id" | hash)
	if is_done "$dir/config.id" "$id" && [ -f "$dir/.config" ]; then return; fi
	mkdir -p "$dir"
	rm -f "$dir/config.id"
	wanted >"$dir/wanted.config"
	export KCONFIG_ALLCONFIG=$dir/wanted.config
	kmake "$dir" allnoconfig >"$logs/$name.config.log" 2>&1 ||
		{ first_errors "$logs/$name.config.log"; die "$name: no configuration"; }
	unset KCONFIG_ALLCONFIG
	verify_config || die "$name: the configuration above could not be had"
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
