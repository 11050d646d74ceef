// The whole commands, on a host of their own: see netlink/world.h.
#include "real/io/command.h"

#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/syscall.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "netlink/io/link.h"
#include "netlink/io/monitor.h"
#include "netlink/io/neighbour.h"
#include "netlink/world.h"
#include "real/state.h"

namespace drover::real {
namespace {

using ::testing::HasSubstr;

class RealServer : public netlink::testing::World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) return;
        std::string pattern = std::filesystem::temp_directory_path() / "drover-real-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        options_.state_file = folder_ + "/run/real.json";
        options_.configuration_file = folder_ + "/real.conf";
    }
    void TearDown() override {
        World::TearDown();
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }

    Exit run(Verb verb, std::vector<std::string> const& vips = {}) {
        options_.verb = verb;
        options_.vips.clear();
        for (auto const& vip : vips) options_.vips.push_back(*Address::parse(vip));
        out_.str({});
        err_.str({});
        return real::run(options_, out_, err_);
    }
    void configure(std::string_view text) const { std::ofstream(options_.configuration_file) << text; }
    std::string out() const { return out_.str(); }
    std::string err() const { return err_.str(); }
    bool has_state() const { return std::filesystem::exists(options_.state_file); }

    /// Everything that could have been touched.
    static std::string picture() {
        // Link-local addresses are left out: duplicate address detection ends while the test runs.
        return output(
            "(ip -o addr; ip -o link; ip route show table all; ip -6 route show table all;"
            " grep -Hs . /proc/sys/net/ipv4/conf/*/*) | grep -v 'fe80::\\|ff00::'");
    }
    static void run_command(std::string const& command) { World::run(command); }
    static void set_effective(int capability, bool on) {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
        ASSERT_EQ(::syscall(SYS_capget, &header, data), 0);
        auto& effective = data[CAP_TO_INDEX(capability)].effective;
        effective = on ? effective | CAP_TO_MASK(capability) : effective & ~CAP_TO_MASK(capability);
        ASSERT_EQ(::syscall(SYS_capset, &header, data), 0);
    }
    static std::string sysctl(std::string const& name) { return output("cat /proc/sys/net/ipv4/conf/" + name); }

    Options options_;
    std::string folder_;

private:
    std::ostringstream out_, err_;
};

TEST_F(RealServer, IsStartedAndStoppedWithoutATrace) {
    run_command("sysctl -qw net.ipv4.conf.all.arp_announce=1");
    auto const before = picture();
    EXPECT_EQ(run(Verb::start, {"172.51.97.175", "2001:db8::175"}), Exit::ok) << err();
    EXPECT_THAT(out(), HasSubstr("172.51.97.175/32 put on lo (lo:0)\n"));
    EXPECT_THAT(output("ip -4 -o addr show dev lo"), HasSubstr("inet 172.51.97.175/32 scope host lo:0"));
    EXPECT_THAT(output("ip -6 -o addr show dev lo"), HasSubstr("inet6 2001:db8::175/128"));
    for (auto const* interface : {"all", "lo", "eth0"}) {
        EXPECT_EQ(sysctl(std::string(interface) + "/arp_ignore"), "1\n") << interface;
        EXPECT_EQ(sysctl(std::string(interface) + "/arp_announce"), "2\n") << interface;
    }
    EXPECT_EQ(run(Verb::status), Exit::ok) << out() << err();
    EXPECT_EQ(run(Verb::stop), Exit::ok) << err();
    EXPECT_THAT(out(), HasSubstr("everything is as it was before start\n"));
    EXPECT_EQ(picture(), before);
    EXPECT_FALSE(has_state());
}

TEST_F(RealServer, StartedTwiceIsLeftAlone) {
    auto const before = picture();
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    auto const started = picture();
    EXPECT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    EXPECT_EQ(out(), "nothing to do: this host is a DR real server for 172.51.97.175 already\n");
    EXPECT_EQ(picture(), started);
    EXPECT_EQ(run(Verb::stop), Exit::ok) << err();
    EXPECT_EQ(picture(), before);
}

TEST_F(RealServer, RestartedIsAsStarted) {
    auto const before = picture();
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    auto const started = picture();
    EXPECT_EQ(run(Verb::restart), Exit::ok) << err();
    EXPECT_EQ(picture(), started);
    EXPECT_EQ(run(Verb::stop), Exit::ok) << err();
    EXPECT_EQ(picture(), before);
    EXPECT_EQ(run(Verb::restart, {"172.51.97.175"}), Exit::ok) << "also when it had not been started";
    EXPECT_EQ(picture(), started);
}

