// What the mails of keepalived say, word for word: people sort them by their subjects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "model/mail.h"
#include "model/observed.h"
#include "model/service.h"

namespace drover::mail {

struct Letter {
    std::string subject;  ///< without the router_id in front
    std::string body;
    bool operator==(Letter const&) const = default;
};

/// A vrrp_instance or, with `of_group`, a vrrp_sync_group has become MASTER, BACKUP or FAULT.
Letter letter_about(bool of_group, std::string_view name, model::VrrpState state);

/// A check of a server, HTTP_GET or TCP_CHECK, says something else than before; `server_up`: what all of them say together.
Letter letter_about_server(Endpoint const& server, ServiceKey const& service, bool server_up, bool of_http, bool passed);
/// A service has got or lost its quorum; `weight` is that of the servers that are up.
Letter letter_about_service(ServiceKey const& service, model::Quorum const& quorum, bool stands, std::uint64_t weight);

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
