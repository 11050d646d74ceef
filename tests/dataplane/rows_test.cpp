#include "dataplane/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dataplane/entries.h"
#include "dataplane/programmer.h"

namespace drover::dataplane {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::at;
using testing::Entry;
using testing::FakeKernel;
using testing::kTicks;
using testing::Memory;
using testing::put;

class RowCursorTest : public ::testing::Test {
protected:
    RowCursorTest() {
        model::DesiredService web;
        web.key = {at("172.51.97.175"), Protocol::tcp};
        web.persistence_timeout = 30;
        web.servers = {{at("172.51.96.235"), 1}, {at("172.51.96.236"), 1}};
        EXPECT_TRUE(programmer_.apply({{}, {web}}));
    }

    std::vector<model::ConnectionRow> all(std::uint32_t now, std::size_t most = 1000) {
        RowCursor cursor(memory_.tables(), programmer_.book(), kTicks);
        std::vector<model::ConnectionRow> rows, some;
        while (cursor.next(some, most, now)) {
            EXPECT_LT(some.size(), most + contract::BUCKET_SLOTS);
            rows.insert(rows.end(), some.begin(), some.end());
        }
        return rows;
    }

    Memory memory_;
    FakeKernel kernel_;
    Programmer programmer_{memory_.tables(), kernel_, kTicks};
};

TEST_F(RowCursorTest, ShowsAConnection) {
    put(memory_, {.server = 1, .state = contract::STATE_FIN_WAIT, .tick = 1000});
    auto const rows = all(1000 + kTicks.from_seconds(20));
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].protocol, Protocol::tcp);
    EXPECT_EQ(rows[0].client, at("192.168.1.128", 40000));
    EXPECT_EQ(rows[0].virtual_server, at("172.51.97.175"));
    EXPECT_EQ(rows[0].real_server, at("172.51.96.236"));
    EXPECT_EQ(rows[0].state, model::ConnectionState::fin_wait);
    EXPECT_NEAR(rows[0].expires, 100, 1);
    EXPECT_FALSE(rows[0].is_template);
}

TEST_F(RowCursorTest, ShowsATemplateWithItsTimeout) {
    auto& slot = put(memory_, {.client = 0xc0a80100, .port = 0, .state = contract::STATE_NONE,
                               .flags = contract::FLAG_TEMPLATE, .tick = 1000});
    auto row = all(1000 + kTicks.from_seconds(10)).at(0);
    EXPECT_TRUE(row.is_template);
    EXPECT_EQ(row.state, model::ConnectionState::none);
    EXPECT_EQ(row.client, at("192.168.1.0", 0));
    EXPECT_NEAR(row.expires, 20, 1);
    EXPECT_EQ(all(1000 + kTicks.from_seconds(31)).at(0).expires, 0u) << "until the sweeper has decided";
    slot.meta |= static_cast<std::uint64_t>(contract::FLAG_ASSURED | contract::FLAG_REARMED) << contract::META_FLAGS_SHIFT;
    row = all(1000 + kTicks.from_seconds(10)).at(0);
    EXPECT_EQ(row.state, model::ConnectionState::assured);
    EXPECT_NEAR(row.expires, 50, 1) << "past its timeout it lives 60 s at a time";
}

TEST_F(RowCursorTest, LeavesOutWhatIsOverOrNotYetMade) {
    auto& slot = put(memory_, {.state = contract::STATE_CLOSE, .tick = 1000});
    EXPECT_THAT(all(1000 + kTicks.from_seconds(11) + 1), IsEmpty());
    slot.meta = contract::make_meta(contract::SLOT_BUSY, 1, 0, 0, 0, 0);
    EXPECT_THAT(all(1000), IsEmpty());
    slot.meta = contract::make_meta(contract::SLOT_CLAIM, 1, 0, contract::STATE_SYN_RECV, 0, 1000);
    EXPECT_THAT(all(1000), IsEmpty());
    slot.meta = contract::make_meta(contract::SLOT_LIVE, 1, 0, contract::STATE_SYN_RECV, 0, 1000);
    EXPECT_THAT(all(1000), SizeIs(1));
    slot.key = contract::narrow_key(1, 1, 99);
    EXPECT_THAT(all(1000), IsEmpty()) << "of a service that never was";
}

TEST_F(RowCursorTest, ShowsEveryEntryOnceHoweverSmallThePieces) {
    memory_.narrow.assign(1024, {});
    for (std::uint32_t i = 0; i < 500; ++i) put(memory_, {.client = 0x0a000000 + i * 7919, .tick = 1000});
    for (std::size_t const most : {1u, 7u, 100u, 1000u}) {
        std::set<Endpoint> clients;
        auto const rows = all(1000, most);
        for (auto const& row : rows) clients.insert(row.client);
        EXPECT_THAT(rows, SizeIs(500));
        EXPECT_THAT(clients, SizeIs(500));
    }
}

}  // namespace
}  // namespace drover::dataplane
