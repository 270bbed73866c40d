#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug
# The frontswap command shows the contents of sysfs, and "-" for values that are
# missing, invalid or removed while being read. First with artificial trees of
# files, comparing the whole output; then with backends that store pages, are
# drained, registered and unregistered.

. ./functions.sh
start "the status command"

for TOOL in ${FRONTSWAP_TOOL:-./frontswap ../../../mm/frontswap ../../../vm/frontswap \
	/usr/sbin/frontswap}; do
	[ ! -x "$TOOL" ] || break
done
[ -x "$TOOL" ] || skip "no command frontswap: make -C tools mm"
# What is expected of the trees is reckoned with pages of 4 KiB.
FAKE=$TMP/root
FAKE_MM=$FAKE/sys/kernel/mm
CORE_FILES="state priority stored_pages stores rejected_stores loads load_errors invalidates"
OWN_FILES="same_filled_pages compressed_bytes pool_bytes limit_bytes full index_bytes
	reject_compress_poor reject_alloc_fail reject_limit reject_memcg written_back_pages
	decompress_errors"

# fake_backend NAME STATE PRIORITY STORED_PAGES STORES REJECTED LOADS ERRORS
fake_backend() {
	fake_dir=$FAKE_MM/frontswap/$1
	mkdir "$fake_dir"
	for fake_file in $CORE_FILES; do
		shift
		echo "${1-7}" >"$fake_dir/$fake_file"
	done
}

# fake_pool NAME STORED_PAGES POOL_BYTES LIMIT_BYTES FULL - what a backend says of itself
fake_pool() {
	fake_dir=$FAKE_MM/frontswap_$1
	mkdir "$fake_dir"
	for fake_file in stored_pages pool_bytes limit_bytes full; do
		shift
		echo "$1" >"$fake_dir/$fake_file"
	done
}

# fake_swaps LINE...
fake_swaps() {
	printf '%s\n' "Filename Type Size Used Priority" "$@" >"$FAKE/proc/swaps"
}

# new_tree - nothing in it but one swap area
new_tree() {
	rm -rf "$FAKE"
	mkdir -p "$FAKE_MM/frontswap" "$FAKE/proc"
	fake_swaps "/dev/sda2 partition 4194300 855040 -2"
	log "$*"
}

# shows ARGUMENT... - leaves the exit status in shows_status, what is said in $TMP/shown
shows() {
	shows_status=0
	"$TOOL" --root "$FAKE" "$@" >"$TMP/said" 2>&1 || shows_status=$?
	sed "s@$FAKE@@" "$TMP/said" >"$TMP/shown"
}

# says STATUS ARGUMENT... - the exit status, and on standard input all that is said
says() {
	says_status=$1
	shift
	cat >"$TMP/wanted"
	shows "$@"
	diff "$TMP/wanted" "$TMP/shown" || die "frontswap $*: it says something else"
	expect "exit status of frontswap $*" "$shows_status" -eq "$says_status"
}

# refuses ARGUMENT... - one line, which is an error
refuses() {
	shows "$@"
	expect "exit status of frontswap $*" "$shows_status" -eq 2
	expect "lines" "$(wc -l <"$TMP/shown")" -eq 1
	expect "errors" "$(grep -c 'frontswap: ' "$TMP/shown")" -eq 1
	"$TOOL" --root "$FAKE" "$@" 2>/dev/null | grep . && die "an error on standard output"
	log "$(cat "$TMP/shown")"
}

new_tree "a kernel without"
rmdir "$FAKE_MM/frontswap"
says 1 <<END
frontswap: /sys/kernel/mm/frontswap: not there: this kernel has no frontswap for loadable backends
END

new_tree "no backend"
says 0 <<END
no backend is registered
swap: 835.0M of 4.0G used, 0 of that in backends
END
says 0 -p <<END
swap_size_bytes=4294963200 swap_used_bytes=875560960 in_backends_bytes=0
END

