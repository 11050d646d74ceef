#include "dataplane/reach.h"

#include <gtest/gtest.h>

namespace drover::dataplane {
namespace {

model::ServiceObserved service(bool unreachable, std::uint16_t port = 80) {
    model::ServiceObserved seen;
    seen.key = {{Address::v4(0x0a000001), port}, Protocol::tcp};
    seen.unreachable = unreachable;
    return seen;
}

TEST(Reach, TellsOnceThatAServiceIsLostAndOnceThatItIsFoundAgain) {
    Reach reach;
    EXPECT_EQ(reach.look(service(false)), Reach::News::none);
    EXPECT_EQ(reach.look(service(true)), Reach::News::none);
    EXPECT_EQ(reach.look(service(true)), Reach::News::lost);
    EXPECT_EQ(reach.look(service(true)), Reach::News::none);
    EXPECT_EQ(reach.look(service(true)), Reach::News::none);
    EXPECT_EQ(reach.look(service(false)), Reach::News::found);
    EXPECT_EQ(reach.look(service(false)), Reach::News::none);
}

TEST(Reach, SaysNothingOfOneThatIsResolvedAtOnce) {
    Reach reach;
    EXPECT_EQ(reach.look(service(true)), Reach::News::none);
    EXPECT_EQ(reach.look(service(false)), Reach::News::none);
    EXPECT_EQ(reach.look(service(true)), Reach::News::none);
}

TEST(Reach, KeepsServicesApart) {
    Reach reach;
    EXPECT_EQ(reach.look(service(true, 80)), Reach::News::none);
    EXPECT_EQ(reach.look(service(true, 81)), Reach::News::none);
    EXPECT_EQ(reach.look(service(true, 80)), Reach::News::lost);
    EXPECT_EQ(reach.look(service(true, 81)), Reach::News::lost);
}

}  // namespace
}  // namespace drover::dataplane
