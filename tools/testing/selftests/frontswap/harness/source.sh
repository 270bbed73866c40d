#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes $work/src: the kernel source, plus the hook patches, plus our own files.
# Files that do not change keep their times, so that a rebuild is incremental.
#   pristine/  the source as it came (hard-linked into src/, never patched)
#   stage/     only what differs from it: patched files and our own
# The hook patches are applied in the order of series/linux-$KERNEL.txt. Any other file below
# patches/linux-$KERNEL is a file of this kernel version and is copied to the same path.
#   src.id     names the contents of src/, for the steps that depend on it
. "$(dirname "$0")/lib.sh"
lock
pristine=$work/pristine
stage=$work/stage

check_version() {
	case $1 in
	"$KERNEL" | "$KERNEL".*) ;;
	*) die "$2 is Linux $1, and KERNEL=$KERNEL; it can be 6.1 or 6.12" ;;
	esac
	say "Linux $1 from $2"
	[ "$1" = "$known_good" ] || say "the last version of $KERNEL known good is $known_good"
}

from_package() {
	local version tarball=/usr/src/linux-source-$KERNEL.tar.xz
	version=$(dpkg-query -W -f='${Version}' "linux-source-$KERNEL")
	[ -f "$tarball" ] ||
		die "$tarball is not there; try apt-get install --reinstall linux-source-$KERNEL"
	if ! is_done "$work/pristine.id" "$version"; then
		say "unpacking $tarball ($version)"
		rm -rf "$pristine.tmp" "$pristine" "$work/pristine.id"
		mkdir -p "$pristine.tmp"
		tar -C "$pristine.tmp" --strip-components=1 -xf "$tarball"
		mv "$pristine.tmp" "$pristine"
		done_with "$work/pristine.id" "$version"
	fi
	check_version "$(tree_version "$pristine")" "Debian's linux-source-$KERNEL $version"
}

# Leftovers of a build in the user's tree would stop a build elsewhere, so they stay behind.
leftovers=(.git '*.o' '*.ko' '*.a' '*.mod' '*.mod.c' '.*.cmd' '.*.d' '/.tmp*' /.config '/vmlinux*'
	/include/config /include/generated '/arch/*/include/generated' '/arch/*/boot/bzImage')

# The user's tree is only read.
from_kdir() {
	local changed header=$KDIR/include/linux/frontswap.h
	if [ ! -f "$KDIR/Makefile" ] || [ ! -f "$KDIR/mm/swapfile.c" ]; then
		die "KDIR=$KDIR is not a Linux source tree"
	fi
	check_version "$(tree_version "$KDIR")" "$KDIR"
	! grep -qs frontswap_unregister_ops "$header" || die "KDIR=$KDIR has this series already"
	say "reading $KDIR into $pristine; nothing is written outside $O and $CACHE"
	mkdir -p "$pristine"
	changed=$(rsync -ai --delete --delete-excluded "${leftovers[@]/#/--exclude=}" \
		"$KDIR/" "$pristine/")
	if [ -n "$changed" ] || [ ! -f "$work/pristine.id" ]; then
		done_with "$work/pristine.id" "$KDIR $(date +%s.%N)"
	fi
}

ours() {
	local dirs=(Kconfig.frontswap mm include Documentation tools/mm tools/testing/selftests/frontswap)
	if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$top" ls-files -co --exclude-standard -- "${dirs[@]}"
	else
		(cd "$top" && { find "${dirs[@]}" -type f 2>/dev/null || :; })
	fi | grep -vE "$not_for_the_kernel" | sort | while read -r f; do [ ! -f "$top/$f" ] || echo "$f"; done
}

touched() { sed -nE 's@^(---|\+\+\+) [ab]/([^[:space:]]+).*@\2@p' "$@" | sort -u; }

apply() {
	local p=$1 out=$logs/patch.log fuzz
	for fuzz in 0 3; do
		patch -d "$stage" -p1 -F$fuzz -s -f --dry-run <"$p" >"$out" 2>&1 || continue
		[ $fuzz = 0 ] || say "${p##*/} applies with fuzz: it was made for another source"
		patch -d "$stage" -p1 -F$fuzz -s -f --no-backup-if-mismatch <"$p" >/dev/null
		return
	done
	warn "${p##*/} does not apply to this source:"
	sed 's/ -- saving rejects to file.*//; s/^/   /' "$out" >&2
	exit 1
}

# The hook patches in the order of the series; each must be part of a step.
list_hooks() {
	local p
	mapfile -t hooks < <(sed -n "s@^patch @$patches/@p" "$harness/series/linux-$KERNEL.txt")
	[ ${#hooks[@]} -gt 0 ] || die "series/linux-$KERNEL.txt lists no patch"
	for p in "$patches"/*.patch; do
		case " ${hooks[*]} " in
		*" $p "*) ;;
		*) die "${p##*/} is missing from series/linux-$KERNEL.txt" ;;
		esac
	done
}

make_stage() {
	local p f list hooks
	list_hooks
	rm -rf "$stage"
	mkdir -p "$stage"
	touched "${hooks[@]}" >"$work/touched.tmp"
	while read -r f; do
		[ ! -f "$pristine/$f" ] || (cd "$pristine" && cp --parents "$f" "$stage/")
	done <"$work/touched.tmp"
	for p in "${hooks[@]}"; do apply "$p"; done
	rsync -rlp --exclude='*.patch' "$patches/" "$stage/"
	list=$(ours)
	[ -z "$list" ] || (cd "$top" && rsync -rlp --files-from=- ./ "$stage/" <<<"$list")
}

# What was ours before and is not any more goes back to what the source had.
put_back() {
	local f
	[ -f "$work/ours" ] || return 0
	while read -r f; do
		if [ -e "$pristine/$f" ]; then
			rsync -cp "$pristine/$f" "$src/$f"
		else
			rm -f "$src/$f"
		fi
	done < <(comm -23 "$work/ours" "$work/ours.tmp")
}

update_src() {
	if [ ! -d "$src" ]; then
		rm -rf "$src.tmp" "$work/ours"
		cp -al "$pristine" "$src.tmp"
		mv "$src.tmp" "$src"
	elif ! is_done "$work/src.base" "$(cat "$work/pristine.id")"; then
		rsync -rlpc --delete --exclude-from=<(sed 's@^@/@' "$work/ours.tmp") \
			"$pristine/" "$src/"
	fi
	done_with "$work/src.base" "$(cat "$work/pristine.id")"
	put_back
	# Until this is through, both lists count: it may be interrupted.
	touch "$work/ours"
	sort -u "$work/ours.tmp" "$work/ours" -o "$work/ours"
	rsync -rlpc "$stage/" "$src/"
	# A patch may remove a file.
	while read -r f; do [ -e "$stage/$f" ] || rm -f "$src/$f"; done <"$work/touched.tmp"
	mv "$work/ours.tmp" "$work/ours"
}

if [ -z "$KDIR" ]; then sub deps.sh source space=2500; else sub deps.sh source; fi
mkdir -p "$work"
if [ -n "$KDIR" ]; then from_kdir; else from_package; fi
make_stage
(cd "$stage" && find . -type f | sed 's@^\./@@') | sort -u - "$work/touched.tmp" >"$work/ours.tmp"
update_src
# Only what the kernel is built from counts: a change in a test script rebuilds nothing.
{
	cat "$work/pristine.id"
	cd "$stage"
	find . -type f ! -path './tools/*' ! -path './Documentation/*' -print0 |
		sort -z | xargs -0 sha256sum
} | hash >"$work/src.id.tmp"
mv "$work/src.id.tmp" "$work/src.id"
