// What the schedulers do beyond ipvs_choices_test.cpp: full servers, long lists, chance, what is remembered for a day.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;

constexpr char const* kVip = "172.51.97.175";
constexpr std::uint32_t kDay = 86400;

model::DesiredService web(std::string_view scheduler, std::vector<model::DesiredServer> servers, model::SchedulerFlags flags = {}) {
    auto made = service(kVip, 80, std::move(servers));
    made.scheduler = *model::scheduler_named(scheduler);
    made.flags = flags;
    return made;
}

ServiceKey const kKey{at(kVip), Protocol::tcp};

class Pick : public PacketTest {
protected:
    /// How many of so many new connections each server got.
    std::map<std::string, int> count(int connections) {
        std::map<std::string, int> servers;
        std::istringstream dealt(path().deal(connections));
        for (std::string name; dealt >> name;) ++servers[name];
        return servers;
    }

    std::string from(std::string_view client, std::uint16_t port = 40000) {
        auto const outcome = path().send(frame().from(client, port).syn());
        return outcome.server.empty() ? outcome.verdict : outcome.server;
    }

    /// CLOSE, after which the entry lives for 10 s.
    void reset(std::string_view client) {
        (void)path().send(frame().from(client).ack());
        (void)path().send(frame().from(client).tcp(kRst));
    }

    contract::server_load& load_of(int server) {
        auto const& book = path().programmer().book();
        return path().tables().loads[book.record_of(id(), *book.find_server(id(), real(server)))];
    }
    contract::cursor& cursor() { return path().tables().cursors[id()]; }
    std::uint32_t id() { return *path().programmer().book().find_service(kKey); }
    std::uint64_t ticks(std::uint32_t seconds) { return path().object().ticks().from_seconds(seconds); }
};

// ---- thresholds ---------------------------------------------------------------------------------------------------

TEST_F(Pick, PassesOverAFullServerWithoutGivingItsShareToTheNext) {
    path().serve({web("rr", {{real(1), 1}, {real(2), 1, 1}, {real(3), 1}})});
    EXPECT_EQ(path().deal(7), "r3 r2 r1 r3 r1 r3 r1");
}

TEST_F(Pick, FindsNobodyWhenAllAreFull) {
    path().serve({web("rr", {{real(1), 1, 1}, {real(2), 1, 1}})});
    EXPECT_EQ(path().deal(4), "r2 r1 no_destination no_destination");
}

TEST_F(Pick, FindsTheFewServersBehindALongRunOfAFullOne) {
    path().serve({web("wrr", {{real(1), 1000, 1}, {real(2), 1}, {real(3), 1}})});
    (void)path().deal(3);
    auto const shares = count(200);
    EXPECT_EQ(shares.count("no_destination"), 0u);
    EXPECT_EQ(shares.count("r1"), 0u);
    EXPECT_EQ(shares.at("r2"), 100);
    EXPECT_EQ(shares.at("r3"), 100);
}

TEST_F(Pick, ReopensAFullServerBelowThreeQuarters) {
    path().serve({web("rr", {{real(1), 1, 4}})});
    for (int i = 1; i <= 4; ++i) EXPECT_EQ(from("10.1.0." + std::to_string(i)), "r1");
    EXPECT_EQ(from("10.1.0.5"), "no_destination");
    reset("10.1.0.1");
    path().pass_sweeping(11);
    EXPECT_EQ(from("10.1.0.5"), "no_destination") << "3 of 4 is not yet below three quarters";
    reset("10.1.0.2");
    path().pass_sweeping(11);
    EXPECT_EQ(from("10.1.0.5"), "r1");
}

TEST_F(Pick, ReopensAFullServerBelowItsLowerThreshold) {
    path().serve({web("rr", {{real(1), 1, 3, 2}})});
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(from("10.1.0." + std::to_string(i)), "r1");
    reset("10.1.0.1");
    path().pass_sweeping(11);
    EXPECT_EQ(from("10.1.0.4"), "no_destination");
    reset("10.1.0.2");
    path().pass_sweeping(11);
    EXPECT_EQ(from("10.1.0.4"), "r1");
}

TEST_F(Pick, CountsAReusedConnectionOnce) {
    path().serve({web("rr", {{real(1), 1, 2}})});
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(from("10.1.0.1"), "r1");
        reset("10.1.0.1");
    }
    EXPECT_EQ(load_of(1).inactive, 1u);
    EXPECT_EQ(load_of(1).overloaded, 0);
}

TEST_F(Pick, LetsAFullServersConnectionsGoOn) {
    path().serve({web("rr", {{real(1), 1, 1}})});
    EXPECT_EQ(from("10.1.0.1"), "r1");
    EXPECT_EQ(from("10.1.0.2"), "no_destination");
    EXPECT_EQ(path().send(frame().from("10.1.0.1").ack()).server, "r1");
}

