// SPDX-License-Identifier: GPL-2.0-only
/*
 * frontswap - show the statistics of frontswap backends, one row per backend
 *
 * Reads /sys/kernel/mm/frontswap/<backend>/, the statistics that some backends
 * provide in /sys/kernel/mm/frontswap_<backend>/ or, on block devices, in
 * /sys/kernel/mm/frontswap_bdev/<backend>/, and /proc/swaps.
 *
 * A backend may be unregistered at any time, and other kernels may lack some
 * files. A value that cannot be read or is malformed is unknown, and shown as
 * "-".
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#define MM_DIR		"/sys/kernel/mm"
#define NAME_LEN	(NAME_MAX + 1)
#define CELL_LEN	(4 * NAME_LEN)	/* a name with each byte escaped */
#define UNKNOWN		"-"
#define DRAINING	"draining"

enum status {
	FINE = 0,
	FAILED = 1,
	USAGE = 2,
};

static const char usage_text[] =
"Usage: frontswap [options]\n"
"Show the frontswap backends, in the order in which pages are offered.\n"
"\n"
"  -b, --bytes          print sizes in bytes, not in units of 1024 (K, M, G, T)\n"
"  -p, --parsable       for scripts: print a line of key=value for each backend,\n"
"                       and a line for the swap areas; sizes are in bytes\n"
"  -w, --watch SECONDS  repeat every SECONDS seconds\n"
"      --root DIR       read DIR/sys and DIR/proc\n"
"  -h, --help           show this help\n"
"\n"
"Unknown values are shown as \"-\". Exit status: 0; 1 if the kernel has no\n"
"frontswap for loadable backends, or sysfs cannot be read; 2 for invalid\n"
"arguments.\n";

static struct {
	bool bytes;
	bool parsable;
	unsigned int watch;
	const char *root;
} opt = {
	.root = "",
};

/* Files of the core, files of the backend, and values computed from both. */
enum figure {
	STORED_PAGES,
	STORES,
	REJECTED_STORES,
	LOADS,
	LOAD_ERRORS,
	INVALIDATES,
	FIRST_OWN,
	HELD_PAGES = FIRST_OWN,
	SAME_FILLED_PAGES,
	COMPRESSED_BYTES,
	POOL_BYTES,
	LIMIT_BYTES,
	FULL,
	INDEX_BYTES,
	REJECT_COMPRESS_POOR,
	REJECT_ALLOC_FAIL,
	REJECT_LIMIT,
	REJECT_MEMCG,
	WRITTEN_BACK_PAGES,
	DECOMPRESS_ERRORS,
	NR_FILES,
	STORED_BYTES = NR_FILES,
	HELD_BYTES,
	OFFERED,
	NR_FIGURES
};

static const char * const files[NR_FILES] = {
	[STORED_PAGES] = "stored_pages",
	[STORES] = "stores",
	[REJECTED_STORES] = "rejected_stores",
	[LOADS] = "loads",
	[LOAD_ERRORS] = "load_errors",
	[INVALIDATES] = "invalidates",
	[HELD_PAGES] = "stored_pages",
	[SAME_FILLED_PAGES] = "same_filled_pages",
	[COMPRESSED_BYTES] = "compressed_bytes",
	[POOL_BYTES] = "pool_bytes",
	[LIMIT_BYTES] = "limit_bytes",
	[FULL] = "full",
	[INDEX_BYTES] = "index_bytes",
	[REJECT_COMPRESS_POOR] = "reject_compress_poor",
	[REJECT_ALLOC_FAIL] = "reject_alloc_fail",
	[REJECT_LIMIT] = "reject_limit",
	[REJECT_MEMCG] = "reject_memcg",
	[WRITTEN_BACK_PAGES] = "written_back_pages",
	[DECOMPRESS_ERRORS] = "decompress_errors",
};

struct number {
	bool known;
	unsigned long long n;
};

struct backend {
	char name[NAME_LEN];
	char state[16];
	bool has_priority;
	long long priority;
	struct number figure[NR_FIGURES];
};

struct swap_areas {
	struct number size;
	struct number used;
};

static noreturn void die(enum status status, const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "frontswap: %s: %s\n", what, why);
	exit(status);
}

/* Numbers: the result of an overflow or of an unknown operand is unknown. */

static struct number known(unsigned long long n)
{
	return (struct number) { .known = true, .n = n };
}

static struct number add(struct number a, struct number b)
{
	struct number sum = { .known = a.known && b.known };

	if (__builtin_add_overflow(a.n, b.n, &sum.n))
		sum.known = false;
	return sum;
}

