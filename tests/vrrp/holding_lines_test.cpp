// Lines that keepalived 2.2.7 wrote for an instance with all of them.
#include "vrrp/holding_lines.h"

#include <gmock/gmock.h>

namespace drover::vrrp {
namespace {

using testing::ElementsAre;

TEST(HoldingLines, NameWhatThereIsInKeepalivedsOrder) {
    model::Instance instance;
    instance.name = "VI_1";
    instance.addresses.emplace_back();
    EXPECT_THAT(taking_lines(instance), ElementsAre("(VI_1) setting VIPs."));
    instance.excluded.emplace_back();
    instance.routes.emplace_back();
    instance.rules.emplace_back();
    EXPECT_THAT(taking_lines(instance), ElementsAre("(VI_1) setting VIPs.", "(VI_1) setting E-VIPs.",
                                                    "(VI_1) setting Virtual Routes", "(VI_1) setting Virtual Rules"));
    EXPECT_THAT(dropping_lines(instance), ElementsAre("(VI_1) removing Virtual Rules", "(VI_1) removing Virtual Routes",
                                                      "(VI_1) removing VIPs.", "(VI_1) removing E-VIPs."));
}

}  // namespace
}  // namespace drover::vrrp
