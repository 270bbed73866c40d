# SPDX-License-Identifier: GPL-2.0
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
V ?=
export KERNEL KDIR O JOBS CACHE SMP MEM ACCEL TESTS SOAK SEED GUEST GUESTS BENCH PRESSURE ROUNDS V

harness := tools/testing/selftests/frontswap/harness

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

## make run      build the patched kernel, boot it, tell the story of a backend that comes late
## make check    KUnit under UML, KUnit and kselftests in QEMU on a normal and a debug kernel
## make lint     checkpatch, sparse, W=1, kernel-doc, shellcheck
## make shell    a guest with a prompt
## make series   write the patch mails to build/series/, apply them to a pristine tree, build each step
## make soak     everything at once, at random, for SOAK seconds
## make mutants  break the core on purpose, see that the tests notice
## make check-all  lint, check, series and mutants, on both kernel lines (hours)
## make bench    instructions and memory per page, beside zswap, zram and plain swap
## make clean    remove build/ (the compiler cache stays in CACHE)
##
## Settings (make run MEM=1024):
##   KERNEL=6.1   kernel line, 6.1 or 6.12: Debian's linux-source-KERNEL
##   KDIR=path    your own kernel tree instead; it is only read
##   O=build      where everything is made      CACHE=~/.cache/frontswap  compiler cache
##   JOBS=n       parallel compilers            TESTS="test_x.sh ..."     only these tests (check)
##   GUESTS="normal debug"  only these (check): normal bare debug kcsan
##   SMP=2 MEM=512  the guest's CPUs and MiB    ACCEL=kvm|tcg             do not probe
##   SOAK=60      seconds of soak              SEED=n  its seed           GUEST=normal|debug|kcsan
##   BENCH="core drain pages smp"  parts of bench (all: these four); pressure is one more, by itself
##   PRESSURE="256 140 text"  of that: memory, percent wanted, contents, stores   ROUNDS=3
##   V=1          show the output of each step
run check lint shell series mutants soak bench:
	@$(harness)/$@.sh

check-all:
	@$(harness)/all.sh

clean:
	rm -rf $(O)

.PHONY: help run check check-all lint shell series mutants soak bench clean
.NOTPARALLEL:
