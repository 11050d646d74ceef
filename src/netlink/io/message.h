// Building and reading of netlink messages for the .cpp files of this folder; everybody else uses the plain values of
// link.h, address.h, route.h and neighbour.h. Addresses have the kernel's form here: 4 bytes for IPv4, 16 for IPv6.
#pragma once

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/mac.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

/// AF_INET or AF_INET6.
std::uint8_t kernel_family(Address const& address);

/// One request with room for its attributes.
class Message {
public:
    /// `flags` without NLM_F_REQUEST.
    Message(std::uint16_t type, std::uint16_t flags);
    Message(Message const&) = delete;
    Message& operator=(Message const&) = delete;

    /// The fixed header that follows nlmsghdr (ifaddrmsg, rtmsg, ...), zeroed. Call it once, before any put().
    template <class Header>
    Header& header() {
        return *static_cast<Header*>(mnl_nlmsg_put_extra_header(&raw(), sizeof(Header)));
    }
    void put(std::uint16_t attribute, Address const& address);
    void put(std::uint16_t attribute, Mac const& mac);
    void put(std::uint16_t attribute, std::uint8_t value);
    void put(std::uint16_t attribute, std::uint32_t value);
    void put(std::uint16_t attribute, std::string_view text);

    nlmsghdr& raw() { return *reinterpret_cast<nlmsghdr*>(buffer_.data()); }

private:
    alignas(nlmsghdr) std::array<char, 1024> buffer_{};
};

/// The attributes of a received message by type. Attributes newer than this program are left out.
class Attributes {
public:
    /// Those after the fixed header of `header_size` bytes.
    Attributes(nlmsghdr const& message, std::size_t header_size);
    /// Those nested in another one.
    explicit Attributes(nlattr const& nest);
    /// Those in a piece of memory (the hops of a multipath route).
    Attributes(void const* data, std::size_t size);

    nlattr const* find(std::uint16_t type) const { return type < found_.size() ? found_[type] : nullptr; }
    std::optional<std::uint32_t> u32(std::uint16_t type) const;
    std::optional<std::uint8_t> u8(std::uint16_t type) const;
    /// Of either family, told by its length.
    std::optional<Address> address(std::uint16_t type) const;
    /// Only of six bytes: other link layers have no Mac.
    std::optional<Mac> mac(std::uint16_t type) const;
    std::string text(std::uint16_t type) const;

private:
    void add(void const* data, std::size_t size);
    std::array<nlattr const*, 96> found_{};
};

/// The fixed header of a message, or nothing when the message is too short for it.
template <class Header>
Header const* header_of(nlmsghdr const& message) {
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(Header)) return nullptr;
    return static_cast<Header const*>(mnl_nlmsg_get_payload(&message));
}

std::optional<Address> address_from(void const* data, std::size_t size);

/// A table as values; messages for which `read` has no value are left out.
template <class Value>
Result<std::vector<Value>> dump(Socket& socket, Message& message, std::string_view doing,
                                std::optional<Value> (*read)(nlmsghdr const&)) {
    std::vector<Value> values;
    auto const done = socket.dump(
        message, doing, [&] { values.clear(); },
        [&](nlmsghdr const& answer) {
            if (auto value = read(answer)) values.push_back(std::move(*value));
        });
    if (!done) return std::unexpected(done.error());
    return values;
}

/// A change that is fine to ask for twice: the errno `already` counts as "unchanged".
Result<Outcome> change(Socket& socket, Message& message, std::string_view doing, std::initializer_list<int> already);

}  // namespace drover::netlink
