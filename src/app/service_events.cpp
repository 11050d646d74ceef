#include "app/service_events.h"

#include "base/log.h"
#include "health/lines.h"
#include "health/quorum.h"

namespace drover::app {

void ServiceEvents::inherit(std::vector<StandingService> const& told) {
    for (auto const& one : told) services_[one.service].stands = one.stands;
}

void ServiceEvents::apply(model::Configuration const& configuration) {
    each_check_ = configuration.global.mail.each_check;
    std::map<ServiceKey, Known> now;
    for (auto const& service : configuration.services) {
        auto const before = services_.find(service.key);
        bool const is_known = before != services_.end();
        auto const [entry, is_new] = now.try_emplace(
            service.key, Known{service.quorum, service.smtp_alert, is_known && before->second.stands});
        if (is_new) settle(service.key, entry->second, is_known);
    }
    services_ = std::move(now);
}

void ServiceEvents::tell(HealthChecks::Change const& change) {
    hooks_.write(health::fifo_line(change.server, change.service, change.up));
    auto const service = services_.find(change.service);
    if (service != services_.end()) settle(change.service, service->second, true);
}

void ServiceEvents::tell(HealthChecks::CheckChange const& change) {
    if (!change.smtp_alert || (!each_check_ && !change.of_server)) return;
    hooks_.post(mail::letter_about_server(change.server, change.service, change.server_up, change.of_http, change.passed));
}

/// Tells it if the service stands now and did not, or the other way round.
void ServiceEvents::settle(ServiceKey const& key, Known& known, bool by_mail) {
    auto const weight = checks_.weight_up(key);
    bool const stands = health::stands(known.quorum, known.stands, weight);
    if (stands == known.stands) return;
    known.stands = stands;
    log::write(log::Level::notice, health::quorum_line(key, known.quorum, stands, weight));
    auto const& script = stands ? known.quorum.up : known.quorum.down;
    if (!script.empty()) {
        log::write(log::Level::notice, health::notify_line(script, key));
        hooks_.run_script(script, key.keepalived_text());
    }
    hooks_.write(health::fifo_line(key, stands));
    if (by_mail && known.smtp_alert) hooks_.post(mail::letter_about_service(key, known.quorum, stands, weight));
}

std::vector<StandingService> ServiceEvents::standings() const {
    std::vector<StandingService> all;
    for (auto const& [key, known] : services_) all.push_back({key, known.stands});
    return all;
}

}  // namespace drover::app
