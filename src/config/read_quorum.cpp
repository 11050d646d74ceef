#include "config/read_quorum.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/script.h"

namespace drover::config {

namespace {

constexpr std::int64_t largest = 4294967295;

void read_weight(Reading& reading, Statement const& statement, std::int64_t least, std::uint32_t& weight) {
    if (auto const number = read_number(reading, statement, least, largest)) weight = static_cast<std::uint32_t>(*number);
}

Position place_of(Statement const& block, std::string_view word) {
    auto const* const statement = block.find(word);
    return (statement == nullptr ? block : *statement).keyword().position;
}

}  // namespace

bool read_quorum_word(Reading& reading, Statement const& s, model::Quorum& quorum) {
    if (s.argument(1) == nullptr) return false;
    if (s.name() == "quorum")
        read_weight(reading, s, 1, quorum.weight);
    else if (s.name() == "hysteresis")
        read_weight(reading, s, 0, quorum.hysteresis);
    else if (s.name() == "quorum_up")
        read_first_script(reading, s, quorum.up);
    else if (s.name() == "quorum_down")
        read_first_script(reading, s, quorum.down);
    else
        return false;
    return true;
}

void judge_quorum(Reading& reading, Statement const& block, std::string_view name, model::Service& service) {
    auto& quorum = service.quorum;
    std::int64_t together = 0;
    for (auto const& server : service.servers) together += server.weight;
    if (quorum.weight > together) {
        reading.reporter.warn(
            place_of(block, "quorum"), "quorum-too-high",
            fmt::format("the quorum of {} is {}, but all its servers together weigh {}: it is lowered to that", name,
                        quorum.weight, together));
        quorum.weight = std::max(static_cast<std::uint32_t>(together), 1U);
    }
    if (quorum.hysteresis == 0 || quorum.hysteresis < quorum.weight) return;
    reading.reporter.warn(place_of(block, "hysteresis"), "hysteresis-too-high",
                          fmt::format("the hysteresis of {} is {}, and must be below its quorum, {}: it is none", name,
                                      quorum.hysteresis, quorum.weight));
    quorum.hysteresis = 0;
}

}  // namespace drover::config
