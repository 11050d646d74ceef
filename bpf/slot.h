/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The connection table's part of the contract: the slot protocol, the bits of a meta word, keys of both widths and where
 * a key may stand. Included by contract.h alone.
 */
#ifndef DROVER_SLOT_H
#define DROVER_SLOT_H

/*
 * IPVS's connection states by its numbers (include/net/ip_vs.h), one for UDP, and SCTP's (enum ip_vs_sctp_states, from
 * STATE_SCTP_NONE on). They index settings.timeout.
 */
enum connection_state {
	STATE_NONE,
	STATE_ESTABLISHED,
	STATE_SYN_SENT,
	STATE_SYN_RECV,
	STATE_FIN_WAIT,
	STATE_TIME_WAIT,
	STATE_CLOSE,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_SYNACK,
	STATE_UDP,
	STATE_SCTP_NONE,
	STATE_SCTP_INIT1,
	STATE_SCTP_INIT,
	STATE_SCTP_COOKIE_SENT,
	STATE_SCTP_COOKIE_REPLIED,
	STATE_SCTP_COOKIE_WAIT,
	STATE_SCTP_COOKIE,
	STATE_SCTP_COOKIE_ECHOED,
	STATE_SCTP_ESTABLISHED,
	STATE_SCTP_SHUTDOWN_SENT,
	STATE_SCTP_SHUTDOWN_RECEIVED,
	STATE_SCTP_SHUTDOWN_ACK_SENT,
	STATE_SCTP_REJECTED,
	STATE_SCTP_CLOSED,
	STATE_COUNT,
};

/* ActiveConn counts these; every other entry is in InActConn (IPVS's tcp_state_active_table and SCTP's). */
enum {
	ACTIVE_STATES = 1 << STATE_ESTABLISHED | 1 << STATE_SYN_SENT | 1 << STATE_SYN_RECV | 1 << STATE_SYNACK |
			1 << STATE_SCTP_ESTABLISHED
};

/*
 * The slot protocol. A slot is a key of one or three words and a meta word, which owns it:
 *
 *   bits  0..1   slot state: FREE, BUSY (an owner writes the key), CLAIM (key valid, not yet decided), LIVE
 *   bits  2..9   generation, one more each time the slot is taken
 *   bits 10..25  server index inside the service
 *   bits 26..30  connection state
 *   bits 31..37  flags
 *   bits 38..63  tick of the last packet, not more than REFRESH_TICKS early
 *
 *   take     FREE(g) or a victim's exact value  --CAS-->  BUSY(g+1); store the key;  --CAS-->  CLAIM(g+1, ...)
 *   decide   scan all buckets of the key for the same key: a LIVE one wins over us (CAS ours to FREE, use it); of two
 *            CLAIMs the lower slot wins (the loser is CASed to FREE by either);  --CAS-->  LIVE. Only now a packet is sent.
 *   read     meta, key, meta: LIVE both times and the same generation, else it is no hit
 *   refresh  CAS of the value read to the new one; losing is harmless: someone else changed the entry
 *   free     CAS of the exact value judged to FREE(g)
 *
 * Every change of meta is one CAS, never a plain store; the key is written under BUSY alone. The CAS to CLAIM is a full
 * barrier between "my key can be seen" and "I look for yours", so of two CPUs that make the same flow at least one sees
 * the other, and no packet leaves before one of them is LIVE. Whoever's CAS won does the counting. A CPU that meets BUSY
 * or CLAIM with its own key drops the packet (verdict busy). A slot that stays BUSY or CLAIM with one generation over
 * several seconds of sweeps has lost its owner, and the sweeper frees it.
 */
enum slot_state { SLOT_FREE, SLOT_BUSY, SLOT_CLAIM, SLOT_LIVE };

enum {
	META_GENERATION_SHIFT = 2,
	META_SERVER_SHIFT = 10,
	META_STATE_SHIFT = 26,
	META_FLAGS_SHIFT = 31,
	META_TICK_SHIFT = 38,
	TICK_BITS = 26,
};

enum { TICK_MASK = (1 << TICK_BITS) - 1 };

enum {
	FLAG_TEMPLATE = 1,     /* persistence template: masked client address, ports 0, TEMPLATE_KEY */
	FLAG_ASSURED = 2,      /* template: a connection of it was once ESTABLISHED */
	FLAG_HAS_TEMPLATE = 4, /* connection of a persistent service: it keeps its template alive */
	FLAG_REARMED = 8,      /* template past its timeout, kept by its connections: now 60 s at a time, as IPVS does */
};

/*
 * A packet that changes nothing but the time of the last packet writes to its entry only when that is so many ticks old:
 * an entry that is written is a cache line more that must travel back to memory. So an entry may end that much early.
 */
enum { REFRESH_TICKS = 3 };

/* A template past its timeout is still used for this long, so that the sweeper can see whether connections keep it. */
enum { TEMPLATE_GRACE_TICKS = 20 };

/* Which entries gave way to a new one; counted per CPU. Expired ones do not count as live. */
enum eviction { EVICT_EXPIRED, EVICT_CLOSED, EVICT_TEMPLATE, EVICT_HALF_OPEN, EVICT_OLDEST, EVICTION_COUNT };

/* Slot state and generation: what says whose a slot is. */
enum { META_OWNER_MASK = (1 << META_SERVER_SHIFT) - 1 };

static inline __u32 meta_slot_state(__u64 meta)
{
	return meta & 3;
}

static inline __u32 meta_generation(__u64 meta)
{
	return meta >> META_GENERATION_SHIFT & 0xff;
}

