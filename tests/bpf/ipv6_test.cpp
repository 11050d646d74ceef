// IPv6: the same path with the wide table, extension headers and ICMPv6.
#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "fd00:97::175";

class Ipv6 : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        web_ = service(kVip, 80, {{real6(1), 1}, {real6(2), 1}});
        web_.persistence_prefix = 128;
        path().serve({web_});
    }

    /// The frame that must come out of `in` for server `number`; `network` is where its IPv6 header begins.
    static Bytes expected(Bytes frame, int number, std::size_t network = 14) {
        std::memcpy(&frame[0], server_mac(number).bytes.data(), 6);
        std::memcpy(&frame[6], kOurMac.bytes.data(), 6);
        frame[network + 7] -= 1;
        return frame;
    }
    static int number_of(Outcome const& outcome) { return outcome.server.empty() ? -1 : std::stoi(outcome.server.substr(1)); }

    Outcome send(Frame6 const& frame) { return path().send(frame.bytes()); }
    void persistent(std::uint8_t prefix) {
        web_.persistence_timeout = 30;
        web_.persistence_prefix = prefix;
        path().serve({web_});
    }
    contract::server_load load(int number) { return path().load_of(web_.key, real6(number)); }

    model::DesiredService web_;
};

TEST_F(Ipv6, ChangesMacsAndHopLimitAndNothingElse) {
    for (auto const& sent : {frame6().syn(), frame6().syn().payload(1), frame6().syn().payload(1440), frame6().syn().hops(255),
                             frame6().syn().hops(2)}) {
        auto const outcome = send(sent);
        EXPECT_EQ(outcome.verdict, "forwarded");
        EXPECT_EQ(outcome.frame, expected(sent.bytes(), number_of(outcome)));
    }
}

TEST_F(Ipv6, DealsNewFlowsAndKeepsOldOnes) {
    std::string servers;
    for (std::uint16_t port = 1; port < 6; ++port) servers += send(frame6().from("2001:db8::1", port).syn()).server;
    EXPECT_EQ(servers, "r2r1r2r1r2");
    for (std::uint16_t port = 1; port < 6; ++port)
        EXPECT_EQ(send(frame6().from("2001:db8::1", port).ack()).server, port % 2 == 1 ? "r2" : "r1");
    EXPECT_EQ(send(frame6().from("2001:db8::2").ack()).verdict, "no_entry");
}

TEST_F(Ipv6, TellsClientsApartByEveryBitOfTheirAddress) {
    auto const base = *Address::parse("2001:db8:1:2:3:4:5:6");
    ASSERT_EQ(send(frame6().from(base, 7).syn()).verdict, "forwarded");
    for (std::size_t bit = 0; bit < 128; ++bit) {
        auto bytes = base.bytes();
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_EQ(send(frame6().from(Address(bytes), 7).ack()).verdict, "no_entry") << bit;
    }
}

TEST_F(Ipv6, ShowsItsConnectionsAsTheyAre) {
    auto const server = number_of(send(frame6().from("2001:db8::77", 40001).syn()));
    (void)send(frame6().from("2001:db8::77", 40001).ack());
    auto const row = path().row().value();
    EXPECT_EQ(row.client, at("2001:db8::77", 40001));
    EXPECT_EQ(row.virtual_server, at(kVip));
    EXPECT_EQ(row.real_server, real6(server));
    EXPECT_EQ(row.state, model::ConnectionState::established);
    EXPECT_NEAR(row.expires, 900, 4);
    EXPECT_EQ(load(server).active, 1u);
}

TEST_F(Ipv6, EndsItsConnectionsAsInIpv4) {
    auto const server = number_of(send(frame6().syn()));
    (void)send(frame6().ack());
    (void)send(frame6().tcp(kFin | kAck));
    EXPECT_EQ(path().row()->state, model::ConnectionState::fin_wait);
    EXPECT_EQ(load(server).inactive, 1u);
    path().pass_sweeping(100);
    EXPECT_TRUE(path().row());
    path().pass_sweeping(30);
    EXPECT_TRUE(path().rows().empty());
    EXPECT_EQ(load(server).inactive + load(server).active, 0u);
    EXPECT_EQ(send(frame6().ack()).verdict, "no_entry");
}

