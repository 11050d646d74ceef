/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The packet path, one step a line: parse, service, gate, connection, forward, count. contract.h says what the maps
 * hold; docs/path-of-a-packet.md tells the same as a story.
 */
#include "forward.h"
#include "gate.h"
#include "vip.h"

static __always_inline enum drover_verdict balance(struct xdp_md *ctx, int *action)
{
	struct packet packet;
	struct service *service;
	enum drover_verdict verdict;
	struct target target;
	__u32 id;

	verdict = parse_ip(ctx, &packet);
	if (verdict != VERDICT_COUNT)
		return verdict;
	verdict = vip_service(&packet, &id);
	if (verdict != VERDICT_COUNT)
		return verdict;
	service = bpf_map_lookup_elem(&services, &id);
	if (!service)
		return VERDICT_no_service;
	verdict = gate(&packet, service);
	if (verdict != VERDICT_COUNT)
		return verdict;
	verdict = connection(&packet, id, service, &target);
	if (verdict != VERDICT_COUNT)
		return verdict;
	return forward(ctx, &packet, id, &target, action);
}

static const __u8 action_of[VERDICT_COUNT] = {
#define X(name, action, text) [VERDICT_##name] = ACTION_##action,
	DROVER_VERDICTS(X)
#undef X
};

SEC("xdp")
int drover_xdp(struct xdp_md *ctx)
{
	int action = XDP_PASS;
	__u32 verdict = balance(ctx, &action);

	count_verdict(verdict);
	if (verdict < VERDICT_COUNT && action_of[verdict] == ACTION_DROP)
		return XDP_DROP;
	return action;
}

/* Not attached anywhere: run by the daemon to learn the time as the packet path counts it. */
SEC("xdp")
int drover_clock(struct xdp_md *ctx)
{
	return tick_now();
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
