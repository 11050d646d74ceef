/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What differs between the two places where the packet path can run: XDP on frames, or tc ingress on socket buffers
 * (DROVER_TC). Everything else is written once.
 */
#ifndef DROVER_CONTEXT_H
#define DROVER_CONTEXT_H

#include <linux/if_ether.h>
#include <linux/in.h>

#include "maps.h"

#ifdef DROVER_TC

#include <linux/pkt_cls.h>

typedef struct __sk_buff context;

#define CONTEXT_SECTION "tc"
enum { CONTEXT_PASS = TC_ACT_UNSPEC /* and on to the next filter */, CONTEXT_DROP = TC_ACT_SHOT };

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
	__u32 here = ctx->data_end - ctx->data;

	if (here < bytes && here < ctx->len)
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

/*
 * A checksum that the sender's card, or ours, would have filled in: there is only the pseudo-header's sum in its field,
 * and it is filled in when the packet leaves. No header tells, but such a packet cannot be cut short before the field.
 */
enum { CONTEXT_OPEN_SUM = 0x100 };

static __always_inline __u32 context_sum_at(__u8 protocol)
{
	return protocol == IPPROTO_TCP ? 16 : 6; /* UDP */
}

/*
 * Cuts the packet off eight bytes behind the beginning of its transport header, or behind that header if its checksum is
 * open. Returns how many bytes of it are left, with CONTEXT_OPEN_SUM if so; 0: it could not be done (SCTP with an open sum,
 * which is no sum).
 */
static __always_inline __u32 context_cut(context *ctx, __u32 transport, __u8 protocol)
{
	__u32 length = protocol == IPPROTO_TCP ? 20 : 8;
	__u64 first;

	if (bpf_skb_load_bytes(ctx, transport, &first, sizeof(first)))
		return 0;
	if (!bpf_skb_change_tail(ctx, transport, 0)) {
		if (bpf_skb_change_tail(ctx, transport + sizeof(first), 0))
			return 0;
		return bpf_skb_store_bytes(ctx, transport, &first, sizeof(first), 0) ? 0 : sizeof(first);
	}
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	return bpf_skb_change_tail(ctx, transport + length, 0) ? 0 : length | CONTEXT_OPEN_SUM;
}

/* What the words of a transport header and its data will add up to, once its open checksum is filled in (see lco_csum()). */
static __always_inline __u32 context_open_sum(context *ctx, __u32 transport, __u8 protocol)
{
	__u16 pseudo_header = 0;

	bpf_skb_load_bytes(ctx, transport + context_sum_at(protocol), &pseudo_header, sizeof(pseudo_header));
	return (__u16)~pseudo_header;
}

/* The packet's words add up to so much less. The card may have added them up for the one who gets the packet. */
static __always_inline void context_sum_less(context *ctx, __u16 word)
{
	bpf_csum_update(ctx, (__u16)~word);
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

enum { CONTEXT_OPEN_SUM = 0 }; /* every checksum is in the frame */

static __always_inline __u32 context_cut(context *ctx, __u32 transport, __u8 protocol)
{
	return bpf_xdp_adjust_tail(ctx, (int)(transport + 8) - (int)context_length(ctx)) ? 0 : 8;
}

static __always_inline __u32 context_open_sum(context *ctx, __u32 transport, __u8 protocol)
{
	return 0;
}

static __always_inline void context_sum_less(context *ctx, __u16 word)
{
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
