// What a master holds in the kernel: its virtual addresses, routes and rules. take() is a reconcile: it may be called at any
// time, and sets only what is missing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/vrrp_network.h"
#include "model/instance.h"

namespace drover::app {

/// An address, and the interface that it is on.
using HeldAddress = std::pair<std::string, Prefix>;

class VrrpHoldings {
public:
    /// `spared`, which may change, are never removed: somebody else here holds them, or is about to.
    explicit VrrpHoldings(VrrpNetwork& network, std::vector<HeldAddress> const& spared) : network_(network), spared_(spared) {}

    struct Missing {
        std::vector<model::VirtualAddress> addresses;
        std::vector<std::string> names;  ///< "address 10.0.0.1/24", "route ...", "rule ...": theirs too
    };
    /// Sets all that is missing, and says what that was; what is there already is fine.
    Missing take(model::Holdings const& held);

    /// Removes it, whoever set it; what is not there is fine.
    void drop(model::Holdings const& held);
    /// Removes what `before` has and `now` has not.
    void drop_difference(model::Holdings const& before, model::Holdings const& now);

    /// By what netlink has told, without asking the kernel.
    bool lacks_an_address(model::Holdings const& held) const;

    /// What could not be set at the last take(), a sentence each.
    std::vector<std::string> const& problems() const { return problems_; }

    /// The interface an address is set on; null when it does not exist.
    netlink::Link const* device_of(model::VirtualAddress const& address, model::Holdings const& held) const;

private:
    template <class T>
    void note(Result<T> const& outcome) {
        if (!outcome) problems_.push_back(outcome.error().message);
    }
    void drop(model::VirtualAddress const& address, model::Holdings const& held);
    void drop(model::VirtualRoute const& route, model::Holdings const& held);

    VrrpNetwork& network_;
    std::vector<HeldAddress> const& spared_;
    std::vector<std::string> problems_;
};

}  // namespace drover::app
