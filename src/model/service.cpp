#include "model/service.h"

#include <algorithm>
#include <array>

namespace drover::model {

namespace {

using enum Scheduler;

struct Row {
    Scheduler scheduler;
    std::string_view name;
    bool supported;
};

constexpr std::array rows{
    Row{rr, "rr", true},     Row{wrr, "wrr", true},     Row{lc, "lc", false}, Row{wlc, "wlc", false},
    Row{lblc, "lblc", false}, Row{lblcr, "lblcr", false}, Row{dh, "dh", false}, Row{sh, "sh", false},
    Row{sed, "sed", false},  Row{nq, "nq", false},      Row{fo, "fo", false}, Row{ovf, "ovf", false},
    Row{mh, "mh", false},    Row{twos, "twos", false},
};

Row const& row(Scheduler scheduler) {
    return *std::ranges::find(rows, scheduler, &Row::scheduler);
}

}  // namespace

std::string_view name(Scheduler scheduler) { return row(scheduler).name; }

std::optional<Scheduler> scheduler_named(std::string_view word) {
    auto const found = std::ranges::find(rows, word, &Row::name);
    if (found == rows.end()) return std::nullopt;
    return found->scheduler;
}

bool is_supported(Scheduler scheduler) { return row(scheduler).supported; }

}  // namespace drover::model
