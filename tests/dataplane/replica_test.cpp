#include "dataplane/replica.h"

#include <gmock/gmock.h>

#include "dataplane/peers.h"

namespace drover::dataplane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::at;
using testing::Director;
using testing::kTicks;
using testing::served;

constexpr auto kNow = Director::kNow;

std::vector<model::DesiredService> farm() {
    auto bound = served("10.0.0.100", 443, {"10.0.0.11", "10.0.0.12"}, Protocol::tcp, 300);
    auto any = served("10.0.0.101", 0, {"10.0.0.11", "10.0.0.12"});
    auto ftp = served("10.0.0.102", 21, {"10.0.0.11", "10.0.0.12"}, Protocol::tcp, 60);
    return {served("10.0.0.100", 80, {"10.0.0.11", "10.0.0.12"}), served("10.0.0.100", 53, {"10.0.0.11"}, Protocol::udp),
            served("10.0.0.100", 3868, {"10.0.0.11"}, Protocol::sctp), served("2001:db8::100", 80, {"2001:db8::11"}), bound, any, ftp};
}

sync::Connection told(std::string_view client, std::uint16_t client_port, std::string_view vip, std::uint16_t port,
                      std::string_view server, std::uint16_t state = sync::tcp_established) {
    sync::Connection connection;
    connection.protocol = 6;
    connection.client = at(client, client_port);
    connection.virtual_server = at(vip, port);
    connection.real_server = at(server, port);
    connection.flags = sync::flag_direct_routing | sync::flag_no_output | (state == sync::tcp_established ? 0u : sync::flag_inactive);
    connection.state = state;
    connection.timeout = state == sync::tcp_established ? 900 : 120;
    return connection;
}

sync::Connection web(std::string_view server = "10.0.0.11", std::uint16_t state = sync::tcp_established) {
    return told("10.1.0.1", 40000, "10.0.0.100", 80, server, state);
}

class ReplicaTest : public ::testing::Test {
protected:
    std::vector<std::string> after(std::vector<sync::Connection> const& connections) {
        director_.hears(connections);
        return director_.lines();
    }
    contract::server_load load_of(ServiceKey const& service, Endpoint const& server) {
        auto const id = *director_.programmer.book().find_service(service);
        return director_.memory.loads[director_.programmer.book().record_of(id, *director_.programmer.book().find_server(id, server))];
    }
    void open_gate() {
        for (auto& service : director_.memory.services) service.role = 1;
        director_.memory.roles[1].gate = 1;
    }
    model::SyncTaken const& counters() { return director_.replica.counters(); }

    Director director_{farm()};
};

TEST_F(ReplicaTest, MakesEntriesOfEveryKind) {
    auto udp = told("10.1.0.1", 1000, "10.0.0.100", 53, "10.0.0.11");
    udp.protocol = 17, udp.state = 0, udp.timeout = 300, udp.flags |= sync::flag_inactive;
    auto sctp = told("10.1.0.1", 1001, "10.0.0.100", 3868, "10.0.0.11", sync::sctp_established);
    sctp.protocol = 132;
    auto bound = told("10.1.0.0", 0, "10.0.0.100", 443, "10.0.0.12", sync::template_assured);
    bound.flags |= sync::flag_template;
    EXPECT_THAT(after({web(), udp, sctp, told("2001:db8::1", 45001, "2001:db8::100", 80, "2001:db8::11"),
                       told("10.1.0.1", 1002, "10.0.0.101", 9999, "10.0.0.12"), bound}),
                ElementsAre("SCTP ESTABLISHED 10.1.0.1:1001 10.0.0.100:3868 10.0.0.11:3868",
                            "TCP ASSURED 10.1.0.0:0 10.0.0.100:443 10.0.0.12:443",
                            "TCP ESTABLISHED 10.1.0.1:1002 10.0.0.101:9999 10.0.0.12:9999",
                            "TCP ESTABLISHED 10.1.0.1:40000 10.0.0.100:80 10.0.0.11:80",
                            "TCP ESTABLISHED [2001:db8::1]:45001 [2001:db8::100]:80 [2001:db8::11]:80",
                            "UDP UDP 10.1.0.1:1000 10.0.0.100:53 10.0.0.11:53"));
    EXPECT_EQ(counters().made, 6u);
    EXPECT_EQ(load_of({at("10.0.0.100"), Protocol::tcp}, at("10.0.0.11")).active, 1u);
    EXPECT_EQ(load_of({at("10.0.0.100", 53), Protocol::udp}, at("10.0.0.11", 53)).inactive, 1u);
    EXPECT_EQ(load_of({at("10.0.0.100", 443), Protocol::tcp}, at("10.0.0.12", 443)).persistent, 1u);
}

