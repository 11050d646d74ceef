#include "dataplane/settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

/// As kernel IPVS showed them (tests/bpf/data/sctp_states.txt); none of them can be set.
constexpr std::uint32_t kSctpSeconds = 61;
constexpr std::pair<contract::connection_state, std::uint32_t> kOtherSctpSeconds[] = {
    {contract::STATE_SCTP_NONE, 2},
    {contract::STATE_SCTP_INIT1, 4},
    {contract::STATE_SCTP_ESTABLISHED, 900},
    {contract::STATE_SCTP_REJECTED, 4},
};

/// IPVS's timeouts by state (ip_vs_proto_tcp.c, tcp_timeouts); three of them can be set.
std::array<std::uint32_t, 32> seconds_by_state(model::Timeouts const& timeouts) {
    std::array<std::uint32_t, 32> seconds{};
    seconds[contract::STATE_NONE] = 2;
    seconds[contract::STATE_ESTABLISHED] = timeouts.tcp;
    seconds[contract::STATE_SYN_SENT] = 120;
    seconds[contract::STATE_SYN_RECV] = 60;
    seconds[contract::STATE_FIN_WAIT] = timeouts.tcpfin;
    seconds[contract::STATE_TIME_WAIT] = 120;
    seconds[contract::STATE_CLOSE] = 10;
    seconds[contract::STATE_CLOSE_WAIT] = 60;
    seconds[contract::STATE_LAST_ACK] = 30;
    seconds[contract::STATE_LISTEN] = 120;
    seconds[contract::STATE_SYNACK] = 120;
    seconds[contract::STATE_UDP] = timeouts.udp;
    for (std::size_t state = contract::STATE_SCTP_NONE; state < contract::STATE_COUNT; ++state) seconds[state] = kSctpSeconds;
    for (auto const& [state, timeout] : kOtherSctpSeconds) seconds[state] = timeout;
    return seconds;
}

}  // namespace

void write_timeouts(contract::settings& settings, Ticks ticks, model::Timeouts const& timeouts) {
    auto const seconds = seconds_by_state(timeouts);
    for (std::size_t state = 0; state < seconds.size(); ++state)
        store(settings.timeout[state], ticks.from_seconds(seconds[state]));
}

std::optional<model::Timeouts> read_timeouts(contract::settings const& settings, Ticks ticks) {
    auto const& timeout = settings.timeout;
    if (timeout[contract::STATE_ESTABLISHED] == 0) return std::nullopt;
    return model::Timeouts{ticks.to_seconds(timeout[contract::STATE_ESTABLISHED]),
                           ticks.to_seconds(timeout[contract::STATE_FIN_WAIT]),
                           ticks.to_seconds(timeout[contract::STATE_UDP])};
}

void write_limits(contract::settings& settings, Ticks ticks, model::Limits const& limits) {
    auto const flood_rate =
        limits.flood_rate == 0 ? __u32{0} : std::max(__u32{1}, ticks.share_of_second(limits.flood_rate));
    store(settings.drop_entry, __u32{limits.drop_entry});
    store(settings.flood_after, __u32{ticks.from_seconds(contract::FLOOD_AFTER_SECONDS)});
    store(settings.fragment_life, __u32{ticks.from_seconds(contract::FRAGMENT_SECONDS)});
    store(settings.flood_rate, flood_rate);
    store(settings.entries_left, static_cast<__s64>(limits.conn_max));  // the sweeper's next pass says what is left
    store(settings.conn_max, __u64{limits.conn_max});
}

model::Limits read_limits(contract::settings const& settings, Ticks ticks) {
    return {static_cast<std::uint8_t>(settings.drop_entry), settings.conn_max, ticks.in_a_second(settings.flood_rate)};
}

}  // namespace drover::dataplane
