// Who is told of services and servers, beside the packet path: lines for FIFOs, mails, the scripts of quorums. In the words
// and the order of keepalived.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/health_checks.h"
#include "app/inheritance.h"
#include "mail/letter.h"
#include "model/configuration.h"

namespace drover::app {

class ServiceEvents {
public:
    struct Hooks {
        std::function<void(std::string const& line)> write;  ///< to FIFOs
        std::function<void(mail::Letter const& letter)> post;
        std::function<void(model::Script const& script, std::string queue)> run_script;
    };
    /// `checks` outlives it.
    ServiceEvents(HealthChecks const& checks, Hooks hooks) : checks_(checks), hooks_(std::move(hooks)) {}

    /// What an earlier daemon has told of services is not told again; before the first apply().
    void inherit(std::vector<StandingService> const& told);

    /// At the start and on reload, when the checks have the same configuration: a new service that stands is told, but by no
    /// mail, and what a new quorum means for a known one. Of what is gone nothing is told.
    void apply(model::Configuration const& configuration);

    void tell(HealthChecks::Change const& change);
    void tell(HealthChecks::CheckChange const& change);

    std::vector<StandingService> standings() const;

private:
    struct Known {
        model::Quorum quorum;
        bool smtp_alert = false;
        bool stands = false;
    };

    void settle(ServiceKey const& key, Known& known, bool by_mail);

    HealthChecks const& checks_;
    Hooks hooks_;
    std::map<ServiceKey, Known> services_;
    bool each_check_ = true;  // no_checker_emails
};

}  // namespace drover::app
