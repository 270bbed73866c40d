#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All that must pass: lint and check, on each kernel line. The last line is "N passed, N failed"; the
# gates of lint are counted in it.
. "$(dirname "$0")/lib.sh"
[ -z "$KDIR" ] || die "KDIR= is a tree of one kernel line, and this is for all"
lock
files=()

# part KERNEL lint|check: one that ends before its time has failed, whatever it has told till then.
part() {
	local file=$O/logs/linux-$1/$2.results start=$SECONDS

	rm -f "$file"
	files+=("$file")
	mkdir -p "${file%/*}"
	KERNEL=$1 sub "$2.sh" || grep -qs '^fail ' "$file" ||
		KERNEL=$1 tell_record "$file" fail "$2" end "it broke off"
	say "$1: $2 took $((SECONDS - start)) s"
}

for k in 6.1 6.12; do part $k lint; done
for k in 6.1 6.12; do part $k check; done
total "${files[@]}"
