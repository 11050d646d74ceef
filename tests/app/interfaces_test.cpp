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

Address ip(char const* text) { return *Address::parse(text); }

NetworkNeeds serving(char const* vip) { return {.vips = {ip(vip)}}; }

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
    EXPECT_THAT(names(wanted_interfaces(serving("10.0.0.1"), host(), {})), ElementsAre("eth0"));
    EXPECT_THAT(names(wanted_interfaces(serving("2001:db8::1"), host(), {})), ElementsAre("eth1"));
    EXPECT_THAT(names(wanted_interfaces({}, host(), {})), IsEmpty());
}

TEST(WantedInterfaces, CarryAnyOfTheVips) {
    auto network = host();
    network.routes.clear();
    network.addresses.emplace_back();
    network.addresses[0].ifindex = 4;
    network.addresses[0].prefix = *Prefix::parse("10.0.0.2/24");
    auto const two = NetworkNeeds{.vips = {ip("10.0.0.1"), ip("10.0.0.2")}};
    EXPECT_THAT(names(wanted_interfaces(two, network, {})), ElementsAre("eth2"));
    EXPECT_THAT(names(wanted_interfaces(serving("10.0.0.1"), network, {})), IsEmpty());
}

HostNetwork with_vip_on_loopback() {
    auto network = host();
    network.routes.clear();
    network.links.push_back(link(1, "lo"));
    network.links.back().loopback = true, network.links.back().ethernet = false;
    for (auto const& [ifindex, prefix] : {std::pair(1, "10.9.0.1/32"), {2, "10.0.0.2/24"}, {4, "2001:db8::2/64"}}) {
        network.addresses.emplace_back();
        network.addresses.back().ifindex = ifindex;
        network.addresses.back().prefix = *Prefix::parse(prefix);
    }
    return network;
}

TEST(WantedInterfaces, AreAllOfTheFamilyWhereAVipIsOnTheLoopbackInterface) {
    auto needs = serving("10.9.0.1");
    EXPECT_THAT(names(wanted_interfaces(needs, with_vip_on_loopback(), {})), ElementsAre("eth0"));
    EXPECT_THAT(wanted_interfaces(needs, with_vip_on_loopback(), {}).notes, IsEmpty());
    needs.held = needs.vips;
    EXPECT_THAT(names(wanted_interfaces(needs, with_vip_on_loopback(), {})), IsEmpty()) << "an instance says where it is";
}

TEST(WantedInterfaces, LeadToTheServers) {
    EXPECT_THAT(names(wanted_interfaces({}, host(), {3, 4})), ElementsAre("eth1", "eth2"));
}

}  // namespace
}  // namespace drover::app
