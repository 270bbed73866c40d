#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ci.sh [ci]: everything, on each kernel line. With "ci", what fits into 75 minutes on a new machine;
# the rest is named at the end. The last line is "N passed, N failed"; the gates of lint, the series
# and the mutants are counted in it.
. "$(dirname "$0")/lib.sh"
[ -z "$KDIR" ] || die "KDIR= is a tree of one kernel line, and this is for all"
lock
files=()
times=()
left_out=()

# part KERNEL SCRIPT: one that ends before its time has failed, whatever it has reported till then.
part() {
	local file=$O/logs/linux-$1/$2.results start=$SECONDS

	rm -f "$file" "$file.excerpts"
	files+=("$file")
	mkdir -p "${file%/*}"
	KERNEL=$1 sub "$2.sh" || grep -qs '^fail ' "$file" ||
		KERNEL=$1 report "$file" fail "$2" end "it broke off"
	# A script without results of its own has one.
	[ -s "$file" ] || KERNEL=$1 report "$file" pass "$2" end
	times+=("$1 $2 $((SECONDS - start)) s")
	say "${times[-1]}"
}

# What the parts of a kernel line need, built of what the guests of another line leave of the CPUs. An
# error is found again by the part. The job has a process group, so that all of it ends with this script.
ahead=
trap '[ -z "$ahead" ] || kill -- -"$ahead" 2>/dev/null || :' EXIT

build_ahead() {
	if ! KERNEL=$1 sub deps.sh source build uml || ! KERNEL=$1 sub source.sh; then return; fi
	set -m
	(renice -n 19 -p "$BASHPID" && KERNEL=$1 sub build.sh normal && KERNEL=$1 sub uml.sh build) \
		>"$O/logs/ahead.log" 2>&1 </dev/null &
	ahead=$!
	set +m
}

end_ahead() {
	[ -z "$ahead" ] || wait "$ahead" || :
	ahead=
}

if [ "${1:-}" = ci ]; then
	part 6.1 lint
	build_ahead 6.12
	# The core and the backends are the same files on both lines: the debug guests share their tests.
	GUESTS="normal debug" HALF=odd part 6.1 check
	end_ahead
	part 6.12 lint
	GUESTS="normal debug kcsan" HALF=even part 6.12 check
	left_out+=("the nozswap and the kcsan guest of 6.1" "in each debug guest, every other test"
		"the pairs of guests" "make series" "make mutants" "make soak" "make bench")
else
	for k in 6.1 6.12; do
		for script in lint check series mutants; do part $k $script; done
	done
	left_out+=("make soak" "make bench")
fi
for t in "${times[@]}"; do say "$t"; done
for t in "${left_out[@]}"; do say "not run: $t"; done
total "${files[@]}"
