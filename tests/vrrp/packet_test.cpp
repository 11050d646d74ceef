#include "vrrp/packet.h"

#include <gmock/gmock.h>

#include "base/checksum.h"
#include "bytes.h"
#include "vrrp/authentication_header.h"

namespace drover::vrrp {
namespace {

using testing::StartsWith;

Address const group = Address::v4(0xe0000012);

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

Address const sender = *Address::parse("10.0.0.2");

Packet packet_of(Bytes const& payload, Address const& from = sender, Address const& to = group, std::uint8_t ttl = 255) {
    return {from, to, ttl, payload, {}, {}};
}

Expectation expectation(model::Authentication authentication = {}) {
    return {51, 1s, std::move(authentication), group, 2, {}, false, 0};
}

Bytes version_2(Advert const& advert, model::Authentication authentication = {}) {
    return encode(advert, {2, std::move(authentication), Coverage::message}, sender, group);
}

TEST(Packet, EncodesTheGoldenFrames) {
    for (auto const& g : golden())
        EXPECT_EQ(version_2({g.vrid, g.priority, 1s, g.addresses}, g.authentication), hex(g.bytes)) << g.name;
}

TEST(Packet, DecodesTheGoldenFrames) {
    for (auto const& g : golden()) {
        auto const bytes = hex(g.bytes);
        auto const heard = decode(packet_of(bytes), expectation(g.authentication));
        ASSERT_TRUE(heard) << g.name << ": " << heard.error().text;
        EXPECT_EQ(heard->advert, (Advert{g.vrid, g.priority, 1s, g.addresses})) << g.name;
    }
}

TEST(Packet, APasswordLongerThanEightBytesIsCut) {
    auto const bytes = version_2({51, 100, 1s, {}}, pass("1234567890"));
    EXPECT_TRUE(decode(packet_of(bytes), expectation(pass("12345678"))));
}

/// A sound advert in which one thing is changed; the checksum is made right again unless it is the point.
Bytes changed(std::size_t index, std::uint8_t value, bool mend = true, model::Authentication const& auth = {}) {
    auto bytes = version_2({51, 100, 1s, {*Address::parse("10.0.0.100")}}, auth);
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
        auto const result = decode(packet_of(c.payload, sender, c.to, c.ttl), c.expected);
        ASSERT_FALSE(result) << c.text;
        EXPECT_EQ(result.error().text, c.text);
        EXPECT_EQ(name(result.error().reason), name(c.reason));
    }
}

// ---- version 3

Address const v6_group = *Address::parse("ff02::12");
Address const link_local = *Address::parse("fe80::1");

Expectation expecting_3(Address const& to) { return {7, 1s, {}, to, 3, {}, false, 0}; }

TEST(Version3, OverIpv4ItHasThePseudoHeaderInItsChecksumUnlessToldOtherwise) {
    // Captured from keepalived 2.2.7, sent from 172.51.97.1.
    auto const from = *Address::parse("172.51.97.1");
    Advert const advert{7, 200, 500ms, {*Address::parse("172.51.97.180")}};
    EXPECT_EQ(encode(advert, {3, {}, Coverage::pseudo_header}, from, group), hex("3107c801 0032 0b19 ac3361b4"));
    auto const bare = encode(advert, {3, {}, Coverage::message}, from, group);
    EXPECT_NE(bare, encode(advert, {3, {}, Coverage::pseudo_header}, from, group));
    EXPECT_EQ(bare, encode(advert, {3, {}, Coverage::message}, sender, group)) << "whoever sends it";
}

TEST(Version3, BothChecksumsAreBelievedAndToldApart) {
    Advert const advert{7, 200, 10ms, {*Address::parse("172.51.97.180")}};
    for (auto const coverage : {Coverage::pseudo_header, Coverage::message}) {
        auto const bytes = encode(advert, {3, {}, coverage}, sender, group);
        auto const heard = decode(packet_of(bytes), expecting_3(group));
        ASSERT_TRUE(heard) << heard.error().text;
        EXPECT_EQ(heard->coverage, coverage);
        EXPECT_EQ(heard->advert, advert) << "the sender's own interval, too";
    }
}

TEST(Version3, OverIpv6ThePseudoHeaderIsNeverLeftOut) {
    Advert const advert{7, 200, 1s, {link_local, *Address::parse("2001:db8::77")}};
    auto const bytes = encode(advert, {3, {}, Coverage::message}, link_local, v6_group);
    auto const heard = decode(packet_of(bytes, link_local, v6_group), expecting_3(v6_group));
    ASSERT_TRUE(heard) << heard.error().text;
    EXPECT_EQ(heard->advert, advert);
    auto bare = bytes;
    bare[6] = bare[7] = 0;
    auto const sum = checksum(bare);
    bare[6] = static_cast<std::uint8_t>(sum >> 8);
    bare[7] = static_cast<std::uint8_t>(sum);
    auto const refused = decode(packet_of(bare, link_local, v6_group), expecting_3(v6_group));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text, "Invalid VRRPv3 checksum");
}

