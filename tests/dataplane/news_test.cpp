#include "dataplane/news.h"

#include <gmock/gmock.h>

#include <set>

#include "dataplane/peers.h"
#include "dataplane/snapshot.h"
#include "sync/packer.h"

namespace drover::dataplane {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::at;
using testing::Director;
using testing::kTicks;
using testing::put;
using testing::served;

constexpr auto kNow = Director::kNow;

std::vector<model::DesiredService> farm() {
    return {served("10.0.0.100", 80, {"10.0.0.11", "10.0.0.12"}), served("10.0.0.100", 53, {"10.0.0.11"}, Protocol::udp)};
}

class NewsTest : public ::testing::Test {
protected:
    contract::narrow_slot& enter(std::uint32_t state, std::uint16_t port = 40000, std::uint32_t tick = kNow) {
        return put(director_.memory, {.client = 0x0a010001, .port = port, .state = state, .tick = tick});
    }
    void change(contract::narrow_slot& slot, std::uint32_t state, std::uint32_t tick = kNow) {
        slot.meta = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(slot.meta), contract::meta_server(slot.meta), state, 0, tick);
    }
    void note(contract::narrow_slot const& slot) {
        Journal::write(director_.memory.tables(), wide_form(SlotKey{{0, 0, slot.key}}, false));
    }
    /// What the journal alone says.
    std::vector<sync::Connection> turn(std::size_t most = 1000) {
        std::vector<sync::Connection> connections;
        director_.news.collect(connections, {most, 0, 30}, kNow);
        return connections;
    }

    Director director_{farm(), 4096};
};

TEST_F(NewsTest, TellsAConnectionAsIpvsDoes) {
    enter(contract::STATE_ESTABLISHED);
    auto const told = director_.tells();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].protocol, 6);
    EXPECT_EQ(told[0].client, at("10.1.0.1", 40000));
    EXPECT_EQ(told[0].virtual_server, at("10.0.0.100"));
    EXPECT_EQ(told[0].real_server, at("10.0.0.11"));
    EXPECT_EQ(told[0].flags, 0x0083u);
    EXPECT_EQ(told[0].state, sync::tcp_established);
    EXPECT_NEAR(*told[0].timeout, 900, 1);
}

TEST_F(NewsTest, TellsWhatTheJournalNamesAtOnce) {
    auto& slot = enter(contract::STATE_ESTABLISHED);
    note(slot);
    note(slot);
    EXPECT_THAT(turn(), SizeIs(1)) << "and twice is once";
    change(slot, contract::STATE_FIN_WAIT);
    note(slot);
    auto const told = turn();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].flags, 0x0183u);
    EXPECT_EQ(told[0].state, sync::tcp_fin_wait);
}

TEST_F(NewsTest, TheWalkFindsWhatNobodyNamed) {
    auto& slot = enter(contract::STATE_ESTABLISHED);
    EXPECT_THAT(director_.tells(), SizeIs(1));
    EXPECT_THAT(director_.tells(), IsEmpty());
    change(slot, contract::STATE_FIN_WAIT);
    EXPECT_THAT(director_.tells(), SizeIs(1));
}

TEST_F(NewsTest, TheWalkGoesOnWhereItWas) {
    for (std::uint16_t port = 1; port <= 100; ++port) enter(contract::STATE_ESTABLISHED, port);
    std::vector<sync::Connection> connections;
    auto const slots = director_.slots.size();
    for (int turn = 0; turn < 8; ++turn) director_.news.collect(connections, {1000, slots / 8, 30}, kNow);
    EXPECT_THAT(connections, SizeIs(100));
    for (int turn = 0; turn < 8; ++turn) director_.news.collect(connections, {1000, slots / 8, 30}, kNow);
    EXPECT_THAT(connections, SizeIs(100));
}

TEST_F(NewsTest, HalfOpenConnectionsAreNobodysBusiness) {
    note(enter(contract::STATE_SYN_RECV));
    EXPECT_THAT(director_.tells(), IsEmpty());
}

TEST_F(NewsTest, AConnectionThatGoesOnIsToldAgainInTime) {
    auto& slot = enter(contract::STATE_ESTABLISHED);
    EXPECT_THAT(director_.tells(), SizeIs(1));
    auto const later = kNow + kTicks.from_seconds(29);
    change(slot, contract::STATE_ESTABLISHED, later);
    EXPECT_THAT(director_.tells(later), IsEmpty());
    change(slot, contract::STATE_ESTABLISHED, kNow + kTicks.from_seconds(30));
    EXPECT_THAT(director_.tells(kNow + kTicks.from_seconds(40)), SizeIs(1));
    EXPECT_THAT(director_.tells(kNow + kTicks.from_seconds(400)), IsEmpty()) << "idle since";
}

TEST_F(NewsTest, ATemplateIsToldAgainWithTheConnectionsThatAreMadeUnderIt) {
    auto& slot = put(director_.memory, {.client = 0x0a010001, .port = 0, .state = contract::STATE_NONE,
                                        .flags = contract::FLAG_TEMPLATE | contract::FLAG_ASSURED, .tick = kNow});
    EXPECT_THAT(director_.tells(), SizeIs(1));
    EXPECT_THAT(director_.tells(), IsEmpty());
    auto const later = kNow + kTicks.from_seconds(2);
    slot.meta = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(slot.meta), contract::meta_server(slot.meta),
                                    contract::STATE_NONE, contract::FLAG_TEMPLATE | contract::FLAG_ASSURED, later);
    EXPECT_THAT(director_.tells(later), SizeIs(1));
    EXPECT_THAT(director_.tells(later), IsEmpty());
}

