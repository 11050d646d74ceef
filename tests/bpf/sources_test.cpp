// allow and deny: who may begin a flow.
#include "bpf/frame6.h"
#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";
constexpr char const* kVip6 = "fd00:97::175";

std::vector<Prefix> prefixes(std::initializer_list<std::string_view> texts) {
    std::vector<Prefix> all;
    for (auto const text : texts) all.push_back(*Prefix::parse(text));
    return all;
}

class Sources : public PacketTest {
protected:
    void serve(std::string_view vip, std::initializer_list<std::string_view> allow, std::initializer_list<std::string_view> deny) {
        web_ = service(vip, 80, {{vip == kVip ? real(1) : real6(1), 1}});
        web_.allow = prefixes(allow);
        web_.deny = prefixes(deny);
        path().serve({web_});
    }
    std::string from(std::string_view client) { return path().send(frame().from(client, next_port_++).syn()).verdict; }
    std::string from6(std::string_view client) { return path().send(frame6().from(client, next_port_++).syn().bytes()).verdict; }

    model::DesiredService web_;
    std::uint16_t next_port_ = 1001;
};

TEST_F(Sources, GoByTheLongestPrefix) {
    serve(kVip, {"10.0.0.0/8", "10.1.2.0/24", "10.1.3.4"}, {"10.1.0.0/16", "10.1.2.128/25"});
    EXPECT_EQ(from("10.0.0.1"), "forwarded");
    EXPECT_EQ(from("10.255.255.255"), "forwarded");
    EXPECT_EQ(from("10.1.0.1"), "denied");
    EXPECT_EQ(from("10.1.2.127"), "forwarded");
    EXPECT_EQ(from("10.1.2.128"), "denied");
    EXPECT_EQ(from("10.1.3.3"), "denied");
    EXPECT_EQ(from("10.1.3.4"), "forwarded");
    EXPECT_EQ(from("11.0.0.1"), "denied") << "not on the allow list";
}

TEST_F(Sources, OfADenyListAloneAreAllTheOthers) {
    serve(kVip, {}, {"10.1.0.0/16"});
    EXPECT_EQ(from("10.1.255.255"), "denied");
    EXPECT_EQ(from("10.2.0.0"), "forwarded");
    serve(kVip, {}, {"0.0.0.0/0"});
    EXPECT_EQ(from("10.2.0.0"), "denied");
}

TEST_F(Sources, AreTheSameForIpv6) {
    serve(kVip6, {"2001:db8::/32", "2001:db8:1:2::/64"}, {"2001:db8:1::/48", "2001:db8:1:2::7"});
    EXPECT_EQ(from6("2001:db8::1"), "forwarded");
    EXPECT_EQ(from6("2001:db8:1:1::1"), "denied");
    EXPECT_EQ(from6("2001:db8:1:2::6"), "forwarded");
    EXPECT_EQ(from6("2001:db8:1:2::7"), "denied");
    EXPECT_EQ(from6("2001:db9::1"), "denied");
}

TEST_F(Sources, OfKnownFlowsAreNotAskedAgain) {
    serve(kVip, {}, {});
    ASSERT_EQ(path().send(frame().from("10.1.0.1", 500).syn()).verdict, "forwarded");
    serve(kVip, {}, {"10.1.0.0/16"});
    EXPECT_EQ(path().send(frame().from("10.1.0.1", 500).ack()).verdict, "forwarded");
    EXPECT_EQ(path().send(frame().from("10.1.0.1", 501).syn()).verdict, "denied");
    EXPECT_EQ(path().send(frame().from("10.1.0.1", 501).ack()).verdict, "no_entry");
    serve(kVip, {}, {});
    EXPECT_EQ(path().send(frame().from("10.1.0.1", 501).syn()).verdict, "forwarded");
}

TEST_F(Sources, OfOneServiceAreNotAnothers) {
    auto open = service(kVip, 443, {{real(2, 443), 1}}), shut = service(kVip, 80, {{real(1), 1}});
    shut.allow = prefixes({"10.0.0.0/8"});
    path().serve({shut, open});
    EXPECT_EQ(path().send(frame().from("11.0.0.1").to(kVip, 80)).verdict, "denied");
    EXPECT_EQ(path().send(frame().from("11.0.0.1").to(kVip, 443)).verdict, "forwarded");
}

TEST_F(Sources, ThatAreDeniedLeaveNothingBehind) {
    serve(kVip, {}, {"10.1.0.0/16"});
    web_.persistence_timeout = 30;
    path().serve({web_});
    for (int i = 0; i < 20; ++i) EXPECT_EQ(from("10.1.0.1"), "denied");
    EXPECT_TRUE(path().rows().empty());
    EXPECT_EQ(path().object().service_traffic(1).packets, 0u);
}

}  // namespace
}  // namespace drover::bpf::testing
