#include "health/quorum.h"

#include <fmt/core.h>

namespace drover::health {

namespace {

std::uint64_t threshold(model::Quorum const& quorum, bool stood) {
    return stood ? quorum.weight - quorum.hysteresis : std::uint64_t{quorum.weight} + quorum.hysteresis;
}

}  // namespace

bool stands(model::Quorum const& quorum, bool stood, std::uint64_t weight) { return weight >= threshold(quorum, stood); }

std::string quorum_line(ServiceKey const& service, model::Quorum const& quorum, bool stands, std::uint64_t weight) {
    auto const needed = threshold(quorum, !stands);
    auto const name = service.keepalived_text();
    return stands ? fmt::format("Gained quorum {}+{}={} <= {} for VS {}", quorum.weight, quorum.hysteresis, needed, weight, name)
                  : fmt::format("Lost quorum {}-{}={} > {} for VS {}", quorum.weight, quorum.hysteresis, needed, weight, name);
}

std::string fifo_line(ServiceKey const& service, bool stands) {
    return fmt::format("VS {} {}", service.keepalived_text(), stands ? "UP" : "DOWN");
}

std::string fifo_line(Endpoint const& server, ServiceKey const& service, bool up) {
    return fmt::format("RS {} {} {}", keepalived_text(server, service.protocol), service.keepalived_text(), up ? "UP" : "DOWN");
}

}  // namespace drover::health
