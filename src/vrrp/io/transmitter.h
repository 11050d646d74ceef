// Sends adverts and gratuitous ARP as frames of the host's own interfaces. By AF_PACKET: the source address of an advert
// is chosen freely, no route to the group is needed, and it leaves on the interface that is meant.
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

    /// `packet` is a whole IPv4 packet to a multicast group.
    Result<void> send_to_group(int ifindex, Address const& group, std::span<std::uint8_t const> packet);
    /// Tells everybody on the interface's link that IPv4 `address` is at its MAC.
    Result<void> announce(int ifindex, Mac const& mac, Address const& address);

private:
    explicit Transmitter(loop::Fd socket) : socket_(std::move(socket)) {}
    loop::Fd socket_;
};

}  // namespace drover::vrrp