TEST_F(NewsTest, WhatHadToGiveWayIsToldAsEnded) {
    auto& slot = enter(contract::STATE_ESTABLISHED);
    EXPECT_THAT(director_.tells(), SizeIs(1));
    slot.meta = contract::meta_freed(slot.meta);
    note(slot);
    auto const told = turn();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_TRUE(told[0].ended);
    EXPECT_EQ(told[0].client, at("10.1.0.1", 40000));
}

TEST_F(NewsTest, TellsNoMoreThanItMayAndTheRestLater) {
    for (std::uint16_t port = 1; port <= 10; ++port) note(enter(contract::STATE_ESTABLISHED, port));
    EXPECT_THAT(turn(4), SizeIs(4));
    EXPECT_EQ(director_.news.waiting(), 6u);
    EXPECT_THAT(turn(4), SizeIs(4));
    EXPECT_THAT(turn(4), SizeIs(2));
    EXPECT_THAT(director_.tells(), IsEmpty());
}

TEST_F(NewsTest, WhatWasHeardIsNotToldBack) {
    enter(contract::STATE_ESTABLISHED);
    Director other(farm());
    other.hears(director_.tells());
    ASSERT_EQ(other.rows().size(), 1u);
    EXPECT_THAT(other.tells(), IsEmpty());
    director_.hears(director_.tells());
    EXPECT_THAT(director_.tells(), IsEmpty());
}

TEST_F(NewsTest, ASnapshotHasAllThatPeersAreToldAndNothingElse) {
    for (std::uint16_t port = 1; port <= 300; ++port) enter(contract::STATE_ESTABLISHED, port);
    enter(contract::STATE_SYN_RECV, 1001);
    enter(contract::STATE_ESTABLISHED, 1002, kNow - kTicks.from_seconds(1000));
    Snapshot snapshot(director_.memory.tables(), director_.programmer.book(), kTicks);
    std::vector<sync::Connection> connections;
    std::set<std::uint16_t> ports;
    while (snapshot.next(connections, 100, kNow)) {
        for (auto const& connection : connections) EXPECT_TRUE(ports.insert(connection.client.port).second);
        connections.clear();
    }
    EXPECT_THAT(ports, SizeIs(300));
    EXPECT_LE(*ports.rbegin(), 300) << "neither the half-open one nor the one that is over";
}

/// Through the wire, between directors whose numbers differ: the tables say the same in the end.
TEST(Peers, HaveTheSameRowsAfterwards) {
    std::vector<model::DesiredService> services{
        served("10.0.0.100", 80, {"10.0.0.11", "10.0.0.12"}), served("10.0.0.100", 53, {"10.0.0.11", "10.0.0.12"}, Protocol::udp),
        served("10.0.0.100", 443, {"10.0.0.11", "10.0.0.12"}, Protocol::tcp, 300), served("10.0.0.100", 3868, {"10.0.0.11"}, Protocol::sctp)};
    Director one(services, 512);
    std::ranges::reverse(services);
    for (auto& service : services) std::ranges::reverse(service.servers);
    Director other(services, 512);
    auto const& book = one.programmer.book();
    struct Kind {
        ServiceKey service;
        std::uint32_t state, flags;
    };
    std::vector<Kind> const kinds{{{at("10.0.0.100"), Protocol::tcp}, contract::STATE_ESTABLISHED, 0},
                                  {{at("10.0.0.100"), Protocol::tcp}, contract::STATE_FIN_WAIT, 0},
                                  {{at("10.0.0.100", 53), Protocol::udp}, contract::STATE_UDP, 0},
                                  {{at("10.0.0.100", 443), Protocol::tcp}, contract::STATE_NONE, contract::FLAG_TEMPLATE | contract::FLAG_ASSURED},
                                  {{at("10.0.0.100", 3868), Protocol::sctp}, contract::STATE_SCTP_ESTABLISHED, 0}};
    for (std::uint16_t i = 0; i < 500; ++i) {
        auto const& kind = kinds[i % kinds.size()];
        bool const is_template = kind.flags != 0;
        put(one.memory, {.service = *book.find_service(kind.service),
                         .server = static_cast<std::uint16_t>(kind.service.protocol == Protocol::sctp ? 0 : i % 2),
                         .client = 0x0a010000u + i,
                         .port = is_template ? std::uint16_t{0} : static_cast<std::uint16_t>(1024 + i),
                         .state = kind.state,
                         .flags = kind.flags,
                         .tick = Director::kNow - i % 30});
    }
    sync::Packer packer(7, 1472, [&](auto message, auto) { other.hears(sync::decode(message, 7).connections); });
    for (auto const& connection : one.tells()) packer.add(connection);
    packer.flush();
    EXPECT_THAT(one.lines(), SizeIs(500));
    EXPECT_EQ(other.lines(), one.lines());
}

}  // namespace
}  // namespace drover::dataplane
