// What can be written down of a scheduler beforehand, as a ring of server numbers: the turn that rr and wrr walk with one
// shared cursor, the table in which sh, dh and mh look up a client's hash, or the list whose servers the others compare
// (bpf/pick.h does the rest).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/endpoint.h"
#include "model/service.h"

namespace drover::scheduler {

/// A server in service; `number` is what the ring holds.
struct Candidate {
    std::uint16_t number = 0;
    std::int32_t weight = 1;       ///< 0: no new connections
    std::int32_t last_weight = 1;  ///< the last one that was not 0
    Endpoint endpoint = {};
};

/// The ring of a service, at most `longest` slots, which must be 4093 or more. The candidates come in the order of the
/// configuration; IPVS puts each new server at the head of its list, so its order is from the last to the first
/// (ip_vs_ctl.c, list_add).
///   rr        every server once, whatever its weight
///   wrr       ip_vs_wrr.c: levels from the highest weight down in steps of the greatest common divisor; on each level
///             every server that heavy. Weights whose turn is longer than `longest` are scaled down, none below 1. The
///             lowest level, with which the turn ends, has every server once
///   sh dh mh  tables of fixed length, in which servers of weight 0 keep their slots: hash_table.h, maglev.h
///   others    every server once, in IPVS's order, on which ties depend
/// Except in tables servers of weight 0 are left out. Empty when nobody may be chosen.
std::vector<std::uint16_t> ring(model::Scheduler scheduler, model::SchedulerFlags const& flags,
                                std::span<Candidate const> candidates, std::size_t longest);

/// Where in its turn a new service begins: wrr at the lowest level, since IPVS's servers come one by one and the first one
/// sets the level; the others at the start. Afterwards a changed ring goes on at any place.
std::size_t first_position(model::Scheduler scheduler, std::span<std::uint16_t const> turn);

}  // namespace drover::scheduler