TEST(Version3, IntervalsAreHundredthsUpToTwelveBits) {
    for (auto const& [meant, sent] : {std::pair{10ms, 10ms}, {40'950ms, 40'950ms}, {60'000ms, 40'950ms}, {1ms, 10ms}}) {
        auto const bytes = encode({7, 1, meant, {}}, {3, {}, Coverage::message}, sender, group);
        EXPECT_EQ(decode(packet_of(bytes), expecting_3(group))->advert.interval, Duration(sent));
    }
}

TEST(Version3, AnIntervalOfZeroIsRefused) {
    auto bytes = encode({7, 1, 10ms, {}}, {3, {}, Coverage::message}, sender, group);
    bytes[5] = 0;
    bytes[7] = static_cast<std::uint8_t>(bytes[7] + 1);
    auto const refused = decode(packet_of(bytes), expecting_3(group));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::interval);
}

TEST(Version3, HasNoAuthenticationDataAtItsEnd) {
    auto const bytes = encode({7, 1, 1s, {sender}}, {3, {}, Coverage::message}, sender, group);
    EXPECT_EQ(bytes.size(), 12U);
    auto longer = bytes;
    longer.resize(20);
    EXPECT_EQ(decode(packet_of(longer), expecting_3(group)).error().text,
              "vrrp packet too long, length 20 and expect 12");
}

TEST(Version3, AnotherVersionIsRefusedEitherWay) {
    auto const two = version_2({7, 1, 1s, {}});
    auto const three = encode({51, 1, 1s, {}}, {3, {}, Coverage::message}, sender, group);
    EXPECT_EQ(decode(packet_of(two), expecting_3(group)).error().text, "wrong version. Received 2 and expect 3");
    EXPECT_EQ(decode(packet_of(three), expectation()).error().text, "wrong version. Received 3 and expect 2");
}

// ---- unicast

TEST(Unicast, AnyTtlIsFineAndAnySenderUnlessToldOtherwise) {
    auto expected = expectation();
    expected.peers = {{*Address::parse("10.0.0.9"), 0, 255}, {*Address::parse("10.0.0.8"), 250, 254}};
    auto const ours = *Address::parse("10.0.0.3");
    auto const bytes = version_2({51, 100, 1s, {}});
    auto const refusal = [&](char const* from, std::uint8_t ttl, Address const& to) {
        auto const heard = decode(packet_of(bytes, *Address::parse(from), to, ttl), expected);
        return heard ? std::string() : heard.error().text;
    };
    EXPECT_EQ(refusal("10.0.0.9", 1, ours), "");
    EXPECT_EQ(refusal("10.0.0.7", 64, ours), "");
    EXPECT_EQ(refusal("10.0.0.8", 250, ours), "");
    EXPECT_EQ(refusal("10.0.0.8", 249, ours), "TTL/HL 249 from unicast peer 10.0.0.8 is not in 250..254");
    EXPECT_EQ(refusal("10.0.0.8", 255, ours), "TTL/HL 255 from unicast peer 10.0.0.8 is not in 250..254");
    EXPECT_EQ(refusal("10.0.0.9", 255, group), "sent to 224.0.0.18, but unicast peers are configured");
    expected.peers_alone = true;
    EXPECT_EQ(refusal("10.0.0.9", 1, ours), "");
    EXPECT_EQ(refusal("10.0.0.7", 255, ours), "unicast source address 10.0.0.7 not a unicast peer");
}

