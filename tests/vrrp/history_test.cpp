// Ten thousand random histories of three routers: loss, delay, doubling, pauses, changed priorities, links that flap,
// clocks that jump, crashes, stops and handovers. Whatever has been, a network that is left alone has one master, a failed one is
// replaced in time, and nobody changes his state without a cause.
#include "vrrp/history.h"

#include <gmock/gmock.h>

namespace drover::vrrp {
namespace {

constexpr std::uint64_t histories = 10'000;
constexpr std::uint64_t groups = 20;

class Histories : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Histories, EndWithOneMasterAndNoChangeWithoutACause) {
    History::Tally sum;
    for (auto seed = GetParam(); seed < histories; seed += groups) {
        History history(seed, false);
        if (auto const wrong = history.play(); !wrong.empty()) {
            History again(seed, true);
            again.play();
            FAIL() << wrong << "\n" << again.journal();
        }
        sum.takeovers += history.tally().takeovers;
        sum.yields += history.tally().yields;
        sum.yields_late += history.tally().yields_late;
        sum.went_on_late += history.tally().went_on_late;
        sum.faults += history.tally().faults;
        sum.lost += history.tally().lost;
        sum.doubled += history.tally().doubled;
        sum.joins += history.tally().joins;
        sum.held_back += history.tally().held_back;
        sum.handovers += history.tally().handovers;
    }
    // All that the histories are for has happened in them.
    for (auto const times :
         {sum.takeovers, sum.yields, sum.yields_late, sum.went_on_late, sum.faults, sum.lost, sum.doubled,
          sum.joins, sum.held_back, sum.handovers})
        EXPECT_GT(times, 20U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Histories, testing::Range(std::uint64_t{0}, groups));

}  // namespace
}  // namespace drover::vrrp
