#include "app/desired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Endpoint at(char const* address, std::uint16_t port = 80) { return {*Address::parse(address), port}; }
Prefix prefix(char const* text) { return *Prefix::parse(text); }

Pooled healthy(ServiceKey const&, Endpoint const&) { return {}; }

model::RealServer real_server(Endpoint const& endpoint, std::int32_t weight = 1) {
    model::RealServer server;
    server.endpoint = endpoint;
    server.weight = weight;
    return server;
}

model::Service web(char const* vip = "10.0.0.1") {
    model::Service service;
    service.key = {at(vip), Protocol::tcp};
    service.servers = {real_server(at("10.0.0.2")), real_server(at("10.0.0.3"))};
    return service;
}

model::Service group(std::vector<Endpoint> const& members) {
    auto service = web();
    for (auto const& member : members) service.group.push_back({member, Protocol::tcp});
    service.key = service.group.front();
    return service;
}

/// Where no command has changed anything.
DesiredState unchanged_state(model::Configuration const& configuration, Health const& health = healthy) {
    auto const configured = configured_state(configuration);
    live::Table table([](std::string const&) { return std::nullopt; });
    table.configure(as_configured(configured));
    return desired_state(configured, table, health);
}

model::Configuration configuration_of(std::vector<model::Service> services) {
    model::Configuration configuration;
    configuration.services = std::move(services);
    return configuration;
}

DesiredState state_of(std::vector<model::Service> services) { return unchanged_state(configuration_of(std::move(services))); }
std::vector<std::string> refused_of(std::vector<model::Service> services) {
    return configured_state(configuration_of(std::move(services))).refused;
}

std::vector<std::string> servers_of(model::DesiredService const& service) {
    std::vector<std::string> servers;
    for (auto const& server : service.servers) servers.push_back(server.endpoint.text());
    return servers;
}

TEST(DesiredState, HasEverythingThatTheConfigurationSaysOfAService) {
    auto service = web();
    service.scheduler = model::Scheduler::sh;
    service.flags = {.port = true, .sh_even = true};
    service.key.protocol = Protocol::udp;
    service.one_packet = true;
    service.behaviour.expire_nodest_conn = true;
    service.persistence_timeout = 30;
    service.persistence_prefix = 24;
    service.allow = {prefix("192.0.2.0/24")};
    service.deny = {prefix("192.0.2.7")};
    service.servers[0].upper_threshold = 100;
    service.servers[0].lower_threshold = 50;
    auto const state = state_of({service});
    model::DesiredService expected;
    expected.key = service.key;
    expected.scheduler = model::Scheduler::sh;
    expected.flags = service.flags;
    expected.one_packet = true;
    expected.behaviour = service.behaviour;
    expected.persistence_timeout = 30;
    expected.persistence_prefix = 24;
    expected.allow = service.allow;
    expected.deny = service.deny;
    expected.servers = {{at("10.0.0.2"), 1, 100, 50}, {at("10.0.0.3"), 1}};
    EXPECT_THAT(state.desired.services, ElementsAre(expected));
    EXPECT_THAT(refused_of({service}), IsEmpty());
}

