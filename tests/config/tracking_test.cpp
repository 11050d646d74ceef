// Sync groups, and what instances track.
#include <gmock/gmock.h>

#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string instance(std::string const& name, int vrid, std::string const& words = "") {
    return "vrrp_instance " + name + " {\n interface eth0\n virtual_router_id " + std::to_string(vrid) +
           "\n virtual_ipaddress {\n 10.0.0." + std::to_string(vrid) + "\n }\n" + words + "}\n";
}

FakeHost host() {
    FakeHost host;
    host.scripts["/etc/chk.sh"] = ScriptState::fine;
    host.scripts["/srv/chk.sh"] = ScriptState::changeable;
    host.users.insert("nobody");
    return host;
}

std::string const secure = "global_defs {\n enable_script_security\n script_user root\n}\n";

TEST(Tracking, ReadsAScriptWithAllItsWords) {
    auto const loaded = load_text(secure +
                                      "vrrp_script chk {\n script \"/etc/chk.sh a b\"\n interval 2\n timeout 5\n weight -20 reverse\n"
                                      " rise 2\n fall 3\n user nobody\n init_fail\n}\n" +
                                      instance("a", 1, " track_script {\n chk\n }\n"),
                                  host());
    EXPECT_THAT(loaded.diagnostics, IsEmpty()) << render_text(loaded.diagnostics, false);
    ASSERT_EQ(loaded.configuration.tracking.scripts.size(), 1U);
    auto const& script = loaded.configuration.tracking.scripts[0];
    EXPECT_THAT(script.script.argv, ElementsAre("/etc/chk.sh", "a", "b"));
    EXPECT_EQ(script.script.user, "nobody");
    EXPECT_EQ(script.interval, 2s);
    EXPECT_EQ(script.timeout, 5s);
    EXPECT_EQ(script.rise, 2);
    EXPECT_EQ(script.fall, 3);
    EXPECT_TRUE(script.init_fail);
    EXPECT_THAT(loaded.configuration.instances[0].tracks,
                ElementsAre(model::Tracked{model::TrackKind::script, "chk", -20, true, {}}));
}

TEST(Tracking, TheInstancesWeightComesBeforeTheDefinitions) {
    auto const loaded = load_text(secure + "vrrp_script chk {\n script /etc/chk.sh\n weight 5\n}\n" +
                                      instance("a", 1, " track_script {\n chk weight 7\n }\n"),
                                  host());
    EXPECT_EQ(loaded.configuration.instances[0].tracks.at(0).weight, 7);
}

TEST(Tracking, AScriptThatCannotRunIsNotTracked) {
    auto const missing = load_text("vrrp_script chk {\n script /no/such\n}\n" + instance("a", 1, " track_script {\n chk\n }\n"), host());
    EXPECT_THAT(missing.configuration.instances[0].tracks, IsEmpty());
    EXPECT_NE(find(missing, "script-missing"), nullptr);
}

TEST(Tracking, AScriptThatOthersCanChangeIsNamedWithThePartOfItsPath) {
    auto const text = "vrrp_script chk {\n script /srv/chk.sh\n}\n" + instance("a", 1, " track_script {\n chk\n }\n");
    auto const loaded = load_text(secure + text, host());
    ASSERT_NE(find(loaded, "insecure-script"), nullptr);
    EXPECT_THAT(find(loaded, "insecure-script")->message, HasSubstr("/srv/chk.sh is writable by everyone"));
    EXPECT_THAT(loaded.configuration.instances[0].tracks, IsEmpty()) << "with script security it is not run";
    EXPECT_EQ(load_text(text, host()).configuration.instances[0].tracks.size(), 1U) << "without it is";
}

