# SPDX-License-Identifier: GPL-2.0-only
# All work is done by the scripts in tools/testing/selftests/frontswap/harness.

KERNEL ?= 6.1
KDIR ?=
O ?= build
JOBS ?= $(shell nproc)
CACHE ?= $(HOME)/.cache/frontswap
SMP ?= 2
MEM ?= 512
ACCEL ?=
TESTS ?=
SOAK ?= 60
SEED ?=
GUEST ?= normal
GUESTS ?=
BENCH ?= all
PRESSURE ?=
ROUNDS ?= 3
SERIES_VERSION ?= 1
V ?=
export KERNEL KDIR O JOBS CACHE SMP MEM ACCEL TESTS SOAK SEED GUEST GUESTS BENCH PRESSURE ROUNDS SERIES_VERSION V

harness := tools/testing/selftests/frontswap/harness

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

## make run        build the patched kernel, boot it, demonstrate two backends (10 minutes)
## make remote     two guests: one lends memory, the other swaps (15 minutes)
## make check      KUnit under UML, KUnit and kselftests in QEMU guests (40 minutes)
## make lint       checkpatch, sparse, W=1, kernel-doc, shellcheck, documentation, prose, guarantees
## make shell      a guest with a prompt
## make series     write the patch mails to build/series/, apply them to a pristine tree, build each step
## make soak       all operations at once, at random, for SOAK seconds
## make mutants    break the core on purpose, check that the tests fail
## make check-all  lint, check, series and mutants, on both kernel lines (hours)
## make bench      instructions and memory per page, beside zswap, zram and plain swap
## make clean      remove build/ (the compiler cache stays in CACHE)
## .ci/run         the part of check-all that takes 75 minutes on a new machine
##
## Settings (make run MEM=1024):
##   KERNEL=6.1   kernel line, 6.1 or 6.12: Debian's linux-source-KERNEL
##   KDIR=path    your own kernel tree instead; not modified
##   O=build      build directory               CACHE=~/.cache/frontswap  compiler cache
##   JOBS=n       parallel compilers            TESTS="test_x.sh ..."     only these tests (check)
##   GUESTS="normal debug"  only these guests (check): normal nozswap debug kcsan pair
##   SMP=2 MEM=512  the guest's CPUs and MiB    ACCEL=kvm|tcg             accelerator, no probing
##   SOAK=60      seconds of soak               SEED=n  its seed          GUEST=normal|debug|kcsan
##   BENCH="core drain pages smp wire"  parts of bench (all: these five), or pressure
##   PRESSURE="256 140 text"  its memory, percent of memory, contents, stores   ROUNDS=3
##   SERIES_VERSION=2  series: version of the posting, described in harness/series/changes.txt
##   V=1          show the output of each step
run remote check lint shell series mutants soak bench:
	@$(harness)/$@.sh

check-all:
	@$(harness)/ci.sh

clean:
	rm -rf $(O)

.PHONY: help run remote check check-all lint shell series mutants soak bench clean
.NOTPARALLEL:
