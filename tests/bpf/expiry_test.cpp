// When connections end before their time, or are never entered: expire_nodest_conn, expire_quiescent_template, one-packet
// scheduling, conn_max, drop_entry, thresholds.
#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Expiry : public PacketTest {
protected:
    void serve(std::vector<model::DesiredServer> servers, model::Limits const& limits = {}) {
        web_.key = {at(kVip), Protocol::tcp};
        web_.servers = std::move(servers);
        path().serve({web_}, {}, limits);
    }
    std::string open(std::uint16_t port) { return path().send(frame().from("10.0.0.1", port).syn()).server; }
    Outcome data(std::uint16_t port) { return path().send(frame().from("10.0.0.1", port).ack()); }
    contract::server_load load(int number) { return path().load_of(web_.key, real(number)); }

    /// Both tables, with entries of the service's first server.
    void fill_with_half_open() {
        auto const now = path().object().now();
        auto const meta = contract::make_meta(contract::SLOT_LIVE, 1, 0, contract::STATE_SYN_RECV, 0, now);
        __u32 client = 0x0c000000;
        for (auto& bucket : path().tables().narrow)
            for (auto& slot : bucket.slot) slot = {contract::narrow_key(client++, 1, 1), meta};
        for (auto& bucket : path().tables().wide)
            for (auto& slot : bucket.slot) slot = {{0, client++, contract::wide_key(1, 1, 1)}, meta};
    }

    model::DesiredService web_;
};

TEST_F(Expiry, OfAConnectionWithoutDestinationIsAtOnce) {
    web_.behaviour.expire_nodest_conn = true;
    serve({{real(1), 1}});
    ASSERT_EQ(open(1), "r1");
    ASSERT_EQ(open(2), "r1");
    ASSERT_EQ(open(3), "r1");
    serve({{real(2), 1}});
    EXPECT_EQ(data(1).verdict, "no_entry") << "the host's reset tells the client";
    EXPECT_EQ(open(2), "r2") << "a new connection in its place";
    EXPECT_EQ(path().rows().size(), 2u);
    (void)path().sweep();
    EXPECT_EQ(path().rows().size(), 1u) << "the third one went without a packet";
    serve({{real(2), 1}, {real(1), 1}});
    EXPECT_EQ(load(1).active, 0u);
    EXPECT_EQ(load(2).active, 1u);
}

TEST_F(Expiry, OfAConnectionWithoutDestinationIsLeftToTimeOtherwise) {
    serve({{real(1), 1}});
    ASSERT_EQ(open(1), "r1");
    serve({{real(2), 1}});
    (void)path().sweep();
    EXPECT_EQ(data(1).verdict, "server_gone");
    EXPECT_EQ(path().rows().size(), 1u);
}

TEST_F(Expiry, ByANewSynOfAQuiescedServersConnection) {
    web_.behaviour.expire_nodest_conn = true;
    serve({{real(1), 1}});
    ASSERT_EQ(open(1), "r1");
    serve({{real(1), 0}, {real(2), 1}});
    EXPECT_EQ(data(1).server, "r1") << "weight 0 ends nothing";
    EXPECT_EQ(open(1), "r2");
    web_.behaviour.expire_nodest_conn = false;
    serve({{real(1), 1}, {real(2), 0}});
    EXPECT_EQ(open(1), "r2") << "without the option a SYN is but a packet";
}

TEST_F(Expiry, OfAQuiescentServersTemplateMovesTheClient) {
    web_.persistence_timeout = 300;
    for (bool const expires : {false, true}) {
        web_.behaviour.expire_quiescent_template = expires;
        serve({{real(1), 1}});
        auto const port = static_cast<std::uint16_t>(expires ? 2000 : 1000);
        ASSERT_EQ(open(port), "r1");
        serve({{real(1), 0}, {real(2), 1}});
        EXPECT_EQ(data(port).server, "r1");
        EXPECT_EQ(open(port + 1), expires ? "r2" : "r1");
    }
    EXPECT_EQ(path().row(true)->real_server, real(2));
}

class OnePacket : public Expiry {
protected:
    void SetUp() override {
        Expiry::SetUp();
        if (path_ == nullptr) return;
        web_ = service(kVip, 53, {{real(1, 53), 1}, {real(2, 53), 1}});
        web_.key.protocol = Protocol::udp;
        web_.one_packet = true;
        path().serve({web_});
    }
    Outcome ask(std::string_view client = "10.0.0.1") { return path().send(frame().from(client, 99).to(kVip, 53).udp()); }
};

TEST_F(OnePacket, IsDealtByItselfAndLeavesNoEntry) {
    std::string servers;
    for (int i = 0; i < 6; ++i) servers += ask().server;
    EXPECT_EQ(servers, "r2r1r2r1r2r1");
    EXPECT_TRUE(path().rows().empty());
    EXPECT_EQ(path().object().service_traffic(1).connections, 6u);
    EXPECT_EQ(path().load_of(web_.key, real(1, 53)).inactive, 0u);
}

TEST_F(OnePacket, OfABoundClientGoesToItsServer) {
    web_.persistence_timeout = 30;
    path().serve({web_});
    auto const server = ask().server;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask().server, server);
    EXPECT_NE(ask("10.0.0.2").server, server);
    for (auto const& row : path().rows()) EXPECT_TRUE(row.is_template);
    EXPECT_EQ(path().rows().size(), 2u);
}

