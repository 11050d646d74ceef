// From words to values, with keepalived's outcome for wrong ones: named, and the default stands.
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"
#include "base/time.h"
#include "config/environment.h"
#include "config/reporter.h"
#include "config/tree.h"
#include "model/origin.h"

namespace drover::config {

/// What every reader needs.
struct Reading {
    Reporter& reporter;
    Host const& host;
};

model::Origin origin_of(Statement const& statement);

/// First argument as a whole number; wrong or outside: a warning and nothing.
std::optional<std::int64_t> read_number(Reading& reading, Statement const& statement, std::int64_t least, std::int64_t most);
/// keepalived's TIMER: decimal seconds with up to six places.
std::optional<Duration> read_timer(Reading& reading, Statement const& statement, Duration least, Duration most);
/// on|off|true|false|yes|no; without an argument: on.
bool read_switch(Reading& reading, Statement const& statement);
std::optional<Address> read_address(Reading& reading, Statement const& statement);
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace drover::config
