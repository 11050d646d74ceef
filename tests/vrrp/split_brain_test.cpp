#include "vrrp/split_brain.h"

#include <gmock/gmock.h>

namespace drover::vrrp {
namespace {

using testing::HasSubstr;

TimePoint const start{std::chrono::hours(1)};
Address const peer = *Address::parse("10.0.0.3");

TEST(SplitBrain, AMasterWhoseAdvertsAreRefusedIsNamedWithTheReason) {
    SplitBrain brain;
    EXPECT_TRUE(brain.refused(peer, "password", "received an invalid passwd!", true, start));
    EXPECT_EQ(brain.verdict(1s, start),
              "10.0.0.3 is MASTER, too: its adverts are refused (password: received an invalid passwd!)");
    EXPECT_FALSE(brain.refused(peer, "password", "received an invalid passwd!", true, start + 1s)) << "no news";
    EXPECT_TRUE(brain.refused(peer, "interval", "mine=1 sec rcv'd=2 sec", true, start + 1s)) << "another reason is news";
    EXPECT_EQ(brain.rivals().size(), 2U);
    EXPECT_EQ(brain.rivals()[1].count, 2U);
}

TEST(SplitBrain, ItIsOverWhenTheOtherResignsOrHasBeenSilentForAMinute) {
    SplitBrain brain;
    brain.refused(peer, "TTL", "invalid TTL/HL", true, start);
    EXPECT_NE(brain.verdict(1s, start + 60s), "") << "keepalived falls silent when it refuses our adverts";
    EXPECT_EQ(brain.verdict(1s, start + 61s), "");
    brain.refused(peer, "TTL", "invalid TTL/HL", true, start + 70s);
    brain.refused(peer, "TTL", "invalid TTL/HL", false, start + 71s);
    EXPECT_EQ(brain.verdict(1s, start + 71s), "");
    EXPECT_EQ(brain.rivals()[0].count, 3U) << "it is still counted";
}

TEST(SplitBrain, OneWithOtherAddressesIsNamedAtOnce) {
    SplitBrain brain;
    brain.other_addresses(peer, "it advertises 10.0.0.9", true, start);
    EXPECT_EQ(brain.verdict(1s, start), "10.0.0.3 is MASTER, too (address list: it advertises 10.0.0.9)");
    brain.other_addresses(peer, "it advertises 10.0.0.9", false, start);
    EXPECT_EQ(brain.verdict(1s, start), "");
}

TEST(SplitBrain, OneThatResignsClaimsNothing) {
    SplitBrain brain;
    brain.refused(peer, "password", "received an invalid passwd!", false, start);
    EXPECT_EQ(brain.verdict(1s, start), "");
}

TEST(SplitBrain, ASecondMasterIsOneThatStays) {
    SplitBrain brain;
    brain.second_master(peer, 90, start);
    brain.second_master(peer, 90, start + 1s);
    EXPECT_EQ(brain.verdict(1s, start + 1s), "") << "these may have been on their way";
    brain.second_master(peer, 90, start + 2s);
    brain.second_master(peer, 90, start + 3s);
    EXPECT_THAT(brain.verdict(1s, start + 3s), HasSubstr("10.0.0.3 stays MASTER, too"));
    EXPECT_EQ(brain.verdict(1s, start + 8s), "") << "gone";
}

TEST(SplitBrain, ElectionsFarApartAreNoSecondMaster) {
    SplitBrain brain;
    for (int i = 0; i < 5; ++i) brain.second_master(peer, 90, start + i * 30s);
    EXPECT_EQ(brain.verdict(1s, start + 120s), "");
}

TEST(SplitBrain, AnotherHostThatAnswersForAnAddressIsNamedByItsMac) {
    SplitBrain brain;
    brain.answers_for(*Address::parse("10.0.0.100"), "02:00:00:00:00:09", start);
    EXPECT_EQ(brain.verdict(1s, start), "02:00:00:00:00:09 has the address 10.0.0.100, too: it answers for it");
}

TEST(SplitBrain, SendersThatSomebodyMakesUpFillNoMemory) {
    SplitBrain brain;
    for (std::uint32_t i = 0; i < 1000; ++i) brain.refused(Address::v4(0x0a000000 + i), "password", "x", true, start);
    EXPECT_EQ(brain.rivals().size(), 32U);
    brain.refused(peer, "password", "x", true, start + 61s);
    EXPECT_NE(brain.verdict(1s, start + 61s), "") << "those who are silent make room";
}

}  // namespace
}  // namespace drover::vrrp
