#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# initramfs.sh normal|nozswap|debug|kcsan|pair: the guest's root, $work/NAME/initrd, by the kernel's gen_init_cpio.
. "$(dirname "$0")/lib.sh"
lock
name=$1
dir=${FS_DIR:-$work}/$name
user=$work/user

# The kselftest programs, statically linked: there is no C library in the guest.
build_user() {
	mkdir -p "$user"
	make -C "$src/${selftests#"$top/"}" OUTPUT="$user" CC=gcc LDFLAGS=-static all
}

list_dirs() {
	local d
	for d in bin sbin etc proc sys dev tmp mnt root usr lib lib/modules test; do
		echo "dir /$d 755 0 0"
	done
	echo "nod /dev/console 600 0 0 c 5 1"
}

list_busybox() {
	local applet
	echo "file /bin/busybox $(command -v busybox) 755 0 0"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || echo "slink /bin/$applet busybox 777 0 0"
	done
	echo "slink /sbin/modprobe ../bin/busybox 777 0 0"
}

# list_program NAME: with its libraries.
list_program() {
	local path d

	path=$(command -v "$1") || die "there is no $1"
	echo "file /sbin/$1 $path 755 0 0"
	for d in /lib64 /lib/x86_64-linux-gnu; do echo "dir $d 755 0 0"; done
	ldd "$path" | grep -o '/[^ ]*' | while read -r path; do
		echo "file $path $path 755 0 0"
	done
}

# list_programs NAME...: a library that several need is listed once.
list_programs() {
	local program

	for program; do list_program "$program"; done | awk '!told[$0]++'
}

# list_tree DIR PREFIX: all below DIR.
list_tree() {
	(cd "$1" && find . -mindepth 1 -type d -printf "dir $2/%P %m 0 0\n" \
		-o -type f -printf "file $2/%P $1/%P %m 0 0\n")
}

list_tests() {
	local f
	for f in "$selftests"/*.sh; do
		[ ! -f "$f" ] || echo "file /test/${f##*/} $f 755 0 0"
	done
	for f in "$user"/*; do
		if [ -f "$f" ] && [ -x "$f" ]; then echo "file /test/${f##*/} $f 755 0 0"; fi
	done
	echo "file /test/frontswap $work/tools/root/usr/sbin/frontswap 755 0 0"
	echo "file /init $harness/init 755 0 0"
	for f in story demo remote_demo; do echo "file /$f.sh $harness/$f.sh 755 0 0"; done
	echo "file /tap.awk $harness/tap.awk 644 0 0"
	echo "file /races.awk $harness/races.awk 644 0 0"
	echo "file /ours $dir/ours 644 0 0"
}

# The functions that a race may not be in.
list_ours() {
	nm "$dir"/mm/frontswap*.o "$dir"/mm/frontswap/*.o "$dir"/test_modules/*.o 2>/dev/null |
		awk '$2 ~ /^[tT]$/ { sub(/\..*/, "", $3); print $3 }' | sort -u
}

sub deps.sh vm
[ "$name" != pair ] || sub deps.sh pair
logged "test programs" "$logs/user.log" build_user
sub tools.sh
list_ours >"$dir/ours"
{
	list_dirs
	list_busybox
	[ "$name" != pair ] || list_programs dmsetup nbd-client nbd-server
	list_tree "$dir/root/lib/modules" /lib/modules
	list_tests
} >"$dir/initrd.list"
"$dir/usr/gen_init_cpio" "$dir/initrd.list" >"$dir/initrd.tmp"
mv "$dir/initrd.tmp" "$dir/initrd"
