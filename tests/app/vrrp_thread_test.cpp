// The VRRP thread in a network of its own (netlink/world.h): it runs "here", a peer's adverts come from "there".
// Priority 255 saves the wait for the first election.
#include "app/vrrp_thread.h"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "app/memory_board.h"
#include "loop/io/clock.h"
#include "netlink/io/link.h"
#include "netlink/world.h"
#include "vrrp/io/listener.h"
#include "vrrp/io/transmitter.h"
#include "vrrp/packet.h"

namespace drover::app {
namespace {

using model::VrrpState;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Address const group = Address::v4(0xe0000012);
Address const peer_address = *Address::parse("10.0.0.2");

model::Instance owner() {
    model::Instance i;
    i.name = "vi";
    i.interface = "eth0";
    i.virtual_router_id = 51;
    i.priority = 255;
    i.addresses.push_back({*Prefix::parse("10.0.0.100/24"), "", {}, true, "eth0:1", "", {}});
    return i;
}

model::Instance with_priority(int priority) {
    auto i = owner();
    i.priority = static_cast<std::uint8_t>(priority);
    return i;
}

class VrrpThreadTest : public netlink::testing::World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) return;
        there([this] {
            auto socket = netlink::Socket::open();
            ASSERT_TRUE(socket);
            auto const link = netlink::link_named(*socket, "eth0");
            ASSERT_TRUE(link);
            peer_ifindex_ = link->index;
            auto transmitter = vrrp::Transmitter::open();
            ASSERT_TRUE(transmitter) << transmitter.error().message;
            peer_.emplace(std::move(*transmitter));
            auto ear = vrrp::Listener::open(peer_ifindex_, "eth0", Family::v4);
            ASSERT_TRUE(ear) << ear.error().message;
            ear_.emplace(std::move(*ear));
            ASSERT_TRUE(ear_->join(group));
        });
    }
    void TearDown() override {
        thread_.reset();
        ear_.reset();
        peer_.reset();
        World::TearDown();
    }

    void start(model::Instance instance) { start(std::vector{std::move(instance)}); }
    void start(std::vector<model::Instance> instances) {
        thread_ = std::make_unique<VrrpThread>(VirtualRouters{std::move(instances), {}}, board_, [this](vrrp::StateChange change) {
            std::scoped_lock const lock(mutex_);
            for (auto& event : change.scripts) events_.push_back(std::move(event));
        });
        auto const started = thread_->start();
        ASSERT_TRUE(started) << started.error().message;
    }

    static bool soon(std::function<bool()> const& condition) {
        auto const deadline = std::chrono::steady_clock::now() + 8s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(2ms);
        }
        return true;
    }
    model::InstanceObserved seen() const {
        auto const all = thread_->observed();
        return all.empty() ? model::InstanceObserved{} : all.front();
    }
    bool becomes(VrrpState state) {
        return soon([&] { return seen().state == state; });
    }
    static std::string addresses() { return output("ip -4 -o addr show"); }
    static bool has_vip() { return addresses().find(" 10.0.0.100/24") != std::string::npos; }

    /// One advert from "there".
    void peer_says(int priority, model::Authentication const& authentication = {}) {
        auto const sent = peer_->send_to_group(
            peer_ifindex_, group,
            vrrp::write({51, static_cast<std::uint8_t>(priority), 1s, {*Address::parse("10.0.0.100")}},
                        {2, authentication, vrrp::Coverage::message}, {peer_address, group, 255, 1, 0}));
        ASSERT_TRUE(sent) << sent.error().message;
    }
    /// The priorities of the adverts that have reached "there" since the last call.
    std::vector<int> heard_there() {
        std::vector<int> priorities;
        while (auto const frame = ear_->receive())
            if (auto const packet = vrrp::read_ip(frame->bytes)) priorities.push_back(packet->payload[2]);
        return priorities;
    }
    std::vector<std::string> notified() {
        std::scoped_lock const lock(mutex_);
        std::vector<std::string> lines;
        for (auto const& event : events_) {
            std::string line = event.script.argv.front();
            for (auto const& extra : event.extra) line += " " + extra;
            lines.push_back(line);
        }
        return lines;
    }

    MemoryBoard board_;
    std::unique_ptr<VrrpThread> thread_;
    std::optional<vrrp::Transmitter> peer_;
    std::optional<vrrp::Listener> ear_;
    int peer_ifindex_ = 0;
    std::mutex mutex_;
    std::vector<vrrp::NotifyEvent> events_;
};

TEST_F(VrrpThreadTest, EveryInstanceIsSeenAsSoonAsTheThreadIsStarted) {
    for (int i = 0; i < 20; ++i) {
        start(with_priority(100));
        EXPECT_EQ(seen().name, "vi");
        thread_.reset();
    }
}

