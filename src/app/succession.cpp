// The daemon's part in what comes after it: another director, by a handover, or itself as another binary, by an
// upgrade.
#include <fmt/core.h>

#include <algorithm>
#include <csignal>

#include "app/daemon.h"
#include "base/log.h"
#include "vrrp/sync_group.h"

namespace drover::app {

namespace {

/// From the last advert of a daemon to the first one of the next it takes some tenths of a second on a busy host.
constexpr Duration kShortestSilence = 1s;

model::VrrpState state_of_group(model::SyncGroup const& group, std::vector<model::InstanceObserved> const& instances) {
    std::vector<model::VrrpState> states;
    for (auto const& instance : instances)
        if (std::ranges::find(group.members, instance.name) != group.members.end()) states.push_back(instance.state);
    return vrrp::together(states);
}

}  // namespace

// ---- to another director

Handover::Task Daemon::handover_task() { return {.peers = sync_->peers(), .tell_connections = sync_->teller()}; }

Result<void> Daemon::hand_over(control::HandoverRequest const& request) {
    auto task = handover_task();
    task.names = request.instances;
    task.only_ask = request.only_ask;
    return handover_.begin(std::move(task));
}

model::SyncObserved Daemon::sync() {
    auto seen = sync_->observed();
    seen.handover = outlook(handover_.observed(), sync_->peers(), seen.peering, instances());
    return seen;
}

/// A peer that takes over at once spares clients the time of an election. What is on its way to this director then is
/// still forwarded.
void Daemon::hand_over_before_stop() {
    auto const seen = instances();
    bool const is_master = std::ranges::any_of(seen, [](auto const& i) { return i.state == model::VrrpState::master; });
    if (!is_master || !sync_->peers() || !handover_.before_stop(handover_task())) return;
    loop_.run_until([] { return false; }, vrrp::gate_lingers);
}

// ---- to itself as another binary

Upgrade::Hooks Daemon::upgrade_hooks() {
    Upgrade::Hooks hooks;
    hooks.may_leave = [this] { return may_leave(); };
    hooks.bring_in_line = [this]() -> Result<void> {
        if (auto const report = reload(); !report) return std::unexpected(report.error());
        return {};
    };
    hooks.leave = [this] { return leave(); };
    hooks.go_on = [this](Inheritance left) { go_on(std::move(left)); };
    return hooks;
}

/// A peer would take over in between, and then it is better done in order.
Result<void> Daemon::may_leave() {
    for (auto const& seen : instances()) {
        auto const instance = std::ranges::find(configuration_.instances, seen.name, &model::Instance::name);
        if (seen.state != model::VrrpState::master || instance == configuration_.instances.end()) continue;
        if (instance->down_adverts * instance->advert_interval < kShortestSilence)
            return fail(
                fmt::format("instance {} is MASTER and advertises every {} ms: its peer would take over before the new "
                            "binary speaks; hand it over first (`drover handover {}`)",
                            seen.name, instance->advert_interval / 1ms, seen.name));
    }
    if (handover_.observed().running) return fail("a handover is under way");
    return {};
}

Inheritance Daemon::what_is_left() {
    Inheritance left;
    left.file = file_;
    left.scripts = trackers_->script_results();
    left.servers = checks_->standings();
    left.services = service_events_->standings();
    left.arp_announce = arp_announce_.before();
    auto const seen = instances();
    for (auto const& instance : seen) left.told.push_back({instance.name, false, instance.state, instance.gave_to});
    for (auto const& group : configuration_.sync_groups)
        left.told.push_back({group.name, true, state_of_group(group, seen), {}});
    return left;
}

/// What is not said here goes with the process: descriptors, threads, the script runner's master.
Inheritance Daemon::leave() {
    auto left = what_is_left();
    handover_.close();
    log::notice("leaving to the next binary");
    sync_->stop();
    loop_.run_until([this] { return untold_ == 0; }, 100ms);
    vrrp_->leave();
    log::stop();
    return left;
}

void Daemon::go_on(Inheritance left) {
    inherited_ = std::move(left);
    log::start(options_.sink, options_.lowest, "drover", options_.syslog_facility);
    if (auto started = start_vrrp(); !started) log::error("{}", started.error().message);
    start_sync();
}

void Daemon::start_sync() {
    SyncPeers::Hooks hooks;
    hooks.joined = [this] { loop_.post([this] { vrrp_->joined(); }); };
    hooks.answer_handover = [this](sync::SecureStream& stream, std::string const& who, SyncPeers& peers) {
        handover_.answer(stream, who, peers);
    };
    sync_ = std::make_unique<ConnectionSync>(*dataplane_, std::move(hooks));
    sync_->apply(configuration_.global.sync);
    sync_->follow(live_.table().sync_daemons());
}

}  // namespace drover::app
