/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Is this packet for one of our virtual services? */
#ifndef DROVER_VIP_H
#define DROVER_VIP_H

#include "parse.h"

/*
 * Looks into the key's bucket alone. Service id in the low half (0: the address's own entry), VIP_* flags in the high half;
 * 0: the key is not there; -1: not there, but it may have spilled.
 */
static __always_inline int vip_in_bucket(const struct vip_key *key)
{
	struct vip_bucket *bucket = vip_table_row(vip_hash(key));

#pragma unroll
	for (int i = 0; i < VIP_BUCKET_ENTRIES; i++) {
		struct vip_entry *entry = &bucket->entry[i];
		__u32 state;

		if (entry->key.address[1] != key->address[1] || entry->key.address[0] != key->address[0] ||
		    entry->key.port_protocol != key->port_protocol)
			continue;
		state = *(const volatile __u32 *)&entry->service;
		if (state >> 16 & VIP_USED)
			return state;
	}
	return bucket->entry[0].flags & VIP_SPILLED ? -1 : 0;
}

/* The same with what has spilled; -1 when the key is not there. */
static __always_inline int vip_find(const struct vip_key *key)
{
	int found = vip_in_bucket(key);
	__u32 *spilled;

	if (found > 0)
		return found;
	spilled = found ? bpf_map_lookup_elem(&vip_spill, key) : 0;
	return spilled ? (int)*spilled : -1;
}

enum { FTP_PORT = 21, FTP_DATA_PORT = 20, UNPRIVILEGED_PORT = 1024 };

/*
 * No service has exactly this port. IPVS's order: FTP takes data connections along (to port 20, and passive ones to any
 * unprivileged port), then comes the service for all ports.
 */
__noinline int find_any_port(const struct vip_key *exact, __u32 port, int address_flags)
{
	struct vip_key key;
	int found;

	if (!exact)
		return 0;
	key = *exact;
	if (address_flags & VIP_HAS_FTP && (exact->port_protocol & 0xff) == IPPROTO_TCP &&
	    (port == FTP_DATA_PORT || port >= UNPRIVILEGED_PORT)) {
		key.port_protocol = port_protocol(bpf_htons(FTP_PORT), IPPROTO_TCP);
		found = vip_find(&key);
		if (found > 0)
			return found & 0xffff;
	}
	key.port_protocol = port_protocol(0, exact->port_protocol & 0xff);
	found = vip_find(&key);
	return found > 0 ? found & 0xffff : 0;
}

/* VIP_* flags of an address; -1: no VIP. */
static __always_inline int vip_flags(const __u64 *address)
{
	struct vip_key key = {.address = {address[0], address[1]}};
	int found = vip_find(&key);

	return found < 0 ? -1 : found >> 16;
}

/* Service id; 0: a VIP, but no service for this port; -1: no VIP. */
static __always_inline int find_service(const __u64 *vip, __u16 port_be, __u8 protocol)
{
	struct vip_key key = {.address = {vip[0], vip[1]}, .port_protocol = port_protocol(port_be, protocol)};
	int found = vip_find(&key), flags;

	if (found > 0)
		return found & 0xffff;
	flags = vip_flags(vip);
	return flags < 0 ? -1 : find_any_port(&key, bpf_ntohs(port_be), flags);
}

static __always_inline int is_vip(const __u64 *address)
{
	return vip_flags(address) >= 0;
}

/*
 * Finds the service of a parsed IP packet and parses its transport header. VERDICT_COUNT with flow->service: go on. Only what
 * is certainly for a VIP is dropped here. Later fragments and ICMP, which have no ports, are not this function's.
 */
static __always_inline enum drover_verdict vip_service(context *ctx, const struct packet *packet, struct flow *flow)
{
	enum drover_verdict verdict = parse_transport(ctx, packet, flow);
	int service;

	if (verdict != VERDICT_COUNT)
		return is_vip(flow->vip) ? verdict : VERDICT_no_vip;
	service = find_service(flow->vip, flow->virtual_port, flow->protocol);
	if (service <= 0)
		return service < 0 ? VERDICT_no_vip : VERDICT_no_service;
	flow->service = service;
	return VERDICT_COUNT;
}

#endif
