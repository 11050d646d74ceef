// Sends adverts and announcements. To groups as frames of the host's own interfaces, by AF_PACKET: the source address of
// an advert is chosen freely, no route to the group is needed, and it leaves on the interface that is meant. To single
// peers, which may be behind routers, by raw IP sockets: the kernel knows the way.
#pragma once

#include <cstdint>
#include <span>

#include "base/address.h"
#include "base/mac.h"
#include "base/result.h"
#include "loop/io/fd.h"

namespace drover::vrrp {

class Transmitter {
public:
    static Result<Transmitter> open();

    // Neither waits: a full queue is an error (ENOBUFS), as is an interface that is down (ENETDOWN) or gone (ENXIO).

    /// `packet` is a whole IP packet to a multicast group.
    Result<void> send_to_group(int ifindex, Address const& group, std::span<std::uint8_t const> packet);
    /// `packet` is a whole IP packet. `ifindex` counts for link-local addresses alone.
    Result<void> send_to_peer(int ifindex, Address const& peer, std::span<std::uint8_t const> packet);
    /// Tells everybody on the interface's link that `address` is at its MAC: by gratuitous ARP or an unsolicited neighbour
    /// advertisement. `router`: IPv6 is forwarded there.
    Result<void> announce(int ifindex, Mac const& mac, Address const& address, bool router);

private:
    explicit Transmitter(loop::Fd frames) : frames_(std::move(frames)) {}
    loop::Fd& raw(Family family) { return family == Family::v4 ? raw_v4_ : raw_v6_; }

    loop::Fd frames_;
    loop::Fd raw_v4_, raw_v6_;  ///< opened when first needed
};

}  // namespace drover::vrrp
