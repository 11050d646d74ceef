#include "real/plan.h"

#include <gmock/gmock.h>

#include "real/hosts.h"

namespace drover::real {
namespace {

using testing::address;
using testing::after;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::set;
using testing::web1;

Scene const scene{"boot", 7};

Plan start(std::vector<Address> const& vips, Host const& host, std::optional<State> const& state = std::nullopt) {
    return plan_start(vips, {}, host, state, scene).value();
}

std::vector<std::string> texts(std::vector<Change> const& changes) {
    std::vector<std::string> all;
    for (auto const& change : changes) all.push_back(done_text(change));
    return all;
}

TEST(Start, SetsTheArpSettingsBeforeTheVip) {
    EXPECT_THAT(
        texts(start({address("172.51.97.175")}, web1()).changes),
        ElementsAre("net.ipv4.conf.all.arp_ignore set to 1 (was 0)", "net.ipv4.conf.all.arp_announce set to 2 (was 0)",
                    "net.ipv4.conf.lo.arp_ignore set to 1 (was 0)", "net.ipv4.conf.lo.arp_announce set to 2 (was 0)",
                    "net.ipv4.conf.eth0.arp_ignore set to 1 (was 0)",
                    "net.ipv4.conf.eth0.arp_announce set to 2 (was 0)", "172.51.97.175/32 put on lo (lo:0)"));
}

TEST(Start, TwiceChangesNothing) {
    auto const first = start({address("172.51.97.175")}, web1());
    auto const second = start({address("172.51.97.175")}, after(web1(), first.changes), first.state);
    EXPECT_THAT(second.changes, IsEmpty());
    EXPECT_EQ(second.state, first.state) << "the former values of the first start stay";
}

TEST(Start, GivesEachVipALabelThatIsFree) {
    auto host = web1();
    host.addresses.push_back({"lo", *Prefix::parse("192.0.2.1/32"), "lo:1"});
    auto const plan = start({address("10.9.9.1"), address("10.9.9.2")}, host);
    EXPECT_THAT(plan.changes, Contains(Change(AddAddress{*Prefix::parse("10.9.9.1/32"), "lo:0"})));
    EXPECT_THAT(plan.changes, Contains(Change(AddAddress{*Prefix::parse("10.9.9.2/32"), "lo:2"})));
}

TEST(Start, AddsAnotherVipToThoseThatAreThere) {
    auto const first = start({address("10.9.9.1")}, web1());
    auto const second = start({address("10.9.9.2")}, after(web1(), first.changes), first.state);
    EXPECT_THAT(second.changes, ElementsAre(Change(AddAddress{*Prefix::parse("10.9.9.2/32"), "lo:1"})));
    EXPECT_THAT(second.state->vips, ElementsAre(address("10.9.9.1"), address("10.9.9.2")));
}

TEST(Start, RepairsWhatSomebodyChanged) {
    auto const first = start({address("172.51.97.175")}, web1());
    auto host = after(web1(), first.changes);
    set(host, "eth0", "arp_ignore", 0);
    std::erase_if(host.addresses, [](HeldAddress const& a) { return a.label == "lo:0"; });
    auto const second = start({address("172.51.97.175")}, host, first.state);
    EXPECT_THAT(texts(second.changes),
                ElementsAre("net.ipv4.conf.eth0.arp_ignore set to 1 (was 0)", "172.51.97.175/32 put on lo (lo:0)"));
    EXPECT_EQ(second.state, first.state);
}

TEST(Start, KeepsAnArpIgnoreThatIsStricter) {
    for (int const value : {1, 2, 8}) {
        auto host = web1();
        set(host, "all", "arp_ignore", value);
        EXPECT_THAT(texts(start({address("172.51.97.175")}, host).changes), Not(Contains(HasSubstr("all.arp_ignore"))));
    }
    for (int const value : {0, 3}) {
        auto host = web1();
        set(host, "all", "arp_ignore", value);
        EXPECT_THAT(texts(start({address("172.51.97.175")}, host).changes), Contains(HasSubstr("all.arp_ignore")));
    }
}

TEST(Start, GuardsEveryEthernetInterfaceThatIsUpAndNoPort) {
    auto host = web1();
    host.interfaces.push_back({"eth1", true, true, false});
    host.interfaces.push_back({"eth2", false, true, false});
    host.interfaces.push_back({"veth9", true, true, true});
    host.interfaces.push_back({"tun0", true, false, false});
    EXPECT_THAT(guarded_interfaces({}, host, std::nullopt).value(), ElementsAre("all", "lo", "eth0", "eth1"));
    EXPECT_THAT(guarded_interfaces({"eth2"}, host, std::nullopt).value(), ElementsAre("all", "lo", "eth2"));
    auto const unknown = guarded_interfaces({"eth9"}, host, std::nullopt);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message, "there is no interface eth9");
}

TEST(Start, TouchesNoArpSettingForIpv6) {
    EXPECT_THAT(texts(start({address("2001:db8::175")}, web1()).changes), ElementsAre("2001:db8::175/128 put on lo"));
}

TEST(Start, SetsALoopbackUpThatIsDown) {
    auto host = web1();
    host.interfaces.front().up = false;
    auto const plan = start({address("172.51.97.175")}, host);
    EXPECT_THAT(plan.changes, Contains(Change(SetLoopback{true})));
    auto const back = plan_stop({}, after(host, plan.changes), *plan.state);
    EXPECT_THAT(back.changes, Contains(Change(SetLoopback{false})));
}

TEST(Start, RefusesOnADirector) {
    auto host = web1();
    host.addresses.push_back({"eth0", *Prefix::parse("172.51.97.175/24"), "eth0:1"});
    auto const plan = plan_start({address("10.9.9.9"), address("172.51.97.175")}, {}, host, std::nullopt, scene);
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().message, HasSubstr("172.51.97.175 is on eth0: this host is a director for it"));
}

