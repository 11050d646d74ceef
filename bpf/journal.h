/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Tells the daemon which entries to look at soon, for the peers that shall know of them (contract.h, struct journal_head). */
#ifndef DROVER_JOURNAL_H
#define DROVER_JOURNAL_H

#include "maps.h"

/* The words of a wide key. Nothing is told unless somebody listens. */
static __always_inline void journal_wide(__u64 first, __u64 second, __u64 last)
{
	struct journal_head *head = journal_heads_row(0);
	struct journal_entry *entry;
	__u64 number;

	if (!head->on)
		return;
	number = __sync_fetch_and_add(&head->next, 1);
	entry = journal_row(number & (JOURNAL_ENTRIES - 1));
	*(volatile __u64 *)&entry->number = 0;
	*(volatile __u64 *)&entry->key[0] = first;
	*(volatile __u64 *)&entry->key[1] = second;
	*(volatile __u64 *)&entry->key[2] = last;
	*(volatile __u64 *)&entry->number = number + 1;
}

static __always_inline void journal_key(const __u64 *key, int words)
{
	if (words == NARROW_KEY_WORDS)
		journal_wide(0, narrow_client(key[0]), narrow_last(key[0]));
	else
		journal_wide(key[0], key[1], key[2]);
}

/* An entry that peers shall know of from its beginning: a TCP connection waits for the client's first ACK. */
static __always_inline int is_told_at_once(__u64 meta)
{
	__u32 state = meta_state(meta);

	return meta_flags(meta) & FLAG_TEMPLATE || state == STATE_UDP || state == STATE_ESTABLISHED;
}

#endif
