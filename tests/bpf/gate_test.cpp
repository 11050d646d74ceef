// A director schedules while it is MASTER, and never what a peer has sent on.
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Gate : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto web = service(kVip, 80, {{real(1), 1}, {real(2), 1}});
        web.instance = "VI_1";
        path().serve({web, service("172.51.97.176", 80, {{real(1), 1}})});
        role_ = *path().programmer().roles().find("VI_1");
    }
    dataplane::Roles& roles() { return path().programmer().roles(); }

    std::uint32_t role_ = 0;
};

TEST_F(Gate, StartsShutAndDropsEveryFrameOfTheService) {
    for (auto const& sent : {frame().syn(), frame().ack(), frame().tcp(kRst)}) {
        EXPECT_EQ(path().send(sent).verdict, "not_master") << "passing it would make the host answer with a reset";
    }
    EXPECT_TRUE(path().rows().empty());
}

TEST_F(Gate, OpenLetsThemThroughAndShutStopsThemAtOnce) {
    roles().open_gate(role_);
    EXPECT_EQ(path().send(frame().syn()).verdict, "forwarded");
    EXPECT_EQ(path().send(frame().ack()).verdict, "forwarded");
    roles().shut_gate(role_);
    EXPECT_EQ(path().send(frame().ack()).verdict, "not_master");
    roles().open_gate(role_);
    EXPECT_EQ(path().send(frame().ack()).verdict, "forwarded") << "the entry is still there";
}

TEST_F(Gate, OfOneInstanceIsNotAnothers) {
    EXPECT_EQ(path().send(frame().to("172.51.97.176").syn()).verdict, "forwarded") << "under no instance";
}

TEST_F(Gate, ShutLetsPacketsPassToAHostThatIsItselfARealServer) {
    path().programmer().set_next_hop(real(2).address, dataplane::NextHop{{}, 0, true});
    auto const before = path().object().service_traffic(1).packets;
    EXPECT_EQ(path().send(frame().syn()).verdict, "real_here");
    EXPECT_EQ(path().object().service_traffic(1).packets, before) << "the other director has counted them";
    EXPECT_TRUE(path().rows().empty());
}

TEST_F(Gate, NeverSchedulesAPeersFrames) {
    roles().open_gate(role_);
    Mac const peer{{2, 0, 0, 0, 1, 5}}, same_filter_bit{{2, 0, 0, 0, 9, 5 + 64}};
    ASSERT_TRUE(path().programmer().ports().add_peer(PacketPath::kIngress, peer));
    EXPECT_EQ(path().send(frame().from_mac(peer)).verdict, "from_peer");
    EXPECT_EQ(path().send(frame().from_mac(same_filter_bit)).verdict, "forwarded") << "the filter is only a filter";
    EXPECT_EQ(path().send(frame().from_mac(kRouterMac)).verdict, "forwarded");
}

TEST_F(Gate, NeverSendsAFrameBackToWhereItCameFrom) {
    path().serve({service("172.51.97.176", 80, {{real(1), 1}})});
    auto const to = [&](bool on_link) {
        path().programmer().set_next_hop(real(1).address, dataplane::NextHop{server_mac(1), PacketPath::kIngress, false, on_link});
    };
    auto from_server = frame().to("172.51.97.176").from_mac(server_mac(1));
    to(true);
    EXPECT_EQ(path().send(from_server.syn()).verdict, "from_peer") << "a director of which no advert was heard";
    EXPECT_EQ(path().send(frame().to("172.51.97.176").syn()).verdict, "forwarded");
    to(false);
    EXPECT_EQ(path().send(from_server.syn()).verdict, "forwarded") << "a router may be the clients' gateway and the server's";
}

TEST_F(Gate, KnowsSixteenPeers) {
    roles().open_gate(role_);
    for (std::uint8_t i = 0; i < contract::MAX_PEERS; ++i)
        ASSERT_TRUE(path().programmer().ports().add_peer(PacketPath::kIngress, {{2, 0, 0, 0, 1, i}}));
    for (std::uint8_t i = 0; i < contract::MAX_PEERS; ++i)
        EXPECT_EQ(path().send(frame().from_mac({{2, 0, 0, 0, 1, i}})).verdict, "from_peer");
}

}  // namespace
}  // namespace drover::bpf::testing
