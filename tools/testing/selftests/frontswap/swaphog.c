// SPDX-License-Identifier: GPL-2.0-only
/*
 * swaphog - fill memory, push it out to swap, and compare every byte that comes back
 *
 * The work is a list of commands, from the command line or, one a line, from
 * standard input. Each command answers with one line of key=value pairs, so
 * that a script can lead a long-lived hog through a scenario step by step.
 *
 * Each page has a generation, counted up by each write to it, and its content
 * follows from (seed, page, generation): stale bytes and bytes of another page
 * are both told from the right ones.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/types.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define PAGE		4096UL
#define WORDS		(PAGE / sizeof(__u64))
#define HUGE_PAGE	(2UL << 20)
#define MAX_THREADS	16
#define OUT_TRIES	50
#define OUT_NS		6000000000ULL
#define WRITE_TRIES	500
#define FLUSH_EVERY	16
#define REPORTS		5
#define HOT_ROUNDS	8
#define NOBODY		65534

enum status {
	FINE = 0,
	WRONG_BYTES = 1,
	USAGE = 2,
	GOT_SIGBUS = 3,
	SYSTEM = 5,
};

/*
 * MIXED pages are of all kinds before it, NONZERO of all before ZERO, TURNS by turns; HALF of
 * each page is RAND and half TEXT.
 */
enum kind { TEXT, RAND, SAME, ZERO, MIXED, NONZERO, TURNS, HALF };
static const char * const kinds[] = {
	"text", "rand", "same", "zero", "mixed", "nonzero", "turns", "half",
};

static const char usage_text[] =
"swaphog [options] [command ...]\n"
"  -m MiB     memory of each process (16)\n"
"  -k KIND    content: text, rand, same (one word repeated), zero, mixed,\n"
"             nonzero (mixed, but for zero), turns (text, zero the next time\n"
"             it is written), half (text, then rand) (mixed)\n"
"  -s SEED    seed of the content (1)\n"
"  -r ROUNDS  run the commands so many times (1)\n"
"  -j PROCS   so many processes, each with its own memory (1)\n"
"  -t THREADS readers of each verify, all of them read every page (1)\n"
"  -g DIR     join this cgroup v2; its memory.reclaim empties the swap cache,\n"
"             its memory.stat is read at every 16th page if it has a memory.max\n"
"  -S         shared memory\n"
"  -H         ask for huge pages\n"
"  -b         SIGBUS is expected\n"
"  -T SECS    give up after so many seconds (120)\n"
"  -x         run what follows -- as a program, by somebody who is not root\n"
"commands (without any: fill out verify dirty:2 out verify)\n"
"  fill       write every page\n"
"  dirty[:K]  write every K-th page (2)\n"
"  retouch    read every page, then write the bytes it has\n"
"  out        page everything out\n"
"  hot[:P]    read and write pages of a window of P percent, at random, and now and\n"
"             then of the rest; the window moves on (50)\n"
"  verify[:K] read every K-th page and compare every byte (1)\n"
"  fork[:N]   N children verify what they inherit, at the same time (2)\n"
"  drop[:K]   give every K-th page back (1)\n"
"  sleep[:SECS]  do nothing (1)\n"
"  times      longest access to one page, and CPU time, since the last times\n"
"  on:DEV[:PRIO]  swapon\n"
"  off:DEV[:MS]   swapoff, interrupted by a signal after MS milliseconds\n"
"  watch:FILE[:SECS]  what a file in sysfs says, at first and whenever it has\n"
"             changed, until it has not for SECS seconds (1)\n"
"  quit       leave\n"
"  -          read commands from standard input\n"
"exit: 0 fine, 1 wrong bytes, 2 usage, 3 SIGBUS without -b, 5 the work could not be done\n";

static struct {
	unsigned long mib;
	enum kind kind;
	__u64 seed;
	unsigned long rounds;
	unsigned long procs;
	unsigned long threads;
	const char *cgroup;
	bool shared;
	bool huge;
	bool sigbus_ok;
	bool program;
	unsigned long timeout;
} opt = {
	.mib = 16,
	.kind = MIXED,
	.seed = 1,
	.rounds = 1,
	.procs = 1,
	.threads = 1,
	.timeout = 120,
};