TEST_F(Ipv6, KeepsClientsOfOnePrefixTogether) {
    for (std::uint8_t const prefix : {1, 33, 48, 64, 65, 127}) {
        path_ = std::make_unique<PacketPath>();
        persistent(prefix);
        auto inside = Address::parse("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff")->bytes(), outside = inside;
        auto const server = send(frame6().from(Address(inside), 1).syn()).server;
        for (std::size_t bit = prefix; bit < 128; ++bit) {
            inside[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
            EXPECT_EQ(send(frame6().from(Address(inside), 2).syn()).server, server) << bit;
        }
        outside[(prefix - 1) / 8] ^= static_cast<std::uint8_t>(0x80 >> (prefix - 1) % 8);
        EXPECT_NE(send(frame6().from(Address(outside), 1).syn()).server, server) << int{prefix};
        Prefix const network{*Address::parse("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"), prefix};
        int found = 0;
        for (auto const& row : path().rows())
            if (row.is_template && row.client == Endpoint{network.network().address, 0}) ++found;
        EXPECT_EQ(found, 1) << int{prefix};
    }
}

TEST_F(Ipv6, KeepsATemplateAsLongAsItsConnections) {
    persistent(64);
    auto const server = send(frame6().from("2001:db8::1", 1).syn()).server;
    (void)send(frame6().from("2001:db8::1", 1).ack());
    path().pass_sweeping(40);
    (void)send(frame6().from("2001:db8:1::1", 1).syn());  // somebody else takes the turn
    EXPECT_EQ(send(frame6().from("2001:db8::ffff", 2).syn()).server, server) << "40 s after the last one";
}

TEST_F(Ipv6, EndsATemplateWithoutConnections) {
    persistent(64);
    auto const server = number_of(send(frame6().syn()));
    EXPECT_EQ(load(server).persistent, 1u);
    (void)send(frame6().tcp(kFin));
    path().pass_sweeping(100);
    EXPECT_TRUE(path().row(true));
    path().pass_sweeping(100);
    EXPECT_TRUE(path().rows().empty());
    EXPECT_EQ(load(server).persistent, 0u);
}

TEST_F(Ipv6, StepsOverExtensionHeaders) {
    auto const plain = send(frame6().syn()).server;
    for (auto const& sent : {
             frame6().extension(kHopByHop, 8),
             frame6().extension(kDestinationOptions, 24),
             frame6().extension(kRouting, 40),
             frame6().extension(kAuthentication, 24),
             frame6().extension(kAuthentication, 28),
             frame6().extension(kMobility, 8),
             frame6().fragment(0),
             frame6().extension(kHopByHop, 16).extension(kRouting, 24).fragment(0).extension(kAuthentication, 16).extension(kDestinationOptions, 8),
             frame6().extension(kHopByHop, 8).extension(kDestinationOptions, 8).extension(kRouting, 8).fragment(0).extension(kAuthentication, 12).extension(kDestinationOptions, 8),
         }) {
        auto again = sent;
        auto const bytes = again.ack().payload(9).bytes();
        auto const outcome = path().send(bytes);
        EXPECT_EQ(outcome.verdict, "forwarded");
        EXPECT_EQ(outcome.server, plain) << "of the same connection";
        EXPECT_EQ(outcome.frame, expected(bytes, number_of(outcome)));
    }
    EXPECT_EQ(path().rows().size(), 1u);
}

TEST_F(Ipv6, GivesUpWhereHeadersHideTheTransport) {
    auto many = frame6();
    for (int i = 0; i < 7; ++i) many.extension(kDestinationOptions, 8);
    EXPECT_EQ(send(many.syn()).verdict, "malformed");
    for (std::size_t const bytes : {256, 512, 2048})
        EXPECT_EQ(send(frame6().extension(kDestinationOptions, bytes)).verdict, "malformed") << "beyond what is looked at";
    EXPECT_EQ(send(frame6().extension(kHopByHop, 8).cut(14 + 40 + 7)).verdict, "malformed");
    EXPECT_EQ(send(frame6().extension(kHopByHop, 16).cut(14 + 40 + 16 + 19)).verdict, "truncated");
    EXPECT_EQ(send(frame6().protocol(kNoNext)).verdict, "not_balanced");
    EXPECT_EQ(send(frame6().extension(kHopByHop, 8).protocol(kEncrypted)).verdict, "not_balanced");
}

TEST_F(Ipv6, OfHeadersCutShortTellsTheTruth) {
    EXPECT_EQ(send(frame6().cut(14 + 39)).verdict, "malformed");
    EXPECT_EQ(send(frame6().cut(14 + 40 + 19)).verdict, "truncated");
    EXPECT_EQ(send(frame6().payload_length(19)).verdict, "truncated");
    EXPECT_EQ(send(frame6().payload_length(21)).verdict, "truncated");
    EXPECT_EQ(send(frame6().to("fd00:96::119").cut(14 + 40 + 19)).verdict, "no_vip");
    auto bytes = frame6().bytes();
    bytes[14] = 0x40;
    EXPECT_EQ(path().send(bytes).verdict, "malformed");
}

TEST_F(Ipv6, SendsLaterFragmentsAfterTheFirst) {
    auto const first = send(frame6().syn().fragment(1).payload(100));
    ASSERT_EQ(first.verdict, "forwarded");
    for (std::uint16_t const field : {15 << 3 | 1, 30 << 3}) {
        auto const bytes = frame6().fragment(field).payload(40).bytes();
        auto const later = path().send(bytes);
        EXPECT_EQ(later.verdict, "fragment");
        EXPECT_EQ(later.server, first.server);
        EXPECT_EQ(later.frame, expected(bytes, number_of(later)));
    }
    EXPECT_EQ(send(frame6().fragment(15 << 3, 0x12345679)).verdict, "fragment_alone") << "another datagram";
    EXPECT_EQ(send(frame6().from("2001:db8::78").fragment(15 << 3)).verdict, "fragment_alone") << "another client";
    EXPECT_EQ(send(frame6().to("fd00:96::119").fragment(15 << 3)).verdict, "no_vip");
}

// RFC 8200 4.5: a datagram is known by source, destination and identification; the later fragments' next header is that
// of whatever the first one has behind its fragment header.
TEST_F(Ipv6, KnowsFragmentsWhateverStandsBehindTheFragmentHeader) {
    auto const first = send(frame6().syn().fragment(1).extension(kDestinationOptions, 8).payload(100));
    ASSERT_EQ(first.verdict, "forwarded");
    EXPECT_EQ(send(frame6().protocol(kDestinationOptions).fragment(15 << 3)).server, first.server);
}

TEST_F(Ipv6, SendsErrorsToTheFlowsServer) {
    for (int i = 0; i < 3; ++i) {
        auto const flow = frame6().from("2001:db8::9", static_cast<std::uint16_t>(100 + i));
        auto made = flow;
        auto const server = send(made.syn()).server;
        for (auto const type : {kUnreachable6, kTooBig6, kTimeExceeded6}) {
            auto error = flow;
            auto const bytes = error.payload(1000).icmp_error(type, 0).bytes();
            auto const outcome = path().send(bytes);
            EXPECT_EQ(outcome.verdict, "related");
            EXPECT_EQ(outcome.server, server);
            EXPECT_EQ(outcome.frame, expected(bytes, number_of(outcome)));
        }
    }
    EXPECT_EQ(send(frame6().from("2001:db8::10").icmp_error(kTooBig6, 0)).verdict, "unrelated");
    EXPECT_EQ(send(frame6().to(kVip, 22).icmp_error(kTooBig6, 0)).verdict, "unrelated");
    EXPECT_EQ(send(frame6().from("2001:db8::9", 100).icmp_error(kTooBig6, 0).cut(14 + 48 + 40 + 3)).verdict, "unrelated");
}

TEST_F(Ipv6, AnErrorKeepsNothingAlive) {
    (void)send(frame6().syn());
    path().pass(30);
    EXPECT_EQ(send(frame6().icmp_error(kTooBig6, 0)).verdict, "related");
    EXPECT_NEAR(path().row()->expires, 30, 4);
    path().pass(32);
    EXPECT_EQ(send(frame6().icmp_error(kTooBig6, 0)).verdict, "unrelated") << "the connection is over, swept or not";
}

TEST_F(Ipv6, LeavesPingAndNeighbourDiscoveryToTheHost) {
    for (auto const type : {kEcho6, kRouterAdvert, kNeighbourSolicit}) {
        auto const bytes = frame6().icmp(type).payload(24).bytes();
        auto const outcome = path().send(bytes);
        EXPECT_EQ(outcome.verdict, "not_balanced");
        EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_PASS));
        EXPECT_EQ(outcome.frame, bytes);
    }
    EXPECT_EQ(send(frame6().to("ff02::1:ff00:175").to_mac({{0x33, 0x33, 0xff, 0, 1, 0x75}}).icmp(kNeighbourSolicit).hops(255)).verdict,
              "other_mac");
    EXPECT_EQ(send(frame6().to("fe80::1").icmp(kNeighbourSolicit).hops(255)).verdict, "no_vip");
}

