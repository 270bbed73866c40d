#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""table.py DIR PARTS KERNEL: reads what the guests said (DIR/runs), checks it, and writes
DIR/table.txt, DIR/results.tsv and DIR/bench.png."""

import os
import statistics
import subprocess
import sys

import pressure

PAGE = 4096
FILLS = ["text", "mixed", "rand", "zero"]
# The share of a fill's pages that a store of compressed pages has to take at least.
TAKEN = {"text": 1.0, "mixed": 0.75, "rand": 0.0, "zero": 1.0}
# On 6.12 no store is offered a page of zeros, as the swap code keeps a bit for it: of a fill's pages
# this share is offered.
OFFERED = {"6.1": {}, "6.12": {"mixed": 0.75, "zero": 0.0}}


class Bad(Exception):
    """A run whose figures are worth nothing."""


class Run:
    """A boot: its windows, and the values shown in it."""

    def __init__(self, where, label, line):
        self.label = label
        self.line = line
        self.part, self.kernel, self.config, self.comp = label.split(".")
        self.values = {}
        self.shown = {}
        self.times = []
        self.who = None
        base = os.path.join(where, "runs", label)
        try:
            with open(base + ".log", encoding="utf-8") as log:
                self.lines = log.read().splitlines()
        except FileNotFoundError as error:
            raise Bad("it was not run") from error
        self.counted = self.read_windows(base + ".win")
        self.parse()

    @staticmethod
    def read_windows(name):
        if not os.path.exists(name):
            return None
        with open(name, encoding="utf-8") as windows:
            return [[int(n) for n in line.split()] for line in windows]

    def parse(self):
        """Joins the guest's lines with the plugin's, window by window."""
        if "END" not in self.lines:
            raise Bad("it did not end")
        number = 0
        fill = "-"
        for line in self.lines:
            word = line.split()
            if not word:
                continue
            if word[0] == "ERROR":
                raise Bad(line)
            if word[0] == "F":
                fill = word[1]
            elif word[0] == "W":
                self.window(fill, word, number)
                number += 1
            elif word[0] == "S":
                self.shown.setdefault((fill, word[1], word[2]), []).append(word[3:])
            elif word[0] == "B":
                self.who = word[1]
            elif word[0] == "T":
                self.times.append((self.who, fill, int(word[1]), int(word[2])))
        if self.counted is not None and number != len(self.counted):
            raise Bad(f"{number} windows were told of, {len(self.counted)} counted")

    def window(self, fill, word, number):
        what, pages, clock = word[1], int(word[2]), int(word[3])
        kinds = {"clock": clock}
        if self.counted is not None:
            if number >= len(self.counted):
                raise Bad("there are more windows than were counted")
            _, total, irq, user, locked, path = self.counted[number]
            kinds.update(total=total, quiet=total - irq, user=user, locked=locked, path=path)
        for kind, value in kinds.items():
            self.values.setdefault((fill, what, kind), []).append(value / pages)
        self.values.setdefault((fill, what, "pages"), []).append(pages)

    def samples(self, fill, what, kind="total"):
        """All but the first: in the first round memory is allocated that stays. The
        windows at the end of a run come once."""
        got = self.values.get((fill, what, kind))
        if not got:
            raise Bad(f"there is no {what} of {fill}")
        return got[1:] if len(got) > 1 else got

    def median(self, fill, what, kind="total"):
        return statistics.median(self.samples(fill, what, kind))

    def mean(self, fill, what, kind="quiet"):
        """Of many rounds. What a round frees late, by RCU say, is counted in the next one, so that
        some are dearer than others; interrupts are left out."""
        return statistics.fmean(self.samples(fill, what, kind))

    def spread(self, fill, what, kind="total"):
        got = self.samples(fill, what, kind)
        return max(got) - min(got)

    def last(self, fill, when, suffix, column=0):
        """The last value shown of a file whose name ends in SUFFIX."""
        for (f, w, name), got in self.shown.items():
            if f == fill and w == when and name.endswith(suffix):
                return float(got[-1][column])
        raise Bad(f"{suffix} was not shown")


def fills_of(run):
    return [f for f in FILLS if (f, "out", "pages") in run.values]


def stored(run, fill, when="out"):
    """How many pages were where they should be, by the store's own count."""
    kind = run.config.split("-")[0]
    if kind == "zswap":
        return run.last(fill, when, "zswap/stored_pages")
    if kind == "zram":
        return run.last(fill, when, "mm_stat") / PAGE
    if kind in ("ram", "compress", "bdev"):
        return run.last(fill, when, f"frontswap/{kind}/stored_pages")
    if kind in ("async", "sync"):
        return run.last(fill, when, "frontswap/async/stored_pages")
    return 0