static unsigned char *mem;
static size_t mem_len;
static size_t pages;
static __u32 *generation;	/* 0: unknown content, not compared */
static unsigned char *hit_sigbus;
static unsigned char *residence;
static int figures = -1;
static __u64 longest_ns;

static enum status worst;

static __thread sigjmp_buf sigbus_env;
static __thread sig_atomic_t sigbus_guarded;

static void note(enum status status)
{
	if (worst == WRONG_BYTES || status == FINE)
		return;
	if (status == WRONG_BYTES || worst == FINE)
		worst = status;
}

static void trouble(const char *what, const char *why)
{
	fprintf(stderr, "swaphog: %s: %s\n", what, why);
	note(SYSTEM);
}

/* content */

static __u64 mix(__u64 x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static __u64 page_hash(size_t index, __u32 gen)
{
	return mix(opt.seed * 0x9e3779b97f4a7c15ULL + mix(((__u64)index << 32) + gen));
}

static void make_rand(__u64 *page, size_t words, __u64 state)
{
	for (size_t i = 0; i < words; i++)
		page[i] = mix(state += 0x9e3779b97f4a7c15ULL);
}

static void make_text(__u64 *page, __u64 state)
{
	static const char words[32][9] = {
		"page    ", "swap    ", "store   ", "load    ", "slot    ", "type    ",
		"area    ", "backend ", "the     ", "of      ", "and     ", "is      ",
		"was     ", "in      ", "to      ", "not     ", "device  ", "memory  ",
		"kernel  ", "reclaim ", "fault   ", "writer  ", "reader  ", "lock    ",
		"first   ", "second  ", "newest  ", "oldest  ", "before  ", "after   ",
		"during  ", "never\n  ",
	};

	for (size_t i = 0; i < WORDS; i++) {
		if (i % 8 == 0)
			state = mix(state + i);
		memcpy(&page[i], words[(state >> (i % 8 * 5)) % 32], sizeof(*page));
	}
}

static void make_same(__u64 *page, __u64 value)
{
	for (size_t i = 0; i < WORDS; i++)
		page[i] = value;
}

static enum kind kind_of(size_t index, __u32 gen)
{
	if (opt.kind == TURNS)
		return gen % 2 ? TEXT : ZERO;
	if (opt.kind == NONZERO)
		return index % ZERO;
	return opt.kind == MIXED ? index % MIXED : opt.kind;
}

static void make_page(__u64 *page, size_t index, __u32 gen)
{
	__u64 hash = page_hash(index, gen);
	enum kind kind = kind_of(index, gen);

	if (kind == ZERO || kind == SAME) {
		make_same(page, kind == ZERO ? 0 : hash);
		return;
	}
	if (kind == TEXT || kind == HALF)
		make_text(page, hash);
	if (kind == HALF)
		make_rand(page + WORDS / 2, WORDS / 2, hash);
	else if (kind != TEXT)
		make_rand(page, WORDS, hash);
	page[0] = ((__u64)index << 32) | gen;
	page[1] = opt.seed;
}

static void describe(size_t index, const __u64 *want, const __u64 *got)
{
	size_t word = 0;

	while (word < WORDS - 1 && want[word] == got[word])
		word++;
	fprintf(stderr,
		"swaphog: WRONG BYTES: seed %llu page %zu generation %u (%s) byte %zu: expected %016llx found %016llx; page begins %016llx %016llx (page, generation and seed, if text or rand)\n",
		opt.seed, index, generation[index], kinds[kind_of(index, generation[index])],
		word * sizeof(*want), want[word], got[word],
		got[0], got[1]);
}

static __u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void note_access(__u64 ns)
{
	__u64 longest = __atomic_load_n(&longest_ns, __ATOMIC_RELAXED);

	while (ns > longest &&
	       !__atomic_compare_exchange_n(&longest_ns, &longest, ns, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* access to memory that may answer with SIGBUS */

static void on_sigbus(int sig)
{
	static const char text[] = "swaphog: SIGBUS outside the tested memory\n";

	(void)sig;
	if (sigbus_guarded)
		siglongjmp(sigbus_env, 1);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(SYSTEM);
	_exit(GOT_SIGBUS);
}

static void set_guard(sig_atomic_t on)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&sigbus_guarded, on, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* guarded_copy() - false: SIGBUS */
static bool guarded_copy(void *to, const void *from)
{
	__u64 begin = clock_ns(CLOCK_MONOTONIC);

	if (sigsetjmp(sigbus_env, 0)) {
		set_guard(0);
		return false;
	}
	set_guard(1);
	memcpy(to, from, PAGE);
	set_guard(0);
	note_access(clock_ns(CLOCK_MONOTONIC) - begin);
	return true;
}

static int open_in_cgroup(const char *name, int flags)
{
	char path[512];

	if (!opt.cgroup)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", opt.cgroup, name);
	return open(path, flags);
}

/*
 * Linux 6.12's reclaim goes by figures of the cgroup that may be seconds old. In a small
 * cgroup it takes an empty inactive list for a long one by them, leaves the active list
 * alone and finds nothing: an OOM kill, with no backend, too. Who reads the figures has
 * them brought up to date.
 */
static void open_figures(void)
{
	char limit[4] = "";
	int file;

	if (figures >= 0)
		close(figures);
	figures = -1;
	file = open_in_cgroup("memory.max", O_RDONLY);
	if (file < 0)
		return;
	if (read(file, limit, 3) > 0 && strcmp(limit, "max"))
		figures = open_in_cgroup("memory.stat", O_RDONLY);
	close(file);
}

static void freshen_figures(size_t index)
{
	char byte;

	if (figures >= 0 && index % FLUSH_EVERY == 0 && pread(figures, &byte, 1, 0) != 1)
		trouble("memory.stat", strerror(errno));
}

static void *page_at(size_t index)
{
	return mem + index * PAGE;
}

/* commands */

static void map_memory(void)
{
	int flags = MAP_ANONYMOUS | MAP_NORESERVE | (opt.shared ? MAP_SHARED : MAP_PRIVATE);
	unsigned char *area;

	if (mem)
		return;
	area = mmap(NULL, mem_len + HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (area == MAP_FAILED) {
		trouble("mmap", strerror(errno));
		exit(SYSTEM);
	}
	area += -(uintptr_t)area & (HUGE_PAGE - 1);
	madvise(area, mem_len, opt.huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	mem = area;
}

static size_t count_lost(void)
{
	size_t count = 0;

	for (size_t i = 0; i < pages; i++)
		count += hit_sigbus[i];
	return count;
}

static size_t count_sigbus(void)
{
	size_t count = count_lost();

	if (count && !opt.sigbus_ok)
		note(GOT_SIGBUS);
	return count;
}

/* A write that is broken off can leave a mixture: then the content is unknown. */
static void write_page(size_t index)
{
	static __u64 probe[WORDS];
	static __u64 page[WORDS];

	freshen_figures(index);
	/* The first access to new memory is a write: a read would get the zero page. */
	if (generation[index]) {
		hit_sigbus[index] = !guarded_copy(probe, page_at(index));
		if (hit_sigbus[index])
			return;
	}
	make_page(page, index, generation[index] + 1);
	hit_sigbus[index] = !guarded_copy(page_at(index), page);
	generation[index] = hit_sigbus[index] ? 0 : generation[index] + 1;
}

static void write_pages(long step)
{
	memset(hit_sigbus, 0, pages);
	for (size_t i = 0; i < pages; i += step)
		write_page(i);
	printf(" pages=%zu sigbus=%zu\n", (pages + step - 1) / step, count_sigbus());
}

static void retouch(long unused)
{
	static __u64 page[WORDS];

	memset(hit_sigbus, 0, pages);
	for (size_t i = 0; i < pages; i++) {
		freshen_figures(i);
		hit_sigbus[i] = !guarded_copy(page, page_at(i)) || !guarded_copy(page_at(i), page);
	}
	printf(" pages=%zu sigbus=%zu\n", pages, count_sigbus());
}

static bool write_in_cgroup(const char *name, const char *value)
{
	bool done;
	int fd;

	fd = open_in_cgroup(name, O_WRONLY);
	if (fd < 0)
		return false;
	done = write(fd, value, strlen(value)) >= 0;
	close(fd);
	return done;
}

static void empty_swap_cache(size_t bytes)
{
	char value[32];

	snprintf(value, sizeof(value), "%zu", bytes);
	if (!write_in_cgroup("memory.reclaim", value))
		usleep(10000);
}

/* The value of @name in a file of lines "NAME VALUE". */
static unsigned long value_in(int fd, const char *name)
{
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	size_t len = strlen(name);
	unsigned long value = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, len) || line[len] != ' ')
			continue;
		value = strtoul(line + len, NULL, 10);
		break;
	}
	if (file)
		fclose(file);
	return value;
}

/* Bytes of the cgroup in the swap cache, as of at most two seconds ago. */
static unsigned long in_swap_cache(void)
{
	return value_in(open_in_cgroup("memory.stat", O_RDONLY), "swapcached");
}

/* The device may be slow, or wait for the host. */
static bool writing(void)
{
	return value_in(open("/proc/vmstat", O_RDONLY), "nr_writeback");
}

/* Pages in the swap cache count as resident here: reading them would prove nothing. */
static size_t resident(void)
{
	size_t count = 0;

	if (mincore(mem, mem_len, residence)) {
		trouble("mincore", strerror(errno));
		return 0;
	}
	for (size_t i = 0; i < pages; i++)
		count += residence[i] & 1;
	return count;
}

/* Pages that wait in a CPU's LRU batch are out of reach; madvise() empties that of its own CPU. */
static void page_out_on(int cpu)
{
	cpu_set_t all, one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_getaffinity(0, sizeof(all), &all))
		trouble("sched_getaffinity", strerror(errno));
	if (CPU_ISSET(cpu, &all))
		sched_setaffinity(0, sizeof(one), &one);
	if (madvise(mem, mem_len, MADV_PAGEOUT))
		trouble("madvise", strerror(errno));
	sched_setaffinity(0, sizeof(all), &all);
}

/* Reclaim may leave what readahead has brought; madvise() takes what is mapped. */
static void map_resident(void)
{
	static __u64 page[WORDS];

	for (size_t i = 0; i < pages; i++)
		if (residence[i] & 1)
			guarded_copy(page, page_at(i));
}

/* Reclaim goes by figures that the kernel adds up every 2 s. */
static bool try_again(int tries, __u64 began)
{
	if (tries > 3)
		usleep(100000);
	return tries < OUT_TRIES || clock_ns(CLOCK_MONOTONIC) - began < OUT_NS;
}

static void page_out(long unused)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	__u64 began = clock_ns(CLOCK_MONOTONIC);
	size_t left = pages;

	/* Pages that could not be read wait in the swap cache, and are not resident. */
	for (int i = 0; count_lost() && (!i || in_swap_cache()) && try_again(i, began); i++)
		empty_swap_cache(mem_len);
	began = clock_ns(CLOCK_MONOTONIC);
	for (int i = 0; left && try_again(i, began); i++) {
		if (i > 2)
			map_resident();
		page_out_on(i % cpus);
		for (int wait = 0; wait < WRITE_TRIES && writing(); wait++)
			usleep(10000);
		left = resident();
		if (left)
			empty_swap_cache(left * PAGE);
	}
	printf(" pages=%zu left=%zu\n", pages, left);
}

struct reader {
	pthread_t thread;
	size_t first;
	size_t step;
	size_t bad;
};

static void check_page(struct reader *reader, size_t index)
{
	__u64 want[WORDS];
	__u64 got[WORDS];

	freshen_figures(index);
	if (!guarded_copy(got, page_at(index))) {
		__atomic_store_n(&hit_sigbus[index], 1, __ATOMIC_RELAXED);
		return;
	}
	if (!generation[index])
		return;
	make_page(want, index, generation[index]);
	if (!memcmp(want, got, PAGE))
		return;
	if (reader->bad++ < REPORTS)
		describe(index, want, got);
}

static void *read_all(void *arg)
{
	struct reader *reader = arg;

	for (size_t i = 0; i < pages; i += reader->step)
		check_page(reader, (reader->first + i) % pages);
	return NULL;
}

static size_t verify_threads(size_t step)
{
	struct reader readers[MAX_THREADS] = { 0 };
	size_t bad = 0;

	for (size_t i = 0; i < opt.threads; i++) {
		readers[i].first = i * pages / opt.threads / 2;
		readers[i].step = step;
		if (pthread_create(&readers[i].thread, NULL, read_all, &readers[i])) {
			trouble("thread", "cannot create");
			exit(SYSTEM);
		}
	}
	for (size_t i = 0; i < opt.threads; i++) {
		pthread_join(readers[i].thread, NULL);
		bad += readers[i].bad;
	}
	return bad;
}

static void verify(long step)
{
	struct reader reader = { .step = step };
	size_t bad;

	memset(hit_sigbus, 0, pages);
	if (opt.threads > 1) {
		bad = verify_threads(step);
	} else {
		read_all(&reader);
		bad = reader.bad;
	}
	if (bad)
		note(WRONG_BYTES);
	printf(" pages=%zu bad=%zu sigbus=%zu\n", (pages + step - 1) / step, bad, count_sigbus());
}

/*
 * In a round the window has as many accesses as pages. Of ten accesses one is anywhere; of
 * four one is a write. Then the window moves on by a quarter. What is read is compared.
 */
static void hot(long percent)
{
	size_t window = pages * percent / 100;
	struct reader reader = { 0 };
	__u64 draw = opt.seed;
	size_t index;

	memset(hit_sigbus, 0, pages);
	for (size_t i = 0; i < window * HOT_ROUNDS; i++) {
		draw += 0x9e3779b97f4a7c15ULL;
		index = mix(draw) >> 16;
		if (mix(draw) % 10)
			index = i / window * window / 4 + index % window;
		index %= pages;
		check_page(&reader, index);
		if (mix(draw) / 16 % 4 == 0)
			write_page(index);
	}
	if (reader.bad)
		note(WRONG_BYTES);
	printf(" pages=%zu window=%zu bad=%zu sigbus=%zu\n",
	       window * HOT_ROUNDS, window, reader.bad, count_sigbus());
}

static void wait_children(unsigned long count)
{
	int status;

	while (count--) {
		if (wait(&status) < 0)
			trouble("wait", strerror(errno));
		else if (WIFEXITED(status))
			note(WEXITSTATUS(status));
		else
			trouble("a child was killed", strsignal(WTERMSIG(status)));
	}
}

static void verify_in_children(long count)
{
	fflush(stdout);
	for (long i = 0; i < count; i++) {
		switch (fork()) {
		case -1:
			trouble("fork", strerror(errno));
			exit(SYSTEM);
		case 0:
			worst = FINE;
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			alarm(opt.timeout);
			if (!freopen("/dev/null", "w", stdout))
				_exit(SYSTEM);
			verify(1);
			_exit(worst);
		}
	}
	wait_children(count);
	printf(" children=%ld worst=%d\n", count, worst);
}

static void drop_pages(size_t index, size_t count)
{
	if (madvise(page_at(index), count * PAGE, opt.shared ? MADV_REMOVE : MADV_DONTNEED))
		trouble("madvise", strerror(errno));
	memset(generation + index, 0, count * sizeof(*generation));
}

static void drop(long step)
{
	if (step == 1)
		drop_pages(0, pages);
	for (size_t i = 0; i < pages && step > 1; i += step)
		drop_pages(i, 1);
	printf(" pages=%zu\n", (pages + step - 1) / step);
}

static void report_swap(const char *device, int failed)
{
	int error = failed ? errno : 0;

	printf(" device=%s errno=%d\n", device, error);
	if (failed)
		trouble(device, strerror(error));
}

static void swap_on(const char *device, long priority)
{
	int flags = 0;

	if (priority >= 0)
		flags = SWAP_FLAG_PREFER | (priority & SWAP_FLAG_PRIO_MASK);
	report_swap(device, swapon(device, flags));
}

static void on_interrupt(int sig)
{
	(void)sig;
}

static void interrupt_every(long ms)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec period;
	timer_t timer;

	period.it_value.tv_sec = ms / 1000;
	period.it_value.tv_nsec = ms % 1000 * 1000000;
	period.it_interval = period.it_value;
	sigaction(SIGUSR1, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &period, NULL))
		trouble("timer", strerror(errno));
}

