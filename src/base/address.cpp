#include "base/address.h"

#include <arpa/inet.h>

#include <charconv>

namespace drover {

std::optional<Address> Address::parse(std::string_view text) {
    std::string const copy(text);
    if (copy.find('\0') != std::string::npos) return std::nullopt;
    in_addr v4{};
    if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return Address::v4(ntohl(v4.s_addr));
    Bytes bytes{};
    if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return Address(bytes);
    return std::nullopt;
}

bool Address::is_multicast() const { return is_v4() ? (v4() >> 28) == 0xe : bytes_[0] == 0xff; }

std::string Address::text() const {
    char buffer[INET6_ADDRSTRLEN];
    if (is_v4()) {
        // By hand: a listing of a million connections asks for three million of these.
        auto* end = buffer;
        for (std::size_t i = 12; i < 16; ++i) {
            if (i > 12) *end++ = '.';
            end = std::to_chars(end, end + 3, bytes_[i]).ptr;
        }
        return {buffer, end};
    }
    return inet_ntop(AF_INET6, bytes_.data(), buffer, sizeof buffer);
}

}  // namespace drover
