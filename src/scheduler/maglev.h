// The table of mh: Maglev hashing (Eisenbud et al., NSDI 2016, section 3.4) as ip_vs_mh.c has it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scheduler/ring.h"

namespace drover::scheduler {

/// The kernel's default prime (CONFIG_IP_VS_MH_TAB_INDEX=12). IPVS refuses more servers than that.
inline constexpr std::size_t kMaglevSlots = 4093;

/// Every server has an order of preference over the slots, given by the hash of its address and port; in turns they take
/// the best one left, each as many as its last weight that was not 0, divided by what all weights have in common and
/// shortened to 6 bits. So a server that is only quiesced keeps its slots, and one that leaves or comes moves few others.
/// The servers take turns in the order of address and port, whatever order they are given in: IPVS takes that of its list,
/// and two directors whose files differ in it would disagree.
std::vector<std::uint16_t> maglev_table(std::span<Candidate const> servers);

}  // namespace drover::scheduler
