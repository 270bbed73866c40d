// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit model checker of frontswap
 *
 * Runs all operations in all orders, over two swap types with one slot each and
 * two backends, on the core and on a model, and compares return values, calls
 * and counters. The model has few states, so one long walk tries each operation
 * in each reachable state. A second test runs all short sequences.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "frontswap_test.h"

enum op_kind {
	OP_SWAPON, OP_SWAPOFF, OP_REGISTER, OP_UNREGISTER, OP_ENABLE, OP_DISABLE,
	OP_STORE, OP_LOAD, OP_LOAD_EXCLUSIVE, OP_INVALIDATE, OP_EVICT, OP_REJECT,
	NR_OP_KINDS
};

#define NR_OPS		(2 * NR_OP_KINDS)
#define SLOT		5
#define NO_HOLDER		2
#define MAX_CODE	2048

struct model {
	u8 on[2];
	u8 nr;			/* number of registered backends */
	u8 order[2];		/* their store order */
	u8 attached[2];
	u8 holder[2];		/* backend that holds each type's slot */
	u8 rejects[2];
	u64 value[2];
	char log[128];
	size_t len;
};

/* Append an expected call to the log of the model. */
static void expect(struct model *m, int who, char what, int type)
{
	m->len += scnprintf(m->log + m->len, sizeof(m->log) - m->len,
			    strchr("ix", what) ? "%s%c%c%d" : "%s%c%c%d:%d",
			    m->len ? " " : "", 'A' + who, what, type, SLOT);
}

/* Values are not part of the state: the behaviour does not depend on them. */
static unsigned int encode(const struct model *m)
{
	unsigned int order = !m->nr ? 0 : m->nr == 1 ? 1 + m->order[0] :
							3 + m->order[0];
	unsigned int type, code = order;

	for (type = 0; type < 2; type++)
		code = code * 4 + (m->on[type] ? 1 + m->holder[type] : 0);
	code = code * 4 + m->attached[0] * 2 + m->attached[1];
	return code * 4 + m->rejects[0] * 2 + m->rejects[1];
}

static bool model_is_registered(const struct model *m, int who)
{
	return (m->nr > 0 && m->order[0] == who) ||
	       (m->nr > 1 && m->order[1] == who);
}

/* The swap code never swaps a type on twice, nor off when it is off. */
static bool model_allows(const struct model *m, int op)
{
	switch (op / 2) {
	case OP_SWAPON:
		return !m->on[op & 1];
	case OP_SWAPOFF:
		return m->on[op & 1];
	default:
		return true;
	}
}

static int model_try_backends(struct model *m, int type, u64 value)
{
	int i;

	m->holder[type] = NO_HOLDER;
	for (i = 0; i < m->nr; i++) {
		if (!m->attached[m->order[i]])
			continue;
		expect(m, m->order[i], 's', type);
		if (!m->rejects[m->order[i]]) {
			m->holder[type] = m->order[i];
			m->value[type] = value;
			return 0;
		}
	}
	return -ENOSPC;
}

static int model_store(struct model *m, int type, u64 value)
{
	if (!m->on[type])
		return -ENOSPC;
	if (m->holder[type] != NO_HOLDER)
		expect(m, m->holder[type], 'd', type);
	return model_try_backends(m, type, value);
}

static int model_enable(struct model *m, int who)
{
	int type;

	if (!model_is_registered(m, who))
		return -ENOENT;
	for (type = 0; type < 2; type++)
		if (m->on[type] && !m->attached[who])
			expect(m, who, 'i', type);
	m->attached[who] = 1;
	return 0;
}

/* Each page is stored in another backend or written to the device. */
static int model_disable(struct model *m, int who)
{
	int type;

	if (!model_is_registered(m, who))
		return -ENOENT;
	if (!m->attached[who])
		return 0;
	m->attached[who] = 0;
	for (type = 0; type < 2; type++) {
		if (!m->on[type] || m->holder[type] != who)
			continue;
		expect(m, who, 'l', type);
		model_try_backends(m, type, m->value[type]);
		expect(m, who, 'd', type);
	}
	for (type = 1; type >= 0; type--)
		if (m->on[type])
			expect(m, who, 'x', type);
	return 0;
}

static int model_evict(struct model *m, int who)
{
	int type, nr = 0;

	if (!model_is_registered(m, who))
		return -ENOENT;
	if (!m->attached[who])
		return -ESHUTDOWN;
	for (type = 0; type < 2; type++) {
		if (!m->on[type] || m->holder[type] != who)
			continue;
		expect(m, who, 'l', type);
		expect(m, who, 'd', type);
		m->holder[type] = NO_HOLDER;
		nr++;
	}
	return nr;
}

static int model_register(struct model *m, int who)
{
	if (model_is_registered(m, who))
		return -EALREADY;
	m->order[1] = m->order[0];
	m->order[0] = who;
	m->nr++;
	return model_enable(m, who);
}

