#include "app/programming.h"

#include <algorithm>
#include <functional>

#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {

namespace {

constexpr Duration kLookAtNeedsAfter = 1s;

}  // namespace

Programming::Programming(loop::Loop& loop, Sources sources, NetworkWatch& network, dataplane::BpfDataplane& dataplane)
    : sources_(sources), network_(network), dataplane_(dataplane), next_rise_(loop.context()),
      next_look_at_needs_(loop.context()) {}

Programming::Changes Programming::all() {
    auto state = desired_state(sources_.configured, sources_.live.table(), std::bind_front(&Programming::pooled, this));
    slow_start_.apply(state.desired, state.slow_starts, loop::now());
    if (auto const step = slow_start_.next_step())
        next_rise_.at(*step, [this] { all_or_say(); });
    else
        next_rise_.cancel();
    return dataplane_.apply(state.desired);
}

Result<void> Programming::serve_network() {
    return network_.serve(needs_of(sources_.configuration, sources_.live.table()));
}

Programming::Changes Programming::all_with_network() {
    if (auto done = serve_network(); !done) return std::unexpected(done.error());
    return all();
}

Programming::Changes Programming::some(LiveServices::Touched const& touched) {
    if (touched.timeouts || rises(touched.services)) return all_with_network();
    if (auto done = need_network_for(touched.services); !done) return std::unexpected(done.error());
    return services(touched.services);
}

/// At a price that does not depend on all the services beside them: a thousand servers may fail in one second.
Programming::Changes Programming::services(std::vector<ServiceKey> const& keys) {
    std::vector<model::DesiredService> wanted;
    for (auto const& key : keys)
        if (auto service = desired_service(sources_.configured, sources_.live.table(),
                                           std::bind_front(&Programming::pooled, this), key))
            wanted.push_back(std::move(*service));
    return dataplane_.apply_some(keys, std::move(wanted));
}

/// Weights of one of them rise by themselves.
bool Programming::rises(std::vector<ServiceKey> const& services) const {
    auto const& configured = sources_.configured;
    return std::ranges::any_of(services, [&](ServiceKey const& key) {
        auto const place = configured.places.find(key);
        return place != configured.places.end() && configured.services[place->second].slow_start > Duration{0};
    });
}

void Programming::judged(std::vector<ServiceKey> const& judged) {
    if (rises(judged)) return all_or_say();
    if (auto changes = services(judged); !changes) log::error("{}", changes.error().message);
}

/// What is needed from now on, at once; what is not needed any more, in a moment, and once for many commands.
Result<void> Programming::need_network_for(std::vector<ServiceKey> const& services) {
    auto needs = network_.needs();
    bool is_new = false;
    for (auto const& key : services)
        if (auto const* const service = sources_.live.table().find({key}); service != nullptr && service->now() != nullptr)
            is_new |= needs.add(*service);
    next_look_at_needs_.after(kLookAtNeedsAfter, [this] { look_at_needs(); });
    return is_new ? network_.serve(std::move(needs)) : Result<void>{};
}

void Programming::look_at_needs() {
    if (auto needs = needs_of(sources_.configuration, sources_.live.table()); needs != network_.needs())
        if (auto done = network_.serve(std::move(needs)); !done) log::error("{}", done.error().message);
}

void Programming::all_or_say() {
    if (auto changes = all(); !changes) log::error("{}", changes.error().message);
}

}  // namespace drover::app
