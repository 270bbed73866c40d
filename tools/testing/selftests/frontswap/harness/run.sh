#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The main job: source, kernel, guest, story.
. "$(dirname "$0")/lib.sh"
lock
sub need.sh source build vm space=4096
sub source.sh
sub build.sh normal
sub initramfs.sh normal
say "booting"
if sub vm.sh normal story; then
	say "all is well"
else
	tail -n 15 "$logs/normal.story.console" | tr -d '\r' | sed 's/^/   /' >&2 || :
	die "the story did not end well"
fi
