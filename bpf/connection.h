/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* From a packet of a service to the real server of its flow. */
#ifndef DROVER_CONNECTION_H
#define DROVER_CONNECTION_H

#include "flood.h"
#include "sources.h"
#include "tcp.h"
#include "vip.h"

/* The real server of a packet, and how it was found. */
struct target {
	__u32 record;
	const struct server *server;
	enum drover_verdict sent; /* what the packet counts as when it leaves */
};

static __always_inline __u32 state_after(const struct flow *flow, __u32 state)
{
	if (flow->protocol == IPPROTO_TCP)
		return tcp_state_after(state, flow->event);
	return flow->protocol == IPPROTO_SCTP ? sctp_state_after(state, flow->event) : state;
}

/* Keeps the entry alive and in the right state. Losing the CAS is harmless: someone else has just done the same. */
static __always_inline void refresh(const struct flow *flow, const struct service *service, __u64 *word, __u64 meta)
{
	__u32 was = meta_state(meta), state = state_after(flow, was);
	__u64 next;

	if (state == was && meta_age(meta, flow->now) < REFRESH_TICKS)
		return;
	next = make_meta(SLOT_LIVE, meta_generation(meta), meta_server(meta), state, meta_flags(meta), flow->now);
	if (!swap_meta(word, meta, next) || state == was)
		return;
	count_load(service->server_base + meta_server(meta), meta, next);
	journal_flow();
	if ((state == STATE_ESTABLISHED || state == STATE_SCTP_ESTABLISHED) && meta_flags(meta) & FLAG_HAS_TEMPLATE)
		assure_template();
}

/* Nothing to write and too young to be over: what nearly every packet of an established connection is. */
static __always_inline int is_quiet(__u8 protocol, __u8 event, __u64 meta, __u32 now)
{
	if (((now - meta_tick(meta)) & TICK_MASK) >= REFRESH_TICKS)
		return 0;
	if (protocol == IPPROTO_TCP)
		return meta_state(meta) == STATE_ESTABLISHED &&
		       (event & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) == TCP_ACK;
	return protocol == IPPROTO_UDP;
}

static __always_inline int opens(const struct flow *flow)
{
	if (flow->protocol == IPPROTO_TCP)
		return tcp_opens(flow->event);
	return flow->protocol == IPPROTO_SCTP && flow->event == CHUNK_INIT;
}

/*
 * IPVS's conn_reuse_mode 1: a first packet on an entry that is over is a new connection, unless a template binds its
 * client; with expire_nodest_conn also one on an entry of a quiesced server.
 */
static __always_inline int is_reused(const struct flow *flow, const struct service *service, const struct server *server,
				     __u64 meta)
{
	__u32 state = meta_state(meta);

	if (!opens(flow))
		return 0;
	if (service->flags & SERVICE_EXPIRE_NODEST && !server->weight)
		return 1;
	return !(meta_flags(meta) & FLAG_HAS_TEMPLATE) &&
	       (state == STATE_CLOSE || state == STATE_TIME_WAIT || state == STATE_SCTP_CLOSED);
}

static __always_inline void aim(const struct service *service, __u64 meta, struct target *target)
{
	target->record = service->server_base + meta_server(meta);
	target->server = server_at(target->record);
	target->sent = VERDICT_forwarded;
}

static __always_inline int is_available(const struct target *target)
{
	return target->server->flags & SERVER_AVAILABLE;
}

enum known { KNOWN_TARGET, KNOWN_GONE, KNOWN_BUSY, KNOWN_NOT };

/* The entry of a packet, if it has one. Packets of a server that is gone do not keep their entry alive, as in IPVS. */
static __always_inline enum known known_flow(const struct flow *flow, const struct service *service,
					     struct target *target, int words)
{
	struct slot_key key = make_key(flow->client, flow->client_port, flow->virtual_port, flow->service, words);
	struct settings *all;
	struct entry found;
	enum find_result result = find(&key, words, &found);

	if (result == FIND_BUSY)
		return KNOWN_BUSY;
	if (result == FIND_MISS)
		return KNOWN_NOT;
	aim(service, found.meta, target);
	if (is_quiet(flow->protocol, flow->event, found.meta, flow->now) && is_available(target))
		return KNOWN_TARGET;
	all = settings_now();
	if (meta_age(found.meta, flow->now) > timeout_of(service, all, found.meta))
		return KNOWN_NOT;
	if (is_reused(flow, service, target->server, found.meta))
		return release(&found.slot[words], flow->service, found.meta) ? KNOWN_NOT : KNOWN_BUSY;
	if (is_available(target)) {
		refresh(flow, service, &found.slot[words], found.meta);
		return KNOWN_TARGET;
	}
	if (!(service->flags & SERVICE_EXPIRE_NODEST))
		return KNOWN_GONE;
	return release(&found.slot[words], flow->service, found.meta) ? KNOWN_NOT : KNOWN_BUSY;
}

