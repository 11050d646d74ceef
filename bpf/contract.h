/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The contract between the packet path (bpf/) and the daemon (src/dataplane/): every map's key and value, every limit,
 * every verdict. Included by both compilers; nothing here may depend on either side.
 *
 * Conventions
 * - An address is 16 bytes, IPv4 v4-mapped, as two 64-bit words in memory order. "be" values are in network order.
 * - Time is counted in ticks: jiffies >> tick_shift, 0.2 to 0.33 s each, in TICK_BITS bits. Jiffies, because reading
 *   them costs the packet path a load; CLOCK_* would cost it a call. 26 bits wrap after more than 150 days, and nothing
 *   here lives longer than 31 (IPVS's longest persistence), so differences are taken modulo and are always right.
 * - User space changes what the packet path reads only by single aligned 32- or 64-bit stores, so a record is never
 *   seen half written. Where two words must agree, the one that makes the record reachable is stored last; before a
 *   record is used for something else, the daemon waits until every program run that could have seen it has ended.
 */
#ifndef DROVER_CONTRACT_H
#define DROVER_CONTRACT_H

#include <linux/types.h>

#ifdef __cplusplus
#define DROVER_ASSERT_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type)
namespace drover::contract {
#else
#define DROVER_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#endif

/* Raised whenever a map's layout or meaning changes; pins of another number are refused (src/dataplane/io/). */
enum { LAYOUT_VERSION = 2 };

enum {
	MAX_SERVICES = 16384,	     /* ids 1..16383; 0 = none. Keys and metas have 16 bits for it */
	MAX_SERVERS = 131072,	     /* server records of all services together */
	MAX_SERVICE_SERVERS = 65535, /* of one service: an entry names its server by 16 bits */
	MAX_ROLES = 256,	     /* VRRP instances; role 0 is always open */
	MAX_PORTS = 256,	     /* interfaces; slot 0 is unused */
	PORT_PROBES = 4,
	MAX_PEERS = 16, /* peer directors' MACs */
	VIP_BUCKETS = 16384,
	VIP_BUCKET_ENTRIES = 2,
	MAX_SPILLED_VIPS = 65536,
	RING_CHUNK = 32,     /* ring slots in one map value */
	RING_CHUNKS = 32768, /* one million slots for all rings together */
	MAX_RING = 65536,    /* of one service */
	BUCKET_SLOTS = 4,
};

/* ---- verdicts ------------------------------------------------------------------------------------------------- */

/*
 * What happened to a packet, and why: X(name, action, text). Each has a counter; the names are what `drover status`
 * and the metrics print. Order is part of the layout: append only.
 */
#define DROVER_VERDICTS(X)                                                                                             \
	X(forwarded, FORWARD, "sent to its real server")                                                               \
	X(not_ipv4, PASS, "not IPv4: ARP, IPv6 and everything else is the host's own")                                 \
	X(other_mac, PASS, "not sent to this host's MAC address")                                                      \
	X(malformed, PASS, "IPv4 header cut short or wrong: left to the host, which drops and counts it")              \
	X(no_vip, PASS, "not for a VIP")                                                                               \
	X(no_service, PASS, "for a VIP, but no virtual service has this port and protocol")                            \
	X(not_balanced, PASS, "for a VIP, but neither TCP nor UDP (ping, for one)")                                    \
	X(no_entry, PASS, "TCP segment of no known connection and not a SYN: the host answers with a reset")           \
	X(from_peer, PASS, "sent by the other director: a packet is scheduled once")                                   \
	X(real_here, PASS, "its real server is this host")                                                             \
	X(not_master, DROP, "this director is not MASTER for the VIP")                                                 \
	X(truncated, DROP, "for a service, but its TCP or UDP header is cut short")                                    \
	X(fragment, DROP, "an IP fragment for a VIP")                                                                  \
	X(busy, DROP, "another CPU was just making the entry of the same flow: the client sends again")                \
	X(no_destination, DROP, "the service has no real server to give it to")                                        \
	X(server_gone, DROP, "the real server of this connection is out of service")                                   \
	X(no_next_hop, DROP, "the real server's MAC address is not known")                                             \
	X(ttl_expired, DROP, "TTL used up")                                                                            \
	X(no_room, DROP, "no slot could be had in the connection table")

enum drover_action { ACTION_FORWARD, ACTION_PASS, ACTION_DROP };

enum drover_verdict {
#define X(name, action, text) VERDICT_##name,
	DROVER_VERDICTS(X)
#undef X
	VERDICT_COUNT
};

/* ---- services and servers ------------------------------------------------------------------------------------- */

/*
 * Service table: VIP_BUCKETS buckets of two entries, found by vip_hash(); a key that finds its bucket full goes to the
 * hash map vip_spill, and the bucket says so. An entry with port_protocol 0 only says that the address is a VIP.
 */
struct vip_key {
	__u64 address[2];
	__u32 port_protocol; /* port_protocol(); 0: the address itself */
	__u32 zero;
};

enum {
	VIP_USED = 1,
	VIP_SPILLED = 2, /* in a bucket's first entry: further keys of this bucket are in vip_spill */
};

struct vip_entry {
	struct vip_key key;
	__u16 service; /* 0 for the address itself */
	__u16 flags;   /* service and flags are stored as one 32-bit word, after the key */
	__u32 zero;
};

struct vip_bucket {
	struct vip_entry entry[VIP_BUCKET_ENTRIES];
};

static inline __u32 port_protocol(__u16 port_be, __u8 protocol)
{
	return (__u32)port_be << 16 | protocol;
}

static inline __u32 vip_hash(const struct vip_key *key)
{
	__u64 h = key->address[1] * 0x9e3779b97f4a7c15ull ^ key->address[0] * 0xc2b2ae3d27d4eb4full;

	h += key->port_protocol * 0xd6e8feb86659fd93ull;
	h ^= h >> 32;
	return (__u32)(h * 0x9e3779b97f4a7c15ull >> 40) & (VIP_BUCKETS - 1);
}

/* How a new flow finds its server (bpf/pick.h). The ring is a turn, a hash table, or a list of candidates. */
enum pick {
	PICK_NEXT,	/* rr, wrr: the next slot of the ring, by one cursor for all CPUs */
	PICK_HASH,	/* sh, dh, mh: the slot that the client's (dh: the virtual) address hashes to; see the hash flags */
	PICK_LC,	/* from here on the ring lists the usable servers in IPVS's order, the newest first */
	PICK_WLC,
	PICK_SED,
	PICK_NQ,
	PICK_FO,
	PICK_OVF,
	PICK_TWOS,
	PICK_LBLC,
	PICK_LBLCR,
};

enum {
	SERVICE_HAS_LOCAL = 1,	/* this host is itself one of the real servers: with the gate shut, packets pass to it */
	SERVICE_WIDE = 2,	/* its connections stand in the wide table */
	SERVICE_ANY_PORT = 4,	/* port 0: all ports that no other service of the address has */
	SERVICE_ONE_PACKET = 8, /* UDP: every packet is scheduled by itself, no entry is made */
	SERVICE_HASH_PORT = 16, /* sh-port, mh-port: the client's port is hashed, too */
	SERVICE_HASH_FALLBACK = 32,	 /* sh-fallback, mh-fallback: another slot when the first one's server is unusable */
	SERVICE_HASH_DESTINATION = 64,	 /* dh */
	SERVICE_HASH_MAGLEV = 128,	 /* mh: the kernel's SipHash instead of its golden ratio */
	SERVICE_FILTERED = 256,		 /* it has allow or deny prefixes: new flows are looked up in `sources` */
	SERVICE_EXPIRE_NODEST = 512,	 /* expire_nodest_conn */
	SERVICE_EXPIRE_QUIESCENT = 1024, /* expire_quiescent_template */
	SERVICE_SLOPPY_TCP = 2048,	 /* sloppy_tcp */
	SERVICE_SLOPPY_SCTP = 4096,	 /* sloppy_sctp */
};

/* One cache line; found by service id. Every field is stored by itself, atomically. */
struct service {
	__u64 ring;	   /* ring_word(): a new ring is written aside and published by this one store */
	__u32 server_base; /* record of server index 0 */
	__u32 role;
	__u32 persistence; /* ticks, 0: not persistent */
	__u32 flags;	   /* SERVICE_* */
	__u32 protocol;	   /* IP protocol number */
	__u32 pick;	   /* enum pick */
	__u64 persistence_mask[2]; /* of the client's 16-byte address */
	__u64 reserved[2];
};

static inline __u64 ring_word(__u32 first_chunk, __u32 slots)
{
	return (__u64)first_chunk << 32 | slots;
}

/* What the schedulers remember of a service; a cache line each, because every CPU writes to it. */
struct cursor {
	__u64 next;	/* position in the ring of the next new connection */
	__u64 cached;	/* lblc and lblcr: the server chosen last, bpf/pick.h */
	__u64 reserved[6];
};

struct ring_chunk {
	__u16 server[RING_CHUNK]; /* server index inside the service */
};

enum {
	SERVER_AVAILABLE = 1, /* in service, if only with weight 0; without it its packets are dropped */
	SERVER_LOCAL = 2,     /* this host */
};

struct server {
	__u64 next_hop; /* next_hop_word(); 0: not resolved */
	__u32 flags;
	__u32 weight;
	__u32 upper; /* upper threshold of active and inactive connections; 0: none */
	__u32 lower; /* lower threshold; 0: three quarters of the upper one */
	__u64 reserved;
};

/* Destination MAC in the low 48 bits as in the frame, port slot of the way out above. */
static inline __u64 next_hop_word(__u64 mac, __u32 port_slot)
{
	return mac | (__u64)port_slot << 48;
}

/* Live entries by kind, changed by atomic adds from both sides and recounted by the sweeper. */
struct server_load {
	__u32 active;
	__u32 inactive;
	__u32 persistent; /* templates */
	__u32 overloaded; /* 1: upper threshold reached and not yet below the lower one: no new flows (IP_VS_DEST_F_OVERLOAD) */
};

/* Per CPU, for each service and each server. */
struct traffic {
	__u64 connections;
	__u64 packets;
	__u64 bytes; /* IP length */
};

/* ---- interfaces, peers, roles --------------------------------------------------------------------------------- */

/* Slot: ifindex modulo MAX_PORTS, or one of the next PORT_PROBES - 1. The slot is also the key of the egress devmap. */
struct port {
	__u64 mac;	   /* low 48 bits, as in the frame */
	__u64 peer_filter; /* bit (last MAC byte & 63) is set for each peer director heard on this link */
	__u32 ifindex;	   /* 0: free; stored last */
	__u32 reserved[3];
};

/*
 * One for each VRRP instance, by its role number. The packet path reads `gate`, nothing else; the rest is what the VRRP
 * thread leaves for the next daemon.
 */
struct role {
	__u32 gate;	      /* 1: open, packets are scheduled */
	__u32 state;	      /* model::VrrpState */
	__u64 last_advert_us; /* CLOCK_BOOTTIME of our last advert as master */
	__u64 interval_us;    /* advert interval */
	__u64 boot;	      /* which boot of the host that time belongs to */
	__u32 virtual_router_id;
	__u32 zero;
	char instance[88]; /* name, zero padded; empty: free */
};

struct settings {
	__u32 timeout[16];     /* ticks, by connection state */
	__u64 peer[MAX_PEERS]; /* MACs as in the frame, 0: free */
};

/* ---- connection table ----------------------------------------------------------------------------------------- */

/* IPVS's connection states (include/net/ip_vs.h) and one for UDP; they index settings.timeout. */
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
};

/* ActiveConn counts these four; every other entry is in InActConn (IPVS's tcp_state_active_table). */
enum { ACTIVE_STATES = 1 << STATE_ESTABLISHED | 1 << STATE_SYN_SENT | 1 << STATE_SYN_RECV | 1 << STATE_SYNACK };

/*
 * The slot protocol. A slot is two words, and the meta word owns it:
 *
 *   bits  0..1   slot state: FREE, BUSY (an owner writes the key), CLAIM (key valid, not yet decided), LIVE
 *   bits  2..9   generation, one more each time the slot is taken
 *   bits 10..25  server index inside the service
 *   bits 26..29  connection state
 *   bits 30..37  flags
 *   bits 38..63  tick of the last packet
 *
 *   take     FREE(g) or a victim's exact value  --CAS-->  BUSY(g+1); store the key;  --CAS-->  CLAIM(g+1, ...)
 *   decide   scan both buckets for the same key: a LIVE one wins over us (CAS ours to FREE, use it); of two CLAIMs the
 *            lower slot wins (the loser is CASed to FREE by either);  --CAS-->  LIVE. Only now a packet is sent.
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
	META_FLAGS_SHIFT = 30,
	META_TICK_SHIFT = 38,
	TICK_BITS = 26,
};

enum { TICK_MASK = (1 << TICK_BITS) - 1 };

enum {
	FLAG_TEMPLATE = 1,     /* persistence template: masked client address, port 0, TEMPLATE_KEY */
	FLAG_ASSURED = 2,      /* template: a connection of it was once ESTABLISHED */
	FLAG_HAS_TEMPLATE = 4, /* connection of a persistent service: it keeps its template alive */
	FLAG_REARMED = 8,      /* template past its timeout, kept by its connections: now 60 s at a time, as IPVS does */
};

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
	return meta >> META_STATE_SHIFT & 0xf;
}