TEST_F(ReplicaTest, FindsFtpsDataConnectionsAndItsTemplate) {
    auto bound = told("10.1.0.1", 0, "10.0.0.102", 0, "10.0.0.12", sync::template_none);
    bound.flags |= sync::flag_template;
    bound.real_server.port = 0;
    EXPECT_THAT(after({bound, told("10.1.0.1", 1002, "10.0.0.102", 21, "10.0.0.12"),
                       told("10.1.0.1", 1003, "10.0.0.102", 30000, "10.0.0.12")}),
                ElementsAre("TCP ESTABLISHED 10.1.0.1:1002 10.0.0.102:21 10.0.0.12:21",
                            "TCP ESTABLISHED 10.1.0.1:1003 10.0.0.102:30000 10.0.0.12:21",
                            "TCP NONE 10.1.0.1:0 10.0.0.102:0 10.0.0.12:21"));
}

TEST_F(ReplicaTest, AnEntryEndsWhenItsTimeIsOverThatWasTold) {
    auto soon = web("10.0.0.11", sync::tcp_fin_wait);
    soon.timeout = 20;
    director_.hears({soon});
    ASSERT_EQ(director_.rows().size(), 1u);
    EXPECT_NEAR(director_.rows()[0].expires, 20, 1);
    EXPECT_THAT(director_.lines(kNow + kTicks.from_seconds(22)), IsEmpty());
    auto unknown = web("10.0.0.11", sync::tcp_fin_wait);
    unknown.timeout = {};
    director_.hears({unknown});
    EXPECT_NEAR(director_.rows()[0].expires, 120, 1) << "version 0 tells no time: the state's own";
    auto absurd = web();
    absurd.timeout = 4'000'000'000;
    director_.hears({absurd});
    EXPECT_NEAR(director_.rows()[0].expires, 900, 1);
}

TEST_F(ReplicaTest, BringsStateAndTimeInLine) {
    EXPECT_THAT(after({web(), web("10.0.0.11", sync::tcp_fin_wait)}),
                ElementsAre("TCP FIN_WAIT 10.1.0.1:40000 10.0.0.100:80 10.0.0.11:80"));
    EXPECT_EQ(counters().confirmed, 1u);
    auto const load = load_of({at("10.0.0.100"), Protocol::tcp}, at("10.0.0.11"));
    EXPECT_EQ(load.active, 0u);
    EXPECT_EQ(load.inactive, 1u);
}

TEST_F(ReplicaTest, AnActiveConnectionMovesToTheServerThatIsTold) {
    EXPECT_THAT(after({web("10.0.0.11"), web("10.0.0.12")}), ElementsAre("TCP ESTABLISHED 10.1.0.1:40000 10.0.0.100:80 10.0.0.12:80"));
    EXPECT_EQ(counters().replaced, 1u);
    EXPECT_EQ(load_of({at("10.0.0.100"), Protocol::tcp}, at("10.0.0.11")).active, 0u);
    EXPECT_EQ(load_of({at("10.0.0.100"), Protocol::tcp}, at("10.0.0.12")).active, 1u);
}

