#include "config/cross_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace drover::config {

namespace {

bool holds(model::Instance const& instance, Address const& address) {
    return std::ranges::any_of(instance.addresses,
                               [&](model::VirtualAddress const& a) { return a.prefix.address == address; });
}

/// Networks that the host is in even without its virtual addresses.
std::vector<Prefix> own_networks(std::set<Prefix> const& addresses, std::span<Read<model::Instance> const> instances) {
    std::vector<Prefix> networks;
    for (auto const& own : addresses)
        if (std::ranges::none_of(instances, [&](auto const& read) { return holds(read.value, own.address); }))
            networks.push_back(own);
    return networks;
}

}  // namespace

void drop_twins(Reading& reading, std::vector<Read<model::Instance>>& instances) {
    std::unordered_set<std::string> names;
    std::set<std::tuple<std::string, int, bool>> routers;
    std::erase_if(instances, [&](Read<model::Instance> const& read) {
        auto const& instance = read.value;
        auto const& place = read.block->keyword().position;
        if (!names.insert(instance.name).second) {
            reading.reporter.warn(
                place, "duplicate-instance",
                fmt::format("there is a vrrp_instance {} already: this one is left out", instance.name));
            return true;
        }
        if (routers.emplace(instance.interface, instance.virtual_router_id, instance.family == Family::v6).second) return false;
        reading.reporter.warn(
            place, "duplicate-vrid",
            fmt::format("vrrp_instance {} uses virtual_router_id {} on {} as another one does: it is left out",
                        instance.name, instance.virtual_router_id, instance.interface));
        return true;
    });
}

void drop_twins(Reading& reading, std::vector<Read<model::Service>>& services) {
    std::unordered_set<ServiceKey> keys;
    std::erase_if(services, [&](Read<model::Service>& read) {
        auto const& place = read.block->keyword().position;
        auto& service = read.value;
        if (service.group.empty()) {
            if (keys.insert(service.key).second) return false;
            reading.reporter.advise(place, "duplicate-service",
                                    fmt::format("there is a virtual_server {} already: this one is left out",
                                                service.key.keepalived_text()));
            return true;
        }
        auto const first_twin =
            std::ranges::find_if(service.group, [&](ServiceKey const& member) { return keys.contains(member); });
        if (first_twin != service.group.end())
            reading.reporter.advise(place, "duplicate-service",
                                    fmt::format("there is a virtual_server {} already: this group is served without it",
                                                first_twin->keepalived_text()));
        std::erase_if(service.group, [&](ServiceKey const& member) { return !keys.insert(member).second; });
        if (service.group.empty()) return true;
        service.key = service.group.front();
        return false;
    });
}

void check_references(Reading& reading, std::span<Statement const> tree) {
    for (auto const& block : tree)
        if (block.known != nullptr && block.has_block && !block.is_void && block.name() == "vrrp_script" &&
            block.argument(1) != nullptr && block.find("script") == nullptr)
            reading.reporter.warn(block.keyword().position, "no-script",
                                  fmt::format("vrrp_script {} has no script: it is left out", block.argument(1)->text));
}

void check_addresses(Reading& reading, std::span<Read<model::Instance> const> instances) {
    std::unordered_map<Address, model::Instance const*> holders;
    for (auto const& read : instances)
        for (auto const& address : read.value.addresses) {
            auto const [holder, is_new] = holders.emplace(address.prefix.address, &read.value);
            if (is_new || holder->second == &read.value) continue;
            reading.reporter.advise(read.block->keyword().position, "address-in-two-instances",
                                    fmt::format("{} is a virtual address of vrrp_instance {} and of vrrp_instance {}: "
                                                "two directors may hold it at once",
                                                address.prefix.address.text(), holder->second->name, read.value.name));
        }
}

void check_gateways(Reading& reading, std::span<Read<model::Instance> const> instances) {
    auto const addresses = reading.host.addresses();
    if (!addresses) return;
    auto const networks = own_networks(*addresses, instances);
    for (auto const& gateway : reading.host.gateways()) {
        if (std::ranges::any_of(networks, [&](Prefix const& network) { return network.contains(gateway); })) continue;
        for (auto const& read : instances)
            for (auto const& address : read.value.addresses) {
                if (address.prefix.length >= 32 || !address.prefix.contains(gateway)) continue;
                auto const* const list = read.block->find("virtual_ipaddress");
                reading.reporter.note_once("gateway " + gateway.text(),
                                           (list == nullptr ? *read.block : *list).keyword().position,
                                           "gateway-behind-vip",
                                           fmt::format("this host's gateway {} is in no network of its own, but in "
                                                       "that of {}: it is reachable only while this director "
                                                       "is MASTER",
                                                       gateway.text(), address.prefix.text()));
            }
    }
}

}  // namespace drover::config
