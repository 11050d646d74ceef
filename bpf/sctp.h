/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* SCTP as a direct-routing director sees it: the client's half alone, by the chunks of its packets. */
#ifndef DROVER_SCTP_H
#define DROVER_SCTP_H

#include "parse.h"

enum sctp_chunk {
	CHUNK_DATA = 0,
	CHUNK_INIT = 1,
	CHUNK_ABORT = 6,
	CHUNK_SHUTDOWN = 7,
	CHUNK_SHUTDOWN_ACK = 8,
	CHUNK_COOKIE_ECHO = 10,
	CHUNK_SHUTDOWN_COMPLETE = 14,
};

static __always_inline __u32 sctp_state_after(__u32 state, __u8 chunk)
{
	switch (chunk) {
	case CHUNK_INIT:
		if (state == STATE_SCTP_NONE)
			return STATE_SCTP_INIT1;
		if (state == STATE_SCTP_INIT1 || state == STATE_SCTP_COOKIE_SENT || state == STATE_SCTP_COOKIE_REPLIED ||
		    state == STATE_SCTP_COOKIE_WAIT || state == STATE_SCTP_REJECTED || state == STATE_SCTP_CLOSED)
			return STATE_SCTP_INIT;
		return state;
	case CHUNK_COOKIE_ECHO:
		return state == STATE_SCTP_INIT || state == STATE_SCTP_INIT1 || state == STATE_SCTP_NONE ?
			       STATE_SCTP_ESTABLISHED : state;
	case CHUNK_SHUTDOWN:
		return state == STATE_SCTP_ESTABLISHED || state == STATE_SCTP_NONE ? STATE_SCTP_SHUTDOWN_RECEIVED : state;
	case CHUNK_SHUTDOWN_ACK:
		return state == STATE_SCTP_ESTABLISHED || state == STATE_SCTP_SHUTDOWN_SENT ? STATE_SCTP_CLOSED : state;
	case CHUNK_SHUTDOWN_COMPLETE:
		return state == STATE_SCTP_SHUTDOWN_RECEIVED ? STATE_SCTP_CLOSED : state;
	case CHUNK_ABORT:
		return STATE_SCTP_CLOSED;
	default:
		return state == STATE_SCTP_NONE ? STATE_SCTP_ESTABLISHED : state;
	}
}

/* STATE_COUNT: it may not begin an association. */
static __always_inline __u32 sctp_first_state(__u8 chunk, int sloppy)
{
	if (chunk == CHUNK_INIT)
		return STATE_SCTP_INIT1;
	return sloppy && chunk != CHUNK_ABORT ? sctp_state_after(STATE_SCTP_NONE, chunk) : (__u32)STATE_COUNT;
}

#endif
