// What ipvsadm checks when all options are read: which may stand with which command, and with each other.
#pragma once

#include <expected>
#include <string>

#include "control/ipvsadm_draft.h"
#include "control/ipvsadm_options.h"

namespace drover::control::ipvsadm {

/// In each: the error is ipvsadm's message.
/// Required, illegal and conflicting options, in the order of the option table.
std::expected<void, std::string> check_options(VerbRow const& verb, OptionSet given);
std::expected<void, std::string> check_service(model::LiveService const& service);
std::expected<void, std::string> check_server(Draft const& draft);
std::expected<void, std::string> check_listing(OptionSet given);

}  // namespace drover::control::ipvsadm
