// Which server a new connection gets.
#include <gmock/gmock.h>

#include <thread>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Schedule : public PacketTest {};

TEST_F(Schedule, RoundRobinAlternatesStrictly) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})});
    EXPECT_EQ(path().deal(7), "r2 r1 r2 r1 r2 r1 r2") << "newest first, as IPVS";
}

TEST_F(Schedule, RoundRobinIgnoresWeightsButNought) {
    path().serve({service(kVip, 80, {{real(1), 5}, {real(2), 0}, {real(3), 1}})});
    EXPECT_EQ(path().deal(6), "r3 r1 r3 r1 r3 r1");
}

TEST_F(Schedule, WeightedRoundRobinDealsByWeight) {
    auto web = service(kVip, 80, {{real(1), 3}, {real(2), 1}, {real(3), 2}});
    web.scheduler = model::Scheduler::wrr;
    path().serve({web});
    EXPECT_EQ(path().deal(9), "r3 r2 r1 r1 r3 r1 r3 r2 r1") << "it begins at the lowest level, as IPVS";
}

TEST_F(Schedule, AConnectionStaysWithItsServer) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})});
    auto const first = path().send(frame().syn()).server;
    (void)path().deal(3);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(path().send(frame().ack()).server, first);
    EXPECT_EQ(path().send(frame().syn()).server, first) << "a repeated SYN as well";
}

TEST_F(Schedule, ASourcePortOfNoughtIsAPortLikeAnother) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})});
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 0).syn()).server, "r2");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 0).ack()).server, "r2");
    EXPECT_EQ(path().rows().size(), 1u);
}

TEST_F(Schedule, ServicesHaveCursorsAndConnectionsOfTheirOwn) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), service(kVip, 443, {{real(3), 1}, {real(4), 1}})});
    EXPECT_EQ(path().send(frame().to(kVip, 80).syn()).server, "r2");
    EXPECT_EQ(path().send(frame().to(kVip, 443).syn()).server, "r4");
    EXPECT_EQ(path().send(frame().to(kVip, 80).ack()).server, "r2");
    EXPECT_EQ(path().send(frame().to(kVip, 443).ack()).server, "r4");
}

TEST_F(Schedule, UdpNeedsNoSynAndStays) {
    auto dns = service(kVip, 53, {{real(1, 53), 1}, {real(2, 53), 1}});
    dns.key.protocol = Protocol::udp;
    path().serve({dns});
    auto const first = path().send(frame().to(kVip, 53).udp());
    EXPECT_EQ(first.verdict, "forwarded");
    EXPECT_EQ(path().send(frame().to(kVip, 53).udp()).server, first.server);
    auto const row = *path().row();
    EXPECT_EQ(row.state, model::ConnectionState::udp);
    EXPECT_NEAR(row.expires, 300, 4);
    EXPECT_EQ(path().load_of(dns.key, real(first.server == "r1" ? 1 : 2, 53)).inactive, 1u);
    EXPECT_EQ(path().deal(4, frame().to(kVip, 53).udp()).size(), std::string("r1 r2 r1 r2").size());
}

TEST_F(Schedule, AServerOfWeightNoughtKeepsItsConnections) {
    path().serve({service(kVip, 80, {{real(1), 1}})});
    (void)path().send(frame().syn());
    path().serve({service(kVip, 80, {{real(1), 0}, {real(2), 1}})});
    EXPECT_EQ(path().send(frame().ack()).server, "r1");
    EXPECT_EQ(path().deal(2), "r2 r2");
}

// states.txt: "server set to weight 0, then removed (expire_nodest_conn=0)": the entry stays and is not renewed.
TEST_F(Schedule, ConnectionsOfARemovedServerAreDroppedUntilItReturns) {
    path().serve({service(kVip, 80, {{real(1), 1}})});
    (void)path().send(frame().syn());
    (void)path().send(frame().ack());
    path().serve({service(kVip, 80, {})});
    path().pass(50);
    EXPECT_EQ(path().send(frame().ack()).verdict, "server_gone");
    EXPECT_NEAR(path().row()->expires, 850, 4) << "a dropped packet keeps nothing alive";
    path().serve({service(kVip, 80, {{real(1), 1}})});
    EXPECT_NEAR(path().row()->expires, 850, 4);
    EXPECT_EQ(path().send(frame().ack()).server, "r1");
    EXPECT_NEAR(path().row()->expires, 900, 4);
    EXPECT_EQ(path().load_of({at(kVip), Protocol::tcp}, real(1)).active, 1u);
}

TEST_F(Schedule, ConnectionsOfARemovedServiceComeBackWithIt) {
    auto const web = service(kVip, 80, {{real(1), 1}, {real(2), 1}});
    path().serve({web});
    (void)path().send(frame().syn());
    auto const server = path().send(frame().ack()).server;
    path().serve({});
    EXPECT_EQ(path().send(frame().ack()).verdict, "no_vip");
    path().serve({service("10.0.0.99", 80, {{real(3), 1}}), web});
    EXPECT_EQ(path().send(frame().ack()).server, server);
}

TEST_F(Schedule, AGrownServiceKeepsItsConnections) {
    auto web = service(kVip, 80, {{real(1), 1}, {real(2), 1}});
    path().serve({web});
    (void)path().send(frame().syn());
    auto const server = path().send(frame().ack()).server;
    for (int i = 3; i < 40; ++i) web.servers.push_back({real(i), 1});
    path().serve({web});
    EXPECT_EQ(path().send(frame().ack()).server, server);
    EXPECT_EQ(path().load_of(web.key, real(2)).active, 1u);
}

TEST_F(Schedule, TwoCpusTogetherAlternateExactly) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})});
    constexpr int kEach = 200;
    auto const connect = [&](std::uint32_t network) {
        for (std::uint32_t i = 0; i < kEach; ++i) {
            auto const bytes = frame().from(network + i, 40000).syn().bytes();
            bpf_test_run_opts options{};
            options.sz = sizeof options;
            options.data_in = bytes.data();
            options.data_size_in = static_cast<__u32>(bytes.size());
            (void)bpf_prog_test_run_opts(path().object().program_fd(), &options);
        }
    };
    std::thread one(connect, 0x0b000000), two(connect, 0x0c000000);
    one.join();
    two.join();
    auto const key = ServiceKey{at(kVip), Protocol::tcp};
    EXPECT_EQ(path().load_of(key, real(1)).active, kEach);
    EXPECT_EQ(path().load_of(key, real(2)).active, kEach);
}

}  // namespace
}  // namespace drover::bpf::testing
