#include "scheduler/slow_start.h"

#include <algorithm>

namespace drover::scheduler {

namespace {

constexpr int tenths = 10;
constexpr int rises = tenths - 1;  // the first tenth is there at once

/// Tenths of the full weight.
int share(Duration since, Duration over) {
    if (since >= over) return tenths;
    return 1 + static_cast<int>(std::max<Duration::rep>(since.count(), 0) * rises / over.count());
}

/// From its coming to the next rise: the least time at which share() is a tenth more.
Duration to_next_rise(Duration since, Duration over) {
    auto const done = share(since, over);
    return Duration((over.count() * done + rises - 1) / rises);
}

}  // namespace

std::int32_t rising_weight(std::int32_t full, Duration since, Duration over) {
    if (full <= 0) return full;
    auto const weight = std::int64_t{full} * share(since, over) / tenths;
    return static_cast<std::int32_t>(std::max<std::int64_t>(weight, 1));
}

void SlowStart::apply(model::Desired& desired, Spans const& spans, TimePoint now) {
    std::erase_if(services_, [&](auto const& known) { return !spans.contains(known.first); });
    next_step_.reset();
    if (spans.empty()) return;
    for (auto& service : desired.services) {
        auto const span = spans.find(service.key);
        if (span == spans.end()) continue;
        note(service, now, span->second);
        rise(service, now, span->second);
    }
}

/// Brings up to date who is there since when.
void SlowStart::note(model::DesiredService const& service, TimePoint now, Duration over) {
    auto const [known, is_new_service] = services_.try_emplace(service.key);
    Servers present;
    for (auto const& server : service.servers) {
        if (server.weight <= 0) continue;
        auto const before = known->second.find(server.endpoint);
        auto came = before == known->second.end() ? std::optional(now) : before->second.came;
        if (is_new_service || (came && now - *came >= over)) came.reset();
        present.emplace(server.endpoint,
                        Server{came, service.scheduler == model::Scheduler::lc ? tenths : server.weight});
    }
    known->second = std::move(present);
}

void SlowStart::rise(model::DesiredService& service, TimePoint now, Duration over) {
    auto const& servers = services_.at(service.key);
    if (std::ranges::none_of(servers, [](auto const& server) { return server.second.came.has_value(); })) return;
    bool const is_lc = service.scheduler == model::Scheduler::lc;
    if (is_lc) service.scheduler = model::Scheduler::wlc;
    for (auto& server : service.servers) {
        auto const known = servers.find(server.endpoint);
        if (known == servers.end()) continue;
        auto const& [came, full] = known->second;
        server.weight = full;
        if (!came) continue;
        auto const since = now - *came;
        server.weight = rising_weight(full, since, over);
        auto const step = *came + to_next_rise(since, over);
        next_step_ = next_step_ ? std::min(*next_step_, step) : step;
    }
}

std::optional<std::int32_t> SlowStart::rising_to(ServiceKey const& service, Endpoint const& server) const {
    auto const known = services_.find(service);
    if (known == services_.end()) return std::nullopt;
    auto const found = known->second.find(server);
    if (found == known->second.end() || !found->second.came) return std::nullopt;
    return found->second.full;
}

}  // namespace drover::scheduler
