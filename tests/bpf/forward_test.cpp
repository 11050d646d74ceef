// What leaves: the packet as it came but for its MAC addresses and one hop of TTL.
#include <net/if.h>
#include <sched.h>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

class Forward : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto dns = service(kVip, 53, {{real(1, 53), 1}});
        dns.key.protocol = Protocol::udp;
        path().serve({service(kVip, 80, {{real(1), 1}}), dns});
    }

    /// The frame that must come out of `in` for server 1.
    static Bytes expected(Bytes frame) {
        std::memcpy(&frame[0], server_mac(1).bytes.data(), 6);
        std::memcpy(&frame[6], kOurMac.bytes.data(), 6);
        frame[22] -= 1;
        write16(frame, 24, 0);
        write16(frame, 24, checksum({&frame[14], static_cast<std::size_t>(frame[14] & 15) * 4}));
        return frame;
    }
};

TEST_F(Forward, ChangesMacsTtlAndChecksumAndNothingElse) {
    for (auto const& sent : {frame().syn(), frame().syn().payload(1), frame().syn().payload(1460), frame().syn().ttl(255),
                             frame().syn().ttl(2), frame().syn().fragment(0), frame().to(kVip, 53).udp().payload(100),
                             frame().to(kVip, 53).udp()}) {
        auto const outcome = path().send(sent);
        EXPECT_EQ(outcome.verdict, "forwarded");
        EXPECT_EQ(outcome.frame, expected(sent.bytes()));
    }
}

TEST_F(Forward, TakesIpOptionsAlong) {
    for (std::size_t words = 1; words <= 10; ++words) {
        auto const sent = frame().options(words).payload(7);
        EXPECT_EQ(path().send(sent).frame, expected(sent.bytes())) << words;
    }
}

TEST_F(Forward, TakesEthernetPaddingAlong) {
    auto bytes = frame().syn().bytes();
    bytes.resize(60);
    EXPECT_EQ(path().send(bytes).frame, expected(bytes));
}

TEST_F(Forward, KeepsTheChecksumRightForEveryValueOfIt) {
    for (std::uint32_t identification = 0; identification < 65536; identification += 7) {
        auto bytes = frame().bytes();
        write16(bytes, 18, static_cast<std::uint16_t>(identification));
        write16(bytes, 24, 0);
        write16(bytes, 24, checksum({&bytes[14], 20}));
        auto const out = path().send(bytes).frame;
        ASSERT_EQ(checksum({&out[14], 20}), 0) << identification;
    }
}

TEST_F(Forward, LeavesWhatItPassesOrDropsAlone) {
    for (auto const& sent : {frame().ack().from("10.9.9.9"), frame().to(kVip, 22), frame().to("10.0.0.1"),
                             frame().fragment(185), frame().to_mac({{2, 2, 2, 2, 2, 2}})}) {
        auto const outcome = path().send(sent);
        EXPECT_NE(outcome.verdict, "forwarded");
        EXPECT_EQ(outcome.frame, sent.bytes());
    }
}

TEST_F(Forward, CountsPacketsAndBytesOfIpForServiceAndServer) {
    auto const sent = frame().syn().payload(100);
    for (int i = 0; i < 3; ++i) (void)path().send(sent);
    (void)path().send(frame().ttl(1));  // dropped: not counted
    auto const base = path().tables().services[1].server_base;
    for (auto const& counted : {path().object().service_traffic(1), path().object().server_traffic(base)}) {
        EXPECT_EQ(counted.connections, 1u);
        EXPECT_EQ(counted.packets, 3u);
        EXPECT_EQ(counted.bytes, 3u * 140);
    }
}

TEST_F(Forward, CountsWhatALocalServerGets) {
    path().programmer().set_next_hop(real(1).address, dataplane::NextHop{{}, 0, true});
    EXPECT_EQ(path().send(frame()).verdict, "real_here");
    EXPECT_EQ(path().object().service_traffic(1).packets, 1u);
}

TEST_F(Forward, ByAnotherInterfaceIsARedirectFromItsMac) {
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
    ASSERT_EQ(std::system("ip link add drvt0 type veth peer name drvt1"), 0);
    auto const ifindex = ::if_nametoindex("drvt0");
    Mac const mac{{2, 0, 0, 0, 0, 0x77}};
    auto const slot = path().programmer().ports().put(ifindex, mac).value();
    path().programmer().set_next_hop(real(1).address, dataplane::NextHop{server_mac(1), ifindex, false});
    if (!PacketPath::is_tc())
        EXPECT_EQ(path().send(frame()).verdict, "no_next_hop") << "the devmap does not know the interface";
    ASSERT_TRUE(path().object().set_egress(slot, ifindex));
    auto const outcome = path().send(frame());
    EXPECT_EQ(outcome.verdict, "forwarded");
    EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_REDIRECT));
    auto want = expected(frame().bytes());
    std::memcpy(&want[6], mac.bytes.data(), 6);
    EXPECT_EQ(outcome.frame, want);
}

}  // namespace
}  // namespace drover::bpf::testing
