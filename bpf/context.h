/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What differs between the two places where the packet path can run: XDP on frames, or tc ingress on socket buffers
 * (DROVER_TC). Everything else is written once.
 */
#ifndef DROVER_CONTEXT_H
#define DROVER_CONTEXT_H

#include <linux/if_ether.h>

#include "maps.h"

#ifdef DROVER_TC

#include <linux/pkt_cls.h>

typedef struct __sk_buff context;

#define CONTEXT_SECTION "tc"
enum { CONTEXT_PASS = TC_ACT_OK, CONTEXT_DROP = TC_ACT_SHOT };

static __always_inline __u32 context_interface(const context *ctx)
{
	return ctx->ifindex;
}

/* The whole packet's length: its tail need not lie in the part that can be read. */
static __always_inline __u32 context_length(const context *ctx)
{
	return ctx->len;
}

/* Headers of up to so many bytes can be read afterwards, if the packet is that long. */
static __always_inline void context_pull(context *ctx, __u32 bytes)
{
	if ((void *)(long)ctx->data + bytes > (void *)(long)ctx->data_end)
		bpf_skb_pull_data(ctx, ctx->len < bytes ? ctx->len : bytes);
}

static __always_inline int context_send(context *ctx, __u32 slot, const struct port *out)
{
	return bpf_redirect(out->ifindex, 0);
}

static __always_inline int context_send_back(context *ctx)
{
	return bpf_redirect(ctx->ifindex, 0);
}

static __always_inline int context_truncate(context *ctx, __u32 length)
{
	return bpf_skb_change_tail(ctx, length, 0);
}

/* Room between the Ethernet and the IP header; 0 when it worked. */
static __always_inline int context_make_room(context *ctx, __u32 bytes)
{
	return bpf_skb_adjust_room(ctx, bytes, BPF_ADJ_ROOM_MAC, 0);
}

#else

typedef struct xdp_md context;

#define CONTEXT_SECTION "xdp"
enum { CONTEXT_PASS = XDP_PASS, CONTEXT_DROP = XDP_DROP };

static __always_inline __u32 context_interface(const context *ctx)
{
	return ctx->ingress_ifindex;
}

static __always_inline __u32 context_length(const context *ctx)
{
	return ctx->data_end - ctx->data;
}

static __always_inline void context_pull(context *ctx, __u32 bytes)
{
}

/* CONTEXT_DROP: the interface has just gone. */
static __always_inline int context_send(context *ctx, __u32 slot, const struct port *out)
{
	if (out->ifindex == ctx->ingress_ifindex)
		return XDP_TX;
	return bpf_redirect_map(&egress, slot, XDP_DROP);
}

static __always_inline int context_send_back(context *ctx)
{
	return XDP_TX;
}

static __always_inline int context_truncate(context *ctx, __u32 length)
{
	return bpf_xdp_adjust_tail(ctx, (int)length - (int)context_length(ctx));
}

static __always_inline int context_make_room(context *ctx, __u32 bytes)
{
	struct ethhdr *from, *to;

	if (bpf_xdp_adjust_head(ctx, -(int)bytes))
		return -1;
	to = (void *)(long)ctx->data;
	from = (void *)to + bytes;
	if ((void *)(from + 1) > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(to, from, sizeof(*to));
	return 0;
}

#endif

#endif
