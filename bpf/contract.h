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
enum { LAYOUT_VERSION = 4 };

enum {
	MAX_SERVICES = 16384,	     /* ids 1..16383; 0 = none. Keys and metas have 16 bits for it */
	MAX_SERVERS = 131072,	     /* server records of all services together */
	MAX_SERVICE_SERVERS = 65535, /* of one service: an entry names its server by 16 bits */
	MAX_ROLES = 2048,	     /* VRRP instances; role 0 is always open */
	MAX_WATCHED = 16384,	     /* their addresses and virtual routers */
	MAX_PORTS = 256,	     /* interfaces; slot 0 is unused */
	PORT_PROBES = 4,
	MAX_PEERS = 16, /* peer directors' MACs */
	VIP_BUCKETS = 16384,
	VIP_BUCKET_ENTRIES = 2,
	MAX_SPILLED_VIPS = 65536,
	RING_CHUNK = 32,     /* ring slots in one map value */
	RING_CHUNKS = 32768, /* one million slots for all rings together */
	MAX_RING = 65536,    /* of one service */
	MAX_FRAGMENTS = 16384, /* datagrams under way in pieces */
	MAX_SOURCES = 65536,   /* allow and deny prefixes of all services */
	JOURNAL_ENTRIES = 65536, /* a power of two: new connections that the sync thread may be behind */
};

/* ---- verdicts ------------------------------------------------------------------------------------------------- */

/*
 * What happened to a packet, and why: X(name, action, text). Each has a counter; the names are what `drover status`
 * and the metrics print. Order is part of the layout: append only.
 */
#define DROVER_VERDICTS(X)                                                                                             \
	X(forwarded, FORWARD, "sent to its real server")                                                               \
	X(not_ip, PASS, "neither IPv4 nor IPv6: ARP and everything else is the host's own")                            \
	X(other_mac, PASS, "not sent to this host's MAC address")                                                      \
	X(malformed, PASS, "IP header cut short or wrong: left to the host, which drops and counts it")                \
	X(no_vip, PASS, "not for a VIP")                                                                               \
	X(no_service, PASS, "for a VIP, but no virtual service has this port and protocol")                            \
	X(not_balanced, PASS, "for a VIP, but neither TCP, UDP nor SCTP (ping, for one)")                              \
	X(no_entry, PASS, "of no known connection and not one's beginning: the host answers with a reset")             \
	X(from_peer, PASS, "sent by the other director: a packet is scheduled once")                                   \
	X(real_here, PASS, "its real server is this host")                                                             \
	X(surrendered, DROP, "about a VIP that this host has given up: its VRRP had fallen silent when another claimed it") \
	X(not_accepted, DROP, "for a VIP that this host holds without accepting packets to it (no_accept)")             \
	X(not_master, DROP, "this director is not MASTER for the VIP")                                                 \
	X(truncated, DROP, "for a service, but its TCP, UDP or SCTP header is cut short")                              \
	X(busy, DROP, "another CPU was just making the entry of the same flow: the client sends again")                \
	X(no_destination, ANSWER, "the service has no real server to give it to: answered with port unreachable")      \
	X(server_gone, DROP, "the real server of this connection is out of service")                                   \
	X(no_next_hop, DROP, "the real server's MAC address is not known")                                             \
	X(ttl_expired, ANSWER, "TTL used up: answered with time exceeded")                                             \
	X(no_room, DROP, "no slot could be had in the connection table")                                               \
	X(related, FORWARD, "an ICMP error about a connection: sent to its real server")                               \
	X(unrelated, PASS, "an ICMP error for a VIP about no known connection")                                        \
	X(fragment, FORWARD, "a later IP fragment: sent after its first one")                                          \
	X(fragment_alone, DROP, "a later IP fragment whose first one was not seen")                                    \
	X(stateless, FORWARD, "sent by hash and without an entry: more new flows a second than flood_rate")            \
	X(denied, DROP, "its source may not use the service (allow, deny)")                                            \
	X(conn_max, DROP, "a new flow, but the connection table holds conn_max entries")                               \
	X(silent, DROP, "would have been answered with ICMP, but the answers' rate was used up")