TEST_F(Pick, TakesARaisedThresholdAtOnce) {
    path().serve({web("rr", {{real(1), 1, 1}})});
    EXPECT_EQ(path().deal(2), "r1 no_destination");
    path().serve({web("rr", {{real(1), 1, 2}})});
    EXPECT_EQ(path().deal(2), "r1 no_destination");
    path().serve({web("rr", {{real(1), 1}})});
    EXPECT_EQ(path().deal(3), "r1 r1 r1");
}

TEST_F(Pick, KeepsFullServersClosedWhenTheirServiceGrows) {
    auto grown = web("rr", {{real(1), 1, 1}, {real(2), 1, 1}});
    path().serve({grown});
    EXPECT_EQ(path().deal(2), "r2 r1");
    for (int i = 3; i < 40; ++i) grown.servers.push_back({real(i), 0});
    path().serve({grown});
    EXPECT_EQ(path().deal(2), "no_destination no_destination");
}

// ---- hashes -------------------------------------------------------------------------------------------------------

TEST_F(Pick, BySourceKeepsAClientWithItsServerAndByPortDoesNot) {
    path().serve({web("sh", {{real(1), 1}, {real(2), 1}, {real(3), 1}})});
    auto const server = from("10.1.2.3", 1000);
    for (std::uint16_t port = 1001; port < 1020; ++port) EXPECT_EQ(from("10.1.2.3", port), server);
    path().serve({web("sh", {{real(1), 1}, {real(2), 1}, {real(3), 1}}, {.port = true})});
    std::map<std::string, int> met;
    for (std::uint16_t port = 2000; port < 2050; ++port) ++met[from("10.1.2.3", port)];
    EXPECT_EQ(met.size(), 3u);
}

TEST_F(Pick, BySourceForgetsTheFourthOfFourHeavyServersUnlessEven) {
    std::vector<model::DesiredServer> const servers{{real(1), 100}, {real(2), 100}, {real(3), 100}, {real(4), 100}};
    path().serve({web("sh", servers)});
    EXPECT_EQ(count(400).size(), 3u);
    path().serve({web("sh", servers, {.sh_even = true})});
    auto const shares = count(400);
    EXPECT_EQ(shares.size(), 4u);
    for (auto const& [server, connections] : shares) EXPECT_NEAR(connections, 100, 40) << server;
}

TEST_F(Pick, BySourceRefusesClientsOfAQuiescedServerUnlessTheyMayFallBack) {
    std::vector<model::DesiredServer> const servers{{real(1), 1}, {real(2), 0}, {real(3), 1}};
    path().serve({web("sh", servers)});
    EXPECT_GT(count(100)["no_destination"], 10);
    path().serve({web("sh", servers, {.fallback = true})});
    auto const shares = count(100);
    EXPECT_EQ(shares.size(), 2u);
    EXPECT_EQ(shares.count("r2"), 0u);
}

TEST_F(Pick, ByDestinationGivesAServiceToOneServer) {
    path().serve({web("dh", {{real(1), 1}, {real(2), 5}, {real(3), 1}})});
    EXPECT_EQ(count(50).size(), 1u);
}

TEST_F(Pick, ByMaglevAgreesWithADirectorWhoseFileHasAnotherOrder) {
    path().serve({web("mh", {{real(1), 1}, {real(2), 2}, {real(3), 1}, {real(4), 3}})});
    PacketPath other;
    other.serve({service("10.9.9.9", 80, {{real(9), 1}}), web("mh", {{real(3), 1}, {real(4), 3}, {real(1), 1}, {real(2), 2}})});
    EXPECT_EQ(path().deal(300), other.deal(300));
}

TEST_F(Pick, ByMaglevMovesOnlyTheClientsOfAFullServer) {
    std::vector<model::DesiredServer> const servers{{real(1), 1}, {real(2), 1}, {real(3), 1}, {real(4), 1}};
    path().serve({web("mh", servers, {.fallback = true})});
    std::map<std::string, std::string> home;
    auto const clients = [](int i) { return "10.2." + std::to_string(i / 200) + "." + std::to_string(1 + i % 200); };
    for (int i = 0; i < 400; ++i) home[clients(i)] = from(clients(i), 1000);
    load_of(2).overloaded = 1;
    std::map<std::string, int> moved;
    for (auto const& [client, server] : home) {
        auto const now = from(client, 2000);
        if (server == "r2")
            ++moved[now];
        else
            EXPECT_EQ(now, server) << client;
    }
    EXPECT_EQ(moved.size(), 3u) << "to all others";
    EXPECT_EQ(moved.count("r2"), 0u);
}

