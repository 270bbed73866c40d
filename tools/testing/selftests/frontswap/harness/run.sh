#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job: source, kernel, guest, story.
. "$(dirname "$0")/lib.sh"
lock
tell_story nozswap story "booting"
