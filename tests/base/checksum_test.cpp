#include <array>

#include <gtest/gtest.h>

#include "base/checksum.h"

namespace drover {
namespace {

TEST(Checksum, MatchesTheExampleOfRfc1071) {
    std::array<std::uint8_t, 8> const bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    EXPECT_EQ(checksum_add(bytes), 0xddf2u);
}

TEST(Checksum, OfDataThatCarriesItIsZero) {
    // A VRRPv2 advert of keepalived 2.2.7: VRID 51, priority 150, password "1234".
    std::array<std::uint8_t, 20> const advert{0x21, 0x33, 0x96, 0x01, 0x01, 0x01, 0xd5, 0x80, 0xac, 0x33,
                                              0x61, 0xaf, 0x31, 0x32, 0x33, 0x34, 0x00, 0x00, 0x00, 0x00};
    EXPECT_EQ(checksum(advert), 0);
}

TEST(Checksum, PadsAnOddByteWithZero) {
    std::array<std::uint8_t, 3> const odd{0x12, 0x34, 0x56};
    std::array<std::uint8_t, 4> const even{0x12, 0x34, 0x56, 0x00};
    EXPECT_EQ(checksum(odd), checksum(even));
}

}  // namespace
}  // namespace drover