TEST(Start, RefusesAVipThatIsOnLoopbackWithItsNetwork) {
    auto host = web1();
    host.addresses.push_back({"lo", *Prefix::parse("172.51.97.175/24"), "lo"});
    auto const plan = plan_start({address("172.51.97.175")}, {}, host, std::nullopt, scene);
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().message, HasSubstr("172.51.97.175/24 is on lo"));
}

TEST(Start, RefusesWhatCannotBeAVip) {
    for (auto const* text : {"0.0.0.0", "127.0.0.1", "224.0.0.18", "255.255.255.255", "::", "::1", "ff02::12"}) {
        auto const plan = plan_start({address(text)}, {}, web1(), std::nullopt, scene);
        ASSERT_FALSE(plan) << text;
        EXPECT_EQ(plan.error().message, std::string(text) + " cannot be a VIP");
    }
}

TEST(Stop, PutsEverythingBack) {
    auto before = web1();
    set(before, "all", "arp_announce", 1);
    set(before, "eth0", "arp_ignore", 2);
    auto const started = start({address("172.51.97.175"), address("2001:db8::175")}, before);
    auto const stopped = plan_stop({}, after(before, started.changes), *started.state);
    EXPECT_FALSE(stopped.state);
    auto const now = after(after(before, started.changes), stopped.changes);
    for (auto const& sysctl : before.sysctls)
        EXPECT_EQ(find_sysctl(now, sysctl.interface, sysctl.name)->value, sysctl.value)
            << sysctl.interface << sysctl.name;
    EXPECT_EQ(now.addresses.size(), before.addresses.size());
}

TEST(Stop, TakesTheVipAwayBeforeTheArpSettings) {
    auto const started = start({address("172.51.97.175")}, web1());
    auto const stopped = plan_stop({}, after(web1(), started.changes), *started.state);
    ASSERT_FALSE(stopped.changes.empty());
    EXPECT_EQ(done_text(stopped.changes.front()), "172.51.97.175/32 taken from lo (lo:0)");
}

TEST(Stop, LeavesAnAddressThatWasThereBefore) {
    auto host = web1();
    host.addresses.push_back({"lo", *Prefix::parse("172.51.97.175/32"), "lo"});
    auto const started = start({address("172.51.97.175"), address("10.9.9.2")}, host);
    auto const stopped = plan_stop({}, after(host, started.changes), *started.state);
    EXPECT_THAT(texts(stopped.changes), Contains("10.9.9.2/32 taken from lo (lo:0)"));
    EXPECT_THAT(texts(stopped.changes), Not(Contains(HasSubstr("172.51.97.175"))));
    EXPECT_THAT(stopped.remarks, ElementsAre("172.51.97.175/32 on lo (lo) was there before start: left alone"));
}

TEST(Stop, OfOneVipKeepsTheOthersAndTheArpSettings) {
    auto const started = start({address("10.9.9.1"), address("10.9.9.2")}, web1());
    auto const host = after(web1(), started.changes);
    auto const stopped = plan_stop({address("10.9.9.1"), address("10.9.9.7")}, host, *started.state);
    EXPECT_THAT(texts(stopped.changes), ElementsAre("10.9.9.1/32 taken from lo (lo:0)"));
    EXPECT_THAT(stopped.remarks, ElementsAre("10.9.9.7 was not started here: left alone"));
    ASSERT_TRUE(stopped.state);
    EXPECT_THAT(stopped.state->vips, ElementsAre(address("10.9.9.2")));
    auto const last = plan_stop({address("10.9.9.2")}, after(host, stopped.changes), *stopped.state);
    EXPECT_FALSE(last.state);
    EXPECT_EQ(find_sysctl(after(host, last.changes), "all", "arp_ignore")->value, 0);
}

TEST(Stop, IsContentWithWhatIsGoneAlready) {
    auto const started = start({address("172.51.97.175")}, web1());
    auto host = after(web1(), started.changes);
    std::erase_if(host.addresses, [](HeldAddress const& a) { return a.label == "lo:0"; });
    std::erase_if(host.sysctls, [](Sysctl const& s) { return s.interface == "eth0"; });
    host.interfaces.pop_back();
    auto const stopped = plan_stop({}, host, *started.state);
    EXPECT_FALSE(stopped.state);
    EXPECT_THAT(texts(stopped.changes), Not(Contains(HasSubstr("eth0"))));
    EXPECT_THAT(stopped.remarks, Contains("eth0 is gone, and its arp_ignore with it"));
}

TEST(Change, HasAnOppositeThatTakesItBack) {
    std::vector<Change> const changes{SetLoopback{true}, SetSysctl{"all", "arp_ignore", 1, 0},
                                      AddAddress{*Prefix::parse("10.9.9.1/32"), "lo:0"},
                                      DeleteAddress{*Prefix::parse("10.9.9.1/32"), "lo:0"}};
    for (auto const& change : changes) {
        EXPECT_NE(opposite(change), change);
        EXPECT_EQ(opposite(opposite(change)), change);
    }
}

}  // namespace
}  // namespace drover::real
