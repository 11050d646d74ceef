// A director whose VRRP has fallen silent gives the addresses up when another claims them, and not before.
#include <time.h>

#include <algorithm>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

using namespace std::chrono_literals;

constexpr char const* kVip = "172.51.97.175";
constexpr std::uint8_t kVrid = 51;
Mac const kRival{{2, 0, 0, 0, 7, 7}};

TimePoint boot_time() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return TimePoint(std::chrono::seconds(now.tv_sec) + std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(now.tv_nsec)));
}

void put_address(Bytes& bytes, Address const& address) {
    auto const& all = address.bytes();
    bytes.insert(bytes.end(), all.begin() + (address.is_v4() ? 12 : 0), all.end());
}

Bytes ethernet(Mac const& from, std::uint16_t type) {
    Bytes bytes(12, 0xff);
    std::ranges::copy(from.bytes, bytes.begin() + 6);
    bytes.push_back(static_cast<std::uint8_t>(type >> 8));
    bytes.push_back(static_cast<std::uint8_t>(type));
    return bytes;
}

Bytes arp(int operation, char const* sender, char const* target, Mac const& from = kRival) {
    auto bytes = ethernet(from, 0x0806);
    for (int const byte : {0, 1, 8, 0, 6, 4, 0, operation}) bytes.push_back(static_cast<std::uint8_t>(byte));
    bytes.insert(bytes.end(), from.bytes.begin(), from.bytes.end());
    put_address(bytes, *Address::parse(sender));
    bytes.insert(bytes.end(), 6, 0);
    put_address(bytes, *Address::parse(target));
    bytes.resize(60);
    return bytes;
}

Bytes advert(std::uint8_t vrid, std::uint8_t priority, std::uint8_t protocol = 112, Mac const& from = kRival) {
    auto bytes = frame().from("172.51.96.105").to("224.0.0.18").protocol(protocol).ttl(255).payload(40).bytes();
    std::ranges::copy(from.bytes, bytes.begin() + 6);
    std::size_t at = 34;
    if (protocol == 51) {  // an authentication header in front
        bytes[at] = 112;
        at += 24;
    }
    bytes[at] = 0x21;
    bytes[at + 1] = vrid;
    bytes[at + 2] = priority;
    return bytes;
}

/// A neighbour solicitation (135) or advertisement (136).
Bytes discovery(std::uint8_t type, char const* target) {
    auto bytes = ethernet(kRival, 0x86dd);
    for (int const byte : {0x60, 0, 0, 0, 0, 24, 58, 255}) bytes.push_back(static_cast<std::uint8_t>(byte));
    put_address(bytes, *Address::parse("fe80::7"));
    put_address(bytes, *Address::parse("ff02::1"));
    bytes.insert(bytes.end(), {type, 0, 0, 0, 0, 0, 0, 0});
    put_address(bytes, *Address::parse(target));
    return bytes;
}

class Claim : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto web = service(kVip, 80, {{real(1), 1}});
        web.instance = "VI_1";
        path().serve({web});
        role_ = *path().programmer().roles().find("VI_1");
        contract::watched_key vip{}, vip6{}, router{};
        std::memcpy(vip.address, Address::parse(kVip)->bytes().data(), 16);
        std::memcpy(vip6.address, Address::parse("fd00::175")->bytes().data(), 16);
        router.ifindex = PacketPath::kIngress;
        router.vrid_protocol = kVrid | 4 << 8;
        ASSERT_TRUE(path().object().watch({{vip, role_}, {vip6, role_}, {router, role_}}));
        roles().open_gate(role_);
        last_advert_was(10s);
    }
    dataplane::Roles& roles() { return path().programmer().roles(); }
    void last_advert_was(Duration ago) {
        dataplane::SavedRole saved;
        saved.state = model::VrrpState::master;
        saved.last_advert = boot_time() - ago;
        saved.interval = 1s;
        saved.down = 3600ms;
        roles().save(role_, saved);
    }
    std::string sent(Bytes const& bytes) { return path().send(bytes).verdict; }
    bool forwards() { return path().send(frame().syn()).verdict == "forwarded"; }

    std::uint32_t role_ = 0;
};

TEST_F(Claim, WithoutOneASilentDirectorGoesOn) {
    EXPECT_TRUE(forwards());
    EXPECT_EQ(sent(arp(1, "172.51.96.1", kVip)), "not_ip") << "the host answers";
    EXPECT_EQ(sent(advert(kVrid, 0)), "no_vip") << "who resigns claims nothing";
    EXPECT_EQ(sent(advert(kVrid + 1, 100)), "no_vip") << "another virtual router's";
    EXPECT_TRUE(forwards());
    EXPECT_FALSE(roles().claim(role_).surrendered);
}

