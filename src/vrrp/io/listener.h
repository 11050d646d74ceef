// Hears the adverts of one family that come in by one interface. By AF_PACKET, because a raw IP socket never gets an advert whose
// source is one of this host's own addresses (the kernel drops it as martian) - and just those must be heard to be told.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/mac.h"
#include "base/result.h"
#include "loop/io/fd.h"

namespace drover::vrrp {

struct Frame {
    Mac source;
    std::span<std::uint8_t const> bytes;  ///< the IP packet; valid until the next receive()
};

class Listener {
public:
    /// Nothing that came before is heard. Frames this host itself sends are left out, also looped ones of its own MAC
    /// have to be told by Frame::source.
    static Result<Listener> open(int ifindex, std::string_view interface, Family family);

    /// Lets the interface (and, by IGMP, switches and bridges) pass the group's frames to us.
    Result<void> join(Address const& group);

    /// Keeps the kernel from answering adverts sent to this host's own addresses with "protocol unreachable".
    Result<void> expect_unicast();

    /// Readable when frames wait.
    int fd() const { return packets_.get(); }
    /// Never waits; nothing when no frame is left.
    std::optional<Frame> receive();

private:
    Listener(loop::Fd packets, loop::Fd membership, int ifindex, std::string interface, Family family)
        : packets_(std::move(packets)),
          membership_(std::move(membership)),
          ifindex_(ifindex),
          interface_(std::move(interface)),
          family_(family) {}

    Result<void> become_member(Address const& group);

    loop::Fd packets_;
    loop::Fd membership_;  ///< an UDP socket that only holds the memberships (IGMP, MLD)
    std::vector<loop::Fd> claims_;  ///< raw sockets that hear nothing: to the kernel, somebody takes the protocol
    int ifindex_;
    std::string interface_;
    Family family_;
    // A VRRP packet is at most an IP header and 8 + 255 * 16 bytes.
    std::array<std::uint8_t, 4608> buffer_{};
};

}  // namespace drover::vrrp
