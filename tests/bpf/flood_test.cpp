// Above flood_rate SYNs get a server and no entry; the ACK of a real client gets both, at the same server.
#include <sched.h>

#include <set>

#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Flood : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        ::sched_getaffinity(0, sizeof all_cpus_, &all_cpus_);
        cpu_set_t one;  // flows are counted by CPU
        CPU_ZERO(&one);
        CPU_SET(::sched_getcpu(), &one);
        ::sched_setaffinity(0, sizeof one, &one);
        web_ = service(kVip, 80, {{real(1), 1}, {real(2), 1}, {real(3), 1}});
        path().serve({web_});
    }
    void TearDown() override {
        if (path_ != nullptr) ::sched_setaffinity(0, sizeof all_cpus_, &all_cpus_);
    }

    contract::settings& settings() { return *path().tables().settings; }
    std::uint32_t ticks(std::uint32_t seconds) { return path().object().ticks().from_seconds(seconds); }

    /// From here on a new flow is one too many, unless it is the first of its tick.
    void begin_flood() { settings().flood_rate = 1; }
    void end_flood(std::uint32_t seconds_ago) {
        settings().flood_rate = 1'000'000;
        settings().flood_tick = (path().object().now() - ticks(seconds_ago)) & contract::TICK_MASK;
    }
    /// A SYN in the flood; each that came first in its tick and so got an entry is tried again with the next port.
    std::string stateless(std::uint32_t client, std::uint16_t& port) {
        for (;; ++port) {
            auto const outcome = path().send(frame().from(client, port).syn());
            if (outcome.verdict == "stateless") return outcome.server;
            if (outcome.verdict != "forwarded") return outcome.verdict;
        }
    }
    Outcome ack(std::uint32_t client, std::uint16_t port) { return path().send(frame().from(client, port).ack()); }

    model::DesiredService web_;
    cpu_set_t all_cpus_{};
};

TEST_F(Flood, TheAckGoesWhereItsSynWentAndGetsTheEntry) {
    begin_flood();
    std::set<std::string> servers;
    for (std::uint32_t client = 0x0a000001; client < 0x0a000040; ++client) {
        std::uint16_t port = 40000;
        auto const server = stateless(client, port);
        auto const where = Endpoint{Address::v4(client), port};
        EXPECT_FALSE(path().row_of(where)) << "a SYN leaves nothing behind";
        auto const answer = ack(client, port);
        EXPECT_EQ(answer.verdict, "forwarded");
        EXPECT_EQ(answer.server, server);
        ASSERT_TRUE(path().row_of(where));
        EXPECT_EQ(path().row_of(where)->state, model::ConnectionState::syn_recv) << "half open: gone soon if this was a flood";
        EXPECT_EQ(ack(client, port).server, server);
        EXPECT_EQ(path().row_of(where)->state, model::ConnectionState::established);
        servers.insert(server);
    }
    EXPECT_EQ(servers.size(), 3u) << "all take part";
}

TEST_F(Flood, ARepeatedSynGoesTheSameWay) {
    begin_flood();
    std::uint16_t port = 1001;
    auto const server = stateless(0x0a000001, port);
    for (int i = 0; i < 20; ++i) {
        auto const again = path().send(frame().from(0x0a000001, port).syn());
        if (again.verdict == "stateless") EXPECT_EQ(again.server, server);
        if (again.verdict == "forwarded") break;  // the first of a tick: it has an entry from now on
    }
}

TEST_F(Flood, AcksAreTakenForAMinuteAfterIt) {
    begin_flood();
    std::uint16_t port = 1001;
    auto const server = stateless(0x0a000001, port);
    end_flood(contract::FLOOD_AFTER_SECONDS - 5);
    EXPECT_EQ(ack(0x0a000001, port).server, server);
    auto next = static_cast<std::uint16_t>(port + 1);
    begin_flood();
    (void)stateless(0x0a000001, next);
    end_flood(contract::FLOOD_AFTER_SECONDS + 2);
    EXPECT_EQ(ack(0x0a000001, next).verdict, "no_entry");
}

TEST_F(Flood, AResetWithoutAnEntryIsStillTheHosts) {
    begin_flood();
    std::uint16_t port = 1001;
    (void)stateless(0x0a000001, port);
    EXPECT_EQ(path().send(frame().from(0x0a000001, port).tcp(kRst)).verdict, "no_entry");
}

TEST_F(Flood, WithoutOneAnAckIsOfNoConnection) {
    EXPECT_EQ(ack(0x0a000001, 1).verdict, "no_entry");
    settings().flood_rate = 1'000'000;
    EXPECT_EQ(ack(0x0a000001, 1).verdict, "no_entry");
}

// IPVS has no such mode; ours sends one client, or one network of clients, to one server.
TEST_F(Flood, KeepsTheClientsOfAPersistentServiceTogether) {
    web_.persistence_timeout = 300;
    web_.persistence_prefix = 24;
    path().serve({web_});
    begin_flood();
    std::set<std::string> servers;
    for (std::uint32_t network = 0x0a000000; network < 0x0a002000; network += 256) {
        std::set<std::string> of_network;
        for (std::uint32_t host = 1; host < 5; ++host) {
            auto port = static_cast<std::uint16_t>(host * 100);
            auto const server = stateless(network + host, port);
            of_network.insert(server);
            EXPECT_EQ(ack(network + host, port).server, server);
        }
        EXPECT_EQ(of_network.size(), 1u) << network;
        servers.insert(*of_network.begin());
    }
    EXPECT_GT(servers.size(), 1u);
}

TEST_F(Flood, IsForTcpAlone) {
    web_.key.protocol = Protocol::udp;
    path().serve({web_});
    begin_flood();
    for (std::uint16_t port = 1001; port < 1050; ++port)
        EXPECT_EQ(path().send(frame().from("10.0.0.1", port).udp()).verdict, "forwarded");
    EXPECT_EQ(path().rows().size(), 49u);
}

TEST_F(Flood, OfIpv6IsTheSame) {
    path().serve({service("fd00:97::175", 80, {{real6(1), 1}, {real6(2), 1}})});
    begin_flood();
    for (std::uint16_t port = 1001; port < 1030; ++port) {
        auto const syn = path().send(frame6().from("2001:db8::5", port).syn().bytes());
        auto const ack = path().send(frame6().from("2001:db8::5", port).ack().bytes());
        EXPECT_EQ(ack.verdict, "forwarded");
        EXPECT_EQ(ack.server, syn.server);
    }
    EXPECT_EQ(path().rows().size(), 29u);
}

TEST_F(Flood, OfKnownConnectionsChangesNothing) {
    (void)path().send(frame().from("10.0.0.9", 9).syn());
    auto const server = ack(0x0a000009, 9).server;
    begin_flood();
    std::uint16_t port = 1001;
    for (int i = 0; i < 10; ++i, ++port) (void)stateless(0x0a000001, port);
    EXPECT_EQ(ack(0x0a000009, 9).server, server);
    EXPECT_EQ(ack(0x0a000009, 9).verdict, "forwarded");
}

}  // namespace
}  // namespace drover::bpf::testing
