/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* A frame of bench/live: the least that TCP over IPv4 can be. Shared by the generator (BPF) and its sender (C++). */
#ifndef DROVER_BENCH_LIVE_FRAME_H
#define DROVER_BENCH_LIVE_FRAME_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>

struct frame {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

#endif
