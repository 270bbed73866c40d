#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: pair
# Guarantees: G4
# With dm-crypt below the backend, the lender cannot read the pages.

. ./functions.sh
start "pages that the lender cannot read"

KIND=text
key=$(head -c 64 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
connect_lender
load_bdev
modprobe dm-crypt || skip "no dm-crypt"
swap_on "$DISK1"

# lines_seen WORD - how often the word is on the disk of the lender
lines_seen() {
	lender "grep -a -c $1 /dev/nullb1"
}

# store_text DEVICE - the pages of a hog
store_text() {
	add_bdev "$1" name=far write_through=0
	start_hog -b
	hog fill out
	expect "pages on the device" "$(bdev far stored_pages)" -ge $((PAGES * 3 / 4))
	seen=$(lines_seen "$word")
}

end_store() {
	hog verify
	stop_hog
	remove_bdev far
}

word=memory
borrow plain 1
store_text "$FAR"
expect "matches without encryption" "$seen" -gt 0
end_store
return_borrowed

borrow secret 1
map secret "0 $(sectors "$FAR") crypt aes-xts-plain64 $key 0 $FAR 0 1 allow_discards"
store_text /dev/mapper/secret
expect "matches with encryption" "$seen" -eq 0
end_store