static int model_unregister(struct model *m, int who)
{
	int ret = model_disable(m, who);

	if (ret)
		return ret;
	if (m->order[0] == who)
		m->order[0] = m->order[1];
	m->nr--;
	return 0;
}

static void model_call_attached(struct model *m, char what, int type)
{
	int i;

	for (i = 0; i < m->nr; i++)
		if (m->attached[m->order[i]])
			expect(m, m->order[i], what, type);
}

static int model_apply(struct model *m, int op, u64 value)
{
	int arg = op & 1;

	m->len = 0;
	m->log[0] = '\0';
	switch (op / 2) {
	case OP_SWAPON:
		m->on[arg] = 1;
		m->holder[arg] = NO_HOLDER;
		model_call_attached(m, 'i', arg);
		return 0;
	case OP_SWAPOFF:
		m->on[arg] = 0;
		m->holder[arg] = NO_HOLDER;
		model_call_attached(m, 'x', arg);
		return 0;
	case OP_REGISTER:
		return model_register(m, arg);
	case OP_UNREGISTER:
		return model_unregister(m, arg);
	case OP_ENABLE:
		return model_enable(m, arg);
	case OP_DISABLE:
		return model_disable(m, arg);
	case OP_EVICT:
		return model_evict(m, arg);
	case OP_STORE:
		return model_store(m, arg, value);
	case OP_LOAD:
		if (m->holder[arg] == NO_HOLDER)
			return -ENOENT;
		expect(m, m->holder[arg], 'l', arg);
		return 0;
	case OP_LOAD_EXCLUSIVE:
		if (m->holder[arg] == NO_HOLDER)
			return -ENOENT;
		expect(m, m->holder[arg], 'l', arg);
		expect(m, m->holder[arg], 'd', arg);
		m->holder[arg] = NO_HOLDER;
		return 0;
	case OP_INVALIDATE:
		if (m->holder[arg] != NO_HOLDER)
			expect(m, m->holder[arg], 'd', arg);
		m->holder[arg] = NO_HOLDER;
		return 0;
	default:
		m->rejects[arg] ^= 1;
		return 0;
	}
}

static int evict_all(int who)
{
	int type, ret, nr = 0;

	for (type = 0; type < 2; type++) {
		ret = evict(who, type, SLOT);
		if (ret < 0)
			return ret;
		nr += ret;
	}
	return nr;
}

static int load_exclusive(unsigned int type, u64 *got)
{
	int ret;

	ctx->fake[0].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	ctx->fake[1].load_error = FRONTSWAP_LOAD_EXCLUSIVE;
	ret = load_cached(type, SLOT, got);
	ctx->fake[0].load_error = 0;
	ctx->fake[1].load_error = 0;
	KUNIT_EXPECT_EQ(ctx->test, ctx->was_dirty, ret == 0);
	return ret;
}

static int apply_op(int op, u64 *got)
{
	int arg = op & 1;

	switch (op / 2) {
	case OP_SWAPON:
		return swapon(arg);
	case OP_SWAPOFF:
		swapoff(arg);
		return 0;
	case OP_REGISTER:
		return reg(arg);
	case OP_UNREGISTER:
		return unreg(arg);
	case OP_ENABLE:
		return enable(arg);
	case OP_DISABLE:
		return disable(arg);
	case OP_EVICT:
		return evict_all(arg);
	case OP_STORE:
		return store(arg, SLOT);
	case OP_LOAD:
		return load(arg, SLOT, got);
	case OP_LOAD_EXCLUSIVE:
		return load_exclusive(arg, got);
	case OP_INVALIDATE:
		invalidate(arg, SLOT);
		return 0;
	default:
		ctx->fake[arg].rejects ^= 1;
		return 0;
	}
}

/* The statistics and the count of the static key must match the model. */
static void check_counters(const struct model *m)
{
	int who, type;

	for (who = 0; who < 2; who++) {
		unsigned long held = 0;

		if (!model_is_registered(m, who))
			continue;
		for (type = 0; type < 2; type++)
			held += m->on[type] && m->holder[type] == who;
		KUNIT_EXPECT_EQ(ctx->test, frontswap_stored_pages(backend(who)),
				held);
	}
	KUNIT_EXPECT_EQ(ctx->test, static_key_count(&test_key.key),
			m->attached[0] + m->attached[1]);
}

/* Apply an operation to the model and to the core, and compare. */
static void step(struct model *m, int op)
{
	u64 got = 0;
	int want = model_apply(m, op, ctx->last_value + 1);

	KUNIT_EXPECT_EQ_MSG(ctx->test, apply_op(op, &got), want, "op %d", op);
	if ((op / 2 == OP_LOAD || op / 2 == OP_LOAD_EXCLUSIVE) && !want)
		KUNIT_EXPECT_EQ(ctx->test, got, m->value[op & 1]);
	EXPECT_CALLS(m->log);
	check_counters(m);
}

/**
 * struct walk - state of the walk over all states
 * @tried: Per state, a bit for each operation that was tried.
 * @from: Breadth-first search: predecessor of each state, or 0xffff.
 * @by: Breadth-first search: operation that leads from @from to the state.
 * @queue: Breadth-first search: states to expand.
 * @path: Operations to the nearest state with an untried operation, last first.
 */
