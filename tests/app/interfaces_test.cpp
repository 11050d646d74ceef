#include "app/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

netlink::Link link(int index, char const* name) {
    netlink::Link link;
    link.index = index, link.name = name, link.ethernet = true;
    return link;
}

netlink::Route default_route(char const* destination, int oif) {
    netlink::Route route;
    route.destination = *Prefix::parse(destination);
    route.oif = oif;
    return route;
}

model::Configuration configuration_of(ServiceKey const& key, std::vector<ServiceKey> group = {}) {
    model::Configuration configuration;
    configuration.services.emplace_back();
    configuration.services[0].key = key;
    configuration.services[0].group = std::move(group);
    return configuration;
}

ServiceKey web(char const* address) { return {{*Address::parse(address), 80}, Protocol::tcp}; }

std::vector<std::string> names(WantedInterfaces const& wanted) {
    std::vector<std::string> all;
    for (auto const& link : wanted.links) all.push_back(link.name);
    return all;
}

HostNetwork host() {
    HostNetwork host;
    host.links = {link(2, "eth0"), link(3, "eth1"), link(4, "eth2")};
    host.routes = {default_route("0.0.0.0/0", 2), default_route("::/0", 3)};
    return host;
}

TEST(WantedInterfaces, AreThoseOfTheDefaultRouteOfEachFamilyThatIsServed) {
    EXPECT_THAT(names(wanted_interfaces(configuration_of(web("10.0.0.1")), host(), {})), ElementsAre("eth0"));
    EXPECT_THAT(names(wanted_interfaces(configuration_of(web("2001:db8::1")), host(), {})), ElementsAre("eth1"));
    EXPECT_THAT(names(wanted_interfaces({}, host(), {})), IsEmpty());
}

TEST(WantedInterfaces, CarryAVipOfAnyMemberOfAGroup) {
    auto network = host();
    network.routes.clear();
    network.addresses.emplace_back();
    network.addresses[0].ifindex = 4;
    network.addresses[0].prefix = *Prefix::parse("10.0.0.2/24");
    auto const group = configuration_of(web("10.0.0.1"), {web("10.0.0.1"), web("10.0.0.2")});
    EXPECT_THAT(names(wanted_interfaces(group, network, {})), ElementsAre("eth2"));
    EXPECT_THAT(names(wanted_interfaces(configuration_of(web("10.0.0.1")), network, {})), IsEmpty());
}

TEST(WantedInterfaces, LeadToTheServers) {
    EXPECT_THAT(names(wanted_interfaces({}, host(), {3, 4})), ElementsAre("eth1", "eth2"));
}

}  // namespace
}  // namespace drover::app
