// Rates as IPVS estimates them (ip_vs_est.c): every two seconds each average moves a quarter of the way to what was counted
// since; in fixed point, so that the numbers are IPVS's to the last digit.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"
#include "model/observed.h"

namespace drover::dataplane {

class Estimator {
public:
    /// sample() shall be called so often.
    static constexpr Duration kEvery = std::chrono::seconds(2);

    /// What was counted before is no rate: all rates begin at nought.
    explicit Estimator(model::Counters const& total) : last_(total) {}

    /// `total` as it is now. Totals that went backwards began anew (`ipvsadm -Z`): so do the rates.
    void sample(model::Counters const& total);

    model::Rates rates() const;

private:
    model::Counters last_;
    std::uint64_t connections_ = 0, packets_ = 0;  // a second, in 1024ths
    std::uint64_t bytes_ = 0;                      // a second, in 32nds
};

}  // namespace drover::dataplane
