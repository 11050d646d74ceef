/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* From frame to struct packet. Bounds are checked once for each header; nothing behind this file looks at raw bytes. */
#ifndef DROVER_PARSE_H
#define DROVER_PARSE_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>

#include "maps.h"

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

struct packet {
	struct ethhdr *ethernet;
	struct iphdr *ip;
	void *payload; /* behind the IP header */
	void *end;
	struct port *port; /* the interface it came in by */
	__u32 client;	   /* be */
	__u16 client_port; /* be */
	__u16 virtual_port; /* be */
	__u8 tcp_flags;	   /* 0 for UDP */
	__u16 bytes;	   /* IP length, host order */
};

/* An Ethernet address as the low 48 bits of a word, as it lies in the frame. */
static __always_inline __u64 mac_word(const __u8 *mac)
{
	return (__u64)*(const __u32 *)mac | (__u64) * (const __u16 *)(mac + 4) << 32;
}

static __always_inline struct port *port_of(__u32 ifindex)
{
#pragma unroll
	for (__u32 probe = 0; probe < PORT_PROBES; probe++) {
		__u32 slot = (ifindex + probe) & (MAX_PORTS - 1);
		struct port *port = bpf_map_lookup_elem(&ports, &slot);

		if (port && port->ifindex == ifindex)
			return port;
	}
	return 0;
}

/* VERDICT_COUNT: go on. */
static __always_inline enum drover_verdict parse_ip(struct xdp_md *ctx, struct packet *packet)
{
	void *data = (void *)(long)ctx->data;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = data + sizeof(*ethernet);

	packet->end = (void *)(long)ctx->data_end;
	packet->ethernet = ethernet;
	packet->ip = ip;
	if ((void *)(ethernet + 1) > packet->end || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return VERDICT_not_ipv4;
	packet->port = port_of(ctx->ingress_ifindex);
	if (!packet->port || mac_word(ethernet->h_dest) != packet->port->mac)
		return VERDICT_other_mac;
	if ((void *)(ip + 1) > packet->end || ip->version != 4 || ip->ihl < 5)
		return VERDICT_malformed;
	packet->payload = (void *)ip + ip->ihl * 4;
	packet->client = ip->saddr;
	packet->bytes = bpf_ntohs(ip->tot_len);
	return VERDICT_COUNT;
}

static __always_inline int is_fragment(const struct packet *packet)
{
	return (packet->ip->frag_off & bpf_htons(0x3fff)) != 0; /* more fragments, or not the first */
}

/* Ports and TCP flags. VERDICT_truncated unless the header lies inside both the frame and the IP packet. */
static __always_inline enum drover_verdict parse_transport(struct packet *packet)
{
	__u8 *header = packet->payload;
	__u32 length = packet->ip->protocol == IPPROTO_TCP ? 20 : 8;

	if (packet->bytes < packet->ip->ihl * 4 + length || (void *)packet->ip + packet->bytes > packet->end)
		return VERDICT_truncated;
	if (header + 8 > (__u8 *)packet->end)
		return VERDICT_truncated;
	packet->client_port = *(__u16 *)header;
	packet->virtual_port = *(__u16 *)(header + 2);
	packet->tcp_flags = 0;
	if (packet->ip->protocol == IPPROTO_TCP) {
		if (header + 20 > (__u8 *)packet->end)
			return VERDICT_truncated;
		packet->tcp_flags = header[13];
	}
	return VERDICT_COUNT;
}

#endif
