#include "netlink/io/route.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "netlink/io/link.h"
#include "netlink/world.h"

namespace drover::netlink {
namespace {

using ::testing::HasSubstr;

class Routes : public testing::World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) return;
        socket_.emplace(Socket::open().value());
        eth0_ = link_named(*socket_, "eth0").value().index;
    }
    std::optional<Route> find(std::string_view destination) {
        auto const all = routes(*socket_).value();
        auto const found = std::ranges::find(all, *Prefix::parse(destination), &Route::destination);
        return found == all.end() ? std::nullopt : std::optional(*found);
    }
    Route to(std::string_view destination, std::string_view gateway) const {
        Route route;
        route.destination = *Prefix::parse(destination);
        route.gateway = Address::parse(gateway);
        route.oif = eth0_;
        return route;
    }
    Address address(std::string_view text) const { return *Address::parse(text); }

    std::optional<Socket> socket_;
    int eth0_ = 0;
};

TEST_F(Routes, SayWhetherAnAddressIsLocalOnTheLinkOrBehindAGateway) {
    run("ip route add 192.168.0.0/16 via 10.0.0.2");
    auto const local = route_get(*socket_, address("10.0.0.1")).value();
    EXPECT_EQ(local.type, RouteType::local);
    auto const near = route_get(*socket_, address("10.0.0.77")).value();
    EXPECT_EQ(near.type, RouteType::unicast);
    EXPECT_EQ(near.oif, eth0_);
    EXPECT_FALSE(near.gateway);
    EXPECT_EQ(near.prefsrc, Address::parse("10.0.0.1"));
    auto const far = route_get(*socket_, address("192.168.1.128")).value();
    EXPECT_EQ(far.gateway, Address::parse("10.0.0.2"));
    EXPECT_EQ(far.oif, eth0_);
    EXPECT_EQ(far.destination.text(), "192.168.1.128/32");
}

TEST_F(Routes, SayWhenThereIsNoWay) {
    auto const none = route_get(*socket_, address("8.8.8.8"));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ENETUNREACH);
    EXPECT_THAT(none.error().message, HasSubstr("find the route to 8.8.8.8: Network is unreachable"));
}

TEST_F(Routes, HeedTheMark) {
    run("ip route add default via 10.0.0.2");
    run("ip rule add fwmark 7 lookup 100");
    run("ip route add default via 10.0.0.9 table 100");
    EXPECT_EQ(route_get(*socket_, address("8.8.8.8")).value().gateway, Address::parse("10.0.0.2"));
    EXPECT_EQ(route_get(*socket_, address("8.8.8.8"), 7).value().gateway, Address::parse("10.0.0.9"));
}

TEST_F(Routes, AreAddedReplacedAndDeleted) {
    EXPECT_EQ(add_route(*socket_, to("172.16.0.0/12", "10.0.0.2")).value(), Outcome::done);
    EXPECT_EQ(add_route(*socket_, to("172.16.0.0/12", "10.0.0.2")).value(), Outcome::unchanged);
    EXPECT_EQ(find("172.16.0.0/12"), to("172.16.0.0/12", "10.0.0.2"));
    ASSERT_TRUE(replace_route(*socket_, to("172.16.0.0/12", "10.0.0.3")));
    EXPECT_EQ(find("172.16.0.0/12")->gateway, Address::parse("10.0.0.3"));
    EXPECT_EQ(delete_route(*socket_, to("172.16.0.0/12", "10.0.0.3")).value(), Outcome::done);
    EXPECT_EQ(delete_route(*socket_, to("172.16.0.0/12", "10.0.0.3")).value(), Outcome::unchanged);
}

TEST_F(Routes, MayHaveTableMetricSourceScopeAndType) {
    Route onlink;
    onlink.destination = *Prefix::parse("172.51.97.0/24");
    onlink.oif = eth0_;
    onlink.prefsrc = Address::parse("10.0.0.1");
    onlink.scope = Scope::link;
    onlink.metric = 7;
    onlink.table = 1000;
    Route hole;
    hole.destination = *Prefix::parse("192.0.2.0/24");
    hole.type = RouteType::blackhole;
    for (auto const& wanted : {onlink, hole}) {
        EXPECT_EQ(add_route(*socket_, wanted).value(), Outcome::done);
        EXPECT_EQ(find(wanted.destination.text()), wanted);
        EXPECT_EQ(delete_route(*socket_, wanted).value(), Outcome::done);
    }
}

TEST_F(Routes, MayHaveSeveralHopsAndAGatewayOfTheOtherFamily) {
    run("ip route add 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3");
    auto const wide = find("192.0.2.0/24");
    ASSERT_TRUE(wide);
    EXPECT_EQ(wide->gateway, Address::parse("10.0.0.2"));
    EXPECT_THAT(wide->more_hops, ::testing::ElementsAre(NextHop{Address::parse("10.0.0.3"), eth0_}));
    run("ip route add 198.51.100.0/24 via inet6 fe80::2 dev eth0");
    EXPECT_EQ(find("198.51.100.0/24")->gateway, Address::parse("fe80::2"));
}

TEST_F(Routes, OfBothFamiliesAreListed) {
    run("ip -6 addr add 2001:db8::1/64 dev eth0 nodad");
    // The kernel makes the address's own route a moment later.
    run("for i in $(seq 200); do ip -6 route show table local | grep -q '^local 2001:db8::1 ' && exit 0; sleep 0.02; done; exit 1");
    EXPECT_EQ(find("10.0.0.0/24")->oif, eth0_);
    EXPECT_EQ(find("2001:db8::/64")->oif, eth0_);
    EXPECT_EQ(find("10.0.0.1/32")->type, RouteType::local);
    EXPECT_EQ(route_get(*socket_, address("2001:db8::1")).value().type, RouteType::local);
    EXPECT_EQ(route_get(*socket_, address("2001:db8::2")).value().oif, eth0_);
}

TEST_F(Routes, ThatCannotBeAreRefusedWithASentence) {
    auto const added = add_route(*socket_, to("172.16.0.0/12", "192.0.2.1"));
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().message, HasSubstr("add route 172.16.0.0/12 via 192.0.2.1: Network is unreachable"));
    EXPECT_THAT(added.error().message, HasSubstr("Nexthop has invalid gateway")) << "the kernel's own words are kept";
}

}  // namespace
}  // namespace drover::netlink