struct walk {
	u32 tried[MAX_CODE];
	u16 from[MAX_CODE];
	u8 by[MAX_CODE];
	struct model queue[MAX_CODE];
	u8 path[64];
};

/* An operation that was not tried in this state, or -1. */
static int untried(const struct walk *w, const struct model *m)
{
	int op;

	for (op = 0; op < NR_OPS; op++)
		if (model_allows(m, op) && !(w->tried[encode(m)] & BIT(op)))
			return op;
	return -1;
}

/*
 * Find the shortest path from @start to a state with an untried operation.
 * Returns the length of the path, or -1 if all reachable states are complete.
 */
static int find_path(struct walk *w, const struct model *start)
{
	unsigned int head = 0, tail = 0, code;
	int op, len = 0;

	memset(w->from, 0xff, sizeof(w->from));
	w->queue[tail++] = *start;
	w->from[encode(start)] = encode(start);
	while (head < tail && untried(w, &w->queue[head]) < 0) {
		for (op = 0; op < NR_OPS; op++) {
			struct model *next = &w->queue[tail];

			if (!model_allows(&w->queue[head], op))
				continue;
			*next = w->queue[head];
			model_apply(next, op, 0);
			code = encode(next);
			if (w->from[code] != 0xffff)
				continue;
			w->from[code] = encode(&w->queue[head]);
			w->by[code] = op;
			tail++;
		}
		head++;
	}
	if (head == tail)
		return -1;
	for (code = encode(&w->queue[head]); code != encode(start);
	     code = w->from[code])
		w->path[len++] = w->by[code];
	return len;
}

static void setup_model(void)
{
	ctx->reg.quiet = true;
	ctx->reg.drain = fake_drain;
	ctx->fake[0].ops.flags |= FRONTSWAP_EXCLUSIVE_LOADS;
	ctx->fake[1].ops.flags |= FRONTSWAP_EXCLUSIVE_LOADS;
}

static void every_operation_in_every_state(struct kunit *test)
{
	struct walk *w = kvzalloc(sizeof(*w), GFP_KERNEL);
	struct model m = { .holder = { NO_HOLDER, NO_HOLDER } };
	unsigned int steps = 0, pairs = 0, states = 0;
	int op, len, i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	setup_model();
	while ((len = find_path(w, &m)) >= 0) {
		while (len--) {
			step(&m, w->path[len]);
			steps++;
		}
		op = untried(w, &m);
		w->tried[encode(&m)] |= BIT(op);
		step(&m, op);
		steps++;
		cond_resched();
	}
	for (i = 0; i < MAX_CODE; i++) {
		pairs += hweight32(w->tried[i]);
		states += !!w->tried[i];
	}
	kunit_info(test, "%u states, %u pairs of state and operation, %u steps\n",
		   states, pairs, steps);
	/*
	 * With k attached backends, each type is off, has no holder, or has one
	 * of k holders: (2 + k)^2 states. Registered: none; A or B, with k = 0
	 * or 1; A and B in two orders, with k = 0, 1, 1 or 2.
	 */
	KUNIT_EXPECT_EQ(test, states,
			4u * (4 + 2 * (4 + 9) + 2 * (4 + 9 + 9 + 16)));
	kvfree(w);
}

/* Short histories may reach states that the model does not distinguish. */
static void every_short_sequence(struct kunit *test)
{
	const int depth = 4; /* 331,776 sequences */
	unsigned int seq, all = 1;
	int i;

	if (IS_ENABLED(CONFIG_SMP))
		kunit_skip(test, "too many grace periods: run on UML");
	setup_model();
	for (i = 0; i < depth; i++)
		all *= NR_OPS;
	for (seq = 0; seq < all; seq++) {
		struct model m = { .holder = { NO_HOLDER, NO_HOLDER } };
		unsigned int rest = seq;

		for (i = 0; i < depth; i++, rest /= NR_OPS)
			if (model_allows(&m, rest % NR_OPS))
				step(&m, rest % NR_OPS);
		for (i = 0; i < 2; i++) {
			if (m.on[i])
				step(&m, 2 * OP_SWAPOFF + i);
			if (m.rejects[i])
				step(&m, 2 * OP_REJECT + i);
		}
		for (i = 0; i < 2; i++)
			if (model_is_registered(&m, i))
				step(&m, 2 * OP_UNREGISTER + i);
		cond_resched();
	}
}

static struct kunit_case frontswap_model_test_cases[] = {
	KUNIT_CASE(every_operation_in_every_state),
	KUNIT_CASE(every_short_sequence),
	{}
};

static struct kunit_suite frontswap_model_test_suite = {
	.name = "frontswap_model",
	.init = frontswap_test_init,
	.exit = frontswap_test_exit,
	.test_cases = frontswap_model_test_cases,
};
kunit_test_suite(frontswap_model_test_suite);
