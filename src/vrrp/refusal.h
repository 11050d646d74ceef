// Why an advert is not believed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drover::vrrp {

enum class Reason {
    length,          ///< shorter or longer than its headers say
    ip_header,       ///< no sound IP header: wrong checksum, a fragment, another protocol
    destination,     ///< not sent to the group, or, where peers speak by unicast, sent to a group
    ttl,             ///< not 255: it crossed a router; by unicast: outside what is configured for the peer
    version,         ///< not the version configured here
    type,            ///< not an advertisement
    checksum,
    virtual_router,  ///< another virtual router's
    auth_type,
    password,
    interval,        ///< RFC 3768 7.1: must be the one configured here
    source,          ///< none of the unicast peers
    integrity,       ///< the authentication header does not fit the packet: another password
    replay,          ///< its sequence number was there before
};
constexpr std::size_t reason_count = 14;

/// "length", "TTL", ...: for counters.
std::string_view name(Reason reason);

struct Refusal {
    Reason reason;
    std::string text;  ///< keepalived's words where it has some: "received an invalid passwd!"
};

}  // namespace drover::vrrp
