// Ethernet frames for tests, built word by word: frame().from("192.168.1.128", 40000).to("172.51.97.175", 80).syn().
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/checksum.h"
#include "base/mac.h"

namespace drover::bpf::testing {

using Bytes = std::vector<std::uint8_t>;

inline constexpr Mac kOurMac{{0x02, 0, 0, 0, 0, 0x01}};
inline constexpr Mac kRouterMac{{0x02, 0, 0, 0, 0, 0xfe}};

enum TcpFlag : std::uint8_t { kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16 };

inline std::uint16_t read16(Bytes const& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

inline void write16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

class Frame {
public:
    Frame& to_mac(Mac const& mac) { return destination_ = mac, *this; }
    Frame& from_mac(Mac const& mac) { return source_ = mac, *this; }
    Frame& ethertype(std::uint16_t type) { return ethertype_ = type, *this; }
    Frame& from(std::string_view address, std::uint16_t port = 40000) { return from(Address::parse(address)->v4(), port); }
    Frame& from(std::uint32_t address, std::uint16_t port) { return client_ = address, client_port_ = port, *this; }
    Frame& to(std::string_view address, std::uint16_t port = 80) { return vip_ = Address::parse(address)->v4(), port_ = port, *this; }
    Frame& ttl(std::uint8_t hops) { return ttl_ = hops, *this; }
    Frame& protocol(std::uint8_t number) { return protocol_ = number, *this; }
    Frame& udp() { return protocol(17); }
    Frame& tcp(std::uint8_t flags) { return flags_ = flags, protocol(6); }
    /// Chunks of eight bytes each, by their types.
    Frame& sctp(std::vector<std::uint8_t> chunks) { return chunks_ = std::move(chunks), protocol(132); }
    Frame& syn() { return tcp(kSyn); }
    Frame& ack() { return tcp(kAck); }
    /// What a router sends to the VIP about a packet of this flow's real server (RFC 792): the flow's reverse is quoted.
    Frame& icmp_error(std::uint8_t type, std::uint8_t code) { return quoted_ = protocol_, icmp_type_ = type, icmp_code_ = code, *this; }
    Frame& options(std::size_t words) { return options_ = words, *this; }
    Frame& fragment(std::uint16_t field) { return fragment_ = field, *this; }
    Frame& payload(std::size_t bytes) { return payload_ = bytes, *this; }
    /// Only so many bytes of it arrive.
    Frame& cut(std::size_t bytes) { return cut_ = bytes, *this; }
    /// The IP header's claim, whatever there is.
    Frame& total_length(std::uint16_t bytes) { return total_length_ = bytes, *this; }

    Bytes bytes() const {
        if (quoted_ != 0) return icmp_bytes();
        std::size_t const header = 20 + options_ * 4, transport = transport_length();
        Bytes frame(14 + header + transport + payload_);
        std::memcpy(&frame[0], destination_.bytes.data(), 6);
        std::memcpy(&frame[6], source_.bytes.data(), 6);
        write16(frame, 12, ethertype_);
        frame[14] = static_cast<std::uint8_t>(0x40 | header / 4);
        write16(frame, 16, total_length_ != 0 ? total_length_ : static_cast<std::uint16_t>(frame.size() - 14));
        write16(frame, 18, 0x1234);
        write16(frame, 20, fragment_);
        frame[22] = ttl_;
        frame[23] = protocol_;
        write_address(frame, 26, client_);
        write_address(frame, 30, vip_);
        for (std::size_t i = 0; i < options_ * 4; ++i) frame[34 + i] = 1;  // "no operation"
        write16(frame, 24, checksum({&frame[14], header}));
        write16(frame, 14 + header, client_port_);
        write16(frame, 14 + header + 2, port_);
        if (protocol_ == 6) {
            frame[14 + header + 12] = 0x50;
            frame[14 + header + 13] = flags_;
        }
        if (protocol_ == 132)
            for (std::size_t i = 0; i < chunks_.size(); ++i) {
                frame[14 + header + 12 + 8 * i] = chunks_[i];
                write16(frame, 14 + header + 12 + 8 * i + 2, 8);
            }
        for (std::size_t i = 0; i < payload_; ++i) frame[14 + header + transport + i] = static_cast<std::uint8_t>(i);
        if (cut_ < frame.size()) frame.resize(cut_);
        return frame;
    }

private:
    std::size_t transport_length() const { return protocol_ == 6 ? 20 : protocol_ == 132 ? 12 + 8 * chunks_.size() : 8; }
    /// Outer IP, ICMP, and as the quote the IP header and eight bytes of the packet from VIP to client.
    Bytes icmp_bytes() const {
        auto inner = *this;
        inner.quoted_ = 0;
        std::swap(inner.client_, inner.vip_);
        std::swap(inner.client_port_, inner.port_);
        auto const quote = inner.bytes();
        auto outer = *this;
        outer.quoted_ = 0;
        outer.client_ = 0xac336101;  // a router, 172.51.97.1
        auto frame = outer.protocol(17).payload(28).bytes();
        frame[23] = 1;
        write16(frame, 24, 0);
        write16(frame, 24, checksum({&frame[14], 20}));
        std::memset(&frame[34], 0, 8);
        frame[34] = icmp_type_;
        frame[35] = icmp_code_;
        std::memcpy(&frame[42], &quote[14], 28);
        write16(frame, 36, checksum({&frame[34], 36}));
        return frame;
    }
    static void write_address(Bytes& frame, std::size_t at, std::uint32_t address) {
        write16(frame, at, static_cast<std::uint16_t>(address >> 16));
        write16(frame, at + 2, static_cast<std::uint16_t>(address));
    }

    Mac destination_ = kOurMac, source_ = kRouterMac;
    std::uint16_t ethertype_ = 0x0800;
    std::uint32_t client_ = 0xc0a80180, vip_ = 0xac3361af;  // 192.168.1.128, 172.51.97.175
    std::uint16_t client_port_ = 40000, port_ = 80;
    std::uint8_t ttl_ = 64, protocol_ = 6, flags_ = kSyn;
    std::uint16_t fragment_ = 0x4000;  // do not fragment
    std::uint16_t total_length_ = 0;
    std::uint8_t quoted_ = 0, icmp_type_ = 0, icmp_code_ = 0;  // quoted_ is the flow's protocol
    std::vector<std::uint8_t> chunks_;
    std::size_t options_ = 0, payload_ = 0, cut_ = 4096;
};

inline Frame frame() { return {}; }

}  // namespace drover::bpf::testing
