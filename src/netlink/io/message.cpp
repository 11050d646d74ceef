#include "netlink/io/message.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace drover::netlink {
namespace {

constexpr std::size_t v4_offset = 12;  // of the four bytes in the v4-mapped form

void put_bytes(nlmsghdr& message, std::size_t room, std::uint16_t attribute, void const* data, std::size_t size) {
    // Texts are checked for their length before they come here; a full message is a broken invariant.
    if (!mnl_attr_put_check(&message, room, attribute, size, data)) throw std::length_error("netlink message is full");
}

}  // namespace

std::uint8_t kernel_family(Address const& address) { return address.is_v4() ? AF_INET : AF_INET6; }

std::optional<Address> address_from(void const* data, std::size_t size) {
    Address::Bytes bytes{};
    if (size == 4) {
        bytes[10] = bytes[11] = 0xff;
        std::memcpy(bytes.data() + v4_offset, data, 4);
    } else if (size == 16) {
        std::memcpy(bytes.data(), data, 16);
    } else {
        return std::nullopt;
    }
    return Address(bytes);
}

Message::Message(std::uint16_t type, std::uint16_t flags) {
    auto* const header = mnl_nlmsg_put_header(buffer_.data());
    header->nlmsg_type = type;
    header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
}

void Message::put(std::uint16_t attribute, Address const& address) {
    auto const& bytes = address.bytes();
    if (address.is_v4())
        put_bytes(raw(), buffer_.size(), attribute, bytes.data() + v4_offset, 4);
    else
        put_bytes(raw(), buffer_.size(), attribute, bytes.data(), bytes.size());
}

void Message::put(std::uint16_t attribute, Mac const& mac) {
    put_bytes(raw(), buffer_.size(), attribute, mac.bytes.data(), mac.bytes.size());
}

void Message::put(std::uint16_t attribute, std::uint8_t value) {
    if (!mnl_attr_put_u8_check(&raw(), buffer_.size(), attribute, value)) throw std::length_error("netlink message");
}

void Message::put(std::uint16_t attribute, std::uint32_t value) {
    put_bytes(raw(), buffer_.size(), attribute, &value, sizeof value);
}

void Message::put(std::uint16_t attribute, std::string_view text) {
    std::string const terminated(text);
    put_bytes(raw(), buffer_.size(), attribute, terminated.c_str(), terminated.size() + 1);
}

Attributes::Attributes(nlmsghdr const& message, std::size_t header_size) {
    std::size_t const offset = MNL_ALIGN(header_size);
    std::size_t const size = mnl_nlmsg_get_payload_len(&message);
    if (size > offset) add(mnl_nlmsg_get_payload_offset(&message, offset), size - offset);
}

Attributes::Attributes(nlattr const& nest) { add(mnl_attr_get_payload(&nest), mnl_attr_get_payload_len(&nest)); }

Attributes::Attributes(void const* data, std::size_t size) { add(data, size); }

void Attributes::add(void const* data, std::size_t size) {
    auto const* const end = static_cast<char const*>(data) + size;
    auto const* attribute = static_cast<nlattr const*>(data);
    while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<char const*>(attribute)))) {
        auto const type = mnl_attr_get_type(attribute);
        if (type < found_.size()) found_[type] = attribute;
        attribute = mnl_attr_next(attribute);
    }
}

std::optional<std::uint32_t> Attributes::u32(std::uint16_t type) const {
    auto const* const found = find(type);
    if (!found || mnl_attr_get_payload_len(found) != sizeof(std::uint32_t)) return std::nullopt;
    return mnl_attr_get_u32(found);
}

std::optional<std::uint8_t> Attributes::u8(std::uint16_t type) const {
    auto const* const found = find(type);
    if (!found || mnl_attr_get_payload_len(found) != sizeof(std::uint8_t)) return std::nullopt;
    return mnl_attr_get_u8(found);
}

std::optional<Address> Attributes::address(std::uint16_t type) const {
    auto const* const found = find(type);
    if (!found) return std::nullopt;
    return address_from(mnl_attr_get_payload(found), mnl_attr_get_payload_len(found));
}

std::optional<Mac> Attributes::mac(std::uint16_t type) const {
    Mac mac;
    auto const* const found = find(type);
    if (!found || mnl_attr_get_payload_len(found) != mac.bytes.size()) return std::nullopt;
    std::memcpy(mac.bytes.data(), mnl_attr_get_payload(found), mac.bytes.size());
    return mac;
}

std::string Attributes::text(std::uint16_t type) const {
    auto const* const found = find(type);
    if (!found) return {};
    auto const* const start = static_cast<char const*>(mnl_attr_get_payload(found));
    return std::string(start, ::strnlen(start, mnl_attr_get_payload_len(found)));
}

Result<Outcome> change(Socket& socket, Message& message, std::string_view doing, std::initializer_list<int> already) {
    auto const done = socket.change(message, doing);
    if (done) return Outcome::done;
    if (std::ranges::find(already, done.error().code) != already.end()) return Outcome::unchanged;
    return std::unexpected(done.error());
}

}  // namespace drover::netlink