TEST_F(RealServer, KeepsAnAddressThatWasThereBefore) {
    run_command("ip addr add 172.51.97.175/32 dev lo");
    auto const before = picture();
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    EXPECT_EQ(run(Verb::status), Exit::ok) << out();
    EXPECT_EQ(run(Verb::stop), Exit::ok) << err();
    EXPECT_THAT(out(), HasSubstr("was there before start: left alone"));
    EXPECT_EQ(picture(), before);
}

TEST_F(RealServer, StoppedWithoutAStartSaysSo) {
    auto const before = picture();
    EXPECT_EQ(run(Verb::stop), Exit::ok);
    EXPECT_THAT(out(), HasSubstr("nothing to stop: start has not run on this host"));
    EXPECT_EQ(picture(), before);
}

TEST_F(RealServer, TellsWhatIsMissing) {
    EXPECT_EQ(run(Verb::status), Exit::incomplete);
    EXPECT_THAT(err(), HasSubstr("this host is no DR real server: start has not run here"));
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    run_command("ip addr del 172.51.97.175/32 dev lo");
    run_command("sysctl -qw net.ipv4.conf.eth0.arp_ignore=0");
    EXPECT_EQ(run(Verb::status), Exit::incomplete);
    EXPECT_THAT(out(), HasSubstr("missing: 172.51.97.175 is not on lo as 172.51.97.175/32\n"
                                 "missing: net.ipv4.conf.eth0.arp_ignore is 0, must be 1\n"));
    EXPECT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    EXPECT_EQ(run(Verb::status), Exit::ok) << "start repairs it";
}

TEST_F(RealServer, IsSilentWhenAskedForItsVipByArp) {
    auto const vip = *Address::parse("172.51.97.175");
    auto const answer = [&] {
        auto state = netlink::NeighbourState::none;
        there([&] {
            auto monitor = netlink::Monitor::open().value();
            auto socket = netlink::Socket::open().value();
            auto const eth0 = netlink::link_named(socket, "eth0").value().index;
            netlink::delete_neighbour(socket, eth0, vip).value();
            ASSERT_TRUE(netlink::probe_neighbour(socket, eth0, vip));
            eventually(monitor.fd(), [&] {
                monitor.read();
                auto const found = netlink::neighbour_get(socket, eth0, vip).value();
                state = found ? found->state : netlink::NeighbourState::none;
                return state == netlink::NeighbourState::failed || state == netlink::NeighbourState::reachable;
            });
        });
        return state;
    };
    there([] { run_command("ip ntable change name arp_cache dev eth0 retrans 20"); });
    run_command("ip addr add 172.51.97.175/32 dev lo");
    EXPECT_EQ(answer(), netlink::NeighbourState::reachable) << "this is why the ARP settings are needed";
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    EXPECT_EQ(answer(), netlink::NeighbourState::failed);
}

TEST_F(RealServer, IsRefusedOnADirectorAndNothingIsTouched) {
    run_command("ip addr add 172.51.97.175/24 dev eth0 label eth0:1");
    auto const before = picture();
    for (auto const verb : {Verb::start, Verb::restart}) {
        EXPECT_EQ(run(verb, {"10.9.9.9", "172.51.97.175"}), Exit::wrong_input);
        EXPECT_THAT(err(), HasSubstr("drover real: 172.51.97.175 is on eth0: this host is a director for it"));
    }
    EXPECT_EQ(picture(), before);
    EXPECT_FALSE(has_state());
}

TEST_F(RealServer, ThatBecameADirectorIsNotStoppedByARestart) {
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    run_command("ip addr add 172.51.97.175/24 dev eth0");
    auto const before = picture();
    EXPECT_EQ(run(Verb::restart), Exit::wrong_input);
    EXPECT_EQ(picture(), before);
}

TEST_F(RealServer, WhoseStartFailsHalfWayIsAsBefore) {
    run_command("sysctl -qw net.ipv6.conf.lo.disable_ipv6=1");
    auto const before = picture();
    EXPECT_EQ(run(Verb::start, {"172.51.97.175", "2001:db8::175"}), Exit::failed);
    EXPECT_THAT(err(), HasSubstr("add address 2001:db8::175/128 on lo: Permission denied"));
    EXPECT_THAT(err(), HasSubstr("; what was done before was taken back\n"));
    EXPECT_EQ(picture(), before);
    EXPECT_FALSE(has_state());
}

TEST_F(RealServer, ReadsItsVipsAndDevicesFromAFile) {
    run_command("ip link add eth1 type bridge");
    run_command("ip link set eth1 up");
    EXPECT_EQ(run(Verb::start), Exit::not_configured);
    EXPECT_THAT(err(), HasSubstr("no VIP is named, neither by --vip nor in " + options_.configuration_file +
                                 " (there is no such file)"));
    configure("VIP=172.51.97.175\nDEV=eth0\n");
    EXPECT_EQ(run(Verb::start), Exit::ok) << err();
    EXPECT_EQ(sysctl("eth0/arp_ignore"), "1\n");
    EXPECT_EQ(sysctl("eth1/arp_ignore"), "0\n") << "only the named device";
    configure("VIP=172.51.97.175 172.51.97.176\nDEV=eth0\n");
    EXPECT_EQ(run(Verb::status), Exit::incomplete) << "the file has one more now";
    configure("VIP=172.51.97\n");
    EXPECT_EQ(run(Verb::status), Exit::wrong_input);
    EXPECT_THAT(err(), HasSubstr("real.conf:1: '172.51.97' is no IP address"));
    EXPECT_EQ(run(Verb::stop), Exit::ok) << "a stop needs no file: " << err();
}

