#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs ../soak.sh for SOAK seconds in the guest GUEST: everything at once, at random, from SEED.
. "$(dirname "$0")/lib.sh"
lock
: "${SOAK:=60}" "${GUEST:=normal}" "${SEED:=$((RANDOM * 32768 + RANDOM))}"
case $SOAK$SEED in *[!0-9]*) die "SOAK and SEED are numbers" ;; esac
# The seconds are the guest's, whose clock is slow when the machine is busy; the guest itself sees
# to it that nothing hangs.
slack=$((SOAK * 4 + 900))
case $GUEST in
normal | debug | kcsan) ;;
*) die "GUEST=$GUEST: normal, debug or kcsan" ;;
esac
verdict=$logs/$GUEST.soak.verdict

again() { say "the same again: make soak GUEST=$GUEST SOAK=$SOAK SEED=$SEED"; }

# Nothing failed, and each thing that must be there is.
good() {
	local t
	! grep -q '^fail' "$verdict" || return 1
	for t in soak end:{swap-is-off,not-tainted,nothing-in-the-log}; do
		grep -q "^pass $t\( \|$\)" "$verdict" || return 1
	done
}

ready_guest "$GUEST"
say "soak: $GUEST kernel, $SOAK seconds, seed $SEED"
outcome=ok
FS_TIMEOUT=$((SOAK + slack)) FS_TEST_LIMIT=$((SOAK + slack * 2 / 3)) \
	sub vm.sh "$GUEST" soak "$SOAK,$SEED" || outcome=FAILED
[ $outcome = FAILED ] || good || outcome=FAILED
if [ $outcome = FAILED ]; then
	grep '^fail' "$verdict" || :
	tail -n 40 "$logs/$GUEST.soak.console" | tr -d '\r' | sed 's/^/   | /'
	again
fi
read -r took actions pages < <(sed -n 's/^pass soak //p' "$verdict"; echo "- - -") || :
echo "soak: $GUEST seed $SEED: $took seconds, $actions actions, $pages pages verified: $outcome"
[ $outcome = ok ]
