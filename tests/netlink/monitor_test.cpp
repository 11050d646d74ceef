#include "netlink/io/monitor.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <algorithm>

#include "netlink/world.h"

namespace drover::netlink {
namespace {

class MonitorOfALink : public testing::World {
protected:
    void SetUp() override {
        World::SetUp();
        if (IsSkipped()) return;
        monitor_.emplace(Monitor::open().value());
    }
    /// Waits until an event of this kind satisfies the test.
    template <class Kind>
    bool sees(std::function<bool(Kind const&)> const& test) {
        return eventually(monitor_->fd(), [&] {
            for (auto& event : monitor_->read()) seen_.push_back(std::move(event));
            return std::ranges::any_of(seen_, [&](Event const& event) {
                auto const* const kind = std::get_if<Kind>(&event);
                return kind && test(*kind);
            });
        });
    }

    std::optional<Monitor> monitor_;
    std::vector<Event> seen_;
};

TEST_F(MonitorOfALink, SeesItGoDownAndComeBack) {
    there([] { run("ip link set eth0 down"); });
    EXPECT_TRUE(sees<LinkChanged>([](auto const& e) { return e.link.name == "eth0" && !e.link.running; }));
    there([] { run("ip link set eth0 up"); });
    EXPECT_TRUE(sees<LinkChanged>([](auto const& e) { return e.link.name == "eth0" && e.link.running; }));
}

TEST_F(MonitorOfALink, SeesItComeAndGo) {
    run("ip link add br7 type bridge");
    EXPECT_TRUE(sees<LinkChanged>([](auto const& e) { return e.link.name == "br7" && e.link.kind == "bridge"; }));
    run("ip link set eth0 master br7");
    EXPECT_TRUE(sees<LinkChanged>([](auto const& e) { return e.link.name == "eth0" && e.link.master != 0; }));
    run("ip link set eth0 nomaster");
    EXPECT_TRUE(sees<LinkChanged>([](auto const& e) { return e.link.name == "eth0" && e.link.master == 0; }));
    run("ip link del br7");
    EXPECT_TRUE(sees<LinkGone>([](auto const& e) { return e.link.name == "br7"; }));
    EXPECT_TRUE(std::ranges::none_of(seen_, [](Event const& event) {
        auto const* const gone = std::get_if<LinkGone>(&event);
        return gone && gone->link.name == "eth0";
    })) << "leaving a bridge is not the end of an interface";
}

TEST_F(MonitorOfALink, SeesAddressesRoutesAndNeighbours) {
    run("ip addr add 172.51.97.175/24 dev eth0 label eth0:1");
    EXPECT_TRUE(sees<AddressAdded>(
        [](auto const& e) { return e.address.prefix.text() == "172.51.97.175/24" && e.address.label == "eth0:1"; }));
    EXPECT_TRUE(
        sees<RouteChanged>([](auto const& e) { return e.route.destination.text() == "172.51.97.0/24" && !e.gone; }));
    run("ip addr del 172.51.97.175/24 dev eth0");
    EXPECT_TRUE(sees<AddressGone>([](auto const& e) { return e.address.prefix.text() == "172.51.97.175/24"; }));
    EXPECT_TRUE(
        sees<RouteChanged>([](auto const& e) { return e.route.destination.text() == "172.51.97.0/24" && e.gone; }));
    run("ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:99 dev eth0");
    EXPECT_TRUE(sees<NeighbourChanged>([](auto const& e) {
        return e.neighbour.address.text() == "10.0.0.9" && e.neighbour.mac == Mac::parse("02:00:00:00:00:99");
    }));
    run("ip neigh del 10.0.0.9 dev eth0");
    EXPECT_TRUE(
        sees<NeighbourChanged>([](auto const& e) { return e.neighbour.address.text() == "10.0.0.9" && e.gone; }));
}

TEST_F(MonitorOfALink, SeesNothingWhereNothingHappens) {
    monitor_->read();
    EXPECT_THAT(monitor_->read(), ::testing::IsEmpty());
}

TEST_F(MonitorOfALink, SaysWhenEventsWereLost) {
    int const tiny = 1;
    ASSERT_EQ(::setsockopt(monitor_->fd(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny), 0);
    for (int i = 0; i < 20; ++i) run("ip link set eth0 alias " + std::to_string(i));
    EXPECT_TRUE(sees<Overrun>([](auto const&) { return true; }));
    auto const large = 1 << 20;
    ASSERT_EQ(::setsockopt(monitor_->fd(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large), 0);
    run("ip addr add 172.51.97.175/24 dev eth0");
    EXPECT_TRUE(sees<AddressAdded>([](auto const& e) { return e.address.prefix.text() == "172.51.97.175/24"; }))
        << "it goes on after an overrun";
}

}  // namespace
}  // namespace drover::netlink
