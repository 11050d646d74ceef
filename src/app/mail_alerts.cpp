#include "app/mail_alerts.h"

#include <optional>

#include "mail/letter.h"

namespace drover::app {

namespace {

template <class T>
std::set<std::string> alerting(std::vector<T> const& all) {
    std::set<std::string> names;
    for (auto const& one : all)
        if (one.smtp_alert) names.insert(one.name);
    return names;
}

/// Nothing: no letter is written about it.
std::optional<model::VrrpState> state_after(vrrp::Happening happening) {
    switch (happening) {
        case vrrp::Happening::became_master: return model::VrrpState::master;
        case vrrp::Happening::became_backup: return model::VrrpState::backup;
        case vrrp::Happening::became_fault: return model::VrrpState::fault;
        case vrrp::Happening::stopped:
        case vrrp::Happening::deleted:
        case vrrp::Happening::heard_lower:
        case vrrp::Happening::priority_as_master:
        case vrrp::Happening::priority_as_backup: break;
    }
    return std::nullopt;
}

}  // namespace

void MailAlerts::apply(model::Configuration const& configuration) {
    auto const& mail = configuration.global.mail;
    office_.apply(mail, configuration.global.router_id);
    faults_ = mail.faults;
    instances_ = alerting(configuration.instances);
    groups_ = alerting(configuration.sync_groups);
}

void MailAlerts::tell(vrrp::StateChange const& change) {
    auto const state = state_after(change.happening);
    if (!state || (*state == model::VrrpState::fault && !faults_)) return;
    if ((change.of_group ? groups_ : instances_).contains(change.name))
        office_.post(mail::letter_about(change.of_group, change.name, *state));
}

}  // namespace drover::app
