// Which connections a director tells of, and when again: IPVS's rules by state (ip_vs_sync_conn_needed()) without its
// packet counts.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "sync/connection.h"

namespace drover::sync {

/// Whether connections in this state are told of at all: a TCP connection from its ESTABLISHED on, an SCTP association
/// likewise, every UDP flow and every template.
bool is_told(Connection const& connection);

/// An entry that has not changed but for the time of its last packet is told of again when that has moved by so much:
/// `period`, but not more than half its timeout, of which at least ten seconds count.
std::uint32_t refresh_after(std::uint32_t timeout_s, std::uint32_t period_s);

/// How many may be told: so many a second, and what was not used of a tenth of one.
class Pace {
public:
    explicit Pace(std::uint32_t per_second) : per_second_(per_second) {}

    /// How many may go now.
    std::uint32_t allowance(TimePoint now);
    /// So many went; not more than allowance() had said.
    void spend(std::uint32_t count) { saved_ -= count; }

private:
    std::uint32_t per_second_;
    std::uint32_t saved_ = 0;
    TimePoint last_{};
};

}  // namespace drover::sync
