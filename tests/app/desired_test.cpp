#include "app/desired.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
        service.origin = {std::make_shared<std::string const>("drover.conf"), 3, 1};
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

/// A configured service of two servers at 10.0.0.1, and commands.
class LiveChanges : public testing::Test {
protected:
    LiveChanges() {
        configuration_.services = {web()};
        configuration_.services[0].behaviour.sloppy_tcp = true;
        configuration_.global.behaviour.expire_nodest_conn = true;
        model::Instance instance;
        instance.name = "first";
        instance.addresses = {
            {.prefix = prefix("10.0.0.9/24"), .device = {}, .broadcast = {}, .label = {}, .scope = {}, .origin = {}}};
        configuration_.instances = {instance};
        configured_ = configured_state(configuration_);
        table_.configure(as_configured(configured_));
    }
    void type(model::Edit const& edit) { EXPECT_EQ(table_.apply(edit).refusal, ""); }
    model::LiveServer weighing(char const* address, std::int32_t weight) {
        return {.endpoint = at(address), .weight = weight};
    }
    /// The service as it comes out of all, which must be as it comes out alone.
    std::optional<model::DesiredService> desired(model::ServiceName const& name, Health const& health = healthy) {
        auto const all = desired_state(configured_, table_, health).desired.services;
        auto const found = std::ranges::find(all, name.key, &model::DesiredService::key);
        auto const alone = desired_service(configured_, table_, health, name.key);
        EXPECT_EQ(alone, found == all.end() ? std::nullopt : std::optional(*found));
        return alone;
    }

    model::ServiceName const web_{web().key};
    model::ServiceName const other_{{at("10.0.0.9"), Protocol::tcp}};
    model::Configuration configuration_;
    ConfiguredState configured_;
    live::Table table_{[](std::string const&) { return std::nullopt; }};
};

TEST_F(LiveChanges, AreWorkedIntoAConfiguredServiceThatKeepsItsOwnBehaviour) {
    type(model::edit::ChangeService{{.name = web_, .scheduler = "sh", .persistence_timeout = 30, .persistence_mask = 0xffffff00}});
    type(model::edit::ChangeServer{web_, weighing("10.0.0.2", 0)});
    type(model::edit::RemoveServer{web_, at("10.0.0.3")});
    type(model::edit::AddServer{web_, weighing("10.0.0.4", 9)});
    auto const service = desired(web_);
    ASSERT_TRUE(service);
    EXPECT_EQ(service->scheduler, model::Scheduler::sh);
    EXPECT_EQ(service->persistence_timeout, 30u);
    EXPECT_EQ(service->persistence_prefix, 24);
    EXPECT_TRUE(service->behaviour.sloppy_tcp);
    EXPECT_THAT(service->servers, ElementsAre(model::DesiredServer{at("10.0.0.2"), 0}, model::DesiredServer{at("10.0.0.4"), 9}));
    type(model::edit::RemoveService{web_});
    EXPECT_EQ(desired(web_), std::nullopt);
}

TEST_F(LiveChanges, MakeServicesUnderTheInstanceThatHoldsTheirVip) {
    EXPECT_EQ(desired(other_), std::nullopt);
    type(model::edit::AddService{{.name = other_, .scheduler = "none"}});
    type(model::edit::AddServer{other_, weighing("10.0.0.2", 1)});
    auto const service = desired(other_);
    ASSERT_TRUE(service);
    EXPECT_EQ(service->instance, "first");
    EXPECT_EQ(service->scheduler, model::Scheduler::none);
    EXPECT_TRUE(service->behaviour.expire_nodest_conn) << "as global_defs say";
    EXPECT_THAT(servers_of(*service), ElementsAre("10.0.0.2:80"));
}

TEST_F(LiveChanges, LeaveChecksInForce) {
    type(model::edit::ChangeServer{web_, weighing("10.0.0.2", 9)});
    type(model::edit::AddServer{web_, weighing("10.0.0.4", 1)});
    auto const down = [](ServiceKey const&, Endpoint const& server) { return Pooled{.in_pool = server != at("10.0.0.2")}; };
    EXPECT_THAT(servers_of(*desired(web_, down)), ElementsAre("10.0.0.3:80", "10.0.0.4:80"));
    auto const quiesced = [](ServiceKey const&, Endpoint const& server) {
        return Pooled{.in_pool = true, .quiesced = server == at("10.0.0.2")};
    };
    EXPECT_EQ(desired(web_, quiesced)->servers[0].weight, 0);
    EXPECT_EQ(desired(web_)->servers[0].weight, 9);
}

TEST_F(LiveChanges, EndTheSlowStartOfASchedulerThatHasNone) {
    configuration_.services[0].scheduler = model::Scheduler::wlc;
    configuration_.services[0].slow_start = 30;
    configured_ = configured_state(configuration_);
    table_.configure(as_configured(configured_));
    EXPECT_THAT(desired_state(configured_, table_, healthy).slow_starts, SizeIs(1));
    type(model::edit::ChangeService{{.name = web_, .scheduler = "rr"}});
    EXPECT_THAT(desired_state(configured_, table_, healthy).slow_starts, IsEmpty());
}

}  // namespace
}  // namespace drover::app
