// What every bench prints: a table for people, or {"rows": [{"name", "value", "unit", "target", "met"}]}.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace drover::bench {

struct BenchRow {
    std::string name;
    double value = 0;
    std::string unit;
    std::optional<double> target;  ///< met when the value is not above it,
    bool at_least = false;         ///< or, with this, not below it

    bool is_met() const { return at_least ? value >= *target : value <= *target; }
};

void print(std::vector<BenchRow> const& rows, bool json);

}  // namespace drover::bench
