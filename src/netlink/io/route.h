// The kernel's routes of both families, and its answer to "where would a packet to this address go?".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/prefix.h"
#include "base/result.h"
#include "netlink/io/address.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

/// What is done with a packet that takes the route (RTN_*).
enum class RouteType : std::uint8_t {
    unspecified,
    unicast,
    local,
    broadcast,
    anycast,
    multicast,
    blackhole,
    unreachable,
    prohibit,
    throw_back,
    nat,
    xresolve,
};

constexpr std::uint32_t main_table = 254;
/// Who made a route (rtm_protocol). drover's carry keepalived's number, so that they are told from the administrator's
/// by `ip route`, which prints it by that name.
constexpr std::uint8_t protocol_keepalived = 18;

struct NextHop {
    std::optional<Address> gateway;  ///< none: the destination is on the link; may be IPv6 for an IPv4 route (RFC 5549)
    int oif = 0;                     ///< 0: none (blackhole and the like), or, when adding, found by the gateway
    bool operator==(NextHop const&) const = default;
};

struct Route {
    Prefix destination;              ///< 0.0.0.0/0 or ::/0 for the default route
    std::optional<Address> gateway;  ///< of the first hop
    int oif = 0;                     ///< of the first hop
    std::optional<Address> prefsrc;  ///< the source address hosts choose for this route
    std::uint32_t table = main_table;
    std::uint32_t metric = 0;
    Scope scope = Scope::global;
    RouteType type = RouteType::unicast;
    std::uint8_t protocol = protocol_keepalived;
    bool on_link = false;                ///< the gateway counts as reachable by `oif` though no network of ours has it
    std::vector<NextHop> more_hops;  ///< of a multipath route, beyond the first; read only
    bool operator==(Route const&) const = default;
};

Result<std::vector<Route>> routes(Socket& socket);

/// The route a packet from this host to `destination` takes, by all of the host's rules and tables; its destination is
/// the address itself. RouteType::local: an address of this host. "No route" is an error: ENETUNREACH, or for routes
/// that refuse EHOSTUNREACH (unreachable), EACCES (prohibit), EINVAL (blackhole).
Result<Route> route_get(Socket& socket, Address const& destination, std::optional<std::uint32_t> mark = std::nullopt,
                        std::optional<int> oif = std::nullopt);

/// Outcome::unchanged when there is a route to this destination with the same table and metric already.
Result<Outcome> add_route(Socket& socket, Route const& route);
Result<void> replace_route(Socket& socket, Route const& route);
/// Outcome::unchanged when there was none. Everything that is set (gateway, oif, metric, prefsrc) must match.
Result<Outcome> delete_route(Socket& socket, Route const& route);

}  // namespace drover::netlink
