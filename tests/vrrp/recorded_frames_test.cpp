// What keepalived 2.2.7 sent is believed, and what is written in its place is the same, byte by byte.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>

#include "bytes.h"
#include "vrrp/announcement.h"
#include "vrrp/packet.h"

namespace drover::vrrp {
namespace {

using Type = model::Authentication::Type;

struct Recorded {
    std::string recording, kind;
    Bytes frame;

    Bytes packet() const { return {frame.begin() + 14, frame.end()}; }
    Mac source() const {
        Mac mac;
        std::copy_n(frame.begin() + 6, 6, mac.bytes.begin());
        return mac;
    }
};

std::vector<Recorded> recorded(std::string const& kind) {
    std::ifstream file(DROVER_SOURCE_DIR "/tests/vrrp/recorded_frames.txt");
    std::vector<Recorded> found;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        Recorded one;
        std::string digits;
        std::istringstream(line) >> one.recording >> one.kind >> digits;
        one.frame = hex(digits);
        if (one.kind == kind) found.push_back(std::move(one));
    }
    return found;
}

/// As the recordings' configurations have it.
model::Instance configured(std::string const& recording, Packet const& packet) {
    model::Instance i;
    i.virtual_router_id = 51;
    if (recording == "v2-pass") i.authentication = {Type::pass, "secret12"};
    if (recording.starts_with("v2-ah")) i.authentication = {Type::ah, "secret12"};
    if (recording.starts_with("v3")) i.version = 3;
    i.multicast_group = *Address::parse(recording == "v3-ipv6" ? "ff02::12" : "224.0.0.18");
    if (recording.ends_with("unicast")) i.unicast_peers = {{packet.from, 255, 255}};
    i.check_unicast_source = true;
    return i;
}

TEST(RecordedFrames, EveryAdvertIsBelievedAndWrittenAgainByteForByte) {
    std::map<std::string, int> adverts;
    for (auto const& one : recorded("advert")) {
        auto const bytes = one.packet();
        auto const packet = read_ip(bytes);
        ASSERT_TRUE(packet) << one.recording << ": " << packet.error().text;
        auto const instance = configured(one.recording, *packet);
        auto const heard = decode(*packet, expectation_of(instance));
        ASSERT_TRUE(heard) << one.recording << ": " << heard.error().text;
        EXPECT_EQ(heard->advert.interval, one.recording == "v3-ipv4" ? Duration(500ms) : Duration(1s));
        auto const id = packet->to.is_v4() ? static_cast<std::uint16_t>(bytes[4] << 8 | bytes[5]) : std::uint16_t{0};
        EXPECT_EQ(write(heard->advert, dialect_of(instance), {packet->from, packet->to, 255, id, heard->sequence}),
                  bytes)
            << one.recording;
        ++adverts[one.recording];
    }
    EXPECT_THAT(adverts, testing::SizeIs(9));
    for (auto const& [recording, count] : adverts) EXPECT_GE(count, 2) << recording;
}

TEST(RecordedFrames, EveryGratuitousArpIsTheSame) {
    int count = 0;
    for (auto const& one : recorded("garp")) {
        auto const arp = gratuitous_arp(one.source(), Address::v4(0x0a000000U | one.frame.back()));
        EXPECT_EQ(Bytes(arp.begin(), arp.end()), one.packet()) << one.recording;
        ++count;
    }
    EXPECT_GT(count, 10);
}

TEST(RecordedFrames, EveryNeighbourAdvertisementIsTheSame) {
    int count = 0;
    for (auto const& one : recorded("na")) {
        Address::Bytes target;
        std::copy_n(one.frame.begin() + 62, 16, target.begin());
        // The recording's directors do not forward.
        EXPECT_EQ(neighbour_advertisement(one.source(), Address(target), false), one.packet()) << one.recording;
        ++count;
    }
    EXPECT_EQ(count, 4);
}

TEST(Announcement, ARouterSaysThatItIsOne) {
    auto const mac = *Mac::parse("02:00:00:00:00:02");
    auto const address = *Address::parse("2001:db8::100");
    auto const plain = neighbour_advertisement(mac, address, false);
    auto const router = neighbour_advertisement(mac, address, true);
    EXPECT_EQ(plain[44], 0x20);
    EXPECT_EQ(router[44], 0xa0);
}

}  // namespace
}  // namespace drover::vrrp