enum drover_action { ACTION_FORWARD, ACTION_PASS, ACTION_DROP, ACTION_ANSWER };

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
	VIP_HAS_FTP = 4, /* in an address's own entry: port 21 is a TCP service here, and takes unclaimed high ports along */
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
	__u64 h = key->address[1] * 0x9e3779b97f4a7c15ull ^ key->address[0] * 0xc2b2ae3d27d4eb4full; /* 0 for IPv4 */

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
	SERVICE_DENIES_OTHERS = 8192,	 /* it has an allow list: a source that no prefix names is denied */
	SERVICE_HASH_EVEN = 16384,	 /* sh_even: how the ring was laid out; nothing to the packet path */
	SERVICE_RANDOM_START = 32768,	 /* rr, wrr: where the cursor began; nothing to the packet path */
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
	__u64 cached;	/* lblc: the server chosen last; lblc and lblcr: when that was. 0: nothing is remembered. bpf/pick.h */
	__u64 set;	/* lblcr: its set of servers */
	__u64 reserved[5];
};

struct ring_chunk {
	__u16 server[RING_CHUNK]; /* server index inside the service */
};

enum {
	SERVER_AVAILABLE = 1, /* in service, if only with weight 0; without it its packets are dropped */
	SERVER_LOCAL = 2,     /* this host */
	SERVER_ON_LINK = 4,   /* its next hop's MAC is its own, no gateway's: a frame from there for the service comes from it */
};

struct server {
	__u64 next_hop; /* next_hop_word(); 0: not resolved */
	__u32 flags;
	__u32 weight;
	__u32 upper; /* upper threshold of active and inactive connections; 0: none */
	__u32 lower; /* lower threshold; 0: three quarters of the upper one */
	__u32 last_weight; /* the last one that was not 0: mh goes by it. User space only */
	__u32 reserved;
};

/* Destination MAC in the low 48 bits as in the frame, port slot of the way out above. */
static inline __u64 next_hop_word(__u64 mac, __u32 port_slot)
{
	return mac | (__u64)port_slot << 48;
}

static inline __u64 next_hop_mac(__u64 word)
{
	return word & 0xffffffffffffull;
}

/* Live entries by kind, changed by atomic adds from both sides and recounted by the sweeper. */
struct server_load {
	__u32 active;
	__u32 inactive;
	__u32 persistent; /* templates */
	__u16 overloaded; /* 1: upper threshold reached and not yet below the lower one: no new flows (IP_VS_DEST_F_OVERLOAD) */
	__u16 cached;	  /* lblcr: its number in the service's set, 0: none */
};

/*
 * What `overloaded` is after an entry of any kind has begun or ended, as ip_vs_bind_dest() and ip_vs_unbind_dest() have
 * it. `total` is active + inactive; for a moment it may be seen below 0, when another CPU has counted an end first.
 */
static inline __u16 overloaded_after(__u16 overloaded, int begun, __u32 total, __u32 upper, __u32 lower)
{
	__s64 entries = (__s32)total;

	if (begun)
		return upper && entries >= upper ? 1 : overloaded;
	if (lower)
		return entries < lower ? 0 : overloaded;
	if (upper)
		return entries * 4 < (__s64)upper * 3 ? 0 : overloaded;
	return 0;
}

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
	__u32 virtual_filter; /* bit (VRID & 31) is set for each virtual router whose MAC address is ours, too (use_vmac) */
	__u32 reserved[2];
};

/*
 * One for each VRRP instance, by its role number. The common path reads `gate`, nothing else; the rest is what the VRRP
 * thread leaves for the next daemon, and for bpf/claim.h.
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

/*
 * Who else claims the addresses of an instance; by role number. When our own last advert is older than `down_us` at that
 * moment, the packet path gives the addresses up: it shuts the gate and answers for them no more (bpf/claim.h).
 */
struct rival {
	__u64 down_us;	    /* master-down interval; 0: nobody watches */
	__u64 answered_us;  /* CLOCK_BOOTTIME of the last ARP or neighbour discovery for one of them from elsewhere; 0: never */
	__u64 mac;	    /* whose that was, as in the frame */
	__u64 address[2];   /* and for which address */
	__u32 surrendered;
	__u32 zero;
	__u64 reserved[2];
};

/* A virtual address of an instance, or, with address 0, the adverts of its virtual router on its interface. */
struct watched_key {
	__u64 address[2];
	__u32 ifindex;	     /* 0 with an address */
	__u32 vrid_protocol; /* VRID, IP version above it from bit 8 on; 0 with an address */
};

/* In the value of an address, above the role's number: while the gate is open, the host accepts nothing that is sent to it. */
enum { WATCHED_CLOSED = 1 << 31 };

