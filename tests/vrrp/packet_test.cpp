#include "vrrp/packet.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

namespace drover::vrrp {
namespace {

using testing::StartsWith;

using Bytes = std::vector<std::uint8_t>;

Address const group = Address::v4(0xe0000012);

Bytes hex(std::string_view text) {
    Bytes bytes;
    std::string digits;
    for (char const c : text)
        if (c != ' ') digits += c;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

model::Authentication pass(std::string password) {
    return {model::Authentication::Type::pass, std::move(password)};
}

struct Golden {
    char const* name;
    std::uint8_t vrid, priority;
    std::vector<Address> addresses;
    model::Authentication authentication;
    char const* bytes;
};

// Captured from keepalived 2.2.7.
std::vector<Golden> golden() {
    return {
        {"PASS 1234", 51, 150, {*Address::parse("172.51.97.175")}, pass("1234"),
         "21339601 0101d580 ac3361af 3132333400000000"},
        {"PASS 1234, priority 0", 51, 0, {*Address::parse("172.51.97.175")}, pass("1234"),
         "21330001 01016b81 ac3361af 3132333400000000"},
        {"PASS 1111", 51, 100, {*Address::parse("10.0.0.100")}, pass("1111"),
         "21336401 01010d04 0a000064 3131313100000000"},
        {"PASS of eight letters", 51, 150, {*Address::parse("10.0.0.100")}, pass("secret12"),
         "21339601 0101cfe7 0a000064 7365637265743132"},
        {"none, two addresses", 51, 150, {*Address::parse("10.0.0.100"), *Address::parse("10.0.0.101")}, {},
         "21339602 00013400 0a000064 0a000065 0000000000000000"},
        {"none, owner", 51, 255, {*Address::parse("10.0.0.100")}, {}, "2133ff01 0001d565 0a000064 0000000000000000"},
    };
}

Packet packet_of(Bytes const& payload) { return {*Address::parse("10.0.0.2"), group, 255, payload}; }

Expectation expectation(model::Authentication authentication = {}) { return {51, 1s, std::move(authentication), group}; }

TEST(Packet, EncodesTheGoldenFrames) {
    for (auto const& g : golden())
        EXPECT_EQ(encode({g.vrid, g.priority, 1s, g.addresses}, g.authentication), hex(g.bytes)) << g.name;
}

TEST(Packet, DecodesTheGoldenFrames) {
    for (auto const& g : golden()) {
        auto const bytes = hex(g.bytes);
        auto const advert = decode(packet_of(bytes), expectation(g.authentication));
        ASSERT_TRUE(advert) << g.name << ": " << advert.error().text;
        EXPECT_EQ(*advert, (Advert{g.vrid, g.priority, 1s, g.addresses})) << g.name;
    }
}

TEST(Packet, APasswordLongerThanEightBytesIsCut) {
    auto const bytes = encode({51, 100, 1s, {}}, pass("1234567890"));
    EXPECT_TRUE(decode(packet_of(bytes), expectation(pass("12345678"))));
}

/// A sound advert in which one thing is changed; the checksum is made right again unless it is the point.
Bytes changed(std::size_t index, std::uint8_t value, bool mend = true, model::Authentication const& auth = {}) {
    auto bytes = encode({51, 100, 1s, {*Address::parse("10.0.0.100")}}, auth);
    bytes[index] = value;
    if (mend) {
        bytes[6] = bytes[7] = 0;
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < bytes.size(); i += 2) sum += bytes[i] * 256U + bytes[i + 1];
        while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
        bytes[6] = static_cast<std::uint8_t>(~sum >> 8);
        bytes[7] = static_cast<std::uint8_t>(~sum);
    }
    return bytes;
}

TEST(Packet, RefusesWithTheReasonInKeepalivedsWords) {
    auto const good = changed(2, 100);
    struct Case {
        Reason reason;
        char const* text;
        Bytes payload;
        Expectation expected = expectation();
        std::uint8_t ttl = 255;
        Address to = group;
    };
    auto cut = [&](std::size_t size) { return Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)); };
    auto longer = good;
    longer.push_back(0);
    Case const cases[] = {
        {Reason::length, "vrrp packet too short, length 0 and expect 8", {}},
        {Reason::length, "vrrp packet too short, length 7 and expect 8", cut(7)},
        {Reason::length, "vrrp packet too short, length 19 and expect 20", cut(19)},
        {Reason::length, "vrrp packet too long, length 21 and expect 20", longer},
        {Reason::length, "vrrp packet too short, length 20 and expect 1036", changed(3, 255)},
        {Reason::destination, "sent to 10.0.0.3 instead of 224.0.0.18", good, expectation(), 255,
         *Address::parse("10.0.0.3")},
        {Reason::ttl, "invalid TTL/HL. Received 254 and expect 255", good, expectation(), 254},
        {Reason::version, "wrong version. Received 3 and expect 2", changed(0, 0x31)},
        {Reason::type, "Invalid packet type. 2 and expect 1", changed(0, 0x22)},
        {Reason::checksum, "Invalid VRRPv2 checksum", changed(2, 101, false)},
        {Reason::virtual_router, "received VRID mismatch. Received 52 and expect 51", changed(1, 52)},
        {Reason::auth_type, "received a 1 auth, expecting 0!", changed(2, 100, true, pass("1234"))},
        {Reason::auth_type, "received a 0 auth, expecting 1!", good, expectation(pass("1234"))},
        {Reason::password, "received an invalid passwd!", changed(2, 100, true, pass("1234")), expectation(pass("1235"))},
        {Reason::interval, "advertisement interval mismatch mine=1 sec rcv'd=2 sec", changed(5, 2)},
    };
    for (auto const& c : cases) {
        auto const result = decode({*Address::parse("10.0.0.2"), c.to, c.ttl, c.payload}, c.expected);
        ASSERT_FALSE(result) << c.text;
        EXPECT_EQ(result.error().text, c.text);
        EXPECT_EQ(name(result.error().reason), name(c.reason));
    }
}

