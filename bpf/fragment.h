/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * IP fragments: only the first has ports. It goes its way like any packet, and those behind it follow it, as long as
 * Linux would wait for them. One that comes before its first is dropped: there is no place here to keep it.
 */
#ifndef DROVER_FRAGMENT_H
#define DROVER_FRAGMENT_H

#include "connection.h"

static __always_inline struct fragment_key fragment_key_of(const struct flow *flow)
{
	struct fragment_key key = {
		.source = {flow->client[0], flow->client[1]},
		.destination = {flow->vip[0], flow->vip[1]},
		.id = flow->fragment_id,
		/* IPv6's identification is of the pair of addresses, and later fragments may name another next header. */
		.protocol = is_ipv4(flow->client) ? flow->protocol : IPPROTO_FRAGMENT,
	};

	return key;
}

/* The packet in hand is a first fragment and has found its server. */
__noinline int remember_fragment(__u32 record)
{
	struct fragment_value value = {.record = record, .tick = tick_now()};
	struct flow *flow = flow_now();
	struct fragment_key key;

	if (!flow)
		return 0;
	value.service = flow->service;
	key = fragment_key_of(flow);
	return bpf_map_update_elem(&fragments, &key, &value, BPF_ANY);
}

/* VERDICT_COUNT with flow->record: after its first fragment. */
static __always_inline enum drover_verdict later_fragment(struct flow *flow)
{
	struct settings *all = settings_now();
	struct fragment_key key = fragment_key_of(flow);
	struct fragment_value *first;

	if (!is_vip(flow->vip))
		return VERDICT_no_vip;
	first = bpf_map_lookup_elem(&fragments, &key);
	if (!first || ((tick_now() - first->tick) & TICK_MASK) > all->fragment_life)
		return VERDICT_fragment_alone;
	flow->service = first->service;
	flow->record = first->record;
	flow->sent = VERDICT_fragment;
	return VERDICT_COUNT;
}

#endif
