// From received messages to values, shared by the dumps and the monitor. Nothing is returned for messages that are of
// another kind or too short.
#pragma once

#include <optional>

#include "netlink/io/address.h"
#include "netlink/io/link.h"
#include "netlink/io/neighbour.h"
#include "netlink/io/route.h"

struct nlmsghdr;

namespace drover::netlink {

std::optional<Link> read_link(nlmsghdr const& message);
std::optional<InterfaceAddress> read_address(nlmsghdr const& message);
std::optional<Route> read_route(nlmsghdr const& message);
std::optional<Neighbour> read_neighbour(nlmsghdr const& message);

}  // namespace drover::netlink
