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
    VerbRow{Verb::add_service, "add-service", bit(service), service_options, 0, false},
    VerbRow{Verb::edit_service, "edit-service", bit(service), service_options, 0, false},
    VerbRow{Verb::delete_service, "delete-service", bit(service), 0, 0, false},
    VerbRow{Verb::clear, "flush", 0, 0, 0, false},
    VerbRow{Verb::restore, "restore", 0, 0, 0, false},
    VerbRow{Verb::save, "save", 0, bit(numeric), 0, false},
    VerbRow{Verb::add_server, "add-server", set_of({service, real_server}), server_options, 0, false},
    VerbRow{Verb::edit_server, "edit-server", set_of({service, real_server}), server_options, 0, false},
    VerbRow{Verb::delete_server, "delete-server", set_of({service, real_server}), 0, 0, false},
    VerbRow{Verb::list, "list", 0, list_options, one_listing, true},
    VerbRow{Verb::zero, "zero", 0, bit(service), 0, true},
    VerbRow{Verb::set, "set", 0, 0, 0, false},
    VerbRow{Verb::start_daemon, "start-daemon", 0, daemon_options, 0, false},
    VerbRow{Verb::stop_daemon, "stop-daemon", 0, bit(syncid), 0, false},
    VerbRow{Verb::help, "help", 0, 0, 0, true},
    VerbRow{Verb::version, "version", 0, 0, 0, true},
};

constexpr Word command(char letter, std::string_view long_name, Verb verb, std::string_view meaning,
                       Argument argument = Argument::none, std::string_view argument_name = {}) {
    return {letter, long_name, argument, true, verb, {}, argument_name, meaning};
}

constexpr Word flag(char letter, std::string_view long_name, Option option, std::string_view meaning) {
    return {letter, long_name, Argument::none, false, {}, option, {}, meaning};
}

constexpr Word value(char letter, std::string_view long_name, Option option, std::string_view argument_name,
                     std::string_view meaning, Argument argument = Argument::required) {
    return {letter, long_name, argument, false, {}, option, argument_name, meaning};
}

constexpr std::array words{
    command('A', "add-service", Verb::add_service, "add a virtual service"),
    command('E', "edit-service", Verb::edit_service, "change a virtual service"),
    command('D', "delete-service", Verb::delete_service, "remove a virtual service"),
    command('C', "clear", Verb::clear, "remove everything"),
    command('R', "restore", Verb::restore, "read commands from standard input"),
    command('S', "save", Verb::save, "print the table as commands"),
    command('a', "add-server", Verb::add_server, "add a real server"),
    command('e', "edit-server", Verb::edit_server, "change a real server"),
    command('d', "delete-server", Verb::delete_server, "remove a real server"),
    command('L', "list", Verb::list, "show services and servers; also what no arguments at all mean"),
    command('l', "list", Verb::list, "the same"),
    command('Z', "zero", Verb::zero, "set counters to zero"),
    command(0, "set", Verb::set, "set the timeouts: tcp tcpfin udp, in seconds"),
    command(0, "start-daemon", Verb::start_daemon, "start connection sync", Argument::required, "master|backup"),
    command(0, "stop-daemon", Verb::stop_daemon, "stop connection sync", Argument::required, "master|backup"),
    command('h', "help", Verb::help, "this text"),
    command('v', "version", Verb::version, "the version of ipvsadm that this program behaves as"),
    value('t', "tcp-service", service, "ADDRESS:PORT", "the TCP service at ADDRESS:PORT"),
    value('u', "udp-service", service, "ADDRESS:PORT", "the UDP service at ADDRESS:PORT"),
    value(0, "sctp-service", service, "ADDRESS:PORT", "the SCTP service at ADDRESS:PORT"),
    value('f', "fwmark-service", service, "MARK", "the service of firewall mark MARK"),
    flag('6', "ipv6", ipv6, "the mark is for IPv6; after -f"),
    flag('n', "numeric", numeric, "addresses and ports as numbers"),
    flag('c', "connection", connection, "the connection table"),
    flag(0, "timeout", timeout, "the timeouts: tcp tcpfin udp, in seconds"),
    flag(0, "daemon", daemon, "the connection sync daemons"),
    flag(0, "stats", stats, "totals of connections, packets and bytes"),
    flag(0, "rate", rate, "rates of connections, packets and bytes"),
    flag('X', "exact", exact, "whole numbers, never shortened with K, M, G"),
    flag(0, "thresholds", thresholds, "upper and lower connection thresholds"),
    flag(0, "persistent-conn", persistent_conn, "persistence templates"),
    flag(0, "tun-info", tun_info, "tunnels"),
    flag(0, "nosort", nosort, "in the order of the table"),
    flag(0, "sort", sort, "no effect: sorted is the default"),
    flag(0, "json", json, "what the daemon answered, for programs (drover's own)"),
    value('s', "scheduler", scheduler, "NAME", "scheduler, default wlc"),
    value('p', "persistent", persistent, "SECONDS", "persistence, default 300", Argument::optional),
    value('M', "netmask", netmask, "MASK", "group persistent clients by this mask"),
    value(0, "pe", pe, "ENGINE", "persistence engine"),
    value('b', "sched-flags", sched_flags, "FLAGS", "scheduler flags"),
    flag('o', "ops", ops, "one-packet scheduling (UDP)"),
    value('r', "real-server", real_server, "ADDRESS[:PORT]", "the real server"),
    flag('g', "gatewaying", forwarding, "direct routing (default)"),
    flag('i', "ipip", forwarding, "tunnel"),
    flag('m', "masquerading", forwarding, "NAT"),
    value('w', "weight", weight, "N", "weight, default 1"),
    value('x', "u-threshold", u_threshold, "N", "upper threshold"),
    value('y', "l-threshold", l_threshold, "N", "lower threshold"),
    value(0, "tun-type", tun_type, "TYPE", "ipip, gue or gre"),
    value(0, "tun-port", tun_port, "PORT", "destination port of a gue tunnel"),
    flag(0, "tun-nocsum", tun_nocsum, "tunnel without checksum"),
    flag(0, "tun-csum", tun_csum, "tunnel with checksum"),
    flag(0, "tun-remcsum", tun_remcsum, "tunnel with remote checksum"),
    value(0, "syncid", syncid, "ID", "sync id"),
    value(0, "sync-maxlen", sync_maxlen, "BYTES", "longest sync message"),
    value(0, "mcast-interface", mcast_interface, "NAME", "sync interface"),
    value(0, "mcast-group", mcast_group, "ADDRESS", "sync group"),
    value(0, "mcast-port", mcast_port, "PORT", "sync port"),
    value(0, "mcast-ttl", mcast_ttl, "N", "sync TTL"),
};

}  // namespace

std::string_view name(Option option) { return names[static_cast<std::size_t>(option)]; }

VerbRow const& row(Verb verb) { return *std::ranges::find(verbs, verb, &VerbRow::verb); }

std::span<Word const> vocabulary() { return words; }

}  // namespace drover::control::ipvsadm
