#include "dataplane/programmer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>

#include "dataplane/deployment.h"

namespace drover::dataplane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::at;
using testing::dns;
using testing::kTicks;
using testing::Memory;
using testing::service;
using testing::two_services;
using testing::web;

using ProgrammerTest = testing::Deployment;

TEST_F(ProgrammerTest, ZeroedCountersStayAtNoughtForTheNextDaemon) {
    auto first = programmer();
    ASSERT_TRUE(first.apply(two_services()));
    auto const id = *first.book().find_service(web());
    auto const record = first.book().record_of(id, *first.book().find_server(id, at("172.51.96.235")));
    auto const other = *first.book().find_service(dns());
    kernel_.services[id] = {10, 200, 3000};
    kernel_.services[other] = {1, 2, 3};
    kernel_.servers[record] = {5, 100, 1500};
    auto const shown = [](contract::traffic const& counted, contract::traffic const& carried) {
        return std::array{counted.connections + carried.connections, counted.packets + carried.packets,
                          counted.bytes + carried.bytes};
    };
    using Three = std::array<__u64, 3>;

    EXPECT_EQ(first.zero(web()), std::size_t{1});
    auto second = programmer();
    EXPECT_EQ(shown(kernel_.services[id], memory_.service_names[id].carried), Three{});
    EXPECT_EQ(shown(kernel_.servers[record], memory_.server_names[record].carried), Three{});
    EXPECT_EQ(shown(kernel_.services[other], memory_.service_names[other].carried), (Three{1, 2, 3}));
    kernel_.services[id].packets += 7;
    EXPECT_EQ(shown(kernel_.services[id], memory_.service_names[id].carried), (Three{0, 7, 0}));

    EXPECT_EQ(second.zero(std::nullopt), std::size_t{2});
    EXPECT_EQ(shown(kernel_.services[other], memory_.service_names[other].carried), Three{});
}

TEST_F(ProgrammerTest, ZeroesNoServiceThatIsNotThere) {
    auto programmer = this->programmer();
    auto const done = programmer.zero(web());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "there is no service [172.51.97.175]:tcp:80");
}

TEST_F(ProgrammerTest, ChangesSomeServicesAsIfAllHadBeenSaid) {
    auto programmer = this->programmer();
    ASSERT_TRUE(programmer.apply(two_services()));
    auto const mail = service({at("172.51.97.175", 25), Protocol::tcp}, {{at("172.51.96.235", 25), 1}});
    auto changed = two_services().services[1];
    changed.servers = {{at("172.51.96.236", 53), 7}};
    auto const changes = programmer.apply_some(std::array{dns(), mail.key, web()}, {mail, changed});
    ASSERT_TRUE(changes) << changes.error().message;
    EXPECT_THAT(*changes, SizeIs(4)) << "one service goes, one comes, and one has another server";

    auto wanted = two_services();
    wanted.services = {changed, mail};
    EXPECT_EQ(programmer.current(), wanted);
    EXPECT_THAT(*programmer.apply(wanted), IsEmpty());
    EXPECT_EQ(found(web()), -1);
    EXPECT_EQ(found(mail.key), static_cast<int>(*programmer.book().find_service(mail.key)));
    auto const id = *programmer.book().find_service(dns());
    EXPECT_THAT(ring(id), ElementsAre(*programmer.book().find_server(id, at("172.51.96.236", 53))));
    EXPECT_THAT(*programmer.apply_some(std::array{dns()}, {changed}), IsEmpty()) << "and nothing is changed twice";
}