def check_places(run):
    kind = run.config.split("-")[0]
    if kind in ("plain", "again", "map", "null", "all"):
        return
    for fill in fills_of(run):
        pages = run.values[(fill, "out", "pages")][0]
        hidden = 1 - OFFERED[run.line].get(fill, 1)
        share = max(0, (1 if kind in ("ram", "zram", "async", "sync", "bdev") else TAKEN[fill]) - hidden)
        got = stored(run, fill)
        if got < share * pages:
            raise Bad(f"{fill}: {got:.0f} of {pages} pages were stored")
        if fill == "rand" and kind in ("zswap", "compress") and got > 0.02 * pages:
            raise Bad(f"{fill}: {got:.0f} pages that do not compress were stored")
        if (fill, "drain", "pages") in run.values and stored(run, fill, "drained"):
            raise Bad(f"{fill}: pages were left after the drain")


class Report:
    """The table, line by line, and the same figures for machines."""

    def __init__(self):
        self.text = []
        self.rows = [("part", "kernel", "config", "compressor", "fill", "metric", "value", "spread")]
        self.goals = []
        self.errors = []

    def say(self, line=""):
        self.text.append(line)

    def title(self, line):
        if self.text:
            self.say()
        self.say(line)
        self.say("-" * len(line))

    def row(self, run, fill, metric, value, spread=""):
        self.rows.append((run.part, run.kernel, run.config, run.comp, fill, metric,
                          f"{value:.2f}", f"{spread:.2f}" if spread != "" else ""))

    def goal(self, what, limit, got, text="at most"):
        """got <= limit, or >= if text says at least."""
        by = round(got - limit if text == "at most" else limit - got, 6)
        met = by <= 0
        self.goals.append((what, f"{text} {limit:.6g}", f"{got:.6g}",
                           "met" if met else f"MISSED by {by:.4g}"))

    def not_measured(self, what, why):
        self.goals.append((what, "", "", why))


def name_of(run):
    name = run.config if run.comp == "-" else f"{run.config} {run.comp}"
    return f"{name} ({run.kernel})"


def net(run, what, loop):
    """Per call, less the loop around it; so many calls that it comes out whole."""
    key = "micro:"
    return run.median("-", key + what, "quiet") - run.median("-", key + loop, "quiet")


MICRO = [
    ("idle store", "off-store", "loop-name"),
    ("idle load", "off-load", "loop-name"),
    ("idle invalidate", "off-invalidate", "loop"),
    ("store", "store", "loop-name"),
    ("store over an older copy", "store-again", "loop-name"),
    ("refused store", "refused", "loop-name"),
    ("refused store over an older copy", "refused-again", "loop-name"),
    ("load, page completed", "load", "loop-rearm"),
    ("load of a page not held", "load-miss", "loop-name"),
    ("invalidate", "invalidate", "loop"),
    ("invalidate of a page not held", "invalidate-miss", "loop"),
]


NO_STOCK = "this kernel has no frontswap of its own"


