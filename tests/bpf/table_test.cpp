// The connection table when room is scarce.
#include <gmock/gmock.h>

#include <cstring>
#include <random>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

struct Kind {
    char const* name;
    std::uint32_t state;
    std::uint32_t flags;
    std::uint32_t age;  ///< seconds
};

/// In the order of contract.h's evictions.
constexpr Kind kKinds[] = {
    {"expired", contract::STATE_ESTABLISHED, 0, 1000},
    {"closed", contract::STATE_CLOSE, 0, 1},
    {"template without a connection", contract::STATE_NONE, contract::FLAG_TEMPLATE, 0},
    {"half open", contract::STATE_SYN_RECV, 0, 0},
    {"established", contract::STATE_ESTABLISHED, 0, 800},
};

/// A table of one bucket, which is both of every key. Service 1 gets the new flows, service 2 (persistent) had the old.
class Bucket : public PacketTest {
protected:
    Bucket() { slots_ = contract::BUCKET_SLOTS; }
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto old = service(kVip, 81, {{real(1), 1}, {real(2), 1}});
        old.persistence_timeout = 300;
        path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), old});
    }

    void put(std::uint32_t number, Kind const& kind, std::uint32_t generation = 1) {
        auto const is_template = (kind.flags & contract::FLAG_TEMPLATE) != 0;
        auto const tick = path().object().now() - path().object().ticks().from_seconds(kind.age);
        slot(number).key = contract::narrow_key(0x0a000000 + number, is_template ? 0 : 1,
                                                static_cast<__u16>(2 | (is_template ? contract::TEMPLATE_KEY : 0)));
        slot(number).meta = contract::make_meta(contract::SLOT_LIVE, generation, 0, kind.state, kind.flags, tick & contract::TICK_MASK);
    }
    contract::narrow_slot& slot(std::uint32_t number) { return path().tables().narrow[0].slot[number]; }

    /// The slot that a new flow gets; -1: none.
    int place_of_a_new_flow() {
        auto const sent = frame().from(next_client_++, 9).syn();
        (void)path().send(sent);
        for (int i = 0; i < contract::BUCKET_SLOTS; ++i)
            if (slot(i).key == path().key_of(sent) && contract::meta_slot_state(slot(i).meta) == contract::SLOT_LIVE) return i;
        return -1;
    }

    std::uint32_t next_client_ = 0x0b000000;
};

TEST_F(Bucket, GivesWayInTheOrderOfWorth) {
    for (std::size_t worse = 0; worse < std::size(kKinds); ++worse)
        for (std::size_t better = worse + 1; better < std::size(kKinds); ++better)
            for (std::uint32_t place = 0; place < contract::BUCKET_SLOTS; ++place) {
                SCOPED_TRACE(std::string(kKinds[worse].name) + " gives way before " + kKinds[better].name);
                for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS; ++i) put(i, kKinds[i == place ? worse : better]);
                auto counted = path().object().eviction_counts();
                EXPECT_EQ(place_of_a_new_flow(), static_cast<int>(place));
                ++counted[worse];
                EXPECT_EQ(path().object().eviction_counts(), counted);
            }
}

TEST_F(Bucket, AmongEqualsTheOldestGivesWay) {
    for (auto kind : kKinds)
        for (std::uint32_t place = 0; place < contract::BUCKET_SLOTS; ++place) {
            SCOPED_TRACE(kind.name);
            for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
                auto one = kind;
                if (i == place) one.age += 5;
                put(i, one);
            }
            EXPECT_EQ(place_of_a_new_flow(), static_cast<int>(place));
        }
}

TEST_F(Bucket, AFreeSlotComesFirst) {
    for (std::uint32_t place = 0; place < contract::BUCKET_SLOTS; ++place) {
        for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS; ++i) put(i, kKinds[0]);
        slot(place).meta = contract::meta_freed(slot(place).meta);
        auto const counted = path().object().eviction_counts();
        EXPECT_EQ(place_of_a_new_flow(), static_cast<int>(place));
        EXPECT_EQ(path().object().eviction_counts(), counted);
        EXPECT_EQ(contract::meta_generation(slot(place).meta), 2u) << "one more each time the slot is taken";
    }
}

TEST_F(Bucket, TheGenerationWraps) {
    put(0, kKinds[0], 255);
    for (std::uint32_t i = 1; i < contract::BUCKET_SLOTS; ++i) put(i, kKinds[4]);
    EXPECT_EQ(place_of_a_new_flow(), 0);
    EXPECT_EQ(contract::meta_generation(slot(0).meta), 0u);
}