// ---- authentication header

model::Authentication ah(std::string key) { return {model::Authentication::Type::ah, std::move(key)}; }

Bytes with_header(std::uint32_t sequence, std::string key = "secret12") {
    return write({51, 100, 1s, {}}, {2, ah(std::move(key)), Coverage::message}, {sender, group, 255, 1, sequence});
}

std::string refusal_of(Bytes const& bytes, Expectation const& expected) {
    auto const packet = read_ip(bytes);
    if (!packet) return packet.error().text;
    auto const heard = decode(*packet, expected);
    return heard ? std::string() : heard.error().text;
}

TEST(AuthenticationHeader, TellsItsSequenceNumber) {
    auto const bytes = with_header(7);
    auto const heard = decode(*read_ip(bytes), expectation(ah("secret12")));
    ASSERT_TRUE(heard) << heard.error().text;
    EXPECT_EQ(heard->sequence, 7U);
}

TEST(AuthenticationHeader, ARepeatedNumberIsBelievedAnEarlierOneNot) {
    auto expected = expectation(ah("secret12"));
    expected.least_sequence = 7;
    EXPECT_EQ(refusal_of(with_header(7), expected), "");
    EXPECT_EQ(refusal_of(with_header(6), expected),
              "IPSEC-AH : sequence number 6 already processed. Packet dropped. Local(7)");
}

TEST(AuthenticationHeader, AnotherKeyOrNoneOrOneTooManyIsRefused) {
    EXPECT_EQ(refusal_of(with_header(1, "other"), expectation(ah("secret12"))),
              "IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !");
    EXPECT_EQ(refusal_of(with_header(1), expectation()), "received a 2 auth, expecting 0!");
    auto const plain = write({51, 100, 1s, {}}, {2, {}, Coverage::message}, {sender, group, 255, 1, 0});
    EXPECT_EQ(refusal_of(plain, expectation(ah("secret12"))), "received a 0 auth, expecting 2!");
    auto const message = version_2({51, 100, 1s, {}}, ah("secret12"));
    EXPECT_EQ(decode(packet_of(message), expectation(ah("secret12"))).error().text,
              "received no IPSEC AH header, expecting one!");
}

TEST(AuthenticationHeader, NoByteThatMattersCanBeChanged) {
    auto const good = with_header(1);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bytes = good;
        bytes[i] ^= 0x10;
        // The header's own length-and-reserved word is not read by anybody, but covered as well.
        EXPECT_NE(refusal_of(bytes, expectation(ah("secret12"))), "") << "byte " << i;
    }
}

TEST(Sequences, OursAreAheadOfAllOthersAndEachSendersMayOnlyGrow) {
    Sequences sequences(1000);
    auto const other = *Address::parse("10.0.0.3");
    EXPECT_EQ(sequences.next(), 1001U);
    sequences.heard(sender, 50);
    EXPECT_EQ(sequences.next(), 1002U);
    sequences.heard(sender, 2000);
    EXPECT_EQ(sequences.next(), 2001U);
    EXPECT_EQ(sequences.least(sender), 2000U);
    EXPECT_EQ(sequences.least(other), 0U) << "one that counts from its own start";
}

TEST(Packet, FindsTheVirtualRouterOfAnythingLongEnough) {
    EXPECT_EQ(virtual_router_of(packet_of(changed(1, 52))), 52);
    EXPECT_EQ(virtual_router_of(packet_of(Bytes(7, 9))), 0);
}

}  // namespace
}  // namespace drover::vrrp