TEST_F(ReplicaTest, TheEndOfAConnectionThatWasReplacedIsIgnored) {
    EXPECT_THAT(after({web("10.0.0.12"), web("10.0.0.11", sync::tcp_close)}),
                ElementsAre("TCP ESTABLISHED 10.1.0.1:40000 10.0.0.100:80 10.0.0.12:80"));
    EXPECT_EQ(counters().kept, 1u);
}

TEST_F(ReplicaTest, WhatThisDirectorServesItKnowsBetter) {
    director_.hears({web("10.0.0.11")});
    open_gate();
    auto over = web("10.0.0.12");
    over.ended = true;
    EXPECT_THAT(after({web("10.0.0.12"), over}), ElementsAre("TCP ESTABLISHED 10.1.0.1:40000 10.0.0.100:80 10.0.0.11:80"));
    EXPECT_EQ(counters().kept, 2u);
    EXPECT_EQ(after({told("10.1.0.1", 40001, "10.0.0.100", 80, "10.0.0.12")}).size(), 2u) << "but it takes what it has not got";
}

TEST_F(ReplicaTest, AConnectionThatIsOverBeforeItsTimeGoes) {
    auto over = web();
    over.ended = true;
    EXPECT_THAT(after({web(), over, over}), IsEmpty());
    EXPECT_EQ(counters().ended, 1u);
    EXPECT_EQ(load_of({at("10.0.0.100"), Protocol::tcp}, at("10.0.0.11")).active, 0u);
}

TEST_F(ReplicaTest, CountsWhatItCannotPlace) {
    auto mark = told("10.1.0.1", 0, "0.0.0.9", 0, "10.0.0.12", sync::template_none);
    mark.protocol = 0;
    EXPECT_THAT(after({told("10.1.0.1", 1, "10.0.0.200", 80, "10.0.0.11"), told("10.1.0.1", 1, "10.0.0.100", 81, "10.0.0.11"),
                       web("10.0.0.99"), mark}),
                IsEmpty());
    EXPECT_EQ(counters().unknown_service, 2u);
    EXPECT_EQ(counters().unknown_server, 1u);
    EXPECT_EQ(counters().firewall_mark, 1u);
}

TEST_F(ReplicaTest, AServerThatIsOutOfServiceKeepsItsConnections) {
    auto without = farm();
    without[0].servers.pop_back();
    ASSERT_TRUE(director_.programmer.apply({{}, without}));
    EXPECT_EQ(after({web("10.0.0.12")}).size(), 1u) << "for it may come back";
}

TEST_F(ReplicaTest, WaitsForNobodyWhoIsMakingTheSameEntry) {
    director_.hears({web()});
    for (auto& bucket : director_.memory.narrow)
        for (auto& slot : bucket.slot)
            if (slot.meta != 0) slot.meta = contract::make_meta(contract::SLOT_CLAIM, contract::meta_generation(slot.meta), 0, 1, 0, kNow);
    director_.hears({web()});
    EXPECT_EQ(counters().busy, 1u);
}

TEST(FullReplica, TakesTheSlotsOfExpiredEntriesAndNoOthers) {
    Director director(farm(), 1);
    for (std::uint16_t port = 1; port <= 5; ++port) director.hears({told("10.1.0.1", port, "10.0.0.100", 80, "10.0.0.11")});
    EXPECT_EQ(director.replica.counters().made, 4u);
    EXPECT_EQ(director.replica.counters().no_room, 1u);
    auto& oldest = director.memory.narrow[0].slot[2];
    oldest.meta = contract::make_meta(contract::SLOT_LIVE, 1, 0, contract::STATE_ESTABLISHED, 0, kNow - kTicks.from_seconds(1000));
    director.hears({told("10.1.0.1", 5, "10.0.0.100", 80, "10.0.0.11")});
    EXPECT_EQ(director.replica.counters().made, 5u);
    EXPECT_EQ(director.rows().size(), 4u);
}

}  // namespace
}  // namespace drover::dataplane
