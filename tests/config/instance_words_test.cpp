// Words of an instance that say how adverts are sent and heard, and what becomes of them in the model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Type = model::Authentication::Type;

/// The one instance of a text that has nothing wrong with it.
model::Instance read(std::string const& text) {
    auto const loaded = load_text(text);
    EXPECT_THAT(places(loaded), IsEmpty()) << render_text(loaded.diagnostics, false);
    EXPECT_EQ(loaded.configuration.instances.size(), 1U);
    return loaded.configuration.instances.empty() ? model::Instance{} : loaded.configuration.instances.front();
}

std::string v6_instance(std::string const& more = {}) {
    return "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n fe80::51\n "
           "2001:db8::100/64\n }\n" +
           more + "}\n";
}

TEST(InstanceWords, Version2ByMulticastIsTheDefault) {
    auto const i = read(instance());
    EXPECT_EQ(i.version, 2);
    EXPECT_EQ(i.family, Family::v4);
    EXPECT_EQ(i.multicast_group.text(), "224.0.0.18");
    EXPECT_THAT(i.unicast_peers, IsEmpty());
    EXPECT_EQ(i.down_adverts, 3);
    EXPECT_EQ(i.unicast_ttl, 255);
    EXPECT_FALSE(i.checksum_as_v2);
    model::GarpSchedule usual;
    usual.lower_delay = usual.delay;
    usual.lower_repeat = usual.repeat;
    EXPECT_EQ(i.garp, usual);
}

TEST(InstanceWords, Version3HasIntervalsInHundredths) {
    EXPECT_EQ(read(instance(" version 3\n advert_int 0.01\n")).advert_interval, 10ms);
    EXPECT_EQ(read(instance(" advert_int 0.25\n", "global_defs {\n vrrp_version 3\n}\n")).advert_interval, 250ms);
}

TEST(InstanceWords, Ipv6AddressesMakeItAnInstanceOfVersion3InItsOwnGroup) {
    auto const i = read(v6_instance());
    EXPECT_EQ(i.family, Family::v6);
    EXPECT_EQ(i.version, 3);
    EXPECT_EQ(i.multicast_group.text(), "ff02::12");
    EXPECT_EQ(i.addresses.size(), 2U);
    EXPECT_EQ(read("global_defs {\n vrrp_mcast_group6 ff02::81\n}\n" + v6_instance()).multicast_group.text(),
              "ff02::81");
}

TEST(InstanceWords, StrictModeWantsALinkLocalAddressFirst) {
    EXPECT_EQ(read(v6_instance(" strict_mode\n")).addresses.size(), 2U);
    auto const loaded = load_text("global_defs {\n vrrp_strict\n}\nvrrp_instance V {\n interface eth0\n virtual_router_id 1\n "
                                  "virtual_ipaddress {\n 2001:db8::1\n }\n}\n");
    EXPECT_THAT(places(loaded), ElementsAre("7:2 strict-link-local"));
}

TEST(InstanceWords, StrictModePutsRightWhatTheStandardsDoNotKnow) {
    auto const plain = read(instance(" strict_mode\n"));
    EXPECT_FALSE(plain.accepts);
    EXPECT_TRUE(plain.lower_prio_no_advert);
    EXPECT_EQ(plain.garp.lower_repeat, 0);
    auto const loaded = load_text(instance(" strict_mode\n accept\n preempt_delay 4\n down_timer_adverts 5\n higher_prio_send_advert\n "
                                           "lower_prio_no_advert off\n garp_lower_prio_repeat 2\n use_vmac\n vmac_xmit_base\n"));
    EXPECT_EQ(count(loaded, "strict"), 7U) << "each of them but use_vmac, as keepalived 2.2.7 does";
    EXPECT_EQ(loaded.exit_code, corrected);
    auto const& i = loaded.configuration.instances.at(0);
    EXPECT_FALSE(i.accepts) << "version 2 has no accept mode";
    EXPECT_EQ(i.preempt_delay, 0s);
    EXPECT_EQ(i.down_adverts, 3);
    EXPECT_FALSE(i.higher_prio_send_advert);
    EXPECT_TRUE(i.lower_prio_no_advert);
    EXPECT_FALSE(i.vmac->xmit_base);
}

TEST(InstanceWords, PacketsToTheAddressesAreAcceptedUnlessThatIsNotWanted) {
    EXPECT_TRUE(read(instance()).accepts);
    EXPECT_TRUE(read(instance(" accept\n")).accepts);
    EXPECT_FALSE(read(instance(" no_accept\n")).accepts);
    EXPECT_TRUE(read(instance(" no_accept\n priority 255\n")).accepts) << "the owner's addresses are its own";
    EXPECT_TRUE(read(instance(" version 3\n strict_mode\n accept\n")).accepts);
}

