// Schedulers that can be written down beforehand: the order in which new connections are dealt out, as a ring of server
// numbers that the packet path walks with one shared cursor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/service.h"

namespace drover::scheduler {

/// A server that may get new connections; `number` is what the ring holds.
struct Candidate {
    std::uint16_t number = 0;
    std::int32_t weight = 1;  ///< 0 and less: left out
};

/// One full turn of the scheduler, at most `longest` slots. The candidates come in the order of the configuration; IPVS
/// puts each new server at the head of its list, so the ring runs from the last to the first (ip_vs_ctl.c, list_add).
///   rr   every server once, whatever its weight
///   wrr  ip_vs_wrr.c: levels from the highest weight down in steps of the greatest common divisor; on each level every
///        server that heavy. Weights whose turn is longer than `longest` are scaled down, none below 1.
/// Empty when nobody may be chosen. Only rr and wrr.
std::vector<std::uint16_t> ring(model::Scheduler scheduler, std::span<Candidate const> candidates, std::size_t longest);

}  // namespace drover::scheduler
