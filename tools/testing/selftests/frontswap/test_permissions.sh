#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# A user without privileges, and root of a user namespace, can read the
# statistics and change nothing.

. ./functions.sh
start "no changes by those who are not root"

as_user() {
	"$SWAPHOG" -x -- "$@"
}

in_namespace() {
	as_user unshare -U -r "$@"
}

load_compress max_pool_percent=50
load_ram 1000
swap_on "$DISK1"
start_hog
hog fill out
quietly in_namespace true || skip "no user namespaces"
# shellcheck disable=SC2016 # for the shell of the others
write_all='for file; do for value in 0 1 lz4; do
	(echo $value >"$file") && echo "$file"
done; done'
for who in as_user in_namespace; do
	for file in $COMPRESS_STATS/stored_pages $FRONTSWAP/compress/state $COMPRESS/compressor; do
		quietly $who cat "$file" || die "$who cannot read $file"
	done
	written=$($who sh -c "$write_all" sh "$FRONTSWAP"/*/* "$COMPRESS_STATS"/* "$COMPRESS"/* \
		/sys/module/frontswap_ram/parameters/* 2>/dev/null)
	expect_text "what $who has written to" "$written" ""
	quietly $who ls /sys/kernel/debug/frontswap && die "$who sees debugfs"
	quietly $who rmmod frontswap_ram && die "$who has unloaded a module"
done
expect_text "state" "$(cat $FRONTSWAP/compress/state)" attached
written=$(sh -c "$write_all" sh $COMPRESS/accept_threshold_percent 2>/dev/null)
[ -n "$written" ] || die "not even root can write this way"
hog verify
stop_hog