TEST(InstanceWords, UnicastWithoutAPeerIsMulticastOrAFault) {
    auto const source = std::string(" unicast_src_ip 10.0.0.2\n");
    EXPECT_FALSE(load_text(instance(source)).configuration.instances.at(0).lacks_peers);
    auto const fault = load_text(instance(" unicast_fault_no_peer\n" + source));
    EXPECT_THAT(places(fault), ElementsAre("7:2 no-unicast-peer"));
    EXPECT_TRUE(fault.configuration.instances.at(0).lacks_peers);
    EXPECT_FALSE(read(instance(" unicast_fault_no_peer\n unicast_peer {\n 10.0.0.3\n }\n" + source)).lacks_peers);
}

TEST(InstanceWords, WithoutAnAddressIsNamedUnlessItIsMeant) {
    auto const text = [](std::string const& more) {
        return "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n" + more + "}\n";
    };
    EXPECT_THAT(places(load_text(text(""))), ElementsAre("1:1 no-vip"));
    EXPECT_THAT(places(load_text(text(" no_virtual_ipaddress\n"))), IsEmpty());
}

TEST(InstanceWords, TimerExpiredBackupTakesTheHighestPriorityOfAnother) {
    EXPECT_EQ(read(instance()).rival_priority, std::nullopt);
    EXPECT_EQ(read(instance(" timer_expired_backup\n")).rival_priority, 254);
    EXPECT_EQ(read(instance(" timer_expired_backup 120\n")).rival_priority, 120);
}

TEST(InstanceWords, AnnouncementsOnOtherInterfacesAreRepeatedForSwitches) {
    EXPECT_EQ(read(instance(" garp_extra_if 100\n")).garp.extra, 100s);
    auto const all = read(instance("", "global_defs {\n vrrp_garp_extra_if all 60\n}\n")).garp;
    EXPECT_EQ(all.extra, 60s);
    EXPECT_TRUE(all.extra_all);
    EXPECT_THAT(places(load_text(instance(" garp_extra_if all\n"))), ElementsAre("7:2 bad-number"));
    auto const old = load_text(instance(" vmac_garp_intvl 100\n"));
    EXPECT_THAT(places(old), ElementsAre("7:2 deprecated"));
    EXPECT_EQ(old.configuration.instances.at(0).garp.extra, 100s);
}

TEST(InstanceWords, AGroupOfItsOwnMustBeOfItsFamily) {
    EXPECT_EQ(read(instance(" mcast_dst_ip 224.0.0.81\n")).multicast_group.text(), "224.0.0.81");
    auto const wrong = load_text(instance(" mcast_dst_ip ff02::81\n"));
    EXPECT_THAT(places(wrong), ElementsAre("7:2 no-multicast"));
    EXPECT_EQ(wrong.configuration.instances.at(0).multicast_group.text(), "224.0.0.18");
}

TEST(InstanceWords, WithoutAnAddressThePeersOrNativeIpv6TellTheFamily) {
    auto const text = [](std::string const& more) {
        return "vrrp_instance V {\n interface eth0\n virtual_router_id 1\n" + more + "}\n";
    };
    EXPECT_EQ(load_text(text("")).configuration.instances.at(0).family, Family::v4);
    EXPECT_EQ(load_text(text(" native_ipv6\n")).configuration.instances.at(0).family, Family::v6);
    EXPECT_EQ(load_text(text(" unicast_peer {\n 2001:db8::9\n }\n")).configuration.instances.at(0).family, Family::v6);
}

TEST(InstanceWords, UnicastPeersMayHaveLimitsOfTheirTtl) {
    auto const i =
        read(instance(" unicast_src_ip 10.0.0.2\n unicast_ttl 64\n check_unicast_src\n unicast_peer {\n 10.0.0.3\n "
                      "10.0.0.4 min_ttl 60 max_ttl 64\n }\n"));
    EXPECT_EQ(i.source, Address::parse("10.0.0.2"));
    EXPECT_EQ(i.unicast_ttl, 64);
    EXPECT_TRUE(i.check_unicast_source);
    EXPECT_THAT(i.unicast_peers, ElementsAre(model::UnicastPeer{*Address::parse("10.0.0.3"), 0, 255},
                                             model::UnicastPeer{*Address::parse("10.0.0.4"), 60, 64}));
    EXPECT_THAT(places(load_text(instance(" unicast_peer {\n 10.0.0.3 min_ttl 256\n 10.0.0.4 ttl 3\n }\n"))),
                ElementsAre("8:19 bad-number", "9:11 unknown-option"));
}

