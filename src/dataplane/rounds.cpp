#include "dataplane/rounds.h"

#include <algorithm>

namespace drover::dataplane {

void Rounds::want(std::set<NeighbourAt> const& neighbours, TimePoint now) {
    auto const is_unwanted = [&](Asked const& asked) { return !neighbours.contains(asked.neighbour); };
    std::erase_if(line_, is_unwanted);
    std::erase_if(waiting_, is_unwanted);
    // They have just been resolved, so their first question comes with the others' next.
    for (auto const& neighbour : neighbours)
        if (!wanted_.contains(neighbour)) line_.push_back({neighbour, now});
    wanted_ = neighbours;
}

std::vector<Question> Rounds::turn(TimePoint now, HasAnswered const& has_answered) {
    std::vector<Question> questions;
    judge(now, has_answered, questions);
    for (std::size_t asked = 0; asked < kMostATurn && !line_.empty() && now - line_.front().when >= kEvery; ++asked) {
        auto const next = line_.front().neighbour;
        line_.pop_front();
        questions.push_back({next, false});
        waiting_.push_back({next, now});
        line_.push_back({next, now});
    }
    return questions;
}

void Rounds::judge(TimePoint now, HasAnswered const& has_answered, std::vector<Question>& questions) {
    for (; !waiting_.empty() && now - waiting_.front().when >= kPatience; waiting_.pop_front()) {
        auto const& [neighbour, when] = waiting_.front();
        if (!has_answered(neighbour, when)) questions.push_back({neighbour, true});
    }
}

}  // namespace drover::dataplane
