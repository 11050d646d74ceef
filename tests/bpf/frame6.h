// IPv6 frames for tests: frame6().from("2001:db8::77", 40000).to("fd00:97::175", 80).syn(), with extension headers and as
// fragments; and VLAN tags around any frame.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "bpf/frame.h"

namespace drover::bpf::testing {

enum Icmp6Type : std::uint8_t {
    kUnreachable6 = 1,
    kTooBig6 = 2,
    kTimeExceeded6 = 3,
    kEcho6 = 128,
    kRouterAdvert = 134,
    kNeighbourSolicit = 135,
};

enum Extension : std::uint8_t {
    kHopByHop = 0,
    kRouting = 43,
    kFragmentHeader = 44,
    kEncrypted = 50,
    kAuthentication = 51,
    kNoNext = 59,
    kDestinationOptions = 60,
    kMobility = 135,
};

/// The frame with VLAN tags, the outermost first: {{0x88a8, 100}, {0x8100, 7}}.
inline Bytes tagged(Bytes frame, std::initializer_list<std::pair<std::uint16_t, std::uint16_t>> tags) {
    std::size_t at = 12;
    for (auto const& [type, control] : tags) {
        frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(at), 4, 0);
        write16(frame, at, type);
        write16(frame, at + 2, control);
        at += 4;
    }
    return frame;
}

/// The pseudo-header's part of a checksum over a TCP, UDP or ICMPv6 packet (RFC 8200 8.1).
inline std::uint32_t pseudo_sum(Bytes const& frame, std::size_t network, std::size_t length, std::uint8_t protocol) {
    std::uint8_t const tail[] = {0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length), 0, 0, 0, protocol};
    return checksum_add(tail, checksum_add({&frame[network + 8], 32}));
}

class Frame6 {
public:
    static constexpr std::size_t kHeader = 40;

    Frame6& to_mac(Mac const& mac) { return destination_ = mac, *this; }
    Frame6& from(std::string_view address, std::uint16_t port = 40000) {
        return client_ = *Address::parse(address), client_port_ = port, *this;
    }
    Frame6& from(Address const& address, std::uint16_t port) { return client_ = address, client_port_ = port, *this; }
    Frame6& to(std::string_view address, std::uint16_t port = 80) { return vip_ = *Address::parse(address), port_ = port, *this; }
    Frame6& hops(std::uint8_t left) { return hops_ = left, *this; }
    Frame6& protocol(std::uint8_t number) { return protocol_ = number, *this; }
    Frame6& udp() { return protocol(17); }
    Frame6& tcp(std::uint8_t flags) { return flags_ = flags, protocol(6); }
    Frame6& syn() { return tcp(kSyn); }
    Frame6& ack() { return tcp(kAck); }
    Frame6& icmp(std::uint8_t type, std::uint8_t code = 0) { return icmp_type_ = type, icmp_code_ = code, protocol(58); }
    /// What a router sends to the VIP about a packet of this flow's real server (RFC 4443): the flow's reverse is quoted.
    Frame6& icmp_error(std::uint8_t type, std::uint8_t code) { return quoted_ = protocol_, icmp_type_ = type, icmp_code_ = code, *this; }
    /// One more extension header of so many bytes, a multiple of 8 (authentication: of 4).
    Frame6& extension(std::uint8_t number, std::size_t bytes) {
        Bytes header(bytes);
        header[1] = static_cast<std::uint8_t>(number == kAuthentication ? bytes / 4 - 2 : bytes / 8 - 1);
        return extensions_.emplace_back(number, std::move(header)), *this;
    }
    /// `field`: offset in units of 8 << 3, and 1 for "more fragments".
    Frame6& fragment(std::uint16_t field, std::uint32_t id = 0x12345678) {
        Bytes header(8);
        write16(header, 2, field);
        write16(header, 4, static_cast<std::uint16_t>(id >> 16));
        write16(header, 6, static_cast<std::uint16_t>(id));
        return extensions_.emplace_back(kFragmentHeader, std::move(header)), *this;
    }
    Frame6& payload(std::size_t bytes) { return payload_ = bytes, *this; }
    /// Only so many bytes of it arrive.
    Frame6& cut(std::size_t bytes) { return cut_ = bytes, *this; }
    /// The IPv6 header's claim, whatever there is.
    Frame6& payload_length(std::uint16_t bytes) { return payload_length_ = bytes, *this; }

