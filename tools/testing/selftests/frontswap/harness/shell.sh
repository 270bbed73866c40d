#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest of `make run`, with a prompt.
. "$(dirname "$0")/lib.sh"
lock
ready_guest nozswap
say "booting; exit or ctrl-a x ends the guest"
sub vm.sh nozswap shell