TEST_F(VrrpThreadTest, AMasterHoldsItsAddressAndOpensItsGate) {
    auto instance = owner();
    instance.notify.master.argv = {"became-master"};
    instance.notify.any.argv = {"any"};
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_TRUE(board_.is_open("vi"));
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.100/24 brd 10.0.0.255 scope global secondary eth0:1"));
    EXPECT_TRUE(soon([&] { return std::ranges::count(heard_there(), 255) > 0; }));
    EXPECT_THAT(notified(), ElementsAre("became-master", "any INSTANCE vi MASTER 255"));
}

TEST_F(VrrpThreadTest, ACleanStopSendsPriorityZeroAndLeavesNothingBehind) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    thread_->stop();
    EXPECT_FALSE(has_vip());
    EXPECT_FALSE(board_.is_open("vi"));
    EXPECT_THAT(heard_there(), Contains(0));
    EXPECT_EQ(board_.saved("vi")->state, VrrpState::init);
}

TEST_F(VrrpThreadTest, LeavingKeepsAddressAndGateAndTheNextOneResumes) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    thread_->leave();
    EXPECT_TRUE(has_vip());
    EXPECT_TRUE(board_.is_open("vi"));
    heard_there();
    start(with_priority(100));
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_EQ(seen().became_master, 0U);
    EXPECT_EQ(seen().reason, "resumed after a restart of the daemon");
    EXPECT_THAT(heard_there(), Not(Contains(0)));
}

TEST_F(VrrpThreadTest, AfterTooLongItStartsAsBackupAndRemovesWhatWasLeft) {
    run("ip addr add 10.0.0.100/24 dev eth0");
    board_.open_gate("vi");
    board_.record("vi", {VrrpState::master, loop::now() - 4s, 1s, 51, 0});
    start(with_priority(100));
    ASSERT_TRUE(becomes(VrrpState::backup));
    EXPECT_FALSE(has_vip());
    EXPECT_FALSE(board_.is_open("vi"));
}

TEST_F(VrrpThreadTest, AnAddressDeletedByHandIsBackAtOnce) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    run("ip addr del 10.0.0.100/24 dev eth0");
    EXPECT_TRUE(soon(has_vip));
    EXPECT_EQ(seen().state, VrrpState::master);
}

TEST_F(VrrpThreadTest, AnAddressThatIsThereAlreadyIsFine) {
    start(with_priority(254));
    ASSERT_TRUE(becomes(VrrpState::backup));
    run("ip addr add 10.0.0.100/24 dev eth0");
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_TRUE(has_vip());
    EXPECT_THAT(seen().notes, IsEmpty());
}

TEST_F(VrrpThreadTest, YieldsToAHigherPeerAndLearnsItsMac) {
    auto instance = with_priority(254);
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::master));
    peer_says(255);
    ASSERT_TRUE(becomes(VrrpState::backup));
    EXPECT_TRUE(soon([] { return !has_vip(); }));
    EXPECT_FALSE(board_.is_open("vi"));
    EXPECT_EQ(seen().master_address, peer_address);
    EXPECT_THAT(board_.peers(), ElementsAre("eth0 02:00:00:00:00:02 10.0.0.2"));
}

TEST_F(VrrpThreadTest, AVirtualMacIsNoPeer) {
    there([] { run("ip link set eth0 address 00:00:5e:00:01:33"); });
    start(with_priority(100));
    ASSERT_TRUE(becomes(VrrpState::backup));
    peer_says(200);
    ASSERT_TRUE(soon([&] { return seen().adverts_received == 1; }));
    EXPECT_THAT(board_.peers(), IsEmpty());
}

TEST_F(VrrpThreadTest, OnPriorityZeroItTakesOverAfterTheSkew) {
    start(with_priority(254));
    ASSERT_TRUE(becomes(VrrpState::backup));
    peer_says(255);
    auto const started = loop::now();
    peer_says(0);
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_LT(loop::now() - started, 2s);
}

TEST_F(VrrpThreadTest, AnAdvertWithAWrongPasswordIsRefusedAndNamed) {
    auto instance = with_priority(100);
    instance.authentication = {model::Authentication::Type::pass, "1234"};
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::backup));
    peer_says(255, {model::Authentication::Type::pass, "4321"});
    EXPECT_TRUE(soon([&] {
        return seen().notes == std::vector<std::string>{"adverts from 10.0.0.2 are refused (received an invalid passwd!), 1 so far"};
    }));
    EXPECT_EQ(seen().adverts_received, 0U);
}

TEST_F(VrrpThreadTest, TheOwnInterfaceDownIsAFaultAndUpAgainItsEnd) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    run("ip link set eth0 down");
    ASSERT_TRUE(becomes(VrrpState::fault));
    EXPECT_FALSE(has_vip());
    EXPECT_FALSE(board_.is_open("vi"));
    EXPECT_EQ(seen().reason, "interface eth0 down");
    run("ip link set eth0 up");
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_TRUE(has_vip());
}

