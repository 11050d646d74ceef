#include "sync/datagram.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "sync/packer.h"
#include "sync/samples.h"

namespace drover::sync {
namespace {

using testing::Bytes;
using testing::tcp;
using testing::tcp6;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Bytes message_of(std::vector<Connection> const& connections, std::uint8_t syncid = 7) {
    Bytes message(header_size);
    for (auto const& connection : connections) append(message, connection);
    write_header(message, syncid, connections.size());
    return message;
}

/// Writes the length into the header again after bytes were added or taken away.
Bytes resized(Bytes message, std::size_t size) {
    message.resize(size);
    message[2] = static_cast<std::uint8_t>(size >> 8), message[3] = static_cast<std::uint8_t>(size);
    return message;
}

/// One entry with these bytes behind it as its options.
Bytes with_options(Bytes const& options) {
    auto message = message_of({tcp()});
    auto const size = 36 + options.size();
    message[header_size + 2] = static_cast<std::uint8_t>(size >> 8), message[header_size + 3] = static_cast<std::uint8_t>(size);
    message.insert(message.end(), options.begin(), options.end());
    auto const whole = message.size();
    return resized(std::move(message), whole);
}

constexpr std::size_t entry_at = header_size;

TEST(Datagram, KeepsWhatAnEntryOfEitherFamilySays) {
    auto six = tcp6();
    six.sequences = {{{1, 2, 3}, {4, 5, 6}}};
    six.engine = "sip";
    six.engine_data = {1, 2, 3, 4, 5};
    six.flags |= flag_input_sequence | flag_output_sequence;
    auto ended = tcp(5);
    ended.ended = true;
    auto const datagram = decode(message_of({six, tcp(), ended}), 7);
    EXPECT_FALSE(datagram.refused);
    EXPECT_THAT(datagram.connections, ElementsAre(six, tcp(), ended));
}

TEST(Datagram, KeepsEntriesAligned) {
    auto odd = tcp();
    odd.engine = "s";
    auto const message = message_of({odd, tcp()});
    EXPECT_EQ(message.size(), header_size + 40 + 36) << "39 bytes, and one to make the next entry begin at a multiple of four";
    EXPECT_EQ(message[entry_at + 3], 39) << "the entry's own length is without it";
    EXPECT_EQ(decode(message).connections.size(), 2u);
}

TEST(Datagram, RefusesWhatIsNoWholeMessage) {
    EXPECT_EQ(decode({}).refused, Reason::too_short);
    EXPECT_EQ(decode(Bytes{0, 7, 0}).refused, Reason::too_short);
    auto longer = message_of({tcp()});
    longer.push_back(0);
    EXPECT_EQ(decode(longer).refused, Reason::length);
    auto const message = message_of({tcp()});
    EXPECT_EQ(decode(std::span(message).first(message.size() - 1)).refused, Reason::length);
}

TEST(Datagram, RefusesAnotherSyncIdUnlessAnyIsGood) {
    auto const message = message_of({tcp()}, 7);
    EXPECT_EQ(decode(message, 8).refused, Reason::syncid);
    EXPECT_THAT(decode(message, 8).connections, IsEmpty());
    EXPECT_EQ(decode(message, 0).connections.size(), 1u);
}

TEST(Datagram, EntriesInFrontOfAMalformedOneHold) {
    auto const cut = decode(resized(message_of({tcp(), tcp(2)}), header_size + 36 + 30));
    EXPECT_EQ(cut.refused, Reason::entry_cut);
    EXPECT_THAT(cut.connections, ElementsAre(tcp()));
    auto fewer = message_of({tcp()});
    fewer[4] = 2;
    EXPECT_EQ(decode(fewer).refused, Reason::entry_cut) << "it says two and has one";
    auto small = message_of({tcp(), tcp(2)});
    small[entry_at + 36 + 3] = 35;
    EXPECT_EQ(decode(small).refused, Reason::entry_size);
    EXPECT_EQ(decode(small).connections.size(), 1u);
    auto version = message_of({tcp()});
    version[entry_at + 2] |= 0x10;
    EXPECT_EQ(decode(version).refused, Reason::entry_version);
}

TEST(Datagram, RefusesMalformedOptionsByName) {
    EXPECT_EQ(decode(with_options({3})).refused, Reason::option_cut);
    EXPECT_EQ(decode(with_options({3, 0})).refused, Reason::option_cut);
    EXPECT_EQ(decode(with_options({3, 4, 's', 'i', 'p'})).refused, Reason::option_cut);
    EXPECT_EQ(decode(with_options({1, 4, 0, 0, 0, 0})).refused, Reason::option_size);
    Bytes long_name{3, 17};
    long_name.resize(2 + 17, 'x');
    EXPECT_EQ(decode(with_options(long_name)).refused, Reason::option_size);
    EXPECT_EQ(decode(with_options({3, 1, 'a', 3, 1, 'b'})).refused, Reason::option_twice);
}

TEST(Datagram, AnOptionNobodyKnowsCostsTheEntryUnlessItSaysThatItMayBeUnknown) {
    auto const must = decode(with_options({0x15, 1, 0}));
    EXPECT_FALSE(must.refused);
    EXPECT_THAT(must.connections, IsEmpty());
    EXPECT_THAT(must.left_out, ElementsAre(Reason::unknown_option));
    EXPECT_EQ(decode(with_options({0x55, 1, 0})).connections.size(), 1u);
}

TEST(Datagram, LeavesOutEntriesThatNobodyCanHave) {
    auto once = tcp(), nameless = tcp(), protocol = tcp(), state = tcp(), udp = tcp();
    once.flags |= flag_one_packet;
    nameless.flags |= flag_template | flag_no_client_port;
    protocol.protocol = 50;
    state.state = tcp_states;
    udp.protocol = 17, udp.state = 1;
    auto const datagram = decode(message_of({once, nameless, protocol, state, udp, tcp()}));
    EXPECT_THAT(datagram.left_out, ElementsAre(Reason::one_packet, Reason::template_no_port, Reason::protocol,
                                               Reason::state, Reason::state));
    EXPECT_THAT(datagram.connections, ElementsAre(tcp()));
}

TEST(Datagram, ReadsVersion0WithSequencesInIt) {
    Bytes message{1, 7, 0, 52, 0, 6, 0xa0, 0x28, 0, 80, 0, 80, 10, 0, 0, 1, 10, 0, 0, 100, 10, 0, 0, 11, 0x06, 0x83, 0, 1};
    message.resize(52, 0xff);
    auto const datagram = decode(message, 7);
    EXPECT_EQ(datagram.version, 0);
    ASSERT_EQ(datagram.connections.size(), 1u);
    EXPECT_EQ(datagram.connections[0].client.text(), "10.0.0.1:41000");
    message[0] = 2;
    EXPECT_EQ(decode(message, 7).refused, Reason::entry_cut);
    EXPECT_EQ(decode(message, 7).connections.size(), 1u);
}

/// Whatever comes in, decoding ends, and what it believes can be said again in the same words.
TEST(Datagram, SurvivesAnyBytes) {
    std::mt19937 random(1);
    auto six = tcp6();
    six.engine = "sip", six.engine_data = {1, 2, 3};
    auto old = testing::messages_of("sync-version-0.pcap")[0];
    std::vector<Bytes> const seeds{message_of({tcp(), six, tcp(3)}), old, with_options({0x55, 1, 0})};
    std::size_t believed = 0, doubted = 0;
    for (int round = 0; round < 200'000; ++round) {
        auto message = seeds[random() % seeds.size()];
        for (auto changes = 1 + random() % 4; changes > 0; --changes) message[random() % message.size()] = static_cast<std::uint8_t>(random());
        if (random() % 4 == 0) message = resized(std::move(message), random() % 200 + 4);
        auto const datagram = decode(message);
        believed += datagram.connections.size();
        doubted += datagram.left_out.size() + (datagram.refused ? 1 : 0);
        if (datagram.connections.empty()) continue;
        for (auto& connection : datagram.connections)
            ASSERT_FALSE(connection.flags & ~0x1f87u) << "flags that are nobody's business";
        auto said = datagram.connections;
        for (auto& connection : said)
            if (!connection.timeout) connection.timeout = 0;
        ASSERT_EQ(decode(message_of(said, datagram.syncid)).connections, said);
    }
    EXPECT_GT(believed, 10'000u);
    EXPECT_GT(doubted, 10'000u);
}

TEST(Datagram, EveryReasonHasItsName) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < reason_count; ++i) names.insert(name(static_cast<Reason>(i)));
    EXPECT_EQ(names.size(), reason_count);
    EXPECT_EQ(name(Reason::state), "state");
}

}  // namespace
}  // namespace drover::sync
