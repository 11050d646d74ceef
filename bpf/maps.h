/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The maps, and what is fixed when the program is loaded. What the packet path reads for an established connection is an
 * ARRAY, most of it a DROVER_TABLE; the kernel inlines the look-ups of the rest, the counters per CPU.
 */
#ifndef DROVER_MAPS_H
#define DROVER_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "contract.h"

/* From struct layout; the verifier sees them as constants. */
const volatile __u32 narrow_mask = 0;
const volatile __u32 narrow_near_mask = 0;
const volatile __u32 wide_mask = 0;
const volatile __u32 wide_near_mask = 0;
const volatile __u64 hash_seed = 0;
const volatile __u32 tick_shift = 6;
const volatile __u32 ticks_a_day = 86400 * 4;

/* A word that others change meanwhile, read once. */
#define READ(word) (*(const volatile __u64 *)&(word))

/*
 * Always 0, which the verifier does not know. Adding it makes the verifier forget which of several ways led to a value,
 * so that it checks what follows once and not once for each way.
 */
volatile __u32 always_zero;

#define DROVER_ARRAY(map_name, map_value, entries, map_flags_)                                                         \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                                      \
		__uint(max_entries, entries);                                                                          \
		__uint(map_flags, map_flags_);                                                                         \
		__type(key, __u32);                                                                                    \
		__type(value, map_value);                                                                              \
	} map_name SEC(".maps")

#define DROVER_PERCPU(map_name, map_value, entries)                                                                    \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                                                               \
		__uint(max_entries, entries);                                                                          \
		__type(key, __u32);                                                                                    \
		__type(value, map_value);                                                                              \
	} map_name SEC(".maps")

/*
 * A table whose address the program has as a constant: an array map with one value, which holds all rows. Reading a row
 * is no look-up then, nothing goes by the stack, and no row can be missing. The "address" of the map that the compiler
 * sees becomes that of its value when the program is loaded (src/dataplane/io/direct_tables.h). The caller keeps `row` in
 * range.
 */
#define DROVER_TABLE(table, row_type, rows)                                                                            \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                                      \
		__uint(max_entries, 1);                                                                                \
		__uint(map_flags, BPF_F_MMAPABLE);                                                                     \
		__uint(key_size, sizeof(__u32));                                                                       \
		__uint(value_size, (rows) * sizeof(row_type));                                                         \
	} table SEC(".maps");                                                                                          \
                                                                                                                       \
	static __always_inline row_type *table##_row(__u32 row)                                                        \
	{                                                                                                              \
		row_type *first;                                                                                       \
                                                                                                                       \
		asm volatile("%0 = %1 ll" : "=r"(first) : "i"(&table)); /* volatile: else it would be kept on the stack */ \
		return first + row;                                                                                    \
	}

DROVER_TABLE(vip_table, struct vip_bucket, VIP_BUCKETS)
DROVER_TABLE(services, struct service, MAX_SERVICES)
DROVER_TABLE(servers, struct server, MAX_SERVERS)
DROVER_TABLE(ports, struct port, MAX_PORTS)
DROVER_TABLE(roles, struct role, MAX_ROLES)
DROVER_TABLE(rivals, struct rival, MAX_ROLES)
DROVER_TABLE(settings, struct settings, 1)
DROVER_TABLE(narrow, struct narrow_bucket, 1) /* sized by the loader, as is the other */
DROVER_TABLE(wide, struct wide_bucket, 1)

DROVER_TABLE(journal_heads, struct journal_head, 1)
DROVER_TABLE(journal, struct journal_entry, JOURNAL_ENTRIES)

DROVER_ARRAY(cursors, struct cursor, MAX_SERVICES, BPF_F_MMAPABLE);
DROVER_ARRAY(rings, struct ring_chunk, RING_CHUNKS, BPF_F_MMAPABLE);
DROVER_ARRAY(server_loads, struct server_load, MAX_SERVERS, BPF_F_MMAPABLE);

DROVER_PERCPU(service_traffic, struct traffic, MAX_SERVICES);
DROVER_PERCPU(server_traffic, struct traffic, MAX_SERVERS);
DROVER_PERCPU(verdicts, __u64, VERDICT_COUNT);
DROVER_PERCPU(evictions, __u64, EVICTION_COUNT);
DROVER_PERCPU(paces, struct pace, 1);

/* User space only: pinned beside the others so that the next daemon knows what the ids stand for. */
DROVER_ARRAY(layouts, struct layout, 1, BPF_F_MMAPABLE);
DROVER_ARRAY(service_names, struct service_name, MAX_SERVICES, BPF_F_MMAPABLE);
DROVER_ARRAY(server_names, struct server_name, MAX_SERVERS, BPF_F_MMAPABLE);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_SPILLED_VIPS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct vip_key);
	__type(value, __u32);
} vip_spill SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_WATCHED);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct watched_key);
	__type(value, __u32); /* role number */
} watched SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_FRAGMENTS);
	__type(key, struct fragment_key);
	__type(value, struct fragment_value);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, MAX_SOURCES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct source_key);
	__type(value, __u32);
} sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, MAX_PORTS);
	__type(key, __u32);
	__type(value, __u32);
} egress SEC(".maps");

static __always_inline struct service *service_at(__u32 id)
{
	return services_row(id & (MAX_SERVICES - 1));
}

static __always_inline struct server *server_at(__u32 record)
{
	return servers_row(record & (MAX_SERVERS - 1));
}

static __always_inline struct port *port_at(__u32 slot)
{
	return ports_row(slot & (MAX_PORTS - 1));
}

static __always_inline struct settings *settings_now(void)
{
	return settings_row(0);
}

static __always_inline __u32 tick_now(void)
{
	return (__u32)(bpf_jiffies64() >> tick_shift) & TICK_MASK;
}

#endif
