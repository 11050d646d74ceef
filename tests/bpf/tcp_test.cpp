// TCP states of a director that sees the client's half alone, as kernel IPVS showed them: samples/sync/states.txt.
#include <filesystem>
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

std::filesystem::path const kStates = DROVER_SOURCE_DIR "/../shared/reference-vm/samples/sync/states.txt";

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

/// Direct routing, without what this version does not do (sloppy_tcp) and what schedule_test.cpp tells by itself.
std::vector<Recorded> recorded() {
    std::vector<Recorded> stories;
    std::ifstream file(kStates);
    bool taken = false;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("  ")) {
            taken = line.starts_with("DR") && line.find("sloppy_tcp") == std::string::npos &&
                    line.find("server") == std::string::npos;
            if (taken) stories.push_back({line, {}});
        } else if (taken) {
            stories.back().steps.push_back(parse_step(line));
        }
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

    void take(Step const& step) {
        if (step.text.starts_with("client sends "))
            (void)path().send(frame().tcp(flags_of(step.text.substr(13))));
        else
            path().pass_sweeping(static_cast<std::uint32_t>(std::stoi(step.text.substr(5))));
    }

    void expect(Step const& step) {
        auto const row = path().row();
        ASSERT_EQ(row.has_value(), !step.state.empty());
        EXPECT_EQ(load().active + load().inactive, row ? 1u : 0u);
        if (!row) return;
        EXPECT_EQ(model::name(row->state), step.state);
        EXPECT_NEAR(row->expires, step.seconds, step.seconds < 10 ? 2 : 4);
    }
};

TEST_F(Tcp, StatesAreThoseThatIpvsWasSeenIn) {
    if (!std::filesystem::exists(kStates)) GTEST_SKIP() << "no recordings here";
    auto const stories = recorded();
    ASSERT_EQ(stories.size(), 15u);
    for (auto const& story : stories) {
        SCOPED_TRACE(story.title);
        path_ = std::make_unique<PacketPath>(64);
        model::Timeouts timeouts;
        if (story.title.find("--set 5 4 3") != std::string::npos) timeouts = {5, 4, 3};
        path().serve({service(kVip, 80, {{real(1), 1}})}, timeouts);
        for (std::size_t i = 0; i < story.steps.size(); ++i) {
            auto const& step = story.steps[i];
            SCOPED_TRACE(step.text);
            auto const before = static_cast<int>(load().active);
            take(step);
            expect(step);
            bool const comparable = i > 0 && step.text.starts_with("client");  // else older entries end meanwhile
            if (comparable) EXPECT_EQ(static_cast<int>(load().active) - before, step.active - story.steps[i - 1].active);
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
