#include "vrrp/ip_packet.h"

#include <gmock/gmock.h>

#include "bytes.h"
#include "vrrp/packet.h"

namespace drover::vrrp {
namespace {

struct Way {
    char const* name;
    Address from, to;
};
Way const v4{"IPv4", *Address::parse("10.0.0.2"), *Address::parse("224.0.0.18")};
Way const v6{"IPv6", *Address::parse("fe80::2"), *Address::parse("ff02::12")};

Bytes advert_by(Way const& way) {
    Dialect const dialect{3, {}, Coverage::pseudo_header};
    return write({51, 100, 1s, {way.from}}, dialect, {way.from, way.to, 255, 1, 0});
}

TEST(IpPacket, ReadsWhatItWritesAndCutsThePaddingOff) {
    for (auto const& way : {v4, v6}) {
        auto bytes = advert_by(way);
        auto const size = bytes.size();
        bytes.resize(100);
        auto const packet = read_ip(bytes);
        ASSERT_TRUE(packet) << way.name << ": " << packet.error().text;
        EXPECT_EQ(packet->from, way.from);
        EXPECT_EQ(packet->to, way.to);
        EXPECT_EQ(packet->ttl, 255);
        EXPECT_EQ(packet->whole.size(), size);
        EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()),
                  encode({51, 100, 1s, {way.from}}, {3, {}, Coverage::pseudo_header}, way.from, way.to));
    }
}

TEST(IpPacket, RefusesWhatIsNoSoundPacket) {
    auto const with = [](Way const& way, std::size_t index, std::uint8_t value) {
        auto bytes = advert_by(way);
        bytes[index] = value;
        return bytes;
    };
    struct Case {
        char const* text;
        Bytes bytes;
    };
    auto fragment = advert_by(v4);
    fragment[6] = 0x20;
    fragment[10] = static_cast<std::uint8_t>(fragment[10] - 0x20);
    auto const tcp = ip_packet(v4.from, v4.to, 1, 255, 6, Bytes(20));
    Case const cases[] = {
        {"no IP header", {}},
        {"no IP header", Bytes(19, 0x45)},
        {"no IP header", Bytes(39, 0x60)},
        {"no IP header", with(v4, 0, 0x55)},
        {"malformed IPv4 header", with(v4, 0, 0x44)},
        {"malformed IPv4 header", with(v4, 3, 19)},
        {"ip_tot_len mismatch against received length. 41 and received 32", with(v4, 3, 41)},
        {"wrong IPv4 header checksum", with(v4, 12, 11)},
        {"a fragment", fragment},
        {"not VRRP", tcp},
        {"not VRRP", with(v6, 6, 51)},
        {"ip_tot_len mismatch against received length. 65 and received 64", with(v6, 5, 25)},
    };
    for (auto const& c : cases) {
        auto const packet = read_ip(c.bytes);
        ASSERT_FALSE(packet) << c.text;
        EXPECT_EQ(packet.error().text, c.text);
    }
}

TEST(IpPacket, EveryCutAndEveryFlippedByteIsRefusedOrReadWithoutHarm) {
    model::Authentication const pass{model::Authentication::Type::pass, "1234"};
    model::Authentication const ah{model::Authentication::Type::ah, "1234"};
    struct Case {
        Way way;
        Dialect dialect;
    };
    for (auto const& [way, dialect] : {Case{v4, {2, pass, Coverage::message}}, Case{v4, {2, ah, Coverage::message}},
                                       Case{v4, {3, {}, Coverage::pseudo_header}}, Case{v6, {3, {}, {}}}}) {
        auto const good = write({51, 100, 1s, {way.from}}, dialect, {way.from, way.to, 255, 1, 1});
        Expectation const expected{51, 1s, dialect.authentication, way.to, dialect.version, {}, false, 0};
        ASSERT_TRUE(decode(*read_ip(good), expected));
        // IPv6's header has no checksum: traffic class and flow label are nobody's.
        std::size_t const first = way.to.is_v4() ? 0 : 4;
        int believed = 0;
        for (std::size_t size = 0; size <= good.size(); ++size) {
            for (std::size_t i = first; i < size; ++i) {
                Bytes bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
                bytes[i] = static_cast<std::uint8_t>(~bytes[i]);
                auto const packet = read_ip(bytes);
                if (packet && decode(*packet, expected)) ++believed;
            }
        }
        EXPECT_EQ(believed, 0) << way.name << " version " << dialect.version;
    }
}

}  // namespace
}  // namespace drover::vrrp