new_tree "two backends"
fake_backend ram attached 0 2871 45678 0 39001 0
fake_backend compress attached 100 210000 1234567 1234 120034 2
fake_pool compress 210000 284164096 1717986918 0
says 0 <<END
NAME     STATE    PRIO STORED   POOL LIMIT RATIO FULL  STORES REJECTED REJ%  LOADS ERRORS
compress attached  100 820.3M 271.0M  1.6G  3.03   no 1234567     1234  0.1 120034      2
ram      attached    0  11.2M      -     -     -    -   45678        0  0.0  39001      0
swap: 835.0M of 4.0G used, 831.5M of that in backends
END
says 0 --bytes <<END
NAME     STATE    PRIO    STORED      POOL      LIMIT RATIO FULL  STORES REJECTED REJ%  LOADS ERRORS
compress attached  100 860160000 284164096 1717986918  3.03   no 1234567     1234  0.1 120034      2
ram      attached    0  11759616         -          -     -    -   45678        0  0.0  39001      0
swap: 875560960 of 4294963200 used, 871919616 of that in backends
END
for file in same_filled_pages compressed_bytes index_bytes reject_compress_poor \
	reject_alloc_fail reject_limit reject_memcg written_back_pages; do
	echo "${#file}" >"$FAKE_MM/frontswap_compress/$file"
done
says 0 --parsable <<END
backend=compress state=attached priority=100 stored_bytes=860160000 stored_pages=210000 \
stores=1234567 rejected_stores=1234 loads=120034 load_errors=2 invalidates=7 \
same_filled_pages=17 compressed_bytes=16 pool_bytes=284164096 limit_bytes=1717986918 full=0 \
index_bytes=11 reject_compress_poor=20 reject_alloc_fail=17 reject_limit=12 reject_memcg=12 \
written_back_pages=18 decompress_errors=- ratio=3.03
backend=ram state=attached priority=0 stored_bytes=11759616 stored_pages=2871 \
stores=45678 rejected_stores=0 loads=39001 load_errors=0 invalidates=7 \
same_filled_pages=- compressed_bytes=- pool_bytes=- limit_bytes=- full=- \
index_bytes=- reject_compress_poor=- reject_alloc_fail=- reject_limit=- reject_memcg=- \
written_back_pages=- decompress_errors=- ratio=-
swap_size_bytes=4294963200 swap_used_bytes=875560960 in_backends_bytes=871919616
END

new_tree "in the order in which pages are offered, in every state"
fake_backend zswap detached 0 0 0 0 0 0
fake_backend low load-only -7 300 300 0 0 0
fake_backend high draining 2147483647 400 400 100 0 0
fake_backend remote stalled 1 2 2 0 0 0
mkdir "$FAKE_MM/frontswap_bdev"
fake_pool bdev/remote 2 - 8192 1
rm "$FAKE_MM/frontswap_bdev/remote/pool_bytes"
fake_backend gone abandoned 0 0 5 0 0 0
fake_backend compress attached 100 0 0 7 0 0
fake_pool compress 0 0 1024 1
says 0 <<END
NAME     STATE           PRIO STORED POOL LIMIT RATIO FULL STORES REJECTED  REJ% LOADS ERRORS
high     draining  2147483647   1.6M    -     -     -    -    400      100  20.0     0      0
compress attached         100      0    0  1.0K     -  yes      0        7 100.0     0      0
remote   stalled            1   8.0K    -  8.0K     -  yes      2        0   0.0     0      0
gone     abandoned          0      0    -     -     -    -      5        0   0.0     0      0
zswap    detached           0      0    -     -     -    -      0        0     -     0      0
low      load-only         -7   1.2M    -     -     -    -    300        0   0.0     0      0
high: draining, 400 pages left
swap: 835.0M of 4.0G used, 2.7M of that in backends
END

new_tree "a backend that goes while it is read, an older module, no /proc/swaps"
mkdir "$FAKE_MM/frontswap/gone"
fake_backend compress attached 100 256 256 0 0 0
fake_pool compress 256 262144 0 0
rm "$FAKE_MM/frontswap_compress/limit_bytes" "$FAKE_MM/frontswap_compress/full"
rm "$FAKE/proc/swaps"
echo 1 >"$FAKE_MM/frontswap/no_backend"
says 0 <<END
NAME     STATE    PRIO STORED   POOL LIMIT RATIO FULL STORES REJECTED REJ% LOADS ERRORS
compress attached  100   1.0M 256.0K     -  4.00    -    256        0  0.0     0      0
gone     -           -      -      -     -     -    -      -        -    -     -      -
swap: - of - used, - of that in backends
END

