// The judge of the codec: what the kernel's sync daemon sent, beside what the kernel that heard it then listed.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "sync/packer.h"
#include "sync/samples.h"

namespace drover::sync {
namespace {

using testing::messages_of;
using ::testing::Contains;

char const* const kRecordings[] = {"tcp-default-threshold", "tcp-long-connection", "tcp-many-in-one",
                                   "threshold-1-4-refresh-2", "udp", "ipv6", "persistent-template", "fwmark-template",
                                   "pe-sip", "version-0"};

std::string state_name(Connection const& c) {
    if (c.is_template()) return c.state == template_assured ? "ASSURED" : "NONE";
    if (c.protocol == 17) return "UDP";
    static std::map<int, std::string> const names{{1, "ESTABLISHED"}, {4, "FIN_WAIT"}, {6, "CLOSE"}};
    return names.at(c.state);
}

std::string protocol_name(Connection const& c) { return c.protocol == 6 ? "TCP" : c.protocol == 17 ? "UDP" : "IP"; }

/// A row of `ipvsadm -Lnc` without the time left.
std::string row_of(Connection const& c) {
    return protocol_name(c) + " " + state_name(c) + " " + c.client.text() + " " + c.virtual_server.text() + " " +
           c.real_server.text();
}

/// What the receiving kernel listed afterwards.
std::vector<std::string> listed(std::string const& name) {
    auto const text = testing::text_of("sync-" + name + ".txt");
    std::istringstream lines(text.substr(text.find("\nbackup:")));
    std::vector<std::string> rows;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string protocol, expires, state, client, virtual_server, real_server;
        if (words >> protocol >> expires >> state >> client >> virtual_server >> real_server)
            rows.push_back(protocol + " " + state + " " + client + " " + virtual_server + " " + real_server);
    }
    return rows;
}

TEST(Recordings, SayWhatTheReceivingKernelThenListed) {
    for (std::string const name : kRecordings) {
        std::map<std::string, Connection> last;  // the kernel shows the state that was told last
        for (auto const& message : messages_of("sync-" + name + ".pcap")) {
            auto const datagram = decode(message, 7);
            EXPECT_FALSE(datagram.refused) << name;
            EXPECT_TRUE(datagram.left_out.empty()) << name;
            for (auto const& connection : datagram.connections)
                last[connection.client.text() + connection.virtual_server.text()] = connection;
        }
        EXPECT_FALSE(last.empty()) << name;
        for (auto const& [key, connection] : last)
            if (connection.protocol != 6 || connection.state != tcp_close)  // over after ten seconds
                EXPECT_THAT(listed(name), Contains(row_of(connection))) << name;
    }
}

TEST(Recordings, EncodeBackByteByByte) {
    for (std::string const name : kRecordings)
        for (auto const& message : messages_of("sync-" + name + ".pcap")) {
            auto const datagram = decode(message);
            if (datagram.version == 0) continue;  // only read
            testing::Bytes back;
            Packer packer(datagram.syncid, 65507, [&](auto bytes, auto) { back.assign(bytes.begin(), bytes.end()); });
            for (auto const& connection : datagram.connections) packer.add(connection);
            packer.flush();
            EXPECT_EQ(back, message) << name;
        }
}

TEST(Recordings, TellTimeoutsFlagsAndOptions) {
    auto const tcp = decode(messages_of("sync-tcp-long-connection.pcap")[0]).connections;
    ASSERT_EQ(tcp.size(), 2u);
    EXPECT_EQ(tcp[0].flags, flag_direct_routing | flag_no_output);
    EXPECT_EQ(tcp[0].timeout, 900u);
    EXPECT_EQ(tcp[0].real_server.text(), "10.0.0.11:80");
    auto const sip = decode(messages_of("sync-pe-sip.pcap")[0]).connections;
    ASSERT_EQ(sip.size(), 6u);
    EXPECT_EQ(sip[0].engine, "sip");
    EXPECT_EQ(std::string(sip[0].engine_data.begin(), sip[0].engine_data.end()), "abc123@client");
    auto const mark = decode(messages_of("sync-fwmark-template.pcap")[0]).connections;
    EXPECT_EQ(mark[0].protocol, 0);
    EXPECT_EQ(mark[0].fwmark, 9u);
    auto const old = decode(messages_of("sync-version-0.pcap")[0]);
    EXPECT_EQ(old.version, 0);
    ASSERT_EQ(old.connections.size(), 2u);
    EXPECT_FALSE(old.connections[0].timeout) << "version 0 tells no time";
}

}  // namespace
}  // namespace drover::sync
