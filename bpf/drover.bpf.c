/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The packet path, one step a line: parse, service, gate, connection, forward, count. contract.h says what the maps
 * hold; docs/path-of-a-packet.md tells the same as a story. Compiled twice: for XDP, and with DROVER_TC for tc ingress.
 */
#include "answer.h"
#include "forward.h"
#include "fragment.h"
#include "gate.h"
#include "icmp.h"
#include "vip.h"

/* Packets without ports find their server by what went before. By itself: they are few. */
__noinline int without_ports(context *ctx)
{
	struct flow *flow = flow_now();
	enum drover_verdict verdict;
	struct packet packet;

	if (!flow)
		return VERDICT_malformed;
	verdict = parse_ip(ctx, &packet, flow);
	if (verdict != VERDICT_COUNT)
		return verdict;
	return packet.fragment == FRAGMENT_LATER ? later_fragment(flow) :
						   icmp_error(&packet, flow);
}

/* The server that without_ports() has found. */
static __always_inline enum drover_verdict found_without_ports(const struct flow *flow, struct target *target)
{
	target->record = flow->record;
	target->server = bpf_map_lookup_elem(&servers, &target->record);
	target->sent = flow->sent;
	return is_available(target) ? VERDICT_COUNT : VERDICT_server_gone;
}

/*
 * IPv6 is a function of its own, and from there the deepest functions would be too many stack frames: it returns one of
 * these instead of a verdict, and is called again with what was found.
 */
enum {
	PATH_BEGIN = VERDICT_COUNT + 1, /* no known flow: begin() */
	PATH_WITHOUT_PORTS,		/* without_ports() */
};

/* What balance() knows beforehand, if it is no result of begin(). */
enum { NOTHING_KNOWN = ~0u, FOUND_WITHOUT_PORTS = ~1u };

/* VERDICT_COUNT with the service, and with the server where there are no ports; else target->sent is VERDICT_COUNT. */
static __always_inline enum drover_verdict recognize(context *ctx, const struct packet *packet, struct flow *flow,
						     __u32 known, struct target *target)
{
	enum drover_verdict verdict;

	target->sent = VERDICT_COUNT;
	if (packet->fragment != FRAGMENT_LATER && is_balanced(flow->protocol))
		return vip_service(ctx, packet, flow);
	if (packet->version == 6)
		return known == FOUND_WITHOUT_PORTS ? found_without_ports(flow, target) :
						      (enum drover_verdict)PATH_WITHOUT_PORTS;
	verdict = without_ports(ctx);
	return verdict == VERDICT_COUNT ? found_without_ports(flow, target) : verdict;
}

/* From a parsed IP packet to its verdict; *action: what becomes of it if it leaves. */
static __always_inline enum drover_verdict balance(context *ctx, const struct packet *packet, struct flow *flow, __u32 known,
						   int *action)
{
	struct service *service;
	enum drover_verdict verdict;
	struct target target;
	__u32 id;

	verdict = recognize(ctx, packet, flow, known, &target);
	if (verdict != VERDICT_COUNT)
		return verdict;
	id = flow->service;
	service = bpf_map_lookup_elem(&services, &id);
	if (!service)
		return VERDICT_no_service;
	verdict = gate(packet, service);
	if (verdict != VERDICT_COUNT)
		return verdict;
	if (target.sent == VERDICT_COUNT) {
		verdict = VERDICT_COUNT;
		if (known == NOTHING_KNOWN && !known_connection(packet, flow, service, &target, &verdict)) {
			if (packet->version == 6)
				return PATH_BEGIN;
			known = begin() & BEGIN_MASK; /* which the verifier would not know */
		}
		if (known != NOTHING_KNOWN)
			verdict = place(service, known, &target);
		if (verdict != VERDICT_COUNT)
			return verdict;
		if (packet->fragment == FRAGMENT_FIRST)
			remember_fragment(target.record);
	}
	return forward(ctx, packet, id, &target, action);
}

enum { PATH_ACTION_SHIFT = 8 };

/* By itself, so that IPv4 need not carry the long addresses. The verdict, or PATH_*, and the action above it. */
__noinline int ipv6_path(context *ctx, __u32 known)
{
	struct flow *flow = flow_now();
	int action = CONTEXT_PASS;
	enum drover_verdict verdict;
	struct packet packet;
	__u16 type;

	if (!flow)
		return VERDICT_malformed;
	verdict = parse_frame(ctx, &packet, &type);
	if (verdict == VERDICT_COUNT)
		verdict = parse_ipv6(ctx, &packet, flow);
	if (verdict == VERDICT_COUNT)
		verdict = balance(ctx, &packet, flow, known, &action);
	return verdict | action << PATH_ACTION_SHIFT;
}

static __always_inline __u32 judge_ipv6(context *ctx, int *action)
{
	int result = ipv6_path(ctx, NOTHING_KNOWN);

	if ((result & 0xff) == PATH_BEGIN) {
		result = ipv6_path(ctx, begin() & BEGIN_MASK);
	} else if ((result & 0xff) == PATH_WITHOUT_PORTS) {
		__u32 verdict = without_ports(ctx);

		if (verdict != VERDICT_COUNT)
			return verdict;
		result = ipv6_path(ctx, FOUND_WITHOUT_PORTS);
	}
	*action = result >> PATH_ACTION_SHIFT;
	return result & 0xff;
}

static const __u8 action_of[VERDICT_COUNT] = {
#define X(name, action, text) [VERDICT_##name] = ACTION_##action,
	DROVER_VERDICTS(X)
#undef X
};

/* The verdict; *action is what the kernel shall do. */
static __always_inline __u32 judge(context *ctx, int *action)
{
	struct flow *flow = flow_now();
	struct packet packet;
	__u32 verdict;
	__u16 type;

	if (!flow)
		return VERDICT_malformed;
	context_pull(ctx, MAX_HEADER_BYTES);
	verdict = parse_frame(ctx, &packet, &type);
	if (verdict == VERDICT_COUNT && type == bpf_htons(ETH_P_IPV6)) {
		verdict = judge_ipv6(ctx, action);
	} else if (verdict == VERDICT_COUNT) {
		verdict = parse_ipv4(&packet, flow);
		if (verdict == VERDICT_COUNT)
			verdict = balance(ctx, &packet, flow, NOTHING_KNOWN, action);
	}
	if (verdict >= VERDICT_COUNT)
		return verdict;
	if (action_of[verdict] == ACTION_ANSWER) {
		*action = context_send_back(ctx);
		if (!answer(ctx, verdict, type == bpf_htons(ETH_P_IPV6) ? 6 : 4))
			verdict = VERDICT_silent;
	}
	if (action_of[verdict] == ACTION_DROP)
		*action = CONTEXT_DROP;
	return verdict;
}

static __always_inline int path(context *ctx)
{
	int action = CONTEXT_PASS;
	__u32 verdict = judge(ctx, &action);

	count_verdict(verdict);
	return action;
}

#ifdef DROVER_TC

SEC("tc")
int drover_tc(struct __sk_buff *ctx)
{
	return path(ctx);
}

#else

SEC("xdp")
int drover_xdp(struct xdp_md *ctx)
{
	return path(ctx);
}

/* Not attached anywhere: run by the daemon to learn the time as the packet path counts it. */
SEC("xdp")
int drover_clock(struct xdp_md *ctx)
{
	return tick_now();
}

#endif

char LICENSE[] SEC("license") = "Dual MIT/GPL";
