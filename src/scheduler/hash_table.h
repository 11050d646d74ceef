// The tables of sh and dh: 256 slots, the slot being the upper 8 bits of an address's hash (bpf/hash.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scheduler/ring.h"

namespace drover::scheduler {

inline constexpr std::size_t kHashSlots = 256;  // IP_VS_SH_TAB_BITS and IP_VS_DH_TAB_BITS are 8 by default

// Servers come in IPVS's order, newest first; without any the tables are empty.

/// sh, as ip_vs_sh.c fills its table: runs of as many slots as the weight, round and round. A weight of 0 takes one slot as
/// well. What comes behind the 256th slot has none: of four servers of weight 100 the fourth never gets a client.
std::vector<std::uint16_t> source_table(std::span<Candidate const> servers);

/// sh with sh_even: one run for each server, in proportion to its weight; of up to 256 servers each has one slot or more.
/// Servers of weight 0 have none.
std::vector<std::uint16_t> even_source_table(std::span<Candidate const> servers);

/// dh, as ip_vs_dh.c: slot by slot round the list, whatever the weights.
std::vector<std::uint16_t> destination_table(std::span<Candidate const> servers);

}  // namespace drover::scheduler
