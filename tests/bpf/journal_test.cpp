// What the packet path notes for the peers, and that it goes on with what a peer has told of.
#include "bpf/frame6.h"
#include "bpf/packet_path.h"
#include "dataplane/exchange.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";
constexpr char const* kVip6 = "fd00:97::175";

class JournalPath : public PacketTest {
protected:
    JournalPath() { slots_ = 512; }

    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto names = service(kVip, 53, {{real(1, 53), 1}, {real(2, 53), 1}});
        names.key.protocol = Protocol::udp;
        auto bound = service(kVip, 443, {{real(1, 443), 1}, {real(2, 443), 1}});
        bound.persistence_timeout = 300;
        path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}}), names, bound,
                      service(kVip6, 80, {{real6(1), 1}, {real6(2), 1}})});
        exchange_ = std::make_unique<dataplane::Exchange>(path().tables(), path().programmer().book(), path().object().ticks(),
                                                          std::make_shared<dataplane::Told>(2 * path().tables().narrow.size() * contract::BUCKET_SLOTS));
        journal_.emplace(path().tables());
        journal_->listen(true);
    }

    /// How many entries were noted since the last look.
    std::size_t noted() {
        std::size_t count = 0;
        while (journal_->next()) ++count;
        return count;
    }

    /// What the peers would be told now.
    std::vector<sync::Connection> told() {
        std::vector<sync::Connection> connections;
        exchange_->set_now(path().object().now());
        exchange_->collect(connections, {1000, exchange_->slots(), 30});
        return connections;
    }

    std::unique_ptr<dataplane::Exchange> exchange_;
    std::optional<dataplane::Journal> journal_;
};

TEST_F(JournalPath, NotesATcpConnectionAtTheClientsFirstAckAndAtEveryChangeOfItsState) {
    auto const flow = frame().from("192.168.1.128", 40000);
    (void)path().send(Frame(flow).syn());
    EXPECT_EQ(noted(), 0u) << "nobody answers for a SYN";
    (void)path().send(Frame(flow).ack());
    EXPECT_EQ(noted(), 1u);
    (void)path().send(Frame(flow).ack());
    EXPECT_EQ(noted(), 0u);
    (void)path().send(Frame(flow).tcp(kFin | kAck));
    EXPECT_EQ(noted(), 1u);
}

TEST_F(JournalPath, NotesAUdpFlowAtItsFirstPacket) {
    auto const flow = frame().udp().to(kVip, 53).from("192.168.1.128", 40000);
    (void)path().send(flow);
    EXPECT_EQ(noted(), 1u);
    (void)path().send(flow);
    EXPECT_EQ(noted(), 0u);
}

TEST_F(JournalPath, NotesATemplateWhenItIsMadeAndWhenItIsAssured) {
    auto const flow = frame().to(kVip, 443).from("192.168.1.128", 40000);
    (void)path().send(Frame(flow).syn());
    EXPECT_EQ(noted(), 1u);
    (void)path().send(Frame(flow).ack());
    EXPECT_EQ(noted(), 2u) << "the connection, and its template";
}

TEST_F(JournalPath, NotesLongKeysToo) {
    (void)path().send(frame6().to(kVip6, 80).from("2001:db8::77", 40000).syn().bytes());
    (void)path().send(frame6().to(kVip6, 80).from("2001:db8::77", 40000).ack().bytes());
    ASSERT_EQ(noted(), 1u);
    auto const connections = told();
    ASSERT_EQ(connections.size(), 1u);
    EXPECT_EQ(connections[0].client, at("2001:db8::77", 40000));
    EXPECT_EQ(connections[0].virtual_server, at(kVip6, 80));
}

TEST_F(JournalPath, NotesNothingWhenNobodyListens) {
    journal_->listen(false);
    (void)path().send(frame().syn());
    (void)path().send(frame().ack());
    EXPECT_EQ(path().tables().journal_head->next, 0u);
}

TEST_F(JournalPath, GoesOnWithAConnectionThatAPeerToldOf) {
    auto const flow = frame().from("192.168.1.128", 40000);
    EXPECT_EQ(path().send(Frame(flow).ack()).verdict, "no_entry");
    sync::Connection connection;
    connection.protocol = 6;
    connection.client = at("192.168.1.128", 40000);
    connection.virtual_server = at(kVip, 80);
    connection.real_server = real(2);
    connection.state = sync::tcp_established;
    exchange_->set_now(path().object().now());
    exchange_->put(connection);
    EXPECT_EQ(path().send(Frame(flow).ack()).server, "r2");
    EXPECT_EQ(path().load_of({at(kVip, 80), Protocol::tcp}, real(2)).active, 1u);
    auto six = connection;
    six.client = at("2001:db8::77", 40000), six.virtual_server = at(kVip6, 80), six.real_server = real6(2);
    exchange_->put(six);
    EXPECT_EQ(path().send(frame6().to(kVip6, 80).from("2001:db8::77", 40000).ack().bytes()).server, "r2");
}

TEST_F(JournalPath, BindsAClientByATemplateThatAPeerToldOf) {
    sync::Connection bound;
    bound.protocol = 6;
    bound.client = at("192.168.1.128", 0);
    bound.virtual_server = at(kVip, 443);
    bound.flags = sync::flag_template;
    bound.state = sync::template_assured;
    exchange_->set_now(path().object().now());
    for (int server : {2, 1}) {
        bound.real_server = real(server, 443);
        exchange_->put(bound);
        for (std::uint16_t port = 1; port < 5; ++port)
            EXPECT_EQ(path().send(frame().to(kVip, 443).from("192.168.1.128", static_cast<std::uint16_t>(port + 100 * server)).syn()).server,
                      "r" + std::to_string(server));
    }
}

/// All flows of a table that is full of them fight for its slots: what had to give way is told as ended.
TEST_F(JournalPath, NotesWhatHasToGiveWay) {
    auto const slots = path().tables().narrow.size() * contract::BUCKET_SLOTS;
    for (std::uint32_t i = 0; i < 2 * slots; ++i) {
        auto const flow = frame().from(0x0a000000 + i, 40000);
        (void)path().send(Frame(flow).syn());
        (void)path().send(Frame(flow).ack());
    }
    std::size_t ended = 0;
    dataplane::Translation const translation(path().tables(), path().programmer().book(), path().object().ticks());
    dataplane::SlotTable const table(path().tables(), [](auto const&, auto) { return false; });
    while (auto const key = journal_->next())
        if (!table.find(dataplane::table_form(*key, false), false).is_live()) ++ended;
    EXPECT_GT(ended, slots / 2);
}

}  // namespace
}  // namespace drover::bpf::testing
