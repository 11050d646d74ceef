/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The hashes behind sh, dh and mh, the same as in kernel IPVS, so that a client meets the same server as there. Their
 * seeds are fixed: any two directors must agree on every flow. Plain functions, understood by both compilers.
 */
#ifndef DROVER_HASH_H
#define DROVER_HASH_H

#include <linux/types.h>

#ifdef __cplusplus
namespace drover::contract {
#endif

enum {
	HASH_SLOTS = 256,      /* sh and dh: IP_VS_SH_TAB_BITS and IP_VS_DH_TAB_BITS are 8 unless the kernel was built otherwise */
	MAGLEV_SLOTS = 4093,   /* mh: the prime of CONFIG_IP_VS_MH_TAB_INDEX=12, the default */
};

#define MAGLEV_OFFSET_KEY 2654435761ull /* both halves of the 128-bit key; hashes clients, too */
#define MAGLEV_SKIP_KEY 2654446892ull

/* An address (contract.h: 16 bytes, IPv4 v4-mapped) as one number in host order: IPv4 itself, IPv6's words XORed. */
static inline __u32 folded_address(const __u64 address[2])
{
	__u32 be = (__u32)(address[1] >> 32);

	if (address[0] || (__u32)address[1] != 0xffff0000)
		be ^= (__u32)address[1] ^ (__u32)(address[0] >> 32) ^ (__u32)address[0];
	return __builtin_bswap32(be);
}

/* The golden ratio's upper 8 bits: home slot of an address (and port) in the tables of sh and dh. */
static inline __u32 golden_slot(__u32 value)
{
	return value * 0x61c88647u >> 24;
}

static inline __u64 turned_left(__u64 word, __u32 bits)
{
	return word << bits | word >> (64 - bits);
}

/* One round of SipHash (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
static inline void sip_round(__u64 v[4])
{
	v[0] += v[1];
	v[1] = turned_left(v[1], 13) ^ v[0];
	v[0] = turned_left(v[0], 32);
	v[2] += v[3];
	v[3] = turned_left(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = turned_left(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = turned_left(v[1], 17) ^ v[2];
	v[2] = turned_left(v[2], 32);
}

/* SipHash-1-3 of one 32-bit word under the key (key, key): what 64-bit kernels take for hsiphash(), which keeps 32 bits. */
static inline __u64 sip_hash(__u32 word, __u64 key)
{
	__u64 last = 4ull << 56 | word; /* length and the bytes that fill no block */
	__u64 v[4] = {
		0x736f6d6570736575ull ^ key,
		0x646f72616e646f6dull ^ key,
		0x6c7967656e657261ull ^ key,
		0x7465646279746573ull ^ key ^ last,
	};

	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline __u32 maglev_slot(__u32 value, __u32 slots)
{
	return (__u32)sip_hash(value, MAGLEV_OFFSET_KEY) % slots;
}

#ifdef __cplusplus
} /* namespace drover::contract */
#endif

#endif
