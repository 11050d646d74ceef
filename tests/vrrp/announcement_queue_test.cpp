#include "vrrp/announcement_queue.h"

#include <gmock/gmock.h>

namespace drover::vrrp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Entry = AnnouncementQueue::Entry;

TimePoint const start{std::chrono::hours(1)};
Address const one = *Address::parse("10.0.0.1");
Address const two = *Address::parse("10.0.0.2");
Address const v6 = *Address::parse("2001:db8::1");

TEST(AnnouncementQueue, SendsTheFirstAtOnceAndTheOthersAtThePace) {
    AnnouncementQueue queue;
    EXPECT_EQ(queue.wakes_at(), std::nullopt);
    queue.add({2, one}, 10ms);
    queue.add({2, two}, 10ms);
    EXPECT_THAT(queue.due(start), ElementsAre(Entry{2, one}));
    EXPECT_EQ(queue.wakes_at(), start + 10ms);
    EXPECT_THAT(queue.due(start + 9ms), IsEmpty());
    EXPECT_THAT(queue.due(start + 15ms), ElementsAre(Entry{2, two}));
    queue.add({2, one}, 10ms);
    EXPECT_EQ(queue.wakes_at(), start + 25ms) << "counted from the frame that was sent last";
}

TEST(AnnouncementQueue, InterfacesAndFamiliesDoNotWaitForEachOther) {
    AnnouncementQueue queue;
    queue.add({2, one}, 10ms);
    queue.add({3, one}, 10ms);
    queue.add({2, v6}, 1s);
    queue.add({2, two}, 10ms);
    EXPECT_THAT(queue.due(start), ElementsAre(Entry{2, one}, Entry{2, v6}, Entry{3, one}));
}

TEST(AnnouncementQueue, InterfacesOfOneLaneWaitForEachOther) {
    AnnouncementQueue queue;
    queue.add({2, one}, 10ms, -1);
    queue.add({3, two}, 10ms, -1);
    EXPECT_THAT(queue.due(start), ElementsAre(Entry{2, one}));
    EXPECT_THAT(queue.due(start + 10ms), ElementsAre(Entry{3, two}));
}

TEST(AnnouncementQueue, ForgetsWhatIsGivenUp) {
    AnnouncementQueue queue;
    for (auto const& address : {one, two, one}) queue.add({2, address}, 10ms);
    queue.forget(one);
    EXPECT_THAT(queue.due(start), ElementsAre(Entry{2, two}));
    EXPECT_EQ(queue.wakes_at(), std::nullopt);
}

}  // namespace
}  // namespace drover::vrrp
