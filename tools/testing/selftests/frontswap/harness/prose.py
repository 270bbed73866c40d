#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure the prose of the tree against three densities and a list of words.

  prose.py              all texts of the tree; prints failures only
  prose.py -t           all texts of the tree, with the table of densities
  prose.py FILE...      the table for these files
  prose.py -v FILE...   as well as each word that counts, with file and line

Exit status 1 if a text exceeds a limit or contains a forbidden word. Literal
blocks, tables, code, quoted sessions and diagrams are skipped.
"""

import argparse
import glob
import os
import re
import sys

# Percent of all words of a text.
LIMIT_DEICTIC = 4.5
LIMIT_LIGHT = 1.5
# Sentences in all texts together.
LIMIT_FRONTED = 5

# Words that stand for a noun. Words of DETERMINERS count only where no noun
# follows: "this is", not "this file".
DEICTIC = set("""it its itself that they them themselves ones there such what whatever
    which who whom whose whoever""".split())
DETERMINERS = set("this these those one".split())
# What follows a determiner that stands alone.
NO_NOUN = set("""a about above after all also always an and any are as at be because been
    before below both but by came can cannot causes comes could did do does else ensures
    fails for from gets gives goes had happens has have here holds how if in includes into
    is it keeps leads leaves lets makes may means might must need needs never no nor not of
    on only or out over per requires see should since so stays such takes than that the
    then there they this through to too under unless until was were what when where
    whether which while who will with without works would writes""".split())
LIGHT = set("""go goes going went gone come comes coming came take takes taking took taken
    give gives giving gave given keep keeps keeping kept have has having had say says
    saying said tell tells telling told let lets letting""".split())
FRONTED = re.compile(r"^(who|whoever|whom|whomever|what|whatever)\b[^?]*[.:]?$", re.I)

# Pattern, better words. Matched in a whole paragraph, so across line breaks too.
FORBIDDEN = [(re.compile(r"\b(?:%s)\b" % pattern, re.I), better) for pattern, better in [
    (r"larger folios?", "large folio"),
    (r"figures?(?! out)", "statistics, counters, number"),
    (r"shut", "closed"),
    (r"refus(?:e|es|ed|ing|als?)", "reject"),
    (r"turn(?:s|ed)? down", "reject"),
    (r"(?:do|does|did) with", "support, accept"),
    (r"do(?:es)? not do", "do not support"),
    (r"can(?:not|'t| not)? be had", "not available"),
    (r"in vain", "a failed ..."),
    (r"which is said", "a sentence of its own"),
    (r"as ever", "as before, unchanged"),
    (r"for good(?! reason)", "permanently"),
    (r"till", "until"),
    (r"so it is with", "the same applies to"),
    (r"(?:goes|go|went|gone) by(?! the name)", "is decided by, follows"),
    (r"be it", "whether ... or"),
    (r"besides", "also, beside, in addition"),
    (r"not a word(?: about)?", "is not logged"),
    (r"(?:a|after a|with a|without a) word", "a message, silently"),
    (r"is (?:said|told)(?! to)", "is reported, is notified"),
    (r"for want of", "because of a lack of, without"),
    (r"for ever", "permanently"),
    (r"who(?:m|ever|mever)", "the noun"),
    (r"parked", "cached (in the swap slots cache)"),
    (r"seats?", "map"),
    (r"(?:sit|sits|sat) down|stands? up", "attach_area, detach_area"),
    (r"keepers?|takers?", "exclusive backend"),
    (r"promise[sd]?", "guarantee"),
    (r"give(?:s|n)? away", "migrate"),
    (r"break(?:s|ing)? (?:it )?off|broken off", "interrupt"),
    (r"areas?(?: [a-z]+){0,3} switched (?:on|off)|switch(?:es|ed|ing)? (?:swap|an area|areas?) (?:on|off)",
     "swapon, swapoff"),
]]

TEXTS = [
    ("README", ["README"]),
    ("Documentation", ["Documentation/**/*frontswap*"]),
    ("comments of the core", ["mm/frontswap*.[ch]", "include/linux/frontswap.h"]),
    ("comments of the backends", ["mm/frontswap/*.[ch]"]),
    ("Kconfig", ["Kconfig.frontswap"]),
    ("series texts", ["tools/testing/selftests/frontswap/harness/series/*.txt"]),
    ("selftests' guides", ["tools/testing/selftests/frontswap/README",
                           "tools/testing/selftests/frontswap/harness/bench/README"]),
    ("selftests' headers", ["tools/testing/selftests/frontswap/test_*.sh"]),
]
# Each file is a text of its own.
SINGLE = {"README", "Documentation"}
# Lists of commands, not prose.
STEPS = re.compile(r"/series/(linux-|changes)")

WORD = re.compile(r"[A-Za-z][A-Za-z'_-]*")


class Paragraph:
    """Words of consecutive lines, with the line of each character."""

    def __init__(self):
        self.text = ""
        self.starts = []

    def add(self, number, line):
        self.starts.append((len(self.text), number))
        self.text += line + " "

    def line_of(self, position):
        return max(n for start, n in self.starts if start <= position)


def indent(line):
    return len(line) - len(line.lstrip())


def inline(line):
    """An inline literal counts as one word without meaning."""
    line = re.sub(r"``[^`]*``", "X", line)
    return re.sub(r":[a-z:]+:`[^`]*`", "X", line)


def is_drawing(line):
    """Rulers, boxes, columns, prompts, indented commands."""
    s = line.strip()
    if re.match(r"^([-=~^\"'+*#|_.:`<>v /\\]{3,})$", s):
        return True
    if s.startswith(("|", "+-", "$ ", "# ", "% ")):
        return True
    return bool(re.search(r"\S {3,}\S", s)) and not re.match(r"^[-*\d]", s)


def prose_lines(lines):
    """Yield (number, text) for prose, (number, None) where a paragraph ends."""
    literal = None
    table = False
    lines = list(lines)
    for (number, line), (_, below) in zip(lines, lines[1:] + [(0, "")]):
        line = line.expandtabs(8).rstrip()
        if not line.strip():
            yield number, None
            continue
        if literal is not None:
            if indent(line) > literal:
                continue
            literal = None
        # The fields of Documentation/ABI.
        if re.match(r"^(What|Date|Contact|KernelVersion|Users):", line):
            yield number, None
            continue
        line = re.sub(r"^Description: *", " " * 16, line)
        # A list of numbers as G1.
        if re.match(r"^[A-Z]\d+ ", line):
            yield number, None
            line = re.sub(r"^[A-Z]\d+ +", "", line)
        s = line.strip()
        # Simple tables: the last ruler has an empty line below.
        if re.match(r"^=+( +=+)+$", s):
            table = bool(below.strip())
            continue
        if table:
            continue
        if s.startswith(".. "):
            if re.match(r"^\.\. (note|warning|important|tip)::", s):
                continue
            literal = indent(line)
            continue
        if s.endswith("::"):
            literal = indent(line)
        if is_drawing(line):
            yield number, None
            continue
        if re.match(r"^([-*] |\d+\. |@?[\w./-]+:$)", s):
            yield number, None
        s = re.sub(r"^([-*] +|\d+\. +)", "", s)
        if s:
            yield number, inline(s)
    yield 0, None


def plain(path):
    with open(path, errors="replace") as f:
        return list(enumerate(f.read().split("\n"), 1))


def comments(path):
    """Lines of comments of a C file, without the decoration."""
    inside = False
    for number, line in plain(path):
        text = None
        if inside:
            text = line
        else:
            begin = re.search(r"/\*+|(?<!:)//", line)
            if not begin:
                yield number, ""
                continue
            text = line[begin.end():]
            inside = begin.group().startswith("/*")
        end = text.find("*/")
        if end >= 0 and inside:
            inside = False
            text = text[:end]
        text = re.sub(r"^\s*\* ?", "", text)
        if "SPDX" in text or "Copyright" in text:
            text = ""
        # kernel-doc: a name before the text.
        text = re.sub(r"^ ?@?[\w.()]+(: | - )", "", text)
        yield number, re.sub(r"[@%&](?=\w)", "", text)
        if not inside:
            yield number, ""


def header(path):
    """The first comment block of a script."""
    for number, line in plain(path)[1:]:
        if not line.startswith("#"):
            return
        if re.match(r"^# ?(SPDX|shellcheck|guests:|kernels:|Guarantees:)", line):
            yield number, ""
        else:
            yield number, line[1:].lstrip()


def helps(path):
    """Help texts of a Kconfig file, without the advice in the words of all of them."""
    inside = False
    for number, line in plain(path):
        if line.strip() == "help":
            inside = True
        elif line and not line[0].isspace():
            inside = False
        elif inside:
            yield number, re.sub(r"If unsure, say [YMN]\b", "", line.strip())
            continue
        yield number, ""


def lines_of(path):
    if path.endswith((".c", ".h")):
        return comments(path)
    if path.endswith(".sh"):
        return header(path)
    if "Kconfig" in os.path.basename(path):
        return helps(path)
    return plain(path)


def paragraphs(path):
    paragraph = Paragraph()
    for number, line in prose_lines(lines_of(path)):
        if line is None:
            if paragraph.text:
                yield paragraph
            paragraph = Paragraph()
        else:
            paragraph.add(number, line)


class Measure:
    def __init__(self):
        self.words = self.deictic = self.light = self.fronted = 0
        self.hits = []
        self.forbidden = []

    def hit(self, path, paragraph, position, kind, word):
        self.hits.append((path, paragraph.line_of(position), kind, word))

    def add(self, path):
        for paragraph in paragraphs(path):
            self.count_words(path, paragraph)
            self.count_fronted(path, paragraph)
            for pattern, better in FORBIDDEN:
                for m in pattern.finditer(paragraph.text):
                    self.forbidden.append((path, paragraph.line_of(m.start()), m.group(), better))

    def count_words(self, path, paragraph):
        tokens = [(m.group().lower(), m) for m in WORD.finditer(paragraph.text)]
        self.words += len(tokens)
        for i, (word, m) in enumerate(tokens):
            word = re.sub(r"'(s|re|ve|ll|d)$", "", word)
            alone = word in DETERMINERS and self.alone(paragraph.text, tokens, i)
            if word in DEICTIC or alone:
                self.deictic += 1
                self.hit(path, paragraph, m.start(), "deictic", word)
            elif word in LIGHT:
                self.light += 1
                self.hit(path, paragraph, m.start(), "light", word)

    @staticmethod
    def alone(text, tokens, i):
        if i + 1 == len(tokens):
            return True
        between = text[tokens[i][1].end():tokens[i + 1][1].start()]
        return bool(between.strip()) or tokens[i + 1][0] in NO_NOUN

    def count_fronted(self, path, paragraph):
        position = 0
        for sentence in re.split(r"(?<=[.!?:])\s+", paragraph.text):
            if FRONTED.match(sentence.strip()):
                self.fronted += 1
                self.hit(path, paragraph, position, "fronted", sentence.strip()[:40])
            position += len(sentence) + 1

    def percent(self, n):
        return 100 * n / self.words if self.words else 0


def texts(args):
    if args.files:
        return [(path, [path]) for path in args.files]
    found = []
    for name, patterns in TEXTS:
        paths = sorted(p for pattern in patterns for p in glob.glob(pattern, recursive=True)
                       if os.path.isfile(p) and not STEPS.search(p))
        if name in SINGLE:
            found += [(path, [path]) for path in paths]
        elif paths:
            found.append((name, paths))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("-t", "--table", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    if not args.files:
        os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 5))
    table = args.table or args.files
    bad = fronted = 0
    if table:
        print(f"{'':58} words deictic  light fronted")
        print(f"{'limit':64} {LIMIT_DEICTIC:6.1f}% {LIMIT_LIGHT:5.1f}% {LIMIT_FRONTED:4} in all")
    for name, paths in texts(args):
        m = Measure()
        for path in paths:
            m.add(path)
        fronted += m.fronted
        deictic, light = m.percent(m.deictic), m.percent(m.light)
        over = deictic > LIMIT_DEICTIC or light > LIMIT_LIGHT
        bad |= over or bool(m.forbidden)
        if table or over:
            print(f"{name:58} {m.words:5} {deictic:6.1f}% {light:5.1f}% {m.fronted:4}"
                  f"{'  TOO MANY' if over else ''}")
        if args.verbose:
            for path, line, kind, word in m.hits:
                print(f"{path}:{line}: {kind}: {word}")
        for path, line, word, better in m.forbidden:
            print(f"{path}:{line}: \"{' '.join(word.split())}\": better: {better}")
    if fronted > LIMIT_FRONTED:
        print(f"{fronted} sentences begin with who or what; the limit is {LIMIT_FRONTED}")
        bad = True
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
