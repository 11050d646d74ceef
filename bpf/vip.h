/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Is this packet for one of our virtual services? */
#ifndef DROVER_VIP_H
#define DROVER_VIP_H

#include "parse.h"

/* Service id, 0 for the address entry, -1 when the key is not there. */
static __always_inline int vip_find(const struct vip_key *key)
{
	__u32 index = vip_hash(key);
	struct vip_bucket *bucket = bpf_map_lookup_elem(&vip_table, &index);
	__u32 *spilled, state;

	if (!bucket)
		return -1;
#pragma unroll
	for (int i = 0; i < VIP_BUCKET_ENTRIES; i++) {
		struct vip_entry *entry = &bucket->entry[i];

		if (entry->key.address[1] != key->address[1] || entry->key.address[0] != key->address[0] ||
		    entry->key.port_protocol != key->port_protocol)
			continue;
		state = *(const volatile __u32 *)&entry->service;
		if (state >> 16 & VIP_USED)
			return state & 0xffff;
	}
	if (!(bucket->entry[0].flags & VIP_SPILLED))
		return -1;
	spilled = bpf_map_lookup_elem(&vip_spill, key);
	return spilled ? (int)*spilled : -1;
}

static __always_inline struct vip_key vip_key_of(const struct packet *packet)
{
	struct vip_key key = {};

	key.address[1] = 0xffff0000ull | (__u64)packet->ip->daddr << 32; /* ::ffff:a.b.c.d, little endian */
	return key;
}

static __always_inline int is_vip(const struct packet *packet)
{
	struct vip_key key = vip_key_of(packet);

	return vip_find(&key) >= 0;
}

/*
 * Finds the service of a parsed IP packet and parses its transport header. VERDICT_COUNT with *id set: go on. Only what
 * is certainly for a VIP is dropped here.
 */
static __always_inline enum drover_verdict vip_service(struct packet *packet, __u32 *id)
{
	__u8 protocol = packet->ip->protocol;
	struct vip_key key = vip_key_of(packet);
	enum drover_verdict verdict;
	int service;

	if (is_fragment(packet))
		return vip_find(&key) < 0 ? VERDICT_no_vip : VERDICT_fragment;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return vip_find(&key) < 0 ? VERDICT_no_vip : VERDICT_not_balanced;
	verdict = parse_transport(packet);
	if (verdict != VERDICT_COUNT)
		return vip_find(&key) < 0 ? VERDICT_no_vip : verdict;
	key.port_protocol = port_protocol(packet->virtual_port, protocol);
	service = vip_find(&key);
	if (service > 0) {
		*id = service;
		return VERDICT_COUNT;
	}
	key.port_protocol = 0;
	return vip_find(&key) < 0 ? VERDICT_no_vip : VERDICT_no_service;
}

#endif
