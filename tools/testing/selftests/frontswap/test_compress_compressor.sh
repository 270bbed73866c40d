#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# Change the compressor of frontswap_compress with pages inside: the pages
# remain readable. Invalid parameters are rejected with a message and change
# nothing.

. ./functions.sh
start "another compressor"

# refused PARAMETER VALUE PATTERN
refused() {
	old=$(cat "$COMPRESS/$1")
	said=$(log_count "frontswap_compress: .*$3")
	quietly set_compress "$1" "$2" && die "$1=$2 is accepted"
	expect "log lines: $3" "$(log_count "frontswap_compress: .*$3")" -eq $((said + 1))
	expect_text "$1 after $2" "$(cat "$COMPRESS/$1")" "$old"
}

load frontswap_compress compressor=none-such 2>"$TMP/error" && die "loaded without a compressor"
grep -q "Invalid argument" "$TMP/error" || die "an unknown compressor is: $(cat "$TMP/error")"
expect_log "compressor none-such: not available"
load_compress compressor=lzo max_pool_percent=50
swap_on "$DISK1"

expect_text "compressors" "$(cat "$COMPRESS/compressor")" "[lzo] lzo-rle lz4 zstd"
start_hog -k text
hog fill out
lzo_bytes=$(compress compressed_bytes)

log "new pages are compressed by the new one, which is used for the first time"
grep -qw zstd /proc/crypto || quietly modprobe zstd || skip "no zstd"
set_compress compressor zstd || die "zstd is refused"
hog dirty:1 out
zstd_bytes=$(compress compressed_bytes)
expect "bytes with zstd, $lzo_bytes with lzo" "$zstd_bytes" -lt $((lzo_bytes * 9 / 10))
log "and by the old one, which was in use before"
set_compress compressor lzo
hog dirty:1 out
expect "bytes with lzo again" "$(compress compressed_bytes)" -gt $((zstd_bytes * 10 / 9))

log "pages of several in the pool"
for name in lz4 zstd lzo; do
	set_compress compressor $name || log "no $name"
	hog verify dirty:3 out
done
hog verify
hog dirty:2 out

log "while pages go in and out"
rounds=3
! slow_kernel || rounds=1
run_hog_bg -k mixed -m "$((MIB / 2))" -r $rounds
while quietly kill -0 "$HOG_BG"; do
	for name in lz4 zstd lzo; do
		set_compress compressor $name
	done
	sleep 0.05
done
wait_hog
hog verify
stop_hog

refused compressor none-such "compressor none-such: not available"
refused compressor "$(printf %0200d 0)" "compressor: the name is too long"
refused max_pool_percent 101 "max_pool_percent must be"
refused max_pool_percent ten "max_pool_percent must be"
refused accept_threshold_percent -1 "accept_threshold_percent must be"
refused max_bytes 1Q "max_bytes must be"
refused max_bytes "" "max_bytes must be"
refused max_bytes 17179869185G "max_bytes must be"
refused writeback perhaps "writeback must be"
set_compress max_bytes 32M
expect "max_bytes" "$(cat "$COMPRESS/max_bytes")" -eq 33554432
