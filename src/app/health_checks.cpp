#include "app/health_checks.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "health/lines.h"
#include "health/reload.h"
#include "loop/io/clock.h"

namespace drover::app {

namespace {

bool all_up(std::vector<std::unique_ptr<CheckWatch>> const& watches) {
    return std::ranges::all_of(watches, [](auto const& watch) { return watch->up(); });
}

std::string reason_for(std::vector<std::unique_ptr<CheckWatch>> const& watches) {
    std::string reason;
    for (auto const& watch : watches)
        if (!watch->up()) reason += (reason.empty() ? "" : "; ") + watch->last_result();
    if (!reason.empty()) return reason;
    return watches.empty() ? "it has no check" : "all checks pass";
}

Pooled standing(model::RealServer const& server, bool up) {
    return {.in_pool = up || server.inhibit_on_failure, .quiesced = !up && server.inhibit_on_failure};
}

}  // namespace

HealthChecks::HealthChecks(boost::asio::io_context& context, Hooks hooks)
    : context_(context), hooks_(std::move(hooks)) {}

HealthChecks::~HealthChecks() = default;

double HealthChecks::fraction() { return std::uniform_real_distribution<double>(0, 1)(random_); }

void HealthChecks::apply(std::vector<model::Service> const& services) {
    std::set<Key> present;
    groups_.clear();
    for (auto const& service : services)
        if (!service.group.empty()) groups_.emplace(service.key, service.group);
    for (auto const& service : services)
        for (auto const& configured : service.servers) {
            Key const key{service.key, configured.endpoint};
            if (!present.insert(key).second) continue;  // the reader of the configuration has named the duplicate
            auto const [place, is_new] = servers_.try_emplace(key);
            auto const earlier = inherited_.find(key);
            auto const was_up = !is_new ? std::optional(place->second.up)
                                : earlier != inherited_.end() ? std::optional(earlier->second) : std::nullopt;
            adopt(key, place->second, configured, was_up);
            if (!is_new) continue;
            place->second.up = all_up(place->second.watches);
            place->second.in_force_unix_us = loop::unix_microseconds();
        }
    inherited_.clear();
    std::erase_if(servers_, [&](auto const& entry) { return !present.contains(entry.first); });
    for (auto const& key : present) settle(key);
}

/// Gives a server the checks of its new configuration: those that it had go on, the others are made or dropped.
void HealthChecks::adopt(Key const& key, Server& server, model::RealServer const& configured, std::optional<bool> was_up) {
    auto former = std::exchange(server.watches, {});
    server.configured = configured;
    for (auto const& check : configured.checks) {
        auto const same = std::ranges::find_if(
            former, [&](auto const& watch) { return watch && health::is_same_check(watch->check(), check); });
        if (same == former.end()) {
            server.watches.push_back(watch(key, check, was_up));
            continue;
        }
        (*same)->retime(check);
        server.watches.push_back(std::move(*same));
    }
}

std::unique_ptr<CheckWatch> HealthChecks::watch(Key const& key, model::Check const& check,
                                                std::optional<bool> server_was_up) {
    log::write(log::Level::info, health::activation_line(key.second, key.first));
    auto const first = health::first_attempt_of_new_check(check.timing, server_was_up, loop::now(), fraction());
    bool const of_http = std::holds_alternative<model::HttpCheck>(check.what);
    return std::make_unique<CheckWatch>(context_, keepalived_text(key.second, key.first.protocol), check,
                                        health::judge_of_new_check(check, server_was_up), first,
                                        [this, key, of_http](health::Judgement const& judgement) {
                                            judged(key, of_http, judgement);
                                        });
}

std::vector<ServiceKey> HealthChecks::members_of(ServiceKey const& service) const {
    auto const group = groups_.find(service);
    return group == groups_.end() ? std::vector{service} : group->second;
}

void HealthChecks::judged(Key key, bool of_http, health::Judgement const& judgement) {
    bool const of_server = settle(key);
    bool const came_up = judgement.verdict == health::Verdict::came_up;
    if ((!came_up && judgement.verdict != health::Verdict::went_down) || !hooks_.tell_check) return;
    auto const found = servers_.find(key);
    if (found == servers_.end()) return;
    auto const& server = found->second;
    hooks_.tell_check({key.first, key.second, of_http, came_up, server.up, of_server, server.configured.smtp_alert});
}

/// Tells of a server whose checks say something else than what was told last: true. The hooks come last: they may call
/// apply().
bool HealthChecks::settle(Key key) {
    auto const found = servers_.find(key);
    if (found == servers_.end()) return false;
    auto& server = found->second;
    bool const up = all_up(server.watches);
    if (up == server.up) return false;
    server.up = up;
    auto const configured = server.configured;
    Change const change{.service = key.first,
                        .services = members_of(key.first),
                        .server = key.second,
                        .up = up,
                        .standing = standing(configured, up),
                        .reason = reason_for(server.watches)};
    log::write(log::Level::notice, health::pool_line(configured, key.first, up));
    if (hooks_.on_change) hooks_.on_change(change);
    if (auto const still = servers_.find(key); still != servers_.end())
        still->second.in_force_unix_us = loop::unix_microseconds();
    notify(key, configured, up);
    if (hooks_.tell) hooks_.tell(change);
    return true;
}

void HealthChecks::notify(Key const& key, model::RealServer const& configured, bool up) {
    auto const& script = up ? configured.notify_up : configured.notify_down;
    if (script.empty() || !hooks_.run_script) return;
    log::write(log::Level::notice, health::notify_line(script, key.second, key.first));
    hooks_.run_script(script, {},
                      keepalived_text(key.second, key.first.protocol) + " of " + key.first.keepalived_text());
}

void HealthChecks::inherit(std::vector<FoundServer> const& found) {
    for (auto const& one : found) inherited_.emplace(Key{one.service, one.server}, one.up);
}

std::vector<FoundServer> HealthChecks::standings() const {
    std::vector<FoundServer> found;
    for (auto const& [key, server] : servers_)
        if (!server.watches.empty()) found.push_back({key.first, key.second, server.up});
    return found;
}

std::uint64_t HealthChecks::weight_up(ServiceKey const& service) const {
    std::uint64_t weight = 0;
    for (auto entry = servers_.lower_bound({service, Endpoint{}}); entry != servers_.end() && entry->first.first == service; ++entry)
        if (entry->second.up) weight += static_cast<std::uint64_t>(entry->second.configured.weight);
    return weight;
}

Pooled HealthChecks::pooled(ServiceKey const& service, Endpoint const& server) const {
    auto const found = servers_.find({service, server});
    return found == servers_.end() ? Pooled{} : standing(found->second.configured, found->second.up);
}

std::vector<model::CheckObserved> HealthChecks::observed() const {
    std::vector<model::CheckObserved> rows;
    for (auto const& [key, server] : servers_)
        for (auto const& watch : server.watches) {
            auto row = watch->observed();
            row.service = key.first;
            row.server = key.second;
            row.in_force_unix_us = server.in_force_unix_us;
            auto const group = groups_.find(key.first);
            if (group == groups_.end())
                rows.push_back(std::move(row));
            else
                add_members(std::move(row), group->second, rows);
        }
    return rows;
}

/// One check speaks for the server in every service of the group that it serves (app/desired.cpp); there its port is
/// that of the service.
void HealthChecks::add_members(model::CheckObserved row, std::vector<ServiceKey> const& group,
                               std::vector<model::CheckObserved>& rows) const {
    auto const first = row.service;
    auto const server = row.server;
    for (auto const& member : group) {
        row.server = {server.address, member.endpoint.port};
        bool const is_family = server.address.family() == member.endpoint.address.family();
        if (!is_family || (row.server != server && servers_.contains({first, row.server}))) continue;
        row.service = member;
        rows.push_back(row);
    }
}

}  // namespace drover::app
