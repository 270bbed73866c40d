#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A short soak, see soak.sh: once with a seed that is always the same, and once with
# one that never is; on a slow kernel the latter only.

. ./functions.sh

seeds=$(awk 'BEGIN { srand(); print int(rand() * 1000000) }')
slow_kernel || seeds="1 $seeds"
for seed in $seeds; do
	sh ./soak.sh "${FRONTSWAP_SOAK_SECONDS:-10}" "$seed" || exit
done
