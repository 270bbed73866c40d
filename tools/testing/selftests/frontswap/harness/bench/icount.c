// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin for QEMU's TCG (plugin API 1, QEMU 7.2): counts what the guest
 * executes between two marks, each the address of a function.
 *
 *   -plugin icount.so,out=FILE,begin=A,end=A[,irq=A+A...,iret=A][,prof=PREFIX]
 *           [,path=A+A+...]
 *
 * A line per window goes to FILE: number, all instructions, those executed from
 * an entry in irq= to iret=, those of user space, locked instructions outside of
 * interrupts, instructions from the first address of path= to the second, and so
 * on. With prof=, PREFIX.N gets "address count" for each window N.
 *
 * Debian's QEMU comes without qemu-plugin.h, so what is used of it is declared.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void insn_cb(unsigned int vcpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
		void (*cb)(plugin_id id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
		int op, void *counter, uint64_t add);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		insn_cb *cb, int flags, void *data);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define SLOTS	(1U << 21)
#define MARKS	16

struct count {
	uint64_t addr, n, base;
};

static struct count *table;
static uint64_t used, total, user, locked, in_path;
static uint64_t total0, user0, locked0, path0, irq_start, irq_total, irq_locked;
static uint64_t begins[MARKS], ends[MARKS], irqs[MARKS], irets[MARKS];
static uint64_t path[MARKS];
static bool in_window, in_irq;
static unsigned int window;
static const char *prof;
static FILE *out;

static struct count *count_of(uint64_t addr)
{
	uint64_t slot = (addr * 0x9e3779b97f4a7c15ull) >> 43;

	while (table[slot].addr && table[slot].addr != addr)
		slot = (slot + 1) & (SLOTS - 1);
	if (!table[slot].addr) {
		table[slot].addr = addr;
		if (++used > SLOTS / 4 * 3)
			abort();
	}
	return &table[slot];
}

static void on_begin(unsigned int vcpu, void *data)
{
	if (prof)
		for (unsigned int i = 0; i < SLOTS; i++)
			table[i].base = table[i].n;
	total0 = total;
	user0 = user;
	locked0 = locked;
	path0 = in_path;
	irq_total = 0;
	irq_locked = 0;
	in_irq = false;
	in_window = true;
}

static void write_profile(void)
{
	char name[512];
	FILE *f;

	snprintf(name, sizeof(name), "%s.%u", prof, window);
	f = fopen(name, "w");
	if (!f)
		abort();
	fprintf(f, "0 %llu\n", (unsigned long long)(user - user0));
	for (unsigned int i = 0; i < SLOTS; i++)
		if (table[i].n != table[i].base)
			fprintf(f, "%llx %llu\n",
				(unsigned long long)table[i].addr,
				(unsigned long long)(table[i].n - table[i].base));
	fclose(f);
}

static void on_end(unsigned int vcpu, void *data)
{
	if (!in_window)
		return;
	in_window = false;
	if (prof)
		write_profile();
	fprintf(out, "%u %llu %llu %llu %llu %llu\n", window,
		(unsigned long long)(total - total0),
		(unsigned long long)irq_total,
		(unsigned long long)(user - user0),
		(unsigned long long)(locked - locked0 - irq_locked),
		(unsigned long long)(in_path - path0));
	fflush(out);
	window++;
}

/* The count of an instruction is raised before its callback, or after: no matter. */
static void on_irq(unsigned int vcpu, void *data)
{
	if (in_irq)
		return;
	in_irq = true;
	irq_start = total;
	irq_locked -= locked;
}

static void on_iret(unsigned int vcpu, void *data)
{
	if (!in_irq)
		return;
	in_irq = false;
	irq_total += total - irq_start;
	irq_locked += locked;
}

static bool is_prefix(uint8_t byte)
{
	return byte && strchr("\x26\x2e\x36\x3e\x64\x65\x66\x67\xf2\xf3", byte);
}

/* A lock prefix, or an exchange with memory, which locks without one. */
static bool is_locked(const uint8_t *p, size_t size)
{
	size_t i = 0;

	while (i < size && is_prefix(p[i]))
		i++;
	if (i < size && p[i] == 0xf0)
		return true;
	if (i < size && (p[i] & 0xf0) == 0x40)
		i++;
	return i + 1 < size && (p[i] & 0xfe) == 0x86 && p[i + 1] >> 6 != 3;
}

static void at(const uint64_t *marks, uint64_t addr,
	       struct qemu_plugin_insn *insn, insn_cb *cb)
{
	for (int i = 0; i < MARKS && marks[i]; i++)
		if (marks[i] == addr)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, 0, NULL);
}

static void add(struct qemu_plugin_insn *insn, uint64_t *counter)
{
	qemu_plugin_register_vcpu_insn_exec_inline(insn, 0, counter, 1);
}

static bool is_in_path(uint64_t addr)
{
	for (int i = 0; i < MARKS && path[i]; i += 2)
		if (addr >= path[i] && addr < path[i + 1])
			return true;
	return false;
}

static void on_insn(struct qemu_plugin_insn *insn)
{
	uint64_t addr = qemu_plugin_insn_vaddr(insn);

	at(begins, addr, insn, on_begin);
	at(ends, addr, insn, on_end);
	at(irqs, addr, insn, on_irq);
	at(irets, addr, insn, on_iret);
	add(insn, &total);
	if (!(addr >> 47))
		add(insn, &user);
	else if (prof)
		add(insn, &count_of(addr)->n);
	if (is_in_path(addr))
		add(insn, &in_path);
	if (is_locked(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn)))
		add(insn, &locked);
}

static void on_block(plugin_id id, struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		on_insn(qemu_plugin_tb_get_insn(tb, i));
}

static void set_marks(uint64_t *marks, char *list)
{
	int i = 0;

	for (char *a = strtok(list, "+"); a && i < MARKS - 1; a = strtok(NULL, "+"))
		marks[i++] = strtoull(a, NULL, 16);
}

__attribute__((visibility("default")))
int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		char *value = strdup(strchr(argv[i], '=') + 1);

		if (!strncmp(argv[i], "begin=", 6))
			set_marks(begins, value);
		else if (!strncmp(argv[i], "end=", 4))
			set_marks(ends, value);
		else if (!strncmp(argv[i], "irq=", 4))
			set_marks(irqs, value);
		else if (!strncmp(argv[i], "iret=", 5))
			set_marks(irets, value);
		else if (!strncmp(argv[i], "path=", 5))
			set_marks(path, value);
		else if (!strncmp(argv[i], "prof=", 5))
			prof = value;
		else if (!strncmp(argv[i], "out=", 4))
			out = fopen(value, "w");
		else
			return -1;
	}
	table = calloc(SLOTS, sizeof(*table));
	if (!out || !table)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
	return 0;
}
