// What somebody else has changed in the packet path's tables is written again, and nothing else is.
#include <gmock/gmock.h>

#include <functional>

#include "dataplane/deployment.h"

namespace drover::dataplane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::at;
using testing::dns;
using testing::service;
using testing::two_services;
using testing::web;

constexpr auto kWeb = "service [172.51.97.175]:tcp:80";
constexpr auto kDns = "service [172.51.97.175]:udp:53";

class Reconcile : public testing::Deployment {
protected:
    void SetUp() override {
        made_.ports().put(2, *Mac::parse("02:00:00:00:00:01")).value();
        made_.set_next_hop(*Address::parse("172.51.96.235"), NextHop{*Mac::parse("02:00:00:00:00:02"), 2});
        made_.set_next_hop(*Address::parse("172.51.96.236"), NextHop{{}, 0, true});
        ASSERT_TRUE(made_.apply(two_services()));
        (void)round();  // the settings are looked at when a round begins
        image_ = memory_.image();
    }
    /// Of all services, and the beginning of the next.
    std::vector<std::string> round() {
        auto restored = made_.reconcile(100'000);
        auto const more = made_.reconcile(100'000);
        restored.insert(restored.end(), more.begin(), more.end());
        return restored;
    }
    contract::server& server(Endpoint const& endpoint) { return record(made_, 1, endpoint); }

    Programmer made_ = programmer();
    std::string image_;
};

TEST_F(Reconcile, FindsNothingWhereNobodyElseWasAndWritesNothing) {
    EXPECT_THAT(round(), IsEmpty());
    EXPECT_TRUE(memory_.image() == image_);
    for (int weight : {0, 5, 3}) {
        auto wanted = two_services();
        wanted.services[0].servers[0].weight = weight;
        wanted.limits = {1, 1000, 777};
        ASSERT_TRUE(made_.apply(wanted));
        EXPECT_THAT(round(), IsEmpty()) << "after a change of our own";
    }
}

TEST_F(Reconcile, WritesEachKindOfEntryAgain) {
    auto& record = memory_.services[1];
    auto& next_hop = server(at("172.51.96.235"));
    std::vector<std::function<void()>> const hands{
        [&] { record = {}; },
        [&] { record.ring = 0; },
        [&] { record.ring = contract::ring_word(1 << 20, 7); },
        [&] { record.role = 9; },
        [&] { record.persistence = 1; },
        [&] { record.flags |= contract::SERVICE_WIDE; },
        [&] { next_hop.next_hop = 0; },
        [&] { next_hop.flags = 0; },
        [&] { next_hop.weight = 99; },
        [&] { next_hop = {}; },
        [&] { server(at("172.51.96.236")).flags &= ~__u32{contract::SERVER_LOCAL}; },
    };
    for (std::size_t i = 0; i < hands.size(); ++i) {
        hands[i]();
        EXPECT_THAT(round(), ElementsAre(kWeb)) << i;
        EXPECT_TRUE(memory_.image() == image_) << i;
    }
}

TEST_F(Reconcile, WritesARingAgainWhoseSlotsWereChanged) {
    auto const word = memory_.services[1].ring;
    memory_.rings[word >> 32].server[1] = 77;
    EXPECT_THAT(round(), ElementsAre(kWeb));
    EXPECT_THAT(ring(1), ElementsAre(1, 0));
    EXPECT_THAT(round(), IsEmpty());
}

TEST_F(Reconcile, PutsServicesBackThatNoPacketFindsAnyMore) {
    std::ranges::fill(memory_.vips, contract::vip_bucket{});
    EXPECT_THAT(round(), ElementsAre(kWeb, kDns));
    EXPECT_EQ(found(web()), 1);
    EXPECT_EQ(found(dns()), 2);
    EXPECT_EQ(found_by_packets(memory_, kernel_, vip_address_key(at("172.51.97.175").address)), 0);
    EXPECT_THAT(round(), IsEmpty());
}

TEST_F(Reconcile, PutsBackWhatStoodInTheSpillMap) {
    auto wanted = two_services();
    for (std::uint16_t port = 1000; kernel_.spilled.empty(); ++port) {
        wanted.services.push_back(service({at("172.51.97.175", port), Protocol::tcp}, {{at("172.51.96.235", port), 1}}));
        ASSERT_TRUE(made_.apply(wanted));
    }
    EXPECT_THAT(round(), IsEmpty());
    auto const before = kernel_.spilled;
    kernel_.spilled.clear();
    EXPECT_THAT(round(), ::testing::SizeIs(1));
    EXPECT_EQ(kernel_.spilled, before);
}

TEST_F(Reconcile, WritesTimeoutsAndLimitsAgain) {
    memory_.settings.timeout[contract::STATE_ESTABLISHED] = 1;
    EXPECT_THAT(round(), ElementsAre("the settings"));
    memory_.settings.conn_max = 1;
    EXPECT_THAT(round(), ElementsAre("the settings"));
    EXPECT_TRUE(memory_.image() == image_);
}

TEST_F(Reconcile, ARingWordThatSomebodyElseWroteIsNeverReleased) {
    memory_.services[1].ring = contract::ring_word(3, 5);
    auto wanted = two_services();
    wanted.services[0].servers[0].weight = 1;
    ASSERT_TRUE(made_.apply(wanted));
    EXPECT_THAT(ring(1), ElementsAre(1, 1, 1, 0));
    EXPECT_TRUE(made_.begin_grace());
    made_.end_grace();
    ASSERT_TRUE(made_.apply(two_services()));
    EXPECT_THAT(ring(1), ElementsAre(1, 0));
    EXPECT_THAT(ring(2), ElementsAre(0));
}

TEST_F(Reconcile, GoesRoundAPieceAtATime) {
    memory_.services[1].persistence = 1;
    memory_.services[2].persistence = 1;
    std::vector<std::size_t> found;
    for (int i = 0; i < 4; ++i) found.push_back(made_.reconcile(1).size());
    EXPECT_THAT(found, ::testing::Contains(1).Times(2));
}

}  // namespace
}  // namespace drover::dataplane
