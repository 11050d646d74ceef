// The texts of keepalived 2.2.7's dump files, as it wrote them for the same instances.
#include <gmock/gmock.h>

#include "control/keepalived_data.h"
#include "control/keepalived_json.h"
#include "control/keepalived_lines.h"
#include "control/keepalived_stats.h"

namespace drover::control {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Prefix prefix(std::string_view text) { return *Prefix::parse(text); }

model::Instance instance() {
    model::Instance instance;
    instance.name = "VI_1";
    instance.interface = "eth0";
    instance.virtual_router_id = 51;
    instance.authentication = {model::Authentication::Type::pass, "1234"};
    model::VirtualAddress address;
    address.prefix = prefix("10.9.0.100/24");
    address.device = "eth0";
    address.label = "eth0:1";
    instance.addresses = {address};
    instance.notify.any.argv = {"/usr/bin/true", "any"};
    return instance;
}

KeepalivedPicture picture() {
    KeepalivedPicture picture;
    picture.configuration.instances = {instance()};
    auto& seen = picture.instances.emplace_back();
    seen.name = "VI_1";
    seen.state = seen.wanted = model::VrrpState::master;
    seen.since_unix_us = 1795747817080941;
    seen.effective_priority = 105;
    seen.source = *Address::parse("10.9.0.1");
    seen.master_interval = 1s;
    seen.counts.sent = 5;
    seen.counts.became_master = 1;
    picture.host_name = "vm";
    picture.clock_text = [](std::int64_t) { return "Fri Nov 27 02:50:17.080941 2026"; };
    picture.owner = [](std::string const&, std::string const&) { return "0:0"; };
    return picture;
}

TEST(KeepalivedLines, OfAddressesHaveThePartsThatAreConfigured) {
    auto const i = instance();
    EXPECT_EQ(keepalived_text(i.addresses.front(), i, true), "10.9.0.100/24 dev eth0 scope global label eth0:1 set");
    EXPECT_EQ(keepalived_text(i.addresses.front(), i, false), "10.9.0.100/24 dev eth0 scope global label eth0:1");
    model::VirtualAddress other;
    other.prefix = prefix("10.9.0.101/16");
    other.broadcast_computed = true;
    other.scope = "link";
    EXPECT_EQ(keepalived_text(other, i, true), "10.9.0.101/16 brd 10.9.255.255 dev eth0 scope link set");
    other = {};
    other.prefix = prefix("10.9.0.102");
    EXPECT_EQ(keepalived_text(other, i, false), "10.9.0.102 dev eth0 scope global");
    other.prefix = prefix("2001:db8::77");
    EXPECT_EQ(keepalived_text(other, i, true), "2001:db8::77 dev eth0 scope global deprecated set");
}

TEST(KeepalivedLines, OfAddressesOnAMacvlanNameBothInterfaces) {
    auto i = instance();
    i.vmac = model::VirtualMac{"vrrp.51", false};
    EXPECT_THAT(keepalived_text(i.addresses.front(), i, true), StartsWith("10.9.0.100/24 dev vrrp.51@eth0 scope"));
}

TEST(KeepalivedLines, OfRoutesAndRulesReadAsIpSaysThem) {
    model::VirtualRoute route;
    route.destination = prefix("10.70.0.0/16");
    route.source = *Address::parse("10.9.0.100");
    route.gateway = *Address::parse("10.9.0.7");
    route.device = "eth0";
    route.on_link = true;
    EXPECT_EQ(keepalived_text(route, "eth0"), "prepend 10.70.0.0/16 src 10.9.0.100 via inet 10.9.0.7 dev eth0 proto 18 onlink");
    model::VirtualRoute nowhere;
    nowhere.destination = prefix("10.71.0.0/16");
    nowhere.kind = model::VirtualRoute::Kind::blackhole;
    EXPECT_EQ(keepalived_text(nowhere, "eth0"), "add blackhole 10.71.0.0/16 proto 18 no_track");
    model::VirtualRule rule;
    rule.from = prefix("10.88.0.0/24");
    rule.to = prefix("1.2.3.0/24");
    rule.preference = 16384;
    rule.mark = 4;
    rule.iif = "eth0";
    rule.table = 100;
    EXPECT_EQ(keepalived_text(rule), "from 10.88.0.0/24 to 1.2.3.0/24 priority 16384 tos 0x0 fwmark 0x4 iif eth0 protocol 18 lookup 100");
    model::VirtualRule drop;
    drop.to = prefix("4.4.4.4");
    drop.preference = 16383;
    drop.action = model::VirtualRule::Action::blackhole;
    EXPECT_EQ(keepalived_text(drop), "from all to 4.4.4.4 priority 16383 tos 0x0 protocol 18 type blackhole");
}

TEST(KeepalivedData, SaysWhatExportersLookFor) {
    auto const text = keepalived_data(picture());
    EXPECT_THAT(text, HasSubstr("------< VRRP Topology >------\n VRRP Instance = VI_1\n   VRRP Version = 2\n   State = MASTER\n"));
    for (auto const* line : {"   Wantstate = MASTER\n", "   Last transition = 1795747817.080941 (Fri Nov 27 02:50:17.080941 2026)\n",
                             "   Read timeout = DISABLED\n", "   Interface = eth0\n", "   Using src_ip = 10.9.0.1\n",
                             "   Virtual Router ID = 51\n", "   Priority = 100\n", "   Effective priority = 105\n",
                             "   Advert interval = 1 sec\n", "   Authentication type = SIMPLE_PASSWORD\n   Password = 1234\n",
                             "   Virtual IP (1):\n     10.9.0.100/24 dev eth0 scope global label eth0:1 set\n",
                             "   Generic state transition script = '/usr/bin/true' 'any', uid:gid 0:0\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(KeepalivedData, LeavesSectionsOutThatWouldBeEmpty) {
    auto const text = keepalived_data(picture());
    for (auto const* section : {"Sync groups", "VRRP Scripts", "Track files", "Static"}) EXPECT_THAT(text, Not(HasSubstr(section)));
}

TEST(KeepalivedData, CountsAScriptsResultsAsKeepalivedDoes) {
    auto seen = picture();
    model::TrackScript script;
    script.name = "chk";
    script.script.argv = {"/usr/bin/true"};
    script.rise = script.fall = 2;
    seen.configuration.tracking.scripts = {script};
    struct Case {
        std::optional<int> value;
        int against;
        char const* says;
    };
    for (auto const& [value, against, says] : {Case{1, 0, "   Result = 3\n"}, Case{1, 1, "   Result = 2\n"}, Case{0, 0, "   Result = 0\n"},
                                               Case{0, 1, "   Result = 1\n"}, Case{std::nullopt, 0, "   Status = INIT\n"}}) {
        seen.tracks = {{model::TrackKind::script, "chk", value, against, false, 0}};
        EXPECT_THAT(keepalived_data(seen), HasSubstr(says));
    }
    EXPECT_THAT(keepalived_data(seen), HasSubstr(" VRRP Script = chk\n   Command = '/usr/bin/true'\n   Interval = 1 sec\n"));
}

TEST(KeepalivedData, OfAnInstanceThatTheThreadHasNotYetSaysInit) {
    auto seen = picture();
    seen.instances.clear();
    EXPECT_THAT(keepalived_data(seen), HasSubstr("   State = INIT\n"));
}

TEST(KeepalivedStats, HaveALineForEachCounter) {
    EXPECT_EQ(keepalived_stats(picture()),
              "VRRP Instance: VI_1\n  Advertisements:\n    Received: 0\n    Sent: 5\n  Became master: 1\n  Released master: 0\n"
              "  Packet Errors:\n    Length: 0\n    TTL: 0\n    Invalid Type: 0\n    Advertisement Interval: 0\n"
              "    Address List: 0\n  Authentication Errors:\n    Invalid Type: 0\n    Type Mismatch: 0\n    Failure: 0\n"
              "  Priority Zero:\n    Received: 0\n    Sent: 0\n");
}

TEST(KeepalivedJson, HasKeepalivedsKeysAndNumbers) {
    auto const text = keepalived_json(picture());
    EXPECT_THAT(text, StartsWith(R"([{"data":{"iname":"VI_1","dont_track_primary":0,"skip_check_adv_addr":0,)"));
    for (auto const* part : {R"("last_transition":1795747817.080941,)", R"("adver_int":1,"master_adver_int":1,)",
                             R"("state":2,"wantstate":2,"version":2,)", R"("auth_type":1,"auth_data":"1234"},"stats":{"advert_rcvd":0,"advert_sent":5,)"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(KeepalivedJson, InVersion2HasTrackedProcessesBesideTheInstances) {
    auto seen = picture();
    seen.configuration.global.dump_files.json_version = 2;
    EXPECT_THAT(keepalived_json(seen), StartsWith(R"({"vrrp":[{"data":)"));
    EXPECT_THAT(keepalived_json(seen), Not(HasSubstr("track_process")));
    model::TrackProcess process;
    process.name = "p";
    process.program = "sleep";
    process.weight = 3;
    seen.configuration.tracking.processes = {process};
    seen.tracks = {{model::TrackKind::process, "p", 1, 0, false, 2}};
    EXPECT_THAT(keepalived_json(seen), HasSubstr(R"("track_process":[{"process":"sleep","param_match":"none","min_processes":1,"current_processes":2,"have_quorum":true,"weight":3,)"));
}

TEST(KeepalivedJson, IsJsonWhateverTheFileHasInItsQuotes) {
    auto seen = picture();
    seen.configuration.instances.front().notify.any.argv = {"/bin/sh", "a\"b\\\n"};
    EXPECT_THAT(keepalived_json(seen), HasSubstr(R"("script":"'/bin/sh' 'a\"b\\\n'")"));
}

}  // namespace
}  // namespace drover::control
