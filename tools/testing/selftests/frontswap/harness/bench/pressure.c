// SPDX-License-Identifier: GPL-2.0-only
/*
 * pressure FILE COLUMN COMMAND...: runs the command, and meanwhile looks at a
 * number in FILE, ten times a second. "-" is no file. This program stays in
 * memory, so it is not what the shortage of memory slows down. Says, in the end:
 *
 *   T NANOSECONDS      the time of the command
 *   P MOST MEAN        of the number
 *
 * Exit status: that of the command.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS	100000000L

static uint64_t most, sum, samples;
static sigset_t child;

static void fail(const char *what)
{
	printf("ERROR pressure: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* A file of debugfs cannot be read twice. */
static void sample(const char *file, int column)
{
	static char buf[512];
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);
	uint64_t value = 0;
	char *p = buf;

	if (n < 0)
		fail(file);
	close(fd);
	buf[n] = 0;
	while (column--)
		value = strtoull(p, &p, 10);
	if (value > most)
		most = value;
	sum += value;
	samples++;
}

static pid_t begin(char **command)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid) {
		sigprocmask(SIG_UNBLOCK, &child, NULL);
		execv(command[0], command);
		fail(command[0]);
	}
	return pid;
}

int main(int argc, char **argv)
{
	struct timespec period = { .tv_nsec = PERIOD_NS };
	int status;
	uint64_t start;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4)
		return 2;
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		fail("mlockall");
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	start = now();
	pid = begin(argv + 3);
	while (!waitpid(pid, &status, WNOHANG)) {
		if (strcmp(argv[1], "-"))
			sample(argv[1], atoi(argv[2]));
		sigtimedwait(&child, NULL, &period);
	}
	printf("T %llu\n", (unsigned long long)(now() - start));
	if (samples)
		printf("P %llu %llu\n", (unsigned long long)most,
		       (unsigned long long)(sum / samples));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