TEST_F(Claim, AClosedAddressTakesNothingButWhatIsAServicesAndIsAnsweredFor) {
    contract::watched_key vip{}, vip6{};
    std::memcpy(vip.address, Address::parse(kVip)->bytes().data(), 16);
    std::memcpy(vip6.address, Address::parse("fd00::175")->bytes().data(), 16);
    auto const closed = role_ | contract::WATCHED_CLOSED;
    ASSERT_TRUE(path().object().watch({{vip, closed}, {vip6, closed}}));
    EXPECT_EQ(path().send(frame().to(kVip, 22).syn()).verdict, "not_accepted");
    EXPECT_TRUE(forwards());
    EXPECT_EQ(sent(arp(1, "172.51.96.1", kVip)), "not_ip");
    EXPECT_EQ(sent(discovery(135, "fd00::175")), "other_mac") << "to a group, as neighbours ask";
    EXPECT_EQ(path().send(frame().to("172.51.96.119", 22).syn()).verdict, "no_vip") << "its own address is open";
    roles().shut_gate(role_);
    EXPECT_EQ(path().send(frame().to(kVip, 22).syn()).verdict, "no_service") << "a backup routes it to the master";
    roles().open_gate(role_);
    ASSERT_TRUE(path().object().watch({{vip, role_}, {vip6, role_}}));
    EXPECT_EQ(path().send(frame().to(kVip, 22).syn()).verdict, "no_service");
}

TEST_F(Claim, AnAdvertMakesItSurrenderAndSilent) {
    EXPECT_EQ(sent(advert(kVrid, 100)), "no_vip");
    EXPECT_TRUE(roles().claim(role_).surrendered);
    EXPECT_EQ(path().send(frame().syn()).verdict, "not_master");
    EXPECT_EQ(sent(arp(1, "172.51.96.1", kVip)), "surrendered");
    EXPECT_EQ(sent(arp(1, "172.51.96.1", "172.51.96.119")), "not_ip") << "its own address is not concerned";
    EXPECT_EQ(sent(discovery(135, "fd00::175")), "surrendered");
    EXPECT_EQ(sent(discovery(135, "fd00::1")), "other_mac") << "to a group";
    EXPECT_EQ(path().send(frame().to(kVip, 22).syn()).verdict, "surrendered") << "no service, but the VIP's all the same";
    EXPECT_EQ(path().send(frame().to("172.51.96.119", 22).syn()).verdict, "no_vip");
}

TEST_F(Claim, AnAdvertBehindAnAuthenticationHeaderCounts) {
    sent(advert(kVrid, 100, 51));
    EXPECT_TRUE(roles().claim(role_).surrendered);
}

TEST_F(Claim, ArpAndNeighbourDiscoveryFromAnotherMacCount) {
    for (auto const& claim : {arp(1, kVip, kVip), arp(2, kVip, "172.51.96.1"), arp(1, kVip, "172.51.96.1"), discovery(136, "fd00::175")}) {
        roles().withdraw_surrender(role_);
        roles().open_gate(role_);
        sent(claim);
        EXPECT_TRUE(roles().claim(role_).surrendered);
        EXPECT_EQ(roles().claim(role_).mac, kRival);
        EXPECT_FALSE(forwards());
    }
    EXPECT_EQ(roles().claim(role_).address.text(), "fd00::175");
}

TEST_F(Claim, OurOwnFramesSentBackByALoopDoNot) {
    sent(arp(1, kVip, kVip, kOurMac));
    sent(advert(kVrid, 100, 112, kOurMac));
    EXPECT_FALSE(roles().claim(role_).surrendered);
    EXPECT_EQ(roles().claim(role_).answered, TimePoint());
}

TEST_F(Claim, OneWhileOurAdvertsGoOnIsOnlyNoted) {
    last_advert_was(3s);
    sent(advert(kVrid, 100));
    sent(arp(2, kVip, "172.51.96.1"));
    EXPECT_TRUE(forwards());
    EXPECT_FALSE(roles().claim(role_).surrendered);
    EXPECT_GT(roles().claim(role_).answered, boot_time() - 10s);
}

TEST_F(Claim, WhoGivesUpInOrderHasNothingToSurrender) {
    sent(advert(kVrid, 100));
    roles().shut_gate(role_);
    EXPECT_FALSE(roles().claim(role_).surrendered);
    EXPECT_EQ(sent(arp(1, "172.51.96.1", kVip)), "not_ip");
    sent(advert(kVrid, 100));
    EXPECT_FALSE(roles().claim(role_).surrendered) << "a backup hears its master";
}

TEST_F(Claim, NobodyWatchesAnymoreWhatIsNotWanted) {
    ASSERT_TRUE(path().object().watch({}));
    sent(advert(kVrid, 100));
    EXPECT_TRUE(forwards());
}

}  // namespace
}  // namespace drover::bpf::testing
