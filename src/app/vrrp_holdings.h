// What a master holds in the kernel: its virtual addresses and routes. take() is a reconcile: it may be called at any
// time, and sets only what is missing.
#pragma once

#include <string>
#include <vector>

#include "app/vrrp_network.h"
#include "model/instance.h"

namespace drover::app {

class VrrpHoldings {
public:
    explicit VrrpHoldings(VrrpNetwork& network) : network_(network) {}

    /// Sets all that is missing of the instance's addresses and routes; what is there already is fine. Returns the
    /// addresses that were missing.
    std::vector<model::VirtualAddress> take(model::Instance const& instance);

    /// Removes them, whoever set them; those that are not there are fine.
    void drop(model::Instance const& instance);
    /// Removes what `before` has and `now` has not.
    void drop_difference(model::Instance const& before, model::Instance const& now);

    /// By what netlink has told, without asking the kernel.
    bool lacks_an_address(model::Instance const& instance) const;

    /// What could not be set at the last take(), a sentence each.
    std::vector<std::string> const& problems() const { return problems_; }

    /// The interface an address is set on; null when it does not exist.
    netlink::Link const* device_of(model::VirtualAddress const& address, model::Instance const& instance) const;

private:
    void drop(model::VirtualAddress const& address, model::Instance const& instance);
    void drop(model::VirtualRoute const& route, model::Instance const& instance);

    VrrpNetwork& network_;
    std::vector<std::string> problems_;
};

/// virtual_ipaddress and virtual_ipaddress_excluded in one list.
std::vector<model::VirtualAddress> all_addresses(model::Instance const& instance);

}  // namespace drover::app
