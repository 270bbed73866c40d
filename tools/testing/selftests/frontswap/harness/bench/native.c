// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the locked operations of a store cost on this machine, outside of QEMU.
 * The sequences are those that the two cores execute around the backend's call:
 * the kernel as it came sets a bit and counts a page with an atomic; ours sets the
 * bit, and counts in words of the CPU. Prints "name median min max" in ns.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CALLS	1000000
#define ROUNDS	31

static unsigned long map[CALLS / 64 + 1];
static int pages;
static __thread unsigned long reference, stores;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline void set_bit(long i)
{
	asm volatile("lock btsq %1, %0" : "+m"(map[i / 64]) : "r"(i % 64) : "memory");
}

static inline void nothing(long i)
{
	asm volatile("" : : "r"(i) : "memory");
}

static inline void stock(long i)
{
	set_bit(i);
	asm volatile("lock incl %0" : "+m"(pages) : : "memory");
}

static inline void ours(long i)
{
	asm volatile("incq %0" : "+m"(reference) : : "memory");
	set_bit(i);
	asm volatile("incq %0" : "+m"(stores) : : "memory");
	asm volatile("decq %0" : "+m"(reference) : : "memory");
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

#define MEASURE(what)							\
do {									\
	double ns[ROUNDS];						\
									\
	for (int r = 0; r < ROUNDS; r++) {				\
		double start = now();					\
									\
		for (long i = 0; i < CALLS; i++)			\
			what(i);					\
		ns[r] = (now() - start) / CALLS;			\
	}								\
	qsort(ns, ROUNDS, sizeof(*ns), compare);			\
	printf(#what " %.2f %.2f %.2f\n", ns[ROUNDS / 2], ns[0], ns[ROUNDS - 1]); \
} while (0)

int main(void)
{
	MEASURE(nothing);
	MEASURE(stock);
	MEASURE(ours);
	return 0;
}
