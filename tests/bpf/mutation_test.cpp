// Whatever comes in: the program says what it did, exactly once, and touches nothing but what it may.
#include <fmt/format.h>

#include <map>
#include <random>

#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";
constexpr char const* kVip6 = "fd00:97::175";

class Mutation : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto dns = service(kVip, 53, {{real(3, 53), 1}});
        dns.key.protocol = Protocol::udp;
        auto signalling = service(kVip, 36412, {{real(4, 36412), 1}, {real(5, 36412), 1}});
        signalling.key.protocol = Protocol::sctp;
        signalling.behaviour.sloppy_sctp = true;
        auto persistent = service(kVip, 81, {{real(1), 1}, {real(2), 1}});
        persistent.persistence_timeout = 30;
        persistent.persistence_prefix = 24;
        auto any = service(kVip6, 0, {{real6(1, 0), 1}, {real6(2, 0), 1}});
        any.persistence_timeout = 30;
        any.persistence_prefix = 64;
        auto dns6 = service(kVip6, 53, {});
        dns6.key.protocol = Protocol::udp;
        path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), dns, signalling, persistent,
                      service(kVip6, 80, {{real6(1), 1}, {real6(2), 1}}), any, dns6});
    }

    std::uint32_t draw(std::uint32_t below) { return random_() % below; }
    std::uint16_t draw_port() { return static_cast<std::uint16_t>(1 + draw(4)); }

    Bytes ipv4_packet() {
        auto made = frame().from(0x0a000000 + draw(64), draw_port());
        made.options(draw(3) == 0 ? draw(11) : 0).payload(draw(64));
        if (draw(8) == 0) made.fragment(draw(2) == 0 ? 0x2000 : 8);
        switch (draw(6)) {
            case 0: return made.to(kVip, 53).udp().bytes();
            case 1: return made.to(kVip, 80).tcp(static_cast<std::uint8_t>(random_())).bytes();
            case 2: return made.to(kVip, 36412).sctp({static_cast<std::uint8_t>(draw(16)), static_cast<std::uint8_t>(draw(16))}).bytes();
            case 3: return made.to(kVip, 80).options(0).fragment(0).payload(0).icmp_error(std::array<std::uint8_t, 3>{3, 4, 11}[draw(3)], 0).bytes();
            default: return made.to(kVip, 81).tcp(kSyn).bytes();
        }
    }
    Bytes ipv6_packet() {
        static constexpr std::uint8_t kHeaders[] = {kHopByHop, kRouting, kDestinationOptions, kAuthentication, kMobility};
        auto made = frame6().payload(draw(64));
        made.from(draw(2) == 0 ? "2001:db8::77" : "2001:db8:1::5", draw_port());
        if (draw(6) == 0) return made.to(kVip6, 80).icmp_error(static_cast<std::uint8_t>(1 + draw(3)), 0).bytes();
        for (auto headers = draw(3) == 0 ? draw(7) : 0; headers > 0; --headers)
            made.extension(kHeaders[draw(std::size(kHeaders))], 8 * (1 + draw(3)));
        if (draw(5) == 0) made.fragment(static_cast<std::uint16_t>(std::array{0, 1, 8 << 3}[draw(3)]), draw(4));
        switch (draw(4)) {
            case 0: return made.to(kVip6, 53).udp().bytes();
            case 1: return made.to(kVip6, static_cast<std::uint16_t>(1000 + draw(4))).tcp(kSyn).bytes();
            default: return made.to(kVip6, 80).tcp(static_cast<std::uint8_t>(random_())).bytes();
        }
    }
    Bytes whole_packet() {
        auto bytes = draw(2) == 0 ? ipv4_packet() : ipv6_packet();
        switch (draw(6)) {
            case 0: return tagged(std::move(bytes), {{0x8100, static_cast<std::uint16_t>(random_())}});
            case 1: return tagged(std::move(bytes), {{0x88a8, 7}, {0x8100, static_cast<std::uint16_t>(random_())}});
            default: return bytes;
        }
    }

    void mutate(Bytes& bytes) {
        for (auto changes = random_() % 4; changes > 0; --changes) {
            auto const at = random_() % std::min<std::size_t>(bytes.size(), 130);
            if (random_() % 2 == 0)
                bytes[at] ^= static_cast<std::uint8_t>(1 << random_() % 8);
            else
                bytes[at] = static_cast<std::uint8_t>(random_());
        }
        if (random_() % 4 == 0) bytes.resize(14 + random_() % (bytes.size() - 13));
        if (random_() % 16 == 0) bytes.resize(bytes.size() + random_() % 1400);
    }

    /// Where the IP header is, behind the tags.
    static std::size_t network_of(Bytes const& frame) {
        std::size_t at = 12;
        while (read16(frame, at) == 0x8100 || read16(frame, at) == 0x88a8) at += 4;
        return at + 2;
    }
    /// Nothing but MACs, one hop and IPv4's checksum, by as much as the hop makes.
    static bool only_rewritten(Bytes const& before, Bytes const& after) {
        auto wanted = before;
        auto const network = network_of(before);
        if (before[network] >> 4 == 6) {
            wanted[network + 7] -= 1;
        } else {
            wanted[network + 8] -= 1;
            auto const sum = read16(before, network + 10) + 0x0100u;
            write16(wanted, network + 10, static_cast<std::uint16_t>(sum + (sum >= 0xffff ? 1 : 0)));
        }
        return after.size() == before.size() && std::equal(wanted.begin() + 12, wanted.end(), after.begin() + 12);
    }
    /// An ICMP error of the right kind, with a right checksum, to whoever sent the frame.
    static bool is_answer(Bytes const& before, Bytes const& after, bool expired) {
        if (!std::equal(&after[0], &after[6], &before[6])) return false;
        if (after[14] >> 4 == 4)
            return after[34] == (expired ? 11 : 3) && checksum({&after[34], after.size() - 34}) == 0 && checksum({&after[14], 20}) == 0;
        auto const length = after.size() - 54;
        return after[54] == (expired ? 3 : 1) && checksum({&after[54], length}, pseudo_sum(after, 14, length, 58)) == 0;
    }

    void expect_honest(Bytes const& sent, Outcome const& outcome) {
        ASSERT_TRUE(outcome.action == XDP_PASS || outcome.action == XDP_DROP || outcome.action == XDP_TX) << outcome.action;
        auto const& verdict = outcome.verdict;
        if (verdict == "ttl_expired" || verdict == "no_destination") {
            ASSERT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_TX));
            ASSERT_TRUE(is_answer(sent, outcome.frame, verdict == "ttl_expired"));
        } else if (outcome.action == XDP_TX) {
            ASSERT_TRUE(verdict == "forwarded" || verdict == "fragment" || verdict == "related") << verdict;
            ASSERT_TRUE(only_rewritten(sent, outcome.frame)) << verdict;
        } else {
            ASSERT_NE(verdict, "forwarded");
            if (verdict != "silent") ASSERT_EQ(outcome.frame, sent) << verdict;
        }
    }

    std::mt19937 random_{20261123};
};

