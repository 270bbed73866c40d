# SPDX-License-Identifier: GPL-2.0-only
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

    def __init__(self, name, guests, boot):
        self.boot = boot
        self.mem, self.percent, self.kind = name.split("-")
        self.guests = guests
        self.stores = [s for s in STORES if any(g.store == s for g in guests)]

    def good(self, store):
        return [g for g in self.guests if g.store == store and not g.error and not g.kills]

    def of(self, store, what):
        got = [what(g) for g in self.good(store)]
        return statistics.median(got) if got else None

    def time(self, store):
        return self.of(store, lambda g: g.time)

    def disk(self, store):
        return self.of(store, lambda g: g.disk)

    def cpu(self, store):
        """What QEMU took for the work, that is less a boot."""
        return self.of(store, lambda g: g.cpu - self.boot)

    def per_mille(self, store, what):
        """Microseconds of the time."""
        return self.of(store, lambda g: g.diff[what] / (g.time * 1e3))

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


HEAD = (("to disk", 9), ("from disk", 10), ("per mille", 10), ("time", 7), ("range", 12),
        ("/rivals", 8), ("CPU", 6), ("some", 6), ("full", 6), ("kills", 6), ("pool", 6), ("mean", 6))
OURS = ("stores", "rejected_stores", "written_back_pages", "reject_alloc_fail", "reject_limit",
        "reject_compress_poor", "loads")


def store_line(cell, store):
    plain, time = cell.disk("plain"), cell.time("plain")
    times = [g.time / time for g in cell.good(store)] if time else []
    values = (
        text(cell.of(store, lambda g: g.diff["disk_out"]), ".0f"),
        text(cell.of(store, lambda g: g.diff["disk_in"]), ".0f"),
        text(ratio(cell.disk(store), plain, 1000), ".1f"),
        text(ratio(cell.time(store), time), ".2f"),
        f"{min(times):.2f}..{max(times):.2f}" if times else "-",
        text(ratio(cell.time(store), cell.rivals(cell.time, "zram", "zram-disk")), ".3f"),
        text(ratio(cell.cpu(store), cell.cpu("plain")), ".2f"),
        text(cell.per_mille(store, "stall_some"), ".0f"),
        text(cell.per_mille(store, "stall_full"), ".0f"),
        str(sum(g.kills for g in cell.guests if g.store == store)),
        text(cell.of(store, lambda g: 100 * g.pool[0] / g.total), ".1f"),
        text(cell.of(store, lambda g: 100 * g.pool[1] / g.total), ".1f"),
    )
    failed = sum(1 for g in cell.guests if g.store == store and g.error)
    return (f"{STORES[store]:24}" + "".join(f"{v:>{w}}" for v, (_, w) in zip(values, HEAD))
            + (f"  {failed} FAILED" if failed else ""))


def cell_table(rep, cell):
    rounds = len({g.round for g in cell.guests})
    rep.title(f"{cell.mem} MiB, {cell.kind}, {cell.percent} % of what is available; "
              f"{rounds} round{'s' if rounds > 1 else ''}")
    rep.say(f"{'':24}" + "".join(f"{name:>{width}}" for name, width in HEAD))
    for store in cell.stores:
        rep.say(store_line(cell, store))
        rows(rep, cell, store)
    for store in ("compress", "compress-nowb"):
        if cell.good(store):
            rep.say(f"{STORES[store]}: " + ", ".join(
                f"{n} {cell.of(store, lambda g, n=n: g.diff[n]):.0f}" for n in OURS))


def rows(rep, cell, store):
    """All that was counted, for machines: medians, and how far the rounds are apart."""
    got = {}
    for guest in cell.good(store):
        values = dict(guest.diff, seconds=guest.time, host_cpu_seconds=guest.cpu,
                      pool_most=guest.pool[0], pool_mean=guest.pool[1])
        for name, value in values.items():
            got.setdefault(name, []).append(value)
    for name, values in got.items():
        rep.rows.append(("pressure", f"{cell.mem}-{cell.percent}", store, "lzo", cell.kind, name,
                         f"{statistics.median(values):.2f}", f"{max(values) - min(values):.2f}"))


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
All stores have lzo, and may take 40 % of memory; zram alone has no limit, as a full one fails
writes. Disk pages are the disk's own count; per mille of plain swap's, both ways together. Time,
with its range, is to plain swap's, then to the better of zswap and zram; CPU is what the work took
of the host's, to plain swap's. Stalls, some and full, are per mille of the time. The pool is what
it was at most, then on average, in percent of memory. Medians of the rounds without an OOM kill."""


def table(rep, where):
    with open(os.path.join(where, "labels"), encoding="utf-8") as labels:
        guests = [Guest(where, label) for label in labels.read().split()
                  if label.startswith("pressure.")]
    cells, boots = {}, {}
    for guest in guests:
        if guest.error:
            rep.errors.append(f"{guest.label}: {guest.error}")
        if guest.store == "probe":
            boots[guest.cell] = guest.cpu
        else:
            cells.setdefault(guest.cell, []).append(guest)
    if not cells:
        rep.errors.append("pressure: nothing was measured")
        return
    for name, members in cells.items():
        cell = Cell(name, members, boots.get(name.split("-", maxsplit=1)[0], 0.0))
        cell_table(rep, cell)
        goals(rep, cell)
    rep.say()
    rep.say(LEGEND)
