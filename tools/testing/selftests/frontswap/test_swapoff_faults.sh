#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal nozswap debug kcsan
# Guarantees: G4
# Swapoff reads the pages of an area while their owner faults on them: from a
# backend, and alternately from a backend and the device; with faults through
# the swap cache and faults that bypass it; and, on Linux 6.12, in large folios.

. ./functions.sh
start "swapoff against faults"
need_ram_disks
MIB=2
PAGES=512

sizes=4
huge=
if [ -d "$THP/hugepages-64kB" ]; then
	set_sysfs "$THP/enabled" madvise
	sizes="4 64"
	slow_kernel || sizes="$sizes 1024"
	huge=-H
fi

delay=50
! slow_kernel || delay=200

faults_have_begun() {
	[ "$(backend faulty loads)" -ge $((loads + PAGES / 16)) ]
}

# against AREA KB
against() {
	log "$1, by folios of $2 kB"
	swap_on "$1"
	folio_sizes never
	# shellcheck disable=SC2086 # nothing, where there are no such folios
	start_hog -t 3 $huge
	hog fill out
	[ "$2" -eq 4 ] || only_folios "$2"
	loads=$(backend faulty loads)
	set_faulty load_delay_ms $delay
	echo verify >&3
	loop_until 10 faults_have_begun || die "nothing is read"
	expect "pages that swapoff finds" "$(faulty pages)" -ge $((PAGES / 4))
	set_faulty load_delay_ms 2
	swap_off "$1"
	expect "pages that are left" "$(faulty pages)" -eq 0
	set_faulty load_delay_ms 0
	read -r REPLY <&4 || die "swaphog has gone"
	log "hog $REPLY"
	hog verify
	stop_hog
}

load_faulty
for refuse in 0 3; do
	set_faulty refuse_stores $refuse
	against "$DISK1" 4
	for kb in $sizes; do
		against "$RAM1" "$kb"
	done
done
expect "wrong calls of the backend" "$(faulty violations)" -eq 0
expect "load errors" "$(backend faulty load_errors)" -eq 0