/* The first state of a packet that may begin a flow; STATE_COUNT: it may not. */
static __always_inline __u32 first_state(const struct flow *flow, const struct service *service)
{
	/* IPVS never schedules active FTP's data connections, which begin at a server, and goes by the port alone. */
	if (flow->client_port == bpf_htons(FTP_DATA_PORT))
		return STATE_COUNT;
	if (flow->protocol == IPPROTO_UDP)
		return STATE_UDP;
	if (flow->protocol == IPPROTO_SCTP)
		return sctp_first_state(flow->event, service->flags & SERVICE_SLOPPY_SCTP);
	if (tcp_opens(flow->event))
		return STATE_SYN_RECV;
	if (service->flags & SERVICE_SLOPPY_TCP && !(flow->event & TCP_RST))
		return tcp_state_after(STATE_NONE, flow->event);
	return STATE_COUNT;
}

/* VERDICT_COUNT with the server of a LIVE meta in hand, or why there is none. */
static __always_inline enum drover_verdict keep_server(struct flow *flow, const struct service *service, __u64 meta,
						       enum drover_verdict sent)
{
	switch (meta_slot_state(meta) == SLOT_LIVE ? SLOT_LIVE : meta) {
	case SLOT_LIVE:
		flow->record = service->server_base + meta_server(meta);
		flow->sent = sent;
		return VERDICT_COUNT;
	case SCHEDULE_BUSY:
		return VERDICT_busy;
	case SCHEDULE_NOBODY:
		return VERDICT_no_destination;
	case SCHEDULE_FULL:
		return VERDICT_conn_max;
	default:
		return VERDICT_no_room;
	}
}

/* A server by hash, and no entry. */
static __always_inline enum drover_verdict begin_stateless(struct flow *flow, const struct service *service)
{
	__u32 index = flood_server(flow, service);

	if (index == NO_SERVER)
		return VERDICT_no_destination;
	return keep_server(flow, service, make_meta(SLOT_LIVE, 0, index, 0, 0, 0), VERDICT_stateless);
}

/*
 * The flow in hand has no entry: may its packet begin one, and with which server? VERDICT_COUNT with flow->record and
 * flow->sent, or why not.
 */
__noinline int begin(void)
{
	struct settings *all = settings_now();
	struct flow *flow = flow_now();
	struct service *service;
	__u32 state, id;

	if (!flow)
		return VERDICT_no_room;
	id = flow->service;
	service = service_at(id);
	state = first_state(flow, service);
	if (state == STATE_COUNT && (flow->protocol != IPPROTO_TCP || flow->event & TCP_RST || !was_flood(all, flow->now)))
		return VERDICT_no_entry;
	if (is_denied(flow, service))
		return VERDICT_denied;
	if (state == STATE_COUNT)
		return keep_server(flow, service, enter_late(flow, service), VERDICT_forwarded);
	flow->state = state;
	if (service->flags & SERVICE_ONE_PACKET && flow->protocol == IPPROTO_UDP)
		return keep_server(flow, service, schedule_one_packet(flow, service, all), VERDICT_forwarded);
	if (is_flood(all, flow->now) && flow->protocol == IPPROTO_TCP)
		return begin_stateless(flow, service);
	return keep_server(flow, service, schedule(flow, service, all), VERDICT_forwarded);
}

/* The server in hand, which a function has found. VERDICT_COUNT with *target: go on. */
static __always_inline enum drover_verdict target_in_hand(const struct flow *flow, struct target *target)
{
	target->record = flow->record;
	target->server = server_at(target->record);
	target->sent = flow->sent;
	return is_available(target) ? VERDICT_COUNT : VERDICT_server_gone;
}

/* known_flow() of the flow in hand, of either width, for packets that are not common. KNOWN_TARGET: the server is in hand. */
__noinline int known_in_hand(void)
{
	struct flow *flow = flow_now();
	struct service *service;
	struct target target = {};
	int known;
	__u32 id;

	if (!flow)
		return KNOWN_NOT;
	id = flow->service;
	service = service_at(id);
	flow->now = tick_now();
	known = service->flags & SERVICE_WIDE ? known_flow(flow, service, &target, WIDE_KEY_WORDS) :
						known_flow(flow, service, &target, NARROW_KEY_WORDS);
	flow->record = target.record;
	flow->sent = VERDICT_forwarded;
	return known;
}

#endif
