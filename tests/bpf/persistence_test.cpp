// Persistence: templates, as IPVS has them.
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Persistence : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        web_ = service(kVip, 80, {{real(1), 1}, {real(2), 1}});
        web_.persistence_timeout = 30;
        path().serve({web_});
    }

    std::string connect(std::string_view client, std::uint16_t port) { return path().send(frame().from(client, port).syn()).server; }
    void establish(std::string_view client, std::uint16_t port) { (void)path().send(frame().from(client, port).ack()); }

    model::ConnectionRow template_row() { return path().row(true).value(); }

    model::DesiredService web_;
};

TEST_F(Persistence, KeepsAClientOnItsServer) {
    auto const server = connect("192.168.1.128", 40000);
    for (std::uint16_t port = 40001; port < 40010; ++port) EXPECT_EQ(connect("192.168.1.128", port), server);
    EXPECT_NE(connect("192.168.1.129", 40000), server) << "another client";
}

TEST_F(Persistence, WritesItsTemplateAsIpvsShowsIt) {
    auto const server = connect("192.168.1.128", 40000);
    auto const row = template_row();
    EXPECT_EQ(row.client, at("192.168.1.128", 0));
    EXPECT_EQ(row.virtual_server, at(kVip));
    EXPECT_EQ(row.state, model::ConnectionState::none);
    EXPECT_NEAR(row.expires, 30, 4);
    EXPECT_EQ(row.real_server, real(server == "r1" ? 1 : 2));
    EXPECT_EQ(path().load_of(web_.key, row.real_server).persistent, 1u);
    EXPECT_EQ(path().load_of(web_.key, row.real_server).active, 1u);
}

TEST_F(Persistence, TakesClientsOfOneNetworkTogether) {
    web_.persistence_prefix = 24;
    path().serve({web_});
    auto const server = connect("192.168.1.1", 40000);
    EXPECT_EQ(connect("192.168.1.77", 1234), server);
    EXPECT_EQ(connect("192.168.1.254", 5), server);
    EXPECT_EQ(template_row().client, at("192.168.1.0", 0));
    EXPECT_NE(connect("192.168.2.1", 40000), server);
}

TEST_F(Persistence, StartsTheTemplateAnewWithEachConnection) {
    (void)connect("192.168.1.128", 40000);
    path().pass(20);
    EXPECT_NEAR(template_row().expires, 10, 4);
    establish("192.168.1.128", 40000);
    EXPECT_NEAR(template_row().expires, 10, 4) << "a packet of an old connection does not count";
    (void)connect("192.168.1.128", 40001);
    EXPECT_NEAR(template_row().expires, 30, 4);
}

TEST_F(Persistence, AssuresTheTemplateWhenAConnectionIsEstablished) {
    (void)connect("192.168.1.128", 40000);
    EXPECT_EQ(template_row().state, model::ConnectionState::none);
    establish("192.168.1.128", 40000);
    EXPECT_EQ(template_row().state, model::ConnectionState::assured);
    (void)connect("192.168.1.128", 40001);
    EXPECT_EQ(template_row().state, model::ConnectionState::assured) << "and it stays so";
}

TEST_F(Persistence, LastsAsLongAsItsConnections) {
    auto const server = connect("192.168.1.128", 40000);
    establish("192.168.1.128", 40000);
    path().pass_sweeping(40);
    (void)connect("10.0.0.1", 1);  // somebody else takes the turn
    EXPECT_EQ(connect("192.168.1.128", 40001), server) << "40 s after the last one";
}

TEST_F(Persistence, EndsWithoutConnections) {
    (void)connect("192.168.1.128", 40000);
    (void)path().send(frame().from("192.168.1.128", 40000).tcp(kFin));  // TIME_WAIT, 120 s; then nothing
    path().pass_sweeping(100);
    EXPECT_TRUE(path().row(true));
    path().pass_sweeping(100);
    EXPECT_TRUE(path().rows().empty());
    auto const load = path().load_of(web_.key, real(1)), other = path().load_of(web_.key, real(2));
    EXPECT_EQ(load.persistent + load.active + load.inactive + other.persistent + other.active + other.inactive, 0u);
}

