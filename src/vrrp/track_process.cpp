#include "vrrp/track_process.h"

#include <algorithm>

namespace drover::vrrp {
namespace {

constexpr std::size_t longest_name = 15;  // TASK_COMM_LEN without its end

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool fit(model::TrackProcess const& process, std::span<std::string const> given) {
    using Match = model::TrackProcess::Match;
    auto const& wanted = process.parameters;
    if (process.match == Match::none) return true;
    if (process.match == Match::exact) return std::ranges::equal(given, wanted);
    if (given.size() < wanted.size() || wanted.empty()) return wanted.empty();
    // The last parameter may be the beginning of a longer one (partial), or must be whole (initial).
    auto const head = wanted.size() - (process.match == Match::partial ? 1 : 0);
    if (!std::ranges::equal(given.first(head), std::span(wanted).first(head))) return false;
    return process.match == Match::initial || given[head].starts_with(wanted.back());
}

}  // namespace

bool may_be_meant(model::TrackProcess const& process, std::string_view name) {
    return name == last_part(process.program).substr(0, longest_name);
}

bool is_meant(model::TrackProcess const& process, std::string_view name, std::span<std::string const> arguments) {
    // A process without arguments is a thread of the kernel, or has ended.
    if (arguments.empty() || !may_be_meant(process, name)) return false;
    bool const has_path = process.program.contains('/');
    if (has_path && arguments.front() != process.program) return false;
    return fit(process, arguments.subspan(1));
}

bool QuorumJudge::count(model::TrackProcess const& process, int running, TimePoint now) {
    bool const reached = running >= process.quorum && (!process.quorum_max || running <= *process.quorum_max);
    if (!good_) {
        good_ = reached;
        return true;
    }
    if (reached == *good_) {
        against_since_.reset();
        return false;
    }
    if (!against_since_) against_since_ = now;
    if (now - *against_since_ < (reached ? process.fork_delay : process.terminate_delay)) return false;
    against_since_.reset();
    good_ = reached;
    return true;
}

}  // namespace drover::vrrp
