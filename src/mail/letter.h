// What the mails of keepalived say, word for word: people sort them by their subjects.
#pragma once

#include <string>
#include <string_view>

#include "model/mail.h"
#include "model/observed.h"

namespace drover::mail {

struct Letter {
    std::string subject;  ///< without the router_id in front
    std::string body;
    bool operator==(Letter const&) const = default;
};

/// A vrrp_instance or, with `of_group`, a vrrp_sync_group has become MASTER, BACKUP or FAULT.
Letter letter_about(bool of_group, std::string_view name, model::VrrpState state);

struct Sender {
    std::string host;       ///< this host's name
    std::string router_id;  ///< empty: the host's name
    std::string date;       ///< "Fri, 27 Nov 2026 02:50:17 +0000" (RFC 5322 3.3)
};

/// The address in MAIL FROM and From.
std::string from_address(model::MailSettings const& settings, std::string_view host);

/// Header and body as they go over the wire after DATA, up to and without the final dot. What cannot stand in a header is
/// replaced.
std::string message(Letter const& letter, model::MailSettings const& settings, Sender const& sender);

}  // namespace drover::mail