def micro_table(rep, runs):
    stock, ours = runs.get("micro.stock.null.-"), runs["micro.ours.null.-"]
    rep.title("The core with a backend that does nothing: instructions per call (locked ones)")
    rep.say(f"{'':34}{'stock':>14}{'ours':>14}")
    got = {}
    for title, what, loop in MICRO:
        cells = []
        for run in (stock, ours):
            if not run:
                cells.append("")
                continue
            value = net(run, what, loop)
            locked = (run.median("-", "micro:" + what, "locked")
                      - run.median("-", "micro:" + loop, "locked"))
            got[run.kernel, what] = value, locked
            rep.row(run, "-", what, value, run.spread("-", "micro:" + what, "quiet"))
            rep.row(run, "-", what + "-locked", locked)
            cells.append(f"{value:8.1f} ({locked:.0f})")
        rep.say(f"{title:34}{cells[0]:>14}{cells[1]:>14}")
    one = ours.values[("-", "micro:register-1", "quiet")][0]
    every = ours.values[("-", "micro:register-all", "pages")][0]
    all_types = ours.values[("-", "micro:register-all", "quiet")][0] * every
    rep.say(f"Registering: {one:.0f} with one swap area on, {all_types:.0f} with {every}.")
    rep.row(ours, "-", "register-1", one)
    rep.row(ours, "-", f"register-{every}", all_types)
    micro_goals(rep, got)


def micro_goals(rep, got):
    for what, limit in (("off-store", 1), ("off-load", 1), ("off-invalidate", 1)):
        rep.goal(f"core: {what}, instructions", limit, got["ours", what][0])
    for what in ("load", "invalidate"):
        if ("stock", what) in got:
            rep.goal(f"core: {what}, against stock", got["stock", what][0], got["ours", what][0])
        else:
            rep.not_measured(f"core: {what}, against stock", NO_STOCK)
    rep.goal("core: store", 60, got["ours", "store"][0])
    rep.goal("core: refused store", 58, got["ours", "refused"][0])
    beside = f" (stock: {got['stock', 'store'][1]:.0f})" if ("stock", "store") in got else ""
    rep.goal("core: locked in a store" + beside, 1, got["ours", "store"][1])


def native_table(rep, where):
    times = {}
    with open(os.path.join(where, "runs", "native.txt"), encoding="utf-8") as native:
        for line in native:
            name, *ns = line.split()
            times[name] = [float(x) for x in ns]
    stock, ours = (times[k][0] - times["nothing"][0] for k in ("stock", "ours"))
    rep.say(f"A store's bookkeeping by itself, on this machine, a model: ours takes "
            f"{ours / stock:.2f} of stock's time")
    rep.say("(median of 31 rounds, ranges "
            + ", ".join(f"{k} {times[k][1]:.1f}..{times[k][2]:.1f} ns" for k in ("stock", "ours"))
            + ").")
    rep.goal("core: store's bookkeeping natively, ours/stock", 1, ours / stock)


def map_table(rep, runs):
    rep.title("Memory per swap slot that swapon takes, no backend")
    per = {}
    for kernel in ("none", "stock", "ours"):
        run = runs.get(f"map.{kernel}.map.-")
        if not run:
            continue
        # "map_kb" is shown with its value, then the word "slots" and their number.
        kb = run.last("-", "swapon", "map_kb", 0)
        slots = run.last("-", "swapon", "map_kb", 2)
        per[kernel] = kb * 1024 / slots
        rep.row(run, "-", "swapon-bytes-per-slot", per[kernel])
        rep.say(f"{kernel:10}{per[kernel]:8.3f} bytes")
    rep.goal("idle: bytes of map per slot, over FRONTSWAP=n", 0,
             round(per["ours"] - per["none"], 3))


