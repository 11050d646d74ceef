// What a person types after `ipvsadm`: ipvsadm 1.31's options with popt's rules (bundles such as -Lnc, --name=value,
// no abbreviations), its checks in its order, its messages and its exit codes. The rules are tables in
// ipvsadm_options.cpp; a command that this version does not carry out yet is still checked like the others.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/endpoint.h"
#include "control/names.h"

namespace drover::control::ipvsadm {

enum class View {
    services,
    stats,
    rate,
    thresholds,
    persistent,
    tunnels,
    connections,
    timeout,
    daemon,
};

struct Listing {
    View view = View::services;
    bool numeric = false;                 ///< -n
    bool exact = false;                   ///< --exact: no K, M, G
    bool sorted = true;                   ///< --nosort: the daemon's order
    bool persistence_data = false;        ///< -c --persistent-conn: two more columns
    bool json = false;                    ///< drover's own option: the daemon's answer as it came
    std::optional<ServiceKey> service;    ///< -t, -u, --sctp-service
    std::optional<std::uint32_t> fwmark;  ///< -f
    bool selects() const { return service || fwmark; }
};

struct ShowHelp {};
struct ShowVersion {};

/// -Z: of one service, or of all.
struct Zero {
    std::optional<ServiceKey> service;
    std::optional<std::uint32_t> fwmark;
};

using Command = std::variant<Listing, Zero, ShowHelp, ShowVersion>;

/// What goes to standard error (without the newline) and the exit code.
struct Refusal {
    std::string message;
    int exit_code = 2;
};

/// `words` are the arguments without the program's name; none at all means -L.
std::expected<Command, Refusal> parse(std::span<std::string const> words, Names const& names);

/// The line of `ipvsadm -v`, which scripts look at.
std::string version_line();
/// The text of `ipvsadm -h`, made from the same tables.
std::string help_text();

/// HOST[:PORT] as ipvsadm reads it: IPv4, a host name, [IPv6]:PORT, or a bare IPv6 address; without a port it is 0.
std::optional<Endpoint> parse_endpoint(std::string_view text, Protocol protocol, Names const& names);

}  // namespace drover::control::ipvsadm