TEST(Packet, FindsTheVirtualRouterOfAnythingLongEnough) {
    EXPECT_EQ(virtual_router_of(packet_of(changed(1, 52))), 52);
    EXPECT_EQ(virtual_router_of(packet_of(Bytes(7, 9))), 0);
}

TEST(Ipv4Packet, IsAsKeepalivedSendsIt) {
    auto const payload = hex("21339601 0101cfe7 0a000064 7365637265743132");
    // The first frame of the sample vrrp-v2-pass, without its Ethernet header.
    EXPECT_EQ(ipv4_packet(*Address::parse("10.0.0.2"), group, 1, payload),
              hex("45c0 0028 0001 0000 ff70 d090 0a00 0002 e000 0012 2133 9601 0101 cfe7 0a00 0064 7365 6372 6574 3132"));
}

TEST(Ipv4Packet, ReadsWhatItWrites) {
    auto const payload = changed(2, 100);
    auto bytes = ipv4_packet(*Address::parse("10.0.0.2"), group, 1, payload);
    bytes.resize(60);  // Ethernet padding
    auto const packet = read_ipv4(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->from.text(), "10.0.0.2");
    EXPECT_EQ(packet->to, group);
    EXPECT_EQ(packet->ttl, 255);
    EXPECT_EQ(Bytes(packet->payload.begin(), packet->payload.end()), payload);
}

TEST(Ipv4Packet, RefusesWhatIsNoSoundPacket) {
    auto const good = ipv4_packet(*Address::parse("10.0.0.2"), group, 1, changed(2, 100));
    auto with = [&](std::size_t index, std::uint8_t value) {
        auto bytes = good;
        bytes[index] = value;
        return bytes;
    };
    struct Case {
        char const* text;
        Bytes bytes;
    };
    Case const cases[] = {
        {"no IPv4 header", {}},
        {"no IPv4 header", Bytes(19, 0x45)},
        {"no IPv4 header", with(0, 0x65)},
        {"malformed IPv4 header", with(0, 0x44)},
        {"malformed IPv4 header", with(3, 19)},
        {"ip_tot_len mismatch against received length. 41 and received 40", with(3, 41)},
        {"wrong IPv4 header checksum", with(12, 11)},
    };
    for (auto const& c : cases) {
        auto const packet = read_ipv4(c.bytes);
        ASSERT_FALSE(packet) << c.text;
        EXPECT_EQ(packet.error().text, c.text);
    }
}

