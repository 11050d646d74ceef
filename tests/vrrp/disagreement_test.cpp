#include "vrrp/disagreement.h"

#include <gtest/gtest.h>

namespace drover::vrrp {
namespace {

Address at(char const* text) { return Address::parse(text).value(); }

TEST(Disagreement, TheSameAddressesInAnotherOrderAreNone) {
    EXPECT_EQ(other_addresses(at("10.0.0.1"), {at("10.0.0.100"), at("10.0.0.101")}, {at("10.0.0.101"), at("10.0.0.100")}), "");
}

TEST(Disagreement, OtherAddressesAreNamedOnBothSides) {
    EXPECT_EQ(other_addresses(at("10.0.0.1"), {at("10.0.0.100")}, {at("10.0.0.101"), at("10.0.0.100")}),
              "10.0.0.1 advertises other virtual addresses (10.0.0.100) than are configured here (10.0.0.101, 10.0.0.100)");
    EXPECT_EQ(other_addresses(at("10.0.0.1"), {}, {at("10.0.0.100")}),
              "10.0.0.1 advertises other virtual addresses (none) than are configured here (10.0.0.100)");
    EXPECT_NE(other_addresses(at("10.0.0.1"), {at("10.0.0.100"), at("10.0.0.100")}, {at("10.0.0.100"), at("10.0.0.101")}), "");
}

TEST(Disagreement, OfChecksumsOnlyVersion3OverIpv4HasTwoKinds) {
    model::Instance ours;
    ours.version = 3;
    EXPECT_EQ(other_checksums(at("10.0.0.1"), Coverage::pseudo_header, ours), "");
    EXPECT_EQ(other_checksums(at("10.0.0.1"), Coverage::message, ours),
              "10.0.0.1 sends checksums without the pseudo-header (RFC 9568), unlike this director: see v3_checksum_as_v2");
    ours.checksum_as_v2 = true;
    EXPECT_EQ(other_checksums(at("10.0.0.1"), Coverage::message, ours), "");
    EXPECT_EQ(other_checksums(at("10.0.0.1"), Coverage::pseudo_header, ours),
              "10.0.0.1 sends checksums with the pseudo-header (RFC 5798), unlike this director: see v3_checksum_as_v2");
    ours.family = Family::v6;
    EXPECT_EQ(other_checksums(at("fe80::1"), Coverage::pseudo_header, ours), "");
    ours.family = Family::v4, ours.version = 2;
    EXPECT_EQ(other_checksums(at("10.0.0.1"), Coverage::pseudo_header, ours), "");
}

}  // namespace
}  // namespace drover::vrrp