    Bytes bytes() const {
        if (quoted_ != 0) return icmp_bytes();
        Bytes frame = headers();
        auto const transport = frame.size(), length = std::size_t{protocol_ == 6 ? 20u : 8u};
        frame.resize(transport + length + payload_);
        for (std::size_t i = 0; i < payload_; ++i) frame[transport + length + i] = static_cast<std::uint8_t>(i);
        write16(frame, 18, payload_length_ != 0 ? payload_length_ : static_cast<std::uint16_t>(frame.size() - 14 - kHeader));
        if (protocol_ == 58) {
            frame[transport] = icmp_type_;
            frame[transport + 1] = icmp_code_;
            seal_icmp(frame, transport);
        } else {
            write16(frame, transport, client_port_);
            write16(frame, transport + 2, port_);
        }
        if (protocol_ == 6) {
            frame[transport + 12] = 0x50;
            frame[transport + 13] = flags_;
        }
        if (cut_ < frame.size()) frame.resize(cut_);
        return frame;
    }

private:
    Bytes headers() const {
        Bytes frame(14 + kHeader);
        std::memcpy(&frame[0], destination_.bytes.data(), 6);
        std::memcpy(&frame[6], kRouterMac.bytes.data(), 6);
        write16(frame, 12, 0x86dd);
        frame[14] = 0x60;
        frame[20] = extensions_.empty() ? protocol_ : extensions_[0].first;
        frame[21] = hops_;
        std::memcpy(&frame[22], client_.bytes().data(), 16);
        std::memcpy(&frame[38], vip_.bytes().data(), 16);
        for (std::size_t i = 0; i < extensions_.size(); ++i) {
            auto header = extensions_[i].second;
            header[0] = i + 1 < extensions_.size() ? extensions_[i + 1].first : protocol_;
            frame.insert(frame.end(), header.begin(), header.end());
        }
        return frame;
    }
    static void seal_icmp(Bytes& frame, std::size_t transport) {
        auto const length = frame.size() - transport;
        write16(frame, transport + 2, 0);
        write16(frame, transport + 2, checksum({&frame[transport], length}, pseudo_sum(frame, 14, length, 58)));
    }
    Bytes icmp_bytes() const {
        auto inner = *this;
        inner.quoted_ = 0;
        std::swap(inner.client_, inner.vip_);
        std::swap(inner.client_port_, inner.port_);
        auto const quote = inner.bytes();
        auto outer = *this;
        outer.quoted_ = 0;
        outer.extensions_.clear();
        outer.client_ = *Address::parse("fd00:ff::1");  // a router
        outer.protocol_ = 58;
        auto frame = outer.payload(quote.size() - 14).bytes();
        std::memcpy(&frame[14 + kHeader + 8], &quote[14], quote.size() - 14);
        seal_icmp(frame, 14 + kHeader);
        return frame;
    }

    Mac destination_ = kOurMac;
    Address client_ = *Address::parse("2001:db8::77"), vip_ = *Address::parse("fd00:97::175");
    std::uint16_t client_port_ = 40000, port_ = 80;
    std::uint8_t hops_ = 64, protocol_ = 6, flags_ = kSyn;
    std::uint8_t quoted_ = 0, icmp_type_ = 0, icmp_code_ = 0;  // quoted_ is the flow's protocol
    std::uint16_t payload_length_ = 0;
    std::vector<std::pair<std::uint8_t, Bytes>> extensions_;
    std::size_t payload_ = 0, cut_ = 4096;
};

inline Frame6 frame6() { return {}; }

}  // namespace drover::bpf::testing
