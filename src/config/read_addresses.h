// The lines of virtual_ipaddress, in ip(8)'s words.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/prefix.h"
#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Adds the lines of one block. What is no address is left out with a warning.
void read_virtual_addresses(Reading& reading, Statement const& list, std::vector<model::VirtualAddress>& addresses);

/// "A" or "A/LEN". A wrong length is reported and /32 or /128 stands, as in keepalived; a wrong address is reported and
/// nothing comes back. `effect` says then what becomes of it: "the address is left out".
std::optional<Prefix> read_prefix(Reading& reading, Token const& word, std::string_view effect);

/// The scopes of ip(8).
bool is_scope(std::string_view word);

}  // namespace drover::config
