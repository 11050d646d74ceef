#include "sync/rules.h"

#include <gtest/gtest.h>

#include "sync/samples.h"

namespace drover::sync {
namespace {

using testing::tcp;

TEST(Rules, ATcpConnectionIsToldFromEstablishedOn) {
    std::string told;
    for (std::uint16_t state = 0; state < tcp_states; ++state) {
        auto connection = tcp();
        connection.state = state;
        if (is_told(connection)) told += " " + std::to_string(state);
    }
    EXPECT_EQ(told, " 1 4 5 6 7") << "ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE, CLOSE_WAIT";
}

TEST(Rules, AnSctpAssociationIsToldFromEstablishedOn) {
    std::string told;
    for (std::uint16_t state = 0; state < sctp_states; ++state) {
        auto connection = tcp();
        connection.protocol = 132;
        connection.state = state;
        if (is_told(connection)) told += " " + std::to_string(state);
    }
    EXPECT_EQ(told, " 8 9 10 11 13");
}

TEST(Rules, FlowsAndTemplatesAreToldAtOnce) {
    auto udp = tcp(), bound = tcp();
    udp.protocol = 17, udp.state = 0;
    bound.flags |= flag_template, bound.state = template_none;
    EXPECT_TRUE(is_told(udp));
    EXPECT_TRUE(is_told(bound));
}

TEST(Rules, IsToldAgainAfterThePeriodOrHalfTheTimeout) {
    EXPECT_EQ(refresh_after(900, 30), 30u);
    EXPECT_EQ(refresh_after(40, 30), 20u);
    EXPECT_EQ(refresh_after(10, 30), 10u) << "at least ten seconds";
    EXPECT_EQ(refresh_after(10, 5), 5u);
}

TEST(Pace, GivesSoManyASecondAndSavesATenth) {
    Pace pace(1000);
    TimePoint now{std::chrono::hours(1)};
    EXPECT_EQ(pace.allowance(now), 100u) << "never more than a tenth at once";
    pace.spend(100);
    EXPECT_EQ(pace.allowance(now), 0u);
    std::uint32_t sent = 0;
    for (int turn = 0; turn < 200; ++turn) {
        now += 5ms;
        auto const may = pace.allowance(now);
        pace.spend(may);
        sent += may;
    }
    EXPECT_EQ(sent, 1000u) << "of one second";
}

TEST(Pace, ForgetsNoTimeThatWasTooShortForOne) {
    Pace pace(10);
    TimePoint now{std::chrono::hours(1)};
    pace.spend(pace.allowance(now));
    std::uint32_t sent = 0;
    for (int turn = 0; turn < 200; ++turn) {
        now += 5ms;
        auto const may = pace.allowance(now);
        pace.spend(may);
        sent += may;
    }
    EXPECT_EQ(sent, 10u);
}

}  // namespace
}  // namespace drover::sync
