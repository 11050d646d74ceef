#include "real/status.h"

#include <gmock/gmock.h>

#include "real/hosts.h"
#include "real/report.h"

namespace drover::real {
namespace {

using testing::address;
using testing::after;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::set;
using ::testing::SizeIs;
using testing::web1;

struct Started {
    Host host;
    State state;
};

Started started(std::vector<Address> const& vips) {
    auto const plan = plan_start(vips, {}, web1(), std::nullopt, {}).value();
    return {after(web1(), plan.changes), *plan.state};
}

Status status(std::vector<Address> const& vips, Host const& host, std::optional<State> const& state = std::nullopt) {
    return judge(vips, {}, host, state).value();
}

TEST(Status, IsCompleteAfterAStart) {
    auto const [host, state] = started({address("172.51.97.175"), address("2001:db8::175")});
    auto const seen = status({address("172.51.97.175"), address("2001:db8::175")}, host, state);
    EXPECT_TRUE(seen.complete());
    EXPECT_THAT(seen.present, SizeIs(8));
    EXPECT_TRUE(status({address("172.51.97.175")}, host).complete()) << "also without knowing of a start";
}

TEST(Status, NamesEachMissingThing) {
    auto [host, state] = started({address("172.51.97.175")});
    set(host, "eth0", "arp_announce", 0);
    set(host, "all", "arp_ignore", 0);
    std::erase_if(host.addresses, [](HeldAddress const& a) { return a.label == "lo:0"; });
    EXPECT_THAT(
        status({address("172.51.97.175")}, host, state).missing,
        ElementsAre("172.51.97.175 is not on lo as 172.51.97.175/32", "net.ipv4.conf.all.arp_ignore is 0, must be 1",
                    "net.ipv4.conf.eth0.arp_announce is 0, must be 2"));
}

TEST(Status, NamesEverythingOnAHostThatWasNeverStarted) {
    EXPECT_THAT(status({address("172.51.97.175")}, web1()).missing, SizeIs(7));
}

TEST(Status, NamesAVipThatIsInTheWrongPlace) {
    auto host = web1();
    host.addresses.push_back({"eth0", *Prefix::parse("10.9.9.1/24"), "eth0"});
    host.addresses.push_back({"lo", *Prefix::parse("10.9.9.2/24"), "lo"});
    host.interfaces.front().up = false;
    auto const missing = status({address("10.9.9.1"), address("10.9.9.2")}, host).missing;
    EXPECT_THAT(missing, ::testing::Contains("10.9.9.1 is on eth0, where the host answers ARP for it"));
    EXPECT_THAT(missing, ::testing::Contains("10.9.9.2/24 is on lo: the host takes its whole network for its own"));
    EXPECT_THAT(missing, ::testing::Contains("lo is down"));
}

TEST(Status, DoesNotMissAnInterfaceThatCameAfterTheStart) {
    auto [host, state] = started({address("172.51.97.175")});
    host.interfaces.push_back({"docker0", true, true, false});
    host.sysctls.push_back({"docker0", "arp_ignore", 0});
    host.sysctls.push_back({"docker0", "arp_announce", 0});
    EXPECT_TRUE(status({address("172.51.97.175")}, host, state).complete());
}

TEST(Status, IsToldInEitherKindOfWords) {
    auto const [host, state] = started({address("172.51.97.175")});
    auto const good = status({address("172.51.97.175")}, host, state);
    EXPECT_EQ(tell_status(Words::init_script, good), "The LVS-DR-RIP Server is already running !\n");
    EXPECT_THAT(tell_status(Words::plain, good), HasSubstr("this host is a DR real server for 172.51.97.175\n"
                                                           "there:   172.51.97.175/32 on lo (lo:0)\n"));
    auto const bad = status({address("172.51.97.175")}, web1());
    EXPECT_THAT(tell_status(Words::init_script, bad),
                HasSubstr("The LVS-DR-RIP Server is not running !\n"
                          "missing: 172.51.97.175 is not on lo as 172.51.97.175/32\n"));
    EXPECT_THAT(tell_status(Words::plain, bad),
                HasSubstr("this host is not fully a DR real server for 172.51.97.175\n"));
}

}  // namespace
}  // namespace drover::real