TEST_F(Mutation, OfPacketsNeverConfusesTheProgram) {
    std::map<std::string, int> verdicts;
    for (int i = 0; i < 80'000; ++i) {
        auto bytes = whole_packet();
        mutate(bytes);
        if (!PacketPath::takes(bytes)) continue;
        auto const outcome = path().send(bytes);
        ++verdicts[outcome.verdict];
        expect_honest(bytes, outcome);
        if (HasFatalFailure()) {
            std::string hex;
            for (auto const byte : bytes) hex += fmt::format("{:02x}", byte);
            FAIL() << hex;
        }
    }
    for (auto const* verdict : {"forwarded", "not_ip", "other_mac", "malformed", "no_vip", "no_service", "not_balanced", "related",
                                "unrelated", "fragment", "no_entry", "truncated", "fragment_alone", "ttl_expired", "no_destination"})
        EXPECT_GT(verdicts[verdict], 0) << verdict;
    for (auto const& [verdict, count] : verdicts)
        EXPECT_EQ(verdict.find(' '), std::string::npos) << "counted twice or not at all: " << verdict;
}

TEST_F(Mutation, OfEveryLengthIsBounded) {
    for (auto const& whole : {frame().options(10).payload(30).bytes(), frame().payload(30).bytes(),
                              frame().to(kVip, 53).udp().payload(30).bytes(), frame6().payload(30).bytes(),
                              frame6().extension(kHopByHop, 24).fragment(0).payload(30).bytes(),
                              tagged(frame().payload(30).bytes(), {{0x88a8, 1}, {0x8100, 2}}),
                              frame().to(kVip, 36412).sctp({1}).payload(30).bytes()})
        for (std::size_t length = 14; length <= whole.size(); ++length) {
            auto const outcome = path().send(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
            EXPECT_EQ(outcome.verdict == "forwarded", length == whole.size()) << length;
        }
}

}  // namespace
}  // namespace drover::bpf::testing
