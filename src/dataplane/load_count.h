// Live entries of each server, counted as the packet path counts them (bpf/count.h): call it only after your CAS won.
#pragma once

#include <cstdint>

#include "dataplane/tables.h"

namespace drover::dataplane {

/// ActiveConn counts it; else InActConn does.
bool is_active(std::uint64_t meta);

/// An entry of this server came to be (`from` 0), changed its kind, or ended (`to` 0).
void count_load(Tables const& tables, std::uint32_t record, std::uint64_t from, std::uint64_t to);

/// An upper threshold reached, or a lower one left behind, after entries have begun or ended.
void judge_load(Tables const& tables, std::uint32_t record, bool begun);

}  // namespace drover::dataplane
