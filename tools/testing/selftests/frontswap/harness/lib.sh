#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the host-side scripts: settings, messages, the lock, logged steps.
# Every setting comes from the environment, as the top-level Makefile passes it.
# shellcheck disable=SC2034	# the settings are for the scripts that source this

set -euo pipefail
harness=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
selftests=$(dirname "$harness")
top=$(cd "$harness/../../../../.." && pwd)

: "${KERNEL:=6.1}" "${KDIR:=}" "${O:=build}" "${JOBS:=$(nproc)}" "${CACHE:=$HOME/.cache/frontswap}"
: "${SMP:=2}" "${MEM:=512}" "${ACCEL:=}" "${TESTS:=}" "${V:=}"
case $O in /*) ;; *) O=$top/$O ;; esac

# Hide our settings from the makefiles of the kernel.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES ARCH CROSS_COMPILE OUTPUT
export -n O V KDIR KERNEL TESTS JOBS
export LC_ALL=C
# Prefer Debian's python3, perl and gcc, which the packages are for.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# The harness and the mutants are not part of the mails.
not_for_the_kernel='^tools/testing/selftests/frontswap/(harness|mutants)/'
patches=$top/patches/linux-$KERNEL
logs=${FS_LOGS:-$O/logs/linux-$KERNEL}

say() { echo "== $*"; }
warn() { echo "== $*" >&2; }
die() { echo "error: $*" >&2; exit 1; }

case $KERNEL in
6.1) known_good=6.1.192 ;;
6.12) known_good=6.12.117 ;;
*) die "KERNEL=$KERNEL: 6.1 or 6.12" ;;
esac

# number NAME LEAST MOST: a setting is a number within these bounds.
number() {
	local value=${!1:-}
	case $value in
	'' | *[!0-9]* | 0?* | ???????????*) ;;
	*) [ "$value" -lt "$2" ] || [ "$value" -gt "$3" ] || return 0 ;;
	esac
	die "$1=$value: a number from $2 to $3"
}

# All settings are checked before anything is installed, unpacked or built.
check_settings() {
	number MEM 192 1048576
	# CONFIG_NR_CPUS of the guests.
	number SMP 1 8
	number JOBS 1 4096
	[ -z "${SOAK:-}" ] || number SOAK 1 999999999
	[ -z "${SEED:-}" ] || number SEED 0 2147483647
	[ -z "${ROUNDS:-}" ] || number ROUNDS 1 1000
	case $ACCEL in
	'' | kvm | tcg) ;;
	*) die "ACCEL=$ACCEL: kvm or tcg" ;;
	esac
	case $O in
	*[[:space:]:,]*) die "O=$O: make and QEMU accept no blanks, colons or commas in a path" ;;
	esac
	[ -d "$O" ] || [ ! -e "$O" ] || die "O=$O: not a directory"
}
check_settings

[ -z "$KDIR" ] || KDIR=$(cd "$KDIR" 2>/dev/null && pwd) || die "KDIR: there is no such directory"
work=$O/linux-$KERNEL${KDIR:+-kdir}
src=${FS_SRC:-$work/src}

export CCACHE_DIR=$CACHE CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G
export KBUILD_BUILD_TIMESTAMP=2024-01-01 KBUILD_BUILD_USER=frontswap KBUILD_BUILD_HOST=harness

# The version of a kernel tree, from its Makefile.
tree_version() {
	awk -F' *= *' '/^(VERSION|PATCHLEVEL|SUBLEVEL) =/ { v = v "." $2 }
		END { print substr(v, 2) }' "$1/Makefile"
}

# sub SCRIPT ARGS...: executes a script of the harness with the same settings.
sub() {
	local script=$1
	shift
	O=$O V=$V KDIR=$KDIR KERNEL=$KERNEL TESTS=$TESTS JOBS=$JOBS "$harness/$script" "$@"
}

# ready_guest NAME: everything needed to boot this guest.
ready_guest() {
	sub deps.sh source build vm space=4096
	sub source.sh
	sub build.sh "$1"
	sub initramfs.sh "$1"
}

# One run at a time in a build directory. Scripts called by the holder of the lock do not wait.
lock() {
	mkdir -p "$O" "$logs"
	[ -z "${FS_LOCKED:-}" ] || return 0
	exec 9>"$O/.lock"
	flock -n 9 || { say "waiting for another run in $O"; flock 9; }
	export FS_LOCKED=1
}

# tell_story GUEST MODE WORDS: boots a guest that shows and checks something, step by step.
tell_story() {
	ready_guest "$1"
	say "$3"
	if sub vm.sh "$1" "$2"; then
		say "all is well"
	else
		tail -n 15 "$logs/$1.$2.console" | tr -d '\r' | sed 's/^/   /' >&2 || :
		die "the story did not end well"
	fi
}

hash() { sha256sum | cut -c1-16; }

# is_done STAMP ID: the step was completed with this input, as recorded by done_with.
is_done() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
done_with() { echo "$2" >"$1.tmp" && mv "$1.tmp" "$1"; }

objects() { grep -cE '^ +(CC|AS|LD|AR|HOSTCC)' "$1" 2>/dev/null || :; }

# about WHAT: how many objects a first build of a kernel makes, as " of about N"; else nothing.
about() {
	local name=${1% kernel} n

	case $KERNEL:$name in
	6.1:UML) n=1040 ;;
	6.12:UML) n=1120 ;;
	6.1:pair) n=1700 ;;
	6.12:pair) n=1800 ;;
	6.1:normal | 6.1:nozswap | 6.1:debug | 6.1:kcsan) n=1310 ;;
	6.12:normal | 6.12:nozswap | 6.12:debug | 6.12:kcsan) n=1410 ;;
	*) return 0 ;;
	esac
	[ -e "${FS_DIR:-$work}/${name/UML/uml}/vmlinux" ] || echo " of about $n"
}

# A progress line: in place on a terminal, else every 15 s. Ends with the script that started it.
meter() {
	local what=$1 log=$2 tick=0 about
	about=$(about "$what")
	while sleep 1 && kill -0 $$ 2>/dev/null; do
		tick=$((tick + 1))
		if [ -t 1 ]; then
			printf '\r== %s: %s%s objects, %s s ' "$what" "$(objects "$log")" "$about" "$tick"
		elif [ $((tick % 15)) = 0 ]; then
			say "$what: $(objects "$log")$about objects, $tick s"
		fi
	done
}

first_errors() {
	grep -nEm8 '\b(error|Error|ERROR|fatal|undefined|No rule|FAILED)\b' "$1" >&2 ||
		tail -n 12 "$1" >&2
}

# logged WHAT LOG COMMAND...: executes a step with its output in LOG and a progress line; prints the
# first errors if the step fails.
logged() {
	local what=$1 log=$2 rc=0 pid start=$SECONDS
	shift 2
	mkdir -p "$(dirname "$log")"
	if [ -n "$V" ]; then
		"$@" </dev/null 2>&1 | tee "$log" || rc=$?
	else
		: >"$log"
		meter "$what" "$log" 9>&- &
		pid=$!
		"$@" >"$log" 2>&1 </dev/null || rc=$?
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		[ ! -t 1 ] || printf '\r\033[K'
	fi
	if [ $rc != 0 ]; then
		warn "$what failed ($rc); the log is $log"
		first_errors "$log"
		return $rc
	fi
	say "$what: done, $(objects "$log") objects, $((SECONDS - start)) s"
}

# The kernel's make on our tree: kmake BUILDDIR ARGS...
kmake() {
	local dir=$1
	shift
	make -C "$src" O="$dir" CC="ccache gcc" HOSTCC="ccache gcc" "$@"
}

# Results: lines of "pass|fail|skip KERNEL WHERE NAME REMARK" in a file, printed as they arrive,
# counted at the end.
record() {
	local file=$1 outcome=$2 where=$3 name=$4
	shift 4
	echo "$outcome $KERNEL $where $name $*" >>"$file"
}

report() {
	record "$@"
	echo "$KERNEL $3: $2 $4${5:+ (${*:5})}"
}

count() { cat "${@:2}" 2>/dev/null | grep -c "^$1 " || :; }

# The last line of a check: N passed, N failed. The sum of several checks begins with what tests that
# failed have said.
total() {
	local passed failed skipped

	[ $# = 1 ] || cat "${@/%/.excerpts}" 2>/dev/null || :
	passed=$(count pass "$@") failed=$(count fail "$@") skipped=$(count skip "$@")
	grep -h '^fail ' "$@" 2>/dev/null | sed 's/^fail \([^ ]* [^ ]*\) /failed: \1: /' || :
	[ "$skipped" = 0 ] && skipped='' || skipped=", $skipped skipped"
	echo "$passed passed, $failed failed$skipped"
	[ "$failed" = 0 ] && [ "$passed" != 0 ]
}
