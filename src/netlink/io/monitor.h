// Tells of every change of links, addresses, routes and neighbours and of the end of rules, whoever made it (this program
// too).
#pragma once

#include <initializer_list>
#include <variant>
#include <vector>

#include "base/result.h"
#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/neighbour.h"
#include "netlink/io/route.h"

struct mnl_socket;

namespace drover::netlink {

struct LinkChanged {  ///< new, or something about it is new
    Link link;
};
struct LinkGone {
    Link link;
};
struct AddressAdded {  ///< new, or something about it is new
    InterfaceAddress address;
};
struct AddressGone {
    InterfaceAddress address;
};
struct RouteChanged {
    Route route;
    bool gone = false;
};
struct NeighbourChanged {
    Neighbour neighbour;
    bool gone = false;
};
struct RuleGone {};
/// Events were lost: what is known must be dumped again.
struct Overrun {};

using Event = std::variant<LinkChanged, LinkGone, AddressAdded, AddressGone, RouteChanged, RuleGone, NeighbourChanged, Overrun>;

/// `own_routes_gone`: of drover's routes alone (protocol_keepalived), and only their end. The kernel sorts them out: a full
/// table of others wakes nobody.
enum class Topic { links, addresses, routes, own_routes_gone, rules_gone, neighbours };

/// Open it before the first dump: then no change can fall between the two. Of one thread and one namespace, as Socket.
class Monitor {
public:
    /// Tells of these alone: who does not care for routes is not woken by a full table of them.
    static Result<Monitor> open(std::initializer_list<Topic> topics = {Topic::links, Topic::addresses, Topic::routes,
                                                                       Topic::neighbours});

    Monitor(Monitor&& other) noexcept;
    Monitor& operator=(Monitor&& other) noexcept;
    Monitor(Monitor const&) = delete;
    Monitor& operator=(Monitor const&) = delete;
    ~Monitor();

    /// For poll(2), epoll(7) or Asio: readable when events wait. It stays this object's.
    int fd() const;
    /// What happened since the last call, in order; never waits. A burst is cut at about a thousand messages: the
    /// descriptor stays readable then.
    std::vector<Event> read();

private:
    explicit Monitor(mnl_socket* socket) : socket_(socket) {}
    mnl_socket* socket_ = nullptr;
};

}  // namespace drover::netlink