static void swap_off(const char *device, long ms)
{
	if (ms > 0)
		interrupt_every(ms);
	report_swap(device, swapoff(device));
	if (ms > 0)
		signal(SIGUSR1, SIG_IGN);
}

static void watch(const char *path, long seconds)
{
	struct pollfd file = { .fd = open(path, O_RDONLY), .events = POLLPRI };
	char text[64];
	ssize_t len;

	do {
		len = pread(file.fd, text, sizeof(text) - 1, 0);
		if (len < 0) {
			trouble(path, strerror(errno));
			break;
		}
		text[len] = '\0';
		printf(" %s", strtok(text, "\n"));
		fflush(stdout);
	} while (poll(&file, 1, 1000 * (seconds > 0 ? seconds : 1)) > 0);
	putchar('\n');
	close(file.fd);
}

static void pause_for(long seconds)
{
	struct timespec left = { .tv_sec = seconds };

	while (nanosleep(&left, &left))
		;
	printf(" seconds=%ld\n", seconds);
}

static void times(long unused)
{
	static __u64 cpu_before;
	__u64 cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	printf(" longest_us=%llu cpu_us=%llu\n",
	       __atomic_exchange_n(&longest_ns, 0, __ATOMIC_RELAXED) / 1000,
	       (cpu - cpu_before) / 1000);
	cpu_before = cpu;
}

