// Network interfaces ("links") as the kernel has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac.h"
#include "base/result.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

struct Link {
    int index = 0;
    std::string name;
    std::optional<Mac> mac;  ///< none for link layers without a six-byte address
    bool up = false;         ///< IFF_UP: switched on by the administrator
    bool running = false;    ///< IFF_RUNNING: operational, with a carrier
    bool loopback = false;
    bool ethernet = false;  ///< ARPHRD_ETHER: also veth, bridge, vlan, bond, macvlan
    std::string kind;       ///< "veth", "bridge", "vlan", "bond", "macvlan", ...; empty for hardware and lo
    unsigned mtu = 0;
    int peer = 0;    ///< IFLA_LINK: a veth's other end, or what a vlan/macvlan stands on; 0 = none
    int master = 0;  ///< index of the bridge or bond it is a port of; 0 = none
    bool operator==(Link const&) const = default;
};

Result<std::vector<Link>> links(Socket& socket);
/// "find interface eth9: No such device" (ENODEV) when there is none of that name.
Result<Link> link_named(Socket& socket, std::string_view name);
Result<void> set_up(Socket& socket, Link const& link, bool up);

/// A macvlan in private mode on top of `parent`, switched off.
Result<Link> add_macvlan(Socket& socket, std::string_view name, Link const& parent, Mac const& mac);
/// One that is gone already is fine.
Result<void> delete_link(Socket& socket, Link const& link);

}  // namespace drover::netlink