static struct number multiply(struct number a, unsigned long long factor)
{
	struct number product = { .known = a.known };

	if (__builtin_mul_overflow(a.n, factor, &product.n))
		product.known = false;
	return product;
}

static struct number in_bytes(struct number pages)
{
	return multiply(pages, sysconf(_SC_PAGESIZE));
}

/* Digits only, without a sign. */
static struct number parse_number(const char *text)
{
	struct number number = { .known = false };
	char *end;

	if (!isdigit((unsigned char)*text))
		return number;
	errno = 0;
	number.n = strtoull(text, &end, 10);
	number.known = !errno && !*end;
	return number;
}

/* Reading */

static int open_dir(int dir, const char *path)
{
	return openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_dir(int dir)
{
	if (dir >= 0)
		close(dir);
}

/* Read a file as a string. O_NONBLOCK: do not wait for the writer of a pipe. */
static ssize_t read_file(int dir, const char *path, char *buf, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, buf, size - 1);
	close(fd);
	if (len >= 0)
		buf[len] = '\0';
	return len;
}

/* Read a file of a single line, which must fit into @buf. */
static bool read_line(int dir, const char *path, char *buf, size_t size)
{
	ssize_t len = read_file(dir, path, buf, size);

	if (len <= 0 || len == (ssize_t)size - 1)
		return false;
	if (buf[len - 1] == '\n')
		buf[--len] = '\0';
	return len && strlen(buf) == (size_t)len;
}

static struct number read_number(int dir, const char *path)
{
	char text[32];

	if (!read_line(dir, path, text, sizeof(text)))
		return (struct number) { .known = false };
	return parse_number(text);
}

static void read_priority(int dir, struct backend *b)
{
	char text[32];
	struct number size;
	bool negative;

	if (!read_line(dir, "priority", text, sizeof(text)))
		return;
	negative = *text == '-';
	size = parse_number(text + negative);
	if (!size.known || size.n > (unsigned long long)INT_MAX + negative)
		return;
	b->has_priority = true;
	b->priority = negative ? -(long long)size.n : (long long)size.n;
}

static void read_state(int dir, struct backend *b)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

	if (!read_line(dir, "state", b->state, sizeof(b->state)) ||
	    strspn(b->state, letters) != strlen(b->state))
		snprintf(b->state, sizeof(b->state), UNKNOWN);
}

/* Backends */

static void read_backend(int mm, struct backend *b)
{
	struct number *figure = b->figure;
	char path[NAME_LEN + 16];
	int core, own, i;

	snprintf(path, sizeof(path), "frontswap/%s", b->name);
	core = open_dir(mm, path);
	snprintf(path, sizeof(path), "frontswap_%s", b->name);
	own = open_dir(mm, path);
	if (own < 0) {
		snprintf(path, sizeof(path), "frontswap_bdev/%s", b->name);
		own = open_dir(mm, path);
	}
	read_state(core, b);
	read_priority(core, b);
	for (i = 0; i < NR_FILES; i++)
		figure[i] = read_number(i < FIRST_OWN ? core : own, files[i]);
	close_dir(own);
	close_dir(core);
	figure[STORED_BYTES] = in_bytes(figure[STORED_PAGES]);
	figure[HELD_BYTES] = in_bytes(figure[HELD_PAGES]);
	figure[OFFERED] = add(figure[STORES], figure[REJECTED_STORES]);
}

/*
 * The order in which pages are offered, except among equal priorities: sysfs does
 * not show the order of registration.
 */
