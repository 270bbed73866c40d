#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Guarantees: G12
# Every invalid registration and unregistration is rejected, with an errno of
# its own and a line in the log, while swap is in use, and changes nothing.

. ./functions.sh
start "bad registrations are refused"

names() {
	ls $FRONTSWAP
}

swap_on "$DISK1"
load_faulty registered=0
start_hog
hog fill out
before=$(names)
have_module test_frontswap_badreg || skip "no module test_frontswap_badreg"
load test_frontswap_badreg || die "test_frontswap_badreg cannot be loaded"
results=/sys/module/test_frontswap_badreg/parameters
expect "calls" "$(cat $results/tries)" -ge 19
expect "wrong answers" "$(cat $results/failures)" -eq 0
expect "refusals in the log" "$(log_count 'frontswap: .*: not registered: .*\(-[0-9]+\)')" -eq 11
expect "and of unregistration" "$(log_count 'frontswap: .*: not unregistered: ')" -eq 4
expect_text "backends" "$(names)" "$before"
hog verify
stop_hog
unload test_frontswap_badreg || die "test_frontswap_badreg cannot be unloaded"

log "names: a bad one, the module's own, one that is taken"
for bad in a/b . ..; do
	set_faulty name "$bad"
	! quietly set_faulty registered 1 || die "registered as $bad"
done
echo newline >$FAULTY/name
! quietly set_faulty registered 1 || die "registered with a newline in its name"
set_faulty name ""
set_faulty registered 1
attached test_frontswap || die "no name of its own"
set_faulty registered 0
load_ram 0
set_faulty name ram
! quietly set_faulty registered 1 || die "registered as ram"
expect_log 'frontswap: ram: not registered: .*-17'
expect_text "calls of the backend" "$(faulty events)" "i0 a0"
