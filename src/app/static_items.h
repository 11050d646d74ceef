// static_ipaddress, static_routes and static_rules: set when the daemon starts, whoever is master, and taken away when it
// stops in order.
#pragma once

#include <memory>

#include "app/vrrp_holdings.h"
#include "app/vrrp_network.h"
#include "base/result.h"
#include "model/instance.h"

namespace drover::app {

class StaticItems {
public:
    /// Sets what is missing, and removes what the last call had and this one has not. What cannot be set is logged.
    Result<void> apply(model::Holdings wanted);
    /// Removes all of it.
    void drop();

private:
    struct Kernel {
        explicit Kernel(VrrpNetwork opened) : network(std::move(opened)), holdings(network) {}
        VrrpNetwork network;
        VrrpHoldings holdings;
    };
    std::unique_ptr<Kernel> kernel_;  ///< null until there is something to set
    model::Holdings held_;
};

}  // namespace drover::app
