// The checks at work on loopback: servers are listening sockets that come and go. A reload makes a known server's new
// check decide within delay_loop, so that no story waits for the second before a first check.
#include "app/health_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/listener.h"
#include "loop/io/loop.h"

namespace drover::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Duration kDeadline = 20s;

class HealthChecksTest : public testing::Test {
protected:
    HealthChecksTest()
        : checks(loop.context(), {.on_change = [this](HealthChecks::Change const& change) { on_change(change); },
                                  .run_script =
                                      [this](model::Script const& script, auto const&, auto const& queue) {
                                          scripts.push_back(script.argv.front());
                                          queues.push_back(queue);
                                      },
                                  .tell = [this](HealthChecks::Change const& change) { told.push_back(change); },
                                  .tell_check = [this](HealthChecks::CheckChange const& change) { told_checks.push_back(change); }}) {
        service.key = {{*Address::parse("172.51.97.175"), 80}, Protocol::tcp};
        auto& server = service.servers.emplace_back();
        server.endpoint = listener.endpoint;
        server.notify_up.argv = {"up.sh"};
        server.notify_down.argv = {"down.sh"};
    }
    virtual void on_change(HealthChecks::Change const& change) { changes.push_back(change); }

    model::RealServer& server() { return service.servers.front(); }
    model::Check& add_check(Endpoint const& target, int retry = 1) {
        auto& check = server().checks.emplace_back();
        check.what = model::TcpCheck{};
        check.target = target;
        check.timing = {
            .delay_loop = 10ms, .connect_timeout = 1s, .delay_before_retry = 5ms, .retry = retry, .warmup = 0s};
        return check;
    }
    /// Starts without checks and reloads with them.
    void start() {
        auto bare = service;
        for (auto& bare_server : bare.servers) bare_server.checks.clear();
        checks.apply({bare});
        checks.apply({service});
    }
    bool wait_for_changes(std::size_t count) {
        return loop.run_until([&] { return changes.size() >= count; }, kDeadline);
    }
    bool wait_for_result(model::HealthState state) {
        return loop.run_until([&] { return checks.observed().front().state == state; }, kDeadline);
    }
    Pooled pooled() const { return checks.pooled(service.key, service.servers.front().endpoint); }

    Listener listener, other;
    loop::Loop loop;
    std::vector<HealthChecks::Change> changes;
    std::vector<HealthChecks::Change> told;
    std::vector<HealthChecks::CheckChange> told_checks;
    std::vector<std::string> scripts, queues;
    model::Service service;
    HealthChecks checks;
};

TEST_F(HealthChecksTest, TakeAServerOutAndBringItBack) {
    add_check(listener.endpoint);
    start();
    ASSERT_TRUE(wait_for_result(model::HealthState::up));
    EXPECT_TRUE(changes.empty()) << "a server that was taken for up is no change";
    listener.close();
    ASSERT_TRUE(wait_for_changes(1));
    EXPECT_FALSE(changes[0].standing.in_pool);
    EXPECT_FALSE(pooled().in_pool);
    EXPECT_LE(checks.observed()[0].since_unix_us, checks.observed()[0].in_force_unix_us);
    EXPECT_EQ(changes[0].server, listener.endpoint);
    EXPECT_EQ(changes[0].reason, "TCP_CHECK: no connection to " + listener.endpoint.text() + ": Connection refused");
    listener.reopen();
    ASSERT_TRUE(wait_for_changes(2));
    EXPECT_TRUE(changes[1].standing.in_pool);
    EXPECT_EQ(changes[1].reason, "all checks pass");
    EXPECT_THAT(scripts, ElementsAre("down.sh", "up.sh"));
    EXPECT_EQ(queues[0], queues[1]) << "so that they run in order";
}