def idle_table(rep, runs):
    rep.title("The swap path with no backend, swapping to a RAM disk: instructions per page")
    rep.say("Those of mm/page_io.c and mm/swapfile.c, which have the hooks; in brackets what is over")
    rep.say("FRONTSWAP=n. Elsewhere the kernels differ by some 10, as their memory is laid out")
    rep.say("differently: with all but interrupts, see results.tsv.")
    rep.say(f"{'kernel':34}" + "".join(f"{f + ' ' + w:>17}" for f in ("rand", "zero")
                                       for w in ("out", "in")))
    names = {"none": "FRONTSWAP=n, not patched", "stock": "stock", "ours": "ours",
             "stock-zswap": "stock, zswap there, not enabled",
             "ours-zswap": "ours, zswap there, not enabled"}
    base = runs["idle.none.plain.-"]
    over = {}
    for kernel, name in names.items():
        run = runs.get(f"idle.{kernel}.plain.-")
        if not run:
            continue
        cells = []
        for fill in ("rand", "zero"):
            for way in ("out", "in"):
                value = run.median(fill, way, "path")
                diff = value - base.median(fill, way, "path")
                over[kernel, fill, way] = diff
                rep.row(run, fill, way + "-path", value, run.spread(fill, way, "path"))
                rep.row(run, fill, way + "-quiet", run.median(fill, way, "quiet"),
                        run.spread(fill, way, "quiet"))
                cells.append(f"{value:.1f} ({diff:+.1f})")
        rep.say(f"{name:34}" + "".join(f"{c:>17}" for c in cells))
    # store; load and invalidate
    for way, noops in (("out", 1), ("in", 2)):
        beside = over.get(("stock", "zero", way))
        rep.goal(f"idle: page {way}, over FRONTSWAP=n"
                 + ("" if beside is None else f" (stock {beside:+.1f})"),
                 noops, round(max(over["ours", f, way] for f in ("rand", "zero")), 1))


def same_twice(rep, runs):
    one, two = runs["idle.ours.plain.-"], runs["idle.ours.again.-"]
    same = one.counted == two.counted
    rep.say()
    rep.say("The same guest twice: " + ("each window has the same count, to the instruction."
                                       if same else "THE COUNTS DIFFER."))
    if not same:
        rep.errors.append("two boots of the same guest do not count the same")


def offered(runs, *fills):
    """Those of FILLS of which any page comes to a store."""
    line = next(iter(runs.values())).line
    return [f for f in fills if OFFERED[line].get(f, 1)]


def drain_table(rep, runs, bars):
    fills = offered(runs, "text", "zero")
    rep.title("Getting the pages out: instructions per page")
    rep.say(f"{'':46}" + "".join(f"{fill:>12}" for fill in fills))
    got = {}
    for run in runs.values():
        if run.part != "drain":
            continue
        way = next(w for w in ("drain", "swapoff") if ("text", w, "total") in run.values)
        cells = []
        for fill in fills:
            value = run.median(fill, way)
            got[run.kernel, run.config, fill] = value
            rep.row(run, fill, way, value)
            bars.append((fill, "empty", f"{way}, {name_of(run)}", value))
            cells.append(f"{value:12.1f}")
        rep.say(f"{way + ', ' + name_of(run):46}" + "".join(cells))
    stock = "stock-zswap", "zswap-zsmalloc"
    for fill in fills:
        if "drain.ours-zswap.zswap-zsmalloc.lzo" not in runs:
            rep.not_measured(f"drain: zswap, {fill}", "zswap is no backend on this kernel")
            continue
        rep.goal(f"drain: zswap, {fill}, against swapoff on stock", got[(*stock, fill)],
                 got["ours-zswap", "zswap-zsmalloc", fill])
    if ("ours", "compress", "text") not in got:
        rep.say("drain, compress lzo (ours): not built")


def virtio_table(rep, runs):
    rep.title("A drain to a virtio disk (not deterministic)")
    for run in runs.values():
        if run.part != "virtio":
            continue
        for fill in offered(runs, "text", "zero"):
            # writes done, ms with one at least in flight, ms times writes in flight
            writes, busy, queue = (run.last(fill, "after", "vda/stat", i)
                                   - run.last(fill, "before", "vda/stat", i) for i in (4, 9, 10))
            if not busy or not writes:
                raise Bad(f"{run.label}: the drain wrote nothing")
            rep.row(run, fill, "writes-in-flight", queue / busy)
            rep.row(run, fill, "disk-writes", writes)
            rep.say(f"{name_of(run)}, {fill}: {writes:.0f} writes, "
                    f"{queue / busy:.1f} in flight on average")
            rep.goal(f"drain: writes in flight, {run.config}, {fill}", 2, queue / busy, "at least")


