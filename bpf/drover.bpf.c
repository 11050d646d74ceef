/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The packet path, one step a line: parse, service, gate, connection, forward, count. contract.h says what the maps
 * hold; docs/path-of-a-packet.md tells the same as a story. Compiled twice: for XDP, and with DROVER_TC for tc ingress.
 */
#include "answer.h"
#include "claim.h"
#include "forward.h"
#include "fragment.h"
#include "gate.h"
#include "icmp.h"
#include "quick.h"
#include "vip.h"

/* Instead of a verdict: the packet is not common, or what must be done before send_found() can send it. */
enum {
	PATH_OTHER = VERDICT_COUNT + 1,
	PATH_BEGIN,
	PATH_WITHOUT_PORTS,
};

/* A plain packet that is not quiet. VERDICT_COUNT with its server. */
static __always_inline __u32 settle(context *ctx, __u32 id, __u32 now, enum find_result found, struct target *target)
{
	struct flow *flow = take_in_hand(ctx, id, now);
	__u32 verdict;

	if (!flow)
		return VERDICT_malformed;
	switch (found == FIND_HIT ? known_in_hand() : KNOWN_NOT) {
	case KNOWN_TARGET:
		break;
	case KNOWN_GONE:
		return VERDICT_server_gone;
	case KNOWN_BUSY:
		return VERDICT_busy;
	default:
		verdict = begin();
		if (verdict != VERDICT_COUNT)
			return verdict;
	}
	return target_in_hand(flow, target);
}

/* The way of nearly every packet, all in one function. *action: what becomes of it if it leaves. */
static __always_inline __u32 common_path(context *ctx, int *action)
{
	struct packet packet = {.ethernet = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end};
	struct iphdr *ip = (void *)(packet.ethernet + 1);
	__u8 *transport = (void *)(ip + 1);
	__u32 verdict, now, id;
	enum find_result result;
	struct service *service;
	struct target target;
	struct slot_key key;
	struct entry found;
	__u8 event;
	int vip;

	packet.network = ip;
	packet.transport = transport;
	packet.port = port_at(context_interface(ctx));
	if (!is_plain(ctx, &packet, &event))
		return PATH_OTHER;
	vip = quick_vip(mapped_word(ip->daddr), port_protocol(*(__u16 *)(transport + 2), ip->protocol));
	id = vip & 0xffff;
	if (vip <= 0 || !id)
		return !vip && !quick_vip(mapped_word(ip->daddr), 0) ? VERDICT_no_vip : PATH_OTHER;
	service = service_at(id);
	if (service->flags & SERVICE_WIDE)
		return PATH_OTHER;
	verdict = gate(&packet, service);
	if (verdict != VERDICT_COUNT)
		return verdict;
	now = tick_now();
	key.word[0] = narrow_key(ip->saddr, *(__u16 *)transport, id);
	result = find(&key, NARROW_KEY_WORDS, &found);
	if (result == FIND_BUSY)
		return VERDICT_busy;
	if (result == FIND_HIT)
		aim(service, found.meta, &target);
	if (result != FIND_HIT || !is_quiet(ip->protocol, event, found.meta, now) || !is_available(&target)) {
		verdict = settle(ctx, id, now, result, &target);
		if (verdict != VERDICT_COUNT)
			return verdict;
	}
	return forward(ctx, &packet, 4, bpf_ntohs(ip->tot_len), id, &target, action);
}

enum { PATH_ACTION_SHIFT = 8 };

/* The packet in hand, whose server is in hand, too, leaves. The verdict, and the action above it. */
static __always_inline int send_in_hand(context *ctx, const struct packet *packet, const struct flow *flow)
{
	int action = CONTEXT_PASS;
	struct target target;
	__u32 verdict = target_in_hand(flow, &target);

	if (verdict != VERDICT_COUNT)
		return verdict;
	if (flow->fragment == FRAGMENT_FIRST)
		remember_fragment(target.record);
	verdict = forward(ctx, packet, flow->version, flow->bytes, flow->service, &target, &action);
	return verdict | action << PATH_ACTION_SHIFT;
}

/*
 * IPv6, VLAN tags, IPv4 options, fragments, SCTP, ICMP errors, services with long keys: a function of its own, so that
 * the common way stays short. A verdict or PATH_*, and the action above it.
 */
