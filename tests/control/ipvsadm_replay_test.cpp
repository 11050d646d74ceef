// The real ipvsadm as a judge: what it answered to thousands of commands, on a table of its own kernel, is what ours
// answers on ours, byte by byte, but for what ipvsadm/deviations.txt lists.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <sstream>
#include <vector>

#include "control/ipvsadm_play.h"
#include "control/ipvsadm_recordings.h"

namespace drover::control::ipvsadm {
namespace {

namespace fs = std::filesystem;
using recordings::Answer;
using recordings::Step;

fs::path const kFolder = fs::path(DROVER_SOURCE_DIR) / "tests/control/ipvsadm";
constexpr int kMostShown = 40;

std::string shown(Answer const& answer) {
    return recordings::shown('>', answer.out) + recordings::shown('!', answer.err) + fmt::format("= {}\n", answer.code);
}

/// Services with their servers in a fixed order: unsorted, IPVS lists them by a hash with a seed of its own.
std::string by_service(std::string const& listing) {
    std::istringstream in(listing);
    std::vector<std::string> blocks{""};
    for (std::string line; std::getline(in, line); blocks.back() += line + "\n")
        if (!line.starts_with("  ->") && !line.starts_with("Prot")) blocks.emplace_back();
    std::ranges::sort(blocks);
    return std::accumulate(blocks.begin(), blocks.end(), std::string());
}

Answer comparable(std::string const& line, Answer answer) {
    if (line.find("--nosort") != std::string::npos) answer.out = by_service(answer.out);
    return answer;
}

/// By title and number of the step, the numbers counted from the first of its sequence.
using Deviations = std::map<std::pair<std::string, std::size_t>, Step>;

Deviations deviations() {
    Deviations result;
    for (auto const& sequence : recordings::read(kFolder / "deviations.txt").sequences) {
        auto const hash = sequence.title.rfind(" #");
        auto const number = std::stoul(sequence.title.substr(hash + 2));
        result[{sequence.title.substr(0, hash), number}] = sequence.steps.at(0);
    }
    return result;
}

TEST(IpvsadmReplay, AnswersAsTheRealOneDidButForTheListedDeviations) {
    auto const recorded = recordings::read(kFolder / "recordings.txt");
    auto left = deviations();
    std::size_t compared = 0, equal = 0;
    int differing = 0;
    for (auto const& sequence : recorded.sequences) {
        Play play(recorded.names);
        for (std::size_t i = 0; i < sequence.steps.size(); ++i) {
            auto const& step = sequence.steps[i];
            auto const ours = comparable(step.line, play.give(step.line, step.input));
            auto const theirs = comparable(step.line, step.answer);
            ++compared;
            equal += ours == theirs;
            auto const listed = left.extract({sequence.title, i + 1});
            auto const wanted = listed.empty() ? theirs : comparable(step.line, listed.mapped().answer);
            if (!listed.empty()) {
                EXPECT_EQ(listed.mapped().line, step.line) << sequence.title << " #" << i + 1;
                EXPECT_NE(ours, theirs) << sequence.title << " #" << i + 1 << " deviates no more";
            }
            if (ours == wanted || ++differing > kMostShown) continue;
            ADD_FAILURE() << "=== " << sequence.title << " #" << i + 1 << "\n$ " << step.line << "\n"
                          << shown(ours) << "--- instead of\n"
                          << shown(wanted);
        }
    }
    EXPECT_EQ(differing, 0) << "answers differ that are not listed";
    for (auto const& [where, step] : left) ADD_FAILURE() << where.first << " #" << where.second << ": no such step";
    EXPECT_GE(recorded.sequences.size(), 300u);
    RecordProperty("compared", static_cast<int>(compared));
    RecordProperty("equal", static_cast<int>(equal));
    fmt::print("{} sequences, {} command lines, {} equal, {} deviate as listed\n", recorded.sequences.size(), compared,
               equal, compared - equal - static_cast<std::size_t>(differing));
}

TEST(IpvsadmReplay, HasAReasonInTheDocumentationForEachDeviation) {
    std::ifstream file(fs::path(DROVER_SOURCE_DIR) / "docs/ipvsadm.md");
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    for (auto const& [where, step] : deviations())
        EXPECT_NE(text.find("| `" + step.reason + "` |"), std::string::npos) << where.first << ": " << step.reason;
}

}  // namespace
}  // namespace drover::control::ipvsadm
