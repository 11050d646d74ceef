#include "vrrp/conditions.h"

#include <gmock/gmock.h>

namespace drover::vrrp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Address const dip = *Address::parse("172.51.96.119");
Address const vip = *Address::parse("172.51.97.175");
Address const elsewhere = *Address::parse("172.51.96.105");

model::Instance instance() {
    model::Instance i;
    i.name = "http";
    i.interface = "eth0";
    i.virtual_router_id = 60;
    i.priority = 110;
    return i;
}

Surroundings surroundings() {
    return {{{"lo", true}, {"eth0", true}}, {{"lo", Address::v4(0x7f000001), false}, {"eth0", dip, false}}, {"lo", "eth0"}, {vip}};
}

model::TrackedInterface tracked(std::string name, int weight = 0, bool reverse = false) {
    return {std::move(name), weight, reverse, {}};
}

TEST(Conditions, AllIsWell) {
    EXPECT_EQ(judge(instance(), surroundings()), (Judgement{{"", 110, dip}, dip, {}}));
}

TEST(Conditions, TheOwnInterface) {
    auto s = surroundings();
    s.interfaces[1].up = false;
    EXPECT_EQ(judge(instance(), s).conditions.fault, "interface eth0 down");
    auto untracked = instance();
    untracked.track_primary = false;
    EXPECT_EQ(judge(untracked, s).conditions.fault, "");
    s.interfaces.pop_back();
    EXPECT_EQ(judge(instance(), s).conditions.fault, "interface eth0 does not exist");
    EXPECT_EQ(judge(untracked, s).conditions.fault, "interface eth0 does not exist");
}

TEST(Conditions, AVirtualAddressIsNoAddressToSpeakFrom) {
    auto s = surroundings();
    s.addresses = {{"eth0", vip, false}};
    EXPECT_EQ(judge(instance(), s).conditions.fault, "no IPv4 address for interface");
    s.addresses = {{"eth0", vip, false}, {"eth0", dip, true}};
    EXPECT_EQ(judge(instance(), s).conditions.own, dip);
}

TEST(Conditions, APrimaryAddressIsPreferredToASecondaryOne) {
    auto s = surroundings();
    s.addresses = {{"eth0", elsewhere, true}, {"eth0", dip, false}};
    EXPECT_EQ(judge(instance(), s).conditions.own, dip);
}

TEST(Conditions, ASourceThatIsNotOursIsReplacedAndSaid) {
    auto i = instance();
    i.source = elsewhere;
    auto const judgement = judge(i, surroundings());
    EXPECT_EQ(judgement.conditions.own, dip);
    EXPECT_THAT(judgement.notes, ElementsAre(HasSubstr("mcast_src_ip 172.51.96.105 is no address of this host")));
    EXPECT_THAT(judgement.notes, ElementsAre(HasSubstr("sending from 172.51.96.119, the primary address of eth0")));
}

TEST(Conditions, ASourceOfAnotherInterfaceOfThisHostIsUsed) {
    auto i = instance();
    i.source = elsewhere;
    auto s = surroundings();
    s.addresses.push_back({"eth1", elsewhere, false});
    EXPECT_EQ(judge(i, s).conditions.own, elsewhere);
    EXPECT_THAT(judge(i, s).notes, IsEmpty());
}

TEST(Conditions, ATrackedInterfaceThatNeverExistedIsLeftOutAndSaid) {
    auto i = instance();
    i.track_interfaces = {tracked("eth1"), tracked("eth2", -20)};
    auto const judgement = judge(i, surroundings());
    EXPECT_EQ(judgement.conditions, (Conditions{"", 110, dip}));
    EXPECT_THAT(judgement.notes,
                ElementsAre("tracked interface eth1 has not existed since the start: left out until it appears",
                            "tracked interface eth2 has not existed since the start: left out until it appears"));
}

