#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make remote: two guests. One lends memory by NVMe over TCP, the other swaps to it.
. "$(dirname "$0")/lib.sh"
lock
tell_story pair remote "booting two guests"
