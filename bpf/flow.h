/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A flow as the table's keys name it. */
#ifndef DROVER_FLOW_H
#define DROVER_FLOW_H

#include "parse.h"
#include "table.h"

static __always_inline __u32 ipv4_of(const __u64 *address)
{
	return address[1] >> 32;
}

static __always_inline int is_ipv4(const __u64 *address)
{
	return !address[0] && (__u32)address[1] == 0xffff0000;
}

static __always_inline struct slot_key make_key(const __u64 *client, __u16 client_port, __u16 virtual_port, __u32 id,
						int words)
{
	struct slot_key key = {};

	if (words == NARROW_KEY_WORDS) {
		key.word[0] = narrow_key(ipv4_of(client), client_port, id);
	} else {
		key.word[0] = client[0];
		key.word[1] = client[1];
		key.word[2] = wide_key(client_port, virtual_port, id);
	}
	return key;
}

/* The flow in hand has another state now. */
__noinline int journal_flow(void)
{
	struct flow *flow = flow_now();

	if (flow)
		journal_wide(flow->client[0], flow->client[1], wide_key(flow->client_port, flow->virtual_port, flow->service));
	return 0;
}

/* The template's key of a client: its masked address, no ports. */
static __always_inline struct slot_key template_key(const __u64 *client, __u32 id, const struct service *service, int words)
{
	__u64 masked[2] = {client[0] & service->persistence_mask[0], client[1] & service->persistence_mask[1]};

	return make_key(masked, 0, 0, id | TEMPLATE_KEY, words);
}

#endif
