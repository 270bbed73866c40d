# SPDX-License-Identifier: GPL-2.0
"""What guests that were short of memory said: for table.py."""

import os
import statistics

PAGE = 4096
MIB = 1 << 20
# Of text, and with it mixed and hot, this much fits into memory if it is compressed: see the pools.
FITS = 180
STORES = {
    "plain": "plain swap",
    "compress": "compress",
    "compress-nowb": "compress, writeback=N",
    "zswap": "zswap",
    "zswap-shrinker": "zswap, shrinker",
    "zram": "zram alone, no limit",
    "zram-disk": "zram before the disk",
}


class Guest:
    """A boot: what was counted while the work was done."""

    def __init__(self, where, label):
        self.label = label
        _, self.cell, self.store, self.round = label.split(".")
        self.diff, self.last = {}, {}
        self.time = self.cpu = 0.0
        self.pool = (0, 0)
        self.status = None
        self.available = self.total = 0
        self.error = self.read(os.path.join(where, "runs", label + ".log")) or self.judge()

    def read(self, name):
        if not os.path.exists(name):
            return "it was not run"
        with open(name, encoding="utf-8", errors="replace") as log:
            lines = [line.split() for line in log]
        before = {}
        for word in (w for w in lines if w):
            if word[0] == "ERROR":
                return " ".join(word)
            # Files that are write-only, or no whole number.
            if word[0] == "V" and not word[-1].isdigit():
                continue
            if word[0] == "V" and word[1] == "before":
                before[word[2]] = int(word[3])
            elif word[0] == "V":
                self.last[word[2]] = int(word[3])
                self.diff[word[2]] = int(word[3]) - before.get(word[2], 0)
            elif word[0] == "A":
                self.available, self.total = (int(n) * 1024 for n in word[1:3])
            elif word[0] == "T":
                self.time = int(word[1]) / 1e9
            elif word[0] == "P":
                self.pool = int(word[1]), int(word[2])
            elif word[0] == "X":
                self.status = int(word[1])
            elif word[0] == "H":
                self.cpu = sum(seconds(w) for w in word[1:3])
        return None if ["END"] in lines else "it did not end"

    def judge(self):
        """Why the figures are worth nothing."""
        if self.store == "probe":
            return None
        if self.status is None or (self.status and not self.kills):
            return f"the work ended with {self.status}"
        if self.kills and self.store.startswith("compress"):
            return f"{self.kills} OOM kills"
        # What does not compress is offered, and refused.
        if self.store != "plain" and not self.taken + (self.refused if "rand" in self.cell else 0):
            return "the store took nothing"
        return None

    @property
    def kills(self):
        return self.diff.get("oom_kill", 0)

    @property
    def taken(self):
        kind = self.store.split("-")[0]
        return self.diff.get({"compress": "stores", "zswap": "zswpout", "zram": "zram_out"}[kind], 0)

    @property
    def refused(self):
        return sum(v for k, v in self.diff.items()
                   if k == "rejected_stores" or k.startswith("zswap_reject"))

    @property
    def disk(self):
        return self.diff["disk_in"] + self.diff["disk_out"]


def seconds(text):
    minutes, rest = text.rstrip("s").split("m")
    return int(minutes) * 60 + float(rest)


class Cell:
    """The same work with each store, in several rounds."""

    def __init__(self, name, guests):
        self.name = name
        self.mem, self.percent, self.kind = name.split("-")
        self.guests = guests
        self.stores = [s for s in STORES if any(g.store == s for g in guests)]

    def of(self, store, what):
        got = [what(g) for g in self.guests if g.store == store and not g.error and not g.kills]
        return statistics.median(got) if got else None

    def time(self, store):
        return self.of(store, lambda g: g.time)

    def disk(self, store):
        return self.of(store, lambda g: g.disk)

    def best(self, what, *stores):
        """The least of those that were run."""
        got = [v for v in (what(s) for s in stores) if v is not None]
        return min(got) if got else None

    def rivals(self, what, *more):
        return self.best(what, "zswap", "zswap-shrinker", *more)

    def fits(self):
        return self.kind != "rand" and int(self.percent) <= FITS


def ratio(value, base, scale=1.0):
    return None if value is None or not base else value * scale / base


def text(value, form):
    return "-" if value is None else format(value, form)


