#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Breaks the core on purpose, one patch of ../mutants at a time, and checks that the tests fail.
# The header of each patch names the guarantee of README that is broken, and the tests that must fail:
#	# guarantee: G2		or "compress" or "statistics", see guarantees.sh
#	# runs: kunit
#	# runs: qemu test_x.sh	in the normal guest
#	# runs: nozswap test_x.sh	in a guest without zswap
#	# runs: debug test_x.sh	in the debug guest, which preempts
#	# runs: pair test_x.sh	in two guests
#	# kernel: 6.1		only for this kernel; without the line for both
# MUTANTS="name ..." selects mutants.
. "$(dirname "$0")/lib.sh"
lock
scratch=$work/mutant
outcome=$scratch/outcome
results=$logs/mutants.results
: >"$results"

field() { sed -n "s/^# $2: *//p" "$1" | head -n 1; }

mutant_sub() { FS_SRC=$scratch/src FS_DIR=$scratch FS_LOGS=$logs/mutants sub "$@"; }

# The unbroken tree; files that a mutant changed get a new time.
fresh() {
	if [ ! -d "$scratch/src" ]; then
		mkdir -p "$scratch"
		rm -rf "$scratch/src.tmp"
		cp -al "$work/src" "$scratch/src.tmp"
		mv "$scratch/src.tmp" "$scratch/src"
	fi
	rsync -rlpc --delete "$work/src/" "$scratch/src/"
}

kunit() {
	mutant_sub uml.sh build >/dev/null || return 1
	FS_TIMEOUT=90 mutant_sub uml.sh run | awk -f "$harness/tap.awk" >"$outcome"
}

# guest NAME TEST,TEST...
guest() {
	local dead=0

	mutant_sub build.sh "$1" >/dev/null || return 1
	mutant_sub initramfs.sh "$1" >/dev/null || return 1
	mutant_sub vm.sh "$1" tests "$2" >/dev/null 2>&1 || dead=1
	cat "$logs/mutants/$1.tests.verdict" >"$outcome"
	[ $dead = 0 ] || echo "fail the guest died" >>"$outcome"
}

run() {
	local how tests
	read -ra how <<<"$1"
	tests=$(IFS=,; echo "${how[*]:1}")
	case ${how[0]:-} in
	kunit) kunit ;;
	qemu) guest normal "$tests" ;;
	nozswap) guest nozswap "$tests" ;;
	debug) guest debug "$tests" ;;
	pair) guest pair "$tests" ;;
	*) die "a mutant has no line '# runs:'" ;;
	esac
}

# A test that fails on the unbroken core would catch any mutant. Each guest runs all its tests at once.
baseline() {
	local how tests runs

	fresh
	runs=$(for f in "$@"; do field "$f" runs; done)
	for how in kunit qemu nozswap debug pair; do
		grep -q "^$how" <<<"$runs" || continue
		tests=$(sed -n "s/^$how *//p" <<<"$runs" | tr ' ' '\n' | sort -u | paste -sd' ')
		run "$how $tests" </dev/null || die "the unbroken core does not build"
		! grep '^fail' "$outcome" >&2 || die "the unbroken core fails in '$how' already"
		say "unbroken: $how passes"
	done
}

mutant() {
	local f=$1 name guarantee
	name=$(basename "$f" .patch)
	guarantee=$(field "$f" guarantee)
	fresh
	if ! patch -d "$scratch/src" -p1 -s -f --no-backup-if-mismatch <"$f" >/dev/null 2>&1; then
		report "$results" fail mutant "$name" "does not apply"
	elif ! run "$(field "$f" runs)"; then
		report "$results" fail mutant "$name" "does not build"
	elif grep -q '^fail' "$outcome"; then
		report "$results" pass mutant "$name" "$guarantee, caught by" \
			"$(sed -n 's/^fail \([^ ]*\).*/\1/p' "$outcome" | head -n 3 | paste -sd' ')"
	else
		report "$results" fail mutant "$name" "$guarantee, survived $(field "$f" runs)"
	fi
}

chosen() {
	local f
	for f in "$selftests"/mutants/*.patch; do
		case "$(field "$f" kernel)" in "$KERNEL" | '') ;; *) continue ;; esac
		case " ${MUTANTS:-all} " in
		*" $(basename "$f" .patch) "* | " all ") echo "$f" ;;
		esac
	done
}

compgen -G "$selftests/mutants/*.patch" >/dev/null || die "there are no mutants"
mkdir -p "$logs/mutants"
sub deps.sh source build uml vm space=8192
sub source.sh
mapfile -t files < <(chosen)
baseline "${files[@]}"
for f in "${files[@]}"; do mutant "$f"; done
fresh
total "$results"