TEST_F(HealthChecksTest, TellOfEachCheckAndOnceOfTheServer) {
    add_check(listener.endpoint, 0);
    add_check(other.endpoint, 0);
    start();
    auto const is_up = [](model::CheckObserved const& row) { return row.state == model::HealthState::up; };
    ASSERT_TRUE(loop.run_until([&] { return std::ranges::all_of(checks.observed(), is_up); }, kDeadline));
    EXPECT_EQ(checks.weight_up(service.key), 1U);
    EXPECT_TRUE(told_checks.empty()) << "what was taken for up is no news";
    listener.close();
    ASSERT_TRUE(loop.run_until([&] { return told_checks.size() == 1; }, kDeadline));
    other.close();
    ASSERT_TRUE(loop.run_until([&] { return told_checks.size() == 2; }, kDeadline));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_FALSE(told[0].up);
    EXPECT_TRUE(told_checks[0].of_server);
    EXPECT_FALSE(told_checks[1].of_server) << "the server was down already";
    EXPECT_FALSE(told_checks[1].passed);
    EXPECT_EQ(checks.weight_up(service.key), 0U);
}

TEST_F(HealthChecksTest, QuiesceAServerWithInhibitOnFailure) {
    server().inhibit_on_failure = true;
    add_check(listener.endpoint);
    listener.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    EXPECT_TRUE(changes[0].standing.in_pool);
    EXPECT_TRUE(changes[0].standing.quiesced);
}

TEST_F(HealthChecksTest, HoldTwoServersOfAServiceApart) {
    add_check(listener.endpoint);
    auto second = server();
    second.endpoint = other.endpoint;
    second.checks[0].target = other.endpoint;
    service.servers.push_back(second);
    other.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    EXPECT_EQ(changes[0].server, other.endpoint);
    EXPECT_TRUE(pooled().in_pool);
}

TEST_F(HealthChecksTest, NeedAllChecksOfAServer) {
    add_check(listener.endpoint);
    add_check(other.endpoint);
    other.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    EXPECT_THAT(changes[0].reason, HasSubstr(other.endpoint.text()));
    other.reopen();
    ASSERT_TRUE(wait_for_changes(2));
    EXPECT_TRUE(pooled().in_pool);
}

TEST_F(HealthChecksTest, OfAGroupRunOnceAndSpeakForEachMember) {
    auto const member = [](char const* address, std::uint16_t port) {
        return ServiceKey{{*Address::parse(address), port}, Protocol::tcp};
    };
    service.group = {service.key, member("172.51.97.176", 443), member("2001:db8::1", 80)};
    add_check(listener.endpoint);
    start();
    ASSERT_TRUE(wait_for_result(model::HealthState::up));
    auto const rows = checks.observed();
    ASSERT_EQ(rows.size(), 2u) << "the server is not of the third one's family";
    EXPECT_EQ(rows[0].service, service.group[0]);
    EXPECT_EQ(rows[0].server.text(), "127.0.0.1:80");
    EXPECT_EQ(rows[1].service, service.group[1]);
    EXPECT_EQ(rows[1].server.text(), "127.0.0.1:443");
    listener.close();
    ASSERT_TRUE(wait_for_changes(1));
    EXPECT_EQ(changes[0].service, service.key);
    EXPECT_EQ(changes[0].services, service.group) << "all of them are to be brought in line";
    EXPECT_EQ(changes.size(), 1u);
    for (auto const& row : checks.observed()) EXPECT_EQ(row.state, model::HealthState::down);
}

TEST_F(HealthChecksTest, OfAGroupSpeakForThePortThatTheServerHasItself) {
    auto const vip = service.key.endpoint.address;
    service.group = {service.key, {{vip, listener.endpoint.port}, Protocol::tcp}};
    server().endpoint.port = service.key.endpoint.port;
    add_check(listener.endpoint);
    service.servers.push_back(service.servers.front());
    service.servers.back().endpoint.port = listener.endpoint.port;
    checks.apply({service});
    auto const rows = checks.observed();
    ASSERT_EQ(rows.size(), 2u);
    for (auto const& row : rows) EXPECT_EQ(row.server.port, row.service.endpoint.port);
    EXPECT_NE(rows[0].service, rows[1].service);
}

