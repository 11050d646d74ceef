// What an exporter reads in keepalived.stats of adverts that were not believed.
#include "vrrp/advert_counts.h"

#include <gtest/gtest.h>

#include "bytes.h"

namespace drover::vrrp {
namespace {

/// Version 2, VRID 51, with this type of authentication.
Bytes with_auth_type(std::uint8_t type) { return {0x21, 51, 100, 1, type, 1, 0, 0}; }

Packet holding(Bytes const& payload) {
    return {*Address::parse("10.0.0.2"), Address::v4(0xe0000012), 255, payload, {}, {}};
}

struct Case {
    Reason reason;
    std::uint64_t model::AdvertCounts::*counter;
};

TEST(AdvertCounts, EachReasonHasTheCounterThatKeepalivedHas) {
    for (auto const& [reason, counter] : {Case{Reason::length, &model::AdvertCounts::wrong_length},
                                          Case{Reason::ttl, &model::AdvertCounts::wrong_ttl},
                                          Case{Reason::type, &model::AdvertCounts::wrong_type},
                                          Case{Reason::interval, &model::AdvertCounts::wrong_interval},
                                          Case{Reason::password, &model::AdvertCounts::wrong_password},
                                          Case{Reason::auth_type, &model::AdvertCounts::other_authentication}}) {
        model::AdvertCounts counts;
        auto const one = with_auth_type(1);
        count_refused(counts, holding(one), reason);
        EXPECT_EQ(counts.*counter, 1u) << name(reason);
    }
}

TEST(AdvertCounts, ATypeOfAuthenticationThatNobodyKnowsIsCountedApart) {
    model::AdvertCounts counts;
    auto const three = with_auth_type(3);
    count_refused(counts, holding(three), Reason::auth_type);
    EXPECT_EQ(counts.unknown_authentication, 1u);
    EXPECT_EQ(counts.other_authentication, 0u);
}

TEST(AdvertCounts, AChecksumHasNoCounter) {
    model::AdvertCounts counts;
    auto const none = with_auth_type(0);
    count_refused(counts, holding(none), Reason::checksum);
    EXPECT_EQ(counts.wrong_length + counts.wrong_ttl + counts.wrong_type + counts.wrong_interval + counts.wrong_password +
                  counts.unknown_authentication + counts.other_authentication + counts.wrong_addresses,
              0u);
}

TEST(AdvertCounts, WhatWasCountedSinceIsTheDifferenceAndNeverLessThanNought) {
    model::AdvertCounts now, then;
    now.received = 7;
    then.received = 3;
    then.sent = 9;  // of an instance that was made anew since
    auto const since = now - then;
    EXPECT_EQ(since.received, 4u);
    EXPECT_EQ(since.sent, 0u);
}

}  // namespace
}  // namespace drover::vrrp
