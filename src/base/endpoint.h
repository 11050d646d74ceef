// Where something listens: address and port; with the protocol it is the key of a virtual service.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace drover {

/// IP protocol numbers (IANA).
enum class Protocol : std::uint8_t { tcp = 6, udp = 17, sctp = 132 };

/// "TCP", "UDP", "SCTP": as ipvsadm prints it.
std::string_view upper_name(Protocol protocol);
/// "tcp", "udp", "sctp": as keepalived's log prints it.
std::string_view lower_name(Protocol protocol);

struct Endpoint {
    Address address;
    std::uint16_t port = 0;  ///< host byte order; 0 = any port

    /// "10.0.0.1:80" or "[2001:db8::1]:80".
    std::string text() const;
    auto operator<=>(Endpoint const&) const = default;
};

/// Identity of a virtual service.
struct ServiceKey {
    Endpoint endpoint;
    Protocol protocol = Protocol::tcp;

    /// keepalived's spelling in logs and FIFOs: "[172.51.97.175]:tcp:80".
    std::string keepalived_text() const;
    auto operator<=>(ServiceKey const&) const = default;
};

/// keepalived's spelling of a real server, "[172.51.96.235]:tcp:80".
std::string keepalived_text(Endpoint const& server, Protocol protocol);

}  // namespace drover

template <>
struct std::hash<drover::Endpoint> {
    std::size_t operator()(drover::Endpoint const& e) const noexcept {
        return std::hash<drover::Address>{}(e.address) * 31 + e.port;
    }
};

template <>
struct std::hash<drover::ServiceKey> {
    std::size_t operator()(drover::ServiceKey const& k) const noexcept {
        return std::hash<drover::Endpoint>{}(k.endpoint) * 31 + static_cast<std::size_t>(k.protocol);
    }
};
