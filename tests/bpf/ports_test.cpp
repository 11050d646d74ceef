// Services for more than one port: port 0 takes all that no other service has, FTP's takes its data connections along.
#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Ports : public PacketTest {
protected:
    static model::DesiredService any_port(int number, std::string_view vip = kVip) {
        auto made = service(vip, 0, {{real(number, 0), 1}, {real(number + 1, 0), 1}});
        made.persistence_timeout = 300;
        return made;
    }
    static model::DesiredService ftp(int number) {
        auto made = service(kVip, 21, {{real(number, 21), 1}, {real(number + 1, 21), 1}});
        made.persistence_timeout = 300;
        return made;
    }
    Outcome open(std::uint16_t port, std::string_view client = "192.168.1.128") {
        return path().send(frame().from(client, next_port_++).to(kVip, port).syn());
    }
    /// "r1" or "r2" for a service that has these two.
    static bool is_of(Outcome const& outcome, int number) {
        return outcome.server == "r" + std::to_string(number) || outcome.server == "r" + std::to_string(number + 1);
    }

    std::uint16_t next_port_ = 40000;
};

TEST_F(Ports, OfAServiceForAllAreAllButThoseOfOthers) {
    path().serve({any_port(1), service(kVip, 80, {{real(5), 1}}), service(kVip, 443, {{real(6, 443), 1}})});
    EXPECT_EQ(open(80).server, "r5");
    EXPECT_EQ(open(443).server, "r6");
    for (std::uint16_t const port : {1, 20, 21, 79, 81, 1023, 1024, 65535}) EXPECT_TRUE(is_of(open(port), 1)) << port;
    EXPECT_EQ(path().send(frame().to(kVip, 81).udp()).verdict, "no_service") << "of its own protocol alone";
    path().serve({any_port(1), service(kVip, 443, {{real(6, 443), 1}})});
    EXPECT_TRUE(is_of(open(80), 1)) << "the other service is gone";
    EXPECT_EQ(open(443).server, "r6");
}

TEST_F(Ports, OfOneClientGoToOneServer) {
    path().serve({any_port(1)});
    auto const server = open(80).server;
    for (std::uint16_t const port : {443, 22, 8080}) EXPECT_EQ(open(port).server, server);
    EXPECT_NE(open(80, "192.168.1.129").server, server);
}

TEST_F(Ports, TellConnectionsApart) {
    auto any = any_port(1);
    any.persistence_timeout = 0;
    path().serve({any});
    auto const to = [](std::uint16_t port) { return frame().from("10.0.0.1", 7).to(kVip, port); };
    auto const first = path().send(to(80).syn()).server, second = path().send(to(81).syn()).server;
    EXPECT_NE(first, second);
    EXPECT_EQ(path().send(to(80).ack()).server, first);
    EXPECT_EQ(path().send(to(81).ack()).server, second);
    EXPECT_EQ(path().send(to(82).ack()).verdict, "no_entry");
}

TEST_F(Ports, StandInTheRows) {
    path().serve({any_port(1)});
    auto const outcome = open(8443);
    auto const row = path().row().value();
    EXPECT_EQ(row.virtual_server, at(kVip, 8443));
    EXPECT_EQ(row.real_server.port, 8443) << "the client's, untouched";
    EXPECT_EQ(row.client, at("192.168.1.128", 40000));
    auto const of_client = path().row(true).value();
    EXPECT_EQ(of_client.virtual_server, at(kVip, 0));
    EXPECT_EQ(of_client.client, at("192.168.1.128", 0));
    EXPECT_EQ(of_client.real_server.address, row.real_server.address);
}

TEST_F(Ports, OfErrorsFindTheirConnection) {
    path().serve({any_port(1)});
    auto const server = open(8443).server;
    auto const error = path().send(frame().from("192.168.1.128", 40000).to(kVip, 8443).icmp_error(3, 4));
    EXPECT_EQ(error.verdict, "related");
    EXPECT_EQ(error.server, server);
    EXPECT_EQ(path().send(frame().from("192.168.1.128", 40000).to(kVip, 8444).icmp_error(3, 4)).verdict, "unrelated");
}

TEST_F(Ports, AllOfThemExistForIpv6) {
    auto any = service("fd00:97::175", 0, {{real6(1, 0), 1}});
    any.persistence_prefix = 64;
    path().serve({any, service("fd00:97::175", 80, {{real6(5), 1}})});
    EXPECT_EQ(path().send(frame6().to("fd00:97::175", 80).syn().bytes()).server, "r5");
    EXPECT_EQ(path().send(frame6().to("fd00:97::175", 8080).syn().bytes()).server, "r1");
    EXPECT_EQ(path().row_of(at("2001:db8::77", 40000))->client.port, 40000);
}

TEST_F(Ports, OfFtpTakeItsDataConnectionsAlong) {
    path().serve({ftp(1)});
    auto const control = open(21);
    ASSERT_TRUE(is_of(control, 1));
    for (std::uint16_t const port : {20, 1024, 40000, 65535}) EXPECT_EQ(open(port).server, control.server) << port;
    for (std::uint16_t const port : {1, 19, 22, 80, 1023}) EXPECT_EQ(open(port).verdict, "no_service") << port;
    EXPECT_EQ(path().send(frame().to(kVip, 2000).udp()).verdict, "no_service");
}

TEST_F(Ports, OfFtpComeBeforeAServiceForAllAndAfterExactOnes) {
    path().serve({ftp(1), any_port(3), service(kVip, 8080, {{real(5, 8080), 1}})});
    EXPECT_EQ(open(8080).server, "r5");
    EXPECT_TRUE(is_of(open(8081), 1));
    EXPECT_TRUE(is_of(open(20), 1));
    EXPECT_TRUE(is_of(open(80), 3));
    EXPECT_TRUE(is_of(open(1023), 3));
    path().serve({any_port(3)});
    EXPECT_TRUE(is_of(open(8081), 3)) << "FTP is gone";
}

TEST_F(Ports, OfFtpOverUdpAreNoFtp) {
    auto udp = ftp(1);
    udp.key.protocol = Protocol::udp;
    path().serve({udp});
    EXPECT_EQ(path().send(frame().to(kVip, 21).udp()).verdict, "forwarded");
    EXPECT_EQ(path().send(frame().to(kVip, 2000).udp()).verdict, "no_service");
    EXPECT_EQ(open(2000).verdict, "no_service");
}

// ip_vs_schedule(): such connections begin at a server, and it asks for nothing but the port.
TEST_F(Ports, ThatActiveFtpComesFromAreNeverScheduled) {
    auto dns = service(kVip, 53, {{real(1, 53), 1}});
    dns.key.protocol = Protocol::udp;
    path().serve({ftp(1), service(kVip, 80, {{real(5), 1}}), dns});
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 20).to(kVip, 80).syn()).verdict, "no_entry");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 20).to(kVip, 2000).syn()).verdict, "no_entry");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 20).to(kVip, 53).udp()).verdict, "no_entry");
    EXPECT_EQ(path().send(frame().from("10.0.0.1", 21).to(kVip, 80).syn()).verdict, "forwarded");
}

}  // namespace
}  // namespace drover::bpf::testing
