#include "netlink/io/link.h"

#include <linux/if_link.h>
#include <net/if.h>
#include <net/if_arp.h>

#include "netlink/io/message.h"
#include "netlink/io/read.h"

namespace drover::netlink {

std::optional<Link> read_link(nlmsghdr const& message) {
    auto const* const header = header_of<ifinfomsg>(message);
    // AF_BRIDGE and AF_INET6 messages tell of a link's part in a bridge or in IPv6, not of the link: the RTM_DELLINK of
    // a port that leaves its bridge must not be taken for the end of the interface.
    if (!header || header->ifi_family != AF_UNSPEC) return std::nullopt;
    Attributes const attributes(message, sizeof *header);
    Link link;
    link.index = header->ifi_index;
    link.name = attributes.text(IFLA_IFNAME);
    link.mac = attributes.mac(IFLA_ADDRESS);
    link.up = (header->ifi_flags & IFF_UP) != 0;
    link.running = (header->ifi_flags & IFF_RUNNING) != 0;
    link.loopback = (header->ifi_flags & IFF_LOOPBACK) != 0;
    link.ethernet = header->ifi_type == ARPHRD_ETHER;
    if (auto const* const info = attributes.find(IFLA_LINKINFO)) link.kind = Attributes(*info).text(IFLA_INFO_KIND);
    link.mtu = attributes.u32(IFLA_MTU).value_or(0);
    link.peer = static_cast<int>(attributes.u32(IFLA_LINK).value_or(0));
    link.master = static_cast<int>(attributes.u32(IFLA_MASTER).value_or(0));
    return link;
}

Result<std::vector<Link>> links(Socket& socket) {
    Message message(RTM_GETLINK, 0);
    message.header<ifinfomsg>();
    return dump<Link>(socket, message, "list the interfaces", read_link);
}

Result<Link> link_named(Socket& socket, std::string_view name) {
    auto const doing = "find interface " + std::string(name);
    // The kernel would answer a longer name with a mere "Numerical result out of range".
    if (name.empty() || name.size() >= IFNAMSIZ) return fail(doing + ": no interface can have such a name", ENODEV);
    Message message(RTM_GETLINK, 0);
    message.header<ifinfomsg>();
    message.put(IFLA_IFNAME, name);
    std::optional<Link> found;
    auto const asked = socket.ask(message, doing, [&](nlmsghdr const& answer) { found = read_link(answer); });
    if (!asked) return std::unexpected(asked.error());
    if (!found) return fail(doing + ": the kernel's answer was not understood", EPROTO);
    return *found;
}

Result<void> set_up(Socket& socket, Link const& link, bool up) {
    Message message(RTM_NEWLINK, 0);
    auto& header = message.header<ifinfomsg>();
    header.ifi_index = link.index;
    header.ifi_flags = up ? IFF_UP : 0;
    header.ifi_change = IFF_UP;
    return socket.change(message, "set interface " + link.name + (up ? " up" : " down"));
}

Result<Link> add_macvlan(Socket& socket, std::string_view name, Link const& parent, Mac const& mac) {
    auto const doing = "make the macvlan " + std::string(name) + " on " + parent.name;
    if (name.empty() || name.size() >= IFNAMSIZ) return fail(doing + ": no interface can have such a name", EINVAL);
    Message message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    message.header<ifinfomsg>();
    message.put(IFLA_IFNAME, name);
    message.put(IFLA_LINK, static_cast<std::uint32_t>(parent.index));
    message.put(IFLA_ADDRESS, mac);
    auto* const info = mnl_attr_nest_start(&message.raw(), IFLA_LINKINFO);
    message.put(IFLA_INFO_KIND, "macvlan");
    auto* const data = mnl_attr_nest_start(&message.raw(), IFLA_INFO_DATA);
    message.put(IFLA_MACVLAN_MODE, std::uint32_t{MACVLAN_MODE_PRIVATE});
    mnl_attr_nest_end(&message.raw(), data);
    mnl_attr_nest_end(&message.raw(), info);
    if (auto const made = socket.change(message, doing); !made) return std::unexpected(made.error());
    return link_named(socket, name);
}

Result<void> delete_link(Socket& socket, Link const& link) {
    Message message(RTM_DELLINK, 0);
    message.header<ifinfomsg>().ifi_index = link.index;
    auto const done = change(socket, message, "delete the interface " + link.name, {ENODEV});
    if (!done) return std::unexpected(done.error());
    return {};
}

}  // namespace drover::netlink
