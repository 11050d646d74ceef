#include "base/endpoint.h"

namespace drover {

std::string_view upper_name(Protocol protocol) {
    switch (protocol) {
        case Protocol::tcp: return "TCP";
        case Protocol::udp: return "UDP";
        case Protocol::sctp: return "SCTP";
    }
    return "?";
}

std::string_view lower_name(Protocol protocol) {
    switch (protocol) {
        case Protocol::tcp: return "tcp";
        case Protocol::udp: return "udp";
        case Protocol::sctp: return "sctp";
    }
    return "?";
}

std::string Endpoint::text() const {
    auto const host = address.is_v4() ? address.text() : "[" + address.text() + "]";
    return host + ":" + std::to_string(port);
}

std::string keepalived_text(Endpoint const& server, Protocol protocol) {
    return "[" + server.address.text() + "]:" + std::string(lower_name(protocol)) + ":" + std::to_string(server.port);
}

std::string ServiceKey::keepalived_text() const { return drover::keepalived_text(endpoint, protocol); }

}  // namespace drover