static void quit(void)
{
	putchar('\n');
	exit(worst);
}

static const struct memory_command {
	const char *name;
	void (*run)(long number);
	long number;
} memory_commands[] = {
	{ "fill", write_pages, 1 },
	{ "dirty", write_pages, 2 },
	{ "retouch", retouch, 0 },
	{ "out", page_out, 0 },
	{ "hot", hot, 50 },
	{ "verify", verify, 1 },
	{ "fork", verify_in_children, 2 },
	{ "drop", drop, 1 },
	{ "sleep", pause_for, 1 },
	{ "times", times, 0 },
	{ NULL, NULL, 0 }
};

static bool run_memory_command(const char *name, long number)
{
	const struct memory_command *command;

	for (command = memory_commands; command->name; command++)
		if (!strcmp(command->name, name))
			break;
	if (!command->name)
		return false;
	map_memory();
	open_figures();
	printf("%s:", name);
	command->run(number > 0 ? number : command->number);
	return true;
}

static const struct file_command {
	const char *name;
	void (*run)(const char *path, long number);
} file_commands[] = {
	{ "on", swap_on },
	{ "off", swap_off },
	{ "watch", watch },
	{ NULL, NULL }
};

static bool run_file_command(const char *name, char *path)
{
	const struct file_command *command;
	char *colon = strrchr(path, ':');
	long number = colon ? atol(colon + 1) : -1;

	for (command = file_commands; command->name; command++)
		if (!strcmp(command->name, name))
			break;
	if (!*path || !command->name)
		return false;
	if (colon)
		*colon = '\0';
	printf("%s:", name);
	command->run(path, number);
	return true;
}

