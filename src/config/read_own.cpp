#include "config/read_own.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/read_sync.h"

namespace drover::config {

namespace {

constexpr std::int64_t largest_drop_entry = 3;
constexpr std::int64_t largest_count = 4294967295;
constexpr std::int64_t longest_slow_start = 86400;

bool read_behaviour(Reading& reading, Statement const& s, model::Behaviour& behaviour) {
    auto const name = s.name();
    auto* const value = name == "expire_nodest_conn"          ? &behaviour.expire_nodest_conn
                        : name == "expire_quiescent_template" ? &behaviour.expire_quiescent_template
                        : name == "sloppy_tcp"                ? &behaviour.sloppy_tcp
                        : name == "sloppy_sctp"               ? &behaviour.sloppy_sctp
                                                              : nullptr;
    if (value == nullptr) return false;
    *value = read_switch(reading, s).value_or(*value);
    return true;
}

void read_prefixes(Reading& reading, Statement const& s, std::vector<Prefix>& list) {
    for (auto const& word : s.arguments()) {
        auto const prefix = Prefix::parse(word.text);
        if (!prefix) {
            reading.reporter.warn(
                word.position, "bad-prefix",
                fmt::format("`{}` is no IP address or prefix such as 10.0.0.0/8: this part of `{}` is "
                            "ignored",
                            word.text, s.name()));
            continue;
        }
        if (prefix->has_host_bits())
            reading.reporter.warn(
                word.position, "bad-prefix",
                fmt::format("`{}` has bits set right of its length: {} is taken", word.text, prefix->network().text()));
        if (std::ranges::find(list, prefix->network()) == list.end()) list.push_back(prefix->network());
    }
}

std::optional<model::Taking> read_taking(Reading& reading, Statement const& s) {
    auto const* const word = s.argument(1);
    if (word == nullptr) return std::nullopt;
    for (auto const taking : {model::Taking::native, model::Taking::tc, model::Taking::generic})
        if (word->text == model::name(taking)) return taking;
    reading.reporter.warn(
        word->position, "bad-word",
        fmt::format("`{}` is no way to take packets (native, tc or generic): `{}` is ignored", word->text, s.name()));
    return std::nullopt;
}

void judge_use(Reading& reading, Position const& at, std::string_view word, std::string_view schedulers,
               model::Scheduler is) {
    reading.reporter.warn(at, "no-effect",
                          fmt::format("`{}` is for lb_algo {}: with {} it has no effect", word, schedulers, name(is)));
}

}  // namespace

bool read_own_word(Reading& reading, Statement const& s, model::Global& global) {
    auto& limits = global.limits;
    if (s.name() == "drop_entry")
        limits.drop_entry =
            static_cast<std::uint8_t>(read_number(reading, s, 0, largest_drop_entry).value_or(limits.drop_entry));
    else if (s.name() == "conn_max")
        limits.conn_max = static_cast<std::uint64_t>(
            read_number(reading, s, 0, largest_count).value_or(static_cast<std::int64_t>(limits.conn_max)));
    else if (s.name() == "flood_rate")
        limits.flood_rate =
            static_cast<std::uint32_t>(read_number(reading, s, 0, largest_count).value_or(limits.flood_rate));
    else if (s.name() == "dataplane")
        global.taking = read_taking(reading, s);
    else if (!read_sync_word(reading, s, global.sync))
        return read_behaviour(reading, s, global.behaviour);
    return true;
}

bool read_own_word(Reading& reading, Statement const& s, model::Service& service) {
    if (s.name() == "allow")
        read_prefixes(reading, s, service.allow);
    else if (s.name() == "deny")
        read_prefixes(reading, s, service.deny);
    else if (s.name() == "slow_start")
        service.slow_start =
            static_cast<std::uint32_t>(read_number(reading, s, 0, longest_slow_start).value_or(service.slow_start));
    else if (s.name() == "sh_even")
        service.flags.sh_even = read_switch(reading, s).value_or(service.flags.sh_even);
    else if (s.name() == "random_start")
        service.flags.random_start = read_switch(reading, s).value_or(service.flags.random_start);
    else
        return read_behaviour(reading, s, service.behaviour);
    return true;
}

void judge_own_words(Reading& reading, Position const& at, model::Service const& service) {
    using enum model::Scheduler;
    for (auto const& prefix : service.allow)
        if (std::ranges::find(service.deny, prefix) != service.deny.end())
            reading.reporter.warn(at, "allowed-and-denied",
                                  fmt::format("{} stands in `allow` and in `deny`: it is denied", prefix.text()));
    auto const scheduler = service.scheduler;
    if (service.flags.sh_even && scheduler != sh) judge_use(reading, at, "sh_even", "sh", scheduler);
    if (service.flags.random_start && scheduler != rr && scheduler != wrr)
        judge_use(reading, at, "random_start", "rr and wrr", scheduler);
    if (service.slow_start > 0 && !model::has_slow_start(scheduler))
        judge_use(reading, at, "slow_start", "lc, wlc, sed and nq", scheduler);
    else if (service.slow_start > 0 && scheduler != lc &&
             std::ranges::all_of(service.servers, [](auto const& server) { return server.weight <= 1; }))
        reading.reporter.note(at, "no-effect",
                              "`slow_start` has nothing to raise, since no server weighs more than 1: weights of 10 or "
                              "more have all of its steps");
}

bool is_addition(Statement const& block) {
    bool has_own = false;
    for (auto const& statement : block.block) {
        bool const is_own = statement.known != nullptr && statement.known->treatment == Treatment::own;
        if (!is_own && statement.name() != "protocol") return false;
        has_own = has_own || is_own;
    }
    return has_own;
}

}  // namespace drover::config
