#include "live/rows.h"

#include <bit>

namespace drover::live {

std::optional<std::uint8_t> prefix_length(model::LiveService const& service) {
    auto const mask = service.persistence_mask;
    if (service.name.family() == Family::v6) return static_cast<std::uint8_t>(mask);
    if (std::countl_one(mask) != std::popcount(mask)) return std::nullopt;
    return static_cast<std::uint8_t>(std::popcount(mask));
}

std::uint32_t persistence_mask(Family family, std::uint8_t prefix) {
    if (family == Family::v6) return prefix;
    return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

model::ServiceObserved observed(model::LiveService const& service) {
    model::ServiceObserved row;
    row.key = service.name.key;
    row.fwmark = service.name.fwmark;
    row.scheduler = model::scheduler_named(service.scheduler).value_or(model::Scheduler::none);
    row.flags = service.flags;
    row.one_packet = service.one_packet;
    row.persistence_timeout = service.persistence_timeout;
    if (auto const prefix = prefix_length(service))
        row.persistence_prefix = *prefix;
    else
        row.persistence_mask = service.persistence_mask;
    row.persistence_engine = service.persistence_engine;
    return row;
}

model::ServerObserved observed(model::LiveServer const& server) {
    model::ServerObserved row;
    row.endpoint = server.endpoint;
    row.weight = server.weight;
    row.upper_threshold = server.upper_threshold;
    row.lower_threshold = server.lower_threshold;
    row.forwarding = server.forwarding;
    row.tunnel = server.tunnel;
    return row;
}

}  // namespace drover::live
