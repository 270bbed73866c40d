#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A short soak, see soak.sh: once with a seed that is always the same, and once with
# one that never is.

random=$(awk 'BEGIN { srand(); print int(rand() * 1000000) }')
for seed in 1 "$random"; do
	sh ./soak.sh "${FRONTSWAP_SOAK_SECONDS:-10}" "$seed" || exit
done
