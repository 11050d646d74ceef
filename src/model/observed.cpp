#include "model/observed.h"

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

}  // namespace drover::model
