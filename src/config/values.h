// From words to values, with keepalived's outcome for wrong ones: named, and the default stands.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/prefix.h"
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
    std::optional<std::set<std::string>> interfaces;  ///< of the host

    model::Origin origin(Statement const& statement) const { return origin(statement.keyword().position); }
    static model::Origin origin(Spot const& at) {
        auto const& source = (*at.sources)[at.span.file];
        return {source.shared_file(), static_cast<int>(at.span.line),
                at.span.line == 0 ? 0 : source.characters(at.span.line, 0, at.span.begin) + 1};
    }
    /// Also true when the host's interfaces are not known.
    bool has_interface(std::string const& name) const { return !interfaces || interfaces->contains(name); }
};

/// Decimal digits with an optional `+` or `-`.
std::optional<std::int64_t> parse_number(std::string_view text);
/// keepalived's TIMER: decimal seconds with at most six places that count.
std::optional<Duration> parse_timer(std::string_view text);
/// 0 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view text);
/// "255.255.255.0" or "24" as a prefix length of an IPv4 address.
std::optional<std::uint8_t> parse_netmask(std::string_view text);

// Of a statement's first argument; a wrong one is reported, and nothing comes back, so that the default stands.
// Nothing too, but without a word, when there is no argument: that was said by check_words().

std::optional<std::int64_t> read_number(Reading& reading, Statement const& statement, std::int64_t least,
                                        std::int64_t most);
std::optional<Duration> read_timer(Reading& reading, Statement const& statement, Duration least, Duration most);
/// on|off|true|false|yes|no; without an argument: on.
std::optional<bool> read_switch(Reading& reading, Statement const& statement);
std::optional<Address> read_address(Reading& reading, Statement const& statement);

/// "0.01" for 10 ms.
std::string in_seconds(Duration duration);

}  // namespace drover::config
