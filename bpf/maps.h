/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The maps, and what is fixed when the program is loaded. Everything the packet path reads for an established
 * connection is an ARRAY: its look-up is inlined by the verifier and costs no call.
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

DROVER_ARRAY(vip_table, struct vip_bucket, VIP_BUCKETS, BPF_F_MMAPABLE);
DROVER_ARRAY(services, struct service, MAX_SERVICES, BPF_F_MMAPABLE);
DROVER_ARRAY(cursors, struct cursor, MAX_SERVICES, BPF_F_MMAPABLE);
DROVER_ARRAY(rings, struct ring_chunk, RING_CHUNKS, BPF_F_MMAPABLE);
DROVER_ARRAY(servers, struct server, MAX_SERVERS, BPF_F_MMAPABLE);
DROVER_ARRAY(server_loads, struct server_load, MAX_SERVERS, BPF_F_MMAPABLE);
DROVER_ARRAY(ports, struct port, MAX_PORTS, BPF_F_MMAPABLE);
DROVER_ARRAY(roles, struct role, MAX_ROLES, BPF_F_MMAPABLE);
DROVER_ARRAY(settings, struct settings, 1, BPF_F_MMAPABLE);
DROVER_ARRAY(narrow, struct narrow_bucket, 1, BPF_F_MMAPABLE); /* sized by the loader, as is the other */
DROVER_ARRAY(wide, struct wide_bucket, 1, BPF_F_MMAPABLE);

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

static __always_inline __u32 tick_now(void)
{
	return (__u32)(bpf_jiffies64() >> tick_shift) & TICK_MASK;
}

#endif
