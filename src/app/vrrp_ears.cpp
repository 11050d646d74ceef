#include "app/vrrp_ears.h"

#include <algorithm>

#include "base/log.h"

namespace drover::app {

namespace {

// Read from one interface before timers run again: more than its socket can hold.
constexpr int most_frames = 4096;

}  // namespace

void VrrpEars::wait_with(std::vector<pollfd>& waiting) const {
    for (auto const& [where, ear] : ears_) waiting.push_back({ear.listener.fd(), POLLIN, 0});
}

void VrrpEars::drain(std::function<void(int ifindex, vrrp::Frame const& frame)> const& hear) {
    for (auto& [where, ear] : ears_) {
        for (int frames = 0; frames < most_frames; ++frames) {
            auto const frame = ear.listener.receive();
            if (!frame) break;
            hear(where.first, *frame);
        }
    }
}

void VrrpEars::open(std::span<std::unique_ptr<VrrpRouter> const> routers, VrrpNetwork const& network) {
    std::map<Where, Wanted> all_wanted;
    for (auto const& router : routers) {
        auto const& instance = router->instance();
        auto const* const link = network.link(instance.interface);
        if (!link) continue;
        if (auto const* const vmac = instance.vmac ? network.link(instance.vmac->interface) : nullptr)
            all_wanted[{vmac->index, instance.family}];
        auto& wanted = all_wanted[{link->index, instance.family}];
        if (instance.unicast_peers.empty())
            wanted.groups.insert(instance.multicast_group);
        else
            wanted.unicast = true;
    }
    std::erase_if(ears_, [&](auto const& entry) {
        auto const found = all_wanted.find(entry.first);
        return found == all_wanted.end() || !std::ranges::includes(found->second.groups, entry.second.joined);
    });
    for (auto const& [where, wanted] : all_wanted) open_one(*network.link(where.first), where.second, wanted);
}

void VrrpEars::open_one(netlink::Link const& link, Family family, Wanted const& wanted) {
    Where const where{link.index, family};
    auto ear = ears_.find(where);
    auto const complain = [&](Error const& error) {
        if (deaf_.insert(where).second) log::error("{}", error.message);
    };
    if (ear == ears_.end()) {
        auto listener = vrrp::Listener::open(link.index, link.name, family);
        if (!listener) return complain(listener.error());
        ear = ears_.emplace(where, Ear{std::move(*listener), {}}).first;
    }
    if (wanted.unicast)
        if (auto const expected = ear->second.listener.expect_unicast(); !expected) complain(expected.error());
    for (auto const& group : wanted.groups) {
        if (ear->second.joined.contains(group)) continue;
        if (auto const joined = ear->second.listener.join(group); !joined) {
            complain(joined.error());
            continue;
        }
        ear->second.joined.insert(group);
        deaf_.erase(where);
    }
}

}  // namespace drover::app
