#include "live/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "commands.h"
#include "live/reach.h"

namespace drover::live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace edit = model::edit;

class TableOfOne : public ::testing::Test {
protected:
    TableOfOne() {
        EXPECT_EQ(answer(add(web(), "rr")), "");
        EXPECT_EQ(answer(add(web(), server(at("10.0.0.11", 80)))), "");
    }
    std::string answer(model::Edit const& edit) { return table_.apply(edit).refusal; }
    Table table_{mtu_of};
};

constexpr char kInvalid[] = "Invalid operation.  Possibly wrong module version, address not unicast, ...";
constexpr char kOutOfRange[] = "Numerical result out of range";

TEST_F(TableOfOne, AnswersAboutServicesAsIpvsDoes) {
    EXPECT_EQ(answer(add(web(), "rr")), "Service already exists");
    EXPECT_EQ(answer(add(web(), "nosuch")), "Service already exists") << "it looks for the service first";
    EXPECT_EQ(answer(add(tcp("10.0.0.100", 81), "nosuch")), "Scheduler or persistence engine not found");
    EXPECT_EQ(answer(change(web(), "nosuch")), "Scheduler or persistence engine not found");
    EXPECT_EQ(answer(change(tcp("10.0.0.100", 81), "nosuch")), "No such service");
    EXPECT_EQ(answer(remove(tcp("10.0.0.100", 81))), "No such service");
    EXPECT_EQ(answer(edit::Zero{tcp("10.0.0.100", 81)}), "No such service");
    auto engine = service(tcp("10.0.0.100", 81));
    engine.persistence_engine = "nosuch";
    EXPECT_EQ(answer(edit::AddService{engine}), "Scheduler or persistence engine not found");
    engine.persistence_engine = "sip";
    EXPECT_EQ(answer(edit::AddService{engine}), "");
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.11:80 w1", "tcp 10.0.0.100:81 wlc:"));
}

TEST_F(TableOfOne, AnswersAboutServersAsIpvsDoes) {
    auto const other = tcp("10.0.0.100", 81);
    EXPECT_EQ(answer(add(other, server(at("10.0.0.11", 81)))), "Service not defined");
    EXPECT_EQ(answer(change(other, server(at("10.0.0.11", 81)))), "Service not defined");
    EXPECT_EQ(answer(remove(other, at("10.0.0.11", 81))), "Service not defined");
    EXPECT_EQ(answer(add(web(), server(at("10.0.0.11", 80)))), "Destination already exists");
    EXPECT_EQ(answer(change(web(), server(at("10.0.0.12", 80)))), "No such destination");
    EXPECT_EQ(answer(remove(web(), at("10.0.0.12", 80))), "No such destination");
    EXPECT_EQ(answer(remove(web(), at("10.0.0.11", 81))), "No such destination") << "a server is its port, too";
    for (auto const* const address : {"224.0.0.1", "0.0.0.0", "255.255.255.255"})
        EXPECT_EQ(answer(add(web(), server(at(address, 80)))), kInvalid) << address;
    EXPECT_EQ(answer(add(web(), server(at("127.0.0.1", 80)))), "");
}

TEST_F(TableOfOne, KeepsThresholdsAndWeightsInTheirRange) {
    auto odd = server(at("10.0.0.12", 80));
    odd.lower_threshold = 10;
    EXPECT_EQ(answer(add(web(), odd)), kOutOfRange);
    odd.upper_threshold = 9;
    EXPECT_EQ(answer(add(web(), odd)), kOutOfRange);
    odd.endpoint = at("10.0.0.11", 80);
    EXPECT_EQ(answer(change(web(), odd)), kOutOfRange);
    EXPECT_EQ(answer(add(web(), odd)), kOutOfRange) << "it looks at the numbers first";
    odd.upper_threshold = 10;
    EXPECT_EQ(answer(change(web(), odd)), "");
    EXPECT_EQ(answer(change(web(), server(at("10.0.0.11", 80), -1))), kOutOfRange);
}

