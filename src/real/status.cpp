#include "real/status.h"

#include <algorithm>

#include "real/change.h"
#include "real/plan.h"

namespace drover::real {
namespace {

void judge_vip(Status& status, Address const& vip, Host const& host) {
    auto const text = vip.text();
    if (auto const* const held = find_on_loopback(host, vip))
        status.present.push_back(place_text(held->prefix, held->label));
    else
        status.missing.push_back(text + " is not on lo as " + Prefix::host(vip).text());
    for (auto const& held : host.addresses) {
        if (held.prefix.address != vip) continue;
        if (held.interface != loopback)
            status.missing.push_back(text + " is on " + held.interface + ", where the host answers ARP for it");
        else if (held.prefix != Prefix::host(vip))
            status.missing.push_back(held.prefix.text() + " is on lo: the host takes its whole network for its own");
    }
}

void judge_sysctls(Status& status, std::string const& interface, Host const& host) {
    for (auto const& setting : arp_settings) {
        auto const* const seen = find_sysctl(host, interface, setting.name);
        if (!seen) continue;
        auto text =
            "net.ipv4.conf." + interface + "." + std::string(setting.name) + " is " + std::to_string(seen->value);
        if (setting.satisfied_by(seen->value))
            status.present.push_back(std::move(text));
        else
            status.missing.push_back(text + ", must be " + std::to_string(setting.value));
    }
}

}  // namespace

Result<Status> judge(std::vector<Address> const& vips, std::vector<std::string> const& devices, Host const& host,
                     std::optional<State> const& state) {
    // After a start those interfaces count that it saw to; one that came later is covered by the settings of "all".
    auto counting = devices;
    if (counting.empty() && state)
        for (auto const& former : state->former)
            if (find_sysctl(host, former.interface, former.name)) counting.push_back(former.interface);
    auto const interfaces = guarded_interfaces(counting, host, std::nullopt);
    if (!interfaces) return std::unexpected(interfaces.error());
    Status status;
    status.vips = vips;
    if (!loopback_is_up(host)) status.missing.push_back("lo is down");
    for (auto const& vip : vips) judge_vip(status, vip, host);
    if (std::ranges::any_of(vips, &Address::is_v4))
        for (auto const& interface : *interfaces) judge_sysctls(status, interface, host);
    return status;
}

}  // namespace drover::real
