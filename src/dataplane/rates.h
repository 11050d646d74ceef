// The rates of every service and server, sampled a tenth of the services at a time: with ten thousand of them no turn of
// the main thread is long, and each service has its turn every two seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/endpoint.h"
#include "dataplane/estimator.h"
#include "model/observed.h"

namespace drover::dataplane {

class RateBook {
public:
    static constexpr std::uint32_t kTurns = 10;

    /// A service that was just added: what it counts from now on is in its first rate.
    void begin(model::ServiceObserved const& service);
    /// The totals of a service whose turn it is. One that is new here begins at nought.
    void sample(model::ServiceObserved const& service);
    /// What an earlier turn has sampled and this one not, is gone: its rates are forgotten. After all of the turn's samples.
    void end_turn();

    /// Writes the rates beside the totals.
    void show(model::ServiceObserved& service) const;
    /// Of all services together. What a service counted before it was sampled first is no rate.
    model::Rates all() const { return all_.rates(); }

    /// `ipvsadm -Z`: the totals are at nought now, and so are the rates.
    void zero(ServiceKey const& service);
    void zero_all();

private:
    struct Entry {
        void sample_servers(std::vector<model::ServerObserved> const& seen);
        void zero();

        Estimator service;
        std::unordered_map<Endpoint, Estimator> servers;
        model::Counters total;
        std::uint64_t turn = 0;  // of its last sample
    };

    std::unordered_map<ServiceKey, Entry> services_;
    model::Counters total_;  // of all that was sampled since we began
    Estimator all_{{}};
    std::uint64_t turn_ = 0;
};

}  // namespace drover::dataplane
