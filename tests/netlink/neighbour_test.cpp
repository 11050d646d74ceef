#include "netlink/io/neighbour.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "netlink/io/link.h"
#include "netlink/io/monitor.h"
#include "netlink/world.h"

namespace drover::netlink {
namespace {

class Neighbours : public testing::World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) return;
        socket_.emplace(Socket::open().value());
        monitor_.emplace(Monitor::open().value());
        eth0_ = link_named(*socket_, "eth0").value().index;
    }
    std::optional<Neighbour> peer() { return neighbour_get(*socket_, eth0_, peer_address_).value(); }
    bool reaches(NeighbourState state) {
        return eventually(monitor_->fd(), [&] {
            monitor_->read();
            return peer() && peer()->state == state;
        });
    }
    Neighbour entry(NeighbourState state, char const* mac) const {
        return {eth0_, peer_address_, Mac::parse(mac), state};
    }

    std::optional<Socket> socket_;
    std::optional<Monitor> monitor_;
    int eth0_ = 0;
    Address const peer_address_ = *Address::parse("10.0.0.2");
    char const* const peer_mac_ = "02:00:00:00:00:02";
};

TEST_F(Neighbours, AreReplacedAndDeleted) {
    EXPECT_FALSE(peer());
    ASSERT_TRUE(replace_neighbour(*socket_, entry(NeighbourState::permanent, "02:00:00:00:00:77")));
    EXPECT_EQ(peer(), entry(NeighbourState::permanent, "02:00:00:00:00:77"));
    ASSERT_TRUE(replace_neighbour(*socket_, entry(NeighbourState::permanent, "02:00:00:00:00:78")));
    auto const all = neighbours(*socket_).value();
    EXPECT_THAT(all, ::testing::Contains(entry(NeighbourState::permanent, "02:00:00:00:00:78")));
    EXPECT_EQ(delete_neighbour(*socket_, eth0_, peer_address_).value(), Outcome::done);
    EXPECT_EQ(delete_neighbour(*socket_, eth0_, peer_address_).value(), Outcome::unchanged);
}

TEST_F(Neighbours, ThatAreUnknownAreResolvedByAProbe) {
    ASSERT_TRUE(probe_neighbour(*socket_, eth0_, peer_address_));
    ASSERT_TRUE(reaches(NeighbourState::reachable));
    EXPECT_EQ(peer()->mac, Mac::parse(peer_mac_));
    EXPECT_TRUE(peer()->usable());
}

TEST_F(Neighbours, ThatWentStaleAreConfirmedByAProbe) {
    ASSERT_TRUE(replace_neighbour(*socket_, entry(NeighbourState::stale, peer_mac_)));
    ASSERT_TRUE(probe_neighbour(*socket_, eth0_, peer_address_));
    EXPECT_TRUE(peer()->usable()) << "also while the answer is awaited";
    EXPECT_TRUE(reaches(NeighbourState::reachable));
}

TEST_F(Neighbours, WithAnotherMacThanTheyHadFailTheProbeAndAreLearntByTheNext) {
    run("ip ntable change name arp_cache dev eth0 retrans 20");
    ASSERT_TRUE(replace_neighbour(*socket_, entry(NeighbourState::stale, peer_mac_)));
    there([] { run("ip link set eth0 address 02:00:00:00:00:99"); });
    ASSERT_TRUE(probe_neighbour(*socket_, eth0_, peer_address_));
    ASSERT_TRUE(reaches(NeighbourState::failed));
    EXPECT_FALSE(peer()->usable());
    ASSERT_TRUE(probe_neighbour(*socket_, eth0_, peer_address_));
    ASSERT_TRUE(reaches(NeighbourState::reachable));
    EXPECT_EQ(peer()->mac, Mac::parse("02:00:00:00:00:99"));
}

TEST_F(Neighbours, ThatAreKeptAreResolvedAtOnce) {
    ASSERT_TRUE(manage_neighbour(*socket_, eth0_, peer_address_));
    ASSERT_TRUE(reaches(NeighbourState::reachable));
    EXPECT_THAT(output("ip neigh show 10.0.0.2"), ::testing::HasSubstr("managed"));
}

TEST_F(Neighbours, SetByHandAreLeftAlone) {
    auto const fixed = entry(NeighbourState::permanent, "02:00:00:00:00:77");
    ASSERT_TRUE(replace_neighbour(*socket_, fixed));
    ASSERT_TRUE(probe_neighbour(*socket_, eth0_, peer_address_));
    ASSERT_TRUE(manage_neighbour(*socket_, eth0_, peer_address_));
    EXPECT_EQ(peer(), fixed);
}

TEST_F(Neighbours, AreOfIpv6Too) {
    there([] { run("ip -6 addr add 2001:db8::2/64 dev eth0 nodad"); });
    run("ip -6 addr add 2001:db8::1/64 dev eth0 nodad");
    auto const address = *Address::parse("2001:db8::2");
    ASSERT_TRUE(probe_neighbour(*socket_, eth0_, address));
    EXPECT_TRUE(eventually(monitor_->fd(), [&] {
        monitor_->read();
        auto const found = neighbour_get(*socket_, eth0_, address).value();
        return found && found->mac == Mac::parse(peer_mac_);
    }));
}

TEST(Neighbour, IsUsableOnlyWithAMacThatHasNotFailed) {
    Neighbour neighbour{1, *Address::parse("10.0.0.2"), Mac::parse("02:00:00:00:00:02"), NeighbourState::stale};
    EXPECT_TRUE(neighbour.usable());
    neighbour.state = NeighbourState::failed;
    EXPECT_FALSE(neighbour.usable());
    neighbour = {1, *Address::parse("10.0.0.2"), std::nullopt, NeighbourState::permanent};
    EXPECT_FALSE(neighbour.usable());
}

}  // namespace
}  // namespace drover::netlink
