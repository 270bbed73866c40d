#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job: source, kernel, guest, story.
. "$(dirname "$0")/lib.sh"
lock
ready_guest nozswap
say "booting"
if sub vm.sh nozswap story; then
	say "all is well"
else
	tail -n 15 "$logs/nozswap.story.console" | tr -d '\r' | sed 's/^/   /' >&2 || :
	die "the story did not end well"
fi
