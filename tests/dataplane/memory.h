// The contract's maps as vectors, and a kernel that remembers what it was asked for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/encode.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"

namespace drover::dataplane::testing {

inline Endpoint at(std::string_view address, std::uint16_t port = 80) { return {*Address::parse(address), port}; }

class FakeKernel final : public Kernel {
public:
    using Key = std::array<std::uint64_t, 3>;

    void wait_for_readers() override { ++waits; }
    Result<void> spill_vip(contract::vip_key const& key, std::uint32_t service) override {
        if (spilled.size() >= spill_room) return fail("the spill map is full");
        spilled[key_of(key)] = service;
        return {};
    }
    std::optional<std::uint32_t> spilled_vip(contract::vip_key const& key) const override {
        auto const found = spilled.find(key_of(key));
        return found == spilled.end() ? std::nullopt : std::optional(found->second);
    }
    void unspill_vip(contract::vip_key const& key) override { spilled.erase(key_of(key)); }
    Result<void> put_source(std::uint32_t service, SourceRule const& rule) override {
        remove_source(service, rule.prefix);
        sources[service].push_back(rule);
        return {};
    }
    void remove_source(std::uint32_t service, Prefix const& prefix) override {
        std::erase_if(sources[service], [&](SourceRule const& rule) { return rule.prefix == prefix; });
    }
    std::vector<SourceRule> sources_of(std::uint32_t service) const override {
        auto const found = sources.find(service);
        return found == sources.end() ? std::vector<SourceRule>{} : found->second;
    }
    contract::traffic service_traffic(std::uint32_t id) const override { return counted(services, id); }
    contract::traffic server_traffic(std::uint32_t record) const override { return counted(servers, record); }

    static Key key_of(contract::vip_key const& key) { return {key.address[0], key.address[1], key.port_protocol}; }

    std::map<Key, std::uint32_t> spilled;
    std::map<std::uint32_t, std::vector<SourceRule>> sources;  // by service
    std::map<std::uint32_t, contract::traffic> services, servers;
    std::size_t spill_room = contract::MAX_SPILLED_VIPS;
    int waits = 0;

private:
    static contract::traffic counted(std::map<std::uint32_t, contract::traffic> const& all, std::uint32_t key) {
        auto const found = all.find(key);
        return found == all.end() ? contract::traffic{} : found->second;
    }
};

/// All maps at their real sizes unless told otherwise; all zero, as the kernel makes them.
struct Memory {
    struct Sizes {
        std::uint32_t servers = contract::MAX_SERVERS;
        std::uint32_t services = contract::MAX_SERVICES;
        std::uint32_t chunks = contract::RING_CHUNKS;
        std::uint32_t buckets = 64;
    };
    Memory() : Memory(Sizes{}) {}
    explicit Memory(Sizes sizes)
        : vips(contract::VIP_BUCKETS), services(sizes.services), cursors(sizes.services), rings(sizes.chunks),
          servers(sizes.servers), loads(sizes.servers), ports(contract::MAX_PORTS), roles(contract::MAX_ROLES), rivals(contract::MAX_ROLES),
          narrow(sizes.buckets), wide(sizes.buckets), service_names(sizes.services), server_names(sizes.servers),
          journal(contract::JOURNAL_ENTRIES) {}

    Tables tables() {
        return {vips, services, cursors, rings, servers, loads, ports, roles, rivals, &settings, narrow, wide, &layout,
                service_names, server_names, &journal_head, journal};
    }

    /// Every byte of every map, to be compared.
    std::string image() const {
        std::string bytes;
        auto const put = [&](auto const& map) {
            bytes.append(reinterpret_cast<char const*>(map.data()), map.size() * sizeof map[0]);
        };
        put(vips), put(services), put(cursors), put(rings), put(servers), put(loads), put(ports), put(roles), put(rivals);
        put(std::vector{settings}), put(narrow), put(wide), put(std::vector{layout}), put(service_names), put(server_names);
        return bytes;
    }

    std::vector<contract::vip_bucket> vips;
    std::vector<contract::service> services;
    std::vector<contract::cursor> cursors;
    std::vector<contract::ring_chunk> rings;
    std::vector<contract::server> servers;
    std::vector<contract::server_load> loads;
    std::vector<contract::port> ports;
    std::vector<contract::role> roles;
    std::vector<contract::rival> rivals;
    contract::settings settings{};
    std::vector<contract::narrow_bucket> narrow;
    std::vector<contract::wide_bucket> wide;
    contract::layout layout{};
    std::vector<contract::service_name> service_names;
    std::vector<contract::server_name> server_names;
    contract::journal_head journal_head{};
    std::vector<contract::journal_entry> journal;
};

/// HZ=250, as most distributions have it: a tick is 256 ms.
inline constexpr Ticks kTicks{250, Ticks::shift_for(250)};

/// What the packet path would find for a key: the service, 0 for an address, -1 for nothing (bpf/vip.h).
inline int found_by_packets(Memory const& memory, FakeKernel const& kernel, contract::vip_key const& key) {
    auto const& bucket = memory.vips[contract::vip_hash(&key)];
    for (auto const& entry : bucket.entry)
        if ((entry.flags & contract::VIP_USED) != 0 && std::memcmp(&entry.key, &key, sizeof key) == 0) return entry.service;
    if ((bucket.entry[0].flags & contract::VIP_SPILLED) == 0) return -1;
    auto const spilled = kernel.spilled.find(FakeKernel::key_of(key));
    return spilled == kernel.spilled.end() ? -1 : static_cast<int>(spilled->second);
}

}  // namespace drover::dataplane::testing