TEST(InstanceWords, BothKindsOfAuthenticationOfVersion2) {
    auto const text = [](std::string const& type) {
        return instance(" authentication {\n auth_type " + type + "\n auth_pass secret12\n }\n");
    };
    EXPECT_EQ(read(text("PASS")).authentication, (model::Authentication{Type::pass, "secret12"}));
    EXPECT_EQ(read(text("AH")).authentication, (model::Authentication{Type::ah, "secret12"}));
}

TEST(InstanceWords, AVirtualMacHasAnInterfaceNamedAfterTheVrid) {
    EXPECT_EQ(read(instance(" use_vmac\n")).vmac, (model::VirtualMac{"vrrp.51", false}));
    EXPECT_EQ(read(v6_instance(" use_vmac\n vmac_xmit_base\n")).vmac, (model::VirtualMac{"vrrp6.51", true}));
    EXPECT_EQ(read(instance(" use_vmac vi51\n")).vmac, (model::VirtualMac{"vi51", false}));
    EXPECT_EQ(read(instance(" use_vmac\n", "global_defs {\n vmac_prefix v\n}\n")).vmac,
              (model::VirtualMac{"v.51", false}));
    EXPECT_THAT(places(load_text(instance(" use_vmac a-name-of-sixteen\n vmac_xmit_base\n"))),
                ElementsAre("7:11 long-name"));
    EXPECT_THAT(places(load_text(instance(" vmac_xmit_base\n"))), ElementsAre("7:2 no-vmac"));
}

TEST(InstanceWords, RoutesMayBeOfEitherFamilyAndOfAKind) {
    auto const i = read(instance(" virtual_routes {\n 10.5.0.0/16 via 10.0.0.9 dev eth0 onlink\n blackhole 10.6.0.0/16\n default via "
                                 "fe80::1 dev eth0\n 2001:db8:5::/48 via fe80::1 dev eth0 src 2001:db8::7\n }\n"));
    ASSERT_EQ(i.routes.size(), 4U);
    EXPECT_TRUE(i.routes[0].on_link);
    EXPECT_EQ(i.routes[1].kind, model::VirtualRoute::Kind::blackhole);
    EXPECT_EQ(i.routes[2].destination.text(), "::/0");
    EXPECT_EQ(i.routes[3].source, Address::parse("2001:db8::7"));
    EXPECT_THAT(places(load_text(instance(" virtual_routes {\n 10.5.0.0/16 via fe80::1 dev eth0\n }\n"))),
                ElementsAre("8:2 mixed-families"));
}

TEST(InstanceWords, RulesSelectPacketsAndSayWhatIsDone) {
    auto const i = read(instance(" virtual_rules {\n from 10.5.0.0/16 to 10.6.0.7 lookup main preference 100\n fwmark 0x10/0xff iif eth0 "
                                 "table 300 pref 101\n to 2001:db8::/32 unreachable preference 102\n }\n"));
    ASSERT_EQ(i.rules.size(), 3U);
    EXPECT_EQ(i.rules[0].from, Prefix::parse("10.5.0.0/16"));
    EXPECT_EQ(i.rules[0].to, Prefix::parse("10.6.0.7/32"));
    EXPECT_EQ(i.rules[0].table, 254U);
    EXPECT_EQ(i.rules[0].preference, 100U);
    EXPECT_EQ(i.rules[1].mark, 16U);
    EXPECT_EQ(i.rules[1].mask, 255U);
    EXPECT_EQ(i.rules[1].iif, "eth0");
    EXPECT_EQ(i.rules[1].table, 300U);
    EXPECT_EQ(i.rules[2].action, model::VirtualRule::Action::unreachable);
    EXPECT_EQ(i.rules[2].family, Family::v6);
}

TEST(InstanceWords, ARuleThatWouldFitOtherPacketsIsLeftOut) {
    for (auto const& [line, code] : {std::pair{"from 10.5.0.0/16 sport 80 table 1 pref 1", "not-yet"},
                                     {"from 10.5.0.0/16 pref 1", "bad-rule"},
                                     {"from 10.5./16 table 1 pref 1", "bad-address"},
                                     {"from 10.5.0.0/16 to 2001:db8::/32 table 1 pref 1", "mixed-families"},
                                     {"from 10.5.0.0/16 table none pref 1", "bad-number"},
                                     {"from 10.5.0.0/16 table 1 pref x", "bad-number"},
                                     {"fwmark 0x table 1 pref 1", "bad-number"},
                                     {"from 10.5.0.0/16 bogus 1", "unknown-option"},
                                     {"table", "missing-value"}}) {
        auto const loaded = load_text(instance(std::string(" virtual_rules {\n ") + line + "\n }\n"));
        EXPECT_EQ(count(loaded, code), 1U) << line << "\n" << render_text(loaded.diagnostics, false);
        EXPECT_THAT(loaded.configuration.instances.at(0).rules, IsEmpty()) << line;
    }
}