TEST(DesiredState, HasWhatHoldsForAllServices) {
    model::Configuration configuration;
    configuration.global.timeouts.udp = 7;
    configuration.global.limits = {3, 1'000'000, 50'000};
    auto const desired = unchanged_state(configuration).desired;
    EXPECT_EQ(desired.timeouts.udp, 7u);
    EXPECT_EQ(desired.limits, (model::Limits{3, 1'000'000, 50'000}));
}

TEST(DesiredState, CarriesOutEveryFamilyProtocolPortAndScheduler) {
    auto ipv6 = web("2001:db8::1");
    ipv6.servers = {real_server(at("2001:db8::2"))};
    auto sctp = web();
    sctp.key.protocol = Protocol::sctp;
    auto all_ports = web();
    all_ports.key.endpoint.port = 0;
    all_ports.servers = {real_server(at("10.0.0.2", 0))};
    auto mh = web("10.0.0.9");
    mh.scheduler = model::Scheduler::mh;
    auto const state = state_of({ipv6, sctp, all_ports, mh});
    EXPECT_THAT(refused_of({ipv6, sctp, all_ports, mh}), IsEmpty());
    EXPECT_THAT(state.desired.services, SizeIs(4));
    EXPECT_THAT(servers_of(state.desired.services[0]), ElementsAre("[2001:db8::2]:80"));
    EXPECT_THAT(servers_of(state.desired.services[2]), ElementsAre("10.0.0.2:0"));
}

TEST(DesiredState, LeavesOutOtherWaysThanDirectRoutingWithASentence) {
    for (auto const& [forwarding, name] :
         std::initializer_list<std::pair<model::Forwarding, char const*>>{{model::Forwarding::nat, "NAT"},
                                                                          {model::Forwarding::tunnel, "TUN"},
                                                                          {model::Forwarding::reflect, "REFLECT"}}) {
        auto service = web();
        service.forwarding = forwarding;
        service.origin = {"drover.conf", 3, 1};
        EXPECT_THAT(state_of({service}).desired.services, IsEmpty());
        EXPECT_THAT(refused_of({service}),
                    ElementsAre("drover.conf:3:1: virtual_server [10.0.0.1]:tcp:80 is left out: lb_kind " +
                                std::string(name) + " is not carried out yet, only DR is"));
    }
}

TEST(DesiredState, LeavesOutAServerThatIsDownAndQuiescesOneThatIsInhibited) {
    model::Configuration configuration;
    configuration.services = {web()};
    configuration.services[0].servers[1].weight = 5;
    auto const down = unchanged_state(configuration, [](ServiceKey const&, Endpoint const& server) {
        return Pooled{.in_pool = server != at("10.0.0.2")};
    });
    EXPECT_THAT(servers_of(down.desired.services[0]), ElementsAre("10.0.0.3:80"));
    auto const inhibited = unchanged_state(configuration, [](ServiceKey const&, Endpoint const& server) {
        return Pooled{.in_pool = true, .quiesced = server == at("10.0.0.3")};
    });
    EXPECT_EQ(inhibited.desired.services[0].servers[0].weight, 1);
    EXPECT_EQ(inhibited.desired.services[0].servers[1].weight, 0);
}

TEST(DesiredState, OfTwoServicesWithOneKeyHasTheFirst) {
    auto second = web();
    second.scheduler = model::Scheduler::rr;
    EXPECT_THAT(state_of({web(), second}).desired.services, SizeIs(1));
}

TEST(DesiredState, PutsAServiceUnderTheInstanceThatHoldsItsAddress) {
    model::Configuration configuration;
    configuration.services = {group({at("10.0.0.1"), at("10.0.0.4"), at("10.0.0.5")})};
    model::Instance first, second;
    first.name = "first", second.name = "second";
    first.addresses = {
        {.prefix = prefix("10.0.0.1/24"), .device = {}, .broadcast = {}, .label = {}, .scope = {}, .origin = {}}};
    second.excluded = {
        {.prefix = prefix("10.0.0.4/24"), .device = {}, .broadcast = {}, .label = {}, .scope = {}, .origin = {}}};
    configuration.instances = {first, second};
    auto const services = unchanged_state(configuration).desired.services;
    EXPECT_EQ(services.at(0).instance, "first");
    EXPECT_EQ(services.at(1).instance, "second");
    EXPECT_EQ(services.at(2).instance, "");
}

TEST(DesiredState, HasAServiceForEachMemberOfAGroupAndAsksForTheHealthOfTheFirst) {
    model::Configuration configuration;
    configuration.services = {group({at("10.0.0.1"), at("10.0.0.4", 443)})};
    std::vector<std::string> asked;
    auto const state = unchanged_state(configuration, [&](ServiceKey const& service, Endpoint const& server) {
        asked.push_back(service.keepalived_text() + " " + server.text());
        return Pooled{};
    });
    ASSERT_THAT(state.desired.services, SizeIs(2));
    EXPECT_THAT(servers_of(state.desired.services[0]), ElementsAre("10.0.0.2:80", "10.0.0.3:80"));
    EXPECT_EQ(state.desired.services[1].key.keepalived_text(), "[10.0.0.4]:tcp:443");
    EXPECT_THAT(servers_of(state.desired.services[1]), ElementsAre("10.0.0.2:443", "10.0.0.3:443"));
    EXPECT_THAT(asked, ElementsAre("[10.0.0.1]:tcp:80 10.0.0.2:80", "[10.0.0.1]:tcp:80 10.0.0.3:80",
                                   "[10.0.0.1]:tcp:80 10.0.0.2:80", "[10.0.0.1]:tcp:80 10.0.0.3:80"));
}

TEST(DesiredState, OfAGroupPrefersTheServerThatHasThePortOfTheMember) {
    auto service = group({at("10.0.0.1"), at("10.0.0.1", 443)});
    service.servers = {real_server(at("10.0.0.2", 80), 1), real_server(at("10.0.0.2", 443), 2)};
    auto const services = state_of({service}).desired.services;
    EXPECT_THAT(services.at(0).servers, ElementsAre(model::DesiredServer{at("10.0.0.2", 80), 1}));
    EXPECT_THAT(services.at(1).servers, ElementsAre(model::DesiredServer{at("10.0.0.2", 443), 2}));
}

TEST(DesiredState, GivesEachMemberTheServersOfItsFamily) {
    auto service = group({at("10.0.0.1"), at("2001:db8::1")});
    service.servers = {real_server(at("10.0.0.2")), real_server(at("2001:db8::2"))};
    service.persistence_prefix = 24;
    auto const services = state_of({service}).desired.services;
    EXPECT_THAT(servers_of(services.at(0)), ElementsAre("10.0.0.2:80"));
    EXPECT_EQ(services[0].persistence_prefix, 24);
    EXPECT_THAT(servers_of(services.at(1)), ElementsAre("[2001:db8::2]:80"));
    EXPECT_EQ(services[1].persistence_prefix, 128);
}

TEST(DesiredState, AllowsNothingMoreWhereAllowedSourcesFallAway) {
    auto service = group({at("10.0.0.1"), at("2001:db8::1")});
    service.servers.push_back(real_server(at("2001:db8::2")));
    service.allow = {prefix("192.0.2.0/24")};
    service.deny = {prefix("192.0.2.7"), prefix("2001:db8:9::/48")};
    auto services = state_of({service}).desired.services;
    EXPECT_THAT(services.at(0).allow, ElementsAre(prefix("192.0.2.0/24")));
    EXPECT_THAT(services[0].deny, ElementsAre(prefix("192.0.2.7")));
    EXPECT_THAT(services.at(1).allow, IsEmpty());
    EXPECT_THAT(services[1].deny, ElementsAre(prefix("::/0")));
    service.deny = service.allow;
    services = state_of({service}).desired.services;
    EXPECT_THAT(services.at(0).deny, ElementsAre(prefix("0.0.0.0/0"))) << "what is allowed and denied is denied";
}

TEST(DesiredState, NamesTheServicesWithSlowStart) {
    auto service = group({at("10.0.0.1"), at("10.0.0.4")});
    service.scheduler = model::Scheduler::wlc;
    service.slow_start = 30;
    EXPECT_THAT(state_of({service}).slow_starts,
                testing::UnorderedElementsAre(std::pair(service.group[0], Duration(30s)),
                                              std::pair(service.group[1], Duration(30s))));
    service.scheduler = model::Scheduler::rr;
    EXPECT_THAT(state_of({service}).slow_starts, IsEmpty());
}

}  // namespace
}  // namespace drover::app
