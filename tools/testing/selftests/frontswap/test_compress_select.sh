#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal
# The compressor of frontswap_compress is selected from a list. A module for the
# compressor is loaded on demand and stays loaded as long as pages need it.
# Other names are invalid arguments, for modprobe and for sysfs.

. ./functions.sh
start "choosing a compressor"

# invalid COMMAND... - it fails, and says why
invalid() {
	said=$("$@" 2>&1) && die "$* is accepted"
	case $said in
	*"nvalid argument"* | *"nvalid parameter"*) log "$* says: $said" ;;
	*) die "$* says '$said', expected 'Invalid argument'" ;;
	esac
}

# current NAME - it is in brackets, all others are not
current() {
	listed=$(cat "$COMPRESS/compressor")
	expect_text "in brackets of '$listed'" \
		"$(echo "$listed" | sed 's/^[^[]*\[\([^]]*\)\][^[]*$/\1/')" "$1"
	for name in lzo lz4 zstd; do
		echo "$listed" | grep -qw $name || die "'$listed', expected $name in it"
	done
}

quietly rmmod zstd
load_compress compressor=zstd max_pool_percent=50
swap_on "$DISK1"
start_hog -k text
hog fill out
expect "pages stored" "$(compress stored_pages)" -ge $((PAGES * 9 / 10))
quietly rmmod zstd && die "zstd has gone, with pages that need it"
current zstd
set_compress compressor " lz4 " || die "lz4 with blanks is refused"
current lz4
for name in nosuch LZ4 ""; do
	invalid set_compress compressor "$name"
	current lz4
done
quietly rmmod zstd && die "zstd has gone, with pages that need it"
hog verify
stop_hog
set_file "$FRONTSWAP/compress/enabled" 0 || die "not drained"
unload frontswap_compress || die "not unloaded"
invalid modprobe frontswap_compress compressor=nosuch
