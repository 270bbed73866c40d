#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# uml.sh build|run: the KUnit suite under User Mode Linux, with the kernel's own kunit.py.
# run: the TAP output is on standard output; the log is $O/logs/uml.log.
. "$(dirname "$0")/lib.sh"
lock
dir=${FS_DIR:-$work}/uml
config=$src/mm/frontswap.kunitconfig

kunit() {
	local verb=$1
	shift
	(cd "$src" && ./tools/testing/kunit/kunit.py "$verb" --build_dir "$dir" "$@")
}

# kunit.py build would do the same, but in silence.
compile() {
	kunit config --kunitconfig "$config" --make_options CC="ccache gcc" &&
		kmake "$dir" ARCH=um -j"$JOBS"
}

build() {
	local id
	sub deps.sh uml
	[ -f "$config" ] || die "there is no mm/frontswap.kunitconfig"
	id=$({ cat "$work/src.id" "$config"; gcc --version; } | hash)
	if [ -z "${FS_SRC:-}" ] && is_done "$dir/kernel.id" "$id"; then return; fi
	mkdir -p "$dir"
	rm -f "$dir/kernel.id"
	logged "UML kernel" "$logs/uml.build.log" compile
	done_with "$dir/kernel.id" "$id"
}

case $1 in
build) build ;;
run) kunit exec --timeout "${FS_TIMEOUT:-300}" --raw_output=all 2>&1 | tee "$logs/uml.log" ;;
esac
