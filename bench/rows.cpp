#include "bench/rows.h"

#include <cstdio>

#include <fmt/format.h>

namespace drover::bench {

namespace {

std::string json_row(BenchRow const& row) {
    auto const target = row.target ? fmt::format("{:g}", *row.target) : "null";
    auto const* met = !row.target ? "null" : row.is_met() ? "true" : "false";
    return fmt::format(R"({{"name": "{}", "value": {:.4g}, "unit": "{}", "target": {}, "met": {}}})", row.name, row.value,
                       row.unit, target, met);
}

}  // namespace

void print(std::vector<BenchRow> const& rows, bool json) {
    std::string text;
    for (auto const& row : rows) {
        if (json) {
            text += (text.empty() ? "{\"rows\": [" : ", ") + json_row(row);
            continue;
        }
        text += fmt::format("{:56} {:8.4g} {:14} ", row.name, row.value, row.unit);
        if (row.target) text += fmt::format("target {:g}: {}", *row.target, row.is_met() ? "met" : "missed");
        text += "\n";
    }
    std::fputs((json ? text + "]}\n" : text).c_str(), stdout);
}

}  // namespace drover::bench
