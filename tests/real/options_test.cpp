#include "real/options.h"

#include <gmock/gmock.h>

namespace drover::real {
namespace {

using ::testing::ElementsAre;

Result<Options> parse(std::vector<std::string> const& arguments, std::string_view vip = "") {
    return parse_lvs_dr(arguments, vip);
}

TEST(LvsDr, TakesTheFourVerbsOfTheInitScript) {
    EXPECT_EQ(parse({"start"})->verb, Verb::start);
    EXPECT_EQ(parse({"stop"})->verb, Verb::stop);
    EXPECT_EQ(parse({"restart"})->verb, Verb::restart);
    EXPECT_EQ(parse({"status"})->verb, Verb::status);
    EXPECT_EQ(parse({"status"})->words, Words::init_script);
}

TEST(LvsDr, SaysHowItIsUsed) {
    for (std::vector<std::string> const& arguments :
         {std::vector<std::string>{}, {"begin"}, {"start", "now"}, {""}, {"--help"}})
        EXPECT_EQ(parse(arguments).error().message, "Usage: lvs-dr {start|stop|restart|status}");
}

TEST(LvsDr, TakesVipsFromTheEnvironment) {
    EXPECT_THAT(parse({"start"}, " 172.51.97.175,10.0.0.1 10.0.0.1 ")->vips,
                ElementsAre(*Address::parse("172.51.97.175"), *Address::parse("10.0.0.1")));
    EXPECT_EQ(parse({"start"}, "172.51.97").error().message, "VIP in the environment: '172.51.97' is no IP address");
}

}  // namespace
}  // namespace drover::real