TEST_F(Persistence, MovesTheTemplateWhenItsServerIsGone) {
    auto const server = connect("192.168.1.128", 40000);
    auto const gone = server == "r1" ? 1 : 2, other = 3 - gone;
    establish("192.168.1.128", 40000);
    web_.servers.erase(web_.servers.begin() + gone - 1);
    path().serve({web_});
    EXPECT_EQ(connect("192.168.1.128", 40001), "r" + std::to_string(other)) << "at its next connection";
    auto const row = template_row();
    EXPECT_EQ(row.real_server, real(other));
    EXPECT_EQ(row.state, model::ConnectionState::none) << "a new template";
    EXPECT_EQ(path().load_of(web_.key, real(other)).persistent, 1u);
    EXPECT_EQ(path().send(frame().from("192.168.1.128", 40000).ack()).verdict, "server_gone");
    web_.servers = {{real(1), 1}, {real(2), 1}};
    path().serve({web_});
    EXPECT_EQ(connect("192.168.1.128", 40002), "r" + std::to_string(other)) << "and does not move back";
    EXPECT_EQ(path().load_of(web_.key, real(gone)).persistent, 0u);
}

TEST_F(Persistence, StillBindsToAServerOfWeightNought) {
    auto const server = connect("192.168.1.128", 40000);
    for (auto& one : web_.servers) one.weight = 0;
    path().serve({web_});
    EXPECT_EQ(connect("192.168.1.128", 40001), server) << "expire_quiescent_template is off";
    EXPECT_EQ(path().send(frame().from("10.0.0.1").syn()).verdict, "no_destination");
}

TEST_F(Persistence, WithNobodyLeftHasNoDestination) {
    (void)connect("192.168.1.128", 40000);
    web_.servers.clear();
    path().serve({web_});
    EXPECT_EQ(path().send(frame().from("192.168.1.128", 40001).syn()).verdict, "no_destination");
}

TEST_F(Persistence, BindsASynOnAConnectionThatIsOver) {
    auto const server = connect("192.168.1.128", 40000);
    (void)path().send(frame().from("192.168.1.128", 40000).tcp(kFin));
    EXPECT_EQ(connect("192.168.1.128", 40000), server);
    EXPECT_EQ(path().row()->state, model::ConnectionState::syn_recv);
}

TEST_F(Persistence, IsBusyWhileAnotherCpuMakesTheTemplate) {
    auto const key = contract::narrow_key(path().key_of(frame()) >> 32, 0, 1 | contract::TEMPLATE_KEY);
    path().buckets_of(key)[0]->slot[3] = {key, contract::make_meta(contract::SLOT_CLAIM, 1, 0, 0, 0, 0)};
    EXPECT_EQ(path().send(frame().syn()).verdict, "busy");
    EXPECT_TRUE(path().rows().empty());
}

TEST_F(Persistence, OfOneServiceIsNotAnothers) {
    auto other = service(kVip, 443, {{real(3), 1}, {real(4), 1}});
    other.persistence_timeout = 30;
    path().serve({web_, other});
    (void)connect("192.168.1.128", 40000);
    auto const second = path().send(frame().to(kVip, 443).syn()).server;
    EXPECT_TRUE(second == "r3" || second == "r4") << second;
}

TEST_F(Persistence, KeepsUdpClientsTogether) {
    web_.key.protocol = Protocol::udp;
    path().serve({web_});
    auto const server = path().send(frame().from("192.168.1.128", 1).udp()).server;
    for (std::uint16_t port = 2; port < 9; ++port)
        EXPECT_EQ(path().send(frame().from("192.168.1.128", port).udp()).server, server);
    EXPECT_EQ(template_row().state, model::ConnectionState::none) << "without output there is no ASSURED in UDP";
}

}  // namespace
}  // namespace drover::bpf::testing
