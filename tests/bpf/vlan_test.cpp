// VLAN tags are stepped over, and leave as they came.
#include <functional>

#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";
constexpr char const* kVip6 = "fd00:97::175";

struct Tags {
    char const* name;
    std::size_t bytes;
    std::function<Bytes(Bytes)> put;
};

std::vector<Tags> const& tags() {
    static std::vector<Tags> const all = {
        {"one", 4, [](Bytes frame) { return tagged(std::move(frame), {{0x8100, 0xe007}}); }},
        {"one of a provider", 4, [](Bytes frame) { return tagged(std::move(frame), {{0x88a8, 4094}}); }},
        {"two", 8, [](Bytes frame) { return tagged(std::move(frame), {{0x88a8, 100}, {0x8100, 7}}); }},
        {"two of one kind", 8, [](Bytes frame) { return tagged(std::move(frame), {{0x8100, 100}, {0x8100, 7}}); }},
    };
    return all;
}

class Vlan : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ != nullptr) path().serve({service(kVip, 80, {{real(1), 1}}), service(kVip6, 80, {{real6(1), 1}})});
    }

    /// What must come out, tags included, byte for byte.
    static Bytes expected(Bytes frame, std::size_t network) {
        std::memcpy(&frame[0], server_mac(1).bytes.data(), 6);
        std::memcpy(&frame[6], kOurMac.bytes.data(), 6);
        if (frame[network] >> 4 == 6) {
            frame[network + 7] -= 1;
            return frame;
        }
        frame[network + 8] -= 1;
        write16(frame, network + 10, 0);
        write16(frame, network + 10, checksum({&frame[network], static_cast<std::size_t>(frame[network] & 15) * 4}));
        return frame;
    }

    void expect_sent(Bytes const& sent, std::size_t network, std::string_view verdict = "forwarded") {
        auto const outcome = path().send(sent);
        EXPECT_EQ(outcome.verdict, verdict);
        EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_TX));
        EXPECT_EQ(outcome.frame, expected(sent, network));
    }
};

TEST_F(Vlan, TagsAreKeptByteForByte) {
    for (auto const& tag : tags()) {
        SCOPED_TRACE(tag.name);
        for (auto const& sent : {frame().syn(), frame().ack().payload(1200), frame().ack().options(10)})
            expect_sent(tag.put(sent.bytes()), 14 + tag.bytes);
        for (auto const& sent : {frame6().syn(), frame6().ack().payload(1200), frame6().ack().extension(kDestinationOptions, 16)})
            expect_sent(tag.put(sent.bytes()), 14 + tag.bytes);
    }
    EXPECT_EQ(path().rows().size(), 2u) << "a connection is the same with and without";
}

TEST_F(Vlan, FragmentsAndErrorsAreFoundBehindThem) {
    for (auto const& tag : tags()) {
        SCOPED_TRACE(tag.name);
        expect_sent(tag.put(frame().syn().fragment(0x2000).payload(24).bytes()), 14 + tag.bytes);
        expect_sent(tag.put(frame().fragment(6).payload(24).bytes()), 14 + tag.bytes, "fragment");
        expect_sent(tag.put(frame().icmp_error(3, 4).bytes()), 14 + tag.bytes, "related");
        expect_sent(tag.put(frame6().syn().fragment(1).payload(24).bytes()), 14 + tag.bytes);
        expect_sent(tag.put(frame6().fragment(6 << 3).payload(24).bytes()), 14 + tag.bytes, "fragment");
        expect_sent(tag.put(frame6().icmp_error(kTooBig6, 0).bytes()), 14 + tag.bytes, "related");
    }
}

TEST_F(Vlan, AThirdTagIsLeftAlone) {
    auto const sent = tagged(frame().bytes(), {{0x8100, 1}, {0x8100, 2}, {0x8100, 3}});
    auto const outcome = path().send(sent);
    EXPECT_EQ(outcome.verdict, "not_ip");
    EXPECT_EQ(outcome.frame, sent);
}

TEST_F(Vlan, CutShortIsLeftAlone) {
    for (auto const& tag : tags())
        for (std::size_t length = 14; length < 14 + tag.bytes; ++length) {
            auto sent = tag.put(frame().bytes());
            sent.resize(length);
            EXPECT_EQ(path().send(sent).verdict, "not_ip") << tag.name << length;
        }
}

TEST_F(Vlan, ErrorsAreNotAnswered) {
    for (auto const& sent : {tagged(frame().ttl(1).bytes(), {{0x8100, 7}}), tagged(frame6().hops(1).bytes(), {{0x8100, 7}})}) {
        auto const outcome = path().send(sent);
        EXPECT_EQ(outcome.verdict, "silent");
        EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_DROP));
        EXPECT_EQ(outcome.frame, sent);
    }
}

}  // namespace
}  // namespace drover::bpf::testing
