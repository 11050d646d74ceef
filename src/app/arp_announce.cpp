#include "app/arp_announce.h"

#include "base/log.h"
#include "netlink/io/sysctl.h"

namespace drover::app {

namespace {

constexpr char const* kName = "arp_announce";
constexpr int kBestLocalAddress = 2;

}  // namespace

void ArpAnnounce::apply(std::set<std::string> const& interfaces) {
    for (auto const& name : interfaces) {
        auto const now = netlink::ipv4_conf(name, kName);
        // An interface that is not there has no setting; what somebody has set to 2 stays his.
        if (!now || *now >= kBestLocalAddress) continue;
        if (auto const set = netlink::set_ipv4_conf(name, kName, kBestLocalAddress); !set)
            log::warning("{}", set.error().message);
        else
            before_.emplace(name, *now);
    }
    std::erase_if(before_, [&](auto const& entry) {
        auto const& [name, value] = entry;
        if (interfaces.contains(name)) return false;
        if (auto const now = netlink::ipv4_conf(name, kName); now && *now == kBestLocalAddress)
            (void)netlink::set_ipv4_conf(name, kName, value);
        return true;
    });
}

}  // namespace drover::app
