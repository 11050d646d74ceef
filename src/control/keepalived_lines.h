// Addresses, routes, rules and scripts, each as keepalived writes it into its dump files.
#pragma once

#include <string>

#include "model/instance.h"

namespace drover::control {

/// "10.9.0.100/24 dev eth0 scope global label eth0:1 set"; `set`: it is on the interface now.
std::string keepalived_text(model::VirtualAddress const& address, model::Instance const& instance, bool set);
/// "prepend 10.88.0.0/24 via inet 10.9.0.7 dev eth0 proto 18"
std::string keepalived_text(model::VirtualRoute const& route, std::string const& device);
/// "from 10.88.0.0/24 priority 200 tos 0x0 protocol 18 lookup 100"
std::string keepalived_text(model::VirtualRule const& rule);
/// "'/etc/notify.sh' 'web'"
std::string keepalived_text(model::Script const& script);

}  // namespace drover::control