TEST_F(VrrpThreadTest, TheOwnInterfaceMissingIsAFaultUntilItAppears) {
    auto instance = owner();
    instance.interface = "eth7";
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::fault));
    EXPECT_EQ(seen().reason, "interface eth7 does not exist");
    run("ip link add eth7 type veth peer name eth8");
    run("ip link set eth8 up");
    run("ip addr add 10.7.0.1/24 dev eth7");
    run("ip link set eth7 up");
    ASSERT_TRUE(becomes(VrrpState::master));
    run("ip link del eth7");
    EXPECT_TRUE(becomes(VrrpState::fault));
}

TEST_F(VrrpThreadTest, ATrackedInterfaceIsLeftOutUntilItAppearsAndThenTracked) {
    auto instance = owner();
    instance.track_interfaces.push_back({"eth7", 0, false, {}});
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_THAT(seen().notes, ElementsAre(HasSubstr("tracked interface eth7 has not existed since the start")));
    run("ip link add eth7 type veth peer name eth8");
    run("ip link set eth8 up");
    run("ip link set eth7 up");
    EXPECT_TRUE(soon([&] { return seen().notes.empty(); }));
    EXPECT_EQ(seen().state, VrrpState::master);
    EXPECT_EQ(seen().became_master, 1U);
    run("ip link del eth7");
    ASSERT_TRUE(becomes(VrrpState::fault));
    EXPECT_EQ(seen().reason, "interface eth7 down");
}

TEST_F(VrrpThreadTest, ATrackedInterfaceThatAppearsAndStaysDownIsAFault) {
    auto instance = owner();
    instance.track_interfaces.push_back({"eth7", 0, false, {}});
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::master));
    run("ip link add eth7 type veth peer name eth8");
    EXPECT_TRUE(becomes(VrrpState::fault));
}

TEST_F(VrrpThreadTest, ASourceThatIsNotOursIsUsedFromTheMomentItIs) {
    auto instance = owner();
    instance.source = *Address::parse("10.0.0.9");
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_THAT(seen().notes, ElementsAre(HasSubstr("sending from 10.0.0.1, the primary address of eth0")));
    run("ip addr add 10.0.0.9/24 dev eth0");
    EXPECT_TRUE(soon([&] { return seen().notes.empty(); }));
}

TEST_F(VrrpThreadTest, RoutesComeAndGoWithMastershipAndOneThatCannotBeSetHindersNothing) {
    auto instance = owner();
    model::VirtualRoute good;
    good.destination = *Prefix::parse("192.0.2.0/24");
    good.gateway = *Address::parse("10.0.0.2");
    model::VirtualRoute bad = good;
    bad.destination = *Prefix::parse("198.51.100.0/24");
    bad.gateway = *Address::parse("203.0.113.1");
    instance.routes = {bad, good};
    start(instance);
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_THAT(output("ip route show 192.0.2.0/24"), HasSubstr("via 10.0.0.2 dev eth0 proto keepalived"));
    EXPECT_THAT(seen().notes, ElementsAre(HasSubstr("add route 198.51.100.0/24 via 203.0.113.1")));
    thread_->stop();
    EXPECT_EQ(output("ip route show 192.0.2.0/24"), "");
}

TEST_F(VrrpThreadTest, AReloadChangesAddressesWithoutLosingMastership) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    auto changed = owner();
    changed.addresses.push_back(changed.addresses.front());
    changed.addresses.back().prefix = *Prefix::parse("10.0.0.101/24");
    changed.addresses.back().label.clear();
    thread_->apply({{changed}, {}});
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.101/24"));
    EXPECT_TRUE(has_vip());
    changed.addresses.erase(changed.addresses.begin());
    thread_->apply({{changed}, {}});
    EXPECT_FALSE(has_vip());
    EXPECT_THAT(addresses(), HasSubstr("10.0.0.101/24"));
    EXPECT_EQ(seen().became_master, 1U);
    EXPECT_EQ(seen().state, VrrpState::master);
    EXPECT_THAT(heard_there(), Not(Contains(0)));
}

TEST_F(VrrpThreadTest, AReloadStopsAnInstanceThatIsGoneAndStartsANewOne) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    auto other = owner();
    other.name = "other";
    other.virtual_router_id = 52;
    other.addresses.front().prefix = *Prefix::parse("10.0.0.102/24");
    thread_->apply({{other}, {}});
    EXPECT_THAT(heard_there(), Contains(0));
    EXPECT_FALSE(has_vip());
    EXPECT_FALSE(board_.is_open("vi"));
    ASSERT_TRUE(becomes(VrrpState::master));
    EXPECT_EQ(seen().name, "other");
    EXPECT_TRUE(board_.is_open("other"));
}

TEST_F(VrrpThreadTest, AReloadThatChangesNothingTouchesNothing) {
    start(owner());
    ASSERT_TRUE(becomes(VrrpState::master));
    auto const before = seen();
    thread_->apply({{owner()}, {}});
    EXPECT_EQ(seen().since_unix_us, before.since_unix_us);
    EXPECT_TRUE(has_vip());
}

}  // namespace
}  // namespace drover::app