TEST(Conditions, ATrackedInterfaceThatHasJustBeenMadeMayComeUpFirst) {
    auto i = instance();
    i.track_interfaces = {tracked("eth1")};
    auto s = surroundings();
    s.interfaces.push_back({"eth1", false});
    EXPECT_EQ(judge(i, s).conditions.fault, "");
    s.known.insert("eth1");
    EXPECT_EQ(judge(i, s).conditions.fault, "interface eth1 down");
}

TEST(Conditions, ATrackedInterfaceThatDisappearsOrGoesDownIsAFault) {
    auto i = instance();
    i.track_interfaces = {tracked("eth1")};
    auto s = surroundings();
    s.known.insert("eth1");
    EXPECT_EQ(judge(i, s).conditions.fault, "interface eth1 down");
    s.interfaces.push_back({"eth1", false});
    EXPECT_EQ(judge(i, s).conditions.fault, "interface eth1 down");
    s.interfaces.back().up = true;
    EXPECT_EQ(judge(i, s).conditions.fault, "");
}

TEST(Conditions, WeightsChangeThePriorityWithinItsBounds) {
    struct Case {
        char const* what;
        int weight;
        bool reverse;
        bool up;
        int priority;
    };
    for (auto const& c : {Case{"positive, up", 20, false, true, 130}, Case{"positive, down", 20, false, false, 110},
                          Case{"negative, up", -20, false, true, 110}, Case{"negative, down", -20, false, false, 90},
                          Case{"positive reversed, up", 20, true, true, 90},
                          Case{"positive reversed, down", 20, true, false, 110},
                          Case{"negative reversed, up", -20, true, true, 110},
                          Case{"negative reversed, down", -20, true, false, 130},
                          Case{"not below 1", -253, false, false, 1}, Case{"not above 254", 253, false, true, 254}}) {
        auto i = instance();
        i.track_interfaces = {tracked("eth1", c.weight, c.reverse)};
        auto s = surroundings();
        s.known.insert("eth1");
        s.interfaces.push_back({"eth1", c.up});
        EXPECT_EQ(judge(i, s).conditions.priority, c.priority) << c.what;
        EXPECT_EQ(judge(i, s).conditions.fault, "") << c.what;
    }
}

TEST(Conditions, TheOwnersPriorityCannotBeChanged) {
    auto i = instance();
    i.priority = 255;
    i.track_interfaces = {tracked("eth1", -20)};
    auto s = surroundings();
    s.known.insert("eth1");
    EXPECT_EQ(judge(i, s).conditions.priority, 255);
}

TEST(Conditions, OfIpv6TheLinkLocalAddressSpeaks) {
    auto i = instance();
    i.family = Family::v6;
    i.version = 3;
    auto s = surroundings();
    EXPECT_EQ(judge(i, s).conditions.fault, "no link-local address for interface");
    auto const virtual_one = *Address::parse("fe80::51");
    auto const own = *Address::parse("fe80::ff:fe00:2");
    s.addresses.push_back({"eth0", *Address::parse("2001:db8::2"), false});
    s.addresses.push_back({"eth0", virtual_one, false});
    s.addresses.push_back({"eth0", own, false});
    s.virtual_addresses.insert(virtual_one);
    EXPECT_EQ(judge(i, s), (Judgement{{"", 110, own}, own, {}}));
}

TEST(Conditions, ASourceThatIsNotHereIsAFaultByUnicastOrWhenTracked) {
    auto i = instance();
    i.source = elsewhere;
    EXPECT_EQ(judge(i, surroundings()).conditions.fault, "");
    auto tracked_source = i;
    tracked_source.track_source = true;
    EXPECT_EQ(judge(tracked_source, surroundings()).conditions.fault, "src address 172.51.96.105 not configured");
    auto unicast = i;
    unicast.unicast_peers = {{*Address::parse("172.51.96.1")}};
    EXPECT_EQ(judge(unicast, surroundings()).conditions.fault, "src address 172.51.96.105 not configured");
    unicast.source = dip;
    EXPECT_EQ(judge(unicast, surroundings()).conditions.fault, "");
}

}  // namespace
}  // namespace drover::vrrp
