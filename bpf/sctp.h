/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * SCTP as a direct-routing director sees it: the client's half alone, by the chunks of its packets. The table is what
 * kernel IPVS was seen to do (tests/bpf/data/sctp_states.txt), odd as some of it is.
 */
#ifndef DROVER_SCTP_H
#define DROVER_SCTP_H

#include <bpf/bpf_endian.h>

#include "contract.h"

enum {
	SCTP_HEADER_BYTES = 12,
	SCTP_CHUNK_BYTES = 4, /* type, flags, length */
	MAX_COOKIE_BYTES = 0xfff, /* of a chunk behind which another one is looked for */
};

/* RFC 9260. Those without a number below 15 count as DATA, as in IPVS. */
enum sctp_chunk {
	CHUNK_DATA = 0,
	CHUNK_INIT = 1,
	CHUNK_INIT_ACK = 2,
	CHUNK_SACK = 3,
	CHUNK_HEARTBEAT_ACK = 5,
	CHUNK_ABORT = 6,
	CHUNK_SHUTDOWN = 7,
	CHUNK_SHUTDOWN_ACK = 8,
	CHUNK_ERROR = 9,
	CHUNK_COOKIE_ECHO = 10,
	CHUNK_COOKIE_ACK = 11,
	CHUNK_ECNE = 12,
	CHUNK_CWR = 13,
	CHUNK_SHUTDOWN_COMPLETE = 14,
	CHUNK_ABORT_BEHIND = 15, /* no chunk: an ABORT behind a cookie */
	CHUNK_EVENTS = 16,
};

#define FROM(name) STATE_SCTP_##name - STATE_SCTP_NONE
#define ABORTED                                                                                                        \
	{[0 ... 15] = STATE_SCTP_CLOSED}
#define AS_DATA                                                                                                        \
	{[FROM(NONE)] = STATE_SCTP_ESTABLISHED}

/* Row: first chunk; column: state before. 0: it stays. States that a client alone cannot bring about are left out. */
static const __u8 sctp_next[CHUNK_EVENTS][16] = {
	[CHUNK_DATA] = AS_DATA,
	[CHUNK_INIT] = {[FROM(NONE)] = STATE_SCTP_INIT1,
			[FROM(INIT1)] = STATE_SCTP_INIT,
			[FROM(CLOSED)] = STATE_SCTP_INIT},
	[CHUNK_INIT_ACK] = {[FROM(NONE)] = STATE_SCTP_COOKIE_ECHOED,
			    [FROM(INIT1)] = STATE_SCTP_COOKIE_ECHOED,
			    [FROM(INIT)] = STATE_SCTP_COOKIE_ECHOED},
	[CHUNK_SACK ... CHUNK_HEARTBEAT_ACK] = AS_DATA,
	[CHUNK_ABORT] = ABORTED,
	[CHUNK_SHUTDOWN] = {[FROM(NONE)] = STATE_SCTP_SHUTDOWN_RECEIVED,
			    [FROM(ESTABLISHED)] = STATE_SCTP_SHUTDOWN_RECEIVED},
	[CHUNK_SHUTDOWN_ACK] = {[FROM(NONE)] = STATE_SCTP_CLOSED,
				[FROM(INIT1)] = STATE_SCTP_INIT,
				[FROM(ESTABLISHED)] = STATE_SCTP_CLOSED},
	[CHUNK_ERROR] = {[FROM(NONE)] = STATE_SCTP_CLOSED},
	[CHUNK_COOKIE_ECHO] = {[FROM(NONE)] = STATE_SCTP_ESTABLISHED,
			       [FROM(INIT1)] = STATE_SCTP_ESTABLISHED,
			       [FROM(INIT)] = STATE_SCTP_ESTABLISHED},
	[CHUNK_COOKIE_ACK] = {[FROM(NONE)] = STATE_SCTP_ESTABLISHED,
			      [FROM(COOKIE_ECHOED)] = STATE_SCTP_ESTABLISHED},
	[CHUNK_ECNE ... CHUNK_CWR] = AS_DATA,
	[CHUNK_SHUTDOWN_COMPLETE] = {[FROM(NONE)] = STATE_SCTP_CLOSED,
				     [FROM(INIT1)] = STATE_SCTP_CLOSED,
				     [FROM(INIT)] = STATE_SCTP_CLOSED,
				     [FROM(SHUTDOWN_RECEIVED)] = STATE_SCTP_CLOSED},
	[CHUNK_ABORT_BEHIND] = ABORTED,
};

#undef AS_DATA
#undef ABORTED
#undef FROM

/* The first chunk's type, which IPVS goes by; but an ABORT right behind COOKIE_ECHO or COOKIE_ACK counts in its place. */
static __always_inline __u8 sctp_event(const __u8 *header, const void *end)
{
	const __u8 *chunk = header + SCTP_HEADER_BYTES;
	__u32 length;

	if ((void *)(chunk + SCTP_CHUNK_BYTES) > end)
		return CHUNK_DATA;
	if (chunk[0] == CHUNK_COOKIE_ECHO || chunk[0] == CHUNK_COOKIE_ACK) {
		const __u8 *next;

		length = chunk[2] << 8 | chunk[3];
		next = chunk + ((length + 3) & MAX_COOKIE_BYTES & ~3u);
		if (length >= SCTP_CHUNK_BYTES && length <= MAX_COOKIE_BYTES - 3 && (void *)(next + SCTP_CHUNK_BYTES) <= end &&
		    next[0] == CHUNK_ABORT)
			return CHUNK_ABORT_BEHIND;
	}
	return chunk[0] < CHUNK_ABORT_BEHIND ? chunk[0] : CHUNK_DATA;
}

static __always_inline __u32 sctp_state_after(__u32 state, __u8 event)
{
	__u32 from = state - STATE_SCTP_NONE, next;

	if (!event && from) /* nearly every packet */
		return state;
	next = sctp_next[event & (CHUNK_EVENTS - 1)][from & 15];
	return next ? next : state;
}

/* STATE_COUNT: it may not begin an association. */
static __always_inline __u32 sctp_first_state(__u8 event, int sloppy)
{
	if (event == CHUNK_INIT)
		return STATE_SCTP_INIT1;
	return sloppy && event != CHUNK_ABORT ? sctp_state_after(STATE_SCTP_NONE, event) : (__u32)STATE_COUNT;
}

#endif
