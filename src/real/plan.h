// From what is wanted and what is there to the steps between them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "real/change.h"
#include "real/host.h"
#include "real/state.h"

namespace drover::real {

/// The two settings that keep a real server from answering ARP for its VIPs and from telling its VIPs by ARP
/// (Documentation/networking/ip-sysctl.rst).
struct ArpSetting {
    std::string_view name;
    int value;  ///< what start sets
    /// 1, 2 and 8 of arp_ignore are silent about addresses of other interfaces; a host that has 2 or 8 keeps it.
    bool satisfied_by(int other) const;
};
inline constexpr ArpSetting arp_settings[] = {{"arp_ignore", 1}, {"arp_announce", 2}};

struct Plan {
    std::vector<Change> changes;       ///< in the order in which they are carried out
    std::optional<State> state;        ///< what to remember once they are; none: forget
    std::vector<std::string> remarks;  ///< sentences about what was left alone
};

/// "all", "lo" and the LAN interfaces: `devices`, else every Ethernet interface that is up and no port.
/// `state`'s interfaces that still exist are among them. Fails when there is no such device.
Result<std::vector<std::string>> guarded_interfaces(std::vector<std::string> const& devices, Host const& host,
                                                    std::optional<State> const& state);

/// Why nothing may be touched here: a VIP that no real server can have, one on an interface other than lo (a director),
/// or one on lo with its whole network. `vips` is not empty.
Result<void> check_start(std::vector<Address> const& vips, Host const& host);

/// The ARP settings first, so that no VIP is ever on lo without them. `state`: of an earlier start, whose former
/// values go on to count. No change at all when everything is as wanted.
Result<Plan> plan_start(std::vector<Address> const& vips, std::vector<std::string> const& devices, Host const& host,
                        std::optional<State> const& state, Scene const& scene);

/// Takes `vips` (empty: all) from lo as far as start put them there; with the last one the ARP settings and lo go back
/// to what they were before the first start.
Plan plan_stop(std::vector<Address> const& vips, Host const& host, State const& state);

// What is there.
HeldAddress const* find_on_loopback(Host const& host, Address const& vip);
Sysctl const* find_sysctl(Host const& host, std::string_view interface, std::string_view name);
bool loopback_is_up(Host const& host);

}  // namespace drover::real
