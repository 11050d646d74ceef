#include "netlink/io/route.h"

#include <cstring>

#include "netlink/io/message.h"
#include "netlink/io/read.h"

namespace drover::netlink {
namespace {

std::string sentence(std::string_view verb, Route const& route) {
    auto text = std::string(verb) + " route " + route.destination.text();
    if (route.gateway) text += " via " + route.gateway->text();
    if (route.table != main_table) text += " in table " + std::to_string(route.table);
    return text;
}

void fill(Message& message, Route const& route) {
    auto& header = message.header<rtmsg>();
    header.rtm_family = kernel_family(route.destination.address);
    header.rtm_dst_len = route.destination.length;
    header.rtm_table = static_cast<std::uint8_t>(route.table < 256 ? route.table : std::uint32_t{RT_TABLE_UNSPEC});
    header.rtm_protocol = route.protocol;
    header.rtm_scope = static_cast<std::uint8_t>(route.scope);
    header.rtm_type = static_cast<std::uint8_t>(route.type);
    if (route.on_link) header.rtm_flags |= RTNH_F_ONLINK;
    message.put(RTA_DST, route.destination.address);
    message.put(RTA_TABLE, route.table);
    if (route.oif != 0) message.put(RTA_OIF, static_cast<std::uint32_t>(route.oif));
    if (route.prefsrc) message.put(RTA_PREFSRC, *route.prefsrc);
    if (route.metric != 0) message.put(RTA_PRIORITY, route.metric);
    if (route.gateway) message.put(RTA_GATEWAY, *route.gateway);
}

/// RTA_VIA: a gateway of the other family, as two bytes of family and then the address.
std::optional<Address> via(nlattr const* attribute) {
    constexpr std::size_t family = sizeof(std::uint16_t);
    if (!attribute || mnl_attr_get_payload_len(attribute) < family) return std::nullopt;
    auto const* const start = static_cast<char const*>(mnl_attr_get_payload(attribute));
    return address_from(start + family, mnl_attr_get_payload_len(attribute) - family);
}

std::optional<Address> gateway_of(Attributes const& attributes) {
    if (auto const gateway = attributes.address(RTA_GATEWAY)) return gateway;
    return via(attributes.find(RTA_VIA));
}

std::vector<NextHop> hops_of(nlattr const& multipath) {
    std::vector<NextHop> hops;
    auto const* place = static_cast<char const*>(mnl_attr_get_payload(&multipath));
    std::size_t left = mnl_attr_get_payload_len(&multipath);
    while (left >= sizeof(rtnexthop)) {
        rtnexthop hop;
        std::memcpy(&hop, place, sizeof hop);
        if (hop.rtnh_len < sizeof hop || hop.rtnh_len > left) break;
        Attributes const attributes(place + sizeof hop, hop.rtnh_len - sizeof hop);
        hops.push_back({gateway_of(attributes), hop.rtnh_ifindex});
        auto const step = std::min<std::size_t>(RTNH_ALIGN(hop.rtnh_len), left);
        place += step;
        left -= step;
    }
    return hops;
}

}  // namespace

std::optional<Route> read_route(nlmsghdr const& message) {
    auto const* const header = header_of<rtmsg>(message);
    if (!header || (header->rtm_family != AF_INET && header->rtm_family != AF_INET6)) return std::nullopt;
    Attributes const attributes(message, sizeof *header);
    Route route;
    auto const anywhere = header->rtm_family == AF_INET ? Address::v4(0) : Address();
    route.destination = {attributes.address(RTA_DST).value_or(anywhere), header->rtm_dst_len};
    route.gateway = gateway_of(attributes);
    route.oif = static_cast<int>(attributes.u32(RTA_OIF).value_or(0));
    route.prefsrc = attributes.address(RTA_PREFSRC);
    route.table = attributes.u32(RTA_TABLE).value_or(header->rtm_table);
    route.metric = attributes.u32(RTA_PRIORITY).value_or(0);
    route.scope = static_cast<Scope>(header->rtm_scope);
    route.type = static_cast<RouteType>(header->rtm_type);
    route.protocol = header->rtm_protocol;
    if (auto const* const multipath = attributes.find(RTA_MULTIPATH)) {
        auto hops = hops_of(*multipath);
        if (!hops.empty()) {
            route.gateway = hops.front().gateway;
            route.oif = hops.front().oif;
            route.more_hops.assign(hops.begin() + 1, hops.end());
        }
    }
    return route;
}

Result<std::vector<Route>> routes(Socket& socket) {
    Message message(RTM_GETROUTE, 0);
    message.header<rtmsg>();
    return dump<Route>(socket, message, "list the routes", read_route);
}

Result<Route> route_get(Socket& socket, Address const& destination, std::optional<std::uint32_t> mark,
                        std::optional<int> oif) {
    auto const doing = "find the route to " + destination.text();
    Message message(RTM_GETROUTE, 0);
    auto& header = message.header<rtmsg>();
    header.rtm_family = kernel_family(destination);
    header.rtm_dst_len = destination.is_v4() ? 32 : 128;
    message.put(RTA_DST, destination);
    if (mark) message.put(RTA_MARK, *mark);
    if (oif) message.put(RTA_OIF, static_cast<std::uint32_t>(*oif));
    std::optional<Route> found;
    auto const asked = socket.ask(message, doing, [&](nlmsghdr const& answer) { found = read_route(answer); });
    if (!asked) return std::unexpected(asked.error());
    if (!found) return fail(doing + ": the kernel's answer was not understood", EPROTO);
    return *found;
}

Result<Outcome> add_route(Socket& socket, Route const& route) {
    Message message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    fill(message, route);
    return change(socket, message, sentence("add", route), {EEXIST});
}

Result<void> replace_route(Socket& socket, Route const& route) {
    Message message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    fill(message, route);
    return socket.change(message, sentence("replace", route));
}

Result<Outcome> delete_route(Socket& socket, Route const& route) {
    Message message(RTM_DELROUTE, 0);
    fill(message, route);
    return change(socket, message, sentence("delete", route), {ESRCH});
}

}  // namespace drover::netlink
