#include "dataplane/sweeper.h"

#include <gtest/gtest.h>

#include "dataplane/entries.h"
#include "dataplane/programmer.h"

namespace drover::dataplane {
namespace {

using testing::at;
using testing::Entry;
using testing::FakeKernel;
using testing::is_live;
using testing::kTicks;
using testing::Memory;
using testing::put;

constexpr std::uint32_t kStart = contract::TICK_MASK - 100;  // the tick counter wraps in the middle of every test

/// Service 1 is TCP and persistent (30 s, /24), service 2 UDP; two servers each. One sweep a second of virtual time.
class SweeperTest : public ::testing::Test {
protected:
    SweeperTest() {
        model::Desired desired;
        model::DesiredService web;
        web.key = {at("172.51.97.175"), Protocol::tcp};
        web.persistence_timeout = 30;
        web.persistence_prefix = 24;
        web.servers = {{at("172.51.96.235"), 1}, {at("172.51.96.236"), 1}};
        auto dns = web;
        dns.key.protocol = Protocol::udp;
        dns.persistence_timeout = 0;
        desired.services = {web, dns};
        EXPECT_TRUE(programmer_.apply(desired));
    }

    std::uint32_t tick_at(double second) const {
        return (kStart + static_cast<std::uint32_t>(second * 250 / 64)) & contract::TICK_MASK;
    }

    Entry entry(double second, std::uint32_t state, std::uint32_t flags = 0) const {
        Entry entry;
        entry.state = state;
        entry.flags = flags;
        entry.tick = tick_at(second);
        return entry;
    }

    Entry template_entry(double second) const {
        auto made = entry(second, contract::STATE_NONE, contract::FLAG_TEMPLATE);
        made.client = 0xc0a80100;
        made.port = 0;
        return made;
    }

    /// Sweeps every second until the slot is not live any more; the second at which that was.
    int end_of(contract::narrow_slot const& slot, int from = 0, int latest = 3000) {
        for (int second = from; second < latest; ++second) {
            last_ = sweeper_.sweep(tick_at(second));
            if (!is_live(slot)) return second;
        }
        return latest;
    }

    contract::server_load const& load_of(std::uint32_t service, std::uint16_t server) {
        return memory_.loads[memory_.services[service].server_base + server];
    }

