#include "netlink/io/link.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "netlink/io/sysctl.h"
#include "netlink/world.h"

namespace drover::netlink {
namespace {

using ::testing::HasSubstr;

using Links = testing::World;

TEST_F(Links, AreListedWithWhatTheyAre) {
    auto socket = Socket::open().value();
    auto const all = links(socket).value();
    auto const lo = std::ranges::find(all, "lo", &Link::name);
    ASSERT_NE(lo, all.end());
    EXPECT_TRUE(lo->loopback && lo->up && lo->running && !lo->ethernet);
    auto const eth0 = std::ranges::find(all, "eth0", &Link::name);
    ASSERT_NE(eth0, all.end());
    EXPECT_TRUE(eth0->up && eth0->running && eth0->ethernet && !eth0->loopback);
    EXPECT_EQ(eth0->mac, Mac::parse("02:00:00:00:00:01"));
    EXPECT_EQ(eth0->kind, "veth");
    EXPECT_EQ(eth0->mtu, 1500u);
    EXPECT_EQ(eth0->master, 0);
}

TEST_F(Links, AreFoundByName) {
    auto socket = Socket::open().value();
    EXPECT_EQ(link_named(socket, "eth0").value().mac, Mac::parse("02:00:00:00:00:01"));
    auto const missing = link_named(socket, "eth9");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ENODEV);
    EXPECT_THAT(missing.error().message, HasSubstr("find interface eth9: No such device"));
    EXPECT_EQ(link_named(socket, "a-name-of-sixteen").error().code, ENODEV);
}

TEST_F(Links, AreSwitchedDownAndUp) {
    auto socket = Socket::open().value();
    auto const eth0 = link_named(socket, "eth0").value();
    ASSERT_TRUE(set_up(socket, eth0, false));
    EXPECT_FALSE(link_named(socket, "eth0").value().up);
    ASSERT_TRUE(set_up(socket, eth0, true));
    EXPECT_TRUE(link_named(socket, "eth0").value().up);
}

TEST_F(Links, ThatAreUpWithoutACarrierDoNotRun) {
    there([] { run("ip link set eth0 down"); });
    auto socket = Socket::open().value();
    auto const eth0 = link_named(socket, "eth0").value();
    EXPECT_TRUE(eth0.up);
    EXPECT_FALSE(eth0.running);
}

TEST_F(Links, OfAMacvlanAreMadeAndDeleted) {
    auto socket = Socket::open().value();
    auto const eth0 = link_named(socket, "eth0").value();
    auto const mac = Mac::parse("00:00:5e:00:01:33").value();
    auto const made = add_macvlan(socket, "vrrp.51", eth0, mac);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->kind, "macvlan");
    EXPECT_EQ(made->peer, eth0.index);
    EXPECT_EQ(made->mac, mac);
    EXPECT_FALSE(made->up);
    EXPECT_THAT(output("ip -d link show vrrp.51"), HasSubstr("mode private"));
    EXPECT_THAT(add_macvlan(socket, "vrrp.51", eth0, mac).error().message,
                HasSubstr("make the macvlan vrrp.51 on eth0: File exists"));
    ASSERT_TRUE(delete_link(socket, *made));
    EXPECT_EQ(link_named(socket, "vrrp.51").error().code, ENODEV);
    EXPECT_TRUE(delete_link(socket, *made)) << "gone already";
}

TEST_F(Links, HaveSysctlsAlsoWithDotsInTheirNames) {
    run("ip link add eth0.5 type bridge");
    ASSERT_TRUE(set_ipv4_conf("eth0.5", "arp_ignore", 1));
    EXPECT_EQ(ipv4_conf("eth0.5", "arp_ignore").value(), 1);
    EXPECT_EQ(ipv4_conf("eth0", "arp_ignore").value(), 0);
    EXPECT_THAT(ipv4_conf("eth9", "arp_ignore").error().message,
                HasSubstr("read /proc/sys/net/ipv4/conf/eth9/arp_ignore: No such file or directory"));
    for (auto const* name : {"", ".", "..", "../all", "a/b"})
        EXPECT_EQ(set_ipv4_conf(name, "arp_ignore", 1).error().code, EINVAL) << name;
    EXPECT_THAT(write_sysctl("net/ipv4/conf/all/arp_ignore", "x").error().message, HasSubstr("Invalid argument"));
}

}  // namespace
}  // namespace drover::netlink
