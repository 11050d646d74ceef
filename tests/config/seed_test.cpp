// The deployment's two files, cut out of ../shared/seed byte for byte: every slip is named once, and the rest works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;

std::string seed_file(bool backup) {
    std::string text;
    for (auto const* name : {"000_1950ec35aa40af28.txt"}) text += contents(shared + "seed/" + name);
    std::string const heading =
        "!\xc2\xa0"
        "Configuration\xc2\xa0"
        "File\xc2\xa0"
        "for\xc2\xa0keepalived";
    auto const first = text.find(heading);
    auto const second = text.find(heading, first + 1);
    if (!backup) return text.substr(first, text.find("\n2 backup_dr") + 1 - first);
    return text.substr(second, text.find("\n\xe6\xb3\xa8\xe6\x84\x8f", second) + 1 - second);
}

/// A director of the seed before the demo's chmod; its gateway is in the VIP's network.
FakeHost director(char const* address) {
    FakeHost host;
    host.names = {"lo", "eth0"};
    host.own = {{*Prefix::parse("127.0.0.1/8"), *Prefix::parse(std::string(address) + "/24")}};
    host.routers = {*Address::parse("172.51.97.1")};
    for (auto const* state : {"master", "backup", "fault"})
        host.scripts[std::string("/etc/keepalived/scripts/state_") + state + ".sh"] = ScriptState::not_executable;
    return host;
}

Loaded load_seed(bool backup) {
    return load_text(seed_file(backup), director(backup ? "172.51.96.105" : "172.51.96.119"));
}

TEST(Seed, EverySlipOfTheMasterIsNamedOnce) {
    auto const loaded = load_seed(false);
    EXPECT_THAT(places(loaded),
                ElementsAre("3:12 no-break-space", "22:5 unknown-keyword", "27:5 own-interface",
                            "28:5 no-interface", "31:18 foreign-source", "39:5 unknown-keyword",
                            "42:5 gateway-behind-vip", "47:5 bad-address", "54:19 script-not-executable",
                            "55:19 script-not-executable", "56:19 script-not-executable", "59:1 unclosed-block",
                            "64:5 obsolete-keyword", "69:17 script-missing", "77:5 deprecated"))
        << render_text(loaded.diagnostics, false);
    EXPECT_EQ(loaded.exit_code, corrected);
}

TEST(Seed, EverySlipOfTheBackupIsNamedOnce) {
    auto const loaded = load_seed(true);
    EXPECT_THAT(places(loaded),
                ElementsAre("3:12 no-break-space", "22:5 unknown-keyword", "26:5 own-interface",
                            "27:5 no-interface", "30:18 foreign-source", "38:5 unknown-keyword",
                            "41:5 gateway-behind-vip", "46:5 route-host-bits", "53:19 script-not-executable",
                            "54:19 script-not-executable", "55:19 script-not-executable", "58:1 unclosed-block",
                            "63:5 obsolete-keyword", "68:17 script-missing", "76:5 deprecated"))
        << render_text(loaded.diagnostics, false);
}

TEST(Seed, TheWordThatWasMeantIsTold) {
    auto const loaded = load_seed(false);
    std::vector<std::string> meant;
    for (auto const& d : loaded.diagnostics)
        if (d.code == "unknown-keyword") meant.push_back(d.suggestion);
    EXPECT_THAT(meant, ElementsAre("lvs_sync_daemon_interface", "auth_pass"));
}

TEST(Seed, TheInstanceRunsAsKeepalivedRunsIt) {
    auto const loaded = load_seed(false);
    ASSERT_EQ(loaded.configuration.instances.size(), 1u);
    auto const& instance = loaded.configuration.instances[0];
    EXPECT_EQ(instance.name, "http");
    EXPECT_EQ(instance.interface, "eth0");
    EXPECT_EQ(instance.virtual_router_id, 60);
    EXPECT_EQ(instance.priority, 110);
    EXPECT_FALSE(instance.preempt);
    EXPECT_FALSE(instance.track_primary);
    EXPECT_EQ(instance.authentication.type, model::Authentication::Type::none);
    EXPECT_EQ(instance.garp.delay, 6s);
    EXPECT_EQ(instance.source, Address::parse("172.51.96.105"));
    EXPECT_TRUE(instance.routes.empty());
    ASSERT_EQ(instance.addresses.size(), 1u);
    EXPECT_EQ(instance.addresses[0].prefix.text(), "172.51.97.175/24");
    EXPECT_EQ(instance.addresses[0].label, "eth0:1");
    EXPECT_EQ(instance.addresses[0].broadcast, Address::parse("172.51.97.255"));
    ASSERT_EQ(instance.track_interfaces.size(), 1u);
    EXPECT_EQ(instance.track_interfaces[0].name, "eth1");
    EXPECT_THAT(instance.notify.master.argv, ElementsAre("/etc/keepalived/scripts/state_master.sh"));
    EXPECT_EQ(instance.origin.text(), "/etc/test.conf:19:1");
}

TEST(Seed, BothServersBelongToTheBlockThatIsNeverClosed) {
    for (bool const backup : {false, true}) {
        auto const loaded = load_seed(backup);
        ASSERT_EQ(loaded.configuration.services.size(), 1u);
        auto const& service = loaded.configuration.services[0];
        EXPECT_EQ(service.key.keepalived_text(), "[172.51.97.175]:tcp:80");
        EXPECT_EQ(service.scheduler, model::Scheduler::rr);
        EXPECT_EQ(service.forwarding, model::Forwarding::direct_routing);
        EXPECT_EQ(service.persistence_timeout, 30u);
        ASSERT_EQ(service.servers.size(), 2u);
        EXPECT_EQ(service.servers[1].endpoint.text(), "172.51.96.236:80");
        ASSERT_EQ(service.servers[0].checks.size(), 1u);
        auto const& check = service.servers[0].checks[0];
        auto const& http = std::get<model::HttpCheck>(check.what);
        EXPECT_EQ(http.urls.at(0).path, "/info.php");
        EXPECT_THAT(http.urls.at(0).status, ElementsAre(std::pair(200, 200)));
        EXPECT_EQ(check.timing.retry, 3);
        EXPECT_EQ(check.timing.delay_loop, 1s);
        EXPECT_EQ(check.timing.connect_timeout, 3s);
        EXPECT_EQ(check.timing.delay_before_retry, 3s);
        EXPECT_FALSE(check.origin.text().empty());
    }
}

}  // namespace
}  // namespace drover::config