TEST(Tracking, ReadsFilesAndProcesses) {
    auto const loaded = load_text(
        "track_file f {\n file /run/f\n weight 2 reverse\n init_file 5 overwrite\n}\n"
        "vrrp_track_process p {\n process nginx -g x\n param_match initial\n quorum 2\n delay 1.5\n weight 30\n}\n" +
            instance("a", 1, " track_file {\n f\n }\n track_process {\n p weight -30\n }\n"),
        host());
    EXPECT_THAT(loaded.diagnostics, IsEmpty()) << render_text(loaded.diagnostics, false);
    auto const& file = loaded.configuration.tracking.files.at(0);
    EXPECT_EQ(file.path, "/run/f");
    EXPECT_EQ(file.init, 5);
    EXPECT_TRUE(file.overwrite);
    auto const& process = loaded.configuration.tracking.processes.at(0);
    EXPECT_EQ(process.program, "nginx");
    EXPECT_THAT(process.parameters, ElementsAre("-g", "x"));
    EXPECT_EQ(process.match, model::TrackProcess::Match::initial);
    EXPECT_EQ(process.quorum, 2);
    EXPECT_EQ(process.terminate_delay, 1500ms);
    EXPECT_THAT(loaded.configuration.instances[0].tracks,
                ElementsAre(model::Tracked{model::TrackKind::file, "f", 2, true, {}},
                            model::Tracked{model::TrackKind::process, "p", -30, false, {}}));
}

TEST(SyncGroup, ReadsMembersScriptsAndWhatTheyTrackTogether) {
    auto const loaded = load_text(
        secure + "vrrp_script chk {\n script /etc/chk.sh\n}\n" +
            "vrrp_sync_group g {\n group {\n a\n b\n }\n notify_master /etc/chk.sh\n track_script {\n chk\n }\n}\n" +
            instance("a", 1) + instance("b", 2),
        host());
    EXPECT_THAT(loaded.diagnostics, IsEmpty()) << render_text(loaded.diagnostics, false);
    ASSERT_EQ(loaded.configuration.sync_groups.size(), 1U);
    auto const& group = loaded.configuration.sync_groups[0];
    EXPECT_EQ(group.name, "g");
    EXPECT_THAT(group.members, ElementsAre("a", "b"));
    EXPECT_THAT(group.notify.master.argv, ElementsAre("/etc/chk.sh"));
    for (auto const& member : loaded.configuration.instances) EXPECT_EQ(member.tracks.size(), 1U) << member.name;
}

TEST(SyncGroup, WeightsOfMembersDoNotCountUnlessTheGroupSaysSo) {
    auto const text = [](std::string const& word) {
        return secure + "vrrp_script chk {\n script /etc/chk.sh\n weight 20\n}\nvrrp_sync_group g {\n group {\n a b\n }\n" + word + "}\n" +
               instance("a", 1, " track_script {\n chk\n }\n") + instance("b", 2);
    };
    auto const loaded = load_text(text(""), host());
    EXPECT_EQ(loaded.configuration.instances[0].tracks.at(0).weight, 0);
    EXPECT_NE(find(loaded, "weight-in-group"), nullptr);
    auto const kept = load_text(text(" sync_group_tracking_weight\n"), host());
    EXPECT_EQ(kept.configuration.instances[0].tracks.at(0).weight, 20);
}

TEST(SyncGroup, WrongOnesAreNamed) {
    auto const loaded = load_text("vrrp_sync_group none {\n group {\n x\n }\n}\nvrrp_sync_group one {\n group {\n a\n }\n}\n"
                                  "vrrp_sync_group two {\n group {\n a\n b\n }\n}\n" +
                                      instance("a", 1) + instance("b", 2),
                                  host());
    for (auto const* code : {"no-such-instance", "empty-sync-group", "small-sync-group", "in-two-groups"})
        EXPECT_NE(find(loaded, code), nullptr) << code;
    ASSERT_EQ(loaded.configuration.sync_groups.size(), 2U);
    EXPECT_THAT(loaded.configuration.sync_groups[1].members, ElementsAre("b"));
}

TEST(NotifyFifo, ReadsPathOwnerAndReader) {
    auto const loaded = load_text(
        "global_defs {\n enable_script_security\n vrrp_notify_fifo /run/f nobody\n vrrp_notify_fifo_script \"/etc/chk.sh -v\"\n}\n" +
            instance("a", 1),
        host());
    auto const& fifo = loaded.configuration.global.vrrp_fifo;
    EXPECT_EQ(fifo.path, "/run/f");
    EXPECT_EQ(fifo.user, "nobody");
    EXPECT_THAT(fifo.script.argv, ElementsAre("/etc/chk.sh", "-v"));
}

}  // namespace
}  // namespace drover::config
