#include "netlink/io/address.h"

#include <net/if.h>

#include <charconv>

#include "netlink/io/message.h"
#include "netlink/io/read.h"

namespace drover::netlink {
namespace {

std::string sentence(std::string_view verb, InterfaceAddress const& address, std::string_view device) {
    return std::string(verb) + " address " + address.prefix.text() + " on " + std::string(device);
}

Result<void> fill(Message& message, InterfaceAddress const& address, std::string const& doing) {
    if (address.label.size() >= IFNAMSIZ)
        return fail(doing + ": the label " + address.label + " is longer than 15 bytes", EINVAL);
    auto& header = message.header<ifaddrmsg>();
    header.ifa_family = kernel_family(address.prefix.address);
    header.ifa_prefixlen = address.prefix.length;
    header.ifa_scope = static_cast<std::uint8_t>(address.scope);
    header.ifa_index = static_cast<std::uint32_t>(address.ifindex);
    message.put(IFA_LOCAL, address.prefix.address);
    message.put(IFA_ADDRESS, address.prefix.address);
    if (address.prefix.address.is_v4()) {
        if (address.broadcast) message.put(IFA_BROADCAST, *address.broadcast);
        if (!address.label.empty()) message.put(IFA_LABEL, address.label);
    }
    std::uint32_t const flags =
        (address.no_prefix_route ? IFA_F_NOPREFIXROUTE : 0U) | (address.no_dad ? IFA_F_NODAD : 0U);
    if (flags != 0) message.put(IFA_FLAGS, flags);
    if (address.deprecated) {
        constexpr std::uint32_t for_ever = 0xffffffff;
        ifa_cacheinfo lifetimes{};
        lifetimes.ifa_valid = for_ever;
        mnl_attr_put(&message.raw(), IFA_CACHEINFO, sizeof lifetimes, &lifetimes);
    }
    return {};
}

}  // namespace

std::optional<Scope> parse_scope(std::string_view text) {
    if (text == "global" || text == "universe") return Scope::global;
    if (text == "site") return Scope::site;
    if (text == "link") return Scope::link;
    if (text == "host") return Scope::host;
    if (text == "nowhere") return Scope::nowhere;
    std::uint8_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return static_cast<Scope>(number);
}

std::optional<Address> computed_broadcast(Prefix const& prefix) {
    // RFC 3021: a network of two addresses has no broadcast address; one of a single address neither.
    if (!prefix.address.is_v4() || prefix.length > 30) return std::nullopt;
    return Address::v4(prefix.address.v4() | (0xffffffffU >> prefix.length));
}

std::optional<InterfaceAddress> read_address(nlmsghdr const& message) {
    auto const* const header = header_of<ifaddrmsg>(message);
    if (!header) return std::nullopt;
    Attributes const attributes(message, sizeof *header);
    // On a point-to-point link IFA_ADDRESS is the far end and IFA_LOCAL is ours; IPv6 mostly has only IFA_ADDRESS.
    auto const local = attributes.address(IFA_LOCAL);
    auto const own = local ? local : attributes.address(IFA_ADDRESS);
    if (!own) return std::nullopt;
    InterfaceAddress address;
    address.ifindex = static_cast<int>(header->ifa_index);
    address.prefix = {*own, header->ifa_prefixlen};
    address.broadcast = attributes.address(IFA_BROADCAST);
    address.label = attributes.text(IFA_LABEL);
    address.scope = static_cast<Scope>(header->ifa_scope);
    auto const flags = attributes.u32(IFA_FLAGS).value_or(header->ifa_flags);
    // For IPv6 the same bit means a temporary address (RFC 8981).
    address.secondary = own->is_v4() && (flags & IFA_F_SECONDARY) != 0;
    address.no_prefix_route = (flags & IFA_F_NOPREFIXROUTE) != 0;
    address.no_dad = (flags & IFA_F_NODAD) != 0;
    address.deprecated = (flags & IFA_F_DEPRECATED) != 0;
    return address;
}

Result<std::vector<InterfaceAddress>> addresses(Socket& socket) {
    Message message(RTM_GETADDR, 0);
    message.header<ifaddrmsg>();
    return dump<InterfaceAddress>(socket, message, "list the addresses", read_address);
}

Result<Outcome> add_address(Socket& socket, InterfaceAddress const& address, std::string_view device) {
    auto const doing = sentence("add", address, device);
    Message message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    if (auto const filled = fill(message, address, doing); !filled) return std::unexpected(filled.error());
    return change(socket, message, doing, {EEXIST});
}

Result<void> replace_address(Socket& socket, InterfaceAddress const& address, std::string_view device) {
    auto const doing = sentence("replace", address, device);
    Message message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    if (auto const filled = fill(message, address, doing); !filled) return filled;
    return socket.change(message, doing);
}

Result<Outcome> delete_address(Socket& socket, InterfaceAddress const& address, std::string_view device) {
    auto const doing = sentence("delete", address, device);
    Message message(RTM_DELADDR, 0);
    if (auto const filled = fill(message, address, doing); !filled) return std::unexpected(filled.error());
    return change(socket, message, doing, {EADDRNOTAVAIL, ENODEV});
}

}  // namespace drover::netlink
