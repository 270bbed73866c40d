#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# bench/pressure.sh [plan]: guests that are short of memory as a whole, with each store in turn.
# PRESSURE="256 140 text zswap" chooses: memory in MiB (256 1024), what the work wants in percent of
# the memory available (120 and so on), what of (text mixed rand hot), and stores. Of what is not
# named the default is taken, of stores all. ROUNDS=n. With "plan" it only says what would be run.
# Labels are pressure.MEMORY-PERCENT-KIND.STORE.ROUND.
. "$(dirname "$0")/../lib.sh"
: "${PRESSURE:=}" "${ROUNDS:=3}"
results=$O/bench/linux-$KERNEL
limit=40
mems=() percents=() kinds=() stores=()
every=(plain compress compress-nowb zswap zswap-shrinker zram zram-disk)
[ "$KERNEL" != 6.1 ] || every=("${every[@]/zswap-shrinker/}")

choose() {
	local word

	for word in $PRESSURE; do
		case $word in
		256 | 512 | 1024 | 2048) mems+=("$word") ;;
		1[0-9][0-9] | 2[0-9][0-9]) percents+=("$word") ;;
		text | mixed | rand | hot) kinds+=("$word") ;;
		*)
			[[ " ${every[*]} " == *" $word "* ]] ||
				die "PRESSURE: $word is no memory, percentage, kind or store"
			stores+=("$word")
			;;
		esac
	done
}

# The cells as "MEMORY PERCENT KIND"; without a choice, those that say most for their time.
cells() {
	local m p k

	if [ ${#mems[@]}${#percents[@]}${#kinds[@]} = 000 ]; then
		echo 256 140 text
		echo 256 260 text
		echo 256 140 hot
		echo 256 140 rand
		return
	fi
	for m in "${mems[@]:-256}"; do
		for p in "${percents[@]:-140}"; do
			for k in "${kinds[@]:-text}"; do echo "$m" "$p" "$k"; done
		done
	done
}

# A guest's kernel is ours only where our module is.
kernel_of() { case $1 in compress*) echo ours-pressure ;; *) echo stock-pressure ;; esac; }

# What cannot be held in memory cannot be put into zram alone.
left_out() { [ "$1 $2" = "rand zram" ]; }

# What a run takes, in s, on a machine that emulates: rather more than less.
takes() { echo $(($1 * $2 * 12 / 256 / 100 + 12)); }

plan() {
	local m p k r s

	cells | while read -r m p k; do
		for r in $(seq "$ROUNDS"); do
			for s in "${stores[@]}"; do
				left_out "$k" "$s" || echo "$m $p $k $s $r $(takes "$m" "$p")"
			done
		done
	done
}

# vm LABEL MEMORY "ARGS"
vm() {
	printf '%s\n' "$1" >>"$results/labels"
	BENCH_MEM=$2 BENCH_DISK=$(($2 * 3))M BENCH_TIMEOUT=$((600 + $2 * 6)) \
		sub bench/vm.sh "$(kernel_of "$4")" "$1" "$3 limit=$limit comp=lzo" pressure
}

# MiB that are available in a guest of that memory; all stores get the same work.
available() {
	local label=pressure.$1.probe.0

	[ -f "$BENCH_OUT/$label.log" ] || vm "$label" "$1" "store=probe" probe || return 1
	awk '$1 == "A" { print int($2 / 1024) }' "$BENCH_OUT/$label.log"
}

choose
[ ${#stores[@]} != 0 ] || read -ra stores <<<"${every[*]}"
plan >"$results/pressure.plan"
total=$(wc -l <"$results/pressure.plan")
left=$(awk '{ s += $6 } END { print int(s) }' "$results/pressure.plan")
say "pressure: $total guests, some $((left / 60 + 1)) min"
[ "${1:-}" != plan ] || exit 0
rm -f "$BENCH_OUT"/pressure.*
failed='' number=0
while read -r m p k s r t <&3; do
	number=$((number + 1))
	free=$(available "$m") || die "a guest of $m MiB does not come up"
	say "$m MiB, $k, $p %, $s, round $r: $number of $total, some $((left / 60 + 1)) min to go"
	left=$((left - t))
	vm "pressure.$m-$p-$k.$s.$r" "$m" \
		"store=$s kind=$k mib=$((free * p / 200)) window=$((6000 / p))" "$s" || failed=1
done 3<"$results/pressure.plan"
[ -z "$failed" ] || die "a guest failed"
