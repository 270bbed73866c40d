/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stores and loads in flight: shared by mm/frontswap_io*.c
 */
#ifndef _MM_FRONTSWAP_IO_H
#define _MM_FRONTSWAP_IO_H

#include "frontswap_internal.h"

#define IO_BUSY		BIT(0)
#define IO_COPYING	BIT(1)
#define IO_FAILED	BIT(2)
#define IO_DEVICE	BIT(3)
#define IO_BEGIN	BIT(4)

/* io->flags */
#define IO_STORE	BIT(0)

#define DEFAULT_DEPTH	64U
#define MAX_DEPTH	4096U
#define STORE_WAIT	(HZ / 10)
#define MAX_ERRORS	8	/* in a row, then stores pause */
#define MAX_PAUSE	(64 * HZ)
#define FAILED_BATCH	32
#define ABANDON_WAIT	(5 * HZ)

/* Made when the first asynchronous backend is registered. */
extern struct workqueue_struct *frontswap_io_wq;

/* mm/frontswap_io_pool.c */
void frontswap_io_changed(struct frontswap_ios *ios);
void frontswap_io_error(struct frontswap_ios *ios);
void frontswap_io_success(struct frontswap_ios *ios);
bool frontswap_io_admits(struct frontswap_ios *ios);
struct hlist_head *frontswap_io_bucket(struct frontswap_ios *ios,
				       unsigned int type, pgoff_t offset);
struct frontswap_io *frontswap_io_find(struct frontswap_ios *ios,
				       unsigned int type, pgoff_t offset,
				       u8 flags);
bool frontswap_io_in_flight(struct frontswap_ios *ios, unsigned int type,
			    pgoff_t offset);
struct frontswap_io *
frontswap_io_get(struct frontswap_ios *ios, unsigned int keep, long timeout,
		 swp_entry_t entry, struct page *reader,
		 struct frontswap_waiter *waiter);
void frontswap_io_put(struct frontswap_io *io, u8 bit);
void frontswap_io_drop(struct frontswap_io *io, u8 bit);
struct page *frontswap_io_take_reader(struct frontswap_io *io,
				      struct frontswap_waiter **waiter);

/* mm/frontswap_io.c */
void frontswap_io_finish(struct frontswap_io *io, struct page *page,
			 struct frontswap_waiter *waiter, int err);

static inline unsigned long frontswap_io_deadline(const struct frontswap_ios *ios)
{
	unsigned int ms = READ_ONCE(ios->deadline_ms);

	return ms ? msecs_to_jiffies(ms) : MAX_SCHEDULE_TIMEOUT;
}

#endif /* _MM_FRONTSWAP_IO_H */