TEST_F(TableOfOne, TakesAnotherFamilyThroughATunnelOnly) {
    auto const six = tcp("2001:db8::100", 80);
    EXPECT_EQ(answer(add(six)), "");
    EXPECT_EQ(answer(add(six, server(at("10.0.0.11", 80)))), kInvalid);
    EXPECT_EQ(answer(add(six, tunnelled(at("10.0.0.11", 80)))), "");
    EXPECT_EQ(answer(add(six, server(at("fe80::1", 80)))), kInvalid);
    EXPECT_EQ(answer(add(six, server(at("ff02::1", 80)))), kInvalid);
    auto gue = tunnelled(at("2001:db8::11", 80));
    gue.tunnel = {model::Tunnel::Type::gue, 0, model::Tunnel::Checksum::none};
    EXPECT_EQ(answer(add(six, gue)), kInvalid);
    gue.tunnel.port = 6080;
    EXPECT_EQ(answer(add(six, gue)), "");
    auto wide = service(tcp("2001:db8::100", 81));
    wide.persistence_mask = 129;
    EXPECT_EQ(answer(edit::AddService{wide}), kInvalid);
}

TEST_F(TableOfOne, StartsEachSyncDaemonOnce) {
    using enum model::SyncRole;
    EXPECT_EQ(answer(edit::StopSync{master}), "No daemon is running");
    EXPECT_EQ(answer(edit::StartSync{{.role = master, .interface = "eth0"}}), "");
    EXPECT_EQ(answer(edit::StartSync{{.role = master, .interface = "nosuch"}}), "No such device");
    EXPECT_EQ(answer(edit::StartSync{{.role = master, .interface = "eth0"}}), "Daemon has already run");
    EXPECT_EQ(answer(edit::StartSync{{.role = backup, .interface = "lo", .sync_id = 9, .max_length = 100}}), "");
    auto const running = table_.snapshot().sync_daemons;
    ASSERT_EQ(running.size(), 2u);
    EXPECT_EQ(running[0], (model::SyncDaemon{master, "eth0", 0, 1472, Address::v4(0xe0000051), 8848, 1}));
    EXPECT_EQ(running[1], (model::SyncDaemon{backup, "lo", 9, 1024, Address::v4(0xe0000051), 8848, 1}));
    EXPECT_EQ(answer(edit::StopSync{master}), "");
    EXPECT_EQ(table_.sync_daemons().size(), 1u);
}

TEST_F(TableOfOne, HasSyncDaemonsOrMixedFamilies) {
    auto const six = tcp("2001:db8::100", 80);
    EXPECT_EQ(answer(add(six)), "");
    EXPECT_EQ(answer(edit::StartSync{{.interface = "eth0"}}), "");
    EXPECT_EQ(answer(add(six, tunnelled(at("10.0.0.11", 80)))), kInvalid);
    EXPECT_EQ(answer(edit::StopSync{model::SyncRole::master}), "");
    EXPECT_EQ(answer(add(six, tunnelled(at("10.0.0.11", 80)))), "");
    EXPECT_EQ(answer(edit::StartSync{{.interface = "eth0"}}), kInvalid);
}

TEST_F(TableOfOne, ListsTheNewestServerFirst) {
    EXPECT_EQ(answer(add(web(), server(at("10.0.0.12", 80), 5))), "");
    EXPECT_EQ(answer(change(web(), server(at("10.0.0.11", 80), 7))), "");
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.12:80 w5 10.0.0.11:80 w7"));
    EXPECT_EQ(answer(remove(web(), at("10.0.0.11", 80))), "");
    EXPECT_EQ(answer(add(web(), server(at("10.0.0.11", 80)))), "");
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.11:80 w1 10.0.0.12:80 w5"));
    EXPECT_EQ(answer(change(web(), "sh")), "");
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 sh: 10.0.0.11:80 w1 10.0.0.12:80 w5"));
}

TEST_F(TableOfOne, ClearsServicesButNoTimeouts) {
    EXPECT_EQ(answer(edit::SetTimeouts{{30, 0, 60}}), "");
    EXPECT_EQ(answer(edit::Clear{}), "");
    EXPECT_THAT(seen(table_), IsEmpty());
    EXPECT_EQ(table_.timeouts(), (model::Timeouts{30, 120, 60})) << "nought keeps what is";
    EXPECT_EQ(answer(add(web(), server(at("10.0.0.11", 80)))), "Service not defined");
    EXPECT_EQ(answer(edit::SetTimeouts{{2'678'401, 0, 0}}), kInvalid);
}

