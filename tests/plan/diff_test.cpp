#include "plan/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Endpoint at(char const* address, std::uint16_t port) { return {*Address::parse(address), port}; }
ServiceKey web() { return {at("172.51.97.175", 80), Protocol::tcp}; }

model::DesiredService service(ServiceKey key, std::vector<model::DesiredServer> servers) {
    model::DesiredService s;
    s.key = key;
    s.servers = std::move(servers);
    return s;
}

std::vector<std::string> described(model::Desired const& is, model::Desired const& wanted) {
    std::vector<std::string> lines;
    for (auto const& change : diff(is, wanted)) lines.push_back(describe(change));
    return lines;
}

TEST(Diff, OfEqualStatesIsEmpty) {
    model::Desired const state{{}, {service(web(), {{at("10.0.0.1", 80), 1}})}};
    EXPECT_THAT(diff(state, state), IsEmpty());
}

TEST(Diff, OfOneWeightIsOneChange) {
    model::Desired const is{{}, {service(web(), {{at("10.0.0.1", 80), 1}, {at("10.0.0.2", 80), 1}})}};
    auto wanted = is;
    wanted.services[0].servers[1].weight = 0;
    EXPECT_THAT(described(is, wanted), ElementsAre("service [172.51.97.175]:tcp:80: server 10.0.0.2:80 weight 1 to 0"));
}

TEST(Diff, OfThresholdsIsAChangeOfTheServer) {
    model::Desired const is{{}, {service(web(), {{at("10.0.0.1", 80), 1, 100, 50}})}};
    auto wanted = is;
    wanted.services[0].servers[0] = {at("10.0.0.1", 80), 2, 200, 0};
    EXPECT_THAT(described(is, wanted), ElementsAre("service [172.51.97.175]:tcp:80: server 10.0.0.1:80 weight 1 to 2, "
                                                   "uthreshold 100 to 200, lthreshold 50 to 0"));
    auto const changes = diff(is, wanted);
    ASSERT_TRUE(std::holds_alternative<ChangeServer>(changes.at(0)));
    EXPECT_EQ(std::get<ChangeServer>(changes[0]).to, wanted.services[0].servers[0]);
}

TEST(Diff, OfLimitsIsOneChange) {
    model::Desired const is;
    for (auto const limits : {model::Limits{.drop_entry = 3}, model::Limits{.conn_max = 1'000'000}, model::Limits{.flood_rate = 7}}) {
        auto const changes = diff(is, {.timeouts = {}, .services = {}, .limits = limits});
        ASSERT_EQ(changes.size(), 1u);
        EXPECT_EQ(std::get<SetLimits>(changes[0]).limits, limits);
    }
    EXPECT_THAT(described(is, {.timeouts = {}, .services = {}, .limits = {1, 2, 3}}),
                ElementsAre("limits (drop_entry conn_max flood_rate) set to 1 2 3"));
}

TEST(Diff, RemovesBeforeItAdds) {
    model::Desired const is{{}, {service(web(), {{at("10.0.0.1", 80), 1}})}};
    model::Desired wanted{{}, {service({at("172.51.97.175", 81), Protocol::tcp}, {}), service(web(), {{at("10.0.0.2", 80), 1}})}};
    wanted.timeouts.udp = 10;
    EXPECT_THAT(described(is, wanted), ElementsAre("timeouts (tcp tcpfin udp) set to 900 120 10",
                                                   "service [172.51.97.175]:tcp:81 added with 0 servers",
                                                   "service [172.51.97.175]:tcp:80: server 10.0.0.1:80 removed",
                                                   "service [172.51.97.175]:tcp:80: server 10.0.0.2:80 added"));
    EXPECT_THAT(described(wanted, {wanted.timeouts, {}}), ElementsAre("service [172.51.97.175]:tcp:81 removed",
                                                                       "service [172.51.97.175]:tcp:80 removed"));
}

TEST(Diff, SeesEachPropertyOfAService) {
    model::Desired const is{{}, {service(web(), {})}};
    for (auto change : {+[](model::DesiredService& s) { s.persistence_timeout = 30; },
                        +[](model::DesiredService& s) { s.persistence_prefix = 24; },
                        +[](model::DesiredService& s) { s.scheduler = model::Scheduler::wrr; },
                        +[](model::DesiredService& s) { s.flags.fallback = true; },
                        +[](model::DesiredService& s) { s.flags.sh_even = true; },
                        +[](model::DesiredService& s) { s.one_packet = true; },
                        +[](model::DesiredService& s) { s.behaviour.expire_nodest_conn = true; },
                        +[](model::DesiredService& s) { s.behaviour.sloppy_sctp = true; },
                        +[](model::DesiredService& s) { s.allow = {*Prefix::parse("10.0.0.0/8")}; },
                        +[](model::DesiredService& s) { s.deny = {*Prefix::parse("::/0")}; },
                        +[](model::DesiredService& s) { s.instance = "http"; }}) {
        auto wanted = is;
        change(wanted.services[0]);
        EXPECT_THAT(described(is, wanted), ElementsAre("service [172.51.97.175]:tcp:80 changed"));
    }
}

}  // namespace
}  // namespace drover::plan
