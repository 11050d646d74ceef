// What is told of services and servers, in which order, and what is not. The checks are real ones that never get a turn:
// what they would find is said here.
#include "app/service_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop/io/loop.h"

namespace drover::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ServiceEventsTest : public testing::Test {
protected:
    ServiceEventsTest() {
        auto& service = configuration.services.emplace_back();
        service.key = key;
        service.quorum.up.argv = {"up.sh"};
        service.quorum.down.argv = {"down.sh"};
        for (auto const* address : {"10.9.0.11", "10.9.0.12"})
            service.servers.emplace_back().endpoint = {*Address::parse(address), 80};
    }
    model::Service& service() { return configuration.services.front(); }

    /// With the first `up` of its servers up.
    void apply(std::size_t up = 2) {
        find(up);
        events.apply(configuration);
    }
    /// The checks find it, and what the last of them says is told.
    void find(std::size_t up) {
        auto found = configuration.services;
        std::vector<FoundServer> standings;
        for (std::size_t i = 0; i < found[0].servers.size(); ++i) {
            auto& server = found[0].servers[i];
            server.checks.emplace_back().target = server.endpoint;
            standings.push_back({key, server.endpoint, i < up});
        }
        checks.apply({});
        checks.inherit(standings);
        checks.apply(found);
    }
    void change(std::size_t which, bool is_up, std::size_t now_up) {
        find(now_up);
        auto const& server = service().servers[which];
        events.tell(HealthChecks::Change{
            .service = key, .services = {key}, .server = server.endpoint, .up = is_up, .standing = {}, .reason = {}});
    }
    void check(bool passed, bool server_up, bool of_server, bool smtp_alert = true) {
        events.tell(HealthChecks::CheckChange{.service = key,
                                              .server = service().servers[0].endpoint,
                                              .passed = passed,
                                              .server_up = server_up,
                                              .of_server = of_server,
                                              .smtp_alert = smtp_alert});
    }
    std::vector<std::string> told() { return std::exchange(told_, {}); }

    ServiceKey const key{{*Address::parse("10.9.0.100"), 80}, Protocol::tcp};
    model::Configuration configuration;
    loop::Loop loop;
    HealthChecks checks{loop.context(), {}};
    std::vector<std::string> told_;
    ServiceEvents events{checks,
                         {.write = [this](std::string const& line) { told_.push_back(line); },
                          .post = [this](mail::Letter const& letter) { told_.push_back("mail: " + letter.subject); },
                          .run_script =
                              [this](model::Script const& script, std::string const& queue) {
                                  told_.push_back("run " + script.argv[0] + " for " + queue);
                              }}};
};

TEST_F(ServiceEventsTest, AServiceThatStandsAtTheStartIsToldButByNoMail) {
    service().smtp_alert = true;
    apply();
    EXPECT_THAT(told(), ElementsAre("run up.sh for [10.9.0.100]:tcp:80", "VS [10.9.0.100]:tcp:80 UP"));
    apply();
    EXPECT_THAT(told(), IsEmpty()) << "a reload without a change is no news";
}

TEST_F(ServiceEventsTest, OneThatDoesNotStandAtTheStartIsToldWhenItDoes) {
    apply(0);
    EXPECT_THAT(told(), IsEmpty());
    change(0, true, 1);
    EXPECT_THAT(told(), ElementsAre("RS [10.9.0.11]:tcp:80 [10.9.0.100]:tcp:80 UP", "run up.sh for [10.9.0.100]:tcp:80",
                                    "VS [10.9.0.100]:tcp:80 UP"));
}

TEST_F(ServiceEventsTest, EveryServerIsToldAndTheServiceWhenItFalls) {
    service().smtp_alert = true;
    apply();
    told();
    change(1, false, 1);
    EXPECT_THAT(told(), ElementsAre("RS [10.9.0.12]:tcp:80 [10.9.0.100]:tcp:80 DOWN"));
    change(0, false, 0);
    EXPECT_THAT(told(), ElementsAre("RS [10.9.0.11]:tcp:80 [10.9.0.100]:tcp:80 DOWN",
                                    "run down.sh for [10.9.0.100]:tcp:80", "VS [10.9.0.100]:tcp:80 DOWN",
                                    "mail: Virtualserver [10.9.0.100]:tcp:80 - DOWN"));
}

TEST_F(ServiceEventsTest, WithoutAnAlertNoMailIsSent) {
    apply();
    change(0, false, 0);
    told();
    change(0, true, 1);
    EXPECT_THAT(told(), ElementsAre("RS [10.9.0.11]:tcp:80 [10.9.0.100]:tcp:80 UP", "run up.sh for [10.9.0.100]:tcp:80",
                                    "VS [10.9.0.100]:tcp:80 UP"));
    check(true, true, true, false);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ServiceEventsTest, AReloadWithAHigherQuorumIsALoss) {
    apply(1);
    told();
    service().quorum.weight = 2;
    apply(1);
    EXPECT_THAT(told(), ElementsAre("run down.sh for [10.9.0.100]:tcp:80", "VS [10.9.0.100]:tcp:80 DOWN"));
}

TEST_F(ServiceEventsTest, OfAServiceThatIsGoneNothingIsTold) {
    apply();
    told();
    auto const endpoint = service().servers[0].endpoint;
    configuration.services.clear();
    events.apply(configuration);
    events.tell(HealthChecks::Change{
        .service = key, .services = {key}, .server = endpoint, .up = false, .standing = {}, .reason = {}});
    EXPECT_THAT(told(), ElementsAre("RS [10.9.0.11]:tcp:80 [10.9.0.100]:tcp:80 DOWN"));
}

TEST_F(ServiceEventsTest, WhatAnEarlierDaemonHasToldIsNotToldAgain) {
    apply();
    told();
    auto const left = events.standings();
    EXPECT_THAT(left, ElementsAre(StandingService{key, true}));
    ServiceEvents next{checks, {.write = [this](std::string const& line) { told_.push_back(line); },
                                .post = {},
                                .run_script = [this](auto const&, auto const&) { told_.push_back("run"); }}};
    next.inherit(left);
    next.apply(configuration);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ServiceEventsTest, EachCheckIsAMailUnlessOnlyThoseOfTheServerAreWanted) {
    apply();
    told();
    check(true, false, false);
    EXPECT_THAT(told(), ElementsAre("mail: Realserver [10.9.0.11]:tcp:80 of virtual server [10.9.0.100]:tcp:80 - DOWN"))
        << "another check of the server still fails";
    configuration.global.mail.each_check = false;
    apply();
    check(true, false, false);
    EXPECT_THAT(told(), IsEmpty());
    check(true, true, true);
    EXPECT_THAT(told(), ElementsAre("mail: Realserver [10.9.0.11]:tcp:80 of virtual server [10.9.0.100]:tcp:80 - UP"));
}

}  // namespace
}  // namespace drover::app