    Memory memory_;
    FakeKernel kernel_;
    Programmer programmer_{memory_.tables(), kernel_, kTicks};
    Sweeper sweeper_{memory_.tables(), kTicks};
    SweepResult last_;
};

TEST_F(SweeperTest, EndsEachStateAtIpvsTimeout) {
    struct Case {
        std::uint32_t state;
        int seconds;
    };
    for (auto const& [state, seconds] : {Case{contract::STATE_ESTABLISHED, 900}, Case{contract::STATE_SYN_SENT, 120},
                                         Case{contract::STATE_SYN_RECV, 60}, Case{contract::STATE_FIN_WAIT, 120},
                                         Case{contract::STATE_TIME_WAIT, 120}, Case{contract::STATE_CLOSE, 10},
                                         Case{contract::STATE_CLOSE_WAIT, 60}, Case{contract::STATE_LAST_ACK, 30},
                                         Case{contract::STATE_LISTEN, 120}, Case{contract::STATE_SYNACK, 120},
                                         Case{contract::STATE_NONE, 2}, Case{contract::STATE_UDP, 300}}) {
        auto const& slot = put(memory_, entry(0, state));
        auto const end = end_of(slot);
        EXPECT_GT(end, seconds - 1) << state;
        EXPECT_LE(end, seconds + 1) << state;
        EXPECT_EQ(last_.expired, 1u);
        EXPECT_EQ(load_of(1, 0).active + load_of(1, 0).inactive, 0u) << state;
    }
}

TEST_F(SweeperTest, FollowsChangedTimeouts) {
    auto desired = programmer_.current();
    desired.timeouts = {5, 4, 3};
    ASSERT_TRUE(programmer_.apply(desired));
    EXPECT_EQ(end_of(put(memory_, entry(0, contract::STATE_ESTABLISHED))), 6);
    EXPECT_EQ(end_of(put(memory_, entry(0, contract::STATE_FIN_WAIT))), 5);
    EXPECT_EQ(end_of(put(memory_, entry(0, contract::STATE_UDP))), 4);
}

TEST_F(SweeperTest, CountsWhatLives) {
    put(memory_, entry(0, contract::STATE_ESTABLISHED));
    auto other = entry(0, contract::STATE_FIN_WAIT);
    other.port = 1;
    put(memory_, other);
    put(memory_, template_entry(0));
    auto const result = sweeper_.sweep(tick_at(1));
    EXPECT_EQ(result.entries, 3u);
    EXPECT_EQ(result.templates, 1u);
    EXPECT_EQ(result.expired + result.stuck + result.corrected, 0u);
}

TEST_F(SweeperTest, LeavesAnEntryThatAPacketHasJustRenewed) {
    auto& slot = put(memory_, entry(0, contract::STATE_CLOSE));
    for (int second = 0; second < 60; ++second) {
        if (second % 9 == 0)
            slot.meta = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(slot.meta), 0,
                                            contract::STATE_CLOSE, 0, tick_at(second));
        sweeper_.sweep(tick_at(second));
        ASSERT_TRUE(is_live(slot)) << second;
    }
}

TEST_F(SweeperTest, EndsATemplateWithoutConnectionsAtItsTimeout) {
    auto const end = end_of(put(memory_, template_entry(0)));
    EXPECT_GE(end, 30);
    EXPECT_LE(end, 33);
    EXPECT_EQ(load_of(1, 0).persistent, 0u);
    EXPECT_EQ(last_.entries, 0u);
}

// IPVS: at 30 s a connection lives, so 60 s more; at 90 s it still does (FIN_WAIT, 120 s), so 60 s more; at 150 s it is over.
TEST_F(SweeperTest, KeepsATemplateForAsLongAsItsConnectionsLive) {
    auto const& slot = put(memory_, template_entry(0));
    auto const& child = put(memory_, entry(0, contract::STATE_FIN_WAIT, contract::FLAG_HAS_TEMPLATE));
    auto const end_of_child = end_of(child);
    EXPECT_GE(end_of_child, 120);
    EXPECT_LE(end_of_child, 122);
    EXPECT_TRUE(is_live(slot));
    EXPECT_NE(contract::meta_flags(slot.meta) & contract::FLAG_REARMED, 0u);
    auto const end = end_of(slot, end_of_child + 1);
    EXPECT_GE(end, 150);
    EXPECT_LE(end, 157);
}

TEST_F(SweeperTest, DoesNotKeepATemplateForStrangers) {
    auto const& slot = put(memory_, template_entry(0));
    auto other_net = entry(0, contract::STATE_ESTABLISHED, contract::FLAG_HAS_TEMPLATE);
    other_net.client = 0xc0a80280;  // another /24
    put(memory_, other_net);
    auto free_connection = entry(0, contract::STATE_ESTABLISHED);
    put(memory_, free_connection);
    auto other_service = entry(0, contract::STATE_UDP, contract::FLAG_HAS_TEMPLATE);
    other_service.service = 2;
    put(memory_, other_service);
    EXPECT_LE(end_of(slot), 33);
}

TEST_F(SweeperTest, LetsATemplateRenewedInTimeRunItsWholeTimeout) {
    auto& slot = put(memory_, template_entry(0));
    EXPECT_EQ(end_of(slot, 0, 29), 29);
    slot.meta = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(slot.meta), 0, contract::STATE_NONE,
                                    contract::FLAG_TEMPLATE | contract::FLAG_ASSURED, tick_at(29));
    auto const end = end_of(slot, 29);
    EXPECT_GE(end, 59);
    EXPECT_LE(end, 62);
}

TEST_F(SweeperTest, FreesASlotThatItsOwnerLost) {
    auto& slot = memory_.narrow[3].slot[1];
    for (auto const state : {contract::SLOT_BUSY, contract::SLOT_CLAIM}) {
        slot = {1, contract::make_meta(state, 7, 0, 0, 0, 0)};
        int second = 0;
        for (; contract::meta_slot_state(slot.meta) != contract::SLOT_FREE && second < 60; ++second)
            last_ = sweeper_.sweep(tick_at(second));
        EXPECT_EQ(second, 7) << "five seconds are long for a packet";
        EXPECT_EQ(last_.stuck, 1u);
        EXPECT_EQ(contract::meta_generation(slot.meta), 7u);
    }
}