static inline __u32 meta_flags(__u64 meta)
{
	return meta >> META_FLAGS_SHIFT & 0xff;
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

struct narrow_bucket {
	struct narrow_slot slot[BUCKET_SLOTS];
};

/* Set in a key's service number: a template's. Source port 0 is no sign, since a packet may carry it. */
enum { TEMPLATE_KEY = 0x8000 };

static inline __u64 narrow_key(__u32 client_be, __u16 client_port_be, __u16 service)
{
	return (__u64)client_be << 32 | (__u64)client_port_be << 16 | service;
}

static inline __u32 key_service(__u64 key)
{
	return key & (TEMPLATE_KEY - 1) & 0xffff;
}

/* Both bucket numbers of a key: low and high half, masked by the reader. The seed is drawn once for a table. */
static inline __u64 narrow_hash(__u64 key, __u64 seed)
{
	__u64 h = (key ^ seed) * 0x9e3779b97f4a7c15ull;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ull;
	h ^= h >> 29;
	return h;
}

/* A template past its timeout is still used for this long, so that the sweeper can see whether connections keep it. */
enum { TEMPLATE_GRACE_TICKS = 20 };

/* Which entries gave way to a new one; counted per CPU. Expired ones do not count as live. */
enum eviction { EVICT_EXPIRED, EVICT_CLOSED, EVICT_TEMPLATE, EVICT_HALF_OPEN, EVICT_OLDEST, EVICTION_COUNT };

/* ---- what user space keeps beside the packet path's maps ------------------------------------------------------- */

/* One value; says what the pinned maps are, so that the next daemon can take them over or must refuse. */
struct layout {
	__u32 version;
	__u32 tick_shift;
	__u32 buckets; /* narrow table, a power of two */
	__u32 zero;
	__u64 seed;
};

enum { NAME_FREE, NAME_IN_SERVICE, NAME_REMEMBERED };

/* Which service an id stands for; remembered after its removal while connections live. By service id. */
struct service_name {
	__u64 address[2];
	__u16 port; /* be */
	__u8 protocol;
	__u8 use; /* NAME_* */
	__u32 server_base;
	__u32 server_room; /* records reserved from server_base on */
	__u32 scheduler;   /* model::Scheduler */
	struct traffic carried; /* added, modulo 2^64, to what the packet path counted: takes a record's past off or on */
};

/* The same for server records. */
struct server_name {
	__u64 address[2];
	__u16 port; /* be */
	__u8 use;
	__u8 zero[5];
	struct traffic carried;
};

DROVER_ASSERT_SIZE(struct vip_key, 24);
DROVER_ASSERT_SIZE(struct vip_entry, 32);
DROVER_ASSERT_SIZE(struct vip_bucket, 64);
DROVER_ASSERT_SIZE(struct service, 64);
DROVER_ASSERT_SIZE(struct cursor, 64);
DROVER_ASSERT_SIZE(struct ring_chunk, 64);
DROVER_ASSERT_SIZE(struct server, 32);
DROVER_ASSERT_SIZE(struct server_load, 16);
DROVER_ASSERT_SIZE(struct traffic, 24);
DROVER_ASSERT_SIZE(struct port, 32);
DROVER_ASSERT_SIZE(struct role, 128);
DROVER_ASSERT_SIZE(struct settings, 192);
DROVER_ASSERT_SIZE(struct narrow_slot, 16);
DROVER_ASSERT_SIZE(struct narrow_bucket, 64);
DROVER_ASSERT_SIZE(struct layout, 24);
DROVER_ASSERT_SIZE(struct service_name, 56);
DROVER_ASSERT_SIZE(struct server_name, 48);

#ifdef __cplusplus
} /* namespace drover::contract */
#endif

#endif
