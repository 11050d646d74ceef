// One of everything that can be observed, with values that a careless codec would lose.
#pragma once

#include "control/status.h"

namespace drover::control {

inline Endpoint endpoint(char const* address, std::uint16_t port) { return {*Address::parse(address), port}; }

inline constexpr std::int64_t noon = 1'795'435'200'000'000;  ///< 2026-11-23 12:00:00 UTC

inline model::DataplaneObserved sample_dataplane() {
    model::ServerObserved near, far;
    near.endpoint = endpoint("172.51.96.235", 80);
    near.weight = 1, near.active = 43, near.inactive = 1'000'001, near.persistent = 7;
    near.counters = {600'001, 61'728'394, 9'007'199'254'740'993};  // 2^53 + 1: not a double
    near.upper_threshold = 2'000'000, near.lower_threshold = 1'500'000, near.overloaded = true;
    near.rates = {750, 1'250'000, 61'728'394};
    near.next_hop = Mac{{0x02, 0, 0, 0, 0xeb, 0x01}};
    near.next_hop_interface = "eth0";
    far.endpoint = endpoint("172.51.96.236", 80);
    far.weight = 0;

    model::ServiceObserved web, dns;
    web.key = {endpoint("172.51.97.175", 80), Protocol::tcp};
    web.scheduler = model::Scheduler::wrr, web.persistence_timeout = 50, web.persistence_prefix = 24;
    web.flags = {.port = true, .fallback = true, .random_start = true};
    web.allow = 3, web.deny = 1, web.rates = {1500, 2'500'000, 123'456'789};
    web.instance = "VI_1";
    web.counters = {1, 2, ~std::uint64_t{0}};
    web.servers = {near, far};
    dns.key = {endpoint("2001:db8::53", 53), Protocol::udp};
    dns.one_packet = true, dns.unreachable = true, dns.persistence_prefix = 128, dns.instance = "VI_2", dns.gate_open = false;
    dns.servers = {{.endpoint = endpoint("2001:db8::2", 53), .weight = 3, .rising_to = 30, .local = true}};

    model::DataplaneObserved dataplane;
    dataplane.attachments = {{"eth0", "native", ""}, {"eth1", "generic", "the driver has no native XDP"}};
    dataplane.capacity = 1'048'576, dataplane.entries = 50, dataplane.live_evictions = 3;
    dataplane.tables = {{"narrow", 786'432, 40}, {"wide", 262'144, 10}};
    dataplane.evictions = {{"expired", 9}, {"half_open", 3}, {"oldest", 0}};
    dataplane.limits = {.drop_entry = 1, .conn_max = 500'000, .flood_rate = 20'000};
    dataplane.flood = {true, noon - 90'000'000};
    dataplane.rates = {1501, 2'500'001, 123'456'790};
    dataplane.timeouts = {900, 120, 300};
    dataplane.verdicts = {{"forward", "established", 1200},
                          {"forward", "scheduled", 34},
                          {"pass", "no_vip", 7},
                          {"drop", "not_master", 5},
                          {"drop", "busy", 0}};
    dataplane.services = {web, dns};
    return dataplane;
}

inline Status sample_status() {
    Status status;
    status.about = {"0.1.0",
                    "master-dr",
                    4321,
                    "/etc/keepalived/keepalived.conf",
                    noon - 3'600'000'000,
                    noon - 7'380'000'000,
                    7380,
                    {"balanced packets are not seen by tcpdump on this host"}};
    model::InstanceObserved first, second;
    first.name = "VI_1", first.interface = "eth0", first.virtual_router_id = 60, first.state = model::VrrpState::master;
    first.since_unix_us = noon - 185'000'001, first.reason = "no advert was heard for 3.57 s", first.priority = 110,
    first.effective_priority = 110;
    first.addresses = {*Address::parse("172.51.97.175"), *Address::parse("2001:db8::80")};
    first.adverts_sent = 180, first.adverts_received = 2, first.became_master = 1, first.late = 1;
    first.notes = {"tracked interface eth1 has not existed since the start: left out until it appears"};
    second.name = "VI_2", second.interface = "eth1", second.virtual_router_id = 255,
    second.state = model::VrrpState::fault;
    second.since_unix_us = noon, second.reason = "interface eth1 is down", second.priority = 100,
    second.effective_priority = 90;
    second.master_address = Address::parse("172.51.96.105");
    status.instances = {first, second};
    status.dataplane = sample_dataplane();
    status.checks = {
        {status.dataplane.services[0].key, endpoint("172.51.96.235", 80), "HTTP_GET", model::HealthState::up,
         noon - 60'000'000, "status 200"},
        {status.dataplane.services[0].key, endpoint("172.51.96.237", 80), "TCP_CHECK", model::HealthState::down,
         noon - 5'000'000, "connection refused", noon - 4'999'959},
        {status.dataplane.services[0].key, endpoint("172.51.96.237", 80), "HTTP_GET", model::HealthState::up,
         noon - 60'000'000, ""},
        {status.dataplane.services[0].key, endpoint("172.51.96.236", 80), "TCP_CHECK", model::HealthState::unknown, 0,
         ""},
    };
    return status;
}

inline model::ConnectionRow sample_row(std::uint32_t number = 0) {
    model::ConnectionRow row;
    row.protocol = Protocol::tcp, row.expires = 899, row.state = model::ConnectionState::established;
    row.client = {Address::v4(0xc6336400 + number), static_cast<std::uint16_t>(1024 + number % 60000)};
    row.virtual_server = endpoint("172.51.97.175", 80);
    row.real_server = endpoint("172.51.96.235", 80);
    return row;
}

}  // namespace drover::control