TEST_F(Bucket, OnlyAnAssuredTemplateIsWorthMoreThanAHalfOpenConnection) {
    auto assured = kKinds[2];
    assured.flags |= contract::FLAG_ASSURED;
    for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS; ++i) put(i, kKinds[3]);
    put(1, assured);
    EXPECT_NE(place_of_a_new_flow(), 1);
}

TEST_F(Bucket, WhatOthersAreMakingIsNeverTaken) {
    for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
        put(i, kKinds[0]);
        if (i != 2) slot(i).meta = contract::make_meta(i % 2 == 0 ? contract::SLOT_BUSY : contract::SLOT_CLAIM, 1, 0, 0, 0, 0);
    }
    EXPECT_EQ(place_of_a_new_flow(), 2);
}

TEST_F(Bucket, AnEvictedConnectionIsCountedOff) {
    for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS + 3; ++i) EXPECT_GE(place_of_a_new_flow(), 0);
    auto const one = path().load_of({at(kVip), Protocol::tcp}, real(1));
    auto const two = path().load_of({at(kVip), Protocol::tcp}, real(2));
    EXPECT_EQ(one.active + two.active, static_cast<__u32>(contract::BUCKET_SLOTS));
    EXPECT_EQ(path().object().service_traffic(1).connections, contract::BUCKET_SLOTS + 3u);
}

TEST_F(Bucket, AWinnerThatCameFirstIsUsed) {
    auto const sent = frame();
    auto const key = path().key_of(sent);
    auto const now = path().object().now();
    (void)path().send(sent);  // r2 in one slot
    // As if another CPU had made the entry of the same flow between this one's look-up and its claim: two are there.
    for (std::uint32_t i = 0; i < contract::BUCKET_SLOTS; ++i) {
        if (slot(i).key == key) continue;
        slot(i) = {key, contract::make_meta(contract::SLOT_LIVE, 1, 0, contract::STATE_SYN_RECV, 0, now)};
        break;
    }
    auto const first = path().send(sent).server;
    EXPECT_EQ(path().send(sent).server, first) << "the lower slot, always";
}

/// A table of the usual shape, large enough for statistics.
class Table : public PacketTest {
protected:
    Table() { slots_ = 65536; }
};

// The issue: at half load not more than one new flow in ten thousand takes a live one's slot.
TEST_F(Table, HalfFullEvictsNextToNothingThatLives) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})});
    constexpr std::uint64_t kTables = 4;  // one alone is too few flows to judge a share of 1 in 10,000 by
    std::mt19937 random(11);
    auto const narrow = path().object().tables().narrow;
    for (std::uint64_t i = 0; i < kTables * slots_ / 2; ++i) {
        if (i % (slots_ / 2) == 0) std::memset(narrow.data(), 0, narrow.size_bytes());
        auto const bytes = frame().from(random(), static_cast<std::uint16_t>(random())).syn().bytes();
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        options.data_in = bytes.data();
        options.data_size_in = static_cast<__u32>(bytes.size());
        ASSERT_EQ(bpf_prog_test_run_opts(path().object().program_fd(), &options), 0);
    }
    std::uint64_t evicted = 0;
    for (auto const count : path().object().eviction_counts()) evicted += count;
    EXPECT_LE(evicted, kTables * slots_ / 2 / 10'000);
    EXPECT_GE(path().rows().size(), slots_ / 2 - slots_ / 2 / 1000);
}

TEST_F(Table, RecountAgreesWithTheCounters) {
    auto persistent = service(kVip, 81, {{real(1), 1}, {real(2), 1}});
    persistent.persistence_timeout = 30;
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), persistent});
    std::mt19937 random(5);
    std::uint8_t const flags[] = {kSyn, kAck, kAck, kFin | kAck, kRst};
    for (int i = 0; i < 20'000; ++i) {
        (void)path().send(frame().from(0x0a000000 + random() % 500, 1).to(kVip, 80 + random() % 2).tcp(flags[random() % 5]));
        if (i % 1000 == 0) path().pass_sweeping(random() % 20);
    }
    dataplane::Sweeper sweeper(path().tables(), path().object().ticks());
    EXPECT_EQ(sweeper.sweep(path().object().now()).corrected, 0u);
    EXPECT_EQ(sweeper.sweep(path().object().now()).corrected, 0u) << "two passes agree with what packets have counted";
}

}  // namespace
}  // namespace drover::bpf::testing
