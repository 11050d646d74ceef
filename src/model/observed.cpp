#include "model/observed.h"

#include <algorithm>
#include <array>

namespace drover::model {

std::string_view name(ConnectionState state) {
    switch (state) {
        case ConnectionState::none: return "NONE";
        case ConnectionState::established: return "ESTABLISHED";
        case ConnectionState::syn_sent: return "SYN_SENT";
        case ConnectionState::syn_recv: return "SYN_RECV";
        case ConnectionState::fin_wait: return "FIN_WAIT";
        case ConnectionState::time_wait: return "TIME_WAIT";
        case ConnectionState::close: return "CLOSE";
        case ConnectionState::close_wait: return "CLOSE_WAIT";
        case ConnectionState::last_ack: return "LAST_ACK";
        case ConnectionState::listen: return "LISTEN";
        case ConnectionState::synack: return "SYNACK";
        case ConnectionState::udp: return "UDP";
        case ConnectionState::init1: return "INIT1";
        case ConnectionState::init: return "INIT";
        case ConnectionState::cookie_sent: return "C-SENT";
        case ConnectionState::cookie_replied: return "C-REPLIED";
        case ConnectionState::cookie_wait: return "C-WAIT";
        case ConnectionState::cookie: return "COOKIE";
        case ConnectionState::cookie_echoed: return "C-ECHOED";
        case ConnectionState::shutdown_sent: return "S-SENT";
        case ConnectionState::shutdown_received: return "S-RECEIVED";
        case ConnectionState::shutdown_ack_sent: return "S-ACK-SENT";
        case ConnectionState::rejected: return "REJECTED";
        case ConnectionState::closed: return "CLOSED";
        case ConnectionState::assured: return "ASSURED";
    }
    return "?";
}

std::string_view name(VrrpState state) {
    switch (state) {
        case VrrpState::init: return "INIT";
        case VrrpState::backup: return "BACKUP";
        case VrrpState::master: return "MASTER";
        case VrrpState::fault: return "FAULT";
    }
    return "?";
}

std::string_view name(HealthState state) {
    switch (state) {
        case HealthState::unknown: return "unknown";
        case HealthState::up: return "up";
        case HealthState::down: return "down";
    }
    return "?";
}

AdvertCounts AdvertCounts::operator-(AdvertCounts const& earlier) const {
    AdvertCounts difference = *this;
    constexpr auto all = std::to_array({&AdvertCounts::received, &AdvertCounts::sent, &AdvertCounts::became_master,
                                        &AdvertCounts::released_master, &AdvertCounts::wrong_length,
                                        &AdvertCounts::wrong_ttl, &AdvertCounts::wrong_type,
                                        &AdvertCounts::wrong_interval, &AdvertCounts::wrong_addresses,
                                        &AdvertCounts::unknown_authentication, &AdvertCounts::other_authentication,
                                        &AdvertCounts::wrong_password, &AdvertCounts::zero_received,
                                        &AdvertCounts::zero_sent});
    // An instance that was made anew counts from nought again.
    for (auto const count : all) difference.*count -= std::min(difference.*count, earlier.*count);
    return difference;
}

}  // namespace drover::model
