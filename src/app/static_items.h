// static_ipaddress, static_routes and static_rules: set when the daemon starts, whoever is master, set again when somebody
// removes them, and taken away when it stops in order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/vrrp_holdings.h"
#include "app/vrrp_network.h"
#include "base/result.h"
#include "loop/io/loop.h"
#include "loop/io/timer.h"
#include "model/instance.h"
#include "vrrp/restore_pace.h"

namespace drover::app {

class StaticItems {
public:
    explicit StaticItems(loop::Loop& loop) : loop_(loop), look_again_(loop.context()) {}

    /// Sets what is missing, and removes what the last call had and this one has not. What cannot be set is logged.
    Result<void> apply(model::Holdings wanted);
    /// Removes all of it.
    void drop();

private:
    struct Kernel {
        explicit Kernel(VrrpNetwork opened) : network(std::move(opened)), holdings(network, spared) {}
        VrrpNetwork network;
        std::vector<HeldAddress> spared;  // none
        VrrpHoldings holdings;
    };
    Result<void> open();
    void on_change();
    void put_back();
    void look_later(Duration delay);
    void say_new_problems();

    loop::Loop& loop_;
    loop::Timer look_again_;
    vrrp::RestorePace restores_;
    std::vector<std::string> problems_;
    std::unique_ptr<Kernel> kernel_;  ///< null until there is something to set
    model::Holdings held_;
};

}  // namespace drover::app
