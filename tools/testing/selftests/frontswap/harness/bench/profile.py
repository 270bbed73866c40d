#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""profile.py SYSTEM.MAP LABEL.log WINDOW [LINES]: instructions per page and function in a
window, from LABEL.prof.WINDOW, which BENCH_PROF=1 leaves behind. LABEL.log has the
symbols of modules and the number of pages."""

import bisect
import sys


def symbols(names):
    found = []
    for name in names:
        with open(name, encoding="utf-8") as lines:
            for word in map(str.split, lines):
                if len(word) == 3 and len(word[0]) == 16 and word[1] in "tTwW":
                    found.append((int(word[0], 16), word[2]))
    return sorted(found)


def main():
    system_map, log, window = sys.argv[1], sys.argv[2], int(sys.argv[3])
    top = int(sys.argv[4]) if len(sys.argv) > 4 else 30
    with open(log, encoding="utf-8") as lines:
        told = [line.split() for line in lines if line.startswith("W ")][window]
    pages = int(told[2])
    table = symbols([system_map, log])
    starts = [address for address, _ in table]
    counts = {}
    with open(f"{log.removesuffix('.log')}.prof.{window}", encoding="utf-8") as lines:
        for line in lines:
            address, count = line.split()
            at = bisect.bisect_right(starts, int(address, 16)) - 1
            name = table[at][1] if at >= 0 else "user space"
            counts[name] = counts.get(name, 0) + int(count)
    total = sum(counts.values())
    print(f"{told[1]}: {total / pages:.1f} instructions per page, {pages} pages")
    for name, count in sorted(counts.items(), key=lambda c: -c[1])[:top]:
        print(f"{count / pages:12.1f} {100 * count / total:6.2f}%  {name}")


if __name__ == "__main__":
    main()