TEST(InstanceWords, OfAddressesTellWhetherTheyArePreferredAsASource) {
    auto const i = read(instance(" virtual_ipaddress_excluded {\n 2001:db8::7/64\n 2001:db8::8/128\n 2001:db8::9/128 "
                                 "preferred_lft forever\n 10.0.0.9 preferred_lft 0 noprefixroute\n }\n"));
    ASSERT_EQ(i.excluded.size(), 4U);
    EXPECT_TRUE(i.excluded[0].preferred);
    EXPECT_FALSE(i.excluded[1].preferred) << "keepalived's default for /128";
    EXPECT_TRUE(i.excluded[2].preferred);
    EXPECT_FALSE(i.excluded[3].preferred);
    EXPECT_TRUE(i.excluded[0].prefix_route);
    EXPECT_FALSE(i.excluded[3].prefix_route);
}

TEST(StaticItems, StandOutsideInstancesAndOnTheDefaultInterface) {
    auto const loaded = load_text(
        "global_defs {\n default_interface eth1\n}\nstatic_ipaddress {\n 10.7.0.1/24\n 10.8.0.1/24 dev eth0\n}\n"
        "static_routes {\n 10.9.0.0/16 via 10.7.0.9\n}\nstatic_rules {\n from 10.9.0.0/16 table 9 preference 9\n}\n" +
        instance());
    EXPECT_THAT(places(loaded), IsEmpty()) << render_text(loaded.diagnostics, false);
    auto const& fixed = loaded.configuration.fixed;
    EXPECT_EQ(fixed.device, "eth1");
    EXPECT_EQ(fixed.addresses.size(), 2U);
    EXPECT_EQ(fixed.addresses[1].device, "eth0");
    EXPECT_EQ(fixed.routes.size(), 1U);
    EXPECT_EQ(fixed.rules.size(), 1U);
}

TEST(InstanceWords, ExcludedAddressesMayBeOfAnyFamily) {
    auto const i = read(instance(" virtual_ipaddress_excluded {\n 10.0.0.7\n 2001:db8::7/64\n }\n"));
    EXPECT_EQ(i.excluded.size(), 2U);
}

TEST(InstanceWords, StandInGlobalDefsForAllInstances) {
    auto const i =
        read(instance(" garp_lower_prio_repeat 0\n",
                      "global_defs {\n vrrp_lower_prio_no_advert\n vrrp_higher_prio_send_advert on\n "
                      "vrrp_down_timer_adverts 5\n vrrp_check_unicast_src true\n vrrp_owner_ignore_adverts\n "
                      "v3_checksum_as_v2\n vrrp_garp_lower_prio_delay 7\n vrrp_garp_lower_prio_repeat 2\n "
                      "vrrp_garp_interval 0.001\n vrrp_gna_interval 0.000002\n}\n"));
    EXPECT_TRUE(i.lower_prio_no_advert);
    EXPECT_TRUE(i.higher_prio_send_advert);
    EXPECT_TRUE(i.check_unicast_source);
    EXPECT_TRUE(i.owner_ignores_adverts);
    EXPECT_TRUE(i.checksum_as_v2);
    EXPECT_EQ(i.down_adverts, 5);
    EXPECT_EQ(i.garp.lower_delay, Duration(7s));
    EXPECT_EQ(i.garp.lower_repeat, 0) << "the instance's own word counts";
    EXPECT_EQ(i.garp.pace, 1ms);
    EXPECT_EQ(i.garp.na_pace, 2us);
}

TEST(InstanceWords, AnInstanceMaySwitchOffWhatGlobalDefsSwitchesOn) {
    EXPECT_FALSE(read(instance(" lower_prio_no_advert off\n", "global_defs {\n vrrp_lower_prio_no_advert\n}\n"))
                     .lower_prio_no_advert);
}

TEST(InstanceWords, MinGarpIsOneRoundOfOneFrame) {
    auto const i = read(instance({}, "global_defs {\n vrrp_min_garp\n}\n"));
    EXPECT_EQ(i.garp.repeat, 1);
    EXPECT_EQ(i.garp.delay, Duration{0});
}

}  // namespace
}  // namespace drover::config