new_tree "garbage"
fake_backend a "" "" "" "" "" "" ""
fake_backend b "load only" 1x -5 "0x10" " 1" 18446744073709551616 +1
fake_backend c attached -2147483649 99999999999999999999999999999999999 1 1 1e3 1.5
huge=18446744073709551615
fake_backend ' \f' "$(printf 'x\033[31m')" 0 $huge $huge 1 0 0
fake_pool c 1 "1
2" -1 2
printf '1\0\n' >"$FAKE_MM/frontswap/c/stores"
fake_dir=$FAKE_MM/frontswap/f
mkdir -p "$fake_dir/stored_pages" "$fake_dir/state"
mkfifo "$fake_dir/stores"
ln -s loads "$fake_dir/loads"
: >"$fake_dir/priority"
dd if=/dev/zero of="$fake_dir/load_errors" bs=4096 count=2 2>/dev/null
fake_swaps "/dev/sda2 partition x 12 -2" "" "/dev/sdb2"
says 0 <<END
NAME      STATE    PRIO STORED POOL LIMIT RATIO FULL               STORES REJECTED REJ% LOADS ERRORS
\040\134f -           0      -    -     -     -    - 18446744073709551615        1    -     0      0
a         -           -      -    -     -     -    -                    -        -    -     -      -
b         -           -      -    -     -     -    -                    -        -    -     -      -
c         attached    -      -    -     -     -    -                    -        1    -     -      -
f         -           -      -    -     -     -    -                    -        -    -     -      -
swap: - of - used, - of that in backends
END

new_tree "sizes"
fake_backend s attached 0 0 0 0 0 0
fake_pool s 0 0 0 0
for bytes in 1023 1024 1048524 1048525 1073741824 1099511627776 18446744073709551615; do
	echo $bytes >"$FAKE_MM/frontswap_s/pool_bytes"
	"$TOOL" --root "$FAKE" | awk '$1 == "s" { print $5 }'
done >"$TMP/shown"
expect_text "sizes" "$(paste -sd' ' "$TMP/shown")" "1023 1.0K 1023.9K 1.0M 1.0G 1.0T 16.0E"

fake_swaps "/dev/sda2 partition 1000 10 -2" '/swap\040file file 24 2 -3'
expect_text "areas" "$("$TOOL" --root "$FAKE" | tail -n 1)" \
	"swap: 12.0K of 1.0M used, 0 of that in backends"

log "arguments"
refuses --nonsense
refuses -x
refuses more
refuses --watch
refuses --watch 0
refuses -w -1
refuses -w 1x
shows --help
expect "exit status of frontswap --help" $shows_status -eq 0
expect "usage" "$(grep -c '^Usage: frontswap' "$TMP/shown")" -eq 1
if [ -w /dev/full ]; then
	! quietly sh -c '"$@" >/dev/full' sh "$TOOL" --root "$FAKE" || die "a full device"
fi

"$TOOL" --root "$FAKE" -w 1 >"$TMP/watched" &
BACKGROUND="$BACKGROUND $!"
twice() { [ "$(grep -c '^swap: ' "$TMP/watched")" -ge 2 ]; }
loop_until 10 twice || die "--watch shows it once only"

# now for real

# figure BACKEND KEY
figure() {
	"$TOOL" --parsable | awk -v name="backend=$1" -v key="$2" '$1 == name {
		for (i = 2; i <= NF; i++)
			if (index($i, key "=") == 1)
				print substr($i, length(key) + 2) }'
}

# content FILE - in REPLY
content() {
	REPLY=-
	[ ! -e "$1" ] || read -r REPLY <"$1"
}

# files_say BACKEND - its line of --parsable, but for what is reckoned
files_say() {
	printf 'backend=%s' "$1"
	for says_file in $CORE_FILES; do
		content "$FRONTSWAP/$1/$says_file"
		printf ' %s=%s' "$says_file" "$REPLY"
	done
	for says_file in $OWN_FILES; do
		content "${FRONTSWAP}_$1/$says_file"
		printf ' %s=%s' "$says_file" "$REPLY"
	done
}

