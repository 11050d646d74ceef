// Policy rules: which routing table a packet is looked up in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/prefix.h"
#include "base/result.h"
#include "netlink/io/route.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

/// What is done with a packet that fits (FR_ACT_*).
enum class RuleAction : std::uint8_t { table = 1, blackhole = 6, unreachable = 7, prohibit = 8 };

struct Rule {
    Family family = Family::v4;
    std::optional<Prefix> from, to;           ///< nothing: all
    std::optional<std::uint32_t> preference;  ///< nothing: the kernel chooses one before the first other rule
    std::optional<std::uint32_t> mark, mask;
    std::uint8_t tos = 0;
    std::string iif, oif;  ///< names of interfaces; empty: any
    RuleAction action = RuleAction::table;
    std::uint32_t table = main_table;  ///< of the action `table`
    bool operator==(Rule const&) const = default;
};

/// Outcome::unchanged when there is such a rule already, of any preference if it names none. drover's rules carry keepalived's protocol number, as its routes.
Result<Outcome> add_rule(Socket& socket, Rule const& rule);
/// Outcome::unchanged when there was none.
Result<Outcome> delete_rule(Socket& socket, Rule const& rule);

}  // namespace drover::netlink
