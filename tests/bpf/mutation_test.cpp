// Whatever comes in: the program says what it did, exactly once, and touches nothing but what it may.
#include <random>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Mutation : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto dns = service(kVip, 53, {{real(3, 53), 1}});
        dns.key.protocol = Protocol::udp;
        auto persistent = service(kVip, 81, {{real(1), 1}, {real(2), 1}});
        persistent.persistence_timeout = 30;
        persistent.persistence_prefix = 24;
        path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), dns, persistent});
    }

    Bytes whole_packet() {
        auto made = frame().from(0x0a000000 + random_() % 64, static_cast<std::uint16_t>(random_() % 4));
        made.options(random_() % 3 == 0 ? random_() % 11 : 0).payload(random_() % 64);
        switch (random_() % 3) {
            case 0: return made.to(kVip, 53).udp().bytes();
            case 1: return made.to(kVip, 80).tcp(static_cast<std::uint8_t>(random_())).bytes();
            default: return made.to(kVip, 81).tcp(kSyn).bytes();
        }
    }

    void mutate(Bytes& bytes) {
        for (auto changes = random_() % 4; changes > 0; --changes) {
            auto const at = random_() % std::min<std::size_t>(bytes.size(), 60);
            if (random_() % 2 == 0)
                bytes[at] ^= static_cast<std::uint8_t>(1 << random_() % 8);
            else
                bytes[at] = static_cast<std::uint8_t>(random_());
        }
        if (random_() % 4 == 0) bytes.resize(14 + random_() % (bytes.size() - 13));
        if (random_() % 16 == 0) bytes.resize(bytes.size() + random_() % 1400);
    }

    /// Bytes that differ, but for those that a forwarded frame must change.
    static bool only_rewritten(Bytes const& before, Bytes const& after) {
        for (std::size_t i = 12; i < before.size(); ++i)
            if (before[i] != after[i] && i != 22 && i != 24 && i != 25) return false;
        return after[22] == before[22] - 1;
    }

    std::mt19937 random_{20261123};
};

TEST_F(Mutation, OfPacketsNeverConfusesTheProgram) {
    std::map<std::string, int> verdicts;
    for (int i = 0; i < 60'000; ++i) {
        auto bytes = whole_packet();
        mutate(bytes);
        auto const outcome = path().send(bytes);
        ASSERT_TRUE(outcome.action == XDP_PASS || outcome.action == XDP_DROP || outcome.action == XDP_TX) << outcome.action;
        ++verdicts[outcome.verdict];
        if (outcome.verdict == "ttl_expired") {
            ASSERT_EQ(outcome.frame[34], 11) << "ICMP time exceeded";
        } else if (outcome.action == XDP_TX) {
            ASSERT_TRUE(outcome.verdict == "forwarded" || outcome.verdict == "fragment") << outcome.verdict;
            ASSERT_TRUE(only_rewritten(bytes, outcome.frame));
        } else {
            ASSERT_NE(outcome.verdict, "forwarded");
            ASSERT_EQ(outcome.frame, bytes);
        }
    }
    for (auto const* verdict : {"forwarded", "not_ip", "other_mac", "malformed", "no_vip", "no_service", "not_balanced",
                                "no_entry", "truncated", "fragment_alone", "ttl_expired"})
        EXPECT_GT(verdicts[verdict], 0) << verdict;
    for (auto const& [verdict, count] : verdicts)
        EXPECT_EQ(verdict.find(' '), std::string::npos) << "counted twice or not at all: " << verdict;
}

TEST_F(Mutation, OfEveryLengthIsBounded) {
    for (auto const& whole : {frame().options(10).payload(30).bytes(), frame().payload(30).bytes(),
                              frame().to(kVip, 53).udp().payload(30).bytes()})
        for (std::size_t length = 14; length <= whole.size(); ++length) {
            auto const outcome = path().send(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
            EXPECT_EQ(outcome.verdict == "forwarded", length == whole.size()) << length;
        }
}

}  // namespace
}  // namespace drover::bpf::testing
