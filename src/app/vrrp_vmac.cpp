#include "app/vrrp_vmac.h"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/log.h"
#include "netlink/io/sysctl.h"

namespace drover::app {
namespace {

struct Setting {
    std::string_view name;
    int value;
};

// It answers ARP for its own addresses alone, and asks with them alone; packets that come in by it may have their way back
// by the parent.
constexpr std::array ipv4_settings{Setting{"arp_ignore", 1}, Setting{"arp_announce", 2}, Setting{"rp_filter", 0}};
// No link-local address of its own: that of the virtual MAC would be on every director at once.
constexpr std::array ipv6_settings{Setting{"addr_gen_mode", 1}, Setting{"accept_ra", 0}, Setting{"autoconf", 0}};

constexpr int for_own_addresses_alone = 1;

}  // namespace

Mac virtual_mac(model::Instance const& instance) {
    std::uint8_t const family = instance.family == Family::v4 ? 1 : 2;
    return {{0x00, 0x00, 0x5e, 0x00, family, instance.virtual_router_id}};
}

void VrrpVmac::keep(model::Instance const& instance) {
    problem_.clear();
    if (!instance.vmac) return;
    auto const* const parent = network_.link(instance.interface);
    if (!parent) return;  // its own fault
    auto const made = make(*instance.vmac, *parent, virtual_mac(instance));
    if (!made) problem_ = made.error().message;
    if (made && instance.family == Family::v4) quieten(parent->name);
}

Result<void> VrrpVmac::make(model::VirtualMac const& vmac, netlink::Link const& parent, Mac const& mac) {
    auto const* found = network_.link(vmac.interface);
    if (found && found->kind != "macvlan") return fail(fmt::format("interface {} is no macvlan", vmac.interface));
    if (found && (found->peer != parent.index || found->mac != mac)) {
        if (auto const deleted = network_.delete_link(vmac.interface); !deleted) return deleted;
        found = nullptr;
    }
    if (!found) {
        if (auto const added = network_.add_macvlan(vmac.interface, parent, mac); !added) return added;
        // Before it is up: with the first packet it would be too late.
        for (auto const& [name, value] : ipv4_settings)
            if (auto const set = netlink::set_ipv4_conf(vmac.interface, name, value); !set) return set;
        // Where IPv6 is switched off there is nothing to set.
        for (auto const& [name, value] : ipv6_settings) (void)netlink::set_ipv6_conf(vmac.interface, name, value);
        found = network_.link(vmac.interface);
    }
    if (!found->up) return netlink::set_up(network_.socket(), *found, true);
    return {};
}

/// The parent would answer ARP for the virtual addresses, too, with its own MAC.
void VrrpVmac::quieten(std::string const& parent) {
    auto const now = netlink::ipv4_conf(parent, "arp_ignore");
    if (!now || *now >= for_own_addresses_alone) return;
    if (auto const set = netlink::set_ipv4_conf(parent, "arp_ignore", for_own_addresses_alone); !set)
        log::warning("{}", set.error().message);
    else
        arp_ignore_before_ = {parent, *now};
}

void VrrpVmac::remove(model::Instance const& instance) {
    if (!instance.vmac) return;
    auto const* const link = network_.link(instance.vmac->interface);
    // What is not as we make it is not ours.
    if (link && link->kind == "macvlan" && link->mac == virtual_mac(instance)) {
        auto const deleted = network_.delete_link(instance.vmac->interface);
        if (deleted)
            log::info("({}) Success removing VMAC interface {}", instance.name, instance.vmac->interface);
        else
            log::warning("({}) {}", instance.name, deleted.error().message);
    }
    if (auto const before = std::exchange(arp_ignore_before_, std::nullopt))
        (void)netlink::set_ipv4_conf(before->first, "arp_ignore", before->second);
}

}  // namespace drover::app
