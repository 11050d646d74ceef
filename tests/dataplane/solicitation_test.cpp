#include "dataplane/solicitation.h"

#include <gmock/gmock.h>

namespace drover::dataplane {
namespace {

using ::testing::ElementsAreArray;

Mac const own{{0x02, 0, 0, 0, 0, 0x01}};

TEST(Solicitation, OfIpv4IsAnArpRequest) {
    EXPECT_THAT(arp_request(own, *Address::parse("10.0.0.1"), *Address::parse("10.0.0.2")),
                ElementsAreArray({0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01,               // who has
                                  0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x01,   // tell
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x02}));
}

TEST(Solicitation, OfIpv6TellsOurOwnMac) {
    EXPECT_THAT(neighbour_solicitation(own, *Address::parse("2001:db8::12:3456")),
                ElementsAreArray({0x87, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,                                //
                                  0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,                                //
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56,                                //
                                  0x01, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01}));
    EXPECT_EQ(solicited_node(*Address::parse("2001:db8::12:3456")).text(), "ff02::1:ff12:3456");
}

}  // namespace
}  // namespace drover::dataplane
