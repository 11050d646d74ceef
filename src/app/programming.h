// Brings the packet path in line with what is configured, changed live and judged: all of it, or what was touched.
#pragma once

#include <optional>
#include <vector>

#include "app/desired.h"
#include "app/health_checks.h"
#include "app/live_services.h"
#include "app/network_watch.h"
#include "base/result.h"
#include "dataplane/io/bpf_dataplane.h"
#include "loop/io/loop.h"
#include "loop/io/timer.h"
#include "model/configuration.h"
#include "plan/diff.h"
#include "scheduler/slow_start.h"

namespace drover::app {

class Programming {
public:
    /// All outlive it, and are looked at afresh each time.
    struct Sources {
        model::Configuration const& configuration;
        ConfiguredState const& configured;
        LiveServices const& live;
        HealthChecks const& checks;
    };
    Programming(loop::Loop& loop, Sources sources, NetworkWatch& network, dataplane::BpfDataplane& dataplane);

    using Changes = Result<std::vector<plan::Change>>;
    Changes all();
    /// Where services or servers may be others than before.
    Changes all_with_network();
    /// What a command touched. Whose weights rise by themselves, and what holds for all, is left to all().
    Changes some(LiveServices::Touched const& touched);
    /// A server of these services was judged; what goes wrong is logged.
    void judged(std::vector<ServiceKey> const& services);
    /// Interfaces and next hops for what is served.
    Result<void> serve_network();

    /// Of a server whose weight rises: to which it will.
    std::optional<std::int32_t> rising_to(ServiceKey const& service, Endpoint const& server) const {
        return slow_start_.rising_to(service, server);
    }

private:
    Changes services(std::vector<ServiceKey> const& keys);
    bool rises(std::vector<ServiceKey> const& services) const;
    Result<void> need_network_for(std::vector<ServiceKey> const& services);
    void look_at_needs();
    void all_or_say();
    Pooled pooled(ServiceKey const& service, Endpoint const& server) const { return sources_.checks.pooled(service, server); }

    Sources sources_;
    NetworkWatch& network_;
    dataplane::BpfDataplane& dataplane_;
    scheduler::SlowStart slow_start_;
    loop::Timer next_rise_, next_look_at_needs_;
};

}  // namespace drover::app
