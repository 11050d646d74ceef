// The macvlan interface that has a virtual router's MAC address (use_vmac). It exists as long as the instance does, whoever
// is master; only its addresses come and go.
#pragma once

#include <optional>
#include <string>

#include "app/vrrp_network.h"
#include "base/mac.h"
#include "model/instance.h"

namespace drover::app {

/// 00:00:5e:00:01:VRID, for IPv6 00:00:5e:00:02:VRID (RFC 5798 7.3).
Mac virtual_mac(model::Instance const& instance);

class VrrpVmac {
public:
    explicit VrrpVmac(VrrpNetwork& network) : network_(network) {}

    /// Makes the interface if it is wanted and can be had; what is there already, from an earlier daemon, is taken over.
    void keep(model::Instance const& instance);
    void remove(model::Instance const& instance);

    /// Why the interface is not as it should be; empty: it is, or is not wanted.
    std::string const& problem() const { return problem_; }

private:
    Result<void> make(model::VirtualMac const& vmac, netlink::Link const& parent, Mac const& mac);
    void quieten(std::string const& parent);

    VrrpNetwork& network_;
    std::string problem_;
    /// The parent and what its arp_ignore was, if that was changed.
    std::optional<std::pair<std::string, int>> arp_ignore_before_;
};

}  // namespace drover::app
