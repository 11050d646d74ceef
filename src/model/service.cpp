#include "model/service.h"

#include <algorithm>
#include <array>

namespace drover::model {

namespace {

using enum Scheduler;

struct Row {
    Scheduler scheduler;
    std::string_view name;
};

constexpr std::array rows{
    Row{rr, "rr"},   Row{wrr, "wrr"}, Row{lc, "lc"}, Row{wlc, "wlc"}, Row{lblc, "lblc"}, Row{lblcr, "lblcr"}, Row{dh, "dh"},
    Row{sh, "sh"},   Row{sed, "sed"}, Row{nq, "nq"}, Row{fo, "fo"},   Row{ovf, "ovf"},   Row{mh, "mh"},       Row{twos, "twos"},
    Row{none, "none"},
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

bool has_slow_start(Scheduler scheduler) {
    return scheduler == lc || scheduler == wlc || scheduler == sed || scheduler == nq;
}

}  // namespace drover::model
