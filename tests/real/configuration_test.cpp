#include "real/configuration.h"

#include <gmock/gmock.h>

namespace drover::real {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Address address(std::string_view text) { return *Address::parse(text); }

TEST(Configuration, NamesVipsAndDevices) {
    auto const read = parse_configuration(
        "# the farm\n"
        "VIP=172.51.97.175\r\n"
        "\n"
        "  VIP = \"172.51.97.176 172.51.97.177\"   # two more\n"
        "VIP='2001:db8::175,172.51.97.175'\n"
        "DEV=eth0 eth1\n"
        "DEV=eth2",
        "real.conf");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_THAT(read->vips, ElementsAre(address("172.51.97.175"), address("172.51.97.176"), address("172.51.97.177"),
                                        address("2001:db8::175")));
    EXPECT_THAT(read->devices, ElementsAre("eth0", "eth1", "eth2"));
}

TEST(Configuration, MayBeEmpty) {
    for (auto const* text : {"", "\n\n", "# nothing yet", "   \t"})
        EXPECT_THAT(parse_configuration(text, "real.conf").value().vips, IsEmpty()) << text;
}

TEST(Configuration, IsRefusedWithTheLine) {
    struct Case {
        char const* text;
        char const* message;
    };
    for (auto const& c : {
             Case{"VIP=172.51.97", "real.conf:1: '172.51.97' is no IP address"},
             Case{"# x\n\nVIP=10.0.0.1/24\n", "real.conf:3: '10.0.0.1/24' is no IP address"},
             Case{"VIP=", "real.conf:1: VIP has no address"},
             Case{"VPI=10.0.0.1", "real.conf:1: 'VPI' is no setting: VIP or DEV"},
             Case{"VIP=10.0.0.1\n10.0.0.2\n", "real.conf:2: '10.0.0.2' is no NAME=VALUE"},
             Case{"=", "real.conf:1: '' is no setting: VIP or DEV"},
         }) {
        auto const read = parse_configuration(c.text, "real.conf");
        ASSERT_FALSE(read) << c.text;
        EXPECT_EQ(read.error().message, c.message);
    }
}

}  // namespace
}  // namespace drover::real
