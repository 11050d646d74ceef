// TCP states of a director that sees the client's half alone, as kernel IPVS showed them: data/states.txt.
#include <fstream>
#include <sstream>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

struct Step {
    std::string text;    ///< "client sends FA", "wait 3 s"
    std::string state;   ///< "FIN_WAIT"; empty: no entry
    int seconds = 0;     ///< left of its timeout
    int active = 0;      ///< of the server, with what earlier stories left
};

struct Recorded {
    std::string title;
    std::vector<Step> steps;
};

Step parse_step(std::string const& line) {
    Step step;
    step.text = line.substr(2, 35);
    step.text.erase(step.text.find_last_not_of(' ') + 1);
    std::istringstream rest(line.substr(37));
    std::string word;
    rest >> word;
    if (word == "(no") {
        rest >> word;
    } else {
        step.state = word;
        int minutes = 0;
        char colon = 0;
        rest >> minutes >> colon >> step.seconds;
        step.seconds += minutes * 60;
    }
    rest >> word >> step.active;
    return step;
}

std::vector<Recorded> recorded() {
    std::vector<Recorded> stories;
    std::ifstream file(DROVER_SOURCE_DIR "/tests/bpf/data/states.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("  "))
            stories.back().steps.push_back(parse_step(line));
        else
            stories.push_back({line, {}});
    }
    return stories;
}

std::uint8_t flags_of(std::string const& letters) {
    std::uint8_t flags = 0;
    for (char const letter : letters)
        flags |= letter == 'S' ? kSyn : letter == 'A' ? kAck : letter == 'F' ? kFin : letter == 'R' ? kRst : kPsh;
    return flags;
}

class Tcp : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (path_ != nullptr) path().serve({service(kVip, 80, {{real(1), 1}})});
    }
    contract::server_load load() { return path().load_of({at(kVip), Protocol::tcp}, real(1)); }

    Outcome send(std::uint8_t flags) { return path().send(frame().from(client_, 40000).tcp(flags)); }

    /// What the recording's words did there is done here.
    void take(std::string const& text) {
        auto const is = [&](std::string_view words) { return text.ends_with(words); };
        client_ = first_client_ + (is("new SYN") ? 1 : 0);
        if (text.starts_with("client sends ")) return void(send(flags_of(text.substr(13))));
        if (text.starts_with("wait ")) return path().pass_sweeping(static_cast<std::uint32_t>(std::stoi(text.substr(5))));
        if (is("SYN, ACK")) return (void)send(kSyn), (void)send(kAck);
        if (is("new SYN")) return void(send(kSyn));
        if (text == "weight 0; data") web_.servers = {{real(1), 0}};
        if (text == "server removed") web_.servers.clear();
        if (text == "server added again") web_.servers = {{real(1), 1}};
        path().serve({web_});
        if (text == "server removed") (void)path().sweep();
        if (is("data")) (void)send(kPsh | kAck);
    }

    void expect(Step const& step) {
        auto const row = path().row_of({Address::v4(client_), 40000});
        ASSERT_EQ(row.has_value(), !step.state.empty());
        if (!row) return;
        EXPECT_EQ(model::name(row->state), step.state);
        EXPECT_NEAR(row->expires, step.seconds, step.seconds < 10 ? 2 : 4);
    }

    model::DesiredService web_ = service(kVip, 80, {{real(1), 1}});
    std::uint32_t first_client_ = 0x0a000001, client_ = first_client_;
};

TEST_F(Tcp, StatesAreThoseThatIpvsWasSeenIn) {
    auto const stories = recorded();
    ASSERT_EQ(stories.size(), 20u);
    for (auto const& story : stories) {
        SCOPED_TRACE(story.title);
        auto const has = [&](std::string_view words) { return story.title.find(words) != std::string::npos; };
        web_.servers = {{real(1), 1}};
        web_.behaviour.sloppy_tcp = has("sloppy_tcp=1");
        web_.behaviour.expire_nodest_conn = has("expire_nodest_conn=1");
        path().serve({web_}, has("--set 5 4 3") ? model::Timeouts{5, 4, 3} : model::Timeouts{});
        first_client_ += 16;
        int shown = story.steps[0].active;
        for (auto const& step : story.steps) {
            SCOPED_TRACE(step.text);
            auto const before = load();
            take(step.text);
            expect(step);
            if (HasFatalFailure()) return;
            // Of the later steps of a story: at the first one, and while it waited, older entries may have ended there.
            if (&step != &story.steps[0] && step.text.starts_with("client"))
                EXPECT_EQ(static_cast<int>(load().active - before.active), step.active - shown);
            if (&step != &story.steps[0] && step.text.starts_with("client"))
                EXPECT_EQ(load().active + load().inactive, before.active + before.inactive);
            shown = step.active;
        }
    }
}

TEST_F(Tcp, ASegmentWithoutAnyOfTheFlagsChangesNothing) {
    (void)path().send(frame().syn());
    (void)path().send(frame().ack());
    EXPECT_EQ(path().send(frame().tcp(kPsh)).verdict, "forwarded");
    EXPECT_EQ(path().row()->state, model::ConnectionState::established);
}

TEST_F(Tcp, EachPacketStartsTheTimeoutAnew) {
    (void)path().send(frame().syn());
    (void)path().send(frame().ack());
    for (int i = 0; i < 5; ++i) {
        path().pass(800);
        EXPECT_NEAR(path().row()->expires, 100, 4);
        EXPECT_EQ(path().send(frame().ack()).verdict, "forwarded");
        EXPECT_NEAR(path().row()->expires, 900, 4);
    }
}

TEST_F(Tcp, AnEntryPastItsTimeoutIsAMissSweptOrNot) {
    (void)path().send(frame().syn());
    (void)path().send(frame().ack());
    path().pass(902);
    EXPECT_EQ(path().send(frame().ack()).verdict, "no_entry");
    EXPECT_EQ(path().send(frame().syn()).verdict, "forwarded");
    EXPECT_EQ(path().row()->state, model::ConnectionState::syn_recv) << "a new entry";
    EXPECT_EQ(load().active, 1u) << "and the old one is not counted any more";
}

// IPVS's conn_reuse_mode 1, the default.
TEST_F(Tcp, ASynOnAConnectionThatIsOverIsDealtAnew) {
    path().serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})});
    for (auto const end : {std::uint8_t{kRst}, std::uint8_t{kSyn}}) {
        auto const client = frame().from("10.0.0.1", end);
        auto opened = client;
        auto const first = path().send(opened.syn()).server;
        if (end == kRst) (void)path().send(opened.ack());
        (void)path().send(opened.tcp(end == kRst ? kRst : kFin));  // CLOSE; TIME_WAIT straight from SYN_RECV
        auto const connections = path().object().service_traffic(1).connections;
        EXPECT_NE(path().send(opened.syn()).server, first);
        EXPECT_EQ(path().object().service_traffic(1).connections, connections + 1);
    }
    EXPECT_EQ(path().rows().size(), 2u);
}

}  // namespace
}  // namespace drover::bpf::testing
