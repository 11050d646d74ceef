#include "netlink/io/address.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "netlink/io/link.h"
#include "netlink/world.h"

namespace drover::netlink {
namespace {

using ::testing::HasSubstr;

class AddressOnALink : public testing::World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) return;
        socket_.emplace(Socket::open().value());
        eth0_ = link_named(*socket_, "eth0").value().index;
    }
    InterfaceAddress vip(std::string_view text) const {
        InterfaceAddress address;
        address.ifindex = eth0_;
        address.prefix = *Prefix::parse(text);
        return address;
    }
    std::optional<InterfaceAddress> find(std::string_view text) {
        auto const all = addresses(*socket_).value();
        auto const found = std::ranges::find(all, *Prefix::parse(text), &InterfaceAddress::prefix);
        return found == all.end() ? std::nullopt : std::optional(*found);
    }

    std::optional<Socket> socket_;
    int eth0_ = 0;
};

TEST(ComputedBroadcast, IsTheLastAddressOfTheNetwork) {
    struct Case {
        char const* prefix;
        char const* broadcast;
    };
    for (auto const& c : {Case{"172.51.97.175/24", "172.51.97.255"}, Case{"10.1.2.3/8", "10.255.255.255"},
                          Case{"10.0.0.5/30", "10.0.0.7"}, Case{"10.0.0.5/0", "255.255.255.255"}})
        EXPECT_EQ(computed_broadcast(*Prefix::parse(c.prefix)), Address::parse(c.broadcast)) << c.prefix;
    for (auto const* prefix : {"10.0.0.1/31", "10.0.0.1/32", "2001:db8::1/64"})
        EXPECT_FALSE(computed_broadcast(*Prefix::parse(prefix))) << prefix;
}

TEST(ParseScope, TakesTheWordsOfIp) {
    EXPECT_EQ(parse_scope("global"), Scope::global);
    EXPECT_EQ(parse_scope("link"), Scope::link);
    EXPECT_EQ(parse_scope("host"), Scope::host);
    EXPECT_EQ(parse_scope("200"), Scope::site);
    for (auto const* text : {"", "globe", "256", "1x"}) EXPECT_FALSE(parse_scope(text)) << text;
}

TEST_F(AddressOnALink, IsAddedWithLabelBroadcastAndScope) {
    auto wanted = vip("172.51.97.175/24");
    wanted.broadcast = Address::parse("172.51.97.255");
    wanted.label = "eth0:1";
    EXPECT_EQ(add_address(*socket_, wanted, "eth0").value(), Outcome::done);
    EXPECT_EQ(find("172.51.97.175/24"), wanted);
    EXPECT_THAT(output("ip -4 -o addr show dev eth0"),
                HasSubstr("inet 172.51.97.175/24 brd 172.51.97.255 scope global eth0:1"));
}

TEST_F(AddressOnALink, HasNoBroadcastUnlessOneIsGiven) {
    auto wanted = vip("172.51.97.175/24");
    wanted.scope = Scope::link;
    add_address(*socket_, wanted, "eth0").value();
    auto const found = find("172.51.97.175/24");
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->broadcast);
    EXPECT_EQ(found->scope, Scope::link);
    EXPECT_EQ(found->label, "eth0");
}

TEST_F(AddressOnALink, ThatIsThereAlreadyIsNoFailure) {
    EXPECT_EQ(add_address(*socket_, vip("172.51.97.175/24"), "eth0").value(), Outcome::done);
    EXPECT_EQ(add_address(*socket_, vip("172.51.97.175/24"), "eth0").value(), Outcome::unchanged);
    EXPECT_TRUE(replace_address(*socket_, vip("172.51.97.175/24"), "eth0"));
}

TEST_F(AddressOnALink, IsDeletedOnce) {
    add_address(*socket_, vip("172.51.97.175/32"), "eth0").value();
    EXPECT_EQ(delete_address(*socket_, vip("172.51.97.175/32"), "eth0").value(), Outcome::done);
    EXPECT_EQ(delete_address(*socket_, vip("172.51.97.175/32"), "eth0").value(), Outcome::unchanged);
    EXPECT_FALSE(find("172.51.97.175/32"));
}

TEST_F(AddressOnALink, IsSecondaryAfterAnotherOfItsNetwork) {
    add_address(*socket_, vip("10.0.0.50/24"), "eth0").value();
    EXPECT_TRUE(find("10.0.0.50/24")->secondary);
    EXPECT_FALSE(find("10.0.0.1/24")->secondary);
}

TEST_F(AddressOnALink, MayBeIpv6) {
    auto wanted = vip("2001:db8::175/64");
    wanted.no_dad = true;
    EXPECT_EQ(add_address(*socket_, wanted, "eth0").value(), Outcome::done);
    EXPECT_EQ(add_address(*socket_, wanted, "eth0").value(), Outcome::unchanged);
    ASSERT_TRUE(find("2001:db8::175/64"));
    EXPECT_TRUE(find("2001:db8::175/64")->no_dad);
    EXPECT_EQ(delete_address(*socket_, wanted, "eth0").value(), Outcome::done);
    EXPECT_EQ(delete_address(*socket_, wanted, "eth0").value(), Outcome::unchanged);
}

TEST_F(AddressOnALink, WithALabelTooLongIsRefusedByName) {
    auto wanted = vip("172.51.97.175/24");
    wanted.label = "eth0:averylonglabel";
    auto const added = add_address(*socket_, wanted, "eth0");
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().message,
              "add address 172.51.97.175/24 on eth0: the label eth0:averylonglabel is longer than 15 bytes");
}

TEST_F(AddressOnALink, OfNoInterfaceIsRefusedWithASentence) {
    auto wanted = vip("172.51.97.175/24");
    wanted.ifindex = 4711;
    auto const added = add_address(*socket_, wanted, "eth9");
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().message, HasSubstr("add address 172.51.97.175/24 on eth9: No such device"));
    EXPECT_EQ(added.error().code, ENODEV);
}

}  // namespace
}  // namespace drover::netlink
