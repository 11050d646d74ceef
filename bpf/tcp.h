/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * TCP as a direct-routing director sees it: the client's half alone. IPVS's input-only table (net/netfilter/ipvs/
 * ip_vs_proto_tcp.c, tcp_states_dir for NOOUTPUT connections); a segment with none of the four flags changes nothing,
 * where IPVS would close the entry.
 */
#ifndef DROVER_TCP_H
#define DROVER_TCP_H

#include "parse.h"

enum tcp_event { EVENT_SYN, EVENT_FIN, EVENT_ACK, EVENT_RST, EVENT_NONE };

/* Row: event; column: state before. Columns: NO ES SS SR FW TW CL CW LA LI SA, then UDP and padding unused. */
static const __u8 tcp_next[4][16] = {
	{STATE_SYN_RECV, STATE_ESTABLISHED, STATE_ESTABLISHED, STATE_SYN_RECV, STATE_SYN_RECV, STATE_SYN_RECV,
	 STATE_SYN_RECV, STATE_SYN_RECV, STATE_SYN_RECV, STATE_SYN_RECV, STATE_SYN_RECV},
	{STATE_CLOSE, STATE_FIN_WAIT, STATE_SYN_SENT, STATE_TIME_WAIT, STATE_FIN_WAIT, STATE_TIME_WAIT, STATE_CLOSE,
	 STATE_CLOSE_WAIT, STATE_LAST_ACK, STATE_LISTEN, STATE_TIME_WAIT},
	{STATE_ESTABLISHED, STATE_ESTABLISHED, STATE_SYN_SENT, STATE_ESTABLISHED, STATE_FIN_WAIT, STATE_TIME_WAIT,
	 STATE_CLOSE, STATE_CLOSE_WAIT, STATE_CLOSE, STATE_LISTEN, STATE_ESTABLISHED},
	{STATE_CLOSE, STATE_CLOSE, STATE_CLOSE, STATE_SYN_RECV, STATE_CLOSE, STATE_CLOSE, STATE_CLOSE, STATE_CLOSE,
	 STATE_LAST_ACK, STATE_LISTEN, STATE_CLOSE},
};

/* IPVS looks at the flags in this order. */
static __always_inline __u32 tcp_event(__u8 flags)
{
	if (flags & TCP_RST)
		return EVENT_RST;
	if (flags & TCP_SYN)
		return EVENT_SYN;
	if (flags & TCP_FIN)
		return EVENT_FIN;
	return flags & TCP_ACK ? EVENT_ACK : EVENT_NONE;
}

static __always_inline __u32 tcp_state_after(__u32 state, __u8 flags)
{
	__u32 event = tcp_event(flags);

	return event == EVENT_NONE ? state : tcp_next[event & 3][state & 15];
}

/* Any SYN makes a connection, even with an ACK beside it, as in IPVS. */
static __always_inline int tcp_opens(__u8 flags)
{
	return (flags & (TCP_SYN | TCP_RST)) == TCP_SYN;
}

#endif
