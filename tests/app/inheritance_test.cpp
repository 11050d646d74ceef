// What a daemon leaves to the one that it becomes, as text and back.
#include "app/inheritance.h"

#include <gmock/gmock.h>

namespace drover::app {
namespace {

using model::VrrpState;

Inheritance rich() {
    Inheritance left;
    left.file = "/etc/drover/drover.conf";
    left.told = {{"http", false, VrrpState::master, {}},
                 {"mail", false, VrrpState::backup, Address::parse("fe80::2")},
                 {"both", true, VrrpState::fault, {}}};
    left.scripts = {{model::TrackKind::script, "chk nginx", 0}, {model::TrackKind::script, "chk", 1}};
    auto const server = [](char const* address, std::uint16_t port) {
        return Endpoint{*Address::parse(address), port};
    };
    left.servers = {{{server("172.51.97.175", 80), Protocol::tcp}, server("172.51.96.235", 8080), false},
                    {{server("2001:db8::53", 53), Protocol::udp}, server("2001:db8::11", 53), true}};
    left.services = {{{server("172.51.97.175", 80), Protocol::tcp}, true},
                     {{server("2001:db8::53", 53), Protocol::udp}, false}};
    left.arp_announce = {{"eth0", 0}, {"eth1", 1}};
    return left;
}

TEST(InheritanceText, IsReadAsItWasWritten) {
    EXPECT_EQ(read_inheritance(write(rich())), rich());
    EXPECT_EQ(read_inheritance(write({})), Inheritance{});
}

TEST(InheritanceText, IsALineForEachThing) {
    auto const text = write(rich());
    for (auto const* const line :
         {"file\t/etc/drover/drover.conf\n", "instance\thttp\tMASTER\t\n", "instance\tmail\tBACKUP\tfe80::2\n",
          "group\tboth\tFAULT\t\n", "script\tchk nginx\t0\n",
          "server\ttcp/172.51.97.175:80\ttcp/172.51.96.235:8080\tdown\n", "service\ttcp/172.51.97.175:80\tstands\n", "arp_announce\teth1\t1\n"})
        EXPECT_THAT(text, testing::HasSubstr(line));
}

TEST(InheritanceText, LeavesOutAResultThatIsNotKnown) {
    Inheritance left;
    left.scripts = {{model::TrackKind::script, "chk", std::nullopt}};
    EXPECT_EQ(write(left), "");
}

TEST(InheritanceText, OfAnotherVersionIsReadAsFarAsItIsUnderstood) {
    auto const read = read_inheritance(
        "weather\tfine\ninstance\thttp\tMASTER\t\ninstance\tmail\tSLEEPING\t\ninstance\nscript\tchk\tx\n"
        "server\ttcp/nowhere\ttcp/10.0.0.1:80\tup\n\nfile");
    EXPECT_EQ(read.told, (std::vector<Told>{{"http", false, VrrpState::master, {}}}));
    EXPECT_TRUE(read.scripts.empty() && read.servers.empty() && !read.file);
}

}  // namespace
}  // namespace drover::app
