// Kernel IPVS as the judge of every scheduler: ipvs_choices.txt tells which server Linux 6.1 chose, packet by packet.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

/// One line of the recording: what happened, and its words.
struct Step {
    int line = 0;
    std::string what;
    std::vector<std::string> words;

    int number(std::size_t word) const { return std::stoi(words.at(word)); }
};

struct Recording {
    std::string scheduler;
    bool udp = false, v6 = false;
    std::uint16_t port = 0;
    model::SchedulerFlags flags;
    std::vector<Step> steps;

    std::string name() const { return scheduler + " on port " + std::to_string(port); }
};

std::vector<Recording> recordings() {
    std::ifstream file(DROVER_SOURCE_DIR "/tests/bpf/ipvs_choices.txt");
    std::vector<Recording> all;
    std::string text;
    for (int line = 1; std::getline(file, text); ++line) {
        if (text.empty() || text[0] == '#') continue;
        std::istringstream words(text);
        Step step{line, {}, {}};
        words >> step.what;
        for (std::string word; words >> word;) step.words.push_back(word);
        if (step.what != "service") {
            all.back().steps.push_back(step);
            continue;
        }
        Recording recording;
        recording.scheduler = step.words[0];
        recording.udp = step.words[1] == "udp";
        recording.port = static_cast<std::uint16_t>(step.number(2));
        recording.v6 = step.words[3] == "v6";
        for (auto const& flag : std::span(step.words).subspan(4)) {
            recording.flags.port = recording.flags.port || flag.ends_with("-port");
            recording.flags.fallback = recording.flags.fallback || flag.ends_with("-fallback");
        }
        all.push_back(recording);
    }
    return all;
}

/// `add` and `edit` name number, weight and both thresholds; a new server is the last one of the file.
void change(std::vector<model::DesiredServer>& servers, Step const& step, Endpoint const& endpoint) {
    if (step.what == "add") servers.push_back({endpoint, 0, 0, 0});
    auto& server = *std::ranges::find(servers, endpoint, &model::DesiredServer::endpoint);
    server.weight = step.number(1);
    server.upper_threshold = static_cast<std::uint32_t>(step.number(2));
    server.lower_threshold = static_cast<std::uint32_t>(step.number(3));
}

/// The same segment between IPv6 addresses.
Bytes over_ipv6(Frame const& frame, Address const& client, Address const& vip) {
    constexpr std::size_t kEthernet = 14, kIpv4 = 20, kIpv6 = 40;
    auto const bytes = frame.bytes();
    Bytes made(bytes.begin(), bytes.begin() + kEthernet);
    made.resize(kEthernet + kIpv6);
    write16(made, 12, 0x86dd);
    made[14] = 0x60;
    write16(made, 18, static_cast<std::uint16_t>(bytes.size() - kEthernet - kIpv4));
    made[20] = bytes[23];
    made[21] = 64;
    std::ranges::copy(client.bytes(), made.begin() + 22);
    std::ranges::copy(vip.bytes(), made.begin() + 38);
    made.insert(made.end(), bytes.begin() + kEthernet + kIpv4, bytes.end());
    return made;
}

class IpvsChoices : public PacketTest {
protected:
    void SetUp() override {
        PacketTest::SetUp();
        if (IsSkipped()) return;
        for (int i = 1; i < 8; ++i)
            path().programmer().set_next_hop(server(i, 80, true).address,
                                             dataplane::NextHop{server_mac(i), PacketPath::kIngress, false});
    }

    static Endpoint server(int number, std::uint16_t port, bool v6) {
        return v6 ? at("fd00:96::" + std::to_string(number), port) : real(number, port);
    }

    /// Returns how many choices were compared.
    int play(Recording const& recording) {
        auto const vip = recording.v6 ? "fd00:97::175" : "172.51.97.175";
        auto service = testing::service(vip, recording.port, {});
        service.key.protocol = recording.udp ? Protocol::udp : Protocol::tcp;
        service.scheduler = *model::scheduler_named(recording.scheduler);
        service.flags = recording.flags;
        int choices = 0;
        bool changed = true;
        for (auto const& step : recording.steps) {
            if (step.what == "add" || step.what == "edit") {
                change(service.servers, step, server(step.number(0), recording.port, recording.v6));
                changed = true;
                continue;
            }
            if (std::exchange(changed, false)) path().serve({service});
            if (step.what != "new") {
                (void)send(recording, step, vip, step.what == "fin" ? kFin | kAck : kAck);
                continue;
            }
            auto const outcome = send(recording, step, vip, kSyn);
            auto const chosen = outcome.server.empty() ? "none" : outcome.server.substr(1);
            EXPECT_EQ(chosen, step.words[2]) << recording.name() << ", line " << step.line << ", verdict " << outcome.verdict;
            ++choices;
        }
        return choices;
    }

    Outcome send(Recording const& recording, Step const& step, std::string_view vip, int flags) {
        auto frame = testing::frame();
        auto const client = *Address::parse(step.words[0]);
        auto const port = static_cast<std::uint16_t>(step.number(1));
        frame = recording.udp ? frame.udp() : frame.tcp(static_cast<std::uint8_t>(flags));
        if (!recording.v6) return path().send(frame.from(client.v4(), port).to(vip, recording.port));
        return path().send(over_ipv6(frame.from(0u, port).to("0.0.0.0", recording.port), client, *Address::parse(vip)));
    }
};

TEST_F(IpvsChoices, AreOurs) {
    int choices = 0, of_ipv6 = 0;
    for (auto const& recording : recordings()) {
        (recording.v6 ? of_ipv6 : choices) += play(recording);
        if (HasFailure()) return;
    }
    EXPECT_GT(choices, 1000);
    EXPECT_GT(of_ipv6, 500);
}

}  // namespace
}  // namespace drover::bpf::testing