def held(run, plain, fill):
    """Memory that a stored page takes: what was free before and is not now, less the same of
    pages that go to a disk; and zram's table, which was there before."""
    pages = run.values[(fill, "out", "pages")][0]
    here = stored(run, fill)
    free, free_plain = (statistics.median([float(v[0]) for v in r.shown[(fill, "out", "free_pages")]])
                        for r in (run, plain))
    if here < 0.5 * pages:
        return None
    index = 0
    if run.config == "zram":
        kb = run.last("-", "setup", "index_kb", 0)
        index = kb * 1024 / run.last("-", "setup", "index_kb", 2)
    return (free_plain - free) * PAGE / min(here, pages) + index


def pages_table(rep, runs, bars):
    plain = runs["pages.ours.plain.-"]
    rep.title("8 MiB out to swap and in again: instructions per page, memory per stored page")
    rep.say("Mean of seven rounds, without interrupts; after the +- half of what they are apart.")
    mem = {}
    for fill in FILLS:
        rep.say()
        rep.say(f"{fill:34}{'out':>18}{'in':>18}{'discard':>10}{'bytes held':>12}")
        for run in runs.values():
            if run.part != "pages":
                continue
            cells = []
            for way in ("out", "in"):
                value, spread = run.mean(fill, way), run.spread(fill, way, "quiet")
                rep.row(run, fill, way, value, spread)
                cells.append(f"{value:.0f} +-{spread / 2:.0f}")
                bars.append((fill, way, name_of(run), value))
            gone = run.mean(fill, "discard")
            bytes_held = held(run, plain, fill) if run is not plain else None
            mem[run.kernel, run.config, run.comp, fill] = bytes_held
            rep.row(run, fill, "discard", gone)
            if bytes_held is not None:
                rep.row(run, fill, "bytes-held", bytes_held)
                bars.append((fill, "held", name_of(run), bytes_held))
            rep.say(f"{name_of(run):34}{cells[0]:>18}{cells[1]:>18}{gone:10.0f}"
                    + (f"{bytes_held:12.0f}" if bytes_held is not None else f"{'-':>12}"))
    pages_goals(rep, runs, mem)


def pages_goals(rep, runs, mem):
    for comp in ("lzo", "lz4"):
        mine = runs.get(f"pages.ours.compress.{comp}")
        if not mine:
            rep.not_measured(f"compress {comp}: out, in, memory", "not built")
            continue
        others = [runs[f"pages.{o}.{comp}"] for o in
                  ("stock-zswap.zswap-zsmalloc", "stock-zswap.zswap-zbud", "ours.zram")]
        for fill in FILLS:
            for way in ("out", "in"):
                best = min(o.mean(fill, way) for o in others)
                rep.goal(f"compress {comp}: {fill} {way}, against the best of zswap and zram",
                         best, mine.mean(fill, way))
            sizes = [mem[o.kernel, o.config, comp, fill] for o in others]
            sizes = [s for s in sizes if s is not None]
            my_size = mem["ours", "compress", comp, fill]
            if my_size is not None and sizes:
                rep.goal(f"compress {comp}: {fill}, bytes held per page", min(sizes), my_size)


