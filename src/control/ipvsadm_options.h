// The vocabulary of ipvsadm as tables: every word it knows, and which option may stand with which command.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace drover::control::ipvsadm {

/// In the order in which ipvsadm checks them, which decides what message comes first.
enum class Option : std::uint8_t {
    numeric,
    connection,
    service,
    scheduler,
    persistent,
    netmask,
    real_server,
    forwarding,
    weight,
    u_threshold,
    l_threshold,
    mcast_interface,
    timeout,
    daemon,
    stats,
    rate,
    thresholds,
    persistent_conn,
    nosort,
    syncid,
    exact,
    ops,
    pe,
    sched_flags,
    tun_info,
    tun_type,
    tun_port,
    tun_nocsum,
    tun_csum,
    tun_remcsum,
    sync_maxlen,
    mcast_group,
    mcast_port,
    mcast_ttl,
    json,
    ipv6,
    sort,  ///< modifiers that ipvsadm accepts anywhere and never checks
};
inline constexpr int checked_options = static_cast<int>(Option::ipv6);

/// The word in "Illegal '...' option with ...".
std::string_view name(Option option);

using OptionSet = std::uint64_t;
constexpr OptionSet bit(Option option) { return OptionSet{1} << static_cast<int>(option); }
constexpr OptionSet set_of(std::initializer_list<Option> options) {
    OptionSet bits = 0;
    for (auto const option : options) bits |= bit(option);
    return bits;
}

enum class Verb : std::uint8_t {
    add_service,
    edit_service,
    delete_service,
    clear,
    restore,
    save,
    add_server,
    edit_server,
    delete_server,
    list,
    zero,
    set,
    start_daemon,
    stop_daemon,
    help,
    version,
};

struct VerbRow {
    Verb verb;
    std::string_view name;  ///< in messages
    OptionSet required;
    OptionSet allowed;    ///< beside the required ones
    OptionSet exclusive;  ///< at most one of these
};

VerbRow const& row(Verb verb);

enum class Argument : std::uint8_t { none, required, optional };

/// One word of the command line: a command, or an option.
struct Word {
    char letter;  ///< 0: no short form
    std::string_view long_name;
    Argument argument;
    bool is_verb;
    Verb verb;      ///< if is_verb
    Option option;  ///< if not
};

std::span<Word const> vocabulary();

}  // namespace drover::control::ipvsadm
