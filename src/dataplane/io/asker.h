// Asks neighbours for their MAC address. The answers are the kernel's: it works them into its neighbour table as if it
// had asked itself, and the netlink monitor tells. Nothing is received here.
#pragma once

#include <optional>

#include "base/address.h"
#include "base/mac.h"
#include "base/result.h"
#include "loop/io/fd.h"

namespace drover::dataplane {

class Asker {
public:
    static Result<Asker> open();

    /// The host that asks, as the neighbour sees it.
    struct Self {
        int ifindex = 0;
        Mac mac;
        std::optional<Address> source;  ///< IPv4; none: a question without a sender (RFC 5227). The kernel chooses that of IPv6.
    };
    /// To the MAC that `target` is known to have, or without one to everybody. Never waits: a full queue is an error, as
    /// is an interface that is down.
    Result<void> ask(Self const& self, Address const& target, std::optional<Mac> const& to);

private:
    Asker(loop::Fd arp, loop::Fd icmp6) : arp_(std::move(arp)), icmp6_(std::move(icmp6)) {}
    Result<void> ask_arp(Self const& self, Address const& target, Mac const& to);
    Result<void> solicit(Self const& self, Address const& target, bool everybody);

    loop::Fd arp_, icmp6_;
};

}  // namespace drover::dataplane