def smp_table(rep, runs):
    run = runs["smp.ours-zswap.all.lzo"]
    rep.title("Two CPUs, no icount: throughput as a ratio, all in one guest by turns")
    rep.say(f"{'':24}{'two CPUs / one':>24}{'two CPUs, of zram':>24}")
    kinds = []
    for who, *_ in run.times:
        if who not in kinds:
            kinds.append(who)
    for fill in offered(runs, "text", "zero"):
        def rates(who, procs):
            return [procs / t for w, f, p, t in run.times if (w, f, p) == (who, fill, procs)]
        two = {k: rates(k, 2) for k in kinds}
        for kind in kinds:
            scale = [a / b for a, b in zip(two[kind], rates(kind, 1))]
            of_zram = [a / b for a, b in zip(two[kind], two["zram"])]
            cells = []
            for name, got in (("scaling", scale), ("of-zram", of_zram)):
                rep.row(run, fill, f"{kind}-{name}", statistics.median(got), max(got) - min(got))
                cells.append(f"{statistics.median(got):.2f} ({min(got):.2f}..{max(got):.2f})")
            rep.say(f"{kind + ', ' + fill:24}{cells[0]:>24}{cells[1]:>24}")
        if "compress" not in two:
            rep.not_measured(f"two CPUs: {fill}, compress", "not built")
            continue
        for other in ("zram", "zswap"):
            rep.goal(f"two CPUs: {fill}, compress / {other}", 1, statistics.median(
                [a / b for a, b in zip(two["compress"], two[other])]), "at least")


NOT_MEASURED = """\
No time: instructions are counted, under QEMU, and one that misses the cache or locks the bus
counts as much as another. Caches, branch prediction and real disks are not modelled. With
-icount there is one CPU, so nothing contends; without it QEMU's CPUs are threads of the host,
and only ratios taken in one guest mean something. The frontswap core is without tracepoints,
as tracing is off in these kernels; with it each adds a no-op to the hooks. zswap and compress
refuse pages that do not compress, which then take a page of the device."""


# Of the time of a swap device with the same delay: pages out, pages in, and the way out at the end.
WIRE_GOALS = {"out": ("at least", 0.9), "in": ("at least", 0.95), "empty": ("at most", 1.3)}
WIRE_WORDS = {"out": "pages per second out", "in": "pages per second in",
              "empty": "time of a drain, of swapoff"}


def wire_ratio(run, plain, what):
    """Speed, or time of the end, relative to the swap device."""
    if what == "empty":
        return run.median("text", "drain", "clock") / plain.median("text", "swapoff", "clock")
    return plain.median("text", what, "clock") / run.median("text", what, "clock")


def wire_table(rep, runs, bars):
    rep.title("Behind a delay, relative to a swap device with the same delay")
    rep.say(f"{'':28}" + "".join(f"{WIRE_WORDS[what]:>30}" for what in WIRE_GOALS))
    for us in (50, 200, 1000):
        plain = runs[f"wire{us}.ours-wire.plain.-"]
        got = {}
        for config in ("async", "sync", "bdev"):
            run = runs[f"wire{us}.ours-wire.{config}.-"]
            for what in WIRE_GOALS:
                got[config, what] = wire_ratio(run, plain, what)
                rep.row(run, "text", f"wire-{what}", got[config, what])
                bars.append((str(us), f"wire-{what}", config, got[config, what]))
            rep.say(f"{us:5} us  {config:19}" +
                    "".join(f"{got[config, what]:30.3f}" for what in WIRE_GOALS))
            for what in ("out", "in"):
                more = run.median("text", what, "quiet") - plain.median("text", what, "quiet")
                rep.row(run, "text", f"instructions-above-device-{what}", more)
                if config == "async" and us == 200:
                    rep.goal(f"wire: instructions {what} above the device's", 1000, more)
        if us == 200:
            for what, (words, limit) in WIRE_GOALS.items():
                rep.goal(f"wire: {WIRE_WORDS[what]}, 200 us", limit, got["async", what], words)
            rep.goal("wire: page-out, of the synchronous callbacks", 20,
                     got["async", "out"] / got["sync", "out"], "at least")


def goals_table(rep):
    rep.title("Goals")
    rep.say(f"{'':62}{'goal':>20}{'measured':>12}")
    for what, limit, got, verdict in rep.goals:
        rep.say(f"{what:62}{limit:>20}{got:>12}  {verdict}")


