// SPDX-License-Identifier: GPL-2.0-only
/*
 * swapbench: fills memory, has it paged out, touches it back in, and compares
 * each byte. What is measured lies between mark_begin() and mark_end(), whose
 * addresses QEMU's plugin knows; a line "W LABEL PAGES CLOCK" names each window.
 *
 *   -m MIB  -f text|mixed|rand|zero  -r ROUNDS
 *   -s FILE      print FILE while the pages are out (several)
 *   -D FILE      drain: write 0 to FILE while the pages are out, then 1 (last round)
 *   -S DEVICE    swapoff instead of touching (last round)
 *   -g DIR       move into this cgroup; what stays in the swap cache is reclaimed there
 *   -i FILE      print FILE before and after the drain
 *   -w FILE      a page is out when its memory is free: wait until there are no
 *                requests in flight by FILE, and empty the swap cache
 *   -p CPUS      a process per CPU, all at once: prints the time they took
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096UL
#define MADV_PAGEOUT	21
#define MAX_FILES	16

enum fill { TEXT, MIXED, RAND, ZERO };

static const char *const words[64] = {
	"the ", "of ", "and ", "page ", "swap ", "kernel ", "memory ", "to ",
	"in ", "a ", "is ", "that ", "for ", "it ", "as ", "was ",
	"with ", "be ", "by ", "on ", "not ", "he ", "this ", "are ",
	"or ", "his ", "from ", "at ", "which ", "but ", "have ", "an ",
	"had ", "they ", "you ", "were ", "their ", "one ", "all ", "we ",
	"can ", "her ", "has ", "there ", "been ", "if ", "more ", "when ",
	"will ", "would ", "who ", "so ", "backend ", "store ", "load ",
	"device ", "table ", "index ", "offset ", "entry\n", "cache ", "lock ",
	"value ", "number "
};

static enum fill fill;
static const char *fill_name = "text", *drain, *area, *cgroup, *io_stat, *inflight;
static const char *shown[MAX_FILES];
static int nr_shown, rounds = 3, processes;
static size_t mib = 8, pages;
static uint64_t seed, clock_begin;

__attribute__((noinline)) void mark_begin(void)
{
	asm volatile("nop" ::: "memory");
}

__attribute__((noinline)) void mark_end(void)
{
	asm volatile("nop" ::: "memory");
}

static void fail(const char *what)
{
	printf("ERROR swapbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void begin(void)
{
	mark_begin();
	clock_begin = now();
}

static void end(const char *label, size_t nr)
{
	uint64_t clock = now() - clock_begin;

	mark_end();
	printf("W %s %zu %llu\n", label, nr, (unsigned long long)clock);
}

static uint64_t rnd(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Words drawn at random, with a number here and there. */
static void make_text(char *p, size_t size)
{
	size_t at = 0, len;

	while (at < size) {
		uint64_t r = rnd();

		for (int k = 0; k < 8 && at < size; k++, r >>= 8) {
			len = strlen(words[r & 63]);
			if (len > size - at)
				len = size - at;
			memcpy(p + at, words[r & 63], len);
			at += len;
		}
		if (!(r & 3) && at + 20 < size)
			at += snprintf(p + at, 20, "%llx", (unsigned long long)rnd());
	}
}

/* In mixed memory: of four pages one text, one half text, one random, one zero. */
static void make_page(char *p, size_t index)
{
	static const enum fill mix[4] = { TEXT, MIXED, RAND, ZERO };
	enum fill kind = fill == MIXED ? mix[index & 3] : fill;

	seed = index * 1000003ull + 1;
	switch (kind) {
	case TEXT:
		make_text(p, PAGE);
		break;
	case MIXED:
		make_text(p, PAGE / 2);
		memset(p + PAGE / 2, 0, PAGE / 2);
		break;
	case RAND:
		for (size_t i = 0; i < PAGE / 8; i++)
			((uint64_t *)p)[i] = rnd();
		break;
	case ZERO:
		memset(p, 0, PAGE);
		break;
	}
}

static void verify(const char *mem)
{
	static char want[PAGE];

	for (size_t i = 0; i < pages; i++) {
		make_page(want, i);
		if (memcmp(want, mem + i * PAGE, PAGE)) {
			printf("ERROR swapbench: page %zu is not what it was\n", i);
			exit(1);
		}
	}
}

