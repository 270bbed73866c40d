#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# KUnit under UML, then KUnit and the kselftests in the guests: normal, nozswap (no zswap), debug, kcsan
# and pair (two guests, of which one lends memory).
# On 6.12 zswap is no backend, so the normal guest is what the nozswap one is on 6.1.
# GUESTS="name ..." chooses some. HALF=odd|even: of the tests that the debug guest runs on both kernel
# lines, every other one. The last line is "N passed, N failed".
. "$(dirname "$0")/lib.sh"
lock
case $KERNEL in
6.1) guests="normal nozswap debug kcsan pair" ;;
*) guests="normal debug kcsan pair" ;;
esac
for name in ${GUESTS:=$guests}; do
	case $name in
	normal | nozswap | debug | kcsan | pair) ;;
	*) die "GUESTS=$name: normal, nozswap, debug, kcsan or pair" ;;
	esac
done
case ${HALF:=all} in
all | odd | even) ;;
*) die "HALF=$HALF: odd or even" ;;
esac
for name in $TESTS; do
	[ -f "$selftests/${name%.sh}.sh" ] || die "TESTS=$name: no such test"
done
names=()
results=$logs/check.results
: >"$results"
: >"$results.excerpts"

chosen() {
	local f
	for f in "$selftests"/test_*.sh; do
		f=${f##*/}
		case " ${TESTS:-$f} " in *" $f "* | *" ${f%.sh} "*) echo "$f" ;; esac
	done
}

# What a guest must give a result for.
expected() {
	echo kunit:complete
	echo enough-cpus
	chosen_for "$1"
	printf 'end:%s\n' swap-is-off registrations-balanced not-tainted nothing-in-the-log
	case $1 in
	debug) echo end:no-leaks ;;
	kcsan) echo end:no-races ;;
	esac
}

# The console of one test, from the host's log. total() prints it once more: what is kept of a long log
# may be its end.
excerpt() {
	local console=$1 name=$2
	echo "   $KERNEL $name:"
	tr -d '\r' <"$console" | awk -v b="=== $name begins" -v e="=== $name ends" \
		'index($0, b) { on = 1 } on { print } index($0, e) { on = 0 }' | last_words
}

last_words() { tail -n 40 | tr -d '\r' | sed 's/^/   | /'; }

missing_results() {
	local name=$1 verdict=$2 t
	for t in $(expected "$name"); do
		grep -qE "^(pass|fail|skip) $t( |$)" "$verdict" 2>/dev/null ||
			report "$results" fail "$name" "$t" "no result"
	done
}

header() { sed -n "s/^# $1: //p" "$selftests/$2" | head -n 1; }

# A test names its guests, "# guests: normal debug", and its kernel lines if not all of them,
# "# kernels: 6.12".
runs_in() {
	local kernels

	kernels=$(header kernels "$2")
	case " ${kernels:-$KERNEL} " in
	*" $KERNEL "*) ;;
	*) return 1 ;;
	esac
	case " $(header guests "$2") " in
	*" $1 "*) ;;
	*) return 1 ;;
	esac
}

# half GUEST: passes on the tests that HALF= leaves to this guest.
half() {
	local t turn=even

	while read -r t; do
		if [ "$1" = debug ] && [ -z "$(header kernels "$t")" ]; then
			[ $turn = odd ] && turn=even || turn=odd
			[ "$HALF" = all ] || [ "$HALF" = $turn ] || continue
		fi
		echo "$t"
	done
}

# chosen_for GUEST: fails if there are none.
chosen_for() {
	local t

	for t in $(chosen); do
		if runs_in "$1" "$t"; then echo "$t"; fi
	done | half "$1" | grep .
}

# The kernel of the next guest is built while one runs, of what that leaves of the CPUs. The job has
# a process group, so that all of it ends when this script does.
ahead=
trap '[ -z "$ahead" ] || kill -- -"$ahead" 2>/dev/null || :' EXIT

build_ahead() {
	[ -n "$1" ] || return 0
	set -m
	(renice -n 19 -p "$BASHPID" >/dev/null && sub build.sh "$1") >"$logs/ahead.log" 2>&1 </dev/null &
	ahead=$!
	set +m
}

build() {
	local rc=0

	[ -n "$ahead" ] || { sub build.sh "$1"; return; }
	wait "$ahead" || rc=$?
	ahead=
	cat "$logs/ahead.log"
	return $rc
}

# guest NAME NEXT
guest() {
	local name=$1 verdict=$logs/$1.tests.verdict list outcome t rest died=0 start
	if ! build "$name" || ! sub initramfs.sh "$name"; then
		report "$results" fail "$name" build
		return
	fi
	list=$(chosen_for "$name" | paste -sd,)
	build_ahead "$2"
	say "$KERNEL $name kernel: booting, $(chosen_for "$name" | wc -l) scenarios"
	start=$SECONDS
	sub vm.sh "$name" tests "$list" > >(sed -u "s/^/$KERNEL $name: /") || died=1
	wait $!
	say "$KERNEL $name guest: $((SECONDS - start)) s"
	while read -r outcome t rest; do
		# A KUnit case may be for one kernel line; a test says so itself.
		if [ "$outcome" = skip ] && [[ $t != kunit:* ]]; then
			report "$results" fail "$name" "$t" "it was skipped: $rest"
			continue
		fi
		case $outcome in
		pass | fail | skip) record "$results" "$outcome" "$name" "$t" "$rest" ;;
		esac
	done < <(cat "$verdict" 2>/dev/null)
	missing_results "$name" "$verdict"
	if [ $died = 1 ]; then
		say "$KERNEL $name: the last words of the guest"
		last_words <"$logs/$name.tests.console"
	fi
	while read -r outcome t rest; do
		[ "$outcome" != fail ] || excerpt "$logs/$name.tests.console" "$t"
	done < <(cat "$verdict" 2>/dev/null) | tee -a "$results.excerpts"
}

uml() {
	local outcome t
	if ! sub uml.sh build; then
		report "$results" fail uml build
		return
	fi
	while read -r outcome t; do
		report "$results" "$outcome" uml "$t"
	done < <(sub uml.sh run | awk -f "$harness/tap.awk")
	! grep -q "^fail $KERNEL uml " "$results" || grep -vE '^ +ok ' "$logs/uml.log" | last_words
}

for name in "$selftests"/test_*.sh; do
	[ -n "$(header guests "${name##*/}")" ] || die "${name##*/} names no guests: # guests: normal debug"
done
for name in $GUESTS; do
	if chosen_for "$name" >/dev/null; then
		names+=("$name")
	else
		say "$name: runs none of $TESTS"
	fi
done
[ ${#names[@]} -gt 0 ] || die "TESTS=$TESTS: none of these guests runs any of them: $GUESTS"
sub deps.sh source build uml vm space=8192
sub source.sh
uml
for i in "${!names[@]}"; do guest "${names[i]}" "${names[i + 1]:-}"; done
total "$results"