TEST_F(Pick, ByMaglevGivesUpWhenAllAreFull) {
    path().serve({web("mh", {{real(1), 1, 1}, {real(2), 1, 1}}, {.fallback = true})});
    auto const shares = count(30);
    EXPECT_EQ(shares.at("r1"), 1);
    EXPECT_EQ(shares.at("r2"), 1);
    EXPECT_EQ(shares.at("no_destination"), 28);
}

TEST_F(Pick, OfAFloodLeavesOutServersThatMayHaveNothingNew) {
    for (auto const* scheduler : {"mh", "sh", "rr"}) {
        path().serve({});
        path().serve({web(scheduler, {{real(1), 1}, {real(2), 1}, {real(3), 1}})});
        path().serve({web(scheduler, {{real(1), 1}, {real(2), 0}, {real(3), 1}})});
        load_of(3).overloaded = 1;
        path().tables().settings->flood_rate = 1;
        auto const shares = count(100);
        path().tables().settings->flood_rate = 0;
        EXPECT_GT(shares.at("r1"), 90) << scheduler;
        EXPECT_EQ(shares.count("r2") + shares.count("r3"), 0u) << scheduler;
    }
}

// ---- comparisons --------------------------------------------------------------------------------------------------

TEST_F(Pick, ByLeastConnectionsWeighsAnActiveConnectionAs256) {
    path().serve({web("lc", {{real(1), 1}, {real(2), 1}})});
    load_of(1).inactive = 256 + 2;
    load_of(2).active = 1;
    EXPECT_EQ(path().deal(1), "r2") << "256 against 258";
    EXPECT_EQ(path().deal(1), "r1") << "512 against 258";
}

TEST_F(Pick, ComparesTheLargestCountsAndWeightsRightly) {
    path().serve({web("wlc", {{real(1), 65535}, {real(2), 65534}})});
    load_of(1).active = load_of(2).active = 10'000'000;
    EXPECT_EQ(path().deal(1), "r1");
}

TEST_F(Pick, OfAThousandServersUsesAll) {
    std::vector<model::DesiredServer> servers;
    for (int i = 0; i < 1000; ++i) servers.push_back({real(1 + i % 200, static_cast<std::uint16_t>(1000 + i)), 1});
    for (auto const* scheduler : {"wlc", "twos"}) {
        path().serve({});
        path().serve({web(scheduler, servers)});
        auto const before = path().object().verdict_counts()[contract::VERDICT_forwarded];
        (void)path().deal(4000);
        EXPECT_EQ(path().object().verdict_counts()[contract::VERDICT_forwarded] - before, 4000u);
        std::vector<std::uint32_t> loads;
        for (auto const& server : servers) {
            auto& load = path().tables().loads[path().programmer().book().record_of(
                id(), *path().programmer().book().find_server(id(), server.endpoint))];
            loads.push_back(load.active);
            load.active = 0;
        }
        if (scheduler == std::string_view("wlc"))
            EXPECT_THAT(loads, Each(AllOf(Ge(1u), Le(8u))));
        else
            EXPECT_GT(std::ranges::count_if(loads, [](auto load) { return load > 0; }), 900);
    }
}

TEST_F(Pick, ByTwoChoicesPrefersTheLessLoaded) {
    path().serve({web("twos", {{real(1), 100}, {real(2), 100}, {real(3), 100}, {real(4), 0}})});
    load_of(2).active = 1'000'000;
    auto shares = count(900);
    EXPECT_NEAR(shares["r2"], 100, 60) << "only when both draws are r2: one in nine";
    EXPECT_NEAR(shares["r1"], 400, 100);
    EXPECT_NEAR(shares["r3"], 400, 100);
    EXPECT_EQ(shares.count("r4"), 0u);
}

TEST_F(Pick, ByTwoChoicesDrawsByWeight) {
    path().serve({web("twos", {{real(1), 100}, {real(2), 900}})});
    load_of(1).active = 1'000'000;
    EXPECT_LE(count(1000)["r1"], 35) << "one in ten, twice: 10 are to be expected";
    load_of(1).active = 0;
    load_of(2).active = 1'000'000;
    EXPECT_NEAR(count(1000)["r1"], 190, 70) << "unless both draws are r2: 1 - 0.81";
}

TEST_F(Pick, ByTwoChoicesLeavesFullServersOut) {
    path().serve({web("twos", {{real(1), 1, 1}, {real(2), 1}, {real(3), 1, 1}})});
    EXPECT_GE(count(50).at("r2"), 48);
    load_of(2).overloaded = 1;
    EXPECT_EQ(count(2)["no_destination"], 2);
}

