#include "control/status_text.h"

#include <gtest/gtest.h>

#include "control/observed_samples.h"
#include "control/timestamp.h"

namespace drover::control {
namespace {

Look plain() {
    return {.colour = false, .now_unix_us = noon, .clock_text = [](std::int64_t time) {
                return timestamp(time).substr(0, 19);
            }};
}

TEST(StatusText, FitsOnOneScreenAndTellsEverything) {
    EXPECT_EQ(status_text(sample_status(), plain()), R"(drover 0.1.0 on master-dr, up 2 h 3 min, process 4321
configuration /etc/keepalived/keepalived.conf, read 2026-11-23T11:00:00 (1 h 0 min ago)

Instances
  VI_1            MASTER since 2026-11-23T11:56:54 (3 min 5 s)
                  because no advert was heard for 3.57 s
                  on eth0, VRID 60, priority 110, addresses 172.51.97.175 2001:db8::80
                  note: this host woke too late for its adverts 1 time
                  note: tracked interface eth1 has not existed since the start: left out until it appears
  VI_2            FAULT  since 2026-11-23T12:00:00 (0 s)
                  because interface eth1 is down
                  on eth1, VRID 255, priority 90 (configured 100), addresses none
                  the master is 172.51.96.105

Services
  TCP 172.51.97.175:80 wrr wrr-port wrr-fallback random_start persistent 50 s, source prefixes: 3 allowed, 1 denied, of VI_1: open
    SERVER                   WEIGHT ACTIVECONN  INACTCONN  HEALTH               NEXT HOP
    172.51.96.235:80              1         43    1000001  up 1 min 0 s         eth0 02:00:00:00:eb:01
      thresholds: 2000000 upper, 1500000 lower; reached: it gets no new connections
      HTTP_GET: status 200
    172.51.96.236:80              0          0          0  not known yet        NO NEXT HOP: its packets are dropped
    172.51.96.237:80              -          -          -  down 5 s             out of service
      TCP_CHECK: connection refused
    1500 connections, 2500000 packets, 123456789 bytes a second
  UDP [2001:db8::53]:53 rr ops, of VI_2: shut (this director is not master, packets are dropped)
    SERVER                   WEIGHT ACTIVECONN  INACTCONN  HEALTH               NEXT HOP
    [2001:db8::2]:53              3          0          0  not checked          this host itself
      slow_start: its weight rises to 30
    the MAC address of none of its servers is known: all its packets are dropped

Packet path
  eth0            XDP native
  eth1            XDP generic: the driver has no native XDP
  connections     50 of 1048576 (narrow 40 of 786432, wide 10 of 262144), 3 live ones thrown out because the table was full
  slots taken     expired 9, half_open 3
  conn_max        500000
  drop_entry      1
  flood_rate      20000 new flows a second and CPU: FLOOD since 2026-11-23T11:58:30 (1 min 30 s)
  rates           1501 connections, 2500001 packets, 123456790 bytes a second
  packets forward  1234 (established 1200, scheduled 34)
  packets pass     7 (no_vip 7)
  packets answer   0
  packets drop     5 (not_master 5)

Notes
  balanced packets are not seen by tcpdump on this host
)");
}

TEST(StatusText, OfAnEmptyDirectorSaysThatNothingIsForwarded) {
    auto const text = status_text({}, plain());
    EXPECT_NE(text.find("Instances\n  none"), std::string::npos) << text;
    EXPECT_NE(text.find("Services\n  none"), std::string::npos) << text;
    EXPECT_NE(text.find("attached to no interface"), std::string::npos) << text;
}

TEST(StatusText, SaysWhenAServiceHasNobodyLeft) {
    auto status = sample_status();
    status.checks.clear();
    for (auto& server : status.dataplane.services[0].servers) server.weight = 0;
    status.dataplane.services[1].servers.clear();
    auto const text = status_text(status, plain());
    EXPECT_NE(text.find("no server takes new connections"), std::string::npos) << text;
    EXPECT_NE(text.find("no real servers"), std::string::npos) << text;
}

TEST(StatusText, SaysWhoseCommandsMadeThingsWhatTheyAre) {
    auto status = sample_status();
    model::Author const alice{4711, 1001, "alice", noon - 61'000'000}, nameless{7, 1002, "", noon};
    auto& web = status.dataplane.services.at(0);
    auto& dns = status.dataplane.services.at(1);
    web.servers[1].changed = alice;
    dns.changed = nameless, dns.configured = false;
    status.dataplane.timeouts_changed = alice;
    auto const text = status_text(status, plain());
    for (auto const* line : {"\n    172.51.96.236:80 changed by alice (pid 4711) at 2026-11-23T11:58:59 (1 min 1 s ago)\n",
                             "\n    made by uid 1002 (pid 7) at 2026-11-23T12:00:00 (0 s ago)\n",
                             "\n  timeouts        900 120 300 (tcp tcpfin udp), set by alice (pid 4711) at 2026-11-23T11:58:59"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    dns.configured = true;
    EXPECT_NE(status_text(status, plain()).find("\n    changed by uid 1002 (pid 7)"), std::string::npos);
}

TEST(StatusText, SaysTheSameWithoutItsColours) {
    auto look = plain();
    look.colour = true;
    auto const coloured = status_text(sample_status(), look);
    EXPECT_NE(coloured.find("\x1b[32mMASTER\x1b[0m"), std::string::npos);
    std::string stripped;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] != '\x1b')
            stripped += coloured[i];
        else
            i = coloured.find('m', i);
    }
    EXPECT_EQ(stripped, status_text(sample_status(), plain()));
}

TEST(StatusText, TellsOfConnectionSyncWhereThereIsSome) {
    Status status;
    EXPECT_EQ(status_text(status, plain()).find("Connection sync"), std::string::npos);
    auto& sync = status.sync;
    sync.master.interface = sync.backup.interface = "eth1";
    sync.master.instance = sync.backup.instance = "VI_1";
    sync.master.id = sync.backup.id = 7;
    sync.tells = true, sync.connections_sent = 40, sync.messages_sent = 2, sync.waiting = 3, sync.lag_us = 5600, sync.missed = 9;
    sync.connections_received = 30, sync.messages_received = 4, sync.heard_unix_us = noon - 5'000'000;
    sync.taken.made = 20, sync.taken.confirmed = 5, sync.taken.unknown_server = 5;
    sync.refused = {{"syncid", 2}};
    sync.peering.has_key = true;
    sync.peering.served = "10.9.0.2", sync.peering.served_unix_us = noon - 60'000'000, sync.peering.served_connections = 1000;
    sync.peering.trouble = "no table was taken over from 10.9.0.2: no answer";
    sync.handover.outlook = "possible, to 10.9.0.2";
    sync.handover.refusal = "10.9.0.2 cannot take over: no answer", sync.handover.ended_unix_us = noon - 60'000'000;
    auto const text = status_text(status, plain());
    EXPECT_EQ(text.substr(text.find("Connection sync")), R"(Connection sync
  tells           now: 224.0.0.81 port 8848 on eth1, id 7, with instance VI_1
                  40 connections in 2 messages, 3 waiting, lag 6 ms
                  note: 9 new connections came too fast and 0 messages could not be sent; 0 times more was to be told than the rate allows
  hears           224.0.0.81 port 8848 on eth1, id 7, with instance VI_1, last 5 s ago
                  30 connections in 4 messages: 20 made, 5 confirmed, 0 replaced, 0 ended
                  not taken: 5 of unknown servers, 2 refused (syncid)
  peer 10.9.0.2   complete at 2026-11-23T11:59:00 (1 min 0 s ago): 1000 connections
  note: no table was taken over from 10.9.0.2: no answer
  handover        possible, to 10.9.0.2
                  1 min 0 s ago nothing was handed over: 10.9.0.2 cannot take over: no answer
)");
    sync.handover.refusal.clear(), sync.handover.instances = {"VI_1", "VI_2"}, sync.handover.peer = "10.9.0.2";
    EXPECT_NE(status_text(status, plain()).find("1 min 0 s ago VI_1, VI_2 went to 10.9.0.2\n"), std::string::npos);
    sync.peering = {};
    EXPECT_NE(status_text(status, plain()).find("note: no sync_key: "), std::string::npos);
}

TEST(ConnectionText, MarksTemplates) {
    auto row = sample_row();
    EXPECT_EQ(connection_text(row, plain()),
              "TCP   ESTABLISHED    14:59  198.51.100.0:1024        172.51.97.175:80         172.51.96.235:80\n");
    row.is_template = true, row.client.port = 0, row.state = model::ConnectionState::assured, row.expires = 50;
    EXPECT_EQ(connection_text(row, plain()),
              "TCP   ASSURED         0:50  198.51.100.0 (template)  172.51.97.175:80         172.51.96.235:80\n");
}

}  // namespace
}  // namespace drover::control
