/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The packet path in a harness: BPF_PROG_TEST_RUN repeats a program on one buffer without restoring it, so each run writes
 * its flow into the packet, calls the real balance(), and puts back what that has changed. Verdicts other than the
 * expected one are counted: a row with any is void.
 */
#include "../bpf/drover.bpf.c"

/* Set by bench/packet_path.cpp between rows. */
volatile __u32 flows_mask;    /* number of flows - 1, a power of two less one */
volatile __u32 expected;      /* verdict */
volatile __u32 tcp_flags_now; /* of every packet */
volatile __u32 destination;   /* be */
__u64 next_flow;
__u64 unexpected;

enum { LANE_NEXT_FLOW, LANE_UNEXPECTED };
__u64 lanes[2][8] __attribute__((aligned(64))); /* of each CPU that runs bench_lane, on a cache line of its own */

enum { SPREAD = 0x9e3779b1 }; /* odd: i * SPREAD runs through all flows, in another order than they were made in */

static __always_inline __u32 next_client(void)
{
	__u64 i = next_flow++;

	return (__u32)(i * SPREAD) & flows_mask;
}

/* Writes a flow's client into a packet that is known to be Ethernet + IPv4 + TCP. */
static __always_inline int write_flow(struct xdp_md *ctx, __u32 flow)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u8 *tcp = (__u8 *)(ip + 1);

	if (tcp + 20 > (__u8 *)end)
		return 0;
	ip->saddr = bpf_htonl(0x0a000000 | flow >> 4);
	ip->daddr = destination;
	*(__u16 *)tcp = bpf_htons(1024 + (flow & 15));
	tcp[13] = tcp_flags_now;
	return 1;
}

static __always_inline int write_flow6(struct xdp_md *ctx, __u32 flow)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + sizeof(struct ethhdr);
	__u8 *tcp = (__u8 *)(ip + 1);

	if (tcp + 20 > (__u8 *)end)
		return 0;
	ip->saddr.in6_u.u6_addr32[3] = bpf_htonl(flow >> 4);
	*(__u16 *)tcp = bpf_htons(1024 + (flow & 15));
	tcp[13] = tcp_flags_now;
	return 1;
}

/* What forward() has changed: MACs and TTL. */
static __always_inline void restore(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct port *port = port_at(1);

	if ((void *)(ip + 1) > end)
		return;
	write_macs(ethernet, port->mac, port->mac);
	ip->ttl = 64;
}

static __always_inline void restore6(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct ipv6hdr *ip = (void *)(ethernet + 1);

	restore(ctx);
	if ((void *)(ip + 1) <= end)
		ip->hop_limit = 64;
}

SEC("xdp")
int bench_plain_tx(struct xdp_md *ctx)
{
	return XDP_TX;
}

SEC("xdp")
int bench_floor(struct xdp_md *ctx)
{
	if (!write_flow(ctx, next_client()))
		return XDP_ABORTED;
	restore(ctx);
	return XDP_TX;
}

/* One read of the bucket that the flow hashes to: what memory alone costs. */
SEC("xdp")
int bench_random_read(struct xdp_md *ctx)
{
	__u64 hash = narrow_hash(narrow_key(next_client(), 0, 1), hash_seed);
	__u64 *bucket = bucket_at((__u32)hash & narrow_mask, NARROW_KEY_WORDS);

	if (!write_flow(ctx, 0) || !bucket)
		return XDP_ABORTED;
	restore(ctx);
	return READ(bucket[0]) == hash ? XDP_PASS : XDP_TX;
}

SEC("xdp")
int bench_balance(struct xdp_md *ctx)
{
	int action = XDP_PASS;
	__u32 verdict;

	if (!write_flow(ctx, next_client()))
		return XDP_ABORTED;
	verdict = judge(ctx, &action);
	count_verdict(verdict);
	if (verdict != expected)
		unexpected++;
	restore(ctx);
	return action;
}

/* The same flows in the order of their numbers: fills the table. */
SEC("xdp")
int bench_populate(struct xdp_md *ctx)
{
	int action = XDP_PASS;

	if (!write_flow(ctx, (__u32)next_flow++ & flows_mask))
		return XDP_ABORTED;
	if (judge(ctx, &action) != expected)
		unexpected++;
	restore(ctx);
	return action;
}

SEC("xdp")
int bench_floor6(struct xdp_md *ctx)
{
	if (!write_flow6(ctx, next_client()))
		return XDP_ABORTED;
	restore6(ctx);
	return XDP_TX;
}

SEC("xdp")
int bench_balance6(struct xdp_md *ctx)
{
	int action = XDP_PASS;
	__u32 verdict;

	if (!write_flow6(ctx, next_client()))
		return XDP_ABORTED;
	verdict = judge(ctx, &action);
	count_verdict(verdict);
	if (verdict != expected)
		unexpected++;
	restore6(ctx);
	return action;
}

SEC("xdp")
int bench_populate6(struct xdp_md *ctx)
{
	int action = XDP_PASS;

	if (!write_flow6(ctx, (__u32)next_flow++ & flows_mask))
		return XDP_ABORTED;
	if (judge(ctx, &action) != expected)
		unexpected++;
	restore6(ctx);
	return action;
}

/* Every second flow, those whose number is even or odd: the byte behind the headers says which. */
SEC("xdp")
int bench_lane(struct xdp_md *ctx)
{
	__u8 *number = (__u8 *)(long)ctx->data + sizeof(struct ethhdr) + 40, *end = (__u8 *)(long)ctx->data_end;
	int action = XDP_PASS;
	__u32 verdict, odd;

	if (number + 1 > end)
		return XDP_ABORTED;
	odd = *number & 1;
	if (!write_flow(ctx, (((__u32)lanes[odd][LANE_NEXT_FLOW]++ * SPREAD << 1) & flows_mask) | odd))
		return XDP_ABORTED;
	verdict = judge(ctx, &action);
	count_verdict(verdict);
	if (verdict != expected)
		lanes[odd][LANE_UNEXPECTED]++;
	restore(ctx);
	return action;
}
