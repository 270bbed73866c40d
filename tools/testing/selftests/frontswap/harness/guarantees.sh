#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guarantees are listed in README, G1 to Gn. Prints each test or mutant that cites a guarantee
# that is not listed, each mutant without a citation, and each guarantee without a test or a mutant.
# A mutant of something that is no guarantee of the core names the subject: "compress", "statistics".
. "$(dirname "$0")/lib.sh"
cd "$top"
tests=${selftests#"$top/"}
mapfile -t listed < <(sed -nE 's/^(G[0-9]+) .*/\1/p' README)

# The KUnit suites are part of the kernel, which has no README of ours, so they cite nothing. A case for
# each guarantee that KUnit can check:
kunit='
G1 swapoff_without_backend_is_recorded
G2 replay_is_ascending
G3 key_is_on_while_attached
G4 failed_load_is_an_io_error
G5 duplicate_store_invalidates_older_copy
G6 large_folio_is_stored_page_by_page
G7 higher_priority_is_tried_first
G8 disable_moves_pages_to_the_device
G10 no_backend_no_map
G11 optional_callbacks_may_be_missing
G12 bad_registrations
G13 failed_store_is_written_to_the_device
'

# "FILE G7" for each citation.
cited_by_tests() {
	local g name
	awk '/^# Guarantees: / {
		gsub(/,/, " ")
		for (i = 3; i <= NF; i++)
			print FILENAME, $i
	}' "$tests"/test_*.sh
	while read -r g name; do
		! grep -qs "KUNIT_CASE\(_SLOW\)\?($name)" mm/frontswap*_test.c || echo "mm/$name $g"
	done <<<"$kunit"
}

missing_cases() {
	local g name
	while read -r g name; do
		[ -z "$name" ] || grep -qs "KUNIT_CASE\(_SLOW\)\?($name)" mm/frontswap*_test.c ||
			echo "mm/frontswap_test.c: no case $name, which guarantees.sh has for $g"
	done <<<"$kunit"
}

cited_by_mutants() {
	awk '/^# guarantee: / { for (i = 3; i <= NF; i++) { sub(/,/, "", $i); print FILENAME, $i } }' \
		"$tests"/mutants/*.patch
}

is_listed() { [[ " ${listed[*]} " == *" $1 "* ]]; }

unknown() {
	local file name
	while read -r file name; do
		case $name in
		compress | statistics) is_mutant "$file" && continue ;;
		esac
		is_listed "$name" || echo "$file: $name is not in README's list"
	done
}

is_mutant() { [[ $1 == */mutants/* ]]; }

without() {
	local g
	for g in "${listed[@]}"; do
		grep -q " $g\$" <<<"$2" || echo "README: $g has no $1"
	done
}

[ ${#listed[@]} != 0 ] || echo "README: no list of guarantees"
by_tests=$(cited_by_tests)
by_mutants=$(cited_by_mutants)
missing_cases
unknown <<<"$by_tests"
unknown <<<"$by_mutants"
without test "$by_tests"
without mutant "$by_mutants"
grep -L '^# guarantee: ' "$tests"/mutants/*.patch | sed 's/$/: cites no guarantee/' || :
