// When each neighbour is asked whether it still has the MAC address that packets for it are sent to. It is asked itself,
// by that MAC; if it is silent everybody is asked, so that the new owner of the address can speak up. One that took
// another MAC without announcing it is so found within kEvery + kPatience, where the kernel alone, which asks by unicast
// three times a second apart, needs four seconds from when it begins to doubt.
#pragma once

#include <compare>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace drover::dataplane {

/// An address on a link.
struct NeighbourAt {
    int ifindex = 0;
    Address address;
    auto operator<=>(NeighbourAt const&) const = default;
};

struct Question {
    NeighbourAt about;
    bool to_everybody = false;  ///< else to the MAC it is known to have
    bool operator==(Question const&) const = default;
};

class Rounds {
public:
    /// Turn them this often.
    static constexpr Duration kTurn = 50ms;
    /// The pause between two questions to one neighbour, while there are so few that kMostATurn is enough for them. More
    /// are asked in longer rounds: 20,000 take ten seconds.
    static constexpr Duration kEvery = 400ms;
    static constexpr std::size_t kMostATurn = 100;
    /// An answer is a matter of microseconds on a LAN, and of the neighbour's load.
    static constexpr Duration kPatience = 150ms;

    /// Those to ask from now on, and no others.
    void want(std::set<NeighbourAt> const& neighbours, TimePoint now);

    /// The questions to put now. `has_answered`: whether it was heard of since then.
    using HasAnswered = std::function<bool(NeighbourAt const& neighbour, TimePoint since)>;
    std::vector<Question> turn(TimePoint now, HasAnswered const& has_answered);

private:
    struct Asked {
        NeighbourAt neighbour;
        TimePoint when;  // or, before its first question: since when it waits for it
    };
    void judge(TimePoint now, HasAnswered const& has_answered, std::vector<Question>& questions);

    std::set<NeighbourAt> wanted_;
    std::deque<Asked> line_;     // whose turn is next, those asked longest ago first
    std::deque<Asked> waiting_;  // asked, answer not looked for yet
};

}  // namespace drover::dataplane
