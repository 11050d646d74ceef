// smtp_alert: which changes are worth a mail.
#pragma once

#include <set>
#include <string>

#include "mail/io/post_office.h"
#include "model/configuration.h"
#include "vrrp/notify.h"

namespace drover::app {

class MailAlerts {
public:
    explicit MailAlerts(boost::asio::io_context& context) : office_(context) {}

    void apply(model::Configuration const& configuration);
    /// Returns at once.
    void post(mail::Letter const& letter) { office_.post(letter); }
    /// Likewise. The end of the daemon is told to nobody: there would be no time to send it.
    void tell(vrrp::StateChange const& change);

private:
    mail::PostOffice office_;
    bool faults_ = true;
    std::set<std::string> instances_, groups_;  ///< whose changes are told
};

}  // namespace drover::app