/* How many pages have a swap entry for a PTE. */
static size_t swapped(const char *mem)
{
	static uint64_t map[4096];
	size_t nr = 0, done = 0, want;
	int fd = open("/proc/self/pagemap", O_RDONLY);
	ssize_t got;

	if (fd < 0)
		fail("pagemap");
	while (done < pages) {
		want = pages - done < 4096 ? pages - done : 4096;
		got = pread(fd, map, want * 8, ((uintptr_t)mem / PAGE + done) * 8);
		if (got <= 0)
			fail("pagemap");
		for (ssize_t i = 0; i < got / 8; i++)
			nr += map[i] >> 62 & 1;
		done += got / 8;
	}
	close(fd);
	return nr;
}

static ssize_t read_file(const char *file, char *buf, size_t size)
{
	int fd = open(file, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		fail(file);
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		fail(file);
	buf[n] = 0;
	return n;
}

static int write_file(const char *file, const char *words)
{
	int fd = open(file, O_WRONLY), err;

	if (fd < 0)
		fail(file);
	err = write(fd, words, strlen(words)) < 0 ? errno : 0;
	close(fd);
	return errno = err;
}

static void show(const char *when, const char *file)
{
	static char buf[4096];

	read_file(file, buf, sizeof(buf));
	buf[strcspn(buf, "\n")] = 0;
	printf("S %s %s %s\n", when, file, buf);
}

/* Slabs without an object in them are given back. */
static void shrink_slabs(void)
{
	glob_t caches;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		fail("/sys/kernel/slab");
	for (size_t i = 0; i < caches.gl_pathc; i++)
		write_file(caches.gl_pathv[i], "1");
	globfree(&caches);
}

/* Pages that are free, those on the lists of the CPUs included. */
static long free_pages(void)
{
	static char buf[65536];
	long nr = 0, n;
	FILE *f;
	char *p;

	shrink_slabs();
	read_file("/proc/sys/vm/stat_refresh", buf, sizeof(buf));
	f = fopen("/proc/zoneinfo", "r");
	if (!f)
		fail("zoneinfo");
	while (fgets(buf, sizeof(buf), f)) {
		p = buf + strspn(buf, " ");
		if (sscanf(p, "pages free %ld", &n) == 1 || sscanf(p, "count: %ld", &n) == 1)
			nr += n;
	}
	fclose(f);
	return nr;
}

static void reclaim_rest(const char *mem)
{
	char file[256], size[32];

	snprintf(file, sizeof(file), "%s/memory.reclaim", cgroup);
	snprintf(size, sizeof(size), "%zu", mib << 20);
	for (int i = 0; i < 50 && (!i || swapped(mem) < pages); i++) {
		usleep(20000);
		write_file(file, size);
	}
}

static unsigned long swap_cached_kb(void)
{
	static char buf[4096];
	unsigned long kb;

	read_file("/proc/meminfo", buf, sizeof(buf));
	if (sscanf(strstr(buf, "SwapCached:") + 11, "%lu", &kb) != 1)
		fail("SwapCached");
	return kb;
}

static bool in_flight(void)
{
	static char buf[64];
	unsigned long reads, writes;

	read_file(inflight, buf, sizeof(buf));
	return sscanf(buf, "%lu %lu", &reads, &writes) != 2 || reads + writes;
}

/* The counters of the swap cache are exact to some pages only. */
static void wait_for_memory(void)
{
	char file[256], size[32];

	while (in_flight())
		usleep(20);
	snprintf(file, sizeof(file), "%s/memory.reclaim", cgroup);
	for (int i = 0; i < 20 && swap_cached_kb() >= 256; i++) {
		snprintf(size, sizeof(size), "%luK", swap_cached_kb());
		write_file(file, size);
	}
	if (swap_cached_kb() >= 256) {
		printf("ERROR swapbench: %lu KiB stay in the swap cache\n", swap_cached_kb());
		exit(1);
	}
}

static void page_out(char *mem)
{
	long before = free_pages();

	begin();
	if (madvise(mem, mib << 20, MADV_PAGEOUT))
		fail("MADV_PAGEOUT");
	if (inflight)
		wait_for_memory();
	end("out", pages);
	if (cgroup && !inflight)
		reclaim_rest(mem);
	if (swapped(mem) != pages) {
		printf("ERROR swapbench: %zu of %zu pages are out\n", swapped(mem), pages);
		exit(1);
	}
	printf("S out free_pages %ld\n", free_pages() - before);
	for (int i = 0; i < nr_shown; i++)
		show("out", shown[i]);
}

static void touch(char *mem)
{
	for (size_t i = 0; i < pages; i++)
		((volatile char *)mem)[i * PAGE + PAGE - 1] ^= 0;
}

static void page_in(char *mem)
{
	begin();
	touch(mem);
	end("in", pages);
	if (swapped(mem)) {
		printf("ERROR swapbench: %zu pages are still out\n", swapped(mem));
		exit(1);
	}
}

static void do_drain(void)
{
	if (io_stat)
		show("before", io_stat);
	begin();
	if (write_file(drain, "0"))
		fail(drain);
	end("drain", pages);
	if (io_stat)
		show("after", io_stat);
	for (int i = 0; i < nr_shown; i++)
		show("drained", shown[i]);
}

static void do_swapoff(const char *mem)
{
	begin();
	if (swapoff(area))
		fail("swapoff");
	end("swapoff", pages);
	if (swapped(mem)) {
		printf("ERROR swapbench: swapoff left pages out\n");
		exit(1);
	}
}

static char *filled(void)
{
	char *mem = mmap((void *)0x700000000000, mib << 20, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		fail("mmap");
	for (size_t i = 0; i < pages; i++)
		make_page(mem + i * PAGE, i);
	return mem;
}

static void join_cgroup(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	if (chdir(cgroup) || write_file("cgroup.procs", pid))
		fail(cgroup);
}

static void one(void)
{
	char *mem;

	/* What is reclaimed there must be charged there. */
	if (inflight)
		join_cgroup();
	mem = filled();
	if (cgroup && !inflight)
		join_cgroup();
	for (int r = 1; r <= rounds; r++) {
		page_out(mem);
		if (drain && r == rounds)
			do_drain();
		if (area && r == rounds)
			do_swapoff(mem);
		else
			page_in(mem);
		verify(mem);
	}
	if (drain && write_file(drain, "1"))
		fail(drain);
	if (drain || area)
		return;
	page_out(mem);
	begin();
	munmap(mem, mib << 20);
	end("discard", pages);
}

/* A child of many(): ready, then work at the word, then compare. */
static void worker(int cpu, int ready, int go, int done)
{
	cpu_set_t set;
	char c, *mem;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("affinity");
	mem = filled();
	write(ready, "", 1);
	if (read(go, &c, 1) != 1)
		fail("go");
	for (int r = 0; r < rounds; r++) {
		if (madvise(mem, mib << 20, MADV_PAGEOUT))
			fail("MADV_PAGEOUT");
		touch(mem);
	}
	write(done, "", 1);
	verify(mem);
	exit(0);
}

static void await(int fd, int nr)
{
	char c;

	while (nr--)
		if (read(fd, &c, 1) != 1)
			fail("a process ended");
}

static void many(void)
{
	int ready[2], go[2], done[2], status;
	uint64_t start;

	if (pipe(ready) || pipe(go) || pipe(done))
		fail("pipe");
	for (int i = 0; i < processes; i++)
		if (!fork())
			worker(i, ready[1], go[0], done[1]);
	close(ready[1]);
	close(done[1]);
	await(ready[0], processes);
	start = now();
	write(go[1], "11111111", processes);
	await(done[0], processes);
	printf("T %d %llu\n", processes, (unsigned long long)(now() - start));
	for (int i = 0; i < processes; i++)
		if (wait(&status) < 0 || status)
			exit(1);
}

static void set_fill(const char *name)
{
	static const char *const names[] = { "text", "mixed", "rand", "zero" };

	for (fill = TEXT; fill <= ZERO; fill++)
		if (!strcmp(names[fill], name))
			break;
	if (fill > ZERO) {
		errno = EINVAL;
		fail(name);
	}
	fill_name = name;
}

int main(int argc, char **argv)
{
	int o;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((o = getopt(argc, argv, "m:f:r:s:D:S:g:i:p:w:")) != -1) {
		switch (o) {
		case 'm':
			mib = strtoul(optarg, NULL, 0);
			break;
		case 'f':
			set_fill(optarg);
			break;
		case 'r':
			rounds = atoi(optarg);
			break;
		case 's':
			if (nr_shown < MAX_FILES)
				shown[nr_shown++] = optarg;
			break;
		case 'D':
			drain = optarg;
			break;
		case 'S':
			area = optarg;
			break;
		case 'g':
			cgroup = optarg;
			break;
		case 'i':
			io_stat = optarg;
			break;
		case 'w':
			inflight = optarg;
			break;
		case 'p':
			processes = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	pages = (mib << 20) / PAGE;
	printf("F %s\n", fill_name);
	if (processes)
		many();
	else
		one();
	return 0;
}
