#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make remote: two guests. One lends memory by NVMe over TCP, the other swaps to it.
. "$(dirname "$0")/lib.sh"
lock
ready_guest pair
say "booting two guests"
if sub vm.sh pair remote; then
	say "all is well"
else
	tail -n 15 "$logs/pair.remote.console" | tr -d '\r' | sed 's/^/   /' >&2 || :
	die "the story did not end well"
fi