/// What RFC 4443 wants of an error: from VIP to client, the packet quoted as it came, a checksum over it all.
void expect_error(Outcome const& outcome, Bytes const& sent, std::uint8_t type, std::uint8_t code) {
    ASSERT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_TX));
    auto const& answer = outcome.frame;
    ASSERT_EQ(answer.size(), 14u + 40 + 8 + 48);
    EXPECT_TRUE(std::equal(&answer[0], &answer[6], &sent[6])) << "to whom it came from";
    EXPECT_TRUE(std::equal(&answer[6], &answer[12], &sent[0]));
    EXPECT_EQ(read16(answer, 12), 0x86dd);
    EXPECT_EQ(answer[14] >> 4, 6);
    EXPECT_EQ(read16(answer, 18), 8 + 48);
    EXPECT_EQ(answer[20], 58);
    EXPECT_EQ(answer[21], 64);
    EXPECT_TRUE(std::equal(&answer[22], &answer[38], &sent[38])) << "from the VIP";
    EXPECT_TRUE(std::equal(&answer[38], &answer[54], &sent[22])) << "to the client";
    EXPECT_EQ(answer[54], type);
    EXPECT_EQ(answer[55], code);
    EXPECT_EQ(checksum({&answer[54], answer.size() - 54}, pseudo_sum(answer, 14, answer.size() - 54, 58)), 0);
    EXPECT_TRUE(std::equal(answer.begin() + 62, answer.end(), sent.begin() + 14)) << "the quote";
}

