#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the stories of `make run` and `make remote` have in common.

group=/sys/fs/cgroup/story
area=/dev/vda
backends=/sys/kernel/mm/frontswap

tell() { printf '\n%s\n' "$*"; }
show() { sed 's/^/    /'; }
note() { echo "    $*"; }
lost() { tell "FAILED: $*"; exit 1; }
backend() { cat "$backends/$1/$2"; }
used() { awk -v a=$area '$1 == a { print $4 }' /proc/swaps; }
names() { find $backends -mindepth 1 -maxdepth 1 -exec basename {} \; | paste -sd' '; }

# command COMMAND...: shows and executes it.
command() {
	note "# $*"
	"$@" || lost "$1 failed"
}

# send COMMAND, receive: the hog executes one command at a time and answers with one line.
send() { echo "$1" >&5; }

receive() {
	read -r answer <&6 || lost "the process has ended"
	echo "$answer" | show
	case $answer in
	verify:*" bad=0 sigbus=0"*) ;;
	verify:*) lost "memory came back with other bytes" ;;
	esac
}

hog() {
	for word; do
		send "$word"
		receive
	done
}

# swap_out BACKEND: new contents, all of it swapped out.
swap_out() {
	send fill
	receive
	send out
	before=
	while [ "$before" != "$(backend "$1" stored_pages)" ]; do
		before=$(backend "$1" stored_pages)
		note "stored_pages: $before"
		sleep 1
	done
	receive
}

# log_of BACKEND: its messages since the last call.
log_of() {
	dmesg | sed 's/^\[[^]]*\] *//' | grep "^frontswap: $1:" >/tmp/log.now || :
	touch "/tmp/log.$1"
	tail -n +$(($(wc -l <"/tmp/log.$1") + 1)) /tmp/log.now | show
	mv /tmp/log.now "/tmp/log.$1"
}

# drain BACKEND
drain() {
	note "# echo 0 > $backends/$1/enabled"
	echo 0 >"$backends/$1/enabled" || lost "the drain failed"
	log_of "$1"
	[ "$(backend "$1" stored_pages)" = 0 ] || lost "pages are left in $1"
}

# start_hog OPTION...: a process that swaps, in a control group of its own.
start_hog() {
	mkdir -p "$group"
	[ -p /tmp/orders ] || mkfifo /tmp/orders /tmp/answers
	./swaphog -T 600 -g "$group" "$@" - </tmp/orders >/tmp/answers &
	exec 5>/tmp/orders 6</tmp/answers
}

end_hog() {
	send quit
	wait $! || lost "the process ended with exit status $?"
	exec 5>&- 6<&-
}

# begin: the machine
begin() {
	mkswap $area >/dev/null
	note "Linux $(uname -r), $(nproc) CPUs, $(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB of RAM"
}
