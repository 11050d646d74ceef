// SCTP as kernel IPVS followed it, chunk by chunk: data/sctp_states.txt.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

enum Port : std::uint16_t { kPlain = 1, kSloppy = 2, kPersistent = 3 };

struct Step {
    std::string chunks, state;  ///< "COOKIE_ECHO+DATA"; "-": no entry
    int seconds = 0, active = 0, inactive = 0;
};

struct Recorded {
    int line = 0;
    bool nat = false;
    Port port = kPlain;
    std::vector<Step> steps;
};

std::vector<Recorded> recorded() {
    std::vector<Recorded> stories;
    std::ifstream file(DROVER_SOURCE_DIR "/tests/bpf/data/sctp_states.txt");
    std::string text;
    for (int line = 1; std::getline(file, text); ++line) {
        std::istringstream words(text);
        std::string first, method;
        words >> first;
        if (first.empty() || first[0] == '#') continue;
        if (first == "story") {
            int sloppy = 0, persistent = 0;
            words >> method >> sloppy >> persistent;
            stories.push_back({line, method == "NAT", sloppy != 0 ? kSloppy : persistent != 0 ? kPersistent : kPlain, {}});
            continue;
        }
        Step step;
        words >> step.chunks >> step.state >> step.seconds >> step.active >> step.inactive;
        stories.back().steps.push_back(step);
    }
    return stories;
}

std::vector<std::uint8_t> types_of(std::string const& names) {
    static std::map<std::string, std::uint8_t> const kTypes = {
        {"DATA", 0},      {"INIT", 1},          {"INIT_ACK", 2},     {"SACK", 3},         {"HEARTBEAT", 4},
        {"HEARTBEAT_ACK", 5}, {"ABORT", 6},     {"SHUTDOWN", 7},     {"SHUTDOWN_ACK", 8}, {"ERROR", 9},
        {"COOKIE_ECHO", 10}, {"COOKIE_ACK", 11}, {"ECNE", 12},       {"CWR", 13},         {"SHUTDOWN_COMPLETE", 14},
        {"AUTH", 15},     {"ASCONF", 0xc1},     {"ASCONF_ACK", 0x80}, {"FORWARD_TSN", 0xc0}};
    std::vector<std::uint8_t> types;
    std::istringstream words(names);
    for (std::string name; std::getline(words, name, '+');) types.push_back(kTypes.at(name));
    return types;
}

class Sctp : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ == nullptr) return;
        auto plain = at_port(kPlain), sloppy = at_port(kSloppy), persistent = at_port(kPersistent);
        sloppy.behaviour.sloppy_sctp = true;
        persistent.persistence_timeout = 300;
        path().serve({plain, sloppy, persistent});
    }
    static model::DesiredService at_port(std::uint16_t port) {
        auto made = service(kVip, port, {{real(1, port), 1}});
        made.key.protocol = Protocol::sctp;
        return made;
    }
    contract::server_load load(std::uint16_t port) { return path().load_of({at(kVip, port), Protocol::sctp}, real(1, port)); }

    void replay(Recorded const& story, std::uint32_t client) {
        auto const before = load(story.port);
        for (auto const& step : story.steps) {
            SCOPED_TRACE(step.chunks);
            (void)path().send(frame().from(client, 40000).to(kVip, story.port).sctp(types_of(step.chunks)));
            auto const row = path().row_of({Address::v4(client), 40000});
            ASSERT_EQ(row ? model::name(row->state) : "-", step.state);
            if (row) EXPECT_NEAR(row->expires, step.seconds, 2);
            EXPECT_EQ(load(story.port).active - before.active, static_cast<__u32>(step.active));
            EXPECT_EQ(load(story.port).inactive - before.inactive, static_cast<__u32>(step.inactive));
        }
    }
};

TEST_F(Sctp, StatesAreThoseThatIpvsWasSeenIn) {
    std::uint32_t client = 0x0a000001;
    int replayed = 0;
    for (auto const& story : recorded()) {
        if (story.nat) continue;
        SCOPED_TRACE("line " + std::to_string(story.line));
        replay(story, client++);
        ++replayed;
        if (HasFatalFailure()) return;
    }
    EXPECT_EQ(replayed, 234);
}

// With masquerading, where the server's half is seen as well: the states that this director does not bring about itself.
TEST_F(Sctp, EveryStateLastsAsLongAsInIpvs) {
    static constexpr std::string_view kNames[] = {"NONE",   "INIT1",    "INIT",        "C-SENT", "C-REPLIED",  "C-WAIT",     "COOKIE",
                                                  "C-ECHOED", "ESTABLISHED", "S-SENT", "S-RECEIVED", "S-ACK-SENT", "REJECTED", "CLOSED"};
    std::set<std::string> seen;
    for (auto const& story : recorded())
        for (auto const& step : story.steps) {
            if (step.state == "-") continue;
            auto const number = contract::STATE_SCTP_NONE + (std::ranges::find(kNames, step.state) - std::begin(kNames));
            auto const ticks = path().tables().settings->timeout[number];
            EXPECT_EQ(path().object().ticks().to_seconds(ticks), static_cast<std::uint32_t>(step.seconds) + 1) << step.state;
            seen.insert(step.state);
        }
    EXPECT_EQ(seen.size(), std::size(kNames) - 1) << "all but NONE";
}

TEST_F(Sctp, AnIntroductionWithoutAChunkIsTruncated) {
    EXPECT_EQ(path().send(frame().to(kVip, kPlain).sctp({})).verdict, "truncated");
    EXPECT_EQ(path().send(frame().to(kVip, kSloppy).sctp({})).verdict, "truncated");
}

TEST_F(Sctp, ACookieOfAnyLengthIsSteppedOver) {
    for (std::uint16_t const length : {0, 3, 4, 5, 8, 9, 100, 1023, 2900, 4096, 65535}) {
        auto const client = 0x0b000000u + length;
        auto const flow = frame().from(client, 40000).to(kVip, kPlain);
        auto opened = flow;
        (void)path().send(opened.sctp({1}));
        auto cookie = flow;
        auto bytes = cookie.sctp({10}).payload(3000).bytes();
        auto const chunk = std::size_t{14 + 20 + 12};
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(chunk) + 4, bytes.end(), 0);
        write16(bytes, chunk + 2, length);
        auto const next = chunk + (length + 3u) / 4 * 4;
        bool const seen = length >= 4 && next + 4 <= bytes.size() && length < 4096;
        if (seen) bytes[next] = 6;
        EXPECT_EQ(path().send(bytes).verdict, "forwarded");
        EXPECT_EQ(model::name(path().row_of({Address::v4(client), 40000})->state), seen ? "CLOSED" : "ESTABLISHED") << length;
    }
}

TEST_F(Sctp, AnInitOnAClosedAssociationIsDealtAnew) {
    auto two = at_port(kPlain);
    two.servers.push_back({real(2, kPlain), 1});
    path().serve({two});
    auto const send = [&](std::uint8_t chunk) { return path().send(frame().to(kVip, kPlain).sctp({chunk})).server; };
    auto const first = send(1);
    EXPECT_EQ(send(6), first);
    EXPECT_NE(send(1), first);
    EXPECT_EQ(path().rows().size(), 1u);
}

}  // namespace
}  // namespace drover::bpf::testing