static void run_input(void);

static void run_command(const char *text)
{
	char command[256];
	char *argument;

	snprintf(command, sizeof(command), "%s", text);
	argument = command + strcspn(command, ":");
	if (*argument)
		*argument++ = '\0';
	if (!strcmp(command, "quit"))
		quit();
	if (!strcmp(command, "-")) {
		run_input();
	} else if (!run_file_command(command, argument) &&
		   !run_memory_command(command, atol(argument))) {
		fprintf(stderr, "swaphog: unknown command '%s'\n", text);
		exit(USAGE);
	}
}

static void run_input(void)
{
	char line[256];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			run_command(line);
	}
}

/* Nobody reads what a hog in the background says: that it ends is what tells. */
static void run_or_end(const char *command)
{
	run_command(command);
	if (worst)
		exit(worst);
}

static void run_list(int count, char **commands)
{
	static const char * const standard[] = {
		"fill", "out", "verify", "dirty:2", "out", "verify", NULL
	};

	for (unsigned long round = 0; round < opt.rounds; round++) {
		for (int i = 0; i < count; i++)
			run_or_end(commands[i]);
		for (int i = 0; !count && standard[i]; i++)
			run_or_end(standard[i]);
	}
}

/* set up */

static void usage(void)
{
	fputs(usage_text, stderr);
	exit(USAGE);
}

