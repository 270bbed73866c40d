#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `make run` shows, in the guest. Two backends are loaded, drained and unloaded
# while a process swaps; after each step every byte of the process is compared.

. /story.sh
pool=/sys/kernel/mm/frontswap_compress
mib=64
pages=$((mib * 256))

begin

tell "1. swapon of a disk. No backend is loaded."
[ -z "$(names)" ] || lost "a backend is loaded already"
command swapon $area
show </proc/swaps

tell "2. A process fills $mib MiB, and all of it is swapped out to the disk."
start_hog -m $mib -k text
hog fill out
[ "$(used)" -gt 0 ] || lost "nothing is on the disk"
note "swap in use: $(used) KiB"

tell "3. frontswap_compress is loaded; the swapon is replayed to the late backend."
command modprobe frontswap_compress max_pool_percent=40
log_of compress
dmesg | grep -q 'frontswap: compress: registered, .* 1 swap area' || lost "no replay in the log"

tell "4. Pages that are on the disk are read from the disk."
hog verify
note "loads from the backend: $(backend compress loads)"

tell "5. New contents are swapped out: the backend stores compressed pages."
swap_out compress
stored=$(backend compress stored_pages)
size=$(($(cat $pool/pool_bytes) + $(cat $pool/index_bytes)))
note "stored: $stored pages, $((stored * 4)) KiB, in $((size / 1024)) KiB of memory"
note "saved:  $((stored * 4 - size / 1024)) KiB, compression_ratio $(cat $pool/compression_ratio)"
[ "$stored" -ge $((pages * 9 / 10)) ] || lost "the backend stores too few pages"
[ $size -lt $((stored * 2048)) ] || lost "no memory is saved"

tell "6. All pages are loaded from the backend, and every byte is compared."
before=$(backend compress loads)
hog verify
[ $(($(backend compress loads) - before)) -ge $((pages * 9 / 10)) ] ||
	lost "too few pages were loaded from the backend"

tell "7. frontswap_ram takes over: compress is drained into ram and unloaded."
swap_out compress
command modprobe frontswap_ram
log_of ram
drain compress
command rmmod frontswap_compress
note "backends: $(names); ram stores $(backend ram stored_pages) pages"
[ "$(names)" = ram ] || lost "compress is still there"
[ "$(backend ram stored_pages)" -ge $((pages * 9 / 10)) ] || lost "ram did not take over"
hog verify
[ "$(backend ram loads)" -ge $((pages * 9 / 10)) ] || lost "too few pages were loaded from ram"

tell "8. ram is drained to the disk and unloaded, without swapoff."
swap_out ram
drain ram
command rmmod frontswap_ram
[ -z "$(names)" ] || lost "a backend is still there"
hog verify
end_hog
command swapoff $area
tell "Every byte was compared after each step, and every byte was right."
