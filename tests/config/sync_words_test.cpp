// lvs_sync_daemon and what belongs to it.
#include <gmock/gmock.h>

#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// In global_defs, before an instance VI_1 with virtual_router_id 51.
Loaded load_with(std::string const& words, std::string const& of_instance = "") {
    return load_text((words.empty() ? "" : "global_defs {\n " + words + "\n}\n") + instance(of_instance));
}

model::SyncChannel const& daemon_of(Loaded const& loaded) { return loaded.configuration.global.sync.daemon; }

model::SyncChannel only_interface(std::string name) {
    model::SyncChannel group;
    group.interface = std::move(name);
    return group;
}

TEST(SyncWords, WithoutThemThereIsNoSync) { EXPECT_EQ(load_with("").configuration.global.sync, model::Sync{}); }

TEST(SyncWords, AnInterfaceAloneTellsAndHearsAtAllTimes) {
    auto const loaded = load_with("lvs_sync_daemon eth1");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(daemon_of(loaded), only_interface("eth1"));
}

TEST(SyncWords, AnInstanceDecidesAndLendsItsNumber) {
    for (auto const* words : {"lvs_sync_daemon eth1 VI_1", "lvs_sync_daemon eth1 inst VI_1"}) {
        auto const loaded = load_with(words);
        EXPECT_THAT(places(loaded), IsEmpty()) << words;
        EXPECT_EQ(daemon_of(loaded).instance, "VI_1") << words;
        EXPECT_EQ(daemon_of(loaded).id, 51) << "keepalived's default is the virtual_router_id";
    }
}

TEST(SyncWords, TakesEveryOption) {
    auto const loaded = load_with("lvs_sync_daemon eth1 VI_1 id 7 maxlen 1400 port 9000 ttl 3 group 224.0.0.99");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(daemon_of(loaded), (model::SyncChannel{"eth1", "VI_1", 7, 1400, 9000, 3, Address::v4(0xe0000063)}));
    EXPECT_EQ(daemon_of(load_with("lvs_sync_daemon eth1 group ff02::81")).group, *Address::parse("ff02::81"));
}

TEST(SyncWords, AWrongOptionIsNamedAndStaysWhatItIsByDefault) {
    for (auto const* words : {"id 256", "id x", "maxlen 79", "maxlen 65508", "port 0", "ttl 256", "group 10.0.0.1", "group", "bogus 1"}) {
        auto const loaded = load_with(std::string("lvs_sync_daemon eth1 VI_1 ") + words);
        EXPECT_EQ(loaded.diagnostics.size(), 1u) << words;
        EXPECT_NE(find(loaded, "bad-sync"), nullptr) << words;
        auto const usual = daemon_of(load_with("lvs_sync_daemon eth1 VI_1"));
        EXPECT_EQ(daemon_of(loaded), usual) << words;
    }
}

TEST(SyncWords, AnInstanceThatIsNotThereLeavesNoSync) {
    auto const loaded = load_with("lvs_sync_daemon eth1 nobody");
    EXPECT_NE(find(loaded, "no-such-instance"), nullptr);
    EXPECT_EQ(loaded.configuration.global.sync, model::Sync{});
}

TEST(SyncWords, TheOldWordInsideAnInstanceNamesIt) {
    auto const loaded = load_with("", " lvs_sync_daemon_interface eth2\n");
    EXPECT_EQ(daemon_of(loaded).interface, "eth2");
    EXPECT_EQ(daemon_of(loaded).instance, "VI_1");
    EXPECT_EQ(daemon_of(loaded).id, 51);
    EXPECT_EQ(daemon_of(load_with("lvs_sync_daemon eth1", " lvs_sync_daemon_interface eth2\n")).interface, "eth1")
        << "the new word counts";
}

TEST(SyncWords, SayHowOftenAConnectionIsToldAgain) {
    EXPECT_EQ(load_with("sync_refresh_period 5").configuration.global.sync.refresh_period, 5u);
    EXPECT_EQ(load_with("sync_refresh_period x").configuration.global.sync.refresh_period, 30u);
    auto const loaded = load_with("sync_threshold 3 50");
    EXPECT_THAT(places(loaded), ElementsAre("2:2 no-effect"));
}

TEST(SyncWords, NamePeersAndTheKeyThatIsSharedWithThem) {
    auto const loaded = load_text("global_defs {\n sync_peer 10.0.0.2 fd00::2\n sync_peer 10.0.0.3\n sync_key /etc/drover/key\n"
                                  " sync_port 9000\n sync_patience 0.5\n}\n");
    EXPECT_THAT(places(loaded), IsEmpty());
    auto const& peering = loaded.configuration.global.sync.peering;
    EXPECT_THAT(peering.peers, ElementsAre(*Address::parse("10.0.0.2"), *Address::parse("fd00::2"), *Address::parse("10.0.0.3")));
    EXPECT_EQ(peering.key_file, "/etc/drover/key");
    EXPECT_EQ(peering.port, 9000);
    EXPECT_EQ(peering.patience, 500ms);
}

TEST(SyncWords, OfPeersThatAreWrongAreNamedAndHaveNoEffect) {
    for (auto const* words : {"sync_peer director2", "sync_peer 224.0.0.1", "sync_port 0", "sync_port 65536", "sync_patience 0",
                              "sync_patience 61"}) {
        auto const loaded = load_text(std::string("global_defs {\n ") + words + "\n}\n");
        EXPECT_EQ(loaded.diagnostics.size(), 1u) << words;
        EXPECT_EQ(loaded.configuration.global.sync, model::Sync{}) << words;
    }
}

}  // namespace
}  // namespace drover::config