static unsigned long number(const char *text, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (*end || end == text || value < min || value > max)
		usage();
	return value;
}

static enum kind kind_named(const char *name)
{
	for (enum kind kind = TEXT; kind <= HALF; kind++)
		if (!strcmp(kinds[kind], name))
			return kind;
	usage();
	return MIXED;
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "m:k:s:r:j:t:g:SHbxT:")) != -1) {
		switch (option) {
		case 'm':
			opt.mib = number(optarg, 1, 1UL << 20);
			break;
		case 'k':
			opt.kind = kind_named(optarg);
			break;
		case 's':
			opt.seed = number(optarg, 0, UINT32_MAX);
			break;
		case 'r':
			opt.rounds = number(optarg, 1, UINT32_MAX);
			break;
		case 'j':
			opt.procs = number(optarg, 1, 256);
			break;
		case 't':
			opt.threads = number(optarg, 1, MAX_THREADS);
			break;
		case 'g':
			opt.cgroup = optarg;
			break;
		case 'S':
			opt.shared = true;
			break;
		case 'H':
			opt.huge = true;
			break;
		case 'b':
			opt.sigbus_ok = true;
			break;
		case 'x':
			opt.program = true;
			break;
		case 'T':
			opt.timeout = number(optarg, 1, 86400);
			break;
		default:
			usage();
		}
	}
}