struct settings {
	__u32 timeout[32];     /* ticks, by connection state */
	__u64 peer[MAX_PEERS]; /* MACs as in the frame, 0: free */
	__u32 flood_rate;      /* new flows a tick and CPU above which SYNs get no entry; 0: never */
	__u32 flood_tick;      /* tick of the last flow above the rate; 0: never yet */
	__u32 flood_after;     /* ticks: FLOOD_AFTER_SECONDS */
	__u32 fragment_life;   /* ticks: FRAGMENT_SECONDS */
	__u64 conn_max;	       /* 0: none */
	__s64 entries_left;    /* with conn_max: new entries until then, counted down by the packet path, set by the sweeper */
	__u32 drop_entry;      /* model::Limits::drop_entry; the sweeper's */
	__u32 surrenders;      /* an instance may be surrendered: all that goes to the host is looked at */
	__u32 closed;	       /* a WATCHED_CLOSED address is watched: likewise */
	__u32 reserved;
};

#include "slot.h"

/* ---- fragments, sources, floods --------------------------------------------------------------------------------- */

/* A datagram that came in pieces: what its first fragment was given, for those behind it. */
struct fragment_key {
	__u64 source[2];
	__u64 destination[2];
	__u32 id; /* be; 16 bits in IPv4 */
	__u32 protocol;
};

struct fragment_value {
	__u32 service;
	__u32 record; /* server record */
	__u32 tick;
	__u32 zero;
};

/* allow and deny of a service: longest prefix wins. `length` counts the bits of service and address. */
struct source_key {
	__u32 length;
	__u32 service; /* be, so that its bits come first in order */
	__u64 address[2];
};

enum { SOURCE_ALLOW = 1, SOURCE_DENY = 2 };

/* Per CPU: new flows of the current tick, and ICMP answers of it. */
struct pace {
	__u32 tick;
	__u32 flows;
	__u32 answer_tick;
	__u32 answers;
};

enum {
	FLOOD_AFTER_SECONDS = 60, /* so long after the last flood an ACK without an entry still goes by the hash */
	ANSWERS_A_TICK = 64,	  /* of ICMP, for each CPU: about 250 a second; Linux has 1000 a second for the host */
	FRAGMENT_SECONDS = 30,	  /* Linux's ipfrag_time */
};

/* ---- the journal ------------------------------------------------------------------------------------------------- */

/*
 * Keys of entries that have begun, changed their state, or had to give way: the sync thread looks each up soon after and
 * tells the peers what it finds. Writers of all CPUs take numbers from one counter, so entry n stands at n modulo
 * JOURNAL_ENTRIES, and is complete when its `number` is n + 1. Nobody waits: a reader who is too far behind has lost
 * what was written over, which its walk over the table then finds.
 */
struct journal_head {
	__u64 next; /* number of the next entry */
	__u32 on;   /* 1: somebody reads */
	__u32 zero;
	__u64 reserved[6]; /* a cache line: every CPU adds to `next` */
};

struct journal_entry {
	__u64 key[3]; /* of a wide slot (slot.h), whatever the entry's table; a narrow one's virtual port is worthless */
	__u64 number;
};

/* ---- what user space keeps beside the packet path's maps ------------------------------------------------------- */

/* One value; says what the pinned maps are, so that the next daemon can take them over or must refuse. */
struct layout {
	__u32 version;
	__u32 tick_shift;
	__u32 narrow_buckets; /* a power of two, as is the other */
	__u32 wide_buckets;
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
DROVER_ASSERT_SIZE(struct rival, 64);
DROVER_ASSERT_SIZE(struct watched_key, 24);
DROVER_ASSERT_SIZE(struct settings, 304);
DROVER_ASSERT_SIZE(struct fragment_key, 40);
DROVER_ASSERT_SIZE(struct fragment_value, 16);
DROVER_ASSERT_SIZE(struct source_key, 24);
DROVER_ASSERT_SIZE(struct pace, 16);
DROVER_ASSERT_SIZE(struct journal_head, 64);
DROVER_ASSERT_SIZE(struct journal_entry, 32);
DROVER_ASSERT_SIZE(struct layout, 24);
DROVER_ASSERT_SIZE(struct service_name, 56);
DROVER_ASSERT_SIZE(struct server_name, 48);

#ifdef __cplusplus
} /* namespace drover::contract */
#endif

#endif