TEST(Ipv4Packet, EveryCutAndEveryFlippedByteIsRefusedOrReadWithoutHarm) {
    auto const good = ipv4_packet(*Address::parse("10.0.0.2"), group, 1, changed(2, 100, true, pass("1234")));
    int believed = 0;
    for (std::size_t size = 0; size <= good.size(); ++size) {
        for (std::size_t i = 0; i < size; ++i) {
            Bytes bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
            bytes[i] = static_cast<std::uint8_t>(~bytes[i]);
            auto const packet = read_ipv4(bytes);
            if (packet && decode(*packet, expectation(pass("1234")))) ++believed;
        }
    }
    // TOS, identification and so on are covered by the header's checksum; everything else by the message's.
    EXPECT_EQ(believed, 0);
}

TEST(GratuitousArp, IsTheRequestFormOfTheSample) {
    EXPECT_EQ(gratuitous_arp(*Mac::parse("02:00:00:00:00:02"), *Address::parse("10.0.0.100")),
              (std::array<std::uint8_t, 28>{0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02,
                                            0x0a, 0x00, 0x00, 0x64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0a, 0x00, 0x00, 0x64}));
}

// ---- recordings of the reference machine (beside the checkout)

std::vector<Bytes> frames(std::string const& recording) {
    std::ifstream file(std::string(DROVER_SOURCE_DIR) + "/../shared/reference-vm/samples/vrrp/" + recording,
                       std::ios::binary);
    Bytes const all{std::istreambuf_iterator<char>(file), {}};
    std::vector<Bytes> found;
    // pcap: a header of 24 bytes; each record has 16 bytes, the third word of which is the length (little endian here).
    for (std::size_t at = 24; at + 16 <= all.size();) {
        std::size_t const size = all[at + 8] | all[at + 9] << 8;
        auto const start = all.begin() + static_cast<std::ptrdiff_t>(at) + 16;
        found.emplace_back(start, start + static_cast<std::ptrdiff_t>(size));
        at += 16 + size;
    }
    return found;
}

TEST(Recording, EveryAdvertOfKeepalivedIsBelievedAndWrittenAgainByteForByte) {
    if (!std::filesystem::exists(DROVER_SOURCE_DIR "/../shared/reference-vm")) GTEST_SKIP() << "no recordings here";
    struct Case {
        char const* recording;
        model::Authentication authentication;
    };
    for (auto const& c : {Case{"vrrp-v2-pass.pcap", pass("secret12")}, Case{"vrrp-v2-noauth-2vips.pcap", {}},
                          Case{"vrrp-owner-255.pcap", {}}}) {
        int adverts = 0;
        for (auto const& frame : frames(c.recording)) {
            if (frame.size() < 34 || frame[12] != 0x08 || frame[13] != 0x00 || frame[23] != protocol_number) continue;
            Bytes const ip(frame.begin() + 14, frame.end());
            auto const packet = read_ipv4(ip);
            ASSERT_TRUE(packet) << packet.error().text;
            auto const advert = decode(*packet, expectation(c.authentication));
            ASSERT_TRUE(advert) << advert.error().text;
            auto const id = static_cast<std::uint16_t>(ip[4] << 8 | ip[5]);
            auto again = ipv4_packet(packet->from, packet->to, id, encode(*advert, c.authentication));
            again.resize(ip.size());
            EXPECT_EQ(again, ip);
            ++adverts;
        }
        EXPECT_GT(adverts, 10) << c.recording;
    }
}

TEST(Recording, EveryGratuitousArpIsTheSameByteForByte) {
    if (!std::filesystem::exists(DROVER_SOURCE_DIR "/../shared/reference-vm")) GTEST_SKIP() << "no recordings here";
    int announcements = 0;
    for (auto const& frame : frames("vrrp-v2-pass.pcap")) {
        if (frame.size() < 42 || frame[12] != 0x08 || frame[13] != 0x06 || frame[38] != 10 || frame[41] != 100) continue;
        if (!std::equal(&frame[28], &frame[32], &frame[38])) continue;  // somebody's question
        Mac mac;
        std::copy_n(frame.begin() + 6, 6, mac.bytes.begin());
        auto const arp = gratuitous_arp(mac, *Address::parse("10.0.0.100"));
        EXPECT_TRUE(std::equal(arp.begin(), arp.end(), frame.begin() + 14));
        ++announcements;
    }
    EXPECT_GT(announcements, 5);
}

}  // namespace
}  // namespace drover::vrrp
