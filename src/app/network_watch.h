// Keeps the packet path on the right interfaces and its next hops right while the host's network changes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/interfaces.h"
#include "base/result.h"
#include "dataplane/io/bpf_dataplane.h"
#include "dataplane/io/next_hops.h"
#include "loop/io/loop.h"
#include "loop/io/timer.h"
#include "netlink/io/monitor.h"
#include "netlink/io/socket.h"

namespace drover::app {

class NetworkWatch {
public:
    static Result<std::unique_ptr<NetworkWatch>> open(loop::Loop& loop, dataplane::BpfDataplane& dataplane);

    /// What the network is looked after for: attaches where it must and detaches where nothing is wanted any more. Fails
    /// when an interface that is there refuses the packet path. A link that goes down because of the attaching (drivers
    /// that reset their queues) is waited for, at most 5 s.
    Result<void> serve(NetworkNeeds needs);
    NetworkNeeds const& needs() const { return needs_; }

    /// The MAC belongs to a router that this host's routes go by on the interface.
    bool is_gateway(int ifindex, Mac const& mac, Address const& address);

    /// One sentence for each interface that could not be taken.
    std::vector<std::string> const& notes() const { return notes_; }

private:
    NetworkWatch(loop::Loop& loop, dataplane::BpfDataplane& dataplane, netlink::Monitor monitor, netlink::Socket socket,
                 dataplane::NextHops next_hops);
    void on_readable();
    void refresh_later();
    void ask_later();
    Result<HostNetwork> dump();
    Result<void> place_packet_path(bool again = false);
    Result<bool> attach(netlink::Link const& link, bool again);
    void wait_for_links(std::set<std::string> const& were_running);

    loop::Loop& loop_;
    dataplane::BpfDataplane& dataplane_;
    netlink::Monitor monitor_;
    netlink::Socket socket_;
    dataplane::NextHops next_hops_;
    loop::Timer refresh_, ask_;
    NetworkNeeds needs_;
    std::vector<std::string> notes_;
};

}  // namespace drover::app
