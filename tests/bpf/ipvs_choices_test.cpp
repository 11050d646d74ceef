// Kernel IPVS as the judge of every scheduler: ipvs_choices.txt tells which server Linux 6.1 chose, packet by packet.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "bpf/hash.h"
#include "bpf/packet_path.h"
#include "scheduler/ring.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

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

bool is_change(Step const& step) { return step.what == "add" || step.what == "edit"; }

class IpvsChoices : public PacketTest {
protected:
    /// Returns how many choices were compared.
    int play(Recording const& recording) {
        auto service = testing::service(kVip, recording.port, {});
        service.key.protocol = recording.udp ? Protocol::udp : Protocol::tcp;
        service.scheduler = *model::scheduler_named(recording.scheduler);
        service.flags = recording.flags;
        int choices = 0;
        bool changed = true;
        for (auto const& step : recording.steps) {
            if (is_change(step)) {
                change(service.servers, step, real(step.number(0), recording.port));
                changed = true;
                continue;
            }
            if (std::exchange(changed, false)) path().serve({service});
            auto frame = testing::frame().from(step.words[0], static_cast<std::uint16_t>(step.number(1))).to(kVip, recording.port);
            if (step.what == "new") {
                auto const outcome = path().send(recording.udp ? frame.udp() : frame.syn());
                auto const server = outcome.server.empty() ? "none" : outcome.server.substr(1);
                EXPECT_EQ(server, step.words[2]) << recording.name() << ", line " << step.line << ", verdict " << outcome.verdict;
                ++choices;
            } else {
                (void)path().send(frame.tcp(step.what == "fin" ? kFin | kAck : kAck));
            }
        }
        return choices;
    }
};

TEST_F(IpvsChoices, AreOurs) {
    int choices = 0;
    for (auto const& recording : recordings()) {
        if (recording.v6) continue;
        choices += play(recording);
        if (HasFailure()) return;
    }
    EXPECT_GT(choices, 1000);
}

/// The home slot's server, if it may have new flows. `last` holds the servers' last weights that were not 0.
std::string home_server(Recording const& recording, std::vector<model::DesiredServer> const& servers,
                        std::vector<std::int32_t> const& last, Step const& step) {
    std::vector<scheduler::Candidate> candidates;
    for (std::uint16_t i = 0; i < servers.size(); ++i)
        candidates.push_back({i, servers[i].weight, last[i], servers[i].endpoint});
    auto const scheduler = *model::scheduler_named(recording.scheduler);
    auto const table = scheduler::ring(scheduler, recording.flags, candidates, contract::MAX_RING);
    __u64 client[2];
    dataplane::put_address(client, *Address::parse(step.words[0]));
    auto const value = contract::folded_address(client) + (recording.flags.port ? static_cast<__u32>(step.number(1)) : 0);
    auto const slot = scheduler == model::Scheduler::mh ? contract::maglev_slot(value, contract::MAGLEV_SLOTS)
                                                        : contract::golden_slot(value);
    auto const& server = servers[table.at(slot)];
    return server.weight == 0 ? "none" : std::to_string(server.endpoint.address.bytes()[15]);
}

TEST(IpvsChoicesOfIpv6, AreThoseOfOurTables) {
    int choices = 0;
    for (auto const& recording : recordings()) {
        if (!recording.v6 || recording.flags.fallback || recording.scheduler == "dh") continue;
        std::vector<model::DesiredServer> servers;
        std::vector<std::int32_t> last;
        for (auto const& step : recording.steps) {
            if (is_change(step)) {
                change(servers, step, at("fd00:96::" + step.words[0], recording.port));
                last.resize(servers.size());
                for (std::size_t i = 0; i < servers.size(); ++i)
                    if (servers[i].weight != 0) last[i] = servers[i].weight;
                continue;
            }
            EXPECT_EQ(home_server(recording, servers, last, step), step.words[2]) << recording.name() << ", line " << step.line;
            ++choices;
        }
    }
    EXPECT_GT(choices, 100);
}

}  // namespace
}  // namespace drover::bpf::testing
