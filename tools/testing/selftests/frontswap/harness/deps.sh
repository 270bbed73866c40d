#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh STEP...: installs the Debian packages that these steps need and lists them; checks disk space.
. "$(dirname "$0")/lib.sh"

packages() {
	case $1 in
	source) echo patch rsync xz-utils "${KDIR:-linux-source-$KERNEL}" ;;
	build) echo gcc libc6-dev make bc bison flex libelf-dev ccache rsync kmod perl ;;
	uml) echo gcc libc6-dev make bc bison flex ccache python3 perl ;;
	vm) echo qemu-system-x86 busybox-static ;;
	pair) echo dmsetup nbd-client nbd-server ;;
	bench) echo gcc libc6-dev binutils python3 gnuplot-nox ;;
	lint) echo sparse shellcheck perl python3 python3-ply python3-git git python3-sphinx coccinelle ;;
	series) echo git patch rsync perl python3 ;;
	*) die "deps.sh: unknown step $1" ;;
	esac
}

missing() {
	local p
	for p in "$@"; do
		case $p in /*) continue ;; esac
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || echo "$p"
	done
}

install() {
	[ "$(id -u)" = 0 ] || die "missing packages: $* (run as root: apt-get install $*)"
	local log=$logs/apt.log

	say "installing from Debian: $*"
	export DEBIAN_FRONTEND=noninteractive
	if ! { apt-get -q update && apt-get -qy --no-install-recommends install "$@"; } >"$log" 2>&1
	then
		die "missing packages: $* (apt-get: $(grep -m1 '^E:' "$log" || echo "see $log"))"
	fi
}

space() {
	local want=$1 free
	free=$(($(df -Pk "$O" | awk 'NR == 2 { print $4 }') / 1024))
	[ "$free" -ge "$want" ] || die "$O has $free MiB free, this needs $want MiB"
}

mkdir -p "$O" "$logs"
command -v dpkg-query >/dev/null || die "this is not Debian: there is no dpkg"
want=()
for step; do
	case $step in
	space=*) space "${step#space=}" ;;
	*) read -ra more <<<"$(packages "$step")"; want+=("${more[@]}") ;;
	esac
done
mapfile -t lacking < <(missing "${want[@]}" | sort -u)
[ ${#lacking[@]} = 0 ] || install "${lacking[@]}"