def cell_table(rep, cell):
    rounds = len({g.round for g in cell.guests})
    rep.title(f"{cell.mem} MiB, {cell.kind}, {cell.percent} % of what is available; lzo, limit 40 %; "
              f"{rounds} round{'s' if rounds > 1 else ''}")
    rep.say(f"{'':24}{'to disk':>9}{'from disk':>10}{'per mille':>10}{'time':>7}{'range':>12}"
            f"{'/rivals':>8}{'CPU':>6}{'some':>7}{'full':>7}{'kills':>6}{'pool':>7}")
    plain, plain_time = cell.disk("plain"), cell.time("plain")
    rival = cell.rivals(cell.time, "zram", "zram-disk")
    for store in cell.stores:
        get = lambda what, s=store: cell.of(s, what)
        times = [g.time for g in cell.guests if g.store == store and not g.error and not g.kills]
        kills = sum(g.kills for g in cell.guests if g.store == store)
        spread = "-"
        if times and plain_time:
            spread = f"{min(times) / plain_time:.2f}..{max(times) / plain_time:.2f}"
        row = [
            (text(get(lambda g: g.diff["disk_out"]), ".0f"), 9),
            (text(get(lambda g: g.diff["disk_in"]), ".0f"), 10),
            (text(ratio(cell.disk(store), plain, 1000), ".1f"), 10),
            (text(ratio(cell.time(store), plain_time), ".2f"), 7),
            (spread, 12),
            (text(ratio(cell.time(store), rival), ".3f"), 8),
            (text(ratio(get(lambda g: g.cpu), cell.of("plain", lambda g: g.cpu)), ".2f"), 6),
            (text(ratio(get(lambda g: g.diff["stall_some"]), get(lambda g: g.time * 1e3)), ".0f"), 7),
            (text(ratio(get(lambda g: g.diff["stall_full"]), get(lambda g: g.time * 1e3)), ".0f"), 7),
            (str(kills), 6),
            (text(get(lambda g: 100 * g.pool[0] / g.total), ".1f"), 7),
        ]
        rep.say(f"{STORES[store]:24}" + "".join(f"{value:>{width}}" for value, width in row))
        for guest in cell.guests:
            if guest.store == store and not guest.error:
                rows(rep, cell, guest)
    for store in ("compress", "compress-nowb"):
        if cell.time(store) is not None:
            names = ("stores", "rejected_stores", "written_back_pages", "reject_alloc_fail",
                     "reject_limit", "reject_compress_poor", "loads")
            rep.say(f"{STORES[store]}: " + ", ".join(
                f"{n} {cell.of(store, lambda g, n=n: g.diff[n]):.0f}" for n in names))


def rows(rep, cell, guest):
    """For machines: all of a guest."""
    values = dict(guest.diff)
    values.update(seconds=guest.time, host_cpu_seconds=guest.cpu, pool_most=guest.pool[0],
                  pool_mean=guest.pool[1])
    for name, value in values.items():
        rep.rows.append(("pressure", f"{cell.mem}-{cell.percent}", guest.store, "lzo", cell.kind,
                         f"{name}.{guest.round}", f"{value:.2f}", ""))


def goals(rep, cell):
    name = f"{cell.mem} {cell.kind} {cell.percent}"
    time, disk, plain = cell.time("compress"), cell.disk("compress"), cell.disk("plain")

    def goal(what, limit, got, base=1.0):
        if limit is None or got is None or not base:
            rep.not_measured(f"{name}: {what}", "not measured")
        else:
            rep.goal(f"{name}: {what}", round(limit / base, 4), round(got / base, 4))

    if cell.kind == "rand":
        goal("time, to plain swap's", 1.1, ratio(time, cell.time("plain")))
        return
    zswap = cell.rivals(cell.disk)
    if cell.fits():
        if zswap is not None and plain:
            zswap += plain * 0.001
        goal("disk pages, per mille of plain swap's", zswap, disk, (plain or 0) / 1000)
        goal("time, to the better of zswap and zram", 1.02,
             ratio(time, cell.rivals(cell.time, "zram", "zram-disk")))
        return
    for what, of, got, base in (("disk pages", cell.disk, disk, plain),
                                ("time", cell.time, time, cell.time("plain"))):
        goal(f"{what}, to plain swap's, than zswap", cell.rivals(of), got, base)
        goal(f"{what}, to plain swap's, than zram", of("zram-disk"), got, base)


LEGEND = """\
Disk pages by the disk's own count; per mille, both ways, of plain swap's. Time and its range are
of plain swap's, then of the better of zswap and zram. CPU is what the whole guest took of the
host's, boot and all, to plain swap's. Stalls, some and full, are per mille of the time. The pool
is the most it was, in percent of memory. Medians of all rounds without an OOM kill. zram alone
has no limit, as it fails writes when it is full."""


def table(rep, where):
    with open(os.path.join(where, "labels"), encoding="utf-8") as labels:
        guests = [Guest(where, label) for label in labels.read().split()
                  if label.startswith("pressure.")]
    for guest in guests:
        if guest.error:
            rep.errors.append(f"{guest.label}: {guest.error}")
    cells = {}
    for guest in guests:
        if guest.store != "probe":
            cells.setdefault(guest.cell, []).append(guest)
    if not cells:
        return
    for name, members in cells.items():
        cell = Cell(name, members)
        cell_table(rep, cell)
        goals(rep, cell)
    rep.say()
    rep.say(LEGEND)