TEST_F(OnePacket, WithNobodyThereIsAnswered) {
    web_.servers.clear();
    path().serve({web_});
    EXPECT_EQ(ask().verdict, "no_destination");
}

TEST_F(Expiry, ConnMaxEndsNewFlowsNotOldOnes) {
    model::Limits limits;
    limits.conn_max = 5;
    serve({{real(1), 1}}, limits);
    (void)path().sweep();
    for (std::uint16_t port = 1; port <= 5; ++port) EXPECT_EQ(open(port), "r1");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 6).syn()).verdict, "conn_max");
    EXPECT_EQ(data(1).verdict, "forwarded");
    (void)path().sweep();
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 6).syn()).verdict, "conn_max") << "the sweeper counts the same";
    path().pass(70);  // four end, half open as they were; the first is established
    (void)path().sweep();
    for (std::uint16_t port = 11; port <= 14; ++port) EXPECT_EQ(open(port), "r1");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 15).syn()).verdict, "conn_max");
    serve({{real(1), 1}});
    EXPECT_EQ(open(15), "r1");
}

TEST_F(Expiry, DropEntryEndsHalfOpenAndIdleConnections) {
    model::Limits limits;
    limits.drop_entry = 3;
    serve({{real(1), 1}}, limits);
    for (std::uint16_t port = 1001; port <= 1640; ++port) (void)open(port);
    for (std::uint16_t port = 1001; port <= 1320; ++port) (void)data(port);
    auto const first = path().sweep();
    EXPECT_NEAR(static_cast<double>(first.dropped), 10, 10) << "one in 32, of the 320 that are half open";
    std::uint64_t dropped = first.dropped;
    for (int i = 0; i < 2000 && dropped < 320; ++i) dropped += path().sweep().dropped;
    EXPECT_EQ(dropped, 320u);
    for (auto const& row : path().rows()) EXPECT_EQ(row.state, model::ConnectionState::established);
    EXPECT_EQ(path().rows().size(), 320u);
    path().pass(100);
    for (int i = 0; i < 2000 && dropped < 640; ++i) dropped += path().sweep().dropped;
    EXPECT_EQ(dropped, 640u) << "idle for longer than a minute";
    EXPECT_EQ(load(1).active, 0u);
}

TEST_F(Expiry, DropEntryWaitsForAFullTableUnlessItIsAlwaysOn) {
    for (std::uint8_t const mode : {0, 1, 2}) {
        model::Limits limits;
        limits.drop_entry = mode;
        path_ = std::make_unique<PacketPath>(64);
        serve({{real(1), 1}}, limits);
        for (std::uint16_t port = 1001; port <= 1020; ++port) (void)open(port);
        for (int i = 0; i < 64; ++i) EXPECT_EQ(path().sweep().dropped, 0u) << int{mode};
        fill_with_half_open();
        std::uint64_t dropped = 0;
        for (int i = 0; i < 64; ++i) dropped += path().sweep().dropped;
        EXPECT_EQ(dropped > 0, mode != 0) << int{mode};
    }
}

TEST_F(Expiry, AnOverloadedServerGetsNothingNewUntilItIsBelowItsLowerThreshold) {
    serve({{real(1), 1, 4, 2}, {real(2), 0}});
    for (std::uint16_t port = 1; port <= 4; ++port) EXPECT_EQ(open(port), "r1");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 5).syn()).verdict, "no_destination");
    EXPECT_EQ(data(1).server, "r1") << "it keeps what it has";
    auto const end = [&](std::size_t left) {  // of its entries, the others are made old
        std::size_t seen = 0;
        dataplane::for_each_used_slot(path().tables(), [&](dataplane::SlotRef slot) {
            auto& meta = slot.meta();
            if (contract::meta_slot_state(meta) != contract::SLOT_LIVE || ++seen <= left) return;
            auto const old = path().object().now() - path().object().ticks().from_seconds(2000);
            meta = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(meta), contract::meta_server(meta),
                                       contract::meta_state(meta), contract::meta_flags(meta), old & contract::TICK_MASK);
        });
        (void)path().sweep();
    };
    end(2);
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 5).syn()).verdict, "no_destination") << "2 is not below 2";
    end(1);
    EXPECT_EQ(open(5), "r1");
}

// With IPv6: the entry stands in the wide table, and names the server by its place in the service.
TEST_F(Expiry, ARemovedServersConnectionsReviveWithIt) {
    auto wide = service("fd00:97::175", 80, {{real6(1), 1}, {real6(2), 1}});
    path().serve({wide});
    auto const server = path().send(frame6().syn().bytes()).server;
    (void)path().send(frame6().ack().bytes());
    auto without = wide;
    std::erase_if(without.servers, [&](auto const& one) { return one.endpoint == real6(server == "r1" ? 1 : 2); });
    without.servers.push_back({real6(3), 1});
    path().serve({without});
    path().pass(50);
    EXPECT_EQ(path().send(frame6().ack().bytes()).verdict, "server_gone");
    EXPECT_NEAR(path().row()->expires, 850, 4);
    wide.servers.push_back({real6(3), 1});
    path().serve({wide});
    EXPECT_EQ(path().send(frame6().ack().bytes()).server, server);
    EXPECT_NEAR(path().row()->expires, 900, 4);
}

}  // namespace
}  // namespace drover::bpf::testing
