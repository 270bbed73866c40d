#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest of `make run`, with a prompt.
. "$(dirname "$0")/lib.sh"
lock
sub need.sh source build vm space=4096
sub source.sh
sub build.sh bare
sub initramfs.sh bare
say "booting; exit or ctrl-a x ends the guest"
sub vm.sh bare shell
