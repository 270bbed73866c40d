#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tools.sh: the kernel's tools for memory management, frontswap among them, built and installed by the
# kernel's own makefiles, statically linked, in $work/tools/root. They are built beside their sources,
# so in a copy, anew each time, so that the log has all that the compiler says.
. "$(dirname "$0")/lib.sh"
lock
copy=$work/tools
case $KERNEL in
6.1) name=vm ;;
*) name=mm ;;
esac
needed=(tools/{Makefile,build,include,lib/api,lib/str_error_r.c,mm,scripts} include/uapi)

build_tools() {
	local make=(make -C "$copy/tools" CC="gcc -static" DESTDIR="$copy/root")

	"${make[@]}" "$name" && "${make[@]}" "${name}_install"
}

rm -rf "$copy"/{root,tools/mm,"tools/$name"}
mkdir -p "$copy"
(cd "$src" && rsync -rlpcR "${needed[@]}" "tools/$name" "$copy/")
logged "tools" "$logs/tools.log" build_tools