__noinline int other_path(context *ctx)
{
	struct flow *flow = flow_now();
	struct service *service;
	struct packet packet;
	__u32 verdict, id;

	if (!flow)
		return VERDICT_malformed;
	verdict = parse_ip(ctx, &packet, flow);
	if (verdict != VERDICT_COUNT)
		return verdict;
	if (flow->fragment == FRAGMENT_LATER || !is_balanced(flow->protocol))
		return PATH_WITHOUT_PORTS;
	verdict = vip_service(ctx, &packet, flow);
	if (verdict != VERDICT_COUNT)
		return verdict;
	id = flow->service;
	service = service_at(id);
	verdict = gate(&packet, service);
	if (verdict != VERDICT_COUNT)
		return verdict;
	switch (known_in_hand()) {
	case KNOWN_TARGET:
		return send_in_hand(ctx, &packet, flow);
	case KNOWN_GONE:
		return VERDICT_server_gone;
	case KNOWN_BUSY:
		return VERDICT_busy;
	default:
		return PATH_BEGIN;
	}
}

/* Packets without ports find their server by what went before. VERDICT_COUNT with the server in hand. */
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
	return flow->fragment == FRAGMENT_LATER ? later_fragment(flow) : icmp_error(&packet, flow);
}

/* Sends a packet whose server was found after other_path() had returned. */
__noinline int send_found(context *ctx)
{
	struct flow *flow = flow_now();
	struct service *service;
	struct packet packet;
	__u32 verdict, id;
	__u16 type;

	if (!flow)
		return VERDICT_malformed;
	verdict = parse_frame(ctx, &packet, &type);
	if (verdict != VERDICT_COUNT)
		return verdict;
	if (packet.network + (flow->version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) > packet.end)
		return VERDICT_malformed;
	id = flow->service;
	service = service_at(id);
	verdict = gate(&packet, service);
	return verdict == VERDICT_COUNT ? send_in_hand(ctx, &packet, flow) : (int)verdict;
}

/* From here, and not from within, so that the stack frames of all functions fit into 512 bytes. */
static __always_inline __u32 uncommon(context *ctx, int *action, __u32 *version)
{
	int result = other_path(ctx), verdict = VERDICT_COUNT;
	struct flow *flow = flow_now();

	if (!flow)
		return VERDICT_malformed;
	*version = flow->version;

	if ((result & 0xff) == PATH_BEGIN)
		verdict = begin();
	else if ((result & 0xff) == PATH_WITHOUT_PORTS)
		verdict = without_ports(ctx);
	if (verdict != VERDICT_COUNT)
		return verdict;
	if ((result & 0xff) > VERDICT_COUNT)
		result = send_found(ctx);
	*action = result >> PATH_ACTION_SHIFT;
	return result & 0xff;
}

static const __u8 action_of[VERDICT_COUNT] = {
#define X(name, action, text) [VERDICT_##name] = ACTION_##action,
	DROVER_VERDICTS(X)
#undef X
};

/* Also at what the common path leaves to the host. */
static __always_inline int looks_at_all(void)
{
	return settings_now()->surrenders || settings_now()->closed;
}

/* The verdict; *action is what the kernel shall do. */
static __always_inline __u32 judge(context *ctx, int *action)
{
	__u32 verdict, version = 4, is_common = 1;
	int host;

	context_pull(ctx, MAX_HEADER_BYTES);
	verdict = common_path(ctx, action);
	if (verdict == PATH_OTHER) {
		verdict = uncommon(ctx, action, &version);
		is_common = 0;
	}
	if (verdict >= VERDICT_COUNT)
		return VERDICT_malformed;
	if (action_of[verdict] == ACTION_PASS && (!is_common || looks_at_all())) {
		host = see_claim(ctx);
		if (host == HOST_HAS_SURRENDERED)
			verdict = VERDICT_surrendered;
		else if (host == HOST_IS_CLOSED && verdict != VERDICT_real_here)
			verdict = VERDICT_not_accepted;
	}
	if (action_of[verdict] == ACTION_ANSWER) {
		*action = context_send_back(ctx);
		if (!answer(ctx, verdict, version))
			verdict = VERDICT_silent;
	}
	if (action_of[verdict] == ACTION_DROP)
		*action = CONTEXT_DROP;
	if (action_of[verdict] == ACTION_PASS)
		*action = CONTEXT_PASS;
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
