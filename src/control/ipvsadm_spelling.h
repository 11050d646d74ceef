// How ipvsadm writes what it knows: addresses, masks, marks, flags, tunnels. Listings and rules share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "control/names.h"
#include "model/observed.h"

namespace drover::control::ipvsadm {

/// "10.0.0.11:80", "[2001:db8::11]:80", with names where there are any. Without a protocol ports have no names.
std::string spelled(Endpoint const& endpoint, std::optional<Protocol> protocol, Names const& names);

/// The protocol of a service's ports; firewall marks have none.
std::optional<Protocol> protocol_of(model::ServiceObserved const& service);

/// "255.255.255.0" or "64"; none where the whole address counts.
std::optional<std::string> mask_text(model::ServiceObserved const& service);

bool has_flags(model::ServiceObserved const& service);
/// "sh-fallback,sh-port", "flag-1,flag-3". Of sh and mh the third flag has no word there.
std::string flags_text(model::ServiceObserved const& service);

std::string_view forwarding_word(model::Forwarding forwarding);  ///< "Route", "Masq", "Tunnel"

/// "n/a", "ipip", "gue:6080:+c", "gre:-c".
std::string tunnel_text(model::ServerObserved const& server);

}  // namespace drover::control::ipvsadm
