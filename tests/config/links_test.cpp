// interface_up_down_delays, garp_group and the delays of the start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace drover::config {
namespace {

using model::GarpGroup;
using model::LinkDelay;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(LinkDelays, HaveOneNumberForBothWaysOrOneForEach) {
    auto const loaded = load_text(instance() + "interface_up_down_delays {\n eth0 0.5\n eth1 1 1.5\n}\n");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_THAT(loaded.configuration.links.delays,
                ElementsAre(LinkDelay{"eth0", 500ms, 500ms}, LinkDelay{"eth1", 1s, 1500ms}));
}

TEST(LinkDelays, OfAnInstanceAreShorterThanABackupWaits) {
    auto const delays = "interface_up_down_delays {\n eth0 0.5 2\n}\n";
    auto const loaded = load_text(instance() + delays);
    EXPECT_THAT(places(loaded), ElementsAre("9:2 long-delay")) << "2 s are two intervals";
    EXPECT_THAT(loaded.configuration.links.delays, ElementsAre(LinkDelay{"eth0", 500ms, 0s}));
    EXPECT_THAT(places(load_text(instance(" advert_int 2\n") + delays)), IsEmpty());
}

TEST(LinkDelays, OfWhatIsNoInterfaceOrNoNumberAreIgnored) {
    FakeHost host;
    host.names = {"eth0"};
    auto const loaded = load_text(instance() + "interface_up_down_delays {\n eth9 1\n eth0 x\n eth0 300\n eth0\n}\n", host);
    EXPECT_THAT(places(loaded), ElementsAre("9:2 no-interface", "10:7 bad-number", "11:7 bad-number", "12:2 no-delay"));
    EXPECT_THAT(loaded.configuration.links.delays, IsEmpty());
}

TEST(GarpGroups, HoldInterfacesTogether) {
    auto const loaded = load_text("garp_group {\n garp_interval 0.1\n gna_interval 0.2\n interface eth0\n}\n"
                                  "garp_group {\n garp_interval 1\n interfaces {\n eth1\n eth2\n }\n}\n");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_THAT(loaded.configuration.links.garp_groups,
                ElementsAre(GarpGroup{{"eth0"}, 100ms, 200ms}, GarpGroup{{"eth1", "eth2"}, 1s, 0s}));
}

TEST(GarpGroups, WithoutADelayOrAnInterfaceOfTheirOwnAreLeftOut) {
    auto const loaded = load_text("garp_group {\n garp_interval 1\n interface eth0\n}\ngarp_group {\n interface eth1\n}\n"
                                  "garp_group {\n garp_interval 1\n interface eth0\n}\n");
    EXPECT_THAT(places(loaded), ElementsAre("5:1 no-delay", "8:1 no-interface", "10:12 in-two-groups"));
    EXPECT_THAT(loaded.configuration.links.garp_groups, ElementsAre(GarpGroup{{"eth0"}, 1s, 0s}));
}

TEST(StartupDelays, AreSecondsWithAFraction) {
    auto const loaded = load_text("global_defs {\n vrrp_startup_delay 5.5\n vrrp_delay_after_boot 60\n}\n");
    EXPECT_EQ(loaded.configuration.global.startup_delay, 5500ms);
    EXPECT_EQ(loaded.configuration.global.delay_after_boot, 60s);
}

}  // namespace
}  // namespace drover::config
