#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guests: normal debug kcsan
# Guarantees: G4, G8
# A short soak, see soak.sh: with a fixed seed, and with a random seed; on a
# slow kernel with a random seed only.

. ./functions.sh

seeds=$(awk 'BEGIN { srand(); print int(rand() * 1000000) }')
slow_kernel || seeds="1 $seeds"
for seed in $seeds; do
	sh ./soak.sh "${FRONTSWAP_SOAK_SECONDS:-10}" "$seed" || exit
done