TEST_F(TableOfOne, KnowsFirewallMarksOfBothFamilies) {
    auto const four = model::ServiceName::of_mark(5, Family::v4), six = model::ServiceName::of_mark(5, Family::v6);
    EXPECT_EQ(answer(add(four)), "");
    EXPECT_EQ(answer(add(six)), "");
    EXPECT_EQ(answer(add(four)), "Service already exists");
    EXPECT_EQ(answer(add(four, server(at("10.0.0.11", 0)))), "");
    EXPECT_EQ(answer(add(six, server(at("10.0.0.11", 0)))), kInvalid);
    EXPECT_EQ(table_.snapshot().services.at(1).fwmark, 5u);
}

TEST_F(TableOfOne, FindsEachOfManyServers) {
    for (std::uint16_t i = 0; i < 500; ++i)
        ASSERT_EQ(answer(add(web(), server({Address::v4(0x0a010000u + i), 80}))), "");
    EXPECT_EQ(answer(add(web(), server({Address::v4(0x0a010000u + 499), 80}))), "Destination already exists");
    for (std::uint16_t i = 0; i < 500; i += 2) ASSERT_EQ(answer(remove(web(), {Address::v4(0x0a010000u + i), 80})), "");
    EXPECT_EQ(answer(change(web(), server({Address::v4(0x0a010000u + 498), 80}))), "No such destination");
    EXPECT_EQ(answer(change(web(), server({Address::v4(0x0a010000u + 499), 80}, 9))), "");
    EXPECT_EQ(table_.snapshot().services[0].servers.size(), 251u);
    EXPECT_EQ(table_.snapshot().services[0].servers[0].weight, 9);
}

TEST_F(TableOfOne, ChecksWithoutChanging) {
    EXPECT_TRUE(table_.check(remove(web())).done());
    EXPECT_EQ(table_.check(add(web())).code, EEXIST);
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.11:80 w1"));
}

TEST_F(TableOfOne, TakesBackWhatWasNotSettled) {
    table_.settle();
    EXPECT_EQ(answer(add(web(), server(at("10.0.0.12", 80)))), "");
    EXPECT_EQ(answer(change(web(), server(at("10.0.0.11", 80), 9))), "");
    EXPECT_EQ(answer(change(web(), "sh")), "");
    EXPECT_EQ(answer(edit::SetTimeouts{{1, 2, 3}}), "");
    EXPECT_EQ(answer(edit::StartSync{{.interface = "eth0"}}), "");
    EXPECT_EQ(answer(remove(web())), "");
    EXPECT_EQ(answer(add(tcp("10.0.0.1", 1))), "");
    table_.undo();
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.11:80 w1"));
    EXPECT_EQ(table_.timeouts(), model::Timeouts{});
    EXPECT_THAT(table_.sync_daemons(), IsEmpty());
}

TEST(Reach, EndsWhereThePacketPathDoes) {
    EXPECT_EQ(why_not_carried_out(add(web(), "sh")), "");
    EXPECT_EQ(why_not_carried_out(add(web(), server(at("10.0.0.11", 80)))), "");
    EXPECT_EQ(why_not_carried_out(add(web(), server(at("10.0.0.11", 81)))),
              "direct routing leaves the port alone: real server 10.0.0.11:81 must have port 80");
    EXPECT_EQ(why_not_carried_out(add(web(), tunnelled(at("10.0.0.11", 80)))),
              "tunneling (-i) is not carried out yet, only direct routing (-g) is");
    EXPECT_EQ(why_not_carried_out(add(model::ServiceName::of_mark(5, Family::v4))),
              "services of firewall marks are not carried out yet");
    auto odd = service(web());
    odd.persistence_timeout = 60, odd.persistence_mask = 0xff00ff00;
    EXPECT_EQ(why_not_carried_out(edit::AddService{odd}),
              "persistent mask 255.0.255.0 is not carried out: only masks that are prefixes are");
    odd.persistence_mask = 0xffffff00;
    EXPECT_EQ(why_not_carried_out(edit::ChangeService{odd}), "");
}

}  // namespace
}  // namespace drover::live
