#include "control/ipvsadm_options.h"

#include <algorithm>
#include <array>

namespace drover::control::ipvsadm {

namespace {

using enum Option;

constexpr std::array<std::string_view, checked_options> names{
    "numeric",
    "connection",
    "service-address",
    "scheduler",
    "persistent",
    "netmask",
    "real-server",
    "forwarding-method",
    "weight",
    "u-threshold",
    "l-threshold",
    "mcast-interface",
    "timeout",
    "daemon",
    "stats",
    "rate",
    "thresholds",
    "persistent-conn",
    "nosort",
    "syncid",
    "exact",
    "ops",
    "pe",
    "sched-flags",
    "tun-info",
    "tun-type",
    "tun-port",
    "tun-nocsum",
    "tun-csum",
    "tun-remcsum",
    "sync-maxlen",
    "mcast-group",
    "mcast-port",
    "mcast-ttl",
    "json",
};

constexpr OptionSet service_options = set_of({scheduler, persistent, netmask, ops, pe, sched_flags});
constexpr OptionSet server_options =
    set_of({forwarding, weight, u_threshold, l_threshold, tun_type, tun_port, tun_nocsum, tun_csum, tun_remcsum});
constexpr OptionSet one_listing = set_of({service, connection, timeout, daemon});
constexpr OptionSet list_options =
    one_listing | set_of({numeric, stats, rate, thresholds, persistent_conn, tun_info, nosort, exact, syncid, json});
constexpr OptionSet daemon_options = set_of({syncid, sync_maxlen, mcast_interface, mcast_group, mcast_port, mcast_ttl});

constexpr std::array verbs{
    VerbRow{Verb::add_service, "add-service", bit(service), service_options, 0},
    VerbRow{Verb::edit_service, "edit-service", bit(service), service_options, 0},
    VerbRow{Verb::delete_service, "delete-service", bit(service), 0, 0},
    VerbRow{Verb::clear, "flush", 0, 0, 0},
    VerbRow{Verb::restore, "restore", 0, 0, 0},
    VerbRow{Verb::save, "save", 0, bit(numeric), 0},
    VerbRow{Verb::add_server, "add-server", set_of({service, real_server}), server_options, 0},
    VerbRow{Verb::edit_server, "edit-server", set_of({service, real_server}), server_options, 0},
    VerbRow{Verb::delete_server, "delete-server", set_of({service, real_server}), 0, 0},
    VerbRow{Verb::list, "list", 0, list_options, one_listing},
    VerbRow{Verb::zero, "zero", 0, bit(service), 0},
    VerbRow{Verb::set, "set", 0, 0, 0},
    VerbRow{Verb::start_daemon, "start-daemon", 0, daemon_options, 0},
    VerbRow{Verb::stop_daemon, "stop-daemon", 0, bit(syncid), 0},
    VerbRow{Verb::help, "help", 0, 0, 0},
    VerbRow{Verb::version, "version", 0, 0, 0},
};

constexpr Word command(char letter, std::string_view long_name, Verb verb, Argument argument = Argument::none) {
    return {letter, long_name, argument, true, verb, {}};
}

constexpr Word flag(char letter, std::string_view long_name, Option option) {
    return {letter, long_name, Argument::none, false, {}, option};
}

constexpr Word value(char letter, std::string_view long_name, Option option, Argument argument = Argument::required) {
    return {letter, long_name, argument, false, {}, option};
}

constexpr std::array words{
    command('A', "add-service", Verb::add_service),
    command('E', "edit-service", Verb::edit_service),
    command('D', "delete-service", Verb::delete_service),
    command('C', "clear", Verb::clear),
    command('R', "restore", Verb::restore),
    command('S', "save", Verb::save),
    command('a', "add-server", Verb::add_server),
    command('e', "edit-server", Verb::edit_server),
    command('d', "delete-server", Verb::delete_server),
    command('L', "list", Verb::list),
    command('l', "list", Verb::list),
    command('Z', "zero", Verb::zero),
    command(0, "set", Verb::set),
    command(0, "start-daemon", Verb::start_daemon, Argument::required),
    command(0, "stop-daemon", Verb::stop_daemon, Argument::required),
    command('h', "help", Verb::help),
    command('v', "version", Verb::version),
    value('t', "tcp-service", service),
    value('u', "udp-service", service),
    value(0, "sctp-service", service),
    value('f', "fwmark-service", service),
    flag('6', "ipv6", ipv6),
    flag('n', "numeric", numeric),
    flag('c', "connection", connection),
    flag(0, "timeout", timeout),
    flag(0, "daemon", daemon),
    flag(0, "stats", stats),
    flag(0, "rate", rate),
    flag('X', "exact", exact),
    flag(0, "thresholds", thresholds),
    flag(0, "persistent-conn", persistent_conn),
    flag(0, "tun-info", tun_info),
    flag(0, "nosort", nosort),
    flag(0, "sort", sort),
    flag(0, "json", json),
    value('s', "scheduler", scheduler),
    value('p', "persistent", persistent, Argument::optional),
    value('M', "netmask", netmask),
    value(0, "pe", pe),
    value('b', "sched-flags", sched_flags),
    flag('o', "ops", ops),
    value('r', "real-server", real_server),
    flag('g', "gatewaying", forwarding),
    flag('i', "ipip", forwarding),
    flag('m', "masquerading", forwarding),
    value('w', "weight", weight),
    value('x', "u-threshold", u_threshold),
    value('y', "l-threshold", l_threshold),
    value(0, "tun-type", tun_type),
    value(0, "tun-port", tun_port),
    flag(0, "tun-nocsum", tun_nocsum),
    flag(0, "tun-csum", tun_csum),
    flag(0, "tun-remcsum", tun_remcsum),
    value(0, "syncid", syncid),
    value(0, "sync-maxlen", sync_maxlen),
    value(0, "mcast-interface", mcast_interface),
    value(0, "mcast-group", mcast_group),
    value(0, "mcast-port", mcast_port),
    value(0, "mcast-ttl", mcast_ttl),
};

}  // namespace

std::string_view name(Option option) { return names[static_cast<std::size_t>(option)]; }

VerbRow const& row(Verb verb) { return *std::ranges::find(verbs, verb, &VerbRow::verb); }

std::span<Word const> vocabulary() { return words; }

}  // namespace drover::control::ipvsadm