static inline __u32 meta_server(__u64 meta)
{
	return meta >> META_SERVER_SHIFT & 0xffff;
}

static inline __u32 meta_state(__u64 meta)
{
	return meta >> META_STATE_SHIFT & 0x1f;
}

static inline __u32 meta_flags(__u64 meta)
{
	return meta >> META_FLAGS_SHIFT & 0x7f;
}

static inline __u32 meta_tick(__u64 meta)
{
	return (__u32)(meta >> META_TICK_SHIFT);
}

static inline __u64 make_meta(__u32 slot_state, __u32 generation, __u32 server, __u32 state, __u32 flags, __u32 tick)
{
	return (__u64)slot_state | (__u64)(generation & 0xff) << META_GENERATION_SHIFT |
	       (__u64)server << META_SERVER_SHIFT | (__u64)state << META_STATE_SHIFT |
	       (__u64)flags << META_FLAGS_SHIFT | (__u64)tick << META_TICK_SHIFT;
}

/* What remains when a slot is freed: the generation alone. The key stays and is worthless. */
static inline __u64 meta_freed(__u64 meta)
{
	return meta & 0xffull << META_GENERATION_SHIFT;
}

/* Ticks since the last packet; a tick that another CPU wrote just ahead of ours counts as now. */
static inline __u32 meta_age(__u64 meta, __u32 now)
{
	__u32 age = (now - meta_tick(meta)) & TICK_MASK;

	return age > TICK_MASK / 2 ? 0 : age;
}

/* Narrow slot: IPv4 services with a fixed port. VIP, port and protocol are the service's. */
struct narrow_slot {
	__u64 key; /* narrow_key() */
	__u64 meta;
};

/* Wide slot: IPv6, services for all ports, and FTP, which takes other ports along. */
struct wide_slot {
	__u64 key[3]; /* the client's address, and wide_key() */
	__u64 meta;
};

enum {
	BUCKET_SLOTS = 4,
	NARROW_KEY_WORDS = 1,
	WIDE_KEY_WORDS = 3,
	MAX_KEY_WORDS = 3,
};

struct narrow_bucket {
	struct narrow_slot slot[BUCKET_SLOTS];
};

struct wide_bucket {
	struct wide_slot slot[BUCKET_SLOTS];
};

/* Set in a key's service number: a template's. Source port 0 is no sign, since a packet may carry it. */
enum { TEMPLATE_KEY = 0x8000 };

static inline __u64 narrow_key(__u32 client_be, __u16 client_port_be, __u16 service)
{
	return (__u64)client_be << 32 | (__u64)client_port_be << 16 | service;
}

/* The last word of a wide key. */
static inline __u64 wide_key(__u16 client_port_be, __u16 virtual_port_be, __u16 service)
{
	return (__u64)virtual_port_be << 32 | (__u64)client_port_be << 16 | service;
}

/* A narrow key as the second and the third word of a wide one; there is no virtual port. */
static inline __u64 narrow_client(__u64 key)
{
	return (key & 0xffffffff00000000ull) | 0xffff0000; /* v4-mapped */
}

static inline __u64 narrow_last(__u64 key)
{
	return key & 0xffffffff;
}

/* Of the last word of a key of either width. */
static inline __u32 key_service(__u64 last_word)
{
	return last_word & (TEMPLATE_KEY - 1);
}

/* Two bucket numbers of a key: low and high half, masked by the reader. The seed is drawn once for a table. */
static inline __u64 narrow_hash(__u64 key, __u64 seed)
{
	__u64 h = (key ^ seed) * 0x9e3779b97f4a7c15ull;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ull;
	h ^= h >> 29;
	return h;
}

static inline __u64 wide_hash(const __u64 *key, __u64 seed)
{
	return narrow_hash(key[2] ^ (key[0] * 0xc2b2ae3d27d4eb4full) ^ ((key[1] << 29 | key[1] >> 35) * 0xff51afd7ed558ccdull), seed);
}

/*
 * Where a key may stand: two near buckets, in the first part of the table, and two far ones in the rest. New entries
 * go near while there is room. So as long as flows are few they share one megabyte, which stays in the CPU's caches and
 * its TLB; 32 megabytes do not (docs/decisions/0005).
 */
enum {
	PLACES = 4,
	NEAR_NARROW_BUCKETS = 16384,
	NEAR_WIDE_BUCKETS = 8192,
};

static inline __u32 near_mask_of(__u32 buckets, __u32 near_buckets)
{
	return (buckets < near_buckets ? buckets : near_buckets) - 1;
}

/* Place 0 and 1 are near, 2 and 3 far; a table that is all near has only the first two. Each has its half of the hash. */
static inline __u32 half_of(__u64 hash, __u32 place)
{
	return place & 1 ? (__u32)(hash >> 32) : (__u32)hash;
}

static inline __u32 far_bucket(__u32 half, __u32 near_mask, __u32 mask)
{
	return near_mask + 1 + (__u32)((__u64)half * (mask - near_mask) >> 32);
}

static inline __u32 bucket_of(__u64 hash, __u32 place, __u32 near_mask, __u32 mask)
{
	__u32 half = half_of(hash, place);

	return place < 2 ? half & near_mask : far_bucket(half, near_mask, mask);
}

DROVER_ASSERT_SIZE(struct narrow_slot, 16);
DROVER_ASSERT_SIZE(struct narrow_bucket, 64);
DROVER_ASSERT_SIZE(struct wide_slot, 32);
DROVER_ASSERT_SIZE(struct wide_bucket, 128);

#endif