TEST_F(ProgrammerTest, StartsWithIpvsTimeoutsAndTheDefaultGateOpen) {
    auto fresh = programmer();
    EXPECT_THAT(fresh.current().services, IsEmpty());
    EXPECT_EQ(memory_.roles[0].gate, 1u);
    EXPECT_EQ(memory_.settings.timeout[contract::STATE_ESTABLISHED], kTicks.from_seconds(900));
    EXPECT_EQ(memory_.settings.timeout[contract::STATE_FIN_WAIT], kTicks.from_seconds(120));
    EXPECT_EQ(memory_.settings.timeout[contract::STATE_UDP], kTicks.from_seconds(300));
    EXPECT_EQ(memory_.settings.timeout[contract::STATE_SYN_RECV], kTicks.from_seconds(60));
    EXPECT_EQ(memory_.settings.timeout[contract::STATE_CLOSE], kTicks.from_seconds(10));
}

TEST_F(ProgrammerTest, WritesAServiceAsThePacketPathReadsIt) {
    auto made = programmer();
    ASSERT_THAT(*made.apply(two_services()), SizeIs(3));
    EXPECT_EQ(made.current(), two_services());
    ASSERT_EQ(found(web()), 1);
    ASSERT_EQ(found(dns()), 2);
    auto const& record = memory_.services[1];
    EXPECT_EQ(record.protocol, 6u);
    EXPECT_EQ(record.persistence, kTicks.from_seconds(30));
    EXPECT_EQ(record.persistence_mask[1], 0x00ffffff'ffffffffu);
    EXPECT_EQ(record.role, 1u);
    EXPECT_EQ(made.roles().name_of(1), "VI_1");
    EXPECT_EQ(memory_.services[2].role, 0u);
    EXPECT_EQ(memory_.settings.timeout[contract::STATE_UDP], kTicks.from_seconds(200));
    EXPECT_THAT(ring(1), ElementsAre(1, 0)) << "newest first, as IPVS";
    EXPECT_THAT(ring(2), ElementsAre(0));
    EXPECT_EQ(this->record(made, 1, at("172.51.96.235")).flags, contract::SERVER_AVAILABLE);
}

TEST_F(ProgrammerTest, TakenOverByAnotherFindsTheSameAndWritesNothing) {
    auto first = programmer();
    first.ports().put(2, *Mac::parse("02:00:00:00:00:01")).value();
    first.set_next_hop(*Address::parse("172.51.96.235"), NextHop{*Mac::parse("02:00:00:00:00:02"), 2, false});
    first.set_next_hop(*Address::parse("172.51.96.236"), NextHop{{}, 0, true});
    (void)first.apply(two_services());
    (void)first.apply({two_services().timeouts, {two_services().services[0]}});  // dns is remembered

    auto const before = memory_.image();
    auto second = programmer();
    EXPECT_EQ(second.current(), first.current());
    EXPECT_THAT(*second.apply(first.current()), IsEmpty());
    EXPECT_EQ(second.next_hop(*Address::parse("172.51.96.235"))->mac.text(), "02:00:00:00:00:02");
    EXPECT_TRUE(second.next_hop(*Address::parse("172.51.96.236"))->local);
    EXPECT_EQ(memory_.image(), before) << "not one byte";
}

TEST_F(ProgrammerTest, TakenOverFinishesWhatAnEarlierDaemonDiedOver) {
    (void)programmer().apply(two_services());
    memory_.services[1].ring = 0;
    std::ranges::fill(memory_.vips, contract::vip_bucket{});
    auto next = programmer();
    EXPECT_THAT(*next.apply(two_services()), IsEmpty());
    EXPECT_EQ(found(web()), 1);
    EXPECT_EQ(found(dns()), 2);
    EXPECT_THAT(ring(1), ElementsAre(1, 0));
}

TEST_F(ProgrammerTest, WritesOnlyTheServerAndTheRingForAChangedWeight) {
    auto made = programmer();
    (void)made.apply(two_services());
    auto const before = memory_;
    auto wanted = two_services();
    wanted.services[0].servers[0].weight = 1;
    (void)made.apply(wanted);

    EXPECT_EQ(record(made, 1, at("172.51.96.235")).weight, 1u);
    EXPECT_THAT(ring(1), ElementsAre(1, 1, 1, 0));
    auto expected = before;  // the rest is as it was
    expected.servers[made.book().record_of(1, 0)].weight = 1;
    expected.servers[made.book().record_of(1, 0)].last_weight = 1;
    expected.services[1].ring = memory_.services[1].ring;
    expected.rings = memory_.rings;
    EXPECT_TRUE(memory_.image() == expected.image());
    EXPECT_EQ(std::ranges::count_if(memory_.rings, [&](auto const& chunk) {
                  auto const i = static_cast<std::size_t>(&chunk - memory_.rings.data());
                  return std::memcmp(&chunk, &before.rings[i], sizeof chunk) != 0;
              }), 1) << "one chunk of ring slots was written";
}

TEST_F(ProgrammerTest, TakesAServerWithWeightNoughtOutOfTheRingAlone) {
    auto made = programmer();
    (void)made.apply(two_services());
    auto wanted = two_services();
    wanted.services[0].servers[0].weight = 0;
    (void)made.apply(wanted);
    EXPECT_THAT(ring(1), ElementsAre(1));
    EXPECT_EQ(record(made, 1, at("172.51.96.235")).flags, contract::SERVER_AVAILABLE) << "its connections go on";
}

TEST_F(ProgrammerTest, RevivesAServerWithItsNumber) {
    auto made = programmer();
    (void)made.apply(two_services());
    auto const number = *made.book().find_server(1, at("172.51.96.235"));
    auto const place = made.book().record_of(1, number);
    auto without = two_services();
    without.services[0].servers.erase(without.services[0].servers.begin());
    (void)made.apply(without);
    EXPECT_EQ(memory_.servers[place].flags, 0u);
    EXPECT_THAT(ring(1), ElementsAre(1));
    (void)made.apply(two_services());
    EXPECT_EQ(made.book().find_server(1, at("172.51.96.235")), number);
    EXPECT_EQ(memory_.servers[place].flags, contract::SERVER_AVAILABLE);
}

TEST_F(ProgrammerTest, RevivesAServiceWithItsNumbers) {
    auto made = programmer();
    (void)made.apply(two_services());
    (void)made.apply({two_services().timeouts, {two_services().services[1]}});
    EXPECT_EQ(found(web()), -1);
    EXPECT_EQ(memory_.services[1].ring, 0u);
    auto back = two_services();
    back.services[0].servers.erase(back.services[0].servers.begin());  // without its first server
    (void)made.apply(back);
    EXPECT_EQ(found(web()), 1);
    EXPECT_EQ(memory_.servers[made.book().record_of(1, 0)].flags & contract::SERVER_AVAILABLE, 0u)
        << "connections to a server that did not come back are not served";
    EXPECT_EQ(made.book().find_server(1, at("172.51.96.236")), 1);
}

TEST_F(ProgrammerTest, WaitsForReadersBeforeAVipEntryMeansAnotherService) {
    auto made = programmer();
    (void)made.apply(two_services());
    (void)made.apply({two_services().timeouts, {}});
    auto const waits = kernel_.waits;
    (void)made.apply({two_services().timeouts, {service({at("10.0.0.9"), Protocol::tcp}, {})}});
    EXPECT_GT(kernel_.waits, waits);
}

TEST_F(ProgrammerTest, CountsARevivedServerOnAndAFreshOneFromNought) {
    auto made = programmer();
    kernel_.services[1] = {5, 50, 500};  // counted before this service had the number
    kernel_.servers[0] = {1, 10, 100};
    (void)made.apply(two_services());
    EXPECT_EQ(memory_.service_names[1].carried.packets + kernel_.services[1].packets, 0u);
    EXPECT_EQ(memory_.server_names[0].carried.bytes + kernel_.servers[0].bytes, 0u);
    kernel_.servers[0] = {2, 20, 200};
    auto without = two_services();
    without.services[0].servers.erase(without.services[0].servers.begin());
    (void)made.apply(without);
    (void)made.apply(two_services());
    EXPECT_EQ(memory_.server_names[0].carried.packets + kernel_.servers[0].packets, 10u);
}

TEST_F(ProgrammerTest, GrowsAServiceAndLosesNothing) {
    auto made = programmer();
    made.ports().put(2, *Mac::parse("02:00:00:00:00:01")).value();
    made.set_next_hop(*Address::parse("172.51.96.235"), NextHop{*Mac::parse("02:00:00:00:00:02"), 2, false});
    (void)made.apply(two_services());
    auto const old = made.book().record_of(1, 0);
    auto const old_record = memory_.servers[old];
    kernel_.servers[old] = {1, 10, 100};
    memory_.loads[old].active = 7;
    auto wanted = two_services();
    for (int i = 1; i <= 9; ++i) wanted.services[0].servers.push_back({at("10.0.0." + std::to_string(i)), 1});
    (void)made.apply(wanted);
    auto const now = made.book().record_of(1, 0);
    ASSERT_NE(now, old);
    EXPECT_EQ(memory_.services[1].server_base, now);
    EXPECT_EQ(std::memcmp(&memory_.servers[now], &old_record, sizeof old_record), 0);
    EXPECT_EQ(memory_.loads[now].active, 7u);
    EXPECT_EQ(memory_.server_names[now].carried.packets + kernel_.servers[now].packets, 10u);
    EXPECT_THAT(ring(1), SizeIs(3 + 3 + 9));
    EXPECT_TRUE(made.begin_grace());
    kernel_.servers[old] = {1, 12, 120};  // two packets were under way
    made.end_grace();
    EXPECT_EQ(memory_.server_names[now].carried.packets + kernel_.servers[now].packets, 12u);
    EXPECT_FALSE(made.begin_grace());
    auto const image = memory_.image();
    EXPECT_EQ(programmer().current().services[0].servers.size(), 11u);
    EXPECT_TRUE(memory_.image() == image);
}

TEST_F(ProgrammerTest, WritesNextHopsForEveryUseOfAnAddress) {
    auto made = programmer();
    (void)made.apply(two_services());
    auto const address = *Address::parse("172.51.96.235");
    NextHop const hop{*Mac::parse("02:00:00:00:00:02"), 2, false};
    made.set_next_hop(address, hop);
    EXPECT_EQ(record(made, 1, at("172.51.96.235")).next_hop, 0u) << "by an interface that is not known yet";
    auto const slot = made.ports().put(2, *Mac::parse("02:00:00:00:00:01")).value();
    made.ports_changed();
    auto const word = contract::next_hop_word(mac_word(hop.mac), slot);
    EXPECT_EQ(record(made, 1, at("172.51.96.235")).next_hop, word);
    EXPECT_EQ(record(made, 2, at("172.51.96.235", 53)).next_hop, word);
    EXPECT_EQ(record(made, 1, at("172.51.96.236")).next_hop, 0u);
    made.ports().erase(2);
    made.ports_changed();
    EXPECT_EQ(record(made, 1, at("172.51.96.235")).next_hop, 0u);
    made.ports().put(2, *Mac::parse("02:00:00:00:00:01")).value();
    made.ports_changed();
    made.set_next_hop(address, std::nullopt);
    EXPECT_EQ(record(made, 2, at("172.51.96.235", 53)).next_hop, 0u);
}

TEST_F(ProgrammerTest, MarksServicesOfWhichThisHostIsARealServer) {
    auto made = programmer();
    auto const address = *Address::parse("172.51.96.236");
    (void)made.apply(two_services());
    made.set_next_hop(address, NextHop{{}, 0, true});
    EXPECT_EQ(memory_.services[1].flags, contract::SERVICE_HAS_LOCAL);
    EXPECT_EQ(memory_.services[2].flags, 0u);
    EXPECT_EQ(record(made, 1, at("172.51.96.236")).flags, contract::SERVER_AVAILABLE | contract::SERVER_LOCAL);
    auto without = two_services();
    without.services[0].servers.pop_back();
    (void)made.apply(without);
    EXPECT_EQ(memory_.services[1].flags, 0u);
    (void)made.apply(two_services());
    EXPECT_EQ(memory_.services[1].flags, contract::SERVICE_HAS_LOCAL);
    made.set_next_hop(address, std::nullopt);
    EXPECT_EQ(memory_.services[1].flags, 0u);
}

TEST_F(ProgrammerTest, MarksServersWhoseFramesCanBeTold) {
    auto const address = *Address::parse("172.51.96.236");
    auto const flags = [&](Programmer const& made) { return record(made, 1, at("172.51.96.236")).flags; };
    auto made = programmer();
    (void)made.apply(two_services());
    made.set_next_hop(address, NextHop{*Mac::parse("02:00:00:00:00:02"), 2, false, true});
    EXPECT_EQ(flags(made), contract::SERVER_AVAILABLE | contract::SERVER_ON_LINK);
    auto next = programmer();
    EXPECT_TRUE(next.next_hop(address)->on_link) << "the next daemon knows, too";
    next.set_next_hop(address, NextHop{*Mac::parse("02:00:00:00:00:03"), 2});
    EXPECT_EQ(flags(next), contract::SERVER_AVAILABLE) << "by a gateway now";
}

TEST_F(ProgrammerTest, SaysWhichLimitWasReachedAndGoesOnFromThere) {
    memory_ = Memory({.servers = 8, .services = 16});
    auto made = programmer();
    auto wanted = two_services();
    for (int i = 0; i < 3; ++i) wanted.services.push_back(service({at("10.0.0." + std::to_string(i)), Protocol::tcp}, {{at("10.1.0.1"), 1}}));
    EXPECT_EQ(made.apply(wanted).error().message, "more than 8 real servers");
    EXPECT_THAT(made.current().services, SizeIs(2));
    EXPECT_THAT(*made.apply(two_services()), IsEmpty());
    EXPECT_EQ(found(web()), 1);
    EXPECT_THAT(ring(1), ElementsAre(1, 0));
}

TEST_F(ProgrammerTest, TakesBackAServiceThatHasNoRoomForItsServers) {
    memory_ = Memory({.servers = 12});
    auto made = programmer();
    (void)made.apply(two_services());
    auto wanted = two_services();
    for (int i = 1; i <= 5; ++i) wanted.services[1].servers.push_back({at("10.0.0." + std::to_string(i), 53), 1});
    EXPECT_EQ(made.apply(wanted).error().message, "more than 12 real servers");
    EXPECT_THAT(made.current().services[1].servers, SizeIs(4)) << "those that fitted";
    EXPECT_THAT(ring(2), SizeIs(4)) << "and they are served";
}

TEST_F(ProgrammerTest, SaysThatARingNeedsMoreRoomAndKeepsTheOldOne) {
    memory_ = Memory({.chunks = 4});
    auto made = programmer();
    ASSERT_TRUE(made.apply(two_services()));
    auto wanted = two_services();
    wanted.services[0].servers[0].weight = 95;
    wanted.services[0].servers[1].weight = 1;
    EXPECT_EQ(made.apply(wanted).error().message, "no room for the ring of service [172.51.97.175]:tcp:80");
    EXPECT_THAT(ring(1), ElementsAre(1, 0));
    EXPECT_THAT(ring(2), ElementsAre(0));
    EXPECT_TRUE(made.apply(two_services()));
    EXPECT_THAT(ring(1), ElementsAre(1, 0));
}

TEST_F(ProgrammerTest, TakesAServiceGivenTwiceOnce) {
    auto made = programmer();
    auto wanted = two_services();
    wanted.services.push_back(wanted.services[1]);
    ASSERT_TRUE(made.apply(wanted));
    ASSERT_TRUE(made.apply({wanted.timeouts, {wanted.services[0]}}));
    EXPECT_EQ(found(dns()), -1);
}

/// Whatever way the tables came to a state, they say what a fresh start with it would say.
TEST_F(ProgrammerTest, AgreesWithAFreshStartAfterAnyWayThere) {
    std::mt19937 random(7);
    std::optional<Programmer> now(programmer());
    for (int step = 0; step < 300; ++step) {
        model::Desired wanted;
        for (std::uint32_t s = 0; s < 6; ++s) {
            if (random() % 4 == 0) continue;
            auto one = service({{Address::v4(0x0a000000 + s / 2), static_cast<std::uint16_t>(80 + s)}, Protocol::tcp}, {});
            one.scheduler = random() % 2 == 0 ? model::Scheduler::rr : model::Scheduler::wrr;
            one.persistence_timeout = random() % 2 * 30;
            for (std::uint32_t i = 0; i < 12; ++i)
                if (random() % 3 != 0) one.servers.push_back({{Address::v4(0xc0a80000 + i), 80}, static_cast<int>(random() % 5)});
            wanted.services.push_back(one);
        }
        if (random() % 5 == 0) {
            auto const image = memory_.image();
            now.emplace(memory_.tables(), kernel_, kTicks);  // a restart
            ASSERT_TRUE(memory_.image() == image);
        }
        auto& made = *now;
        ASSERT_TRUE(made.apply(wanted));
        ASSERT_EQ(made.current(), wanted);
        std::set<std::uint32_t> records;
        for (auto const& one : wanted.services) {
            auto const id = found(one.key);
            ASSERT_GT(id, 0);
            std::map<int, int> turns;
            for (auto const number : ring(id)) ++turns[number];
            int expected = 0;
            for (auto const& server : one.servers) {
                auto const number = *made.book().find_server(id, server.endpoint);
                auto const place = memory_.services[id].server_base + number;
                ASSERT_TRUE(records.insert(place).second) << "two servers share a record";
                ASSERT_EQ(memory_.servers[place].flags, contract::SERVER_AVAILABLE);
                ASSERT_EQ(turns.contains(number), server.weight > 0);
                expected += server.weight > 0;
            }
            ASSERT_EQ(static_cast<int>(turns.size()), expected);
        }
        int reachable = 0;
        for (auto const& bucket : memory_.vips)
            for (auto const& entry : bucket.entry) reachable += (entry.flags & contract::VIP_USED) != 0 && entry.service != 0;
        ASSERT_EQ(reachable, static_cast<int>(wanted.services.size()));
    }
}

TEST_F(ProgrammerTest, HoldsTenThousandServicesOfTenServers) {
    model::Desired wanted;
    for (std::uint32_t s = 0; s < 10'000; ++s) {
        auto one = service({{Address::v4(0x0a000000 + s), 80}, Protocol::tcp}, {});
        for (std::uint32_t i = 0; i < 10; ++i) one.servers.push_back({{Address::v4(0xc0a80000 + (s * 10 + i) % 65536), 80}, 1});
        wanted.services.push_back(one);
    }
    auto made = programmer();
    made.ports().put(2, *Mac::parse("02:00:00:00:00:01")).value();
    ASSERT_TRUE(made.apply(wanted));
    for (std::uint32_t i = 0; i < 65536; ++i)
        made.set_next_hop(Address::v4(0xc0a80000 + i), NextHop{*Mac::parse("02:00:00:00:00:02"), 2, false});
    for (auto const& one : wanted.services) ASSERT_GT(found(one.key), 0);
    auto const image = memory_.image();
    auto next = programmer();
    EXPECT_THAT(*next.apply(wanted), IsEmpty());
    EXPECT_TRUE(memory_.image() == image);
    EXPECT_EQ(std::ranges::count_if(memory_.servers, [](auto const& server) { return server.next_hop != 0; }), 100'000);
}

}  // namespace
}  // namespace drover::dataplane