TEST_F(Ipv6, AnswersAUsedUpHopLimit) {
    for (std::uint8_t const hops : {0, 1}) {
        auto const sent = frame6().hops(hops).payload(333).bytes();
        auto const outcome = path().send(sent);
        EXPECT_EQ(outcome.verdict, "ttl_expired");
        expect_error(outcome, sent, kTimeExceeded6, 0);
    }
}

TEST_F(Ipv6, AnswersWhereNobodyServes) {
    web_.servers.clear();
    path().serve({web_});
    for (std::size_t const payload : {0, 1, 2, 1000}) {
        auto const sent = frame6().syn().payload(payload).bytes();
        auto const outcome = path().send(sent);
        EXPECT_EQ(outcome.verdict, "no_destination");
        expect_error(outcome, sent, kUnreachable6, 4);
    }
    EXPECT_EQ(send(frame6().from("ff02::1").syn()).verdict, "silent") << "no answer to a group";
}

TEST_F(Ipv6, StandsBesideIpv4) {
    auto const old = service("172.51.97.175", 80, {{real(5), 1}});
    path().serve({web_, old});
    EXPECT_EQ(path().send(frame().syn()).server, "r5");
    EXPECT_EQ(send(frame6().syn()).server, "r2");
    EXPECT_EQ(path().send(frame().ack()).server, "r5");
    EXPECT_EQ(send(frame6().ack()).server, "r2");
    EXPECT_EQ(path().rows().size(), 2u);
}

}  // namespace
}  // namespace drover::bpf::testing
