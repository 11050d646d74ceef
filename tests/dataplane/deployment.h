// The deployment of the seed in the tables, as tests of what writes it see it.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "dataplane/memory.h"
#include "dataplane/programmer.h"

namespace drover::dataplane::testing {

inline ServiceKey web() { return {at("172.51.97.175", 80), Protocol::tcp}; }
inline ServiceKey dns() { return {at("172.51.97.175", 53), Protocol::udp}; }

inline model::DesiredService service(ServiceKey key, std::vector<model::DesiredServer> servers) {
    model::DesiredService service;
    service.key = key;
    service.servers = std::move(servers);
    return service;
}

/// The deployment of the seed, and a second service of its own kind.
inline model::Desired two_services() {
    model::Desired desired;
    desired.services = {service(web(), {{at("172.51.96.235"), 3}, {at("172.51.96.236"), 3}}),
                        service(dns(), {{at("172.51.96.235", 53), 1}})};
    desired.services[0].scheduler = model::Scheduler::wrr;
    desired.services[0].persistence_timeout = 30;
    desired.services[0].persistence_prefix = 24;
    desired.services[0].instance = "VI_1";
    desired.timeouts = {800, 100, 200};
    return desired;
}

class Deployment : public ::testing::Test {
protected:
    Programmer programmer() { return {memory_.tables(), kernel_, kTicks}; }

    int found(ServiceKey const& key) { return found_by_packets(memory_, kernel_, vip_key(key)); }

    /// The ring as the packet path walks it.
    std::vector<int> ring(std::uint32_t id) {
        auto const word = memory_.services[id].ring;
        std::vector<int> slots;
        for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(word); ++i)
            slots.push_back(memory_.rings[(word >> 32) + i / contract::RING_CHUNK].server[i % contract::RING_CHUNK]);
        return slots;
    }

    contract::server& record(Programmer const& programmer, std::uint32_t id, Endpoint const& server) {
        return memory_.servers[programmer.book().record_of(id, *programmer.book().find_server(id, server))];
    }

    Memory memory_;
    FakeKernel kernel_;
};

}  // namespace drover::dataplane::testing