same_line() {
	wanted=$(files_say "$1")
	shown=$("$TOOL" -p | grep "^backend=$1 " | sed 's/ stored_bytes=[0-9]*//; s/ ratio=.*//')
	[ "$shown" = "$wanted" ]
}

same_row() {
	wanted=
	for row_file in state priority stored_pages stores rejected_stores loads load_errors; do
		content "$FRONTSWAP/$1/$row_file"
		[ "$row_file" != stored_pages ] || REPLY=$((REPLY * 4096))
		wanted="$wanted$REPLY "
	done
	shown=$("$TOOL" --bytes | awk -v name="$1" '$1 == name {
		print $2, $3, $4, $9, $10, $12, $13, "" }')
	[ "$shown" = "$wanted" ]
}

# agrees BACKEND - in case a figure has just changed it may be tried again
agrees() {
	for agrees in same_line same_row; do
		loop_until 5 $agrees "$1" || die "shown is '$shown', not '$wanted'"
	done
	log "$shown"
}

swap_agrees() {
	"$TOOL" -p | awk 'FILENAME == "-" && /^swap/ { size = $1; used = $2 }
		FILENAME != "-" && $3 ~ /^[0-9]/ { s += $3 * 1024; u += $4 * 1024 }
		END { exit !(size == "swap_size_bytes=" s && used == "swap_used_bytes=" u && u) }' \
		- /proc/swaps
}

log "pages in two backends"
load_ram $((PAGES / 8))
load_compress max_pool_percent=50 writeback=N
swap_on "$DISK1"
start_hog
hog fill out
expect "pages in ram" "$(backend ram stored_pages)" -gt 0
expect "pages in compress" "$(backend compress stored_pages)" -gt 0
agrees ram
agrees compress
loop_until 5 swap_agrees || die "swap: $("$TOOL" -p | tail -n 1)"
"$TOOL"
hog verify
agrees compress
stop_hog
set_file "$FRONTSWAP/compress/enabled" 0 || die "not detached"
expect_text "state" "$(figure compress state)" detached

log "a drain, and one that has failed"
load_faulty priority=200
start_hog
hog fill out
left=$(backend faulty stored_pages)
# It is interrupted as soon as it has been seen.
delay=20
! slow_kernel || delay=100
set_faulty load_delay_ms $delay
(echo 0 >"$FRONTSWAP/faulty/enabled") 2>/dev/null &
drain=$!
BACKGROUND="$BACKGROUND $drain"
is_drained() { [ "$(figure faulty state)" = draining ]; }
loop_until 10 is_drained || die "no drain: $(figure faulty state)"
some_gone() { [ "$(figure faulty stored_pages)" -lt "$left" ]; }
loop_until 10 some_gone || die "all are left"
"$TOOL" >"$TMP/shown"
expect "lines about it" "$(grep -cE '^faulty: draining, [0-9]+ pages left$' "$TMP/shown")" -eq 1
kill -TERM $drain
wait $drain && die "it has ended well"
expect_text "state" "$(figure faulty state)" attached
set_faulty load_delay_ms 0
set_faulty fail_loads 5
! quietly set_file "$FRONTSWAP/faulty/enabled" 0 || die "drained without its pages"
expect_text "state" "$(figure faulty state)" load-only
agrees faulty
set_faulty fail_loads 0
stop_hog

log "backends that come and go"
set_faulty registered 0
touch "$TMP/run"
toggle_again() {
	while [ -e "$TMP/run" ]; do
		set_faulty registered 1
		set_faulty registered 0
		echo >>"$TMP/turns"
	done
}
toggle_again &
BACKGROUND="$BACKGROUND $!"
for i in 1 2 3 4 5 6 7 8 9 10; do
	"$TOOL" >"$TMP/shown" || die "run $i: exit status $?"
	grep -q '^ram ' "$TMP/shown" || die "run $i: no ram: $(cat "$TMP/shown")"
done
some_turns() { [ -s "$TMP/turns" ]; }
loop_until 30 some_turns || die "it has not come and gone"
rm "$TMP/run"
wait $!