PLOT = """\
set terminal pngcairo size 1600,1100 font 'Sans,9'
set output '{out}'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set yrange [0:*]
set grid ytics
set key outside bottom center horizontal
set multiplot layout 2,2 title 'Pages out to swap and in again: QEMU -icount, one CPU'
"""


def panel(gp, number, title, bars, groups, names):
    """A group of bars for each of GROUPS, a bar for each of those NAMES that have one. A name
    has its colour in each panel."""
    value = {(group, name): v for group, name, v in bars}
    here = [n for n in names if any((g, n) in value for g in groups)]
    if not here:
        return
    gp.write(f"$data{number} << EOD\n")
    for group in groups:
        cells = [f"{value[group, n]:.2f}" if (group, n) in value else "NaN" for n in here]
        gp.write(f"{group} {' '.join(cells)}\n")
    gp.write(f"EOD\nset title '{title}'\nplot " + ", ".join(
        f"$data{number} using {i + 2}:xtic(1) lt {names.index(n) + 1} title '{n}'"
        for i, n in enumerate(here)) + "\n")


PANELS = {"out": "instructions per page out", "in": "instructions per page in",
          "held": "bytes held per stored page", "empty": "drain or swapoff, instructions per page"}


def plot(where, bars):
    names = list(dict.fromkeys(b[2] for b in bars))
    data = os.path.join(where, "bench.gp")
    with open(data, "w", encoding="utf-8") as gp:
        gp.write(PLOT.format(out=os.path.join(where, "bench.png")))
        for number, (way, title) in enumerate(PANELS.items()):
            here = [(b[0], b[2], b[3]) for b in bars if b[1] == way]
            panel(gp, number, title, here, [f for f in FILLS if f in [b[0] for b in here]], names)
        gp.write("unset multiplot\n")
    subprocess.run(["gnuplot", data], check=True)


def load_runs(where, line, rep):
    runs = {}
    with open(os.path.join(where, "labels"), encoding="utf-8") as labels:
        for label in labels.read().split():
            if label.startswith("pressure."):
                continue
            try:
                run = Run(where, label, line)
                check_places(run)
                runs[label] = run
            except Bad as bad:
                rep.errors.append(f"{label}: {bad}")
    return runs


def main():
    where, parts, kernel = sys.argv[1], sys.argv[2].split(), sys.argv[3]
    rep, bars = Report(), []
    rep.say(f"Linux {kernel}")
    runs = load_runs(where, kernel, rep)
    tables = {
        "core": (lambda: micro_table(rep, runs), lambda: native_table(rep, where),
                 lambda: map_table(rep, runs), lambda: idle_table(rep, runs),
                 lambda: same_twice(rep, runs)),
        "drain": (lambda: drain_table(rep, runs, bars), lambda: virtio_table(rep, runs)),
        "pages": (lambda: pages_table(rep, runs, bars),),
        "smp": (lambda: smp_table(rep, runs),),
        "wire": (lambda: wire_table(rep, runs, bars),),
        "pressure": (lambda: pressure.table(rep, where),),
    }
    for part in parts:
        for table in tables[part]:
            try:
                table()
            except KeyError as error:
                rep.errors.append(f"{part}: {error} is missing")
            except Bad as bad:
                rep.errors.append(f"{part}: {bad}")
    if parts != ["pressure"]:
        rep.title("Not measured here")
        rep.say(NOT_MEASURED)
    goals_table(rep)
    for error in rep.errors:
        rep.say(f"ERROR {error}")
    with open(os.path.join(where, "table.txt"), "w", encoding="utf-8") as table:
        table.write("\n".join(rep.text) + "\n")
    with open(os.path.join(where, "results.tsv"), "w", encoding="utf-8") as tsv:
        tsv.writelines("\t".join(row) + "\n" for row in rep.rows)
    print("\n".join(rep.text))
    if bars:
        plot(where, bars)
    sys.exit(bool(rep.errors))


if __name__ == "__main__":
    main()