TEST_F(SweeperTest, LeavesASlotThatIsTakenAgainAndAgain) {
    auto& slot = memory_.narrow[3].slot[1];
    for (std::uint32_t second = 0; second < 60; ++second) {
        slot = {1, contract::make_meta(contract::SLOT_BUSY, second, 0, 0, 0, 0)};
        EXPECT_EQ(sweeper_.sweep(tick_at(second)).stuck, 0u);
    }
}

TEST_F(SweeperTest, DoesNotTakeManyQuickSweepsForALongTime) {
    auto& slot = memory_.narrow[3].slot[1];
    slot = {1, contract::make_meta(contract::SLOT_BUSY, 7, 0, 0, 0, 0)};
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(sweeper_.sweep(tick_at(1)).stuck, 0u);
}

TEST_F(SweeperTest, CorrectsCountersThatStandStillAndAreWrong) {
    put(memory_, entry(0, contract::STATE_ESTABLISHED));
    auto& load = memory_.loads[memory_.services[1].server_base];
    load = {3, 0xffffffff, 2, 0, 0};
    EXPECT_EQ(sweeper_.sweep(tick_at(1)).corrected, 0u) << "seen once";
    EXPECT_EQ(sweeper_.sweep(tick_at(2)).corrected, 1u);
    EXPECT_EQ(load.active, 1u);
    EXPECT_EQ(load.inactive, 0u);
    EXPECT_EQ(load.persistent, 0u);
    EXPECT_EQ(sweeper_.sweep(tick_at(3)).corrected, 0u);
}

TEST_F(SweeperTest, LeavesCountersAloneThatMove) {
    put(memory_, entry(0, contract::STATE_ESTABLISHED));
    auto& load = memory_.loads[memory_.services[1].server_base];
    for (std::uint32_t second = 1; second < 60; ++second) {
        load.active = 2 + second % 2;  // as if packets came and went during each pass
        EXPECT_EQ(sweeper_.sweep(tick_at(second)).corrected, 0u);
    }
    load.active = 2;
    sweeper_.sweep(tick_at(60));
    EXPECT_EQ(sweeper_.sweep(tick_at(61)).corrected, 1u);
}

TEST_F(SweeperTest, ReopensAFullServerWhenItsEntriesEnd) {
    auto const record = memory_.services[2].server_base;
    auto& server = memory_.servers[record];
    auto& load = memory_.loads[record];
    server.upper = 4;
    load.overloaded = 1;
    std::vector<contract::narrow_slot*> slots;
    for (std::uint16_t i = 0; i < 4; ++i) {
        auto made = entry(i < 2 ? 0 : 60 * (i - 1), contract::STATE_UDP);  // two end at 300 s, one at 360 s, one at 420 s
        made.service = 2;
        made.port = static_cast<std::uint16_t>(1000 + i);
        slots.push_back(&put(memory_, made));
    }
    (void)end_of(*slots[1]);
    EXPECT_EQ(load.inactive, 2u);
    EXPECT_EQ(load.overloaded, 0) << "2 is below three quarters of 4";
    load.overloaded = 1;
    server.lower = 1;
    (void)end_of(*slots[2], 350);
    EXPECT_EQ(load.overloaded, 1) << "1 is not below 1";
    (void)end_of(*slots[3], 400);
    EXPECT_EQ(load.overloaded, 0);
}

TEST_F(SweeperTest, JudgesAThresholdByCorrectedCounters) {
    auto const record = memory_.services[2].server_base;
    memory_.servers[record].upper = 2;
    auto& load = memory_.loads[record];
    load = {0, 5, 0, 1, 0};  // of entries that are not there
    for (int second = 0; second < 3; ++second) (void)sweeper_.sweep(tick_at(second));
    EXPECT_EQ(load.inactive, 0u);
    EXPECT_EQ(load.overloaded, 0);
}

}  // namespace
}  // namespace drover::dataplane
