#include "sync/rules.h"

#include <algorithm>

namespace drover::sync {

namespace {

constexpr std::uint32_t kTold[] = {
    1 << tcp_established | 1 << tcp_fin_wait | 1 << tcp_time_wait | 1 << tcp_close | 1 << tcp_close_wait,
    1 << sctp_established | 1 << sctp_shutdown_sent | 1 << sctp_shutdown_received | 1 << sctp_shutdown_ack_sent |
        1 << sctp_closed,
};

}  // namespace

bool is_told(Connection const& connection) {
    if (connection.is_template()) return true;
    switch (connection.protocol) {
        case static_cast<std::uint8_t>(Protocol::tcp):
            return (kTold[0] >> connection.state & 1) != 0;
        case static_cast<std::uint8_t>(Protocol::sctp):
            return (kTold[1] >> connection.state & 1) != 0;
        default:
            return true;
    }
}

std::uint32_t refresh_after(std::uint32_t timeout_s, std::uint32_t period_s) {
    constexpr std::uint32_t kLeast = 10;
    return std::min(period_s, std::max(timeout_s / 2, kLeast));
}

std::uint32_t Pace::allowance(TimePoint now) {
    auto const most = std::max(per_second_ / 10, 1u);
    auto const passed = std::clamp<Duration>(now - last_, Duration{0}, 1s);
    auto const earned =
        static_cast<std::uint32_t>(std::uint64_t{per_second_} * static_cast<std::uint64_t>(passed.count()) / 1'000'000);
    if (earned == 0) return saved_;  // the time goes on counting
    saved_ = std::min(saved_ + earned, most);
    last_ = now;
    return saved_;
}

}  // namespace drover::sync
