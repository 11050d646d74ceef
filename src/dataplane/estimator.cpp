#include "dataplane/estimator.h"

namespace drover::dataplane {

namespace {

// A sample is what was counted in two seconds, so it is shifted one bit less than the average that it goes into.
constexpr unsigned kCountShift = 10, kByteShift = 5;
constexpr unsigned kQuarter = 2;

void move(std::uint64_t& average, std::uint64_t counted, unsigned shift) {
    auto const way = static_cast<std::int64_t>(counted << (shift - 1)) - static_cast<std::int64_t>(average);
    average += static_cast<std::uint64_t>(way >> kQuarter);
}

/// Rounded to the nearest, one half downwards.
std::uint64_t shown(std::uint64_t average, unsigned shift) {
    return (average + (std::uint64_t{1} << (shift - 1)) - 1) >> shift;
}

bool went_back(model::Counters const& from, model::Counters const& to) {
    return to.connections < from.connections || to.packets < from.packets || to.bytes < from.bytes;
}

}  // namespace

void Estimator::sample(model::Counters const& total) {
    if (went_back(last_, total)) {
        *this = Estimator(total);
        return;
    }
    move(connections_, total.connections - last_.connections, kCountShift);
    move(packets_, total.packets - last_.packets, kCountShift);
    move(bytes_, total.bytes - last_.bytes, kByteShift);
    last_ = total;
}

model::Rates Estimator::rates() const {
    return {shown(connections_, kCountShift), shown(packets_, kCountShift), shown(bytes_, kByteShift)};
}

}  // namespace drover::dataplane
