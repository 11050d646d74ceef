// Hears the adverts that come in by one interface. By AF_PACKET, because a raw IP socket never gets an advert whose
// source is one of this host's own addresses (the kernel drops it as martian) - and just those must be heard to be told.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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
    static Result<Listener> open(int ifindex, std::string_view interface);

    /// Lets the interface (and, by IGMP, switches and bridges) pass the group's frames to us.
    Result<void> join(Address const& group);

    /// Readable when frames wait.
    int fd() const { return packets_.get(); }
    /// Never waits; nothing when no frame is left.
    std::optional<Frame> receive();

private:
    Listener(loop::Fd packets, loop::Fd membership, int ifindex, std::string interface)
        : packets_(std::move(packets)),
          membership_(std::move(membership)),
          ifindex_(ifindex),
          interface_(std::move(interface)) {}

    loop::Fd packets_;
    loop::Fd membership_;  ///< an UDP socket that only holds the IGMP membership
    int ifindex_;
    std::string interface_;
    // A VRRP packet is at most an IP header with options, and 8 + 255 * 4 + 8 bytes.
    std::array<std::uint8_t, 2048> buffer_{};
};

}  // namespace drover::vrrp