// ---- what lblc and lblcr remember ---------------------------------------------------------------------------------

TEST_F(Pick, ByLocalityForgetsItsServerADayAfterItsLastUse) {
    path().serve({web("lblc", {{real(1), 100}, {real(2), 100}})});
    EXPECT_EQ(path().deal(4), "r2 r2 r2 r2");
    cursor().cached -= ticks(kDay - 60);
    EXPECT_EQ(path().deal(2), "r2 r2") << "and that was a use";
    cursor().cached -= ticks(kDay + 60);
    EXPECT_EQ(path().deal(2), "r1 r1");
}

TEST_F(Pick, ByLocalityKeepsToAServerAboveItsThreshold) {
    path().serve({web("lblc", {{real(1), 100}, {real(2), 100, 1}})});
    EXPECT_EQ(path().deal(3), "r2 r2 r2") << "ip_vs_lblc.c does not ask for a cached server's threshold";
}

TEST_F(Pick, ByLocalityLeavesAServerThatLeaves) {
    path().serve({web("lblc", {{real(1), 100}, {real(2), 100}})});
    EXPECT_EQ(path().deal(2), "r2 r2");
    path().serve({web("lblc", {{real(1), 100}, {real(2), 0}})});
    EXPECT_EQ(path().deal(2), "r1 r1");
    path().serve({web("lblc", {{real(1), 100}, {real(2), 100}})});
    EXPECT_EQ(path().deal(2), "r1 r1");
}

TEST_F(Pick, ByReplicatedLocalityUsesASetThatGrowsUnderLoad) {
    path().serve({web("lblcr", {{real(1), 2}, {real(2), 2}})});
    EXPECT_EQ(path().deal(8), "r2 r2 r2 r1 r1 r1 r1 r2") << "of equals the one that joined last";
}

TEST_F(Pick, ByReplicatedLocalityDropsTheMostLoadedAfterADayWithoutChange) {
    path().serve({web("lblcr", {{real(1), 2}, {real(2), 2}})});
    EXPECT_EQ(path().deal(5), "r2 r2 r2 r1 r1");
    cursor().set -= ticks(kDay + 60) << 32;
    EXPECT_EQ(path().deal(4), "r1 r1 r1 r1");
    EXPECT_EQ(load_of(2).cached, 0);
}

TEST_F(Pick, ByReplicatedLocalityForgetsItsSetADayAfterItsLastUse) {
    path().serve({web("lblcr", {{real(1), 2}, {real(2), 2}, {real(3), 200}})});
    EXPECT_EQ(path().deal(3), "r3 r3 r3");
    load_of(3).active = 1000;
    EXPECT_EQ(path().deal(2), "r2 r2");
    cursor().cached -= ticks(kDay + 60);
    EXPECT_EQ(path().deal(1), "r1") << "the least loaded of all";
    EXPECT_EQ(path().deal(2), "r1 r1") << "r2 is no member any more";
}

// ---- changes ------------------------------------------------------------------------------------------------------

TEST_F(Pick, ServesEveryFlowWhateverSchedulerComesNext) {
    for (auto const* scheduler : {"rr", "sh", "wrr", "mh", "dh", "lc", "mh", "lblcr", "sh", "twos", "lblc", "nq", "wlc", "sed", "fo"}) {
        path().serve({web(scheduler, {{real(1), 3}, {real(2), 1}, {real(3), 2}})});
        EXPECT_EQ(count(20).count("no_destination"), 0u) << scheduler;
    }
}

TEST_F(Pick, ServesEveryFlowByTheRingOfTheSchedulerBefore) {
    path().serve({web("rr", {{real(1), 1}, {real(2), 1}, {real(3), 1}})});
    auto& record = path().tables().services[id()];
    for (auto const pick : {contract::PICK_HASH, contract::PICK_WLC, contract::PICK_TWOS, contract::PICK_LBLCR}) {
        record.pick = pick;
        record.flags |= contract::SERVICE_HASH_FALLBACK;
        EXPECT_EQ(count(20).count("no_destination"), 0u) << pick;
        record.flags ^= contract::SERVICE_HASH_MAGLEV;
    }
}

TEST_F(Pick, GivesAPersistentClientsNextTemplateByTheScheduler) {
    auto persistent = web("wlc", {{real(1), 1}, {real(2), 1}});
    persistent.persistence_timeout = 60;
    path().serve({persistent});
    EXPECT_EQ(from("10.1.0.1", 1), "r2");
    EXPECT_EQ(from("10.1.0.1", 2), "r2") << "bound by its template";
    EXPECT_EQ(from("10.1.0.2", 1), "r1");
}

}  // namespace
}  // namespace drover::bpf::testing
