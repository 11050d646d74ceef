/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The generator and the sink of bench/live, and the directors it compares with. BPF_PROG_TEST_RUN with live frames takes
 * pages from a pool and does not restore them, so the generator writes each frame whole; checksums are right, because
 * the kernel's connection tracking ignores packets whose are not.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "live_frame.h"

enum { SPREAD = 0x9e3779b1 }; /* odd: i * SPREAD runs through all flows, in another order than they were made in */

/* Set by bench/live_sender.cpp. */
struct frame pattern;		/* a frame, complete but for its client and its checksums */
volatile __u32 flows_mask;	/* number of flows - 1, a power of two less one */
volatile __u32 ip_sum, tcp_sum; /* of the pattern, without its client */

__u64 sent;
__u64 received;

static __always_inline __u16 folded(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~sum;
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	struct frame *frame = (void *)(long)ctx->data;
	__u32 flow = (__u32)(sent++ * SPREAD) & flows_mask, client_sum;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*frame = pattern;
	frame->ip.saddr = bpf_htonl(0x0a000000 | flow >> 4);
	frame->tcp.source = bpf_htons(1024 + (flow & 15));
	client_sum = (frame->ip.saddr & 0xffff) + (frame->ip.saddr >> 16);
	frame->ip.check = folded(ip_sum + client_sum);
	frame->tcp.check = folded(tcp_sum + client_sum + frame->tcp.source);
	return XDP_TX; /* out of the interface that the run names */
}

/* Counts what comes back and lets through what is not from the generator (ARP). */
SEC("xdp")
int sink(struct xdp_md *ctx)
{
	struct frame *frame = (void *)(long)ctx->data;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end || frame->ethernet.h_proto != bpf_htons(ETH_P_IP) ||
	    (frame->ip.saddr & bpf_htonl(0xff000000)) != bpf_htonl(0x0a000000))
		return XDP_PASS;
	received++;
	return XDP_DROP;
}

SEC("xdp")
int plain_tx(struct xdp_md *ctx)
{
	return XDP_TX;
}

SEC("xdp")
int plain_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

/* In front of the kernel's own forwarding: frames that XDP sends can only be received by native XDP or by GRO. */
SEC("xdp")
int plain_pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
