#include "app/gateway_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Configuration seed() {
    model::Configuration configuration;
    auto& instance = configuration.instances.emplace_back();
    instance.name = "http";
    instance.addresses.emplace_back().prefix = *Prefix::parse("172.51.97.175/24");
    return configuration;
}

HostNetwork with(std::vector<std::string> const& addresses, char const* gateway) {
    HostNetwork host;
    for (auto const& address : addresses) host.addresses.emplace_back().prefix = *Prefix::parse(address);
    auto& route = host.routes.emplace_back();
    route.destination = {Address::v4(0), 0};
    route.gateway = *Address::parse(gateway);
    return host;
}

TEST(GatewayNote, IsMadeForAGatewayInTheNetworkOfAVipAlone) {
    EXPECT_THAT(gateways_behind_vips(seed(), with({"172.51.96.119/24"}, "172.51.97.1")),
                ElementsAre(HasSubstr("gateway 172.51.97.1 is in the network of VIP 172.51.97.175")));
}

TEST(GatewayNote, IsMadeWhileTheVipIsHeldToo) {
    EXPECT_EQ(gateways_behind_vips(seed(), with({"172.51.96.119/24", "172.51.97.175/24"}, "172.51.97.1")).size(), 1u);
}

TEST(GatewayNote, IsNotMadeForAGatewayOnAnOwnNetwork) {
    EXPECT_THAT(gateways_behind_vips(seed(), with({"172.51.96.119/24"}, "172.51.96.1")), IsEmpty());
    EXPECT_THAT(gateways_behind_vips(seed(), with({"172.51.97.2/24"}, "172.51.97.1")), IsEmpty());
    EXPECT_THAT(gateways_behind_vips(seed(), with({"10.0.0.1/24"}, "10.0.0.254")), IsEmpty());
}

}  // namespace
}  // namespace drover::app