static void on_alarm(int sig)
{
	static const char text[] = "swaphog: out of time\n";

	(void)sig;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(SYSTEM);
	_exit(SYSTEM);
}

static void set_handlers(void)
{
	struct sigaction sigbus = { .sa_handler = on_sigbus, .sa_flags = SA_NODEFER };
	struct sigaction timeout = { .sa_handler = on_alarm };

	sigaction(SIGBUS, &sigbus, NULL);
	sigaction(SIGALRM, &timeout, NULL);
	alarm(opt.timeout);
}

static void join_cgroup(void)
{
	if (opt.cgroup && !write_in_cgroup("cgroup.procs", "0"))
		trouble(opt.cgroup, strerror(errno));
}

/* Everything but the tested memory stays in: a failing load must hit nothing else. */
static void prepare(void)
{
	mem_len = opt.mib << 20;
	pages = mem_len / PAGE;
	generation = calloc(pages, sizeof(*generation));
	hit_sigbus = calloc(pages, sizeof(*hit_sigbus));
	residence = calloc(pages, sizeof(*residence));
	if (!generation || !hit_sigbus || !residence) {
		trouble("memory", "none");
		exit(SYSTEM);
	}
	if (mlockall(MCL_CURRENT))
		fprintf(stderr, "swaphog: mlockall: %s\n", strerror(errno));
}

static void run_process(int count, char **commands)
{
	set_handlers();
	prepare();
	run_list(count, commands);
	exit(worst);
}

static void run_program(char **argv)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)) {
		trouble("giving up root", strerror(errno));
		exit(SYSTEM);
	}
	execvp(argv[0], argv);
	trouble(argv[0], strerror(errno));
	exit(SYSTEM);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	if (opt.program)
		run_program(argv + optind);
	join_cgroup();
	if (opt.procs == 1)
		run_process(argc - optind, argv + optind);
	for (unsigned long i = 0; i < opt.procs; i++, opt.seed++) {
		switch (fork()) {
		case -1:
			trouble("fork", strerror(errno));
			exit(SYSTEM);
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run_process(argc - optind, argv + optind);
		}
	}
	/* The others end with this one. */
	while (opt.procs-- && !worst)
		wait_children(1);
	return worst;
}
