// The sockets that adverts come in by: one for each interface and family that an instance uses and that exists, in the
// groups they need. For the VRRP thread.
#pragma once

#include <poll.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "app/vrrp_network.h"
#include "app/vrrp_router.h"
#include "base/address.h"
#include "netlink/io/link.h"
#include "vrrp/io/listener.h"

namespace drover::app {

class VrrpEars {
public:
    /// Those that these routers need, and no others. What cannot be opened is logged once.
    void open(std::span<std::unique_ptr<VrrpRouter> const> routers, VrrpNetwork const& network);
    void wait_with(std::vector<pollfd>& waiting) const;
    /// All that has come in, an interface after the other.
    void drain(std::function<void(int ifindex, vrrp::Frame const& frame)> const& hear);

private:
    using Groups = std::set<Address>;
    using Where = std::pair<int, Family>;  ///< an interface, and what is listened to there
    struct Wanted {
        Groups groups;
        bool unicast = false;
    };
    struct Ear {
        vrrp::Listener listener;
        Groups joined;
    };

    void open_one(netlink::Link const& link, Family family, Wanted const& wanted);

    std::map<Where, Ear> ears_;
    std::set<Where> deaf_;  ///< where listening failed: said once
};

}  // namespace drover::app