TEST_F(RealServer, IsRefusedForAnInterfaceThatIsNone) {
    auto const before = picture();
    options_.devices = {"eth9"};
    EXPECT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::wrong_input);
    EXPECT_EQ(err(), "drover real: there is no interface eth9\n");
    EXPECT_EQ(picture(), before);
}

TEST_F(RealServer, SpeaksTheWordsOfTheOldScript) {
    options_.words = Words::init_script;
    EXPECT_EQ(run(Verb::stop), Exit::ok);
    EXPECT_EQ(out(), "The LVS-DR-RIP Server is not running !\n");
    EXPECT_EQ(run(Verb::status, {"172.51.97.175"}), Exit::incomplete);
    EXPECT_THAT(out(), HasSubstr("The LVS-DR-RIP Server is not running !\n"));
    EXPECT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok);
    EXPECT_EQ(out(), "starting LVS-DR-RIP server is ok !\n");
    EXPECT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok);
    EXPECT_EQ(out(), "The LVS-DR-RIP Server is already running !\n");
    EXPECT_EQ(run(Verb::restart, {"172.51.97.175"}), Exit::ok);
    EXPECT_EQ(out(), "stopping LVS-DR-RIP server is ok !\nstarting LVS-DR-RIP server is ok !\n");
    EXPECT_EQ(run(Verb::status), Exit::ok);
    EXPECT_EQ(out(), "The LVS-DR-RIP Server is already running !\n");
    EXPECT_EQ(run(Verb::stop), Exit::ok);
    EXPECT_EQ(out(), "stopping LVS-DR-RIP server is ok !\n");
}

TEST_F(RealServer, NamesTheCapabilityThatIsMissing) {
    set_effective(CAP_NET_ADMIN, false);
    for (auto const verb : {Verb::start, Verb::stop, Verb::restart}) {
        EXPECT_EQ(run(verb, {"172.51.97.175"}), Exit::not_permitted);
        EXPECT_THAT(err(), HasSubstr("CAP_NET_ADMIN is missing"));
    }
    EXPECT_EQ(run(Verb::status, {"172.51.97.175"}), Exit::incomplete) << "looking needs no capability";
    set_effective(CAP_NET_ADMIN, true);
}

TEST_F(RealServer, DoesNotTrustAStateThatIsDamagedOrOfAnotherNamespace) {
    ASSERT_EQ(run(Verb::start, {"172.51.97.175"}), Exit::ok) << err();
    there([&] {
        EXPECT_EQ(run(Verb::stop), Exit::failed);
        EXPECT_THAT(err(), HasSubstr("belongs to another network namespace"));
    });
    std::ofstream(options_.state_file) << "{";
    auto const before = picture();
    EXPECT_EQ(run(Verb::stop), Exit::failed);
    EXPECT_THAT(err(), HasSubstr("real.json is damaged"));
    EXPECT_EQ(run(Verb::start, {"172.51.97.176"}), Exit::failed);
    EXPECT_EQ(picture(), before);
}

TEST_F(RealServer, ForgetsTheStateOfAnEarlierBoot) {
    std::filesystem::create_directories(folder_ + "/run");
    State old;
    old.scene.boot = "an earlier one";
    old.vips = {*Address::parse("172.51.97.175")};
    old.added = {{*Prefix::parse("172.51.97.175/32"), "lo:0"}};
    std::ofstream(options_.state_file) << encode(old);
    EXPECT_EQ(run(Verb::stop), Exit::ok);
    EXPECT_THAT(out(), HasSubstr("nothing to stop"));
}

TEST(LvsDrCommand, SaysHowItIsUsedAndFails) {
    std::ostringstream out, err;
    EXPECT_EQ(run_lvs_dr({}, "", out, err), Exit::failed);
    EXPECT_EQ(out.str(), "Usage: lvs-dr {start|stop|restart|status}\n");
    std::vector<std::string> const arguments{"start"};
    EXPECT_EQ(run_lvs_dr(arguments, "172.51.97", out, err), Exit::wrong_input);
    EXPECT_EQ(err.str(), "lvs-dr: VIP in the environment: '172.51.97' is no IP address\n");
}

}  // namespace
}  // namespace drover::real