TEST_F(HealthChecksTest, KeepWhatWasJudgedOverAReload) {
    add_check(listener.endpoint, 0);
    listener.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    auto const before = checks.observed();
    server().weight = 7;
    server().checks[0].timing.delay_loop = 20ms;
    checks.apply({service});
    EXPECT_FALSE(pooled().in_pool);
    EXPECT_EQ(checks.observed()[0].state, model::HealthState::down);
    EXPECT_EQ(checks.observed()[0].since_unix_us, before[0].since_unix_us);
    listener.reopen();
    ASSERT_TRUE(wait_for_changes(2)) << "and the check goes on";
}

TEST_F(HealthChecksTest, LetAServerInWhenItsFailedCheckIsRemoved) {
    add_check(listener.endpoint);
    add_check(other.endpoint);
    other.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    server().checks.pop_back();
    checks.apply({service});
    ASSERT_EQ(changes.size(), 2u) << "at once";
    EXPECT_TRUE(pooled().in_pool);
    server().checks.clear();
    checks.apply({service});
    EXPECT_TRUE(pooled().in_pool);
    EXPECT_TRUE(checks.observed().empty());
}

TEST_F(HealthChecksTest, DecideAnewWhenAFailedCheckIsChanged) {
    add_check(listener.endpoint);
    listener.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    server().checks[0].target = other.endpoint;
    checks.apply({service});
    EXPECT_FALSE(pooled().in_pool) << "it stays out until the changed check has passed";
    EXPECT_EQ(checks.observed()[0].state, model::HealthState::unknown);
    ASSERT_TRUE(wait_for_changes(2));
    EXPECT_TRUE(pooled().in_pool);
}

TEST_F(HealthChecksTest, ForgetAServerThatLeavesTheConfiguration) {
    add_check(listener.endpoint);
    listener.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    checks.apply({});
    EXPECT_TRUE(checks.observed().empty());
    EXPECT_TRUE(pooled().in_pool) << "what is not known is not checked";
    EXPECT_EQ(changes.size(), 1u);
}

TEST_F(HealthChecksTest, StartWithAServerUpUnlessAlpha) {
    add_check(listener.endpoint);
    checks.apply({service});
    EXPECT_TRUE(pooled().in_pool);
    checks.apply({});
    server().checks[0].alpha = true;
    checks.apply({service});
    EXPECT_FALSE(pooled().in_pool);
    EXPECT_EQ(checks.observed()[0].last_result, "not yet");
    ASSERT_TRUE(wait_for_changes(1)) << "the first check comes after a second";
    EXPECT_TRUE(pooled().in_pool);
}

TEST_F(HealthChecksTest, DoNotBlameAServerForWhatThisHostLacks) {
    add_check(listener.endpoint, 0).bind = Endpoint{*Address::parse("192.0.2.7"), 0};
    start();
    ASSERT_TRUE(loop.run_until([&] { return checks.observed()[0].last_result != "not yet"; }, kDeadline));
    EXPECT_THAT(checks.observed()[0].last_result, HasSubstr("cannot check from 192.0.2.7"));
    EXPECT_TRUE(changes.empty());
    EXPECT_TRUE(pooled().in_pool);
}

/// A hook that reloads: everything it was called from is gone when it returns.
class ReloadingHook : public HealthChecksTest {
protected:
    void on_change(HealthChecks::Change const& change) override {
        changes.push_back(change);
        checks.apply({});
    }
};

TEST_F(ReloadingHook, MayApplyAnotherConfiguration) {
    add_check(listener.endpoint);
    listener.close();
    start();
    ASSERT_TRUE(wait_for_changes(1));
    EXPECT_TRUE(checks.observed().empty());
    EXPECT_THAT(scripts, ElementsAre("down.sh"));
}

}  // namespace
}  // namespace drover::app