static int compare(const void *left, const void *right)
{
	const struct backend *a = left, *b = right;

	if (a->has_priority != b->has_priority)
		return b->has_priority - a->has_priority;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int is_backend(const struct dirent *entry)
{
	return *entry->d_name != '.' &&
		(entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

/* Returns the number of backends. The caller frees the array. */
static int read_backends(struct backend **backends)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int mm, nr, i;

	snprintf(path, sizeof(path), "%s" MM_DIR "/frontswap", opt.root);
	nr = scandir(path, &entries, is_backend, NULL);
	if (nr < 0)
		die(FAILED, path, errno != ENOENT ? strerror(errno) :
		    "not there: this kernel has no frontswap for loadable backends");
	*backends = calloc(nr ?: 1, sizeof(**backends));
	if (!*backends)
		die(FAILED, path, strerror(ENOMEM));
	snprintf(path, sizeof(path), "%s" MM_DIR, opt.root);
	mm = open_dir(AT_FDCWD, path);
	for (i = 0; i < nr; i++) {
		struct backend *b = *backends + i;

		snprintf(b->name, sizeof(b->name), "%s", entries[i]->d_name);
		read_backend(mm, b);
		free(entries[i]);
	}
	free(entries);
	close_dir(mm);
	qsort(*backends, nr, sizeof(**backends), compare);
	return nr;
}

/* Swap areas */

static struct number next_field(char **line)
{
	char *field = strsep(line, " \t\n");

	while (field && !*field)
		field = strsep(line, " \t\n");
	return parse_number(field ?: "");
}

/* Columns: filename, type, size in KiB, used in KiB, priority. */
static void add_area(struct swap_areas *areas, char *line)
{
	next_field(&line);
	next_field(&line);
	areas->size = add(areas->size, multiply(next_field(&line), 1024));
	areas->used = add(areas->used, multiply(next_field(&line), 1024));
}

static struct swap_areas read_areas(void)
{
	struct swap_areas areas = { };
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/swaps", opt.root);
	file = fopen(path, "re");
	if (!file)
		return areas;
	if (getline(&line, &size, file) >= 0) {
		areas.size = known(0);
		areas.used = known(0);
	}
	while (getline(&line, &size, file) >= 0)
		add_area(&areas, line);
	free(line);
	fclose(file);
	return areas;
}

/* Cells of the table: buffers of CELL_LEN bytes */

static void put_text(char *cell, const char *text)
{
	snprintf(cell, CELL_LEN, "%s", text);
}

static void put_number(char *cell, struct number number)
{
	if (number.known)
		snprintf(cell, CELL_LEN, "%llu", number.n);
	else
		put_text(cell, UNKNOWN);
}

static void put_size(char *cell, struct number bytes)
{
	const char *unit = "KMGTPE";
	double size;

	if (!bytes.known || bytes.n < 1024 || opt.bytes || opt.parsable) {
		put_number(cell, bytes);
		return;
	}
	/* 1023.95 would be shown as 1024.0 */
	for (size = bytes.n / 1024.0; size >= 1023.95; size /= 1024)
		unit++;
	snprintf(cell, CELL_LEN, "%.1f%c", size, *unit);
}

static void put_ratio(char *cell, const struct backend *b)
{
	struct number held = b->figure[HELD_BYTES];
	struct number pool = b->figure[POOL_BYTES];

	if (held.known && pool.known && pool.n)
		snprintf(cell, CELL_LEN, "%.2f", (double)held.n / pool.n);
	else
		put_text(cell, UNKNOWN);
}

static void put_percent(char *cell, const struct backend *b)
{
	struct number rejected = b->figure[REJECTED_STORES];
	struct number offered = b->figure[OFFERED];

	if (offered.known && offered.n)
		snprintf(cell, CELL_LEN, "%.1f", 100.0 * rejected.n / offered.n);
	else
		put_text(cell, UNKNOWN);
}

static void put_full(char *cell, struct number full)
{
	if (full.known && full.n <= 1)
		put_text(cell, full.n ? "yes" : "no");
	else
		put_text(cell, UNKNOWN);
}

static void put_priority(char *cell, const struct backend *b)
{
	if (b->has_priority)
		snprintf(cell, CELL_LEN, "%lld", b->priority);
	else
		put_text(cell, UNKNOWN);
}

/* Escape blanks and unprintable bytes as /proc/swaps does: \040. */
static void put_name(char *cell, const struct backend *b)
{
	const unsigned char *c = (const unsigned char *)b->name;

	for (; *c; c++) {
		if (*c > ' ' && *c < 0x7f && *c != '\\')
			*cell++ = *c;
		else
			cell += sprintf(cell, "\\%03o", *c);
	}
	*cell = '\0';
}

/* The table. The first columns are text, aligned to the left. */
#define NR_LEFT		2
#define NR_COLUMNS	13

static const char * const titles[NR_COLUMNS] = {
	"NAME", "STATE", "PRIO", "STORED", "POOL", "LIMIT", "RATIO", "FULL",
	"STORES", "REJECTED", "REJ%", "LOADS", "ERRORS",
};

static void make_row(char row[NR_COLUMNS][CELL_LEN], const struct backend *b)
{
	const struct number *figure = b->figure;

	put_name(*row++, b);
	put_text(*row++, b->state);
	put_priority(*row++, b);
	put_size(*row++, figure[STORED_BYTES]);
	put_size(*row++, figure[POOL_BYTES]);
	put_size(*row++, figure[LIMIT_BYTES]);
	put_ratio(*row++, b);
	put_full(*row++, figure[FULL]);
	put_number(*row++, figure[STORES]);
	put_number(*row++, figure[REJECTED_STORES]);
	put_percent(*row++, b);
	put_number(*row++, figure[LOADS]);
	put_number(*row++, figure[LOAD_ERRORS]);
}

static void widen(int width[NR_COLUMNS], char row[NR_COLUMNS][CELL_LEN])
{
	size_t i;

	for (i = 0; i < NR_COLUMNS; i++)
		if ((int)strlen(row[i]) > width[i])
			width[i] = strlen(row[i]);
}

static void print_row(const int width[NR_COLUMNS],
		      char row[NR_COLUMNS][CELL_LEN])
{
	size_t i;

	for (i = 0; i < NR_COLUMNS; i++)
		printf("%s%*s", i ? " " : "",
		       i < NR_LEFT ? -width[i] : width[i], row[i]);
	putchar('\n');
}

static void print_drain(const struct backend *b)
{
	char name[CELL_LEN], left[CELL_LEN];

	if (strcmp(b->state, DRAINING))
		return;
	put_name(name, b);
	put_number(left, b->figure[STORED_PAGES]);
	printf("%s: draining, %s pages left\n", name, left);
}

static void print_table(const struct backend *backends, int nr)
{
	char title[NR_COLUMNS][CELL_LEN], row[NR_COLUMNS][CELL_LEN];
	int width[NR_COLUMNS] = { 0 };
	size_t i;
	int k;

	for (i = 0; i < NR_COLUMNS; i++)
		put_text(title[i], titles[i]);
	widen(width, title);
	for (k = 0; k < nr; k++) {
		make_row(row, &backends[k]);
		widen(width, row);
	}
	print_row(width, title);
	for (k = 0; k < nr; k++) {
		make_row(row, &backends[k]);
		print_row(width, row);
	}
	for (k = 0; k < nr; k++)
		print_drain(&backends[k]);
}

static struct number sum_stored(const struct backend *backends, int nr)
{
	struct number sum = known(0);
	int i;

	for (i = 0; i < nr; i++)
		sum = add(sum, backends[i].figure[STORED_BYTES]);
	return sum;
}

static void print_areas(struct number stored)
{
	struct swap_areas areas = read_areas();
	char size[CELL_LEN], used[CELL_LEN], in_backends[CELL_LEN];

	put_size(size, areas.size);
	put_size(used, areas.used);
	put_size(in_backends, stored);
	if (opt.parsable)
		printf("swap_size_bytes=%s swap_used_bytes=%s in_backends_bytes=%s\n",
		       size, used, in_backends);
	else
		printf("swap: %s of %s used, %s of that in backends\n", used,
		       size, in_backends);
}

static void print_keys(const struct backend *b)
{
	char cell[CELL_LEN];
	int i;

	put_name(cell, b);
	printf("backend=%s state=%s", cell, b->state);
	put_priority(cell, b);
	printf(" priority=%s", cell);
	put_number(cell, b->figure[STORED_BYTES]);
	printf(" stored_bytes=%s", cell);
	for (i = 0; i < NR_FILES; i++) {
		if (i == HELD_PAGES)
			continue;
		put_number(cell, b->figure[i]);
		printf(" %s=%s", files[i], cell);
	}
	put_ratio(cell, b);
	printf(" ratio=%s\n", cell);
}

static void report(void)
{
	struct backend *backends;
	int nr = read_backends(&backends);
	int i;

	if (opt.parsable) {
		for (i = 0; i < nr; i++)
			print_keys(&backends[i]);
	} else if (nr) {
		print_table(backends, nr);
	} else {
		puts("no backend is registered");
	}
	print_areas(sum_stored(backends, nr));
	free(backends);
	if (fflush(stdout))
		die(FAILED, "standard output", strerror(errno));
}

static unsigned int parse_seconds(const char *text)
{
	struct number number = parse_number(text);

	if (!number.known || !number.n || number.n > INT_MAX)
		die(USAGE, text, "not a number of seconds");
	return number.n;
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "bytes", no_argument, NULL, 'b' },
		{ "parsable", no_argument, NULL, 'p' },
		{ "watch", required_argument, NULL, 'w' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "bpw:h", options, NULL)) != -1) {
		switch (option) {
		case 'b':
			opt.bytes = true;
			break;
		case 'p':
			opt.parsable = true;
			break;
		case 'w':
			opt.watch = parse_seconds(optarg);
			break;
		case 'r':
			opt.root = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(FINE);
		default:
			exit(USAGE);
		}
	}
	if (optind < argc)
		die(USAGE, argv[optind], "unexpected argument");
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	report();
	while (opt.watch) {
		sleep(opt.watch);
		putchar('\n');
		report();
	}
	return FINE;
}
