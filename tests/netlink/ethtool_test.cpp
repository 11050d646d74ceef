#include "netlink/io/ethtool.h"

#include <gmock/gmock.h>

#include "netlink/world.h"

namespace drover::netlink {
namespace {

using ::testing::HasSubstr;

using Card = testing::World;

TEST_F(Card, HasADriver) {
    EXPECT_EQ(driver_name("eth0").value(), "veth");
    EXPECT_THAT(driver_name("eth9").error().message, HasSubstr("ask for the driver of eth9: No such device"));
}

TEST_F(Card, OfSoftwareHasNoPermanentMac) { EXPECT_FALSE(permanent_mac("eth0").value()); }

TEST_F(Card, LetsGroBeSwitched) {
    for (bool const on : {true, false, true}) {
        ASSERT_TRUE(set_feature("eth0", gro, on));
        EXPECT_EQ(feature("eth0", gro).value()->on, on);
    }
    EXPECT_TRUE(feature("eth0", gro).value()->changeable);
}

TEST_F(Card, SaysWhenAFeatureIsFixed) {
    EXPECT_FALSE(feature("eth0", lro).value()->changeable);
    auto const set = set_feature("eth0", lro, true);
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().message, "switch rx-lro on on eth0: the driver does not let it be changed");
    EXPECT_TRUE(set_feature("eth0", lro, false)) << "what is off already may be switched off";
}

TEST_F(Card, DoesNotKnowAFeatureThatIsNone) {
    EXPECT_FALSE(feature("eth0", "rx-magic").value());
    EXPECT_THAT(set_feature("eth0", "rx-magic", true).error().message, HasSubstr("no such feature"));
}

}  // namespace
}  // namespace drover::netlink
