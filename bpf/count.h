/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Counters: traffic per CPU without atomics, live entries shared with them (only on transitions). */
#ifndef DROVER_COUNT_H
#define DROVER_COUNT_H

#include "maps.h"

static __always_inline void count_verdict(__u32 verdict)
{
	__u64 *count = bpf_map_lookup_elem(&verdicts, &verdict);

	if (count)
		(*count)++;
}

static __always_inline void count_eviction(__u32 kind)
{
	__u64 *count = bpf_map_lookup_elem(&evictions, &kind);

	if (count)
		(*count)++;
}

static __always_inline void count_packet(struct traffic *traffic, __u32 bytes)
{
	if (!traffic)
		return;
	traffic->packets++;
	traffic->bytes += bytes;
}

static __always_inline void count_connection(__u32 service_id, __u32 server_record)
{
	struct traffic *traffic = bpf_map_lookup_elem(&service_traffic, &service_id);

	if (traffic)
		traffic->connections++;
	traffic = bpf_map_lookup_elem(&server_traffic, &server_record);
	if (traffic)
		traffic->connections++;
}

/* The counter of struct server_load in which an entry with this meta stands. */
static __always_inline __u32 *load_of(struct server_load *load, __u64 meta)
{
	if (meta_flags(meta) & FLAG_TEMPLATE)
		return &load->persistent;
	return ACTIVE_STATES >> meta_state(meta) & 1 ? &load->active : &load->inactive;
}

/* An upper threshold reached, or a lower one left behind. */
static __always_inline void judge_load(__u32 server_record, struct server_load *load, int begun)
{
	struct server *server = server_at(server_record);
	__u16 is = overloaded_after(load->overloaded, begun, load->active + load->inactive, server->upper, server->lower);

	if (is != load->overloaded)
		load->overloaded = is;
}

/* An entry came to be (from = 0), changed its kind, or ended (to = 0). Call it only after your CAS won. */
static __always_inline void count_load(__u32 server_record, __u64 from, __u64 to)
{
	struct server_load *load = bpf_map_lookup_elem(&server_loads, &server_record);
	__u32 *was, *is;

	if (!load)
		return;
	was = from ? load_of(load, from) : 0;
	is = to ? load_of(load, to) : 0;
	if (was == is)
		return;
	if (was)
		__sync_fetch_and_add(was, -1);
	if (is)
		__sync_fetch_and_add(is, 1);
	if (!was || !is)
		judge_load(server_record, load, !was);
}

#endif
